"""Where wreckage falls: ballistic descent with drag and wind, as an ellipse on the ground.

In: the last measured state of the object with its covariance, the wind with its sigma. Out: an
ellipse that holds the wreckage with a stated probability.

Model: m dv/dt = m g - 1/2 rho Cd A |v - w| (v - w), the second-order drag model of A. la
Cour-Harbo, "Ground impact probability distribution for small unmanned aircraft in ballistic
descent", ICUAS 2020, written with the ballistic coefficient b = m / (Cd A). What falls is anything
from torn skin (b about 10 kg/m2) to an engine or a warhead (150 and more); so ln b is normal about
40 kg/m2 with 0.8, which puts nine tenths of it within 11 and 149. The ground is flat at the site's
reference height. Not covered, and said in the method: a wing that glides on, pieces thrown by an
explosion.

There is no chance in the core: the uncertain quantities are spread by a fixed low-discrepancy
sequence (M. Roberts, 2018, the R_d generalisation of the golden ratio) turned normal by Box and
Muller (1958), so the same state gives the same ellipse. The ellipse has the shape of the landing
points' covariance and the size that holds the stated share of the points themselves; a normal
assumption would be too small for the long tail downrange.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from vedette.base.constants import GRAVITY_MPS2
from vedette.config.site import Wind
from vedette.model.measurements import F64

BALLISTIC_KGPM2 = 40.0
BALLISTIC_LOG_SIGMA = 0.8
AIR_SEA_LEVEL_KGPM3 = 1.225  # International Standard Atmosphere
AIR_SCALE_M = 8_500.0  # scale height of its lowest 10 km, within 3 %
POINTS = 512
# The moment of the hit is known to about a report of the effector: this much flight either way.
HIT_SIGMA_S = 0.5
STEP_S = 0.1
FALL_S_MAX = 180.0
AGL_M_MIN = 5.0
_DIMENSIONS = 10
# The likely case, light, dense, and four gusts: shares of 1.64 sigma in ln b, wind east and north.
_FAN = np.array(
    [[0, 0, 0], [-1, 0, 0], [1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], np.float64
)


@dataclass(slots=True, frozen=True)
class Ellipse:
    """An ellipse on the ground in site ENU; orientation clockwise from north, in [0, 180)."""

    east_m: float
    north_m: float
    semi_major_m: float
    semi_minor_m: float
    orientation_deg: float
    prob: float


def wind_vector(wind: Wind) -> tuple[float, float]:
    """Turn "from direction, speed" into where the air goes: east, north (m/s)."""
    from_rad = math.radians(wind.from_deg)
    return -wind.speed_mps * math.sin(from_rad), -wind.speed_mps * math.cos(from_rad)


@njit(cache=True)
def fall(
    pos_m: F64,
    vel_mps: F64,
    ballistic_kgpm2: F64,
    wind_mps: F64,
    ground_hae_m: float,
    step_s: float,
) -> Any:
    """Let bodies fall to the ground and say where they land.

    pos_m (N, 3): east, north, height above the ground; vel_mps (N, 3); ballistic_kgpm2 (N,);
    wind_mps (N, 2). ground_hae_m: for the air's density. Returns (N, 2) east, north. A body at or
    under the ground lands where it is; one still aloft after FALL_S_MAX lands there. The drag is
    taken implicitly, so any step is stable; the last step ends on the ground.
    """
    landed = np.empty((pos_m.shape[0], 2))
    for i in range(pos_m.shape[0]):
        east, north, up = pos_m[i, 0], pos_m[i, 1], pos_m[i, 2]
        v_east, v_north, v_up = vel_mps[i, 0], vel_mps[i, 1], vel_mps[i, 2]
        w_east, w_north = wind_mps[i, 0], wind_mps[i, 1]
        for _ in range(int(FALL_S_MAX / step_s)):
            if not up > 0.0:
                break
            r_east, r_north = v_east - w_east, v_north - w_north
            speed = math.sqrt(r_east * r_east + r_north * r_north + v_up * v_up)
            density = AIR_SEA_LEVEL_KGPM3 * math.exp(-(up + ground_hae_m) / AIR_SCALE_M)
            slowed = 1.0 / (1.0 + step_s * 0.5 * density / ballistic_kgpm2[i] * speed)
            n_east, n_north = w_east + r_east * slowed, w_north + r_north * slowed
            n_up = (v_up - step_s * GRAVITY_MPS2) * slowed
            rise = 0.5 * step_s * (v_up + n_up)
            share = 1.0 if up + rise >= 0.0 else -up / rise
            east += share * 0.5 * step_s * (v_east + n_east)
            north += share * 0.5 * step_s * (v_north + n_north)
            up = up + rise if share == 1.0 else 0.0
            v_east, v_north, v_up = n_east, n_north, n_up
        landed[i, 0], landed[i, 1] = east, north
    return landed


def normal_points(count: int, dimensions: int) -> F64:
    """Spread `count` points like independent standard normals, without chance: (count, dimensions).

    dimensions must be even. Point k of the R_d sequence is frac(1/2 + k a_j), a_j = phi^-j with
    phi^(d+1) = phi + 1; neighbouring columns go through Box and Muller's transform.
    """
    phi = 1.5
    for _ in range(60):
        phi = (1.0 + phi) ** (1.0 / (dimensions + 1))
    steps = phi ** -np.arange(1.0, dimensions + 1.0)
    uniform = (0.5 + np.arange(1.0, count + 1.0)[:, None] * steps[None, :]) % 1.0
    length = np.sqrt(-2.0 * np.log(np.maximum(uniform[:, 0::2], 1e-12)))
    turn = 2.0 * np.pi * uniform[:, 1::2]
    points = np.empty((count, dimensions))
    points[:, 0::2], points[:, 1::2] = length * np.cos(turn), length * np.sin(turn)
    return points


def search_area(
    state_enu: F64, cov_enu: F64, ground_up_m: float, ground_hae_m: float, wind: Wind, prob: float
) -> Ellipse:
    """Say where the wreckage of an object lies, given its state when it was hit.

    state_enu (6,), cov_enu (6, 6): site ENU, m and m/s. ground_up_m: the ground under it in the
    same frame; ground_hae_m its height above the ellipsoid. prob: the share of paths the ellipse
    holds. Heights drawn under the ground are lifted to AGL_M_MIN.
    """
    normal = normal_points(POINTS, _DIMENSIONS)
    body = state_enu + normal[:, :6] @ _root(cov_enu).T
    position, velocity = body[:, :3], body[:, 3:]
    position = position + velocity * (HIT_SIGMA_S * normal[:, 6:7])
    position[:, 2] = np.maximum(position[:, 2] - ground_up_m, AGL_M_MIN)
    ballistic = BALLISTIC_KGPM2 * np.exp(BALLISTIC_LOG_SIGMA * normal[:, 7])
    air = np.array(wind_vector(wind)) + wind.speed_sigma_mps * normal[:, 8:10]
    landed = fall(position, velocity, ballistic, air, float(ground_hae_m), STEP_S)
    return _ellipse(landed, prob)


def _root(cov: F64) -> F64:
    """Take a matrix root of a covariance: any eigenvalue under zero counts as zero."""
    values, vectors = np.linalg.eigh(0.5 * (cov + cov.T))
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _ellipse(points: F64, prob: float) -> Ellipse:
    """Fit the ellipse of the points' covariance that holds `prob` of them."""
    centre = points.mean(axis=0)
    off = points - centre
    cov = off.T @ off / len(points) + np.eye(2)  # a metre, so that a point mass has an extent
    values, vectors = np.linalg.eigh(cov)
    inverse = (vectors / values) @ vectors.T
    distance2 = np.sort(((off @ inverse) * off).sum(axis=1))
    scale = math.sqrt(float(distance2[min(len(points) - 1, math.ceil(prob * len(points)) - 1)]))
    major = vectors[:, 1]
    orientation_deg = math.degrees(math.atan2(major[0], major[1])) % 180.0
    return Ellipse(
        float(centre[0]),
        float(centre[1]),
        float(scale * math.sqrt(values[1])),
        float(scale * math.sqrt(values[0])),
        orientation_deg,
        prob,
    )


def method_words(wind: Wind, last_seen_s: float) -> str:
    """Say in one sentence how an area was estimated and what it leaves out."""
    return (
        f"ballistic descent with drag from the last measured state, {last_seen_s:.1f} s before or"
        f" at the hit; {POINTS} paths over position, velocity, ballistic coefficient"
        f" ({BALLISTIC_KGPM2:.0f} kg/m2, log sigma {BALLISTIC_LOG_SIGMA}) and wind from"
        f" {wind.from_deg:.0f} deg {wind.speed_mps:.0f} +/- {wind.speed_sigma_mps:.0f} m/s; flat"
        " ground at the site's height; gliding flight and pieces thrown by an explosion are not"
        " covered"
    )


def likely_fall(
    pos_m: F64, vel_mps: F64, wind: Wind, ground_hae_m: float
) -> tuple[float, float, float]:
    """Say roughly where an object hit at this place would fall, for weighing an option.

    pos_m (3,): east, north, height above ground; vel_mps (3,). Returns east, north and a radius
    (m) that holds light to dense pieces (ballistic coefficient at +/- 1.64 sigma) in wind at +/-
    1.64 sigma along east and north.
    """
    spread = 1.64
    gust = spread * wind.speed_sigma_mps
    factor = np.exp(BALLISTIC_LOG_SIGMA * spread * _FAN[:, 0])
    position = np.tile(pos_m, (len(_FAN), 1))
    position[:, 2] = np.maximum(position[:, 2], AGL_M_MIN)
    velocity = np.tile(vel_mps, (len(_FAN), 1))
    air = np.array(wind_vector(wind)) + gust * _FAN[:, 1:]
    landed = fall(position, velocity, BALLISTIC_KGPM2 * factor, air, float(ground_hae_m), STEP_S)
    away = np.hypot(landed[:, 0] - landed[0, 0], landed[:, 1] - landed[0, 1])
    return float(landed[0, 0]), float(landed[0, 1]), float(away.max())
