"""ADS-B: compact positions, Beast framing, SBS lines, and a real capture against its twin."""

import copy
import math
from collections import Counter, defaultdict
from statistics import median

import pytest
import rs1090
from codecs_world import REPORTS, T0_NS, beast_stream, sbs_text, squitters
from hypothesis import given
from hypothesis import strategies as st

from vedette import codecs
from vedette.codecs.adsb import beast, counter_ns, cpr, mode_s, read_frames, receiver_at, sbs
from vedette.codecs.adsb.aircraft import AIRCRAFT_MAX, distance_m
from vedette.model.arrivals import Arrival
from vedette.model.reports import PositionReport, Refusal

latitudes, longitudes = st.floats(-86.5, 86.5), st.floats(-179.99, 179.99)


def test_the_number_of_longitude_zones_is_the_tables():
    # Doc 9871 table: transition latitudes of NL.
    for lat_deg, zones in ((0, 59), (10.4, 59), (10.5, 58), (45, 42), (60, 29), (86.9, 2), (88, 1)):
        assert cpr.longitude_zones(lat_deg) == zones == cpr.longitude_zones(-lat_deg)


def test_the_textbook_pair_gives_the_textbook_place():
    # J. Sun, The 1090 Megahertz Riddle, worked example 8D40621D58C382D690C8AC2863A7.
    place = cpr.decode_pair((93000, 51372), (74158, 50194), False, 360.0, (0.0, 0.0))
    assert place == pytest.approx((52.25720, 3.91937), abs=1e-5)


@given(latitudes, longitudes, st.booleans())
def test_a_pair_of_airborne_reports_gives_the_position(lat_deg, lon_deg, newest_is_odd):
    even, odd = (cpr.encode(lat_deg, lon_deg, is_odd, 360.0) for is_odd in (False, True))
    place = cpr.decode_pair(even, odd, newest_is_odd, 360.0, (0.0, 0.0))
    if place is None:  # the two straddle a change of zones: the standard's own gap
        return
    assert distance_m(place, (lat_deg, lon_deg)) < 8.0


@given(latitudes, longitudes, st.floats(-1.0, 1.0), st.booleans(), st.booleans())
def test_one_report_near_a_known_place_gives_the_position(lat_deg, lon_deg, off, odd, ground):
    span_deg = 90.0 if ground else 360.0
    y, x = cpr.encode(lat_deg, lon_deg, odd, span_deg)
    near = (lat_deg + off * 0.3, lon_deg + off * 0.3)
    place = cpr.decode_near(y, x, odd, span_deg, near)
    assert place is not None
    assert distance_m(place, (lat_deg, lon_deg)) < 8.0


def test_parity_of_a_known_frame_is_zero():
    assert mode_s.parity_residue(bytes.fromhex("8D40621D58C382D690C8AC2863A7")) == 0
    assert mode_s.parity_residue(bytes.fromhex("8D40621D58C382D690C8AC2863A6")) != 0


def test_frames_we_make_are_read_by_rs1090():
    position, _, velocity, name, squawk, _ = rs1090.decode([m.hex() for m in squitters()])
    assert position["altitude"] == 3000 and position["parity"] == "even"
    assert velocity["groundspeed"] == pytest.approx(math.hypot(194, 97), abs=1.0)
    assert name["callsign"] == "VED123"
    assert squawk["squawk"] == "1234"


@given(st.floats(-500, 500), st.floats(-500, 500), st.none() | st.floats(-100, 100))
def test_velocity_comes_back_to_half_a_knot(v_east_mps, v_north_mps, v_up_mps):
    frame = mode_s.airborne_velocity("4b1234", v_east_mps, v_north_mps, v_up_mps, -50.0)
    east, north, up, gap = mode_s.ground_velocity(frame)
    assert east == pytest.approx(v_east_mps, abs=0.26)
    assert north == pytest.approx(v_north_mps, abs=0.26)
    assert (up is None) == (v_up_mps is None)
    assert up is None or up == pytest.approx(v_up_mps, abs=0.17)
    assert gap == pytest.approx(-50.0, abs=3.9)


def test_no_velocity_is_made_of_no_information():
    silent = mode_s.with_parity(b"\x8d\x4b\x12\x34" + (19 << 51 | 1 << 48).to_bytes(7, "big"))
    assert mode_s.ground_velocity(silent) is None


@given(
    st.lists(
        st.builds(
            beast.Frame,
            st.just(beast.MODE_S_LONG),
            st.integers(0, (1 << 48) - 1),
            st.integers(0, 255),
            st.binary(min_size=14, max_size=14),
        ),
        max_size=5,
    ),
    st.lists(st.integers(1, 20), max_size=20),
)
def test_beast_frames_come_back_whatever_the_pieces(frames, cuts):
    stream, again, pending = beast.encode(frames), [], b""
    for size in [*cuts, len(stream)]:
        piece, stream = stream[:size], stream[size:]
        pending += piece
        found, faults, used = beast.split(pending)
        assert not faults
        again += found
        pending = pending[used:]
    assert again == frames and not pending


def test_one_damaged_frame_costs_no_other():
    whole = beast_stream()
    frames, _, _ = beast.split(whole)
    found, faults, _ = beast.split(b"\x00\x01" + whole[:10] + whole + b"\x1a\x99" + whole)
    assert len(found) == 2 * len(frames)
    assert [fault.reason for fault in faults] == ["bad frame", "truncated", "bad frame"]


def decode(site, data, feed="f-beast", t_recv_ns=T0_NS):
    decoders = codecs.open_decoders(site)
    return codecs.decode(decoders, [Arrival(feed=feed, t_recv_ns=t_recv_ns, data=data)])


def test_a_stream_becomes_positions_with_claims(site):
    twice = beast_stream() + beast_stream()
    reports = decode(site, twice)
    assert all(isinstance(report, PositionReport) for report in reports)
    last = [r for r in reports if r.height_baro_m is not None][-1]
    assert math.degrees(last.lat_rad) == pytest.approx(33.9, abs=1e-4)
    assert math.degrees(last.lon_rad) == pytest.approx(42.5, abs=1e-4)
    assert last.claims.icao24 == "4b1234"
    assert (last.claims.callsign, last.claims.squawk) == ("VED123", "1234")
    assert last.height_baro_m == pytest.approx(914.4)
    assert last.hae_m == pytest.approx(914.4 + 60.0, abs=8.0)
    assert last.v_east_mps == pytest.approx(100.0, abs=0.3)


def test_the_pieces_of_a_stream_do_not_change_what_is_read(site):
    stream = beast_stream() * 3
    whole = codecs.open_decoders(site)
    cut = codecs.open_decoders(site)
    arrival = Arrival(feed="f-beast", t_recv_ns=T0_NS, data=stream)
    expected = codecs.decode(whole, [arrival])
    found = []
    for octet in stream:
        piece = Arrival(feed="f-beast", t_recv_ns=T0_NS, data=bytes([octet]))
        found += codecs.decode(cut, [piece])
    assert found == expected
    for decoders in (whole, cut):
        forget_steps(decoders.copies)
    assert whole == cut


def forget_steps(copies):
    """Forget in which step each word came: that is what differs between pieces and the whole."""
    copies.step = 0
    for wires in copies.wires.values():
        for word in (w for words in wires.words.values() for w in words):
            word.step = word.index = 0


def test_a_bad_parity_is_refused_and_counted(site):
    frame = bytearray(squitters()[0])
    frame[6] ^= 1
    (refusal,) = decode(site, beast.encode([beast.frame_of(bytes(frame), 5)] * 7))
    assert (refusal.reason, refusal.count) == ("bad checksum", 7)


def test_a_jump_no_aircraft_makes_is_refused_until_it_is_confirmed(site):
    def pair(lat_deg):
        place = (math.radians(lat_deg), math.radians(42.5), 900.0)
        return [mode_s.airborne_position("4b1234", *place, odd) for odd in (False, True)]

    messages = pair(33.9) + pair(35.5) * 4
    frames = [beast.frame_of(m, 12_000_000 * (k + 1)) for k, m in enumerate(messages)]
    reports = decode(site, beast.encode(frames))
    assert isinstance(reports[0], PositionReport)
    refused = [r for r in reports if isinstance(r, Refusal)]
    assert {r.reason for r in refused} == {"implausible position"} and len(refused) == 4
    assert math.degrees(reports[-1].lat_rad) == pytest.approx(35.5, abs=1e-3)


def test_a_line_of_sbs_with_a_place_beyond_the_horizon_teaches_nothing(site):
    decoders = codecs.open_decoders(site)
    line = (
        b"MSG,3,1,1,4B1234,1,2022/01/04,00:00:00.000,2022/01/04,00:00:00.000"
        b",VED123,3000,120,90,%s,42.39,0,1214,,,,0\r\n"
    )
    near = Arrival(feed="f-sbs", t_recv_ns=T0_NS, data=line % b"33.80")
    far = Arrival(feed="f-sbs", t_recv_ns=T0_NS, data=line.replace(b"VED", b"BAD") % b"13.80")
    codecs.decode(decoders, [near])
    before = copy.deepcopy(decoders.feeds["f-sbs"].receiver.aircraft)
    (refusal,) = codecs.decode(decoders, [far])
    assert refusal.reason == "implausible position"
    assert decoders.feeds["f-sbs"].receiver.aircraft == before


def test_a_position_beyond_the_horizon_is_refused(site):
    far = [
        mode_s.airborne_position("4b1234", math.radians(50.0), 0.0, 900.0, odd)
        for odd in (False, True)
    ]
    frames = [beast.frame_of(m, k + 1) for k, m in enumerate(far)]
    (refusal,) = decode(site, beast.encode(frames))
    assert "reach" in refusal.detail


def test_the_aircraft_heard_longest_ago_is_forgotten_first():
    receiver = receiver_at(None, "adsb")
    for k in range(AIRCRAFT_MAX + 10):
        frame = beast.frame_of(mode_s.identification(f"{k:06x}", "A"), k)
        read_frames(receiver, [(frame, k)], k, "f")
    assert len(receiver.aircraft) == AIRCRAFT_MAX
    assert "000009" not in receiver.aircraft and "00000a" in receiver.aircraft


def test_the_counter_takes_out_the_networks_delay(site):
    decoders, reports = codecs.open_decoders(site), []
    place = (math.radians(33.9), math.radians(42.5), 900.0)
    for k in range(20):
        message = mode_s.airborne_position("4b1234", *place, k % 2 == 1)
        frame = beast.encode([beast.frame_of(message, 6_000_000 * (k + 1))])
        late_ns = 1_000_000 if k < 3 else 200_000_000
        t_recv_ns = T0_NS + k * 500_000_000 + late_ns
        reports += codecs.decode(
            decoders, [Arrival(feed="f-beast", t_recv_ns=t_recv_ns, data=frame)]
        )
    last = reports[-1]
    assert last.t_recv_ns - last.t_meas_ns == pytest.approx(199_000_000, abs=2_000_000)


def test_a_line_written_is_a_line_read(site):
    (again,) = decode(site, sbs_text(), "f-sbs")
    report = REPORTS[2]
    assert again.claims == report.claims
    assert again.lat_rad == pytest.approx(report.lat_rad, abs=1e-8)
    assert again.lon_rad == pytest.approx(report.lon_rad, abs=1e-8)


def test_a_receiver_in_another_time_zone_is_understood(site):
    (again,) = decode(site, sbs_text(), "f-sbs", T0_NS + 3 * 3600 * 10**9 + 40_000_000)
    assert again.t_meas_ns == T0_NS + 3 * 3600 * 10**9


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"MSG,3,1,1,4B1234", "bad frame"),
        (b"MSG,9" + b"," * 20, "bad value"),
        (b"MSG,3,1,1,XYZ123,1" + b"," * 16, "bad value"),
        (b"MSG,3,1,1,4B1234,1,2022/01/04,00:00:00.0,,,,nan,,,1,1,,,,,,", "bad value"),
        (b"MSG,3,1,1,4B1234,1,2022/01/04,00:00:00.0,,,,,,,91,1,,,,,,", "out of range"),
        (b"MSG,3,1,1,4B1234,1,2022/02/30,00:00:00.0,,,,,,,1,1,,,,,,", "bad time"),
        (b"MSG,3,1,1,4B\x001234,1" + b"," * 16, "bad text"),
        (b"A" * 600, "too long"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(site, line, reason):
    (refusal,) = decode(site, b"\r\n" + line + b"\r\n", "f-sbs")
    assert refusal.reason == reason and "line 2" in refusal.detail


def test_the_real_capture_agrees_with_another_decoders_lines(shared_data):
    folder = shared_data / "adsb"
    frames, faults, used = beast.split((folder / "ulss7_beast_20180403.beast").read_bytes())
    kinds = Counter(frame.kind for frame in frames)
    assert (len(frames), faults, used) == (13_954, [], 227_244)
    assert kinds == {beast.MODE_AC: 5026, beast.MODE_S_SHORT: 4942, beast.MODE_S_LONG: 3986}
    start_ns, first = 1_522_782_148_136_000_000, frames[0].counter
    timed = [(f, start_ns + counter_ns(f.counter - first)) for f in frames]
    ours, theirs = defaultdict(list), defaultdict(list)
    for report in read_frames(receiver_at(None, "adsb"), timed, None, "file"):
        ours[report.claims.icao24].append(report)
    receiver = receiver_at(None, "adsb")
    text = (folder / "ulss7_beast_decoded_sbs.txt").read_bytes()
    for number, line in enumerate(text.splitlines(), 1):
        report = sbs.read_line(receiver, line, number, None, "file")
        if isinstance(report, PositionReport):
            theirs[report.claims.icao24].append(report)
    assert sorted(ours) == sorted(theirs) and len(ours) == 11
    gaps_m = []
    for icao24, reports in theirs.items():
        assert len(ours[icao24]) == len(reports)
        for mine, other in zip(ours[icao24], reports, strict=True):
            place, twin = (
                (math.degrees(r.lat_rad), math.degrees(r.lon_rad)) for r in (mine, other)
            )
            gaps_m.append(distance_m(place, twin))
            assert mine.height_baro_m == other.height_baro_m
            assert abs(mine.t_meas_ns - other.t_meas_ns) < 250_000_000
    assert len(gaps_m) == 1456
    assert median(gaps_m) < 0.5 and max(gaps_m) < 1.0  # their lines keep five decimals
