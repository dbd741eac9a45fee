"""Hostile bytes: every decoder takes mutated inputs without a crash, a hang, growth or a trace.

Each campaign holds every input to its time and its memory (`codecs_campaign`). No feed raises; a
file's reader neither; what is refused is refused by a reason of the list.
"""

import functools
import random
from collections.abc import Callable
from typing import Any

import cot_world
import pytest
from codecs_campaign import COUNT, FILE_COUNT, campaign
from codecs_feeds import (
    PROFILES,
    STEP_NS,
    Traceless,
    UnderFire,
    change_one,
    corpus_of,
    every_feed,
)
from codecs_world import T0_NS, good_files, make_site, squitters

from vedette import codecs
from vedette.base.errors import RefusedError
from vedette.codecs import cot
from vedette.codecs.adsb import beast, mode_s
from vedette.codecs.reasons import ALL
from vedette.evaluation import courageous
from vedette.model.arrivals import Arrival
from vedette.model.reports import Refusal
from vedette.record.state import unfaithful

FILES = good_files()
READ = [known.name for known in codecs.RECORDED if known.read is not None]


@pytest.mark.parametrize("name", every_feed())
def test_a_feed_survives_mutated_bytes(name):
    fire = UnderFire(name)
    figures = campaign(f"feed: {name}", fire.corpus, fire.read, fire.judge)
    assert figures.refused > COUNT // 20


@pytest.mark.parametrize("name", every_feed())
def test_a_message_that_is_refused_leaves_no_trace(name):
    fire = Traceless(name)
    count = COUNT // 4  # the memory is encoded after each
    campaign(f"no trace: {name}", fire.corpus, fire.read, fire.judge, change_one, count)
    assert fire.refused > COUNT // 100


@pytest.mark.parametrize("name", PROFILES)
def test_what_is_remembered_comes_back_from_a_snapshot(name):
    fire = UnderFire(name)
    for data in fire.corpus:
        fire.read(data)
    assert unfaithful(fire.decoders, codecs.Decoders) == ""


SAVED = {"aircraft.json": "aircraft.json", "dronescout": "DroneScout, JSON", "mavlink": "MAVLink"}


@pytest.mark.parametrize("name", SAVED)
def test_saved_messages_of_a_wire_are_valid_and_mutated_ones_are_judged(name):
    _, corpus = corpus_of(SAVED[name])
    assert [codecs.check(name, data) for data in corpus] == [codecs.Verdict(True)] * len(corpus)
    campaign(
        f"check: {name}", corpus, functools.partial(codecs.check, name),
        lambda _, verdict: not verdict.accepted and bool(verdict.reason), count=FILE_COUNT,
    )  # fmt: skip


@pytest.mark.parametrize("name", [*FILES, "asterix"])
def test_a_mutated_file_is_judged_not_feared(name):
    def judge(data: bytes, verdict: codecs.Verdict) -> bool:
        assert verdict.accepted == (verdict.reason == "")
        return not verdict.accepted

    corpus = FILES["ast" if name == "asterix" else name]
    check = functools.partial(codecs.check, name)
    figures = campaign(f"check: {name}", corpus, check, judge, count=FILE_COUNT)
    assert figures.refused > FILE_COUNT // 10


@pytest.mark.parametrize("name", READ)
def test_a_mutated_file_is_read_and_every_refusal_has_a_reason_of_the_list(name):
    read, site = codecs.named(name).read, make_site()
    assert read is not None

    def all_of(data: bytes) -> list[Any]:
        return list(read(data, codecs.Reading("file", site, T0_NS)))

    def judge(data: bytes, timed: list[Any]) -> bool:
        refusals = [report for _, report, _ in timed if isinstance(report, Refusal)]
        assert all(refusal.reason in ALL for refusal in refusals)
        assert all(0 <= at <= len(data) for _, _, at in timed)
        return bool(refusals)

    figures = campaign(f"read: {name}", FILES[name], all_of, judge, count=FILE_COUNT)
    assert figures.refused > FILE_COUNT // 20


def refused_or_read(read: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Read, where the only error that may come is the decoder's own."""

    def attempt(data: bytes) -> Any:
        try:
            return read(data)
        except RefusedError as refused:
            return refused

    return attempt


def test_a_mutated_courageous_log_is_read_or_refused_by_place():
    place = '{"$type":"Position3d","lat":33.8,"lon":42.41,"height_amsl":300.0}'
    row = (
        '{"time":1641265200000,"record_number":%d,"classification":"UAV",'
        '"alarm":{"active":true,"certainty":0.9},"location":' + place + "}"
    )
    log = (
        '{"static_cuas_location":{"lat":33.8,"lon":42.4,"height_amsl":188.0},"vendor_name":"v",'
        '"system_name":"s","version":"0.4.1","detection":[{"uas_id":null,"records":[%s]}],'
        '"tracks":[{"uas_id":4,"records":[%s,%s]}]}'
    )
    whole = (log % (row % 0, row % 0, row % 1)).encode()
    courageous.parse_log(whole, "a.json")

    def judge(data: bytes, outcome: Any) -> bool:
        is_refused = isinstance(outcome, RefusedError)
        assert not is_refused or str(outcome).startswith("a.json")
        return is_refused

    read = refused_or_read(lambda data: courageous.parse_log(data, "a.json"))
    figures = campaign("COURAGEOUS log", [whole], read, judge)
    assert figures.refused > COUNT // 2


def test_a_mutated_stream_of_tak_is_cut_into_frames_within_bounds_or_lost():
    buffers = [cot.StreamBuffer()]

    def take(data: bytes) -> list[bytes | None]:
        return cot.cut(buffers[0], data)

    def judge(data: bytes, frames: list[bytes | None]) -> bool:
        assert len(buffers[0].pending) <= 1 << 20
        assert all(frame is None or 0 < len(frame) <= 1 << 20 for frame in frames)
        if buffers[0].is_lost:
            buffers[0] = cot.StreamBuffer()
        return None in frames

    campaign("CoT, cut of a stream", cot_world.datagrams(), take, judge)


def test_mutated_squitters_with_true_parity_make_no_crash_and_no_flood_of_aircraft(site):
    source, decoders = random.Random(17), codecs.open_decoders(site)
    corpus = squitters()
    for k in range(COUNT):
        body = bytearray(source.choice(corpus)[:11])
        for _ in range(source.randrange(1, 4)):
            body[source.randrange(11)] = source.randrange(256)
        body[0] = (source.choice((17, 18)) << 3) | source.randrange(8)
        frame = beast.frame_of(mode_s.with_parity(bytes(body)), source.getrandbits(48))
        stream = beast.encode([frame])
        codecs.decode(decoders, [Arrival(feed="f-beast", t_recv_ns=T0_NS + k, data=stream)])
    receiver = decoders.feeds["f-beast"].receiver
    assert receiver is not None
    assert len(receiver.aircraft) <= 4096


def test_the_counter_of_a_damaged_frame_does_not_move_the_receivers_clock(site):
    decoders = codecs.open_decoders(site)
    receiver = decoders.feeds["f-beast"].receiver
    assert receiver is not None
    good = beast.encode([beast.frame_of(squitters()[0], 12_000_000)])
    codecs.decode(decoders, [Arrival(feed="f-beast", t_recv_ns=T0_NS, data=good)])
    known_ns = receiver.clock_offset_ns
    noise = squitters()[1][:-1] + b"\0"
    for k in range(10):
        stream = beast.encode([beast.frame_of(noise, 18_000_000)])  # half a second ahead
        arrival = Arrival(feed="f-beast", t_recv_ns=T0_NS + k * STEP_NS, data=stream)
        codecs.decode(decoders, [arrival])
    assert receiver.clock_offset_ns == known_ns
