"""Does the tracker know how wrong it is? Real flights under simulated radars, NEES and NIS.

    python -m benchmarks.consistency [--quick] [--json]

Every flight of ../shared/data/fixed_wing and multirotor, 2.9 km from a radar, and airliners of
../shared/data/adsb 40 km from another. The tracker has its default parameters, the same for all.
NEES: squared error of the published state over its covariance, 6 on average for a filter that knows
its error; NIS: the same for what the radar says of it, 3. Both at the times of scans, from 10 s
after the track began.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import scipy.stats

from benchmarks.figures import DATA, Figure, run_module
from benchmarks.recorded import F64, Truth, read
from vedette import tracking
from vedette.kernels.measure import POLAR, observe

NAME = "consistency"
TITLE = "Real flights under simulated radars: does the track know how wrong it is?"
TEXT = """One radar, detection 0.9, 20 false plots a scan, azimuth 0.3 and elevation 0.5 degrees
(airliners: 0.1 and 0.3), range sigma and scan period in the row; the tracker's defaults, one set
for all. NEES of position and velocity is 6 on average, NIS 3, where a filter knows its error; below
is cautious, above overconfident. The bounds are the 95 % interval of a chi-square mean, widened for
correlation: by the variance and autocorrelation of the series averaged over seeds."""
COMMAND = "python -m benchmarks.consistency"
NEEDS = "fixed_wing"
QUICK = "--quick"

NS = 1_000_000_000
SETTLE_S = 10.0
NEAR_M = 300.0  # further off, a track is another's
SEEDS, SEEDS_QUICK = 6, 2


class Scenario(NamedTuple):
    """One radar: sigma of range (m), azimuth and elevation (deg), scan (s), where the flight is."""

    name: str
    sigma: tuple[float, float, float]
    period_s: float
    place_m: tuple[float, float]
    range_max_m: float
    clutter: float = 20.0
    detection_prob: float = 0.9


DRONES = (
    Scenario("5 m, 1 s", (5.0, 0.3, 0.5), 1.0, (2_500.0, 1_500.0), 10_000.0),
    Scenario("20 m, 1 s", (20.0, 0.3, 0.5), 1.0, (2_500.0, 1_500.0), 10_000.0),
    Scenario("20 m, 2.5 s", (20.0, 0.3, 0.5), 2.5, (2_500.0, 1_500.0), 10_000.0),
)
AIRLINERS = (
    Scenario("60 m, 4 s", (60.0, 0.1, 0.3), 4.0, (30_000.0, 25_000.0), 250_000.0),
    Scenario("60 m, 12 s", (60.0, 0.1, 0.3), 12.0, (30_000.0, 25_000.0), 250_000.0),
)


class Flown(NamedTuple):
    """What came of one run: instants K; a track is missing where error is NaN."""

    t_s: F64
    error: F64  # (K, 6)
    nees: F64
    nis: F64
    track_id: F64
    existence: F64
    cov: F64  # (K, 6, 6)


def fly(
    truth: Truth,
    scenario: Scenario,
    seed: int,
    silent: tuple[float, float] | None = None,
    settings: tracking.Settings | None = None,
) -> Flown:
    """Fly one truth under one radar, silent (from, to) seconds where given, and compare."""
    rng = np.random.default_rng(seed)
    sigma = np.array([scenario.sigma[0], *np.deg2rad(scenario.sigma[1:])])
    radar = tracking.polar_sensor(
        position_enu_m=np.zeros(3),
        range_max_m=scenario.range_max_m,
        detection_prob=scenario.detection_prob,
        clutter_per_scan=scenario.clutter,
        scan_period_s=scenario.period_s,
    )
    state = tracking.open_tracker([radar], settings)
    times = np.arange(rng.uniform(0.0, scenario.period_s), truth.t_s[-1], scenario.period_s)
    states = truth.at(times)
    states[:, :2] += scenario.place_m - truth.state[:, :2].mean(axis=0)
    rows = []
    for t_s, true in zip(times, states, strict=True):
        now_ns = round(float(t_s) * NS) + NS
        tracking.advance(state, [], [], now_ns - 1)  # what it expects, before it looks
        nis = math.nan
        if silent is None or not silent[0] <= t_s < silent[1]:
            z, own = _plots(true, sigma, scenario, rng)
            if own:
                nis = _nis(state.table, true, z[0], sigma)
            batch = tracking.polar_batch(0, now_ns / NS, z, sigma)
            batch.t_meas_ns[:] = now_ns
            tracking.advance(state, [batch] if len(z) else [], [], now_ns)
        else:
            tracking.advance(state, [], [], now_ns)
        rows.append((t_s, *_compared(state.table, true), nis))
    t, error, cov, ids, existence, nis_all = (
        np.array(column) for column in zip(*rows, strict=True)
    )
    nees = np.einsum("ka,ka->k", error, np.linalg.solve(cov, error[:, :, None])[:, :, 0])
    return Flown(t, error, nees, nis_all, ids, existence, cov)


def _polar(place: F64) -> F64:
    ground = math.hypot(place[0], place[1])
    azimuth = math.atan2(place[0], place[1]) % (2.0 * math.pi)
    return np.array([math.hypot(ground, place[2]), azimuth, math.atan2(place[2], ground)])


def _plots(true: F64, sigma: F64, scenario: Scenario, rng: np.random.Generator) -> tuple[F64, bool]:
    """Give a scan's plots (M, 3), the target's first, and whether it is among them."""
    own = rng.random() < scenario.detection_prob
    false = rng.uniform(
        [0.0, 0.0, -0.5 * math.pi],
        [scenario.range_max_m, 2.0 * math.pi, 0.5 * math.pi],
        (rng.poisson(scenario.clutter), 3),
    )
    z = np.vstack([_polar(true) + sigma * rng.normal(size=3), false])
    return (z, True) if own else (z[1:], False)


def _nearest(table: Any, true: F64) -> int:
    gap = np.linalg.norm(table.state_enu[: table.count, :3] - true[:3], axis=1)
    return int(gap.argmin()) if len(gap) else -1


def _compared(table: Any, true: F64) -> tuple[F64, F64, int, float]:
    """Give error, covariance, number and existence of the track on the target, NaN where none."""
    row = _nearest(table, true)
    sigma_m = math.sqrt(np.trace(table.cov_enu[row, :3, :3])) if row >= 0 else 0.0
    error = table.state_enu[row] - true if row >= 0 else np.full(6, np.nan)
    if row < 0 or np.linalg.norm(error[:3]) > max(NEAR_M, 4.0 * sigma_m):
        return np.full(6, np.nan), np.eye(6), 0, math.nan
    return error, table.cov_enu[row].copy(), int(table.track_id[row]), table.existence_prob[row]


def _nis(table: Any, true: F64, z: F64, sigma: F64) -> float:
    """Give the squared innovation of the target's own plot over its covariance."""
    _, P, track_id, _ = _compared(table, true)
    if track_id == 0:
        return math.nan
    x = table.state_enu[_nearest(table, true)]
    H, expected = np.zeros((3, 6)), np.zeros(3)
    for c in range(3):
        expected[c] = observe(POLAR, c, x, np.zeros(3), np.eye(3), H[c])
    gap = z - expected
    gap[1] = (gap[1] + math.pi) % (2.0 * math.pi) - math.pi
    return float(gap @ np.linalg.solve(H @ P @ H.T + np.diag(sigma**2), gap))


def independent(series: F64) -> float:
    """Give how many independent samples a series is worth (Geyer 1992, initial positive sums)."""
    d = series - series.mean()
    variance, total, lag = float(d @ d), 1.0, 1
    while lag < len(d) // 2 and variance > 0.0:
        rho = float(d[:-lag] @ d[lag:]) / variance
        if rho <= 0.0:
            break
        total += 2.0 * rho
        lag += 1
    return max(1.0, len(d) / total)


def bounds(series: list[F64], dof: int) -> tuple[float, float]:
    """Give the 95 % interval of the mean of chi-squares over several runs of one flight.

    The runs differ in noise alone: all meet the same manoeuvres. So what the mean may vary is taken
    from the series averaged over runs, its variance and autocorrelation, but no less than that of
    independent chi-squares; the interval is that of a chi-square of this variance (Satterthwaite).
    """
    length = min(len(one) for one in series)
    together = np.mean([one[:length] for one in series], axis=0)
    least = 2.0 * dof / (length * len(series))
    variance = least  # a single instant tells nothing of itself
    if length > 1:
        variance = max(float(together.var(ddof=1)) / independent(together), least)
    freedom = 2.0 * dof * dof / variance
    low, high = dof * scipy.stats.chi2.ppf([0.025, 0.975], freedom) / freedom
    return float(low), float(high)


def summary(runs: list[Flown]) -> dict[str, Any]:
    """Put several runs of one flight together, from SETTLE_S after each track began."""
    nees, nis, errors, seen, switches = [], [], [], [], 0
    for run in runs:
        begun = run.t_s[np.flatnonzero(run.track_id > 0)[0]] if (run.track_id > 0).any() else np.inf
        late = run.t_s >= begun + SETTLE_S
        known = late & (run.track_id > 0)
        nees.append(run.nees[known])
        nis.append(run.nis[late & ~np.isnan(run.nis)])
        errors.append(run.error[known])
        seen.append(run.track_id[late] > 0)
        switches += int(np.count_nonzero(np.diff(run.track_id[known])))
    error = np.vstack(errors)
    return {
        "nees": float(np.concatenate(nees).mean()),
        "nees_bounds": bounds(nees, 6),
        "nis": float(np.concatenate(nis).mean()),
        "nis_bounds": bounds(nis, 3),
        "position_rmse_m": float(np.sqrt((error[:, :3] ** 2).sum(axis=1).mean())),
        "velocity_rmse_mps": float(np.sqrt((error[:, 3:] ** 2).sum(axis=1).mean())),
        "completeness_ratio": float(np.concatenate(seen).mean()),
        "switches": switches,
    }


def flights(quick: bool) -> Iterator[tuple[Truth, tuple[Scenario, ...]]]:
    """Give every flight with the radars it is flown under."""
    drones = [
        *sorted((DATA / "fixed_wing").glob("*.mat")),
        *sorted((DATA / "multirotor").glob("*")),
    ]
    for path in drones:
        for truth in read(path):
            yield truth, DRONES
    names = ("rega_zh.json.gz",) if quick else ("rega_zh.json.gz", "zurich_airport.json.gz")
    for path in (DATA / "adsb" / name for name in names):
        for truth in read(path) if path.is_file() else []:
            if plausible(truth):
                yield truth, AIRLINERS


def plausible(truth: Truth) -> bool:
    """Say whether ADS-B gave a path that something flew: fast enough, no jumps beyond 1.5 g."""
    velocity = truth.at(np.arange(0.0, truth.t_s[-1], 1.0))[:, 3:]
    pull = np.linalg.norm(np.diff(velocity, axis=0), axis=1)
    return float(np.median(np.linalg.norm(velocity, axis=1))) > 30.0 and float(pull.max()) < 15.0


def base_scene(settings: tracking.Settings | None, seed: int) -> tuple[float, float]:
    """Give the position error (m, RMS) of the tracker, and of a filter told which plot is whose.

    100 targets at 10-40 m/s in white acceleration of 1 m2/s3, one in 1 km2, three false plots a
    target, sigma 10 m, 1 Hz, detection 0.9; the later half of 60 scans, tracks within 60 m.
    """
    rng, targets, side, sigma = np.random.default_rng(seed), 100, 10_000.0, 10.0
    x = np.zeros((targets, 6))
    x[:, :3] = rng.uniform([-side / 2, -side / 2, 0.0], [side / 2, side / 2, 500.0], (targets, 3))
    way, speed = rng.uniform(0.0, 2.0 * np.pi, targets), rng.uniform(10.0, 40.0, targets)
    x[:, 3], x[:, 4] = speed * np.sin(way), speed * np.cos(way)
    F = np.kron([[1.0, 1.0], [0.0, 1.0]], np.eye(3))
    Q = np.kron([[1.0 / 3.0, 0.5], [0.5, 1.0]], np.eye(3))
    H, R, root = np.eye(6)[:3], sigma**2 * np.eye(3), np.linalg.cholesky(Q)
    radar = tracking.position_sensor(
        detection_prob=0.9, clutter_per_scan=3.0 * targets, radius_m=side / np.sqrt(np.pi),
        depth_m=500.0,
    )  # fmt: skip
    # The same false plots to the square, over a disc that holds all that flies out of the box.
    radar.range_max_m, radar.clutter_per_scan = 2.0 * side, 3.0 * targets * 4.0 * np.pi
    state = tracking.open_tracker([radar], settings)
    known = np.hstack([x[:, :3] + sigma * rng.normal(size=(targets, 3)), np.zeros((targets, 3))])
    P = np.broadcast_to(np.diag([sigma**2] * 3 + [18.0**2] * 2 + [2.0**2]), (targets, 6, 6)).copy()
    errors: tuple[list[float], list[float]] = ([], [])
    for k in range(60):
        x = x @ F.T + rng.normal(size=x.shape) @ root.T
        z = x[:, :3] + sigma * rng.normal(size=(targets, 3))
        seen = rng.random(targets) < 0.9
        known, P = known @ F.T, F @ P @ F.T + Q
        gain = P @ H.T @ np.linalg.inv(H @ P @ H.T + R)
        fresh = known + np.einsum("nab,nb->na", gain, z - known[:, :3])
        known, P = (
            np.where(seen[:, None], fresh, known),
            np.where(seen[:, None, None], P - gain @ H @ P, P),
        )
        low, high = x[:, :3].min(axis=0), x[:, :3].max(axis=0)
        plots = np.vstack([z[seen], rng.uniform(low, high, (rng.poisson(3 * targets), 3))])
        batch = tracking.position_batch(0, float(k), rng.permutation(plots), sigma)
        tracking.advance(state, [batch], [], k * NS)
        if k >= 30:
            found = state.table.state_enu[: state.table.count, :3]
            gap = np.linalg.norm(x[:, None, :3] - found[None], axis=2).min(axis=1)
            near = gap < 60.0
            errors[0].extend((gap[near] ** 2).tolist())
            errors[1].extend(((known[near, :3] - x[near, :3]) ** 2).sum(axis=1).tolist())
    return float(np.sqrt(np.mean(errors[0]))), float(np.sqrt(np.mean(errors[1])))


def base_figures(quick: bool) -> list[Figure]:
    """Put the base scene into words: the scene's own model, and the default model of everything."""
    told = tracking.Settings(
        motion=np.array([[1.0, 1.0, 30.0]]), speed_sigma=np.array([[18.0, 2.0]]),
        mode_prior=np.array([1.0]), miss_prob_max=0.9,
    )  # fmt: skip
    rows = []
    for name, settings in (("told the motion", told), ("default motion", None)):
        runs = [base_scene(settings, seed) for seed in range(1, 2 if quick else 4)]
        own, oracle = np.sqrt(np.mean(np.square(runs), axis=0))
        words = f"{own:.2f} m, {oracle:.2f} m, {own / oracle - 1.0:+.1%}"
        rows.append(Figure(f"base scene, {name}: error, oracle's, more", words, "+5%"))
    return rows


def figures(quick: bool) -> list[Figure]:
    """Measure every flight and put it into words."""
    rows = base_figures(quick)
    for truth, scenarios in flights(quick):
        for scenario in scenarios[-1:] if quick else scenarios:
            seeds = SEEDS_QUICK if quick else SEEDS
            found = summary([fly(truth, scenario, seed) for seed in range(1, seeds + 1)])
            what = f"{truth.name[:26]}, {scenario.name}"
            for name, mean in (("NEES", "nees"), ("NIS", "nis")):
                low, high = found[f"{mean}_bounds"]
                rows.append(
                    Figure(f"{what}: {name}", f"{found[mean]:.2f}", f"{low:.2f}-{high:.2f}")
                )
            words = (
                f"{found['position_rmse_m']:.1f} m, {found['velocity_rmse_mps']:.2f} m/s, "
                f"{found['completeness_ratio']:.3f}, {found['switches']}"
            )
            rows.append(Figure(f"{what}: RMSE, completeness, switches", words))
    return rows


if __name__ == "__main__":
    import sys

    run_module(sys.modules[__name__])
