"""SAPIENT messages that Vedette sends: acknowledgements, requests, registration, status.

In: what is to be said, with its time (int64 ns UTC) and nodes. Out: messages, framed with `wire`.
Times are those of the content; a strict middleware wants them within 0.9 s of its own.
"""

from collections.abc import Sequence
from typing import Any

from vedette.base.constants import NS_PER_S
from vedette.codecs.sapient.frames import frame
from vedette.codecs.sapient.ids import ulid
from vedette.codecs.sapient.schema import ICD_VERSION, message_class

ACCEPTED, REJECTED = 1, 2  # AlertAckStatus and TaskStatus alike
SYSTEM_OK, SYSTEM_WARNING, SYSTEM_GOODBYE = 1, 2, 5
INFO_NEW, INFO_UNCHANGED = 1, 2
START, STOP = 1, 2  # Task.Control
SECONDS = 4  # TimeUnits
PERMANENT, DEFAULT = 1, 3  # ModeType
AREA_OF_INTEREST = 1  # RegionType
FUSION_NODE = 20  # NodeType
LAT_LNG_DEG_M, WGS84_E = 1, 1
TEXT_MAX = 200  # characters of a reason: what peers wrote must not travel far


def message(node: str, t_ns: int, to: str = "") -> Any:
    """Begin a message from a node. to: the node it is meant for; "": whoever listens."""
    made = message_class()(node_id=node)
    made.timestamp.seconds, made.timestamp.nanos = divmod(t_ns, NS_PER_S)
    if to:
        made.destination_id = to
    return made


def wire(made: Any) -> bytes:
    """Give a message as it goes over the wire."""
    return frame(made.SerializeToString())


def registration_ack(node: str, t_ns: int, to: str, reasons: Sequence[str] = ()) -> Any:
    """Accept a registration, or refuse it with reasons."""
    made = message(node, t_ns, to)
    made.registration_ack.acceptance = not reasons
    made.registration_ack.ack_response_reason.extend(each[:TEXT_MAX] for each in reasons)
    return made


def alert_ack(node: str, t_ns: int, to: str, alert_id: str) -> Any:
    """Say that an alert was taken and is shown."""
    made = message(node, t_ns, to)
    made.alert_ack.alert_id, made.alert_ack.alert_ack_status = alert_id, ACCEPTED
    return made


def task_ack(node: str, t_ns: int, to: str, task_id: str, reason: str = "") -> Any:
    """Accept a task, or refuse it with a reason."""
    made = message(node, t_ns, to)
    made.task_ack.task_id = task_id
    made.task_ack.task_status = REJECTED if reason else ACCEPTED
    if reason:
        made.task_ack.reason.append(reason[:TEXT_MAX])
    return made


def error(node: str, t_ns: int, to: str, packet: bytes, reason: str) -> Any:
    """Hand a message back that could not be taken, with the reason."""
    made = message(node, t_ns, to)
    made.error.packet = packet
    made.error.error_message.append(reason)
    return made


def request(node: str, t_ns: int, to: str, wanted: str) -> Any:
    """Ask a node for its "Registration" or "Status"."""
    made = message(node, t_ns, to)
    made.task.task_id = ulid(t_ns, node, to, "request", wanted)
    made.task.control = START
    made.task.command.request = wanted
    return made


def register(
    node: str,
    t_ns: int,
    name: str,
    kinds: Sequence[tuple[int, str]],
    status_s: float,
    version: str,
) -> Any:
    """Begin a registration: all that every node says. kinds: (NodeType, words).

    `mode` adds the one mode that a registration must have.
    """
    made = message(node, t_ns)
    said = made.registration
    for kind, words in kinds:
        definition = said.node_definition.add(node_type=kind)
        definition.node_sub_type.append(words)
        said.capabilities.add(category=words, type="surveillance of the air")
    said.icd_version, said.name = ICD_VERSION, name
    said.status_definition.status_interval.units = SECONDS
    said.status_definition.status_interval.value = status_s
    said.config_data.add(manufacturer="Vedette", model="Vedette", software_version=version)
    return made


def mode(made: Any, name: str = "Default") -> Any:
    """Add a permanent mode without tasks to a registration; give the mode."""
    added = made.registration.mode_definition.add(mode_name=name, mode_type=PERMANENT)
    added.settle_time.units, added.settle_time.value = SECONDS, 0.0
    region = added.task.region_definition
    region.region_type.append(AREA_OF_INTEREST)
    area = region.region_area.add()
    area.location_units, area.location_datum = LAT_LNG_DEG_M, WGS84_E
    return added


def status(node: str, t_ns: int, system: int = SYSTEM_OK, in_mode: str = "Default") -> Any:
    """Say that a node lives, and how it does."""
    made = message(node, t_ns)
    said = made.status_report
    said.report_id = ulid(t_ns, node, "status")
    said.system, said.info, said.mode = system, INFO_NEW, in_mode
    return made
