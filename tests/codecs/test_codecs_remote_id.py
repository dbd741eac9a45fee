"""Remote ID: messages, packs, radio frames; values known by hand, properties, real captures."""

import binascii
import math
from collections import Counter

import numpy as np
import pytest
from codecs_world import DRONE, T0_NS, radio_pcap, remote_id_frames, remote_id_messages
from hypothesis import given
from hypothesis import strategies as st

from vedette import codecs
from vedette.base.errors import RefusedError
from vedette.codecs import capture, remote_id
from vedette.codecs.remote_id import bluetooth

SAME = (
    *("version", "status", "above_ground", "direction_deg", "tenths", "time_accuracy"),
    *("horizontal_accuracy", "vertical_accuracy", "baro_accuracy", "speed_accuracy"),
)
VERSIONS = st.sampled_from([0, 1, 2])
NIBBLE = st.integers(0, 15)
HEIGHT = st.none() | st.floats(-999.5, 31_767.0)
# Both coordinates 0 say "unknown" on the wire; a place within a centimetre of it is no drone's.
PLACE = st.none() | st.tuples(st.floats(-90.0, 90.0), st.floats(-180.0, 180.0)).filter(
    lambda place: abs(place[0]) > 1e-6 or abs(place[1]) > 1e-6
)
TEXT = st.binary(max_size=20).map(lambda text: text.rstrip(b"\0"))
TIMES = st.none() | st.integers(1, 0xFFFFFFFF).map(
    lambda seconds: 1_546_300_800_000_000_000 + seconds * 10**9
)


def near(said, read, step):
    return said is read is None or (
        None not in (said, read) and abs(said - read) <= step / 2 + 1e-9
    )


def test_a_location_is_what_its_octets_say_by_hand():
    # 7.5 m/s east-south-east, sinking 1 m/s, at 59.437 N, 24.746 E, half past some hour
    data = bytes.fromhex("1220701efed0616d2310dfbf0ea208c00860084a3450460100")
    said = remote_id.decode(data)
    assert said == remote_id.Location(
        version=2, status=2, above_ground=False, direction_deg=112, speed_mps=7.5, climb_mps=-1.0,
        lat_deg=59.4371024, lon_deg=24.7455504, baro_m=105.0, hae_m=120.0, height_m=72.0,
        horizontal_accuracy=10, vertical_accuracy=4, baro_accuracy=3, speed_accuracy=4,
        tenths=18_000, time_accuracy=1,
    )  # fmt: skip
    assert remote_id.encode(said) == data


@given(
    version=VERSIONS, status=NIBBLE, above=st.booleans(), place=PLACE,
    direction=st.none() | st.integers(0, 360), speed=st.none() | st.floats(0.0, 254.25),
    climb=st.none() | st.floats(-62.0, 62.0), baro=HEIGHT, hae=HEIGHT, height=HEIGHT,
    codes=st.tuples(NIBBLE, NIBBLE, NIBBLE, NIBBLE, NIBBLE),
    tenths=st.none() | st.integers(0, 36_000),
)  # fmt: skip
def test_a_location_comes_back_within_the_steps_of_the_format(
    version, status, above, place, direction, speed, climb, baro, hae, height, codes, tenths
):
    lat, lon = place or (None, None)
    said = remote_id.Location(
        version=version, status=status, above_ground=above, direction_deg=direction,
        speed_mps=speed, climb_mps=climb, lat_deg=lat, lon_deg=lon, baro_m=baro, hae_m=hae,
        height_m=height, horizontal_accuracy=codes[0], vertical_accuracy=codes[1],
        baro_accuracy=codes[2], speed_accuracy=codes[3], tenths=tenths, time_accuracy=codes[4],
    )  # fmt: skip
    octets = remote_id.encode(said)
    read = remote_id.decode(octets)
    assert len(octets) == 25 and remote_id.encode(read) == octets
    for key in SAME:
        assert getattr(read, key) == getattr(said, key)
    assert near(said.lat_deg, read.lat_deg, 1e-7) and near(said.lon_deg, read.lon_deg, 1e-7)
    assert near(said.speed_mps, read.speed_mps, 0.75 if (speed or 0.0) > 63.75 else 0.25)
    assert near(said.climb_mps, read.climb_mps, 0.5)
    for key in ("baro_m", "hae_m", "height_m"):
        assert near(getattr(said, key), getattr(read, key), 0.5)


@given(
    version=VERSIONS, place=PLACE, hae=HEIGHT, ceiling=HEIGHT, floor=HEIGHT, t_ns=TIMES,
    bits=st.tuples(st.integers(0, 3), st.integers(0, 7), NIBBLE, NIBBLE),
    count=st.integers(0, 0xFFFF), radius=st.floats(0.0, 2550.0),
)  # fmt: skip
def test_a_system_comes_back_within_the_steps_of_the_format(
    version, place, hae, ceiling, floor, t_ns, bits, count, radius
):
    lat, lon = place or (None, None)
    said = remote_id.System(
        version=version, place=bits[0], classification=bits[1], operator_lat_deg=lat,
        operator_lon_deg=lon, operator_hae_m=hae, area_count=count, area_radius_m=radius,
        area_ceiling_m=ceiling, area_floor_m=floor, category_eu=bits[2], class_eu=bits[3],
        t_ns=t_ns,
    )  # fmt: skip
    octets = remote_id.encode(said)
    read = remote_id.decode(octets)
    assert len(octets) == 25 and remote_id.encode(read) == octets
    for key in ("version", "place", "classification", "area_count", "category_eu", "class_eu"):
        assert getattr(read, key) == getattr(said, key)
    assert read.t_ns == t_ns
    assert near(said.operator_lat_deg, read.operator_lat_deg, 1e-7)
    assert near(said.operator_lon_deg, read.operator_lon_deg, 1e-7)
    assert near(radius, read.area_radius_m, 10.0)
    for key in ("operator_hae_m", "area_ceiling_m", "area_floor_m"):
        assert near(getattr(said, key), getattr(read, key), 0.5)


@given(version=VERSIONS, kind=NIBBLE, other=NIBBLE, text=TEXT)
def test_identifiers_and_texts_come_back_octet_by_octet(version, kind, other, text):
    for said in (
        remote_id.BasicId(version=version, id_type=kind, ua_type=other, uas_id=text),
        remote_id.OperatorId(version=version, kind=kind * 16 + other, operator_id=text),
        remote_id.SelfId(version=version, kind=kind, text=text),
    ):
        assert remote_id.decode(remote_id.encode(said)) == said


@given(version=VERSIONS, signature=st.binary(max_size=255), kind=NIBBLE)
def test_a_signature_survives_its_pages_in_any_order(version, signature, kind):
    pages = remote_id.sign(signature, kind, T0_NS, version)
    read = [remote_id.decode(remote_id.encode(page)) for page in reversed(pages)]
    assert remote_id.signature(read) == signature
    assert read[-1].t_ns == T0_NS
    if len(pages) > 1:
        assert remote_id.signature(read[1:]) is None


def test_version_0_gives_the_number_of_pages_and_version_2_the_last():
    pages = remote_id.sign(bytes(40), 1, T0_NS, version=0)
    assert remote_id.encode(pages[0])[2] == 2
    pages = remote_id.sign(bytes(40), 1, T0_NS, version=2)
    assert remote_id.encode(pages[0])[2] == 1


def test_a_session_id_is_shown_as_digits_and_a_serial_as_it_is():
    assert remote_id.words(b"1581F4FILM01") == "1581F4FILM01"
    assert remote_id.words(b"\x01\xfe\x00\x80") == "01fe0080"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "truncated"),
        (b"\x12" * 24, "truncated"),
        (b"\xf2\x19", "truncated"),
        (b"\xf2\x18\x01" + bytes(25), "bad length"),
        (b"\xf2\x19\x0a" + bytes(250), "bad length"),
        (b"\xf2\x19\x02" + bytes(49), "truncated"),
        (b"\xf7\x19\x00", "bad header"),
    ],
)
def test_a_broken_pack_is_refused_by_name(data, reason):
    with pytest.raises(RefusedError) as refused:
        remote_id.split(data)
    assert refused.value.args[0] == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({0: 0x13}, "bad header"),
        ({0: 0x62}, "unknown item"),
        ({0: 0xF2}, "unknown item"),
        ({8: 0x7F}, "out of range"),
        ({12: 0x80}, "out of range"),
        ({1: 0x22, 2: 0xC8}, "bad value"),
        ({21: 0x00, 22: 0xF0}, "bad time"),
    ],
)
def test_an_impossible_message_is_refused_by_name(change, reason):
    data = bytearray(remote_id_messages()[1])
    for at, octet in change.items():
        data[at] = octet
    with pytest.raises(RefusedError) as refused:
        remote_id.decode(bytes(data))
    assert refused.value.args[0] == reason


def columns_of(batch, row):
    """What a batch says of one row, with the names of the structs."""
    for part in (
        batch.locations,
        batch.systems,
        batch.basic_ids,
        batch.self_ids,
        batch.operator_ids,
    ):
        at = np.flatnonzero(part.row == row)
        if len(at):
            return {name: getattr(part, name)[at[0]] for name in part.__slots__ if name != "row"}
    return None


@given(st.lists(st.binary(min_size=25, max_size=25), max_size=6), st.integers(0, 2))
def test_a_batch_says_what_the_messages_say_one_by_one(messages, version):
    kinds = [0, 1, 2, 3, 4, 5, 1, 4]
    raw = [
        bytes([kinds[k % 8] << 4 | version]) + message[1:] if message[0] & 3 else message
        for k, message in enumerate(messages)
    ]
    raw += remote_id_messages()
    batch = remote_id.decode_batch(b"".join(raw))
    for row, data in enumerate(raw):
        try:
            one = remote_id.decode(data)
        except RefusedError:
            assert row in batch.refused
            continue
        assert row not in batch.refused
        if isinstance(one, remote_id.Authentication):
            assert row in batch.pages
            continue
        said = columns_of(batch, row)
        if isinstance(one, remote_id.BasicId):
            assert (said["kind"], said["text"]) == (one.id_type * 16 + one.ua_type, one.uas_id)
        elif isinstance(one, remote_id.SelfId | remote_id.OperatorId):
            text = one.text if isinstance(one, remote_id.SelfId) else one.operator_id
            assert (said["kind"], said["text"]) == (one.kind, text)
        else:
            for name, value in said.items():
                expected = getattr(one, name)
                if expected is None:
                    assert math.isnan(value) or value in (-1, 0), name
                else:
                    assert value == expected, name


def test_every_radio_carries_the_same_pack():
    pack = remote_id.encode_pack(remote_id_messages())
    found = []
    for link, frame in remote_id_frames():
        (element,) = remote_id.read_frame(link, frame)
        assert element.transmitter == DRONE.hex() and element.intact
        found.append((element.radio, element.counter, element.data))
    assert found[:2] == [("wifi beacon", 7, pack), ("wifi nan", 8, pack)]
    assert found[2:9] == [("bluetooth 4", k, m) for k, m in enumerate(remote_id_messages())]
    assert found[9] == ("bluetooth 5", 9, pack)


def test_a_computers_own_adapter_is_read_as_well():
    pack = remote_id.encode_pack(remote_id_messages())
    body = bluetooth.advertisement(4, pack)
    old = b"\x04\x3e" + bytes([12 + 31]) + b"\x02\x01\x03\x01" + DRONE[::-1]
    old += bytes([31]) + bluetooth.advertisement(3, pack[3:28]) + b"\xc8"
    new = b"\x0d\x01\x00\x00\x01" + DRONE[::-1] + b"\x01\x03\x00\x7f\xb0" + bytes(9)
    new += bytes([len(body)]) + body
    (legacy,) = remote_id.read_frame(187, old)
    (extended,) = remote_id.read_frame(201, bytes(4) + b"\x04\x3e" + bytes([len(new)]) + new)
    assert legacy[:3] == (DRONE.hex(), "bluetooth 4", 3) and legacy.rssi_dbm == -56
    assert extended[:4] == (DRONE.hex(), "bluetooth 5", 4, pack) and extended.rssi_dbm == -80


def test_an_octet_changed_in_the_air_is_known_by_the_check_sequence():
    frame = bytearray(dict(remote_id_frames()[2:3])[251])
    frame[20] ^= 4
    (element,) = remote_id.read_frame(251, bytes(frame))
    assert not element.intact
    beacon = remote_id.beacon(DRONE, 1, remote_id.encode_pack(remote_id_messages()))
    header = b"\0\0\x09\0\x02\0\0\0\x10"
    whole = header + beacon + binascii.crc32(beacon).to_bytes(4, "little")
    assert remote_id.read_frame(127, whole)[0].intact
    assert not remote_id.read_frame(127, whole[:-1] + b"\x00")[0].intact


def test_other_traffic_is_passed_over():
    assert remote_id.read_frame(105, b"\x08" + bytes(60)) == []
    assert remote_id.read_frame(251, b"\xd6\xbe\x89\x8e\x00\x06" + bytes(9)) == []
    assert remote_id.read_frame(1, bytes(60)) == []
    empty = codecs.check("pcap", radio_pcap([bytes(60)], 105))
    assert empty == codecs.Verdict(False, "file: empty: no UDP datagram in it")


def read_all(path):
    """Count elements, intact ones, and messages by kind of a real capture."""
    data, counts = path.read_bytes(), Counter()
    walk = capture.pcapng_packets if capture.is_pcapng(data) else capture.pcap_packets
    for packet in walk(data, remote_id.LINKS):
        for element in remote_id.read_frame(packet.link, packet.data):
            counts["frames"] += 1
            counts["intact"] += element.intact
            for message in remote_id.split(element.data) if element.intact else []:
                counts[type(remote_id.decode(message)).__name__] += 1
    return counts


def test_every_frame_of_the_real_captures_is_read(shared_data):
    wifi = read_all(shared_data / "remote_id" / "odid_wifi_bcn_sample.pcap")
    assert wifi == dict.fromkeys(
        ("frames", "intact", "BasicId", "Location", "SelfId", "System", "OperatorId"), 21
    )
    bluetooth5 = read_all(shared_data / "remote_id" / "odid_bt5_lr_sample.pcapng")
    assert bluetooth5["frames"] == 273
    assert bluetooth5["intact"] == 244  # the sniffer's own word on the check sequence, too
    assert bluetooth5["Location"] == 222
