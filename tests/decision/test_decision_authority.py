"""Two humans, each in their own session, or nothing; and many ways back."""

import pytest

from vedette.model.enums import EngagementState, Identity, ObjectClass, Role, WeaponsControl
from vedette.model.events import (
    CommandRefused,
    EngagementAuthorised,
    EngagementCancelled,
    EngagementExecuted,
    EngagementExecuting,
    EngagementExpired,
    EngagementFirstAuthorised,
    HoldChanged,
    WeaponsControlChanged,
)

S = 1_000_000_000


def kinds(events):
    return [type(event) for event in events]


def reason(events) -> str:
    assert kinds(events) == [CommandRefused]
    return events[0].reason


def test_two_people_authorise_and_the_simulated_effector_executes(scene):
    first = scene.step(scene.authorise("Reyes"))
    assert kinds(first) == [EngagementFirstAuthorised]
    assert first[0].expires_t_ns - first[0].t_ns == 60 * S
    second = scene.step(scene.authorise("Okafor"))
    assert kinds(second) == [EngagementAuthorised]
    assert second[0].persons == ("Reyes", "Okafor")
    assert kinds(scene.step(scene.effector("executing"))) == [EngagementExecuting]
    assert kinds(scene.step(scene.effector("executed"))) == [EngagementExecuted]
    assert scene.state.magazine == {"near": 4, "far": 3}


def test_the_same_person_or_session_cannot_be_the_second(scene):
    scene.step(scene.authorise("Reyes"))
    again = scene.step(scene.authorise("Reyes", session="another"))
    assert reason(again) == "a second, different person must authorise"
    borrowed = scene.step(scene.authorise("Okafor", session="session of Reyes"))
    assert reason(borrowed) == "the second person must use a session of their own"
    assert scene.state.engagements[1].state == EngagementState.FIRST_AUTHORISED


@pytest.mark.parametrize(
    "roles",
    [
        (Role.ADMINISTRATOR,),
        (Role.ADMINISTRATOR, Role.ENGAGEMENT_AUTHORITY),
        (Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY),
        (Role.EFFECTOR_SIMULATOR,),
        (),
    ],
)
def test_nobody_else_authorises_least_of_all_an_administrator(scene, roles):
    assert "authority" in reason(scene.step(scene.authorise("Reyes", roles=roles)))
    assert scene.state.engagements == {}


def test_an_authorisation_lapses_after_sixty_seconds_of_either_kind(scene):
    scene.flown[7][4] = -10.0
    scene.step()
    scene.step(scene.authorise("Reyes"))
    events = scene.run(60.0)
    assert kinds(events) == [EngagementExpired]
    scene.step(scene.authorise("Reyes"))
    scene.step(scene.authorise("Okafor"))
    assert kinds(scene.run(60.0)) == [EngagementExpired]
    assert reason(scene.step(scene.effector("executing", 2))) == "the engagement is expired"


def test_hold_cancels_everything_pending_and_forbids_more_until_an_authority_lifts_it(scene):
    scene.step(scene.authorise("Reyes"))
    events = scene.step(scene.hold(person="Lund", roles=(Role.OPERATOR,)))
    assert kinds(events) == [HoldChanged, EngagementCancelled]
    assert (events[1].by, events[1].reason) == ("system", "hold set by Lund")
    assert "hold is set" in reason(scene.step(scene.authorise("Reyes")))
    lift = scene.step(scene.hold(False, person="Lund", roles=(Role.OPERATOR,)))
    assert "engagement authority" in reason(lift)
    assert kinds(scene.step(scene.hold(False))) == [HoldChanged]
    assert kinds(scene.step(scene.authorise("Reyes"))) == [EngagementFirstAuthorised]


def test_hold_does_not_reach_what_is_already_executing(scene):
    scene.step(scene.authorise("Reyes"))
    scene.step(scene.authorise("Okafor"))
    scene.step(scene.effector("executing"))
    assert kinds(scene.step(scene.hold())) == [HoldChanged]
    assert kinds(scene.step(scene.effector("executed"))) == [EngagementExecuted]


def test_tightening_weapons_control_cancels_what_it_no_longer_allows(make_scene):
    scene = make_scene(WeaponsControl.FREE)
    scene.put(7, identity=Identity.SUSPECT)
    scene.step()
    scene.step(scene.authorise("Reyes"))
    tight = scene.control(WeaponsControl.TIGHT, person="Lund", roles=(Role.OPERATOR,))
    events = scene.step(tight)
    assert kinds(events) == [WeaponsControlChanged, EngagementCancelled]
    assert "SUSPECT" in events[1].reason
    assert "must be HOSTILE" in reason(scene.step(scene.authorise("Reyes")))
    loosen = scene.control(WeaponsControl.FREE, person="Lund", roles=(Role.OPERATOR,))
    assert "engagement authority" in reason(scene.step(loosen))


@pytest.mark.parametrize(
    "identity", [Identity.UNKNOWN, Identity.PENDING, Identity.NEUTRAL, Identity.FRIEND]
)
def test_unknown_civil_and_friendly_tracks_cannot_be_authorised(make_scene, identity):
    scene = make_scene(WeaponsControl.FREE)
    scene.put(7, identity=identity)
    scene.step()
    assert kinds(scene.step(scene.authorise("Reyes"))) == [CommandRefused]
    assert scene.state.engagements == {}


def test_a_change_of_identity_voids_the_authorisation(scene):
    scene.step(scene.authorise("Reyes"))
    scene.step(scene.authorise("Okafor"))
    scene.identities[7].identity = Identity.NEUTRAL
    events = scene.step()
    assert kinds(events) == [EngagementCancelled]
    assert events[0].by == "system"
    assert reason(scene.step(scene.effector("executing"))) == "the engagement is cancelled"


def test_losing_the_track_voids_the_authorisation(scene):
    scene.step(scene.authorise("Reyes"))
    scene.lose(7)
    events = scene.step()
    assert [e.reason for e in events] == ["the track is lost"]


def test_a_track_that_jumps_is_another_track(scene):
    seen = scene.authorise("Okafor")
    scene.step(scene.authorise("Reyes"))
    scene.flown[7][0] += 600.0
    events = scene.step(seen)
    assert kinds(events) == [EngagementCancelled, CommandRefused]
    assert events[0].reason == "the track changed since it was authorised"
    assert events[1].reason.startswith("the track has changed since you looked")


def test_ordinary_flight_and_turns_and_class_doubt_keep_the_authorisation(scene):
    scene.step(scene.authorise("Reyes"))
    for k in range(40):
        scene.flown[7][3] = 15.0 * (-1) ** k
        scene.identities[7].class_prob = {
            ObjectClass.MULTIROTOR: 0.5 + 0.01 * (k % 3),
            ObjectClass.FIXED_WING_UAS: 0.3,
        }
        assert scene.step() == []
    assert kinds(scene.step(scene.authorise("Okafor"))) == [EngagementAuthorised]


def test_an_aeroplane_after_all_voids_the_authorisation(scene):
    scene.step(scene.authorise("Reyes"))
    scene.identities[7].class_prob = {ObjectClass.AEROPLANE: 0.9}
    assert kinds(scene.step()) == [EngagementCancelled]


def test_a_civil_aircraft_flying_into_the_hazard_volume_voids_the_authorisation(scene):
    scene.step(scene.authorise("Reyes"))
    scene.put(3, north_m=3_000.0, east_m=100.0, v_north_mps=30.0, identity=Identity.NEUTRAL)
    events = scene.step()
    assert kinds(events) == [EngagementCancelled]
    assert "T0003" in events[0].reason


def test_a_digest_of_another_effector_is_refused(scene):
    near, far = scene.option(7, "near"), scene.option(7, "far")
    assert near.track_digest != far.track_digest


def test_a_person_withdraws_before_but_not_during_execution(scene):
    scene.step(scene.authorise("Reyes"))
    scene.step(scene.authorise("Okafor"))
    assert kinds(scene.step(scene.cancel(person="Lund"))) == [EngagementCancelled]
    scene.step(scene.authorise("Reyes"))
    scene.step(scene.authorise("Okafor"))
    scene.step(scene.effector("executing", 2))
    assert reason(scene.step(scene.cancel(2))) == "too late to withdraw: it is executing"


def test_only_the_effector_model_reports_execution_and_only_on_what_two_authorised(scene):
    scene.step(scene.authorise("Reyes"))
    early = reason(scene.step(scene.effector("executing")))
    assert early == "the engagement is first_authorised"
    scene.step(scene.authorise("Okafor"))
    human = scene.effector("executing", roles=(Role.ENGAGEMENT_AUTHORITY, Role.OPERATOR))
    assert reason(scene.step(human)) == "only the simulated effector reports this"
    assert "must be" in reason(scene.step(scene.effector("launched")))
    assert reason(scene.step(scene.effector("executed", 9))) == "there is no engagement 9"


def test_the_same_command_twice_is_one_command(scene):
    command = scene.authorise("Reyes")
    events = scene.step(command, command)
    assert kinds(events) == [EngagementFirstAuthorised, CommandRefused]
    assert events[1].reason == "already received"


def test_an_empty_magazine_is_an_obstacle(scene):
    scene.state.magazine["far"] = 0
    assert "magazine is empty" in reason(scene.step(scene.authorise("Reyes")))
