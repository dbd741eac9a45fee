"""The filter on hypotheses: Bayes' rule where that can be computed, and what it is for."""

import itertools
import math

import numpy as np
import pytest

from vedette import tracking

AREA_M = 300.0
PD, CLUTTER, SURVIVAL_S, Q = 0.9, 10.0, 100.0, 0.02
CALM = np.kron(np.eye(2), [[1 / 3, 1 / 2], [1 / 2, 1]]) * Q  # of x, vx, y, vy in 1 s
MOVE = np.kron(np.eye(2), [[1.0, 1.0], [0.0, 1.0]])
PLACE = np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0]])


def opened(caps=None, gate_prob=0.99995, expected=3.0):
    around = ([150.0, 150.0, 0.0], [100.0, 100.0, 1.0], [1.0, 1.0, 1.0])
    mixture = tracking.open_mixture(
        tracking.Population.around(*around, expected=expected),
        tracking.Population.around(*around, expected=0.005),
        [[Q, 0.0, 1.0]],
        SURVIVAL_S,
        caps=caps,
        gate_prob=gate_prob,
    )
    sensor = tracking.position_sensor(
        detection_prob=PD, clutter_per_scan=CLUTTER, radius_m=AREA_M / math.sqrt(math.pi)
    )
    return mixture, sensor


def fed(scans, **words):
    """Track scans of positions (n, 2), one a second; gives the filter and every estimate."""
    mixture, sensor = opened(**words)
    found = []
    for k, z in enumerate(scans):
        batch = tracking.position_batch(0, float(k), z, 1.0) if len(z) else None
        tracking.observe(mixture, float(k), sensor, batch)
        found.append(tracking.estimate(mixture, tracking.Loss(10.0, 0.4, 2)))
    return mixture, found


def gaussian(z, x, P):
    S = PLACE @ P @ PLACE.T + np.eye(2)
    d = z - PLACE @ x
    return math.exp(-0.5 * d @ np.linalg.solve(S, d)) / math.sqrt(np.linalg.det(2 * np.pi * S))


def kalman(z, x, P):
    S = PLACE @ P @ PLACE.T + np.eye(2)
    K = np.linalg.solve(S, PLACE @ P).T
    return x + K @ (z - PLACE @ x), P - K @ PLACE @ P


def by_bayes(first, second):
    """Compute expected number, chance of nobody and summed place by listing every history."""
    clutter, survive = CLUTTER / AREA_M**2, math.exp(-1 / SURVIVAL_S)
    x0, P0 = np.array([150.0, 0, 150.0, 0]), np.diag([1e4, 1.0, 1e4, 1.0])
    moved = MOVE @ P0 @ MOVE.T + CALM
    begun = []
    for z in first:
        e = PD * 3.0 * gaussian(z, x0, P0)
        x, P = kalman(z, x0, P0)
        begun.append((e / (clutter + e) * survive, MOVE @ x, MOVE @ P @ MOVE.T + CALM))
    crowds = [(3.0 * (1 - PD) * survive, moved), (0.005, P0)]
    density, fresh = [], []
    for z in second:
        parts = [PD * w * gaussian(z, x0, P) for w, P in crowds]
        density.append(clutter + sum(parts))
        mean = sum(e * kalman(z, x0, P)[0] for e, (_, P) in zip(parts, crowds, strict=True))
        fresh.append((sum(parts) / density[-1], mean / sum(parts)))
    total = number = nobody = 0.0
    place = np.zeros(4)
    for choice in itertools.product((-1, 0, 1), repeat=2):
        if choice[0] == choice[1] >= 0:
            continue
        weight, objects = 1.0, []
        for (r, x, P), j in zip(begun, choice, strict=True):
            if j < 0:
                weight *= 1 - r * PD
                objects.append((r * (1 - PD) / (1 - r * PD), x))
            else:
                weight *= r * PD * gaussian(second[j], x, P) / density[j]
                objects.append((1.0, kalman(second[j], x, P)[0]))
        objects += [fresh[j] for j in (0, 1) if j not in choice]
        total += weight
        number += weight * sum(r for r, _ in objects)
        nobody += weight * math.prod(1 - r for r, _ in objects)
        place += weight * sum(r * x for r, x in objects)
    return number / total, nobody / total, place / total


def test_two_targets_two_plots_and_two_steps_are_as_bayes_rule_has_them():
    first = np.array([[140.0, 150.0], [143.0, 151.0]])
    second = np.array([[141.5, 150.5], [142.5, 149.5]])
    mixture, _ = fed([first, second], caps=tracking.EXACT, gate_prob=1.0 - 1e-9)
    number, nobody, place = 0.0, 1.0, np.zeros(4)
    groups = [(c.leaves, c.table, np.exp(c.log_weight)) for c in mixture.clusters]
    alone = mixture.alone
    one = [(alone, np.array([[i]]), np.ones(1)) for i in range(len(alone.existence))]
    for leaves, table, weight in groups + one:
        none = 0.0
        for row, share in zip(table, weight, strict=True):
            held = row[row >= 0]
            r, x = leaves.existence[held], leaves.x[held, 0]
            number += share * r.sum()
            none += share * np.prod(1.0 - r)
            place += share * (r[:, None] * x[:, [0, 3, 1, 4]]).sum(axis=0)
        nobody *= none
    wanted = by_bayes(first, second)
    assert number == pytest.approx(wanted[0], abs=1e-9)
    assert nobody == pytest.approx(wanted[1], abs=1e-9)
    assert place == pytest.approx(wanted[2], abs=1e-6, rel=1e-9)


def scene(seed, steps, paths):
    """Draw plots of objects: paths(k) gives true places (n, 2) at step k."""
    rng = np.random.default_rng(seed)
    scans = []
    for k in range(steps):
        truth = paths(k)
        seen = truth[rng.random(len(truth)) < PD]
        false = rng.uniform(0, AREA_M, (rng.poisson(CLUTTER), 2))
        scans.append(np.vstack([seen + rng.normal(size=seen.shape), false]))
    return scans


def crossing(k):
    """Two objects that meet at a small angle at step 20 and part again."""
    t = k - 20.0
    return np.array([[150.0 + t, 150.0 + 0.5 * t], [150.0 + t, 150.0 - 0.5 * t]])


def test_the_order_of_plots_changes_nothing():
    scans = scene(1, 30, crossing)
    rng = np.random.default_rng(0)
    _, one = fed(scans)
    _, other = fed([rng.permutation(z) for z in scans])
    for a, b in zip(one, other, strict=True):
        assert a.shape == b.shape
        assert a[np.lexsort(a.T)] == pytest.approx(b[np.lexsort(b.T)], abs=1e-9)


def test_two_that_cross_stay_two_and_do_not_run_together():
    """Of 12 crossings, once 10 m apart: both found, each within 4 sigma, 9 times in 10."""
    good = total = 0
    for seed in range(12):
        _, found = fed(scene(100 + seed, 41, crossing))
        for k in range(32, 41):
            gap = np.linalg.norm(crossing(k)[:, None] - found[k][None], axis=2)
            total += 1
            good += len(found[k]) == 2 and bool((gap.min(axis=1) < 4.0).all())
    assert good >= 0.9 * total


def three(k):
    """Three objects side by side within a sigma, of which one is gone from step 20 on."""
    places = np.array([[130.0 + k, 150.0], [130.4 + k, 150.3], [129.8 + k, 150.7]])
    return places if k < 20 else places[:2]


def test_a_death_among_neighbours_is_noticed():
    """Five steps later two are told in at least 9 of 12 scenes, and three before in as many."""
    before = after = 0
    for seed in range(12):
        _, found = fed(scene(200 + seed, 26, three))
        before += len(found[19]) == 3
        after += len(found[25]) == 2
    assert before >= 9
    assert after >= 9


def test_nothing_seen_lowers_existence_and_time_never_runs_back():
    mixture, sensor = opened()
    batch = tracking.position_batch(0, 5.0, [[150.0, 150.0]], 1.0)
    tracking.observe(mixture, 5.0, sensor, batch)
    before = mixture.alone.existence.max()
    tracking.observe(mixture, 6.0, sensor, None)
    assert mixture.alone.existence.max() < before
    with pytest.raises(ValueError, match="time ran backwards"):
        tracking.observe(mixture, 4.0, sensor, None)


def test_what_is_remembered_stays_bounded():
    """Ten minutes of false plots alone leave no more behind than one."""
    mixture, _ = fed(scene(7, 200, lambda k: np.zeros((0, 2))), expected=0.0)
    assert len(mixture.alone.existence) < 100
    assert len(mixture.unseen.intensity) < 10
    assert len(mixture.clusters) < 20
