"""ASTERIX recordings: records a second, from a file's bytes to reports, beside libasterix.

    python -m benchmarks.asterix_speed [--json] [--seconds 2]

Every reader gets the same datagrams in the same run, in processor time of one process. libasterix
runs in the environment of `make peers`; without it its rows are missing.
"""

import argparse
import json
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from benchmarks.codec_speed import T0_NS, make_site, targets
from benchmarks.figures import DATA, REPOSITORY
from vedette.base.constants import NS_PER_S
from vedette.codecs import asterix, capture
from vedette.codecs.asterix import Cat034, encode_cat034, encode_cat048_blocks
from vedette.config.site import Sensor, Site
from vedette.feeds.files import read_file
from vedette.model.reports import Refusal

PYTHON = REPOSITORY / ".venv-peers" / "bin" / "python"
REAL = DATA / "asterix" / "croatia_cat034_048.pcap"
TURNS, SECTORS, TURN_S = 50, 32, 4  # one radar: 2,000 targets and 32 sectors a turn
ROUNDS = 200  # the real capture so many times, a minute apart

# It does what a reader must: every record parsed to its last item, range and azimuth valued.
ORACLE = """
import json, sys, time
from asterix.base import Bits, RawDatablock
from asterix.generated import Cat_034_1_29, Cat_048_1_32
uaps = {34: Cat_034_1_29.cv_uap, 48: Cat_048_1_32.cv_uap}
seconds = float(sys.argv[1])
datagrams = [bytes.fromhex(text) for text in json.load(sys.stdin)]
begun, count = time.process_time(), 0
while time.process_time() - begun < seconds:
    for data in datagrams:
        for block in RawDatablock.parse(Bits.from_bytes(data)):
            for record in uaps[block.get_category()].parse(block.get_raw_records()):
                count += 1
                polar = record.get_item("040") if block.get_category() == 48 else None
                if polar is not None:
                    polar.variation.get_item("RHO").variation.content.as_quantity()
                    polar.variation.get_item("THETA").variation.content.as_quantity()
print(count / (time.process_time() - begun))
"""
Timed = tuple[int, bytes]  # received at (ns UTC), a datagram


def one_radar() -> Iterator[Timed]:
    """Give TURNS turns of one radar, in datagrams as full as Ethernet allows."""
    plots = targets()
    for turn in range(TURNS):
        t_s = TURN_S * turn
        moved = [msgspec.structs.replace(p, t_day_s=t_s + k / 512.0) for k, p in enumerate(plots)]
        marks = [
            Cat034(sac=25, sic=1, message_type=2, t_day_s=t_s + k / 8.0, sector_rad=k * 0.196)
            for k in range(SECTORS)
        ]
        for data in [*encode_cat048_blocks(moved), *(encode_cat034([mark]) for mark in marks)]:
            yield T0_NS + (t_s + TURN_S) * NS_PER_S, data


def real_radars() -> Iterator[Timed]:
    """Give the real capture ROUNDS times: few records a datagram, all kinds of items."""
    found = [d for d in capture.datagrams(REAL.read_bytes()) if isinstance(d, capture.Datagram)]
    for number in range(ROUNDS):
        for datagram in found:
            yield datagram.t_ns + number * 60 * NS_PER_S, datagram.payload


def pcap_of(timed: Iterator[Timed]) -> bytes:
    """Write datagrams as a capture of raw IP."""
    parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 101)]
    for t_ns, data in timed:
        udp = struct.pack(">HHHH", 5000, 8600, 8 + len(data), 0) + data
        ip = struct.pack(">BBHHHBBH8x", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0)
        size = len(ip) + len(udp)
        parts += [struct.pack("<IIII", *divmod(t_ns, NS_PER_S), size, size), ip, udp]
    return b"".join(parts)


def site_of(datagrams: list[bytes]) -> Site:
    """Give a site that has a radar for every source of the datagrams."""
    site = make_site()
    codes = set()
    for data in datagrams:
        for block in asterix.blocks(data):
            if isinstance(block, asterix.Block):
                decode = asterix.decode_cat048 if block.category == 48 else asterix.decode_cat034
                records = decode(data, block)
                codes |= {(r.sac, r.sic) for r in records if not isinstance(r, asterix.BlockFault)}
    place = {"lat_deg": 45.8, "lon_deg": 16.0, "hae_m": 300.0}
    sensors = [
        Sensor(id=f"radar-{sac}-{sic}", kind="radar_2d", sac=sac, sic=sic, **place)
        for sac, sic in sorted(codes)
    ]
    return msgspec.structs.replace(site, sensors=sensors, feeds=[])


def from_file(timed: list[Timed], site: Site, seconds: float) -> float:
    """Read a capture as `vedette track` and `convert` do; give records a second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.pcap"
        path.write_bytes(pcap_of(iter(timed)))

        def once() -> None:
            for part in read_file(path, site):
                assert not any(isinstance(report, Refusal) for report in part.reports)

        return rate(once, seconds) * records_of(timed)


def datagram_by_datagram(timed: list[Timed], site: Site, seconds: float) -> float:
    """Read the datagrams as live ones are; give records a second."""

    def once() -> None:
        radars = asterix.radars_of(site)
        for t_ns, data in timed[:2000]:
            asterix.read_datagram(data, "f", t_ns, radars, False)

    return rate(once, seconds) * records_of(timed[:2000])


def rate(once: Callable[[], None], seconds: float) -> float:
    """Do something again and again; say how often a second it can be done."""
    once()  # compiled, and in the processor's memory
    begun_s, count = time.process_time(), 0
    while time.process_time() - begun_s < seconds:
        once()
        count += 1
    return count / (time.process_time() - begun_s)


def records_of(timed: list[Timed]) -> int:
    """Count the records of datagrams, as the readable decoder finds them."""
    count = 0
    for _, data in timed:
        for block in asterix.blocks(data):
            assert isinstance(block, asterix.Block)
            decode = asterix.decode_cat048 if block.category == 48 else asterix.decode_cat034
            count += sum(1 for _ in decode(data, block))
    return count


def of_libasterix(timed: list[Timed], seconds: float) -> float:
    """Have libasterix read the datagrams in its own environment; records a second."""
    texts = json.dumps([data.hex() for _, data in timed[:2000]])
    command = [str(PYTHON), "-c", ORACLE, str(seconds)]
    ran = subprocess.run(command, input=texts, capture_output=True, text=True, check=True)
    return float(ran.stdout)


def measure(seconds: float) -> dict[str, dict[str, float]]:
    """Measure every reader on every recording that is there."""
    cases = {"one radar, full datagrams": list(one_radar())}
    if REAL.is_file():
        cases["real radars, one to three records a datagram"] = list(real_radars())
    found = {}
    for words, timed in cases.items():
        site = site_of([data for _, data in timed[:2000]])
        rows = {
            "file to reports_hz": round(from_file(timed, site, seconds)),
            "live, datagram by datagram_hz": round(datagram_by_datagram(timed, site, seconds)),
        }
        if PYTHON.is_file():
            theirs = of_libasterix(timed, seconds)
            rows["libasterix_hz"] = round(theirs)
            rows["file over libasterix_ratio"] = round(rows["file to reports_hz"] / theirs)
        found[words] = rows
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=2.0)
    args = parser.parse_args()
    found = measure(args.seconds)
    if args.json:
        print(json.dumps(found))
        return
    for words, rows in found.items():
        print(words)
        for name, value in rows.items():
            print(f"  {name.replace('_', ' '):32} {value:12,.0f}")


if __name__ == "__main__":
    main()
