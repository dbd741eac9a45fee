"""Flights made by rule, of kinds of which few recordings exist: to fit with, never to judge.

Every maker gives places (N, K, 3) at times 0, 1, ... of N flights, with wind. The rules are physics
(bank, airspeed, what a rotor can brake) with their numbers drawn widely, so that what is fitted
knows the kind and not one pilot. Bruderer and Boldt 2001 (Ibis 143) for speeds of birds; Beard and
McLain 2012 (Small Unmanned Aircraft) for small aircraft; Pennycuick 2008 for gulls' flight.
"""

import numpy as np

DT_S = 0.25
G = 9.81


def _wind(rng, n, scale_mps=4.5):
    return rng.normal(0.0, scale_mps / np.sqrt(1.57), (n, 2)) * 1.25


def _ou(rng, n, steps, tau_s, sigma):
    """Draw a wandering number: (steps, n), tau_s and sigma (n,) or numbers."""
    keep = np.exp(-DT_S / np.broadcast_to(tau_s, n))
    push = np.broadcast_to(sigma, n) * np.sqrt(1.0 - keep**2)
    x = np.empty((steps, n))
    x[0] = np.broadcast_to(sigma, n) * rng.normal(size=n)
    for k in range(1, steps):
        x[k] = keep * x[k - 1] + push * rng.normal(size=n)
    return x


def _episodes(rng, n, steps, mean_s, draw):
    """Draw a number anew every while: mean_s (n,) or number; draw(n) gives (n, ...) numbers."""
    now = draw(n)
    out = np.empty((steps, *now.shape))
    mean_s = np.broadcast_to(mean_s, n)
    left = rng.exponential(mean_s)
    for k in range(steps):
        over = left < 0.0
        if over.any():
            now = now.copy()
            now[over] = draw(n)[over]
            left[over] = rng.exponential(mean_s[over])
        out[k] = now
        left -= DT_S
    return out


def _smooth(x, tau_s):
    """Let a command (steps, n) be followed with a delay of tau_s (n,) or number."""
    gain = 1.0 - np.exp(-DT_S / tau_s)
    out = np.empty_like(x)
    out[0] = x[0]
    for k in range(1, len(x)):
        out[k] = out[k - 1] + gain * (x[k] - out[k - 1])
    return out


def _fly(rng, airspeed, turn, climb, wind, gust=None):
    """Integrate airspeed, turn rate and climb (steps, n) to places at whole seconds (n, K, 3)."""
    n = airspeed.shape[1]
    heading = rng.uniform(0, 2 * np.pi, n) + np.cumsum(turn, axis=0) * DT_S
    east = airspeed * np.sin(heading) + wind[:, 0]
    north = airspeed * np.cos(heading) + wind[:, 1]
    if gust is not None:
        east, north = east + gust[0], north + gust[1]
    return _places(np.stack([east, north, climb], axis=2))


def _places(velocity):
    place = np.cumsum(velocity, axis=0) * DT_S
    each = round(1.0 / DT_S)
    return np.swapaxes(place[::each] - place[0], 0, 1)


def _steps(length_s):
    return round(length_s / DT_S) + 1


def fixed_wing(rng, n, length_s, speed=None, bank_deg=None):
    """Small fixed-wing: legs, turns of a bank, circles, eights; some by hand, with aerobatics."""
    k = _steps(length_s)
    cruise = np.exp(rng.normal(np.log(17.0), 0.30, n)) if speed is None else speed
    cruise = np.clip(cruise, 9.0, 40.0) if speed is None else cruise
    bank = np.radians(rng.uniform(15, 50, n)) if bank_deg is None else np.radians(bank_deg)
    rate = G * np.tan(bank) / cruise
    style = rng.random(n)
    leg_s = rng.choice([4.0, 8.0, 15.0, 40.0], n)

    def draw(m):
        share = np.where(style < 0.25, 0.95, np.where(style < 0.8, 0.5, 0.15))[:m]
        turning = rng.random(m) < share
        side = np.where(rng.random(m) < np.where(style < 0.6, 0.9, 0.5), 1.0, -1.0)
        return np.where(turning, side * rng.uniform(0.3, 1.0, m), 0.0)

    turn = _smooth(_episodes(rng, n, k, leg_s, draw) * rate, rng.uniform(0.3, 1.2, n))
    by_hand = rng.random(n) < 0.35
    turn += np.where(by_hand, 0.12, 0.025) * _ou(rng, n, k, rng.uniform(1.0, 4.0, n), 1.0)
    sway = np.where(by_hand, rng.uniform(0.5, 3.5, n), rng.uniform(0.2, 1.0, n))
    airspeed = np.maximum(cruise + _ou(rng, n, k, rng.uniform(3, 12, n), sway), 7.0)
    level = rng.random(n) < 0.5
    climbs = _episodes(rng, n, k, 8.0, lambda m: rng.normal(0, 2.0, m))
    climb = np.where(level, 0.0, _smooth(climbs, 1.5)) + np.where(by_hand, 1.5, 0.35) * _ou(
        rng, n, k, 2.5, 1.0
    )
    # Height is bought with speed.
    airspeed = np.maximum(airspeed - 0.25 * climb, 7.0)
    gust = _ou(rng, n, k, 4.0, 0.6), _ou(rng, n, k, 4.0, 0.6)
    return _fly(rng, airspeed, turn, climb, _wind(rng, n), gust)


def one_way(rng, n, length_s):
    """One-way fixed-wing: fast, straight, a turn now and then, some that dive at the end."""
    k = _steps(length_s)
    cruise = np.where(rng.random(n) < 0.88, rng.normal(49.0, 5.0, n), rng.uniform(60, 170, n))
    rate = G * np.tan(np.radians(rng.uniform(10, 35, n))) / cruise

    def leg(m):
        return np.where(rng.random(m) < 0.12, rng.choice([-1.0, 1.0], m), 0.0)

    turn = _smooth(_episodes(rng, n, k, 20.0, leg) * rate, 1.5)
    turn += 0.008 * _ou(rng, n, k, 5.0, 1.0)
    airspeed = cruise + _ou(rng, n, k, 15.0, 1.0)
    climb = 0.6 * _ou(rng, n, k, 5.0, 1.0)
    climb += _smooth(_episodes(rng, n, k, 40.0, lambda m: rng.normal(0, 1.0, m)), 2.0)
    late = np.arange(k)[:, None] * DT_S > np.where(rng.random(n) < 0.1, rng.uniform(15, 60, n), 1e9)
    climb = np.where(late, -0.5 * cruise, climb)
    gust = _ou(rng, n, k, 5.0, 0.7), _ou(rng, n, k, 5.0, 0.7)
    return _fly(rng, airspeed, turn, climb, _wind(rng, n), gust)


def multirotor(rng, n, length_s):
    """Multirotor: hovers, legs between corners, circles, flying by hand, and sprints far off.

    Three in ten are on their way somewhere at up to their top speed, straight or in long legs: so
    come those that are not flown for pleasure, and no recording has one.
    """
    k = _steps(length_s)
    sprints = rng.random(n) < 0.3
    top = np.clip(np.exp(rng.normal(np.log(6.0), 0.65, n)), 0.7, 22.0)
    top = np.where(sprints, rng.uniform(8.0, 28.0, n), top)
    brake = rng.uniform(1.0, 5.0, n)
    style = np.where(sprints, np.where(rng.random(n) < 0.25, 0.0, 1.0), rng.random(n))
    leg_s = np.where(sprints, 30.0, rng.choice([3.0, 7.0, 15.0, 40.0], n))
    hover_share = np.where(sprints, 0.05, rng.choice([0.1, 0.4, 0.8], n))

    def leg(m):
        way = rng.uniform(0, 2 * np.pi, m)
        still = rng.random(m) < hover_share[:m]
        speed = np.where(still, 0.0, top[:m] * rng.choice([1.0, 1.0, 0.5], m))
        return np.stack([speed * np.sin(way), speed * np.cos(way)], axis=1)

    wanted = _episodes(rng, n, k, leg_s, leg)
    # By hand: wanted velocity wanders.
    tau = rng.uniform(1.5, 5.0, n)
    wander = np.stack([_ou(rng, n, k, tau, 0.7 * top), _ou(rng, n, k, tau, 0.7 * top)], axis=2)
    radius = rng.uniform(8.0, 80.0, n)
    about = rng.uniform(0, 6.3, n) + np.arange(k)[:, None] * DT_S * (
        np.minimum(top, np.sqrt(3.5 * radius)) / radius * rng.choice([-1.0, 1.0], n)
    )
    circling = np.minimum(top, np.sqrt(3.5 * radius))[None, :, None] * np.stack(
        [np.sin(about), np.cos(about)], axis=2
    )
    straight = np.broadcast_to(wanted[:1], wanted.shape)
    pick = np.where(style < 0.5, 0, np.where(style < 0.7, 1, np.where(style < 0.8, 2, 3)))
    velocity = np.choose(pick[None, :, None], [wanted, wander, circling, straight])
    velocity = _limited(velocity, brake)
    sway = rng.uniform(0.1, 0.6, n)
    for axis in (0, 1):
        velocity[:, :, axis] += _ou(rng, n, k, 2.0, sway)
    climbing = rng.random(n) < 0.35
    climbs = _episodes(rng, n, k, 6.0, lambda m: rng.normal(0, 1.6, m) * (rng.random(m) < 0.6))
    climb = np.where(climbing, _smooth(climbs, 0.7), 0.0) + 0.2 * _ou(rng, n, k, 2.0, 1.0)
    return _places(np.concatenate([velocity, climb[:, :, None]], axis=2))


def _limited(wanted, most_mps2):
    """Follow a wanted velocity (steps, n, 2) with a bounded acceleration."""
    out = np.empty_like(wanted)
    out[0] = wanted[0]
    for k in range(1, len(wanted)):
        gap = wanted[k] - out[k - 1]
        size = np.linalg.norm(gap, axis=1)
        step = np.minimum(size, most_mps2 * DT_S) / np.maximum(size, 1e-9)
        out[k] = out[k - 1] + gap * step[:, None]
    return out


def bird(rng, n, length_s):
    """Birds: on passage, searching, circling in rising air and gliding off, hanging in the wind."""
    k = _steps(length_s)
    cruise = np.clip(rng.normal(12.5, 3.0, n), 6.5, 22.0)
    style = rng.random(n)
    passage, soaring = style < 0.3, style > 0.85
    # Searching: leans to both sides for seconds at a time; some hardly ever fly straight.
    lean = np.where(passage, rng.uniform(0.005, 0.05, n), np.exp(rng.normal(-1.7, 0.6, n)))
    turn = _ou(rng, n, k, np.where(passage, 6.0, np.exp(rng.normal(1.1, 0.5, n))), lean)
    circle = rng.choice([-1.0, 1.0], n) * rng.uniform(0.2, 0.6, n)
    in_lift = _episodes(rng, n, k, 25.0, lambda m: (rng.random(m) < 0.6).astype(float))
    turn += np.where(soaring, _smooth(in_lift, 1.5) * circle, 0.0)
    bout = np.where(rng.random(n) < 0.4, 1.0, 0.3)
    sway = np.where(passage, 0.5, rng.uniform(0.6, 2.2, n)) * bout
    airspeed = np.maximum(cruise + _ou(rng, n, k, rng.uniform(2, 10, n), sway), 4.0)
    heave = np.where(passage, rng.uniform(0.1, 0.5, n), rng.uniform(0.3, 1.4, n))
    climb = _ou(rng, n, k, rng.uniform(2, 6, n), heave) + rng.normal(0, 0.3, n)
    lift = np.where(soaring, rng.uniform(0.5, 3.0, n), 0.0)
    climb += np.where(soaring, in_lift * lift - (1 - in_lift) * 1.0, 0.0)
    airspeed = np.maximum(airspeed - 0.6 * climb * ~soaring, 3.0)
    gust = _ou(rng, n, k, 5.0, 0.5), _ou(rng, n, k, 5.0, 0.5)
    return _fly(rng, airspeed, turn, climb, _wind(rng, n, 5.0), gust)


def balloon(rng, n, length_s):
    """Balloons: with the wind, which changes with height, rising evenly or not at all."""
    k = _steps(length_s)
    wind = _wind(rng, n, 7.0)
    climb = np.where(rng.random(n) < 0.6, rng.uniform(0.5, 5.5, n), rng.normal(0, 0.3, n))
    climb = climb + 0.3 * _ou(rng, n, k, 3.0, 1.0)
    parts = [wind[:, a] + _ou(rng, n, k, 20.0, 0.6) + _ou(rng, n, k, 3.0, 0.25) for a in (0, 1)]
    return _places(np.stack([*parts, climb], axis=2))


def helicopter(rng, n, length_s):
    """Helicopters: cruise, turns, slowing to a hover and leaving it."""
    k = _steps(length_s)
    top = rng.uniform(35.0, 80.0, n)
    phase = rng.random(n)

    def draw(m):
        return np.where(
            rng.random(m) < np.where(phase < 0.65, 0.95, 0.4)[:m],
            1.0,
            rng.choice([0.0, 0.3, 0.6], m),
        )

    wanted = _episodes(rng, n, k, 25.0, draw) * top
    flat = np.stack([wanted, np.zeros_like(wanted)], axis=2)
    speed = _limited(flat, rng.uniform(0.8, 2.5, n))[:, :, 0]
    rate = G * np.tan(np.radians(rng.uniform(8, 30, n)))

    def leg(m):
        return np.where(rng.random(m) < 0.4, rng.choice([-1.0, 1.0], m), 0.0)

    turn = _smooth(_episodes(rng, n, k, 12.0, leg), 2.0) * np.minimum(
        rate / np.maximum(speed, 5.0), 0.5
    ) + 0.015 * _ou(rng, n, k, 4.0, 1.0)
    climb = _smooth(_episodes(rng, n, k, 15.0, lambda m: rng.normal(0, 2.5, m)), 2.0)
    return _fly(rng, speed + 0.4 * _ou(rng, n, k, 4.0, 1.0), turn, climb, _wind(rng, n))


def light_aircraft(rng, n, length_s):
    """Light aircraft: 30 to 90 m/s, legs and turns at 15 to 35 degrees of bank, climbs.

    Half of them cruise: level, at one speed, with hardly a turn in a minute.
    """
    k = _steps(length_s)
    cruise = np.clip(np.exp(rng.normal(np.log(54.0), 0.26, n)), 28.0, 110.0)
    rate = G * np.tan(np.radians(rng.uniform(10, 35, n))) / cruise
    cruises = rng.random(n) < 0.5
    busy = np.where(cruises, 0.02, rng.choice([0.1, 0.3, 0.7], n))

    def leg(m):
        return np.where(rng.random(m) < busy[:m], rng.choice([-1.0, 1.0], m), 0.0)

    turn = _smooth(_episodes(rng, n, k, 18.0, leg), 2.0) * rate
    turn += 0.008 * _ou(rng, n, k, 5.0, 1.0)
    airspeed = cruise + np.where(cruises, 0.5, 1.2) * _ou(rng, n, k, 12.0, 1.0)
    climb = _smooth(_episodes(rng, n, k, 30.0, lambda m: rng.normal(0, 2.2, m)), 3.0)
    climb = np.where(cruises, 0.1, 1.0) * climb + np.where(cruises, 0.3, 0.5) * _ou(
        rng, n, k, 5.0, 1.0
    )
    return _fly(rng, airspeed, turn, climb, _wind(rng, n, 6.0))


def airliner(rng, n, length_s):
    """Airliners: 65 to 270 m/s, nearly straight or standard-rate turns, climbs and descents."""
    k = _steps(length_s)
    cruise = np.where(rng.random(n) < 0.5, rng.uniform(65, 160, n), rng.uniform(160, 265, n))
    rate = G * np.tan(np.radians(rng.uniform(10, 28, n))) / cruise

    def leg(m):
        return np.where(rng.random(m) < 0.2, rng.choice([-1.0, 1.0], m), 0.0)

    turn = _smooth(_episodes(rng, n, k, 30.0, leg), 3.0) * rate
    speedup = rng.normal(0, 0.3, n)
    airspeed = cruise + speedup * np.arange(k)[:, None] * DT_S + _ou(rng, n, k, 20.0, 1.0)
    climb = np.where(rng.random(n) < 0.45, 0.0, rng.normal(0, 7.0, n)) + 0.4 * _ou(
        rng, n, k, 5, 1.0
    )
    return _fly(rng, airspeed, turn, climb, _wind(rng, n, 8.0))


def other(rng, n, length_s):
    """Whatever else: any speed, any unsteadiness, any climb."""
    k = _steps(length_s)
    cruise = np.exp(rng.uniform(np.log(0.3), np.log(400.0), n))
    rate = np.exp(rng.uniform(np.log(0.005), np.log(0.6), n))
    turn = _ou(rng, n, k, np.exp(rng.uniform(0.0, 3.5, n)), rate)
    sway = cruise * rng.uniform(0.02, 0.6, n)
    airspeed = np.abs(cruise + _ou(rng, n, k, np.exp(rng.uniform(0.0, 3.0, n)), sway))
    climb = rng.normal(0, 1.0, n) * np.exp(rng.uniform(-1.0, 3.0, n)) + _ou(
        rng, n, k, 4.0, np.exp(rng.uniform(-1.5, 2.0, n))
    )
    return _fly(rng, airspeed, turn, climb, _wind(rng, n))


MAKERS = {
    "bird": bird,
    "balloon": balloon,
    "multirotor": multirotor,
    "fixed_wing_uas": fixed_wing,
    "one_way_uas": one_way,
    "helicopter": helicopter,
    "light_aircraft": light_aircraft,
    "aeroplane": airliner,
    "other": other,
}
