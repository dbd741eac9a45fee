"""What people say of tracks: two are one, a source is not of one; it sticks, and is taken back."""

import numpy as np
import pytest

from vedette import correlation
from vedette.config.site import Reference, Sensor, Site
from vedette.model.commands import CorrelateSource, DecorrelateSource, MergeTracks, SplitTracks
from vedette.model.enums import Identity, Role, TrackStatus
from vedette.model.events import (
    CommandRefused,
    SourceCorrelated,
    SourceDecorrelated,
    TrackCoasting,
    TrackLost,
    TracksJoined,
    TracksMerged,
    TracksParted,
)
from vedette.model.picture import IdentityRecord
from vedette.model.tracks import Links, empty_links, empty_tracks

NS = 1_000_000_000
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
SITE = Site(
    schema=1, name="ours", reference=Reference(**HOME),
    sensors=[Sensor(id=name, kind="radar_3d", **HOME) for name in ("north", "south", "adsb")],
)  # fmt: skip
WATCH = (Role.OPERATOR,)


class Sky:
    """A tracker's table by hand: number -> (east_m, north_m, coasting)."""

    def __init__(self, **places):
        self.state = correlation.start(SITE)
        self.places = {int(k[1:]): v for k, v in places.items()}
        self.records = {n: IdentityRecord(track_id=n) for n in self.places}
        self.seen = {n: [5 * NS, 5 * NS, 0] for n in self.places}
        self.now_ns, self.count = 10 * NS, 0

    def table(self):
        table = empty_tracks(16, 3)
        for row, (n, place) in enumerate(sorted(self.places.items())):
            table.track_id[row], table.state_enu[row, :2] = n, place[:2]
            table.status[row] = TrackStatus.COASTING if place[2:] else TrackStatus.CONFIRMED
            table.sensor_updated_ns[row] = self.seen[n]
            table.started_ns[row], table.updated_ns[row] = n * NS, 5 * NS
        table.count, table.t_ns = len(self.places), self.now_ns
        return table

    def step(self, *commands, events=(), links=None):
        self.now_ns += NS
        table, links, told = correlation.advance(
            self.state, self.table(), links or empty_links(), list(events), self.records,
            commands, self.now_ns,
        )  # fmt: skip
        self.shown, self.links = table, links
        return told

    def numbers(self):
        return self.shown.track_id[: self.shown.count].tolist()

    def say(self, kind, roles=WATCH, reason="one drone, seen by eye", **fields):
        self.count += 1
        return kind(
            command_id=f"c{self.count}", person="A. Watch", roles=roles, session="s",
            t_recv_ns=self.now_ns, reason=reason, **fields,
        )  # fmt: skip

    def merge(self, lead, other, **more):
        return self.step(self.say(MergeTracks, track_id=lead, other_track_id=other, **more))


def refusal(events):
    (event,) = events
    assert isinstance(event, CommandRefused)
    return event.reason


def test_where_nobody_says_anything_what_comes_in_goes_out():
    sky = Sky(t1=(0, 0), t2=(500, 0))
    table = sky.table()
    links = Links(np.array([1]), np.array([0]), np.array([1.0]))
    lost = TrackCoasting(t_ns=1, track_id=2, unseen_s=1.0)
    out = correlation.advance(sky.state, table, links, [lost], {}, [], 1)
    assert out[0] is table
    assert out[1] is links
    assert out[2] == [lost]


def test_two_merged_are_one_row_under_the_first_number_and_stay_so():
    sky = Sky(t1=(0, 0), t2=(500, 0), t3=(9000, 0))
    (joined,) = sky.merge(2, 1)
    assert joined == TracksJoined(
        t_ns=sky.now_ns, track_id=2, joined_track_id=1, person="A. Watch",
        reason="one drone, seen by eye",
    )  # fmt: skip
    assert sky.numbers() == [2, 3]
    assert sky.shown.state_enu[0, 0] == 500.0  # where the number shown is
    assert sky.shown.started_ns[0] == 1 * NS  # but first seen when the first of them was
    sky.step()
    assert sky.numbers() == [2, 3]
    (told,) = correlation.correlations(sky.state)
    assert (told.track_id, told.joined) == (2, (1,))


def test_where_the_first_is_unseen_the_other_says_where_it_is():
    sky = Sky(t1=(0, 0), t2=(500, 0))
    sky.merge(1, 2)
    sky.places[1] = (0, 0, "coasting")
    events = [TrackCoasting(t_ns=1, track_id=1, unseen_s=3.0)]
    assert sky.step(events=events) == []  # the object is seen: nothing to tell
    assert sky.shown.state_enu[0, 0] == 500.0
    assert sky.shown.status[0] == TrackStatus.CONFIRMED


def test_the_number_shown_lives_as_long_as_any_of_its_object_does():
    sky = Sky(t1=(0, 0), t2=(500, 0))
    sky.merge(1, 2)
    end = {"reason": "", "lat_deg": 0.0, "lon_deg": 0.0, "hae_m": 0.0}
    end |= {"v_east_mps": 0.0, "v_north_mps": 0.0, "v_up_mps": 0.0}
    del sky.places[1]
    assert sky.step(events=[TrackLost(t_ns=1, track_id=1, **end)]) == []
    assert sky.numbers() == [1]
    del sky.places[2]
    (lost,) = sky.step(events=[TrackLost(t_ns=2, track_id=2, **end)])
    assert lost.track_id == 1
    assert sky.numbers() == []
    assert sky.state.joins == {}


def test_plots_of_both_are_the_one_s():
    sky = Sky(t1=(0, 0), t2=(500, 0), t3=(9000, 0))
    sky.merge(2, 1)
    ids, reports, prob = [1, 2, 3, 2], [0, 0, 1, 2], [0.4, 0.4, 1.0, 0.9]
    sky.step(links=Links(np.array(ids), np.array(reports), np.array(prob)))
    assert sky.links.track_id.tolist() == [2, 3, 2]
    assert sky.links.report_index.tolist() == [0, 1, 2]
    assert sky.links.prob.tolist() == pytest.approx([0.8, 1.0, 0.9])


def test_a_split_takes_a_merge_back():
    sky = Sky(t1=(0, 0), t2=(500, 0))
    sky.merge(1, 2)
    (parted,) = sky.step(sky.say(SplitTracks, track_id=1, other_track_id=2, reason="two after all"))
    assert isinstance(parted, TracksParted)
    assert parted.by == "A. Watch"
    assert sky.numbers() == [1, 2]
    again = sky.step(sky.say(SplitTracks, track_id=1, other_track_id=2))
    assert refusal(again) == "T0001 and T0002 are not joined"


def test_what_flies_ten_kilometres_apart_is_two_whoever_joined_it():
    sky = Sky(t1=(0, 0), t2=(500, 0))
    sky.merge(1, 2)
    sky.places[2] = (10_500, 0)
    (parted,) = sky.step()
    assert (parted.by, parted.reason) == ("evidence", "10 km apart: no one object")
    assert sky.numbers() == [1, 2]


def test_a_danger_is_never_hidden_under_a_lesser_number():
    sky = Sky(t1=(0, 0), t2=(500, 0))
    sky.records[2].identity = Identity.HOSTILE
    said = refusal(sky.merge(1, 2))
    assert (
        said == "T0002 is HOSTILE and would be hidden under T0001: merge T0001 into T0002 instead"
    )
    assert isinstance(sky.merge(2, 1)[0], TracksJoined)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"track_id": 1, "other_track_id": 1}, "a track is one with itself"),
        ({"track_id": 1, "other_track_id": 9}, "track T0009 is not in the picture"),
        ({"track_id": 9, "other_track_id": 1}, "track T0009 is not in the picture"),
        ({"track_id": 1, "other_track_id": 3}, "T0001 and T0003 are 9.0 km apart"),
        ({"track_id": 1, "other_track_id": 2, "reason": " "}, "a reason is needed"),
        (
            {"track_id": 1, "other_track_id": 2, "roles": (Role.VIEWER,)},
            "only an operator or a person with identification authority may do this",
        ),
    ],
)
def test_what_cannot_be_one_is_refused_with_the_reason(fields, words):
    sky = Sky(t1=(0, 0), t2=(500, 0), t3=(9000, 0))
    assert refusal(sky.step(sky.say(MergeTracks, **fields))) == words
    sky.step()
    assert sky.numbers() == [1, 2, 3]


def test_a_joined_track_is_merged_again_only_under_its_number_and_chains_are_one():
    sky = Sky(t1=(0, 0), t2=(500, 0), t3=(900, 0), t4=(950, 0))
    sky.merge(1, 2)
    sky.merge(3, 4)
    assert refusal(sky.merge(2, 3)) == "track T0002 is not in the picture"
    sky.merge(1, 3)
    assert sky.numbers() == [1]
    assert sky.state.joins == {1: [1, 2, 3, 4]}


def test_the_tracker_s_own_merging_is_followed():
    sky = Sky(t1=(0, 0), t2=(500, 0), t3=(900, 0))
    sky.merge(2, 3)
    del sky.places[3]
    assert sky.step(events=[TracksMerged(t_ns=1, track_id=2, absorbed_track_id=3)]) == []
    assert sky.numbers() == [1, 2]
    assert sky.state.joins == {}
    sky = Sky(t1=(0, 0), t2=(500, 0), t3=(900, 0))
    sky.merge(2, 3)
    del sky.places[3]
    (merged,) = sky.step(events=[TracksMerged(t_ns=1, track_id=1, absorbed_track_id=3)])
    assert (merged.track_id, merged.absorbed_track_id) == (2, 1)  # people know it as 2
    assert sky.numbers() == [2]


def test_a_source_is_kept_from_a_track_until_that_is_taken_back():
    sky = Sky(t1=(0, 0))
    sky.seen[1] = [5 * NS, 0, 5 * NS]
    (taken,) = sky.step(sky.say(DecorrelateSource, track_id=1, source="adsb"))
    assert isinstance(taken, SourceDecorrelated)
    assert sky.state.barred == {1: ["adsb"]}
    assert correlation.correlations(sky.state)[0].decorrelated == ("adsb",)
    (back,) = sky.step(sky.say(CorrelateSource, track_id=1, source="adsb"))
    assert isinstance(back, SourceCorrelated)
    assert sky.state.barred == {}
    sky.step(sky.say(DecorrelateSource, track_id=1, source="adsb"))
    del sky.places[1]
    sky.step()
    assert sky.state.barred == {}  # it ends with the track


def test_what_would_leave_nothing_of_a_track_is_refused():
    sky = Sky(t1=(0, 0))
    sky.seen[1] = [5 * NS, 0, 5 * NS]
    said = {s: refusal(sky.step(sky.say(DecorrelateSource, track_id=1, source=s)))
            for s in ("south", "none")}  # fmt: skip
    assert said["south"] == "south has reported nothing of T0001"
    assert said["none"] == "there is no sensor none"
    sky.step(sky.say(DecorrelateSource, track_id=1, source="adsb"))
    assert "only north has seen T0001" in refusal(
        sky.step(sky.say(DecorrelateSource, track_id=1, source="north"))
    )
    assert refusal(sky.step(sky.say(CorrelateSource, track_id=1, source="north"))) == (
        "north is not kept from T0001"
    )
