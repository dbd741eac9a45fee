"""Hostile bytes through the whole pipeline: no crash, no hang, no growth, no track out of nothing.

VEDETTE_MUTATIONS sets how many inputs each campaign sends (1,000 in `make test`, 100,000 in
`make test-slow` and `make test-mutations`).
Valid inputs are made by the encoders of the simulated sensors, each of another place, and then
mutated. Where a format has no checksum a mutated plot may still be a plot; but no two of them are
of one object, so that no track may be confirmed.
"""

import math
import os
import random

import pytest
from codecs_campaign import Figures, keep
from codecs_mutator import mutate
from hostile_stream import Fire, Growth
from hostile_wires import WIRES, Make, worn

from vedette.codecs.adsb import beast, mode_s, sbs
from vedette.codecs.asterix import Cat034, Cat048, encode_cat034, encode_cat048
from vedette.codecs.detections import encode_detection_line
from vedette.model.reports import Claims, Plot, PositionReport
from vedette.record.state import encode_state

COUNT = int(os.environ.get("VEDETTE_MUTATIONS", "1000"))
WIRES_SHARE = 5  # the wires of other people have a fifth of the inputs: a step takes 2 ms
STATE_BYTES_MAX = 8 << 20
FEEDS = (
    "radar_north_asterix", "radar_south_detections", "rf_df_detections", "camera_west_detections",
    "adsb_beast", "friendly_detections", "adsb_sbs", "south_stream", "http", "websocket",
)  # fmt: skip


def place(source: random.Random) -> tuple[float, float, float]:
    """Draw a place in a radar's coverage: range m, azimuth rad, elevation rad."""
    reach_m = 24_000.0 * math.sqrt(source.uniform(0.001, 1.0))
    return reach_m, source.uniform(0.0, 2.0 * math.pi), source.uniform(0.0, 0.6)


def asterix(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    range_m, azimuth_rad, elevation_rad = place(source)
    if source.random() < 0.1:
        mark = Cat034(sac=25, sic=1, message_type=source.choice((1, 2)), sector_rad=azimuth_rad)
        data = encode_cat034([mark])
    else:
        record = Cat048(
            sac=25, sic=1, t_day_s=t_ns % (86_400 * 10**9) / 1e9, report_type=1, range_m=range_m,
            azimuth_rad=azimuth_rad, height_msl_m=195.0 + range_m * math.sin(elevation_rad),
            range_rate_mps=source.uniform(-90.0, 90.0),
        )  # fmt: skip
        data = encode_cat048([record])
    return "radar_north_asterix", worn(source, data)


def plot_line(source: random.Random, t_ns: int, sensor: str) -> bytes:
    range_m, azimuth_rad, elevation_rad = place(source)
    plot = Plot(
        sensor=sensor, t_meas_ns=t_ns, t_recv_ns=t_ns, range_m=range_m, azimuth_rad=azimuth_rad,
        elevation_rad=elevation_rad, range_rate_mps=source.uniform(-90.0, 90.0), snr_db=14.0,
        class_prob={"fixed_wing_uas": 0.7},
    )  # fmt: skip
    return encode_detection_line(plot)


def detections(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    line = plot_line(source, t_ns, "radar_south")
    return source.choice(("radar_south_detections", "http")), worn(source, line)


def stream(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    return "south_stream", worn(source, plot_line(source, t_ns, "radar_south")) + b"\n"


def position_line(source: random.Random, t_ns: int) -> bytes:
    report = PositionReport(
        sensor="friendly", t_meas_ns=t_ns, t_recv_ns=t_ns,
        lat_rad=math.radians(source.uniform(33.4, 34.2)),
        lon_rad=math.radians(source.uniform(42.0, 43.0)), hae_m=source.uniform(200.0, 3000.0),
        claims=Claims(remote_id=source.choice(("VEDETTE-OWN-01", "X", None))),
    )  # fmt: skip
    return encode_detection_line(report)


def positions(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """One's own drone at a thousand places."""
    return "friendly_detections", worn(source, position_line(source, t_ns))


def bearings(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """Directions from two sensors, which cross where nothing is."""
    sensor = source.choice(("rf_df", "camera_west"))
    angles = {"azimuth_rad": source.uniform(0.0, 2.0 * math.pi)}
    if sensor == "camera_west":
        angles["elevation_rad"] = source.uniform(0.0, 0.5)
    plot = Plot(sensor=sensor, t_meas_ns=t_ns, t_recv_ns=t_ns, **angles)
    return f"{sensor}_detections", worn(source, encode_detection_line(plot))


def squitter(source: random.Random, icao24: str) -> bytes:
    lat_rad = math.radians(source.uniform(30.0, 37.0))
    lon_rad = math.radians(source.uniform(39.0, 46.0))
    kind = source.randrange(4)
    if kind == 0:
        speed = (source.uniform(-300.0, 300.0), source.uniform(-300.0, 300.0))
        return mode_s.airborne_velocity(icao24, *speed, 2.0, 60.0)
    if kind == 1:
        return mode_s.identification(icao24, "VED123")
    return mode_s.airborne_position(
        icao24, lat_rad, lon_rad, source.uniform(0.0, 12_000.0), kind == 2
    )


def broken_squitters(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """Frames of aircraft that nobody hears twice; most have lost their parity."""
    message = squitter(source, source.randbytes(3).hex())
    frame = beast.frame_of(message, (t_ns - 10**18) * 3 // 250 & 0xFFFFFFFFFFFF)
    return "adsb_beast", mutate(source, [beast.encode([frame])])


def lying_squitters(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """Whole frames, with true parity, of four aircraft each of which is everywhere."""
    message = squitter(source, source.choice(("4b1234", "0a0a0a", "ffffff", "000001")))
    body = bytearray(message[:11])
    if source.random() < 0.5:
        body[source.randrange(4, 11)] = source.randrange(256)
    frame = beast.frame_of(mode_s.with_parity(bytes(body)), source.getrandbits(48))
    return "adsb_beast", beast.encode([frame])


def base_station(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    report = PositionReport(
        sensor="adsb", t_meas_ns=t_ns, t_recv_ns=t_ns,
        lat_rad=math.radians(source.uniform(33.0, 34.5)),
        lon_rad=math.radians(source.uniform(41.5, 43.5)), height_baro_m=3000.0,
        v_east_mps=source.uniform(-200.0, 200.0), v_north_mps=source.uniform(-200.0, 200.0),
        claims=Claims(icao24=source.randbytes(3).hex()),
    )  # fmt: skip
    return "adsb_sbs", worn(source, sbs.encode(report))


def noise(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """Bytes of no format at all, on every feed and on feeds that do not exist."""
    data = source.randbytes(source.randrange(200))
    if source.random() < 0.3:
        data = source.choice((b"\x30", b"\x1a3", b"MSG,", b'{"t_ns":')) + data
    feed = source.choice(FEEDS) if source.random() < 0.95 else source.randbytes(3).hex()
    return feed, data


def strangers(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """Whole plots of sensors that are not, or long ago, or still to come."""
    name = source.choice(("radar_south", source.randbytes(8).hex()))
    late_ns = source.choice((-(10**10) - 10**8, 10**10, -(10**17), 2 * 10**18))
    t_ns += late_ns if name == "radar_south" else 0
    return "radar_south_detections", plot_line(source, t_ns, name)


# What is sent, and how many inputs a step: so that what survives the mutation is about as dense as
# the clutter which the site file says its sensors have.
CAMPAIGNS: dict[str, tuple[Make, int]] = {
    "asterix": (asterix, 4),
    "detections": (detections, 8),
    "detection stream": (stream, 8),
    "positions": (positions, 8),
    "bearings": (bearings, 4),
    "broken squitters": (broken_squitters, 20),
    "lying squitters": (lying_squitters, 4),
    "base station": (base_station, 4),
    "noise": (noise, 40),
    "strangers": (strangers, 20),
    **WIRES,
}

# Nothing that the tracker could use: no position comes of what lies, or has lost its parity.
SAYING_NOTHING = ("noise", "strangers", "broken squitters", "lying squitters")


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_no_hostile_input_makes_a_track_a_crash_or_the_service_grow(name):
    make, at_once = CAMPAIGNS[name]
    count = COUNT // WIRES_SHARE if name in WIRES else COUNT
    fire = Fire(random.Random(f"fire {name}"))
    growth = Growth(count)
    while fire.sent < count:
        fire.step([make(fire.source, fire.now_ns + 10_000_000) for _ in range(at_once)])
        growth.look(fire.sent)
    fire.judge()
    slowest_ms = fire.slowest_s * 1e3
    keep(Figures(f"pipeline: {name}", fire.sent, sum(fire.refused.values()), slowest_ms))
    assert fire.started == []
    assert sum(fire.refused.values()) > count // 20
    assert name in SAYING_NOTHING or sum(fire.accepted.values()) > count // 200
    assert len(encode_state(fire.state)) < STATE_BYTES_MAX
    assert growth.is_bounded()
