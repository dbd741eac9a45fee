"""Every act is in the record with who, in which role, what and how it ended; for the auditor."""

import asyncio
import csv
import io

import pytest
from server_world import PASSWORD, make_site, running
from test_server_access import acknowledge, authorise, hold

from vedette.base.errors import VedetteError
from vedette.config.accounts import accounts_path, editing
from vedette.model.acts import Act, ActRow
from vedette.model.enums import Role
from vedette.server import Accounts
from vedette.server.audit_routes import as_csv


def told(world):
    return [(act.person, act.what, act.status, act.about) for act in world.service.audited]


def test_acts_are_recorded_as_they_ended_with_who_and_in_which_role():
    async def story():
        async with running() as world, world.browser() as client:
            await client.post("/api/commands", json=acknowledge())
            await client.post("/api/login", json={"name": "watch", "password": "wrong"})
            await world.log_in(client, "watch")
            await client.post("/api/commands", json=acknowledge())
            await client.post("/api/commands", json=acknowledge(99))
            await client.post("/api/commands", json=authorise())
            await client.post("/api/commands", content=b"{}")
            await client.get("/api/incident.html")
            await client.post("/api/lock")
            await client.post("/api/commands", json=hold(on=True))
            await client.post("/api/logout")
            acts = told(world)
            assert acts[0][1] == "accounts" and "first (engagement_authority, op" in acts[0][3]
            assert [act[:3] for act in acts[1:]] == [
                ("", "command", 401),
                ("", "log in", 401),
                ("watch", "log in", 200),
                ("watch", "command", 200),
                ("watch", "command", 409),
                ("watch", "command", 403),
                ("watch", "command", 415),
                ("watch", "read report", 200),
                ("watch", "lock", 200),
                ("watch", "command", 423),
                ("watch", "log out", 200),
            ]
            done, refused, barred = world.service.audited[4:7]
            assert done.about == "acknowledge_warning warning_id=7" and done.reason == ""
            assert done.roles == (Role.OPERATOR,) and done.address == "127.0.0.1"
            assert done.session == world.service.commands[0].session != ""
            assert refused.reason == "there is no such warning"
            assert barred.about == "authorise_engagement"
            assert "engagement_authority" in barred.reason

    asyncio.run(story())


def test_both_people_of_an_authorisation_are_told_apart_by_name_and_session():
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "first")
            await client.post("/api/commands", json=authorise())
            for name, password in (("first", PASSWORD), ("second", "no"), ("second", PASSWORD)):
                body = {"name": name, "password": password, "command": authorise()}
                await client.post("/api/second-authorisation", json=body)
            *_, one, itself, wrong, two = world.service.audited
            assert (one.person, one.what, one.status) == ("first", "command", 200)
            assert (itself.person, itself.status, itself.about) == ("first", 403, "as first")
            assert (wrong.person, wrong.status, wrong.about) == ("first", 401, "as second")
            assert (two.person, two.status) == ("second", 200)
            assert two.about.startswith("authorise_engagement track_id=1")
            assert two.session and two.session != one.session

    asyncio.run(story())


def test_no_password_is_ever_in_the_trail_wherever_it_was_typed():
    secret = "hunter2-in-the-wrong-field"

    async def story():
        async with running() as world, world.browser() as client:
            await client.post("/api/login", json={"name": secret, "password": "x"})
            await client.post("/api/login", json={"name": "watch", "password": secret})
            await client.post("/api/login", json={"name": "watch", secret: 1})
            await world.log_in(client, "first")
            await client.post("/api/unlock", json={"password": secret})
            body = {"name": secret, "password": PASSWORD, "command": authorise()}
            await client.post("/api/second-authorisation", json=body)
            trail = repr(world.service.audited)
            assert len(world.service.audited) == 7 and "an unknown name" in trail
            assert secret not in trail and PASSWORD not in trail and "argon2" not in trail
            assert client.headers["X-Vedette-CSRF"] not in trail

    asyncio.run(story())


def test_the_trail_is_the_auditor_s_alone_on_loopback_too():
    async def story():
        async with running() as world:
            for name in ("", "watch", "first", "second", "guest", "keeper", "radar", "auditor"):
                async with world.browser() as client:
                    if name:
                        await world.log_in(client, name)
                    for path in ("/api/audit", "/api/audit.csv"):
                        answer = await client.get(path)
                        expected = 200 if name == "auditor" else 403 if name else 401
                        assert answer.status_code == expected, name
            assert answer.text.splitlines()[0].startswith("seq,time_utc,person,roles")
            assert world.service.audited[-1].what == "save audit trail"

    asyncio.run(story())


def test_the_auditor_reads_on_from_where_they_are():
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "auditor")
            for i in range(1200):
                world.service.audit(Act(t_ns=i, what="log in", status=200))
            seen, after, more = [], 0, True
            while more:
                view = (await client.get(f"/api/audit?after={after}")).json()
                seen += [row["seq"] for row in view["acts"]]
                after, more = view["last"], view["more"]
            assert seen == list(range(1, 1203))
            assert (await client.get("/api/audit?after=x")).status_code == 400

    asyncio.run(story())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_of_the_export_is_a_formula(start):
    evil = start + 'cmd|"/c calc"!A0\n,x'
    act = Act(t_ns=0, what="command", status=409, person=evil, about=evil, reason=evil)
    text = as_csv([ActRow(seq=1, act=act)])
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["outcome"] == "refused" and row["time_utc"].startswith("1970-01-01T00:00:00")
    for column in ("person", "about", "reason"):
        assert row[column] == "'" + evil


def test_strangers_cannot_fill_the_record():
    async def story():
        async with running() as world, world.browser() as client:
            for _ in range(80):
                assert (await client.post("/api/logout")).status_code == 401
            assert len(world.service.audited) == 61
            assert world.hub.counters["acts of strangers not recorded"] == 20
            await world.log_in(client, "watch")
            assert world.service.audited[-1].person == "watch"

    asyncio.run(story())


def test_a_name_is_in_the_site_file_or_in_the_accounts_file(tmp_path):
    path = accounts_path(tmp_path)
    with editing(path) as book:
        book.add("Watch", [Role.VIEWER], make_site().people[0].password)
    with pytest.raises(VedetteError, match="'Watch' is in the site file and in"):
        Accounts(make_site().people, path)


def test_a_changed_accounts_file_logs_people_out_within_a_second_and_is_told(tmp_path):
    now = [0.0]
    path = accounts_path(tmp_path)
    hashed = make_site().people[0].password

    async def story():
        with editing(path) as book:
            book.add("amal", [Role.OPERATOR], hashed)
            book.add("basim", [Role.VIEWER], hashed)
        accounts = Accounts(make_site().people, path, clock=lambda: now[0])
        async with running(accounts=accounts) as world, world.browser() as client:
            async with world.browser() as other:
                await world.log_in(client, "amal")
                await world.log_in(other, "basim")
                with editing(path) as book:
                    book.change("amal", disabled=True)
                    book.add("carla", [Role.AUDITOR], hashed)
                now[0] = 1.1
                assert (await client.post("/api/commands", json=acknowledge())).status_code == 401
                assert (await other.get("/api/session")).json()["name"] == "basim"
                login = {"name": "amal", "password": PASSWORD}
                assert (await client.post("/api/login", json=login)).status_code == 401
                await world.log_in(client, "carla")
            (change,) = [act for act in world.service.audited if act.what == "accounts changed"]
            assert "added carla (auditor) by " in change.about
            assert "amal (operator, disabled)" in change.about and "argon2" not in change.about
            path.write_text("{")
            now[0] = 2.2
            assert (await client.get("/api/audit")).status_code == 200  # nobody is locked out by it
            assert world.service.audited[-1].what == "accounts file refused"

    asyncio.run(story())
