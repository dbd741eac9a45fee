"""How probably a track's path meets an asset, and how soon it can be there, one pair at a time.

In: tracks and defended assets in one site's ENU frame. Out: one row a pair that matters. Everything
here is monotone: all else equal, more distance, more offset in heading or more height never gives
more.

Where it goes: its heading is normal about its present course, with the spread of the filter's own
velocity and of what its class does in flight. The path meets the asset when the heading lies within
the angle the asset fills. Beside that stands the chance that the asset is what it aims at: a drone
that flies 8 degrees past an asset may turn in. A course chosen for the asset is normal about it, a
course chosen without it is anywhere; Bayes' rule weighs the two.
"""

import math
from typing import Any

import numpy as np
from numba import njit

MOVING_MPS = 1.0  # slower is hovering: it has no course and no arrival, unless it is there
COURSE_SIGMA_MAX_RAD = 1.8  # a normal this wide is as good as "anywhere" on the circle
SPEED_CHANGE_RATIO = 0.05  # how far a craft's speed drifts from its present one
LOGISTIC = 0.8514  # 0.5 (1 + tanh(0.8514 x)) is the normal distribution to 0.0095 (Tocher, 1963)
SPEED_MIN_MPS = 0.1
ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
# Of what `threats` gives: range_m, closing_mps, cpa_m, cpa_s, arrival_s, arrival_sigma_s,
# reach_prob, bearing_rad (from the asset, clockwise from north), off_rad, speed_mps, edge_m.
COLUMNS = 11


@njit(cache=True)
def wrapped(angle_rad: float) -> float:
    """Bring an angle into [-pi, pi)."""
    return (angle_rad + math.pi) % (2.0 * math.pi) - math.pi


@njit(cache=True)
def normal_cdf(x: float) -> float:
    """Approximate the standard normal distribution, monotone, within 0.0095."""
    return 0.5 * (1.0 + math.tanh(LOGISTIC * x))


@njit(cache=True)
def meets(low_rad: float, high_rad: float, sigma_rad: float, aims: float) -> float:
    """Say how probably a path meets what fills the angles low..high, off its present course.

    Radians; low <= high. P = Phi(high/s) - Phi(low/s), and beside it, where it would not meet by
    itself, the chance that it aims at it: a N(e) / (a N(e) + (1 - a) / 2 pi), with e the angle by
    which the course misses.
    """
    hit = normal_cdf(high_rad / sigma_rad) - normal_cdf(low_rad / sigma_rad)
    hit = min(max(hit, 0.0), 1.0)
    off = max(low_rad, -high_rad, 0.0) / sigma_rad
    chosen = aims * math.exp(-0.5 * off * off) / (ROOT_TWO_PI * sigma_rad)
    aimed = chosen / (chosen + (1.0 - aims) / (2.0 * math.pi))
    return hit + (1.0 - hit) * aimed


@njit(cache=True)
def comes_down(above_m: float, height_half_m: float) -> float:
    """Say how probably an object this high above an asset comes down on it. Metres."""
    share = max(above_m, 0.0) / height_half_m
    return 1.0 / (1.0 + share * share)


@njit(cache=True)
def circle_view(range_m: float, radius_m: float, off_rad: float) -> Any:
    """Say how a circle looks from a track: edge_m (0 inside), low_rad, high_rad off its course.

    range_m: to its centre; off_rad: of the centre from the track's course. (-pi, pi inside.)
    """
    if range_m <= radius_m:
        return 0.0, -math.pi, math.pi
    half = math.asin(min(radius_m / max(range_m, 1e-6), 1.0))
    return range_m - radius_m, off_rad - half, off_rad + half


@njit(cache=True)
def polygon_view(
    east_m: float, north_m: float, corners_m: Any, count: int, course_rad: float
) -> Any:
    """Say how a polygon looks from a track: its distance and the angles it fills.

    east_m, north_m: from the track to the polygon's centre. corners_m (V, 2) about that centre,
    the first `count` of them. course_rad: the track's heading. Returns edge_m, 0 inside, and
    low_rad, high_rad off its course (-pi, pi inside).
    """
    middle = math.atan2(east_m, north_m)
    nearest2, low, high = math.inf, math.inf, -math.inf
    inside = False
    for k in range(count):
        after = k + 1 if k + 1 < count else 0
        x, y = east_m + corners_m[k, 0], north_m + corners_m[k, 1]
        end_x, end_y = east_m + corners_m[after, 0], north_m + corners_m[after, 1]
        along_x, along_y = end_x - x, end_y - y
        length2 = max(along_x * along_x + along_y * along_y, 1e-9)
        share = min(max(-(x * along_x + y * along_y) / length2, 0.0), 1.0)
        off_x, off_y = x + share * along_x, y + share * along_y
        nearest2 = min(nearest2, off_x * off_x + off_y * off_y)
        # A ray to the east crosses the outline an odd number of times from inside.
        if (y > 0.0) != (end_y > 0.0) and x - y * along_x / along_y > 0.0:
            inside = not inside
        angle = wrapped(math.atan2(x, y) - middle)
        low, high = min(low, angle), max(high, angle)
    if inside:
        return 0.0, -math.pi, math.pi
    off = wrapped(middle - course_rad)
    return math.sqrt(nearest2), off + low, off + high


@njit(cache=True)
def spread(cov: Any, east: float, north: float) -> float:
    """Give the variance of the ground velocity along a direction (east, north), at least 0.

    cov (6, 6): position and velocity.
    """
    variance = east * east * cov[3, 3] + north * north * cov[4, 4]
    variance += east * north * (cov[3, 4] + cov[4, 3])
    answer: float = max(variance, 0.0)
    return answer


@njit(cache=True)
def spreads(state: Any, cov: Any, course_sigma_rad: float) -> Any:
    """Give the spread of a track's heading (rad) and of its speed over the ground (m/s).

    state (6,), cov (6, 6). Heading: across-course variance of the velocity over speed squared, and
    that of the class, course_sigma_rad. Speed: that of the filter, and of flight.
    """
    speed_mps = math.hypot(state[3], state[4])
    safe = max(speed_mps, SPEED_MIN_MPS)
    across = spread(cov, state[4] / safe, -state[3] / safe)
    along = spread(cov, state[3] / safe, state[4] / safe)
    heading_rad = math.sqrt(across / (safe * safe) + course_sigma_rad * course_sigma_rad)
    drift_mps = SPEED_CHANGE_RATIO * speed_mps
    return min(heading_rad, COURSE_SIGMA_MAX_RAD), math.sqrt(along + drift_mps * drift_mps)


@njit(cache=True)
def arrival(
    state: Any,
    cov: Any,
    velocity_mps: Any,
    east: float,
    north: float,
    way_m: float,
    sigma_mps: float,
) -> Any:
    """Say when a track could be at an asset's edge if it turned to it now: mean and sigma, s.

    Slant distance to the edge, way_m, over speed; what moves towards the track comes nearer, what
    flees gains time. east, north: unit vector to the asset, which moves with velocity_mps (3,).
    Sigma: of the place along the line of sight and of the speed, sigma_mps, to first order.
    """
    fleeing_mps = east * velocity_mps[0] + north * velocity_mps[1]
    speed_mps = math.sqrt(state[3] * state[3] + state[4] * state[4] + state[5] * state[5])
    nearing_mps = max(speed_mps - fleeing_mps, SPEED_MIN_MPS)
    arrival_s = way_m / nearing_mps
    place = east * east * cov[0, 0] + 2.0 * east * north * cov[0, 1] + north * north * cov[1, 1]
    way_sigma = arrival_s * sigma_mps
    return arrival_s, math.sqrt(max(place, 0.0) + way_sigma * way_sigma) / nearing_mps


@njit(cache=True)
def approach(state: Any, centre_m: Any, velocity_mps: Any, range_m: float) -> Any:
    """Say how fast a pair closes over the ground, and how near (m) and when (s) it passes.

    If nothing turns: minimises |r + v t| over t >= 0, hence t = max(0, -r.v / v.v); 0 s where
    receding or still. Closing is positive nearing. centre_m, velocity_mps (3,): the asset's.
    """
    speed2 = dot = ground = 0.0
    for k in range(3):
        v, r = state[3 + k] - velocity_mps[k], state[k] - centre_m[k]
        speed2 += v * v
        dot += r * v
        if k < 2:
            ground += r * v
    cpa_s = max(-dot / max(speed2, 1e-9), 0.0)
    nearest2 = 0.0
    for k in range(3):
        miss = state[k] - centre_m[k] + (state[3 + k] - velocity_mps[k]) * cpa_s
        nearest2 += miss * miss
    return -ground / max(range_m, 1e-6), math.sqrt(nearest2), cpa_s


@njit(cache=True)
def threats(
    rows: Any,
    state_enu: Any,
    cov_enu: Any,
    height_observed: Any,
    traits: Any,
    centre_m: Any,
    velocity_mps: Any,
    radius_m: Any,
    half_height_m: Any,
    corners_m: Any,
    corner_count: Any,
    horizon_s: float,
    floor_prob: float,
) -> Any:
    """Say what each track can do to each asset: pairs in reach that are probable enough.

    rows (N,): of the tables state_enu (C, 6), cov_enu (C, 6, 6), height_observed (C,). traits
    (N, 4): course_sigma_rad, matters, height_half_m, aims. Assets (A,): centre_m (A, 3) in the
    middle of their height, velocity_mps (A, 3), radius_m, half_height_m, corners_m (A, V, 2) about
    the centre, corner_count, 0 for circles. Arrivals later than horizon_s are left out, as is what
    is less probable than floor_prob. Returns track (P,) (index into rows), asset (P,) and the
    columns (P, COLUMNS), by track, then asset.
    """
    most = rows.shape[0] * centre_m.shape[0]
    track, asset = np.empty(most, np.int64), np.empty(most, np.int64)
    found = np.empty((most, COLUMNS))
    p = 0
    for i in range(rows.shape[0]):
        state, cov = state_enu[rows[i]], cov_enu[rows[i]]
        course_sigma_rad, matters, half_m, aims = traits[i]
        up_sigma_m = math.inf
        if height_observed[rows[i]] > 0:
            up_sigma_m = math.sqrt(max(cov[2, 2], 0.0))
        sigma_rad, sigma_mps = spreads(state, cov, course_sigma_rad)
        for a in range(centre_m.shape[0]):
            centre, velocity = centre_m[a], velocity_mps[a]
            east_m, north_m = centre[0] - state[0], centre[1] - state[1]
            v_east, v_north = state[3] - velocity[0], state[4] - velocity[1]
            range_m, speed_mps = math.hypot(east_m, north_m), math.hypot(v_east, v_north)
            reach_m = speed_mps * horizon_s if speed_mps >= MOVING_MPS else 0.0
            if range_m > reach_m + radius_m[a]:
                continue
            towards, course = math.atan2(east_m, north_m), math.atan2(v_east, v_north)
            off = wrapped(towards - course)
            above_m = max(state[2] - centre[2] - half_height_m[a] - up_sigma_m, 0.0)
            down = comes_down(above_m, half_m) * matters
            edge_m, low, high = circle_view(range_m, radius_m[a], off)
            prob = meets(low, high, sigma_rad, aims) * down
            if prob < floor_prob:
                continue
            if corner_count[a] > 0:  # a polygon lies in its circle: what that rules out stays out
                outline = corners_m[a]
                edge_m, low, high = polygon_view(east_m, north_m, outline, corner_count[a], course)
                prob = meets(low, high, sigma_rad, aims) * down
                if prob < floor_prob:
                    continue
            safe_m = max(range_m, 1e-6)
            east, north, way_m = east_m / safe_m, north_m / safe_m, math.hypot(edge_m, above_m)
            when = arrival(state, cov, velocity, east, north, way_m, sigma_mps)
            if when[0] > horizon_s:
                continue
            closing_mps, cpa_m, cpa_s = approach(state, centre, velocity, range_m)
            bearing = (towards + math.pi) % (2.0 * math.pi)
            found[p, :5] = range_m, closing_mps, cpa_m, cpa_s, when[0]
            found[p, 5:] = when[1], prob, bearing, abs(off), speed_mps, edge_m
            track[p], asset[p] = i, a
            p += 1
    return track[:p], asset[:p], found[:p]
