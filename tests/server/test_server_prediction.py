"""Where a track will be, as the display is told: as the filter's own model has it."""

import math

import numpy as np
import pytest
from server_world import SmallService, make_picture, make_site

from vedette.server import Hub
from vedette.server.detail import detail

VELOCITY_MPS = (30.0, 40.0, -1.0)


def predicted(cov_enu):
    site = make_site()
    hub = Hub(site, SmallService())
    picture = make_picture(1)
    picture.tracks.state_enu[0] = (1000.0, 2000.0, 300.0, *VELOCITY_MPS)
    picture.tracks.cov_enu[0] = cov_enu
    hub.publish(picture)
    return hub, detail(hub, int(picture.tracks.track_id[0]))["prediction"]


def test_a_track_is_carried_on_by_its_velocity():
    hub, places = predicted(np.eye(6))
    assert [place["in_s"] for place in places] == [30.0, 60.0, 120.0]
    lat_deg, lon_deg, _ = hub.frame.geo_deg_from_enu(1000.0 + 1800.0, 2000.0 + 2400.0, 240.0)
    assert places[1]["lat_deg"] == pytest.approx(lat_deg)
    assert places[1]["lon_deg"] == pytest.approx(lon_deg)


def test_its_ellipse_grows_with_the_doubt_of_its_velocity_and_lies_along_it():
    cov = np.diag([100.0, 100.0, 100.0, 0.0, 4.0, 1.0])
    _, places = predicted(cov)
    for place in places:
        north_m = math.sqrt(100.0 + place["in_s"] ** 2 * 4.0)
        assert place["semi_major_m"] == pytest.approx(2.4477 * north_m, rel=1e-3)
        assert place["semi_minor_m"] == pytest.approx(24.477, rel=1e-3)
        assert place["orientation_deg"] == pytest.approx(0.0, abs=1e-6)
    cov[0, 1] = cov[1, 0] = 99.0
    _, (place, *_) = predicted(np.diag([0, 0, 1.0, 0, 0, 1.0]) + np.pad(cov[:2, :2], (0, 4)))
    assert place["orientation_deg"] == pytest.approx(45.0)
