"""What only says where it is, and who it is: doubt costs time, and a siren, never a warning."""

from vedette.model.enums import Identity, WarningLevel


def test_what_only_says_where_it_is_and_radar_does_not_see_makes_nobody_take_cover(scene):
    """Anyone may broadcast an aircraft that comes: people are told to be ready, and no more."""
    scene.put(7, 100.0, identity=Identity.UNKNOWN)
    scene.identities[7].own_word, scene.identities[7].unseen_by = True, "radar"
    events = scene.run(60.0)
    assert [e.level for e in events] == [WarningLevel.POSSIBLE]


def test_what_only_says_where_it_is_and_no_radar_could_see_warns_all_the_same(scene):
    scene.put(7, 100.0, identity=Identity.UNKNOWN)
    scene.identities[7].own_word = True
    assert scene.run(60.0)[0].level == WarningLevel.IMMINENT


def test_what_says_who_it_is_has_the_time_a_check_takes_and_no_more(scene):
    scene.put(7, 100.0, identity=Identity.PENDING)
    scene.identities[7].checking = True
    assert scene.run(5.0) == []
    scene.identities[7].checking = False
    assert scene.run(3.0)[0].level == WarningLevel.IMMINENT
