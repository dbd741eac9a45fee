"""A scenario's senders where the service does not come to a feed: it is said, and nobody waits."""

import asyncio
import contextlib
import time

import pytest
from test_feeds_simulated import PATIENCE_S, site_of

from vedette.base.errors import VedetteError
from vedette.config.site import Feed
from vedette.service.ports import free_ports
from vedette.simulator import drive, transports
from vedette.simulator.transports import Transports

TAK = Feed(id="tak", kind="cot_tcp", port=0, sensor="own")
BEAST = Feed(id="beast", kind="beast_tcp", port=0, sensor="adsb")
DIALS_IN = Feed(id="lines", kind="detections_tcp", port=0, sensor="finder")


@contextlib.asynccontextmanager
async def calling(senders, feed):
    """Come to a feed as the service would: give what reads there."""
    reader, writer = await asyncio.open_connection(*senders.senders[feed].address)
    try:
        yield reader
    finally:
        writer.transport.abort()
        await asyncio.sleep(0.01)


def test_feeds_on_which_the_service_does_not_come_are_named_with_where_they_wait():
    async def work():
        site = site_of(TAK, BEAST, DIALS_IN)
        async with Transports(site, free_ports(site)) as senders, asyncio.timeout(PATIENCE_S):
            ports = {name: sender.address[1] for name, sender in senders.senders.items()}
            async with calling(senders, "beast"):
                return ports, await senders.connect(0.3)

    ports, late = asyncio.run(work())
    assert late == [
        f"feed tak (cot_tcp): the service has not called 127.0.0.1:{ports['tak']}",
        f"feed lines (detections_tcp): the service does not listen on 127.0.0.1:{ports['lines']}",
    ]


def test_a_feed_on_which_nobody_comes_holds_up_no_other_and_takes_who_comes_late():
    async def work():
        async with (
            Transports(site_of(TAK, BEAST)) as senders,
            asyncio.timeout(PATIENCE_S),
            calling(senders, "beast") as beast,
        ):
            assert len(await senders.connect(0.3)) == 1
            begun_s = time.monotonic()
            await senders.send([("tak", b"<event>lost</event>"), ("beast", b"heard")])
            spent_s = time.monotonic() - begun_s
            heard = await beast.readexactly(5)
            async with calling(senders, "tak") as tak:
                await senders.senders["tak"].connected.wait()
                await senders.send([("tak", b"<event>late</event>")])
                return spent_s, heard, await tak.readexactly(19)

    spent_s, heard, late = asyncio.run(work())
    assert (heard, late) == (b"heard", b"<event>late</event>") and spent_s < 1.0


def test_a_service_that_reads_nothing_is_hung_up_on_and_the_others_go_on(monkeypatch):
    monkeypatch.setattr(transports, "FLOW_S", 0.3)

    async def work():
        async with (
            Transports(site_of(TAK, BEAST)) as senders,
            asyncio.timeout(PATIENCE_S),
            calling(senders, "beast") as beast,
            calling(senders, "tak"),
        ):
            assert await senders.connect() == []
            await senders.send([("tak", bytes(40_000_000)), ("beast", b"heard")])
            return await beast.readexactly(5), senders.senders["tak"].connected.is_set()

    assert asyncio.run(work()) == (b"heard", False)


@pytest.mark.parametrize("is_lockstep", [True, False])
def test_in_lockstep_a_missing_feed_ends_the_run_with_its_name_else_it_goes_on(
    monkeypatch, is_lockstep
):
    monkeypatch.setattr(drive, "CONNECT_S", 0.2)
    monkeypatch.setattr(drive, "PATIENCE_S", 0.2)
    told = []

    async def work():
        async with Transports(site_of(TAK)) as senders, asyncio.timeout(PATIENCE_S):
            await drive.meet(senders, is_lockstep=is_lockstep, on_missing=told.append)

    if is_lockstep:
        with pytest.raises(VedetteError, match=r"^feed tak .cot_tcp.: the service has not called"):
            asyncio.run(work())
    else:
        asyncio.run(work())
        assert [words for words in told if words.startswith("feed tak")] == told != []
        assert told[0].endswith("; going on without it until it does")
