"""Who may do what, over real sockets."""

import asyncio
import shutil
import ssl
import subprocess
import uuid
from pathlib import Path

import httpx
import msgspec
import pytest
import websockets
from server_world import PASSWORD, SmallService, World, make_site, running

from vedette.base.errors import VedetteError
from vedette.config.site import Service
from vedette.model.commands import AuthoriseEngagement, SetHold
from vedette.server import Accounts, Hub, Options, make_app, serve, tls_files
from vedette.server.attempts import Attempts


def acknowledge(warning_id: int = 7, command_id: str | None = None) -> dict[str, object]:
    command_id = command_id or str(uuid.uuid4())
    return {"command": "acknowledge_warning", "command_id": command_id, "warning_id": warning_id}


def authorise(command_id: str | None = None) -> dict[str, object]:
    return {
        "command": "authorise_engagement",
        "command_id": command_id or str(uuid.uuid4()),
        "track_id": 1,
        "effector_id": "gun-model",
        "track_digest": "abc",
    }


def test_a_loopback_visitor_may_look_but_not_command():
    async def story():
        async with running() as world, world.browser() as client:
            assert (await client.get("/api/picture")).status_code == 200
            session = (await client.get("/api/session")).json()
            assert session["name"] is None and session["login_required"] is False
            assert session["hint"] == "demo: watch"
            answer = await client.post("/api/commands", json=acknowledge())
            assert answer.status_code == 401
            assert answer.json() == {"error": "log in first"}

    asyncio.run(story())


def test_a_person_logs_in_commands_and_logs_out():
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "watch")
            assert (await client.get("/api/session")).json()["name"] == "watch"
            answer = await client.post("/api/commands", json=acknowledge())
            assert answer.status_code == 200
            event = answer.json()["events"][0]
            assert event["event"] == "WarningAcknowledged" and event["person"] == "watch"
            assert world.service.commands[0].session != client.cookies[cookie(world)]
            assert (await client.post("/api/logout")).status_code == 200
            assert (await client.post("/api/commands", json=acknowledge())).status_code == 401

    asyncio.run(story())


def cookie(world: World) -> str:
    return f"vedette-{world.listening.port}"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites():
    async def story():
        async with running() as world, world.browser() as client:
            login = {"name": "watch", "password": PASSWORD}
            header = (await client.post("/api/login", json=login)).headers["set-cookie"]
            assert "HttpOnly" in header and "SameSite=strict" in header and "Path=/" in header

    asyncio.run(story())


@pytest.mark.parametrize("name", ["watch", "nobody", "", "x" * 300])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(name):
    async def story():
        async with running() as world, world.browser() as client:
            answer = await client.post("/api/login", json={"name": name, "password": "wrong"})
            expected = 401 if 0 < len(name) <= 200 else 400
            assert answer.status_code == expected
            if expected == 401:
                assert answer.json()["error"] == "the name or the password is wrong"
            assert "set-cookie" not in answer.headers

    asyncio.run(story())


def test_guesses_are_limited_and_a_success_does_not_count():
    async def story():
        async with running() as world, world.browser() as client:
            for _ in range(7):
                await world.log_in(client, "second")
            wrong = {"name": "watch", "password": "wrong"}
            codes = [(await client.post("/api/login", json=wrong)).status_code for _ in range(7)]
            assert codes == [401] * 5 + [429] * 2
            await world.log_in(client, "first")  # others at the same console still can

    asyncio.run(story())


def test_attempts_are_forgotten_after_a_minute_and_their_memory_is_bounded():
    attempts = Attempts()
    for i in range(20_000):
        attempts.add(f"address {i}", 0.0)
    assert len(attempts.times) <= 10_000
    for _ in range(5):
        attempts.add("name", 0.0)
    assert attempts.full("name", 5, 59.0) and not attempts.full("name", 5, 61.0)


def test_a_session_ends_after_the_longest_watch():
    async def story():
        now = [0.0]
        accounts = Accounts(make_site().people, clock=lambda: now[0])
        person = await accounts.verify("watch", PASSWORD, "here")
        token, session = accounts.open_session(person)
        assert accounts.session(token) is session
        now[0] = 13 * 3600.0
        assert accounts.session(token) is None

    asyncio.run(story())


@pytest.mark.parametrize("csrf", [None, "", "wrong", "ü"])
def test_a_command_without_the_csrf_header_is_refused(csrf):
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "watch")
            del client.headers["X-Vedette-CSRF"]
            headers = {} if csrf is None else {"X-Vedette-CSRF": csrf.encode("latin-1")}
            answer = await client.post("/api/commands", json=acknowledge(), headers=headers)
            assert answer.status_code == 403
            assert not world.service.commands

    asyncio.run(story())


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "http://[broken"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_request_from_another_page_is_refused(headers):
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "watch")
            answer = await client.post("/api/commands", json=acknowledge(), headers=headers)
            assert answer.status_code == 403
            posted = await client.post("/api/detections", content=b"{}", headers=headers)
            assert posted.status_code == 403
            own = {"Origin": world.url, "Sec-Fetch-Site": "same-origin"}
            answer = await client.post("/api/commands", json=acknowledge(), headers=own)
            assert answer.status_code == 200

    asyncio.run(story())


def test_a_stream_from_another_page_is_refused():
    async def story():
        async with running() as world:
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(world.ws_url + "/api/stream", origin="http://evil.example")
            own = websockets.connect(world.ws_url + "/api/stream", origin=world.url)
            async with own as stream:
                assert msgspec.msgpack.decode(await stream.recv())["kind"] == "hello"

    asyncio.run(story())


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8420", "127.0.0.1.evil.example", ""]
)
def test_a_host_name_that_is_not_ours_is_refused(host):
    async def story():
        async with running() as world, world.browser() as client:
            answer = await client.get("/api/picture", headers={"Host": host})
            assert answer.status_code in (400, 421)

    asyncio.run(story())


def test_loopback_names_and_configured_names_are_ours():
    async def story():
        options = Options(host_names=("Watch.example",))
        async with running(options=options) as world, world.browser() as client:
            for host in ("localhost:1", "127.0.0.1", "[::1]:8420", "watch.example"):
                answer = await client.get("/api/picture", headers={"Host": host})
                assert answer.status_code == 200, host

    asyncio.run(story())


def test_roles_decide_who_may_give_which_command():
    async def story():
        async with running() as world, world.browser() as client:
            for name, command, code in [
                ("guest", acknowledge(), 403),
                ("watch", authorise(), 403),
                ("first", authorise(), 200),
                ("watch", hold(on=True), 200),
                ("watch", hold(on=False), 403),
                ("first", hold(on=False), 200),
                ("radar", acknowledge(), 403),
            ]:
                await world.log_in(client, name)
                answer = await client.post("/api/commands", json=command)
                assert answer.status_code == code, (name, command, answer.text)
            assert (await client.get("/api/picture")).status_code == 403  # radar sees nothing
            assert sum(isinstance(c, SetHold) for c in world.service.commands) == 2

    asyncio.run(story())


def hold(on: bool) -> dict[str, object]:
    return {"command": "set_hold", "command_id": str(uuid.uuid4()), "on": on, "reason": "x"}


def test_nobody_can_say_who_they_are_in_the_command():
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "watch")
            forged = acknowledge() | {"person": "first", "roles": ["engagement_authority"]}
            answer = await client.post("/api/commands", json=forged)
            assert answer.status_code == 400 and "person" in answer.json()["error"]

    asyncio.run(story())


def test_a_second_different_person_authorises_at_the_same_console():
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "first")
            assert (await client.post("/api/commands", json=authorise())).status_code == 200
            second = {"name": "second", "password": PASSWORD, "command": authorise()}
            answer = await client.post("/api/second-authorisation", json=second)
            assert answer.status_code == 200
            given = [c for c in world.service.commands if isinstance(c, AuthoriseEngagement)]
            assert [c.person for c in given] == ["first", "second"]
            assert given[0].session != given[1].session
            assert (await client.get("/api/session")).json()["name"] == "first"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("name", "password", "command", "code"),
    [
        ("first", PASSWORD, authorise(), 403),
        ("watch", PASSWORD, authorise(), 403),
        ("second", "wrong", authorise(), 401),
        ("second", PASSWORD, acknowledge(), 400),
        ("second", PASSWORD, hold(on=False), 400),
        ("second", PASSWORD, {"command": "x"}, 400),
    ],
)
def test_the_second_person_must_be_another_with_the_authority(name, password, command, code):
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "first")
            body = {"name": name, "password": password, "command": command}
            answer = await client.post("/api/second-authorisation", json=body)
            assert answer.status_code == code, answer.text
            assert not world.service.commands

    asyncio.run(story())


def test_off_loopback_everything_but_the_page_and_the_login_demands_a_login():
    async def story():
        options = Options(host="0.0.0.0")
        async with running(options=options) as world, world.browser() as client:
            assert (await client.get("/api/session")).json()["login_required"] is True
            for path in ("picture", "site", "events", "tracks/1", "health", "incident.html"):
                assert (await client.get("/api/" + path)).status_code == 401, path
            assert (await client.post("/api/detections", content=b"{}")).status_code == 401
            for path in ("/api/stream", "/api/detections"):
                with pytest.raises(websockets.InvalidStatus):
                    await websockets.connect(world.ws_url + path)
            await world.log_in(client, "guest")
            assert (await client.get("/api/picture")).status_code == 200
            assert (await client.post("/api/detections", content=b"{}")).status_code == 403
            headers = {"Cookie": f"{cookie(world)}={client.cookies[cookie(world)]}"}
            path = world.ws_url + "/api/stream"
            async with websockets.connect(path, additional_headers=headers) as stream:
                assert msgspec.msgpack.decode(await stream.recv())["kind"] == "hello"

    asyncio.run(story())


def test_a_stream_ends_with_the_login():
    async def story():
        async with running(options=Options(host="0.0.0.0")) as world, world.browser() as client:
            await world.log_in(client, "guest")
            headers = {"Cookie": f"{cookie(world)}={client.cookies[cookie(world)]}"}
            path = world.ws_url + "/api/stream?rate_hz=20"
            async with websockets.connect(path, additional_headers=headers) as stream:
                await stream.recv()
                await stream.recv()
                await client.post("/api/logout")
                await asyncio.sleep(0.06)
                world.hub.publish(world.hub.picture)
                with pytest.raises(websockets.ConnectionClosedError) as ended:
                    await asyncio.wait_for(stream.recv(), 3.0)
                assert ended.value.rcvd.code == 4401

    asyncio.run(story())


def test_listening_to_the_network_without_accounts_is_refused_with_one_line():
    site = make_site(people=[])
    with pytest.raises(VedetteError, match=r"vedette account add"):
        make_app(Hub(site, SmallService()), site, Accounts([]), Options(host="0.0.0.0"))
    make_app(Hub(site, SmallService()), site, Accounts([]), Options(host="127.0.0.1"))


def test_every_answer_carries_the_protecting_headers():
    async def story():
        async with running() as world, world.browser() as client:
            for path in ("/", "/api/picture", "/api/nothing", "/nothing", "/api/incident.html"):
                headers = (await client.get(path)).headers
                assert headers["x-content-type-options"] == "nosniff", path
                assert "frame-ancestors 'none'" in headers["content-security-policy"], path
                assert "access-control-allow-origin" not in headers, path
            policy = (await client.get("/api/incident.html")).headers["content-security-policy"]
            assert policy.startswith("default-src 'none'") and "sandbox" in policy

    asyncio.run(story())


def test_one_command_id_is_one_command_and_its_answer_can_be_asked_again():
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "watch")
            world.service.delay_s = 0.05
            command = acknowledge(command_id="same")
            answers = await asyncio.gather(
                *(client.post("/api/commands", json=command) for _ in range(3))
            )
            assert [a.status_code for a in answers] == [200] * 3
            assert len(world.service.commands) == 1
            other = acknowledge(warning_id=8, command_id="same")
            assert (await client.post("/api/commands", json=other)).status_code == 409

    asyncio.run(story())


def test_a_refused_command_is_a_conflict_with_the_reason_and_a_full_disk_is_said():
    async def story():
        async with running() as world, world.browser() as client:
            await world.log_in(client, "watch")
            answer = await client.post("/api/commands", json=acknowledge(warning_id=99))
            assert answer.status_code == 409
            assert answer.json() == {"error": "there is no such warning"}
            world.service.disk_full = True
            command = acknowledge()
            answer = await client.post("/api/commands", json=command)
            assert answer.status_code == 503 and "disk is full" in answer.json()["error"]
            world.service.disk_full = False
            assert (await client.post("/api/commands", json=command)).status_code == 200

    asyncio.run(story())


def test_a_browser_must_send_json_as_json():
    async def story():
        async with running() as world, world.browser() as client:
            form = {"Content-Type": "text/plain"}
            body = msgspec.json.encode({"name": "watch", "password": PASSWORD})
            answer = await client.post("/api/login", content=body, headers=form)
            assert answer.status_code == 415

    asyncio.run(story())


def test_the_tls_cookie_is_bound_to_the_host(tmp_path):
    async def story():
        async with running(options=Options(tls=True)) as world, world.browser() as client:
            login = {"name": "watch", "password": PASSWORD}
            answer: httpx.Response = await client.post("/api/login", json=login)
            header = answer.headers["set-cookie"]
            assert header.startswith("__Host-vedette") and "Secure" in header

    asyncio.run(story())


def test_the_site_file_names_the_hosts_and_the_certificate(tmp_path):
    half = Service(tls_certificate="c.pem")
    with pytest.raises(VedetteError, match="go together"):
        tls_files(make_site(service=half))

    async def story():
        certificate, key = self_signed(tmp_path)
        place = Service(host_names=["watch.example"], tls_certificate=certificate, tls_key=key)
        site = make_site(service=place)
        hub = Hub(site, SmallService())
        app = make_app(hub, site, Accounts(site.people), Options())
        listening = await serve(app, "127.0.0.1", 0, tls=tls_files(site))
        try:
            context = ssl.create_default_context(cafile=certificate)
            context.check_hostname = False
            async with httpx.AsyncClient(verify=context, trust_env=False) as client:
                assert listening.url.startswith("https://127.0.0.1:")
                headers = {"Host": "watch.example"}
                login = {"name": "watch", "password": PASSWORD}
                url = listening.url + "api/login"
                answer = await client.post(url, json=login, headers=headers)
                assert answer.headers["set-cookie"].startswith("__Host-vedette")
        finally:
            await listening.stop()

    asyncio.run(story())


def self_signed(folder: Path) -> tuple[str, str]:
    """Make a certificate for a day with the openssl command, or skip where there is none."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command is absent")
    certificate, key = str(folder / "c.pem"), str(folder / "k.pem")
    make = f"req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=x -keyout {key} -out {certificate}"
    subprocess.run([openssl, *make.split()], check=True, capture_output=True)
    return certificate, key


def test_an_address_that_is_taken_or_a_bad_certificate_is_said_in_one_line(tmp_path):
    async def story():
        async with running() as world:
            with pytest.raises(VedetteError, match="choose another port"):
                await serve(never, "127.0.0.1", world.listening.port)
        with pytest.raises(VedetteError, match="cannot listen on"):
            await serve(never, "no.such.host.invalid", 0)
        with pytest.raises(VedetteError, match="TLS"):
            await serve(never, "127.0.0.1", 0, tls=(str(tmp_path / "a"), str(tmp_path / "b")))

    asyncio.run(story())


async def never(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nothing is served here")
