"""SAPIENT over real sockets: sensors that dial in, a middleware that is called, and bad peers."""

import asyncio
import socket
import struct
import sys
import time
from pathlib import Path

import pytest

from vedette.codecs import sapient
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.feeds import Intake, open_feeds
from vedette.feeds import sapient as transport
from vedette.model.commands import TaskSensor
from vedette.model.enums import Role
from vedette.service.live import Service

sys.path.insert(0, str(Path(__file__).parents[1] / "codecs"))
from sapient_world import NODE, OTHER, made

PATIENCE_S = 10.0
OURS = "0b8a1f3e-52b1-4c58-9d53-2b7f7bb2b5f1"
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
SITE = f"""
schema = 1
name = "SAPIENT test"
mode = "SIMULATED"
reference = {{ lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }}
[[sensors]]
id = "radar"
kind = "radar_3d"
pointable = true
lat_deg = 33.8
lon_deg = 42.44
hae_m = 190.0
sapient_node = "{NODE}"
[[feeds]]
id = "nodes"
kind = "%s"
port = %d
node = "{OURS}"
"""


def make_site(kind, port=0):
    return Site(
        schema=1,
        name="x",
        reference=Reference(**HOME),
        sensors=[Sensor(id="radar", kind="radar_3d", sapient_node=NODE, **HOME)],
        feeds=[Feed(id="nodes", kind=kind, port=port, node=OURS)],
    )


def wire(kind, **head):
    return sapient.frame(made(kind, **head).SerializeToString())


async def taken(intake, enough):
    arrivals = []
    async with asyncio.timeout(PATIENCE_S):
        while not enough(arrivals):
            await asyncio.sleep(0.005)
            arrivals += intake.drain()
    return arrivals


async def until(wanted):
    async with asyncio.timeout(PATIENCE_S):
        while not wanted():
            await asyncio.sleep(0.005)


async def next_message(reader):
    async with asyncio.timeout(PATIENCE_S):
        head = await reader.readexactly(sapient.HEAD_BYTES)
        return sapient.parse(await reader.readexactly(struct.unpack("<I", head)[0]))


def data_of(arrivals):
    return b"".join(a.data for a in arrivals if a.kind == "data")


def listening(work):
    """Run work(opened, intake, dial) with an open sapient_listen feed."""

    async def whole():
        site = make_site("sapient_listen")
        intake = Intake(site, time.time_ns)
        async with open_feeds(site, intake, time.time_ns) as opened:
            writers = []

            async def dial():
                ends = await asyncio.open_connection("127.0.0.1", opened.ports["nodes"])
                writers.append(ends[1])
                return ends

            try:
                await work(opened, intake, dial)
            finally:
                for writer in writers:
                    writer.transport.abort()

    asyncio.run(whole())


def test_messages_of_two_sensors_arrive_whole_in_whatever_pieces_they_come():
    async def work(opened, intake, dial):
        (_, first), (_, second) = await dial(), await dial()
        one, two = wire("registration"), wire("statusReport", nodeId=OTHER)
        for k in range(0, max(len(one), len(two)), 60):
            for writer, data in ((first, one), (second, two)):
                writer.write(data[k : k + 60])
                await writer.drain()
            await asyncio.sleep(0.002)
        arrivals = await taken(intake, lambda a: len(data_of(a)) == len(one) + len(two))
        assert {a.data for a in arrivals if a.kind == "data"} == {one, two}
        assert set(opened.peers["nodes"]) == {NODE, OTHER}
        assert intake.units("nodes") == len(one) + len(two)

    listening(work)


@pytest.mark.parametrize("length", [sapient.MESSAGE_BYTES_MAX + 1, 0xFFFFFFFF])
def test_a_giant_length_is_refused_and_ends_its_own_connection_only(length):
    async def work(opened, intake, dial):
        (reader, bad), (_, good) = await dial(), await dial()
        bad.write(wire("statusReport") + struct.pack("<I", length) + bytes(100))
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""
        good.write(wire("statusReport", nodeId=OTHER))
        arrivals = await taken(
            intake, lambda a: any(x.kind == "refused" for x in a) and OTHER.encode() in data_of(a)
        )
        assert [(a.data, a.count) for a in arrivals if a.kind == "refused"] == [(b"bad length", 1)]
        assert [a.data for a in arrivals if a.kind == "left"] == [NODE.encode()]
        assert wire("statusReport") in data_of(arrivals)

    listening(work)


def test_half_a_message_is_counted_when_its_sensor_hangs_up():
    async def work(opened, intake, dial):
        _, writer = await dial()
        writer.write(wire("alert")[:-1])
        writer.close()
        arrivals = await taken(intake, lambda a: a and a[-1].kind == "closed")
        assert [(a.kind, a.data) for a in arrivals] == [
            ("opened", b""),
            ("refused", b"truncated"),
            ("closed", b""),
        ]

    listening(work)


def test_a_node_that_dials_in_again_is_answered_on_its_new_connection():
    async def work(opened, intake, dial):
        _, old = await dial()
        old.write(wire("statusReport"))
        await until(lambda: NODE in opened.peers["nodes"])
        before = opened.peers["nodes"][NODE]
        reader, new = await dial()
        new.write(wire("statusReport"))
        await until(lambda: opened.peers["nodes"][NODE] is not before)
        old.close()
        assert opened.send("nodes", wire("alertAck"), NODE)
        assert (await next_message(reader)).WhichOneof("content") == "alert_ack"
        arrivals = await taken(intake, lambda a: len(data_of(a)) == 2 * len(wire("statusReport")))
        assert not [a for a in arrivals if a.kind == "left"]

    listening(work)


def test_a_peer_that_does_not_read_is_told_no_more_than_a_bound_and_holds_up_nobody():
    async def work(opened, intake, dial):
        (_, deaf), (reader, good) = await dial(), await dial()
        deaf.transport.pause_reading()
        deaf.write(wire("statusReport"))
        good.write(wire("statusReport", nodeId=OTHER))
        await until(lambda: len(opened.peers["nodes"]) == 2)
        answer = wire("alertAck") * 1000
        told = [opened.send("nodes", answer, NODE) for _ in range(400)]
        assert told[0] and not told[-1]
        assert opened.send("nodes", wire("alertAck"), OTHER)
        assert (await next_message(reader)).WhichOneof("content") == "alert_ack"

    listening(work)


def test_more_connections_than_there_may_be_are_turned_away_and_counted(monkeypatch):
    monkeypatch.setattr(transport, "CLIENTS_MAX", 2)

    async def work(opened, intake, dial):
        kept = [await dial(), await dial()]
        await taken(intake, lambda a: a and a[-1].kind == "opened")
        reader, _ = await dial()
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""
        arrivals = await taken(intake, len)
        assert [(a.kind, a.data) for a in arrivals] == [("refused", b"too many connections")]
        assert len(kept) == 2

    listening(work)


def test_a_sensor_that_dials_in_registers_and_is_heard_by_the_live_service(tmp_path):
    async def work():
        text = SITE % ("sapient_listen", 0)
        async with Service(text, tmp_path / "recording") as service:
            running = asyncio.create_task(service.run_live())
            port = service.feeds.ports["nodes"]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(wire("statusReport"))
            asked = await next_message(reader)
            assert asked.task.command.request == "Registration"
            writer.write(wire("registration"))
            ack = await next_message(reader)
            assert ack.registration_ack.acceptance
            late_s = time.time() - ack.timestamp.seconds - ack.timestamp.nanos / 1e9
            assert -0.1 < late_s < 5.0
            writer.write(wire("statusReport"))
            await until(lambda: service.core.state.health.sources["radar"].health == "ok")
            refused = service.core.state.health.sources["radar"].refused_by_reason
            assert refused == {"not registered": 1}
            who = {"person": "amal", "roles": (Role.OPERATOR,), "session": "s", "t_recv_ns": 1}
            ask = TaskSensor(command_id="c1", sensor="radar", task="mode", mode="Wide", **who)
            (tasked,) = await service.submit(ask)
            assert tasked.task == "mode"
            assert (await next_message(reader)).task.command.mode_change == "Wide"
            writer.close()
            await until(lambda: service.core.state.health.sources["nodes"].health == "failed")
            service.stop()
            await running

    asyncio.run(work())


def test_a_middleware_that_dies_is_called_again_and_told_again_who_we_are(tmp_path):
    async def work():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        calls: asyncio.Queue = asyncio.Queue()

        async def answer(reader, writer):
            await calls.put((reader, writer))

        async def one_life(service, kind):
            """Take the service's call, hear a sensor's words over it, and die."""
            async with await asyncio.start_server(answer, "127.0.0.1", port) as server:
                async with asyncio.timeout(PATIENCE_S):
                    reader, writer = await calls.get()
                told = await next_message(reader)
                assert told.node_id == OURS and told.registration.icd_version
                ack = {"nodeId": OTHER, "destinationId": OURS}
                writer.write(wire("registrationAck", **ack) + wire("registration"))
                assert (await next_message(reader)).registration_ack.acceptance
                conversation = service.core.state.decoders.feeds["nodes"].conversation
                assert conversation.is_accepted
                if kind == "reset":
                    linger = struct.pack("ii", 1, 0)
                    own = writer.get_extra_info("socket")
                    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.close()
                server.close()
                await until(lambda: conversation.is_accepted is None)

        async with Service(SITE % ("sapient_tcp", port), tmp_path / "recording") as service:
            running = asyncio.create_task(service.run_live())
            for kind in ("close", "reset"):
                await one_life(service, kind)
            assert service.core.state.health.sources["nodes"].health == "failed"
            service.stop()
            await running

    asyncio.run(work())
