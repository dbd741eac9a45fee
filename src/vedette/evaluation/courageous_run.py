"""A COURAGEOUS log against the truth, and the tracks of a run as such a log.

In: `Log` and `truth.parquet`, or `TrackRows`. Out: a `Run` with its alarms, or a `Log`. A log has
its own times for every track, a score has one clock: tracks are read off once a second, between two
of their records, or for a moment after the last.
"""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

import vedette
from vedette.base.errors import RefusedError
from vedette.base.names import track_name
from vedette.evaluation.courageous import (
    Alarm,
    Classification,
    Direction,
    Log,
    Place,
    Position2d,
    Position3d,
    Record,
    RecordSet,
    Velocity,
    read_log,
)
from vedette.evaluation.dti import ACCUSED, DRONES, declared
from vedette.evaluation.run import Detections, Run
from vedette.geo import (
    SiteFrame,
    ecef_from_geo,
    enu_from_aer,
    geo_from_ecef,
    rotation_enu_from_ecef,
)
from vedette.model.enums import ObjectClass
from vedette.outputs.parquet import KINEMATIC_COLUMNS, TrackRows, read_truth

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
NS_PER_MS = 1_000_000
STEP_NS = 1_000_000_000
GAP_MAX_NS = 5_000_000_000  # a track that says nothing for longer is not in the picture
LABELS = {label.value for label in ObjectClass}


@dataclass(slots=True)
class _Samples:
    """Rows of tracks as they are made."""

    t_ns: list[I64] = field(default_factory=list)
    track_id: list[I64] = field(default_factory=list)
    state_enu: list[F64] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    alarm: list[Bools] = field(default_factory=list)


def run_of_log(truth_path: Path, log_path: Path, cutoff_m: float, geoid_m: float = 0.0) -> Run:
    """Read a truth file and a COURAGEOUS log; the log's alarms are those that are scored.

    geoid_m: the geoid above the ellipsoid at the place; the log's heights are above mean sea level.
    Ranges are measured from the system that was tested. Raises RefusedError for a bad file.
    """
    truth, log = read_truth(truth_path), read_log(log_path)
    frame = frame_of(truth_path)
    samples = _Samples()
    for number, found in enumerate(log.tracks, 1):
        _sample(samples, number, found, log.static_cuas_location, frame, geoid_m)
    tracks, alarm = _rows(samples)
    at = log.static_cuas_location
    return Run(
        truth,
        tracks,
        cutoff_m,
        alarm=alarm,
        centre_enu_m=frame.enu_from_geo_deg(at.lat, at.lon, at.height_amsl + geoid_m),
        detections=_detections(log, frame, geoid_m),
    )


def _detections(log: Log, frame: SiteFrame, geoid_m: float) -> Detections:
    """List the detections outside tracks that say a place or a direction.

    A track's record that says a direction alone is one too: it cannot be placed on the map.
    """
    t_ns, places, alarms = [], [], []
    sets = [(found, False) for found in log.detection] + [(found, True) for found in log.tracks]
    for found, tracked in sets:
        for record, place in zip(found.records, found.places, strict=True):
            enu = _enu(place, record.cuas_location or log.static_cuas_location, frame, geoid_m)
            if place is None or (enu is not None and tracked):
                continue
            bearing_deg = place.bearing if isinstance(place, Direction) else np.nan
            t_ns.append(record.time * NS_PER_MS)
            places.append([*(enu or (np.nan, np.nan, np.nan))[:2], np.deg2rad(bearing_deg)])
            alarms.append(record.alarm is not None and record.alarm.active)
    east_m, north_m, azimuth_rad = np.array(places, np.float64).reshape(-1, 3).T
    return Detections(
        np.array(t_ns, np.int64), east_m, north_m, azimuth_rad, np.array(alarms, np.bool_)
    )


def frame_of(path: Path) -> SiteFrame:
    """Recover the site's frame from a row of a truth or tracks file, which has both coordinates.

    The origin is where the row's place less its east, north, up lies; up there is found by doing it
    again from the origin found (each time a thousand times nearer). RefusedError for an empty file.
    """
    columns = list(KINEMATIC_COLUMNS[:6])
    try:
        table = pq.ParquetFile(path).read(columns=columns)
    except (OSError, ValueError) as error:
        raise RefusedError(f"{path}: not a readable Parquet file ({error})") from error
    rows = np.stack([table.column(name).to_numpy() for name in columns], axis=1)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if not len(rows):
        raise RefusedError(f"{path}: has no row with a place")
    lat_deg, lon_deg, hae_m, *enu_m = rows[np.argmin(np.hypot(rows[:, 3], rows[:, 4]))]
    place = np.array(ecef_from_geo(np.deg2rad(lat_deg), np.deg2rad(lon_deg), float(hae_m)))
    geo = (float(np.deg2rad(lat_deg)), float(np.deg2rad(lon_deg)), float(hae_m))
    for _ in range(8):
        geo = geo_from_ecef(*(place - rotation_enu_from_ecef(*geo[:2]).T @ np.array(enu_m)))
    lat, lon = float(np.rad2deg(geo[0])), float(np.rad2deg(geo[1]))
    return SiteFrame(SimpleNamespace(lat_deg=lat, lon_deg=lon, hae_m=float(geo[2])))


def _sample(
    samples: _Samples,
    number: int,
    found: RecordSet,
    system: Position3d,
    frame: SiteFrame,
    geoid_m: float,
) -> None:
    """Read one track off once a second. Records that say no place are passed over."""
    pairs = zip(found.records, found.places, strict=True)
    kept = [
        (record, enu)
        for record, place in pairs
        if (enu := _enu(place, record.cuas_location or system, frame, geoid_m)) is not None
    ]
    kept.sort(key=lambda pair: pair[0].time)
    if not kept:
        return
    times = np.array([record.time for record, _ in kept], np.int64) * NS_PER_MS
    states = np.array([[*enu, *_velocity(record)] for record, enu in kept])
    states[:, 3:] = np.where(np.isnan(states[:, 3:]), _slopes(times, states[:, :3]), states[:, 3:])
    grid, before, after = _grid(times)
    span = np.maximum(times[after] - times[before], 1)
    share = np.clip((grid - times[before]) / span, 0.0, 1.0)[:, None]
    samples.t_ns.append(grid)
    samples.track_id.append(np.full(len(grid), number, np.int64))
    samples.state_enu.append(states[before] * (1.0 - share) + states[after] * share)
    samples.words += [_word(kept[k][0]) for k in before.tolist()]
    alarm = [record.alarm is not None and record.alarm.active for record, _ in kept]
    samples.alarm.append(np.array(alarm, np.bool_)[before])


def _grid(t_ns: I64) -> tuple[I64, I64, I64]:
    """List the whole seconds of a track, and the records around each: (N,) times and indices.

    Records farther apart than GAP_MAX_NS have nothing between them, so there are never more than a
    few seconds for each record.
    """
    until = np.append(t_ns[1:], t_ns[-1:])
    until = np.where(until - t_ns > GAP_MAX_NS, t_ns, until)
    seconds = -(-t_ns // STEP_NS)[:, None] + np.arange(GAP_MAX_NS // STEP_NS + 1)
    grid = np.unique(seconds[seconds * STEP_NS <= until[:, None]]) * STEP_NS
    before = np.searchsorted(t_ns, grid, side="right") - 1
    return grid, before, np.where(t_ns[before] == grid, before, before + 1)


def _enu(
    place: Place | None, system: Position3d, frame: SiteFrame, geoid_m: float
) -> tuple[float, float, float] | None:
    """Turn a place of the log into the truth's frame; None where it is a direction alone."""
    if isinstance(place, Position3d):
        return frame.enu_from_geo_deg(place.lat, place.lon, place.height_amsl + geoid_m)
    if isinstance(place, Position2d):  # on the ground it lies where it would at this height
        east, north, _ = frame.enu_from_geo_deg(place.lat, place.lon, system.height_amsl + geoid_m)
        return east, north, np.nan
    if isinstance(place, Direction) and place.elevation is not None and place.distance is not None:
        bearing, elevation = float(np.deg2rad(place.bearing)), float(np.deg2rad(place.elevation))
        own = SiteFrame(
            SimpleNamespace(
                lat_deg=system.lat, lon_deg=system.lon, hae_m=system.height_amsl + geoid_m
            )
        )
        lat, lon, hae_m = own.geo_from_enu(*enu_from_aer(bearing, elevation, place.distance))
        return frame.enu_from_geo(lat, lon, hae_m)
    return None


def _velocity(record: Record) -> tuple[float, float, float]:
    """Give the velocity a record states, NaN where it does not."""
    stated = record.velocity
    return (np.nan, np.nan, np.nan) if stated is None else (stated.east, stated.north, stated.up)


def _slopes(t_ns: I64, pos_enu_m: F64) -> F64:
    """Estimate velocities from neighbouring records; zero for one alone."""
    since_s, first = np.unique((t_ns - t_ns[0]) * 1e-9, return_index=True)
    if len(since_s) < 2:
        return np.zeros_like(pos_enu_m)
    slope = np.gradient(pos_enu_m[first], since_s, axis=0)
    return np.asarray(slope[np.searchsorted(since_s, (t_ns - t_ns[0]) * 1e-9)])


def _word(record: Record) -> str:
    """Give the class a record tells: our label where it names one, else its classification."""
    known = record.identification in LABELS and record.classification != "Unknown"
    return str(record.identification) if known else record.classification


def _rows(samples: _Samples) -> tuple[TrackRows, Bools]:
    """Put the samples in the order of a tracks file, alarms with them."""
    none = np.zeros(0, np.int64)
    t_ns = np.concatenate([none, *samples.t_ns])
    track_id = np.concatenate([none, *samples.track_id])
    order = np.lexsort((track_id, t_ns))
    tracks = TrackRows(
        t_ns=t_ns[order],
        track_id=track_id[order],
        state_enu=np.concatenate([np.zeros((0, 6)), *samples.state_enu])[order],
        identity=["PENDING"] * len(order),
        object_class=[samples.words[k] for k in order.tolist()],
    )
    return tracks, np.concatenate([np.zeros(0, np.bool_), *samples.alarm])[order]


def log_of_tracks(tracks: TrackRows, frame: SiteFrame, geoid_m: float = 0.0) -> Log:
    """Write a run's tracks as a COURAGEOUS log, one set a track.

    An alarm is what `declared` says. Its certainty is the probability of the class, or 1 where the
    identity alone makes it one; without an alarm 0. The system stands at the site's reference. Rows
    without a place are left out.
    """
    lat, lon, hae_m = frame.geo_deg_from_enu(*tracks.state_enu[:, :3].T)
    alarm = declared(tracks)
    origin = frame.geo_deg_from_enu(0.0, 0.0, 0.0)
    sets: dict[int, RecordSet] = {}
    placed: Bools = np.asarray(np.isfinite(tracks.state_enu[:, :3]).all(axis=1))
    for k, track in enumerate(tracks.track_id.tolist()):
        if not placed[k]:
            continue
        empty = RecordSet(uas_id=track, name=track_name(track), records=[], places=[])
        mine = sets.setdefault(track, empty)
        msl_m = float(hae_m[k]) - geoid_m
        place = Position3d(lat=float(lat[k]), lon=float(lon[k]), height_amsl=msl_m)
        mine.records.append(
            Record(
                time=int(tracks.t_ns[k]) // NS_PER_MS,
                record_number=k,
                classification=_classification(tracks.object_class[k]),
                alarm=Alarm(active=bool(alarm[k]), certainty=_certainty(tracks, k, bool(alarm[k]))),
                location={"$type": "Position3d", **msgspec.to_builtins(place)},
                velocity=_stated_velocity(tracks.state_enu[k, 3:].tolist()),
                identification=tracks.object_class[k],
            )
        )
        mine.places.append(place)
    return Log(
        static_cuas_location=Position3d(
            lat=origin[0], lon=origin[1], height_amsl=origin[2] - geoid_m
        ),
        vendor_name="Vedette",
        system_name=f"Vedette {vedette.__version__}",
        detection=[],
        tracks=[sets[track] for track in sorted(sets)],
        operator_records=0,
    )


def _stated_velocity(velocity_mps: list[float]) -> Velocity | None:
    """Write a velocity, None where a part of it is not known."""
    if not np.isfinite(velocity_mps).all():
        return None
    east, north, up = velocity_mps
    return Velocity(east=east, north=north, up=up)


def _classification(label: str) -> Classification:
    """Give the format's word for one of our classes."""
    if label in DRONES:
        return "UAV"
    return "Unknown" if label == ObjectClass.OTHER.value else "Other"


def _certainty(tracks: TrackRows, row: int, active: bool) -> float:
    """Say how sure an alarm is."""
    if not active:
        return 0.0
    by_identity = tracks.identity[row] in ACCUSED
    if by_identity or tracks.class_prob is None or not np.isfinite(tracks.class_prob[row]):
        return 1.0
    return float(np.clip(tracks.class_prob[row], 0.0, 1.0))
