"""A neighbour's tracks: used where nobody of ours looks, and nothing where we see ourselves."""

import math

import msgspec
import numpy as np
import pytest

from vedette import codecs, pipeline
from vedette.codecs.asterix import encode_record_blocks
from vedette.codecs.asterix.cat062 import Cat062
from vedette.codecs.asterix.from_tracks import cat062_of, t_day_s
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.geo import SiteFrame
from vedette.model.arrivals import Arrival
from vedette.model.reports import Plot
from vedette.outputs.told import first_hand, tell_tracks
from vedette.tracking import neighbours

NS = 1_000_000_000
T0 = 1_641_267_600 * NS
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
CENTRE = Sensor(
    id="centre", kind="position", neighbour=True, sac=25, sic=99, horizontal_sigma_m=30.0,
    scan_period_s=1.0, clutter_per_scan=0.1, **HOME,
)  # fmt: skip
RADAR = Sensor(
    id="radar", kind="radar_3d", range_sigma_m=15.0, azimuth_sigma_deg=0.2, scan_period_s=1.0,
    clutter_per_scan=1.0, **HOME,
)  # fmt: skip
FEED = Feed(id="link", kind="asterix_udp", port=8600)
SITE = Site(
    schema=1, name="ours", mode="SIMULATED", reference=Reference(**HOME), sensors=[RADAR, CENTRE],
    feeds=[FEED],
)  # fmt: skip
FRAME = SiteFrame(SITE.reference)


class Watch:
    """Our own centre, stepped once a second."""

    def __init__(self, site=SITE):
        self.site, self.line = site, pipeline.assemble(site)
        self.state, self.now_ns, self.events = pipeline.start(self.line), T0, []
        self.picture = None

    def step(self, plots=(), link=b""):
        """Take in plots of our radar and octets from the neighbour."""
        self.now_ns += NS
        arrivals = [Arrival(feed="link", t_recv_ns=self.now_ns, data=link)] if link else []
        reports = [*plots, *codecs.decode(self.state.decoders, arrivals)]
        inputs = pipeline.Inputs(arrivals)
        self.state, self.picture = pipeline.advance(
            self.line, self.state, reports, inputs, self.now_ns
        )
        self.events += self.picture.events
        return self.picture

    def told(self):
        return tell_tracks(self.picture, self.site, FRAME)

    def everything(self):
        """Give all that is known of the tracks, to the last bit."""
        table = self.state.tracking.table
        n = table.count
        columns = ("track_id", "state_enu", "cov_enu", "existence_prob", "status", "updated_ns")
        records = [
            (r.identity, r.object_class, r.label, r.ledger)
            for r in self.state.identity.records.values()
        ]
        return [getattr(table, name)[:n].copy() for name in columns], records


def same(one, other):
    return one[1] == other[1] and all(
        np.array_equal(a, b) for a, b in zip(one[0], other[0], strict=True)
    )


def where(second, start=(-8000.0, 4000.0, 400.0), speed=(40.0, 0.0, 0.0)):
    return np.array(start) + np.array(speed) * second


def plot(rng, place, t_ns):
    """Measure a place with our radar."""
    east, north, up = place
    reach = math.hypot(east, north, up)
    return Plot(
        sensor="radar", t_meas_ns=t_ns, t_recv_ns=t_ns,
        range_m=reach + 15.0 * rng.standard_normal(),
        azimuth_rad=(math.atan2(east, north) + math.radians(0.2) * rng.standard_normal())
        % (2 * math.pi),
        elevation_rad=math.asin(up / reach) + math.radians(0.5) * rng.standard_normal(),
    )  # fmt: skip


def theirs(place, t_ns, number=1, speed=(40.0, 0.0), callsign=None, sigma_m=30.0):
    """Say a place as the neighbour's track."""
    lat_rad, lon_rad, hae_m = FRAME.geo_from_enu(*place)
    record = Cat062(
        sac=25, sic=99, service=1, t_day_s=t_day_s(t_ns), lat_rad=lat_rad, lon_rad=lon_rad,
        hae_m=hae_m, v_east_mps=speed[0], v_north_mps=speed[1], track_number=number,
        callsign_kind=0 if callsign else None, callsign=callsign, x_sigma_m=sigma_m,
        y_sigma_m=sigma_m, hae_sigma_m=20.0, tentative=False, simulated=False, last_message=False,
    )  # fmt: skip
    return encode_record_blocks([record])[0]


def echo(told):
    """Say our own tracks back as the neighbour's, marks taken off."""
    bare = {"sac": 25, "sic": 99, "simulated": False, "coasted": None, "last_message": False}
    records = [cat062_of(track, track.track_id, 1, 1) for track in told]
    changed = [msgspec.structs.replace(r, **bare, first_message=False) for r in records]
    return b"".join(encode_record_blocks(changed)) if changed else b""


def test_our_own_tracks_sent_out_and_received_back_change_nothing():
    rng, rng2 = np.random.default_rng(3), np.random.default_rng(3)
    ours, alone = Watch(), Watch()
    back = b""
    held = 0
    for second in range(90):
        is_seen = second < 50  # afterwards our radar has lost it, and the track coasts to its end
        t_ns = T0 + (second + 1) * NS
        heard = [[plot(r, where(second), t_ns)] if is_seen else [] for r in (rng, rng2)]
        ours.step(heard[0], back)
        alone.step(heard[1])
        assert same(ours.everything(), alone.everything()), second
        told = first_hand(ours.told())
        held += bool(told)
        back = echo(told)
    assert held > 50
    assert alone.state.tracking.table.count == 0  # it has ended, and the echo did not keep it


def test_a_neighbour_alone_gives_a_track_that_knows_how_wrong_it_may_be():
    rng = np.random.default_rng(5)
    nees, started = [], []
    for _ in range(20):
        watch, error = Watch(), 30.0 * rng.standard_normal(2)
        for second in range(60):
            # The error of a tracking filter lasts for seconds: a first-order process.
            keep = math.exp(-1.0 / 5.0)
            error = keep * error + 30.0 * math.sqrt(1.0 - keep**2) * rng.standard_normal(2)
            place = where(second + 1) + np.array([*error, 0.0])
            watch.step(link=theirs(place, watch.now_ns + NS))
            table = watch.state.tracking.table
            if table.count and len(started) == len(nees) // 40:
                started.append(second)
            if second >= 20:
                assert table.count == 1
                off = table.state_enu[0, :2] - where(second + 1)[:2]
                nees.append(off @ np.linalg.solve(table.cov_enu[0, :2, :2], off))
    assert max(started) <= 8
    assert np.mean(nees) < 3.0  # two on average were it exactly right; not sure of itself
    assert tell_tracks(watch.picture, SITE, FRAME)[0].is_second_hand
    assert first_hand(watch.told()) == []


@pytest.mark.parametrize("bias_m", [0.0, 120.0])
def test_what_we_see_ourselves_gains_nothing_from_a_neighbour_and_is_not_doubled(bias_m):
    rng, rng2 = np.random.default_rng(7), np.random.default_rng(7)
    noise = np.random.default_rng(8)
    ours, alone = Watch(), Watch()
    compared = 0
    for second in range(60):
        t_ns = T0 + (second + 1) * NS
        place = where(second)
        link = b""
        if alone.state.tracking.table.count:  # before, both of us are only beginning
            off = 20.0 * noise.standard_normal(3) + np.array([bias_m, 0.0, 0.0])
            link = theirs(place + off, t_ns, callsign="VDT9")
            compared += 1
        ours.step([plot(rng, place, t_ns)], link)
        alone.step([plot(rng2, place, t_ns)])
        assert same(ours.everything(), alone.everything()), second
    assert compared > 40
    (record,) = ours.state.identity.records.values()
    assert record.label == ""


def test_where_ours_lose_it_the_neighbour_keeps_the_track_and_its_number():
    rng, noise = np.random.default_rng(9), np.random.default_rng(10)
    watch = Watch()
    numbers = []
    for second in range(80):
        t_ns = T0 + (second + 1) * NS
        # From second 32 on, behind the hill, it turns north.
        east = where(min(second, 32))
        place = east + np.array([0.0, 40.0 * max(second - 32, 0), 0.0])
        speed = (40.0, 0.0) if second <= 32 else (0.0, 40.0)
        plots = [plot(rng, place, t_ns)] if second < 30 else []
        off = 15.0 * noise.standard_normal(3)
        watch.step(plots, theirs(place + off, t_ns, speed=speed) if second > 10 else b"")
        table = watch.state.tracking.table
        numbers.append(table.track_id[: table.count].tolist())
    assert numbers[20] == numbers[79] and len(numbers[79]) == 1
    assert np.hypot(*(table.state_enu[0, :2] - place[:2])) < 100.0
    assert watch.told()[0].is_second_hand


def test_what_only_the_neighbour_sees_some_way_from_what_we_see_is_a_track_of_its_own():
    rng = np.random.default_rng(11)
    watch = Watch()
    for second in range(60):
        t_ns = T0 + (second + 1) * NS
        place = where(second)
        beside = place + np.array([0.0, 900.0, 0.0])
        link = theirs(place, t_ns, 1) + theirs(beside, t_ns, 2) if second > 10 else b""
        watch.step([plot(rng, place, t_ns)], link)
    told = watch.told()
    assert [track.is_second_hand for track in told] == [False, True]


def test_tracks_of_a_sensor_that_is_no_neighbour_are_refused_with_what_to_do():
    sensors = [RADAR, msgspec.structs.replace(CENTRE, neighbour=False)]
    watch = Watch(msgspec.structs.replace(SITE, sensors=sensors))
    watch.step(link=theirs(where(0), T0 + NS))
    (refused,) = [e for e in watch.events if type(e).__name__ == "InputRefused"]
    assert refused.source == "centre" and "set neighbour = true" in refused.detail


def test_held_against_each_other_in_parts_gives_what_the_whole_gives(monkeypatch):
    seen = []
    for pairs in (neighbours.PAIRS_MAX, 1):
        monkeypatch.setattr(neighbours, "PAIRS_MAX", pairs)
        rng, watch = np.random.default_rng(3), Watch()
        for second in range(20):
            t_ns, place = T0 + (second + 1) * NS, where(second)
            away = place + np.array([0.0, 4_000.0, 0.0])
            link = theirs(place, t_ns) + theirs(away, t_ns, number=2)
            watch.step([plot(rng, place, t_ns)], link)
        assert watch.state.tracking.table.count == 2
        seen.append(watch.everything())
    assert same(*seen)
