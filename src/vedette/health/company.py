"""What the tracks tell of each sensor that its own reports do not: floods, blindness, false places.

In: a step's batches, the tracker's links and table. Out: words for one sensor each. Three things
are held against what others see: plots that belong to no track, far more than the site file says;
a direction in which a radar no longer sees what other radars hold; and a source of positions that
puts an object where no radar sees any, beside the track it told of before.
"""

import math

import msgspec
import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.base.names import track_name
from vedette.model.measurements import F64, Bools, MeasurementBatch, SensorModel
from vedette.model.tracks import TrackTable

WINDOW_S = 5.0
# A flood: this many times the stated clutter and more, most of all that came, in this many windows:
# longer than any object takes to become a track. A site file wrong by a factor of five is no flood.
FLOOD_RATIO, FLOOD_LEAST, FLOOD_SHARE, FLOOD_WINDOWS = 10.0, 20.0, 0.7, 3
RADARS = ("radar_3d", "radar_2d")
PLACES = ("position", "adsb")
HELD_SCANS, HELD_S = 3.0, 3.0  # a track that a sensor saw within so many scans, and seconds
# A radar that sees nine in ten misses ten scans once in ten thousand million; birds it sees by half
# are missed so once in a thousand, and alone in their direction.
BLIND_SCANS, BLIND_S = 10.0, 15.0
SECTOR_RAD = math.radians(15.0)
FARTHER_RATIO = 1.05  # what flies away is lost at its range, and no news
LEFT_MIN_S, LEFT_MAX_S = 4.0, 60.0  # since a source of positions left the track it told of
BESIDE_M = 5_000.0


class CompanyMemory(msgspec.Struct, kw_only=True):
    """One sensor's memory. seen_m: range at which it last saw each track that lives."""

    window_start_ns: int = 0
    plots: int = 0
    loose: int = 0
    flooded: int = 0
    flood_words: str = ""
    seen_m: dict[int, float] = {}
    blind_words: str = ""
    place_words: str = ""


def take_plots(memory: CompanyMemory, batch: MeasurementBatch, linked: set[int]) -> None:
    """Count which plots of a batch belong to a track; changes memory.

    linked: the step's reports (index) that the tracker has given to a track.
    """
    memory.plots += len(batch.report_index)
    memory.loose += sum(index not in linked for index in batch.report_index.tolist())


def close_window(memory: CompanyMemory, model: SensorModel, now_ns: int) -> None:
    """Hold a window's loose plots against the site file's clutter; changes memory."""
    elapsed_s = (now_ns - memory.window_start_ns) / NS_PER_S
    if elapsed_s < WINDOW_S:
        return
    scans = max(elapsed_s / model.scan_period_s, 1.0)
    per_scan, stated = memory.loose / scans, model.clutter_per_scan
    many = per_scan > FLOOD_RATIO * stated + FLOOD_LEAST
    most = memory.loose > FLOOD_SHARE * memory.plots
    memory.flooded = memory.flooded + 1 if many and most else 0
    memory.flood_words = ""
    if memory.flooded >= FLOOD_WINDOWS:
        memory.flood_words = (
            f"a flood: {per_scan:.0f} of its reports a scan belong to nothing; the site file says"
            f" {stated:g}"
        )
    memory.window_start_ns = now_ns
    memory.plots = memory.loose = 0


def judge(
    memories: dict[str, CompanyMemory], models: list[SensorModel], tracks: TrackTable, now_ns: int
) -> None:
    """Say which radar is blind where, and which source puts things where none are.

    memories: by sensor id, changed in place. Once a second is enough.
    """
    held = _held(models, tracks, now_ns)
    radars = np.array([model.kind in RADARS for model in models], np.bool_)
    for model in models:
        memory = memories[model.sensor_id]
        if model.kind in RADARS:
            others = radars.copy()
            others[model.index] = False
            memory.blind_words = _blind(memory, model, models, tracks, held, others, now_ns)
        elif model.kind in PLACES and not model.neighbour:
            memory.place_words = _misplaced(model, tracks, held, radars, now_ns)


def _held(models: list[SensorModel], tracks: TrackTable, now_ns: int) -> Bools:
    """Say (N, S) which sensor sees which track now."""
    patience_s = np.array([max(HELD_SCANS * m.scan_period_s, HELD_S) for m in models])
    seen: Bools = _age_s(tracks, now_ns) <= patience_s
    return seen


def _age_s(tracks: TrackTable, now_ns: int) -> F64:
    """Give (N, S) how long ago each sensor saw each track; never: infinite."""
    last = tracks.sensor_updated_ns[: tracks.count]
    age: F64 = np.where(last > 0, (now_ns - last) / NS_PER_S, np.inf)
    return age


def _blind(
    memory: CompanyMemory,
    model: SensorModel,
    models: list[SensorModel],
    tracks: TrackTable,
    held: Bools,
    others: Bools,
    now_ns: int,
) -> str:
    """Find the direction in which a radar has lost what others hold, and sees nothing else."""
    ids = tracks.track_id[: tracks.count].tolist()
    range_m, azimuth, inside, rate_mps = _seen_from(model, tracks)
    mine, age_s = held[:, model.index], _age_s(tracks, now_ns)[:, model.index]
    known = memory.seen_m
    memory.seen_m = {
        track: float(range_m[k]) if mine[k] else known[track]
        for k, track in enumerate(ids)
        if mine[k] or track in known
    }
    nearer = np.array([range_m[k] <= FARTHER_RATIO * known.get(t, 0.0) for k, t in enumerate(ids)])
    gone = age_s > max(BLIND_SCANS * model.scan_period_s, BLIND_S)
    lost = nearer.astype(np.bool_) & gone & inside & held[:, others].any(axis=1)
    lost &= np.abs(rate_mps) > 1.5 * model.blind_speed_mps
    for k in np.flatnonzero(lost):
        turn = np.abs((azimuth - azimuth[k] + math.pi) % (2.0 * math.pi) - math.pi)
        if not (mine & (turn <= SECTOR_RAD)).any():
            by = next(m.sensor_id for m in models if others[m.index] and held[k, m.index])
            degrees = math.degrees(azimuth[k]) % 360.0
            return f"sees nothing towards {degrees:.0f} deg, where {by} holds {track_name(ids[k])}"
    return ""


def _seen_from(model: SensorModel, tracks: TrackTable) -> tuple[F64, F64, Bools, F64]:
    """Give range, azimuth, whether inside its coverage, and range rate of each track."""
    state = tracks.state_enu[: tracks.count]
    away = (state[:, :3] - model.position_enu_m) @ model.enu_from_sensor
    speed = state[:, 3:6] @ model.enu_from_sensor
    range_m = np.maximum(np.linalg.norm(away, axis=1), 1.0)
    azimuth = np.arctan2(away[:, 0], away[:, 1]) % (2.0 * math.pi)
    tilt = np.arcsin(np.clip(away[:, 2] / range_m, -1.0, 1.0))
    width = (model.azimuth_to_rad - model.azimuth_from_rad) % (2.0 * math.pi)
    turned = (azimuth - model.azimuth_from_rad) % (2.0 * math.pi)
    inside = (range_m >= model.range_min_m) & (range_m <= model.range_max_m)
    inside &= (tilt >= model.elevation_min_rad) & (tilt <= model.elevation_max_rad)
    inside &= (turned <= width) | (width == 0.0)
    return range_m, azimuth, inside, np.einsum("ni,ni->n", away, speed) / range_m


def _misplaced(
    model: SensorModel, tracks: TrackTable, held: Bools, radars: Bools, now_ns: int
) -> str:
    """Find a track that a source left and radars hold, and what it alone tells of beside it."""
    n, mine = tracks.count, held[:, model.index]
    age_s = _age_s(tracks, now_ns)[:, model.index]
    seen = held[:, radars].any(axis=1)
    left = np.flatnonzero(seen & (age_s >= LEFT_MIN_S) & (age_s <= LEFT_MAX_S))
    alone = np.flatnonzero(mine & ~seen)
    for a in left:
        left_ns = int(tracks.sensor_updated_ns[a, model.index])
        for b in alone:
            apart_m = float(np.linalg.norm(tracks.state_enu[a, :3] - tracks.state_enu[b, :3]))
            if tracks.started_ns[b] >= left_ns and apart_m <= BESIDE_M:
                here, there = (track_name(int(tracks.track_id[:n][k])) for k in (b, a))
                away = f"{round(apart_m, -2):.0f} m from {there}"
                return (
                    f"puts {here} where no radar sees anything, {away}, which it told of before"
                    " and radars still hold"
                )
    return ""
