"""Registration: each sensor's own bias, estimated from objects that two sensors see.

In: plots as they went to tracks (`note`), raw. Out: what to take off a sensor's plots and how much
doubt to add (`corrected`), and who cannot be believed (`aside`). A measurement is truth plus bias;
a pair of plots of one object gives d = J_a b_a - v tau_a - (J_b b_b - v tau_b) + noise: the
object's place cancels, so the estimate does not depend on the tracks it improves (pseudo-
measurements: Lin, Bar-Shalom, Kirubarajan 2004, IEEE TAES 40-4). Every plot is used once, so the
noise of pairs is independent and the covariance honest. What all sensors have in common cannot be
seen: there the interval stays what it was assumed to be. A bias is not noise that averages out: to
the filter the variance added for its doubt is white, right about one plot and too good about many;
the correlation (Schmidt 1966) is left out.
Nothing is corrected before the plots are a thousand times likelier with biases than without.
"""

import math

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.measure import ENU, POLAR
from vedette.kernels.rivals import take_pair
from vedette.kernels.statistics import chi_square_quantile
from vedette.model.measurements import F64, MeasurementBatch
from vedette.model.picture import BiasEstimate
from vedette.tracking.looks import Look
from vedette.tracking.pairs import Pair, next_pairs, seen_by_tracks
from vedette.tracking.sightings import note
from vedette.tracking.state import Registration, TrackerState

_DEG = math.pi / 180.0
_NAMES = {
    POLAR: ("range", "azimuth", "elevation", "clock"),
    ENU: ("east", "north", "height", "clock"),
}
_FORGET_S = 3_600.0  # a bias may change by its prior sigma in an hour
_EVERY_S = 1.0
_LOG_LIKELIER = math.log(1_000.0)
_LOG_MOST = 50.0  # so that evidence against can be heard within minutes
_GATE = [0.0, *(chi_square_quantile(0.9999, k) for k in (1, 2, 3))]
_SPEED_MPS = 100.0  # turns doubt about a clock into doubt about places
# A pair's squared distance over its degrees is 1 on average; smoothed over twenty pairs it passes 3
# by chance hardly ever, and by a bias of three sigmas at once.
_SMOOTHING, _DEPARTED, _AGREES = 0.05, 3.0, 1.8
_PAIRS_MIN = 20
_APART_RATIO = 1.3  # the one that departs is in all bad pairs, the next in half of them or less
_ASIDE_S = 20.0
# A bias that has moved by this part of what is believed at most, and beyond doubt, is a drift.
_DRIFT_RATIO = 0.15
# Who was set aside comes back when it has stood still for _ASIDE_S, to this part of a drift.
_STILL_RATIO = 0.3
_SETTLED_PAIRS = 60
_KEPT = "believed all the same, as the only radar"
_SURE = 3.0


def corrected(state: TrackerState, batch: MeasurementBatch) -> MeasurementBatch:
    """Take the bias off a batch and add the doubt about it; the batch itself where none is known.

    Stated heights and velocities are not the sensor's own and stay. NaN stays NaN.
    """
    reg, s = state.registration, batch.sensor_index
    if not reg.applied or reg.kinds[s] != batch.kind or reg.aside[s]:
        return batch
    shift, doubt = reg.correction[s], reg.doubt[s]
    z, variance = batch.z.copy(), batch.sigma**2
    z[:, :3] -= shift[:3]
    variance[:, :3] += doubt[:3]
    along = doubt[3] * _SPEED_MPS**2
    if batch.kind == POLAR:
        z[:, 1] %= 2.0 * math.pi
        across = along / np.maximum(batch.z[:, 0], 1.0) ** 2
        variance[:, 0] += along
        variance[:, 1] += across
    else:
        variance[:, :2] += along
    return MeasurementBatch(
        sensor_index=s,
        kind=batch.kind,
        t_meas_ns=batch.t_meas_ns - int(shift[3] * NS_PER_S),
        z=z,
        sigma=np.sqrt(variance),
        height_m=batch.height_m,
        height_sigma_m=batch.height_sigma_m,
        velocity_enu_mps=batch.velocity_enu_mps,
        velocity_sigma_mps=batch.velocity_sigma_mps,
        snr_db=batch.snr_db,
        confidence=batch.confidence,
        identity_key=batch.identity_key,
        report_index=batch.report_index,
    )


def watch(state: TrackerState, look: Look) -> None:
    """Note what a sensor that was set aside sees of the tracks, so that it can come back."""
    serial, rows = seen_by_tracks(state, look, state.registration.prior[look.sensor_index])
    note(state, look, serial, rows)


def learn(state: TrackerState, now_ns: int) -> None:
    """Once a second, turn the plots noted into pairs, and pairs into biases and verdicts."""
    reg = state.registration
    passed_s = (now_ns - reg.learned_ns) / NS_PER_S
    if passed_s < _EVERY_S:
        return
    if reg.learned_ns:
        grown = reg.prior.ravel() ** 2 * min(passed_s, 60.0) / _FORGET_S
        reg.cov.flat[:: len(reg.cov) + 1] += grown  # its diagonal
    reg.learned_ns = now_ns
    if len(reg.plots.serial) == 0:
        return
    for pair in next_pairs(state, reg.prior):
        _take_pair(reg, pair)
    _settle(reg, passed_s)
    _judge(reg, now_ns, [model.sensor_id for model in state.models])
    _decide(reg)


def verdicts(state: TrackerState) -> list[tuple[str, tuple[BiasEstimate, ...], str, bool]]:
    """Say of each compared sensor its biases, why it is not believed, and whether it is set aside.

    Empty in a step in which nothing was learnt.
    """
    reg = state.registration
    if reg.learned_ns != state.now_ns:
        return []
    sigma = bias_sigma(reg)
    return [
        (model.sensor_id, _estimates(reg, s, sigma), reg.reason[s], bool(reg.aside[s]))
        for s, model in enumerate(state.models)
        if reg.pairs[s] >= _PAIRS_MIN or reg.reason[s]
    ]


def _estimates(reg: Registration, s: int, sigma: F64) -> tuple[BiasEstimate, ...]:
    polar = reg.kinds[s] == POLAR
    units = ("m", "rad", "rad", "s") if polar else ("m", "m", "m", "s")
    return tuple(
        BiasEstimate(of=name, unit=unit, value=float(reg.bias[s, k]), sigma=float(sigma[s, k]))
        for k, (name, unit) in enumerate(zip(_NAMES[int(reg.kinds[s])], units, strict=True))
    )


def bias_sigma(reg: Registration) -> F64:
    """Give one standard deviation (S, 4) of every estimate."""
    sigma: F64 = np.sqrt(np.diagonal(reg.cov)).reshape(reg.bias.shape)
    return sigma


def _take_pair(reg: Registration, pair: Pair) -> None:
    """Update the joint state of all biases with one pair, component by component.

    r = H b + noise, noise covariance R made diagonal by elimination; a Kalman update each. A pair
    outside the gate changes nothing but what is thought of the two sensors.
    """
    b, P, parts = reg.bias.ravel().copy(), reg.cov.copy(), len(pair.difference)
    distance2, gain = take_pair(pair.difference, pair.gradient, pair.noise, b, P)
    for s in (pair.one, pair.other):
        reg.distance[s] += _SMOOTHING * (min(distance2 / parts, 20.0) - reg.distance[s])
        reg.pairs[s] += 1
    _note_voice(reg, pair)
    if distance2 < _GATE[parts]:
        reg.bias, reg.cov = b.reshape(reg.bias.shape), 0.5 * (P + P.T)
        reg.likelier_log = min(max(reg.likelier_log + gain, -_LOG_MOST), _LOG_MOST)


def _note_voice(reg: Registration, pair: Pair) -> None:
    """Note by whose words, or by how many sights, the two sensors of a pair were compared."""
    both = (pair.one, pair.other)
    if not (reg.speaks[pair.one] or reg.speaks[pair.other]):
        reg.by_sight[[*both]] += 1
        return
    serial = pair.serials[0] if reg.speaks[pair.one] else pair.serials[1]
    for s in both:
        free = np.flatnonzero(reg.voices[s] == 0)
        if len(free) and serial not in reg.voices[s].tolist():
            reg.voices[s, free[0]] = serial


def _decide(reg: Registration) -> None:
    """Correct with what is known, once there is a bias beyond doubt.

    The doubt added to a sensor's plots is that of its bias given the others': what all have in
    common parts no tracks. The interval that is shown has both.
    """
    reg.applied = reg.likelier_log > (0.0 if reg.applied else _LOG_LIKELIER)
    if reg.applied:
        # What people are not told yet moves nothing, nor what one or two say of themselves.
        borne = (reg.by_sight >= _PAIRS_MIN) | (reg.voices > 0).all(axis=1)
        told = (reg.pairs >= _PAIRS_MIN) & borne
        reg.correction = np.where(told[:, None], reg.bias, 0.0)
        reg.doubt = 1.0 / np.diagonal(_inverse(reg.cov)).reshape(reg.bias.shape)


def _inverse(matrix: F64) -> F64:
    """Invert a positive definite matrix (n, n) by Gauss and Jordan, in its own order of sums."""
    n = len(matrix)
    scale = np.sqrt(np.diagonal(matrix))
    work = np.hstack([matrix / scale[:, None] / scale[None, :], np.eye(n)])
    for k in range(n):
        work[k] /= work[k, k]
        factor = work[:, k].copy()
        factor[k] = 0.0
        work -= factor[:, None] * work[k]
    inverse: F64 = work[:, n:] / scale[:, None] / scale[None, :]
    return inverse


def _judge(reg: Registration, now_ns: int, names: list[str]) -> None:
    """Set aside who departs from the others or is further off than can be; let back who agrees.

    The last radar that is believed is named, and kept: against it stands only what aircraft say of
    themselves, which anyone may broadcast, and without it nobody sees what does not transmit.
    """
    beyond = np.any(np.abs(reg.bias) - _SURE * bias_sigma(reg) > reg.most, axis=1).tolist()
    drift = _drift(reg)
    drifted = _one_of(reg, drift, 1.0, names)
    departed = -1 if drifted >= 0 else _departed(reg, names)
    for s in range(len(reg.kinds)):
        if beyond[s] or s in (drifted, departed):
            how = ", and it drifts" if s == drifted else ""
            keeps = _is_last_radar(reg, s)
            reg.aside[s], reg.aside_ns[s] = 0 if keeps else 1, now_ns
            what = f"{_largest(reg, s)}{how}"
            if keeps and s == departed and not beyond[s]:
                what = "its plots lie off what aircraft say of themselves"
            reg.reason[s] = f"{what}: {_KEPT if keeps else 'set aside'}"
            reg.settled[s], reg.settled_sigma[s] = reg.bias[s], bias_sigma(reg)[s]
            if s == departed or keeps:
                _forget(reg, s)
        elif reg.reason[s] and now_ns - reg.aside_ns[s] > int(_ASIDE_S * NS_PER_S):
            if drift[s] > _STILL_RATIO:
                reg.aside_ns[s] = now_ns
                reg.settled[s], reg.settled_sigma[s] = reg.bias[s], bias_sigma(reg)[s]
                continue
            agrees = reg.distance[s] < _AGREES and reg.pairs[s] >= _PAIRS_MIN
            if agrees:
                reg.aside[s], reg.reason[s] = 0, ""


def _is_last_radar(reg: Registration, s: int) -> bool:
    """Say whether no other radar is believed."""
    believed = (reg.kinds == POLAR) & (reg.aside == 0)
    believed[s] = False
    return not believed.any()


def _settle(reg: Registration, passed_s: float) -> None:
    """Remember each bias as it was first known well; what it was is forgotten as slowly as it may
    change."""
    fresh = np.isnan(reg.settled[:, 0]) & (reg.pairs >= _SETTLED_PAIRS)
    reg.settled[fresh], reg.settled_sigma[fresh] = reg.bias[fresh], bias_sigma(reg)[fresh]
    reg.settled += (reg.bias - reg.settled) * min(passed_s / _FORGET_S, 1.0)


def _drift(reg: Registration) -> F64:
    """Give how far each bias (S,) has moved, 1 where that is no chance; 0 while not settled."""
    far = _DRIFT_RATIO * reg.most + _SURE * reg.settled_sigma
    moved: F64 = np.nanmax(np.abs(np.nan_to_num(reg.bias - reg.settled)) / far, axis=1)
    return moved


def _departed(reg: Registration, names: list[str]) -> int:
    """Say which sensor's pairs lie far from what is expected, -1 where none do."""
    bad = np.where(reg.pairs >= _PAIRS_MIN, reg.distance, 0.0)
    departed = _one_of(reg, bad, _DEPARTED, names)
    if departed >= 0:
        reg.distance[:] = np.minimum(reg.distance, 1.0)
    return departed


def _one_of(reg: Registration, badness: F64, limit: float, names: list[str]) -> int:
    """Say which one sensor is to blame where one is worse than the limit; -1: none, or unknown.

    Who is wrong is in all bad pairs, the others only in those with it. Of two alone nobody knows
    which it is: both are named, and both start again. Positions are the reference, never to blame.
    """
    blamed = np.where(reg.kinds == POLAR, badness, 0.0)
    ranked = np.argsort(-blamed, kind="stable").tolist()
    if not ranked or blamed[ranked[0]] <= limit:
        return -1
    worst, rivals = ranked[0], [s for s in ranked[1:] if blamed[s] > 0.0]
    if not rivals or blamed[worst] > _APART_RATIO * blamed[rivals[0]]:
        return int(worst)
    for s, other in ((worst, rivals[0]), (rivals[0], worst)):
        _forget(reg, s)
        if not reg.aside[s]:
            reg.reason[s] = f"disagrees with {names[other]}: which of them is wrong cannot be seen"
    return -1


def _forget(reg: Registration, s: int) -> None:
    """Start a sensor's estimate again from what it was assumed to be."""
    own = slice(4 * s, 4 * s + 4)
    reg.cov[own, :] = 0.0
    reg.cov[:, own] = 0.0
    reg.cov[own, own] = np.diag(reg.prior[s] ** 2)
    reg.bias[s] = 0.0
    reg.pairs[s], reg.by_sight[s], reg.voices[s], reg.distance[s] = 0, 0, 0, 1.0
    reg.settled[s] = np.nan


def _largest(reg: Registration, s: int) -> str:
    """Say in words which part of a sensor's bias is the worst, with its interval."""
    sigma = bias_sigma(reg)[s]
    k = int(np.argmax(np.abs(reg.bias[s]) / reg.most[s]))
    angle = reg.kinds[s] == POLAR and k in (1, 2)
    scale, unit = (1.0 / _DEG, "deg") if angle else (1.0, "s" if k == 3 else "m")
    name = _NAMES[int(reg.kinds[s])][k]
    return (
        f"its {name} is off by {reg.bias[s, k] * scale:+.2f} {unit} "
        f"(+/- {2.0 * sigma[k] * scale:.2f})"
    )
