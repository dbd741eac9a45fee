"""AVR text and aircraft.json, against the same in Beast and against rs1090."""

import json
import math

import pytest
import rs1090
from codecs_world import T0_NS, beast_stream, squitters
from hypothesis import given
from hypothesis import strategies as st

from vedette import codecs
from vedette.base.errors import RefusedError
from vedette.codecs.adsb import aircraft_json, avr, beast, read_frames, receiver_at
from vedette.codecs.adsb.aircraft import distance_m
from vedette.model.arrivals import Arrival
from vedette.model.reports import PositionReport, Refusal

NS = 10**9
FRAMES = st.builds(
    lambda kind, counter, seed: beast.Frame(
        kind, counter, 0x80, bytes((seed + k) & 255 for k in range(beast.PAYLOAD_BYTES[kind]))
    ),
    st.sampled_from([0x31, 0x32, 0x33]),
    st.integers(0, (1 << 48) - 1),
    st.integers(0, 255),
)


@given(st.lists(FRAMES, max_size=5))
def test_frames_come_back_as_they_were_written(frames):
    assert [avr.read_line(line) for line in avr.encode(frames).splitlines()] == frames


def test_each_kind_of_line_is_read():
    message = squitters()[0]
    text = message.hex().encode()
    assert avr.read_line(b"*" + text + b";") == beast.Frame(0x33, 0, 0x80, message)
    assert avr.read_line(b"@0000000004D2" + text.upper() + b";\r") == beast.Frame(
        0x33, 1234, 0x80, message
    )
    assert avr.read_line(b"<0000000004D2FF" + text + b";").signal == 255
    assert avr.read_line(b"*0000;").kind == beast.MODE_AC
    assert avr.read_line(b"  ") is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"8D40621D58C382D690C8AC2863A7;", "bad frame"),
        (b"*8D40621D58C382D690C8AC2863A;", "bad length"),
        (b"*8D40621D58C382D690C8AC2863ZZ;", "bad frame"),
        (b"*\xff\xfe;", "bad text"),
    ],
)
def test_a_line_that_is_none_is_refused_by_name(line, reason):
    with pytest.raises(RefusedError) as refused:
        avr.read_line(line)
    assert refused.value.args[0] == reason


def test_a_feed_in_avr_gives_what_the_same_frames_in_beast_give(site):
    frames, _, _ = beast.split(beast_stream())
    decoders, found = codecs.open_decoders(site), []
    text = avr.encode(frames)
    for at in range(0, len(text), 17):  # in pieces, as a stream comes
        arrival = Arrival(feed="f-avr", t_recv_ns=T0_NS, data=text[at : at + 17])
        found += codecs.decode(decoders, [arrival])
    arrival = Arrival(feed="f-beast", t_recv_ns=T0_NS, data=beast_stream())
    wanted = codecs.decode(codecs.open_decoders(site), [arrival])
    places = [r for r in found if isinstance(r, PositionReport)]
    assert [(r.lat_rad, r.lon_rad, r.claims) for r in places] == [
        (r.lat_rad, r.lon_rad, r.claims) for r in wanted if isinstance(r, PositionReport)
    ]
    assert places


def real_frames(shared_data):
    """The intact DF17 frames of the real capture with their time in seconds."""
    data = (shared_data / "adsb" / "ulss7_beast_20180403.beast").read_bytes()
    frames, _, _ = beast.split(data)
    start = frames[0].counter
    return [
        (frame, (frame.counter - start) / beast.COUNTER_HZ)
        for frame in frames
        if frame.kind == beast.MODE_S_LONG and frame.message[0] >> 3 == 17
    ]


def test_positions_and_fields_of_a_real_capture_are_those_of_rs1090(shared_data):
    timed = real_frames(shared_data)
    receiver = receiver_at(None, "adsb")
    ours = {}
    for frame, t_s in timed:
        t_ns = T0_NS + round(t_s * NS)
        for report in read_frames(receiver, [(frame, t_ns)], t_ns, "f"):
            if isinstance(report, PositionReport):
                ours[report.claims.icao24, t_ns] = report
    theirs = rs1090.decode([f.message.hex() for f, _ in timed], timestamp=[t for _, t in timed])
    compared = 0
    for (_frame, t_s), said in zip(timed, theirs, strict=True):
        if said is None or said.get("latitude") is None:
            continue
        report = ours.get((said["icao24"], T0_NS + round(t_s * NS)))
        if report is None:
            continue
        place = (math.degrees(report.lat_rad), math.degrees(report.lon_rad))
        assert distance_m(place, (said["latitude"], said["longitude"])) < 1.0
        if said.get("altitude") is not None and said.get("source") == "barometric":
            assert report.height_baro_m == pytest.approx(said["altitude"] * 0.3048)
        compared += 1
    assert compared > 0.95 * len(ours) > 100


def test_the_real_capture_written_as_avr_gives_the_same_reports(shared_data):
    timed = real_frames(shared_data)[:4000]
    lines = avr.encode([frame for frame, _ in timed]).splitlines()
    again = [
        (avr.read_line(line), T0_NS + round(t * NS))
        for line, (_, t) in zip(lines, timed, strict=True)
    ]
    first = read_frames(
        receiver_at(None, "adsb"), [(f, T0_NS + round(t * NS)) for f, t in timed], None, "f"
    )
    assert read_frames(receiver_at(None, "adsb"), again, None, "f") == first
    assert len(first) > 100


def document(now_s, *aircraft):
    return json.dumps({"now": now_s, "messages": 1, "aircraft": list(aircraft)}).encode()


READSB = {
    "hex": "4b1234", "type": "adsb_icao", "flight": "VED123  ", "alt_baro": 3000, "alt_geom": 3200,
    "gs": 194.4, "track": 90.0, "baro_rate": 64, "squawk": "1234", "lat": 33.9, "lon": 42.5,
    "seen_pos": 0.5, "seen": 0.1, "nic": 8, "mlat": [], "rssi": -9.1,
}  # fmt: skip
MUTABILITY = {
    "hex": "4b1234", "flight": "VED123", "altitude": 3000, "speed": 194, "track": 90,
    "vert_rate": 64, "squawk": "1234", "lat": 33.9, "lon": 42.5, "seen_pos": 0.5, "seen": 0.1,
}  # fmt: skip


def read(data, receiver=None, t_ns=T0_NS + NS // 5):
    return aircraft_json.read_document(receiver or receiver_at(None, "adsb"), data, t_ns, "json")


@pytest.mark.parametrize("entry", [READSB, MUTABILITY], ids=["readsb", "dump1090"])
def test_both_dialects_give_the_same_position(entry):
    (report,) = read(document(T0_NS / NS, entry))
    assert (math.degrees(report.lat_rad), math.degrees(report.lon_rad)) == pytest.approx(
        (33.9, 42.5)
    )
    assert report.t_meas_ns == T0_NS - NS // 2
    assert report.height_baro_m == pytest.approx(914.4)
    assert report.v_east_mps == pytest.approx(100.0, abs=0.3)
    assert report.v_up_mps == pytest.approx(64 * 0.3048 / 60)
    claims = report.claims
    assert (claims.icao24, claims.callsign, claims.squawk) == ("4b1234", "VED123", "1234")


def test_a_position_of_the_poll_before_is_no_new_one():
    receiver, found = receiver_at(None, "adsb"), []
    for second in range(4):
        lat = 33.9 + 0.001 * (second // 2)  # heard anew every two seconds
        entry = {**READSB, "lat": lat, "seen_pos": 0.5 + second % 2}
        now_ns = T0_NS + second * NS
        found += read(document(now_ns / NS, entry), receiver, now_ns)
    assert len([r for r in found if isinstance(r, PositionReport)]) == 2


def test_what_stands_on_the_ground_or_is_not_icao_is_read_and_history_is_not():
    ground = {**READSB, "alt_baro": "ground", "hex": "~abcdef"}
    del ground["alt_geom"]
    old = {**READSB, "hex": "4b9999", "seen_pos": 45.0}
    unplaced = {"hex": "4b8888", "alt_baro": 100}
    (report,) = read(document(T0_NS / NS, ground, old, unplaced))
    assert report.claims.icao24 is None and report.height_baro_m is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "bad json"),
        (b"[]", "bad json"),
        (b'{"now": 1e99, "aircraft": []}', "bad json"),
        (document(1.0, {**READSB, "lat": 91.0}), "out of range"),
        (document(1.0, {**READSB, "hex": "zz"}), "bad json"),
        (document(1.0, *[{}] * 4097), "too long"),
        (b" " * (aircraft_json.DOCUMENT_BYTES_MAX + 1), "too long"),
    ],
)
def test_a_document_that_cannot_be_is_refused_by_name(data, reason):
    (refusal,) = read(data, t_ns=NS)
    assert isinstance(refusal, Refusal) and refusal.reason == reason


def test_a_receiver_whose_clock_is_five_seconds_off_is_named_and_not_believed():
    receiver, found = receiver_at(None, "adsb"), []
    for second in range(6):
        now_ns = T0_NS + second * NS
        entry = {**READSB, "lat": 33.9 + 0.001 * second, "seen_pos": 0.0}
        found += read(document((now_ns - 5 * NS) / NS, entry), receiver, now_ns)
    named = [r for r in found if isinstance(r, Refusal)]
    assert [r.detail for r in named] == [
        "receiver adsb: its clock is 5.0 s behind UTC; the time of receipt is taken"
    ]
    places = [r for r in found if isinstance(r, PositionReport)]
    assert [r.t_meas_ns for r in places] == [T0_NS + second * NS for second in range(6)]
