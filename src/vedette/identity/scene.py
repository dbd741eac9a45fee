"""What the tracks that are due for evaluation do, as arrays: looks, classes, lanes, courses.

In: the table of tracks and the memories. Out: one `Scene` a step, rows being the due tracks. Here
the running means of each memory are brought up to date, at most once a second per track.
"""

import math
from dataclasses import dataclass

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.identity.behaviour import flying_together, note_dives
from vedette.identity.classes import (
    IS_CREWED,
    IS_FIXED_WING,
    LABELS,
    LOG_PRIOR,
    MULTIROTOR,
    Looks,
    doubted,
    log_likelihoods,
    normalise,
    support,
)
from vedette.identity.company import crowd_ratio, join, others_like, several_prob, shifts
from vedette.identity.flight import PARTS, flown, looks_at, spoken, take_look, temper
from vedette.identity.hearing import EMITS_LOOKS_MIN
from vedette.identity.places import Places, inside_lanes
from vedette.identity.state import IdentityState, Memory, Vote
from vedette.identity.trust import CLAIM_LIFE_S, agreement_ratio
from vedette.identity.unseen import note_unseen
from vedette.model.measurements import F64, I64, Bools
from vedette.model.picture import SourceState
from vedette.model.tracks import TrackTable

EVALUATE_NS = NS_PER_S  # kinematics are the same news for about a second
# One survey costs as ten tracks. So few tracks are all looked at in the first step of a second;
# more come due in SLOTS groups, so that no step does the work of a whole second.
FEW_TRACKS = 64
SLOTS = 4
LOOKS_MAX = 15.0  # seconds of behaviour remembered in the means
VOTE_GAIN = 2.0  # however often a sensor votes, it counts as at most two independent looks
COURSE_LOOKS = 4.0  # seconds over which "steadily on course" is judged
COURSE_OFF_RAD = math.radians(6.0)  # a course this near the asset's edge is a course on it
COURSE_HORIZON_S = 600.0
COURSE_SPEED_MIN_MPS = 5.0
REACH_COURSE_PROB = 0.3  # the threat stage's own word for "on course" (moving assets)
CIVIL_LANE_LOG = 1.5  # keeping to a civil lane speaks for a crewed aircraft, 4.5 to 1
# People are told a class as surely as recorded flights bear it out. Nobody is accused or cleared by
# so much: one-way drones and light aircraft of 50 to 65 m/s are parted by made flights alone.
JUDGE_TEMPER_MAX = 0.9
CLAIM_CLASS_LOG = 1.5  # an agreeing claim speaks for its kind of craft, 4.5 to 1
_SAYS_NOTHING = np.zeros(len(LABELS))


@dataclass(slots=True)
class Scene:
    """The due tracks, one row each; plain lists, for they are read number by number.

    flown (N, 8): how each flew in the last minute, `flight.SPOKEN`. supports (N,
    F): what each feature adds for the track's most probable class, log-odds; company (N,): what the
    other tracks add for it; alike (N,): how many others, what share is like it; several (N,): how
    probably each is plots of several birds; crowd (N,): how far the others are birds.
    total (N, classes): class probabilities; measured: the same without what the tracks claim, and
    with more doubt, to judge by (JUDGE_TEMPER_MAX). lanes
    (N, L): inside or not. agl_m: above the site's reference height, NaN where not observed.
    together (N,): how many others fly with it at what is defended.
    """

    track_ids: list[int]
    east_m: list[float]
    north_m: list[float]
    speed_mps: list[float]
    agl_m: list[float]
    flown: list[list[float]]
    supports: list[list[float]]
    company: list[float]
    alike: list[tuple[int, float]]
    several: list[float]
    crowd: list[float]
    measured: list[list[float]]
    total: list[list[float]]
    lanes: list[list[bool]]
    together: list[int]


def due_rows(state: IdentityState, tracks: TrackTable, now_ns: int) -> I64:
    """List the rows whose evaluation is due now, and set the time of their next."""
    rows: list[int] = []
    few = tracks.count <= FEW_TRACKS
    for row, track_id in enumerate(tracks.track_id[: tracks.count].tolist()):
        memory = state.memories[track_id]
        if now_ns >= memory.next_ns:
            first = memory.evaluations == 0
            memory.next_ns = _next_ns(track_id, now_ns, first, few)
            rows.append(row)
    return np.array(rows, dtype=np.int64)


def _next_ns(track_id: int, now_ns: int, first: bool, few: bool) -> int:
    """Say when a track is looked at again: with all others, or with its group of many.

    After the first look half to a whole second by track number, so that tracks that started
    together do not come due together; of few a quarter at least, for two looks to differ.
    """
    if few:
        earliest_ns = now_ns + (EVALUATE_NS // 4 if first else 0)
        return (earliest_ns // EVALUATE_NS + 1) * EVALUATE_NS
    spread_ns = EVALUATE_NS // 2 + track_id % SLOTS * (EVALUATE_NS // (2 * SLOTS))
    return now_ns + (spread_ns if first else EVALUATE_NS)


def survey(
    state: IdentityState,
    tracks: TrackTable,
    rows: I64,
    sources: dict[str, SourceState],
    reach_prob: dict[int, float],
    now_ns: int,
) -> Scene:
    """Bring the due tracks' means up to date and say what they look like now.

    rows (N,) of the table. reach_prob: the last step's worst per track. Changes the memories.
    """
    places = state.places
    pos, vel = tracks.state_enu[rows, :3], tracks.state_enu[rows, 3:]
    cov = tracks.cov_enu[rows]
    hae_m = places.frame.geo_from_enu(pos[:, 0], pos[:, 1], pos[:, 2])[2]
    hae_m = np.where(tracks.height_observed[rows] > 0, hae_m, np.nan)
    ids = tracks.track_id[rows].tolist()
    memories = [state.memories[track_id] for track_id in ids]
    agl_m = hae_m - places.frame.hae_m
    _look(memories, tracks, rows, vel, cov, agl_m, places.wind_mps)
    looks, table = _looks(memories)
    features = log_likelihoods(looks, places.wind_sigma_mps, places.network)
    votes = np.array([_votes(memory) for memory in memories])
    claimed = np.array([_claimed_kind(memory, now_ns) for memory in memories])
    sigma = np.sqrt(np.maximum(cov[:, [0, 1, 2], [0, 1, 2]], 0.0))
    slack_m = np.hypot(sigma[:, 0], sigma[:, 1])
    lanes = inside_lanes(places.lane_table, pos, vel, hae_m, slack_m, sigma[:, 2])
    civil = [i for i, lane in enumerate(places.lanes) if lane.civil]
    in_civil = np.asarray(lanes[:, civil].any(axis=1))
    company = shifts(state.company, ids)
    rest = LOG_PRIOR + features[len(PARTS) :].sum(axis=0) + votes + company
    rest[:, IS_CREWED] += CIVIL_LANE_LOG * in_civil[:, None]
    by_flight = features[: len(PARTS)].sum(axis=0)
    sure = np.maximum(temper(looks.flown_looks, places.network), JUDGE_TEMPER_MAX)
    measured = rest + by_flight * (JUDGE_TEMPER_MAX / sure)[:, None]
    _note_courses(memories, ids, places, pos, vel, reach_prob)
    note_dives(memories, vel, tracks.height_observed[rows])
    note_unseen(state.memories, tracks, rows, places, sources, now_ns)
    total = normalise(rest + doubted(by_flight, places.network) + claimed)
    for track_id, class_prob in zip(ids, total, strict=True):
        join(state.company, track_id, class_prob)
    top = total.argmax(axis=1)
    return Scene(
        track_ids=ids,
        east_m=pos[:, 0].tolist(),
        north_m=pos[:, 1].tolist(),
        speed_mps=np.hypot(vel[:, 0], vel[:, 1]).tolist(),
        agl_m=agl_m.tolist(),
        flown=spoken(table).tolist(),
        supports=support(features, top).T.tolist(),
        company=company[np.arange(len(ids)), top].tolist(),
        alike=[
            others_like(state.company, i, label) for i, label in zip(ids, top.tolist(), strict=True)
        ],
        several=several_prob(state.company, ids, total).tolist(),
        crowd=crowd_ratio(state.company, ids).tolist(),
        measured=normalise(measured).tolist(),
        total=total.tolist(),
        lanes=lanes.tolist(),
        together=flying_together(memories, pos, vel),
    )


def _look(
    memories: list[Memory],
    tracks: TrackTable,
    rows: I64,
    vel: F64,
    cov: F64,
    agl_m: F64,
    wind_mps: F64,
) -> None:
    """Add this second to each track's running means, if it was measured since the last."""
    speed = np.hypot(vel[:, 0], vel[:, 1]).tolist()
    air = np.hypot(vel[:, 0] - wind_mps[0], vel[:, 1] - wind_mps[1]).tolist()
    speed_var = (0.5 * (cov[:, 3, 3] + cov[:, 4, 4])).tolist()
    updated = tracks.updated_ns[rows].tolist()
    heights, height_vars = agl_m.tolist(), cov[:, 2, 2].tolist()
    looks = looks_at(tracks, rows)
    for i, (memory, updated_ns, v, v_air, v_var, height, height_var) in enumerate(
        zip(memories, updated, speed, air, speed_var, heights, height_vars, strict=True)
    ):
        if updated_ns <= memory.looked_ns:
            continue
        memory.looked_ns = updated_ns
        memory.looks = min(memory.looks + 1.0, LOOKS_MAX)
        gain = 1.0 / memory.looks
        memory.vel_mps += gain * (vel[i] - memory.vel_mps)
        memory.speed_mps += gain * (v - memory.speed_mps)
        memory.air_mps += gain * (v_air - memory.air_mps)
        memory.speed_var += gain * (v_var - memory.speed_var)
        memory.height_m = _mean(memory.height_m, height, gain)
        memory.height_var += gain * (height_var - memory.height_var)
        take_look(memory.path, looks[i], tracks.t_ns)


def _mean(mean: float, value: float, gain: float) -> float:
    """Move a mean towards a value; NaN on either side gives the other."""
    if math.isnan(mean):
        return value
    return mean if math.isnan(value) else mean + gain * (value - mean)


def _looks(memories: list[Memory]) -> tuple[Looks, F64]:
    """Gather what was seen of each track, and the descriptions of their flights."""
    inputs, flown_looks, table = flown([memory.path for memory in memories])
    seen = np.array(
        [
            (
                m.air_mps,
                math.hypot(m.vel_mps[0], m.vel_mps[1]),
                m.speed_var,
                m.height_m,
                m.height_var,
                m.rcs_dbsm,
                m.rcs_looks,
                m.rcs_square_db2,
                float(m.emits_looks >= EMITS_LOOKS_MIN),
            )
            for m in memories
        ],
        dtype=np.float64,
    ).reshape(-1, 9)
    looks = Looks(
        flown=inputs,
        flown_looks=flown_looks,
        drift_mps=seen[:, 0],
        ground_mps=seen[:, 1],
        speed_var=np.maximum(seen[:, 2], 0.0),
        height_m=seen[:, 3],
        height_sd_m=np.sqrt(np.maximum(seen[:, 4], 0.0)),
        rcs_dbsm=seen[:, 5],
        rcs_looks=seen[:, 6],
        rcs_sd_db=np.sqrt(np.maximum(seen[:, 7] - seen[:, 5] ** 2, 0.0)),
        emits=seen[:, 8],
    )
    return looks, table


def _votes(memory: Memory) -> F64:
    """Add up what sensors vote and find to move, in order of name; each VOTE_GAIN times at most."""
    if not memory.votes and not memory.moves:
        return _SAYS_NOTHING
    total = np.zeros(len(LABELS))
    for votes in (memory.votes, memory.moves):
        for sensor in sorted(votes):
            total += vote_log(votes[sensor])
    return total


def vote_log(vote: Vote) -> F64:
    """Say what one sensor's votes add for each class, in logarithms. Returns (classes,)."""
    return VOTE_GAIN * vote.looks / (vote.looks + 1.0) * vote.mean_log


def _claimed_kind(memory: Memory, now_ns: int) -> list[float] | F64:
    """Let a claim that own radars confirm speak for its kind of craft, and no other."""
    claim = memory.claim
    if claim is None or now_ns - claim.t_ns > CLAIM_LIFE_S * NS_PER_S:
        return _SAYS_NOTHING
    log = [0.0] * len(LABELS)
    trust = CLAIM_CLASS_LOG * agreement_ratio(memory.agreement, now_ns)
    if claim.icao24:
        for kind in IS_CREWED:
            log[kind] = trust
    elif claim.remote_id:
        log[MULTIROTOR] = trust
        for kind in IS_FIXED_WING:
            log[kind] = 0.5 * trust
    return log


def _note_courses(
    memories: list[Memory],
    ids: list[int],
    places: Places,
    pos: F64,
    vel: F64,
    reach_prob: dict[int, float],
) -> None:
    """Follow how steadily each track is on course for a defended asset."""
    on_course, nearest = courses(places, pos, vel)
    for i, memory in enumerate(memories):
        on = bool(on_course[i]) or reach_prob.get(ids[i], 0.0) >= REACH_COURSE_PROB
        memory.course_ratio += (float(on) - memory.course_ratio) / COURSE_LOOKS
        memory.course_asset = int(nearest[i]) if on_course[i] else -1


def courses(places: Places, pos_enu_m: F64, vel_enu_mps: F64) -> tuple[Bools, I64]:
    """Say which tracks are on course for a fixed defended asset, and for which (N,).

    On course: the angle between velocity and the asset's edge is under COURSE_OFF_RAD and it would
    be there within COURSE_HORIZON_S. Never below COURSE_SPEED_MIN_MPS: slow things have no course.
    """
    count = len(pos_enu_m)
    if len(places.asset_radius_m) == 0:
        return np.zeros(count, np.bool_), np.full(count, -1, np.int64)
    away = places.asset_enu_m[None] - pos_enu_m[:, None, :2]
    range_m = np.hypot(away[..., 0], away[..., 1])
    bearing = np.arctan2(away[..., 0], away[..., 1])
    heading = np.arctan2(vel_enu_mps[:, 0], vel_enu_mps[:, 1])[:, None]
    off_rad = np.abs((bearing - heading + np.pi) % (2.0 * np.pi) - np.pi)
    share = np.minimum(places.asset_radius_m[None] / np.maximum(range_m, 1.0), 1.0)
    speed_mps = np.hypot(vel_enu_mps[:, 0], vel_enu_mps[:, 1])[:, None]
    on = off_rad <= np.arcsin(share) + COURSE_OFF_RAD
    on |= range_m <= places.asset_radius_m[None]
    on &= range_m <= COURSE_HORIZON_S * speed_mps
    on &= speed_mps >= COURSE_SPEED_MIN_MPS
    nearest = np.where(on, range_m, np.inf).argmin(axis=1)
    return np.asarray(on.any(axis=1)), nearest.astype(np.int64)
