"""How probably a track's path meets an asset, and how soon it can be there, one pair at a time.

In: tracks and defended assets in one site's ENU frame. Out: one row a pair that matters. Everything
here is monotone: all else equal (what speaks for other assets too), more distance, more offset in
heading or more height never gives more.

Where it goes: a track aims at one asset or at none. What aims at an asset flies towards it, or
comes by turns and then later than straight flight would; what aims at none has any course, and
arrives where a straight path meets something and it is low already. Bayes' rule weighs these
against each other, for all assets together: what flies at one does not fly at another (one beside
it, which the course cannot yet tell apart, takes nothing). How often anything aims at anything here
nobody knows beforehand; so what the course says counts for SURE of its log-odds. The constants were
fitted to simulated flights of three sites (`benchmarks.threat_calibration`, seeds 1,000, 2,000 and
4,000 and up) and are judged on other seeds and sites.
"""

import math
from typing import Any

import numpy as np
from numba import njit

MOVING_MPS = 1.0  # slower is hovering: it has no course and no arrival, unless it is there
COURSE_SIGMA_MAX_RAD = 1.8  # a normal this wide is as good as "anywhere" on the circle
SPEED_CHANGE_RATIO = 0.02  # how far a craft's speed drifts from its present one
# The filter keeps room for a manoeuvre that what flies straight does not make: of the spread it
# states, so much is that of a straight flier's heading, and of its speed (measured on true paths).
STRAIGHT_HEADING_RATIO, STRAIGHT_SPEED_RATIO = 0.25, 0.35
EDGE_SIGMA_S = 1.0  # when within a second it is at the edge, nobody can say
LOGISTIC = 0.8514  # 0.5 (1 + tanh(0.8514 x)) is the normal distribution to 0.0095 (Tocher, 1963)
SPEED_MIN_MPS = 0.1
ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
FREE = 1.0 / (2.0 * math.pi)  # density of a course chosen for nothing here, 1/rad
# Of what aims at an asset, so many come by turns: their course is off by this now, one sigma, and
# they come later by this part of the straight way's time, on average (exponential).
TURNS_SHARE, TURNS_RAD, DETOUR_RATIO = 0.5, math.radians(42.0), 0.18
SURE = 0.6
# What flies over an asset by chance comes down on it only if it is low: at this height half do.
PASSING_HALF_M = 100.0
# What comes down steeper than this while it points at an asset aims at it so many times as likely.
DIVE_RAD, DIVE_WIDTH_RAD, DIVE_RATIO = math.radians(4.0), math.radians(1.0), 3.0
DIVE_SPEED_MPS = 10.0  # slower, the tremble of the height is taken for no dive
# Two assets whose angles are this part of the course's sigma apart are told apart by it.
APART_SIGMAS = 0.04
WEAK_RATIO = 0.02  # an asset with less than this of all that is aimed at takes its part, unshared
FAR_SIGMAS = 7.0  # further off than this a normal distribution is nothing
# Of what `threats` gives: range_m, closing_mps, cpa_m, cpa_s, arrival_s, arrival_sigma_s,
# straight_sigma_s, detour_prob, reach_prob, bearing_rad (from the asset, clockwise from north),
# off_rad, speed_mps, edge_m.
COLUMNS = 13
VIEWS = 8  # of `look`


@njit(cache=True)
def wrapped(angle_rad: float) -> float:
    """Bring an angle of at most a turn either way into [-pi, pi]; a division is dearer."""
    if angle_rad > math.pi:
        return angle_rad - 2.0 * math.pi
    return angle_rad + 2.0 * math.pi if angle_rad < -math.pi else angle_rad


@njit(cache=True)
def normal_cdf(x: float) -> float:
    """Approximate the standard normal distribution, monotone, within 0.0095."""
    return 0.5 * (1.0 + math.tanh(LOGISTIC * x))


@njit(cache=True)
def straight_at(off_rad: float, sigma_rad: float) -> float:
    """Give the density of courses this far off an asset, of those that fly straight at it, 1/rad.

    (1 - t) N(e; s), t of TURNS_SHARE.
    """
    if off_rad > FAR_SIGMAS * sigma_rad:
        return 0.0
    share = off_rad / sigma_rad
    return (1.0 - TURNS_SHARE) * math.exp(-0.5 * share * share) / (sigma_rad * ROOT_TWO_PI)


@njit(cache=True)
def turning_at(off_rad: float, sigma_rad: float) -> float:
    """Give the density of courses this far off an asset, of those with turns to come, 1/rad.

    t N(e; sqrt(s^2 + w^2)), t of TURNS_SHARE, w of TURNS_RAD.
    """
    wide2 = sigma_rad * sigma_rad + TURNS_RAD * TURNS_RAD
    share = math.exp(-0.5 * off_rad * off_rad / wide2)
    return TURNS_SHARE * share / (math.sqrt(wide2) * ROOT_TWO_PI)


@njit(cache=True)
def aims_at(low_rad: float, high_rad: float, sigma_rad: float, odds: float) -> float:
    """Give how dense courses like the present one are among those chosen for an asset, 1/rad.

    The asset fills the angles low..high off the course; e is by how much it misses. odds: that a
    track aims at this asset, against none, before its course is seen.
    """
    off = max(low_rad, -high_rad, 0.0)
    return odds * (straight_at(off, sigma_rad) + turning_at(off, sigma_rad))


@njit(cache=True)
def dives(descent_rad: float) -> float:
    """Say how many times as likely a descent makes it that a track aims at what it points at."""
    steep = 0.5 * (1.0 + math.tanh(0.5 * (descent_rad - DIVE_RAD) / DIVE_WIDTH_RAD))
    return 1.0 + (DIVE_RATIO - 1.0) * steep


@njit(cache=True)
def sure(prob: float) -> float:
    """Draw a probability towards one half, for nobody knows how often anything here is aimed at.

    Its log-odds times SURE: the mean over log-odds that are themselves uncertain by some 2.1
    (MacKay, 1992, Neural Computation 4-5).
    """
    if prob <= 0.0 or prob >= 1.0:
        return prob
    answer: float = 1.0 / (1.0 + (1.0 / prob - 1.0) ** SURE)
    return answer


@njit(cache=True)
def least_sure(prob: float) -> float:
    """Give the probability that `sure` makes this one of."""
    if prob <= 0.0 or prob >= 1.0:
        return prob
    answer: float = 1.0 / (1.0 + (1.0 / prob - 1.0) ** (1.0 / SURE))
    return answer


@njit(cache=True)
def crosses(low_rad: float, high_rad: float, sigma_rad: float) -> float:
    """Say how probably a straight path meets what fills low..high: Phi(high / s) - Phi(low / s)."""
    if low_rad > FAR_SIGMAS * sigma_rad or high_rad < -FAR_SIGMAS * sigma_rad:
        return 0.0
    hit = normal_cdf(high_rad / sigma_rad) - normal_cdf(low_rad / sigma_rad)
    return min(max(hit, 0.0), 1.0)


@njit(cache=True)
def meets(
    low_rad: float,
    high_rad: float,
    sigma_rad: float,
    odds: float,
    rival: float = 0.0,
    down: float = 1.0,
    passing: float = 1.0,
) -> float:
    """Say how probably a path meets what fills the angles low..high, off its present course.

    Radians; low <= high; rival: what speaks for other assets (`rival_of`); down, passing: chances
    to come down on it of what aims at it, and of what only flies over it. With c of `aims_at`, n of
    FREE, h of `crosses` and a = c / (c + n + rival), drawn in by `sure`:
    P = a down + (1 - a) h passing n / (n + rival).
    """
    chosen = aims_at(low_rad, high_rad, sigma_rad, odds)
    hit = crosses(low_rad, high_rad, sigma_rad)
    return weighed(chosen, hit, rival, down, passing)


@njit(cache=True)
def weighed(chosen: float, hit: float, rival: float, down: float, passing: float) -> float:
    """Give `meets` from its parts: chosen of `aims_at`, hit of `crosses`."""
    aimed = sure(chosen / (chosen + FREE + rival))
    return aimed * down + (1.0 - aimed) * hit * FREE / (FREE + rival) * min(passing, down)


@njit(cache=True)
def rival_of(a: int, views: Any, total: float, sigma_rad: float) -> float:
    """Add up what speaks for the other assets a track may aim at, beside asset a, 1/rad.

    views (A, VIEWS): low, high and density of each; NaN low: not in reach. total: of all densities.
    An asset whose angles overlap a's takes nothing from it; one clearly apart takes all of its own.
    """
    taken = total - views[a, 2]
    for b in range(views.shape[0]):
        chosen = views[b, 2]
        if b == a or chosen < WEAK_RATIO * total:
            continue
        gap = max(views[a, 0] - views[b, 1], views[b, 0] - views[a, 1], 0.0)
        apart = gap / (APART_SIGMAS * sigma_rad)
        if apart < FAR_SIGMAS:
            taken -= math.exp(-0.5 * apart * apart) * chosen
    answer: float = max(taken, 0.0)
    return answer


@njit(cache=True)
def look(
    state: Any,
    centre_m: Any,
    velocity_mps: Any,
    radius_m: Any,
    corners_m: Any,
    corner_count: Any,
    horizon_s: float,
    sigma_rad: float,
    odds: float,
    views: Any,
) -> float:
    """Look from one track at every asset: fills views (A, VIEWS), returns the sum of densities.

    Columns: low, high, density, edge_m, range_m, speed_mps as the asset sees it, towards, course.
    Not in reach within horizon_s: density 0, range_m NaN.
    """
    total = 0.0
    own_course, own_mps = math.atan2(state[3], state[4]), math.sqrt(state[3] ** 2 + state[4] ** 2)
    for a in range(centre_m.shape[0]):
        east_m, north_m = centre_m[a, 0] - state[0], centre_m[a, 1] - state[1]
        range_m, speed_mps, course = math.sqrt(east_m**2 + north_m**2), own_mps, own_course
        if velocity_mps[a, 0] != 0.0 or velocity_mps[a, 1] != 0.0:
            v_east, v_north = state[3] - velocity_mps[a, 0], state[4] - velocity_mps[a, 1]
            speed_mps, course = math.hypot(v_east, v_north), math.atan2(v_east, v_north)
        reach_m = speed_mps * horizon_s if speed_mps >= MOVING_MPS else 0.0
        views[a, 2], views[a, 4] = 0.0, math.nan
        if range_m > reach_m + radius_m[a]:
            continue
        towards = math.atan2(east_m, north_m)
        if corner_count[a] > 0:
            outline = corners_m[a]
            view = polygon_view(east_m, north_m, outline, corner_count[a], course)
        else:
            view = circle_view(range_m, radius_m[a], wrapped(towards - course))
        views[a, 0], views[a, 1], views[a, 3] = view[1], view[2], view[0]
        views[a, 2] = aims_at(view[1], view[2], sigma_rad, odds)
        views[a, 4], views[a, 5], views[a, 6], views[a, 7] = range_m, speed_mps, towards, course
        total += views[a, 2]
    return total


@njit(cache=True)
def comes_down(above_m: float, height_half_m: float) -> float:
    """Say how probably an object this high above an asset comes down on it. Metres.

    height_half_m: at which half do.
    """
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
def spreads(state: Any, cov: Any, course_sigma_rad: float, held: float) -> Any:
    """Give the spread of a track's heading (rad) and of its speed (m/s), if it flies straight.

    state (6,), cov (6, 6). Heading: across-course variance of the velocity over speed squared,
    times `held` squared (STRAIGHT_HEADING_RATIO once it has been seen to fly straight, 1 before),
    and that of the class, course_sigma_rad. Speed: so much of the filter's, and of flight.
    """
    speed_mps = math.hypot(state[3], state[4])
    safe = max(speed_mps, SPEED_MIN_MPS)
    across = spread(cov, state[4] / safe, -state[3] / safe) * held * held
    along = spread(cov, state[3] / safe, state[4] / safe) * STRAIGHT_SPEED_RATIO**2
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
    Sigma: of the place along the line of sight, of the speed, sigma_mps, to first order, and of the
    edge. What comes by turns comes later.
    """
    fleeing_mps = east * velocity_mps[0] + north * velocity_mps[1]
    speed_mps = math.sqrt(state[3] * state[3] + state[4] * state[4] + state[5] * state[5])
    nearing_mps = max(speed_mps - fleeing_mps, SPEED_MIN_MPS)
    arrival_s = way_m / nearing_mps
    place = east * east * cov[0, 0] + 2.0 * east * north * cov[0, 1] + north * north * cov[1, 1]
    way2 = max(place, 0.0) * STRAIGHT_SPEED_RATIO**2 + (arrival_s * sigma_mps) ** 2
    return arrival_s, math.sqrt(way2 / (nearing_mps * nearing_mps) + EDGE_SIGMA_S**2)


@njit(cache=True)
def spread_s(arrival_s: float, straight_sigma_s: float, detour_prob: float) -> float:
    """Give how far from the earliest time a threat comes, root mean square: s^2 + 2 d l^2.

    d: the share that comes by turns; l: by how much later, DETOUR_RATIO of the time.
    """
    late_s = DETOUR_RATIO * arrival_s
    return math.sqrt(straight_sigma_s * straight_sigma_s + 2.0 * detour_prob * late_s * late_s)


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
def detour_of(view: Any, sigma_rad: float, odds: float, down: float, passes: float) -> float:
    """Say how probably what comes does so by turns. view: a row of `look`; down: of what aims.

    passes: chance that a course chosen for nothing here leads to it, and down on it.
    """
    turns = odds * turning_at(max(view[0], -view[1], 0.0), sigma_rad) * down
    straight = max(view[2] * down - turns, 0.0) + FREE * passes
    share: float = turns / max(turns + straight, 1e-12)
    return share


@njit(cache=True)
def write(
    row: Any,
    state: Any,
    cov: Any,
    centre_m: Any,
    velocity_mps: Any,
    view: Any,
    way_m: float,
    sigma_mps: float,
    detour: float,
) -> None:
    """Write a pair's geometry and times into its row of the answer, all but the probability.

    centre_m, velocity_mps (3,): the asset's; view: its row of `look`; way_m: to its edge.
    """
    safe_m = max(view[4], 1e-6)
    east, north = (centre_m[0] - state[0]) / safe_m, (centre_m[1] - state[1]) / safe_m
    arrival_s, straight_s = arrival(state, cov, velocity_mps, east, north, way_m, sigma_mps)
    row[0] = view[4]
    row[1], row[2], row[3] = approach(state, centre_m, velocity_mps, view[4])
    row[4], row[5] = arrival_s, spread_s(arrival_s, straight_s, detour)
    row[6], row[7] = straight_s, detour
    row[9] = (view[6] + math.pi) % (2.0 * math.pi)
    row[10] = abs(wrapped(view[6] - view[7]))
    row[11], row[12] = view[5], view[3]


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
    (N, 5): course_sigma_rad, matters, height_half_m, odds, held (see `spreads`). Assets (A,):
    centre_m (A, 3) in the middle of their height, velocity_mps (A, 3), radius_m, half_height_m,
    corners_m (A, V, 2) about the centre, corner_count, 0 for circles. Arrivals later than horizon_s
    are left out, as is what is less probable than floor_prob. Returns track (P,) (index into rows),
    asset (P,) and the columns (P, COLUMNS), by track, then asset.
    """
    most = rows.shape[0] * centre_m.shape[0]
    track, asset = np.empty(most, np.int64), np.empty(most, np.int64)
    found = np.empty((most, COLUMNS))
    views = np.empty((centre_m.shape[0], VIEWS))
    p = 0
    for i in range(rows.shape[0]):
        state, cov = state_enu[rows[i]], cov_enu[rows[i]]
        course_sigma_rad, matters, half_m, odds, held = traits[i]
        if matters < floor_prob:
            continue
        least = least_sure(floor_prob / matters)
        up_sigma_m = math.inf
        if height_observed[rows[i]] > 0:
            up_sigma_m = math.sqrt(max(cov[2, 2], 0.0))
            flat_mps = max(math.hypot(state[3], state[4]), DIVE_SPEED_MPS)
            odds *= dives(math.atan2(-state[5], flat_mps))
        sigma_rad, sigma_mps = spreads(state, cov, course_sigma_rad, held)
        total = look(
            state, centre_m, velocity_mps, radius_m, corners_m, corner_count, horizon_s, sigma_rad,
            odds, views,
        )  # fmt: skip
        for a in range(centre_m.shape[0]):
            if math.isnan(views[a, 4]):
                continue
            chosen, edge_m = views[a, 2], views[a, 3]
            hit = crosses(views[a, 0], views[a, 1], sigma_rad)
            if hit == 0.0 and chosen < least * (chosen + FREE):
                continue  # and less beside the others
            rival = rival_of(a, views, total, sigma_rad) if edge_m > 0.0 else 0.0
            above_m = max(state[2] - centre_m[a, 2] - half_height_m[a] - up_sigma_m, 0.0)
            down = comes_down(above_m, half_m)
            passing = min(comes_down(above_m, PASSING_HALF_M), down)
            prob = weighed(chosen, hit, rival, down, passing) * matters
            if prob < floor_prob:
                continue
            detour = detour_of(views[a], sigma_rad, odds, down, hit * passing)
            way_m, row = math.hypot(edge_m, above_m), found[p]
            write(row, state, cov, centre_m[a], velocity_mps[a], views[a], way_m, sigma_mps, detour)
            if row[4] > horizon_s:
                continue
            row[8] = prob
            track[p], asset[p] = i, a
            p += 1
    return track[:p], asset[:p], found[:p]
