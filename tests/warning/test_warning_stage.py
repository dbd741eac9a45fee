"""People are warned once, in time, in plain words, and until a human says it is over."""

import msgspec
import numpy as np
import pytest

from vedette.model.commands import Delivery
from vedette.model.enums import Identity, Mode, ObjectClass, Role, WarningLevel
from vedette.model.events import (
    CommandRefused,
    WarningAcknowledged,
    WarningCleared,
    WarningDelivered,
    WarningDeliveryFailed,
    WarningEscalated,
    WarningRaised,
    WarningUpdated,
)
from vedette.warning import WarningState

S = 1_000_000_000


def test_a_hostile_inbound_warns_people_once_and_says_what_where_and_how_long(scene):
    scene.put(7, 100.0)
    events = scene.run(20.0)
    assert [type(e) for e in events] == [WarningRaised]
    raised = events[0]
    assert raised.level == WarningLevel.IMMINENT
    assert raised.track_ids == (7,)
    assert raised.cause == "threat"
    assert raised.spoken == "Simulation. Drone, north-west, ninety seconds. Take cover."
    assert raised.simulated
    assert raised.t_ns - raised.t_detect_ns == pytest.approx(1.25 * S)


def test_live_warnings_carry_no_mark_and_exercises_do(make_scene):
    texts = {}
    for mode in Mode:
        scene = make_scene(mode)
        scene.put(1, 60.0)
        texts[mode] = scene.run(3.0)[0].spoken
    assert texts[Mode.LIVE] == "Drone, north-west, fifty seconds. Take cover."
    assert texts[Mode.EXERCISE].startswith("Exercise. ")
    assert texts[Mode.REPLAY].startswith("Replay. ")


def test_possible_escalates_to_imminent_as_time_runs_down(scene):
    scene.put(7, 170.0)
    events = scene.run(60.0)
    assert [type(e) for e in events] == [WarningRaised, WarningEscalated]
    assert [e.level for e in events] == [WarningLevel.POSSIBLE, WarningLevel.IMMINENT]
    assert [e.revision for e in events] == [1, 2]
    assert "Be ready to take cover." in events[0].spoken
    assert events[0].spoken.startswith("Simulation. Drone, north-west, two and a half minutes")


def test_seconds_left_count_down_and_stay_at_zero_when_the_track_is_lost(scene):
    scene.put(7, 60.0)
    scene.run(10.0)
    record = scene.state.warnings[1]
    assert record.seconds_left_s == pytest.approx(50.0)
    scene.lose(7)
    scene.run(20.0)
    assert record.seconds_left_s == pytest.approx(30.0)
    assert scene.run(60.0) == []
    assert record.seconds_left_s == 0.0
    assert list(scene.state.warnings) == [1]


@pytest.mark.parametrize("identity", [Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL])
def test_civil_and_friendly_tracks_never_warn(scene, identity):
    scene.put(7, 30.0, identity=identity, reach_prob=1.0)
    assert scene.run(29.0) == []


@pytest.mark.parametrize("identity", [Identity.UNKNOWN, Identity.PENDING, Identity.SUSPECT])
def test_an_inbound_track_nobody_has_assessed_warns_people_by_itself(make_scene, identity):
    scene = make_scene(possible_s=60.0, imminent_s=50.0, unassessed_s=120.0)
    scene.put(7, 130.0, identity=identity)
    events = scene.run(20.0)
    assert [type(e) for e in events] == [WarningRaised]
    assert events[0].cause == "unassessed"
    assert "nobody has assessed it" in events[0].reason
    assert events[0].seconds_left_s == pytest.approx(119.0, abs=0.3)


@pytest.mark.parametrize("by", [{"assessed_by": "Reyes"}, {"dismissed_by": "Reyes"}])
def test_the_dead_mans_clock_stops_when_a_human_has_looked(scene, by):
    scene.put(7, 100.0, identity=Identity.UNKNOWN, **by)
    assert scene.run(60.0) == []


def test_birds_and_balloons_and_departing_and_unlikely_tracks_do_not_start_the_clock(scene):
    scene.put(1, 60.0, identity=Identity.UNKNOWN, object_class=ObjectClass.BIRD)
    scene.put(2, 60.0, identity=Identity.UNKNOWN, object_class=ObjectClass.BALLOON)
    scene.put(3, 60.0, identity=Identity.UNKNOWN, closing_mps=-10.0)
    scene.put(4, 60.0, identity=Identity.UNKNOWN, reach_prob=0.1)
    assert scene.run(30.0) == []


def doubtful(scene, arrival_s: float, class_prob: float) -> None:
    scene.put(
        1,
        arrival_s,
        identity=Identity.PENDING,
        object_class=ObjectClass.BIRD,
        class_prob=class_prob,
        reach_prob=0.23,
    )


@pytest.mark.parametrize("arrival_s", [58.0, 126.0])
def test_what_is_a_bird_sooner_than_not_warns_nobody_while_it_is_young(scene, arrival_s):
    doubtful(scene, arrival_s, class_prob=0.7)
    assert scene.run(5.0) == []
    doubtful(scene, arrival_s - 5.0, class_prob=0.85)  # now it is known for a bird
    assert scene.run(20.0) == []


@pytest.mark.parametrize("class_prob", [0.6, 0.79])
def test_a_half_hearted_bird_still_starts_the_clock(scene, class_prob):
    doubtful(scene, 120.0, class_prob)
    assert scene.run(15.0) == []
    (event,) = scene.run(3.0)
    assert event.spoken.startswith("Simulation. Unknown object, north-west")


def test_doubt_leaves_most_of_the_time_to_take_cover(scene):
    doubtful(scene, 20.0, class_prob=0.7)
    (event,) = scene.run(4.0)
    assert event.seconds_left_s >= 17.5


def test_an_arrival_that_is_hardly_known_has_to_hold_longer(scene):
    scene.put(1, 100.0, identity=Identity.UNKNOWN)
    scene.threats[1] = msgspec.structs.replace(scene.threats[1], straight_sigma_s=40.0)
    assert scene.run(9.0) == []
    assert [type(e) for e in scene.run(3.0)] == [WarningRaised]


def test_what_nobody_has_looked_at_yet_has_to_hold_until_its_class_is_known(scene):
    """A goose was told of in its first second, when its class was still anybody's guess."""
    scene.put(1, 100.0, identity=Identity.PENDING, class_prob=0.15)
    assert scene.run(3.0) == []
    scene.identities[1].class_prob = {ObjectClass.FIXED_WING_UAS: 0.6}
    (event,) = scene.run(1.0)
    assert isinstance(event, WarningRaised)


def test_what_a_person_or_the_evidence_calls_a_threat_is_not_in_doubt(scene):
    doubtful(scene, 100.0, class_prob=0.7)
    scene.identities[1].identity = Identity.SUSPECT
    assert len(scene.run(2.0)) == 1


def test_the_words_and_the_time_left_are_of_the_same_object(scene):
    scene.put(1, 60.0, reach_prob=0.4)
    scene.run(3.0)
    scene.put(1, 57.0, reach_prob=0.05)
    scene.put(2, 290.0, reach_prob=0.4)
    assert scene.run(3.0) == [], "who flickers is no news"
    record = scene.state.warnings[1]
    assert record.reason.startswith("T0002")
    assert record.seconds_left_s == pytest.approx(287.0, abs=0.5)
    (event,) = scene.run(8.0)
    assert isinstance(event, WarningEscalated), "another raid is another alarm"
    assert event.reason.startswith("T0002")
    assert record.track_ids[0] == 2


def test_a_flicker_shorter_than_a_second_warns_nobody(scene):
    for _ in range(10):
        scene.put(7, 100.0)
        assert scene.run(0.75) == []
        scene.put(7, 100.0, reach_prob=0.05)
        assert scene.run(0.5) == []


def test_an_estimate_that_trembles_about_the_threshold_does_not_restart_the_count(scene):
    events = []
    for k in range(8):
        scene.put(7, 100.0, reach_prob=0.52 if k % 2 == 0 else 0.45)
        events += scene.step()
    assert [e.level for e in events] == [WarningLevel.IMMINENT]


def test_a_raid_is_one_warning_and_its_members_are_gathered(scene):
    for k in range(6):
        scene.put(10 + k, 90.0 + k)
    events = scene.run(2.0)
    for k in range(6):
        scene.put(20 + k, 100.0 + k, bearing_deg=200.0)
        events += scene.run(1.0)
    events += scene.run(30.0)
    assert len({e.warning_id for e in events}) == 1
    assert [type(e) for e in events] == [WarningRaised, WarningUpdated]
    assert events[0].spoken.startswith("Simulation. Six drones, north-west")
    assert len(events[1].track_ids) == 12


def test_a_raid_that_keeps_growing_is_one_alarm_and_everyone_in_it_is_named(scene):
    events = []
    for k in range(28):
        scene.put(10 + k, 140.0)
        events += scene.run(6.0)
    assert [type(e) for e in events] == [WarningRaised] + [WarningUpdated] * (len(events) - 1)
    told_s = [(e.t_ns - events[0].t_ns) * 1e-9 for e in events]
    assert min(np.diff(told_s)) >= 9.99
    assert max(np.diff(told_s)) <= 16.0
    assert len(events[-1].track_ids) >= 26


def test_who_joins_silently_is_neither_delivered_nor_acknowledged_anew(scene):
    scene.put(1, 120.0)
    scene.run(2.0)
    scene.step(commands=[scene.acknowledge(1)])
    scene.put(2, 125.0, bearing_deg=90.0)
    (joined,) = scene.run(12.0)
    assert isinstance(joined, WarningUpdated)
    assert (joined.revision, joined.track_ids) == (1, (1, 2))
    record = scene.state.warnings[1]
    assert (record.revision, record.track_ids) == (1, (1, 2))
    assert record.acknowledged_by == "Reyes"
    assert "1 more with it" in record.reason


def test_what_a_person_has_looked_at_and_still_comes_is_the_same_raid(scene):
    scene.put(1, 140.0, identity=Identity.UNKNOWN)
    scene.run(3.0)
    scene.identities[1].assessed_by = "amal"
    scene.run(15.0)
    scene.put(2, 130.0, identity=Identity.UNKNOWN, bearing_deg=300.0)
    assert [type(e) for e in scene.run(15.0)] == [WarningUpdated]


@pytest.mark.parametrize("end", ["lost", "dismissed", "friend", "turned away"])
def test_when_nothing_told_of_comes_any_more_the_next_raid_is_an_alarm(scene, end):
    scene.put(1, 140.0, identity=Identity.UNKNOWN)
    scene.run(3.0)
    if end == "lost":
        scene.lose(1)
    elif end == "dismissed":
        scene.identities[1].dismissed_by = "amal"
    elif end == "friend":
        scene.identities[1].identity = Identity.FRIEND
    else:
        scene.put(1, 137.0, identity=Identity.UNKNOWN, reach_prob=0.01)
    scene.run(70.0)
    scene.put(2, 200.0, bearing_deg=90.0)
    (event,) = scene.run(4.0)
    assert isinstance(event, WarningEscalated)
    assert event.track_ids[0] == 2
    assert event.spoken.startswith("Simulation. Drone, east")


def test_a_member_that_comes_sooner_than_announced_is_told_at_once(scene):
    scene.put(1, 120.0)
    scene.run(2.0)
    scene.put(2, 60.0, bearing_deg=90.0)
    events = scene.run(2.0)
    assert [type(e) for e in events] == [WarningEscalated]
    assert events[0].spoken == "Simulation. Two drones, east, fifty seconds. Take cover."


def test_the_time_of_the_present_level_is_kept_beside_that_of_the_warning(scene):
    scene.put(7, 170.0)
    scene.run(5.0)
    record = scene.state.warnings[1]
    raised_ns = record.raised_ns
    assert (record.level, record.level_ns) == (WarningLevel.POSSIBLE, raised_ns)
    escalated = next(e for e in scene.run(60.0) if isinstance(e, WarningEscalated))
    assert (record.level, record.level_ns) == (WarningLevel.IMMINENT, escalated.t_ns)
    assert record.raised_ns == raised_ns
    scene.put(8, 60.0)
    scene.run(20.0)
    assert record.revision == 3
    assert record.level_ns == escalated.t_ns, "a larger raid is no other level"


def test_cover_ordered_on_a_possible_warning_is_imminent_since_the_order(scene):
    scene.put(7, 170.0)
    scene.run(5.0)
    ordered = scene.step(commands=[scene.order()])[0]
    assert scene.state.warnings[1].level_ns == ordered.t_ns > scene.state.warnings[1].raised_ns


def test_an_escalation_counts_the_whole_raid_though_one_member_alone_is_imminent(scene):
    scene.put(7, 184.0, reach_prob=0.3)
    scene.put(8, 165.0)
    events = scene.run(40.0)
    assert [e.level for e in events] == [WarningLevel.POSSIBLE, WarningLevel.IMMINENT]
    assert [e.spoken.split(",")[0] for e in events] == ["Simulation. Two drones"] * 2
    assert "1 more with it" in events[-1].reason


def test_the_reason_of_an_open_warning_says_what_holds_now(scene):
    scene.put(7, 100.0, identity=Identity.SUSPECT)
    scene.run(5.0)
    record = scene.state.warnings[1]
    assert "T0007, SUSPECT" in record.reason
    scene.identities[7].identity = Identity.HOSTILE
    scene.step()
    assert "T0007, HOSTILE" in record.reason
    assert f"{record.seconds_left_s:.0f} s" not in record.reason, "the time stands beside it"
    assert record.revision == 1


def test_the_reason_stays_with_its_track_while_another_is_as_near(scene):
    scene.put(7, 100.0)
    scene.put(8, 101.0)
    scene.run(15.0)
    told = set()
    for i in range(20):
        first, second = (7, 8) if i % 2 else (8, 7)
        scene.put(first, 80.0 - i)
        scene.put(second, 81.0 - i)
        scene.step()
        told.add(scene.state.warnings[1].reason.split(",")[0])
    assert told == {"T0007"}


def test_a_human_order_keeps_its_own_reason(scene):
    scene.put(7, 100.0)
    scene.run(3.0)
    scene.step(commands=[scene.order("heard it")])
    scene.run(3.0)
    assert "heard it" in scene.state.warnings[1].reason


def test_while_people_need_only_be_ready_what_comes_sooner_is_no_alarm(scene):
    scene.put(1, 280.0)
    scene.run(2.0)
    scene.put(2, 170.0, bearing_deg=90.0)
    assert scene.run(2.0) == []
    events = scene.run(22.0)
    assert [(type(e), e.level) for e in events] == [
        (WarningUpdated, WarningLevel.POSSIBLE),
        (WarningEscalated, WarningLevel.IMMINENT),
    ]
    assert events[0].seconds_left_s == pytest.approx(166.75, abs=0.5)


def test_a_member_that_comes_hardly_sooner_is_gathered(scene):
    scene.put(1, 140.0)
    scene.run(2.0)
    scene.put(2, 125.0, bearing_deg=90.0)
    assert scene.run(6.0) == []
    assert [type(e) for e in scene.run(6.0)] == [WarningUpdated]


def test_a_track_found_again_under_another_number_is_not_announced_again(scene):
    scene.put(1, 120.0)
    scene.run(20.0)
    scene.lose(1)
    scene.run(5.0)
    scene.put(9, 95.0)
    assert scene.run(30.0) == []
    assert scene.state.warnings[1].track_ids == (1, 9)
    assert scene.state.warnings[1].seconds_left_s == pytest.approx(65.0, abs=0.1)


def test_only_an_operator_gives_the_all_clear_and_only_with_a_reason(scene):
    scene.put(7, 60.0)
    scene.run(3.0)
    scene.lose(7)
    viewer = scene.step(commands=[scene.all_clear(roles=(Role.VIEWER, Role.ADMINISTRATOR))])
    silent = scene.step(commands=[scene.all_clear(reason="  ")])
    assert [e.reason for e in viewer + silent] == [
        "only an operator may do this",
        "an all-clear needs a reason",
    ]
    events = scene.step(commands=[scene.all_clear()])
    assert [type(e) for e in events] == [WarningCleared]
    assert scene.state.warnings == {}
    assert scene.run(60.0) == []
    again = scene.step(commands=[scene.all_clear()])
    assert again[0].reason == "no warning is open for Barracks"


def test_a_mistaken_all_clear_is_followed_by_a_new_warning(scene):
    scene.put(7, 100.0)
    scene.run(3.0)
    scene.step(commands=[scene.all_clear()])
    assert scene.run(19.0) == []
    events = scene.run(3.0)
    assert [type(e) for e in events] == [WarningRaised]
    assert events[0].warning_id == 2


def test_what_gets_worse_after_the_all_clear_warns_at_once(scene):
    scene.put(7, 155.0)
    scene.run(2.0)
    scene.step(commands=[scene.all_clear()])
    events = scene.run(8.0)
    assert [e.level for e in events] == [WarningLevel.IMMINENT]


def test_acknowledging_does_not_end_a_warning_and_an_escalation_wants_a_new_one(scene):
    scene.put(7, 160.0)
    scene.run(3.0)
    events = scene.step(commands=[scene.acknowledge(1)])
    assert [type(e) for e in events] == [WarningAcknowledged]
    assert scene.state.warnings[1].acknowledged_by == "Reyes"
    refused = scene.step(commands=[scene.acknowledge(1), scene.acknowledge(5)])
    assert [e.reason for e in refused] == [
        "already acknowledged by Reyes",
        "warning 5 is not open",
    ]
    scene.run(20.0)
    assert scene.state.warnings[1].level == WarningLevel.IMMINENT
    assert scene.state.warnings[1].acknowledged_by is None


def test_the_same_command_twice_is_one_command(scene):
    scene.put(7, 60.0)
    scene.run(3.0)
    command = scene.acknowledge(1)
    events = scene.step(commands=[command, command])
    assert [type(e) for e in events] == [WarningAcknowledged, CommandRefused]
    assert events[1].reason == "already received"


def test_a_human_orders_cover_without_any_track(scene):
    events = scene.step(commands=[scene.order()])
    assert [type(e) for e in events] == [WarningRaised]
    assert (events[0].cause, events[0].level) == ("human", WarningLevel.IMMINENT)
    assert events[0].spoken == "Simulation. Take cover now, by order of the watch."
    assert events[0].reason == "ordered by Reyes: heard it"
    scene.put(7, 60.0)
    joined = scene.run(20.0)
    assert [type(e) for e in joined] == [WarningEscalated]
    assert joined[0].warning_id == events[0].warning_id


def test_a_human_order_raises_a_possible_warning_to_imminent(scene):
    scene.put(7, 250.0)
    scene.run(3.0)
    events = scene.step(commands=[scene.order()])
    assert (events[0].level, events[0].revision) == (WarningLevel.IMMINENT, 2)
    assert events[0].t_detect_ns < events[0].t_ns


def delivery(scene, channel: str, delivered: bool = True, revision: int = 1) -> Delivery:
    return Delivery(
        warning_id=1,
        revision=revision,
        channel=channel,
        delivered=delivered,
        t_recv_ns=scene.now_ns + S // 2,
        detail="" if delivered else "refused",
    )


def test_every_channel_answers_once_and_its_seconds_are_kept(scene):
    scene.put(7, 100.0)
    raised = scene.run(1.25)[0]
    assert raised.t_ns == scene.now_ns
    display = delivery(scene, "display")
    events = scene.step(0.5, deliveries=[display, display, delivery(scene, "siren", False)])
    assert [type(e) for e in events] == [WarningDelivered, WarningDeliveryFailed]
    assert events[0].latency_s == pytest.approx(0.5)
    record = scene.state.warnings[1]
    assert (record.delivered, record.failed) == ({"display": 0.5}, {"siren": "refused"})
    later = scene.step(0.5, deliveries=[delivery(scene, "siren")])
    assert [type(e) for e in later] == [WarningDelivered]
    assert record.failed == {}
    assert scene.step(deliveries=[delivery(scene, "x", revision=9)]) == []


def test_a_restored_stage_repeats_nothing_and_goes_on_alike(scene, make_scene):
    scene.put(7, 160.0)
    scene.put(8, 170.0)
    scene.run(5.0)
    saved = msgspec.msgpack.encode(scene.state)
    restored = msgspec.msgpack.decode(saved, type=WarningState)
    twin = make_scene()
    twin.__dict__.update(scene.__dict__)
    twin.state, twin.tracks = restored, scene.tracks
    twin.threats = dict(scene.threats)
    state_enu = scene.tracks.state_enu.copy()
    going_on = scene.run(20.0)
    scene.tracks.state_enu[:] = state_enu
    assert twin.run(20.0) == going_on
    assert [type(e) for e in going_on] == [WarningEscalated]
    assert msgspec.msgpack.encode(twin.state) == msgspec.msgpack.encode(scene.state)


def test_nan_never_warns(scene):
    scene.put(7, 60.0)
    scene.threats[7] = msgspec.structs.replace(scene.threats[7], reach_prob=np.nan)
    assert scene.run(5.0) == []


def test_an_empty_sky_is_silent(scene):
    assert scene.run(5.0) == []
