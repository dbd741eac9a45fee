"""A console without its person is locked: it still shows and warns, and nobody can act at it."""

import asyncio

import msgspec
import pytest
import websockets
from server_world import PASSWORD, make_site, running
from test_server_access import acknowledge, authorise, cookie

from vedette.model.enums import Role
from vedette.server import Accounts, Options

IDLE_S = 901.0


def accounts_of(now):
    return Accounts(make_site().people, clock=lambda: now[0])


async def unlock(client, password=PASSWORD):
    answer = await client.post("/api/unlock", json={"password": password})
    if answer.status_code == 200:
        client.headers["X-Vedette-CSRF"] = answer.json()["csrf"]
    return answer.status_code


@pytest.mark.parametrize("how", ["idle", "by hand"])
def test_a_locked_console_shows_everything_and_does_nothing_until_the_password_is_given(how):
    async def story():
        now = [0.0]
        options = Options(host="0.0.0.0")
        served = running(options=options, accounts=accounts_of(now))
        async with served as world, world.browser() as client:
            await world.log_in(client, "first")
            if how == "idle":
                now[0] = IDLE_S
            else:
                assert (await client.post("/api/lock")).json()["locked"] is True
            for path in ("/api/commands", "/api/second-authorisation"):
                answer = await client.post(path, json=authorise())
                assert answer.status_code == 423 and "locked" in answer.json()["error"]
            assert (await client.get("/api/incident.html")).status_code == 423
            assert (await client.get("/api/picture")).status_code == 200
            headers = {"Cookie": f"{cookie(world)}={client.cookies[cookie(world)]}"}
            url = world.ws_url + "/api/stream"
            async with websockets.connect(url, additional_headers=headers) as stream:
                assert msgspec.msgpack.decode(await stream.recv())["kind"] == "hello"
            assert await unlock(client, "wrong") == 401
            assert (await client.post("/api/activity")).status_code == 423
            assert (await client.post("/api/commands", json=acknowledge())).status_code == 423
            assert await unlock(client) == 200
            assert (await client.post("/api/commands", json=acknowledge())).status_code == 200
            assert not any(type(c).__name__.startswith("Auth") for c in world.service.commands)

    asyncio.run(story())


def test_who_acts_or_only_looks_on_is_not_locked_out():
    async def story():
        now = [0.0]
        async with running(accounts=accounts_of(now)) as world, world.browser() as client:
            await world.log_in(client, "watch")
            for path, body in (("activity", None), ("commands", acknowledge()), ("activity", None)):
                now[0] += 800.0
                answer = await client.post(f"/api/{path}", json=body)
                assert answer.status_code == 200, path
            now[0] += IDLE_S
            assert (await client.get("/api/session")).json()["locked"] is True

    asyncio.run(story())


def test_the_token_of_before_the_lock_is_worth_nothing_afterwards():
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "watch")
            old = client.headers["X-Vedette-CSRF"]
            await client.post("/api/lock")
            assert await unlock(client) == 200
            replayed = {"X-Vedette-CSRF": old}
            answer = await client.post("/api/commands", json=acknowledge(), headers=replayed)
            assert answer.status_code == 403
            assert not world.service.commands

    asyncio.run(story())


def test_unlocking_takes_the_same_person_a_session_and_has_a_limit():
    async def story():
        async with running() as world, world.browser() as client:
            answer = await client.post("/api/unlock", json={"password": PASSWORD})
            assert answer.status_code == 401
            await world.log_in(client, "guest")
            await client.post("/api/lock")
            codes = [await unlock(client, "guess") for _ in range(12)]
            assert codes == [401] * 10 + [429] * 2
            assert (await client.get("/api/session")).json()["locked"] is True
            assert (await client.post("/api/logout")).status_code == 200

    asyncio.run(story())


def test_a_program_is_not_locked_for_being_quiet():
    now = [0.0]
    accounts = accounts_of(now)
    holder = next(person for person in make_site().people if person.roles == [Role.SENSOR])
    _, session = accounts.open_session(holder)
    now[0] = 40_000.0
    assert not accounts.is_locked(session)
