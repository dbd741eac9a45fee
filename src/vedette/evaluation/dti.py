"""Detection, tracking and identification of drones, as tests of counter-drone systems count them.

In: a `Run`. Out: `Dti`. The measures are those that CEN CWA 18150:2024 (COURAGEOUS) asks for; where
it leaves a rule to the tester, the rule is a constant here. Every drone counts, friend or foe.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.alignment import interpolate
from vedette.evaluation.exact import clopper_pearson
from vedette.evaluation.matching import MATCH_MAX_M
from vedette.evaluation.pairs import Pairs
from vedette.evaluation.run import Detections, Run
from vedette.model import kinds
from vedette.model.kinds import coarse_label
from vedette.outputs.parquet import TrackRows

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
UAV = "UAV"  # the word of the exchange format, for a system that tells no finer
OTHER = "Other"
DRONES = (*(kind.value for kind in kinds.DRONES), UAV)
ACCUSED = ("SUSPECT", "HOSTILE")
TRACKED_S = 5.0  # held this long without a break, a drone is tracked; before, it is detected
SPEED_MIN_MPS = 5.0  # below it, how far a picture is behind says nothing about how late it is
DIRECTION_MAX_RAD = np.deg2rad(5.0)  # a bearing this near to a drone's is of the drone
NONE_NS = np.zeros(0, np.int64)
RANGE_BIN_M = 1_000.0
BINS_MAX = 100
S_PER_NS = 1e-9
S_PER_HOUR = 3600.0


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Half of the values lie below q50, 95 % below q95 (linear between values). None: no value."""

    count: int
    q50: float | None
    q95: float | None


class Drone(msgspec.Struct, frozen=True, kw_only=True):
    """One drone. Times in seconds since it could first be seen; None: never. tracks: on it."""

    object_id: str
    detect_s: float | None
    track_s: float | None
    identify_s: float | None
    alarm_s: float | None
    first_alarm_range_m: float | None
    tracks: int


class RangeBin(msgspec.Struct, frozen=True, kw_only=True):
    """How often drones at this ground range were held, and were told to be drones."""

    from_m: float
    to_m: float
    instants: int
    held_prob: float
    alarm_prob: float


class Dti(msgspec.Struct, frozen=True, kw_only=True):
    """Detection, tracking, identification over a run.

    drones, alarmed: how many there were and for how many an alarm was raised; alarm_prob with its
    exact 95 % interval. An alarm: the picture says drone, SUSPECT or HOSTILE. false_alarms: tracks
    with an alarm that were on no drone. fragments_mean: tracks a detected drone, best 1.
    latency_s: how long ago each drone was where its track says, along its way. class_table: true
    class, then what it was told to be, in instants. Ranges are over ground from the site's
    reference, or from the system that was tested.
    """

    drones: int
    alarmed: int
    alarm_prob: float | None
    alarm_low_prob: float | None
    alarm_high_prob: float | None
    first_alarm_range_m: Spread
    first_alarm_range_min_m: float | None
    time_to_detect_s: Spread
    time_to_track_s: Spread
    time_to_identify_s: Spread
    false_alarms: int
    false_alarms_per_h: float | None
    fragments_mean: float | None
    error_2d_m: Spread
    error_3d_m: Spread
    latency_s: Spread
    class_right_ratio: float | None
    class_table: dict[str, dict[str, int]]
    by_drone: list[Drone]
    by_range: list[RangeBin]


def declared(tracks: TrackRows) -> Bools:
    """Say which rows are an alarm: the picture calls them a drone, SUSPECT or HOSTILE. (N,)."""
    rows = zip(tracks.object_class, tracks.identity, strict=True)
    return np.array([kind in DRONES or who in ACCUSED for kind, who in rows], np.bool_)


def class_is_right(true: str, told: str) -> bool:
    """Say whether a told class is the true one or of its kind, or the exchange format's word."""
    return coarse_label(told) == coarse_label(true) or told == (UAV if true in DRONES else OTHER)


def dti(run: Run) -> Dti:
    """Measure detection, tracking and identification.

    Alarms are the run's own or what `declared` says. Pairs are `Run.near`: a detection far off in
    height is a detection.
    """
    alarm = declared(run.tracks) if run.alarm is None else run.alarm
    told = _told(run, run.near, alarm)
    drones = [k for k, name in enumerate(run.truth.classes) if name in DRONES]
    found = [_drone(run, told, k) for k in drones]
    alarms = [drone for drone in found if drone.alarm_s is not None]
    low, high = clopper_pearson(len(alarms), len(found))
    ranges = [d.first_alarm_range_m for d in alarms if d.first_alarm_range_m is not None]
    false = _false_alarms(run, told, alarm)
    hours = _duration_s(run) / S_PER_HOUR
    fragments = [drone.tracks for drone in found if drone.tracks]
    table, right = _class_table(run, told)
    return Dti(
        drones=len(found),
        alarmed=len(alarms),
        alarm_prob=len(alarms) / len(found) if found else None,
        alarm_low_prob=low if found else None,
        alarm_high_prob=high if found else None,
        first_alarm_range_m=spread(ranges),
        first_alarm_range_min_m=min(ranges, default=None),
        time_to_detect_s=spread([d.detect_s for d in found]),
        time_to_track_s=spread([d.track_s for d in found]),
        time_to_identify_s=spread([d.identify_s for d in found]),
        false_alarms=false,
        false_alarms_per_h=false / hours if hours else None,
        fragments_mean=float(np.mean(fragments)) if fragments else None,
        **_errors(run, told, drones),
        class_right_ratio=right,
        class_table=table,
        by_drone=found,
        by_range=_by_range(run, told, drones),
    )


def _duration_s(run: Run) -> float:
    """Measure from the first to the last instant."""
    instants_ns = run.aligned.instants_ns
    return float(instants_ns[-1] - instants_ns[0]) * S_PER_NS if len(instants_ns) else 0.0


def spread(values: list[float] | list[float | None] | F64) -> Spread:
    """Give the 50 and 95 % points of values; None among them are left out."""
    known = np.array([value for value in values if value is not None], np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return Spread(count=0, q50=None, q95=None)
    q50, q95 = np.quantile(known, (0.5, 0.95))
    return Spread(count=len(known), q50=float(q50), q95=float(q95))


@dataclass(slots=True)
class _Told:
    """What the picture said of each object: (O, T). row: of the tracks, -1 where it had none."""

    row: I64
    alarm: Bools
    right: Bools


def _told(run: Run, pairs: Pairs, alarm: Bools) -> _Told:
    """Lay the pairs out by object and instant."""
    row = np.full(run.aligned.present.shape, -1, np.int64)
    row[pairs.object_index, pairs.instant] = pairs.row
    alarmed, right = np.zeros_like(run.aligned.present), np.zeros_like(run.aligned.present)
    alarmed[pairs.object_index, pairs.instant] = alarm[pairs.row]
    right[pairs.object_index, pairs.instant] = [
        class_is_right(run.truth.classes[k], run.tracks.object_class[row_k])
        for k, row_k in zip(pairs.object_index.tolist(), pairs.row.tolist(), strict=True)
    ]
    return _Told(row, alarmed, right)


def _drone(run: Run, told: _Told, number: int) -> Drone:
    """Measure one drone's times from when it could first be seen."""
    aligned = run.aligned
    held = told.row[number] >= 0
    begin_ns = _seen_from_ns(run, number, held)
    since_s: F64 = np.asarray(aligned.instants_ns - begin_ns, np.float64) * S_PER_NS
    loose = _loose_detections(run, number)

    def first(what: Bools, also_ns: I64 = NONE_NS) -> float | None:
        times = np.append(since_s[what], (also_ns - begin_ns) * S_PER_NS)
        return float(times.min()) if len(times) else None

    alarm_s = first(told.alarm[number], loose.t_ns[loose.alarm])
    return Drone(
        object_id=run.truth.object_ids[number],
        detect_s=first(held, loose.t_ns),
        track_s=first(_held_for(held, since_s, TRACKED_S)),
        identify_s=first(told.right[number]),
        alarm_s=alarm_s,
        first_alarm_range_m=_range_m(run, number, begin_ns, alarm_s),
        tracks=len(np.unique(run.tracks.track_id[told.row[number][held]])),
    )


def _seen_from_ns(run: Run, number: int, held: Bools) -> int:
    """Give when an object could first be seen: where that is its first instant, when it began."""
    could = np.flatnonzero(run.aligned.required[number] | held)
    first = np.flatnonzero(run.aligned.present[number])
    if not len(could) or could[0] == first[0]:
        return int(run.truth.t_ns[np.searchsorted(run.truth.object_index, number)])
    return int(run.aligned.instants_ns[could[0]])


def _path(run: Run, number: int, t_ns: I64) -> F64:
    """Give where an object is from the run's centre, on the ground: (N, 2), NaN where it is not."""
    mine = slice(*np.searchsorted(run.truth.object_index, (number, number + 1)))
    state = interpolate(run.truth.t_ns[mine], run.truth.state_enu[mine], t_ns)
    return np.asarray(state[:, :2] - np.array(run.centre_enu_m[:2]))


def _range_m(run: Run, number: int, begin_ns: int, after_s: float | None) -> float | None:
    """Give how far away an object is `after_s` after `begin_ns`."""
    if after_s is None:
        return None
    at = _path(run, number, np.array([begin_ns + round(after_s / S_PER_NS)], np.int64))[0]
    return float(np.hypot(*at))


def _loose_detections(run: Run, number: int) -> Detections:
    """Find the detections outside tracks that were of this object: near it, or in its direction."""
    all_of = run.detections
    path = _path(run, number, all_of.t_ns)
    east, north = (run.centre_enu_m[k] + path[:, k] for k in (0, 1))
    near = np.hypot(all_of.east_m - east, all_of.north_m - north) < MATCH_MAX_M
    off = all_of.azimuth_rad - np.arctan2(path[:, 0], path[:, 1])
    near |= np.abs((off + np.pi) % (2.0 * np.pi) - np.pi) < DIRECTION_MAX_RAD
    return Detections(
        all_of.t_ns[near],
        all_of.east_m[near],
        all_of.north_m[near],
        all_of.azimuth_rad[near],
        all_of.alarm[near],
    )


def _held_for(held: Bools, since_s: F64, duration_s: float) -> Bools:
    """Say at which instants something has been held for at least `duration_s` without a break."""
    begun_s = np.where(held & ~np.append(False, held[:-1]), since_s, -np.inf)
    return held & (since_s - np.maximum.accumulate(begun_s) >= duration_s)


def _false_alarms(run: Run, told: _Told, alarm: Bools) -> int:
    """Count tracks that raised an alarm and were on no drone for most of their time on anything."""
    tracks = run.tracks
    inside = np.zeros(len(tracks.t_ns), np.bool_)
    for begin, end in run.aligned.rows.T:
        inside[begin:end] = True
    on_drone: dict[int, int] = {}
    for k, name in enumerate(run.truth.classes):
        for track in tracks.track_id[told.row[k][told.row[k] >= 0]].tolist():
            on_drone[track] = on_drone.get(track, 0) + (1 if name in DRONES else -1)
    alarmed = np.unique(tracks.track_id[alarm & inside]).tolist()
    return sum(on_drone.get(track, 0) <= 0 for track in alarmed)


def _errors(run: Run, told: _Told, drones: list[int]) -> dict[str, Spread]:
    """Measure how far, and how late, the tracks on drones are."""
    of_drone = np.zeros(len(told.row), np.bool_)
    of_drone[drones] = True
    objects, instants = np.nonzero((told.row >= 0) & of_drone[:, None])
    truth = run.aligned.truth_enu[objects, instants]
    behind_m = truth[:, :3] - run.tracks.state_enu[told.row[objects, instants], :3]
    velocity = truth[:, 3:]
    square = np.sum(velocity**2, axis=1)
    moving = square > SPEED_MIN_MPS**2
    late_s = np.nansum(behind_m * velocity, axis=1)[moving] / square[moving]
    return {
        "error_2d_m": spread(np.hypot(behind_m[:, 0], behind_m[:, 1])),
        "error_3d_m": spread(np.linalg.norm(behind_m, axis=1)),
        "latency_s": spread(late_s),
    }


def _class_table(run: Run, told: _Told) -> tuple[dict[str, dict[str, int]], float | None]:
    """Count what each class was told to be, and the share that was right."""
    table: dict[str, dict[str, int]] = {}
    for k, true in enumerate(run.truth.classes):
        counts = table.setdefault(true, {})
        for row in told.row[k][told.row[k] >= 0].tolist():
            word = run.tracks.object_class[row]
            counts[word] = counts.get(word, 0) + 1
    held = int((told.row >= 0).sum())
    return dict(sorted(table.items())), float(told.right.sum() / held) if held else None


def _by_range(run: Run, told: _Told, drones: list[int]) -> list[RangeBin]:
    """Count how often drones were held and told, by their range."""
    objects = np.array(drones, np.int64)
    there = run.aligned.present[objects]
    place_m = run.aligned.truth_enu[objects, :, :2] - np.array(run.centre_enu_m[:2])
    range_m = np.hypot(place_m[..., 0], place_m[..., 1])[there]
    held, alarm = (told.row[objects] >= 0)[there], told.alarm[objects][there]
    number = np.minimum(range_m // RANGE_BIN_M, BINS_MAX - 1).astype(np.int64)
    return [
        RangeBin(
            from_m=k * RANGE_BIN_M,
            to_m=(k + 1) * RANGE_BIN_M,
            instants=int((number == k).sum()),
            held_prob=float(held[number == k].mean()),
            alarm_prob=float(alarm[number == k].mean()),
        )
        for k in np.unique(number).tolist()
    ]
