"""Whatever is said in whatever order, nothing executes that two humans did not authorise."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from vedette.model.enums import EngagementState, Identity, Role, WeaponsControl
from vedette.model.events import (
    EngagementAuthorised,
    EngagementExecuted,
    EngagementExecuting,
    EngagementFirstAuthorised,
)

PEOPLE = {
    "Reyes": (Role.OPERATOR, Role.ENGAGEMENT_AUTHORITY),
    "Okafor": (Role.ENGAGEMENT_AUTHORITY,),
    "Lund": (Role.OPERATOR,),
    "Admin": (Role.ADMINISTRATOR, Role.ENGAGEMENT_AUTHORITY),
    "model": (Role.EFFECTOR_SIMULATOR,),
}
AUTHORISE = some.tuples(
    some.just("authorise"),
    some.sampled_from(["Reyes", "Okafor", "Reyes", "Okafor", "Lund", "Admin", "model"]),
    some.sampled_from(["own", "own", "own", "shared"]),
    some.sampled_from(["far", "far", "near"]),
)
REPORT = some.tuples(
    some.just("effector"), some.sampled_from(["executing", "executed"]), some.integers(1, 2)
)
PROVOKE = some.one_of(
    some.tuples(some.just("hold"), some.booleans(), some.sampled_from(sorted(PEOPLE))),
    some.tuples(some.just("control"), some.sampled_from(list(WeaponsControl))),
    some.tuples(some.just("identity"), some.sampled_from(list(Identity))),
    some.tuples(some.just("jump")),
    some.tuples(some.just("wait"), some.sampled_from([1.0, 20.0, 61.0])),
    some.tuples(some.just("cancel"), some.integers(1, 2)),
)
READY = [
    ("hold", False, "Reyes"),
    ("control", WeaponsControl.FREE),
    ("identity", Identity.HOSTILE),
]
FIRST, SECOND = ("authorise", "Reyes", "own", "far"), ("authorise", "Okafor", "own", "far")
BEGIN, END = ("effector", "executing", 1), ("effector", "executed", 1)
# Without these the plays would hardly ever come near an execution.
SCENES = some.sampled_from(
    [READY, [*READY, FIRST], [FIRST, SECOND], [SECOND], [BEGIN], [BEGIN, END], [END]]
)
ACT = some.one_of(
    SCENES, SCENES, some.lists(some.one_of(AUTHORISE, REPORT, PROVOKE), min_size=1, max_size=3)
)
PLAY = some.lists(ACT, min_size=1, max_size=9).map(
    lambda acts: [step for act in acts for step in act]
)


def play(scene, step):
    kind, *rest = step
    match kind:
        case "authorise":
            person, session, effector_id = rest
            session = None if session == "own" else "shared"
            return scene.step(
                scene.authorise(
                    person, effector_id=effector_id, roles=PEOPLE[person], session=session
                )
            )
        case "effector":
            return scene.step(scene.effector(*rest))
        case "hold":
            return scene.step(scene.hold(rest[0], person=rest[1], roles=PEOPLE[rest[1]]))
        case "control":
            return scene.step(scene.control(rest[0]))
        case "identity":
            scene.identities[7].identity = rest[0]
        case "jump":
            scene.flown[7][0] += 500.0
        case "wait":
            return scene.step(dt=rest[0])
        case "cancel":
            return scene.step(scene.cancel(rest[0]))
    return scene.step()


def check_events(events, first, second):
    """Follow the events as an auditor would, trusting nothing but them."""
    for event in events:
        if isinstance(event, EngagementFirstAuthorised):
            assert event.person in ("Reyes", "Okafor")
            first[event.engagement_id] = event
        elif isinstance(event, EngagementAuthorised):
            opened = first[event.engagement_id]
            assert set(event.persons) == {"Reyes", "Okafor"}
            assert event.t_ns < opened.expires_t_ns
            assert (event.track_id, event.effector_id) == (opened.track_id, opened.effector_id)
            second[event.engagement_id] = event
        elif isinstance(event, EngagementExecuting | EngagementExecuted):
            assert event.engagement_id in second


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=PLAY)
def test_no_sequence_of_commands_executes_what_two_humans_did_not_authorise(make_scene, steps):
    scene = make_scene(WeaponsControl.FREE)
    scene.put(7, v_north_mps=-2.0)
    scene.step()
    first, second = {}, {}
    for step in steps:
        before = {k: e.state for k, e in scene.state.engagements.items()}
        check_events(play(scene, step), first, second)
        for key, engagement in scene.state.engagements.items():
            moved = engagement.state != before.get(key)
            if engagement.state in (EngagementState.EXECUTING, EngagementState.EXECUTED):
                assert key in second
            if engagement.state == EngagementState.AUTHORISED and moved:
                assert not scene.state.posture.hold
                assert engagement.first_person != engagement.second_person
    for engagement in scene.state.engagements.values():
        if scene.state.posture.hold:
            assert engagement.state not in (
                EngagementState.FIRST_AUTHORISED,
                EngagementState.AUTHORISED,
            )


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dt=some.lists(some.sampled_from([0.0, 0.05, 0.5, 5.0]), min_size=1, max_size=40))
def test_time_alone_engages_nothing(make_scene, dt):
    scene = make_scene(WeaponsControl.FREE)
    scene.put(7)
    for step_s in dt:
        assert scene.step(dt=step_s) == []
    assert scene.state.engagements == {}
