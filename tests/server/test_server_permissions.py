"""One table says who may do what, and every door obeys it: HTTP and WebSocket alike."""

import asyncio
import uuid

import pytest
import websockets
from server_world import PASSWORD, make_site, running
from starlette.routing import Route

from vedette.config.site import Person, Service
from vedette.model.enums import Role
from vedette.server import Options
from vedette.server.commands import REQUESTS
from vedette.server.gate import behind_doors
from vedette.server.permissions import COMMANDS, DOORS, GRANTS, Right, permits

NETWORK = Options(host="0.0.0.0")
PATHS = {"{track_id}": "1", "{sha256}": "0" * 64}
VALUES = {
    "warning_id": 7, "zone_id": "north", "track_id": 1, "identity": "HOSTILE", "status": "hold",
    "on": True, "effector_id": "gun", "track_digest": "d", "engagement_id": 1, "state": "executing",
    "outcome": "destroyed", "sensor": "radar-1", "task": "stop", "reason": "because",
    "text": "a note", "note_id": 1, "name": "Huts", "asset_id": "gate", "take_cover_s": 30.0,
    "revision": 1, "other_track_id": 2, "source": "radar-1",
}  # fmt: skip


def target(path: str) -> str:
    for part, value in PATHS.items():
        path = path.replace(part, value)
    return path


def of_each_role():
    """Make a site with one person a role, named like it."""
    (password,) = {person.password for person in make_site().people}
    people = [Person(name=role.value, roles=[role], password=password) for role in Role]
    return make_site(people=people)


def test_every_command_and_every_right_is_in_the_table():
    assert set(COMMANDS) == set(REQUESTS.values())
    assert set(GRANTS) == set(Right)


def test_a_route_that_is_in_no_table_cannot_be_served():
    async def secret(request):
        raise AssertionError("never")

    with pytest.raises(LookupError, match="POST /api/secret is in no table"):
        behind_doors(None, [Route("/api/secret", secret, methods=["POST"])])


def test_who_is_an_administrator_too_never_authorises():
    both = (Role.ADMINISTRATOR, Role.ENGAGEMENT_AUTHORITY)
    assert not permits(both, Right.AUTHORISE)
    assert permits((Role.ENGAGEMENT_AUTHORITY,), Right.AUTHORISE)


def test_nobody_comes_in_from_the_network_without_a_login():
    async def story():
        async with running(options=NETWORK) as world, world.browser() as client:
            for name, door in DOORS.items():
                method, path = name.split(" ")
                if method == "WS":
                    with pytest.raises(websockets.InvalidStatus):
                        await websockets.connect(world.ws_url + path)
                elif door.right is not Right.PUBLIC:
                    answer = await client.request(method, target(path))
                    assert answer.status_code == 401, name
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
                for path in ("/api/nothing", "/api/audit/", "/api//audit", "/API/audit"):
                    answer = await client.request(method, path)
                    assert answer.status_code in (404, 405, 307), (method, path)
            assert not world.service.commands

    asyncio.run(story())


def test_every_role_may_come_through_the_doors_of_its_table_and_no_other():
    async def story():
        async with running(of_each_role(), options=NETWORK) as world:
            for role in Role:
                async with world.browser() as client:
                    await world.log_in(client, role.value)
                    cookie = "; ".join(f"{c.name}={c.value}" for c in client.cookies.jar)
                    for name, door in DOORS.items():
                        if name in ("POST /api/logout", "POST /api/lock", "POST /api/login"):
                            continue  # would end what is looked at
                        method, path = name.split(" ")
                        may = permits((role,), door.right)
                        if method == "WS":
                            assert await opens(world.ws_url + path, cookie) is may, (role, name)
                        else:
                            answer = await client.request(method, target(path))
                            assert (answer.status_code != 403) is may, (role, name, answer.text)

    asyncio.run(story())


async def opens(url: str, cookie: str) -> bool:
    try:
        async with websockets.connect(url, additional_headers={"Cookie": cookie}):
            return True
    except websockets.InvalidStatus:
        return False


def test_every_role_may_give_the_commands_of_its_table_and_no_other():
    async def story():
        async with running(of_each_role()) as world:
            for role in Role:
                async with world.browser() as client:
                    await world.log_in(client, role.value)
                    for command, right in COMMANDS.items():
                        answer = await client.post("/api/commands", json=wish(command))
                        expected = {200} if permits((role,), right) else {403}
                        assert {answer.status_code} == expected, (role, command, answer.text)

    asyncio.run(story())


def wish(command) -> dict:
    request = next(kind for kind, of in REQUESTS.items() if of is command)
    fields = {n: VALUES[n] for n in request.__struct_fields__ if n in VALUES}
    tag = command.__struct_config__.tag
    return {"command": tag, "command_id": str(uuid.uuid4()), **fields}


def test_a_site_may_demand_a_login_on_loopback_too():
    async def story():
        site = make_site(service=Service(login_required=True))
        async with running(site) as world, world.browser() as client:
            assert (await client.get("/api/picture")).status_code == 401
            assert (await client.post("/api/detections", content=b"{}")).status_code == 401
            await world.log_in(client, "guest")
            assert (await client.get("/api/picture")).status_code == 200

    asyncio.run(story())


def test_the_session_says_who_one_is_and_what_one_may_do():
    async def story():
        async with running() as world, world.browser() as client:
            nobody = (await client.get("/api/session")).json()
            assert (nobody["name"], nobody["rights"], nobody["accounts"]) == (None, [], True)
            assert nobody["encrypted"] is False
            login = {"name": "auditor", "password": PASSWORD}
            told = (await client.post("/api/login", json=login)).json()
            assert told["roles"] == ["auditor"] and "audit" in told["rights"]
            assert "keep_watch" not in told["rights"] and told["locked"] is False

    asyncio.run(story())


def test_a_page_without_accounts_says_that_nobody_can_log_in():
    async def story():
        async with running(make_site(people=[])) as world, world.browser() as client:
            assert (await client.get("/api/picture")).status_code == 200
            assert (await client.get("/api/session")).json()["accounts"] is False

    asyncio.run(story())
