"""Recorded ADS-B flown again under a radar: what aircraft said, and where they really were.

In: recordings of `../shared/data/adsb`. Out: `Craft`, each with its recorded words and its true
path, and `watch`, which puts the words on the air as Beast octets, lets a radar measure the truth,
and says what the real decoder, tracker and identity stage made of each.
"""

import gzip
import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.interpolate

from benchmarks.recorded import F64, smoothed
from vedette import pipeline
from vedette.base.constants import M_PER_FT, MPS_PER_KT, NS_PER_S
from vedette.codecs.adsb import beast
from vedette.codecs.adsb.from_reports import Air, frames_of
from vedette.config.site import Coverage, Feed, Reference, Sensor, Site
from vedette.geo import SiteFrame, aer_from_enu
from vedette.identity.trust import is_contradicted
from vedette.model.arrivals import Arrival
from vedette.model.enums import Identity
from vedette.model.reports import Claims, Plot, PositionReport, Report, SensorStatus

BEGUN_NS = 1_790_000_000_000_000_000
T, LAT, LON, HEIGHT, EAST, NORTH, UP = range(7)  # columns of what is said: s, rad, m, m/s
SCAN_S, RADAR_RANGE_M, ANTENNA_M = 4, 150_000.0, 20.0
RANGE_SIGMA_M, AZIMUTH_SIGMA_RAD, ELEVATION_SIGMA_RAD = 50.0, 0.0015, 0.005
DETECTION_PROB = 0.9
RADIO_RADIUS_M = 4.0 / 3.0 * 6.371e6
# What is said is late by up to half a second, and velocities stand still for seconds at times.
SAID_SIGMA, SAID_Q = (100.0, 10.0), 2.0
GAP_MAX_S = 30.0
BAD = ("contradicted", "unseen", "conflict", "implausible")
APART_M = 2_000.0  # a track so far from an aircraft is not the aircraft's own


class Spoof(NamedTuple):
    """False words: from `begin_s` on, `said` in place of one's own; times of its rows from 0."""

    begin_s: float
    said: F64


@dataclass(slots=True)
class Craft:
    """One aircraft. said (N, 7): what it says (columns above). is_there: its path is where it says;
    else there is nothing a radar could see. spoof: what it says later on instead, if anything."""

    address: str
    callsign: str
    said: F64
    is_there: bool = True
    spoof: Spoof | None = None


@dataclass(slots=True)
class Told:
    """What was made of one aircraft. named_s: when each kind of evidence first told it apart.
    neutral_s: seconds for which a track where it falsely says it is was NEUTRAL. seen: it had a
    track; checked: own radar bore it out, at least once."""

    named_s: dict[str, float] = field(default_factory=dict)
    neutral_s: int = 0
    seen: bool = False
    checked: bool = False


def read_said(path: Path) -> dict[str, tuple[str, F64]]:
    """Read what each aircraft said: {address: (call sign, rows)}, in order of time, none twice."""
    with gzip.open(path) as file:
        table = json.load(file)
    rows = table
    if isinstance(table, dict):
        rows = [{name: column[n] for name, column in table.items()} for n in table["timestamp"]]
    heard: dict[str, list[list[float]]] = defaultdict(list)
    names: dict[str, str] = {}
    for row in rows:
        if None in (row.get("latitude"), row.get("longitude"), row.get("altitude")):
            continue
        if row.get("onground"):
            continue
        names.setdefault(row["icao24"], (row.get("callsign") or "").strip())
        heard[row["icao24"]].append(_row(row))
    return {address: (names[address], _fresh(np.array(own))) for address, own in heard.items()}


def _row(row: dict[str, Any]) -> list[float]:
    speed, track, climb = (row.get(k) for k in ("groundspeed", "track", "vertical_rate"))
    known = speed is not None and track is not None
    flat, way = (MPS_PER_KT * speed, math.radians(track)) if known else (math.nan, 0.0)
    up = climb * M_PER_FT / 60.0 if climb is not None else math.nan
    # When the place was heard, where the recording says so; else when the row was written.
    t_s = (row.get("last_position") or row["timestamp"]) * 1e-3
    place = [math.radians(row["latitude"]), math.radians(row["longitude"])]
    height = row["altitude"] * M_PER_FT
    return [t_s, *place, height, flat * math.sin(way), flat * math.cos(way), up]


def _fresh(said: F64) -> F64:
    """Leave out what was said before: the same place again is no new report."""
    said = said[np.argsort(said[:, T], kind="stable")]
    keep = np.append(True, (np.diff(said[:, LAT : LON + 1], axis=0) != 0.0).any(axis=1))
    keep &= np.append(True, np.diff(said[:, T]) > 0.0)
    return said[keep]


def unbroken(said: F64) -> list[F64]:
    """Cut where an aircraft was silent for too long to know how it flew on."""
    return np.split(said, np.flatnonzero(np.diff(said[:, T]) > GAP_MAX_S) + 1)


def make_site(lat_deg: float, lon_deg: float, hae_m: float = 500.0) -> Site:
    """Make a site with one long-range radar and one ADS-B receiver."""
    here = {"lat_deg": lat_deg, "lon_deg": lon_deg, "hae_m": hae_m}
    radar = Sensor(
        id="radar",
        kind="radar_3d",
        range_sigma_m=RANGE_SIGMA_M,
        azimuth_sigma_deg=math.degrees(AZIMUTH_SIGMA_RAD),
        elevation_sigma_deg=math.degrees(ELEVATION_SIGMA_RAD),
        detection_prob=DETECTION_PROB,
        scan_period_s=float(SCAN_S),
        antenna_agl_m=ANTENNA_M,
        coverage=Coverage(range_max_m=RADAR_RANGE_M),
        **here,
    )
    return Site(
        schema=1,
        name="a radar and a receiver",
        reference=Reference(**here),
        assets=[],
        zones=[],
        sensors=[radar, Sensor(id="adsb", kind="adsb", **here)],
        feeds=[Feed(id="beast", kind="beast_tcp", port=1, sensor="adsb")],
    )


def path_of(said: F64, frame: SiteFrame) -> scipy.interpolate.CubicHermiteSpline:
    """Smooth what is said to a true path, east, north, up over time, in the site's frame."""
    place = np.stack(frame.enu_from_geo(said[:, LAT], said[:, LON], said[:, HEIGHT]), axis=1)
    flat = np.nan_to_num(said[:, EAST : UP + 1])
    lat = said[:, LAT] + flat[:, 1] / 6.37e6
    lon = said[:, LON] + flat[:, 0] / (6.37e6 * np.cos(said[:, LAT]))
    later = np.stack(frame.enu_from_geo(lat, lon, said[:, HEIGHT] + flat[:, 2]), axis=1)
    velocity = np.where(np.isnan(said[:, EAST : UP + 1]), np.nan, later - place)
    state = smoothed(said[:, T], place, velocity, SAID_SIGMA, SAID_Q)
    return scipy.interpolate.CubicHermiteSpline(said[:, T], state[:, :3], state[:, 3:])


def is_in_sight(place_enu_m: F64) -> bool:
    """Say whether the radar can see a place: its range, and the horizon over a smooth earth."""
    flat_m = math.hypot(place_enu_m[0], place_enu_m[1])
    reach_m = math.sqrt(2.0 * RADIO_RADIUS_M * ANTENNA_M)
    beyond_m = max(flat_m - reach_m, 0.0)
    # The tangent plane rises over the earth by d^2 / 2R; the ray of 4/3 earth over it less.
    hidden_m = beyond_m**2 / (2.0 * RADIO_RADIUS_M) - flat_m**2 / (2.0 * 6.371e6)
    return math.hypot(flat_m, place_enu_m[2]) <= RADAR_RANGE_M and place_enu_m[2] > hidden_m


class Sky:
    """Some aircraft over one site for some seconds, on the air and under the radar."""

    def __init__(self, site: Site, crafts: list[Craft], seconds: int, seed: int) -> None:
        """crafts: their `said` counts seconds from 0."""
        self.frame, self.crafts, self.seconds = SiteFrame(site.reference), crafts, seconds
        self.assembled = pipeline.assemble(site)
        self.rng = np.random.default_rng(seed)
        self.air = Air()
        self.paths = [path_of(c.said, self.frame) if c.is_there else None for c in crafts]
        self.words = sorted(
            (word for craft in crafts for word in _words(craft)), key=lambda word: word[0]
        )
        self.told = {craft.address: Told() for craft in crafts}

    def watch(self) -> dict[str, Told]:
        """Run it and say what was made of each aircraft."""
        state, at = pipeline.start(self.assembled), 0
        for second in range(1, self.seconds + 1):
            now_ns, octets = BEGUN_NS + second * NS_PER_S, b""
            while at < len(self.words) and self.words[at][0] <= second:
                octets += self._octets(*self.words[at][1:])
                at += 1
            arrivals = [Arrival(feed="beast", t_recv_ns=now_ns, data=octets)] if octets else []
            state.now_ns = now_ns
            reports = pipeline.read(state, arrivals)
            reports += self._plots(second, now_ns) if second % SCAN_S == 0 else []
            pipeline.advance(self.assembled, state, reports, pipeline.Inputs(), now_ns)
            self._judge(state, second)
        return self.told

    def in_sight(self, craft: Craft) -> bool:
        """Say whether the radar could bear witness: it sees the place that is falsely said."""
        false = craft.said if craft.spoof is None else craft.spoof.said
        middle = false[len(false) // 2]
        place = self.frame.enu_from_geo(middle[LAT], middle[LON], middle[HEIGHT])
        return is_in_sight(np.array(place, dtype=np.float64))

    def _octets(self, craft: Craft, row: F64) -> bytes:
        known = not math.isnan(row[EAST])
        report = PositionReport(
            sensor="adsb",
            t_meas_ns=BEGUN_NS + int(row[T] * NS_PER_S),
            t_recv_ns=BEGUN_NS + int(row[T] * NS_PER_S),
            lat_rad=float(row[LAT]),
            lon_rad=float(row[LON]),
            height_baro_m=float(row[HEIGHT]),
            v_east_mps=float(row[EAST]) if known else None,
            v_north_mps=float(row[NORTH]) if known else None,
            v_up_mps=None if math.isnan(row[UP]) else float(row[UP]),
            claims=Claims(icao24=craft.address, callsign=craft.callsign or None),
        )
        frames, why, _ = frames_of(self.air, report)
        if why:
            raise ValueError(f"{craft.address}: {why}")
        return beast.encode(frames)

    def _plots(self, second: int, now_ns: int) -> list[Report]:
        """Turn the antenna once: its north mark, and a plot of whatever it sees."""
        times = {"t_meas_ns": now_ns, "t_recv_ns": now_ns}
        plots: list[Report] = [SensorStatus(sensor="radar", kind="north", **times)]
        for craft, path in zip(self.crafts, self.paths, strict=True):
            inside = path is not None and craft.said[0, T] <= second <= craft.said[-1, T]
            if not inside or self.rng.random() > DETECTION_PROB:
                continue
            place = path(float(second))
            if not is_in_sight(place):
                continue
            azimuth, elevation, range_m = aer_from_enu(*place)
            noise, power = self.rng.normal(size=3), self.rng.standard_exponential()
            plots.append(
                Plot(
                    sensor="radar",
                    **times,
                    range_m=float(range_m + RANGE_SIGMA_M * noise[0]),
                    azimuth_rad=float((azimuth + AZIMUTH_SIGMA_RAD * noise[1]) % (2.0 * np.pi)),
                    elevation_rad=float(elevation + ELEVATION_SIGMA_RAD * noise[2]),
                    rcs_dbsm=15.0 + 10.0 * math.log10(max(power, 1e-6)),
                )
            )
        return plots

    def _judge(self, state: pipeline.State, second: int) -> None:
        table = state.tracking.table
        places = dict(zip(table.track_id[: table.count].tolist(),
                          table.state_enu[: table.count, :3], strict=True))  # fmt: skip
        by_address = {craft.address: i for i, craft in enumerate(self.crafts)}
        for track_id, memory in state.identity.memories.items():
            if memory.claim is None or memory.claim.icao24 not in by_address:
                continue
            number = by_address[memory.claim.icao24]
            craft, told = self.crafts[number], self.told[memory.claim.icao24]
            record = state.identity.records[track_id]
            told.seen = True
            told.checked |= memory.agreement.score > 0.0 and not is_contradicted(memory.agreement)
            if craft.spoof is not None and second < craft.spoof.begin_s:
                continue
            kinds = {e.kind for e in record.ledger if e.kind in BAD and e.weight_log_odds < 0.0}
            for kind in kinds:
                told.named_s.setdefault(kind, float(second))
            false = self._is_false(number, places.get(track_id), second)
            told.neutral_s += false and record.identity is Identity.NEUTRAL

    def _is_false(self, number: int, place: F64 | None, second: int) -> bool:
        """Say whether a track is where an aircraft says it is, and the aircraft is not."""
        craft, path = self.crafts[number], self.paths[number]
        if place is None or (craft.is_there and craft.spoof is None):
            return False
        if path is None:
            return True
        return float(np.hypot(*(path(float(second)) - place)[:2])) > APART_M


def _words(craft: Craft) -> list[tuple[float, Craft, F64]]:
    """List what an aircraft says and when: its own words, then those it says instead."""
    own = craft.said[craft.said[:, T] > 0.0]
    if craft.spoof is None:
        return [(float(row[T]), craft, row) for row in own]
    false = craft.spoof.said.copy()
    false[:, T] += craft.spoof.begin_s
    own = own[own[:, T] < craft.spoof.begin_s]
    return [(float(row[T]), craft, row) for row in (*own, *false) if row[T] > 0.0]
