"""What became of it is read from the track alone, doubt stays doubt, and a person overrides."""

import msgspec
import numpy as np
import pytest

from vedette.decision import DecisionState
from vedette.model import commands as say
from vedette.model.enums import Identity, Mode, Outcome, Role
from vedette.model.events import (
    CommandRefused,
    DebrisAreaEstimated,
    EngagementExecuted,
    ExhibitAttached,
    OutcomeAssessed,
)
from vedette.record.state import decode_state, encode_state, unfaithful


def kinds(events):
    return [type(event) for event in events]


def test_a_track_that_ends_right_after_the_engagement_was_destroyed(scene):
    executed = scene.execute()
    assert kinds(executed) == [EngagementExecuted]
    assert scene.state.engagements[1].outcome == Outcome.PENDING
    last = scene.flown[7].copy()
    scene.lose(7)
    events = scene.run(5.0)
    assert kinds(events) == [OutcomeAssessed, DebrisAreaEstimated]
    assert (events[0].outcome, events[0].by) == (Outcome.DESTROYED, "track")
    area = events[1]
    east, north, _ = scene.state.frame.enu_from_geo_deg(area.lat_deg, area.lon_deg, 180.0)
    assert north < last[1] and abs(north - last[1]) < 400.0
    assert east > 0.0  # the wind blows from the west
    assert area.prob == 0.9 and 50.0 < area.semi_major_m < 500.0
    assert "ballistic descent" in area.method


def test_a_track_that_goes_unseen_where_it_was_seen_twice_a_second_was_destroyed(scene):
    scene.execute()
    scene.unseen.add(7)
    events = scene.run(10.0)
    assert kinds(events) == [OutcomeAssessed, DebrisAreaEstimated]
    assert events[0].reason.startswith("unseen for 5 s")


def test_a_track_that_falls_was_destroyed(scene):
    scene.execute()
    scene.flown[7][3:] = [0.0, -30.0, -25.0]
    events = scene.run(3.0)
    assert kinds(events) == [OutcomeAssessed, DebrisAreaEstimated]
    assert "fell or stopped" in events[0].reason


def test_a_track_that_flies_on_continued(scene):
    scene.execute()
    events = scene.run(20.0)
    assert [(type(e), e.outcome) for e in events] == [(OutcomeAssessed, Outcome.CONTINUED)]


def test_a_track_given_up_too_early_is_corrected(scene):
    scene.execute()
    scene.unseen.add(7)
    scene.run(10.0)
    scene.unseen.clear()
    events = scene.run(10.0)
    assert [e.outcome for e in events] == [Outcome.CONTINUED]


def test_a_successor_on_its_path_leaves_the_outcome_unsure(scene):
    scene.execute()
    place = scene.flown[7].copy()
    scene.lose(7)
    scene.put(9, north_m=place[1] - 20.0, identity=Identity.UNKNOWN)
    events = scene.run(5.0)
    assert [(e.outcome, e.reason) for e in events] == [
        (Outcome.UNSURE, "T0009 flies where it would be")
    ]


def test_a_track_at_the_edge_of_coverage_leaves_the_outcome_unsure(make_scene):
    scene = make_scene()
    scene.put(7, north_m=49_500.0, v_north_mps=45.0)
    scene.step()
    scene.state.effectors = [
        msgspec.structs.replace(e, range_max_m=60_000.0) for e in scene.state.effectors
    ]
    scene.execute()
    scene.lose(7)
    events = scene.run(5.0)
    assert [e.reason for e in events] == ["it was leaving the sensors' coverage"]


def test_few_looks_leave_the_outcome_unsure(scene):
    scene.execute(look_s=0.0)
    scene.state.watches[1].looks = 2
    scene.lose(7)
    events = scene.run(5.0)
    assert [(e.outcome, e.reason) for e in events] == [
        (Outcome.UNSURE, "it had been measured only 2 times before")
    ]


def test_a_person_overrides_the_track_and_gets_the_debris_area(scene):
    scene.execute(look_s=0.0)
    scene.state.watches[1].looks = 2
    scene.lose(7)
    scene.run(120.0)
    events = scene.step(scene.outcome(Outcome.DESTROYED, person="Lund", roles=(Role.OPERATOR,)))
    assert kinds(events) == [OutcomeAssessed, DebrisAreaEstimated]
    assert events[0].by == "Lund"
    scene.run(10.0)
    assert scene.state.engagements[1].outcome_by == "Lund"


def test_an_outcome_wants_an_executed_engagement_and_a_word(scene):
    scene.step(scene.authorise("Reyes"))
    refused = scene.step(scene.outcome(Outcome.DESTROYED))
    assert refused[0].reason == "the engagement is first_authorised"
    viewer = scene.step(scene.outcome(Outcome.DESTROYED, roles=(Role.VIEWER,)))
    assert viewer[0].reason == "only the watch may assess an outcome"


def exhibit(scene, sha256: str, **more):
    return say.AttachExhibit(
        sha256=sha256,
        file_name="wing.jpg",
        media_type="image/jpeg",
        size_bytes=10,
        description="inscription on a wing",
        **more,
        **scene.by("Lund", (Role.OPERATOR,)),
    )


def test_an_exhibit_is_named_by_its_hash(scene):
    good = scene.step(exhibit(scene, "ab" * 32))
    assert kinds(good) == [ExhibitAttached]
    assert (good[0].person, good[0].sha256) == ("Lund", "ab" * 32)
    bad = scene.step(exhibit(scene, "nope"), exhibit(scene, "ab" * 32, engagement_id=5))
    assert kinds(bad) == [CommandRefused, CommandRefused]


def test_a_restored_stage_goes_on_alike(scene):
    scene.execute()
    assert unfaithful(scene.state, DecisionState) == ""
    twin = decode_state(encode_state(scene.state), DecisionState)
    original = scene.state
    flown = {k: v.copy() for k, v in scene.flown.items()}
    now_ns = scene.now_ns
    scene.unseen.add(7)
    events = scene.run(10.0)
    scene.state, scene.now_ns, scene.flown = twin, now_ns, flown
    assert scene.run(10.0) == events
    assert encode_state(twin) == encode_state(original)
    assert Mode(twin.mode) is Mode.SIMULATED
    assert np.array_equal(twin.notes[7].measured_enu, original.notes[7].measured_enu)


@pytest.mark.parametrize("dt", [0.0, 0.05])
def test_a_step_without_time_changes_nothing(scene, dt):
    scene.execute()
    before = scene.state.engagements[1].state
    assert scene.step(dt=dt) == []
    assert scene.state.engagements[1].state == before
