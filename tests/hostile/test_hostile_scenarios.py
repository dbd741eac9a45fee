"""Mutated scenario files: accepted, or refused in one line that names file and place.

VEDETTE_MUTATIONS: how many (500; `make test-slow`: 100,000).
"""

import os
import random
import time

from hostile_doors import mutate
from hostile_stream import Growth

from vedette.base.errors import RefusedError
from vedette.simulator.scenario import load_scenario

COUNT = int(os.environ.get("VEDETTE_MUTATIONS", "500"))
SITE = b"""schema = 1
name = "Small"
reference = { lat_deg = 33.8, lon_deg = 42.4, hae_m = 180.0 }
assets = [{ id = "camp", name = "Camp", lat_deg = 33.81, lon_deg = 42.41 }]
"""
SCENARIO = b"""schema = 1
name = "One drone"
description = "It comes from the north."
start = "2022-01-04T00:30:00Z"
duration_s = 60.0
site = "site.toml"
[[objects]]
id = "drone"
class = "fixed_wing_uas"
identity = "HOSTILE"
speed_mps = 45.0
attacks = "camp"
at_end = "strike"
route = [{ bearing_deg = 10.0, range_m = 9000.0, height_m = 200.0 }, { asset = "camp" }]
[expect]
warning_lead_s_min = 30.0
"""
HANG_S = 1.0


def test_a_mutated_scenario_is_accepted_or_refused_by_place_and_never_hangs(tmp_path):
    source = random.Random("scenarios")
    (tmp_path / "site.toml").write_bytes(SITE)
    path = tmp_path / "scenario.toml"
    path.write_bytes(SCENARIO)
    load_scenario(path)
    refused, growth = 0, Growth(COUNT)
    file = path.open("r+b", buffering=0)  # one file kept open: opening costs more than judging
    for i in range(COUNT):
        file.seek(0)
        file.truncate(file.write(mutate(SCENARIO, source)))
        begun_s = time.thread_time()
        try:
            load_scenario(path)
        except RefusedError as error:
            reason = str(error)
            assert reason.startswith(str(tmp_path)), reason
            assert len(reason) < 1000 and "\n" not in reason and "\0" not in reason
            refused += 1
        assert time.thread_time() - begun_s < HANG_S
        growth.look(i + 1)
    file.close()
    assert refused > COUNT // 2
    assert growth.is_bounded()
