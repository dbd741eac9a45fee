"""Hostile bytes: every codec takes mutated inputs without a crash, a hang or growth.

VEDETTE_MUTATIONS sets how many inputs each codec gets (2,000 in `make test`, 100,000 in CI).
"""

import os
import random
import time

import asterix_world
import cot_world
import pytest
import sapient_world
from codecs_mutator import mutate
from codecs_world import (
    aircraft_documents,
    asterix_datagrams,
    avr_text,
    beast_stream,
    detection_text,
    good_files,
    mavlink_datagrams,
    remote_id_datagrams,
    sbs_text,
    scout_payloads,
    squitters,
)

from vedette import codecs
from vedette.codecs.adsb import beast, mode_s
from vedette.codecs.reasons import ALL
from vedette.model.arrivals import Arrival
from vedette.model.reports import Detection, Refusal
from vedette.record.state import encode_state

COUNT = int(os.environ.get("VEDETTE_MUTATIONS", "2000"))
HANG_S = 1.0  # of processor time: far above the 10 ms an input may take
STATE_BYTES_MAX = 2_000_000  # 4,096 aircraft of about 300 bytes, and half a line
T0_NS = 1_641_254_400_000_000_000

FEEDS = {
    "f-asterix": [*asterix_datagrams(), *asterix_world.every_category()],
    "f-beast": [beast_stream()],
    "f-sbs": [sbs_text()],
    "f-rid": remote_id_datagrams(),
    "f-mav": mavlink_datagrams(),
    "f-avr": [avr_text()],
    "f-json": aircraft_documents(),
    "f-scout": scout_payloads(),
    "f-udp": [detection_text()],
    "f-tcp": [detection_text()],
    "f-cot": cot_world.datagrams(),
    "http": [detection_text()],
    "f-sapient": [sapient_world.stream(), sapient_world.stream("registration", "detectionReport")],
}
FILES = {**good_files(), "asterix": [*asterix_datagrams(), *asterix_world.every_category()]}


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_survives_mutated_bytes(site, feed):
    source, decoders = random.Random(20220104), codecs.open_decoders(site)
    refused, slowest_s, most = 0, 0.0, 0
    for k in range(COUNT):
        data = mutate(source, FEEDS[feed])
        begun_s = time.thread_time()
        arrival = Arrival(feed=feed, t_recv_ns=T0_NS + k * 1_000_000, data=data)
        reports = codecs.decode(decoders, [arrival])
        slowest_s = max(slowest_s, time.thread_time() - begun_s)
        most = max(most, len(reports))
        for report in reports:
            if isinstance(report, Refusal):
                refused += 1
                assert report.reason in ALL
            elif isinstance(report, Detection):
                assert abs(report.t_meas_ns) < 1 << 62
    assert refused > COUNT // 20
    assert most < 2 * 4096
    assert slowest_s < HANG_S
    assert len(encode_state(decoders)) < STATE_BYTES_MAX


@pytest.mark.parametrize("name", FILES)
def test_a_mutated_file_is_judged_not_feared(name):
    source, slowest_s, refused = random.Random(5), 0.0, 0
    for _ in range(COUNT):
        data = mutate(source, FILES[name])
        begun_s = time.thread_time()
        verdict = codecs.check(name, data)
        slowest_s = max(slowest_s, time.thread_time() - begun_s)
        refused += not verdict.accepted
        assert verdict.accepted == (verdict.reason == "")
    assert refused > COUNT // 10
    assert slowest_s < HANG_S


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
