"""A small recording made by the real service core, without a socket."""

from pathlib import Path

import pytest

from vedette.model.arrivals import Arrival
from vedette.service.clocks import SteppedClock
from vedette.service.core import Core

START_NS = 1_641_265_200_000_000_000
SITE_TOML = """schema = 1
name = "Test site"
mode = "SIMULATED"

[reference]
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0

[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0

[[feeds]]
id = "plots"
kind = "detections_udp"
port = 30199
"""


def record_flight(folder: Path) -> Path:
    """Record ten seconds of one object coming in at 40 m/s, 250 m up."""
    clock = SteppedClock(START_NS)
    core = Core(SITE_TOML, folder, clock, "lockstep")
    for k in range(1, 41):
        now_ns = START_NS + k * 250_000_000
        clock.set(now_ns)
        arrivals = []
        if k % 4 == 0:
            line = (
                f'{{"t_ns": {now_ns - 1_000_000}, "sensor": "radar", "range_m": {8000 - 10 * k},'
                f' "azimuth_deg": 281.0, "elevation_deg": 1.8}}\n'
            )
            arrivals = [Arrival(feed="plots", t_recv_ns=now_ns, data=line.encode())]
        core.step(now_ns, arrivals)
    core.close()
    return folder


@pytest.fixture(scope="session")
def recorded(tmp_path_factory) -> Path:
    """Record once; never to be changed."""
    return record_flight(tmp_path_factory.mktemp("recorded") / "recording")


@pytest.fixture
def tiny_recording(recorded, tmp_path) -> Path:
    """Give a copy to do with as one likes."""
    import shutil

    return Path(shutil.copytree(recorded, tmp_path / "tiny" / "recording"))
