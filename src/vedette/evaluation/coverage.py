"""What a site would see of an attack, before there is one: maps by height, and gaps.

In: a scenario (its site, terrain, weather and how its sensors really are) and classes of threat.
Out: `Coverage` of each class. Every probability is the simulator's own, asked of its models.

Nobody cooperates: what only hears transponders and position feeds counts for nothing, and direction
finders count for what transmits. Sensors are healthy: the scenario's faults are left out.
Found: by any sensor. Confirmed (`detection.M_OF_N`): by a radar or by four receivers that compare
times, or by two that give bearings and whose lines cross at CROSSING_MIN_DEG at least, for only a
place can be warned of. Sensors err independently, and their looks are not put together: two of one
radar and one of another confirm nothing here, where the tracker would take them.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.base.errors import VedetteError
from vedette.config.site import Site, Zone
from vedette.evaluation.approach import Approach, Threat, straight_in
from vedette.evaluation.detection import azimuths_from, found, pointed_share
from vedette.evaluation.gaps import Gap, Ways, gaps_of_zone
from vedette.geo import SiteFrame
from vedette.simulator.cameras import CameraModel
from vedette.simulator.listeners import BearingModel
from vedette.simulator.probe import Looking, Probe, create_probe
from vedette.simulator.radars import RadarModel
from vedette.simulator.scenario import LoadedScenario
from vedette.simulator.sensors import create_sensors
from vedette.threat.assets import start as threat_assets

F64 = NDArray[np.float64]
AZIMUTHS = 120  # every three degrees: 1 km apart at 20 km
RINGS = 150
SURE_PROB = 0.9  # a warning is counted from when nine of ten are confirmed
LEAD_RATIO = 1.5
BEGIN_MAX_M = 60_000.0  # 20 minutes of a one-way drone
CROSSING_MIN_DEG = 10.0  # flatter crossings give a place six times worse than the bearings
SEED = 0  # chance plays no part but in where side lobes lie, which do not count


class SensorReach(msgspec.Struct, frozen=True, kw_only=True):
    """How far one sensor sees a class at one height, by azimuth: metres from the reference.

    Where it finds it with SURE_PROB and with 0.5 a look, farthest out; None: nowhere. Least, median
    and greatest over all azimuths in which it does at all; azimuths_ratio: their share.
    """

    sensor: str
    height_m: float
    azimuths_ratio: float
    half_least_m: float | None
    half_median_m: float | None
    half_greatest_m: float | None
    sure_median_m: float | None


class ZoneWarning(msgspec.Struct, frozen=True, kw_only=True):
    """How long before arrival a zone could be warned, at one height: seconds, nine of ten.

    Least and median over all azimuths; None: fewer than nine of ten are ever confirmed there.
    """

    zone_id: str
    zone: str
    needed_s: float
    height_m: float
    least_s: float | None
    median_s: float | None
    azimuths_in_time_ratio: float


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One height: probabilities by azimuth (rows) and range (columns), in thousandths.

    look: of the best sensor, one look; found, confirmed: by then, of what flies straight in to the
    reference. sure_range_m: where nine of ten are confirmed, by azimuth; None: nowhere.
    """

    height_m: float
    look_permille: list[list[int]]
    found_permille: list[list[int]]
    confirmed_permille: list[list[int]]
    sure_range_m: list[float | None]


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What a site sees of one class. azimuth_deg, range_m: of the layers' rows and columns."""

    scenario: str
    site: str
    threat: str
    threat_name: str
    object_class: str
    speed_mps: float
    radio: bool
    rule: str
    over_terrain: bool
    without: list[str]
    azimuth_deg: list[float]
    range_m: list[float]
    layers: list[Layer]
    reaches: list[SensorReach]
    warnings: list[ZoneWarning]
    gaps: list[Gap]


def survey(
    loaded: LoadedScenario,
    threat: Threat,
    heights_m: Sequence[float],
    begin_m: float | None = None,
    without: Sequence[str] = (),
) -> Coverage:
    """Map what the site sees of a class at these heights above the ground, and list the gaps.

    begin_m: how far out from each target the ways begin; None: where the farthest sensor's coverage
    ends, BEGIN_MAX_M at most. Never nearer than LEAD_RATIO of what the slowest zone needs.
    without: sensors that are taken away. Raises VedetteError where the site has no such sensor.
    """
    models = watching(loaded, without)
    probe, frame = create_probe(loaded, threat.spec()), SiteFrame(loaded.site.reference)
    begin = max(begin_m or _begin_m(models), _least_begin_m(loaded, threat))
    heights = np.array(sorted(set(heights_m)), np.float64)

    def ways_to(target_enu_m: F64) -> Approach:
        return straight_in(
            target_enu_m, AZIMUTHS, heights, threat.speed_mps, begin, frame, loaded.terrain
        )

    centre = ways_to(np.zeros(2))
    rings = begin * (np.arange(RINGS) + 0.5) / RINGS
    layers, reaches = _layers(models, probe, centre, rings)
    gaps: list[Gap] = []
    warned: list[ZoneWarning] = []
    assets = threat_assets(loaded.site)
    for number, asset_id in enumerate(assets.asset_ids):
        zones = zones_at(loaded.site, asset_id, assets.zone_ids[number])
        if not zones:
            continue
        approach = ways_to(assets.centre_m[number, :2])
        sure = joined(models, probe, approach, rings).confirmed_prob
        edge_m = float(assets.radius_m[number])
        ways = Ways(approach, rings, sure, models, probe, edge_m)
        for zone in zones:
            gaps += gaps_of_zone(ways, zone, SURE_PROB)
            warned += _zone_warnings(ways, zone)
    return Coverage(
        scenario=loaded.scenario.name,
        site=loaded.site.name,
        threat=threat.key,
        threat_name=threat.name,
        object_class=str(threat.object_class),
        speed_mps=threat.speed_mps,
        radio=threat.radio,
        rule="3 of 5 looks",
        over_terrain=loaded.terrain is not None,
        without=list(without),
        azimuth_deg=np.degrees(centre.azimuth_rad).round(3).tolist(),
        range_m=rings.round(1).tolist(),
        layers=layers,
        reaches=reaches,
        warnings=warned,
        gaps=sorted(gaps, key=lambda gap: gap.order),
    )


@dataclass(slots=True, frozen=True)
class Joined:
    """All sensors together, by way and ring: found_prob, confirmed_prob (W, R)."""

    found_prob: F64
    confirmed_prob: F64


def watching(loaded: LoadedScenario, without: Sequence[str] = ()) -> list[Looking]:
    """Make the models of the sensors that need nobody's help, healthy.

    Raises VedetteError where `without` names a sensor that the site does not have.
    """
    known = {sensor.id for sensor in loaded.site.sensors}
    for name in without:
        if name not in known:
            raise VedetteError(
                f"the site has no sensor {name!r}: it has {', '.join(sorted(known))}"
            )
    healthy = msgspec.structs.replace(loaded.scenario, faults=[])
    models = create_sensors(msgspec.structs.replace(loaded, scenario=healthy), SEED).models
    return [
        model
        for model in models
        if isinstance(model, RadarModel | BearingModel)
        and model.fails_s > 0.0
        and model.sensor.id not in without
    ]


def _zone_warnings(ways: Ways, zone: Zone) -> list[ZoneWarning]:
    """Sum up how long before arrival a zone could be warned, by height."""
    heights = ways.approach.height_m
    seconds = ways.warning_s(SURE_PROB).reshape(len(heights), -1)
    rows = []
    for height_m, row in zip(heights.tolist(), seconds, strict=True):
        sorted_s = np.sort(np.where(np.isfinite(row), row, -1.0))
        least, median = float(sorted_s[0]), float(sorted_s[len(sorted_s) // 2])
        rows.append(
            ZoneWarning(
                zone_id=zone.id,
                zone=zone.name,
                needed_s=zone.take_cover_s,
                height_m=height_m,
                least_s=round(least, 1) if least >= 0.0 else None,
                median_s=round(median, 1) if median >= 0.0 else None,
                azimuths_in_time_ratio=round(float((row >= zone.take_cover_s).mean()), 3),
            )
        )
    return rows


def _begin_m(models: Sequence[Looking]) -> float:
    """Give how far out anything could be seen at all."""
    reach = [m.sensor.coverage.range_max_m for m in models]
    return min(max(reach, default=BEGIN_MAX_M), BEGIN_MAX_M)


def _least_begin_m(loaded: LoadedScenario, threat: Threat) -> float:
    """Give how far out ways must begin so that nothing is late only because it began late."""
    assets = threat_assets(loaded.site)
    needs = [
        float(assets.radius_m[number]) + threat.speed_mps * zone.take_cover_s
        for number, asset_id in enumerate(assets.asset_ids)
        for zone in zones_at(loaded.site, asset_id, assets.zone_ids[number])
    ]
    return LEAD_RATIO * max(needs, default=0.0)


def zones_at(site: Site, asset_id: str, zone_id: str) -> list[Zone]:
    """List the zones that lie at a target of the threat stage: an asset, or a zone's own area."""
    if zone_id:
        return [zone for zone in site.zones if zone.id == zone_id]
    return [zone for zone in site.zones if zone.asset == asset_id and not zone.polygon]


def joined(models: Sequence[Looking], probe: Probe, approach: Approach, ring_m: F64) -> Joined:
    """Put all sensors together: found by any, confirmed by a radar or by two that cross."""
    missed = np.ones((approach.ways, len(ring_m)))
    open_yet = np.ones_like(missed)
    crossing: list[tuple[Looking, F64]] = []
    for model in models:
        sees = found(model, probe, approach, ring_m)
        confirmed = sees.confirmed_prob
        missed *= 1.0 - sees.found_prob
        if gives_place(model):
            open_yet *= 1.0 - confirmed
        elif confirmed.any() and model.sensor.kind != "range":
            crossing.append((model, confirmed))
    open_yet *= 1.0 - _crossed(crossing, approach, ring_m)
    return Joined(1.0 - missed, 1.0 - open_yet)


def gives_place(model: Looking) -> bool:
    """Say whether one sensor alone gives a place: a radar, or receivers that compare times."""
    return model.sensor.kind.startswith("radar") or model.sensor.kind == "tdoa"


def _crossed(bearings: Sequence[tuple[Looking, F64]], approach: Approach, ring_m: F64) -> F64:
    """Give how probably two sensors that give bearings have crossed their lines by each ring.

    Of the best pair: what others add is left out.
    """
    best = np.zeros((approach.ways, len(ring_m)))
    least_rad = np.radians(CROSSING_MIN_DEG)
    ground = np.broadcast_to(ring_m, best.shape)
    seen_from = [azimuths_from(model.station, approach, ground) for model, _ in bearings]
    for one, other in itertools.combinations(range(len(bearings)), 2):
        apart = np.abs(np.sin(seen_from[one] - seen_from[other])) >= np.sin(least_rad)
        prob = np.where(apart, bearings[one][1] * bearings[other][1], 0.0)
        best = np.maximum(best, prob)
    farthest_first = np.maximum.accumulate(best[:, ::-1], axis=1)
    return np.asarray(farthest_first[:, ::-1])


def _layers(
    models: Sequence[Looking], probe: Probe, centre: Approach, ring_m: F64
) -> tuple[list[Layer], list[SensorReach]]:
    """Map what is seen of ways in to the reference, height by height."""
    shape = (len(centre.height_m), len(centre.azimuth_rad), len(ring_m))
    whole = joined(models, probe, centre, ring_m)
    state = centre.states(np.broadcast_to(ring_m, (centre.ways, len(ring_m))))
    look = np.zeros((centre.ways, len(ring_m)))
    reaches = []
    for model in models:
        prob = probe.look_prob(model, state.reshape(-1, 6)).reshape(look.shape)
        if isinstance(model, CameraModel):
            prob *= pointed_share(model)
        look = np.maximum(look, prob)
        for height_m, at_height in zip(centre.height_m, prob.reshape(shape), strict=True):
            reaches.append(_reach(model.sensor.id, float(height_m), at_height, ring_m))
    layers = [
        Layer(
            height_m=float(height_m),
            look_permille=_permille(look.reshape(shape)[k]),
            found_permille=_permille(whole.found_prob.reshape(shape)[k]),
            confirmed_permille=_permille(whole.confirmed_prob.reshape(shape)[k]),
            sure_range_m=_metres(farthest_m(whole.confirmed_prob.reshape(shape)[k], ring_m)),
        )
        for k, height_m in enumerate(centre.height_m)
    ]
    return layers, reaches


def farthest_m(prob: F64, ring_m: F64, least_prob: float = SURE_PROB) -> F64:
    """Give the farthest ring at which each way (W, R) has `least_prob`; NaN where none has."""
    reached = prob >= least_prob
    last = reached.shape[1] - 1 - np.argmax(reached[:, ::-1], axis=1)
    return np.where(reached.any(axis=1), ring_m[last], np.nan)


def _reach(sensor: str, height_m: float, prob: F64, ring_m: F64) -> SensorReach:
    """Sum up one sensor at one height: prob (A, R) of a look."""
    half, sure = farthest_m(prob, ring_m, 0.5), farthest_m(prob, ring_m, SURE_PROB)
    least = median = greatest = sure_median = None
    if np.isfinite(half).any():
        least, median, greatest = np.nanquantile(half, [0.0, 0.5, 1.0]).round(1).tolist()
    if np.isfinite(sure).any():
        sure_median = round(float(np.nanmedian(sure)), 1)
    return SensorReach(
        sensor=sensor,
        height_m=height_m,
        azimuths_ratio=round(float(np.isfinite(half).mean()), 3),
        half_least_m=least,
        half_median_m=median,
        half_greatest_m=greatest,
        sure_median_m=sure_median,
    )


def _permille(prob: F64) -> list[list[int]]:
    thousandths: list[list[int]] = np.rint(1000.0 * prob).astype(np.int64).tolist()
    return thousandths


def _metres(reach_m: F64) -> list[float | None]:
    return [round(value, 1) if np.isfinite(value) else None for value in reach_m.tolist()]
