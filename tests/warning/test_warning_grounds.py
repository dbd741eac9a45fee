"""An all-clear is a human act, and the system lists what it rests on: the fate of every track."""

from vedette.model.enums import Identity
from vedette.model.events import WarningCleared


def grounds(scene) -> tuple[str, ...]:
    (warning,) = scene.state.warnings.values()
    return warning.grounds


def test_of_every_track_people_were_warned_of_it_is_said_what_became_of_it(scene):
    for track_id in (1, 2, 3, 4, 5):
        scene.put(track_id, 60.0, identity=Identity.SUSPECT)
    scene.run(2.0)
    scene.lose(1)
    scene.identities[2].dismissed_by, scene.identities[2].dismissed_reason = "ana", "a kite"
    scene.identities[3].identity = Identity.FRIEND
    scene.identities[3].identity_reason = "its own network says so"
    scene.put(4, 400.0, identity=Identity.SUSPECT, reach_prob=0.1)
    scene.run(20.0)
    assert grounds(scene) == (
        "T0005: STILL COMES, in 38 s, 90 % likely to reach it; SUSPECT:"
        " be ready from 300 s and 20%, cover from 150 s and 30%",
        "T0001: lost 20 s ago",
        "T0002: dismissed by ana: a kite",
        "T0003: is FRIEND: its own network says so",
        "T0004: no longer comes, 10 % likely to reach it",
    )


def test_the_all_clear_says_what_the_person_saw(scene):
    scene.put(7, 60.0)
    scene.run(3.0)
    scene.lose(7)
    scene.run(10.0)
    (cleared,) = scene.step(commands=[scene.all_clear()])
    assert isinstance(cleared, WarningCleared)
    assert cleared.grounds == ("T0007: lost 10 s ago",)


def test_of_a_swarm_the_first_are_listed_and_the_others_counted(scene):
    for track_id in range(1, 21):
        scene.put(track_id, 60.0)
    scene.run(12.0)
    told = grounds(scene)
    assert len(told) == 13
    assert told[-1] == "8 more, of which 8 still come"


def test_cover_that_a_human_ordered_without_a_track_lists_none(scene):
    scene.step(commands=[scene.order()])
    scene.step()
    assert grounds(scene) == ()


def test_of_what_nobody_has_assessed_the_clock_is_told(scene):
    scene.put(7, 100.0, identity=Identity.UNKNOWN)
    scene.run(2.0)
    assert grounds(scene) == (
        "T0007: STILL COMES, in 98 s, 90 % likely to reach it; UNKNOWN, nobody has assessed it:"
        " be ready from 150 s and 20%, cover from 150 s and 30%",
    )
