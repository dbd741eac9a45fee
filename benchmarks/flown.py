"""Many flights at once through the core, from reports on: no bytes, no sockets, no clock.

In: plans of flights. Out: their true paths, and what the stages make of what sensors say of them.
Paths are flown waypoint by waypoint with a limited turn, and a wander of the heading where the kind
of object wanders. The radar, the receivers and the feeds are simple models with known errors; the
tracker and every stage after it are the real ones.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from vedette import pipeline
from vedette.base.constants import NS_PER_S
from vedette.geo import SiteFrame, aer_from_enu
from vedette.model.measurements import F64
from vedette.model.picture import AirPicture
from vedette.model.reports import Claims, Plot, PositionReport, Report

RANGE_SIGMA_M, AZIMUTH_SIGMA_RAD, ELEVATION_SIGMA_RAD = 15.0, 0.004, 0.006
DETECTION_PROB = 0.9
WAYPOINT_S = 3.0  # a waypoint is passed when it is this near
RCS_BIAS_DB = 10.0 * math.log10(math.e)


@dataclass(slots=True)
class Word:
    """What a flight sends of itself, and what is wrong with it.

    feed: the sensor that hears it ("radar": an answer to the interrogator, with the plot).
    offset_m (3,): added to its true place; late_s: how old its places are; share: of seconds in
    which it is heard; until_s: when it falls silent. affiliation: in its network's words.
    """

    feed: str
    icao24: str | None = None
    remote_id: str | None = None
    callsign: str | None = None
    squawk: str | None = None
    affiliation: str | None = None
    offset_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    late_s: int = 0
    share: float = 1.0
    until_s: float = math.inf
    motion: bool = True
    baro: bool = False


@dataclass(slots=True)
class Plan:
    """One flight. way (K, 3): where it goes from `start`, east, north, up in m.

    wander_radps: sigma of the heading's random walk in one second's root. at_end: "on" flies on
    straight, "ends" is there no more. kind, group: for counting.
    """

    kind: str
    start: tuple[float, float, float]
    way: list[tuple[float, float, float]]
    speed_mps: float
    turn_max_radps: float = 0.05
    climb_max_mps: float = 8.0
    wander_radps: float = 0.0
    rcs_dbsm: float = 0.0
    at_end: str = "on"
    words: list[Word] = field(default_factory=list)
    group: str = ""
    on_radar: bool = True


@dataclass(slots=True)
class Paths:
    """True places and velocities (T, N, 3), site ENU, and until when each flies (N,), steps."""

    pos_m: F64
    vel_mps: F64
    end: F64


def fly(plans: list[Plan], seconds: int, rng: np.random.Generator) -> Paths:
    """Fly the plans for some seconds, one step a second."""
    count, most = len(plans), max(len(plan.way) for plan in plans)
    way = np.array([plan.way + [plan.way[-1]] * (most - len(plan.way)) for plan in plans])
    last = np.array([len(plan.way) for plan in plans])
    speed = np.array([plan.speed_mps for plan in plans])
    turn, climb = (
        np.array([getattr(p, n) for p in plans]) for n in ("turn_max_radps", "climb_max_mps")
    )
    wander = np.array([plan.wander_radps for plan in plans])
    ends = np.array([plan.at_end == "ends" for plan in plans])
    place = np.array([plan.start for plan in plans], dtype=np.float64)
    aim = way[:, 0] - place
    heading = np.arctan2(aim[:, 0], aim[:, 1])
    number, end = np.zeros(count, np.int64), np.full(count, float(seconds))
    pos, vel = np.zeros((2, seconds, count, 3))
    for step in range(seconds):
        going = number < last
        aim = way[np.arange(count), np.minimum(number, last - 1)] - place
        left_m = np.hypot(aim[:, 0], aim[:, 1])
        wanted = np.where(going, np.arctan2(aim[:, 0], aim[:, 1]), heading)
        off = (wanted - heading + np.pi) % (2.0 * np.pi) - np.pi
        heading = heading + np.clip(off, -turn, turn) + wander * rng.normal(size=count)
        rise = np.where(going, aim[:, 2] / np.maximum(left_m / np.maximum(speed, 1.0), 1.0), 0.0)
        rise = np.clip(rise, -climb, climb)
        vel[step] = np.stack([speed * np.sin(heading), speed * np.cos(heading), rise], axis=-1)
        pos[step] = place
        place = place + vel[step]
        place[:, 2] = np.maximum(place[:, 2], 2.0)
        striking = ends & (number == last - 1)
        arrived = going & (left_m <= np.where(striking, 0.6, WAYPOINT_S) * speed + 10.0)
        number = number + arrived
        over = ends & (number >= last) & (end == seconds)
        end = np.where(over, float(step + 1), end)
    return Paths(pos, vel, end)


@dataclass(slots=True)
class Sky:
    """One site, its flights, and the core that watches them.

    deaf: from which second on a receiver hears nothing. radar_m (3,): where the radar is.
    """

    assembled: pipeline.Pipeline
    frame: SiteFrame
    plans: list[Plan]
    paths: Paths
    rng: np.random.Generator
    begun_ns: int
    deaf: dict[str, int] = field(default_factory=dict)
    radar_m: tuple[float, float, float] = (0.0, 0.0, 7.0)
    radar_range_m: float = 30_000.0

    def run(
        self, commands: Callable[[AirPicture], list] | None = None, steps_a_second: int = 1
    ) -> Iterator[AirPicture]:
        """Step through the seconds; gives the picture of each (the pipeline's own, not a copy).

        steps_a_second: sensors speak in the first of each second; the live service steps four times
        a second where nothing arrives.
        """
        state = pipeline.start(self.assembled)
        said: list = []
        for step in range(len(self.paths.pos_m) * steps_a_second):
            second, rest = divmod(step, steps_a_second)
            now_ns = self.begun_ns + second * NS_PER_S + rest * NS_PER_S // steps_a_second
            reports = self.reports(second, now_ns) if rest == 0 else []
            inputs = pipeline.Inputs(commands=said)
            state.now_ns = now_ns  # as `step` does, which would decode bytes as well
            state, picture = pipeline.advance(self.assembled, state, reports, inputs, now_ns)
            said = commands(picture) if commands is not None else []
            yield picture

    def flying(self, step: int) -> list[int]:
        """List the flights that are still in the air."""
        return np.flatnonzero(self.paths.end > step).tolist()

    def reports(self, step: int, now_ns: int) -> list[Report]:
        """Say what the sensors say in one second."""
        reports: list[Report] = []
        for number in self.flying(step):
            plan = self.plans[number]
            reply = None
            for word in plan.words:
                heard = step <= word.until_s and self.rng.random() < word.share
                heard = heard and step < self.deaf.get(word.feed, step + 1)
                if heard and word.feed == "radar":
                    reply = word
                elif heard:
                    reports.append(self.spoken(word, number, step, now_ns))
            if plan.on_radar and self.rng.random() < DETECTION_PROB:
                plot = self.plot(plan, self.paths.pos_m[step, number], reply, now_ns)
                if plot is not None:
                    reports.append(plot)
        return reports

    def plot(self, plan: Plan, place_m: F64, reply: Word | None, now_ns: int) -> Plot | None:
        """Measure one flight with the radar; None beyond its range."""
        azimuth, elevation, range_m = aer_from_enu(*(place_m - np.array(self.radar_m)))
        if range_m > self.radar_range_m:
            return None
        noise = self.rng.normal(size=3)
        power = self.rng.standard_exponential()
        return Plot(
            sensor="radar",
            t_meas_ns=now_ns,
            t_recv_ns=now_ns,
            range_m=float(range_m + RANGE_SIGMA_M * noise[0]),
            azimuth_rad=float((azimuth + AZIMUTH_SIGMA_RAD * noise[1]) % (2.0 * np.pi)),
            elevation_rad=float(elevation + ELEVATION_SIGMA_RAD * noise[2]),
            rcs_dbsm=plan.rcs_dbsm + 10.0 * math.log10(max(power, 1e-6)),
            claims=None if reply is None else claims_of(reply),
        )

    def spoken(self, word: Word, number: int, step: int, now_ns: int) -> PositionReport:
        """Put what a flight says of its place into a report."""
        then = max(step - word.late_s, 0)
        place = self.paths.pos_m[then, number] + np.array(word.offset_m)
        place[:2] += 8.0 * self.rng.normal(size=2)
        lat, lon, hae = self.frame.geo_from_enu(*place)
        east, north, up = self.paths.vel_mps[then, number].tolist() if word.motion else [None] * 3
        return PositionReport(
            sensor=word.feed,
            t_meas_ns=now_ns,
            t_recv_ns=now_ns,
            lat_rad=float(lat),
            lon_rad=float(lon),
            hae_m=None if word.baro else float(hae),
            height_baro_m=float(hae) if word.baro else None,
            v_east_mps=east,
            v_north_mps=north,
            v_up_mps=up,
            claims=claims_of(word),
        )

    def nearest(self, picture: AirPicture, step: int, miss_max_m: float = 250.0) -> dict[int, int]:
        """Match tracks to flights: track_id -> the flight nearest to it, within miss_max_m."""
        tracks, alive = picture.tracks, self.flying(step)
        if not tracks.count or not alive:
            return {}
        places = tracks.state_enu[: tracks.count, :3]
        away = np.linalg.norm(places[:, None] - self.paths.pos_m[step, alive][None], axis=2)
        best = away.argmin(axis=1)
        return {
            int(track_id): alive[flight]
            for track_id, flight, miss in zip(
                tracks.track_id[: tracks.count].tolist(),
                best.tolist(),
                away.min(axis=1).tolist(),
                strict=True,
            )
            if miss <= miss_max_m
        }


def claims_of(word: Word) -> Claims:
    """Give the claims of what is sent."""
    return Claims(
        icao24=word.icao24,
        remote_id=word.remote_id,
        callsign=word.callsign,
        squawk=word.squawk,
        affiliation=word.affiliation,
    )
