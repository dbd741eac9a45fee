"""Logging in by an outside identity provider: a real one on loopback, with a real key."""

import asyncio
import contextlib
import time

import httpx
import msgspec
import pytest
from server_world import make_site, running
from test_server_access import acknowledge, authorise, cookie

pytest.importorskip("joserfc", reason="pip install 'vedette[oidc]'")

from oidc_provider import CLIENT, SECRET, Provider

from vedette.base.errors import RefusedError, VedetteError
from vedette.config.check import site_faults
from vedette.config.site import Oidc
from vedette.model.enums import Role
from vedette.server import Accounts, oidc
from vedette.server.oidc import FLOWS_MAX, Flows, demand_safe
from vedette.server.outside import Outsiders

ROLES = {
    "watch": [Role.OPERATOR],
    "release": [Role.ENGAGEMENT_AUTHORITY],
    "keepers": [Role.ADMINISTRATOR],
}
AMAL = {"sub": "a1", "preferred_username": "amal", "groups": ["watch", "release", "golf"]}
BASIM = {"sub": "b2", "preferred_username": "basim", "groups": "release"}


def settings(provider, tmp_path, **changes):
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    values = {
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "client_secret_file": str(secret),
        "redirect_uri": "http://127.0.0.1:1/api/oidc/callback",
        "roles": ROLES,
    }
    return Oidc(**(values | changes))


@contextlib.asynccontextmanager
async def world_with(provider, tmp_path, **changes):
    async with running(make_site(oidc=settings(provider, tmp_path, **changes))) as world:
        yield world


async def come_back(world, client):
    """Go to the provider as a browser does; give the address it is sent back to."""
    off = await client.get("/api/oidc/login")
    assert off.status_code == 303
    async with httpx.AsyncClient() as browser:
        back = await browser.get(off.headers["location"])
    query = back.headers["location"].partition("?")[2]
    return f"/api/oidc/callback?{query}"


async def log_in(world, client):
    answer = await client.get(await come_back(world, client))
    if answer.status_code == 303:
        view = (await client.get("/api/session")).json()
        client.headers["X-Vedette-CSRF"] = view["csrf"]
    return answer


def story_of(tmp_path, story, person=AMAL, **changes):
    async def played():
        with Provider(person=person) as provider:
            async with world_with(provider, tmp_path, **changes) as world:
                return await story(provider, world)

    return asyncio.run(played())


def test_somebody_logs_in_by_the_provider_acts_and_is_in_the_record(tmp_path):
    async def story(provider, world):
        async with world.browser() as client:
            before = (await client.get("/api/session")).json()
            assert (before["provider"], before["outside"]) == ("single sign-on", False)
            answer = await log_in(world, client)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            strict = [c for c in answer.headers.get_list("set-cookie") if cookie(world) + "=" in c]
            assert "HttpOnly" in strict[0] and "SameSite=strict" in strict[0]
            view = (await client.get("/api/session")).json()
            assert (view["name"], view["outside"]) == ("amal", True)
            assert view["roles"] == ["engagement_authority", "operator"]
            done = await client.post("/api/commands", json=acknowledge())
            assert done.status_code == 200
            acts = [a for a in world.service.audited if a.what == "log in by provider"]
            assert [(a.person, a.status, a.about) for a in acts] == [("amal", 303, "as amal")]

    story_of(tmp_path, story)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": [CLIENT, "another"]}, "audience"),
        ({"azp": "another"}, "authorised party"),
        ({"exp": int(time.time()) - 3600}, "expiry"),
        ({"exp": None}, "expiry"),
        ({"exp": "soon"}, "expiry"),
        ({"exp": True}, "expiry"),
        ({"iat": int(time.time()) + 3600}, "time of issue"),
        ({"iat": None}, "time of issue"),
        ({"nbf": int(time.time()) + 3600}, "time of beginning"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "subject"),
        ({"sub": ""}, "subject"),
        ({"sub": "x" * 300}, "subject"),
        ({"sub": 7}, "subject"),
    ],
)
def test_a_token_that_is_not_for_this_login_opens_nothing(tmp_path, spoil, why):
    async def story(provider, world):
        provider.spoil = spoil
        async with world.browser() as client:
            answer = await log_in(world, client)
            assert answer.status_code == 403
            assert f"({why})" in answer.text
            assert (await client.get("/api/session")).json()["name"] is None

    story_of(tmp_path, story)


@pytest.mark.parametrize("how", ["stranger", "none", "HS256"])
def test_a_token_that_another_signed_or_nobody_opens_nothing(tmp_path, how):
    async def story(provider, world):
        provider.sign_with = how
        async with world.browser() as client:
            answer = await log_in(world, client)
            assert (answer.status_code, "not signed" in answer.text) == (403, True)
            assert (await client.get("/api/session")).json()["name"] is None

    story_of(tmp_path, story)


def test_a_login_is_good_once_and_in_the_browser_that_began_it(tmp_path):
    async def story(provider, world):
        async with world.browser() as client, world.browser() as other:
            back = await come_back(world, client)
            await other.get("/api/oidc/login")
            stolen = await other.get(back)  # another browser, with a login of its own under way
            assert (stolen.status_code, "(state)" in stolen.text) == (403, True)
            bare = httpx.AsyncClient(base_url=world.url)
            async with bare:
                assert (await bare.get(back)).status_code == 403
            assert (await client.get(back)).status_code == 303
            again = await client.get(back)
            assert again.status_code == 403

    story_of(tmp_path, story)


def test_what_the_provider_refuses_or_another_answers_is_told_as_text(tmp_path):
    async def story(provider, world):
        provider.error = "<script>alert(1)</script>"
        async with world.browser() as client:
            answer = await log_in(world, client)
            assert answer.status_code == 403
            assert "<script>" not in answer.text
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            provider.error = ""
            back = await come_back(world, client)
            mixed = back.replace("iss=", "iss=https%3A%2F%2Fevil.example%2F")
            answer = await client.get(mixed)
            assert "another provider" in answer.text
            assert (await client.get("/api/oidc/callback?code=1&state=2")).status_code == 403
            long = await client.get("/api/oidc/callback?state=" + "x" * 5000)
            assert (long.status_code, "too long" in long.text) == (403, True)

    story_of(tmp_path, story)


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_told(tmp_path):
    async def story(provider, world):
        provider.issuer_told = "https://evil.example"
        async with world.browser() as client:
            answer = await client.get("/api/oidc/login")
            assert (answer.status_code, "another name" in answer.text) == (502, True)

    story_of(tmp_path, story)


def test_keys_that_were_turned_are_asked_for_again(tmp_path):
    async def story(provider, world):
        async with world.browser() as client:
            assert (await log_in(world, client)).status_code == 303
            provider.turn_keys()
            # Not more often than once a minute, whatever tokens come.
            assert (await log_in(world, client)).status_code == 403
            assert provider.asked.count("/jwks") == 1

    story_of(tmp_path, story)


def test_turned_keys_are_asked_for_once_a_minute_and_then_open(tmp_path):
    async def story():
        ahead_s = [0.0]
        with Provider(person=AMAL) as outside:
            ours = oidc.Provider(settings(outside, tmp_path), lambda: time.time() + ahead_s[0])

            async def claims():
                carried, url = await ours.begin()
                async with httpx.AsyncClient() as browser:
                    back = await browser.get(url)
                return await ours.finish(carried, dict(back.next_request.url.params))

            assert (await claims())["sub"] == "a1"
            outside.turn_keys()
            ahead_s[0] = 61.0
            assert (await claims())["sub"] == "a1"
            assert outside.asked.count("/jwks") == 2

    asyncio.run(story())


def test_two_people_by_subject_authorise_and_one_under_two_names_is_one(tmp_path):
    async def story(provider, world):
        async with world.browser() as one, world.browser() as two:
            await log_in(world, one)
            provider.person = AMAL | {"preferred_username": "amal.the.second"}
            await log_in(world, two)
            assert (await two.get("/api/session")).json()["name"] == "amal"
            provider.person = BASIM | {"preferred_username": "AMAL"}
            taken = await log_in(world, two)
            assert (taken.status_code, "another person" in taken.text) == (403, True)
            provider.person = BASIM
            assert (await log_in(world, two)).status_code == 303
            for client in (one, two):
                assert (await client.post("/api/commands", json=authorise())).status_code == 200
            assert [c.person for c in world.service.commands] == ["amal", "basim"]

    story_of(tmp_path, story)


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (AMAL | {"groups": ["golf"]}, "none of your groups"),
        (AMAL | {"groups": {"watch": 1}}, "none of your groups"),
        (AMAL | {"groups": ["keepers", "release"]}, "administrator and engagement_authority"),
        (AMAL | {"preferred_username": "watch"}, "a local account has that name"),
        (AMAL | {"preferred_username": "Watch"}, "a local account has that name"),
        (AMAL | {"preferred_username": " amal"}, "no name"),
        (AMAL | {"preferred_username": "a\u202emal"}, "no name"),
        (AMAL | {"preferred_username": 7}, "no name"),
    ],
)
def test_who_has_no_role_or_no_name_of_their_own_is_refused_in_words(tmp_path, person, why):
    async def story(provider, world):
        async with world.browser() as client:
            answer = await log_in(world, client)
            assert (answer.status_code, why in answer.text) == (403, True), answer.text

    story_of(tmp_path, story, person)


def test_an_administrator_of_the_provider_authorises_nothing(tmp_path):
    async def story(provider, world):
        async with world.browser() as client:
            await log_in(world, client)
            assert (await client.post("/api/commands", json=authorise())).status_code == 403

    story_of(tmp_path, story, AMAL | {"groups": ["keepers"]})


def test_a_locked_console_of_an_outsider_is_opened_by_the_provider_alone(tmp_path):
    async def story(provider, world):
        async with world.browser() as client:
            await log_in(world, client)
            assert (await client.post("/api/lock")).json()["locked"] is True
            answer = await client.post("/api/unlock", json={"password": "x"})
            assert (answer.status_code, "provider" in answer.text) == (403, True)
            await log_in(world, client)
            assert (await client.get("/api/session")).json()["locked"] is False

    story_of(tmp_path, story)


def test_a_login_ends_when_the_site_says_so_and_stays_when_accounts_change(tmp_path):
    now = [0.0]
    accounts = Accounts(make_site().people, clock=lambda: now[0])
    with Provider() as provider:
        outsiders = Outsiders(settings(provider, tmp_path))
    token, session = accounts.open_outside(outsiders.of(AMAL), 600.0)
    now[0] = 599.0
    assert accounts.session(token) is session
    now[0] = 601.0
    assert accounts.session(token) is None


def test_without_a_provider_there_is_no_such_door():
    async def story():
        async with running() as world, world.browser() as client:
            assert (await client.get("/api/oidc/login")).status_code == 404
            assert (await client.get("/api/session")).json()["provider"] == ""

    asyncio.run(story())


def test_logins_under_way_are_bounded_and_end():
    now = [0.0]
    flows = Flows(lambda: now[0])
    first, flow = flows.begin()
    for _ in range(FLOWS_MAX):
        last, newest = flows.begin()
    assert len(flows.kept) == FLOWS_MAX
    with pytest.raises(RefusedError):
        flows.end(first, flow.state)
    now[0] = 601.0
    with pytest.raises(RefusedError, match="too long ago"):
        flows.end(last, newest.state)


@pytest.mark.parametrize(
    "url", ["http://idp.example/", "ftp://127.0.0.1/", "javascript:1", "http://[", ""]
)
def test_an_address_in_the_clear_is_refused(url):
    with pytest.raises(VedetteError):
        demand_safe(url)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"issuer": "http://idp.example"}, "oidc.issuer"),
        ({"issuer": "https://idp.example/?a#b"}, "oidc.issuer"),
        ({"redirect_uri": "https://watch.example/elsewhere"}, "oidc.redirect_uri"),
        ({"roles": {"x": [Role.ADMINISTRATOR, Role.ENGAGEMENT_AUTHORITY]}}, "oidc.roles.x"),
        ({"roles": {"x": [Role.SENSOR]}}, "oidc.roles.x"),
        ({"roles": {"x": []}}, "oidc.roles.x"),
    ],
)
def test_a_site_that_would_trust_wrongly_is_refused(changes, key):
    good = Oidc(
        issuer="https://idp.example",
        client_id="v",
        redirect_uri="https://watch.example/api/oidc/callback",
        roles=ROLES,
    )
    assert not list(site_faults(make_site(oidc=good, people=[])))
    wrong = msgspec.structs.replace(good, **changes)
    assert key in [path for path, _ in site_faults(make_site(oidc=wrong, people=[]))]
