"""What the tracker remembers: a bank of Bernoulli tracks, and for each sensor when it looked where.

Plain arrays and scalars. The bank holds tentative and confirmed tracks in no order; the
published table holds the confirmed ones alone, in order of their number. The crowd of tentative
tracks that rest on one unlikely plot each is kept apart, as plots: `Singles`.
"""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from vedette.config.site import Limits, Site
from vedette.geo import SiteFrame
from vedette.kernels.statistics import COMPONENTS_MAX, gate_thresholds
from vedette.model.measurements import (
    F64,
    I8,
    I64,
    Bools,
    MeasurementBatch,
    MeasurementKind,
    SensorModel,
)
from vedette.model.picture import TrackGroup
from vedette.model.reports import SensorStatus
from vedette.model.tracks import TrackTable, empty_tracks
from vedette.tracking.echoes import Echoes, start_echoes
from vedette.tracking.learning import Learning, own_models, start_learning
from vedette.tracking.settings import Settings

VOICES = 3  # that have to agree before what targets say of themselves moves a sensor
_FIRST_ROWS = 256  # arrays double from here to the site's limits


@dataclass(slots=True)
class Bank:
    """All tracks, rows 0..count-1; M modes, S sensors.

    t_ns (C,): time of the state. x (C, M, 6), P (C, M, 6, 6), mode_prob (C, M): site ENU, SI.
    existence (C,). track_id (C,): 0 while tentative. serial (C,): unique birth number. hits (C,):
    scans in which it was seen. started_ns, updated_ns (C,): first and last plot. status (C,).
    key (C,): claimed identity, 0 none; key_told (C,): as last
    told. height_seen (C,). crossing (C,): 1 while only bearings
    support it. looked_ns, hit_ns (C, S): when each sensor last looked at it, last saw it (within a
    scan, the first time).
    twin_serial, twin_ns (C,): the track it may be a double of, and since when.
    """

    count: int
    t_ns: I64
    x: F64
    P: F64
    mode_prob: F64
    existence: F64
    track_id: I64
    serial: I64
    hits: I64
    started_ns: I64
    updated_ns: I64
    status: I8
    key: I64
    key_told: I64
    height_seen: I8
    crossing: I8
    looked_ns: I64
    hit_ns: I64
    twin_serial: I64
    twin_ns: I64


@dataclass(slots=True)
class Singles:
    """Tentative tracks of one plot each, rows 0..count-1: see `vedette.kernels.singles`.

    t_ns (C,), z, variance (C, 8), sensor, kind (C,): the plot. mean (C, 6): its state, site ENU;
    spread (C, 4): variances of place (flat, up) and of velocity (flat, up), from above. existence,
    serial, key (C,) and looked_ns (C, S): as in the bank.
    """

    count: int
    t_ns: I64
    mean: F64
    spread: F64
    z: F64
    variance: F64
    existence: F64
    serial: I64
    key: I64
    sensor: I64
    kind: I64
    looked_ns: I64

    def columns(self) -> tuple[Any, ...]:
        """Give all arrays in the order in which the kernels take them."""
        return (
            self.t_ns, self.mean, self.spread, self.z, self.variance, self.existence, self.serial,
            self.key, self.sensor, self.kind, self.looked_ns,
        )  # fmt: skip


@dataclass(slots=True)
class HeldBearing:
    """A bearing that no track explains, kept for a moment in case another sensor's crosses it."""

    sensor_index: int
    t_ns: int
    z: F64
    variance: F64


@dataclass(slots=True)
class Step:
    """What one step took in, kept so that it can be taken again. work: see `history`.

    newest_ns: the newest measurement so far, after the step. report_index of all batches is -1.
    withheld: a sensor's misses were not counted, for its plots may be on their way. items: how many
    measurements and statuses it holds.
    """

    now_ns: int
    newest_ns: int
    work: int
    batches: list[MeasurementBatch]
    statuses: list[SensorStatus]
    items: int
    withheld: bool = False


@dataclass(slots=True)
class Past:
    """The tracker as it was before step number `at`; of its arrays only the rows in use."""

    at: int
    size_bytes: int
    tracker: "TrackerState"


@dataclass(slots=True)
class History:
    """The last seconds, to go back to when something comes late. See `history` and `rewind`.

    steps[0] has number `first`, which is pasts[0].at. late_batches, late_statuses: come too late
    for the present, not yet taken. credit: work that rewinding may still cost. heard_ns (S,): each
    sensor's newest measurement, taken or not; late_ns (S,): how late its plots lately came, 0: in
    time, and late_until_ns (S,) until when that is believed. newest_ns: of all measurements.
    """

    heard_ns: I64
    late_ns: I64
    late_until_ns: I64
    steps: list[Step]
    pasts: list[Past]
    late_batches: list[MeasurementBatch]
    late_statuses: list[SensorStatus]
    first: int = 0
    credit: int = 0
    newest_ns: int = 0
    withheld: bool = False


@dataclass(slots=True)
class Plots:
    """Plots as they were measured and the tracks they went to. K rows, in order of the looks.

    serial, sensor, t_ns (K,); z, variance (K, 3): range, azimuth, elevation or east, north, up.
    """

    serial: I64
    sensor: I64
    t_ns: I64
    z: F64
    variance: F64


@dataclass(slots=True)
class Registration:
    """What is known of the sensors' own biases. See `registration`.

    bias (S, 4) and the joint covariance cov (4S, 4S): range, azimuth, elevation or east, north, up,
    then clock offset; m, rad, s; measured minus true. kinds (S,): POLAR, ENU, -1 not compared.
    prior, most (S, 4): sigma before anything is known, and what is believed at most.
    correction, doubt (S, 4): what plots are corrected with while `applied`, and the variance added.
    settled, settled_sigma (S, 4): the bias when it was first known well, NaN before.
    aside (S,): 1 where a sensor is not believed, since aside_ns, reason in words. distance (S,):
    how far its pairs lie from what is expected, 1 on average; pairs (S,): their number.
    speaks (S,): 1 where a sensor repeats what targets say of themselves. voices (S, VOICES): tracks
    by whose words it was compared, 0 none yet; by_sight (S,): pairs of two sensors that measure.
    likelier_log: how much likelier all pairs are with biases than without.
    """

    kinds: I64
    prior: F64
    most: F64
    bias: F64
    cov: F64
    correction: F64
    doubt: F64
    settled: F64
    settled_sigma: F64
    aside: I8
    aside_ns: I64
    distance: F64
    pairs: I64
    reason: list[str]
    plots: Plots
    speaks: I8
    voices: I64
    by_sight: I64
    applied: bool = False
    likelier_log: float = 0.0
    learned_ns: int = 0


@dataclass(slots=True)
class TrackerState:
    """The whole tracker. table is what later stages read; the rest is its own.

    models: the sensors as they are believed to be now; learning, echoes: what that rests on.
    thresholds (9 and more,): gates by components. period_s (S,): each sensor's scan period, as last
    stated. sweep_rad, sweep_ns (S,): where each rotating antenna was last known to point (0:
    unknown). frame_ns (S,): last frame. heard_ns (S,): last measurement. late_refused (S,):
    measurements too late to use; repeated (S,): exact repetitions of earlier steps' measurements,
    left out. sensors_enu (S, 3), enu_from_sensors (S, 3, 3): where the sensors stand, for the
    kernels. refused: reason -> sensor -> how many measurements were impossible. keys_shared: pairs
    of tracks that were told to send one key. barred: by track number the sensors whose measurements
    people said are not of it. A field added here goes back in time with the rest,
    unless `history` lists it as lasting.
    """

    table: TrackTable
    bank: Bank
    singles: Singles
    models: list[SensorModel]
    learning: Learning
    echoes: Echoes
    settings: Settings
    frame: SiteFrame
    tracks_max: int
    tentative_max: int
    thresholds: F64
    period_s: F64
    sweep_rad: F64
    sweep_ns: I64
    heard_ns: I64
    late_refused: I64
    sensors_enu: F64
    enu_from_sensors: F64
    repeated: I64
    history: History
    registration: Registration
    held: list[HeldBearing]
    groups: list[TrackGroup]
    now_ns: int = 0
    newest_ns: int = 0
    merged_ns: int = 0
    grouped_ns: int = 0
    next_serial: int = 1
    next_track_id: int = 1
    next_group_id: int = 1
    limit_told: bool = False
    refused: dict[str, dict[str, int]] = field(default_factory=dict)
    keys_shared: list[tuple[int, int]] = field(default_factory=list)
    barred: dict[int, list[int]] = field(default_factory=dict)


def start(site: Site, models: list[SensorModel], settings: Settings | None = None) -> TrackerState:
    """Make a tracker with an empty picture for a site and its sensors."""
    return start_tracker(models, SiteFrame(site.reference), site.limits, settings)


def start_tracker(
    models: list[SensorModel], frame: SiteFrame, limits: Limits, settings: Settings | None = None
) -> TrackerState:
    """Make a tracker from its parts. models[i].index must be i; settings None: the defaults."""
    settings = settings or Settings()
    sensors = len(models)
    return TrackerState(
        table=empty_tracks(min(_FIRST_ROWS, limits.tracks_max), sensors, settings.motion.shape[0]),
        bank=_empty_bank(_FIRST_ROWS, settings.motion.shape[0], sensors),
        singles=_empty_singles(_FIRST_ROWS, sensors),
        models=own_models(models),
        learning=start_learning(models),
        echoes=start_echoes(models),
        settings=settings,
        frame=frame,
        tracks_max=limits.tracks_max,
        tentative_max=limits.tentative_max,
        thresholds=gate_thresholds(settings.gate_prob, _components_max(models)),
        period_s=np.array([m.scan_period_s for m in models], dtype=np.float64),
        sweep_rad=np.zeros(sensors),
        sweep_ns=np.zeros(sensors, np.int64),
        heard_ns=np.zeros(sensors, np.int64),
        late_refused=np.zeros(sensors, np.int64),
        sensors_enu=np.array([m.position_enu_m for m in models]).reshape(sensors, 3),
        enu_from_sensors=np.array([m.enu_from_sensor for m in models]).reshape(sensors, 3, 3),
        repeated=np.zeros(sensors, np.int64),
        history=empty_history(sensors),
        registration=empty_registration(models, settings),
        held=[],
        groups=[],
    )


def _components_max(models: list[SensorModel]) -> int:
    """Give the most components a measurement of these sensors can have."""
    receivers = [0 if m.receivers_enu_m is None else len(m.receivers_enu_m) for m in models]
    return COMPONENTS_MAX + max(receivers, default=0)


def empty_registration(models: list[SensorModel], settings: Settings) -> Registration:
    """Make what is known of the sensors' biases before any plot."""
    sensors = len(models)
    kinds = np.array([_bias_kind(model) for model in models], np.int64)
    if not settings.registers:
        kinds[:] = -1
    place = (kinds == MeasurementKind.ENU)[:, None]
    prior, most = (np.where(place, settings.place_bias[k], settings.polar_bias[k]) for k in (0, 1))
    none = np.zeros(0, np.int64)
    return Registration(
        kinds=kinds,
        prior=prior,
        most=most,
        bias=np.zeros((sensors, 4)),
        cov=np.zeros((4 * sensors, 4 * sensors)) + np.diag(prior.ravel() ** 2),
        correction=np.zeros((sensors, 4)),
        doubt=np.zeros((sensors, 4)),
        settled=np.full((sensors, 4), np.nan),
        settled_sigma=np.zeros((sensors, 4)),
        aside=np.zeros(sensors, np.int8),
        aside_ns=np.zeros(sensors, np.int64),
        distance=np.ones(sensors),
        pairs=np.zeros(sensors, np.int64),
        reason=[""] * sensors,
        plots=Plots(none, none.copy(), none.copy(), np.zeros((0, 3)), np.zeros((0, 3))),
        speaks=np.array([model.cooperative for model in models], np.int8),
        voices=np.zeros((sensors, VOICES), np.int64),
        by_sight=np.zeros(sensors, np.int64),
    )


def _bias_kind(model: SensorModel) -> int:
    if model.neighbour:
        return -1  # its tracks are many sensors' in one, ours perhaps among them
    if model.kind in ("adsb", "position"):
        return MeasurementKind.ENU
    polar = model.observes_range and model.observes_azimuth and model.receivers_enu_m is None
    return MeasurementKind.POLAR if polar else -1


def empty_history(sensors: int) -> History:
    """Make the memory of no step at all."""
    never = np.zeros(sensors, np.int64)
    return History(never, never.copy(), never.copy(), [], [], [], [])


def _empty_bank(capacity: int, modes: int, sensors: int) -> Bank:
    return Bank(
        count=0,
        t_ns=np.zeros(capacity, np.int64),
        x=np.zeros((capacity, modes, 6)),
        P=np.zeros((capacity, modes, 6, 6)),
        mode_prob=np.zeros((capacity, modes)),
        existence=np.zeros(capacity),
        track_id=np.zeros(capacity, np.int64),
        serial=np.zeros(capacity, np.int64),
        hits=np.zeros(capacity, np.int64),
        started_ns=np.zeros(capacity, np.int64),
        updated_ns=np.zeros(capacity, np.int64),
        status=np.zeros(capacity, np.int8),
        key=np.zeros(capacity, np.int64),
        key_told=np.zeros(capacity, np.int64),
        height_seen=np.zeros(capacity, np.int8),
        crossing=np.zeros(capacity, np.int8),
        looked_ns=np.zeros((capacity, sensors), np.int64),
        hit_ns=np.zeros((capacity, sensors), np.int64),
        twin_serial=np.zeros(capacity, np.int64),
        twin_ns=np.zeros(capacity, np.int64),
    )


def _empty_singles(capacity: int, sensors: int) -> Singles:
    return Singles(
        count=0,
        t_ns=np.zeros(capacity, np.int64),
        mean=np.zeros((capacity, 6)),
        spread=np.zeros((capacity, 4)),
        z=np.zeros((capacity, 8)),
        variance=np.zeros((capacity, 8)),
        existence=np.zeros(capacity),
        serial=np.zeros(capacity, np.int64),
        key=np.zeros(capacity, np.int64),
        sensor=np.zeros(capacity, np.int64),
        kind=np.zeros(capacity, np.int64),
        looked_ns=np.zeros((capacity, sensors), np.int64),
    )


_SINGLES_COLUMNS = tuple(f.name for f in fields(Singles) if f.name != "count")


def room_for_singles(singles: Singles, rows: int) -> None:
    """Double the table's arrays until `rows` more fit."""
    needed, capacity = singles.count + rows, singles.t_ns.shape[0]
    if needed <= capacity:
        return
    for name in _SINGLES_COLUMNS:
        old = getattr(singles, name)
        new = np.zeros((max(needed, 2 * capacity), *old.shape[1:]), old.dtype)
        new[: singles.count] = old[: singles.count]
        setattr(singles, name, new)


_COLUMNS = tuple(f.name for f in fields(Bank) if f.name != "count")
_FEW_ROWS = 4


def add_rows(bank: Bank, rows: int) -> slice:
    """Append cleared rows to the bank, doubling its arrays where needed; returns their slice."""
    needed = bank.count + rows
    capacity = bank.t_ns.shape[0]
    if needed > capacity:
        for name in _COLUMNS:
            old = getattr(bank, name)
            new = np.zeros((max(needed, 2 * capacity), *old.shape[1:]), old.dtype)
            new[: bank.count] = old[: bank.count]
            setattr(bank, name, new)
    added = slice(bank.count, needed)
    for name in _COLUMNS:
        getattr(bank, name)[added] = 0
    bank.count = needed
    return added


def keep_rows(bank: Bank, keep: Bools) -> None:
    """Drop the rows that are not kept, in place: the last ones move into the gaps.

    keep (count,) bool. So it costs what is dropped, not what is kept.
    """
    gone = np.flatnonzero(~keep)
    if len(gone) == 0:
        return
    left = bank.count - len(gone)
    gaps = gone[gone < left]
    movers = left + np.flatnonzero(keep[left:])
    moves = list(zip(gaps.tolist(), movers.tolist(), strict=True))
    for name in _COLUMNS if moves else ():
        column = getattr(bank, name)
        if len(moves) > _FEW_ROWS:
            column[gaps] = column[movers]
            continue
        for gap, mover in moves:  # row by row is sooner done than lists of rows are read
            column[gap] = column[mover]
    bank.count = left


def grow_table(table: TrackTable, rows: int, capacity_max: int) -> None:
    """Give the published table room for `rows`, at most capacity_max, in place."""
    capacity = table.track_id.shape[0]
    if rows <= capacity:
        return
    larger = empty_tracks(
        min(capacity_max, max(rows, 2 * capacity)),
        table.sensor_updated_ns.shape[1],
        table.mode_prob.shape[1],
    )
    for column in fields(TrackTable):
        if column.name not in ("count", "t_ns"):
            setattr(table, column.name, getattr(larger, column.name))
