"""What a scenario file says of how its sensors really are: structs, and what is wrong with them.

Each table is explained in docs/scenario-file.md. What is left out is as the site file has it, or
as without the table. Checks of more than one key give the key and the reason; the loader adds file
and line.
"""

import math
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vedette.config.site import (
    Degrees,
    Key,
    NonNegative,
    OpenProbability,
    Positive,
    Probability,
    Sensor,
    Table,
    Text,
)
from vedette.model.enums import ObjectClass

Decibels = Annotated[float, Meta(ge=-200.0, le=200.0)]
CrossSectionDbsm = Annotated[float, Meta(ge=-60.0, le=60.0)]
FalseAlarmProbability = Annotated[float, Meta(ge=1e-12, le=0.1)]
Elevation = Annotated[float, Meta(ge=-90.0, le=90.0)]
Offset = Annotated[float, Meta(ge=-500_000.0, le=500_000.0)]
RateSigma = Annotated[float, Meta(ge=0.0, le=500.0)]
WindDecibels = Annotated[float, Meta(ge=0.0, le=20.0)]
Ratio = Annotated[float, Meta(ge=0.0, le=1.0)]
Swerling = Annotated[int, Meta(ge=0, le=4)]
RANGING = ("radar_3d", "radar_2d", "range")  # kinds that send a wave and time its echo
SITE_SIGMA_SNR = 20.0  # 13 dB
# No radar's cell is outside these: m, degrees, degrees, m/s. What the site says is held inside.
CELL_BOUNDS = ((0.1, 1e5), (0.01, 60.0), (0.01, 180.0), (0.01, 1e4))
FALSE_ALARMS_MAX = 10_000.0  # a scan; a threshold that lets more through is a mistake of the file


class ClutterPatch(Table, frozen=True, kw_only=True):
    """A part of the ground that echoes: a ring, or a sector of one.

    plots_per_scan: on average, from `points` fixed places, drawn once; 0: from anywhere in it.
    """

    range_from_m: NonNegative
    range_to_m: Positive
    azimuth_from_deg: Degrees = 0.0
    azimuth_to_deg: Degrees = 360.0
    plots_per_scan: Annotated[float, Meta(ge=0.0, le=10_000.0)]
    points: Annotated[int, Meta(ge=0, le=100_000)] = 0
    elevation_deg: Elevation = 0.0
    range_rate_sigma_mps: RateSigma = 0.5


class RainSpec(Table, frozen=True, kw_only=True):
    """A rain area: radars by the radar equation see it, and every wave through it gets weaker.

    east_m, north_m: its centre at the start, from the site's reference; it reaches up to top_m and
    moves with the wind. rate_mmph: how hard it rains; 0: it takes nothing from waves.
    """

    east_m: Offset
    north_m: Offset
    radius_m: Positive
    top_m: Positive = 3_000.0
    plots_per_scan: Annotated[float, Meta(ge=0.0, le=10_000.0)]
    rate_mmph: Annotated[float, Meta(ge=0.0, le=300.0)] = 0.0
    range_rate_sigma_mps: RateSigma = 2.0
    from_s: NonNegative = 0.0
    to_s: Positive = 1e9


class TerrainSpec(Table, frozen=True, kw_only=True):
    """The ground: files beside the scenario, later ones over earlier ones.

    geoid_m: added to their heights, which are above the sea, to make them heights over WGS-84.
    """

    files: Annotated[list[Text], Meta(min_length=1, max_length=16)]
    geoid_m: Annotated[float, Meta(ge=-120.0, le=100.0)] = 0.0


class RadarSpec(Table, frozen=True, kw_only=True):
    """A radar by the radar equation: exactly one of the two ways to say how far it sees.

    reference_range_m: where an object of reference_rcs_dbsm has reference_snr_db, each of the
    `pulses` that are summed. detection_range_m: where the class `detection_class`, with its mean
    cross-section and its fluctuation, is found with detection_prob. Cells: what is nearer together
    than a cell in every measured quantity is one plot; none: the site's resolution, else the cell
    whose noise at 13 dB is the site's sigma; range rates part objects only where their cell is
    stated. blind_rate_mps: slower range rates are not seen, nor those as near to a multiple of
    blind_interval_mps; none: the site's. side_lobe_db: both ways, below the main lobe; none: no
    echoes from there. clutter: where the ground echoes. states_sigma: plots say how sure they are.
    """

    reference_range_m: Positive | None = None
    reference_snr_db: Decibels = 13.0
    reference_rcs_dbsm: CrossSectionDbsm = 0.0
    detection_range_m: Positive | None = None
    detection_class: ObjectClass | None = None
    detection_prob: OpenProbability = 0.9
    false_alarm_prob: FalseAlarmProbability = 1e-6
    pulses: Annotated[int, Meta(ge=1, le=100)] = 1
    range_cell_m: Annotated[float, Meta(ge=0.1, le=1e5)] | None = None
    azimuth_cell_deg: Annotated[float, Meta(ge=0.01, le=60.0)] | None = None
    elevation_cell_deg: Annotated[float, Meta(ge=0.01, le=180.0)] | None = None
    range_rate_cell_mps: Annotated[float, Meta(ge=0.01, le=1e4)] | None = None
    blind_rate_mps: NonNegative | None = None
    blind_interval_mps: Positive | None = None
    side_lobe_db: Annotated[float, Meta(ge=-100.0, le=-10.0)] | None = None
    clutter: Annotated[list[ClutterPatch], Meta(max_length=100)] = msgspec.field(
        default_factory=list
    )
    states_sigma: bool = False


class WeatherSpec(Table, frozen=True, kw_only=True):
    """What cameras and people look through.

    cloud_base_m: above the ground; what is higher is hidden for cloud_cover_ratio of the looks.
    visibility_m: where a dark object just stands out by day (meteorological range).
    """

    cloud_base_m: NonNegative | None = None
    cloud_cover_ratio: Ratio = 1.0
    visibility_m: Positive | None = None
    night: bool = False


class CameraSpec(Table, frozen=True, kw_only=True):
    """A camera that must be pointed: it sees what lies in its field of view alone.

    policy "scan": to and fro over its coverage (round, where that is all round). "cue": to the
    nearest object that radars or position feeds reported within cue_s, else as "scan".
    night_range_ratio: how far it sees by night, of its range by day; 1 for a thermal camera.
    """

    field_of_view_deg: Annotated[float, Meta(gt=0.0, le=360.0)] = 30.0
    slew_degps: Positive = 30.0
    policy: Literal["scan", "cue"] = "scan"
    cue_s: Positive = 3.0
    night_range_ratio: Ratio = 0.1


class AcousticSpec(Table, frozen=True, kw_only=True):
    """Microphones: range_90_m is where a multirotor is heard in still air.

    wind_noise_db_per_mps: what the wind in the microphones costs. wind_path_db_per_mps: what wind
    from the object to the array gives, and wind the other way takes.
    """

    sound_speed_mps: Annotated[float, Meta(ge=280.0, le=400.0)] = 340.0
    wind_noise_db_per_mps: WindDecibels = 1.0
    wind_path_db_per_mps: WindDecibels = 1.0


class CallersSpec(Table, frozen=True, kw_only=True):
    """People who call in what they see: at each scan, with the site's sigma.

    wrong_prob: share of calls whose bearing is anything. copies: how many others on average repeat
    a call as their own, each copy_delay_s later on average, with its bearing.
    """

    wrong_prob: Ratio = 0.1
    copies: Annotated[float, Meta(ge=0.0, le=100.0)] = 1.0
    copy_delay_s: NonNegative = 30.0
    night_range_ratio: Ratio = 0.1


class TdoaSpec(Table, frozen=True, kw_only=True):
    """Receivers that compare when they hear a message; range_90_m is how far each of them hears.

    hears: data links (an object's `radio`) or transponders. clock_sigma_ns: how far each
    receiver's clock strays from the common one, wandering with the time constant clock_s: it is the
    same for all that is heard then. echo_prob: that a receiver times an echo instead, late by
    echo_ns on the mean.
    """

    hears: Literal["radio", "transponder"] = "radio"
    clock_sigma_ns: Annotated[float, Meta(ge=0.0, le=1e6)] = 10.0
    clock_s: Positive = 60.0
    echo_prob: Ratio = 0.01
    echo_ns: Annotated[float, Meta(ge=0.0, le=1e6)] = 1_000.0


class CrossSection(Table, frozen=True, kw_only=True):
    """What a class sends back to radars by the radar equation; what is not said is the built-in.

    aspect_db: decibels at 0 (nose), 30, ... 180 degrees; only their differences count.
    """

    object_class: ObjectClass = msgspec.field(name="class")
    rcs_dbsm: CrossSectionDbsm | None = None
    swerling: Swerling | None = None
    aspect_db: Annotated[list[Decibels], Meta(min_length=7, max_length=7)] | None = None


class SensorModelSpec(Table, frozen=True, kw_only=True):
    """How a sensor of the site really behaves; what is not said is as its kind does.

    range_90_m: radars: where 1 m2 (Swerling 1) is seen with 0.9; cameras and direction finders:
    where any object is. detection_prob: the best it ever does. class_prob: a camera's share of
    right classifications; none: it names no class. clutter_per_scan: none: the site's. radar: by
    the radar equation, instead of range_90_m. camera, acoustic, callers: what a sensor of kind
    bearing or bearing_elevation is. tdoa: how receivers that compare times are. frequency_ghz: of
    the waves, for what rain takes from them; none: by kind.
    """

    id: Key
    range_90_m: Annotated[float, Meta(ge=1.0, le=1e6)] | None = None
    detection_prob: Probability | None = None
    class_prob: Probability | None = None
    latency_s: NonNegative = 0.1
    clutter_per_scan: Annotated[float, Meta(ge=0.0, le=100_000.0)] | None = None
    fails_s: NonNegative | None = None  # silent from this time on
    radar: RadarSpec | None = None
    camera: CameraSpec | None = None
    acoustic: AcousticSpec | None = None
    callers: CallersSpec | None = None
    tdoa: TdoaSpec | None = None
    frequency_ghz: Annotated[float, Meta(ge=1.0, le=1000.0)] | None = None
    asterix_category: Literal[10, 20, 62] | None = None


def sensor_fault(spec: SensorModelSpec, sensor: Sensor) -> tuple[str, str] | None:
    """Say which key of a sensor's entry is wrong and why; None: nothing."""
    if spec.radar is not None:
        return _radar_fault(spec.radar, spec, sensor)
    if spec.tdoa is not None and sensor.kind != "tdoa":
        return "tdoa", f"{sensor.id!r} is of kind {sensor.kind}"
    if spec.asterix_category is not None and sensor.kind != "position":
        return "asterix_category", f"{sensor.id!r} is of kind {sensor.kind}"
    kinds = [name for name in ("camera", "acoustic", "callers") if getattr(spec, name)]
    if kinds and sensor.kind not in ("bearing", "bearing_elevation"):
        return kinds[0], f"{sensor.id!r} is of kind {sensor.kind}"
    if len(kinds) > 1:
        return kinds[1], f"it is {kinds[0]} already"
    hears = sensor.kind == "bearing" if sensor.cooperative is None else sensor.cooperative
    if kinds and hears:
        return kinds[0], "the site says that it hears what transmits (cooperative)"
    return None


def _radar_fault(radar: RadarSpec, spec: SensorModelSpec, sensor: Sensor) -> tuple[str, str] | None:
    """Say what is wrong with a radar's table."""
    if sensor.kind not in RANGING:
        return "radar", f"{sensor.id!r} is of kind {sensor.kind}"
    if spec.range_90_m is not None:
        return "range_90_m", "the table radar says how far it sees"
    if (radar.reference_range_m is None) == (radar.detection_range_m is None):
        return "radar", "give exactly one of reference_range_m, detection_range_m"
    if (radar.detection_range_m is None) != (radar.detection_class is None):
        return "radar", "detection_range_m and detection_class belong together"
    if radar.side_lobe_db is not None and sensor.kind == "range":
        return "radar.side_lobe_db", "what measures no azimuth has no beam to look beside"
    if radar.detection_prob <= radar.false_alarm_prob:
        return "radar.detection_prob", "must be above false_alarm_prob"
    for k, patch in enumerate(radar.clutter):
        if patch.range_to_m <= patch.range_from_m:
            return f"radar.clutter[{k}].range_to_m", "must be above range_from_m"
        if patch.points and patch.plots_per_scan > patch.points:
            return f"radar.clutter[{k}].plots_per_scan", "a point makes one plot a scan at most"
    expected = false_alarms_per_scan(radar, sensor)
    if expected > FALSE_ALARMS_MAX:
        return "radar.false_alarm_prob", f"noise alone would make {expected:,.0f} plots a scan"
    return None


def radar_cell(radar: RadarSpec, sensor: Sensor) -> tuple[float, float, float, float]:
    """Give a radar's cell in range (m), azimuth, elevation (rad) and range rate (m/s).

    Stated in the scenario, else the site's resolution, else the cell whose noise at 13 dB
    (cell / sqrt(2 SNR)) is the site's sigma.
    """
    factor = math.sqrt(2.0 * SITE_SIGMA_SNR)
    known = (
        (radar.range_cell_m, sensor.range_resolution_m, sensor.range_sigma_m),
        (radar.azimuth_cell_deg, sensor.azimuth_resolution_deg, sensor.azimuth_sigma_deg),
        (radar.elevation_cell_deg, sensor.elevation_resolution_deg, sensor.elevation_sigma_deg),
        (radar.range_rate_cell_mps, 0.0, sensor.range_rate_sigma_mps),
    )
    found = (stated or site or factor * sigma for stated, site, sigma in known)
    reach, azimuth, tilt, rate = (
        min(max(each, low), high) for each, (low, high) in zip(found, CELL_BOUNDS, strict=True)
    )
    return reach, math.radians(azimuth), math.radians(tilt), rate


def false_alarms_per_scan(radar: RadarSpec, sensor: Sensor) -> float:
    """Count the false plots of a scan that noise makes: cells of the coverage times probability."""
    reach_m, azimuth_rad, tilt_rad, _ = radar_cell(radar, sensor)
    coverage = sensor.coverage
    width_deg = (coverage.azimuth_to_deg - coverage.azimuth_from_deg) % 360.0 or 360.0
    count = (coverage.range_max_m - coverage.range_min_m) / reach_m
    if sensor.kind != "range":
        count *= math.radians(width_deg) / azimuth_rad
    if sensor.kind == "radar_3d":
        tilt_deg = coverage.elevation_max_deg - coverage.elevation_min_deg
        count *= max(math.radians(tilt_deg) / tilt_rad, 1.0)
    return max(count, 1.0) * radar.false_alarm_prob
