"""MAVLink read by our own parser, written by pymavlink and by ourselves."""

import math
import os
import struct

import pytest
from codecs_world import T0_NS
from hypothesis import given
from hypothesis import strategies as st

os.environ.setdefault("MAVLINK20", "1")
dialect = pytest.importorskip("pymavlink.dialects.v20.ardupilotmega")
from pymavlink.dialects.v10 import ardupilotmega as old_dialect  # noqa: E402

from vedette.codecs import mavlink  # noqa: E402
from vedette.codecs.mavlink import messages as kinds  # noqa: E402
from vedette.model.reports import (  # noqa: E402
    OperatorReport,
    PositionReport,
    Refusal,
    SensorStatus,
    SourceNote,
)

NS = 10**9


class Line:
    """Where pymavlink writes to."""

    def __init__(self):
        self.sent = b""

    def write(self, data):
        self.sent += bytes(data)


def sender(system=7, old=False):
    line = Line()
    chosen = old_dialect if old else dialect
    return line, chosen.MAVLink(line, srcSystem=system, srcComponent=1)


def position(link, boot_ms=1000, lat=52.4, lon=5.2, msl_m=80.0, north=3.0, east=4.0, up=1.0):
    link.global_position_int_send(
        boot_ms, round(lat * 1e7), round(lon * 1e7), round(msl_m * 1e3), 0,
        round(north * 100), round(east * 100), round(-up * 100), 0,
    )  # fmt: skip


def hangar(is_live=True):
    return mavlink.Hangar("own", is_live)


def read(data, where=None, t_ns=T0_NS):
    return mavlink.read_datagram(where or hangar(), data, t_ns, "mav")


@pytest.mark.parametrize("kind", mavlink.MESSAGES.values(), ids=lambda kind: kind.name)
def test_every_layout_and_checksum_seed_is_that_of_the_other_implementation(kind):
    theirs = getattr(dialect, f"MAVLink_{kind.name.lower()}_message")
    assert (theirs.id, theirs.crc_extra) == (kind.number, kind.seed)
    assert theirs.unpacker.size == kind.layout.size
    if kind.number < 256:
        old = getattr(old_dialect, f"MAVLink_{kind.name.lower()}_message")
        assert old.unpacker.size == kind.least


@pytest.mark.parametrize("old", [False, True], ids=["version 2", "version 1"])
def test_a_vehicle_is_reported_where_and_as_fast_as_it_says(old):
    line, link = sender(old=old)
    link.heartbeat_send(2, 12, 0, 0, 4)
    position(link)
    (alive, place) = read(line.sent)
    assert isinstance(alive, SensorStatus) and alive.sensor == "own"
    assert isinstance(place, PositionReport) and place.claims.callsign == "MAV-7"
    assert (math.degrees(place.lat_rad), math.degrees(place.lon_rad)) == pytest.approx((52.4, 5.2))
    assert (place.v_east_mps, place.v_north_mps, place.v_up_mps) == (4.0, 3.0, 1.0)
    assert (place.hae_m, place.vertical_sigma_m) == (80.0, 40.0)  # sea level, geoid unknown


def test_its_own_gnss_says_how_far_the_ellipsoid_is_and_how_good_the_fix():
    where = hangar()
    line, link = sender()
    link.gps_raw_int_send(
        0, 3, round(52.4e7), round(5.2e7), 80_000, 90, 90, 500, 9000, 14, 123_500, 1_200, 2_500,
        300, 0,
    )  # fmt: skip
    (first,) = read(line.sent, where)  # no fused position yet: the fix itself
    assert (first.hae_m, first.v_east_mps) == (123.5, pytest.approx(5.0))
    line, link = sender()
    position(link)
    (place,) = read(line.sent, where, T0_NS + NS)
    assert (place.hae_m, place.horizontal_sigma_m, place.vertical_sigma_m) == (123.5, 1.2, 2.5)
    line, link = sender()
    link.gps_raw_int_send(0, 3, round(52.4e7), round(5.2e7), 80_000, 90, 90, 500, 9000, 14)
    assert read(line.sent, where, T0_NS + 2 * NS) == []  # the fused position is there


def test_what_the_network_held_back_is_dated_by_the_time_since_boot():
    where, times = hangar(), []
    for second, delay_s in enumerate([0.05, 0.05, 1.5, 0.9, 0.05]):
        line, link = sender()
        position(link, boot_ms=60_000 + second * 1000)
        now_ns = T0_NS + second * NS + round(delay_s * NS)
        (place,) = read(line.sent, where, now_ns)
        times.append((place.t_meas_ns - T0_NS) / NS)
    assert times == pytest.approx([0.05, 1.05, 2.05, 3.05, 4.05])


def test_a_vehicle_that_boots_again_begins_afresh():
    where = hangar()
    for now_s, boot_ms in ((0, 900_000), (1, 901_000), (3, 10), (4, 1010)):
        line, link = sender()
        position(link, boot_ms=boot_ms)
        (place,) = read(line.sent, where, T0_NS + now_s * NS)
        assert place.t_meas_ns == T0_NS + now_s * NS


@pytest.mark.parametrize(("error_s", "said"), [(0.0, 0), (-5.0, 1), (18.0, 1)])
def test_a_vehicle_whose_utc_is_off_is_named_once(error_s, said):
    where, named = hangar(), []
    for second in range(6):
        line, link = sender()
        now_ns = T0_NS + second * NS
        link.system_time_send(round((now_ns / NS + error_s) * 1e6), second * 1000)
        named += read(line.sent, where, now_ns)
    noted = [report for report in named if isinstance(report, SourceNote)]
    assert [(n.detail, round(n.offset_s)) for n in noted] == [("MAV-7", round(-error_s))]
    named = [report for report in named if not isinstance(report, SourceNote)]
    assert len(named) == said
    if said:
        assert named[0].reason == "bad time" and named[0].detail.startswith("MAV-7: its clock is")


def test_aircraft_that_a_receiver_hears_come_with_their_claims():
    line, link = sender()
    link.adsb_vehicle_send(
        0x4B1234, round(52.5e7), round(5.3e7), 0, 914_400, 9000, 10_000, -500, b"VED123", 1, 1,
        0xBF, 1234,
    )  # fmt: skip
    (place,) = read(line.sent)
    assert (place.claims.icao24, place.claims.callsign) == ("4b1234", "VED123")
    assert (place.claims.squawk, place.height_baro_m) == ("1234", 914.4)
    assert place.v_east_mps == pytest.approx(100.0) and place.v_up_mps == -5.0
    assert place.t_meas_ns == T0_NS - NS


def test_a_simulated_aircraft_is_refused_by_a_live_site():
    line, link = sender()
    link.adsb_vehicle_send(1, round(52.5e7), 0, 0, 0, 0, 0, 0, b"", 1, 0, 0x41, 0)
    assert [r.reason for r in read(line.sent)] == ["simulated target"]
    assert isinstance(read(line.sent, hangar(is_live=False))[0], PositionReport)


def drone(link, address=b"\xc0\xff\xee\x00\x00\x01"):
    mac = address.ljust(20, b"\0")
    link.open_drone_id_basic_id_send(0, 0, mac, 1, 2, b"1581F4MAV".ljust(20, b"\0"))
    link.open_drone_id_operator_id_send(0, 0, mac, 0, b"FIN87astrdge12k8")
    link.open_drone_id_location_send(
        0, 0, mac, 2, 9000, 1000, -50, round(52.41e7), round(5.21e7), 100.0, 120.0, 1, 60.0, 10,
        4, 3, 3, 1.0, 1,
    )  # fmt: skip
    link.open_drone_id_system_send(
        0, 0, mac, 1, 1, round(52.42e7), round(5.22e7), 1, 0, -1000.0, -1000.0, 1, 1, 12.5, 1
    )


def test_relayed_remote_id_is_read_like_remote_id_heard():
    line, link = sender()
    drone(link)
    (place, operator) = read(line.sent, t_ns=T0_NS + 2 * NS)
    assert isinstance(place, PositionReport) and isinstance(operator, OperatorReport)
    assert place.claims.remote_id == operator.remote_id == "1581F4MAV"
    assert place.t_meas_ns == T0_NS + NS and place.hae_m == 120.0
    assert (place.v_east_mps, place.v_up_mps) == (pytest.approx(10.0), -0.5)
    assert math.degrees(operator.lat_rad) == pytest.approx(52.42)
    assert (operator.place, operator.operator_id, operator.hae_m) == (
        "live",
        "FIN87astrdge12k8",
        12.5,
    )


def test_two_drones_relayed_by_one_receiver_stay_two():
    line, link = sender()
    drone(link)
    link.open_drone_id_location_send(
        0, 0, b"\xc0\xff\xee\x00\x00\x02".ljust(20, b"\0"), 2, 0, 0, 0, round(52.5e7),
        round(5.5e7), 0, 0, 0, 0, 0, 0, 0, 0, 1.0, 0,
    )  # fmt: skip
    places = [r for r in read(line.sent, t_ns=T0_NS + 2 * NS) if isinstance(r, PositionReport)]
    assert [p.claims.remote_id for p in places] == ["1581F4MAV", None]


@given(
    system=st.integers(1, 255), lat=st.integers(-9 * 10**8, 9 * 10**8),
    lon=st.integers(-18 * 10**8, 18 * 10**8).filter(bool), msl_mm=st.integers(-10**6, 10**8),
    speeds=st.tuples(*[st.integers(-32_768, 32_767)] * 3), sequence=st.integers(0, 255),
)  # fmt: skip
def test_our_own_packets_are_theirs_octet_by_octet(system, lat, lon, msl_mm, speeds, sequence):
    values = (77, lat, lon, msl_mm, 0, *speeds, 9000)
    line, link = sender(system)
    link.seq = sequence
    link.global_position_int_send(*values)
    assert mavlink.encode(33, values, system, sequence) == line.sent
    (packet,), faults = mavlink.split(line.sent)
    assert not faults and (packet.number, packet.system) == (33, system)
    assert kinds.MESSAGES[33].layout.unpack(packet.payload) == values
    (place,) = read(line.sent)
    assert round(math.degrees(place.lat_rad) * 1e7) == lat  # to the format's last digit
    assert round(math.degrees(place.lon_rad) * 1e7) == lon


def test_garbage_unknown_messages_and_signatures_cost_only_themselves():
    line, link = sender()
    position(link)
    good, line.sent = line.sent, b""
    link.attitude_send(0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0)
    unknown = line.sent
    signed = bytearray(good)
    signed[2] = 1
    body = bytes(signed[1:-2])
    from vedette.codecs.mavlink.frames import checksum

    signed = bytes(signed[:1]) + body + struct.pack("<H", checksum(body, 104)) + bytes(13)
    found = read(b"junk" + unknown + signed + good)
    assert [type(r) for r in found] == [Refusal, PositionReport, PositionReport]
    assert found[0].reason == "bad frame"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d[:12] + bytes([d[12] ^ 1]) + d[13:], "bad checksum"),
        (lambda d: d[:-5], "truncated"),
        (lambda d: d[:2] + b"\x02" + d[3:], "bad header"),
        (lambda d: mavlink.encode(33, (1, 10**9, 5, 0, 0, 0, 0, 0, 0), 7), "out of range"),
        (lambda d: mavlink.encode(33, (1, 0, 0, 0, 0, 0, 0, 0, 0), 7), "out of range"),
        (lambda d: mavlink.encode(12915, (0, 0, b"", 24, 1, b""), 7), "bad length"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change, reason):
    line, link = sender()
    position(link)
    assert [r.reason for r in read(change(line.sent)) if isinstance(r, Refusal)][:1] == [reason]
