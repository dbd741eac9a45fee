"""One step of stage threat: what each track can reach, when, and how probably.

In: tracks, who and what they are, reports (of assets that move). Out: one `Threat` per track and
asset (or zone with its own area) that matters, in order of track and asset. Friends and neutrals
have none: nobody counts down the seconds to their own aircraft. Who is not known has: unknown is
not hostile, but it is coming.
"""

from collections.abc import Sequence
from operator import itemgetter

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.threats import STRAIGHT_HEADING_RATIO, threats
from vedette.model.enums import Identity
from vedette.model.measurements import F64, I64
from vedette.model.picture import IdentityRecord, Threat
from vedette.model.reports import Report
from vedette.model.tracks import TrackTable
from vedette.threat.assets import ThreatState, follow, positions
from vedette.threat.reach import LABELS, traits

NO_THREAT = (Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL)
FRESH_S, SEEN_S = 8.0, 20.0
_ALL_CLASSES = itemgetter(*LABELS)


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
    centre_m, velocity_mps = positions(state, now_ns)
    track, asset, columns = threats(
        rows,
        tracks.state_enu,
        tracks.cov_enu,
        tracks.height_observed,
        np.column_stack([_traits(records, state.places), held(tracks, rows)]),
        centre_m,
        velocity_mps,
        state.radius_m,
        state.half_height_m,
        state.corners_m,
        state.corner_count,
        state.horizon_s,
        state.reach_floor_prob,
    )
    ids = tracks.track_id[rows].tolist()
    return _write(state, ids, records, track.tolist(), asset.tolist(), columns.T.tolist())


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


def held(tracks: TrackTable, rows: I64) -> F64:
    """Say how much of the heading's spread that the filter states is a straight flier's, (N,).

    All of it in the first seconds: what links the plots of three birds has no course to hold. The
    kernel's ratio once a track has been seen for SEEN_S.
    """
    age_s = (tracks.t_ns - tracks.started_ns[rows]) / NS_PER_S
    share = np.clip((age_s - FRESH_S) / (SEEN_S - FRESH_S), 0.0, 1.0)
    return np.asarray(1.0 - (1.0 - STRAIGHT_HEADING_RATIO) * share)


def _traits(records: list[IdentityRecord | None], places: int) -> F64:
    even = (1.0 / len(LABELS),) * len(LABELS)
    table = [
        _ALL_CLASSES(r.class_prob) if r is not None and len(r.class_prob) == len(LABELS) else even
        for r in records
    ]
    identities = [Identity.UNKNOWN if r is None else r.identity for r in records]
    return traits(np.array(table, dtype=np.float64), identities, places)


def _write(
    state: ThreatState,
    ids: list[int],
    records: list[IdentityRecord | None],
    tracks: list[int],
    assets: list[int],
    columns: list[list[float]],
) -> list[Threat]:
    """Turn the pairs found into structs, leaving out an asset's own track.

    columns: one list a quantity of `kernels.threats`; a list a pair would be collected as garbage.
    """
    found: list[Threat] = []
    asset_ids, names, feed_ids = state.asset_ids, state.names, state.feed_ids
    zone_ids = state.zone_ids
    labels = ["" if record is None else record.label for record in records]
    classes = ["other" if record is None else record.object_class for record in records]
    for (
        track, asset, range_m, closing_mps, cpa_m, cpa_s, arrival_s, sigma_s, straight_s, detour,
        prob, bearing_rad, off_rad, speed_mps, edge_m,
    ) in zip(tracks, assets, *columns, strict=True):  # fmt: skip
        label = labels[track]
        if label and label == feed_ids[asset]:
            continue
        found.append(
            Threat(
                track_id=ids[track],
                asset_id=asset_ids[asset],
                range_m=range_m,
                closing_mps=closing_mps,
                cpa_m=cpa_m,
                cpa_s=cpa_s,
                arrival_s=arrival_s,
                arrival_sigma_s=sigma_s,
                reach_prob=prob,
                straight_sigma_s=straight_s,
                detour_prob=detour,
                bearing_rad=bearing_rad,
                off_rad=off_rad,
                speed_mps=speed_mps,
                edge_m=edge_m,
                asset_name=names[asset],
                object_class=classes[track],
                zone_id=zone_ids[asset],
            )
        )
    return found
