"""The tracks of a picture as columns: one array a quantity, as the live stream carries them.

In: the picture (site ENU, SI). Out: little-endian arrays in the order and types of
`views.COLUMNS`. Everything that is one value a track goes through C loops (numpy, `map`), because
5,000 tracks twenty times a second leave no room for a Python loop.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.model.enums import Identity, ObjectClass
from vedette.model.picture import AirPicture, IdentityRecord, Threat
from vedette.server.views import (
    COLUMNS,
    FLAG_ASSESSED,
    FLAG_DISMISSED,
    FLAG_HEIGHT_OBSERVED,
    STATUSES,
)

Columns = dict[str, NDArray[Any]]

IDENTITY_NUMBER = {identity: number for number, identity in enumerate(Identity)}
CLASS_NUMBER = {label: number for number, label in enumerate(ObjectClass)}
IDENTITIES = tuple(Identity)
CLASSES = tuple(ObjectClass)
_IDENTITY_WORDS = tuple(identity.value for identity in IDENTITIES)
_CLASS_WORDS = tuple(object_class.value for object_class in CLASSES)
# Reach probabilities nearer than this are the same to a person; then the sooner arrival is worse.
REACH_STEP = 0.05
ARRIVAL_SCALE_S = 100.0  # where the squeeze of arrival times is half way
THREAT_QUANTITIES = ("cpa_m", "cpa_s", "reach_prob")
ARRIVAL_QUANTITIES = ("arrival_s", "arrival_sigma_s")
# An arrival is told from this probability on: below what opens a warning by default (0.2) and below
# what keeps one open (0.8 of that), so that no warning has an earlier time than the track shows.
REACH_TOLD = 0.15
TOLD_OF_ZONE_RATIO = 0.75
ASSETS_MAX = 127  # threat_asset is an int8; an asset beyond that is sent as "none"


def told_prob(site: Site) -> float:
    """Say from what probability on a site tells an arrival: under what its zones warn at."""
    zones = [TOLD_OF_ZONE_RATIO * zone.reach_prob_possible for zone in site.zones]
    return min([REACH_TOLD, *zones])


def target_ids(asset_ids: Sequence[str], picture: AirPicture) -> list[str]:
    """List what tracks may threaten, in the order of its numbers: assets, then zones.

    Zones are those that stand with an area of their own, in the picture's order, as "zone:ID".
    """
    own = [zone for zone in picture.zones if zone.polygon and zone.change != "removed"]
    return [*asset_ids, *(f"zone:{zone.zone_id}" for zone in own)]


def track_columns(
    picture: AirPicture,
    frame: SiteFrame,
    asset_number: Mapping[str, int],
    told_prob: float = REACH_TOLD,
) -> tuple[Columns, list[str]]:
    """Make the columns and the labels of a picture's tracks.

    frame: the site's. asset_number: asset id -> index in the site file, in that order; zones with
    an area of their own have the numbers after them (`target_ids`). NaN where there is no
    threat. The worst asset is the one with the highest probability of being reached, in steps of
    0.05, and among these the one reached first. The arrival is the earliest at any asset whose
    probability is told_prob or more; where there is none, the worst asset's.
    """
    table, n = picture.tracks, picture.tracks.count
    state, cov = table.state_enu[:n], table.cov_enu[:n]
    lat_deg, lon_deg, hae_m = frame.geo_deg_from_enu(state[:, 0], state[:, 1], state[:, 2])
    columns: Columns = {
        "track_id": table.track_id[:n],
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
        "hae_m": hae_m,
        "cov_en_m2": cov[:, 0, 1],
        "existence_prob": table.existence_prob[:n],
        "status": table.status[:n],
        "age_s": (table.t_ns - table.updated_ns[:n]) / NS_PER_S,
    }
    for i, axis in enumerate(("east", "north", "up")):
        columns[f"{axis}_m"] = state[:, i]
        columns[f"v_{axis}_mps"] = state[:, 3 + i]
        columns[f"sigma_{axis}_m"] = np.sqrt(np.maximum(cov[:, i, i], 0.0))
    labels = _identity_columns(columns, picture.identities, table.track_id[:n].tolist())
    columns["flags"] |= table.height_observed[:n].astype(np.uint8) * FLAG_HEIGHT_OBSERVED
    number = asset_number
    if picture.zones:
        ids = target_ids(list(asset_number), picture)
        number = {target_id: i for i, target_id in enumerate(ids)}
    _threat_columns(columns, picture.threats, table.track_id[:n], number, told_prob)
    return {name: columns[name].astype(kind) for name, kind in COLUMNS}, labels


def packed_tracks(columns: Columns, labels: list[str]) -> dict[str, Any]:
    """Make the "tracks" map of a stream message: count, one binary a column, labels."""
    packed: dict[str, Any] = {"count": len(labels)}
    for name, column in columns.items():
        packed[name] = column.tobytes()
    packed["labels"] = labels
    return packed


def track_rows(
    columns: Columns, labels: list[str], target_ids: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield each track as a TrackView's fields: words for numbers, None for NaN.

    target_ids: of the function of that name.
    """
    values = {name: _without_nan(column) for name, column in columns.items()}
    names = [name for name, _ in COLUMNS if name != "flags"]
    for i, label in enumerate(labels):
        row = {name: values[name][i] for name in names}
        flags = int(values["flags"][i])
        row["status"] = STATUSES[row["status"]]
        row["identity"] = _IDENTITY_WORDS[row["identity"]]
        row["object_class"] = _CLASS_WORDS[row["object_class"]]
        for name in ("threat_asset", "arrival_asset"):
            row[name] = target_ids[row[name]] if row[name] >= 0 else None
        row["assessed"] = bool(flags & FLAG_ASSESSED)
        row["dismissed"] = bool(flags & FLAG_DISMISSED)
        row["height_observed"] = bool(flags & FLAG_HEIGHT_OBSERVED)
        row["label"] = label
        yield row


def _without_nan(column: NDArray[Any]) -> list[Any]:
    values: list[Any] = column.tolist()
    if column.dtype.kind == "f" and not np.isfinite(column).all():
        return [v if ok else None for v, ok in zip(values, np.isfinite(column), strict=True)]
    return values


def _identity_columns(
    columns: Columns, identities: Mapping[int, IdentityRecord], track_ids: list[int]
) -> list[str]:
    """Fill identity, object_class, class_prob and flags; give the labels.

    A track without a record yet is PENDING and OTHER.
    """
    n = len(track_ids)
    unknown = IdentityRecord(track_id=0)
    records = [identities.get(track_id, unknown) for track_id in track_ids]
    what = [r.object_class for r in records]
    probs = [r.class_prob.get(label, 0.0) for r, label in zip(records, what, strict=True)]
    assessed = np.fromiter([r.assessed_by is not None for r in records], np.bool_, n)
    dismissed = np.fromiter([r.dismissed_by is not None for r in records], np.bool_, n)
    columns["identity"] = np.fromiter([IDENTITY_NUMBER[r.identity] for r in records], np.uint8, n)
    columns["object_class"] = np.fromiter([CLASS_NUMBER[label] for label in what], np.uint8, n)
    columns["class_prob"] = np.fromiter(probs, np.float32, n)
    columns["flags"] = assessed * np.uint8(FLAG_ASSESSED) | dismissed * np.uint8(FLAG_DISMISSED)
    return [r.label for r in records]


def _threat_columns(
    columns: Columns,
    threats: Sequence[Threat],
    track_ids: NDArray[np.int64],
    asset_number: Mapping[str, int],
    told_prob: float,
) -> None:
    """Fill the threat of each track; NaN and -1 where nothing is threatened."""
    n = track_ids.size
    for name in THREAT_QUANTITIES + ARRIVAL_QUANTITIES:
        columns[name] = np.full(n, np.nan)
    for name in ("threat_asset", "arrival_asset"):
        columns[name] = np.full(n, -1, np.int8)
    rows, worst, soonest = _gravest(threats, track_ids, told_prob)
    for names, asset, told in (
        (THREAT_QUANTITIES, "threat_asset", worst),
        (ARRIVAL_QUANTITIES, "arrival_asset", soonest),
    ):
        k = len(told)
        for name in names:
            columns[name][rows] = np.fromiter([getattr(t, name) for t in told], np.float64, k)
        number = np.fromiter([asset_number.get(_target(t), -1) for t in told], np.int64, k)
        columns[asset][rows] = np.where(number <= ASSETS_MAX, number, -1)


def _target(threat: Threat) -> str:
    return f"zone:{threat.zone_id}" if threat.zone_id else threat.asset_id


def _gravest(
    threats: Sequence[Threat], track_ids: NDArray[np.int64], told_prob: float
) -> tuple[NDArray[np.int64], list[Threat], list[Threat]]:
    """Give the rows that have a threat, each one's worst, and each one's soonest worth telling."""
    m = len(threats)
    if m == 0 or track_ids.size == 0:
        return np.zeros(0, np.int64), [], []
    ids = np.fromiter([t.track_id for t in threats], np.int64, m)
    reach = np.fromiter([t.reach_prob for t in threats], np.float64, m)
    arrival = np.fromiter([t.arrival_s for t in threats], np.float64, m)
    order = _by_track(ids)
    ids, reach, arrival = ids[order], reach[order], arrival[order]
    # One number to sort by: whole steps of reach, then an arrival squeezed below one step.
    badness = np.round(reach / REACH_STEP) - arrival / (arrival + ARRIVAL_SCALE_S) * 0.5
    badness = np.nan_to_num(badness, nan=-1.0)
    starts = np.flatnonzero(np.concatenate(([True], ids[1:] != ids[:-1])))
    worst = _first_of_most(badness, starts)
    earliness = np.where(reach >= told_prob, -np.nan_to_num(arrival, nan=np.inf), -np.inf)
    soonest = _first_of_most(earliness, starts)
    soonest = np.where(np.isfinite(earliness[soonest]), soonest, worst)
    rows = np.minimum(np.searchsorted(track_ids, ids[worst]), track_ids.size - 1)
    known = track_ids[rows] == ids[worst]
    return (
        rows[known],
        [threats[i] for i in order[worst[known]].tolist()],
        [threats[i] for i in order[soonest[known]].tolist()],
    )


def _first_of_most(value: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give, for each run of values that begins at a start, the index of its first largest."""
    most = np.maximum.reduceat(value, starts)
    group = np.repeat(np.arange(starts.size), np.diff(starts, append=value.size))
    hits = np.flatnonzero(value == most[group])
    return hits[np.concatenate(([True], group[hits][1:] != group[hits][:-1]))]


def _by_track(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the order that brings each track's threats together; usually they are already."""
    if bool((ids[1:] >= ids[:-1]).all()):
        return np.arange(ids.size)
    return np.argsort(ids, kind="stable")
