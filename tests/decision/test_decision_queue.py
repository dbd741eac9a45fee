"""At most five things that want a human now, in words, in an order that does not jump."""

import msgspec
import pytest

from vedette.model.enums import Identity, ObjectClass, Outcome, SourceHealth, WarningLevel
from vedette.model.picture import SourceState, WarningRecord

S = 1_000_000_000


def warn(scene, warning_id=1, level=WarningLevel.IMMINENT, track_ids=(7,)):
    scene.warnings[warning_id] = WarningRecord(
        warning_id=warning_id,
        revision=1,
        zone_id=f"zone-{warning_id}",
        zone_name="Barracks",
        level=level,
        track_ids=track_ids,
        raised_ns=scene.now_ns,
        arrival_ns=scene.now_ns + 70 * S,
        seconds_left_s=70.0,
        reason="T0007 inbound",
        spoken="",
        cause="threat",
        t_detect_ns=scene.now_ns,
    )


def texts(scene):
    return [item.text for item in scene.queue()]


def test_a_warning_wants_acknowledging_until_it_is(scene):
    warn(scene)
    item = scene.queue()[0]
    assert (item.kind, item.priority, item.warning_id) == ("warning", 1, 1)
    assert item.text == "Acknowledge: Barracks, imminent"
    scene.warnings[1].acknowledged_by = "Reyes"
    scene.now_ns += 2 * S
    assert all(i.kind != "warning" for i in scene.queue())


def test_an_unlooked_inbound_is_to_be_assessed(make_scene):
    scene = make_scene()
    scene.put(7, identity=Identity.UNKNOWN, north_m=12_022.5)
    scene.put(8, identity=Identity.UNKNOWN, object_class=ObjectClass.BIRD)
    scene.step()
    item = scene.queue()[0]
    assert item.text == ("Assess T0007: fixed-wing drone 12 km north inbound, nobody has looked")
    assert (item.kind, item.priority, item.track_id) == ("assess", 2, 7)
    assert len(scene.queue()) == 1


def test_what_a_person_looked_at_leaves_and_comes_back_when_recalled(make_scene):
    scene = make_scene()
    scene.put(7, identity=Identity.UNKNOWN)
    scene.step()
    scene.queue()
    scene.identities[7].dismissed_by = "Lund"
    scene.run(3.0)
    assert scene.queue() == []
    scene.identities[7].dismissed_by = None
    scene.step()
    assert scene.queue()[0].kind == "recall"
    assert scene.queue()[0].text.startswith("T0007 is back: fixed-wing drone 7.")


def test_a_hostile_with_an_open_option_wants_a_decision_then_a_second_person(scene):
    item = scene.queue()[0]
    assert (item.kind, item.track_id) == ("decide", 7)
    assert item.text.startswith("Decide T0007: HOSTILE fixed-wing drone 8.0 km north, within 17")
    scene.step(scene.authorise("Reyes"))
    scene.step(dt=2.0)
    items = scene.queue()
    assert [i.kind for i in items] == ["second_person"]
    assert items[0].text == "Second person needed for T0007, 58 s"
    assert items[0].reason == "Reyes authorised FAR"


def test_an_outcome_nobody_knows_is_asked_for(scene):
    scene.execute(look_s=0.0)
    scene.state.watches[1].looks = 2
    scene.lose(7)
    scene.step()
    assert scene.state.engagements[1].outcome == Outcome.UNSURE
    assert "Say what became of T0007" in texts(scene)


def test_a_silent_sensor_says_that_unknown_means_less(scene):
    scene.lose(7)
    scene.run(5.0)
    scene.sources["radar-1"] = SourceState(
        source="radar-1", kind="sensor", health=SourceHealth.STALE, last_ns=scene.now_ns - 14 * S
    )
    scene.sources["feed"] = SourceState(source="feed", kind="feed", health=SourceHealth.STALE)
    assert texts(scene) == ["RADAR-1 is stale 14 s: what it alone sees is missing"]


def test_a_channel_that_failed_is_urgent(scene):
    warn(scene)
    scene.warnings[1].failed = {"siren": "connection refused"}
    assert "Barracks was not warned by siren: tell them yourself" in texts(scene)


def test_people_under_cover_are_not_forgotten(scene):
    warn(scene)
    scene.warnings[1].acknowledged_by = "Reyes"
    scene.run(40.0)
    scene.queue()
    assert all(i.kind != "all_clear" for i in scene.queue())
    scene.lose(7)
    scene.queue()
    scene.run(31.0)
    items = [i for i in scene.queue() if i.kind == "all_clear"]
    assert [i.text for i in items] == ["All-clear due? Barracks, nothing inbound for 31 s"]


def test_never_more_than_five_and_the_most_urgent_first(make_scene):
    scene = make_scene()
    for k in range(9):
        scene.put(10 + k, identity=Identity.UNKNOWN, north_m=4_000.0 + 1_000.0 * k)
    scene.step()
    warn(scene)
    items = scene.queue()
    assert len(items) == 5
    assert [i.priority for i in items] == sorted(i.priority for i in items)
    assert items[0].priority == 1


def test_rows_keep_their_place_when_two_tracks_are_equally_urgent(make_scene):
    scene = make_scene()
    scene.put(9, identity=Identity.UNKNOWN, north_m=5_000.0)
    scene.step()
    scene.queue()
    orders = set()
    for k in range(20):
        scene.put(2, identity=Identity.UNKNOWN, north_m=4_990.0 - 45.0 * k - (k % 2) * 60.0)
        scene.put(9, identity=Identity.UNKNOWN, north_m=5_000.0 - 45.0 * k)
        scene.step()
        orders.add(tuple(i.track_id for i in scene.queue()))
    assert orders == {(9, 2)}


def test_what_is_equally_grave_is_ordered_by_the_time_left(scene):
    for number, left_s in ((1, 41.0), (2, 57.0), (3, 27.0)):
        warn(scene, number)
        scene.warnings[number].arrival_ns = scene.now_ns + round(left_s * S)
    warn(scene, 4)
    scene.warnings[4].acknowledged_by = "Reyes"
    scene.warnings[4].failed = {"siren": "connection refused"}
    scene.warnings[4].arrival_ns = scene.now_ns + 50 * S
    items = scene.queue()
    assert [i.warning_id for i in items if i.priority == 1] == [3, 1, 4, 2]
    scene.warnings[2].arrival_ns = scene.now_ns + 36 * S
    assert [i.warning_id for i in scene.queue() if i.priority == 1] == [3, 2, 1, 4]
    scene.warnings[1].arrival_ns = scene.now_ns + 35 * S
    assert [i.warning_id for i in scene.queue() if i.priority == 1] == [3, 2, 1, 4]


def test_a_track_is_to_be_assessed_before_it_can_be_at_the_first_asset(make_scene):
    scene = make_scene()
    scene.put(7, identity=Identity.UNKNOWN)
    far = scene.threats[7]
    near = msgspec.structs.replace(far, asset_id="line", reach_prob=0.4, arrival_s=30.0)
    never = msgspec.structs.replace(far, asset_id="post", reach_prob=0.1, arrival_s=5.0)
    items = scene.queue([far, near, never])
    assert items[0].deadline_ns == scene.now_ns + 30 * S


def test_an_item_that_flickers_keeps_its_row(make_scene):
    scene = make_scene()
    scene.put(7, identity=Identity.UNKNOWN)
    scene.step()
    first = scene.queue()[0].key
    for k in range(10):
        scene.put(7, identity=Identity.UNKNOWN, reach_prob=0.1 if k % 2 else 0.9)
        scene.step()
        assert [i.key for i in scene.queue()] == [first]


@pytest.mark.parametrize("count", [0, 200])
def test_the_queue_of_an_empty_or_crowded_friendly_sky_is_empty(make_scene, count):
    scene = make_scene()
    for k in range(min(count, 30)):
        scene.put(k + 1, identity=Identity.NEUTRAL, east_m=1_000.0 * k)
    scene.step()
    assert scene.queue() == []


def test_what_is_minutes_away_is_asked_about_when_it_has_been_wanted_for_a_while(make_scene):
    """A bird's first looks were a drone's for two seconds: a row that came and went."""
    scene = make_scene()
    scene.put(7, identity=Identity.UNKNOWN, north_m=16_000.0)
    scene.step()
    assert scene.queue() == []
    scene.now_ns += 2 * S
    assert scene.queue() == []
    scene.now_ns += S
    assert [item.key for item in scene.queue()] == ["assess:7"]
