"""Guessing, forging, replaying, flooding: what a stranger tries at the login."""

import asyncio
import statistics
import time

import argon2
import httpx
import pytest
from server_world import PASSWORD, make_site, running
from test_server_access import acknowledge, cookie

from vedette.config.site import Person
from vedette.model.enums import Role
from vedette.server import Accounts
from vedette.server.accounts import SESSIONS_PER_PERSON, TooManyAttemptsError
from vedette.server.attempts import Browsers, neighbourhood


async def guess(accounts, name, address, password="wrong", browser=None):
    try:
        found = await accounts.verify(name, password, address, browser)
    except TooManyAttemptsError:
        return "wait"
    return "in" if found else "no"


def test_a_stranger_who_guesses_does_not_lock_the_officer_out():
    """From everywhere at once: the officer's own browser is let in all the same."""

    async def story():
        now = [0.0]
        accounts = Accounts(make_site().people, clock=lambda: now[0])
        browser = accounts.remember(None, "watch")
        said = [await guess(accounts, "watch", f"10.0.{i}.1") for i in range(40)]
        assert said == ["no"] * 20 + ["wait"] * 20
        assert await guess(accounts, "watch", "10.9.9.9", PASSWORD) == "wait"
        assert await guess(accounts, "watch", "10.0.0.1", PASSWORD, browser) == "in"
        now[0] = 61.0
        assert await guess(accounts, "watch", "10.9.9.9", PASSWORD) == "in"

    asyncio.run(story())


def test_the_token_of_a_browser_helps_only_those_who_logged_in_there():
    async def story():
        accounts = Accounts(make_site().people)
        browser = accounts.remember(None, "guest")
        assert accounts.remember(browser, "guest") == browser
        assert accounts.remember("made up", "guest") not in ("made up", browser)
        said = [await guess(accounts, "watch", "10.0.0.1", browser=browser) for _ in range(7)]
        assert said == ["no"] * 5 + ["wait"] * 2
        own = [await guess(accounts, "guest", "10.0.0.1", browser=browser) for _ in range(12)]
        assert own == ["no"] * 10 + ["wait"] * 2

    asyncio.run(story())


def test_what_is_kept_of_browsers_is_bounded():
    browsers = Browsers()
    tokens = [browsers.remember(None, "watch") for _ in range(2100)]
    assert len(browsers.names) == 2000
    assert browsers.knows(tokens[-1], "watch") and not browsers.knows(tokens[0], "watch")
    assert not browsers.knows("x" * 300, "watch") and not browsers.knows(None, "watch")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("unknown", "unknown"),
    ],
)
def test_a_host_with_many_addresses_is_one_stranger(address, place):
    assert neighbourhood(address) == place


def test_an_unknown_name_takes_as_long_as_a_wrong_password():
    """With honest hashes of 64 MiB; without one the answer would come a hundred times sooner."""

    async def seconds(accounts, name, address):
        begun_s = time.perf_counter()
        await guess(accounts, name, address)
        return time.perf_counter() - begun_s

    async def story():
        hashed = argon2.PasswordHasher().hash(PASSWORD)
        accounts = Accounts([Person(name="watch", roles=[Role.OPERATOR], password=hashed)])
        known, unknown = [], []
        for i in range(5):
            known.append(await seconds(accounts, "watch", f"10.0.0.{i}"))
            unknown.append(await seconds(accounts, "nobody", f"10.0.1.{i}"))
        ratio = statistics.median(unknown) / statistics.median(known)
        assert 1 / 3 < ratio < 3

    asyncio.run(story())


@pytest.mark.parametrize(
    "token", ["", "x", "../..", "a" * 43, "x" * 5000, "é", '"quoted"', "%00", "None", "0"]
)
def test_a_forged_cookie_is_nobody(token):
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "watch")
            csrf = client.headers["X-Vedette-CSRF"]
        async with running() as world, httpx.AsyncClient(base_url=world.url) as client:
            forged = f"{cookie(world)}={token}".encode()
            headers = {"Cookie": forged, "X-Vedette-CSRF": csrf}
            answer = await client.post("/api/commands", json=acknowledge(), headers=headers)
            assert answer.status_code == 401
            answer = await client.get("/api/session", headers={"Cookie": forged})
            assert answer.json()["name"] is None

    asyncio.run(story())


def test_a_session_that_somebody_planted_is_not_the_one_that_is_logged_in():
    async def story():
        async with running() as world, world.browser() as thief, world.browser() as client:
            await world.log_in(thief, "guest")
            planted = thief.cookies[cookie(world)]
            client.cookies.set(cookie(world), planted, domain="127.0.0.1", path="/")
            await world.log_in(client, "watch")
            assert {c.value for c in client.cookies.jar if c.name == cookie(world)} != {planted}
            told = (await thief.get("/api/session")).json()
            assert told["name"] is None  # the planted session ended with the login over it

    asyncio.run(story())


def test_the_token_of_one_session_does_nothing_in_another():
    async def story():
        async with running() as world, world.browser() as one, world.browser() as two:
            await world.log_in(one, "watch")
            await world.log_in(two, "watch")
            two.headers["X-Vedette-CSRF"] = one.headers["X-Vedette-CSRF"]
            answer = await two.post("/api/commands", json=acknowledge())
            assert answer.status_code == 403
            await one.post("/api/logout")
            one.headers["Cookie"] = f"{cookie(world)}={one.cookies.get(cookie(world), 'x')}"
            assert (await one.post("/api/commands", json=acknowledge())).status_code == 401

    asyncio.run(story())


def test_a_person_s_own_logins_are_bounded_and_push_nobody_else_out():
    accounts = Accounts(make_site().people)
    holders = {person.name: person for person in make_site().people}
    other, _ = accounts.open_session(holders["watch"])
    tokens = [accounts.open_session(holders["guest"])[0] for _ in range(SESSIONS_PER_PERSON + 5)]
    assert sum(accounts.session(token) is not None for token in tokens) == SESSIONS_PER_PERSON
    assert accounts.session(other) is not None


@pytest.mark.parametrize("path", ["/api/login", "/api/unlock", "/api/second-authorisation"])
@pytest.mark.parametrize(
    "body",
    [
        b'{"name":"watch","password":"' + b"x" * 1025 + b'"}',
        b'{"name":"watch","password":"' + b"x" * 200_000 + b'"}',
        b'{"name":"watch","password":' + b"[" * 50_000,
        b'{"name":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
        b'{"name":"watch","password":1e999}',
        b'{"name":"watch","password":"\\ud800"}',
        b'{"name":"watch","name":"watch","password":null}',
        b'{"name":"watch","password":"a","roles":["administrator"]}',
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_oversized_passwords_and_json_bombs_are_refused_at_once(path, body):
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "first")
            begun_s = time.perf_counter()
            headers = {"Content-Type": "application/json"}
            answer = await client.post(path, content=body, headers=headers)
            assert time.perf_counter() - begun_s < 2.0
            assert answer.status_code in (400, 413), answer.text
            assert len(answer.json()["error"]) <= 300 and "xxxx" not in answer.text

    asyncio.run(story())
