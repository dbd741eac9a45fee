"""A receiver whose clock is off is named on its health line, and its times are not believed."""

import math

import pytest

from vedette import pipeline
from vedette.codecs import remote_id
from vedette.config.load import load_site
from vedette.model.arrivals import Arrival
from vedette.model.enums import SourceHealth

NS = 1_000_000_000
T0_NS = 1_641_254_400 * NS
ADDRESS = bytes.fromhex("c0ffee000001")


def fly(repository, error_s, seconds=12):
    """Hear a drone once a second through a receiver whose clock is error_s ahead of ours."""
    site = load_site(repository / "scenarios" / "sites" / "remote_id.toml")
    line = pipeline.assemble(site)
    state, events = pipeline.start(line), []
    for second in range(seconds):
        heard_ns = T0_NS + second * NS
        location = remote_id.Location(
            status=2, direction_deg=90, speed_mps=10.0, climb_mps=0.0, lat_deg=52.405,
            lon_deg=5.2 + second * 1.47e-4, hae_m=120.0, tenths=second * 10,
        )  # fmt: skip
        basic = remote_id.BasicId(id_type=1, ua_type=2, uas_id=b"1581F4CLOCK")
        pack = remote_id.encode_pack([remote_id.encode(basic), remote_id.encode(location)])
        frame = remote_id.beacon(ADDRESS, second, pack)
        data = remote_id.wrap(105, frame, heard_ns + round(error_s * NS))
        now_ns = heard_ns + NS // 5
        arrival = Arrival(feed="remote_id_feed", t_recv_ns=now_ns, data=data)
        state, picture = pipeline.step(line, state, pipeline.Inputs([arrival]), now_ns)
        events += picture.events
    return state, picture, events


@pytest.mark.parametrize(
    ("error_s", "words"),
    [
        (-5.0, "its clock is 5.2 s behind ours: its times are not believed"),
        (5.0, "its clock is 4.8 s ahead of ours: its times are not believed"),
    ],
)
def test_a_receiver_five_seconds_off_is_named_and_its_track_is_where_the_drone_is(
    repository, error_s, words
):
    state, picture, events = fly(repository, error_s)
    source = state.health.sources["remote_id"]
    assert (source.health, source.reason) == (SourceHealth.DEGRADED, words)
    assert source.clock_offset_s == pytest.approx(0.2 - error_s)
    told = [e for e in events if type(e).__name__ == "SourceHealthChanged"]
    assert told[-1].source == "remote_id" and told[-1].reason == words
    table = picture.tracks
    assert table.count == 1
    east_m = 11 * 1.47e-4 * math.radians(1.0) * 6.378e6 * math.cos(math.radians(52.4))
    assert table.state_enu[0, 0] == pytest.approx(east_m, abs=20.0)  # not 50 m ahead or behind


def test_a_receiver_whose_clock_is_right_is_healthy_and_shows_its_offset(repository):
    state, _, _ = fly(repository, 0.0)
    source = state.health.sources["remote_id"]
    assert source.health is SourceHealth.OK
    assert source.clock_offset_s == pytest.approx(0.2)
