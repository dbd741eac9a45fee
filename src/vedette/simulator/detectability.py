"""How likely an echo is found: noise, a threshold, and echoes that fluctuate (Swerling 0 to 4).

Numbers only. A detector sums the powers of n pulses, in units of the noise power: without an echo
the sum z is Gamma(n), with one of energy E it is half a noncentral chi-square of 2n degrees and
noncentrality 2E, which is a Poisson mixture: z is Gamma(n + k), k Poisson(E). The energy itself
fluctuates about n S (S: mean signal to noise of a pulse) as a Gamma of shape r: r = 1 (Swerling 1,
scan to scan), n (2, pulse to pulse), 2 (3), 2n (4); Swerling 0 stays. So k is negative binomial,
and every curve is one sum, exact but for its tail, which is cut where it is below 1e-12.
Source: P. Swerling, RM-1217 (1954); J. I. Marcum, RM-753 (1948); the form of the mixture: D. A.
Shnidman, IEEE Trans. AES 31 (1995).
"""

import math

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SNR_MAX_DB = 80.0  # no curve is inverted beyond: every one of them is at 1 there


def threshold_ratio(false_alarm_prob: float, pulses: int) -> float:
    """Give the threshold T on the sum of `pulses` noise powers that noise passes so often.

    Solves exp(-T) sum_{j<n} T^j / j! = P by halving; T is in units of one pulse's noise power.
    """
    low, high = 0.0, pulses + 40.0 * math.sqrt(pulses) + 800.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if _gamma_upper(pulses, middle) > false_alarm_prob:
            low = middle
        else:
            high = middle
    return high


def _gamma_upper(count: int, x: float) -> float:
    """Give Q(n, x) for whole n: the probability that a Gamma(n) is above x."""
    if x <= 0.0:
        return 1.0
    terms = [math.exp(j * math.log(x) - x - math.lgamma(j + 1.0)) for j in range(count)]
    return math.fsum(terms)


def detection_prob(snr: F64, threshold: float, pulses: int, swerling: int) -> F64:
    """Give the probability that the sum of `pulses` echoes and noise passes the threshold.

    snr (N,): mean signal to noise power of one pulse, linear. swerling: 0 to 4. Exact to 1e-9.
    """
    return _mixed(snr, pulses, swerling, _below(threshold, pulses))


def _below(threshold: float, pulses: int) -> F64:
    """Give how probably Gamma(n + k) stays below the threshold, for k from 0 until it always is."""
    last = int(threshold + 10.0 * math.sqrt(threshold)) + 20
    return np.array([1.0 - _gamma_upper(pulses + k, threshold) for k in range(last + 1)])


def _mixed(snr: F64, pulses: int, swerling: int, below: F64) -> F64:
    """Mix what stays below by how probable each k is: Poisson, or negative binomial."""
    mean = np.maximum(pulses * np.atleast_1d(np.asarray(snr, np.float64)), 1e-300)[:, None]
    k = np.arange(len(below))
    factorial = np.array([math.lgamma(j + 1.0) for j in k])
    if swerling == 0:
        log_p = k * np.log(mean) - mean - factorial
    else:
        shape = gamma_shape(swerling, pulses)
        ways = np.array([math.lgamma(j + shape) for j in k]) - math.lgamma(shape) - factorial
        log_p = ways - shape * np.log1p(mean / shape) - k * np.log1p(shape / mean)
    return np.asarray(np.clip(1.0 - np.exp(log_p) @ below, 0.0, 1.0))


def gamma_shape(swerling: int, pulses: int) -> float:
    """Give the shape of the Gamma by which the energy of a fluctuating echo (1 to 4) varies."""
    return {1: 1.0, 2: float(pulses), 3: 2.0, 4: 2.0 * pulses}[swerling]


def snr_for(prob: float, threshold: float, pulses: int, swerling: int) -> float:
    """Give the mean signal to noise of a pulse at which an echo is found with `prob`.

    Halves the curve in decibels, 1e-9 dB at the end. prob must lie between the false-alarm
    probability and 1; at SNR_MAX_DB it stops.
    """
    low, high, below = -SNR_MAX_DB, SNR_MAX_DB, _below(threshold, pulses)
    for _ in range(40):
        middle = 0.5 * (low + high)
        found = _mixed(np.array([10.0 ** (middle / 10.0)]), pulses, swerling, below)
        low, high = (middle, high) if found[0] < prob else (low, middle)
    return float(10.0 ** (high / 10.0))


def draw_energy(rng: np.random.Generator, snr: F64, swerling: I64, pulses: int) -> F64:
    """Draw the energy of each echo (N,), its pulses summed: mean pulses * snr."""
    shape = np.choose(swerling, [1.0, 1.0, float(pulses), 2.0, 2.0 * pulses])
    factor = np.where(swerling == 0, 1.0, rng.gamma(shape) / shape)
    return np.asarray(pulses * snr * factor)


def draw_sum(rng: np.random.Generator, energy: F64, pulses: int) -> F64:
    """Draw what the detector sees of echoes of these energies (N,): the sum with the noise."""
    return 0.5 * rng.noncentral_chisquare(2.0 * pulses, 2.0 * energy)
