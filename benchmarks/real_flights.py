"""Simulated sensors flown over a real flight, for `vedette track` and `vedette evaluate`.

    python -m benchmarks.real_flights FLIGHT.mat --output DIR [--seed N]

FLIGHT.mat: a log in the format of the University of Minnesota's UAV group (NorthStarUAS), whose
navigation filter gives place and velocity at 50 Hz. The flight is cut to where it is in the air
and moved to the site, 3 km from the base, a place both radars and the camera see.
"""

import argparse
from pathlib import Path

import numpy as np
import scipy.io

from vedette.base.rfc3339 import parse_rfc3339
from vedette.config.load import load_site
from vedette.geo import SiteFrame
from vedette.model.enums import ObjectClass
from vedette.simulator.files import write_files
from vedette.simulator.replayed import Flight, flight_scenario, regular, replayed_world

REPOSITORY = Path(__file__).resolve().parents[1]
SITE = REPOSITORY / "scenarios" / "sites" / "ain_al_asad.toml"
START = "2022-01-04T06:00:00Z"
EAST_M, NORTH_M = -2_900.0, -700.0  # west of the base, inside the camera's sector
HEIGHT_MIN_M = 15.0  # above the field: lower, it is taking off or landing
RCS_DBSM = -13.0  # a model aircraft of 1.9 m span


class _Origin:
    """Where the flight's own frame has its origin."""

    def __init__(self, lat_deg: float, lon_deg: float, hae_m: float) -> None:
        self.lat_deg, self.lon_deg, self.hae_m = lat_deg, lon_deg, hae_m


def read_minnesota_flight(path: Path) -> Flight:
    """Read a log's navigation solution; heights above its own airfield, m."""
    log = scipy.io.loadmat(str(path), squeeze_me=True, struct_as_record=False)["flight_data"]
    known = (np.abs(log.navlat) > 0.1) & (np.diff(log.time, append=np.inf) > 0.0)
    time_s, lat, lon = log.time[known].astype(float), log.navlat[known], log.navlon[known]
    height = log.navalt[known].astype(float)
    ground = float(np.median(height[:1000]))
    origin = _Origin(float(np.rad2deg(np.median(lat))), float(np.rad2deg(np.median(lon))), ground)
    east, north, up = SiteFrame(origin).enu_from_geo(lat, lon, height)
    flying = np.flatnonzero(up > HEIGHT_MIN_M)
    rows = slice(flying[0], flying[-1] + 1)
    place = np.stack([east[rows] + EAST_M, north[rows] + NORTH_M, up[rows]], axis=1)
    since_s, place = regular(time_s[rows] - time_s[rows][0], place)
    return Flight(path.stem, ObjectClass.FIXED_WING_UAS, since_s, place, RCS_DBSM)


def fly_again(path: Path, folder: Path, seed: int) -> list[Path]:
    """Write what the site's sensors say of the flight, and its truth, into `folder`."""
    flight = read_minnesota_flight(path)
    loaded = flight_scenario(flight, load_site(SITE), SITE, parse_rfc3339(START))
    return write_files(loaded, replayed_world(loaded, flight, seed), seed, folder, None)


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("flight", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for path in fly_again(arguments.flight, arguments.output, arguments.seed):
        print(f"{path}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
