"""Peers that accept and say nothing, on every transport that calls out: nobody waits for them."""

import asyncio
import contextlib
import socket
import time

import pytest
from tak_world import certificates
from test_feeds_transports import data_of, make_site, taken

from vedette.config.site import Feed
from vedette.feeds import Intake, mqtt, open_feeds, polling, tak, transports

# The client library leaves the socket of a handshake that timed out to be collected.
LEFT_BEHIND = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
CALLERS = (
    *("beast_tcp", "sbs_tcp", "avr_tcp", "cot_tcp", "cot_tcp over TLS", "sapient_tcp"),
    *("aircraft_json_http", "detections_mqtt", "remote_id_mqtt"),
    pytest.param("detections_mqtt over TLS", marks=LEFT_BEHIND),
)
WAIT_MAX_S = 0.5  # of a datagram to another feed: it takes a millisecond
GIVEN_UP_S = 0.3  # how soon a peer that does not answer is given up here


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("certificates"))


def feed_of(caller, port, folder):
    kind, _, is_tls = caller.partition(" over ")
    tls = {"tls_ca": str(folder / "ca.pem"), "tls_name": "server.example"} if is_tls else {}
    topic = {"topic": "#"} if "mqtt" in kind else {}
    return Feed(id="dead", kind=kind, port=port, period_s=0.1, **topic, **tls)


@contextlib.asynccontextmanager
async def mute():
    """Take connections, never read, never say a word. Gives them, and the port."""
    met = []

    async def meet(reader, writer):
        met.append(writer)

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield met, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in met:
            writer.transport.abort()


@pytest.mark.parametrize("caller", CALLERS)
def test_a_peer_that_is_mute_holds_up_no_other_feed_and_is_called_again(
    caller, folder, monkeypatch
):
    for module in (transports, tak, mqtt):
        monkeypatch.setattr(module, "CONNECT_TIMEOUT_S", GIVEN_UP_S)
    monkeypatch.setattr(polling, "TIMEOUT_S", GIVEN_UP_S)

    async def work():
        async with mute() as (met, port):
            site = make_site(
                feed_of(caller, port, folder), Feed(id="rf", kind="detections_udp", port=0)
            )
            intake = Intake(site, time.time_ns)
            async with open_feeds(site, intake, time.time_ns) as opened:
                for k in range(10):
                    begun_s = time.perf_counter()
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                        sender.sendto(b"%d" % k, ("127.0.0.1", opened.ports["rf"]))
                    await taken(intake, lambda arrivals, k=k: data_of(arrivals) == b"%d" % k)
                    assert time.perf_counter() - begun_s < WAIT_MAX_S
                async with asyncio.timeout(20.0):
                    while len(met) < 2:  # given up, or hung up on, it is called again
                        for writer in met:
                            if "_tcp" in caller and "TLS" not in caller:
                                writer.transport.abort()
                        await asyncio.sleep(0.02)

    asyncio.run(work())


@pytest.mark.parametrize("caller", CALLERS[:4])
def test_the_kernel_finds_out_within_half_a_minute_that_a_silent_receiver_is_gone(caller, folder):
    async def work():
        async with mute() as (_, port):
            site = make_site(feed_of(caller, port, folder))
            intake = Intake(site, time.time_ns)
            async with open_feeds(site, intake, time.time_ns) as opened:
                await taken(intake, lambda arrivals: any(a.kind == "opened" for a in arrivals))
                (writer,) = opened.peers["dead"].values()
                own = writer.transport.get_extra_info("socket")
                assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                after_s = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
                every_s = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
                times = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
                assert after_s + times * every_s <= 30

    asyncio.run(work())


def test_sensors_beyond_the_limit_are_turned_away_and_counted(monkeypatch):
    monkeypatch.setattr(transports, "CLIENTS_MAX", 2)

    async def work():
        site = make_site(Feed(id="door", kind="detections_tcp", port=0))
        intake = Intake(site, time.time_ns)
        async with open_feeds(site, intake, time.time_ns) as opened:
            callers = [
                await asyncio.open_connection("127.0.0.1", opened.ports["door"]) for _ in range(3)
            ]
            arrivals = await taken(intake, lambda a: any(x.kind == "refused" for x in a))
            (refused,) = (a for a in arrivals if a.kind == "refused")
            assert (refused.data, refused.count) == (b"too many connections", 1)
            assert await callers[2][0].read() == b""
            callers[0][1].write(b'{"a":1}\n')
            await taken(intake, lambda a: data_of(a) == b'{"a":1}\n')
            for _, writer in callers:
                writer.close()

    asyncio.run(work())
