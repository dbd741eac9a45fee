"""SAPIENT messages to reports, and the answers they ask for.

In: a feed's bytes, whole messages behind their lengths. Out: reports (detections, signs of life,
words of a node, refusals); answers lie in the conversation until the step is over. Nodes that the
site file does not name, and nodes that have not registered, are refused by name; the latter are
asked to register, since a fusion node that comes late has missed it. Nodes with effectors are
refused: Vedette takes sensors alone.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from vedette import __version__
from vedette.base.angles import wrap_two_pi
from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs import reasons, times
from vedette.codecs.sapient import write
from vedette.codecs.sapient.detections import detection_report
from vedette.codecs.sapient.frames import split
from vedette.codecs.sapient.nodes import (
    ASK_AGAIN_NS,
    CALLED,
    Conversation,
    Node,
    left,
    registered,
    restart,
)
from vedette.codecs.sapient.places import view_of
from vedette.codecs.sapient.taxonomy import KMH, plain_type
from vedette.codecs.sapient.text import parse
from vedette.model.arrivals import Arrival
from vedette.model.enums import Severity
from vedette.model.reports import PositionReport, Report, SensorStatus, SourceWord, View

EFFECTOR_TYPES = {13: "kinetic", 14: "jammer", 15: "cyber", 16: "laser", 17: "RF energy"}
REGISTERING, TAKEN = "registering", "accepted"  # kinds of words: of our own registration
STATUS_S = 5.0  # how often we say that we live
UNITS_MAX = 64  # kinds of information that one mode defines
ERROR_AGAIN_NS = NS_PER_S  # a peer whose messages are bad is told once a second
SPEED_KPH = 2  # SpeedUnits
_SYSTEM = {2: "it warns of itself", 3: "it reports an error of itself"}
_BAD_STATUS = {3: "warning", 4: "error"}  # StatusLevel
_ALERT_SEVERITY = {1: Severity.INFO, 2: Severity.CAUTION, 6: Severity.INFO}
_TASK_WORDS = {1: "accepted", 2: "rejected", 3: "completed", 4: "failed"}


def read_stream(conversation: Conversation, data: bytes, t_recv_ns: int) -> list[Report]:
    """Read whole messages as they went over the wire; what is cut short is refused."""
    found = split(data)
    out: list[Report] = []
    for raw in found.messages:
        out += _read_one(conversation, raw, t_recv_ns)
    if found.fault:
        out.append(reasons.refuse(conversation.feed, t_recv_ns, reasons.BAD_LENGTH, found.fault))
    elif found.used < len(data):
        detail = "a message is cut short"
        out.append(reasons.refuse(conversation.feed, t_recv_ns, reasons.TRUNCATED, detail))
    return out


def connected(conversation: Conversation, arrival: Arrival) -> list[Report]:
    """Begin anew with a connection that came or went; a middleware is told who we are."""
    restart(conversation)
    if conversation.kind != CALLED or arrival.kind != "opened":
        return []
    conversation.say(write.wire(our_registration(conversation, arrival.t_recv_ns)), "")
    return [_word(conversation.feed, arrival.t_recv_ns, REGISTERING, "we register with it")]


def our_registration(conversation: Conversation, t_ns: int) -> Any:
    """Say what we are: a fusion node, which reports places in latitude and longitude."""
    kinds = [(write.FUSION_NODE, "fusion node")]
    made = write.register(
        conversation.own, t_ns, conversation.site_name, kinds, STATUS_S, __version__
    )
    added = write.mode(made)
    kind = added.detection_definition.add().location_type
    kind.location_units, kind.location_datum = write.LAT_LNG_DEG_M, write.WGS84_E
    return made


def gone(conversation: Conversation, node: str, t_recv_ns: int) -> list[Report]:
    """Take in that a node that had dialled in hung up."""
    sensor = left(conversation, node)
    if not sensor:
        return []
    text = "its connection is gone; it must register again"
    return [_word(sensor, t_recv_ns, "left", text, Severity.CAUTION)]


def _read_one(conversation: Conversation, raw: bytes, t_recv_ns: int) -> list[Report]:
    try:
        message = parse(raw)
    except RefusedError as refused:
        return [_refused_bytes(conversation, raw, t_recv_ns, *refused.args)]
    return take_message(conversation, message, t_recv_ns)


def take_message(conversation: Conversation, message: Any, t_recv_ns: int) -> list[Report]:
    """Turn one valid message into reports; what it asks for lies in the conversation's answers."""
    node = message.node_id.lower()
    if node == conversation.own:
        return []  # a middleware may say to all what it was told, to us too
    known = conversation.nodes.get(node)
    source = known.sensor if known is not None else conversation.feed
    try:
        t_ns = _time_of(message)
        return _HANDLERS[message.WhichOneof("content")](
            conversation, message, node, t_ns, t_recv_ns
        )
    except RefusedError as refused:
        reason, detail = refused.args
        if reason == reasons.UNREGISTERED and known is not None:
            _ask_to_register(conversation, known, node, t_recv_ns)
        return [reasons.refuse(source, t_recv_ns, reason, detail)]


def _refused_bytes(
    conversation: Conversation, raw: bytes, t_recv_ns: int, reason: str, detail: str
) -> Report:
    """Refuse what is no valid message, and tell its node so, where it is a sensor of ours."""
    node = node_of(raw)
    known = conversation.nodes.get(node)
    is_due = t_recv_ns - conversation.error_ns >= ERROR_AGAIN_NS
    if known is not None and known.is_registered and is_due:
        conversation.error_ns = t_recv_ns
        said = write.error(conversation.own, t_recv_ns, node, raw, f"{reason}: {detail}")
        conversation.say(write.wire(said), node)
    source = known.sensor if known is not None else conversation.feed
    return reasons.refuse(source, t_recv_ns, reason, detail)


def node_of(raw: bytes) -> str:
    """Say from which node a message is, valid or not; "" where that cannot be told."""
    from google.protobuf.message import DecodeError

    from vedette.codecs.sapient.schema import message_class

    try:
        return str(message_class().FromString(raw).node_id).lower()
    except DecodeError:
        return ""


def _time_of(message: Any) -> int:
    t_ns = message.timestamp.seconds * NS_PER_S + message.timestamp.nanos
    if not times.T_MIN_NS <= t_ns < times.T_MAX_NS:
        raise RefusedError(reasons.BAD_TIME, "timestamp: before 1970 or after 2099")
    return int(t_ns)


def _ask_to_register(conversation: Conversation, node: Node, to: str, t_recv_ns: int) -> None:
    if t_recv_ns - node.asked_ns >= ASK_AGAIN_NS:
        node.asked_ns = t_recv_ns
        asked = write.request(conversation.own, t_recv_ns, to, "Registration")
        conversation.say(write.wire(asked), to)


def _word(
    source: str, t_recv_ns: int, kind: str, text: str, severity: Severity = Severity.INFO
) -> SourceWord:
    return SourceWord(
        source=source,
        t_recv_ns=t_recv_ns,
        kind=kind,
        text=reasons.plain(text),
        severity=severity,
    )


# --- one handler a kind of message: (conversation, message, node, t_ns, t_recv_ns) ---
def _registration(
    conversation: Conversation, message: Any, node: str, t_ns: int, t_recv_ns: int
) -> list[Report]:
    said, known = message.registration, conversation.nodes.get(node)
    if known is None:
        fault = f"node {node} ({said.name[:40]}) is no sensor of the site file"
        reason = reasons.UNKNOWN_SENSOR
    else:
        types = [each.node_type for each in said.node_definition]
        named = [EFFECTOR_TYPES[each] for each in types if each in EFFECTOR_TYPES]
        fault = f"it is an effector ({', '.join(named)}): only sensors are taken" if named else ""
        reason = reasons.NO_SENSOR
    ack = write.registration_ack(conversation.own, t_recv_ns, node, [fault] if fault else [])
    conversation.say(write.wire(ack), node)
    if fault or known is None:
        source = known.sensor if known is not None else conversation.feed
        return [reasons.refuse(source, t_recv_ns, reason, fault)]
    _remember(known, said)
    return [_word(known.sensor, t_recv_ns, "registered", f"{said.name or node} has registered")]


def _remember(node: Node, said: Any) -> None:
    """Keep what a registration says and a detection needs."""
    node.is_registered, node.name = True, reasons.plain(said.name)
    node.units, node.zone = {}, said.status_definition.location_definition.zone
    for mode in said.mode_definition:
        for definition in mode.detection_definition:
            node.zone = definition.location_type.zone or node.zone
            speeds = definition.velocity_type.enu_velocity_units
            node.rate_unit_mps = KMH if speeds.east_north_rate_units == SPEED_KPH else 1.0
            node.climb_unit_mps = KMH if speeds.up_rate_units == SPEED_KPH else 1.0
            for each in definition.detection_report[:UNITS_MAX]:
                node.units[plain_type(each.type[:40])] = each.units[:16]


def _status(
    conversation: Conversation, message: Any, node: str, t_ns: int, t_recv_ns: int
) -> list[Report]:
    known, said = registered(conversation, node), message.status_report
    out: list[Report] = []
    if said.mode != known.mode:
        known.mode = reasons.plain(said.mode)
        out.append(_word(known.sensor, t_recv_ns, "mode", f"its mode is {known.mode}"))
    reason = _degraded(said)
    if said.system == write.SYSTEM_GOODBYE:
        known.is_registered = False
        reason = "it has said goodbye"
    out.append(
        SensorStatus(
            sensor=known.sensor,
            t_meas_ns=t_ns,
            t_recv_ns=t_recv_ns,
            kind="heartbeat",
            degraded_reason=reason,
            view=_view(conversation, known, said),
        )
    )
    return out


def _view(conversation: Conversation, known: Node, said: Any) -> View | None:
    """Say where a sensor that can be pointed looks; what the site file says of others stands."""
    if not known.is_pointable or not said.HasField("field_of_view"):
        return None
    seen = view_of(said.field_of_view, known.lat_rad, known.lon_rad, conversation.ground)
    if seen is None or not known.offset_rad:
        return seen
    turned = (seen.azimuth_from_rad, seen.azimuth_to_rad)
    begin_rad, end_rad = (wrap_two_pi(angle + known.offset_rad) for angle in turned)
    return msgspec.structs.replace(seen, azimuth_from_rad=begin_rad, azimuth_to_rad=end_rad)


def _degraded(said: Any) -> str | None:
    """Say why a node calls itself sick: its own words where it has any; None: it does not."""
    words = [
        f"{_BAD_STATUS[each.status_level]}: {each.status_value}"
        for each in said.status
        if each.status_level in _BAD_STATUS
    ]
    if said.system in _SYSTEM:
        return reasons.plain(": ".join([_SYSTEM[said.system], *words[:2]]))
    return reasons.plain(words[0]) if words else None


def _detection(
    conversation: Conversation, message: Any, node: str, t_ns: int, t_recv_ns: int
) -> list[Report]:
    known = registered(conversation, node)
    made_of = {each.node_id.lower() for each in message.detection_report.derived_detection}
    if conversation.own in made_of:
        raise RefusedError(reasons.ECHO, "it is made of what we told")
    said = message.detection_report
    report = detection_report(said, known, conversation.ground, t_ns, t_recv_ns)
    ours = sorted(conversation.nodes[each].sensor for each in made_of & set(conversation.nodes))
    if not set(ours) - {known.sensor}:
        return [report]
    if isinstance(report, PositionReport):
        return [msgspec.structs.replace(report, derived=True)]
    raise RefusedError(reasons.ECHO, f"it is made of what {ours[0]} tells us itself")


def _alert(
    conversation: Conversation, message: Any, node: str, t_ns: int, t_recv_ns: int
) -> list[Report]:
    known, said = registered(conversation, node), message.alert
    ack = write.alert_ack(conversation.own, t_recv_ns, node, said.alert_id)
    conversation.say(write.wire(ack), node)
    severity = _ALERT_SEVERITY.get(said.alert_type, Severity.ALARM)
    text = said.description or "an alert without words"
    return [_word(known.sensor, t_recv_ns, "alert", text, severity)]


def _registration_ack(
    conversation: Conversation, message: Any, node: str, t_ns: int, t_recv_ns: int
) -> list[Report]:
    if not _is_for_us(conversation, message):
        return []
    said = message.registration_ack
    conversation.is_accepted = said.acceptance
    if said.acceptance:
        return [_word(conversation.feed, t_recv_ns, TAKEN, "it has taken our registration")]
    text = "it refuses our registration: " + "; ".join(said.ack_response_reason[:3])
    return [_word(conversation.feed, t_recv_ns, "rejected", text, Severity.CAUTION)]


def _task(
    conversation: Conversation, message: Any, node: str, t_ns: int, t_recv_ns: int
) -> list[Report]:
    """Answer a task meant for us: who we are is told again, everything else is refused."""
    if not _is_for_us(conversation, message):
        return []
    said = message.task
    is_asked = said.command.request.strip().lower() == "registration"
    fault = "" if is_asked else "this fusion node takes no tasks"
    ack = write.task_ack(conversation.own, t_recv_ns, node, said.task_id, fault)
    conversation.say(write.wire(ack), node)
    if is_asked:
        again = our_registration(conversation, t_recv_ns)
        conversation.say(write.wire(again), node)
    return []


def _task_ack(
    conversation: Conversation, message: Any, node: str, t_ns: int, t_recv_ns: int
) -> list[Report]:
    if not _is_for_us(conversation, message):
        return []
    known, said = registered(conversation, node), message.task_ack
    word = _TASK_WORDS.get(said.task_status, "answered")
    asked = conversation.tasks.get(said.task_id.upper(), f"task {said.task_id.upper()}")
    text = ": ".join([f"{asked} {word}", *said.reason[:2]])
    is_bad = said.task_status in (2, 4)
    severity = Severity.CAUTION if is_bad else Severity.INFO
    return [_word(known.sensor, t_recv_ns, f"task_{word}", text, severity)]


def _heard(
    conversation: Conversation, message: Any, node: str, t_ns: int, t_recv_ns: int
) -> list[Report]:
    """Take in what became of an alert of ours; that it was taken goes without saying."""
    said = message.alert_ack
    if not _is_for_us(conversation, message) or said.alert_ack_status == write.ACCEPTED:
        return []
    known = conversation.nodes.get(node)
    source = known.sensor if known is not None else conversation.feed
    text = "it does not take our alert: " + "; ".join(said.reason[:3])
    return [_word(source, t_recv_ns, "alert_refused", text, Severity.CAUTION)]


def _error(
    conversation: Conversation, message: Any, node: str, t_ns: int, t_recv_ns: int
) -> list[Report]:
    if not _is_for_us(conversation, message):
        return []
    known = conversation.nodes.get(node)
    source = known.sensor if known is not None else conversation.feed
    text = "it could not read what we sent: " + "; ".join(message.error.error_message[:3])
    return [_word(source, t_recv_ns, "error", text, Severity.CAUTION)]


def _is_for_us(conversation: Conversation, message: Any) -> bool:
    """Say whether a message is addressed to us, or to nobody in particular."""
    return message.destination_id.lower() in ("", conversation.own)


_Handler = Callable[[Conversation, Any, str, int, int], list[Report]]
_HANDLERS: dict[str, _Handler] = {
    "registration": _registration,
    "registration_ack": _registration_ack,
    "status_report": _status,
    "detection_report": _detection,
    "task": _task,
    "task_ack": _task_ack,
    "alert": _alert,
    "alert_ack": _heard,
    "error": _error,
}
