"""Effector MODELS, for evaluation and training. There is no other kind, and none can be driven.

A model polls the service for engagements that two people have authorised, waits its reaction time
and the time to reach, draws success from the seed, and takes the object out of the simulated
world. In: the picture over HTTP. Out: effector_report commands, and a change in the world alone.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.config.site import Effector
from vedette.geo import SiteFrame
from vedette.simulator.interface import Console
from vedette.simulator.scenario import LoadedScenario
from vedette.simulator.world import STREAM_EFFECTOR, World, stream

TRACK_ERROR_MAX_M = 400.0  # a track farther than this from every object is a track of nothing
US_PER_S = 1_000_000


@dataclass(slots=True)
class Shot:
    """One engagement under way: when its reaction time is over and when it ends, us UTC.

    ends_us is 0 until it has begun.
    """

    engagement: dict[str, Any]
    begins_us: int
    ends_us: int = 0


@dataclass(slots=True)
class Effectors:
    """All effector models of a site, under one login."""

    interface: Console
    models: dict[str, Effector]
    success_prob: dict[str, float]
    reaction_s: dict[str, float]
    frame: SiteFrame
    seed: int
    shots: dict[int, Shot] = field(default_factory=dict)

    async def act(self, world: World) -> None:
        """Look at the picture once; begin, carry on and end what is authorised."""
        if not self.models:
            return
        picture = await self.interface.picture(with_tracks=bool(self.shots))
        if picture is None:
            return
        now_us = int(picture["t_us"])
        for engagement in picture["engagements"]:
            number, state = int(engagement["engagement_id"]), engagement["state"]
            if state == "authorised" and number not in self.shots:
                self._take(engagement, now_us)
            elif state == "executing" and number not in self.shots:
                self._take(engagement, now_us)  # begun before a restart: how far is not known
                self._end_soon(number, now_us)
            elif state in ("cancelled", "expired"):
                self.shots.pop(number, None)
        tracks = {int(track["track_id"]): track for track in picture["tracks"]}
        for number in sorted(self.shots):
            await self._carry_on(number, tracks, now_us, world)

    def _take(self, engagement: dict[str, Any], now_us: int) -> None:
        """Accept an authorised engagement of a model of ours."""
        effector_id = engagement["effector_id"]
        if effector_id in self.models:
            wait_us = int(self.reaction_s[effector_id] * US_PER_S)
            self.shots[int(engagement["engagement_id"])] = Shot(engagement, now_us + wait_us)

    def _end_soon(self, number: int, now_us: int) -> None:
        """Let a shot that has begun end with the next look."""
        if number in self.shots:
            self.shots[number].ends_us = now_us + 1

    async def _carry_on(
        self, number: int, tracks: dict[int, dict[str, Any]], now_us: int, world: World
    ) -> None:
        """Begin or end one shot when its time has come."""
        shot = self.shots[number]
        effector = self.models[shot.engagement["effector_id"]]
        track = tracks.get(int(shot.engagement["track_id"]))
        if not shot.ends_us and now_us >= shot.begins_us:
            meeting_s = math.nan if track is None else self.meeting_s(effector, track)
            if math.isnan(meeting_s):
                return
            if await self._report(number, "executing", f"{effector.name} has begun"):
                del self.shots[number]
                return
            shot.ends_us = now_us + int(meeting_s * US_PER_S)
        elif shot.ends_us and now_us >= shot.ends_us:
            del self.shots[number]
            self.resolve(number, effector, track, world)
            await self._report(number, "executed", f"{effector.name} is done")

    async def _report(self, number: int, state: str, detail: str) -> str:
        """Say what the model does. Returns nothing, or why it was refused."""
        return await self.interface.command(
            "effector_report", engagement_id=number, state=state, detail=detail
        )

    def meeting_s(self, effector: Effector, track: dict[str, Any]) -> float:
        """Give the seconds until a model begun now would meet the track, both flying straight on.

        NaN where they would not meet within the model's range: it waits, and the authorisation
        may expire meanwhile. Solves |r + v t| = s t for the least t > 0.
        """
        place = self.frame.enu_from_geo_deg(effector.lat_deg, effector.lon_deg, effector.hae_m)
        offset = np.array([track[name] for name in ("east_m", "north_m", "up_m")]) - place
        speed = np.array([track[name] for name in ("v_east_mps", "v_north_mps", "v_up_mps")])
        a = effector.speed_mps**2 - float(speed @ speed)
        b, c = float(offset @ speed), float(offset @ offset)
        square = b * b + a * c
        if a <= 0.0 or square < 0.0:
            return math.nan
        time_s = (b + math.sqrt(square)) / a
        reach_m = time_s * effector.speed_mps
        inside = effector.range_min_m <= reach_m <= effector.range_max_m
        return time_s if inside else math.nan

    def resolve(
        self, number: int, effector: Effector, track: dict[str, Any] | None, world: World
    ) -> bool:
        """Draw the end of a shot and change the world; says whether something was destroyed.

        The draw belongs to the engagement's number, so that it is the same however often and in
        whatever order it is asked for (a restart asks again).
        """
        luck = stream(self.seed, STREAM_EFFECTOR, number).uniform()
        target = None if track is None else nearest_object(world, track["east_m"], track["north_m"])
        if target is None or luck >= self.success_prob[effector.id]:
            return False
        world.destroy(target)
        return True

    async def repeat_executed(self, world: World, before_us: int) -> None:
        """Let the world go on to `before_us`, with everything executed before it done again.

        After a restart: the service knows which engagements were executed and where their tracks
        were; the world does not remember and is made again from the seed.
        """
        picture = await self.interface.picture(with_tracks=False)
        done = [e for e in (picture or {}).get("engagements", []) if e["state"] == "executed"]
        for engagement in sorted(done, key=lambda e: int(e["executed_us"])):
            executed_us = int(engagement["executed_us"])
            _advance(world, min(executed_us, before_us))
            detail = await self.interface.get(f"/api/tracks/{engagement['track_id']}")
            track = self._place_at((detail or {}).get("path", []), executed_us)
            effector = self.models.get(engagement["effector_id"])
            if effector is not None:
                self.resolve(int(engagement["engagement_id"]), effector, track, world)
        _advance(world, before_us)

    def _place_at(self, path: list[dict[str, Any]], t_us: int) -> dict[str, Any] | None:
        """Find where a track was at t_us, carried on from the last point before it."""
        before = [point for point in path if int(point["t_us"]) <= t_us]
        if not before:
            return None
        point = before[-1]
        gap_s = (t_us - int(point["t_us"])) / US_PER_S
        east, north, _ = self.frame.enu_from_geo_deg(
            point["lat_deg"], point["lon_deg"], point["hae_m"]
        )
        return {
            "east_m": east + gap_s * point["v_east_mps"],
            "north_m": north + gap_s * point["v_north_mps"],
        }


def _advance(world: World, t_us: int) -> None:
    """Step the world to t_us."""
    while world.t_ns < t_us * (NS_PER_S // US_PER_S):
        world.step()


def nearest_object(world: World, east_m: float, north_m: float) -> int | None:
    """Find the visible object nearest to a place on the ground, None where there is none."""
    offset = world.position_m[:, :2] - [east_m, north_m]
    distance = np.where(world.visible, np.hypot(offset[:, 0], offset[:, 1]), np.inf)
    if not len(distance) or distance.min() > TRACK_ERROR_MAX_M:
        return None
    return int(np.argmin(distance))


def effector_models(loaded: LoadedScenario, seed: int, interface: Console) -> Effectors:
    """Make the models of the site's effectors, as the scenario varies them."""
    specs = {spec.id: spec for spec in loaded.scenario.effectors}
    models = {effector.id: effector for effector in loaded.site.effectors if effector.simulated}
    success, reaction = {}, {}
    for name, effector in models.items():
        spec = specs.get(name)
        success[name], reaction[name] = effector.success_prob, effector.reaction_s
        if spec is not None and spec.success_prob is not None:
            success[name] = spec.success_prob
        if spec is not None and spec.reaction_s is not None:
            reaction[name] = spec.reaction_s
    frame = SiteFrame(loaded.site.reference)
    return Effectors(interface, models, success, reaction, frame, seed)
