"""What a person may ask of a sensor: to look at a track, to follow it, to take a mode, to stop.

In: a command of the watch. Out: SensorTasked, which the codecs pass on to the sensor, or a refusal
in words. A sensor may be pointed; nothing else can be asked of anything.
"""

from vedette.decision.authority import refused
from vedette.decision.state import DecisionState
from vedette.decision.world import World
from vedette.model.commands import TaskSensor
from vedette.model.enums import Role
from vedette.model.events import Event, SensorTasked

_WATCH = frozenset({Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY, Role.ENGAGEMENT_AUTHORITY})
AT_A_TRACK, TASKS = ("look_at", "follow"), ("look_at", "follow", "mode", "stop")
MODE_CHARS_MAX = 100


def task_sensor(state: DecisionState, world: World, command: TaskSensor) -> Event:
    """Give the sensor's task, or say why it cannot be asked."""
    fault = _fault(state, world, command)
    if fault:
        return refused(command, fault, world.now_ns)
    place: tuple[float | None, float | None, float | None] = (None, None, None)
    started_ns = 0
    if command.task in AT_A_TRACK and command.track_id is not None:
        row = world.rows[command.track_id]
        east_m, north_m, up_m = world.tracks.state_enu[row, :3].tolist()
        place = state.frame.geo_deg_from_enu(east_m, north_m, up_m)
        started_ns = int(world.tracks.started_ns[row])
    return SensorTasked(
        t_ns=world.now_ns,
        sensor=command.sensor,
        task=command.task,
        person=command.person,
        track_id=command.track_id if command.task in AT_A_TRACK else None,
        mode=command.mode if command.task == "mode" else "",
        lat_deg=place[0],
        lon_deg=place[1],
        hae_m=place[2],
        started_ns=started_ns,
    )


def _fault(state: DecisionState, world: World, command: TaskSensor) -> str:
    if not _WATCH & set(command.roles):
        return "only the watch may task a sensor"
    sensor = next((each for each in state.sensors if each.id == command.sensor), None)
    if sensor is None:
        return f"there is no sensor {command.sensor!r}"
    if not sensor.pointable:
        return f"{sensor.name} cannot be pointed (the site file says pointable = false)"
    if command.task not in TASKS:
        return f"a sensor can be asked to {', '.join(TASKS)}"
    if command.task in AT_A_TRACK and command.track_id not in world.rows:
        return "say which track: there is none of that number"
    if command.task == "mode" and not 0 < len(command.mode.strip()) <= MODE_CHARS_MAX:
        return "say which mode"
    return ""
