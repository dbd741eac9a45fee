"""What Remote ID receivers publish: the memory of a drone, compressed, several together."""

import json
import lzma
import struct

import pytest
from codecs_world import T0_NS, remote_id_messages
from hypothesis import given
from hypothesis import strategies as st

from vedette.base.errors import RefusedError
from vedette.codecs import remote_id
from vedette.codecs.remote_id import scout
from vedette.model.reports import OperatorReport, PositionReport, Refusal

MESSAGES = [remote_id.decode(message) for message in remote_id_messages()[:5]]


def read(payload, listener=None):
    return scout.read_payload(listener or remote_id.Listener("rid"), payload, T0_NS, "scouts")


def test_a_receivers_memory_lies_where_its_c_structure_has_it():
    memory = scout.remember(MESSAGES)
    assert memory[8:25] == b"1581F4VEDETTE0001"
    assert (memory[892], memory[894], memory[911], memory[912], memory[913]) == (1, 1, 1, 1, 1)
    assert memory[780:786] == b"survey" and memory[868:884] == b"FIN87astrdge12k8"
    assert struct.unpack_from("<dd", memory, 80) == (33.9, 42.5)
    assert struct.unpack_from("<f", memory, 132)[0] == pytest.approx(1.2)
    assert struct.unpack_from("<dd", memory, 816) == (33.91, 42.51)


def test_memory_and_messages_give_the_same_reports():
    pack = remote_id.encode_pack(remote_id_messages())
    kinds = (PositionReport, OperatorReport)
    by_memory = read(scout.publish("c0:ff:ee:00:00:01", scout.remember(MESSAGES), T0_NS))
    by_pack = read(scout.publish("c0:ff:ee:00:00:01", pack, T0_NS))
    assert [type(r) for r in by_memory] == [type(r) for r in by_pack] == list(kinds)
    for one, other in zip(by_memory, by_pack, strict=True):
        assert (one.lat_rad, one.lon_rad) == pytest.approx((other.lat_rad, other.lon_rad), abs=1e-9)
    assert by_memory[0].claims == by_pack[0].claims
    assert by_memory[0].t_meas_ns == by_pack[0].t_meas_ns
    assert by_memory[0].v_east_mps == pytest.approx(by_pack[0].v_east_mps)


def test_what_a_memory_does_not_mark_as_valid_is_not_read():
    memory = bytearray(scout.remember(MESSAGES))
    memory[894] = memory[912] = 0
    assert read(scout.publish("c0ffee000001", bytes(memory), T0_NS)) == []


@given(st.lists(st.sampled_from([b"{}", b'{"a":"}{\\""}', b'{"a":{"b":1}}', b" \n\0"]), max_size=9))
def test_objects_are_cut_where_they_end_whatever_texts_hold(pieces):
    wanted = [piece for piece in pieces if piece[:1] == b"{"]
    assert list(scout.objects(b"".join(pieces))) == wanted
    assert all(json.loads(piece) is not None for piece in wanted)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"hello", "bad text"),
        (b"{", "truncated"),
        (b'{"a": "', "truncated"),
        (b'{"data": 7}', "bad json"),
        (b"{}]", "bad json"),
        (b"{" * 50, "too deep"),
        (b"{}" * 300, "too long"),
        (b"{" + b" " * (1 << 16) + b"}", "too long"),
        (lzma.compress(b"x" * 100)[:-9], "truncated"),
        (lzma.compress(b"{" + b" " * (1 << 22) + b"}"), "too long"),
        (b'{"data": {"UASdata": "!!!"}}', "bad text"),
        (b'{"data": {"UASdata": "AAAA"}}', "bad length"),
        (b'{"data": {"UASdata": "", "timestamp": -1}}', "out of range"),
    ],
)
def test_a_payload_that_cannot_be_is_refused_by_name(payload, reason):
    (refusal,) = read(payload)
    assert isinstance(refusal, Refusal) and refusal.reason == reason


def test_a_dictionary_that_would_fill_the_memory_is_not_unpacked():
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}]
    payload = lzma.compress(b"{}", filters=filters)
    (refusal,) = read(payload)
    assert refusal.reason == "bad text" and "emory" in refusal.detail


def test_one_bad_object_costs_itself_alone():
    good = scout.publish("c0ffee000001", scout.remember(MESSAGES), T0_NS)
    found = read(b'{"data": 7}' + good)
    assert [type(r) for r in found] == [Refusal, PositionReport, OperatorReport]


def test_places_and_numbers_on_no_earth_are_refused_or_unknown():
    memory = bytearray(scout.remember(MESSAGES))
    struct.pack_into("<d", memory, 80, float("nan"))
    with pytest.raises(RefusedError) as refused:
        scout.remembered(bytes(memory))
    assert refused.value.args[0] == "bad value"
    struct.pack_into("<d", memory, 80, 33.9)
    struct.pack_into("<f", memory, 100, float("inf"))
    location = next(m for m in scout.remembered(bytes(memory)) if isinstance(m, remote_id.Location))
    assert location.hae_m is None and location.lat_deg == 33.9


def test_each_receiver_behind_a_broker_has_its_own_clock():
    listener, named = remote_id.Listener("rid"), []
    for second in range(6):
        now_ns = T0_NS + 2 * 10**9 + second * 10**8
        for receiver, error_s in (("good", 0), ("late", 60)):
            said = scout.publish(
                f"c0ffee00000{len(receiver)}", scout.remember(MESSAGES),
                now_ns - error_s * 10**9, receiver,
            )  # fmt: skip
            reports = scout.read_payload(listener, said, now_ns, "scouts")
            named += [r.detail for r in reports if isinstance(r, Refusal)]
    assert named == ["receiver late: its clock is 60.0 s behind UTC; the time of receipt is taken"]
