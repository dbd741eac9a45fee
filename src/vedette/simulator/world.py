"""The world: objects that move within their limits, deterministic from a seed.

In: the scenario's fleet and a seed. `World.step` moves everything by a fixed step; what is
destroyed goes on as a ghost that no sensor sees, so that it is known when it would have arrived
and so that one event changes nothing else: every object draws its own chance at every step.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import GRAVITY_MPS2, NS_PER_S, WGS84_SEMI_MAJOR_M
from vedette.config.site import Site, Wind
from vedette.geo import SiteFrame
from vedette.simulator.ground import SETTLE_S, lift_m, places_ahead
from vedette.simulator.objects import AT_END, Fleet, assemble_fleet, ground_drop_m
from vedette.simulator.scenario import LoadedScenario, Scenario, WindLayer
from vedette.simulator.terrain import Terrain

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

STEP_S = 0.25  # an airliner moves 60 m: less than any sensor's resolution cell at its range
STEP_NS = int(STEP_S * NS_PER_S)
STEER_GAIN_PER_S = 0.6  # heading error is taken out in about two seconds
WANDER_S, WANDER_RAD = 4.0, 0.35  # how long and how much a bird leans to one side
SMOOTH_S = 0.5  # of a recorded path: half the time its velocity is the mean over
ROAM_M = 2_000.0  # how far ahead the ground matters to what wanders
HOLD_HEIGHT_M = 3.0  # what hovers is at its height when it is so near it

WAITING, FLYING, ENDED = 0, 1, 2
# Streams of chance: a stream's number is part of the file format of a seed; append only.
STREAM_SCATTER, STREAM_MOTION, STREAM_EFFECTOR, STREAM_FALL, STREAM_SENSOR = 0, 1, 2, 3, 100


def stream(seed: int, *purpose: int) -> np.random.Generator:
    """Make the generator of one purpose: one seed, one world, on any machine."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *purpose])))


@dataclass(slots=True)
class World:
    """The objects at `t_ns`. N rows as in the fleet.

    position_m (N, 3): east, north and height above ground. velocity_mps (N, 3) likewise.
    phase (N,): waiting, flying or ended. visible (N,): flying and not destroyed. ends: how each
    object ended: {"t_ns", "how"} and, where destroyed, where its wreck fell.
    would_arrive_ns (N,): when an attacker reached, or would have reached, the asset's edge; 0: no.
    wind_m (K, 4): the wind by height: height, then velocity of the air. held_s (N,): how long it
    has hovered at its waypoint. lift_m (N,): what its route's heights are counted from, over the
    reference, lift_rate_mps how that changes, ground_m the ground below: all 0 but of what follows
    the ground of `terrain`.
    """

    fleet: Fleet
    frame: SiteFrame
    start_ns: int
    t_ns: int
    rng: np.random.Generator
    seed: int
    wind_m: F64
    position_m: F64
    velocity_mps: F64
    heading_rad: F64
    speed_mps: F64
    climb_mps: F64
    gust_mps: F64
    lean_rad: F64
    waypoint: I64
    phase: I64
    visible: Bools
    held_s: F64
    would_arrive_ns: I64
    lift_m: F64
    lift_rate_mps: F64
    ground_m: F64
    terrain: Terrain | None = None
    ends: dict[str, dict[str, Any]] = field(default_factory=dict)
    _laid_out: tuple[int, F64, F64, F64] | None = field(default=None, repr=False)

    @property
    def elapsed_s(self) -> float:
        """Seconds of the scenario gone by."""
        return (self.t_ns - self.start_ns) / NS_PER_S

    def state_enu(self) -> F64:
        """Give position and velocity of every object in the site's frame: (N, 6), a copy.

        Reckoned once a step: every sensor asks.
        """
        known = self._laid_out
        if (
            known is None
            or known[0] != self.t_ns
            or known[1] is not self.position_m
            or known[2] is not self.velocity_mps
        ):
            known = (self.t_ns, self.position_m, self.velocity_mps, self._state_enu())
            self._laid_out = known
        return known[3].copy()

    def _state_enu(self) -> F64:
        east, north, height = self.position_m.T
        state = np.empty((len(east), 6))
        state[:, :3] = self.position_m
        state[:, 2] = height - ground_drop_m(east, north)
        state[:, 3:] = self.velocity_mps
        fall = (east * self.velocity_mps[:, 0] + north * self.velocity_mps[:, 1]) / (
            WGS84_SEMI_MAJOR_M
        )
        state[:, 5] -= fall
        return state

    def wind_mps(self, height_m: F64) -> F64:
        """Give the velocity of the air at heights above the ground (N,): (N, 3), m/s."""
        return wind_at(self.wind_m, height_m)

    def step(self) -> None:
        """Move everything by one step of STEP_S."""
        self.t_ns += STEP_NS
        starting = (self.phase == WAITING) & (self.fleet.start_s <= self.elapsed_s)
        self.phase[starting] = FLYING
        self.visible[starting] = True
        moving = self.phase == FLYING
        self._lift()
        want_heading, want_climb, want_speed, distance = self._intent()
        self._turn_and_climb(want_heading, want_climb, want_speed, moving)
        self._move(moving)
        self._follow_recordings()
        self._note_arrivals(moving)
        self._pass_waypoints(moving, distance)

    def _goal_m(self) -> F64:
        """Give where each object is flying to: (N, 3), east, north and height above ground."""
        known = _constants(self.fleet)
        goal = self.fleet.route_m[known.rows, self.waypoint]
        if known.led:
            leader = self.fleet.leader[known.rows, self.waypoint]
            moves = leader >= 0
            goal[moves, :2] = self.position_m[leader[moves], :2]
        if self._follows:
            goal[:, 2] += self.lift_m
        return goal

    @property
    def _follows(self) -> bool:
        """Whether anything follows the ground, and there is ground to follow."""
        return self.terrain is not None and _constants(self.fleet).follows

    def _lift(self) -> None:
        """Look ahead over the ground, for what follows it."""
        if self.terrain is None or not self._follows:
            return
        rows = np.flatnonzero(self.fleet.follows)
        here, goal = self.position_m[rows, :2], self._goal_m()[rows, :2]
        last = np.minimum(self.waypoint + 1, self.fleet.route_count - 1)[rows]
        after = self.fleet.route_m[rows, last, :2]
        roams = self.fleet.wander[rows]
        nose = np.stack([np.sin(self.heading_rad[rows]), np.cos(self.heading_rad[rows])], axis=1)
        goal = np.where(roams[:, None], here + ROAM_M * nose, goal)
        after = np.where(roams[:, None], goal, after)
        speed = np.hypot(self.velocity_mps[rows, 0], self.velocity_mps[rows, 1])
        east, north = places_ahead(here, goal, after, np.maximum(speed, self.speed_mps[rows]))
        ground = self.terrain.over_reference_m(self.frame, east, north)
        lift = lift_m(ground, self.fleet.limits[rows, 5])
        self.lift_rate_mps[rows] = (lift - self.lift_m[rows]) / STEP_S
        self.lift_m[rows], self.ground_m[rows] = lift, ground[:, 0]

    def _intent(self) -> tuple[F64, F64, F64, F64]:
        """Say where each object wants to go: heading, climb, speed, and distance to go (m)."""
        known = _constants(self.fleet)
        offset = self._goal_m() - self.position_m
        distance = np.hypot(offset[:, 0], offset[:, 1])
        heading = np.arctan2(offset[:, 0], offset[:, 1])
        speed = self.fleet.route_speed_mps[known.rows, self.waypoint]
        time_s = np.maximum(distance / np.maximum(self.speed_mps, 1.0), 4.0)
        climb = offset[:, 2] / time_s
        stops = (self.waypoint == known.last) & known.stops
        braking = np.sqrt(distance * self.fleet.limits[:, 2])
        if known.hovers:
            hovers = self.fleet.hold_s[known.rows, self.waypoint] > 0.0
            stops |= hovers
            ahead = np.maximum(np.cos(heading - self.heading_rad), 0.0)
            braking = np.where(hovers, braking * ahead, braking)  # it turns first, and then goes
        speed = np.where(stops, np.minimum(speed, braking), speed)
        climb = np.where(stops & (distance < 15.0), _within(offset[:, 2], -2.0, 2.0), climb)
        wander = self.fleet.wander
        lost = distance > self.fleet.radius_m
        heading = np.where(wander & ~lost, self.heading_rad + self.lean_rad, heading)
        heading = np.where(self.fleet.flock, heading + self.lean_rad, heading)
        climb = np.where(wander, offset[:, 2] / 20.0, climb)
        climb = np.where(self.fleet.drift, offset[:, 2] / 4.0, climb)
        if self._follows:
            along = offset[:, 2] / SETTLE_S + self.lift_rate_mps
            climb = np.where(self.fleet.follows, along, climb)
        if known.carried:
            heading = self._against_wind(heading)
        return heading, climb, speed, distance

    def _against_wind(self, course_rad: F64) -> F64:
        """Say where the nose points so that what the wind carries stays on its course."""
        wind = self.wind_mps(self.position_m[:, 2])
        across = wind[:, 0] * np.cos(course_rad) - wind[:, 1] * np.sin(course_rad)
        lead = np.arcsin(_within(-across / np.maximum(self.speed_mps, 1.0), -1.0, 1.0))
        return course_rad + np.where(self.fleet.carried, lead, 0.0)

    def _turn_and_climb(
        self, want_heading_rad: F64, want_climb: F64, want_speed_mps: F64, moving: Bools
    ) -> None:
        """Bring heading, speed and climb towards what is wanted, within the class's limits."""
        limits = self.fleet.limits
        noise = self.rng.standard_normal((self.fleet.count, 5))
        share, drive = _gusts(self.fleet)
        self.gust_mps = share * self.gust_mps + drive * noise[:, :3]
        keep = float(np.exp(-STEP_S / WANDER_S))
        self.lean_rad = keep * self.lean_rad + WANDER_RAD * np.sqrt(1 - keep**2) * noise[:, 3]
        error = (want_heading_rad - self.heading_rad + np.pi) % (2.0 * np.pi) - np.pi
        turn_max = np.minimum(limits[:, 4], limits[:, 3] / np.maximum(self.speed_mps, 1.0))
        turn = _within(STEER_GAIN_PER_S * error, -turn_max, turn_max)
        change = limits[:, 2] * STEP_S
        self.heading_rad += np.where(moving, turn * STEP_S, 0.0)
        self.speed_mps += np.where(
            moving, _within(want_speed_mps - self.speed_mps, -change, change), 0
        )
        climb = _within(want_climb, -limits[:, 6], limits[:, 5])
        self.climb_mps += np.where(moving, _within(climb - self.climb_mps, -change, change), 0)

    def _move(self, moving: Bools) -> None:
        """Integrate the positions; nothing flies below the ground, as far as it knows of it."""
        velocity = np.empty_like(self.velocity_mps)
        velocity[:, 0] = self.speed_mps * np.sin(self.heading_rad)
        velocity[:, 1] = self.speed_mps * np.cos(self.heading_rad)
        velocity[:, 2] = self.climb_mps
        known, drift = _constants(self.fleet), self.fleet.drift
        if known.drifts:
            velocity[drift, :2] = self.wind_mps(self.position_m[drift, 2])[:, :2]
        carried = self.fleet.carried
        if known.carried:
            velocity[carried] += self.wind_mps(self.position_m[carried, 2])
        velocity += self.gust_mps
        new = self.position_m + 0.5 * (self.velocity_mps + velocity) * STEP_S
        least = self.ground_m + 0.5
        new[:, 2] = np.maximum(new[:, 2], least)
        velocity[:, 2] = np.where(new[:, 2] > least, velocity[:, 2], 0.0)
        self.position_m = np.where(moving[:, None], new, self.position_m)
        self.velocity_mps = np.where(moving[:, None], velocity, self.velocity_mps)

    def _follow_recordings(self) -> None:
        """Put what flies a recorded path where it was; after its last place it has left."""
        for k, (since_s, path_m) in self.fleet.recorded.items():
            if self.phase[k] != FLYING:
                continue
            own_s = self.elapsed_s - self.fleet.start_s[k] - np.array([SMOOTH_S, 0.0, -SMOOTH_S])
            own_s = np.clip(own_s, 0.0, since_s[-1])
            before, here, after = np.column_stack(
                [np.interp(own_s, since_s, path_m[:, axis]) for axis in range(3)]
            )
            self.position_m[k] = [here[0], here[1], max(here[2], 0.5)]
            self.velocity_mps[k] = (after - before) / max(own_s[2] - own_s[0], STEP_S)
            self.heading_rad[k] = np.arctan2(self.velocity_mps[k, 0], self.velocity_mps[k, 1])
            self.speed_mps[k] = np.hypot(self.velocity_mps[k, 0], self.velocity_mps[k, 1])
            if own_s[1] >= since_s[-1]:
                self._end(k, "left")

    def begin_over_ground(self) -> None:
        """Put what follows the ground at its height above it, before the first step."""
        self._lift()
        self.position_m[:, 2] += self.lift_m
        self.lift_rate_mps[:] = 0.0

    def target_m(self) -> F64:
        """Give where the attacked asset of each object is now: (N, 2), NaN for none."""
        if not _constants(self.fleet).target_led:
            return self.fleet.target_enu_m
        target = self.fleet.target_enu_m.copy()
        moves = self.fleet.target_leader >= 0
        target[moves] = self.position_m[self.fleet.target_leader[moves], :2]
        return target

    def _note_arrivals(self, moving: Bools) -> None:
        """Note when an attacker, or its ghost, is at the edge of the asset it was sent against."""
        offset = self.position_m[:, :2] - self.target_m()
        inside = np.hypot(offset[:, 0], offset[:, 1]) <= self.fleet.target_radius_m
        new = inside & moving & (self.would_arrive_ns == 0)
        self.would_arrive_ns[new] = self.t_ns

    def _pass_waypoints(self, moving: Bools, distance_m: F64) -> None:
        """Go on to the next waypoint, or end, when one is reached or left behind."""
        offset = self._goal_m() - self.position_m
        now = np.hypot(offset[:, 0], offset[:, 1])
        near = np.maximum(self.fleet.limits[:, 7], 1.5 * self.speed_mps * STEP_S)
        abeam = (now > distance_m) & (now < 6.0 * near)
        known = _constants(self.fleet)
        reached = (
            moving & known.goes_on & ((now < near) | abeam) & self._held(now < near, offset[:, 2])
        )
        if not reached.any():
            return
        last = self.waypoint >= known.last
        self.waypoint[reached & ~last] += 1
        self.held_s[reached] = 0.0
        for k in np.flatnonzero(reached & last):
            self._end_of_route(int(k))

    def _held(self, near: Bools, above_m: F64) -> Bools:
        """Count the time that objects hover at their waypoint, and say whose is over."""
        known = _constants(self.fleet)
        if not known.hovers:
            return known.all
        hold_s = self.fleet.hold_s[known.rows, self.waypoint]
        there = near & (np.abs(above_m) < HOLD_HEIGHT_M) & (hold_s > 0.0)
        self.held_s += np.where(there, STEP_S, 0.0)
        return np.asarray(self.held_s >= hold_s)

    def _end_of_route(self, k: int) -> None:
        """Do what an object does at its last waypoint."""
        how = AT_END[self.fleet.at_end[k]]
        above_m = self.position_m[k, 2] - self.ground_m[k]
        low = above_m < self.fleet.route_m[k, self.waypoint[k], 2] + 3.0
        if how == "hold" or (how == "land" and not low):
            return
        self._end(k, {"leave": "left", "land": "landed", "strike": "arrived"}[how])

    def _end(self, k: int, how: str) -> None:
        """Take object k out of the world, noting how unless it was destroyed before."""
        self.phase[k] = ENDED
        if self.visible[k]:
            self.ends[self.fleet.ids[k]] = {"t_ns": self.t_ns, "how": how}
        self.visible[k] = False

    def destroy(self, k: int) -> dict[str, Any]:
        """Take object k out of the air now; its ghost flies on unseen. Says where the wreck fell.

        The wreck falls with quadratic drag, a terminal speed of 35 to 60 m/s, and the wind: its
        place is not known to anybody but the truth.
        """
        self.visible[k] = False
        east_m, north_m, fall_s = self._fall(k)
        end = {
            "t_ns": self.t_ns,
            "how": "destroyed",
            "wreck_east_m": east_m,
            "wreck_north_m": north_m,
            "fall_s": fall_s,
        }
        self.ends[self.fleet.ids[k]] = end
        return end

    def _ground_under_m(self, position_m: F64) -> float:
        """Give the ground's height over the reference below one place (3,)."""
        if self.terrain is None:
            return 0.0
        return float(self.terrain.over_reference_m(self.frame, position_m[:1], position_m[1:2])[0])

    def _fall(self, k: int) -> tuple[float, float, float]:
        """Let the wreck of object k fall to the ground: metres east and north, seconds."""
        terminal = stream(self.seed, STREAM_FALL, k).uniform(35.0, 60.0)
        position, velocity = self.position_m[k].copy(), self.velocity_mps[k].copy()
        t_s, dt = 0.0, 0.05
        gravity = np.array([0.0, 0.0, GRAVITY_MPS2])
        while position[2] > self._ground_under_m(position) and t_s < 300.0:
            relative = velocity - self.wind_mps(position[2])
            drag = GRAVITY_MPS2 / terminal**2 * float(np.sqrt(relative @ relative)) * relative
            velocity = velocity - (drag + gravity) * dt
            position = position + velocity * dt
            t_s += dt
        return float(position[0]), float(position[1]), t_s


@lru_cache(maxsize=4)
def _gusts(fleet: Fleet) -> tuple[F64, F64]:
    """Say how much of a gust is left after a step, and how much is added: (N, 1), (N, 3)."""
    share = np.exp(-STEP_S / fleet.limits[:, 9])[:, None]
    return share, fleet.limits[:, 8:9] * np.sqrt(1.0 - share**2) * [1.0, 1.0, 0.4]


@dataclass(slots=True)
class _Constants:
    """What follows from a fleet, found once and not at every step. rows, all (N,): every object.

    last, stops, goes_on (N,): the last waypoint; whether it slows down there; whether it goes from
    waypoint to waypoint. The rest say whether any object hovers at a waypoint, follows the ground,
    is carried by the wind or drifts with it, flies to what moves, or attacks it.
    """

    rows: I64
    all: Bools
    last: I64
    stops: Bools
    goes_on: Bools
    hovers: bool
    follows: bool
    carried: bool
    drifts: bool
    led: bool
    target_led: bool


@lru_cache(maxsize=4)
def _constants(fleet: Fleet) -> _Constants:
    goes_on = ~fleet.wander & ~fleet.drift
    goes_on[list(fleet.recorded)] = False
    return _Constants(
        rows=np.arange(fleet.count),
        all=np.ones(fleet.count, np.bool_),
        last=fleet.route_count - 1,
        stops=(fleet.at_end == AT_END.index("land")) | (fleet.at_end == AT_END.index("hold")),
        goes_on=goes_on,
        hovers=bool((fleet.hold_s > 0.0).any()),
        follows=bool(fleet.follows.any()),
        carried=bool(fleet.carried.any()),
        drifts=bool(fleet.drift.any()),
        led=bool((fleet.leader >= 0).any()),
        target_led=bool((fleet.target_leader >= 0).any()),
    )


def _within(value: F64, low: F64 | float, high: F64 | float) -> F64:
    """Do `np.clip` on small arrays, which takes longer to begin than to do."""
    return np.minimum(np.maximum(value, low), high)


def create_world(loaded: LoadedScenario, seed: int) -> World:
    """Make the world of a scenario and a seed, at its start, before the first step."""
    fleet = assemble_fleet(loaded.scenario, loaded.site, stream(seed, STREAM_SCATTER))
    count = fleet.count
    rng = stream(seed, STREAM_MOTION)
    leg = fleet.route_m[:, 1, :2] - fleet.route_m[:, 0, :2] if count else np.zeros((0, 2))
    heading = np.arctan2(leg[:, 0], leg[:, 1])
    heading = np.where(fleet.wander, rng.uniform(-np.pi, np.pi, count), heading)
    launched = fleet.hold_s[:, 1] > 0.0 if count else np.zeros(0, np.bool_)
    speed = np.where(launched & (np.hypot(leg[:, 0], leg[:, 1]) < 1.0), 0.0, fleet.speed_mps)
    velocity = np.zeros((count, 3))
    velocity[:, 0] = speed * np.sin(heading)
    velocity[:, 1] = speed * np.cos(heading)
    phase = np.where(fleet.start_s <= 0.0, FLYING, WAITING)
    world = World(
        fleet=fleet,
        frame=SiteFrame(loaded.site.reference),
        start_ns=loaded.start_ns,
        t_ns=loaded.start_ns,
        rng=rng,
        seed=seed,
        wind_m=wind_by_height(loaded.scenario, loaded.site),
        position_m=fleet.route_m[:, 0].copy(),
        velocity_mps=velocity,
        heading_rad=heading,
        speed_mps=speed,
        climb_mps=np.zeros(count),
        gust_mps=np.zeros((count, 3)),
        lean_rad=np.zeros(count),
        waypoint=np.ones(count, np.int64),
        phase=phase.astype(np.int64),
        visible=phase == FLYING,
        held_s=np.zeros(count),
        would_arrive_ns=np.zeros(count, np.int64),
        lift_m=np.zeros(count),
        lift_rate_mps=np.zeros(count),
        ground_m=np.zeros(count),
        terrain=loaded.terrain,
    )
    world.begin_over_ground()
    for k, (_, path_m) in fleet.recorded.items():
        world.position_m[k] = path_m[0]
    return world


def wind_by_height(scenario: Scenario, site: Site) -> F64:
    """Lay the real wind out by height (K, 4): height, velocity east, north, up."""
    layers: list[tuple[float, Wind | WindLayer]] = [(w.height_m, w) for w in scenario.wind]
    layers = sorted(layers, key=lambda layer: layer[0]) or [(0.0, site.wind)]
    return np.array([[height, *wind_velocity_mps(wind)] for height, wind in layers])


def wind_at(wind_m: F64, height_m: F64 | float) -> F64:
    """Give the velocity of the air at heights above the ground (...): (..., 3), m/s.

    wind_m (K, 4): as from `wind_by_height`; between layers it is linear, beyond them as at the end.
    """
    columns = [np.interp(height_m, wind_m[:, 0], wind_m[:, k]) for k in (1, 2, 3)]
    return np.stack(columns, axis=-1)


def wind_velocity_mps(wind: Wind | WindLayer) -> F64:
    """Turn "from 310 degrees at 4 m/s" into the velocity of the air (3,), m/s."""
    towards = np.deg2rad(wind.from_deg + 180.0)
    return np.array([wind.speed_mps * np.sin(towards), wind.speed_mps * np.cos(towards), 0.0])
