"""Tracks begun by times of arrival: a robust fix of one message, its covariance with it.

In: messages that no track explains. Out: positions with covariance, or nothing where the receivers
do not give one place. Once a track exists, arrival times update it directly.
"""

from functools import lru_cache

import numpy as np

from vedette.kernels.arrivals import RECEIVERS_MAX, STATED_V_EAST
from vedette.kernels.fixes import ARRIVALS_MIN, fix_arrivals
from vedette.kernels.statistics import chi_square_quantile
from vedette.model.measurements import F64, Bools, MeasurementBatch, SensorModel
from vedette.tracking.looks import components

# Aircraft and drones fly between the ground and 12 km: the least that is known of every height.
_HEIGHT_MEAN_M, _HEIGHT_SIGMA_M = 5_000.0, 4_000.0
_GOOD_PROB = 0.999  # chance that a message without an echo passes as a good fix
_UNKNOWNS = 3  # place and sending time, less the height that is known to lie in the air


def tdoa_fix(sensor: SensorModel, batch: MeasurementBatch) -> tuple[F64, F64, Bools]:
    """Fix where each message was sent from by itself, without a track.

    sensor: as from `tdoa_sensor`. Returns position (M, 3), covariance (M, 3, 3), site frame, and
    fixed (M,); what was not fixed is NaN: fewer than four arrivals, arrivals that contradict each
    other, or two places that explain them.
    """
    z, variance = components(batch)
    return _fixes(sensor, z, variance)


def start_from_arrivals(
    model: SensorModel, z: F64, variance: F64, velocity_var: F64, x: F64, P: F64
) -> Bools:
    """Write x (B, M, 6), P (B, M, 6, 6) of tracks begun by messages; returns which began (B,).

    z, variance (B, 8 + R); velocity_var (M, 2): prior variance of each horizontal velocity and of
    the vertical one. A stated velocity replaces the prior.
    """
    place, cov, fixed = _fixes(model, z, variance)
    x[:, :, :3], P[:, :, :3, :3] = place[:, None], cov[:, None]
    for a in range(3):
        stated, stated_var = z[:, STATED_V_EAST + a], variance[:, STATED_V_EAST + a]
        x[:, :, 3 + a] = np.nan_to_num(stated)[:, None]
        unknown = np.broadcast_to(velocity_var[:, 1 if a == 2 else 0], P.shape[:2])
        known = ~np.isnan(stated)[:, None]
        P[:, :, 3 + a, 3 + a] = np.where(known, stated_var[:, None], unknown)
    return fixed


def _fixes(model: SensorModel, z: F64, variance: F64) -> tuple[F64, F64, Bools]:
    assert model.receivers_enu_m is not None
    place, cov = np.full((len(z), 3), np.nan), np.full((len(z), 3, 3), np.nan)
    fixed = np.zeros(len(z), np.bool_)
    height = np.array([_HEIGHT_MEAN_M, _HEIGHT_SIGMA_M])
    for i in range(len(z)):
        here, spread = np.empty(3), np.empty((3, 3))
        if fix_arrivals(
            z[i], variance[i], model.receivers_enu_m, height, _good_limits(), here, spread
        ):
            place[i], cov[i], fixed[i] = here, spread, True
    return place, cov, fixed


@lru_cache(maxsize=1)
def _good_limits() -> F64:
    """Tabulate by number of arrivals the largest sum of squares of a good fix, (33,)."""
    limits = np.zeros(RECEIVERS_MAX + 1)
    for heard in range(ARRIVALS_MIN, RECEIVERS_MAX + 1):
        limits[heard] = chi_square_quantile(_GOOD_PROB, heard - _UNKNOWNS)
    return limits
