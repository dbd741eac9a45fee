"""A small sky for the identity tests: things fly, sensors report, tracks are what they are."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from vedette import identity
from vedette.config.site import (
    Asset,
    Corridor,
    Coverage,
    FlightListed,
    Reference,
    Sensor,
    Site,
    Wind,
)
from vedette.geo import SiteFrame, aer_from_enu
from vedette.model.enums import MicroDoppler, SourceHealth
from vedette.model.events import Event, IdentityChanged
from vedette.model.picture import SourceState, Threat
from vedette.model.reports import Claims, Plot, PositionReport
from vedette.model.tracks import Links, empty_tracks

T0_NS = 1_641_268_800_000_000_000  # 4 January 2022, 04:00 UTC
REFERENCE = Reference(lat_deg=33.7856, lon_deg=42.4412, hae_m=183.0)
FRAME = SiteFrame(REFERENCE)
SENSORS = ("radar", "adsb", "friendly", "camera")


def place(east_m: float, north_m: float) -> tuple[float, float]:
    """Give latitude and longitude of a point of the site, degrees."""
    lat, lon, _ = FRAME.geo_deg_from_enu(east_m, north_m, 0.0)
    return lat, lon


def make_site(**changes) -> Site:
    """Make a site: one base, a radar, an ADS-B receiver, an own-drone feed, a camera, two lanes."""
    lat, lon = place(0.0, 0.0)
    here = {"lat_deg": lat, "lon_deg": lon, "hae_m": 190.0}
    parts = {
        "schema": 1,
        "name": "test site",
        "reference": REFERENCE,
        "assets": [Asset(id="base", name="Base", lat_deg=lat, lon_deg=lon, radius_m=400.0)],
        "sensors": [
            Sensor(id="radar", kind="radar_3d", coverage=Coverage(range_max_m=30_000.0), **here),
            Sensor(id="adsb", kind="adsb", **here),
            Sensor(id="friendly", kind="position", cooperative=True, authenticated=True, **here),
            Sensor(id="camera", kind="bearing_elevation", cooperative=False, **here),
        ],
        "corridors": [
            Corridor(
                id="recovery",
                name="Recovery lane",
                kind="friendly",
                line=[place(8000.0, 0.0), place(0.0, 0.0)],
                half_width_m=500.0,
                ceiling_hae_m=1000.0,
                speed_max_mps=30.0,
            ),
            Corridor(
                id="airway",
                name="Low airway",
                kind="civil",
                line=[place(-20_000.0, 6000.0), place(20_000.0, 6000.0)],
                half_width_m=2000.0,
                floor_hae_m=700.0,
                ceiling_hae_m=3000.0,
                speed_max_mps=120.0,
            ),
        ],
        "flights": [
            FlightListed(
                id="owl",
                affiliation="friend",
                remote_id="OWL-1",
                corridor="recovery",
                from_time="2022-01-04T03:00:00Z",
                to_time="2022-01-04T05:00:00Z",
                speed_max_mps=30.0,
            )
        ],
        "wind": Wind(),
    }
    return Site(**{**parts, **changes})


@dataclass
class Thing:
    """One object and what it sends. `position_lie_m` is added to what it says of its place."""

    track_id: int
    pos_m: tuple[float, float, float]
    vel_mps: tuple[float, float, float]
    rcs_dbsm: float | None = None
    icao24: str | None = None
    remote_id: str | None = None
    on_radar: bool = True
    position_lie_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    votes: dict[str, float] | None = None
    speed_sigma_mps: float = 2.0
    moves: MicroDoppler | None = None


@dataclass
class Sky:
    """Runs the identity stage over things, one tick a step."""

    site: Site = field(default_factory=make_site)
    things: list[Thing] = field(default_factory=list)
    sick: dict[str, SourceHealth] = field(default_factory=dict)
    seed: int = 1
    tick_ns: int = 1_000_000_000
    now_ns: int = T0_NS
    doctor: Callable | None = None  # changes (reports, links) before the stage sees them
    events: list[Event] = field(default_factory=list)
    errors: dict[int, np.ndarray] = field(default_factory=dict)

    def __post_init__(self):
        self.state = identity.start(self.site)
        self.rng = np.random.default_rng(self.seed)

    @property
    def elapsed_s(self) -> float:
        return (self.now_ns - T0_NS) / 1e9

    @property
    def sources(self) -> dict[str, SourceState]:
        return {
            s: SourceState(source=s, kind="sensor", health=self.sick.get(s, SourceHealth.OK))
            for s in SENSORS
        }

    def where(self, thing: Thing) -> np.ndarray:
        return np.array(thing.pos_m) + np.array(thing.vel_mps) * self.elapsed_s

    def noise(self, thing: Thing) -> np.ndarray:
        """Draw a track's error: a filter's errors of place last for seconds."""
        fresh = self.rng.normal(size=6) * np.repeat([10.0, 0.5 * thing.speed_sigma_mps], 3)
        before = self.errors.get(thing.track_id, fresh)
        keep = np.repeat([0.85, 0.0], 3) ** (self.tick_ns / 1e9)
        self.errors[thing.track_id] = keep * before + np.sqrt(1.0 - keep**2) * fresh
        return self.errors[thing.track_id]

    def table(self):
        tracks = empty_tracks(max(len(self.things), 1), len(self.site.sensors))
        tracks.count, tracks.t_ns = len(self.things), self.now_ns
        for row, thing in enumerate(sorted(self.things, key=lambda t: t.track_id)):
            tracks.track_id[row] = thing.track_id
            noise = self.noise(thing)
            tracks.state_enu[row] = np.r_[self.where(thing), thing.vel_mps] + noise
            variances = np.repeat([100.0, thing.speed_sigma_mps**2], 3)
            tracks.cov_enu[row] = np.diag(variances)
            tracks.existence_prob[row] = 0.99
            tracks.status[row] = 1
            tracks.updated_ns[row] = self.now_ns
            tracks.started_ns[row] = T0_NS
            tracks.height_observed[row] = 1
            tracks.turn_rate_radps[row] = np.nan
            tracks.mode_prob[row] = [0.94, 0.02, 0.02, 0.02, 0.0]
            if thing.on_radar:
                tracks.sensor_updated_ns[row, 0] = self.now_ns
        return tracks

    def reports(self):
        reports, owners = [], []
        for thing in self.things:
            pos = self.where(thing)
            if thing.on_radar:
                reports.append(self.plot(thing, pos))
                owners.append(thing.track_id)
            if thing.icao24 or thing.remote_id:
                reports.append(self.claim(thing, pos))
                owners.append(thing.track_id)
            if thing.votes is not None:
                camera = {"sensor": "camera", "t_meas_ns": self.now_ns, "t_recv_ns": self.now_ns}
                reports.append(Plot(azimuth_rad=0.1, class_prob=thing.votes, **camera))
                owners.append(thing.track_id)
        index = np.arange(len(reports), dtype=np.int64)
        links = Links(np.array(owners, np.int64), index, np.ones(len(reports)))
        return reports, links

    def plot(self, thing: Thing, pos: np.ndarray) -> Plot:
        sensor = np.array([0.0, 0.0, 7.0])
        azimuth, elevation, reach = aer_from_enu(*(pos - sensor))
        rcs = None
        if thing.rcs_dbsm is not None:
            rcs = thing.rcs_dbsm + 10.0 * float(np.log10(self.rng.standard_exponential()))
        return Plot(
            sensor="radar",
            t_meas_ns=self.now_ns,
            t_recv_ns=self.now_ns,
            range_m=reach + self.rng.normal() * 20.0,
            azimuth_rad=(azimuth + self.rng.normal() * 0.004) % (2.0 * np.pi),
            elevation_rad=elevation + self.rng.normal() * 0.005,
            rcs_dbsm=rcs,
            micro_doppler=thing.moves,
        )

    def claim(self, thing: Thing, pos: np.ndarray) -> PositionReport:
        lat, lon, hae = FRAME.geo_from_enu(*(pos + np.array(thing.position_lie_m)))
        return PositionReport(
            sensor="adsb" if thing.icao24 else "friendly",
            t_meas_ns=self.now_ns,
            t_recv_ns=self.now_ns,
            lat_rad=lat,
            lon_rad=lon,
            hae_m=hae,
            v_east_mps=thing.vel_mps[0],
            v_north_mps=thing.vel_mps[1],
            v_up_mps=thing.vel_mps[2],
            claims=Claims(icao24=thing.icao24, remote_id=thing.remote_id),
        )

    def step(self, commands=(), threats: list[Threat] | None = None) -> list[Event]:
        reports, links = self.reports()
        if self.doctor is not None:
            reports, links = self.doctor(reports, links)
        fresh = identity.advance(
            self.state,
            self.table(),
            links,
            reports,
            commands,
            self.sources,
            threats or [],
            self.now_ns,
        )
        self.events += fresh
        self.now_ns += self.tick_ns
        return fresh

    def run(self, seconds: int) -> "Sky":
        for _ in range(seconds * 1_000_000_000 // self.tick_ns):
            self.step()
        return self

    def told(self, kind: type, track_id: int = 1) -> list:
        return [e for e in self.events if isinstance(e, kind) and e.track_id == track_id]

    def record(self, track_id: int = 1):
        return self.state.records[track_id]

    def identities_ever(self, track_id: int = 1) -> set[str]:
        return {str(e.after) for e in self.told(IdentityChanged, track_id)}
