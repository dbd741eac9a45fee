"""The scenario file as structs, and its strict loader: what flies, who watches, what must follow.

A scenario is a test, a demonstration and a document in one. Places are WGS-84 degrees, metres
east and north of the site's reference, or bearing and range from it; heights are above the ground
at the reference (flat world). Unknown keys are refused by file, line and key.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from vedette.base.errors import RefusedError
from vedette.base.rfc3339 import parse_rfc3339
from vedette.config.lines import Lines
from vedette.config.load import load_site, parse_toml, read_text
from vedette.config.site import (
    Degrees,
    Key,
    Latitude,
    Longitude,
    NonNegative,
    Positive,
    Probability,
    Site,
    Table,
    Text,
)
from vedette.model.enums import Identity, ObjectClass
from vedette.simulator.fault_specs import FaultSpec, fault_fault
from vedette.simulator.sensor_specs import (
    CrossSection,
    RainSpec,
    SensorModelSpec,
    TerrainSpec,
    WeatherSpec,
    sensor_fault,
)

if TYPE_CHECKING:
    from vedette.simulator.terrain import Terrain

START_MAX_NS = 4_102_444_800_000_000_000  # 2100-01-01; what sensors may report ends there too
GroundHeight = Annotated[float, Meta(ge=0.0, le=20_000.0)]
Offset = Annotated[float, Meta(ge=-500_000.0, le=500_000.0)]
Duty = Literal[
    "acknowledge",
    "assess",
    "identify",
    "first_authorisation",
    "second_authorisation",
    "outcome",
    "exhibit",
    "all_clear",
]


class Waypoint(Table, frozen=True, kw_only=True):
    """A place to fly to: exactly one of lat/lon, east/north, bearing/range, or an asset's point.

    height_m above the ground; speed_mps from there on (none: as before).
    """

    lat_deg: Latitude | None = None
    lon_deg: Longitude | None = None
    east_m: Offset | None = None
    north_m: Offset | None = None
    bearing_deg: Degrees | None = None
    range_m: NonNegative | None = None
    asset: Key | None = None
    height_m: GroundHeight = 100.0
    speed_mps: Positive | None = None


class Transponder(Table, frozen=True, kw_only=True):
    """What an aircraft says of itself on 1090 MHz."""

    icao24: Annotated[str, Meta(pattern=r"^[0-9a-f]{6}$")]
    callsign: Annotated[str, Meta(pattern=r"^[A-Z0-9 ]{1,8}$")]


class PositionFeed(Table, frozen=True, kw_only=True):
    """Own position, sent once a second to a sensor of kind `position`."""

    sensor: Key
    remote_id: Text | None = None
    callsign: Text | None = None


class ObjectSpec(Table, frozen=True, kw_only=True):
    """Something that flies, or `count` of them.

    motion "route": along `route`, whose first point is where it begins. "wander": about the first
    point of `route`, within radius_m. at_end: what it does at the last point: "leave" and "land"
    take it out of the world, "hold" keeps it there, "strike" means it has arrived. attacks: the
    asset it is sent against, for which expectations are judged. radio: it transmits a data link
    that a direction finder hears.
    """

    id: Key
    object_class: ObjectClass = msgspec.field(name="class")
    subclass: str = ""
    identity: Identity = Identity.NEUTRAL
    count: Annotated[int, Meta(ge=1, le=10_000)] = 1
    motion: Literal["route", "wander"] = "route"
    start_s: NonNegative = 0.0
    speed_mps: Positive
    speed_spread_mps: NonNegative = 0.0
    height_spread_m: NonNegative = 0.0
    radius_m: Positive = 500.0
    route: Annotated[list[Waypoint], Meta(min_length=1, max_length=1000)]
    at_end: Literal["leave", "land", "hold", "strike"] = "leave"
    attacks: Key | None = None
    rcs_dbsm: Annotated[float, Meta(ge=-60.0, le=60.0)] | None = None  # none: by class
    transponder: Transponder | None = None
    position_feed: PositionFeed | None = None
    radio: bool = False


class OperatorSpec(Table, frozen=True, kw_only=True):
    """A scripted person at a console, who acts only through the service's own interface."""

    name: Text
    password: Text
    reaction_s: NonNegative = 5.0
    duties: list[Duty]


class EffectorAccount(Table, frozen=True, kw_only=True):
    """The login under which the simulated effectors report what they do."""

    name: Text
    password: Text


class EffectorModelSpec(Table, frozen=True, kw_only=True):
    """How an effector MODEL of the site really behaves; none: as the site file says."""

    id: Key
    success_prob: Probability | None = None
    reaction_s: NonNegative | None = None


class Expect(Table, frozen=True, kw_only=True):
    """What must be true at the end. Names that end in _max and _within_s are upper bounds.

    attackers_tracked_within_s: from entering a radar's coverage to the first track on it, the
    slowest attacker. attackers_separate_tracks: no track number serves two attackers.
    identity_switches_max: changed track numbers of attackers. warning_lead_s_min: the first
    warning of the attacked zone before the first attacker would have arrived;
    imminent_lead_s_min: the first warning of level imminent. civil_or_friend_suspect_max: civil
    and friendly objects whose track was ever SUSPECT or HOSTILE; birds_hostile_max: birds ever
    HOSTILE. two_person_authorisation: every authorisation by two different people, and one at
    least. attackers_destroyed: in simulation, before they arrive. engagements_max: authorisations
    begun. outcomes_destroyed_min: outcomes assessed as destroyed. debris_found_ratio_min: share of
    destroyed attackers whose wreck lies in an estimated area. phantom_tracks_max: tracks that never
    were on any object. zones_warned_max: zones that were warned.
    statement_neutral: the statement names no author and says that it is a simulation.
    """

    attackers_tracked_within_s: Positive | None = None
    attackers_separate_tracks: bool | None = None
    identity_switches_max: Annotated[int, Meta(ge=0)] | None = None
    warning_lead_s_min: Positive | None = None
    imminent_lead_s_min: Positive | None = None
    civil_or_friend_suspect_max: Annotated[int, Meta(ge=0)] | None = None
    birds_hostile_max: Annotated[int, Meta(ge=0)] | None = None
    two_person_authorisation: bool | None = None
    attackers_destroyed: bool | None = None
    engagements_max: Annotated[int, Meta(ge=0)] | None = None
    outcomes_destroyed_min: Annotated[int, Meta(ge=0)] | None = None
    debris_found_ratio_min: Probability | None = None
    phantom_tracks_max: Annotated[int, Meta(ge=0)] | None = None
    zones_warned_max: Annotated[int, Meta(ge=0)] | None = None
    statement_neutral: bool | None = None


class Scenario(Table, frozen=True, kw_only=True):
    """A whole scenario file. `expect_unattended` holds when nobody is at the console."""

    schema: Literal[1]
    name: Text
    description: Annotated[str, Meta(max_length=4000)]
    start: Text  # RFC 3339
    duration_s: Annotated[float, Meta(gt=0.0, le=1_000_000.0)]
    site: Text  # relative to the scenario file
    pressure_offset_m: Annotated[float, Meta(ge=-1000.0, le=1000.0)] = 30.0  # baro minus true
    objects: Annotated[list[ObjectSpec], Meta(max_length=10_000)]
    sensors: list[SensorModelSpec] = msgspec.field(default_factory=list)
    terrain: TerrainSpec | None = None
    weather: WeatherSpec = WeatherSpec()
    cross_sections: list[CrossSection] = msgspec.field(default_factory=list)
    rain: Annotated[list[RainSpec], Meta(max_length=100)] = msgspec.field(default_factory=list)
    faults: Annotated[list[FaultSpec], Meta(max_length=1000)] = msgspec.field(default_factory=list)
    operators: list[OperatorSpec] = msgspec.field(default_factory=list)
    effector_account: EffectorAccount | None = None
    effectors: list[EffectorModelSpec] = msgspec.field(default_factory=list)
    expect: Expect = Expect()
    expect_unattended: Expect = Expect()


class LoadedScenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario, its site, its start (int64 ns UTC), and its ground; None: flat."""

    scenario: Scenario
    site: Site
    path: Path
    site_path: Path
    start_ns: int
    terrain: "Terrain | None" = None


def load_scenario(path: Path, site_path: Path | None = None) -> LoadedScenario:
    """Read a scenario file and its site, or the site of site_path in its place.

    Raises RefusedError("file:line: key: reason").
    """
    scenario, lines = parse_toml(read_text(path), str(path), Scenario)
    site_path = site_path or path.parent / scenario.site
    if not site_path.is_file():
        raise lines.refusal("site", f"no file {site_path}")
    site = load_site(site_path)
    try:
        start_ns = parse_rfc3339(scenario.start)
    except RefusedError as error:
        raise lines.refusal("start", str(error)) from None
    if not 0 <= start_ns < START_MAX_NS:
        raise lines.refusal("start", "must be within the years 1970 to 2099")
    _check(scenario, site, lines)
    return LoadedScenario(
        scenario=scenario,
        site=site,
        path=path,
        site_path=site_path,
        start_ns=start_ns,
        terrain=_terrain(scenario, path, lines),
    )


def _terrain(scenario: Scenario, path: Path, lines: Lines) -> "Terrain | None":
    """Read the terrain files, refusing by file, line and key what is none."""
    spec = scenario.terrain
    if spec is None:
        return None
    from vedette.simulator.terrain import Terrain  # numpy and kernels: where there is terrain
    from vedette.simulator.terrain_files import read_terrain

    grids = []
    for k, name in enumerate(spec.files):
        try:
            grids.append(read_terrain(path.parent / name))
        except RefusedError as error:
            raise lines.refusal(f"terrain.files[{k}]", f"{name}: {error}") from None
    return Terrain(grids, spec.geoid_m)


def _check(scenario: Scenario, site: Site, lines: Lines) -> None:
    """Refuse what needs more than one key, or the site, to be seen as wrong."""
    seen: set[str] = set()
    for k, spec in enumerate(scenario.objects):
        if spec.id in seen:
            raise lines.refusal(f"objects[{k}].id", f"{spec.id!r} is there twice")
        seen.add(spec.id)
        _check_object(spec, f"objects[{k}]", site, lines)
    known = {
        "sensors": {sensor.id for sensor in site.sensors},
        "effectors": {effector.id for effector in site.effectors},
    }
    for table, ids in known.items():
        for k, item in enumerate(getattr(scenario, table)):
            if item.id not in ids:
                raise lines.refusal(f"{table}[{k}].id", f"the site has no {item.id!r}")
    _check_sensors(scenario, site, lines)
    people = {person.name for person in site.people}
    for k, operator in enumerate(scenario.operators):
        if operator.name not in people:
            raise lines.refusal(f"operators[{k}].name", f"the site has no person {operator.name!r}")


def _check_sensors(scenario: Scenario, site: Site, lines: Lines) -> None:
    """Refuse what the scenario says of its sensors where it cannot be."""
    sensors = {sensor.id: sensor for sensor in site.sensors}
    for k, spec in enumerate(scenario.sensors):
        fault = sensor_fault(spec, sensors[spec.id])
        if fault:
            raise lines.refusal(f"sensors[{k}].{fault[0]}", fault[1])
    specs = {spec.id: spec for spec in scenario.sensors}
    for k, entry in enumerate(scenario.faults):
        fault = fault_fault(entry, sensors.get(entry.sensor), specs.get(entry.sensor))
        if fault:
            raise lines.refusal(f"faults[{k}].{fault[0]}", fault[1])


def _check_object(spec: ObjectSpec, path: str, site: Site, lines: Lines) -> None:
    """Refuse an object that cannot be placed or refers to what the site does not have."""
    assets = {asset.id for asset in site.assets}
    for k, waypoint in enumerate(spec.route):
        fault = _waypoint_fault(waypoint, assets)
        if fault:
            raise lines.refusal(f"{path}.route[{k}]", fault)
    if spec.motion == "route" and len(spec.route) < 2:
        raise lines.refusal(f"{path}.route", "a route needs a beginning and an end")
    if spec.attacks is not None and spec.attacks not in assets:
        raise lines.refusal(f"{path}.attacks", f"the site has no asset {spec.attacks!r}")
    if spec.count > 1 and (spec.transponder or spec.position_feed):
        raise lines.refusal(f"{path}.count", "a transponder or position feed belongs to one object")
    feeds = {sensor.id for sensor in site.sensors if sensor.kind == "position"}
    if spec.position_feed is not None and spec.position_feed.sensor not in feeds:
        raise lines.refusal(f"{path}.position_feed.sensor", "not a sensor of kind position")


def _waypoint_fault(waypoint: Waypoint, assets: set[str]) -> str:
    """Say what is wrong with a waypoint, or nothing."""
    pairs = (
        (waypoint.lat_deg, waypoint.lon_deg),
        (waypoint.east_m, waypoint.north_m),
        (waypoint.bearing_deg, waypoint.range_m),
    )
    whole = sum(1 for a, b in pairs if a is not None and b is not None)
    halves = sum(1 for a, b in pairs if (a is None) != (b is None))
    if halves or whole + (waypoint.asset is not None) != 1:
        return (
            "give exactly one of lat_deg + lon_deg, east_m + north_m, bearing_deg + range_m, asset"
        )
    if waypoint.asset is not None and waypoint.asset not in assets:
        return f"the site has no asset {waypoint.asset!r}"
    return ""
