"""The live stream, over real sockets."""

import asyncio
import socket
import time

import msgspec
import numpy as np
import pytest
import websockets
from server_world import (
    HOSTILE_NAME,
    T0_NS,
    assessed,
    eventually,
    make_picture,
    make_site,
    running,
    warning,
    warning_raised,
)

from vedette.config.site import Limits
from vedette.server.views import COLUMNS

DETECTION = '{"t_ns":1641254400000000000,"sensor":"radar-1","range_m":9000,"azimuth_deg":45}'


async def next_message(stream):
    return msgspec.msgpack.decode(await asyncio.wait_for(stream.recv(), 30.0))


def test_a_stream_begins_with_hello_and_the_picture_of_now():
    async def story():
        async with running() as world:
            world.hub.restore_events([assessed(1)])
            async with websockets.connect(world.ws_url + "/api/stream?rate_hz=20") as stream:
                hello = await next_message(stream)
                assert hello["kind"] == "hello" and hello["mode"] == "LIVE"
                assert hello["identities"][5] == "SUSPECT" and hello["last_seq"] == 1
                picture = await next_message(stream)
                assert picture["kind"] == "picture" and picture["viewers"] == 1
                tracks = picture["tracks"]
                assert tracks["count"] == 3 and tracks["labels"][0] == HOSTILE_NAME
                for name, kind in COLUMNS:
                    assert np.frombuffer(tracks[name], kind).size == 3, name
                assert np.frombuffer(tracks["track_id"], "<i4").tolist() == [1, 2, 3]
                assert picture["warnings"][0]["raised_us"] == T0_NS // 1000
                assert picture["events"] == []

    asyncio.run(story())


def test_pictures_follow_with_the_events_since_the_last():
    async def story():
        async with (
            running() as world,
            websockets.connect(world.ws_url + "/api/stream?rate_hz=20") as stream,
        ):
            await next_message(stream)
            await next_message(stream)
            seen = []
            for i in range(5):
                await asyncio.sleep(0.06)
                world.hub.publish(make_picture(2, T0_NS + i, [assessed(i)]))
                while len(seen) <= i:
                    seen += await seen_by_now(stream, world)
            assert seen == [1, 2, 3, 4, 5]

    asyncio.run(story())


async def seen_by_now(stream, world):
    """Go on publishing, as the service does, until a picture comes; give its events' numbers."""
    reading = asyncio.ensure_future(next_message(stream))
    while not reading.done():
        await asyncio.sleep(0.02)
        world.hub.publish(make_picture(2))
    return [event["seq"] for event in (await reading)["events"]]


def test_a_warning_goes_out_at_once_whatever_the_rate():
    async def story():
        async with (
            running() as world,
            websockets.connect(world.ws_url + "/api/stream?rate_hz=0.1") as stream,
        ):
            await next_message(stream)
            await next_message(stream)
            world.hub.publish(make_picture(2))
            world.hub.publish(make_picture(2))
            world.hub.publish(make_picture(2, events=[warning_raised()]))
            begun = time.monotonic()
            events = []
            while not events:
                events = (await next_message(stream))["events"]
            assert events[0]["event"]["event"] == "WarningRaised"
            assert time.monotonic() - begun < 5.0  # and not the 10 s of its rate

    asyncio.run(story())


def test_what_a_display_shows_is_reported_once_a_revision():
    async def story():
        async with running() as world:
            url = world.ws_url + "/api/stream"
            async with websockets.connect(url) as one, websockets.connect(url) as two:
                for stream in (one, two, one):
                    await stream.send(shown(7, 1))
                await eventually(lambda: world.service.deliveries)
                await one.send(shown(7, 2))
                await one.send(shown(7, 9))  # not raised yet
                await one.send(shown(8, 1))  # no such warning
                await eventually(lambda: len(world.service.deliveries) >= 2)
                await asyncio.sleep(0.1)
                told = [(d.warning_id, d.revision) for d in world.service.deliveries]
                assert told == [(7, 1), (7, 2)]
                delivery = world.service.deliveries[0]
                assert delivery.channel == "display" and delivery.delivered

    asyncio.run(story())


def shown(warning_id, revision):
    message = {"kind": "shown", "warning_id": warning_id, "revision": revision}
    return msgspec.msgpack.encode(message)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff" * 100,
        b"\x91" * 4000,
        b"\xdf\xff\xff\xff\xff",
        msgspec.msgpack.encode({"kind": "shown", "warning_id": 7, "revision": 1, "x": 1}),
        msgspec.msgpack.encode({"kind": "shown", "warning_id": "7", "revision": 1}),
        b"\x00" * 100_000,
        "text",
    ],
)
def test_a_display_that_talks_nonsense_is_disconnected(message):
    async def story():
        async with (
            running() as world,
            websockets.connect(world.ws_url + "/api/stream") as stream,
        ):
            await stream.send(message)
            with pytest.raises(websockets.ConnectionClosedError) as ended:
                while True:
                    await asyncio.wait_for(stream.recv(), 30.0)
            assert ended.value.rcvd.code == 1008
            await eventually(lambda: world.hub.broadcast.viewers == 0)
            assert not world.service.deliveries

    asyncio.run(story())


def test_a_display_that_floods_is_disconnected():
    async def story():
        async with (
            running() as world,
            websockets.connect(world.ws_url + "/api/stream") as stream,
        ):
            with pytest.raises(websockets.ConnectionClosed):
                for _ in range(5000):
                    await stream.send(shown(7, 1))
                    await asyncio.sleep(0)
            await eventually(lambda: world.hub.broadcast.viewers == 0)

    asyncio.run(story())


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf", "21", "x", ""])
def test_a_rate_out_of_range_is_refused(rate):
    async def story():
        async with running() as world:
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(world.ws_url + f"/api/stream?rate_hz={rate}")
            assert world.hub.broadcast.viewers == 0

    asyncio.run(story())


def test_the_number_of_displays_is_limited():
    async def story():
        async with (
            running(make_site(limits=Limits(clients_max=1))) as world,
            websockets.connect(world.ws_url + "/api/stream"),
        ):
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(world.ws_url + "/api/stream")

    asyncio.run(story())


def test_a_stalled_display_slows_nobody_and_holds_one_picture():
    async def story():
        async with running(tracks=2000) as world:
            with socket.create_connection(("127.0.0.1", world.listening.port)) as stalled:
                stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                stalled.sendall(
                    b"GET /api/stream?rate_hz=20 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
                )
                await eventually(lambda: world.hub.broadcast.viewers == 1)
                came_s = await published_and_read(world, 60)
                assert len(came_s) > 5 and max(np.diff(came_s)) < 3.0
                client = next(iter(world.hub.broadcast._clients))
                assert client.seq < world.hub.events.last  # it stands still, holding one slot
                await eventually(lambda: holds_a_picture(world, client))
            await eventually(lambda: world.hub.broadcast.viewers == 0)

    asyncio.run(story())


def holds_a_picture(world, client):
    """Publish once more, and say whether the client has a picture waiting."""
    world.hub.publish(make_picture(2000))
    return client.slot is not None


async def published_and_read(world, steps):
    """Publish as many steps, 50 ms apart; say when a good display got its pictures."""
    came_s = []

    async def read(stream):
        async for _ in stream:
            came_s.append(time.monotonic())

    url = world.ws_url + "/api/stream?rate_hz=20"
    async with websockets.connect(url, max_size=None) as good:
        reader = asyncio.create_task(read(good))
        picture = make_picture(2000)
        for i in range(steps):
            picture.events = [assessed(i)]
            world.hub.publish(picture)
            await asyncio.sleep(0.05)
    await reader
    return came_s


def test_a_display_that_left_is_forgotten():
    async def story():
        async with running() as world:
            for _ in range(5):
                async with websockets.connect(world.ws_url + "/api/stream"):
                    pass
            await eventually(lambda: world.hub.broadcast.viewers == 0)

    asyncio.run(story())


def test_detections_come_one_a_message_and_refusals_are_answered():
    async def story():
        async with (
            running() as world,
            websockets.connect(world.ws_url + "/api/detections") as sensor,
        ):
            await sensor.send(DETECTION)
            await sensor.send(DETECTION.encode())
            await eventually(lambda: len(world.service.arrivals) == 2)
            arrival = world.service.arrivals[0]
            assert arrival.feed == "websocket" and arrival.data == DETECTION.encode() + b"\n"
            await sensor.send('{"sensor": "radar-1"}')
            refused = msgspec.json.decode(await asyncio.wait_for(sensor.recv(), 5.0))
            assert refused["error"]
            await sensor.send(DETECTION)
            await eventually(lambda: len(world.service.arrivals) == 3)
            assert world.service.refusals == [("websocket", "bad time", 1)]
            await sensor.send(DETECTION.replace("radar-1", "radar-9"))
            refused = msgspec.json.decode(await asyncio.wait_for(sensor.recv(), 5.0))
            assert refused["error"].startswith("line 1: unknown sensor")
            assert len(world.service.arrivals) == 4
            assert len(world.service.refusals) == 1

    asyncio.run(story())


def test_a_message_larger_than_a_mebibyte_ends_the_connection():
    async def story():
        async with (
            running() as world,
            websockets.connect(world.ws_url + "/api/detections") as sensor,
        ):
            with pytest.raises(websockets.ConnectionClosedError) as ended:
                await sensor.send("x" * (1024 * 1024 + 1))
                await asyncio.wait_for(sensor.recv(), 5.0)
            assert ended.value.rcvd is None or ended.value.rcvd.code == 1009
            assert not world.service.arrivals

    asyncio.run(story())


def test_a_websocket_elsewhere_is_refused():
    async def story():
        async with running() as world:
            for path in ("/", "/api/nothing", "/assets/x"):
                with pytest.raises(websockets.InvalidStatus):
                    await websockets.connect(world.ws_url + path)

    asyncio.run(story())


def test_a_restarted_warning_revision_is_reported_again_only_when_higher():
    async def story():
        async with running() as world:
            picture = make_picture(1)
            picture.warnings = [warning(revision=3)]
            world.hub.publish(picture)
            async with websockets.connect(world.ws_url + "/api/stream") as stream:
                await stream.send(shown(7, 3))
                await stream.send(shown(7, 2))
                await eventually(lambda: world.service.deliveries)
                await asyncio.sleep(0.1)
                assert [d.revision for d in world.service.deliveries] == [3]

    asyncio.run(story())
