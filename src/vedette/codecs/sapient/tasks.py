"""What people ask of pointable sensors, as SAPIENT tasks to their nodes.

In: SensorTasked events, and of which objects tracks are made. Out: Task messages among the
answers of the conversation in which the sensor's node has registered. A sensor that sees the track
itself is told to follow its own object; any other the object that we report as a fusion node.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from vedette.codecs.sapient import write
from vedette.codecs.sapient.fusion import track_object
from vedette.codecs.sapient.ids import ulid
from vedette.codecs.sapient.nodes import Conversation
from vedette.model.events import SensorTasked
from vedette.model.picture import Origin

TASKS_MAX = 32  # asked lately, remembered by id, so that an answer can be told in words
Provenance = Mapping[int, Mapping[str, Origin]]


def send_task(
    conversations: Sequence[Conversation],
    event: SensorTasked,
    provenance: Provenance,
    t_ns: int,
) -> bool:
    """Ask a sensor's node for what a person wants; False where it has registered nowhere."""
    for conversation in conversations:
        for node, known in conversation.nodes.items():
            if known.sensor == event.sensor and known.is_registered:
                task = sensor_task(conversation.own, node, event, provenance, t_ns)
                _remember(conversation, task.task.task_id, event)
                conversation.say(write.wire(task), node)
                return True
    return False


def sensor_task(own: str, node: str, event: SensorTasked, provenance: Provenance, t_ns: int) -> Any:
    """Make the Task message of what a person wants."""
    made = write.message(own, t_ns, node)
    task = made.task
    task.task_id = ulid(t_ns, own, node, event.task, event.track_id)
    task.task_name, task.control = event.task, write.START
    if event.task == "mode":
        task.command.mode_change = event.mode
    elif event.task == "stop":
        task.control = write.STOP
        task.command.request = "Stop"
    elif event.task == "follow" and event.track_id is not None:
        origin = provenance.get(event.track_id, {}).get(event.sensor)
        fused = track_object(own, event.track_id, event.started_ns)
        task.command.follow.follow_object_id = fused if origin is None else origin.object_ref
    else:
        place = task.command.look_at.location_list.locations.add()
        place.x, place.y, place.z = event.lon_deg, event.lat_deg, event.hae_m
        place.coordinate_system, place.datum = write.LAT_LNG_DEG_M, write.WGS84_E
    return made


def _remember(conversation: Conversation, task_id: str, event: SensorTasked) -> None:
    about = f" T{event.track_id:04d}" if event.track_id is not None else ""
    mode = f" {event.mode}" if event.mode else ""
    conversation.tasks[task_id] = f"{event.task.replace('_', ' ')}{about}{mode}"
    while len(conversation.tasks) > TASKS_MAX:
        del conversation.tasks[next(iter(conversation.tasks))]
