"""One step of stage threat: what each track can reach, when, and how probably.

In: tracks, who and what they are, reports (of assets that move). Out: one `Threat` per track and
asset that matters, in order of track and asset. Friends and neutrals have none: nobody counts down
the seconds to their own aircraft. Who is not known has: unknown is not hostile, but it is coming.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from vedette.base.names import class_words, distance_words
from vedette.model.enums import Identity
from vedette.model.measurements import F64, I64
from vedette.model.picture import IdentityRecord, Threat
from vedette.model.reports import Report
from vedette.model.tracks import TrackTable
from vedette.threat.assets import ThreatState, follow, positions
from vedette.threat.reach import (
    LABELS,
    SPEED_MIN_MPS,
    Movers,
    blend,
    circle_view,
    comes_down,
    course_sigma_rad,
    meets,
    polygon_view,
    speed_sigma_mps,
)

NO_THREAT = (Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL)
_ALL_CLASSES = itemgetter(*LABELS)
MOVING_MPS = 1.0  # slower is hovering: it has no course and no arrival, unless it is there


@dataclass(slots=True)
class Pairs:
    """Tracks against assets, one row a pair worth a look. All (P,).

    track, asset: rows. east_m, north_m, range_m: from the track to the asset's centre; speed_mps
    and course_rad: of the track as the asset sees it. edge_m, low_rad, high_rad: to the nearest
    edge, and the angles the asset fills off the course. above_m: of the track over the asset's top,
    less the doubt in its height. reach_prob: the answer.
    """

    track: I64
    asset: I64
    east_m: F64
    north_m: F64
    range_m: F64
    speed_mps: F64
    course_rad: F64
    edge_m: F64
    low_rad: F64
    high_rad: F64
    above_m: F64
    reach_prob: F64


def advance(
    state: ThreatState,
    tracks: TrackTable,
    identities: dict[int, IdentityRecord],
    reports: Sequence[Report],
    now_ns: int,
) -> list[Threat]:
    """Say what each track can do to each defended asset at now_ns.

    tracks: at now_ns. identities: by track_id; a track without one is taken as not known. reports:
    the step's, for assets that move. Returns threats ordered by track and asset, without those of
    friends and neutrals, those too far off, and those below the floor.
    """
    follow(state, reports)
    rows, records = _worth_watching(tracks, identities)
    if len(rows) == 0 or len(state.asset_ids) == 0:
        return []
    movers = _movers(tracks, rows, records)
    centre_m, velocity_mps = positions(state, now_ns)
    pairs = _pairs(state, movers, centre_m, velocity_mps)
    if len(pairs.track) == 0:
        return []
    return _tell(state, movers, records, pairs, velocity_mps, centre_m)


def _worth_watching(
    tracks: TrackTable, identities: dict[int, IdentityRecord]
) -> tuple[I64, list[IdentityRecord | None]]:
    """List the rows of tracks that are neither friends nor neutral, with their records."""
    rows: list[int] = []
    records: list[IdentityRecord | None] = []
    for row, track_id in enumerate(tracks.track_id[: tracks.count].tolist()):
        record = identities.get(track_id)
        if record is None or record.identity not in NO_THREAT:
            rows.append(row)
            records.append(record)
    return np.array(rows, dtype=np.int64), records


def _movers(tracks: TrackTable, rows: I64, records: list[IdentityRecord | None]) -> Movers:
    even = (1.0 / len(LABELS),) * len(LABELS)
    table = [
        _ALL_CLASSES(r.class_prob) if r is not None and len(r.class_prob) == len(LABELS) else even
        for r in records
    ]
    identities = [Identity.UNKNOWN if r is None else r.identity for r in records]
    course, matters, height_half, aims = blend(np.array(table, dtype=np.float64), identities)
    cov = tracks.cov_enu[rows]
    up_sigma_m = np.sqrt(np.maximum(cov[:, 2, 2], 0.0))
    return Movers(
        track_id=tracks.track_id[rows],
        pos_m=tracks.state_enu[rows, :3],
        vel_mps=tracks.state_enu[rows, 3:],
        cov=cov,
        up_sigma_m=np.where(tracks.height_observed[rows] > 0, up_sigma_m, np.inf),
        course_sigma_rad=course,
        matters=matters,
        height_half_m=height_half,
        aims=aims,
    )


def _pairs(state: ThreatState, movers: Movers, centre_m: F64, velocity_mps: F64) -> Pairs:
    """Choose the pairs in reach and look from each track at its asset, taken as a circle."""
    east = centre_m[None, :, 0] - movers.pos_m[:, None, 0]
    north = centre_m[None, :, 1] - movers.pos_m[:, None, 1]
    # Where no asset moves, one column of velocities serves them all.
    drift = velocity_mps if velocity_mps.any() else velocity_mps[:1]
    v_east = movers.vel_mps[:, None, 0] - drift[None, :, 0]
    v_north = movers.vel_mps[:, None, 1] - drift[None, :, 1]
    speed2 = v_east**2 + v_north**2
    reach_m = np.sqrt(speed2) * state.horizon_s * (speed2 >= MOVING_MPS**2)
    near = east**2 + north**2 <= (reach_m + state.radius_m[None]) ** 2
    track, asset = np.nonzero(near)
    east_m, north_m = east[track, asset], north[track, asset]
    range_m = np.hypot(east_m, north_m)
    column = asset if v_east.shape[1] > 1 else np.zeros_like(asset)
    course = np.arctan2(v_east, v_north)[track, column]
    off = (np.arctan2(east_m, north_m) - course + np.pi) % (2.0 * np.pi) - np.pi
    edge_m, low, high = circle_view(range_m, state.radius_m[asset], off)
    top_m = centre_m[:, 2] + state.half_height_m
    above_m = movers.pos_m[track, 2] - top_m[asset] - movers.up_sigma_m[track]
    return Pairs(
        track=track,
        asset=asset,
        east_m=east_m,
        north_m=north_m,
        range_m=range_m,
        speed_mps=np.sqrt(speed2)[track, column],
        course_rad=course,
        edge_m=edge_m,
        low_rad=low,
        high_rad=high,
        above_m=np.maximum(above_m, 0.0),
        reach_prob=np.zeros(len(track)),
    )


def _keep(pairs: Pairs, rows: I64) -> Pairs:
    if len(rows) == len(pairs.track):
        return pairs
    return Pairs(*[getattr(pairs, name)[rows] for name in Pairs.__slots__])


def _judge(state: ThreatState, movers: Movers, sigma_rad: F64, pairs: Pairs) -> Pairs:
    """Work out the probability of every pair and keep those that reach the floor."""
    track = pairs.track
    reach = meets(pairs.low_rad, pairs.high_rad, sigma_rad[track], movers.aims[track])
    reach *= comes_down(pairs.above_m, movers.height_half_m[track]) * movers.matters[track]
    pairs.reach_prob = reach
    return _keep(pairs, (reach >= state.reach_floor_prob).nonzero()[0])


def _shape(state: ThreatState, pairs: Pairs) -> bool:
    """Look again at the polygons among the pairs, by their true outline. Says if there were any.

    A polygon lies in its circle, so what the circle already ruled out stays out.
    """
    rows = (state.corner_count[pairs.asset] > 0).nonzero()[0]
    if len(rows) == 0:
        return False
    which = pairs.asset[rows]
    offset = np.stack([pairs.east_m[rows], pairs.north_m[rows]], axis=-1)
    corners, count = state.corners_m[which], state.corner_count[which]
    view = polygon_view(offset, corners, pairs.course_rad[rows], count)
    pairs.edge_m[rows], pairs.low_rad[rows], pairs.high_rad[rows] = view
    return True


def _tell(
    state: ThreatState,
    movers: Movers,
    records: list[IdentityRecord | None],
    pairs: Pairs,
    velocity_mps: F64,
    centre_m: F64,
) -> list[Threat]:
    """Work out every pair and write down those that matter."""
    ground_mps = np.hypot(movers.vel_mps[:, 0], movers.vel_mps[:, 1])
    sigma_rad = course_sigma_rad(movers, ground_mps)
    pairs = _judge(state, movers, sigma_rad, pairs)
    if _shape(state, pairs):
        pairs = _judge(state, movers, sigma_rad, pairs)
    arrival_s, arrival_sigma_s = _arrivals(movers, pairs, velocity_mps, ground_mps)
    rows = (arrival_s <= state.horizon_s).nonzero()[0]
    if len(rows) < len(arrival_s):
        arrival_s, arrival_sigma_s = arrival_s[rows], arrival_sigma_s[rows]
    pairs = _keep(pairs, rows)
    closing_mps, cpa_m, cpa_s = _approach(movers, pairs, centre_m, velocity_mps)
    towards = np.arctan2(pairs.east_m, pairs.north_m)
    off = np.abs((towards - pairs.course_rad + np.pi) % (2.0 * np.pi) - np.pi)
    columns = (
        pairs.track,
        pairs.asset,
        pairs.range_m,
        closing_mps,
        cpa_m,
        cpa_s,
        arrival_s,
        arrival_sigma_s,
        pairs.reach_prob,
        (towards + np.pi) % (2.0 * np.pi),
        np.rint(100.0 * pairs.reach_prob).astype(np.int64),
        np.rint(arrival_s).astype(np.int64),
        np.rint(np.degrees(off)).astype(np.int64),
        np.rint(pairs.speed_mps).astype(np.int64),
        pairs.edge_m <= 0.0,
    )
    return _write(state, movers, records, [column.tolist() for column in columns])


def _arrivals(movers: Movers, pairs: Pairs, velocity_mps: F64, ground_mps: F64) -> tuple[F64, F64]:
    """Say when each track could be at the asset's edge if it turned to it now: mean and sigma.

    Slant distance to the edge over speed; what moves towards the track comes nearer, what flees
    gains time. sigma: of the place along the line of sight and of the speed, to first order.
    """
    track, asset = pairs.track, pairs.asset
    safe_m = np.maximum(pairs.range_m, 1e-6)
    east, north = pairs.east_m / safe_m, pairs.north_m / safe_m
    fleeing_mps = east * velocity_mps[asset, 0] + north * velocity_mps[asset, 1]
    speed_mps = np.sqrt((movers.vel_mps**2).sum(axis=1))[track]
    nearing_mps = np.maximum(speed_mps - fleeing_mps, SPEED_MIN_MPS)
    way_m = np.hypot(pairs.edge_m, pairs.above_m)
    arrival_s = way_m / nearing_mps
    cov = movers.cov[track]
    place_var = east**2 * cov[:, 0, 0] + 2.0 * east * north * cov[:, 0, 1] + north**2 * cov[:, 1, 1]
    speed_sigma = speed_sigma_mps(movers, ground_mps)[track]
    sigma_s = np.sqrt(np.maximum(place_var, 0.0) + (arrival_s * speed_sigma) ** 2) / nearing_mps
    return arrival_s, sigma_s


def _approach(
    movers: Movers, pairs: Pairs, centre_m: F64, velocity_mps: F64
) -> tuple[F64, F64, F64]:
    """Say how fast each pair closes, and when and how near it passes if nothing turns.

    Minimises |r + v t| over t >= 0, hence t = max(0, -r.v / v.v); 0 s where receding or still.
    closing_mps: over the ground, positive nearing.
    """
    track, asset = pairs.track, pairs.asset
    place = movers.pos_m[track] - centre_m[asset]
    velocity = movers.vel_mps[track] - velocity_mps[asset]
    speed2 = np.maximum((velocity**2).sum(axis=1), 1e-9)
    cpa_s = np.maximum(-(place * velocity).sum(axis=1) / speed2, 0.0)
    nearest = place + velocity * cpa_s[:, None]
    cpa_m = np.sqrt((nearest**2).sum(axis=1))
    ground_m = np.maximum(pairs.range_m, 1e-6)
    closing = -(place[:, :2] * velocity[:, :2]).sum(axis=1) / ground_m
    return closing, cpa_m, cpa_s


def _write(
    state: ThreatState,
    movers: Movers,
    records: list[IdentityRecord | None],
    columns: list[list[Any]],
) -> list[Threat]:
    """Turn the kept rows into structs, leaving out an asset's own track."""
    ids = movers.track_id.tolist()
    kinds = [class_words("other" if r is None else r.object_class) for r in records]
    labels = ["" if r is None else r.label for r in records]
    threats: list[Threat] = []
    for track, asset, range_m, closing, cpa_m, cpa_s, arrival, sigma, prob, bearing, *rest in zip(
        *columns, strict=True
    ):
        if labels[track] and labels[track] == state.feed_ids[asset]:
            continue
        share, seconds, off_deg, speed_mps, over = rest
        kind, name = kinds[track], state.names[asset]
        if over:
            reason = f"{kind} over {name} now, {share} % likely to come down on it"
        else:
            reason = (
                f"{kind}, {distance_words(range_m)} from {name}, {off_deg} degrees off it at"
                f" {speed_mps} m/s: can be there in {seconds} s,"
                f" {share} % likely to reach it"
            )
        threat = Threat(
            track_id=ids[track],
            asset_id=state.asset_ids[asset],
            range_m=range_m,
            closing_mps=closing,
            cpa_m=cpa_m,
            cpa_s=cpa_s,
            arrival_s=arrival,
            arrival_sigma_s=sigma,
            reach_prob=prob,
            reason=reason,
            bearing_rad=bearing,
        )
        threats.append(threat)
    return threats
