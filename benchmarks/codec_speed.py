"""How many records each decoder reads, bytes to reports, in a second of processor time.

    python -m benchmarks.codec_speed [--seconds 2] [--json] [--oracle PYTHON]

--oracle: a Python that has `libasterix`; its rate on the same CAT048 datagrams, measured in the
same run, is given as a ratio. It lives in an environment of its own.
"""

import argparse
import json
import math
import subprocess
import time
from collections.abc import Callable

from vedette import codecs
from vedette.codecs.adsb import beast, mode_s, sbs
from vedette.codecs.asterix import Cat048, encode_cat048_blocks
from vedette.codecs.detections import encode_detection_line
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.model.arrivals import Arrival
from vedette.model.enums import Mode
from vedette.model.reports import Claims, Plot, PositionReport

T0_NS = 1_641_254_400_000_000_000
PLACE = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}

ORACLE = """
import json, sys, time
from asterix.base import Bits, RawDatablock
from asterix.generated import Cat_048_1_32 as C
datagrams = [bytes.fromhex(text) for text in json.load(sys.stdin)]
begun, count = time.process_time(), 0
while time.process_time() - begun < 2.0:
    for data in datagrams:
        for block in RawDatablock.parse(Bits.from_bytes(data)):
            for record in C.cv_uap.parse(block.get_raw_records()):
                count += 1
                polar = record.get_item("040").variation
                polar.get_item("RHO").variation.content.as_quantity()
                polar.get_item("THETA").variation.content.as_quantity()
print(count / (time.process_time() - begun))
"""


def make_site() -> Site:
    """Give a site with one sensor and feed of each format."""
    return Site(
        schema=1,
        name="codec speed",
        mode=Mode.SIMULATED,
        reference=Reference(**PLACE),
        sensors=[
            Sensor(id="radar", kind="radar_2d", sac=25, sic=1, **PLACE),
            Sensor(id="adsb", kind="adsb", **PLACE),
        ],
        feeds=[
            Feed(id="asterix", kind="asterix_udp", port=30001),
            Feed(id="beast", kind="beast_tcp", port=30005, sensor="adsb"),
            Feed(id="sbs", kind="sbs_tcp", port=30003, sensor="adsb"),
            Feed(id="detections", kind="detections_udp", port=30010),
        ],
    )


def targets() -> list[Cat048]:
    """Give 2,000 Mode S target reports with the items a real radar sends."""
    return [
        Cat048(
            sac=25, sic=1, t_day_s=k / 128.0, report_type=5, range_m=1e3 + 50.0 * k,
            azimuth_rad=k * 0.003, mode_3a="1000", height_baro_m=9000.0, ssr_replies=9,
            ssr_amplitude_dbm=-70, icao24=f"{k:06x}", callsign="VED123", mode_s=[b"12345678"],
            track_number=k, speed_mps=230.0, heading_rad=1.0, tentative=False, capability=8437,
        )
        for k in range(2000)
    ]  # fmt: skip


def asterix_datagrams() -> list[bytes]:
    """Give the targets as datagrams."""
    return encode_cat048_blocks(targets())


def beast_pieces() -> list[bytes]:
    """Give 100 aircraft's squitters, 4,000 frames, in pieces of 100."""
    frames = []
    for k in range(2000):
        icao24, place = f"{k % 100:06x}", (math.radians(34.0), math.radians(42.0 + k % 100 / 100))
        position = mode_s.airborne_position(icao24, *place, 9000.0, k // 100 % 2 == 1)
        for message in (position, mode_s.airborne_velocity(icao24, 100.0, 100.0, 0.0)):
            frames.append(beast.frame_of(message, 60_000 * k + 1))
    return [beast.encode(frames[k : k + 100]) for k in range(0, len(frames), 100)]


def detection_pieces() -> list[bytes]:
    """Give 2,000 radar detections, ten lines a datagram."""
    plots = [
        Plot(
            sensor="radar", t_meas_ns=T0_NS + k, t_recv_ns=0, range_m=5000.5, azimuth_rad=1.23,
            elevation_rad=0.02, range_sigma_m=20.0, snr_db=13.0,
        )
        for k in range(2000)
    ]  # fmt: skip
    lines = [encode_detection_line(plot) for plot in plots]
    return [b"".join(lines[k : k + 10]) for k in range(0, len(lines), 10)]


def sbs_pieces() -> list[bytes]:
    """Give 6,000 BaseStation lines of one aircraft."""
    report = PositionReport(
        sensor="adsb", t_meas_ns=T0_NS, t_recv_ns=0, lat_rad=0.59, lon_rad=0.74, v_east_mps=90.0,
        v_north_mps=5.0, claims=Claims(icao24="4b1234", callsign="VED123"),
    )  # fmt: skip
    return [sbs.encode(report) * 20] * 100


def rate(feed: str, pieces: list[bytes], records: int, duration_s: float) -> float:
    """Measure how many records a second one feed's decoder reads."""
    arrivals = [Arrival(feed=feed, t_recv_ns=T0_NS + 10**9, data=data) for data in pieces]
    begun_s, rounds = time.process_time(), 0
    while time.process_time() - begun_s < duration_s:
        codecs.decode(codecs.open_decoders(make_site()), arrivals)  # fresh: repeats are passed over
        rounds += 1
    return rounds * records / (time.process_time() - begun_s)


CASES: dict[str, tuple[Callable[[], list[bytes]], int, str]] = {
    "asterix": (asterix_datagrams, 2000, "CAT048 records"),
    "beast": (beast_pieces, 4000, "Mode S frames"),
    "sbs": (sbs_pieces, 6000, "SBS-1 lines"),
    "detections": (detection_pieces, 2000, "detection lines"),
}


def main() -> None:
    """Measure and print one line a decoder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--oracle", metavar="PYTHON")
    args = parser.parse_args()
    if args.json:
        rates = {
            f"{words} read a second": round(rate(feed, make(), records, args.seconds))
            for feed, (make, records, words) in CASES.items()
        }
        print(json.dumps(rates))
        return
    for feed, (make, records, words) in CASES.items():
        found = rate(feed, make(), records, args.seconds)
        line = f"{words:20} {found:10,.0f} a second"
        if feed == "asterix" and args.oracle:
            texts = json.dumps([data.hex() for data in make()])
            command = [args.oracle, "-c", ORACLE]
            ran = subprocess.run(command, input=texts, capture_output=True, text=True, check=True)
            line += f", {found / float(ran.stdout):.0f} times libasterix ({float(ran.stdout):,.0f})"
        print(line)


if __name__ == "__main__":
    main()
