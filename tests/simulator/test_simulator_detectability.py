"""Detection curves: cases by hand, an oracle's integrals, other people's tables, and the draws."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from vedette.simulator.detectability import (
    detection_prob,
    draw_energy,
    draw_sum,
    gamma_shape,
    snr_for,
    threshold_ratio,
)


def oracle(snr: float, threshold: float, pulses: int, swerling: int) -> float:
    """Integrate Marcum's Q over the fluctuation, by other people's functions."""

    def steady(energy: float) -> float:
        return float(stats.ncx2.sf(2.0 * threshold, 2 * pulses, 2.0 * energy))

    if swerling == 0:
        return steady(pulses * snr)
    shape = gamma_shape(swerling, pulses)
    law = stats.gamma(shape, scale=pulses * snr / shape)
    points = law.ppf(np.linspace(0.02, 0.98, 12))
    value, _ = integrate.quad(
        lambda e: steady(e) * law.pdf(e), 0.0, law.ppf(1 - 1e-12), points=points, limit=400
    )
    return float(value)


def test_a_threshold_is_passed_by_noise_as_often_as_asked():
    assert threshold_ratio(1e-6, 1) == pytest.approx(-math.log(1e-6), abs=1e-9)
    for pulses in (1, 3, 10, 64):
        for prob in (1e-8, 1e-6, 1e-3):
            found = stats.gamma.sf(threshold_ratio(prob, pulses), pulses)
            assert found == pytest.approx(prob, rel=1e-6)


def test_one_pulse_of_swerling_1_and_3_follows_the_formulas_by_hand():
    threshold = threshold_ratio(1e-6, 1)
    snr = np.array([1.0, 10.0, 100.0])
    one = detection_prob(snr, threshold, 1, 1)
    assert one == pytest.approx(np.exp(-threshold / (1.0 + snr)), abs=1e-9)
    half = snr / 2.0
    three = (1.0 + threshold * half / (1.0 + half) ** 2) * np.exp(-threshold / (1.0 + half))
    assert detection_prob(snr, threshold, 1, 3) == pytest.approx(three, abs=1e-9)


@pytest.mark.parametrize("swerling", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("pulses", [1, 8])
def test_every_curve_is_the_integral_of_marcums_q_over_the_fluctuation(swerling, pulses):
    threshold = threshold_ratio(1e-6, pulses)
    for snr_db in (-3.0, 3.0, 9.0, 15.0):
        snr = 10.0 ** (snr_db / 10.0)
        found = detection_prob(np.array([snr]), threshold, pulses, swerling)[0]
        assert found == pytest.approx(oracle(snr, threshold, pulses, swerling), abs=1e-6)


@pytest.mark.parametrize(("swerling", "snr_db"), [(0, 13.2), (1, 21.1)])
def test_nine_tenths_at_a_false_alarm_in_a_million_needs_the_decibels_of_the_tables(
    swerling, snr_db
):
    # Skolnik, Introduction to Radar Systems: figures for one pulse.
    snr = snr_for(0.9, threshold_ratio(1e-6, 1), 1, swerling)
    assert 10.0 * math.log10(snr) == pytest.approx(snr_db, abs=0.15)


@pytest.mark.parametrize("pulses", [1, 10, 40])
def test_albersheims_rule_for_steady_echoes_holds_within_its_stated_error(pulses):
    # Albersheim 1981: within 0.2 dB for 0.1 <= Pd <= 0.9, 1e-7 <= Pfa <= 1e-3, n <= 8096, of a
    # linear detector, which needs up to 0.1 dB less than our square-law one.
    prob, alarm = 0.9, 1e-6
    a, b = math.log(0.62 / alarm), math.log(prob / (1.0 - prob))
    rule_db = -5.0 * math.log10(pulses) + (6.2 + 4.54 / math.sqrt(pulses + 0.44)) * math.log10(
        a + 0.12 * a * b + 1.7 * b
    )
    snr = snr_for(prob, threshold_ratio(alarm, pulses), pulses, 0)
    assert 10.0 * math.log10(snr) == pytest.approx(rule_db, abs=0.3)


@pytest.mark.parametrize("swerling", [0, 1, 2, 3, 4])
def test_drawn_echoes_are_found_as_often_as_the_curve_says(swerling):
    rng, count, pulses = np.random.default_rng(40 + swerling), 20_000, 4
    threshold = threshold_ratio(1e-4, pulses)
    for snr in (1.5, 4.0, 10.0):
        energy = draw_energy(rng, np.full(count, snr), np.full(count, swerling), pulses)
        assert np.mean(energy) == pytest.approx(pulses * snr, rel=0.05)
        hits = int(np.sum(draw_sum(rng, energy, pulses) > threshold))
        prob = detection_prob(np.array([snr]), threshold, pulses, swerling)[0]
        low, high = stats.binom.interval(1.0 - 1e-5, count, prob)
        assert low <= hits <= high


def test_more_signal_is_never_found_less_often_and_more_is_needed_for_more():
    threshold = threshold_ratio(1e-6, 3)
    for swerling in range(5):
        curve = detection_prob(10.0 ** (np.arange(-20.0, 40.0) / 10.0), threshold, 3, swerling)
        assert np.all(np.diff(curve) >= -1e-12)
        assert curve[0] < 1e-4
        assert curve[-1] > 0.99
        assert snr_for(0.5, threshold, 3, swerling) < snr_for(0.9, threshold, 3, swerling)
