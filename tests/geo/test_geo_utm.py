"""UTM against PROJ's figures, and there and back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.geo.utm import Utm, convergence, geo_from_utm, utm_from_geo

# lat_deg, lon_deg, zone, north, easting_m, northing_m, convergence_deg: pyproj 3.7 (PROJ 9.5),
# proj=utm, ellps=WGS84, of the place's own zone.
PROJ = [
    (33.7856, 42.4412, 38, True, 263078.0683, 3741327.2459, -1.423578),
    (51.178882, -1.826215, 30, True, 582045.6901, 5670372.3596, 0.914555),
    (-33.86, 151.21, 56, False, 334416.394, 6251925.3604, 0.997553),
    (0.0, 3.0, 31, True, 500000.0, 0.0, 0.0),
    (83.9, -179.9, 1, True, 465609.1687, 9317795.7533, -2.883608),
    (-79.5, 0.01, 31, False, 439196.638, 1172660.6337, 2.940021),
    (45.0, 8.999999, 32, True, 499999.9212, 4982950.4002, -1e-06),
    (33.9, 44.9, 38, True, 490754.4077, 3751072.7662, -0.055775),
]


@pytest.mark.parametrize(("lat", "lon", "zone", "north", "easting", "northing", "turn"), PROJ)
def test_a_place_is_where_another_program_puts_it(lat, lon, zone, north, easting, northing, turn):
    found = utm_from_geo(math.radians(lat), math.radians(lon))
    assert (found.zone, found.is_north) == (zone, north)
    assert found.easting_m == pytest.approx(easting, abs=1e-3)
    assert found.northing_m == pytest.approx(northing, abs=1e-3)
    back = geo_from_utm(Utm(zone, north, easting, northing))
    assert [math.degrees(angle) for angle in back] == pytest.approx([lat, lon], abs=5e-9)
    assert math.degrees(convergence(math.radians(lat), math.radians(lon))) == pytest.approx(
        turn, abs=1e-3
    )


@given(st.floats(-84.0, 84.0), st.floats(-180.0, 179.999), st.integers(-1, 1))
def test_there_and_back_is_the_same_place_even_in_a_neighbours_zone(lat, lon, aside):
    own = utm_from_geo(math.radians(lat), math.radians(lon))
    zone = (own.zone - 1 + aside) % 60 + 1
    again = geo_from_utm(utm_from_geo(math.radians(lat), math.radians(lon), zone))
    assert math.degrees(again[0]) == pytest.approx(lat, abs=1e-9)
    assert math.remainder(math.degrees(again[1]) - lon, 360.0) == pytest.approx(0.0, abs=1e-8)
