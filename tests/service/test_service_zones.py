"""Zones drawn in a running service: the public is told where; a crash or a replay keeps them."""

import asyncio
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from contextlib import asynccontextmanager

import httpx
import msgspec

from vedette.codecs import cap
from vedette.config.site import Person
from vedette.model.enums import Role
from vedette.model.events import WarningDelivered
from vedette.server.accounts import hash_password
from vedette.service.live import Place, Service
from vedette.service.player import Replay
from vedette.service.replaying import verify

PASSWORD = "correct horse battery"
NAMES = {"c": cap.NAMESPACE}
TEXT = """schema = 1
name = "Drill"
mode = "EXERCISE"
reference = {{ lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }}
exercise = {{ outside = true }}
[[assets]]
id = "tower"
name = "Tower"
lat_deg = 33.8
lon_deg = 42.44
[[zones]]
id = "tower"
name = "Tower"
asset = "tower"
[[channels]]
id = "public"
kind = "cap"
folder = "{folder}"
sender = "watch@x.example"
"""
SQUARE = [[33.85, 42.5], [33.85, 42.51], [33.86, 42.51], [33.86, 42.5]]
ZONE = {
    "command": "set_zone", "command_id": "1", "zone_id": "huts", "name": "Huts",
    "asset_id": "tower", "take_cover_s": 40.0, "polygon": SQUARE, "reason": "a new camp",
}  # fmt: skip


@asynccontextmanager
async def watched(folder, text, *roles):
    """Run the service with one person of these roles, logged in; give it and their client."""
    async with Service(text, folder) as service, await served(service, *roles) as client:
        login = await client.post("/api/login", json={"name": "w", "password": PASSWORD})
        client.headers["X-Vedette-CSRF"] = login.json()["csrf"]
        yield service, client


async def served(service, *roles):
    people = [Person(name="w", roles=list(roles), password=hash_password(PASSWORD))]
    service.site = msgspec.structs.replace(service.site, people=people)
    url = await service.listen(Place(port=0))
    return httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False)


async def delivered(service, revision):
    async with asyncio.timeout(30):
        while True:
            for event in service.step(time.time_ns(), []):
                if isinstance(event, WarningDelivered) and event.revision == revision:
                    return
            await asyncio.sleep(0.01)


def alerts_in(folder):
    return [ElementTree.fromstring(f.read_bytes()) for f in sorted(folder.glob("*.xml"))]


def test_a_zone_drawn_by_http_is_warned_where_it_lies_and_its_removal_tells_the_end(tmp_path):
    alerts, recording = tmp_path / "cap", tmp_path / "recording"
    alerts.mkdir()

    async def story():
        both = (Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY)
        async with watched(recording, TEXT.format(folder=alerts), *both) as (service, client):

            async def give(**command):
                return await client.post("/api/commands", json=command)

            done = await give(**ZONE)
            assert done.status_code == 200, done.text
            (event,) = done.json()["events"]
            assert (event["event"], event["polygon"]) == ("ZoneSet", SQUARE)
            picture = (await client.get("/api/picture")).json()
            tower, huts = picture["zones"]
            assert (tower["change"], huts["change"], huts["by"]) == ("", "drawn", "w")
            order = {"command": "order_cover", "zone_id": "huts", "reason": "drill"}
            assert (await give(command_id="2", **order)).status_code == 200
            await delivered(service, 1)
            gone = {"command": "remove_zone", "zone_id": "huts", "revision": 1, "reason": "x"}
            refused = await give(command_id="3", **gone)
            assert refused.status_code == 409
            assert "a warning is open for Huts" in refused.json()["error"]
            told = await give(command_id="4", all_clear=True, **gone)
            kinds = [event["event"] for event in told.json()["events"]]
            assert kinds == ["ZoneRemoved", "WarningCleared"]
            await delivered(service, 2)

    asyncio.run(story())
    trees = alerts_in(alerts)
    assert [t.findtext("c:msgType", None, NAMES) for t in trees] == ["Alert", "Cancel"]
    for tree in trees:
        assert tree.findtext(".//c:areaDesc", None, NAMES) == "Huts"
        assert tree.findtext(".//c:polygon", None, NAMES).startswith("33.850000,42.500000 ")
    assert verify(recording).identical


CUT_OFF = """
import asyncio, os, sys, time
from pathlib import Path
from vedette.model.commands import SetZone
from vedette.model.enums import Role
from vedette.service.live import Service

async def work():
    service = Service(sys.argv[1], Path(sys.argv[2]))
    now_ns = time.time_ns()
    drawn = SetZone(
        command_id="1", person="w", roles=(Role.IDENTIFICATION_AUTHORITY,), session="s",
        t_recv_ns=now_ns, zone_id="huts", name="Huts", asset_id="tower", take_cover_s=40.0,
        polygon=((33.85, 42.5), (33.85, 42.51), (33.86, 42.51), (33.86, 42.5)), reason="a camp",
    )
    service.core.step(now_ns, [], (drawn,))
    os._exit(9)

asyncio.run(work())
"""


def test_after_a_crash_the_drawn_zone_stands_and_is_warned_where_it_lies(tmp_path):
    alerts, recording = tmp_path / "cap", tmp_path / "recording"
    alerts.mkdir()
    text = TEXT.format(folder=alerts)
    cut = subprocess.run([sys.executable, "-c", CUT_OFF, text, str(recording)], check=False)
    assert cut.returncode == 9

    async def taken_up():
        async with watched(recording, text, Role.OPERATOR) as (service, client):
            order = {"command": "order_cover", "zone_id": "huts", "reason": "drill"}
            done = await client.post("/api/commands", json={"command_id": "2", **order})
            assert done.status_code == 200, done.text
            await delivered(service, 1)

    asyncio.run(taken_up())
    (alert,) = alerts_in(alerts)
    assert alert.findtext(".//c:polygon", None, NAMES).startswith("33.850000,42.500000 ")
    assert verify(recording).identical


def test_a_replay_shows_each_zone_from_the_moment_it_was_drawn(tmp_path):
    (tmp_path / "cap").mkdir()
    text, recording = TEXT.format(folder=tmp_path / "cap"), tmp_path / "recording"

    async def story():
        who = (Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY)
        async with watched(recording, text, *who) as (service, client):
            service.step(time.time_ns(), [])
            await asyncio.sleep(0.3)
            drawn_ns = time.time_ns()
            assert (await client.post("/api/commands", json=ZONE)).status_code == 200
            await asyncio.sleep(0.3)
            service.step(time.time_ns(), [])
        replay = Replay(recording)
        seen = []
        running = asyncio.create_task(replay.run())
        async with asyncio.timeout(60):
            while not replay.view().complete:
                await asyncio.sleep(0.02)
            for t_ns in (drawn_ns - 10**8, drawn_ns + 4 * 10**8, drawn_ns - 10**8):
                replay.wish(False, None, t_ns)
                while replay.view().target_us is not None:
                    await asyncio.sleep(0.02)
                seen.append([zone.zone_id for zone in replay.hub.picture.zones])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert seen == [["tower"], ["tower", "huts"], ["tower"]]

    asyncio.run(story())


HOSTILE = [
    {"polygon": [[33.8, 42.5]] * 65},
    {"polygon": [[33.8, 42.5, 1.0], [33.8, 42.6, 1.0], [33.9, 42.6, 1.0]]},
    {"polygon": [["33.8", "42.5"], [33.8, 42.6], [33.9, 42.6]]},
    {"polygon": [[33.8, None], [33.8, 42.6], [33.9, 42.6]]},
    {"polygon": {"type": "Polygon"}},
    {"polygon": [[1e300, 42.5], [33.8, 42.6], [33.9, 42.6]]},
    {"name": "Huts\u202e"},
    {"name": "Huts\u0000"},
    {"name": ["Huts"]},
    {"take_cover_s": "40"},
    {"take_cover_s": True},
    {"revision": -1},
    {"channels": ["x"] * 65},
    {"channels": ["x" * 49]},
    {"roles": ["identification_authority"]},
    {"person": "somebody else"},
]


def test_hostile_zones_are_refused_at_the_door_and_by_the_stage_and_never_stand(tmp_path):
    alerts = tmp_path / "cap"
    alerts.mkdir()

    async def story():
        text, role = TEXT.format(folder=alerts), Role.IDENTIFICATION_AUTHORITY
        async with watched(tmp_path / "recording", text, role) as (_, client):
            for number, change in enumerate(HOSTILE):
                wish = ZONE | {"command_id": f"h{number}"} | change
                answer = await client.post("/api/commands", json=wish)
                assert answer.status_code == 400, (change, answer.text)
            raw = b'{"command":"set_zone","take_cover_s":1e999}'
            kind = {"content-type": "application/json"}
            answer = await client.post("/api/commands", content=raw, headers=kind)
            assert answer.status_code == 400
            crossed = [SQUARE[i] for i in (0, 2, 1, 3)]
            wish = ZONE | {"command_id": "c", "polygon": crossed}
            answer = await client.post("/api/commands", json=wish)
            assert answer.status_code == 409
            assert answer.json()["error"] == "polygon: crosses itself: edges 0 and 2 (from 0)"
            markup = ZONE | {"command_id": "m", "name": "<img src=x onerror=alert(1)>"}
            assert (await client.post("/api/commands", json=markup)).status_code == 200
            report = (await client.get("/api/incident.html")).text
            assert "<img src=x" not in report
            picture = (await client.get("/api/picture")).json()
            assert [z["zone_id"] for z in picture["zones"]] == ["tower", "huts"]

    asyncio.run(story())
