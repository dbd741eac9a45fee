"""Clusters: tracks that compete for measurements, with real hypotheses carried from look to look.

In: a cluster, and the measurements of one look that its tracks could have made. Out: the cluster
after Bayes' rule, cut down to what matters, and parted where its tracks no longer depend on each
other. Exact while the caps are not reached. Garcia-Fernandez, Williams, Granstrom, Svensson 2018,
"Poisson multi-Bernoulli mixture filter: direct derivation and implementation", IEEE TAES 54-4.
"""

from dataclasses import dataclass

import numpy as np

from vedette.kernels.hypotheses import bayes, predict_leaves, score_leaves
from vedette.kernels.simplify import heaviest_first, join_equal, simplify
from vedette.model.measurements import F64, I8, I64, Bools

# Nothing limits how little is known of a height here; a site's tracker bounds it.
NO_BOUND = np.array([np.inf, np.inf])


@dataclass(slots=True, frozen=True)
class Caps:
    """Where clusters stop being exact; `EXACT` is Bayes' rule to rounding, for tiny problems."""

    # More hypotheses, or lighter ones, change the error of four objects that meet by less than can
    # be measured in a hundred runs (studies/four_targets_estimators.md).
    hypotheses_max: int = 50
    search_ratio: int = 3  # partial hypotheses followed, as a multiple of hypotheses_max
    share_min: float = 1e-3  # lighter hypotheses are dropped
    existence_min: float = 1e-4  # below, a leaf is none
    leaf_gap_max: float = 0.02  # leaves that differ less (nats) are one
    dependence_max: float = 1e-2  # nats: columns that tell less of each other part
    absent_gap: float = 50.0  # what a leaf against none counts where hypotheses are aligned


EXACT = Caps(
    hypotheses_max=1_000_000,
    share_min=0.0,
    existence_min=0.0,
    leaf_gap_max=0.0,
    dependence_max=0.0,
)


@dataclass(slots=True)
class Leaves:
    """Single-target hypotheses, one a row: x (L, M, 6), P (L, M, 6, 6), mode_prob (L, M),
    existence (L,), height_seen (L,)."""

    x: F64
    P: F64
    mode_prob: F64
    existence: F64
    height_seen: I8

    def rows(self, rows: I64 | Bools) -> "Leaves":
        """Take some rows."""
        return Leaves(
            self.x[rows], self.P[rows], self.mode_prob[rows], self.existence[rows],
            self.height_seen[rows],
        )  # fmt: skip


def all_of(parts: list[Leaves]) -> Leaves:
    """Put leaves one after the other."""
    if len(parts) == 1:
        return parts[0]
    return Leaves(
        np.concatenate([p.x for p in parts]),
        np.concatenate([p.P for p in parts]),
        np.concatenate([p.mode_prob for p in parts]),
        np.concatenate([p.existence for p in parts]),
        np.concatenate([p.height_seen for p in parts]),
    )


@dataclass(slots=True)
class Cluster:
    """Global hypotheses: table (H, T) of leaves, -1 none, heaviest first; log_weight (H,),
    normalised; serial (T,): the tracks' own numbers."""

    leaves: Leaves
    table: I64
    log_weight: F64
    serial: I64


@dataclass(slots=True)
class View:
    """The measurements of one look that one cluster may have made.

    z, variance (J, 8), lag_s (J,): see `vedette.kernels.measure`; log_density (J,): of false and
    new objects at each. newborn: the new object behind each measurement no track made (J rows), or
    none; serial (J,): their numbers.
    """

    kind: int
    z: F64
    variance: F64
    lag_s: F64
    log_density: F64
    detection_prob: float
    sensor_enu_m: F64
    enu_from_sensor: F64
    newborn: Leaves | None
    serial: I64

    def columns(self, columns: I64) -> "View":
        """Take some measurements."""
        newborn = self.newborn.rows(columns) if self.newborn else None
        return View(
            self.kind, self.z[columns], self.variance[columns], self.lag_s[columns],
            self.log_density[columns], self.detection_prob, self.sensor_enu_m,
            self.enu_from_sensor, newborn, self.serial[columns],
        )  # fmt: skip


def predict(leaves: Leaves, dt_s: float, survival_s: float, motion: F64, bounds: F64) -> None:
    """Move leaves by dt_s >= 0, in place: densities by their modes, r' = r exp(-dt / survival)."""
    if dt_s <= 0.0 or len(leaves.existence) == 0:
        return
    predict_leaves(leaves.x, leaves.P, leaves.mode_prob, leaves.height_seen, dt_s, motion, bounds)
    leaves.existence *= np.exp(-dt_s / survival_s)


def likelihoods(leaves: Leaves, view: View, motion: F64, thresholds: F64) -> F64:
    """Give the log likelihood (L, J) of each measurement under each leaf, -inf outside the gate."""
    answer: F64 = score_leaves(
        leaves.x, leaves.P, leaves.mode_prob, view.kind, view.z, view.variance, view.lag_s,
        view.sensor_enu_m, view.enu_from_sensor, motion, thresholds,
    )  # fmt: skip
    return answer


def joined(clusters: list[Cluster], hypotheses_max: int) -> Cluster:
    """Make one cluster of several independent ones: every combination of their hypotheses."""
    if len(clusters) == 1:
        return clusters[0]
    table, log_weight, offset = np.zeros((1, 0), np.int64), np.zeros(1), 0
    for c in clusters:
        below = np.where(c.table >= 0, c.table + offset, -1)
        offset += len(c.leaves.existence)
        a, b = len(log_weight), len(c.log_weight)
        table = np.column_stack([np.repeat(table, b, axis=0), np.tile(below, (a, 1))])
        log_weight = np.add.outer(log_weight, c.log_weight).ravel()
        if len(log_weight) > hypotheses_max:
            chosen = np.argsort(-log_weight, kind="stable")[:hypotheses_max]
            table, log_weight = table[chosen], log_weight[chosen]
    return Cluster(
        all_of([c.leaves for c in clusters]),
        np.ascontiguousarray(table),
        log_weight - np.log(np.exp(log_weight).sum()),
        np.concatenate([c.serial for c in clusters]),
    )


def take(cluster: Cluster, view: View, likelihood: F64, motion: F64, caps: Caps) -> Cluster:
    """Apply one look, by Bayes' rule over all hypotheses, of which the heaviest are kept.

    likelihood (L, J): of `likelihoods`, J <= MEASUREMENTS_MAX.
    """
    old, looks = cluster.leaves, len(view.log_density)
    absent = np.full(len(old.existence), 1.0 - view.detection_prob)
    table, log_weight, *grown, free = bayes(
        cluster.table, cluster.log_weight, old.x, old.P, old.mode_prob, old.existence,
        old.height_seen, likelihood, view.log_density, view.detection_prob, absent, view.kind,
        view.z, view.variance, view.lag_s, view.sensor_enu_m, view.enu_from_sensor, motion,
        caps.hypotheses_max, caps.search_ratio * caps.hypotheses_max, caps.share_min,
    )  # fmt: skip
    leaves = Leaves(*grown)
    if view.newborn is None or looks == 0:
        return Cluster(leaves, table, log_weight, cluster.serial)
    born = np.where(free, len(leaves.existence) + np.arange(looks), -1)
    return Cluster(
        all_of([leaves, view.newborn]),
        np.ascontiguousarray(np.hstack([table, born])),
        log_weight,
        np.concatenate([cluster.serial, view.serial]),
    )


def tidy(cluster: Cluster, caps: Caps) -> list[Cluster]:
    """Drop what is negligible, join what is equal, and part what is independent."""
    leaves = cluster.leaves
    table, log_weight, column, group = simplify(
        cluster.table, cluster.log_weight, leaves.x, leaves.P, leaves.mode_prob,
        leaves.existence, caps.existence_min, caps.leaf_gap_max, caps.absent_gap,
        caps.dependence_max,
    )  # fmt: skip
    serial = cluster.serial[column]
    if len(log_weight) == 1:  # one hypothesis: everybody alone
        return [_only(leaves, table[0, t : t + 1], serial[t : t + 1]) for t in range(len(column))]
    groups = group.max(initial=-1) + 1
    if groups == 1:
        return [_cut(leaves, table, log_weight, serial)]
    answer = []
    for g in range(groups):
        columns = np.flatnonzero(group == g)
        part, weight = join_equal(np.ascontiguousarray(table[:, columns]), log_weight)
        part, weight = heaviest_first(part, weight)
        answer.append(_cut(leaves, part, weight, serial[columns]))
    return answer


def _only(leaves: Leaves, leaf: I64, serial: I64) -> Cluster:
    """Make the cluster of one track with one leaf (1,)."""
    return Cluster(leaves.rows(leaf), np.zeros((1, 1), np.int64), np.zeros(1), serial)


def _cut(leaves: Leaves, table: I64, log_weight: F64, serial: I64) -> Cluster:
    """Keep only the leaves that the table names."""
    named = np.zeros(len(leaves.existence) + 1, np.bool_)
    named[table] = True
    named[-1] = False  # where the table says none
    number = np.cumsum(named) - 1
    number[-1] = -1
    return Cluster(leaves.rows(np.flatnonzero(named)), number[table], log_weight, serial)


def linked(links: Bools) -> list[I64]:
    """Group what is linked, directly or through others. links (T, T) symmetric."""
    todo, groups = list(range(len(links))), []
    while todo:
        group, ahead = [], [todo.pop(0)]
        while ahead:
            a = ahead.pop()
            group.append(a)
            near = [b for b in todo if links[a, b]]
            todo = [b for b in todo if not links[a, b]]
            ahead += near
        groups.append(np.array(sorted(group), np.int64))
    return groups
