"""Merge, split and decorrelate through the whole pipeline: the tracker obeys, so does all after."""

import math

import numpy as np

from vedette import pipeline
from vedette.config.site import Asset, Reference, Sensor, Site, Zone
from vedette.geo import SiteFrame
from vedette.model.commands import CorrelateSource, DecorrelateSource, MergeTracks
from vedette.model.enums import Role
from vedette.model.events import SourceDecorrelated, TracksJoined, TracksMerged
from vedette.model.reports import Claims, Plot, PositionReport
from vedette.record.digests import digest
from vedette.record.state import decode_state, encode_state, unfaithful

NS = 1_000_000_000
T0 = 1_641_267_600 * NS
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
RADAR = Sensor(id="radar", kind="radar_3d", range_sigma_m=15.0, azimuth_sigma_deg=0.2, **HOME)
ADSB = Sensor(id="adsb", kind="adsb", horizontal_sigma_m=30.0, **HOME)
SITE = Site(
    schema=1, name="ours", mode="SIMULATED", reference=Reference(**HOME), sensors=[RADAR, ADSB],
    assets=[Asset(id="gate", name="Gate", lat_deg=33.8, lon_deg=42.44)],
    zones=[Zone(id="gate", name="Gate", asset="gate", possible_s=600.0, imminent_s=300.0)],
)  # fmt: skip
FRAME = SiteFrame(SITE.reference)


class Watch:
    """Our centre, stepped once a second, over places in metres east, north, up."""

    def __init__(self):
        self.line = pipeline.assemble(SITE)
        self.state, self.second, self.rng = pipeline.start(self.line), 0, np.random.default_rng(5)
        self.events, self.digests = [], []

    def now_ns(self):
        return T0 + self.second * NS

    def step(self, *commands, radar=(), adsb=()):
        self.second += 1
        reports = [self.plot(place) for place in radar] + [self.claim(*one) for one in adsb]
        inputs = pipeline.Inputs((), list(commands))
        self.state, self.picture = pipeline.advance(
            self.line, self.state, reports, inputs, self.now_ns()
        )
        self.events += self.picture.events
        self.digests.append(digest(self.picture))

    def plot(self, place):
        east, north, up = place
        reach = math.hypot(east, north, up)
        azimuth = math.atan2(east, north) + math.radians(0.2) * self.rng.standard_normal()
        return Plot(
            sensor="radar", t_meas_ns=self.now_ns(), t_recv_ns=self.now_ns(),
            range_m=reach + 15.0 * self.rng.standard_normal(), azimuth_rad=azimuth % (2 * math.pi),
            elevation_rad=math.asin(up / reach),
        )  # fmt: skip

    def claim(self, place, icao24):
        lat_rad, lon_rad, hae_m = FRAME.geo_from_enu(*place)
        return PositionReport(
            sensor="adsb", t_meas_ns=self.now_ns(), t_recv_ns=self.now_ns(), lat_rad=lat_rad,
            lon_rad=lon_rad, hae_m=hae_m, claims=Claims(icao24=icao24, callsign="GOOD1"),
        )  # fmt: skip

    def say(self, kind, **fields):
        return kind(
            command_id=f"c{self.second}", person="A. Watch", roles=(Role.OPERATOR,), session="s",
            t_recv_ns=self.now_ns(), reason="seen by eye", **fields,
        )  # fmt: skip

    def numbers(self):
        return list(self.picture.identities)


def where(second, start=(-20_000.0, 2_000.0, 900.0), speed=(60.0, 0.0, 0.0)):
    return tuple(np.array(start) + np.array(speed) * second)


def flown(take_back=False):
    """One object that a radar sees and that says who it is; a person says the words are not its."""
    watch = Watch()
    for second in range(120):
        place, acts = where(second), []
        if second == 40:
            (lead,) = watch.numbers()
            acts = [watch.say(DecorrelateSource, track_id=lead, source="adsb")]
        if take_back and second == 80:
            acts = [watch.say(CorrelateSource, track_id=watch.numbers()[0], source="adsb")]
        watch.step(*acts, radar=[place], adsb=[(place, "3c6444")])
        yield watch, second


def test_a_decorrelated_source_makes_a_track_of_its_own_and_never_moves_or_names_the_first():
    for watch, second in flown():
        if second == 39:
            (lead,) = watch.numbers()
            assert watch.picture.identities[lead].label == "GOOD1"
        if second == 40:
            assert any(isinstance(e, SourceDecorrelated) for e in watch.picture.events)
            assert watch.picture.identities[lead].label == ""
        if second > 60:  # and so it stays, a minute long, side by side
            first, second_track = watch.numbers()
            assert first == lead
            labels = [watch.picture.identities[n].label for n in (first, second_track)]
            assert labels == ["", "GOOD1"]
            table = watch.picture.tracks
            assert table.sensor_updated_ns[0].tolist()[1] < T0 + 43 * NS
            assert table.sensor_updated_ns[1].tolist()[0] == 0
    assert not any(isinstance(e, TracksMerged) for e in watch.events)


def test_taken_back_the_tracker_finds_them_to_be_one_again():
    for watch, second in flown(take_back=True):
        if second == 75:
            assert len(watch.numbers()) == 2
    assert len(watch.numbers()) == 1
    assert watch.picture.identities[watch.numbers()[0]].label == "GOOD1"


def test_two_merged_are_one_threat_one_row_and_stay_one():
    watch = Watch()
    for second in range(90):
        pair = [where(second), where(second, start=(-20_000.0, 2_900.0, 900.0))]
        acts = []
        if second == 30:
            one, other = watch.numbers()
            assert {t.track_id for t in watch.picture.threats} == {one, other}
            acts = [watch.say(MergeTracks, track_id=other, other_track_id=one)]
        watch.step(*acts, radar=pair)
        if second > 30:
            assert watch.numbers() == [other]
            assert watch.picture.tracks.track_id[: watch.picture.tracks.count].tolist() == [other]
            assert {t.track_id for t in watch.picture.threats} <= {other}
    assert sum(isinstance(e, TracksJoined) for e in watch.events) == 1


def test_what_people_said_is_done_again_to_the_bit_and_survives_a_restart():
    whole = [watch for watch, _ in flown(take_back=True)][-1]
    for watch, second in flown(take_back=True):
        if second == 60:
            assert unfaithful(watch.state, pipeline.State) == ""
            watch.state = decode_state(encode_state(watch.state), pipeline.State)
    assert watch.digests == whole.digests
