"""One look taken into the tracks: gate, associate, update, and begin tracks from what is left.

The order of the track-oriented PMB filter (Williams 2015): Bernoullis explain measurements through
loopy belief propagation; a measurement that none explains becomes a new Bernoulli, whose existence
is the share of new objects among new objects and clutter.
"""

from dataclasses import dataclass, field

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.bernoulli import update_tracks
from vedette.kernels.look import note_look, pair_up
from vedette.kernels.measure import TDOA
from vedette.kernels.singles import births_of, start_many
from vedette.model.measurements import F64, I64, Bools, SensorModel
from vedette.tracking.barred import keep_first_claims
from vedette.tracking.echoes import BIRTH_MIN
from vedette.tracking.fixes import start_from_arrivals
from vedette.tracking.ground import claims_on, ground_of, learn_ground
from vedette.tracking.learning import (
    KNOWN_PROB,
    clutter_per_scan,
    learn_detection,
    match_evidence,
)
from vedette.tracking.looks import Look, without_rate
from vedette.tracking.parts import gate_in_parts, in_parts
from vedette.tracking.sightings import note
from vedette.tracking.singles import keep_as_plots, promote
from vedette.tracking.state import TrackerState, add_rows
from vedette.tracking.visibility import FULLY_VISIBLE_SHARE, visible

_UNCLAIMED_MIN = 0.05  # a measurement explained better than this begins nothing
_KIND_BITS = ~((1 << 61) - 1)  # the bits of a key that say what kind of claim it is
_HEIGHT_TOLD_M = 300.0  # an airway's spacing: known to this, a height is worth showing
_AGAIN_RATIO = 0.5  # a second look sooner than this part of a scan belongs to the same scan
_SAME_SCAN_RATIO = 0.4
_FIXES_MAX = 256  # of messages in one look: each takes some 0.3 ms
_FULL_MAX = 64  # a look that begins more full tracks than this floods, whatever it claims


@dataclass(slots=True)
class LinkList:
    """Which report went to which Bernoulli (by serial) in this step, before tracks have numbers."""

    serial: list[I64] = field(default_factory=list)
    report_index: list[I64] = field(default_factory=list)
    prob: list[F64] = field(default_factory=list)

    def add(self, serial: I64, report_index: I64, prob: F64) -> None:
        """Remember links, arrays of one length."""
        self.serial.append(serial)
        self.report_index.append(report_index)
        self.prob.append(prob)


def parameters(state: TrackerState) -> tuple[F64, F64]:
    """Give what the kernels need of the settings: motion (M, 6) and bounds (2,)."""
    s = state.settings
    return s.motion, np.array([s.up_sigma_max_m**2, s.v_up_sigma_max_mps**2])


def again_ns(state: TrackerState, look_ns: int, sensor_index: int) -> int:
    """Give the time since which a track counts as already looked at in this scan."""
    return look_ns - int(_AGAIN_RATIO * state.period_s[sensor_index] * NS_PER_S)


def misses(state: TrackerState, sensor_index: int, look_ns: int) -> tuple[int, float, float, float]:
    """Give how far a miss of this sensor lowers a track's odds: by the factor 1 - pD.

    Returns since when the sensor knows a track it has seen (ns), the factor for tentative tracks,
    that for confirmed ones, which is softer (misses come in bursts), and how much a miss weighs of
    a track that the sensor has not seen lately (it may be masked from it).
    """
    model, s = state.models[sensor_index], state.settings
    softened = 1.0 - min(model.detection_prob, s.miss_prob_max)
    softened **= min(1.0, state.period_s[sensor_index] / s.independent_s)
    stranger_ns = look_ns - int(s.stranger_s * NS_PER_S)
    return stranger_ns, 1.0 - model.detection_prob, float(softened), s.stranger_ratio


def geometry(model: SensorModel, kind: int) -> tuple[F64, F64]:
    """Give what kernels need of where a sensor is: place (3,), and axes (3, 3) or receivers."""
    if kind == TDOA and model.receivers_enu_m is not None:
        return model.position_enu_m, model.receivers_enu_m
    return model.position_enu_m, model.enu_from_sensor


def take_look(state: TrackerState, look: Look, links: LinkList, spared: Bools | None) -> F64:
    """Update the tracks with one look and begin new ones.

    spared (count,): rows that have had their share of this look already and take nothing more;
    None: nobody has.

    Returns unclaimed (J,): the probability that each measurement belongs to no track.
    """
    model = state.models[look.sensor_index]
    birth = _birth_share(state, model)
    unclaimed, density = np.ones(len(look.t_ns)), look.clutter / (1.0 - birth)
    learns = look.kind != TDOA and _learns_clutter(state, model)
    ground = ground_of(state, model, look, density) if learns else None
    if ground is not None:
        density = density * ground.ratio + ground.echoes
    if look.kind != TDOA:
        promote(state, model, look)
    places = None if ground is None else ground.places
    claims = (np.zeros(len(look.t_ns)), np.zeros(len(look.t_ns)))
    if state.bank.count:
        unclaimed, pairs = _update(state, model, look, density, links, spared)
        if pairs is not None and places is not None:
            claims = claims_on(state, look, places, (pairs.first, pairs.column, pairs.prob))
    births = np.full(len(look.t_ns), birth)
    if ground is not None and places is not None:
        births = np.maximum(birth * (1.0 - ground.echoes / density), min(birth, BIRTH_MIN))
    if model.starts_tracks:
        _begin(state, model, without_rate(look), unclaimed, births, links)
    if ground is not None:
        learn_ground(state, model, look, ground, density, unclaimed, claims)
    return unclaimed


def _learns_clutter(state: TrackerState, model: SensorModel) -> bool:
    """Say whether a sensor's unexplained plots are false ones, and not emitters without a track."""
    return state.settings.learns and model.starts_tracks


def _birth_share(state: TrackerState, model: SensorModel) -> float:
    """Give the share of new objects among unexplained measurements of a sensor."""
    s, clutter = state.settings, model.clutter_per_scan
    if _learns_clutter(state, model):
        clutter = clutter_per_scan(state.learning, model)
    share = s.births_per_scan / (s.births_per_scan + max(clutter, 0.0))
    return min(max(share, s.birth_prob_min), s.birth_prob_max)


@dataclass(slots=True)
class Pairs:
    """Which measurements each track may have made, after association. N tracks, K pairs.

    first (N + 1,): where each track's pairs begin; column, prob (K,): measurement, probability.
    missed (N,): that it made none. t_ref (N,): the time each track was moved to, ns.
    """

    first: I64
    column: I64
    prob: F64
    missed: F64
    t_ref: I64


def _update(
    state: TrackerState,
    model: SensorModel,
    look: Look,
    density: F64,
    links: LinkList,
    spared: Bools | None,
) -> tuple[F64, Pairs | None]:
    """Gate, associate, and move every track that may have been seen.

    Returns for each plot (J,) the probability that no track claims it, and the pairs, if any.
    """
    bank, settings, look_ns = state.bank, state.settings, int(look.t_ns[-1])
    first, column, score, t_ref = _gated(state, model, look)
    if spared is not None and spared.any():
        first, column, score = _without_rows(spared, first, column, score)
    if state.barred:
        first, column, score = keep_first_claims(state, first, column, score)
    if len(column) == 0:
        return np.ones(len(look.t_ns)), None
    s = look.sensor_index
    absent, prob, missed, unclaimed, asked = pair_up(
        first, column, score, bank.existence, bank.track_id, bank.key, bank.crossing,
        bank.looked_ns, bank.hit_ns, s, not model.cooperative, again_ns(state, look_ns, s),
        *misses(state, s, look_ns), visible(state, s, look_ns), FULLY_VISIBLE_SHARE,
        model.detection_prob, KNOWN_PROB, density, look.key, _KIND_BITS,
        match_evidence(state.learning, model, look, settings.key_match_log),
        settings.key_differs_log,
    )  # fmt: skip
    pairs = Pairs(first, column, prob, missed, t_ref)
    if settings.learns and len(asked):
        seen, period_s = float(np.sum(1.0 - asked)), float(state.period_s[s])
        learn_detection(state.learning, model, seen, float(len(asked)), look_ns, period_s)
    _take(state, model, look, pairs, absent)
    _note(state, model, look, pairs, links)
    return unclaimed, pairs


def _gated(state: TrackerState, model: SensorModel, look: Look) -> tuple[I64, I64, F64, I64]:
    """Find the pairs of track and measurement that could be one object; see `kernels.gating`."""
    bank, settings = state.bank, state.settings
    answer: tuple[I64, I64, F64, I64] = gate_in_parts(
        settings.threads, bank.count,
        (bank.t_ns, bank.x, bank.P, bank.mode_prob, bank.height_seen), parameters(state),
        (look.kind, look.t_ns, look.z, look.variance, *geometry(model, look.kind),
         *look.layout(), state.thresholds, look.reach_sigmas, settings.lag_max_s),
    )  # fmt: skip
    return answer


def _take(state: TrackerState, model: SensorModel, look: Look, pairs: Pairs, absent: F64) -> None:
    """Move the tracks' states and existence by what the pairs say."""
    bank, n, settings = state.bank, state.bank.count, state.settings
    motion, bounds = parameters(state)
    sensor = geometry(model, look.kind)
    before = bank.existence[:n] if model.starts_tracks else bank.existence[:n].copy()

    def update(low: int, high: int) -> None:
        update_tracks(
            low, high, bank.t_ns, bank.x, bank.P, bank.mode_prob, bank.existence,
            bank.height_seen, motion, bounds, look.kind, look.t_ns, look.z, look.variance,
            *sensor, pairs.first, pairs.column, pairs.prob, pairs.missed, absent, pairs.t_ref,
            settings.existence_max,
        )  # fmt: skip

    in_parts(n, settings.threads, update)
    if not model.starts_tracks:
        # A bearing refines what radar has begun; that it exists is for radar to say, for any
        # object on that line, far or near, could have caused it.
        unproven = (bank.track_id[:n] == 0) & (bank.crossing[:n] == 0)
        bank.existence[:n][unproven] = np.minimum(before, bank.existence[:n])[unproven]


def _note(
    state: TrackerState, model: SensorModel, look: Look, pairs: Pairs, links: LinkList
) -> None:
    """Write down who was looked at and who was seen, and by which reports."""
    bank, s = state.bank, look.sensor_index
    # Receivers on the ground tell height where the geometry lets them.
    told_var = _HEIGHT_TOLD_M**2 if look.kind == TDOA else 0.0
    whose, what, how, seen, plots = note_look(
        pairs.first, pairs.column, pairs.prob, pairs.missed, pairs.t_ref, look.t_ns, look.z,
        look.key, look.report_index, int(_SAME_SCAN_RATIO * state.period_s[s] * NS_PER_S),
        model.starts_tracks, told_var, bank.P, bank.looked_ns, bank.hit_ns, s, bank.hits,
        bank.updated_ns, bank.height_seen, bank.crossing, bank.key, bank.serial,
        state.settings.link_prob_min,
    )  # fmt: skip
    links.add(whose, what, how)
    note(state, look, seen, plots)


def _without_rows(spared: Bools, first: I64, column: I64, score: F64) -> tuple[I64, I64, F64]:
    """Leave out all candidates of the rows that are spared; rows after them have just begun."""
    counts = np.diff(first)
    none = np.concatenate([spared, np.zeros(len(counts) - len(spared), np.bool_)])
    keep = ~np.repeat(none, counts)
    left = np.concatenate([[0], np.cumsum(np.where(none, 0, counts))])
    return left, column[keep], score[keep]


def height_observed(look: Look) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Say for each measurement whether it tells height: elevation, up, or a stated height."""
    return (~np.isnan(look.z[:, 2]) | ~np.isnan(look.z[:, 4])).astype(np.int8)


def _begin(
    state: TrackerState,
    model: SensorModel,
    look: Look,
    unclaimed: F64,
    births: F64,
    links: LinkList,
) -> None:
    """Begin a tentative track from every measurement that no track explains.

    births (J,): the share of new objects among unexplained plots where each lies.
    """
    if look.kind == TDOA:
        chosen = look.order[unclaimed[look.order] > _UNCLAIMED_MIN][:_FIXES_MAX]
        existence, rank = unclaimed[chosen] * births[chosen], np.arange(len(chosen))
        full = np.ones(len(chosen), np.bool_)  # a message is no plot until its place is fixed
    else:
        # Neighbours become neighbours in memory, where the next look will search for them.
        chosen, existence, full, rank = births_of(
            look.order, unclaimed, births, look.z, look.key, _UNCLAIMED_MIN,
            state.settings.full_prob,
        )  # fmt: skip
        if len(full) > _FULL_MAX and np.count_nonzero(full) > _FULL_MAX:
            full[:] = False
    if len(chosen) == 0:
        return
    serial = state.next_serial + rank
    state.next_serial += len(chosen)
    links.add(serial, look.report_index[chosen], unclaimed[chosen])
    if not full.any():
        keep_as_plots(state, model, look, chosen, existence, serial)
        return
    _begin_full(state, model, look, chosen[full], existence[full], serial[full])
    if not full.all():
        keep_as_plots(state, model, look, chosen[~full], existence[~full], serial[~full])


def _begin_full(
    state: TrackerState,
    model: SensorModel,
    look: Look,
    chosen: I64,
    existence: F64,
    serial: I64,
) -> None:
    """Begin Bernoullis in the bank from likely plots."""
    settings, modes = state.settings, state.settings.motion.shape[0]
    x, P = np.zeros((len(chosen), modes, 6)), np.zeros((len(chosen), modes, 6, 6))
    if look.kind == TDOA:
        z, variance = look.z[chosen], look.variance[chosen]
        begun = start_from_arrivals(model, z, variance, settings.speed_sigma**2, x, P)
    else:
        begun = start_many(
            chosen, look.kind, look.z, look.variance, model.position_enu_m, model.enu_from_sensor,
            settings.speed_sigma**2, x, P,
        )  # fmt: skip
    chosen = chosen[begun]
    bank, rows = state.bank, add_rows(state.bank, len(chosen))
    bank.x[rows], bank.P[rows], bank.mode_prob[rows] = x[begun], P[begun], settings.mode_prior
    bank.existence[rows] = existence[begun]
    bank.serial[rows] = serial[begun]
    bank.hits[rows] = 1
    bank.key[rows] = look.key[chosen]
    bank.height_seen[rows] = height_observed(look)[chosen]
    t_ns = look.t_ns[chosen]
    bank.t_ns[rows], bank.started_ns[rows], bank.updated_ns[rows] = t_ns, t_ns, t_ns
    bank.looked_ns[rows, look.sensor_index] = bank.hit_ns[rows, look.sensor_index] = t_ns
