"""Datagrams that a real socket had no room for: counted, shown, and named with what to do."""

import asyncio
import socket
import sys
import time

import pytest

from vedette import pipeline
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.feeds import Intake, open_feeds
from vedette.model.enums import SourceHealth
from vedette.service.doctor.advice import feed_findings
from vedette.service.doctor.heard import Ledger
from vedette.service.doctor.sockets import Opened

SENT = 4000  # of 8 kB each: more than the 4 MiB that are asked for
SITE = Site(
    schema=1,
    name="x",
    reference=Reference(lat_deg=33.8, lon_deg=42.44, hae_m=0.0),
    sensors=[Sensor(id="radar", kind="radar_3d", lat_deg=33.8, lon_deg=42.44, hae_m=0.0)],
    feeds=[Feed(id="flood", kind="detections_udp", port=0, rate_max_hz=100_000.0)],
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of each socket")


def overflowed():
    """Send more than a socket takes while nobody reads; give what came of it, in order."""

    async def work():
        intake, arrivals = Intake(SITE, time.time_ns), []
        async with open_feeds(SITE, intake, time.time_ns) as opened:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(SENT):  # the loop does not run meanwhile
                    sender.sendto(b"x" * 8000, ("127.0.0.1", opened.ports["flood"]))
            async with asyncio.timeout(10.0):
                while sum(a.kind == "data" for a in arrivals) + lost_of(arrivals) < SENT:
                    await asyncio.sleep(0.005)
                    arrivals += intake.drain()
        return arrivals

    return asyncio.run(work())


def lost_of(arrivals):
    return sum(a.count for a in arrivals if a.kind in ("lost", "shed"))


@pytest.fixture(scope="module")
def arrivals():
    return overflowed()


def test_every_datagram_is_either_read_or_counted_as_lost(arrivals):
    read = sum(a.kind == "data" for a in arrivals)
    lost = sum(a.count for a in arrivals if a.kind == "lost")
    assert 0 < read < SENT
    assert lost > 0 and read + lost_of(arrivals) == SENT


def test_what_is_lost_stands_on_the_feeds_health_line_and_is_told_as_an_event(arrivals):
    line = pipeline.assemble(SITE)
    state, told = pipeline.start(line), []
    t0_ns = arrivals[0].t_recv_ns
    for second in range(12):
        now_ns = t0_ns + second * 10**9
        if second == 1:
            inputs = pipeline.Inputs([a for a in arrivals if a.kind == "lost"])
        else:
            inputs = pipeline.Inputs([a for a in arrivals if a.kind == "data"][:1])
        state, picture = pipeline.step(line, state, inputs, now_ns)
        told += [e for e in picture.events if type(e).__name__ == "InputShed"]
        if second == 6:
            reason = state.health.sources["flood"].reason
    source = state.health.sources["flood"]
    assert source.lost == sum(a.count for a in arrivals if a.kind == "lost")
    assert sum(event.count for event in told) == source.lost
    assert "datagrams a second are lost before they are read" in reason
    assert source.health is SourceHealth.DEGRADED  # what came since is refused
    assert "lost" not in source.reason


def test_the_doctor_says_what_to_set(arrivals):
    ledger = Ledger(SITE)
    ledger.take(a for a in arrivals if a.kind == "lost")
    heard = ledger.sources["flood"]
    heard.arrivals = 1
    (finding,) = [
        found for found in feed_findings(SITE, SITE.feeds[0], heard, Opened(), 10.0)
        if "lost" in found.what
    ]  # fmt: skip
    assert "net.core.rmem_max" in finding.do
