"""What people say sticks, needs the right role, and comes back when it no longer holds."""

import pytest
from identity_world import T0_NS, Sky, Thing

from vedette.model.commands import AllClear, AssessTrack, DismissTrack, IdentifyTrack
from vedette.model.enums import Identity, Role
from vedette.model.events import (
    CommandRefused,
    IdentityChanged,
    TrackAssessed,
    TrackDismissed,
    TrackRecalled,
)
from vedette.model.picture import Threat

DRONE = Thing(1, (-9000.0, 1000.0, 150.0), (44.7, -5.0, 0.0), rcs_dbsm=-10.0)
BIRD = Thing(2, (-3000.0, 0.0, 80.0), (12.0, 1.0, 0.0), rcs_dbsm=-22.0)
OPERATOR, AUTHORITY = (Role.OPERATOR,), (Role.IDENTIFICATION_AUTHORITY,)


def order(kind, roles=OPERATOR, track_id=1, **more):
    base = {"command_id": "c1", "person": "amal", "session": "s", "t_recv_ns": T0_NS}
    return kind(**base, roles=roles, track_id=track_id, **more)


def identify(identity, roles=AUTHORITY, track_id=1):
    return order(IdentifyTrack, roles, track_id, identity=identity, reason="seen by eye")


def threat(track_id=1, reach_prob=0.3, arrival_s=200.0) -> Threat:
    return Threat(
        track_id=track_id,
        asset_id="base",
        range_m=9000.0,
        closing_mps=45.0,
        cpa_m=0.0,
        cpa_s=arrival_s,
        arrival_s=arrival_s,
        arrival_sigma_s=5.0,
        straight_sigma_s=5.0,
        reach_prob=reach_prob,
    )


def reactions(events):
    kinds = TrackAssessed | TrackDismissed | CommandRefused
    return [e for e in events if isinstance(e, kinds) or getattr(e, "by", "") == "amal"]


@pytest.mark.parametrize("roles", [OPERATOR, AUTHORITY])
def test_an_operator_or_authority_assesses_and_dismisses(roles):
    sky = Sky(things=[DRONE, BIRD]).run(3)
    events = sky.step([order(AssessTrack, roles), order(DismissTrack, roles, 2, reason="bird")])
    assert [type(e) for e in reactions(events)] == [TrackAssessed, TrackDismissed]
    assert sky.record(1).assessed_by == "amal"
    assert sky.record(2).dismissed_by == "amal"


@pytest.mark.parametrize(
    "command",
    [
        order(AssessTrack, (Role.VIEWER,)),
        order(DismissTrack, (Role.ENGAGEMENT_AUTHORITY,), reason=""),
        identify(Identity.HOSTILE, OPERATOR),
        identify(Identity.HOSTILE, (Role.ADMINISTRATOR, Role.ENGAGEMENT_AUTHORITY)),
        order(AssessTrack, track_id=99),
    ],
)
def test_the_wrong_role_or_an_unknown_track_is_refused(command):
    sky = Sky(things=[DRONE]).run(8)
    before = sky.record().identity
    (event,) = reactions(sky.step([command]))
    assert isinstance(event, CommandRefused)
    assert event.reason
    assert sky.record().identity is before
    assert sky.record().assessed_by is None


def test_commands_of_other_stages_are_left_alone():
    sky = Sky(things=[DRONE]).run(3)
    other = AllClear(
        command_id="x",
        person="amal",
        roles=OPERATOR,
        session="s",
        t_recv_ns=0,
        zone_id="z",
        reason="",
    )
    assert not reactions(sky.step([other]))


def test_a_command_in_a_step_without_time_is_carried_out():
    sky = Sky(things=[DRONE]).run(3)
    sky.now_ns -= sky.tick_ns
    assert reactions(sky.step([identify(Identity.HOSTILE)]))
    assert sky.record().identity is Identity.HOSTILE


@pytest.mark.parametrize("identity", [Identity.HOSTILE, Identity.FRIEND, Identity.NEUTRAL])
def test_a_persons_identity_sticks(identity):
    sky = Sky(things=[DRONE]).run(2)
    sky.step([identify(identity)])
    sky.run(60)
    assert sky.record().identity is identity
    assert sky.record().identity_by == "amal"


def test_what_contradicts_a_persons_identity_recalls_the_track_once():
    sky = Sky(things=[DRONE]).run(2)
    sky.step([identify(Identity.FRIEND)])
    sky.run(40)
    (recalled,) = sky.told(TrackRecalled)
    assert "evidence says SUSPECT" in recalled.reason
    assert sky.record().identity is Identity.FRIEND
    assert sky.record().assessed_by is None


def test_doubt_does_not_contradict_a_person():
    sky = Sky(things=[BIRD]).run(2)
    sky.step([identify(Identity.FRIEND, track_id=2)])
    assert not sky.run(40).told(TrackRecalled, 2)


def test_pending_gives_the_track_back_to_the_evidence():
    sky = Sky(things=[DRONE]).run(2)
    sky.step([identify(Identity.FRIEND)])
    sky.step([identify(Identity.PENDING)])
    assert sky.run(10).record().identity is Identity.SUSPECT
    assert sky.told(IdentityChanged)[-1].by == "evidence"


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (threat(2, reach_prob=0.7, arrival_s=199.0), "likely to reach"),
        (threat(2, reach_prob=0.3, arrival_s=90.0), "dismissed at 200 s"),
    ],
)
def test_a_dismissed_track_that_gets_worse_comes_back(now, why):
    sky = Sky(things=[BIRD]).run(4)
    sky.step([order(DismissTrack, track_id=2, reason="bird")], [threat(2)])
    events = sky.step(threats=[now])
    assert [why in e.reason for e in events if isinstance(e, TrackRecalled)] == [True]
    assert sky.record(2).dismissed_by is None


def test_a_dismissed_track_that_stays_as_it_was_stays_dismissed():
    sky = Sky(things=[BIRD]).run(4)
    sky.step([order(DismissTrack, track_id=2, reason="bird")], [threat(2, 0.3, 200.0)])
    for second in range(60):
        sky.step(threats=[threat(2, 0.3, 199.0 - second)])
    assert sky.record(2).dismissed_by == "amal"


def test_an_assessed_track_that_only_comes_nearer_as_expected_is_not_recalled():
    sky = Sky(things=[BIRD]).run(4)
    sky.step([order(AssessTrack, track_id=2)], [threat(2, 0.5, 200.0)])
    for second in range(190):
        sky.step(threats=[threat(2, 0.6, 199.0 - second)])
    assert sky.record(2).assessed_by == "amal"


def test_a_dismissed_track_that_turns_suspect_comes_back():
    sky = Sky(things=[DRONE]).run(2)
    sky.step([order(DismissTrack, reason="looks slow")])
    sky.run(12)
    assert "SUSPECT" in sky.told(TrackRecalled)[0].reason
