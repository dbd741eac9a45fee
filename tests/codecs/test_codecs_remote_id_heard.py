"""What a Remote ID receiver makes of what it hears: identifiers, times, clocks, repeats."""

import math
from itertools import chain

import pytest
from codecs_world import DRONE, remote_id_messages

from vedette import codecs
from vedette.base.constants import NS_PER_S
from vedette.codecs import clock as clocks
from vedette.codecs import remote_id
from vedette.codecs.remote_id.receive import TRANSMITTERS_MAX
from vedette.model.reports import OperatorReport, PositionReport, Refusal

HOUR_NS = 1_641_254_400_000_000_000  # 2022-01-04T00:00:00Z
SERIAL = "1581F4VEDETTE0001"


def location(tenths, lat_deg=33.9, **more):
    return remote_id.Location(
        status=2, lat_deg=lat_deg, lon_deg=42.5, hae_m=212.0, tenths=tenths, **more
    )


ADDRESS = DRONE.hex()


def element(*messages, address=ADDRESS, intact=True):
    pack = remote_id.encode_pack([remote_id.encode(message) for message in messages])
    return remote_id.Element(address, "wifi beacon", 0, pack, None, intact)


def hear(listener, t_ns, *messages, t_heard_ns=None, **more):
    return remote_id.receive(listener, [element(*messages, **more)], t_heard_ns, t_ns, "air")


def only(reports, kind):
    return [report for report in reports if isinstance(report, kind)]


def test_a_pack_gives_a_position_with_its_claimed_identifier_and_the_operators_place():
    listener = remote_id.Listener("rid")
    pack = remote_id.encode_pack(remote_id_messages())
    heard = remote_id.Element(DRONE.hex(), "bluetooth 5", 1, pack, -60, True)
    t_ns = HOUR_NS + 2 * NS_PER_S
    (place, operator) = remote_id.receive(listener, [heard], None, t_ns, "air")
    assert isinstance(place, PositionReport) and isinstance(operator, OperatorReport)
    assert place.t_meas_ns == HOUR_NS + 1_200_000_000 and place.t_recv_ns == t_ns
    assert place.claims.remote_id == operator.remote_id == SERIAL
    assert (place.v_east_mps, place.v_up_mps) == (pytest.approx(-12.25), -1.5)
    assert place.horizontal_sigma_m == pytest.approx(10.0 / 2.4477, rel=1e-4)
    assert place.vertical_sigma_m == pytest.approx(10.0 / 1.96, rel=1e-4)
    assert math.degrees(operator.lat_rad) == pytest.approx(33.91)
    assert (operator.place, operator.operator_id) == ("live", "FIN87astrdge12k8")


def test_an_identifier_of_blanks_is_none():
    basic = remote_id.BasicId(id_type=1, ua_type=2, uas_id=b"    ")
    (place,) = only(hear(remote_id.Listener("rid"), HOUR_NS, basic, location(0)), PositionReport)
    assert place.claims is None or place.claims.remote_id is None


def test_an_operator_is_told_anew_when_it_moves_and_every_five_seconds():
    listener, told = remote_id.Listener("rid"), []
    basic = remote_id.BasicId(id_type=1, ua_type=2, uas_id=SERIAL.encode())
    for second in range(12):
        lat_deg = 33.9 if second < 8 else 33.95
        system = remote_id.System(place=1, operator_lat_deg=lat_deg, operator_lon_deg=42.5)
        heard = hear(listener, HOUR_NS + second * NS_PER_S, basic, system)
        told += [second for _ in only(heard, OperatorReport)]
    assert told == [0, 5, 8]


def test_single_messages_of_one_address_belong_together_and_of_another_do_not():
    listener = remote_id.Listener("rid")
    hear(listener, HOUR_NS, remote_id.BasicId(id_type=1, ua_type=2, uas_id=SERIAL.encode()))
    hear(listener, HOUR_NS, remote_id.BasicId(id_type=4, ua_type=2, uas_id=b"\x01\xff"))
    (own,) = hear(listener, HOUR_NS + NS_PER_S, location(5))
    (other,) = hear(listener, HOUR_NS + NS_PER_S, location(5), address="c0ffee000002")
    assert own.claims.remote_id == SERIAL
    assert other.claims.remote_id is None


def test_an_identifier_is_forgotten_with_the_address_after_five_silent_minutes():
    listener = remote_id.Listener("rid")
    hear(listener, HOUR_NS, remote_id.BasicId(id_type=1, ua_type=2, uas_id=SERIAL.encode()))
    (late,) = hear(listener, HOUR_NS + 400 * NS_PER_S, location(4_000))
    assert late.claims.remote_id is None


def test_one_location_heard_by_two_radios_counts_once():
    listener, basic = (
        remote_id.Listener("rid"),
        remote_id.BasicId(id_type=1, ua_type=2, uas_id=SERIAL.encode()),
    )
    assert hear(listener, HOUR_NS, basic, location(2))
    assert not hear(listener, HOUR_NS + 10, basic, location(2), address="c0ffee000002")
    assert hear(listener, HOUR_NS + NS_PER_S, basic, location(10), address="c0ffee000002")


@pytest.mark.parametrize(
    ("tenths", "now_s", "stated_s"),
    [
        (35_998, 3600.5, 3599.8),  # stated before the hour, heard after it
        (36_000, 3600.1, 3600.0),  # the end of an hour is the beginning of the next
        (0, 3600.2, 3600.0),
        (3, 3599.9, 3600.3),  # a clock a little ahead, heard before the hour
        (18_000, 5400.4, 5400.0),
    ],
)
def test_tenths_since_the_hour_are_dated_in_the_hour_that_brings_them_nearest(
    tenths, now_s, stated_s
):
    listener = remote_id.Listener("rid")
    now_ns = HOUR_NS + round(now_s * 1e9)
    (report,) = hear(listener, now_ns, location(tenths))
    assert report.t_meas_ns == HOUR_NS + round(stated_s * 1e9)


def fly(error_s, seconds=20, delay_s=0.4):
    """Hear a drone whose clock is error_s ahead of UTC, once a second."""
    listener, out = remote_id.Listener("rid"), []
    basic = remote_id.BasicId(id_type=1, ua_type=2, uas_id=SERIAL.encode())
    for second in range(seconds):
        tenths = round((second + error_s) * 10) % 36_000
        now_ns = HOUR_NS + second * NS_PER_S + round(delay_s * 1e9)
        out.append(hear(listener, now_ns, basic, location(tenths, 33.9 + second * 1e-5)))
    return out


def test_a_drone_whose_clock_is_right_is_believed_and_not_named():
    for second, reports in enumerate(fly(0.0)):
        (report,) = reports
        assert report.t_meas_ns == HOUR_NS + second * NS_PER_S


@pytest.mark.parametrize(
    ("error_s", "words"),
    [
        (-5.0, "its clock is 5.4 s behind UTC; the time of receipt is taken"),
        (5.0, "its clock is 4.6 s ahead of UTC; the time of receipt is taken"),
        (18.0, "its clock is 17.6 s ahead of UTC (GPS time without leap seconds)"),
    ],
)
def test_a_clock_seconds_off_is_named_once_and_its_times_are_not_believed(error_s, words):
    flown = fly(error_s)
    named = only(chain.from_iterable(flown), Refusal)
    assert [(r.reason, r.detail.startswith(f"{SERIAL}: {words}")) for r in named] == [
        ("bad time", True)
    ]
    for second, reports in enumerate(flown):
        (report,) = only(reports, PositionReport)
        assert abs(report.t_meas_ns - HOUR_NS - second * NS_PER_S) <= NS_PER_S // 2


def test_what_the_network_held_back_keeps_its_time():
    clock = clocks.Clock()
    for second, delay_s in enumerate([0.4, 0.3, 6.0, 5.0, 0.4]):
        stated_ns = HOUR_NS + second * NS_PER_S
        t_ns, wrong = clocks.take(clock, stated_ns, stated_ns + round(delay_s * 1e9))
        assert (t_ns, wrong) == (stated_ns, "")


def test_a_drone_that_hovers_with_a_clock_that_stands_still_is_reported_each_second():
    listener, places = remote_id.Listener("rid"), []
    for tick in range(40):  # four times a second, far from the full hour
        now_ns = HOUR_NS + 900 * NS_PER_S + tick * NS_PER_S // 4
        places += only(hear(listener, now_ns, location(0)), PositionReport)
    assert [p.t_meas_ns for p in places] == [
        HOUR_NS + (900 + second) * NS_PER_S for second in range(10)
    ]


def test_a_receiver_whose_clock_is_off_is_named_and_its_stamps_are_corrected():
    listener, named = remote_id.Listener("rid"), []
    for second in range(5):
        now_ns = HOUR_NS + second * NS_PER_S
        reports = hear(listener, now_ns, location(second * 10), t_heard_ns=now_ns - 5 * NS_PER_S)
        named += only(reports, Refusal)
        (report,) = only(reports, PositionReport)
        assert report.t_meas_ns == now_ns
    assert [r.detail for r in named] == [
        "receiver rid: its clock is 5.0 s behind UTC; the time of receipt is taken"
    ]


def test_what_the_air_damaged_is_refused_and_not_believed():
    listener = remote_id.Listener("rid")
    (refusal,) = hear(listener, HOUR_NS, location(0), intact=False)
    assert refusal.reason == "bad checksum"
    assert not listener.transmitters


def test_a_flood_of_addresses_is_bounded_and_the_one_heard_last_stays():
    listener = remote_id.Listener("rid")
    for k in range(TRANSMITTERS_MAX + 50):
        hear(listener, HOUR_NS + k, location(0), address=f"{k:012x}")
    assert len(listener.transmitters) == len(listener.said) == TRANSMITTERS_MAX
    assert f"{TRANSMITTERS_MAX + 49:012x}" in listener.transmitters


def test_the_real_captures_give_positions_of_the_drone_they_were_made_of(shared_data):
    path = shared_data / "remote_id" / "odid_wifi_bcn_sample.pcap"
    told = codecs.anywhere("air")
    reports = [r for _, r, _ in codecs.named("pcap").read(path.read_bytes(), told)]
    places = only(reports, PositionReport)
    # its clock stands at the full hour, so each is dated by its receipt
    assert len(places) >= 16 and all(r.t_meas_ns == r.t_recv_ns for r in places)
    assert {r.claims.remote_id for r in places} == {"MFG1A0123456789"}
    assert all(abs(math.degrees(r.lat_rad) - 45.547) < 0.01 for r in places)
    # ten seconds of one who does not move, as far as a ten-millionth of a degree can tell
    assert 3 <= len(only(reports, OperatorReport)) <= 21
    assert told.messages["Location"].read == told.messages["Remote ID frame"].read == 21
    path = shared_data / "remote_id" / "odid_bt5_lr_sample.pcapng"
    told = codecs.anywhere("air")
    assert list(codecs.named("pcapng").read(path.read_bytes(), told))
    assert told.messages["Remote ID frame"].read == 244
    assert told.messages["Remote ID frame"].refused["bad checksum"] == 29
