"""Who floods gets in what it may have, in small parts: no step has a whole burst to chew."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_feeds_intake import SECOND_NS, Clock, make_intake, put

from vedette.codecs import sapient
from vedette.codecs.adsb import beast
from vedette.config.kinds import FEED_KINDS
from vedette.feeds.frames import frames_in, newest

sys.path.insert(0, str(Path(__file__).parents[1] / "codecs"))
from sapient_world import NODE, made

RATE_HZ = 200.0
STEPS, STEP_NS, BURST = 100, SECOND_NS // 20, 500


def numbered(count, first=0):
    return b"".join(b'{"k":%d}\n' % k for k in range(first, first + count))


def passed(intake):
    """Give what a step takes: lines, and how many were shed."""
    taken = intake.drain()
    lines = [line for a in taken if a.kind == "data" for line in a.data.splitlines()]
    return lines, sum(a.count for a in taken if a.kind == "shed")


def test_a_flood_in_bursts_reaches_each_step_in_small_parts_and_the_newest_of_each():
    clock = Clock()
    intake, sizes, shed = make_intake(clock, RATE_HZ, queue_max=10_000), [], 0
    for step in range(STEPS):
        put(intake, clock, "lines", numbered(BURST, BURST * step))
        lines, lost = passed(intake)
        sizes.append(len(lines))
        shed += lost
        if lines and step:
            assert lines[-1] == numbered(1, BURST * (step + 1) - 1).rstrip()
        clock.now_ns += STEP_NS
    # Of the first nobody knew that it was a flood: what it brought is owed.
    assert sizes[0] == BURST and max(sizes[1:]) <= RATE_HZ * STEP_NS / SECOND_NS + 1
    assert sum(sizes) + shed == STEPS * BURST
    assert sum(sizes) == pytest.approx(RATE_HZ * (1 + STEPS * STEP_NS / SECOND_NS), rel=0.05)


def test_a_radar_that_sends_its_scan_at_once_within_its_rate_loses_nothing():
    clock = Clock()
    intake = make_intake(clock, RATE_HZ, queue_max=10_000)
    for _ in range(20):
        put(intake, clock, "lines", numbered(300))
        assert passed(intake) == (numbered(300).splitlines(), 0)
        clock.now_ns += 2 * SECOND_NS


def test_who_has_ceased_to_flood_may_send_a_burst_again():
    clock = Clock()
    intake = make_intake(clock, RATE_HZ, queue_max=10_000)
    for _ in range(20):
        put(intake, clock, "lines", numbered(BURST))
        passed(intake)
        clock.now_ns += STEP_NS
    clock.now_ns += 5 * SECOND_NS
    put(intake, clock, "lines", numbered(300))
    assert passed(intake) == (numbered(300).splitlines(), 0)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 300)), max_size=30))
def test_above_its_rate_no_source_gets_more_than_its_rate_and_one_arrival_on_credit(bursts):
    clock = Clock()
    intake, total = make_intake(clock, RATE_HZ, queue_max=100_000), 0
    begun_ns, first, sent = clock.now_ns, 300, 0
    for wait_ms, count in bursts:
        clock.now_ns += wait_ms * 1_000_000
        put(intake, clock, "lines", numbered(count))
        lines, lost = passed(intake)
        total, sent = total + len(lines), sent + len(lines) + lost
    spent_s = (clock.now_ns - begun_ns) / SECOND_NS
    assert total <= RATE_HZ * (1 + spent_s) + first
    assert sent == sum(count for _, count in bursts)


STREAMS = {
    "detections_udp": numbered(12),
    "detections_tcp": numbered(12),
    "avr_tcp": b"*8D4840D6202CC371C32CE0576098;\n" * 12,
    "sapient_tcp": b"".join(
        sapient.frame(made("statusReport", nodeId=NODE).SerializeToString()) for _ in range(12)
    ),
    "beast_tcp": b"\x1a3" + bytes(6) + b"\x50" + bytes(range(100, 114)),
}
STREAMS["beast_tcp"] *= 12


@pytest.mark.parametrize("kind", STREAMS)
@pytest.mark.parametrize("leave_out", [0, 1, 5, 11])
def test_the_newest_of_an_arrival_are_its_last_frames_and_whole(kind, leave_out):
    data, of = STREAMS[kind], FEED_KINDS[kind]
    rest = newest(of, data, leave_out)
    assert data.endswith(rest) and frames_in(of, data) == 12
    if kind == "beast_tcp":
        frames, faults, used = beast.split(rest)
        assert (len(frames), faults, used) == (12 - leave_out, [], len(rest))
    elif kind == "sapient_tcp":
        assert len(sapient.split(rest).messages) == 12 - leave_out
        assert sapient.split(rest).used == len(rest)
    else:
        assert rest.lstrip(b"\n").splitlines() == data.splitlines()[leave_out:]


@given(
    data=st.binary(max_size=400), leave_out=st.integers(0, 50), kind=st.sampled_from([*FEED_KINDS])
)
def test_of_any_octets_the_newest_are_the_end(data, leave_out, kind):
    of = FEED_KINDS[kind]
    assert data.endswith(newest(of, data, min(leave_out, frames_in(of, data) - 1)))


FRAMES = b"".join(
    b"\x1a3" + number.to_bytes(6, "big") + b"\x50" + bytes([0x8D]) + number.to_bytes(13, "big")
    for number in range(0x20_0000, 0x20_0400)
).replace(b"\x1a\x1a", b"\x1a")


@given(
    sizes=st.lists(st.integers(1, 700), min_size=1, max_size=60),
    waits_ms=st.lists(st.integers(0, 120), min_size=60, max_size=60),
    takes=st.lists(st.booleans(), min_size=60, max_size=60),
)
def test_over_a_gap_no_two_halves_of_frames_of_a_stream_meet(sizes, waits_ms, takes):
    """Whatever is shed: what a decoder joins was one after the other on the wire."""
    clock = Clock()
    intake, at, taken = make_intake(clock, 30.0, queue_max=40), 0, []
    for size, wait_ms, is_taken in zip(sizes, waits_ms, takes, strict=False):
        clock.now_ns += wait_ms * 1_000_000
        put(intake, clock, "adsb", FRAMES[at : at + size])
        at += size
        taken += intake.drain() if is_taken else []
    joined, shed = [b""], 0
    for arrival in [*taken, *intake.drain()]:
        if arrival.kind == "shed":
            joined.append(b"")
            shed += arrival.count
        else:
            joined[-1] += arrival.data
    assert all(piece in FRAMES[:at] for piece in joined)
    assert bool(shed) == (sum(map(len, joined)) < at)
