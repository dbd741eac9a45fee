"""Recorded flights of birds, drones and aircraft, all cut and resampled alike, to be told apart.

In: a folder laid out as ../shared/data is: `birds`, `multirotor`, `fixed_wing`, `adsb`, and where
there are others `helicopter`, `balloon`. Out: `Piece`s, at most 60 s of flight each.

What must not tell them apart: how often a recorder wrote (a gull's logger every 3 s, an autopilot
50 times a second), so every flight is thinned to THIN_S and a smooth curve laid through; where and
how high it was flown, so every piece begins at one place and height; sitting and standing, which no
radar sees: birds count only while they move.
"""

import csv
import gzip
import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.interpolate

from benchmarks.r_frames import read_frames, seconds
from benchmarks.recorded import read

F64 = np.ndarray[Any, np.dtype[np.float64]]

KINDS = {
    "birds": "bird",
    "multirotor": "multirotor",
    "fixed_wing": "fixed_wing_uas",
    "adsb": "aeroplane",
    "helicopter": "helicopter",
    "balloon": "balloon",
}
# Recordings of ADS-B that are no aeroplane's honest flight: a helicopter, and spoofed positions.
NOT_AEROPLANES = {"rega_zh": "helicopter", "noisy_spoofing": ""}
PIECE_S = 60.0
LEAST_S = 20.0  # a shorter piece says nothing
THIN_S = 3.0
GAP_MAX_S = 6.0  # a logger silent for longer: nobody knows how the bird flew
FLYING_MPS = 2.5  # over SMOOTH_S; a bird slower than this sits, swims or walks
SMOOTH_S = 9.0
RADIUS_M = 6.371e6
AIRCRAFT_MAX = 120  # of one file of ADS-B: there are hundreds, and few of the others
PIECES_MAX = 2  # of one flight, spread over it: an hour of one airliner is not sixty airliners


class Piece(NamedTuple):
    """Some of a flight: t_s (N,) from 0; place_m (N, 3) east, north, up from where it begins.

    flight: what it was cut from (one log, one aircraft, one burst of a bird's logger); source: who
    recorded it (one campaign, one bird).
    """

    kind: str
    source: str
    flight: str
    t_s: F64
    place_m: F64

    def at(self, t_s: F64) -> F64:
        """Give places (K, 3) at times: a smooth curve through what was recorded."""
        curve = scipy.interpolate.CubicSpline(self.t_s, self.place_m)
        return np.asarray(curve(np.clip(t_s, 0.0, self.t_s[-1])))

    @property
    def length_s(self) -> float:
        """Say how long it lasts."""
        return float(self.t_s[-1])


def pieces(
    folder: Path,
    thin_s: float = THIN_S,
    kinds: dict[str, str] = KINDS,
    aircraft: int = AIRCRAFT_MAX,
) -> list[Piece]:
    """Read the flights in a folder and cut them up; of ADS-B `aircraft` a file at most."""
    found: list[Piece] = []
    for name, kind in kinds.items():
        for path in sorted((folder / name).glob("*")) if (folder / name).is_dir() else ():
            for flown, source, flight, t_s, place in _flights(path, kind, aircraft):
                found += _cut(flown, source, flight, t_s, place, thin_s)
    return found


def _flights(path: Path, kind: str, aircraft: int) -> Iterator[tuple[str, str, str, F64, F64]]:
    """Give kind, source, name, times and places of each flight in a file."""
    stem = path.name.split(".")[0]
    if kind == "bird":
        yield from ((kind, *bird) for bird in _birds(path))
        return
    if ".csv" in path.name:
        yield (kind, stem, stem, *_table(path))
        return
    flown = NOT_AEROPLANES.get(stem, kind)
    if not flown or not path.name.endswith((".mat", ".ulg", ".bin", ".json.gz")):
        return
    for truth in read(path, aircraft):
        yield (
            flown,
            stem if flown != "aeroplane" else truth.name,
            truth.name,
            truth.t_s,
            truth.state[:, :3],
        )


def _table(path: Path) -> tuple[F64, F64]:
    """Read a table of t_s, east_m, north_m, up_m."""
    rows = list(_rows(path))
    t_s = np.array([float(row["t_s"]) for row in rows])
    place = np.array([[float(row[k]) for k in ("east_m", "north_m", "up_m")] for row in rows])
    return t_s - t_s[0], place


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        yield from csv.DictReader(file)


def _birds(path: Path) -> Iterator[tuple[str, str, F64, F64]]:
    """Give source, name, times and places of each stretch in which a bird moved."""
    for bird, t_s, lat_deg, lon_deg, height_m in _tracks_of_birds(path):
        cuts = np.flatnonzero((np.diff(t_s) > GAP_MAX_S) | (np.diff(t_s) <= 0.0)) + 1
        bursts = np.split(np.arange(len(t_s)), cuts)
        for number, rows in enumerate(bursts):
            if len(rows) >= LEAST_S / THIN_S:
                place = _flat(lat_deg[rows], lon_deg[rows], height_m[rows])
                since = t_s[rows] - t_s[rows][0]
                for part in _moving(since, place):
                    yield bird, f"{bird}:{number}", since[part], place[part]


def _tracks_of_birds(path: Path) -> Iterator[tuple[str, F64, F64, F64, F64]]:
    if path.suffix == ".rda":
        for name, frame in read_frames(path).items():
            if "latitude" in frame and "datetime" in frame:
                columns = (frame[k] for k in ("latitude", "longitude", "altitude"))
                yield (name, seconds(frame["datetime"]), *columns)
        return
    if ".csv" not in path.name:
        return
    by_bird: dict[str, list[tuple[float, ...]]] = {}
    for row in _rows(path):
        if row.get("t_s"):
            by_bird.setdefault(path.name, []).append(_metres(row))
        elif row.get("location-lat") and row.get("timestamp"):
            by_bird.setdefault(row["individual-local-identifier"], []).append(_movebank(row))
    for bird, rows in by_bird.items():
        table = np.array(sorted(rows))
        yield (bird, *table.T)


def _metres(row: dict[str, str]) -> tuple[float, ...]:
    east, north, up, t_s = (float(row[k]) for k in ("east_m", "north_m", "up_m", "t_s"))
    degree = math.degrees(1.0 / RADIUS_M)
    return t_s, north * degree, east * degree, up


def _movebank(row: dict[str, str]) -> tuple[float, ...]:
    """Read a row of Movebank's tables: time, latitude, longitude, height."""
    stamp = datetime.fromisoformat(row["timestamp"].replace(" ", "T") + "+00:00").timestamp()
    height = row.get("height-above-msl") or row.get("height-above-ellipsoid") or "0"
    return stamp, float(row["location-lat"]), float(row["location-long"]), float(height)


def _flat(lat_deg: F64, lon_deg: F64, height_m: F64) -> F64:
    lat, lon = np.deg2rad(lat_deg), np.deg2rad(lon_deg)
    east = (lon - lon[0]) * math.cos(lat[0]) * RADIUS_M
    return np.column_stack([east, (lat - lat[0]) * RADIUS_M, height_m])


def _moving(t_s: F64, place: F64) -> list[slice]:
    """Find the stretches in which a bird moves faster than it swims or walks."""
    half = 0.5 * SMOOTH_S
    ahead = np.stack([np.interp(t_s + half, t_s, place[:, k]) for k in (0, 1)])
    behind = np.stack([np.interp(t_s - half, t_s, place[:, k]) for k in (0, 1)])
    span = np.minimum(t_s + half, t_s[-1]) - np.maximum(t_s - half, t_s[0])
    speed = np.hypot(*(ahead - behind)) / np.maximum(span, THIN_S)
    # A bird that circles comes back to where it was: the way flown counts, not only the gap.
    step = np.append(np.hypot(*np.diff(place[:, :2], axis=0).T) / np.diff(t_s), 0.0)
    flying = np.maximum(speed, 0.7 * step) > FLYING_MPS
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flying.astype(int), [0]])))
    spans = [slice(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [s for s in spans if s.stop - s.start > 3 and t_s[s.stop - 1] - t_s[s.start] >= LEAST_S]


def _cut(kind: str, source: str, flight: str, t_s: F64, place: F64, thin_s: float) -> list[Piece]:
    """Cut a flight into pieces of PIECE_S and what is left over, thinned alike."""
    since = t_s - t_s[0]
    whole = int(since[-1] // PIECE_S)
    starts = [PIECE_S * k for k in range(whole)]
    if since[-1] - PIECE_S * whole >= LEAST_S:
        starts.append(PIECE_S * whole)
    if len(starts) > PIECES_MAX and kind == "aeroplane":
        starts = [starts[k] for k in np.linspace(0, len(starts) - 1, PIECES_MAX).astype(int)]
    found = []
    for start in starts:
        end = min(start + PIECE_S, float(since[-1]))
        times = _thinned(since, start, end, thin_s)
        if len(times) < 5:
            continue
        places = np.stack([np.interp(times, since, place[:, k]) for k in range(3)], axis=1)
        found.append(Piece(kind, source, flight, times - times[0], places - places[0]))
    return found


def _thinned(since: F64, start: float, end: float, thin_s: float) -> F64:
    """Give the times to keep: the recorder's own where it wrote seldom, else every thin_s."""
    own = since[(since >= start) & (since <= end)]
    if len(own) > 1 and np.median(np.diff(own)) >= 0.9 * thin_s:
        return own
    return np.arange(start, end + 1e-6, thin_s)
