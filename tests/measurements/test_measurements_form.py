"""Reports into batches: places, sigmas, and everything that is refused."""

import math

import msgspec
import numpy as np
import pymap3d
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette import measurements
from vedette.base.constants import AIR_M_PER_NS
from vedette.config.site import Coverage, Limits, Receiver, Reference, Sensor, Site
from vedette.model.measurements import MeasurementKind
from vedette.model.reports import (
    ArrivalReport,
    Claims,
    Plot,
    PositionReport,
    SensorStatus,
    SitePositionReport,
)

NOW = 1_641_254_400_000_000_000
PLACE = {"lat_deg": 33.8, "lon_deg": 42.4, "hae_m": 190.0}


def _site(**limits: float) -> Site:
    return Site(
        schema=1,
        name="test",
        reference=Reference(**PLACE),
        sensors=[
            Sensor(id="radar", kind="radar_3d", azimuth_offset_deg=2.0, **PLACE),
            Sensor(id="adsb", kind="adsb", **PLACE),
            Sensor(id="far", kind="radar_2d", lat_deg=34.3, lon_deg=42.9, hae_m=300.0),
            Sensor(
                id="mlat",
                kind="tdoa",
                receivers=[
                    Receiver(id=name, lat_deg=33.8 + north, lon_deg=42.4 + east, hae_m=200.0)
                    for name, north, east in (("a", 0.0, 0.0), ("b", 0.5, 0.0), ("c", 0.0, 0.5))
                ],
                **PLACE,
            ),
        ],
        limits=Limits(**limits),  # type: ignore[arg-type]
    )


def _form(*reports: object, site: Site | None = None) -> tuple:
    site = site or _site()
    models = measurements.sensor_models(site)
    return measurements.form(site, models, reports, NOW)  # type: ignore[arg-type]


def _plot(**values: object) -> Plot:
    base = {"sensor": "radar", "t_meas_ns": NOW, "t_recv_ns": NOW, "range_m": 5_000.0}
    return Plot(**{**base, "azimuth_rad": 1.0, **values})  # type: ignore[arg-type]


def test_a_plot_stays_polar_with_the_site_s_sigmas_and_its_mounting_offset() -> None:
    (batch,), refusals = _form(_plot(elevation_rad=0.1))
    assert not refusals
    assert batch.kind is MeasurementKind.POLAR
    assert batch.z[0, 1] == pytest.approx(1.0 + math.radians(2.0))
    assert batch.sigma[0, :3] == pytest.approx([30.0, math.radians(0.3), math.radians(0.5)])
    assert math.isnan(batch.z[0, 3])
    assert math.isnan(batch.sigma[0, 3])


def test_a_position_report_lies_where_pymap3d_puts_it() -> None:
    report = PositionReport(
        sensor="adsb", t_meas_ns=NOW, t_recv_ns=NOW, lat_rad=math.radians(34.1),
        lon_rad=math.radians(42.1), hae_m=3_000.0, v_east_mps=100.0, v_north_mps=-50.0,
        claims=Claims(icao24="a1b2c3"),
    )  # fmt: skip
    (batch,), _ = _form(report)
    expected = pymap3d.geodetic2enu(34.1, 42.1, 3_000.0, 33.8, 42.4, 190.0)
    assert batch.z[0, :3] == pytest.approx(expected, abs=1e-6)
    assert batch.velocity_enu_mps[0, :2] == pytest.approx([100.0, -50.0], abs=0.5)
    assert batch.identity_key[0] & 0xFFFFFF == 0xA1B2C3


def test_pressure_height_is_wide_and_no_height_is_no_height() -> None:
    base = {"sensor": "adsb", "t_meas_ns": NOW, "t_recv_ns": NOW, "lat_rad": 0.59, "lon_rad": 0.74}
    (batch,), _ = _form(
        PositionReport(**base, height_baro_m=2_000.0),  # type: ignore[arg-type]
        PositionReport(**base),  # type: ignore[arg-type]
    )
    assert batch.sigma[0, 2] >= 100.0
    assert math.isnan(batch.z[1, 2])
    assert batch.sigma[1, 0] >= batch.sigma[0, 0]


def test_a_mode_c_height_comes_down_with_the_curved_earth() -> None:
    site = _site()
    reach = msgspec.structs.replace(site.sensors[0], coverage=Coverage(range_max_m=120_000.0))
    site = msgspec.structs.replace(site, sensors=[reach, *site.sensors[1:]])
    (batch,), _ = _form(_plot(range_m=100_000.0, height_baro_m=10_000.0), site=site)
    fall = 100_000.0**2 / (2 * 6.371e6)
    assert batch.height_m[0] == pytest.approx(10_000.0 - 190.0 - fall, abs=1.0)


def test_a_distant_sensor_has_its_own_vertical() -> None:
    model = measurements.sensor_models(_site())[2]
    up = model.enu_from_sensor[:, 2]
    distance = math.hypot(*model.position_enu_m[:2])
    assert math.acos(up[2]) == pytest.approx(distance / 6.371e6, rel=0.01)
    assert model.enu_from_sensor.T @ model.enu_from_sensor == pytest.approx(np.eye(3), abs=1e-12)


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (_plot(sensor="nobody"), "unknown sensor"),
        (_plot(range_m=math.nan), "not a number"),
        (_plot(range_m=math.inf), "not a number"),
        (_plot(azimuth_rad=-math.inf), "not a number"),
        (_plot(range_m=-5.0), "out of range"),
        (_plot(range_m=1e12), "out of range"),
        (_plot(elevation_rad=2.0), "out of range"),
        (_plot(range_rate_mps=1e6), "out of range"),
        (_plot(range_sigma_m=-1.0), "impossible sigma"),
        (_plot(azimuth_sigma_rad=math.nan), "impossible sigma"),
        (_plot(range_sigma_m=0.0), "impossible sigma"),
        (_plot(range_m=None, azimuth_rad=None), "no measurement"),
        (_plot(azimuth_rad=None, elevation_rad=0.1), "no measurement"),
        (_plot(t_meas_ns=NOW - 11 * 10**9), "too old"),
        (_plot(t_meas_ns=NOW + 3 * 10**9), "ahead of time"),
        (_plot(t_meas_ns=-(10**30)), "too old"),
        (
            SitePositionReport(
                sensor="radar", t_meas_ns=NOW, t_recv_ns=NOW, east_m=1e9, north_m=0.0
            ),
            "out of range",
        ),
        (
            PositionReport(
                sensor="adsb", t_meas_ns=NOW, t_recv_ns=NOW, lat_rad=-0.59, lon_rad=-2.4
            ),
            "out of range",
        ),
    ],
)
def test_the_impossible_is_refused_by_name(report: Plot, reason: str) -> None:
    batches, refusals = _form(report)
    assert not batches
    assert [r.reason for r in refusals] == [reason]


def test_a_refused_report_leaves_the_others() -> None:
    (batch,), refusals = _form(_plot(), _plot(range_m=math.nan), _plot(azimuth_rad=2.0))
    assert list(batch.report_index) == [0, 2]
    assert len(refusals) == 1


def test_more_reports_than_the_limit_are_refused() -> None:
    (batch,), refusals = _form(*[_plot()] * 20, site=_site(reports_per_step_max=16))
    assert len(batch.t_meas_ns) == 16
    assert {r.reason for r in refusals} == {"too many reports"}


def test_batches_are_in_order_of_time_and_statuses_are_no_measurements() -> None:
    status = SensorStatus(sensor="radar", t_meas_ns=NOW, t_recv_ns=NOW, kind="north")
    (batch,), refusals = _form(status, _plot(t_meas_ns=NOW), _plot(t_meas_ns=NOW - 1))
    assert list(batch.report_index) == [2, 1]
    assert not refusals


NUMBER = st.one_of(st.none(), st.floats())


@given(NUMBER, NUMBER, NUMBER, NUMBER, NUMBER)
def test_whatever_is_stated_the_tracker_gets_finite_numbers(
    range_m: float, azimuth: float, elevation: float, rate: float, sigma: float
) -> None:
    batches, refusals = _form(
        _plot(
            range_m=range_m,
            azimuth_rad=azimuth,
            elevation_rad=elevation,
            range_rate_mps=rate,
            range_sigma_m=sigma,
        )
    )
    assert len(batches) + len(refusals) == 1
    for batch in batches:
        assert not np.isinf(batch.z).any()
        assert (batch.sigma[~np.isnan(batch.z)] > 0).all()


def _message(**values: object) -> ArrivalReport:
    arrivals_ns = {"c": NOW + 5_000, "a": NOW, "b": NOW + 90_000}
    base = {"sensor": "mlat", "t_meas_ns": NOW, "t_recv_ns": NOW, "arrivals_ns": arrivals_ns}
    return ArrivalReport(**{**base, **values})  # type: ignore[arg-type]


def test_arrivals_become_lengths_in_the_order_of_the_site_s_receivers() -> None:
    (batch,), refusals = _form(_message(height_baro_m=5_190.0), _message(arrivals_sigma_ns=50.0))
    assert not refusals
    assert batch.kind is MeasurementKind.TDOA
    assert batch.z[0] == pytest.approx(np.array([0.0, 90_000.0, 5_000.0]) * AIR_M_PER_NS)
    assert batch.sigma[:, 0] == pytest.approx([30.0, 50.0 * AIR_M_PER_NS])
    assert batch.height_m[0] == pytest.approx(5_000.0)
    assert math.isnan(batch.height_m[1])


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"arrivals_ns": {"a": 1, "b": 2, "d": 3}}, "unknown receiver"),
        ({"arrivals_ns": {"a": 1, "b": 2}}, "no measurement"),
        ({"arrivals_ns": {"a": 1, "b": 2, "c": 1_000_000}}, "out of range"),
        ({"arrivals_sigma_ns": 0.0}, "impossible sigma"),
        ({"arrivals_sigma_ns": -1.0}, "impossible sigma"),
        ({"height_baro_m": math.nan}, "not a number"),
        ({"sensor": "radar"}, "unknown receiver"),
    ],
)
def test_impossible_arrivals_are_refused_by_name(values: dict[str, object], reason: str) -> None:
    batches, (refusal,) = _form(_message(**values))
    assert batches == []
    assert refusal.reason == reason


def _site_position(**values: float) -> SitePositionReport:
    base: dict = {"sensor": "radar", "t_meas_ns": NOW, "t_recv_ns": NOW, "up_m": 1_000.0}
    return SitePositionReport(**{**base, "east_m": 0.0, "north_m": 0.0, **values})


@pytest.mark.parametrize(
    "report",
    [
        _site_position(east_m=1e6, north_m=1e6, up_m=1e6),
        _site_position(east_m=75_400.0),
        _site_position(up_m=80_000.0),
        _plot(range_m=75_200.0),
        PositionReport(
            sensor="radar",
            t_meas_ns=NOW,
            t_recv_ns=NOW,
            lat_rad=math.radians(35.0),
            lon_rad=math.radians(42.4),
        ),
    ],
)
def test_what_is_far_outside_its_sensor_s_coverage_is_refused_by_name(report: object) -> None:
    batches, (refusal,) = _form(report)
    assert not batches
    assert refusal.reason == "outside coverage"
    assert refusal.detail.endswith("range_max_m is 50000")


@pytest.mark.parametrize(
    "report",
    [
        _site_position(east_m=74_900.0),
        _site_position(east_m=76_000.0, east_sigma_m=400.0, north_sigma_m=400.0),
        _plot(range_m=74_900.0),
        PositionReport(  # a receiver hears as far as others send
            sensor="adsb",
            t_meas_ns=NOW,
            t_recv_ns=NOW,
            lat_rad=math.radians(36.0),
            lon_rad=math.radians(42.4),
        ),
    ],
)
def test_what_a_sensor_may_just_see_or_only_hears_is_taken(report: object) -> None:
    batches, refusals = _form(report)
    assert len(batches) == 1
    assert not refusals
