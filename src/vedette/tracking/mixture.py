"""A whole filter on hypotheses, for few targets and whoever brings a model of them.

from vedette import tracking
seen_first = tracking.Population.around([100, 100, 0], [150, 150, 1], [1, 1, 1], expected=3.0)
mixture = tracking.open_mixture(seen_first, births_per_s, motion, survival_s=100.0)
for t_s, plots in scans:
    tracking.observe(mixture, t_s, sensor, tracking.position_batch(0, t_s, plots, sigma_m=1.0))
    points = tracking.estimate(mixture, tracking.Loss(cutoff_m=10.0, axes=2))

The live tracker is faster and knows sites, numbers and events. Here everything is carried: objects
never yet seen are a Poisson population; every one that may have been seen is alone (a Bernoulli),
or a column of a cluster of hypotheses. Garcia-Fernandez, Williams, Granstrom, Svensson 2018,
"Poisson multi-Bernoulli mixture filter: direct derivation and implementation", IEEE TAES 54-4.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from vedette.base.constants import NS_PER_S
from vedette.kernels.hypotheses import MEASUREMENTS_MAX, start_leaves
from vedette.kernels.statistics import gate_thresholds
from vedette.model.measurements import F64, I64, Bools, MeasurementBatch, SensorModel
from vedette.tracking.hypotheses import (
    NO_BOUND,
    Caps,
    Cluster,
    Leaves,
    View,
    all_of,
    joined,
    likelihoods,
    linked,
    predict,
    take,
    tidy,
)
from vedette.tracking.least_error import Loss, estimate_alone, estimate_cluster
from vedette.tracking.looks import Look, looks_of
from vedette.tracking.settings import Settings

_ONE = np.ones(1, np.bool_)


@dataclass(slots=True)
class Population:
    """Objects nobody has seen yet: intensity (K,) expected number, x (K, 6), P (K, 6, 6)."""

    intensity: F64
    x: F64
    P: F64

    @staticmethod
    def around(
        position_m: ArrayLike, sigma_m: ArrayLike, speed_sigma_mps: ArrayLike, expected: float
    ) -> "Population":
        """Describe one Gaussian crowd at rest: position_m, sigma_m, speed_sigma_mps (3,)."""
        x = np.concatenate([np.asarray(position_m, np.float64), np.zeros(3)])
        sigma = np.concatenate([np.asarray(sigma_m), np.asarray(speed_sigma_mps)])
        return Population(
            np.array([expected]), x[None], np.diag(sigma.astype(np.float64) ** 2)[None]
        )


@dataclass(slots=True)
class Mixture:
    """The filter's whole memory. alone: Bernoullis independent of all; alone_serial (A,).

    births: arrivals a second. motion (M, 6), mode_prior (M,): as in `Settings`. thresholds (9,).
    """

    unseen: Population
    births: Population
    alone: Leaves
    alone_serial: I64
    clusters: list[Cluster]
    motion: F64
    mode_prior: F64
    survival_s: float
    thresholds: F64
    caps: Caps
    t_ns: int = 0
    begun: bool = False
    next_serial: int = 1
    intensity_min: float = field(default=1e-5)  # as in the paper's section VI


def open_mixture(
    unseen: Population,
    births: Population,
    motion: ArrayLike,
    survival_s: float,
    *,
    mode_prior: ArrayLike = (1.0,),
    gate_prob: float = 0.99995,
    caps: Caps | None = None,
) -> Mixture:
    """Start a filter. unseen: who may be there at the first look; births: who arrives each second.

    motion (M, 3..6): per mode q horizontal, q vertical (m2/s3), mean stay (s) and more, see
    `vedette.kernels.motion`. gate_prob: chance that an object's own plot is compared with it.
    """
    modes = Settings(motion=np.array(motion, np.float64)).motion  # columns left out are filled
    return Mixture(
        unseen=Population(unseen.intensity.copy(), unseen.x.copy(), unseen.P.copy()),
        births=births,
        alone=_no_leaves(len(modes)),
        alone_serial=np.zeros(0, np.int64),
        clusters=[],
        motion=modes,
        mode_prior=np.asarray(mode_prior, np.float64),
        survival_s=survival_s,
        thresholds=gate_thresholds(gate_prob),
        caps=caps or Caps(),
    )


def _no_leaves(modes: int) -> Leaves:
    return Leaves(
        np.zeros((0, modes, 6)), np.zeros((0, modes, 6, 6)), np.zeros((0, modes)), np.zeros(0),
        np.zeros(0, np.int8),
    )  # fmt: skip


def observe(
    mixture: Mixture, t_s: float, sensor: SensorModel, batch: MeasurementBatch | None
) -> None:
    """Take in what one sensor saw of its whole coverage at t_s (s), nothing included."""
    looks = []
    if batch is not None and len(batch.t_meas_ns):
        looks = list(looks_of(batch, sensor, sensor.scan_period_s, mixture.thresholds))
    if not looks:
        _advance(mixture, round(t_s * NS_PER_S))
        _take(mixture, _no_view(sensor))
    for look in looks:
        _advance(mixture, int(look.t_ns[-1]))
        _take(mixture, _view(mixture, look, sensor))


def estimate(mixture: Mixture, loss: Loss) -> F64:
    """Give the positions (N, axes) of least expected GOSPA squared; see `tracking.least_error`."""
    found = [estimate_alone(mixture.alone, loss)]
    found += [estimate_cluster(cluster, loss) for cluster in mixture.clusters]
    return np.concatenate(found)


def _advance(mixture: Mixture, t_ns: int) -> None:
    """Predict to t_ns; time never runs backwards here."""
    dt_s = (t_ns - mixture.t_ns) / NS_PER_S if mixture.begun else 0.0
    if dt_s < 0.0:
        raise ValueError(f"time ran backwards by {-dt_s} s")
    mixture.t_ns, mixture.begun = t_ns, True
    if dt_s == 0.0:
        return
    for leaves in (mixture.alone, *(c.leaves for c in mixture.clusters)):
        predict(leaves, dt_s, mixture.survival_s, mixture.motion, NO_BOUND)
    u, b = mixture.unseen, mixture.births
    moved = Leaves(
        u.x[:, None], u.P[:, None], np.ones((len(u.x), 1)), u.intensity,
        np.ones(len(u.x), np.int8),
    )  # fmt: skip
    predict(moved, dt_s, mixture.survival_s, mixture.motion[:1], NO_BOUND)
    kept = u.intensity >= mixture.intensity_min
    mixture.unseen = Population(
        np.concatenate([u.intensity[kept], b.intensity * dt_s]),
        np.concatenate([u.x[kept], b.x]),
        np.concatenate([u.P[kept], b.P]),
    )


def _no_view(sensor: SensorModel) -> View:
    empty = np.zeros((0, 8))
    return View(
        0, empty, empty, np.zeros(0), np.zeros(0), sensor.detection_prob, sensor.position_enu_m,
        sensor.enu_from_sensor, None, np.zeros(0, np.int64),
    )  # fmt: skip


def _view(mixture: Mixture, look: Look, sensor: SensorModel) -> View:
    """Weigh each measurement as false, or as a new object's first."""
    u, looks = mixture.unseen, len(look.t_ns)
    lag_s = (look.t_ns - mixture.t_ns) / NS_PER_S
    seen, x, P = start_leaves(
        u.intensity, u.x, u.P, look.kind, look.z, look.variance, lag_s, sensor.position_enu_m,
        sensor.enu_from_sensor, mixture.motion[0, 0],
    )  # fmt: skip
    density = look.clutter + sensor.detection_prob * seen
    modes = len(mixture.mode_prior)
    newborn = Leaves(
        np.repeat(x[:, None], modes, axis=1),
        np.repeat(P[:, None], modes, axis=1),
        np.tile(mixture.mode_prior, (looks, 1)),
        sensor.detection_prob * seen / density,
        np.ones(looks, np.int8),
    )
    serial = mixture.next_serial + np.arange(looks)
    mixture.next_serial += looks
    return View(
        look.kind, look.z, look.variance, lag_s, np.log(density), sensor.detection_prob,
        sensor.position_enu_m, sensor.enu_from_sensor, newborn, serial,
    )  # fmt: skip


def _take(mixture: Mixture, view: View) -> None:
    """Apply one look to everything."""
    m, motion, caps = mixture, mixture.motion, mixture.caps
    m.unseen.intensity *= 1.0 - view.detection_prob
    alone = likelihoods(m.alone, view, motion, m.thresholds)
    inside = [likelihoods(c.leaves, view, motion, m.thresholds) for c in m.clusters]
    hit = [(like > -np.inf).any(axis=0) for like in inside]
    seen = (alone > -np.inf).any(axis=1)
    rows = np.flatnonzero(seen)
    hits = np.array([*hit, *(alone[rows] > -np.inf)], np.bool_)
    hits = hits.reshape(len(inside) + len(rows), len(view.z))
    after: list[Cluster] = []
    for group in linked(_sharing(hits)):
        columns = _columns(hits, group)
        members, likes = [], []
        for g in group:
            if g < len(inside):
                members.append(m.clusters[g])
                likes.append(inside[g][:, columns])
            else:
                i = rows[g - len(inside)]
                members.append(_single(m, i))
                likes.append(alone[i : i + 1, columns])
        whole = joined(members, caps.hypotheses_max)
        like = np.ascontiguousarray(np.concatenate(likes))
        after += tidy(take(whole, view.columns(columns), like, motion, caps), caps)
    left: Bools = np.logical_not(hits.any(axis=0))
    _settle(mixture, after, np.logical_not(seen), view, left)


def _columns(hits: Bools, group: I64) -> I64:
    """List the measurements a group competes for; beyond what a search can hold, those that fewest
    tracks could have made are left to be new or false."""
    claims = hits[group].sum(axis=0)
    columns = np.flatnonzero(claims)
    if len(columns) > MEASUREMENTS_MAX:
        order = np.argsort(-claims[columns], kind="stable")
        hits[np.ix_(group, columns[order[MEASUREMENTS_MAX:]])] = False
        columns = np.sort(columns[order[:MEASUREMENTS_MAX]])
    return columns


def _sharing(hits: Bools) -> Bools:
    """Say which units (U, J) have a measurement in common: (U, U)."""
    counts = hits.astype(np.int64)
    answer: Bools = counts @ counts.T > 0
    return answer


def _single(mixture: Mixture, row: int) -> Cluster:
    """Make a cluster of one Bernoulli that is certain of its history."""
    rows = np.array([row])
    return Cluster(
        mixture.alone.rows(rows), np.zeros((1, 1), np.int64), np.zeros(1),
        mixture.alone_serial[rows],
    )  # fmt: skip


def _settle(
    mixture: Mixture, clusters: list[Cluster], unseen: Bools, view: View, left: Bools
) -> None:
    """Put together who is alone now: the unseen, what clusters let go, and the newborn."""
    m = mixture
    r = m.alone.existence * (1.0 - view.detection_prob)
    m.alone.existence = r / (1.0 - m.alone.existence + r)
    parts, serials, kept = [m.alone], [m.alone_serial], [unseen]
    m.clusters = [c for c in clusters if c.table.shape != (1, 1)]
    for cluster in clusters:
        if cluster.table.shape == (1, 1):
            parts.append(cluster.leaves)
            serials.append(cluster.serial)
            kept.append(_ONE)
    if view.newborn is not None:
        parts.append(view.newborn)
        serials.append(view.serial)
        kept.append(left)
    alone, wanted = all_of(parts), np.concatenate(kept)
    wanted &= alone.existence >= m.caps.existence_min
    m.alone, m.alone_serial = alone.rows(wanted), np.concatenate(serials)[wanted]
