"""SAPIENT: pointing sensors, where they look, and recordings of all they say."""

import math

import msgspec
from codecs_world import T0_NS
from sapient_talk import OURS, T_NS, Talk, make_site
from sapient_world import (
    BEARING,
    NODE,
    STATUS,
    ULID,
    made,
    stream,
)

from vedette import codecs
from vedette.codecs import sapient
from vedette.model.events import SensorTasked
from vedette.model.picture import Origin


def asked(talk, task, **said):
    """Pass on a person's task for the radar's node; give events and the message sent."""
    event = SensorTasked(t_ns=T_NS, sensor="radar", task=task, person="amal", **said)
    origin = {7: {"radar": Origin(object_ref=ULID, t_meas_ns=T_NS)}}
    talk.note("shed")  # a step without answers of its own
    events = codecs.pass_tasks(talk.decoders, [event], origin, T_NS)
    return events, [message.task for _, message in talk.answered()]


def test_what_a_person_asks_of_a_sensor_goes_to_its_node_and_its_answer_is_told_in_words():
    talk = Talk()
    place = {"track_id": 7, "lat_deg": 33.81, "lon_deg": 42.45, "hae_m": 300.0}
    events, (task,) = asked(talk, "look_at", **place)
    assert not events and task.control == 1
    (there,) = task.command.look_at.location_list.locations
    assert (there.x, there.y, there.z) == (42.45, 33.81, 300.0)
    said = {"taskId": task.task_id, "taskStatus": "TASK_STATUS_REJECTED", "reason": ["masked"]}
    (word,) = talk.say("taskAck", said, destinationId=OURS)
    assert (word.source, word.kind) == ("radar", "task_rejected")
    assert word.text == "look at T0007 rejected: masked"


def test_a_sensor_follows_its_own_object_where_it_sees_the_track_else_ours():
    talk = Talk()
    place = {"lat_deg": 33.81, "lon_deg": 42.45, "hae_m": 300.0, "started_ns": T0_NS}
    _, (own,) = asked(talk, "follow", track_id=7, **place)
    assert own.command.follow.follow_object_id == ULID
    _, (ours,) = asked(talk, "follow", track_id=8, **place)
    assert ours.command.follow.follow_object_id not in ("", ULID)


def test_modes_and_stops_are_tasks_and_a_node_that_has_not_registered_gets_none():
    talk = Talk()
    _, (mode,) = asked(talk, "mode", mode="Wide")
    assert mode.command.mode_change == "Wide"
    _, (stop,) = asked(talk, "stop")
    assert stop.control == 2
    talk.note("opened")
    (event,), tasks = asked(talk, "stop")
    assert not tasks and (event.source, event.kind) == ("radar", "task_unsent")


CONE = BEARING | {
    "azimuth": 90.0,
    "elevation": 5.0,
    "horizontalExtent": 20.0,
    "verticalExtent": 8.0,
}


def pointed(offset_deg=0.0, is_pointable=True, **cone):
    """Give the view that a status with a field of view states."""
    site = make_site()
    radar = msgspec.structs.replace(
        site.sensors[0], pointable=is_pointable, azimuth_offset_deg=offset_deg
    )
    talk = Talk(msgspec.structs.replace(site, sensors=[radar]))
    said = STATUS | {
        "fieldOfView": {"rangeBearing": {k: v for k, v in (CONE | cone).items() if v is not None}}
    }
    view = talk.say("statusReport", said)[-1].view
    if view is None:
        return None
    return [round(math.degrees(angle), 6) for angle in msgspec.structs.astuple(view)]


def test_a_field_of_view_says_where_a_pointable_sensor_looks():
    assert pointed() == [80.0, 100.0, 1.0, 9.0]
    assert pointed(azimuth=5.0, offset_deg=-10.0) == [345.0, 5.0, 1.0, 9.0]
    assert pointed(verticalExtent=None) == [80.0, 100.0, -90.0, 90.0]


def test_a_field_of_view_of_a_fixed_sensor_or_without_a_sector_changes_nothing():
    assert pointed(is_pointable=False) is None
    assert pointed(horizontalExtent=0.0) is None
    assert pointed(azimuth=None) is None


def test_a_recording_is_read_in_both_forms_with_its_site_or_anywhere():
    for data in (stream("detectionReport", "statusReport"), to_lines("detectionReport")):
        at_home = codecs.Reading("file", make_site())
        plot = next(r for _, r, _ in codecs.named("sapient").read(data, at_home))
        assert (plot.sensor, plot.range_m, plot.t_meas_ns) == ("radar", 5000.0, T_NS)
        anywhere = codecs.anywhere("file")
        plot = next(r for _, r, _ in codecs.named("sapient").read(data, anywhere))
        assert plot.sensor == f"node-{NODE[:8]}"
    assert anywhere.messages["detection_report"].read == 1


def to_lines(*kinds):
    return b"".join(sapient.to_json(made(kind)) for kind in kinds)
