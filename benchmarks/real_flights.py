"""Simulated sensors flown over real flights, tracked and measured against the recorded flight.

    python -m benchmarks.real_flights [FLIGHT] [--quick] [--json]
    python -m benchmarks.real_flights FLIGHT --output DIR [--seed N]     only write the files

FLIGHT: a .mat log of the University of Minnesota's UAV group (navigation filter, 50 Hz), SwissLog1
(GPS, 5 Hz), or a PX4 .ulg (local position, 10 Hz). The flight is cut to where it is in the air and
moved to the site, 3 km from the base, a place both radars and the camera see. Quadrotors flew a few
metres up, below what a radar 3 km away sees, and are lifted by LIFT_M.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
import scipy.stats

from benchmarks.figures import DATA, REPOSITORY, Figure, show, vedette
from vedette.base.rfc3339 import parse_rfc3339
from vedette.config.load import load_site
from vedette.geo import SiteFrame
from vedette.model.enums import ObjectClass
from vedette.simulator.files import write_files
from vedette.simulator.replayed import Flight, flight_scenario, regular, replayed_world

NAME = "real_flights"
TITLE = "Real drone flights under simulated sensors"
TEXT = """No radar recording of a drone with truth is public. So the paths are real, recorded aboard
drones, and the sensors of the demo's site are simulated over them: two radars, a direction finder
and a camera, each with noise, misses and clutter. One run a seed; the 95 % interval of the mean is
Student's. GOSPA has a cut-off of 100 m, so 71 m a missed or a false object."""
COMMAND = "python -m benchmarks.real_flights"
NEEDS = "fixed_wing"

SITE = REPOSITORY / "scenarios" / "sites" / "ain_al_asad.toml"
START = "2022-01-04T06:00:00Z"
EAST_M, NORTH_M = -2_900.0, -700.0  # west of the base, inside the camera's sector
HEIGHT_MIN_M = 15.0  # above the field: lower, an aeroplane is taking off or landing
LIFT_M = 60.0
RCS_DBSM = {ObjectClass.FIXED_WING_UAS: -13.0, ObjectClass.MULTIROTOR: -17.0}  # models of 2 and 1 m
SEEDS, SEEDS_QUICK = 5, 1
FLIGHTS = (
    "fixed_wing/thor_flight75_2012-10-10.mat",
    "fixed_wing/SwissLog1.mat",
    "multirotor/log_25_2022-12-1-15-10-34.ulg",
    "multirotor/log_33_2022-12-1-15-42-54.ulg",
)
SCORES = {
    "gospa_mean_m": "GOSPA, m",
    "completeness_ratio": "completeness",
    "position_rmse_m": "position RMSE, m",
    "velocity_rmse_mps": "velocity RMSE, m/s",
    "spurious_ratio": "share of tracks on no object",
    "identity_switches": "identity switches",
}


class _Origin:
    """Where the flight's own frame has its origin."""

    def __init__(self, lat_deg: float, lon_deg: float, hae_m: float) -> None:
        self.lat_deg, self.lon_deg, self.hae_m = lat_deg, lon_deg, hae_m


def read_flight(path: Path) -> Flight:
    """Read a log of any known kind, by its ending and content."""
    if path.suffix == ".ulg":
        return read_px4_flight(path)
    log = scipy.io.loadmat(str(path), squeeze_me=True, struct_as_record=False)
    return (
        _minnesota(path.stem, log["flight_data"])
        if "flight_data" in log
        else _swiss(path.stem, log)
    )


def _minnesota(name: str, log: Any) -> Flight:
    """Read the navigation solution of a log of the University of Minnesota."""
    known = (np.abs(log.navlat) > 0.1) & (np.diff(log.time, append=np.inf) > 0.0)
    height = log.navalt[known].astype(float)
    ground = float(np.median(height[:1000]))
    place = _local(np.rad2deg(log.navlat[known]), np.rad2deg(log.navlon[known]), height, ground)
    return _cut(name, ObjectClass.FIXED_WING_UAS, log.time[known].astype(float), place)


def _swiss(name: str, log: dict[str, Any]) -> Flight:
    """Read the GPS fixes of SwissLog1; it begins on the ground."""
    known = (np.abs(log["LatDeg"]) > 0.1) & (np.diff(log["GPStime"], append=np.inf) > 0.0)
    height = log["Hgt"][known].astype(float)
    ground = float(np.min(height))
    place = _local(log["LatDeg"][known], log["LngDeg"][known], height, ground)
    return _cut(name, ObjectClass.FIXED_WING_UAS, log["GPStime"][known].astype(float), place)


def read_px4_flight(path: Path) -> Flight:
    """Read the local position of a PX4 log: north, east, down from where it was switched on."""
    from pyulog import ULog

    log = ULog(str(path), message_name_filter_list=["vehicle_local_position"])
    data = log.data_list[0].data
    since_s = (data["timestamp"] - data["timestamp"][0]) * 1e-6
    place = np.stack([data["y"], data["x"], LIFT_M - data["z"]], axis=1).astype(float)
    return _cut(path.stem, ObjectClass.MULTIROTOR, since_s, place)


def _local(lat_deg: Any, lon_deg: Any, height_m: Any, ground_m: float) -> np.ndarray:
    """Give east, north and up (N, 3) of the flight's middle on the ground."""
    origin = _Origin(float(np.median(lat_deg)), float(np.median(lon_deg)), ground_m)
    frame = SiteFrame(origin)
    return np.stack(frame.enu_from_geo(np.deg2rad(lat_deg), np.deg2rad(lon_deg), height_m), axis=1)


def _cut(name: str, kind: ObjectClass, time_s: np.ndarray, place: np.ndarray) -> Flight:
    """Cut to what is in the air and move it to the site."""
    flying = np.flatnonzero(place[:, 2] > HEIGHT_MIN_M)
    rows = slice(flying[0], flying[-1] + 1)
    moved = place[rows] + np.array([EAST_M, NORTH_M, 0.0])
    since_s, moved = regular(time_s[rows] - time_s[rows][0], moved)
    return Flight(name, kind, since_s, moved, RCS_DBSM[kind])


def fly_again(path: Path, folder: Path, seed: int) -> list[Path]:
    """Write what the site's sensors say of the flight, and its truth, into `folder`."""
    flight = read_flight(path)
    loaded = flight_scenario(flight, load_site(SITE), SITE, parse_rfc3339(START))
    return write_files(loaded, replayed_world(loaded, flight, seed), seed, folder, None)


def scores(path: Path, seed: int) -> dict[str, Any]:
    """Fly, track and evaluate once, with the commands a user has."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fly_again(path, folder, seed)
        tracks, truth = folder / "tracks.parquet", folder / "truth.parquet"
        vedette("track", SITE, folder / "detections.jsonl", "--output", tracks, "--quiet")
        done = vedette("evaluate", "--truth", truth, "--tracks", tracks, "--json")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def with_interval(values: Sequence[float | None], digits: int = 2) -> str:
    """Say the mean and half the width of its 95 % interval (Student)."""
    known = [value for value in values if value is not None]
    if not known:
        return "none"
    mean = float(np.mean(known))
    if len(known) < 2:
        return f"{mean:.{digits}f} (one seed)"
    error = float(np.std(known, ddof=1)) / len(known) ** 0.5
    half = float(scipy.stats.t.ppf(0.975, len(known) - 1)) * error
    return f"{mean:.{digits}f} ± {half:.{digits}f}"


def measure(seeds: int, only: Path | None = None) -> dict[str, list[dict[str, Any]]]:
    """Give the scores of every flight, or only one, and seed."""
    paths = [path for path in (DATA / flight for flight in FLIGHTS) if path.is_file()]
    return {
        path.stem: [scores(path, seed) for seed in range(1, seeds + 1)]
        for path in (paths if only is None else [only])
    }


def figures(quick: bool, only: Path | None = None) -> list[Figure]:
    """Measure and put into words."""
    seeds = SEEDS_QUICK if quick else SEEDS
    rows = []
    for flight, runs in measure(seeds, only).items():
        rows.append(Figure(f"{flight}: seeds, instants", f"{seeds}, {runs[0]['instants']}"))
        for name, words in SCORES.items():
            digits = 3 if name.endswith("_ratio") else 2
            value = with_interval([run[name] for run in runs], digits)
            rows.append(Figure(f"{flight}: {words}", value))
    return rows


def main() -> None:
    """Write the files of one flight, or measure all."""
    parser = argparse.ArgumentParser(description=TITLE)
    parser.add_argument("flight", type=Path, nargs="?")
    parser.add_argument("--output", type=Path, help="with FLIGHT: where to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="one seed")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if args.output is None:
        if args.json:
            seeds = SEEDS_QUICK if args.quick else SEEDS
            print(json.dumps(measure(seeds, args.flight)))
        else:
            show(figures(args.quick, args.flight), False)
        return
    if args.flight is None:
        parser.error("--output needs FLIGHT")
    for path in fly_again(args.flight, args.output, args.seed):
        print(f"{path}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
