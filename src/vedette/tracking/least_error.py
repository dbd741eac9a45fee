"""From a posterior to one answer: the set of positions with the least expected error.

In: clusters with their hypotheses. Out: positions. Error is GOSPA squared (p = 2, alpha = 2), whose
mean over the posterior is minimised, instead of believing the heaviest hypothesis: near a meeting
of targets no single one is right, and their mean, taken without regard to labels, is nearer.
"""

from dataclasses import dataclass

from vedette.kernels.estimation import least_mean_gospa, places, who_exists
from vedette.model.measurements import F64
from vedette.tracking.hypotheses import Cluster, Leaves

_SHARE_MIN = 1e-3  # what is left out together changes an expected cost by about a part in a hundred


@dataclass(slots=True, frozen=True)
class Loss:
    """What errors cost: cutoff_m, c of GOSPA; prob_min: the existence from which one object alone
    is told. 0.5: a false one is as bad as a missed one, which is GOSPA itself; below, better a
    false one. axes: how many of east, north, up count."""

    cutoff_m: float = 30.0
    prob_min: float = 0.5
    axes: int = 3

    @property
    def false_cost_m2(self) -> float:
        """Give the cost of a false object where a missed one costs cutoff^2 / 2."""
        return 0.5 * self.cutoff_m**2 * self.prob_min / (1.0 - self.prob_min)


def estimate_alone(leaves: Leaves, loss: Loss) -> F64:
    """Choose among independent Bernoullis: told where r (c^2/2 - spread^2) > false_cost (1 - r)."""
    pos, spread2 = places(leaves.x, leaves.P, leaves.mode_prob, loss.axes)
    r = leaves.existence
    gain = r * (0.5 * loss.cutoff_m**2 - spread2)
    told: F64 = pos[gain > loss.false_cost_m2 * (1.0 - r)]
    return told


def estimate_cluster(cluster: Cluster, loss: Loss) -> F64:
    """Find the positions (K, axes) with the least expected loss over a cluster's hypotheses."""
    leaves = cluster.leaves
    pos, spread2 = places(leaves.x, leaves.P, leaves.mode_prob, loss.axes)
    weight, leaf, size = who_exists(cluster.table, cluster.log_weight, leaves.existence, _SHARE_MIN)
    found: F64
    found, _ = least_mean_gospa(
        weight, leaf, size, pos, spread2, loss.cutoff_m**2, loss.false_cost_m2
    )
    return found
