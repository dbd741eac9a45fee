"""Points turned one by one in Python are, bit for bit, what the compiled functions make of them."""

import subprocess
import sys

import numpy as np

from vedette.geo import ellipsoid
from vedette.geo.rows import enu_from_geo_rows, geo_from_enu_rows

COUNT = 20_000
SEED = 4


def axes_of(lat_rad: float, lon_rad: float) -> tuple[np.ndarray, np.ndarray]:
    origin = np.array(ellipsoid.ecef_from_geo_point(lat_rad, lon_rad, 180.0))
    return origin, ellipsoid.rotation_enu_from_ecef(lat_rad, lon_rad)


def plainly(turn, rows: np.ndarray, origin: np.ndarray, axes: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    sides = tuple(tuple(row) for row in axes.tolist())
    return np.array([turn(point, tuple(origin.tolist()), sides) for point in rows.tolist()])


def test_places_are_the_same_to_the_bit_compiled_or_not() -> None:
    rng = np.random.default_rng(SEED)
    origin, axes = axes_of(0.59, 0.74)
    geo = np.column_stack(
        [
            rng.uniform(-np.pi / 2, np.pi / 2, COUNT),
            rng.uniform(-np.pi, np.pi, COUNT),
            rng.uniform(-500.0, 40_000.0, COUNT),
        ]
    )
    geo[:3] = [[np.pi / 2, 0.0, 0.0], [-np.pi / 2, 1.0, 10.0], [np.nan, 0.0, 0.0]]
    compiled = np.empty_like(geo)
    enu_from_geo_rows(geo, origin, axes, compiled)
    assert plainly(ellipsoid.enu_from_geo_point, geo, origin, axes).tobytes() == compiled.tobytes()
    again = np.empty_like(geo)
    geo_from_enu_rows(compiled, origin, axes, again)
    plain = plainly(ellipsoid.geo_from_enu_point, compiled, origin, axes)
    assert plain.tobytes() == again.tobytes()


FEW_THEN_MANY = """
import sys
import numpy as np
from vedette import geo

few = geo.ecef_from_geo(0.6, 0.7, np.array([100.0, np.nan]))
assert "numba" not in sys.modules, "a compiler for two points"
assert np.isnan(geo.geo_from_ecef(np.inf, 0.0, 0.0)[2]), "infinity is no place"
assert "numba" in sys.modules
assert np.array(few).tobytes() == np.array(
    geo.ecef_from_geo(0.6, 0.7, np.array([100.0, np.nan]))
).tobytes()
"""
MANY = """
import sys
import numpy as np
from vedette import geo

for _ in range(30):
    geo.ecef_from_geo(0.6, 0.7, np.zeros(5_000))
assert "numba" in sys.modules, "150,000 points one by one"
"""


def test_a_compiler_is_loaded_for_many_points_and_not_for_few() -> None:
    for script in (FEW_THEN_MANY, MANY):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
