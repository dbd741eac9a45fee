"""How a track came to be where it is, as the plots draw it."""

import pytest
from server_world import T0_NS, make_picture, make_site

from vedette.server import Hub
from vedette.server.courses import course
from vedette.server.history import History


class Silent:
    """A service that is only looked at."""

    def now_ns(self):
        return T0_NS


def test_the_course_of_a_track_tells_its_range_and_threats_and_what_is_not_known():
    site = make_site()
    hub = Hub(site, Silent())
    for second in range(5):
        picture = make_picture(2, T0_NS + second * 1_000_000_000)
        picture.tracks.height_observed[:2] = [1, 0]
        if second == 2:
            picture.threats = []
        hub.publish(picture)
    told = course(hub, 1)
    assert told is not None
    assert told.t_us == [(T0_NS + second * 1_000_000_000) // 1000 for second in range(5)]
    assert told.up_m == [120.0] * 5
    assert told.sigma_up_m == [3.0] * 5
    tower = next(asset for asset in told.assets if asset.asset == "tower")
    threat = next(t for t in make_picture(2).threats if t.track_id == 1 and t.asset_id == "tower")
    assert tower.reach_prob[1] == pytest.approx(threat.reach_prob, abs=1e-3)
    assert tower.reach_prob[2] is None  # nobody said so then: the places still say how far
    assert tower.range_m[2] == pytest.approx(100.0, abs=0.5)
    assert tower.closing_mps[2] == pytest.approx(45.0, abs=0.1)
    other = course(hub, 2)
    assert other is not None
    assert other.sigma_up_m == [None] * 5
    assert course(hub, 99) is None


def test_the_history_keeps_no_more_threats_than_it_may(monkeypatch):
    monkeypatch.setattr("vedette.server.history.THREATS_MAX", 3)
    history = History(60.0, {"tower": 0, "apron": 1})
    history.keep(make_picture(50))
    assert history.snapshots[0].threat_asset.size == 3
