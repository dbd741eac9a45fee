"""Scripted people and effector models, against a service in memory that keeps the same rules."""

import asyncio
import copy
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from vedette.base.errors import VedetteError
from vedette.simulator.effectors import effector_models
from vedette.simulator.interface import Interface
from vedette.simulator.operators import Operator, photograph
from vedette.simulator.scenario import LoadedScenario, OperatorSpec, load_scenario
from vedette.simulator.world import World, create_world

URL = "http://service"


class Desk:
    """A service in memory: one picture, logins, and a list of what was commanded."""

    def __init__(self) -> None:
        self.picture: dict[str, Any] = {
            "t_us": 0,
            "tracks": [],
            "warnings": [],
            "engagements": [],
            "options": [],
            "queue": [],
        }
        self.path: list[dict[str, Any]] = []
        self.commands: list[tuple[str, dict[str, Any]]] = []
        self.refuse = ""
        self.sessions: dict[str, str] = {}
        routes = [
            Route("/api/login", self.login, methods=["POST"]),
            Route("/api/picture", self.show),
            Route("/api/tracks/{track_id}", self.detail),
            Route("/api/commands", self.command, methods=["POST"]),
            Route("/api/exhibits", self.exhibit, methods=["POST"]),
        ]
        self.transport = httpx.ASGITransport(Starlette(routes=routes))

    async def login(self, request: Request) -> JSONResponse:
        body = await request.json()
        if body["password"] != "right":
            return JSONResponse({"error": "the name or the password is wrong"}, 401)
        token = f"token-{len(self.sessions)}"
        self.sessions[token] = body["name"]
        answer = JSONResponse({"name": body["name"], "roles": [], "csrf": f"csrf-{token}"})
        answer.set_cookie("session", token)
        return answer

    def person(self, request: Request) -> str | None:
        return self.sessions.get(request.cookies.get("session", ""))

    async def show(self, request: Request) -> JSONResponse:
        return JSONResponse(self.picture if self.person(request) else {"error": "log in"})

    async def detail(self, request: Request) -> JSONResponse:
        return JSONResponse({"path": self.path})

    async def command(self, request: Request) -> JSONResponse:
        token = request.cookies.get("session", "")
        if token not in self.sessions or request.headers.get("X-Vedette-CSRF") != f"csrf-{token}":
            return JSONResponse({"error": "log in"}, 401)
        if self.refuse:
            return JSONResponse({"error": self.refuse}, 409)
        self.commands.append((self.sessions[token], await request.json()))
        return JSONResponse({"events": []})

    async def exhibit(self, request: Request) -> JSONResponse:
        async with request.form() as form:
            fields = {key: str(value) for key, value in form.items() if key != "file"}
            size = len(await form["file"].read())
        self.commands.append(
            (str(self.person(request)), {"command": "exhibit", "size": size, **fields})
        )
        return JSONResponse({"sha256": "0" * 64, "size_bytes": size, "events": []})


def watch(desk: Desk, spec: OperatorSpec, seconds: int, each=lambda second: None) -> Operator:
    """Let one person look once a second; `each(second)` changes the picture before it."""

    async def looking() -> Operator:
        async with Interface(URL, spec.name, spec.password, desk.transport) as interface:
            operator = Operator(spec, interface)
            for second in range(seconds):
                desk.picture["t_us"] = second * 1_000_000
                each(second)
                await operator.act()
            return operator

    return asyncio.run(looking())


def spec(*duties: str, name: str = "amal", reaction_s: float = 5.0) -> OperatorSpec:
    return OperatorSpec(name=name, password="right", reaction_s=reaction_s, duties=list(duties))


def warning(**changes: Any) -> dict[str, Any]:
    plain = {"warning_id": 4, "revision": 1, "acknowledged_by": None, "track_ids": [7]}
    return {**plain, "zone_id": "barracks", **changes}


def track(**changes: Any) -> dict[str, Any]:
    plain = {"track_id": 7, "identity": "SUSPECT", "object_class": "fixed_wing_uas"}
    plain |= {"class_prob": 0.97, "v_east_mps": 44.0, "v_north_mps": -9.0, "cpa_m": 31.0}
    plain |= {"cpa_s": 290.0, "reach_prob": 0.88, "threat_asset": "barracks"}
    return {**plain, "assessed": False, "east_m": 0.0, "north_m": 0.0, "up_m": 0.0, **changes}


def option(**changes: Any) -> dict[str, Any]:
    plain = {"track_id": 7, "effector_id": "model_north", "available": True, "track_digest": "d1"}
    rest = {"civil_touched": [], "debris_on_asset": "", "success_prob": 0.9, "time_to_reach_s": 9.0}
    return {**plain, **rest, **changes}


def engagement(**changes: Any) -> dict[str, Any]:
    plain = {"engagement_id": 3, "track_id": 7, "effector_id": "model_north", "outcome_by": ""}
    rest = {"state": "first_authorised", "first_person": "amal", "outcome": "pending"}
    return {**plain, **rest, **changes}


def test_a_warning_is_acknowledged_once_after_the_reaction_time():
    desk = Desk()
    desk.picture["warnings"] = [warning()]
    watch(desk, spec("acknowledge", reaction_s=3.0), 3)
    assert desk.commands == []
    watch(desk, spec("acknowledge", reaction_s=3.0), 12)
    assert [c["warning_id"] for _, c in desk.commands] == [4]
    assert desk.commands[0][1]["command"] == "acknowledge_warning"


def test_only_a_suspect_fixed_wing_drone_that_people_were_warned_of_is_called_hostile():
    desk = Desk()
    desk.picture["warnings"] = [warning(track_ids=[7, 8, 9])]
    desk.picture["tracks"] = [
        track(),
        track(track_id=8, identity="UNKNOWN"),
        track(track_id=9, object_class="aeroplane"),
        track(track_id=10),
    ]
    watch(desk, spec("identify", reaction_s=0.0), 8)
    assert [c["track_id"] for _, c in desk.commands] == [7]
    assert desk.commands[0][1]["identity"] == "HOSTILE"
    reason = desk.commands[0][1]["reason"]
    for seen in ("fixed-wing drone (0.97)", "barracks", "31 m", "290 s", "45 m/s"):
        assert seen in reason, reason
    for absence in ("no flight plan", "no identification", "no ADS-B", "silent"):
        assert absence not in reason, "what is not there is no evidence"


def test_nobody_authorises_twice_and_the_second_is_another_person():
    desk = Desk()
    desk.picture["tracks"] = [track(identity="HOSTILE")]
    desk.picture["options"] = [option(success_prob=0.5, effector_id="model_south"), option()]

    def engaged(second: int) -> None:
        if any(c["command"] == "authorise_engagement" for _, c in desk.commands):
            desk.picture["engagements"] = [engagement()]

    duties = ("first_authorisation", "second_authorisation")
    watch(desk, spec(*duties, reaction_s=1.0), 12, engaged)
    assert [(p, c["effector_id"]) for p, c in desk.commands] == [("amal", "model_north")]
    watch(desk, spec("second_authorisation", name="basim", reaction_s=1.0), 3)
    assert [p for p, _ in desk.commands] == ["amal", "basim"]
    assert desk.commands[1][1]["track_digest"] == "d1"


def test_nothing_is_authorised_that_is_unavailable_or_would_touch_civil_traffic():
    desk = Desk()
    desk.picture["tracks"] = [track(identity="HOSTILE")]
    desk.picture["options"] = [option(available=False), option(civil_touched=[31])]
    watch(desk, spec("first_authorisation", reaction_s=0.0), 6)
    assert desk.commands == []


def test_what_is_refused_is_tried_again_after_a_while_and_remembered():
    desk = Desk()
    desk.refuse = "hold is set"
    desk.picture["warnings"] = [warning()]

    def lift(second: int) -> None:
        desk.refuse = "" if second >= 4 else desk.refuse

    operator = watch(desk, spec("acknowledge", reaction_s=0.0), 10, lift)
    assert operator.refusals == ["acknowledge_warning: hold is set"] * 2
    assert len(desk.commands) == 1


def test_after_the_end_the_outcome_is_confirmed_an_exhibit_attached_and_the_zone_cleared():
    desk = Desk()
    desk.picture["warnings"] = [warning(acknowledged_by="amal")]
    done = engagement(state="executed", outcome="destroyed", outcome_by="track")
    desk.picture["engagements"] = [done]
    watch(desk, spec("outcome", "exhibit", "all_clear", reaction_s=2.0), 40)
    assert [c["command"] for _, c in desk.commands] == ["assess_outcome", "all_clear", "exhibit"]
    assert desk.commands[2][1]["size"] == len(photograph("exhibit 3"))
    assert photograph("exhibit 3").startswith(b"\x89PNG")


def test_a_wrong_password_is_said_plainly():
    desk = Desk()
    wrong = OperatorSpec(name="amal", password="wrong", duties=["acknowledge"])
    with pytest.raises(VedetteError, match="amal cannot log in: the name or the password"):
        watch(desk, wrong, 1)


@pytest.fixture(scope="module")
def loaded(repository: Path) -> LoadedScenario:
    return load_scenario(repository / "scenarios" / "ain_al_asad_2022.toml")


def engage(desk: Desk, loaded: LoadedScenario, world: World, seed: int, seconds: int) -> None:
    """Let the effector models look once a second while the world goes on."""

    async def looking() -> None:
        async with Interface(URL, "effector-model", "right", desk.transport) as interface:
            effectors = effector_models(loaded, seed, interface)
            for _ in range(seconds):
                for _ in range(4):
                    world.step()
                desk.picture["t_us"] = world.t_ns // 1000
                follow(desk, world)
                await effectors.act(world)

    asyncio.run(looking())


def follow(desk: Desk, world: World) -> None:
    """Put a perfect track on the first drone, and let reports move the engagement's state."""
    k = world.fleet.ids.index("drone_1")
    names = ("east_m", "north_m", "up_m", "v_east_mps", "v_north_mps", "v_up_mps")
    state = dict(zip(names, world.state_enu()[k].tolist(), strict=True))
    desk.picture["tracks"] = [track(**state)]
    for _, command in desk.commands:
        desk.picture["engagements"][0]["state"] = command["state"]


WORLDS: dict[float, World] = {}


def world_at(loaded: LoadedScenario, seed: int, elapsed_s: float) -> World:
    """Give a fresh copy of the world at a time; making it takes seconds, copying none."""
    if elapsed_s not in WORLDS:
        world = create_world(loaded, seed)
        while world.elapsed_s < elapsed_s:
            world.step()
        WORLDS[elapsed_s] = world
    return copy.deepcopy(WORLDS[elapsed_s])


def test_an_effector_model_does_nothing_until_two_people_have_authorised(loaded):
    desk = Desk()
    for state in ("proposed", "first_authorised", "expired", "cancelled"):
        desk.picture["engagements"] = [engagement(state=state)]
        world = world_at(loaded, 1, 250.0)
        engage(desk, loaded, world, 1, 30)
        assert desk.commands == []
        assert "drone_1" not in world.ends


def test_an_authorised_model_reacts_reaches_and_takes_the_object_out_of_the_world(loaded):
    desk = Desk()
    desk.picture["engagements"] = [engagement(state="authorised")]
    world = world_at(loaded, 1, 250.0)
    engage(desk, loaded, world, 1, 40)
    assert [c["state"] for _, c in desk.commands] == ["executing", "executed"]
    end = world.ends["drone_1"]
    assert end["how"] == "destroyed"
    after_s = (end["t_ns"] - world.start_ns) * 1e-9 - 250.0
    assert 6.0 + 4_000.0 / 500.0 < after_s < 6.0 + 6_000.0 / 500.0 + 3.0


def test_a_model_waits_until_the_meeting_lies_within_its_range(loaded):
    desk = Desk()
    desk.picture["engagements"] = [engagement(state="authorised")]
    world = world_at(loaded, 1, 130.0)
    engage(desk, loaded, world, 1, 30)
    assert desk.commands == []
    effectors = effector_models(loaded, 1, Interface(URL, "x", "y"))
    east_m, north_m, up_m = world.frame.enu_from_geo_deg(33.7935, 42.4360, 190.0)
    place = {"east_m": east_m - 5_000.0, "north_m": north_m, "up_m": up_m}
    speed = {"v_east_mps": 45.0, "v_north_mps": 0.0, "v_up_mps": 0.0}
    model = effectors.models["model_north"]
    assert effectors.meeting_s(model, place | speed) == pytest.approx(5_000.0 / 545.0)
    away = speed | {"v_east_mps": -45.0}
    assert effectors.meeting_s(model, place | away) == pytest.approx(5_000.0 / 455.0)
    place["east_m"] = east_m - 7_000.0
    assert np.isnan(effectors.meeting_s(model, place | speed))


def test_a_shot_begun_before_a_restart_is_brought_to_its_end(loaded):
    desk = Desk()
    desk.picture["engagements"] = [engagement(state="executing")]
    engage(desk, loaded, world_at(loaded, 1, 250.0), 1, 4)
    assert [c["state"] for _, c in desk.commands] == ["executed"]


def test_success_comes_as_often_as_the_model_says_and_never_depends_on_the_order(loaded):
    destroyed, world = 0, create_world(loaded, 1)
    effectors = effector_models(loaded, 1, Interface(URL, "x", "y"))
    effector = effectors.models["model_south"]
    place = {"east_m": world.position_m[0, 0], "north_m": world.position_m[0, 1]}
    for seed in range(200):
        effectors.seed = seed
        ends = []
        for _ in range(2):
            world.visible[:] = False
            world.visible[0] = True
            ends.append(effectors.resolve(1, effector, place, world))
        assert ends[0] == ends[1]
        destroyed += ends[0]
    assert abs(destroyed - 0.8 * 200) < 4.0 * np.sqrt(200 * 0.8 * 0.2)


def test_after_a_restart_what_was_destroyed_stays_destroyed(loaded):
    desk, before = Desk(), world_at(loaded, 1, 250.0)
    k = before.fleet.ids.index("drone_1")
    lat_deg, lon_deg, hae_m = before.frame.geo_deg_from_enu(*before.state_enu()[k, :3])
    east_mps, north_mps, _ = before.velocity_mps[k].tolist()
    point = {"t_us": before.t_ns // 1000 - 1_000_000, "v_east_mps": east_mps}
    point |= {"lat_deg": lat_deg, "lon_deg": lon_deg, "hae_m": hae_m, "v_north_mps": north_mps}
    desk.path = [point]
    done = engagement(state="executed", executed_us=before.t_ns // 1000)
    desk.picture["engagements"] = [done]
    again = create_world(loaded, 1)

    async def restart() -> None:
        async with Interface(URL, "effector-model", "right", desk.transport) as interface:
            effectors = effector_models(loaded, 1, interface)
            await effectors.repeat_executed(again, before.t_ns // 1000 + 20_000_000)

    asyncio.run(restart())
    assert again.elapsed_s == pytest.approx(270.0)
    assert again.ends["drone_1"]["how"] == "destroyed"
    assert again.ends["drone_1"]["t_ns"] == before.t_ns
    assert "drone_2" not in again.ends


def test_a_shot_at_a_track_of_nothing_destroys_nothing(loaded):
    world = world_at(loaded, 1, 100.0)
    effectors = effector_models(loaded, 1, Interface(URL, "x", "y"))
    place = {"east_m": 30_000.0, "north_m": -30_000.0}
    assert not effectors.resolve(1, effectors.models["model_north"], place, world)
    assert "drone_1" not in world.ends
