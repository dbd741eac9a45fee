"""The scenario file as structs, and its strict loader: what flies, who watches, what must follow.

A scenario is a test, a demonstration and a document in one. Places are WGS-84 degrees, metres
east and north of the site's reference, or bearing and range from it; heights are above the ground
at the reference (flat world). Unknown keys are refused by file, line and key.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

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
from vedette.simulator.expectation import Expect
from vedette.simulator.fault_specs import FaultSpec, check_sensing
from vedette.simulator.sensor_specs import (
    CrossSection,
    RainSpec,
    SensorModelSpec,
    TerrainSpec,
    WeatherSpec,
)

if TYPE_CHECKING:
    from vedette.simulator.terrain import Terrain

START_MAX_NS = 4_102_444_800_000_000_000  # 2100-01-01; what sensors may report ends there too
GroundHeight = Annotated[float, Meta(ge=0.0, le=20_000.0)]
Offset = Annotated[float, Meta(ge=-500_000.0, le=500_000.0)]
OBJECTS_MAX = 20_000  # in all: twice what is simulated in real time
HOVERS = (ObjectClass.MULTIROTOR, ObjectClass.HELICOPTER)
CHANNEL_REFUSES = 410  # "gone": what a receiver answers that will not take it later either
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

    height_m above the ground; speed_mps from there on (none: as before). hold_s: it hovers there so
    long, counted from when it has come to the height. An asset that moves is flown to where it is.
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
    hold_s: Annotated[float, Meta(ge=0.0, le=100_000.0)] = 0.0


class Branch(Table, frozen=True, kw_only=True):
    """Where a part of a formation goes after the common route, and what it is sent against."""

    route: Annotated[list[Waypoint], Meta(min_length=1, max_length=1000)]
    attacks: Key | None = None


class Transponder(Table, frozen=True, kw_only=True):
    """What an aircraft says of itself on 1090 MHz."""

    icao24: Annotated[str, Meta(pattern=r"^[0-9a-f]{6}$")]
    callsign: Annotated[str, Meta(pattern=r"^[A-Z0-9 ]{1,8}$")]


class PositionFeed(Table, frozen=True, kw_only=True):
    """Own position, sent once a second to a sensor of kind `position`."""

    sensor: Key
    remote_id: Text | None = None
    callsign: Text | None = None


class Recording(Table, frozen=True, kw_only=True):
    """A real flight: a log in the data folder (see `recordings`), from from_s after its beginning.

    icao24: whose, of ADS-B. is_moved: it begins at the first point of `route`, turned clockwise by
    turn_deg, its lowest point at that point's height; else it flies where it really flew.
    """

    file: Text
    icao24: Annotated[str, Meta(pattern=r"^[0-9a-f]{6}$")] | None = None
    from_s: NonNegative = 0.0
    is_moved: bool = True
    turn_deg: Degrees = 0.0


class ObjectSpec(Table, frozen=True, kw_only=True):
    """Something that flies, or `count` of them.

    motion "route": along `route`, whose first point is where it begins; several keep a formation of
    spacing_m, and after the route part into `branches`, member by member in turn. "wander": about
    the first point of `route`, within radius_m. "flock": along `route`, each on its own way within
    radius_m of it, leaning to this side and that as birds do. "drift": with the wind from the first
    point of `route`, rising or sinking at climb_mps to the height of the last.
    "recorded": as `recording` says. at_end: what it does at the last point: "leave" and "land" take
    it out of the world, "hold" keeps it there, "strike" means it has arrived. attacks: the
    asset it is sent against, for which expectations are judged. radio: it transmits a data link
    that a direction finder hears. spoofed: there is nothing but its own word: no echo.
    follows_ground: its heights are above the ground below it, where there is terrain.
    speed_through_air: the wind carries it, and it points into the wind to keep its way.
    """

    id: Key
    object_class: ObjectClass = msgspec.field(name="class")
    subclass: str = ""
    identity: Identity = Identity.NEUTRAL
    count: Annotated[int, Meta(ge=1, le=10_000)] = 1
    motion: Literal["route", "wander", "flock", "drift", "recorded"] = "route"
    start_s: NonNegative = 0.0
    speed_mps: Positive
    climb_mps: Positive = 2.0  # of what drifts
    recording: Recording | None = None
    speed_spread_mps: NonNegative = 0.0
    height_spread_m: NonNegative = 0.0
    radius_m: Positive = 500.0
    spacing_m: NonNegative = 0.0
    route: Annotated[list[Waypoint], Meta(min_length=1, max_length=1000)]
    branches: Annotated[list[Branch], Meta(max_length=100)] = msgspec.field(default_factory=list)
    at_end: Literal["leave", "land", "hold", "strike"] = "leave"
    attacks: Key | None = None
    rcs_dbsm: Annotated[float, Meta(ge=-60.0, le=60.0)] | None = None  # none: by class
    transponder: Transponder | None = None
    position_feed: PositionFeed | None = None
    radio: bool = False
    spoofed: bool = False
    follows_ground: bool = False
    speed_through_air: bool = False


class WindLayer(Table, frozen=True, kw_only=True):
    """The wind at a height above the ground; between layers it is interpolated."""

    height_m: GroundHeight
    from_deg: Degrees
    speed_mps: NonNegative


class SightingSpec(Table, frozen=True, kw_only=True):
    """What somebody says they saw at t_s, and who hands it on: copies of one look, not several.

    azimuth_deg: a direction, for sensors of kind bearing; east_m and north_m: a place, for those of
    kind position. Exactly one of the two. The n-th of `sensors` says it n times delay_s later.
    """

    t_s: NonNegative
    sensors: Annotated[list[Key], Meta(min_length=1, max_length=50)]
    object_class: ObjectClass = msgspec.field(name="class")
    class_prob: Probability = 0.8
    azimuth_deg: Degrees | None = None
    east_m: Offset | None = None
    north_m: Offset | None = None
    delay_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 2.0


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


class ChannelSpec(Table, frozen=True, kw_only=True):
    """How a webhook or channel of the site answers; none: at once, that it has the warning.

    latency_s: from the warning to the answer, where no real socket is between (`vedette evaluate
    --scenarios`); over sockets it answers at once. fails: it refuses every warning.
    """

    id: Key
    latency_s: Annotated[float, Meta(ge=0.0, le=3600.0)] = 0.0
    fails: bool = False

    @property
    def fault(self) -> str:
        """What the service says of a refused warning; nothing where it is taken."""
        return f"answered {CHANNEL_REFUSES}" if self.fails else ""


class Scenario(Table, frozen=True, kw_only=True):
    """A whole scenario file. `expect_unattended` holds when nobody is at the console.

    wind: the real one, layers by height; none: the site file's at every height.
    """

    schema: Literal[1]
    name: Text
    description: Annotated[str, Meta(max_length=4000)]
    start: Text  # RFC 3339
    duration_s: Annotated[float, Meta(gt=0.0, le=1_000_000.0)]
    site: Text  # relative to the scenario file
    pressure_offset_m: Annotated[float, Meta(ge=-1000.0, le=1000.0)] = 30.0  # baro minus true
    wind: Annotated[list[WindLayer], Meta(max_length=50)] = msgspec.field(default_factory=list)
    objects: Annotated[list[ObjectSpec], Meta(max_length=10_000)]
    sightings: Annotated[list[SightingSpec], Meta(max_length=10_000)] = msgspec.field(
        default_factory=list
    )
    sensors: list[SensorModelSpec] = msgspec.field(default_factory=list)
    terrain: TerrainSpec | None = None
    weather: WeatherSpec = WeatherSpec()
    cross_sections: list[CrossSection] = msgspec.field(default_factory=list)
    rain: Annotated[list[RainSpec], Meta(max_length=100)] = msgspec.field(default_factory=list)
    faults: Annotated[list[FaultSpec], Meta(max_length=1000)] = msgspec.field(default_factory=list)
    operators: list[OperatorSpec] = msgspec.field(default_factory=list)
    effector_account: EffectorAccount | None = None
    effectors: list[EffectorModelSpec] = msgspec.field(default_factory=list)
    channels: Annotated[list[ChannelSpec], Meta(max_length=100)] = msgspec.field(
        default_factory=list
    )
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
    for k, sighting in enumerate(scenario.sightings):
        _check_sighting(sighting, f"sightings[{k}]", site, lines)
    known = {
        "sensors": {sensor.id for sensor in site.sensors},
        "effectors": {effector.id for effector in site.effectors},
        "channels": {webhook.id for webhook in site.webhooks}
        | {channel.id for channel in site.channels},
    }
    for table, ids in known.items():
        names = [item.id for item in getattr(scenario, table)]
        for k, name in enumerate(names):
            if name not in ids:
                raise lines.refusal(f"{table}[{k}].id", f"the site has no {name!r}")
            _once(names, k, f"{table}[{k}].id", lines)
    check_sensing(scenario.sensors, scenario.faults, site, lines)
    _check_people(scenario, site, lines)
    _check_extent(scenario, lines)


def _once(names: list[Any], k: int, path: str, lines: Lines) -> None:
    """Refuse what an earlier entry says already: which of the two would hold?"""
    if names[k] in names[:k]:
        raise lines.refusal(path, f"{names[k]!r} is there twice")


def _check_people(scenario: Scenario, site: Site, lines: Lines) -> None:
    """Refuse people and an account that the site does not have."""
    people = {person.name for person in site.people}
    names = [operator.name for operator in scenario.operators]
    for k, name in enumerate(names):
        if name not in people:
            raise lines.refusal(f"operators[{k}].name", f"the site has no person {name!r}")
        _once(names, k, f"operators[{k}].name", lines)
    account = scenario.effector_account
    if account is not None and account.name not in people:
        raise lines.refusal("effector_account.name", f"the site has no person {account.name!r}")


def _check_extent(scenario: Scenario, lines: Lines) -> None:
    """Refuse too many objects, sightings after the end, and two winds at one height.

    Objects may begin after the end: a scenario is shortened by its duration alone.
    """
    total, end_s = 0, scenario.duration_s
    for k, spec in enumerate(scenario.objects):
        total += spec.count
        if total > OBJECTS_MAX:
            fault = f"{total:,} objects in all up to here; {OBJECTS_MAX:,} at most"
            raise lines.refusal(f"objects[{k}].count", fault)
    for k, sighting in enumerate(scenario.sightings):
        if sighting.t_s >= end_s:
            raise lines.refusal(f"sightings[{k}].t_s", f"the scenario ends at {end_s:g} s")
    heights = [layer.height_m for layer in scenario.wind]
    for k in range(len(heights)):
        _once(heights, k, f"wind[{k}].height_m", lines)


def _check_sighting(spec: SightingSpec, path: str, site: Site, lines: Lines) -> None:
    """Refuse a sighting that is nowhere, or handed on by what does not take such."""
    is_place = spec.east_m is not None and spec.north_m is not None
    is_half = (spec.east_m is None) != (spec.north_m is None)
    if is_half or is_place == (spec.azimuth_deg is not None):
        raise lines.refusal(path, "give exactly one of azimuth_deg, east_m + north_m")
    kind = "position" if is_place else "bearing"
    kinds = {sensor.id: sensor.kind for sensor in site.sensors}
    for k, sensor in enumerate(spec.sensors):
        if kinds.get(sensor) != kind:
            fault = f"the site has no sensor {sensor!r} of kind {kind}"
            raise lines.refusal(f"{path}.sensors[{k}]", fault)


def _check_object(spec: ObjectSpec, path: str, site: Site, lines: Lines) -> None:
    """Refuse an object that cannot be placed or refers to what the site does not have."""
    assets = {asset.id for asset in site.assets}
    _check_route(spec, spec.route, f"{path}.route", assets, lines)
    for k, branch in enumerate(spec.branches):
        _check_route(spec, branch.route, f"{path}.branches[{k}].route", assets, lines)
        if branch.attacks is not None and branch.attacks not in assets:
            fault = f"the site has no asset {branch.attacks!r}"
            raise lines.refusal(f"{path}.branches[{k}].attacks", fault)
    if spec.motion in ("route", "flock") and len(spec.route) < 2:
        raise lines.refusal(f"{path}.route", "a route needs a beginning and an end")
    if (spec.motion == "recorded") != (spec.recording is not None):
        raise lines.refusal(f"{path}.recording", "goes with motion recorded, and only with it")
    if spec.recording is not None:
        from vedette.simulator.recordings import read_recording  # numbers, where there is one

        try:
            read_recording(spec.recording.file, spec.recording.icao24)
        except RefusedError as error:
            raise lines.refusal(f"{path}.recording.file", str(error)) from None
    if spec.branches and spec.motion != "route":
        raise lines.refusal(f"{path}.branches", "only what flies a route parts into branches")
    for key in ("follows_ground", "speed_through_air"):
        if getattr(spec, key) and spec.motion in ("drift", "recorded"):
            raise lines.refusal(f"{path}.{key}", f"what moves as {spec.motion} is not steered")
    if spec.attacks is not None and spec.attacks not in assets:
        raise lines.refusal(f"{path}.attacks", f"the site has no asset {spec.attacks!r}")
    if spec.spoofed and not (spec.transponder or spec.position_feed):
        raise lines.refusal(f"{path}.spoofed", "nothing is there, and it says nothing")
    if spec.count > 1 and (spec.transponder or spec.position_feed):
        raise lines.refusal(f"{path}.count", "a transponder or position feed belongs to one object")
    feeds = {sensor.id for sensor in site.sensors if sensor.kind == "position"}
    if spec.position_feed is not None and spec.position_feed.sensor not in feeds:
        raise lines.refusal(f"{path}.position_feed.sensor", "not a sensor of kind position")


def _check_route(
    spec: ObjectSpec, route: list[Waypoint], path: str, assets: set[str], lines: Lines
) -> None:
    """Refuse waypoints that are nowhere, and hovering by what cannot."""
    for k, waypoint in enumerate(route):
        fault = _waypoint_fault(waypoint, assets)
        if fault:
            raise lines.refusal(f"{path}[{k}]", fault)
        if waypoint.hold_s > 0.0 and spec.object_class not in HOVERS:
            fault = f"{spec.object_class} cannot hover"
            raise lines.refusal(f"{path}[{k}].hold_s", fault)


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
