"""Hostile bytes at each layout of ASTERIX: refusals alone, soon, small, and without a trace."""

import os
import random
import time
import tracemalloc

import pytest
from asterix_world import PROFILES, record_of
from codecs_mutator import mutate
from codecs_world import T0_NS, make_site

from vedette import codecs
from vedette.codecs.asterix import encode_record_blocks
from vedette.codecs.asterix.profiles import EDITIONS
from vedette.codecs.reasons import ALL
from vedette.model.arrivals import Arrival
from vedette.model.reports import Detection, Refusal, SensorStatus
from vedette.record.state import encode_state, unfaithful

COUNT = int(os.environ.get("VEDETTE_MUTATIONS", "2000"))
INPUT_MAX_S = 0.010  # of processor time
INPUT_MAX_BYTES = 16 << 20


def corpus(profile):
    source = random.Random(profile)
    made = []
    for count in (1, 1, 2, 5):
        records = [record_of(source, profile) for _ in range(count)]
        for record in records:
            record.sac, record.sic = 25, 1
        made += encode_record_blocks(records, profile)
    return made


def decoders_of(profile):
    decoders = codecs.open_decoders(make_site())
    if profile in EDITIONS.values():
        decoders.feeds["f-asterix"].edition = profile
    return decoders


def decode(decoders, data, t_ns=T0_NS):
    return codecs.decode(decoders, [Arrival(feed="f-asterix", t_recv_ns=t_ns, data=data)])


@pytest.mark.parametrize("profile", PROFILES)
def test_mutated_records_are_refused_by_reason_and_leave_no_trace(profile):
    source, made, decoders = random.Random(profile), corpus(profile), decoders_of(profile)
    untouched, refused = encode_state(decoders.radars), 0
    for k in range(COUNT):
        data = mutate(source, made)
        reports = decode(decoders, data, T0_NS + k * 1_000_000)
        assert all(isinstance(r, Refusal | Detection | SensorStatus) for r in reports)
        assert all(r.reason in ALL for r in reports if isinstance(r, Refusal))
        if reports and all(isinstance(r, Refusal) for r in reports):
            refused += 1
            # A whole record without news, before the damage, is remembered like any: no more.
            if any(radar.recent for radar in decoders.radars.values()):
                assert (
                    sum(len(radar.recent) for radar in decoders.radars.values()) <= len(data) // 8
                )
                for radar in decoders.radars.values():
                    radar.recent.clear()
            assert encode_state(decoders.radars) == untouched
        else:
            decoders = decoders_of(profile)
    assert refused > COUNT // 20


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_remembered_comes_back_from_a_snapshot(profile):
    decoders = decoders_of(profile)
    for data in corpus(profile):
        decode(decoders, data)
    assert unfaithful(decoders, codecs.Decoders) == ""


@pytest.mark.parametrize("profile", PROFILES)
def test_no_input_takes_long_or_much_memory(profile):
    source, made = random.Random(profile + 3), corpus(profile)
    for _ in range(COUNT):
        data = mutate(source, made)
        took_s = timed(profile, data)
        if took_s > INPUT_MAX_S:  # a machine busy with other things: once more, and again
            took_s = min(timed(profile, data) for _ in range(5))
        assert took_s <= INPUT_MAX_S
    tracemalloc.start()
    try:
        for data in [mutate(source, made) for _ in range(50)]:
            tracemalloc.reset_peak()
            begun = tracemalloc.get_traced_memory()[0]
            decode(decoders_of(profile), data)
            assert tracemalloc.get_traced_memory()[1] - begun < INPUT_MAX_BYTES
    finally:
        tracemalloc.stop()


def timed(profile, data):
    decoders = decoders_of(profile)
    begun_s = time.thread_time()
    decode(decoders, data)
    return time.thread_time() - begun_s
