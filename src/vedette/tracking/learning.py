"""How often each sensor sees what is there, and where it sees what is not: learnt while it is used.

In: the association probabilities of each look. Out: each sensor's detection probability, its false
plots a scan, and their density at each plot. All begin at the site file's values and are conjugate
estimates (Gelman et al. 2013, Bayesian Data Analysis, 2.4 and 2.6: Beta for detection, Gamma for
rates) whose memory fades, so that weather may change.

False plots are counted in cells of the coverage, since sea, roads and forests are no even carpet. A
cell about which little is known takes the density that a plot of this sensor meets on average,
sum n(n - 1) / sum n over the cells, which is right also where most of the coverage is empty.
"""

from dataclasses import dataclass, replace

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.look import cells_at, count_unexplained
from vedette.kernels.measure import POLAR
from vedette.model.measurements import F64, I64, SensorModel
from vedette.tracking.looks import Look, sector_width

_ALONG, _ACROSS = 32, 32  # range by azimuth, or east by north
CELLS = _ALONG * _ACROSS
# The site file's word weighs as much as this many pairs of plots in one cell, or looks at known
# tracks; the average density as much as two plots in each cell.
_STATED_PAIRS, _STATED_LOOKS, _AVERAGE_PLOTS = 4.0, 20.0, 2.0
_CROWDED_SHARE = 0.1  # so many of the cells may be crowded without a say in the average
# What was seen this many scans, or looks, ago weighs 1/e: some minutes, in which weather changes.
_MEMORY_SCANS, _MEMORY_LOOKS = 100.0, 500.0
_SAME_SCAN_RATIO = 0.5  # looks within this part of a period belong to one scan
_GAP_SCANS = 5.0  # after a longer silence nobody knows how much of it was watched
_DETECTION_MIN, _DETECTION_MAX = 0.2, 0.99
_RATIO_MAX = 100.0  # of density to what the site file says: beyond, something else is wrong
# Keys that unexplained plots carried lately: as many as are worth knowing, the rarest give way.
_KEYS, _UNEXPLAINED_PROB, _UNHEARD_PLOTS = 64, 0.5, 20.0
KNOWN_PROB = 0.9  # a track this likely exists: whether it was seen says something of the sensor


@dataclass(slots=True)
class Learning:
    """Fading sums by sensor.

    stated_detection (S,): the site file's. plots (S, CELLS): unexplained plots; scans (S,): over
    how many scans. keys, key_plots (S, K): what unexplained plots claimed to be, and how many did.
    seen, looked (S,): looks at known tracks; new_seen, new_looked (S,): those since new_ns (S,),
    which belong to one scan and count together. heard_ns (S,): last look, 0 none.
    """

    stated_detection: F64
    plots: F64
    scans: F64
    keys: I64
    key_plots: F64
    seen: F64
    looked: F64
    new_seen: F64
    new_looked: F64
    new_ns: I64
    heard_ns: I64


def start_learning(models: list[SensorModel]) -> Learning:
    """Make sums that hold nothing yet."""
    sensors = len(models)
    return Learning(
        stated_detection=np.array([m.detection_prob for m in models], dtype=np.float64),
        plots=np.zeros((sensors, CELLS)),
        scans=np.zeros(sensors),
        keys=np.zeros((sensors, _KEYS), np.int64),
        key_plots=np.zeros((sensors, _KEYS)),
        seen=np.zeros(sensors),
        looked=np.zeros(sensors),
        new_seen=np.zeros(sensors),
        new_looked=np.zeros(sensors),
        new_ns=np.zeros(sensors, np.int64),
        heard_ns=np.zeros(sensors, np.int64),
    )


def own_models(models: list[SensorModel]) -> list[SensorModel]:
    """Copy the models, since the learnt detection probability is written into them."""
    return [replace(model) for model in models]


def _stated_rate(model: SensorModel, look: Look) -> float:
    """Give the false plots a scan and cell that the site file means. A disc fills pi/4 of its
    square."""
    share = 1.0 if look.kind == POLAR else 0.25 * np.pi
    return float(max(model.clutter_per_scan, 1.0 / _RATIO_MAX) / (CELLS * share))


def clutter_ratio(learning: Learning, model: SensorModel, look: Look) -> tuple[I64, F64]:
    """Give each plot's cell (J,), and how many times denser false plots are there than stated (J,).

    Cells are of range and azimuth, or east and north about the sensor. Rate of a cell = (a + n) /
    (a / average + scans), a = _AVERAGE_PLOTS.
    """
    s, stated = model.index, _stated_rate(model, look)
    # Of what transmits, those who lie are few, until they come: a quiet hour is no proof of truth.
    least = 1.0 if model.cooperative else 1.0 / _RATIO_MAX
    # A swarm not yet tracked is no weather: the fullest cells have no say in the average.
    answer: tuple[I64, F64] = cells_at(
        look.kind, look.z, max(model.range_max_m, 1.0), model.azimuth_from_rad,
        sector_width(model), model.position_enu_m, _ALONG, _ACROSS, learning.plots[s],
        float(learning.scans[s]), stated, _STATED_PAIRS, _AVERAGE_PLOTS, 1.0 - _CROWDED_SHARE,
        least, _RATIO_MAX,
    )  # fmt: skip
    return answer


def clutter_per_scan(learning: Learning, model: SensorModel) -> float:
    """Give a sensor's false plots in one scan of all its coverage, as far as is known."""
    s, stated = model.index, max(model.clutter_per_scan, 1.0 / _RATIO_MAX)
    found = _STATED_PAIRS + float(learning.plots[s].sum())
    return found / (_STATED_PAIRS / stated + float(learning.scans[s]))


def match_evidence(learning: Learning, model: SensorModel, look: Look, most_log: float) -> F64:
    """Give for each plot (J,) how much it says, in nats, that a track claims the same key.

    -log of the share of unexplained plots that carry it, at most most_log: a key that comes from
    everywhere says nothing. Rare ones count as one in e^most_log of _UNHEARD_PLOTS plots.
    """
    if not look.key.any():
        return np.full(len(look.key), most_log)
    s = model.index
    same = look.key[:, None] == learning.keys[s][None, :]
    heard = np.sum(np.where(same, learning.key_plots[s], 0.0), axis=1)
    rare = np.exp(-most_log)
    share = (heard + rare * _UNHEARD_PLOTS) / (float(np.sum(learning.plots[s])) + _UNHEARD_PLOTS)
    answer: F64 = np.clip(-np.log(share), 0.0, most_log)
    return answer


def learn_clutter(
    learning: Learning,
    model: SensorModel,
    look: Look,
    cells: I64,
    unclaimed: F64,
    period_s: float,
) -> float:
    """Take in a look's plots: unclaimed (J,), the probability that each belongs to no track.

    A sensor's first look counts as one scan; a look into the past adds its plots alone. Returns how
    many scans have passed.
    """
    s, t_ns = model.index, int(look.t_ns[-1])
    before_ns, learning.heard_ns[s] = int(learning.heard_ns[s]), max(t_ns, learning.heard_ns[s])
    passed = (t_ns - before_ns) / NS_PER_S / period_s if before_ns else 1.0
    passed = min(max(passed, 0.0), _GAP_SCANS)
    kept = float(np.exp(-passed / _MEMORY_SCANS))
    learning.scans[s] = kept * learning.scans[s] + passed
    count_unexplained(
        learning.plots[s], learning.keys[s], learning.key_plots[s], cells, unclaimed, look.key,
        kept, _UNEXPLAINED_PROB,
    )  # fmt: skip
    return passed


def learn_detection(
    learning: Learning,
    model: SensorModel,
    seen: float,
    looked: float,
    t_ns: int,
    period_s: float,
) -> None:
    """Take in looks at known tracks at t_ns; writes model.detection_prob.

    seen: how many of them gave a plot, expected; looked: how many there were. Probability =
    (b stated + seen) / (b + looked), b = _STATED_LOOKS. What is cooperative teaches nothing. Hits
    and misses of one scan come apart, and a scan may hold more tracks than memory holds looks: they
    are forgotten together, or the last to come would be all that is remembered.
    """
    if looked <= 0.0 or model.cooperative:
        return
    s = model.index
    if t_ns - int(learning.new_ns[s]) > int(_SAME_SCAN_RATIO * period_s * NS_PER_S):
        kept = float(np.exp(-learning.new_looked[s] / _MEMORY_LOOKS))
        learning.seen[s] = kept * learning.seen[s] + learning.new_seen[s]
        learning.looked[s] = kept * learning.looked[s] + learning.new_looked[s]
        learning.new_seen[s], learning.new_looked[s], learning.new_ns[s] = 0.0, 0.0, t_ns
    learning.new_seen[s] += seen
    learning.new_looked[s] += looked
    prob = _STATED_LOOKS * learning.stated_detection[s] + learning.seen[s]
    prob /= _STATED_LOOKS + learning.looked[s]
    model.detection_prob = float(min(max(prob, _DETECTION_MIN), _DETECTION_MAX))
