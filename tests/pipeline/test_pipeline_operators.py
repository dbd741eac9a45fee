"""Operators of drones are told to the watch, and what is recorded of the same input holds none:
the pictures are the same to the bit."""

import binascii
import json
import lzma
import random
import struct

from vedette import codecs, pipeline, record
from vedette.base.constants import NS_PER_S
from vedette.codecs import mavlink, remote_id
from vedette.codecs.mavlink.messages import (
    ODID_BASIC_ID,
    ODID_LOCATION,
    ODID_MESSAGE_PACK,
    ODID_OPERATOR_ID,
    ODID_SYSTEM,
    ODID_SYSTEM_UPDATE,
)
from vedette.codecs.remote_id import scout
from vedette.codecs.remote_id.bluetooth import crc24
from vedette.codecs.remote_id.personal import hide_in_envelope
from vedette.config.load import parse_site
from vedette.model.arrivals import Arrival
from vedette.record.digests import digest
from vedette.record.state import decode_state, encode_state

T0_NS = 1_641_254_400 * NS_PER_S
LAT, LON, HAE = 52.3917300, 5.2173900, 17.0
PERSON = b"FIN87astrdge12k8"
SITE = """schema = 1
name = "Ward"
mode = "SIMULATED"
reference = { lat_deg = 52.4, lon_deg = 5.2, hae_m = 10.0 }
[[sensors]]
id = "remote-id"
kind = "position"
cooperative = true
lat_deg = 52.4
lon_deg = 5.2
hae_m = 10.0
[[feeds]]
id = "air"
kind = "remote_id_udp"
port = 0
sensor = "remote-id"
[[feeds]]
id = "scout"
kind = "remote_id_mqtt"
port = 1883
topic = "x"
sensor = "remote-id"
[[feeds]]
id = "link"
kind = "mavlink_udp"
port = 0
sensor = "remote-id"
"""


def said(second):
    return [
        remote_id.BasicId(id_type=1, ua_type=2, uas_id=b"1581F4PAGE"),
        remote_id.Location(status=2, direction_deg=90, speed_mps=10.0, climb_mps=0.0,
                           lat_deg=52.405, lon_deg=5.2 + second * 1.47e-4, hae_m=120.0,
                           tenths=second * 10),
        remote_id.System(place=1, operator_lat_deg=LAT, operator_lon_deg=LON, operator_hae_m=HAE,
                         area_count=2),
        remote_id.OperatorId(kind=0, operator_id=PERSON),
    ]  # fmt: skip


def radiotap(frame):
    head = b"\x00\x00\x09\x00\x02\x00\x00\x00\x10"  # flags: a check sequence stands at the end
    return head + frame + struct.pack("<I", binascii.crc32(frame))


def arrivals(second):
    messages = said(second)
    octets = [remote_id.encode(message) for message in messages]
    pack = remote_id.encode_pack(octets)
    wifi, address = remote_id.beacon(b"\x02abcde", second, pack), b"\x02fghij"
    bluetooth = remote_id.extended_packet(address, second, pack)
    datagrams = [
        ("air", remote_id.wrap(105, wifi)),
        ("air", remote_id.wrap(127, radiotap(wifi))),
        ("air", remote_id.wrap(105, remote_id.nan_action(b"\x02klmno", second, pack))),
        ("air", remote_id.wrap(251, bluetooth)),
        ("air", remote_id.wrap(256, bytes(10) + bluetooth)),
        *(("air", remote_id.wrap(251, remote_id.legacy_packet(b"\x02pqrst", second, one)))
          for one in octets),
        ("air", remote_id.wrap(0, b"\x02uvwxy" + bytes([second]) + pack)),
        ("scout", scout.publish("02:00", scout.remember(messages), T0_NS + second * NS_PER_S)),
        ("scout", lzma.compress(scout.publish("02:01", pack, T0_NS + second * NS_PER_S))),
    ]  # fmt: skip
    nobody = bytes(20)
    lat, lon = round(LAT * 1e7), round(LON * 1e7)
    whole = b"".join(octets).ljust(225, b"\0")
    packets = [
        (ODID_BASIC_ID, (0, 0, nobody, 1, 2, b"1581F4LINK".ljust(20, b"\0"))),
        (ODID_LOCATION, (524_050_000, 52_000_000, 100.0, 120.0, 50.0, float(second), 9_000, 1_000,
                         0, 0, 0, nobody, 2, 0, 10, 4, 4, 3, 1)),
        (ODID_SYSTEM, (lat, lon, -1000.0, -1000.0, HAE, 0, 1, 0, 0, 0, nobody, 1, 0, 0, 0)),
        (ODID_OPERATOR_ID, (0, 0, nobody, 0, PERSON.ljust(20, b"\0"))),
        (ODID_SYSTEM_UPDATE, (lat, lon, HAE, 0, 0, 0)),
        (ODID_MESSAGE_PACK, (0, 0, b"\x02zzzzz".ljust(20, b"\0"), 25, len(octets), whole)),
    ]  # fmt: skip
    sent = [mavlink.encode(number, values, 7) for number, values in packets]
    datagrams += [("link", packet) for packet in sent] + [("link", b"".join(sent))]
    t_ns = T0_NS + second * NS_PER_S
    return [Arrival(feed=feed, t_recv_ns=t_ns, data=data) for feed, data in datagrams]


def traces(data):
    """Say which of the operator's traces octets hold, in any of the forms they travel in."""
    forms = {
        "lat": struct.pack("<i", round(LAT * 1e7)),
        "lon": struct.pack("<i", round(LON * 1e7)),
        "lat, double": struct.pack("<d", LAT),
        "lon, double": struct.pack("<d", LON),
        "registration": PERSON,
    }
    found = {name for name, octets in forms.items() if octets in data}
    if data[:1] == b"{":
        octets = binascii.a2b_base64(json.loads(data)["data"]["UASdata"])
        found |= traces(octets)
    elif data[:1] == b"\xfd" and data[1:2] == b"7":
        found |= traces(lzma.decompress(data))
    return found


def test_what_is_recorded_of_each_form_holds_nothing_of_the_operator():
    line = pipeline.assemble(parse_site(SITE, "site.toml"))
    state = pipeline.start(line)
    before = arrivals(1)
    after = codecs.without_operators(state.decoders, before)
    assert sum(bool(traces(arrival.data)) for arrival in before) >= len(before) - 5
    for arrival in after:
        assert traces(arrival.data) == set(), arrival
    assert [arrival.feed for arrival in after] == [arrival.feed for arrival in before]


def test_a_replay_of_what_was_recorded_is_the_same_to_the_bit(tmp_path):
    line = pipeline.assemble(parse_site(SITE, "site.toml"))
    live, again = pipeline.start(line), pipeline.start(line)
    for second in range(6):
        now_ns, came = T0_NS + second * NS_PER_S, arrivals(second)
        kept = codecs.without_operators(live.decoders, came)
        live, shown = pipeline.step(line, live, pipeline.Inputs(came), now_ns)
        again, replayed = pipeline.step(line, again, pipeline.Inputs(kept), now_ns)
        assert digest(shown) == digest(replayed)
        if second == 3:
            saved = encode_state(pipeline.without_operators(live))
            again = decode_state(saved, pipeline.State)  # a restart from a snapshot
    assert len(shown.tracks.track_id[: shown.tracks.count]) >= 1
    assert shown.operators["1581F4PAGE"].operator_id == PERSON.decode()
    assert replayed.operators == {}
    saved = encode_state(pipeline.without_operators(live))
    assert PERSON not in saved and PERSON in encode_state(live)


def test_mutated_inputs_give_the_same_picture_recorded_or_not():
    line = pipeline.assemble(parse_site(SITE, "site.toml"))
    live, again = pipeline.start(line), pipeline.start(line)
    source = random.Random(11)
    for second in range(12):
        now_ns = T0_NS + second * NS_PER_S
        came = []
        for arrival in arrivals(second % 6):
            data = bytearray(arrival.data)
            for _ in range(source.randrange(3)):
                data[source.randrange(len(data))] = source.randrange(256)
            cut = source.randrange(len(data)) if source.random() < 0.1 else len(data)
            came.append(Arrival(feed=arrival.feed, t_recv_ns=now_ns, data=bytes(data[:cut])))
        kept = codecs.without_operators(live.decoders, came)
        live, shown = pipeline.step(line, live, pipeline.Inputs(came), now_ns)
        again, replayed = pipeline.step(line, again, pipeline.Inputs(kept), now_ns)
        assert digest(shown) == digest(replayed)


def test_a_check_sequence_that_was_right_is_right_again_and_a_wrong_one_stays_wrong():
    octets = remote_id.encode_pack([remote_id.encode(message) for message in said(1)])
    frame = remote_id.extended_packet(b"\x02abcde", 1, octets)
    hidden = hide_in_envelope(remote_id.wrap(251, frame))[16:]
    assert hidden != frame and crc24(hidden[4:-3]) == hidden[-3:]
    broken = frame[:-1] + bytes([frame[-1] ^ 1])
    (element,) = remote_id.read_frame(251, broken)
    assert not element.intact
    hidden = hide_in_envelope(remote_id.wrap(251, broken))[16:]
    (element,) = remote_id.read_frame(251, hidden)
    assert not element.intact and traces(hidden) == set()


def test_the_live_service_records_no_operator_and_its_recording_verifies(tmp_path):
    from vedette.service.clocks import SteppedClock
    from vedette.service.core import Core
    from vedette.service.replaying import verify

    folder = tmp_path / "recording"
    clock = SteppedClock(T0_NS)
    core = Core(SITE, folder, clock, "lockstep")
    for second in range(6):
        clock.set(T0_NS + second * NS_PER_S)
        core.recorder._snapshots.hasten()
        picture = core.step(T0_NS + second * NS_PER_S, arrivals(second))
    assert picture.operators
    core.close()
    recorded = [a.data for step in record.read(folder) for a in step.arrivals]
    assert recorded and all(traces(data) == set() for data in recorded)
    restored = record.restore(folder, pipeline.State, version=record.session(folder).version)
    assert restored.state is not None
    assert restored.state.identity.operators == {}
    verdict = verify(folder)
    assert verdict.identical and verdict.steps == 6, verdict.in_words()
