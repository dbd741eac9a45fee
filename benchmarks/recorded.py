"""Recorded flights as truth: where an aircraft was and how fast it flew, at every moment.

In: logs of autopilots and navigation filters, and of ADS-B. Out: `Truth`, east, north, up and
velocity in the flight's own frame, on the ground under its middle. What the recorder's own filter
gives (position and velocity) is taken as it is; fixes alone are smoothed, for their noise would be
taken for flying.
"""

import gzip
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.interpolate
import scipy.io

from vedette.base.constants import M_PER_FT, MPS_PER_KT
from vedette.geo import SiteFrame

F64 = np.ndarray[Any, np.dtype[np.float64]]
# A recording is cut to between the first and the last moment it is so high over its lowest place:
# an aeroplane's navigation filter wanders by metres on the ground, and a multirotor flies low.
_AEROPLANE_M, _MULTIROTOR_M = 15.0, 2.0
_GAP_MAX_S = 30.0  # ADS-B silent for longer: nobody knows how the aircraft flew
_REPORTS_MIN = 10
# What ADS-B says is some 15 m off (and up to half a second old) and 1 m/s; a turn is 5 m/s2 for a
# while.
_ADSB_SIGMA, _ADSB_Q = (200.0, 1.0), 2.0


class Truth(NamedTuple):
    """One flight: t_s (N,) from 0, rising; state (N, 6) east, north, up and velocity, SI."""

    name: str
    t_s: F64
    state: F64

    def at(self, t_s: F64) -> F64:
        """Give the state (K, 6) at times within the flight, by cubic interpolation."""
        spline = scipy.interpolate.CubicHermiteSpline(
            self.t_s, self.state[:, :3], self.state[:, 3:]
        )
        return np.hstack([spline(t_s), spline(t_s, 1)])


class _Origin:
    """Where the flight's own frame has its origin."""

    def __init__(self, lat_deg: float, lon_deg: float, hae_m: float) -> None:
        self.lat_deg, self.lon_deg, self.hae_m = lat_deg, lon_deg, hae_m


def read(path: Path, most: int = 1_000_000) -> list[Truth]:
    """Read a recording of any known kind, by its ending and content.

    ADS-B gives many flights, of `most` aircraft, spread over the list of addresses.
    """
    if path.suffix == ".ulg":
        return [read_px4(path)]
    if path.suffix == ".bin":
        return [read_ardupilot(path)]
    if path.name.endswith(".json.gz"):
        return read_adsb(path, most=most)
    log = scipy.io.loadmat(str(path), squeeze_me=True, struct_as_record=False)
    for key, reader in (("flight_data", _minnesota), ("validationData", _ampyx)):
        if key in log:
            return [reader(path.stem, log[key])]
    return [_swiss(path.stem, log)]


def _minnesota(name: str, log: Any) -> Truth:
    """Read the navigation solution of the University of Minnesota's aircraft, 50 Hz."""
    known = (np.abs(log.navlat) > 0.1) & (np.diff(log.time, append=np.inf) > 0.0)
    place = _local(log.navlat[known], log.navlon[known], log.navalt[known])
    velocity = np.column_stack([log.navve, log.navvn, -log.navvd])[known]
    return _truth(name, log.time[known], place, velocity, _AEROPLANE_M)


def _ampyx(name: str, log: Any) -> Truth:
    """Read a tethered aircraft: north, east, down of position and velocity, 50 Hz."""
    times = log.times - log.times[0]
    t_s = times * (86_400.0 if times[-1] < 1.0 else 1.0)
    place, velocity = log.response.p.T, log.response.v.T
    if len(t_s) != len(place):
        t_s = t_s[: len(place)]
    return _truth(name, t_s, _enu(place), _enu(velocity))


def _swiss(name: str, log: dict[str, Any]) -> Truth:
    """Read GPS fixes with course (in rad, whatever its name says) and speed, 5 Hz."""
    known = (np.abs(log["LatDeg"]) > 0.1) & (np.diff(log["GPStime"], append=np.inf) > 0.0)
    place = _local(np.deg2rad(log["LatDeg"]), np.deg2rad(log["LngDeg"]), log["Hgt"])[known]
    course = log["CourseDeg"]
    flat = log["GndSpd"][:, None] * np.column_stack([np.sin(course), np.cos(course)])
    velocity = np.column_stack([flat, -log["VelD"]])[known]
    # Times are those of reading, late by chance; the receiver's own are regular.
    t_s = np.polyval(
        np.polyfit(np.flatnonzero(known), log["GPStime"][known], 1), np.flatnonzero(known)
    )
    # The receiver's velocity is good to 0.1 m/s and more; its fixes wander by a metre.
    state = smoothed(t_s, place, velocity, (1.0, 0.3), 10.0)
    return _truth(name, t_s, state[:, :3], state[:, 3:], _AEROPLANE_M)


def read_px4(path: Path) -> Truth:
    """Read the local position of a PX4 log, 10 Hz."""
    from pyulog import ULog

    data = ULog(str(path), message_name_filter_list=["vehicle_local_position"]).data_list[0].data
    place = np.column_stack([data["x"], data["y"], data["z"]]).astype(float)
    velocity = np.column_stack([data["vx"], data["vy"], data["vz"]]).astype(float)
    return _truth(path.stem, data["timestamp"] * 1e-6, _enu(place), _enu(velocity), _MULTIROTOR_M)


def read_ardupilot(path: Path) -> Truth:
    """Read the EKF of an ArduPilot DataFlash log, 10 Hz."""
    rows = np.array([
        [row[name] for name in ("TimeMS", "PN", "PE", "PD", "VN", "VE", "VD")]
        for row in dataflash(path.read_bytes(), "EKF1")
    ])  # fmt: skip
    return _truth(
        path.stem, rows[:, 0] * 1e-3, _enu(rows[:, 1:4]), _enu(rows[:, 4:7]), _MULTIROTOR_M
    )


def dataflash(log: bytes, wanted: str) -> Iterator[dict[str, float]]:
    """Give the messages of one name in a DataFlash log.

    A message is 0xA3 0x95, its number, its fields; messages of number 128 (FMT) say for the others
    how long they are and what letter stands for which field (ArduPilot, AP_Logger/README.md).
    """
    letters = {"b": "b", "B": "B", "h": "h", "H": "H", "i": "i", "I": "I", "f": "f", "d": "d"}
    letters |= {"c": "h", "C": "H", "e": "i", "E": "I", "L": "i", "q": "q", "Q": "Q", "M": "B"}
    letters |= {"n": "4s", "N": "16s", "Z": "64s"}
    known: dict[int, tuple[int, str, str, list[str]]] = {128: (89, "FMT", "", [])}
    at = 0
    while (at := log.find(b"\xa3\x95", at)) >= 0 and at + 3 <= len(log):
        number = log[at + 2]
        if number not in known or at + known[number][0] > len(log):
            at += 1
            continue
        size, name, form, columns = known[number]
        body = log[at + 3 : at + size]
        if number == 128:
            kind, length, *texts = struct.unpack("<BB4s16s64s", body)
            words = [text.split(b"\0")[0].decode() for text in texts]
            known[kind] = (length, words[0], words[1], words[2].split(","))
        elif name == wanted:
            values = struct.unpack("<" + "".join(letters[c] for c in form), body)
            scale = [0.01 if c in "cCeE" else 1.0 for c in form]
            yield {k: v * s for k, v, s in zip(columns, values, scale, strict=True)}
        at += size


def read_adsb(path: Path, least_s: float = 300.0, most: int = 1_000_000) -> list[Truth]:
    """Read what aircraft said of themselves, smoothed; flights shorter than least_s left out."""
    said: dict[str, list[dict[str, Any]]] = {}
    with gzip.open(path) as file:
        for row in _listed(json.load(file)):
            if None not in (row.get("latitude"), row.get("longitude"), row.get("altitude")):
                said.setdefault(row["icao24"], []).append(row)
    flights = []
    for address in sorted(said)[:: max(1, len(said) // most)]:
        rows = said[address]
        for number, part in enumerate(_unbroken(rows)):
            if part[-1, 0] - part[0, 0] >= least_s:
                flights.append(_aircraft(f"{path.name.split('.')[0]}:{address}:{number}", part))
    return flights


def _listed(table: Any) -> list[dict[str, Any]]:
    """Give the rows of a table that lies in rows, or in columns of {number: value}."""
    if isinstance(table, list):
        return table
    numbers = list(table["timestamp"])
    return [{name: column[n] for name, column in table.items()} for n in numbers]


def _unbroken(rows: list[dict[str, Any]]) -> list[F64]:
    """Cut one aircraft's reports (time, lat, lon, height, velocity) where it was silent too long.

    Angles in rad; velocity east, north, up in m/s, NaN where not stated.
    """
    table = np.array([_report(row) for row in rows])
    table = table[np.argsort(table[:, 0], kind="stable")]
    fresh = np.append(True, (np.diff(table[:, 1:3], axis=0) != 0.0).any(axis=1))
    fresh &= np.append(True, np.diff(table[:, 0]) > 0.0)  # the same place again is no new report
    table = table[fresh]
    cuts = np.flatnonzero(np.diff(table[:, 0]) > _GAP_MAX_S) + 1
    return [part for part in np.split(table, cuts) if len(part) > _REPORTS_MIN]


def _report(row: dict[str, Any]) -> list[float]:
    angles = np.deg2rad([row["latitude"], row["longitude"]])
    speed, track, climb = (row.get(k) for k in ("groundspeed", "track", "vertical_rate"))
    known = speed is not None and track is not None
    flat = MPS_PER_KT * speed if known else np.nan
    way = np.deg2rad(track) if known else np.nan
    up = climb * M_PER_FT / 60.0 if climb is not None else np.nan
    velocity = [flat * np.sin(way), flat * np.cos(way), up]
    return [row["timestamp"] * 1e-3, *angles, row["altitude"] * M_PER_FT, *velocity]


def _aircraft(name: str, table: F64) -> Truth:
    lat, lon, height = table[:, 1:4].T
    place = _local(lat, lon, height)
    # Where it would be a second later: its north is not the north of the flight's middle.
    radius, flat = 6.37e6, np.nan_to_num(table[:, 4:7])
    later = [lat + flat[:, 1] / radius, lon + flat[:, 0] / (radius * np.cos(lat))]
    origin = _Origin(float(np.rad2deg(np.median(lat))), float(np.rad2deg(np.median(lon))), 0.0)
    moved = SiteFrame(origin).enu_from_geo(*later, height + flat[:, 2])
    velocity = np.where(np.isnan(table[:, 4:7]), np.nan, np.stack(moved, axis=1) - place)
    state = smoothed(table[:, 0], place, velocity, _ADSB_SIGMA, _ADSB_Q)
    return _truth(name, table[:, 0], state[:, :3], state[:, 3:])


def smoothed(t_s: F64, place: F64, velocity: F64, sigma: tuple[float, float], q: float) -> F64:
    """Smooth fixes (N, 3), and velocities where not NaN, to states (N, 6).

    sigma: of a position (m) and of a velocity (m/s); q: white acceleration, m2/s3. A fixed-interval
    smoother an axis (Rauch, Tung, Striebel 1965).
    """
    state = np.empty((len(t_s), 6))
    for axis in range(3):
        state[:, axis::3] = _smoothed_axis(t_s, place[:, axis], velocity[:, axis], sigma, q)
    return state


def _smoothed_axis(t_s: F64, place: F64, speed: F64, sigma: tuple[float, float], q: float) -> F64:
    count = len(t_s)
    x, P = np.array([place[0], 0.0]), np.diag([sigma[0] ** 2, 300.0**2])
    means, covs = np.empty((count, 2)), np.empty((count, 2, 2))
    ahead_x, ahead_P, moves = np.empty((count, 2)), np.empty((count, 2, 2)), np.empty((count, 2, 2))
    for k in range(count):
        dt = t_s[k] - t_s[k - 1] if k else 0.0
        F = moves[k] = np.array([[1.0, dt], [0.0, 1.0]])
        x, P = F @ x, F @ P @ F.T + q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        ahead_x[k], ahead_P[k] = x, P
        for row, z in ((0, place[k]), (1, speed[k])):
            if not np.isnan(z):
                gain = P[:, row] / (P[row, row] + sigma[row] ** 2)
                x, P = x + gain * (z - x[row]), P - np.outer(gain, P[row])
        means[k], covs[k] = x, P
    for k in range(count - 2, -1, -1):
        gain = covs[k] @ moves[k + 1].T @ np.linalg.inv(ahead_P[k + 1])
        means[k] = means[k] + gain @ (means[k + 1] - ahead_x[k + 1])
    return means


def _enu(ned: F64) -> F64:
    return np.asarray(ned, dtype=float)[:, [1, 0, 2]] * [1.0, 1.0, -1.0]


def _local(lat_rad: F64, lon_rad: F64, height_m: F64) -> F64:
    """Give east, north and height (N, 3) around the flight's middle."""
    lat_deg, lon_deg = np.rad2deg(np.median(lat_rad)), np.rad2deg(np.median(lon_rad))
    frame = SiteFrame(_Origin(float(lat_deg), float(lon_deg), 0.0))
    return np.stack(frame.enu_from_geo(lat_rad, lon_rad, np.asarray(height_m, float)), axis=1)


def _truth(name: str, t_s: F64, place: F64, velocity: F64, above_m: float = -1.0) -> Truth:
    """Cut to the flight and set time to 0 at its start."""
    flying = np.flatnonzero(place[:, 2] > place[:, 2].min() + above_m)
    rows = slice(flying[0], flying[-1] + 1)
    state = np.hstack([place, velocity]).astype(float)[rows]
    since = np.asarray(t_s, dtype=float)[rows]
    later = np.append(True, np.diff(since) > 0.0)
    return Truth(name, since[later] - since[0], state[later])
