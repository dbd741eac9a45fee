"""However few tracks and sensors there are, no kernel is compiled a second time.

A kernel is compiled for the types and layouts of what it is given, which takes seconds. A column of
a table, a view, what may not be written: each is of another layout for one row or one sensor. The
first to meet it would be a step of the live service.
"""

import subprocess
import sys

PLAY = """
import importlib, math, pkgutil
import numpy as np
from numba.core.dispatcher import Dispatcher
from vedette import kernels, tracking
from vedette.tracking import advance, open_tracker, polar_batch, polar_sensor, position_batch

NS = 10**9
SIGMA = np.array([20.0, 0.005, 0.01, 1.0])
ORIGIN = [0.0, 0.0, 10.0]


def radar(place=ORIGIN, **more):
    return polar_sensor(
        position_enu_m=place, range_max_m=20_000.0, detection_prob=0.9, clutter_per_scan=1.0, **more
    )


def fly(sensors, objects, seconds=12):
    state = open_tracker(sensors)
    for k in range(seconds):
        batches = []
        for s, model in enumerate(sensors):
            if model.kind == "position":
                rows = [[300.0 * o, 600.0 + 20.0 * k, 100.0] for o in range(objects)]
                batches.append(position_batch(s, float(k), rows, 10.0))
            else:
                near = 5_000.0 - 40.0 * k
                rows = [[near + 900.0 * o, 1.0 + o, 0.1, -40.0] for o in range(objects)]
                batches.append(polar_batch(s, float(k), rows, SIGMA))
        advance(state, batches, [], k * NS)
        if k == 8 and sensors[0].kind != "position":  # late: the tracker goes back
            late = polar_batch(0, k - 3.5, [[5_050.0, 1.0, 0.1, -40.0]], SIGMA)
            advance(state, [late], [], k * NS)


mask = [[0.0, 0.01], [3.0, 0.02]]
places = tracking.position_sensor(detection_prob=0.9, clutter_per_scan=1.0, radius_m=9_000.0)


def play(objects):
    fly([radar(), radar([3_000.0, 0.0, 10.0]), places], objects)
    fly([radar(mask_rad=mask, antenna_agl_m=12.0, blind_speed_mps=1.0), places], objects)
    fly([radar()], objects)
    fly([places], objects)


def known():
    found = {}
    for part in pkgutil.iter_modules(kernels.__path__):
        module = importlib.import_module(f"vedette.kernels.{part.name}")
        for name, kernel in vars(module).items():
            if isinstance(kernel, Dispatcher) and kernel.py_func.__module__ == module.__name__:
                found[f"{part.name}.{name}"] = set(map(str, kernel.nopython_signatures))
    return found


fly([radar(), radar([3_000.0, 0.0, 10.0]), places], 5)
fly([radar(mask_rad=mask, antenna_agl_m=12.0, blind_speed_mps=1.0), places], 5)
before = known()
for objects in (1, 2, 5):
    play(objects)
for name, signatures in known().items():
    if before[name] and signatures - before[name]:
        print(name, *before[name], "and", *(signatures - before[name]), sep="\\n    ")
"""


def test_no_kernel_is_compiled_for_a_second_layout():
    done = subprocess.run([sys.executable, "-c", PLAY], capture_output=True, text=True, check=True)
    assert done.stdout == ""
