"""What the simulated effectors could do about a track, and what it would touch, for a human.

In: tracks, identities, threats, the site's effector models and standing policy. Out: one option per
track and effector; never an order. The reach is a coarse estimate for deciding (straight flight of
both), no fire-control solution.
"""

import math
from dataclasses import dataclass

import numpy as np

from vedette.base.names import track_name
from vedette.config.site import Effector
from vedette.decision.debris import likely_fall
from vedette.decision.notes import digest
from vedette.decision.state import DecisionState, TrackNote
from vedette.model.enums import Identity, TrackStatus, WeaponsControl
from vedette.model.kinds import CREWED
from vedette.model.measurements import F64, I64
from vedette.model.picture import EngagementOption, IdentityRecord
from vedette.model.tracks import TrackTable

OWN_SIDE = (Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL)
ENGAGEABLE = {
    WeaponsControl.HOLD: (),
    WeaponsControl.TIGHT: (Identity.HOSTILE,),
    WeaponsControl.FREE: (Identity.HOSTILE, Identity.SUSPECT),
}
# An even chance of people aboard is enough to stand in the way.
CREWED_PROB_MIN = 0.5
# How far ahead straight flight is worth anything: at 45 m/s, 13 km.
AHEAD_S_MAX = 300.0
AHEAD_STEP_S = 0.5
# Civil tracks are kept clear by this many sigma of their own place beside the hazard radius, at
# this many moments of the effector's way.
CLEAR_SIGMAS = 2.0
WAY_MOMENTS = 6
_SHARES = np.arange(float(WAY_MOMENTS))
_AHEAD_S = np.arange(0.0, AHEAD_S_MAX + AHEAD_STEP_S, AHEAD_STEP_S)
COASTING_RATIO = 0.5  # a place that is only predicted halves the chance: argued, not measured


@dataclass(slots=True, frozen=True)
class Bystanders:
    """Tracks that must not be touched: track_id (B,), state (B, 6), their horizontal and vertical
    sigma (B,) m; infinite vertical sigma where no sensor observed height."""

    track_id: I64
    state_enu: F64
    sigma_m: F64
    sigma_up_m: F64


@dataclass(slots=True, frozen=True)
class Reach:
    """When an effector could meet a track, s from now; NaN where it cannot."""

    time_to_reach_s: float
    latest_decision_s: float
    obstacle: str


def bystanders(tracks: TrackTable, identities: dict[int, IdentityRecord]) -> Bystanders:
    """Gather civil and friendly tracks, and unknown ones that probably carry people."""
    ids = tracks.track_id[: tracks.count].tolist()
    kept = [row for row, track_id in enumerate(ids) if _protected(identities.get(track_id))]
    cov = tracks.cov_enu[kept]
    observed = tracks.height_observed[kept] > 0
    return Bystanders(
        tracks.track_id[kept],
        tracks.state_enu[kept],
        np.sqrt(np.maximum(0.0, np.maximum(cov[:, 0, 0], cov[:, 1, 1]))),
        np.where(observed, np.sqrt(np.maximum(0.0, cov[:, 2, 2])), np.inf),
    )


def _protected(identity: IdentityRecord | None) -> bool:
    if identity is None:
        return False
    if identity.identity in OWN_SIDE:
        return True
    if identity.identity not in (Identity.UNKNOWN, Identity.PENDING):
        return False
    return sum([identity.class_prob.get(kind, 0.0) for kind in CREWED]) >= CREWED_PROB_MIN


def reach(effector: Effector, place_enu: list[float], state_enu: F64, arrival_s: float) -> Reach:
    """Say when an effector could meet a track that flies straight on.

    place_enu: the effector's; state_enu (6,): the track now; arrival_s: when the track would be at
    the asset (NaN, infinity: AHEAD_S_MAX). A meeting at t is possible when the track is then within
    the effector's range and reaction time plus way fit into t. latest_decision_s is the last moment
    to start for a meeting before the arrival.
    """
    horizon_s = arrival_s if 0.0 < arrival_s < AHEAD_S_MAX else AHEAD_S_MAX
    ahead_s = _AHEAD_S[: math.ceil((horizon_s + AHEAD_STEP_S) / AHEAD_STEP_S)]
    state = state_enu.tolist()
    east, north, up = (state[k] + ahead_s * state[3 + k] - place_enu[k] for k in range(3))
    range_m = np.sqrt(east * east + north * north + up * up)
    within = (range_m >= effector.range_min_m) & (range_m <= effector.range_max_m)
    spare_s = ahead_s - effector.reaction_s - range_m / effector.speed_mps
    if not within.any():
        nearest_m = float(range_m.min())
        return Reach(math.nan, math.nan, f"out of range: comes to {nearest_m / 1000.0:.1f} km")
    possible = within & (spare_s >= 0.0)
    if not possible.any():
        return Reach(math.nan, math.nan, "too late: it cannot get there before the track arrives")
    return Reach(float(ahead_s[possible][0]), float(spare_s[possible].max()), "")


def touched(
    others: Bystanders,
    track_id: int,
    effector: Effector,
    place_enu: list[float],
    meeting: F64,
    time_to_reach_s: float,
) -> tuple[int, ...]:
    """Say which bystanders come within the hazard radius of the effector's way and what falls.

    meeting (3,): where it meets the track. Bystanders fly straight on; they are tested at
    WAY_MOMENTS moments between reaction and meeting against the whole way on the ground plan, with
    CLEAR_SIGMAS of their place; everything under the way's highest point counts, for debris falls.
    """
    if len(others.track_id) == 0:
        return ()
    start = np.array(place_enu)
    begun_s = min(effector.reaction_s, time_to_reach_s)
    moments_s = begun_s + _SHARES * ((time_to_reach_s - begun_s) / (WAY_MOMENTS - 1))
    moments_s[-1] = time_to_reach_s
    place = others.state_enu[:, None, :3] + moments_s[None, :, None] * others.state_enu[:, None, 3:]
    along = meeting[:2] - start[:2]
    length2 = max(1.0, float(along @ along))
    share = np.minimum(np.maximum((place[:, :, :2] - start[:2]) @ along / length2, 0.0), 1.0)
    nearest = start[:2] + share[:, :, None] * along
    away_m = np.hypot(place[:, :, 0] - nearest[:, :, 0], place[:, :, 1] - nearest[:, :, 1])
    near = away_m <= effector.hazard_radius_m + CLEAR_SIGMAS * others.sigma_m[:, None]
    top_m = max(float(start[2]), float(meeting[2])) + effector.hazard_radius_m
    low = place[:, :, 2] <= top_m + CLEAR_SIGMAS * others.sigma_up_m[:, None]
    hit = (near & low).any(axis=1) & (others.track_id != track_id)
    return tuple(int(i) for i in others.track_id[hit])


def policy_obstacles(
    state: DecisionState, identity: IdentityRecord, effector: Effector
) -> list[str]:
    """Say what forbids an engagement apart from physics: hold, weapons control, identity, stock."""
    found = []
    control = state.posture.weapons_control
    if state.posture.hold:
        found.append("hold is set")
    if identity.identity in OWN_SIDE:
        found.append(f"the track is {identity.identity}")
    elif identity.identity not in (Identity.SUSPECT, Identity.HOSTILE):
        found.append(f"the track is {identity.identity}: unknown is not hostile")
    elif control == WeaponsControl.HOLD:
        found.append("weapons control is HOLD")
    elif identity.identity not in ENGAGEABLE[control]:
        found.append("weapons control is TIGHT: the track must be HOSTILE")
    if state.magazine.get(effector.id, 0) <= 0:
        found.append("the magazine is empty")
    return found


def option(
    state: DecisionState,
    note: TrackNote,
    identity: IdentityRecord,
    effector: Effector,
    others: Bystanders,
    existence_prob: float,
    status: int,
    arrival_s: float,
) -> EngagementOption:
    """Lay out what one effector could do about one track, with every obstacle in words.

    success_prob: the model's, times the track's existence, times COASTING_RATIO when it is not
    seen; 0 when it cannot be reached. Debris is for a hit at the earliest meeting.
    """
    place_enu = state.effectors_enu[effector.id]
    when = reach(effector, place_enu, note.state_enu, arrival_s)
    found = policy_obstacles(state, identity, effector)
    civil: tuple[int, ...] = ()
    debris = (math.nan, math.nan, math.nan, "")
    success_prob = 0.0
    if when.obstacle:
        found.append(when.obstacle)
    else:
        meeting = note.state_enu[:3] + when.time_to_reach_s * note.state_enu[3:]
        civil = touched(others, note.track_id, effector, place_enu, meeting, when.time_to_reach_s)
        debris = _debris(state, meeting, note.state_enu[3:])
        success_prob = effector.success_prob * existence_prob
        success_prob *= COASTING_RATIO if status == TrackStatus.COASTING else 1.0
    if civil:
        names = ", ".join(track_name(track_id) for track_id in civil)
        found.append(f"civil or friendly in the hazard volume: {names}")
    return EngagementOption(
        track_id=note.track_id,
        effector_id=effector.id,
        effector_name=effector.name,
        available=not found,
        obstacle="; ".join(found),
        time_to_reach_s=when.time_to_reach_s,
        latest_decision_s=when.latest_decision_s,
        success_prob=success_prob,
        civil_touched=civil,
        debris_lat_deg=debris[0],
        debris_lon_deg=debris[1],
        debris_radius_m=debris[2],
        debris_on_asset=debris[3],
        track_digest=digest(note, identity, effector.id),
        reason=reason(effector, when, existence_prob, status == TrackStatus.COASTING, arrival_s),
    )


def reason(
    effector: Effector, when: Reach, existence_prob: float, coasting: bool, arrival_s: float
) -> str:
    """Say in one sentence what the times and the probability of an option are made of."""
    if when.obstacle:
        return when.obstacle
    before = (
        f"before it could be at an asset, in {arrival_s:.0f} s"
        if 0.0 < arrival_s < AHEAD_S_MAX
        else f"within {AHEAD_S_MAX:.0f} s of straight flight"
    )
    chance = f"{effector.success_prob:.0%} of the model, {existence_prob:.0%} that the track exists"
    return (
        f"{effector.reaction_s:.0f} s to react, then at {effector.speed_mps:.0f} m/s to where it"
        f" will be, {before}; {chance}{', halved: it is only predicted' if coasting else ''}"
    )


def _debris(state: DecisionState, meeting: F64, vel_mps: F64) -> tuple[float, float, float, str]:
    """Say where it would fall, how widely, and on which assets and zones, if any."""
    ground_m = ground_up_m(float(meeting[0]), float(meeting[1]))
    above = np.array([meeting[0], meeting[1], meeting[2] - ground_m])
    east, north, radius_m = likely_fall(above, vel_mps, state.wind, state.frame.hae_m)
    lat_deg, lon_deg, _ = state.frame.geo_deg_from_enu(east, north, ground_m)
    hit = [
        asset.name
        for asset in state.assets
        if math.hypot(east - state.assets_enu[asset.id][0], north - state.assets_enu[asset.id][1])
        <= asset.radius_m + radius_m
    ]
    hit += [
        name
        for name, zone_east, zone_north, zone_m in state.zone_discs
        if math.hypot(east - zone_east, north - zone_north) <= zone_m + radius_m
    ]
    return lat_deg, lon_deg, radius_m, ", ".join(hit)


def ground_up_m(east_m: float, north_m: float) -> float:
    """Say how far the ellipsoid has fallen below the tangent plane: -d^2 / 2R, m."""
    return -(east_m * east_m + north_m * north_m) / 12_742_000.0
