"""A short real recording: one radar, one drone straight at a camp, people who look at it."""

import json
import math
from pathlib import Path

from vedette.base.constants import NS_PER_S
from vedette.model.arrivals import Arrival
from vedette.model.commands import AcknowledgeWarning, AssessTrack
from vedette.model.enums import Role
from vedette.model.picture import AirPicture
from vedette.service.clocks import SteppedClock
from vedette.service.core import Core

START_NS = 1_641_254_400 * NS_PER_S
STEP_S = 0.5
SITE = """schema = 1
name = "Ward"
mode = "SIMULATED"
reference = { lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }
[[assets]]
id = "camp"
name = "Camp"
lat_deg = 33.0
lon_deg = 42.0
radius_m = 200.0
[[assets]]
id = "well"
name = "Well"
lat_deg = 33.03
lon_deg = 42.0
radius_m = 50.0
[[zones]]
id = "tents"
name = "Tents"
asset = "camp"
take_cover_s = 20.0
[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
scan_period_s = 1.0
clutter_per_scan = 1.0
coverage = { range_max_m = 20000.0 }
[[feeds]]
id = "plots"
kind = "detections_udp"
port = 0
[[people]]
name = "watch"
roles = ["operator"]
password = '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJTmaaJObG'
"""


def record_attack(folder: Path, seconds: float = 100.0) -> Path:
    """Record a drone from 6.5 km east at 55 m/s, seen once a second; give the folder."""
    core = Core(SITE, folder, SteppedClock(START_NS), "lockstep")
    said: set[str] = set()
    for k in range(1, int(seconds / STEP_S) + 1):
        now_ns = START_NS + int(k * STEP_S * NS_PER_S)
        commands = [] if core.picture is None else orders(core.picture, now_ns, said)
        picture = core.step(now_ns, [plot(k * STEP_S, now_ns)] if k % 2 == 0 else [], commands)
        if k % 10 == 0:  # as the clock on the wall ends a chunk twice a second
            core.recorder.snapshot(core.state)
        del picture
    assert core.close()
    return folder


def plot(after_s: float, now_ns: int) -> Arrival:
    """Make what the radar says of the drone."""
    line = {
        "t_ns": now_ns,
        "sensor": "radar",
        "range_m": max(6500.0 - 55.0 * after_s, 150.0) + 8.0 * math.sin(after_s * 7.0),
        "azimuth_deg": 90.0 + 0.2 * math.sin(after_s * 3.0),
        "elevation_deg": 2.0 + 0.1 * math.sin(after_s * 5.0),
    }
    return Arrival(feed="plots", t_recv_ns=now_ns, data=json.dumps(line).encode())


def orders(
    picture: AirPicture, now_ns: int, said: set[str]
) -> list[AcknowledgeWarning | AssessTrack]:
    """Make what the watch does: assess the drone, acknowledge its warning, each once."""
    by = {"person": "watch", "roles": (Role.OPERATOR,), "session": "s", "t_recv_ns": now_ns}
    found: list[AcknowledgeWarning | AssessTrack] = []
    for warning in picture.warnings[:1]:
        if "ack" not in said:
            said.add("ack")
            found.append(AcknowledgeWarning(command_id="ack", warning_id=warning.warning_id, **by))
    if picture.warnings and "assess" not in said:
        said.add("assess")
        track_id = picture.warnings[0].track_ids[0]
        found.append(AssessTrack(command_id="assess", track_id=track_id, **by))
    return found
