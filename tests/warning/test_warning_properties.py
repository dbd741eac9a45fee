"""What must hold of every sky: farther never warns more, order and doubt add nothing."""

import copy

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.warning.conftest import Scene, site

from vedette.model.enums import Identity, ObjectClass, WarningLevel

RANK = {None: 0, WarningLevel.POSSIBLE: 1, WarningLevel.IMMINENT: 2}
ARRIVAL_S = st.floats(5.0, 400.0)
REACH = st.floats(0.0, 1.0)
WHO = st.sampled_from([Identity.UNKNOWN, Identity.PENDING, Identity.SUSPECT, Identity.HOSTILE])
KIND = st.sampled_from(list(ObjectClass))
STEP_S, STEPS = 0.75, 16  # longer than any doubt is held


def worst(scene: Scene) -> int:
    """Let time pass, and the threats hang where they are; give the worst level told."""
    held, levels = copy.copy(scene.threats), [0]
    for _ in range(STEPS):
        scene.threats = copy.copy(held)
        levels += [RANK[e.level] for e in scene.step(STEP_S) if hasattr(e, "level")]
    return max(levels)


def warned(arrival_s, reach_prob, identity, kind, **record) -> int:
    """Give the level at which people are told of one track whose arrival is known to 3 %."""
    scene = Scene(site())
    scene.put(7, arrival_s, identity=identity, object_class=kind, reach_prob=reach_prob)
    known = msgspec.structs.replace(scene.threats[7], straight_sigma_s=0.03 * arrival_s)
    scene.threats[7] = known
    for name, value in record.items():
        setattr(scene.identities[7], name, value)
    return worst(scene)


@given(near=ARRIVAL_S, further=st.floats(0.0, 200.0), reach=REACH, who=WHO, kind=KIND)
@settings(max_examples=80, deadline=None)
def test_what_comes_later_never_warns_at_a_higher_level(near, further, reach, who, kind):
    assert warned(near + further, reach, who, kind) <= warned(near, reach, who, kind)


@given(arrival=ARRIVAL_S, reach=REACH, less=REACH, who=WHO, kind=KIND)
@settings(max_examples=80, deadline=None)
def test_what_comes_less_probably_never_warns_at_a_higher_level(arrival, reach, less, who, kind):
    assert warned(arrival, reach * less, who, kind) <= warned(arrival, reach, who, kind)


@given(arrival=ARRIVAL_S, reach=REACH, kind=KIND, who=WHO)
@settings(max_examples=80, deadline=None)
def test_what_is_against_its_being_there_never_adds(arrival, reach, kind, who):
    """Its own word alone, a radar that sees nothing there, a check that runs: none makes it worse.

    Nor does it take anything from what evidence or a person calls a threat.
    """
    plain = warned(arrival, reach, who, kind)
    doubts = (
        {"own_word": True},
        {"own_word": True, "unseen_by": "radar"},
        {"checking": True},
        {"several_prob": 0.5},
    )
    for doubt in doubts:
        told = warned(arrival, reach, who, kind, **doubt)
        assert told <= plain, doubt
        if who in (Identity.SUSPECT, Identity.HOSTILE) and arrival > 200.0:
            assert told == plain, doubt


@given(
    tracks=st.lists(st.tuples(ARRIVAL_S, REACH, WHO, KIND), min_size=2, max_size=5),
    data=st.data(),
)
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_threats_are_listed_changes_nothing(tracks, data):
    order = data.draw(st.permutations(range(1, len(tracks) + 1)))
    told = []
    for listed in (sorted, lambda _: order):
        scene = Scene(site())
        scene.listed = listed
        for number, (arrival_s, reach, who, kind) in enumerate(tracks, 1):
            scene.put(number, arrival_s, identity=who, object_class=kind, reach_prob=reach)
        told.append(scene.run(6.0))
    assert told[0] == told[1]


@given(arrival=ARRIVAL_S, reach=REACH, kind=KIND)
@settings(max_examples=40, deadline=None)
def test_a_friend_or_a_civil_aircraft_never_warns(arrival, reach, kind):
    for who in (Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL):
        assert warned(arrival, reach, who, kind) == 0
