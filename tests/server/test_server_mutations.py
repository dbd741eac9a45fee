"""Hostile input over HTTP and WebSocket: refused with a reason, never a crash, a hang or growth.

VEDETTE_MUTATIONS: how many mutated inputs each door takes (500), over real sockets, so at most
1,000; tests/hostile sends 100,000 to the same application without them.
"""

import asyncio
import os
import random

import httpx
import msgspec
import pytest
import websockets
from server_world import T0_NS, World, make_picture, make_site, running

from vedette import codecs
from vedette.config.site import Limits

MUTATIONS = min(int(os.environ.get("VEDETTE_MUTATIONS", "500")), 1000)
AT_ONCE = 8
TOKENS = [
    b"NaN", b"Infinity", b"-1e999", b"1e309", b"-0", b"9" * 400, b"-9223372036854775809",
    b"18446744073709551616", b"\x00", b"\\u0000", b"\\ud800", b"\xff\xfe", b"\xed\xa0\x80",
    b"[" * 5000, b'{"a":' * 5000, b"null", b"true", b'""', b'"' + b"x" * 70_000 + b'"', b"\n",
    b"\r\n", b"\r\n\r\n", b"..%2f", b"%00", b"{}", b"[]", b",", b":", b"\xe2\x80\xae", b"0x10",
]  # fmt: skip
DETECTION = (
    b'{"time":"2022-01-04T00:00:00.5Z","sensor":"radar-1","range_m":9000,"azimuth_deg":45,'
    b'"sigma":{"range_m":20},"claims":{"icao24":"4b1234"},"class":{"bird":0.5}}'
)
COMMANDS = [
    {"command": "acknowledge_warning", "warning_id": 7},
    {"command": "order_cover", "zone_id": "north", "reason": "seen"},
    {"command": "assess_track", "track_id": 1, "remark": "drone"},
    {"command": "dismiss_track", "track_id": 1, "reason": "bird"},
    {"command": "set_hold", "on": True, "reason": "x"},
    {"command": "set_weapons_control", "status": "hold", "reason": "x"},
    {"command": "authorise_engagement", "track_id": 1, "effector_id": "a", "track_digest": "d"},
    {"command": "cancel_engagement", "engagement_id": 1, "reason": ""},
    {"command": "assess_outcome", "engagement_id": 1, "outcome": "destroyed"},
]
PATHS = ["/api/tracks/1", "/api/events?after=0", "/api/picture?tracks=0", "/api/site", "/", "/x.js"]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def _nothing_fails_unseen(caplog):
    """A crash inside a handler, or a task nobody awaited, is only logged: look there."""
    yield
    assert not [r.getMessage() for r in caplog.get_records("call") if r.levelno >= 40]


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Change a few places: flip, cut, double, insert, or replace a number."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(changed) + 1)
        kind = rng.randrange(6)
        if kind == 0 and changed:
            changed[at % len(changed)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del changed[at : at + rng.randrange(1, 20)]
        elif kind == 2:
            changed[at:at] = changed[at : at + rng.randrange(1, 200)]
        elif kind == 3:
            changed[at:at] = rng.choice(TOKENS)
        elif kind == 4:
            changed[at : at + 1] = rng.choice(TOKENS)
        else:
            digits = [i for i, c in enumerate(changed) if 48 <= c <= 57]
            if digits:
                i = rng.choice(digits)
                changed[i : i + 1] = rng.choice(TOKENS)
    return bytes(changed)


async def each(count, act):
    """Do act(i) for i < count, a few at once."""
    numbers = iter(range(count))

    async def worker():
        for i in numbers:
            async with asyncio.timeout(20):
                await act(i)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def still_well(world: World, client: httpx.AsyncClient) -> None:
    """The service answers, and nothing has grown."""
    world.hub.publish(make_picture(3))
    health = await client.get("/api/health")
    assert health.status_code == 200 and health.json()["tracks"] == 3
    assert len(health.json()["counters"]) < 20


@pytest.mark.parametrize("door", ["commands", "second-authorisation", "login", "detections"])
def test_mutated_bodies_never_bring_the_service_down(door):
    rng = random.Random(f"bodies {door}")

    def body(i: int) -> bytes:
        if door == "detections":
            return DETECTION
        if door == "login":
            return b'{"name":"watch","password":"wrong"}'
        command = {**rng.choice(COMMANDS), "command_id": f"c{i}"}
        if door == "second-authorisation":
            command = {"name": "second", "password": "wrong", "command": command}
        return msgspec.json.encode(command)

    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "first")
            codes: dict[int, int] = {}

            async def act(i: int) -> None:
                content = mutate(body(i), rng)
                answer = await client.post(f"/api/{door}", content=content, headers=JSON)
                assert answer.status_code < 500, (content[:300], answer.text)
                if answer.status_code >= 400:
                    assert 0 < len(answer.json()["error"]) <= 300
                codes[answer.status_code] = codes.get(answer.status_code, 0) + 1

            await each(MUTATIONS, act)
            assert max(codes) >= 400
            for arrival in world.service.arrivals:
                assert codecs.check("detections", arrival.data).accepted
            await still_well(world, client)

    asyncio.run(story())


def test_accepted_mutations_can_be_decoded_and_journalled():
    """What passes the door must not trip the next stage: decode it, and write it as MessagePack."""
    rng = random.Random("accepted")

    async def story():
        site = make_site()
        decoders = codecs.open_decoders(site)
        async with running(site) as world, world.browser() as client:
            await world.log_in(client, "first")

            async def act(i: int) -> None:
                content = mutate(DETECTION, rng)
                await client.post("/api/detections", content=content)
                command = {**rng.choice(COMMANDS), "command_id": f"c{i}"}
                content = mutate(msgspec.json.encode(command), rng)
                await client.post("/api/commands", content=content, headers=JSON)

            await each(min(MUTATIONS // 4, 5000), act)
            codecs.decode(decoders, world.service.arrivals)
            msgspec.msgpack.encode(world.service.commands)
            assert all(c.person == "first" for c in world.service.commands)
            assert all(c.t_recv_ns == T0_NS for c in world.service.commands)

    asyncio.run(story())


def test_mutated_requests_never_bring_the_service_down():
    """The raw bytes of whole requests, heads and paths included."""
    rng = random.Random("requests")

    def request(port: int) -> bytes:
        if rng.random() < 0.5:
            head = f"GET {rng.choice(PATHS)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            return f"{head}Connection: close\r\n\r\n".encode()
        if rng.random() < 0.3:
            head = f"GET /api/stream?rate_hz=4 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            return (
                f"{head}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\x82\x85abcd12345"
            ).encode("latin-1")
        head = (
            f"POST /api/detections HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:{port}"
        )
        length = len(DETECTION)
        return (
            f"{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode() + DETECTION
        )

    async def story():
        async with running(make_site(limits=Limits(clients_max=2000))) as world:
            port = world.listening.port

            async def act(i: int) -> None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    writer.write(mutate(request(port), rng))
                    writer.write_eof()
                    answer = await reader.read(2000)
                    assert not answer.startswith((b"HTTP/1.1 500", b"HTTP/1.1 501")), answer
                except ConnectionError:
                    pass
                finally:
                    writer.close()

            await each(MUTATIONS, act)
            async with world.browser() as client:
                await still_well(world, client)

    asyncio.run(story())


@pytest.mark.parametrize("door", ["stream", "detections"])
def test_mutated_websocket_messages_never_bring_the_service_down(door):
    rng = random.Random(f"messages {door}")
    shown = msgspec.msgpack.encode({"kind": "shown", "warning_id": 7, "revision": 1})
    good = shown if door == "stream" else DETECTION

    async def story():
        async with running() as world, world.browser() as client:
            url = f"{world.ws_url}/api/{door}"

            async def act(i: int) -> None:
                async with websockets.connect(url, close_timeout=0.05) as socket:
                    try:
                        for _ in range(10):
                            await socket.send(mutate(good, rng))
                    except websockets.ConnectionClosed:
                        pass

            await each(MUTATIONS // 10, act)
            assert len(world.service.deliveries) <= 2
            for arrival in world.service.arrivals:
                assert codecs.check("detections", arrival.data).accepted
            await still_well(world, client)

    asyncio.run(story())
