"""Geodesy against pymap3d, an oracle written by other people."""

import math
from dataclasses import dataclass

import numpy as np
import pymap3d
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette import geo


@dataclass
class Place:
    lat_deg: float
    lon_deg: float
    hae_m: float


LATS = st.floats(-90.0, 90.0)
LONS = st.floats(-180.0, 180.0)
HEIGHTS = st.floats(-1_000.0, 50_000.0)


@settings(deadline=None)  # the first call compiles
@given(LATS, LONS, HEIGHTS)
def test_earth_centred_coordinates_agree_with_pymap3d(lat: float, lon: float, hae: float) -> None:
    ours = geo.ecef_from_geo(math.radians(lat), math.radians(lon), hae)
    assert ours == pytest.approx(pymap3d.geodetic2ecef(lat, lon, hae), abs=1e-7)


@settings(deadline=None)  # the first call compiles
@given(LATS, LONS, HEIGHTS)
def test_there_and_back_is_the_same_place(lat: float, lon: float, hae: float) -> None:
    ecef = geo.ecef_from_geo(math.radians(lat), math.radians(lon), hae)
    again = geo.ecef_from_geo(*geo.geo_from_ecef(*ecef))
    assert again == pytest.approx(ecef, abs=1e-7)
    assert geo.geo_from_ecef(*ecef)[2] == pytest.approx(hae, abs=1e-7)


@settings(deadline=None)  # the first call compiles
@given(
    st.floats(-89.0, 89.0),
    LONS,
    st.floats(-2.0, 2.0),
    st.floats(-2.0, 2.0),
    st.floats(-500.0, 20_000.0),
)
def test_site_frame_agrees_with_pymap3d(
    lat: float, lon: float, dlat: float, dlon: float, hae: float
) -> None:
    frame = geo.SiteFrame(Place(lat, lon, 188.0))
    point = (max(-90.0, min(90.0, lat + dlat)), lon + dlon, hae)
    enu = frame.enu_from_geo_deg(*point)
    assert enu == pytest.approx(pymap3d.geodetic2enu(*point, lat, lon, 188.0), abs=1e-6)
    back = frame.enu_from_geo(*frame.geo_from_enu(*enu))
    assert back == pytest.approx(enu, abs=1e-6)


def test_azimuth_elevation_range_agree_with_pymap3d_on_arrays() -> None:
    enu = np.random.default_rng(1).normal(scale=5_000.0, size=(3, 200))
    azimuth, elevation, slant = geo.aer_from_enu(*enu)
    expected = pymap3d.enu2aer(*enu)
    np.testing.assert_allclose(np.rad2deg(azimuth), expected[0], atol=1e-9)
    np.testing.assert_allclose(np.rad2deg(elevation), expected[1], atol=1e-9)
    np.testing.assert_allclose(slant, expected[2], atol=1e-7)
    np.testing.assert_allclose(geo.enu_from_aer(azimuth, elevation, slant), enu, atol=1e-7)


def test_scalars_give_floats_and_arrays_keep_their_shape() -> None:
    frame = geo.SiteFrame(Place(33.8, 42.4, 188.0))
    assert all(isinstance(c, float) for c in frame.enu_from_geo(0.59, 0.74, 100.0))
    east, _, up = frame.enu_from_geo_deg(np.full((2, 3), 33.9), 42.4, 188.0)
    assert east.shape == (2, 3)
    assert up[0, 0] == pytest.approx(-(11_091.0**2) / (2 * 6.371e6), rel=0.02)


def test_nan_stays_nan_and_no_points_give_no_points() -> None:
    frame = geo.SiteFrame(Place(33.8, 42.4, 188.0))
    assert all(math.isnan(c) for c in frame.enu_from_geo(math.nan, 0.7, 0.0))
    assert frame.geo_from_enu(np.zeros(0), np.zeros(0), np.zeros(0))[0].shape == (0,)
    assert geo.geo_from_ecef(np.zeros(0), np.zeros(0), np.zeros(0))[0].shape == (0,)


def test_the_origin_and_the_pole_have_an_azimuth() -> None:
    assert geo.aer_from_enu(0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)
    lat, lon, hae = geo.geo_from_ecef(0.0, 0.0, 6_356_752.314245)
    assert (lat, lon, hae) == pytest.approx((math.pi / 2, 0.0, 0.0), abs=1e-6)
