"""An exercise: flights, failures and calls that are simulated, nothing outside, and a score."""

import asyncio
import contextlib

import argon2
import httpx
import pytest
from replayed import SITE, START_NS

from vedette import server
from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError, VedetteError
from vedette.config.exercise import INJECTS_MAX, Inject, load_plan
from vedette.config.load import parse_site
from vedette.model.commands import AcknowledgeWarning, AssessTrack, IdentifyTrack
from vedette.model.enums import Identity, Role
from vedette.service.clocks import SteppedClock
from vedette.service.live import Service
from vedette.service.replaying import verify

HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("teach")
EXERCISE = (
    SITE.replace('mode = "SIMULATED"', 'mode = "EXERCISE"')
    + f"""
[[people]]
name = "teacher"
roles = ["instructor"]
password = '{HASH}'
"""
)
DRONE = Inject(kind="drone", asset="camp", bearing_deg=90.0, range_m=6000.0, speed_mps=60.0)
STEP_S = 0.5


class Sink:
    """A real siren's web server: counts what comes."""

    def __init__(self):
        self.bodies = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _take(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        self.bodies.append(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


def by(person, role):
    return {"person": person, "roles": (role,), "session": "s"}


async def play(service, seconds, obey=lambda picture, now_ns: ()):
    """Step a service through some seconds; obey: what the watch does at each step."""
    events = []
    for _ in range(int(seconds / STEP_S)):
        now_ns = service.clock.now_ns() + int(STEP_S * NS_PER_S)
        service.clock.set(now_ns)
        picture = service.core.picture
        commands = () if picture is None else tuple(obey(picture, now_ns))
        events += service.step(now_ns, [], commands)
        await asyncio.sleep(0)
    return events


@contextlib.asynccontextmanager
async def running(folder, site_toml=EXERCISE, plan=()):
    async with Service(site_toml, folder, SteppedClock(START_NS), plan=plan) as service:
        yield service


def alert():
    """Make a watch that assesses what it is warned of and acknowledges, each once."""
    done = set()

    def obey(picture, now_ns):
        for warning in picture.warnings:
            if warning.warning_id not in done:
                done.add(warning.warning_id)
                who = by("watch", Role.OPERATOR) | {"t_recv_ns": now_ns}
                track_id = warning.track_ids[0]
                yield AssessTrack(command_id=f"a{track_id}", track_id=track_id, **who)
                yield AcknowledgeWarning(
                    command_id=f"w{warning.warning_id}", warning_id=warning.warning_id, **who
                )

    return obey


def test_a_simulated_drone_is_warned_of_answered_and_scored_and_no_siren_sounds(tmp_path):
    async def story():
        async with Sink() as sink:
            hook = f'[[webhooks]]\nid = "siren"\nurl = "http://127.0.0.1:{sink.port}/"\n'
            async with running(tmp_path / "r", EXERCISE + hook, [DRONE]) as service:
                events = await play(service, 110.0, alert())
                service.exercise.end()
                await service.webhooks.settled()
                return events, service.exercise.score(), service.exercise.report(), sink.bodies

    events, score, report, bodies = asyncio.run(story())
    spoken = [e.spoken for e in events if type(e).__name__ == "WarningRaised"]
    assert spoken and all(words.startswith("Exercise. ") for words in spoken)
    assert bodies == []
    (drone,) = score.flyers
    assert (score.drones, score.detected, score.in_time, score.missed) == (1, 1, 1, 0)
    assert score.arrived == 1
    assert (score.false_warnings, score.wrong_identifications) == (0, 0)
    assert drone.detect_s < drone.decide_s <= drone.assess_s <= drone.answer_s
    assert drone.arrive_s == pytest.approx(100.0, abs=0.2)
    assert drone.cover_s == pytest.approx(drone.arrive_s - drone.decide_s, abs=30.0)
    assert score.acts == 2
    assert "EXERCISE - NOT A REAL EVENT" in report
    assert "in time" in report
    assert verify(tmp_path / "r").identical  # what was simulated is in the record


def test_where_the_site_says_so_the_siren_sounds_and_says_exercise(tmp_path):
    async def story():
        async with Sink() as sink:
            more = f'[[webhooks]]\nid = "siren"\nurl = "http://127.0.0.1:{sink.port}/"\n'
            more += "[exercise]\noutside = true\n"
            async with running(tmp_path / "r", EXERCISE + more, [DRONE]) as service:
                await play(service, 40.0)
                await service.webhooks.settled()
                return sink.bodies, service.exercise.view().outside

    bodies, outside = asyncio.run(story())
    assert outside
    assert bodies and all(b'"mode":"EXERCISE"' in body.replace(b" ", b"") for body in bodies)


def test_a_failed_sensor_is_silent_and_what_it_would_have_seen_is_missed(tmp_path):
    failure = Inject(kind="sensor_failure", sensor="radar", for_s=600.0)

    async def story():
        async with running(tmp_path / "r", plan=[failure, DRONE]) as service:
            await play(service, 110.0)
            service.exercise.end()
            return service.exercise.score(), service.exercise.injects()

    score, injects = asyncio.run(story())
    assert (score.drones, score.detected, score.missed, score.in_time) == (1, 0, 1, 0)
    assert score.flyers[0].in_time is False
    assert [placed.state for placed in injects.injects] == ["running", "over"]


def test_what_a_failed_sensor_really_says_is_left_out_and_of_others_is_kept(tmp_path):
    from vedette.model.arrivals import Arrival

    failure = Inject(kind="sensor_failure", sensor="radar", for_s=10.0)

    async def story():
        async with running(tmp_path / "r", plan=[failure]) as service:
            lines = b'{"sensor": "radar", "t_ns": 1}\n{"sensor": "other", "t_ns": 1}'
            came = [Arrival(feed="plots", t_recv_ns=START_NS, data=lines)]
            within = service.exercise.arrivals(START_NS + NS_PER_S, list(came))
            after = service.exercise.arrivals(START_NS + 11 * NS_PER_S, list(came))
            return within, after, came

    within, after, came = asyncio.run(story())
    assert [a.data for a in within] == [b'{"sensor": "other", "t_ns": 1}']
    assert after == came


def test_a_lost_friend_called_hostile_is_a_wrong_identification(tmp_path):
    friend = Inject(kind="lost_friend", asset="camp", name="Raven", bearing_deg=45.0)
    said = set()

    def hostile(picture, now_ns):
        for track_id in picture.identities:
            if track_id not in said:
                said.add(track_id)
                yield IdentifyTrack(
                    command_id=f"i{track_id}",
                    track_id=track_id,
                    identity=Identity.HOSTILE,
                    reason="it comes at us",
                    t_recv_ns=now_ns,
                    **by("chief", Role.IDENTIFICATION_AUTHORITY),
                )

    async def story():
        async with running(tmp_path / "r", plan=[friend]) as service:
            await play(service, 60.0, hostile)
            service.exercise.end()
            return service.exercise.score()

    score = asyncio.run(story())
    assert score.drones == 0
    assert score.flyers[0].wrong == ["HOSTILE by chief"]
    assert score.wrong_identifications == 1
    assert score.flyers[0].in_time is None


def test_injects_are_the_instructors_and_calls_are_everybodys(tmp_path):
    async def story():
        async with running(tmp_path / "r") as service:
            options = server.Options(exercise=service.exercise)
            accounts = server.Accounts(service.site.people)
            app = server.make_app(service.hub, service.site, accounts, options)
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:
                call = {"kind": "call", "text": "Gate 2 hears\n an engine"}
                assert (await web.post("/api/exercise/injects", json=call)).status_code == 401
                assert (await web.get("/api/exercise/injects")).status_code == 401
                body = {"name": "teacher", "password": "teach"}
                csrf = (await web.post("/api/login", json=body)).json()["csrf"]
                web.headers["X-Vedette-CSRF"] = csrf
                placed = await web.post("/api/exercise/injects", json=call)
                assert placed.status_code == 201
                for wrong in (
                    {"kind": "drone", "asset": "cmap"},
                    {"kind": "sensor_failure", "sensor": "x"},
                    {"kind": "call", "text": " "},
                    {"kind": "call", "text": "a\u202eb"},
                    {"kind": "drone", "asset": "camp", "speed_mps": 4000},
                    {"kind": "missile"},
                ):
                    refused = await web.post("/api/exercise/injects", json=wrong)
                    assert refused.status_code == 400, wrong
                early = await web.get("/api/exercise/score")
                assert early.status_code == 409
                service.clock.set(START_NS + NS_PER_S)
                stands = (await web.get("/api/exercise")).json()
                ended = (await web.post("/api/exercise/end", json={})).json()
                late = await web.post("/api/exercise/injects", json=call)
                report = await web.get("/api/exercise/report.html")
                return stands, ended, late.status_code, report

    stands, ended, late, report = asyncio.run(story())
    assert [call["text"] for call in stands["calls"]] == ["Gate 2 hears an engine"]
    assert (stands["state"], ended["state"], late) == ("running", "ended", 409)
    assert report.headers["content-disposition"] == 'attachment; filename="exercise.html"'
    assert "default-src 'none'" in report.headers["content-security-policy"]


def test_there_are_never_more_injects_than_the_limit(tmp_path):
    async def story():
        async with running(tmp_path / "r") as service:
            for _ in range(INJECTS_MAX):
                service.exercise.place(Inject(kind="call", text="again"))
            with pytest.raises(VedetteError, match="100 injects already"):
                service.exercise.place(Inject(kind="call", text="again"))

    asyncio.run(story())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[injects]]\nkind = "drone"\nasset = "cmp"', r":4: injects\[0\]\.asset"),
        ('[[injects]]\nkind = "dron"\nasset = "camp"', ":3: "),
        ('[[injects]]\nkind = "call"\ntext = ""', r"says something"),
        ('[[injects]]\nkind = "call"\ntekst = "a"', "tekst"),
        ("injects = 3", "injects"),
    ],
)
def test_a_wrong_file_is_refused_with_file_line_and_key(tmp_path, text, why):
    path = tmp_path / "night.toml"
    path.write_text(f"schema = 1\n{text}\n")
    with pytest.raises(RefusedError, match=why) as refused:
        load_plan(path, parse_site(EXERCISE, "site"))
    assert "night.toml" in str(refused.value)
