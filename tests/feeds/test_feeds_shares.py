"""A feed that many sensors share: who floods it loses, and its neighbours lose nothing."""

import asyncio
import socket
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette import pipeline
from vedette.codecs import asterix, sapient
from vedette.codecs.asterix.sources import FAMILY_OF_CATEGORY
from vedette.config.kinds import FEED_KINDS
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.feeds import Intake, open_feeds
from vedette.feeds.whose import Whose
from vedette.model.arrivals import Arrival

sys.path.insert(0, str(Path(__file__).parents[1] / "codecs"))
from sapient_world import NODE, OTHER, made

SECOND_NS = 10**9
T0_NS = 1_641_254_400 * SECOND_NS
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 0.0}
SENSORS = [
    Sensor(id="loud", kind="radar_3d", sac=25, sic=1, sapient_node=NODE.upper(), **HOME),
    Sensor(id="calm", kind="radar_3d", sac=25, sic=2, sapient_node=OTHER, **HOME),
]
RATE_HZ = 300.0
CALM = 20  # of a second, far below a third of RATE_HZ
LOUD = 3000
PATIENCE_S = 20.0


def make_site(kind, **limits):
    reference = Reference(**HOME)
    feeds = [Feed(id="shared", kind=kind, port=0, **limits)]
    return Site(schema=1, name="x", reference=reference, sensors=SENSORS, feeds=feeds)


def line(sensor, number=0):
    return b'{"sensor":"%s","k":%d}\n' % (sensor.encode(), number)


def block(sensor, number=0):
    """One CAT048 record of its source and a time of day alone."""
    sic = 1 if sensor == "loud" else 2
    return b"\x30\x00\x09\xc0\x19" + bytes([sic]) + number.to_bytes(3, "big")


def message(sensor, number=0):
    node = NODE if sensor == "loud" else OTHER
    return sapient.frame(made("statusReport", nodeId=node).SerializeToString())


SAYS = {
    "detections_udp": line,
    "detections_tcp": line,
    "asterix_udp": block,
    "sapient_listen": message,
}


def counted(kind, arrivals):
    """Count what was taken by sensor, and what was shed by the name that is said of it."""
    whose, taken, shed = Whose(make_site(kind)), Counter(), Counter()
    for arrival in arrivals:
        if arrival.kind == "shed":
            shed[arrival.data.decode()] += arrival.count
        elif arrival.kind == "data" and kind == "sapient_listen":
            for each in sapient.split(arrival.data).messages:
                taken["loud" if sapient.node_of(each) == NODE else "calm"] += 1
        elif arrival.kind == "data" and kind == "asterix_udp":
            taken[whose.of_block(arrival.data)] += 1
        elif arrival.kind == "data":
            taken.update(whose.named(each) for each in arrival.data.splitlines())
        elif arrival.kind == "lost":
            taken["lost"] += arrival.count
    return taken, shed


async def flood(kind, port):
    """Send LOUD of one sensor and CALM of another in between, each over a socket of its own."""
    say = SAYS[kind]
    if kind.endswith("_udp"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for k in range(LOUD):
                sender.sendto(say("loud", k), ("127.0.0.1", port))
                if k % (LOUD // CALM) == 0:
                    sender.sendto(say("calm", k), ("127.0.0.1", port))
                    await asyncio.sleep(0.002)
        return []
    writers = [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(2)]
    for k in range(CALM):
        writers[0].write(b"".join(say("loud", j) for j in range(LOUD // CALM)))
        writers[1].write(say("calm", k))
        await writers[0].drain()
        await asyncio.sleep(0.002)
    return writers


@pytest.mark.parametrize("kind", SAYS)
def test_over_real_sockets_who_floods_a_shared_feed_is_shed_by_name_and_no_neighbour(kind):
    async def work():
        site = make_site(kind, rate_max_hz=RATE_HZ)
        intake, arrivals = Intake(site, time.time_ns), []
        async with open_feeds(site, intake, time.time_ns) as opened:
            writers = await flood(kind, opened.ports["shared"])
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    arrivals += intake.drain()
                    taken, shed = counted(kind, arrivals)
                    if taken.total() + shed.total() >= LOUD + CALM:
                        break
                    await asyncio.sleep(0.005)
            for writer in writers:
                writer.transport.abort()
        return taken, shed

    taken, shed = asyncio.run(work())
    assert (taken["calm"], shed["calm"], taken["lost"]) == (CALM, 0, 0)
    assert taken["loud"] + shed["loud"] == LOUD and shed["loud"] > LOUD // 2
    assert set(shed) == {"loud"}


class Clock:
    now_ns = T0_NS

    def __call__(self):
        return self.now_ns


pieces = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3), st.booleans()), max_size=40)


@given(steps=pieces, is_mixed=st.booleans(), queue_max=st.sampled_from([100, 10_000]))
def test_nothing_of_a_quiet_sensor_is_lost_whatever_a_loud_one_does(steps, is_mixed, queue_max):
    clock = Clock()
    site = make_site("detections_udp", rate_max_hz=90.0, queue_max=queue_max)
    intake, arrivals, sent, calm = Intake(site, clock), [], Counter(), 0

    def put(data):
        intake.put(Arrival(feed="shared", t_recv_ns=clock(), data=data))

    for loud, quiet, is_drained in steps:
        for _ in range(loud if not is_mixed else 0):
            put(line("loud"))
        own = line("calm") * quiet
        if is_mixed and loud:
            put(line("loud") * loud + own)
        elif own:
            put(own)
        sent.update(loud=loud, calm=quiet)
        calm += quiet
        clock.now_ns += SECOND_NS // 10  # at most 30 a second, its share of 90 among three
        if is_drained or calm > 30:
            arrivals, calm = arrivals + intake.drain(), 0
    taken, shed = counted("detections_udp", arrivals + intake.drain())
    assert taken["calm"] == sent["calm"]
    assert taken["loud"] + shed["loud"] == sent["loud"]
    if not is_mixed:  # a bucket of the whole, and of each share, and what comes in meanwhile
        assert taken.total() <= 90.0 * (2.0 + 0.1 * len(steps)) + 1


def test_a_single_sensor_may_use_the_rate_of_the_whole():
    intake = Intake(make_site("detections_udp", rate_max_hz=100.0), Clock())
    for k in range(100):
        intake.put(Arrival(feed="shared", t_recv_ns=T0_NS, data=line("loud", k)))
    assert [a.kind for a in intake.drain()] == ["data"] * 100


def test_a_full_queue_takes_from_who_fills_it():
    intake = Intake(make_site("detections_udp", queue_max=100), Clock())
    intake.put(Arrival(feed="shared", t_recv_ns=T0_NS, data=line("calm")))
    for k in range(300):
        intake.put(Arrival(feed="shared", t_recv_ns=T0_NS, data=line("loud", k)))
    taken, shed = counted("detections_udp", intake.drain())
    assert taken == {"calm": 1, "loud": 99} and shed == {"loud": 201}


def test_a_datagram_of_two_sensors_counts_as_one_received_and_comes_apart():
    intake = Intake(make_site("detections_udp"), Clock())
    data = line("loud", 1) + line("calm", 2) + line("loud", 3)
    intake.put(Arrival(feed="shared", t_recv_ns=T0_NS, data=data))
    assert intake.units("shared") == 1
    assert [a.data for a in intake.drain()] == [line("loud", 1) + line("loud", 3), line("calm", 2)]


def test_messages_of_several_nodes_over_one_connection_keep_their_order_and_octets():
    whose = Whose(make_site("sapient_listen"))
    kind = FEED_KINDS["sapient_listen"]
    runs = [("loud", 2), ("calm", 1), ("loud", 1)]
    parts = [(name, message(name) * count) for name, count in runs]
    assert whose.parts(kind, b"".join(data for _, data in parts)) == parts
    assert whose.parts(kind, parts[0][1] + b"\x09") == [("", parts[0][1] + b"\x09")]


@pytest.mark.parametrize("category", sorted(FAMILY_OF_CATEGORY))
def test_the_data_source_is_the_first_item_of_every_category(category):
    kinds = {0: "radar_3d", 1: "adsb", 2: "position", 3: "bearing"}
    sensor = Sensor(
        id="own", kind=kinds[FAMILY_OF_CATEGORY[category]], sac=25, sic=9,
        **{**HOME, "scan_period_s": 4.0},
    )  # fmt: skip
    reference = Reference(**HOME)
    site = Site(schema=1, name="x", reference=reference, sensors=[sensor], feeds=[])
    whose, data = Whose(site), bytes([category, 0, 6, 0x80, 25, 9])
    assert whose.of_block(data) == "own"
    assert whose.of_block(data[:4] + b"\x19\x08") == whose.of_block(data[:5]) == ""
    assert whose.of_block(bytes([category, 0, 6, 0x40, 25, 9])) == ""
    (found,) = asterix.read_datagram(bytes([category, 0, 6, 0x80, 7, 8]), "f", T0_NS, {}, False)
    assert "SAC 7 SIC 8" in found.detail or found.reason == "missing_item"


@given(data=st.binary(max_size=40))
def test_octets_that_are_no_asterix_are_nobodys_or_somebodys_and_never_an_error(data):
    assert Whose(make_site("asterix_udp")).of_block(data) in ("", "loud", "calm")


def test_health_names_the_sensor_that_is_shed_and_the_line_after_it_is_read():
    site = make_site("detections_tcp")
    line_of_work = pipeline.assemble(site)
    state = pipeline.start(line_of_work)
    good = (
        b'{"sensor":"calm","time":"2022-01-04T00:00:00Z","range_m":3000.0,'
        b'"azimuth_deg":9.0,"elevation_deg":4.0}\n'
    )
    arrivals = [
        Arrival(feed="shared", t_recv_ns=T0_NS, kind="shed", count=7, data=b"loud"),
        Arrival(feed="shared", t_recv_ns=T0_NS, data=good),
    ]
    state, _ = pipeline.step(line_of_work, state, pipeline.Inputs(arrivals), T0_NS)
    assert state.health.sources["loud"].shed == 7
    assert (state.health.sources["calm"].shed, state.health.sources["calm"].reports) == (0, 1)
