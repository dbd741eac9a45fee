"""Hostile requests and messages: never a fault of the service, never growth, always a reason.

The application is called as its server calls it, without sockets, so that 100,000 inputs a door
take seconds; tests/server sends some thousands over real ones. VEDETTE_MUTATIONS: inputs a door
(500; `make test-slow`: 100,000).
"""

import asyncio
import json
import os
import random
import time
from collections import Counter

import msgspec
import pytest
from hostile_doors import Client, LeanService, mutate
from hostile_stream import SITE, T0_NS, Growth
from server_world import make_picture, make_site

from vedette import server
from vedette.base.constants import NS_PER_S
from vedette.codecs import reasons
from vedette.service.clocks import SteppedClock
from vedette.service.live import Service

COUNT = int(os.environ.get("VEDETTE_MUTATIONS", "500"))
SLOWEST_S = 1.0
# Detections in one step of four seconds: what is let in is no denser than the radar's clutter.
AT_ONCE, STEP_NS = 32, 4 * NS_PER_S
TIMED = ("too old", "ahead of time", "impossible time", "too late for the tracks")
JSON = "application/json"
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
    {"command": "all_clear", "warning_id": 7, "reason": "gone"},
]
TARGETS = [
    b"/api/tracks/1", b"/api/events?after=0", b"/api/picture?tracks=0", b"/api/site", b"/x.js",
    b"/api/session", b"/api/incident.html?download=1", b"/api/incident/statement.txt",
    b"/api/exhibits/" + b"0" * 64, b"/assets/index.js",
]  # fmt: skip
BOUNDARY = "vedette"
DETECTION = (
    b'{"t_ns":%d,"sensor":"radar_south","range_m":%.1f,"azimuth_deg":%.2f,"elevation_deg":%.2f,'
    b'"sigma":{"range_m":20},"claims":{"icao24":"4b1234"},"class":{"bird":0.5}}'
)


@pytest.fixture(autouse=True)
def _nothing_fails_unseen(caplog):
    """A crash inside a handler, or a task nobody awaited, is only logged: look there."""
    caplog.set_level("ERROR", "python_multipart")  # it warns of every byte
    caplog.set_level("ERROR", "python_multipart.multipart")
    yield
    assert not [r.getMessage() for r in caplog.get_records("call") if r.levelno >= 40]


def small_world(folder=None) -> tuple[Client, LeanService, server.Hub]:
    site = make_site()
    service = LeanService(folder)
    hub = server.Hub(site, service)
    hub.publish(make_picture(3))
    app = server.make_app(hub, site, server.Accounts(site.people), server.Options())
    return Client(app), service, hub


async def campaign(count, act) -> Counter[int]:
    """Do act(i) -> status for i < count; hold each to its time and all to their memory."""
    codes: Counter[int] = Counter()
    growth = Growth(count)
    for i in range(count):
        begun_s = time.thread_time()
        codes[await act(i)] += 1
        assert time.thread_time() - begun_s < SLOWEST_S
        await asyncio.sleep(0)  # the loop throws away its cancelled timers only when it turns
        growth.look(i + 1)
    assert growth.is_bounded()
    return codes


def hold(status: int, content: bytes, sent: bytes) -> int:
    """An answer is no fault of the service, and a refusal says why in one line."""
    assert status < 500, (status, sent[:300], content[:300])
    if status >= 400:
        reason = json.loads(content)["error"]
        assert 0 < len(reason) <= 300 and reason.isprintable()
    return status


def body_of(door: str, i: int, source: random.Random) -> bytes:
    if door == "login":
        return b'{"name":"watch","password":"wrong"}'
    command = {**source.choice(COMMANDS), "command_id": f"c{i}"}
    if door == "second-authorisation":
        command = {"name": "second", "password": "wrong", "command": command}
    return msgspec.json.encode(command)


@pytest.mark.parametrize("door", ["commands", "second-authorisation", "login"])
def test_mutated_json_is_answered_or_refused(door):
    source = random.Random(f"in process {door}")

    async def story():
        client, service, hub = small_world()
        await client.log_in("first")
        target = f"/api/{door}".encode()

        async def act(i: int) -> int:
            body = mutate(body_of(door, i, source), source)
            status, _, content = await client.ask("POST", target, body, content_type=JSON)
            return hold(status, content, body)

        count = COUNT if door == "commands" else COUNT // 2  # the others end at a wrong password
        codes = await campaign(count, act)
        assert codes[400] > count // 4
        msgspec.msgpack.encode(service.commands)
        assert len(hub.counters) < 20

    asyncio.run(story())


def form(source: random.Random) -> bytes:
    fields = {
        "description": "words on a wing", "lat_deg": "33.8", "lon_deg": "42.4",
        "taken_t_us": "1641254400000000", "engagement_id": "1",
    }  # fmt: skip
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
        for k, v in fields.items()
    ]
    parts.append(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        "Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n"
    )
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode("latin-1")


# Starlette leaves the file of a part without its end to the collector, which closes it at once.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_mutated_forms_are_answered_or_refused_and_refused_files_are_not_kept(tmp_path):
    source = random.Random("forms")

    async def story():
        client, service, _ = small_world(tmp_path)
        await client.log_in("first")
        kind = f"multipart/form-data; boundary={BOUNDARY}"

        async def act(i: int) -> int:
            body = mutate(form(source), source)
            status, _, content = await client.ask("POST", b"/api/exhibits", body, content_type=kind)
            return hold(status, content, body)

        codes = await campaign(min(COUNT, 5000), act)  # each accepted one is synced to the disk
        assert codes[400] > 0
        assert len(list(tmp_path.iterdir())) <= service.taken

    asyncio.run(story())


@pytest.mark.parametrize(
    ("field", "value"),
    [("lat_deg", "nan"), ("lon_deg", "inf"), ("lat_deg", "-1e400"), ("taken_t_us", "1e30"),
     ("taken_t_us", "9" * 30), ("engagement_id", "-9" * 20), ("lat_deg", "90.1")],
)  # fmt: skip
def test_an_exhibit_of_no_place_or_time_is_refused_and_its_file_is_not_kept(tmp_path, field, value):
    async def story():
        client, service, _ = small_world(tmp_path)
        await client.log_in("first")
        text = form(random.Random(0)).decode("latin-1")
        head, tail = text.split(f'name="{field}"\r\n\r\n')
        body = f'{head}name="{field}"\r\n\r\n{value}\r\n{tail.partition(chr(13))[2][1:]}'
        status, _, content = await client.ask(
            "POST", b"/api/exhibits", body.encode("latin-1"),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
        )  # fmt: skip
        assert status == 400, content
        assert service.taken == 0
        assert list(tmp_path.iterdir()) == []

    asyncio.run(story())


def test_mutated_targets_and_heads_are_answered_or_refused(tmp_path):
    source = random.Random("heads")
    heads = {
        "host": "127.0.0.1:8420", "origin": "http://127.0.0.1:8420", "cookie": "vedette-8420=abc",
        "sec_fetch_site": "same-origin", "accept_encoding": "gzip", "range": "bytes=0-10",
        "if_none_match": '"a"', "content_type": JSON, "content_length": "0",
        "if_modified_since": "Tue, 04 Jan 2022 00:00:00 GMT", "x_vedette_csrf": "a",
    }  # fmt: skip

    def head(name: str) -> str:
        value = mutate(heads[name].encode(), source)[:4096]
        return bytes(c for c in value if c >= 32 or c == 9).decode("latin-1")

    async def story():
        client, _, _ = small_world(tmp_path)

        async def act(i: int) -> int:
            target = source.choice(TARGETS)
            if source.random() < 0.8:  # the server lets visible ASCII alone pass
                target = bytes(c for c in mutate(target, source) if 32 < c < 127)
            names = source.sample(sorted(heads), source.randrange(3))
            method = source.choice(("GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS"))
            more = {name: head(name) for name in names}
            status, _, _ = await client.ask(method, target, b"", **more)
            if status == 503:  # the page may not be built, the picture is from the start
                return 503
            assert status < 500, (method, target, more)
            return status

        codes = await campaign(COUNT, act)
        assert codes[200] > 0 and codes[404] > 0 and codes[421] > 0

    asyncio.run(story())


def test_mutated_messages_end_a_display_and_nothing_else():
    source = random.Random("displays")
    shown = msgspec.msgpack.encode({"kind": "shown", "warning_id": 7, "revision": 1})

    async def story():
        client, service, hub = small_world()

        async def act(i: int) -> int:
            data = mutate(shown, source)
            message = {"type": "websocket.receive", "bytes": data, "text": None}
            if i % 7 == 0:
                text = data.decode("utf-8", "replace")
                message = {"type": "websocket.receive", "bytes": None, "text": text}
            rate = mutate(b"4", source) if i % 5 == 0 else b"4"
            await client.talk(b"/api/stream?rate_hz=" + rate, [message])
            return 0

        await campaign(COUNT // 4, act)  # the first word that is not understood ends it
        assert hub.broadcast.viewers == 0
        assert service.taken <= 2
        assert len(hub.counters) < 20

    asyncio.run(story())


class RealDoors:
    """The whole service behind its application: what is let in is stepped and recorded."""

    def __init__(self, folder) -> None:
        self.clock = SteppedClock(T0_NS)
        self.service = Service(SITE.read_text(), folder, self.clock)
        accounts = server.Accounts(self.service.site.people)
        app = server.make_app(self.service.hub, self.service.site, accounts, server.Options())
        self.client = Client(app)
        self.step()

    def step(self) -> None:
        now_ns = self.clock.now_ns() + STEP_NS
        self.service.step(now_ns, self.service.intake.drain())
        self.clock.set(now_ns)

    def detection(self, source: random.Random) -> bytes:
        place = (source.uniform(200, 24_000), source.uniform(0, 360), source.uniform(0, 30))
        return mutate(DETECTION % (self.clock.now_ns(), *place), source)

    async def sources(self) -> dict[str, dict]:
        self.step()
        status, _, content = await self.client.ask("GET", b"/api/picture")
        assert status == 200
        picture = json.loads(content)
        assert picture["tracks"] == []
        return {s["source"]: s for s in picture["sources"]}


def test_detections_posted_in_pieces_of_nonsense_are_counted_in_the_picture(tmp_path):
    source = random.Random("posts")
    unusable: Counter[str] = Counter()  # by reason, as the senders were told

    async def story():
        doors = RealDoors(tmp_path / "recording")

        async def act(i: int) -> int:
            if i % AT_ONCE == 0:
                doors.step()
            body = doors.detection(source)
            status, _, content = await doors.client.ask("POST", b"/api/detections", body)
            if status != 400:
                unusable.update(line["reason"] for line in json.loads(content)["refusals"])
            return hold(status, content, body)

        codes = await campaign(COUNT, act)
        sources = await doors.sources()
        shown = sources.pop("http")
        assert shown["refused"] == codes[400] > COUNT // 4
        assert set(shown["refused_by_reason"]) <= reasons.ALL
        assert sum(shown["refused_by_reason"].values()) == codes[400]
        counted: Counter[str] = Counter()
        for each in sources.values():
            counted.update(each["refused_by_reason"])
        # A time is judged at the door, and again four seconds later in the step.
        timed = sum(counted.pop(why, 0) for why in TIMED)
        told = sum(unusable.pop(why, 0) for why in TIMED)
        assert counted == unusable
        assert abs(timed - told) <= 3 + told // 10
        assert doors.service.core.close()

    asyncio.run(story())


def test_detections_said_in_nonsense_are_counted_in_the_picture(tmp_path):
    source = random.Random("says")

    async def story():
        doors = RealDoors(tmp_path / "recording")
        answers = 0

        async def act(i: int) -> int:
            nonlocal answers
            doors.step()
            messages = [
                {"type": "websocket.receive", "bytes": doors.detection(source), "text": None}
                for _ in range(AT_ONCE)
            ]
            messages[-1] = {"type": "websocket.receive", "bytes": None, "text": "\0é{"}
            messages[-2] = {"type": "websocket.receive", "bytes": b"", "text": None}
            sent = await doors.client.talk(b"/api/detections", messages)
            said = [json.loads(m["bytes"])["error"] for m in sent if m.get("bytes")]
            assert all(0 < len(reason) <= 300 and reason.isprintable() for reason in said)
            answers += len(said)
            return 0

        await campaign(COUNT // AT_ONCE, act)
        sources = await doors.sources()
        shown = sources.pop("websocket")
        elsewhere = sum(each["refused"] for each in sources.values())
        assert shown["refused"] > COUNT // 4
        assert abs(shown["refused"] + elsewhere - answers) <= 3 + elsewhere // 10
        assert doors.service.core.close()

    asyncio.run(story())
