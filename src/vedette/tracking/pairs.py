"""Pairs of plots by two sensors that can only be of one object: what registration learns from.

In: the plots noted since, raw. Out: differences of place with their gradients by the biases and
their noise. A pair counts only where it is the one possible one, by distances so wide that even a
bad bias does not hide the partner: in a crowd nothing is learnt, and nothing wrong. Two tracks may
be one object, seen double; but not where one sensor saw both in one look.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.measure import ENU
from vedette.kernels.rivals import possible_pairs
from vedette.model.measurements import F64, I64, Bools
from vedette.tracking.looks import Look
from vedette.tracking.state import Plots, TrackerState
from vedette.tracking.table import states_at

_APART_S = 1.5  # beyond, a manoeuvre makes more noise than the plots have
_MANOEUVRE_Q = 10.0  # m2/s3: a pair may be taken in a turn
_HITS_MIN = 3  # what has been seen less often may be clutter
_EXISTENCE_MIN = 0.5
_WIDE = 3.5  # sigmas of prior bias and noise within which another object would be a rival
_SPEED_GAP_MPS = 15.0  # two tracks of one object, one of them bent by a clock or a bias
_PAIRS_MAX = 64  # in one go, so that a busy sky costs no more than this
_LATELY_PERIODS, _GROWN_S = 3.0, 8.0
_WAIT_S = 6.0  # how long a plot waits for its partner, which may be in a later step


@dataclass(slots=True)
class Pair:
    """difference (m,) = gradient (m, 4S) biases + noise (m, m); m = 3, or 2 without height.

    one, other: the two sensors; serials: of their tracks, mostly the same.
    """

    one: int
    other: int
    serials: tuple[int, int]
    difference: F64
    gradient: F64
    noise: F64


@dataclass(slots=True)
class _Placed:
    """Plots as places. K rows; place (K, 3), J (K, 3, 3), noise (K, 3, 3), velocity (K, 3).

    J: by range, azimuth, elevation or east, north, up. tall (K,): height was measured. wide2 (K,):
    squared reach of noise and prior bias on the ground. at (K,): index into the plots. hit_ns (K,
    S): when each sensor last saw its track; started_ns (K,): its first plot.
    """

    at: I64
    serial: I64
    sensor: I64
    t_ns: I64
    place: F64
    J: F64
    noise: F64
    tall: Bools
    velocity: F64
    velocity_var: F64
    wide2: F64
    hit_ns: I64
    started_ns: I64


def next_pairs(state: TrackerState, prior: F64) -> list[Pair]:
    """Make all pairs there are, use up their plots, and drop what has waited long enough.

    prior (S, 4): sigmas of the sensors' biases.
    """
    reg = state.registration
    placed = _placed(state, reg.plots, prior)
    used = np.zeros(len(reg.plots.serial), np.bool_)
    pairs: list[Pair] = []
    for i, j in _partners(state, placed, used):
        if len(pairs) == _PAIRS_MAX:
            break
        used[placed.at[[i, j]]] = True
        pairs.append(_pair(placed, i, j, len(reg.kinds)))
    waits = reg.plots.t_ns > state.newest_ns - int(_WAIT_S * NS_PER_S)
    for name in Plots.__slots__:
        setattr(reg.plots, name, getattr(reg.plots, name)[waits & ~used])
    return pairs


def seen_by_tracks(state: TrackerState, look: Look, prior: F64) -> tuple[I64, I64]:
    """Say which plots of a look can only be of one track: serial (L,) and row of the look (L,).

    prior (4,): sigmas of the sensor's bias.
    """
    bank = state.bank
    rows = np.flatnonzero(bank.track_id[: bank.count] > 0)
    z, variance, s = look.z[:, :3], look.variance[:, :3], look.sensor_index
    if len(rows) == 0 or len(z) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    mean, cov = states_at(state, rows, int(look.t_ns[-1]))
    height = np.full(len(z), float(mean[:, 2].mean()))
    place, J, noise = _place(
        state.sensors_enu[s], state.enu_from_sensors[s : s + 1], look.kind, z, variance, height,
        height * 0.0 + 1e6,
    )  # fmt: skip
    speed2 = np.full(len(z), float((mean[:, 3:5] ** 2).sum(axis=1).max()))
    wide2 = _reach2(J, noise, np.broadcast_to(prior, (len(z), 4)), speed2)
    gap = place[:, None, :2] - mean[None, :, :2]
    spread = wide2[:, None] + (cov[:, 0, 0] + cov[:, 1, 1])[None]
    near = (gap**2).sum(axis=2) < _WIDE**2 * spread
    only = near & (near.sum(axis=1) == 1)[:, None] & (near.sum(axis=0) == 1)[None]
    plots, tracks = np.nonzero(only)
    return bank.serial[rows[tracks]], plots


def _placed(state: TrackerState, plots: Plots, prior: F64) -> _Placed:
    """Turn the plots of likely tracks into places in the site's frame."""
    bank, n = state.bank, state.bank.count
    likely = (bank.existence[:n] > _EXISTENCE_MIN) & (bank.hits[:n] >= _HITS_MIN)
    rows = np.flatnonzero(likely)
    rows = rows[np.argsort(bank.serial[rows], kind="stable")]
    known = np.zeros(len(plots.serial), np.bool_)
    row = np.zeros(len(plots.serial), np.int64)
    if len(rows):
        found = np.minimum(np.searchsorted(bank.serial[rows], plots.serial), len(rows) - 1)
        known = bank.serial[rows[found]] == plots.serial
        row = found
    at = np.flatnonzero(known)
    mean, cov = states_at(state, rows, state.now_ns)
    mean, cov = mean[row[at]], cov[row[at]]
    place, J, noise = np.zeros((len(at), 3)), np.zeros((len(at), 3, 3)), np.zeros((len(at), 3, 3))
    kinds = state.registration.kinds[plots.sensor[at]]
    for kind in {*kinds.tolist()}:
        own = kinds == kind
        sensor = plots.sensor[at[own]]
        place[own], J[own], noise[own] = _place(
            state.sensors_enu[sensor], state.enu_from_sensors[sensor], kind, plots.z[at[own]],
            plots.variance[at[own]], mean[own, 2], cov[own, 2, 2],
        )  # fmt: skip
    speed2 = (mean[:, 3:5] ** 2).sum(axis=1)
    return _Placed(
        at, plots.serial[at], plots.sensor[at], plots.t_ns[at], place, J, noise,
        ~np.isnan(plots.z[at, 2]), mean[:, 3:6], np.diagonal(cov, axis1=1, axis2=2)[:, 3:6],
        _reach2(J, noise, prior[plots.sensor[at]], speed2), bank.hit_ns[rows][row[at]],
        bank.started_ns[rows][row[at]],
    )  # fmt: skip


def _place(
    sensor_enu: F64, enu_from_sensor: F64, kind: int, z: F64, variance: F64, up: F64, up_var: F64
) -> tuple[F64, F64, F64]:
    """Give place (K, 3), its gradient (K, 3, 3) by z and its covariance (K, 3, 3), site ENU.

    sensor_enu (3,) or (K, 3), enu_from_sensor (1 or K, 3, 3): where each plot's sensor is.
    A height that was not measured is the track's: up, up_var (K,). Polar: p = s + M r (cos E sin A,
    cos E cos A, sin E), noise J diag(variance) J'.
    """
    if kind == ENU:
        place, spread = z.copy(), variance.copy()
        unseen = np.isnan(z[:, 2])
        place[unseen, 2], spread[unseen, 2] = up[unseen], up_var[unseen]
        J = np.broadcast_to(np.eye(3), (len(z), 3, 3)).copy()
        return place, J, J * spread[:, :, None]
    r, azimuth = z[:, 0], z[:, 1]
    sine = np.clip((up - sensor_enu[..., 2]) / np.maximum(r, 1.0), -0.9, 0.9)
    unseen = np.isnan(z[:, 2])
    elevation = np.where(unseen, np.arcsin(sine), z[:, 2])
    spread = variance.copy()
    spread[unseen, 2] = (up_var / np.maximum(r, 1.0) ** 2)[unseen]
    sa, ca, se, ce = np.sin(azimuth), np.cos(azimuth), np.sin(elevation), np.cos(elevation)
    none = np.zeros_like(r)
    local = np.array([
        [ce * sa, r * ce * ca, -r * se * sa],
        [ce * ca, -r * ce * sa, -r * se * ca],
        [se, none, r * ce],
    ])  # fmt: skip
    J = np.sum(enu_from_sensor[:, :, :, None] * local.transpose(2, 0, 1)[:, None], axis=2)
    noise = np.sum(J[:, :, None, :] * J[:, None, :, :] * spread[:, None, None, :], axis=3)
    return sensor_enu + r[:, None] * J[:, :, 0], J, noise


def _reach2(J: F64, noise: F64, prior: F64, speed2: F64) -> F64:
    """Give the variance on the ground (K,) that noise and prior bias make together."""
    biased = (J[:, :2, :] ** 2 * prior[:, None, :3] ** 2).sum(axis=(1, 2))
    reach2: F64 = biased + noise[:, 0, 0] + noise[:, 1, 1] + speed2 * prior[:, 3] ** 2
    return reach2


def _partners(state: TrackerState, placed: _Placed, used: Bools) -> Iterator[tuple[int, int]]:
    """Give rows of plots that can only be of one object, by two sensors, nearest in time first."""
    # Copies of one layout: for a view, or what may not be written, the kernel would be compiled
    # anew, which takes seconds of a live step.
    place, velocity, velocity_var = (
        np.array(column, order="C")
        for column in (placed.place, placed.velocity, placed.velocity_var)
    )
    rows = possible_pairs(
        np.ascontiguousarray(placed.sensor), np.ascontiguousarray(placed.t_ns), place, velocity,
        velocity_var, np.ascontiguousarray(placed.wide2), _APART_S, _WIDE**2, _SPEED_GAP_MPS,
    )  # fmt: skip
    rows = rows[~_seen_apart(state, placed, rows)]
    if len(rows) == 0:
        return
    serials, known = np.unique(placed.serial, return_inverse=True)
    one, other = placed.sensor[rows].T
    between = one * (int(placed.sensor.max()) + 1) + other  # which two sensors
    mine, theirs = (between * len(serials) + known[rows[:, k]] for k in (0, 1))
    couples, couple = np.unique(mine * len(serials) + known[rows[:, 1]], return_inverse=True)
    first = np.zeros(len(couples), np.int64)
    first[couple] = np.arange(len(rows))
    alone = _alone(mine[first]) & _alone(theirs[first])
    apart_ns = np.abs(placed.t_ns[rows[:, 0]] - placed.t_ns[rows[:, 1]])
    order = np.lexsort((apart_ns, couple))
    for row, partner in rows[order[alone[couple[order]]]].tolist():
        if not (used[placed.at[row]] or used[placed.at[partner]]):
            yield row, partner


def _seen_apart(state: TrackerState, placed: _Placed, rows: I64) -> Bools:
    """Say of pairs of plots (L, 2) whether one sensor saw their two tracks in one look, lately.

    A sensor gives a plot an object a look: two tracks that it saw within half a period are two
    objects, though only one of each sends, and they are each other's only possible partner. One
    that has just begun may be the other's double: before and after a clock's step one object.
    """
    one, other = rows[:, 0], rows[:, 1]
    seen, both = placed.hit_ns[one], placed.hit_ns[other]
    period_ns = (state.period_s * NS_PER_S)[None, :]
    lately = np.minimum(seen, both) > state.newest_ns - _LATELY_PERIODS * period_ns
    together = (seen > 0) & (both > 0) & lately & (np.abs(seen - both) < 0.5 * period_ns)
    begun_ns = np.maximum(placed.started_ns[one], placed.started_ns[other])
    grown = begun_ns < state.newest_ns - _GROWN_S * NS_PER_S
    apart: Bools = (placed.serial[one] != placed.serial[other]) & together.any(axis=1) & grown
    return apart


def _alone(which: I64) -> Bools:
    """Say of each value (L,) whether it is there but once."""
    _, at, times = np.unique(which, return_inverse=True, return_counts=True)
    answer: Bools = times[at] == 1
    return answer


def _pair(placed: _Placed, i: int, j: int, sensors: int) -> Pair:
    """Compare two plots of one object: place, gradient by all biases, noise."""
    dt_s = float(placed.t_ns[i] - placed.t_ns[j]) / NS_PER_S
    velocity = 0.5 * (placed.velocity[i] + placed.velocity[j])
    gradient = np.zeros((3, 4 * sensors))
    for row, sign in ((i, 1.0), (j, -1.0)):
        own = 4 * int(placed.sensor[row])
        gradient[:, own : own + 3] = sign * placed.J[row]
        gradient[:, own + 3] = -sign * velocity
        if not placed.tall[row]:
            gradient[:, own + 2] = 0.0
    noise = placed.noise[i] + placed.noise[j]
    moved = np.maximum(placed.velocity_var[i], placed.velocity_var[j]) * dt_s**2
    noise[np.diag_indices(3)] += moved + _MANOEUVRE_Q * abs(dt_s) ** 3 / 3.0
    m = 3 if placed.tall[i] and placed.tall[j] else 2
    difference = placed.place[i] - placed.place[j] - velocity * dt_s
    return Pair(
        int(placed.sensor[i]),
        int(placed.sensor[j]),
        (int(placed.serial[i]), int(placed.serial[j])),
        difference[:m],
        gradient[:m],
        np.ascontiguousarray(noise[:m, :m]),
    )
