"""Recorded flights as objects of a scenario: where a real aircraft was, moved to the site.

In: a log of an autopilot (PX4 .ulg, MATLAB .mat), ADS-B as a JSON list (.json.gz), or a table (.csv
with t_s, east_m, north_m, height_m). Out: seconds and places. Logs lie in the folder that
VEDETTE_DATA names, or in ../shared/data beside the checkout; what a log needs to be read (scipy,
pyulog) belongs to the development packages.
"""

import gzip
import importlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import M_PER_FT
from vedette.base.errors import RefusedError
from vedette.geo import SiteFrame

F64 = NDArray[np.float64]
GAP_MAX_S = 30.0  # ADS-B silent for longer: nobody knows how it flew
VARIABLE = "VEDETTE_DATA"


@dataclass(slots=True, frozen=True)
class Recorded:
    """A path: since_s (N,) from 0, ascending; place_m (N, 3).

    With geographic true the columns are latitude and longitude in degrees and metres above the sea,
    else metres east, north and up of anywhere.
    """

    since_s: F64
    place_m: F64
    geographic: bool


def data_folder() -> Path:
    """Give the folder of recordings; it need not exist."""
    stated = os.environ.get(VARIABLE)
    return Path(stated) if stated else Path(__file__).resolve().parents[4] / "shared" / "data"


def read_recording(name: str, icao24: str | None) -> Recorded:
    """Read a recording by its name in the data folder.

    icao24: whose flight, of ADS-B. Raises RefusedError where it is absent, not understood, or holds
    fewer than two places.
    """
    path = data_folder() / name
    if not path.is_file():
        raise RefusedError(f"no recording {name} in {data_folder()} ({VARIABLE})")
    if path.name.endswith(".json.gz"):
        found = _adsb(path, icao24)
    elif path.suffix == ".ulg":
        found = _px4(path)
    elif path.suffix == ".mat":
        found = _matlab(path)
    elif path.suffix == ".csv":
        table = np.genfromtxt(path, delimiter=",", names=True)
        place = np.column_stack([table["east_m"], table["north_m"], table["height_m"]])
        found = _of(table["t_s"], place, geographic=False)
    else:
        raise RefusedError(f"{name}: not a recording of a known kind (.ulg, .mat, .json.gz, .csv)")
    if len(found.since_s) < 2:
        raise RefusedError(f"{name}: fewer than two places")
    return found


def _package(name: str) -> Any:
    """Import what reads a kind of log, where it is installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise RefusedError(f"reading this recording needs the package {name}") from None


def _of(t_s: Any, place: Any, geographic: bool) -> Recorded:
    """Put times in order, without repetitions, from 0."""
    times, places = np.asarray(t_s, np.float64), np.asarray(place, np.float64)
    known = np.isfinite(times) & np.isfinite(places).all(axis=1)
    times, places = times[known], places[known]
    order = np.unique(times, return_index=True)[1]
    times, places = times[order], places[order]
    return Recorded(times - times[0] if len(times) else times, places, geographic)


def _px4(path: Path) -> Recorded:
    """Read the local position of a PX4 log: north, east, down."""
    log = _package("pyulog").ULog(str(path), message_name_filter_list=["vehicle_local_position"])
    data = log.data_list[0].data
    place = np.column_stack([data["y"], data["x"], -data["z"]])
    return _of(data["timestamp"] * 1e-6, place, geographic=False)


def _matlab(path: Path) -> Recorded:
    """Read the navigation solution of the University of Minnesota, or fixes of SwissLog1."""
    log = _package("scipy.io").loadmat(str(path), squeeze_me=True, struct_as_record=False)
    if "flight_data" in log:
        nav = log["flight_data"]
        known = np.abs(nav.navlat) > 0.1
        place = np.column_stack([np.rad2deg(nav.navlat), np.rad2deg(nav.navlon), nav.navalt])
        return _of(nav.time[known], place[known], geographic=True)
    if "LatDeg" in log:
        known = np.abs(log["LatDeg"]) > 0.1
        place = np.column_stack([log["LatDeg"], log["LngDeg"], log["Hgt"]])
        return _of(log["GPStime"][known], place[known], geographic=True)
    raise RefusedError(f"{path.name}: not a log of a known kind")


def _adsb(path: Path, icao24: str | None) -> Recorded:
    """Read the longest unbroken flight of one aircraft."""
    with gzip.open(path) as file:
        rows = [row for row in json.load(file) if row.get("icao24") == icao24]
    keys = ("timestamp", "latitude", "longitude", "altitude")
    table = np.array([[row[k] for k in keys] for row in rows if None not in map(row.get, keys)])
    table = table.reshape(-1, 4).astype(np.float64)
    table = table[np.argsort(table[:, 0], kind="stable")]
    cuts = np.flatnonzero(np.diff(table[:, 0]) > GAP_MAX_S * 1e3) + 1
    part = max(np.split(table, cuts), key=len)
    place = part[:, 1:] * [1.0, 1.0, M_PER_FT]
    return _of(part[:, 0] * 1e-3, place, geographic=True)


def true_place_m(found: Recorded, frame: SiteFrame) -> F64:
    """Give a geographic path in the site's frame (N, 3): east, north, height over the reference."""
    lat, lon, height = found.place_m.T
    east, north, _ = frame.enu_from_geo_deg(lat, lon, height)
    return np.column_stack([east, north, height - frame.hae_m])


def moved_place_m(found: Recorded, begin_m: tuple[float, float, float], turn_rad: float) -> F64:
    """Give a path moved and turned (N, 3): it begins at begin_m, clockwise turned about there.

    begin_m: metres east and north, and the height above ground of the path's lowest point.
    """
    path = found.place_m
    if found.geographic:
        path = true_place_m(found, SiteFrame(_Origin(*path[0])))
    flat = path[:, :2] - path[0, :2]
    cos, sin = np.cos(turn_rad), np.sin(turn_rad)
    east, north = flat[:, 0] * cos + flat[:, 1] * sin, flat[:, 1] * cos - flat[:, 0] * sin
    height = path[:, 2] - path[:, 2].min() + begin_m[2]
    return np.column_stack([begin_m[0] + east, begin_m[1] + north, height])


@dataclass(slots=True, frozen=True)
class _Origin:
    """Where a path's own frame has its origin."""

    lat_deg: float
    lon_deg: float
    hae_m: float
