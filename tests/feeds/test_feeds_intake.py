"""The intake: order, limits, and who loses when there is too much."""

import pytest

from vedette.config.site import Feed, Limits, Reference, Sensor, Site
from vedette.feeds import Intake
from vedette.model.arrivals import Arrival

SECOND_NS = 10**9


class Clock:
    """A clock that stands until it is moved."""

    now_ns = 1_641_254_400 * SECOND_NS

    def __call__(self) -> int:
        return self.now_ns


@pytest.fixture
def clock():
    return Clock()


def make_intake(clock, rate_max_hz=1000.0, queue_max=100, door_rate_max_hz=1000.0):
    limits = {"rate_max_hz": rate_max_hz, "queue_max": queue_max}
    feeds = [
        Feed(id="radar", kind="asterix_udp", port=1, **limits),
        Feed(id="rf", kind="detections_udp", port=2, **limits),
        Feed(id="lines", kind="detections_udp", port=4, **limits),
        Feed(id="adsb", kind="beast_tcp", port=3, **limits),
    ]
    reference = Reference(lat_deg=0.0, lon_deg=0.0, hae_m=0.0)
    doors = Limits(door_rate_max_hz=door_rate_max_hz)
    sensors = [
        Sensor(id=name, kind="radar_3d", lat_deg=0.0, lon_deg=0.0, hae_m=0.0)
        for name in ("loud", "calm")
    ]
    site = Site(schema=1, name="x", reference=reference, sensors=sensors, feeds=feeds, limits=doors)
    return Intake(site, clock)


def put(intake, clock, feed, data=b"x", kind="data"):
    intake.put(Arrival(feed=feed, t_recv_ns=clock(), data=data, kind=kind))


def test_what_came_first_is_taken_first(clock):
    intake = make_intake(clock)
    for k, feed in enumerate(("radar", "adsb", "radar", "http")):
        put(intake, clock, feed, bytes([k]))
    assert intake.waiting == 4
    assert [a.data for a in intake.drain()] == [b"\0", b"\1", b"\2", b"\3"]
    assert intake.waiting == 0 and intake.drain() == []


def test_datagrams_and_bytes_are_counted_since_the_start(clock):
    intake = make_intake(clock)
    for _ in range(3):
        put(intake, clock, "radar", b"abcdef")
        put(intake, clock, "adsb", b"abcdef")
    intake.drain()
    assert (intake.units("radar"), intake.units("adsb"), intake.units("nobody")) == (3, 18, 0)


def test_a_feed_above_its_rate_loses_its_own_oldest_and_no_other(clock):
    intake = make_intake(clock, rate_max_hz=50.0)
    for k in range(80):
        put(intake, clock, "radar", bytes([k]))
    put(intake, clock, "rf", b"rf")
    taken = intake.drain()
    assert (taken[0].kind, taken[0].feed, taken[0].count) == ("shed", "radar", 30)
    assert [a.data[0] for a in taken[1:-1]] == list(range(30, 80))
    assert taken[-1].data == b"rf"


def test_above_its_rate_with_nothing_waiting_the_newcomer_is_dropped(clock):
    intake = make_intake(clock, rate_max_hz=50.0)
    for k in range(60):
        put(intake, clock, "radar", bytes([k]))
        if k == 49:
            assert len(intake.drain()) == 50
    (note,) = intake.drain()
    assert (note.kind, note.count) == ("shed", 10)
    clock.now_ns += SECOND_NS
    put(intake, clock, "radar")
    assert [a.kind for a in intake.drain()] == ["data"]


def test_a_full_queue_keeps_the_newest(clock):
    intake = make_intake(clock, rate_max_hz=1e6, queue_max=100)
    for k in range(250):
        put(intake, clock, "radar", bytes([k]))
    taken = intake.drain()
    assert taken[0].count == 150 and taken[1].data == bytes([150])
    assert len(taken) == 101


def test_a_stream_is_limited_by_frames_and_by_bytes(clock):
    intake = make_intake(clock, rate_max_hz=1e6, queue_max=100)
    for _ in range(50):
        put(intake, clock, "adsb", b"\x1a" * 10)
    taken = intake.drain()
    assert taken[0].count == 400 and sum(len(a.data) for a in taken[1:]) == 100
    for _ in range(200):
        put(intake, clock, "adsb", bytes(1 << 16))
    assert sum(len(a.data) for a in intake.drain()) <= 8 << 20


def test_whoever_steps_is_woken(clock):
    intake, woken = make_intake(clock), []
    intake.on_arrival(lambda: woken.append(1))
    put(intake, clock, "radar")
    put(intake, clock, "adsb", kind="opened")
    assert len(woken) == 2
    assert [a.kind for a in intake.drain()] == ["data", "opened"]


def test_detections_are_counted_line_by_line_however_many_a_datagram_holds(clock):
    intake = make_intake(clock, rate_max_hz=50.0)
    lines = b'{"k":1}\n' * 25
    for _ in range(4):
        put(intake, clock, "lines", lines)
    taken = intake.drain()
    assert [(a.kind, a.count) for a in taken if a.kind == "shed"] == [("shed", 50)]
    assert len(taken) == 3


def test_a_single_arrival_larger_than_the_queue_is_not_lost(clock):
    intake = make_intake(clock, rate_max_hz=1e6, queue_max=100)
    put(intake, clock, "lines", b'{"k":1}\n' * 150)
    assert [a.kind for a in intake.drain()] == ["data"]


def test_a_door_above_its_rate_is_turned_away_before_its_octets_are_read(clock):
    intake = make_intake(clock, door_rate_max_hz=100.0)
    assert intake.admit("websocket", b"{}") == (b"{}", [])
    put(intake, clock, "websocket", b'{"k":1}\n' * 150)
    assert intake.admit("websocket", b"{}\n{}\n") == (b"", [1, 2])
    assert [(a.kind, a.count) for a in intake.drain()] == [("data", 0), ("shed", 2)]
    clock.now_ns += SECOND_NS
    assert intake.admit("websocket", b"{}") == (b"{}", [])


def of(sensor, count=1):
    return b'{"t_ns":1, "sensor" : "%s"}\n' % sensor.encode() * count


@pytest.mark.parametrize("door", ["http", "websocket"])
def test_a_sensor_that_floods_a_door_is_shed_and_named_and_no_other(clock, door):
    intake, taken, shed = make_intake(clock, door_rate_max_hz=100.0), [], 0
    for _ in range(50):  # a second of 5,000 lines of one and 50 of the other
        for sensor, count in (("loud", 100), ("calm", 1)):
            body, out = intake.admit(door, of(sensor, count))
            assert sensor == "loud" or not out
            if body:
                put(intake, clock, door, body)
        clock.now_ns += SECOND_NS // 50
        for arrival in intake.drain():
            if arrival.kind == "shed":
                assert arrival.data == b"loud"
                shed += arrival.count
            else:
                taken += arrival.data.splitlines()
    assert sum(b"calm" in line for line in taken) == 50
    loud = sum(b"loud" in line for line in taken)
    assert loud + shed == 5000 and loud <= 300


def test_of_a_body_with_lines_of_several_only_those_of_who_floods_are_left_out(clock):
    intake = make_intake(clock, door_rate_max_hz=100.0)
    put(intake, clock, "http", of("loud", 150))
    body = of("calm") + of("loud", 2) + b"\n" + of("stranger") + of("calm")
    left, out = intake.admit("http", body)
    assert out == [2, 3]
    assert left.split(b"\n") == [
        of("calm")[:-1], b"", b"", b"", of("stranger")[:-1], of("calm")[:-1], b"",
    ]  # fmt: skip
    put(intake, clock, "http", left)
    assert [(a.kind, a.data) for a in intake.drain()][1:] == [
        ("shed", b"loud"), ("data", of("calm", 2)), ("data", of("stranger")),
    ]  # fmt: skip


def test_a_body_too_long_to_be_taken_apart_is_whose_its_first_line_is(clock):
    intake = make_intake(clock, door_rate_max_hz=100.0)
    put(intake, clock, "http", b"\n" + of("loud") + of("calm", 2000))
    assert intake.admit("http", of("calm")) == (of("calm"), [])
    assert intake.admit("http", of("loud")) == (b"", [1])
    left, out = intake.admit("http", of("loud", 3000))
    assert (left, len(out)) == (b"", 3000)
    assert intake.admit("http", of("calm", 3000))[1] == []
    assert [(a.kind, a.data) for a in intake.drain()][1:] == [("shed", b"loud")]


def test_invented_names_share_one_rate_and_one_queue(clock):
    intake = make_intake(clock, door_rate_max_hz=100.0)
    for k in range(300):
        put(intake, clock, "http", of(f"ghost-{k}"))
    kinds = [(a.kind, a.data == b"" or a.kind == "data") for a in intake.drain()]
    assert len(kinds) == 101 and kinds.count(("shed", True)) == 1
    assert intake.depths().keys() == {"radar", "rf", "lines", "adsb", "http"}


def test_a_datagram_of_nothing_but_ends_of_lines_silences_a_sensor_for_seconds_at_most(clock):
    intake = make_intake(clock, rate_max_hz=1000.0, queue_max=100_000)
    put(intake, clock, "lines", b"\n" * 60_000)
    intake.drain()
    clock.now_ns += 6 * SECOND_NS
    put(intake, clock, "lines", b'{"k":1}\n')
    assert [a.kind for a in intake.drain()] == ["data"]
