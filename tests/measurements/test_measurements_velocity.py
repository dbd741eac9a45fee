"""Stated velocities: east, north and up where the aircraft is are not those of the site."""

import math

import numpy as np
import pymap3d
import pytest

from vedette import measurements
from vedette.config.site import Reference, Sensor, Site
from vedette.model.reports import PositionReport

NOW = 1_641_254_400_000_000_000
PLACE = {"lat_deg": 59.74, "lon_deg": 30.3, "hae_m": 30.0}
FAR_DEG = (60.1, 37.0)  # 370 km away: the plumb line leans 3.3 degrees, north turns 5.8


def _velocity_mps(**stated: float) -> tuple[np.ndarray, float]:
    site = Site(
        schema=1,
        name="test",
        reference=Reference(**PLACE),
        sensors=[Sensor(id="adsb", kind="adsb", **PLACE)],
    )
    lat_rad, lon_rad = map(math.radians, FAR_DEG)
    report = PositionReport(
        sensor="adsb", t_meas_ns=NOW, t_recv_ns=NOW, lat_rad=lat_rad, lon_rad=lon_rad,
        hae_m=10_000.0, **stated,
    )  # fmt: skip
    (batch,), _ = measurements.form(site, measurements.sensor_models(site), [report], NOW)
    return batch.velocity_enu_mps[0], float(batch.velocity_sigma_mps[0])


def test_level_flight_far_away_sinks_and_turns_as_seen_from_the_site() -> None:
    found, _ = _velocity_mps(v_east_mps=250.0, v_north_mps=40.0, v_up_mps=0.0)
    ecef = pymap3d.enu2uvw(250.0, 40.0, 0.0, *FAR_DEG)
    expected = pymap3d.uvw2enu(*ecef, PLACE["lat_deg"], PLACE["lon_deg"])
    assert found == pytest.approx(expected, abs=1e-9)
    assert found[2] < -14.0


def test_a_velocity_without_climb_is_turned_too_and_stays_without_climb() -> None:
    found, _ = _velocity_mps(v_east_mps=250.0, v_north_mps=40.0)
    whole, _ = _velocity_mps(v_east_mps=250.0, v_north_mps=40.0, v_up_mps=0.0)
    assert found[:2] == pytest.approx(whole[:2], abs=1e-9)
    assert math.isnan(found[2])


def test_a_climb_alone_says_little_where_the_plumb_line_leans() -> None:
    found, sigma = _velocity_mps(v_up_mps=5.0)
    assert math.isnan(found[0])
    assert math.isnan(found[1])
    assert found[2] == pytest.approx(5.0, abs=0.1)
    assert sigma > 10.0
