"""Transports over real sockets on loopback."""

import asyncio
import socket
import struct
import time

import pytest

from vedette.base.errors import VedetteError
from vedette.config.site import Feed, Reference, Site
from vedette.feeds import Intake, open_feeds

PATIENCE_S = 10.0


def make_site(*feeds):
    reference = Reference(lat_deg=0.0, lon_deg=0.0, hae_m=0.0)
    return Site(schema=1, name="x", reference=reference, feeds=list(feeds))


async def taken(intake, enough):
    """Drain until enough(arrivals); give them."""
    arrivals = []
    async with asyncio.timeout(PATIENCE_S):
        while not enough(arrivals):
            await asyncio.sleep(0.005)
            arrivals += intake.drain()
    return arrivals


def data_of(arrivals):
    return b"".join(a.data for a in arrivals if a.kind == "data")


def run(work):
    asyncio.run(work)


def test_datagrams_arrive_whole_and_stamped():
    async def work():
        site = make_site(Feed(id="radar", kind="asterix_udp", port=0))
        intake = Intake(site, time.time_ns)
        async with open_feeds(site, intake, time.time_ns) as opened:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for k in range(5):
                    sender.sendto(bytes([k]) * 1400, ("127.0.0.1", opened.ports["radar"]))
            arrivals = await taken(intake, lambda a: len(a) == 5)
        assert [len(a.data) for a in arrivals] == [1400] * 5
        assert abs(arrivals[0].t_recv_ns - time.time_ns()) < 5 * 10**9
        assert intake.units("radar") == 5

    run(work())


def test_a_multicast_group_is_joined():
    async def work():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        site = make_site(Feed(id="radar", kind="asterix_udp", port=port, group="239.192.7.5"))
        intake = Intake(site, time.time_ns)
        async with open_feeds(site, intake, time.time_ns):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                local = socket.inet_aton("127.0.0.1")
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, local)
                sender.sendto(b"group", ("239.192.7.5", port))
            arrivals = await taken(intake, len)
        assert arrivals[0].data == b"group"

    run(work())


def test_a_receiver_that_comes_late_and_goes_is_called_again():
    async def work():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        site = make_site(Feed(id="adsb", kind="beast_tcp", port=port))
        intake = Intake(site, time.time_ns)

        async def answer(reader, writer):
            writer.write(b"hello")
            await writer.drain()
            writer.close()

        async with open_feeds(site, intake, time.time_ns):
            await asyncio.sleep(0.1)
            async with await asyncio.start_server(answer, "127.0.0.1", port):
                arrivals = await taken(intake, lambda a: data_of(a) == b"hello" * 2)
        kinds = [a.kind for a in arrivals]
        assert kinds[:4] == ["opened", "data", "closed", "opened"]

    run(work())


def test_a_silent_receiver_does_not_hold_up_another_feed():
    async def work():
        stuck = socket.create_server(("127.0.0.1", 0))
        site = make_site(
            Feed(id="adsb", kind="sbs_tcp", port=stuck.getsockname()[1]),
            Feed(id="rf", kind="detections_udp", port=0),
        )
        intake = Intake(site, time.time_ns)
        async with open_feeds(site, intake, time.time_ns) as opened:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"x", ("127.0.0.1", opened.ports["rf"]))
            await taken(intake, lambda a: data_of(a) == b"x")
        stuck.close()

    run(work())


def test_lines_of_two_sensors_on_one_port_do_not_mix():
    async def work():
        site = make_site(Feed(id="door", kind="detections_tcp", port=0))
        intake = Intake(site, time.time_ns)
        async with open_feeds(site, intake, time.time_ns) as opened:
            _, first = await asyncio.open_connection("127.0.0.1", opened.ports["door"])
            _, second = await asyncio.open_connection("127.0.0.1", opened.ports["door"])
            for piece in (b'{"a', b'":1}\n{"b'):
                for writer in (first, second):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.02)
            first.write(b'":2}')
            first.close()
            second.close()
            arrivals = await taken(intake, lambda a: a and a[-1].kind == "closed")
        lines = sorted(data_of(arrivals).splitlines())
        assert lines == [b'{"a":1}', b'{"a":1}', b'{"b', b'{"b":2}']
        assert [a.kind for a in arrivals if a.kind != "data"] == ["opened", "closed"]

    run(work())


def test_a_sensor_that_never_ends_its_line_costs_a_bounded_piece():
    async def work():
        site = make_site(Feed(id="door", kind="detections_tcp", port=0))
        intake = Intake(site, time.time_ns)
        async with open_feeds(site, intake, time.time_ns) as opened:
            _, writer = await asyncio.open_connection("127.0.0.1", opened.ports["door"])
            writer.write(b"x" * 1_000_000 + b'\n{"a":1}\n')
            writer.close()
            arrivals = await taken(intake, lambda a: a and a[-1].kind == "closed")
        lines = data_of(arrivals).splitlines()
        assert len(lines) == 2 and lines[1] == b'{"a":1}'

    run(work())


def test_a_reset_connection_is_the_end_of_it_and_no_error():
    async def work():
        site = make_site(Feed(id="door", kind="detections_tcp", port=0))
        intake = Intake(site, time.time_ns)
        async with open_feeds(site, intake, time.time_ns) as opened:
            rude = socket.create_connection(("127.0.0.1", opened.ports["door"]))
            rude.sendall(b'{"a":1}\n')
            await taken(intake, lambda a: data_of(a))
            rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            rude.close()
            await taken(intake, lambda a: a and a[-1].kind == "closed")

    run(work())


def test_a_port_that_is_taken_is_named():
    async def work():
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            site = make_site(Feed(id="door", kind="detections_tcp", port=port))
            named = f"feed door: cannot listen on TCP 127.0.0.1:{port}: another program has it"
            with pytest.raises(VedetteError, match=named):
                async with open_feeds(site, Intake(site, time.time_ns), time.time_ns):
                    pass

    run(work())
