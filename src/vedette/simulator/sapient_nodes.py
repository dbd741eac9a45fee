"""The site's sensors as SAPIENT nodes, all over one connection, as behind a middleware.

In: what the sensors say, and what the service answers. Out: messages as they go over the wire:
each node registers before its first word and when it is asked to, says every few seconds that it
lives, as long as it does, and acknowledges its tasks. Looking and following is all that a task
may ask of a node; a node that is no camera refuses them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs import sapient
from vedette.codecs.sapient import sensor_side, write
from vedette.config.site import Sensor
from vedette.model.reports import Report

HEARD_BYTES_MAX = 1 << 20  # of the service, not whole yet
ACCEPTED, REJECTED, COMPLETED = 1, 2, 3  # TaskStatus


@dataclass(slots=True)
class SapientNodes:
    """The nodes of one feed, by node id. dies_ns: from when on a sensor says nothing more.

    tasked: what was asked of each sensor, (sensor, command), for those who look.
    """

    sensors: dict[str, Sensor]
    dies_ns: dict[str, int] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)
    status_ns: dict[str, int] = field(default_factory=dict)
    tasked: list[tuple[str, str]] = field(default_factory=list)
    heard: bytes = b""
    said: int = 0

    def called(self) -> None:
        """Begin anew: the service has connected."""
        self.registered.clear()
        self.status_ns.clear()
        self.heard = b""

    def signs(self, t_ns: int) -> bytes:
        """Say what is due of itself: registrations, and that each node lives."""
        out = []
        for node, sensor in self.sensors.items():
            if t_ns > self.dies_ns.get(sensor.id, t_ns):
                continue
            if node not in self.registered:
                self.registered.add(node)
                out.append(write.wire(sensor_side.registration(sensor, t_ns)))
            last_ns = self.status_ns.get(node)
            if last_ns is None or t_ns - last_ns >= int(sensor_side.STATUS_S * NS_PER_S):
                self.status_ns[node] = t_ns
                out.append(write.wire(write.status(node, t_ns)))
        return b"".join(out)

    def words(self, reports: Iterable[Report], sensor: Sensor) -> bytes:
        """Say a sensor's detections; its signs of life are said by `signs`."""
        out = []
        for report in reports:
            self.said += 1
            made = sensor_side.detection(report, sensor, self.said)
            if made is not None:
                out.append(write.wire(made))
        return b"".join(out)

    def hear(self, data: bytes, t_ns: int) -> bytes:
        """Take what the service says; give the nodes' answers."""
        found = sapient.split((self.heard + data)[-HEARD_BYTES_MAX:])
        rest = self.heard + data
        self.heard = rest[found.used :]
        out = []
        for raw in found.messages:
            try:
                message = sapient.parse(raw)
            except RefusedError as refused:
                raise ValueError(f"the service says what is no SAPIENT: {refused}") from None
            if message.WhichOneof("content") == "task":
                out.append(self._task(message, t_ns))
        return b"".join(out)

    def _task(self, message: Any, t_ns: int) -> bytes:
        node, task = message.destination_id.lower(), message.task
        sensor = self.sensors.get(node)
        if sensor is None:
            return b""
        command = task.command.WhichOneof("command") or ""
        if command == "request":
            self.registered.discard(node)
            return b""
        self.tasked.append((sensor.id, command))
        fault = "" if sensor.kind == "bearing_elevation" else "it cannot be pointed"
        to, task_id = message.node_id, task.task_id
        ack = write.wire(write.task_ack(node, t_ns, to, task_id, fault))
        if fault or command != "look_at":
            return ack
        done = write.task_ack(node, t_ns, to, task_id)
        done.task_ack.task_status = COMPLETED
        return ack + write.wire(done)


def sapient_nodes(sensors: Iterable[Sensor], dies_ns: dict[str, int]) -> SapientNodes:
    """Make nodes of those sensors that have a node id."""
    named = [sensor for sensor in sensors if sensor.sapient_node is not None]
    return SapientNodes({sensor_side.node_of_sensor(s): s for s in named}, dies_ns)
