"""A scenario with another number of attackers, or without one of what watches and answers.

In: a loaded scenario. Out: the same with its attackers copied, each at a time and from a direction
of its own. Attacker k of a seed is the same in every raid that has one: a raid of four is a raid of
two with two more. What is left out keeps its place in the order of the site, so that chance falls
for everything else as it did with it.
"""

import math
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from vedette.base.errors import VedetteError
from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.simulator.objects import asset_enu, place
from vedette.simulator.scenario import LoadedScenario, ObjectSpec, Waypoint
from vedette.simulator.sensor_specs import SensorModelSpec

STREAM_RAID = 7_000  # of chance, apart from the simulator's own


@dataclass(slots=True, frozen=True)
class Spread:
    """How far copies are spread: begin_s later at most, turned turn_deg to both sides at most."""

    begin_s: float = 60.0
    turn_deg: float = 20.0


def raid(loaded: LoadedScenario, count: int, seed: int, spread: Spread) -> LoadedScenario:
    """Let `count` attackers come in place of the scenario's, which are copied in turn.

    Each begins up to begin_s later and is turned about the asset it is sent against, evenly. Raises
    VedetteError where the scenario has no attacker.
    """
    patterns = [alone for spec in loaded.scenario.objects for alone in _attackers(spec)]
    if not patterns:
        raise VedetteError(f"{loaded.path}: nothing in it attacks an asset (objects.attacks)")
    others = [spec for spec in loaded.scenario.objects if not _attackers(spec)]
    clones = [
        _clone(loaded.site, patterns[k % len(patterns)], k, k < len(patterns), seed, spread)
        for k in range(count)
    ]
    scenario = msgspec.structs.replace(
        loaded.scenario,
        objects=[*clones, *others],
        duration_s=loaded.scenario.duration_s + spread.begin_s,
    )
    return msgspec.structs.replace(loaded, scenario=scenario)


def _attackers(spec: ObjectSpec) -> list[ObjectSpec]:
    """Part a specification into its attackers, one object each, each with its whole route."""
    found = []
    for number in range(spec.count):
        branch = spec.branches[number % len(spec.branches)] if spec.branches else None
        attacks = (branch.attacks if branch else None) or spec.attacks
        if attacks is not None:
            route = spec.route + (branch.route if branch else [])
            alone = {"count": 1, "branches": [], "route": route, "attacks": attacks}
            found.append(msgspec.structs.replace(spec, **alone))
    return found


def _clone(
    site: Site, pattern: ObjectSpec, number: int, is_first: bool, seed: int, spread: Spread
) -> ObjectSpec:
    """Make attacker `number` of a seed's raids. is_first: it may say what the pattern says."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, STREAM_RAID, number])))
    late, turn = rng.uniform(), rng.uniform(-1.0, 1.0)
    turn_deg = spread.turn_deg * float(turn)
    changes: dict[str, Any] = {
        "id": f"raid_{number + 1:03d}",
        "start_s": pattern.start_s + spread.begin_s * float(late),
        "route": [_turned(site, pattern.attacks, w, turn_deg) for w in pattern.route],
    }
    if not is_first:  # two that claim one address are a fault of its own
        changes |= {"transponder": None, "position_feed": None}
    if pattern.recording is not None:
        turned = (pattern.recording.turn_deg + turn_deg) % 360.0
        changes["recording"] = msgspec.structs.replace(pattern.recording, turn_deg=turned)
    return msgspec.structs.replace(pattern, **changes)


def _turned(site: Site, asset_id: str | None, waypoint: Waypoint, turn_deg: float) -> Waypoint:
    """Turn a waypoint clockwise about an asset; what is aimed at an asset stays."""
    if waypoint.asset is not None:
        return waypoint
    frame = SiteFrame(site.reference)
    east, north, _ = place(waypoint, site, frame)
    asset = next(asset for asset in site.assets if asset.id == asset_id)
    middle = asset_enu(asset, frame)
    turn = math.radians(turn_deg)
    x, y = east - middle[0], north - middle[1]
    return Waypoint(
        east_m=middle[0] + x * math.cos(turn) + y * math.sin(turn),
        north_m=middle[1] - x * math.sin(turn) + y * math.cos(turn),
        height_m=waypoint.height_m,
        speed_mps=waypoint.speed_mps,
        hold_s=waypoint.hold_s,
    )


def parts(site: Site) -> list[str]:
    """List what can be left out: every sensor, then every effector model."""
    return [sensor.id for sensor in site.sensors] + [effector.id for effector in site.effectors]


def without(loaded: LoadedScenario, part: str) -> LoadedScenario:
    """Take a sensor or an effector model away: silent from the beginning, or an empty magazine.

    Raises VedetteError where the site has no such part. "": nothing is taken away.
    """
    if not part:
        return loaded
    site = loaded.site
    if any(effector.id == part for effector in site.effectors):
        empty = [
            msgspec.structs.replace(e, magazine=0) if e.id == part else e for e in site.effectors
        ]
        return msgspec.structs.replace(loaded, site=msgspec.structs.replace(site, effectors=empty))
    if all(sensor.id != part for sensor in site.sensors):
        raise VedetteError(f"{loaded.site_path}: has no {part!r}: {', '.join(parts(site))}")
    specs = [spec for spec in loaded.scenario.sensors if spec.id != part]
    spec = next((s for s in loaded.scenario.sensors if s.id == part), SensorModelSpec(id=part))
    silent = [*specs, msgspec.structs.replace(spec, fails_s=0.0)]
    scenario = msgspec.structs.replace(loaded.scenario, sensors=silent)
    return msgspec.structs.replace(loaded, scenario=scenario)
