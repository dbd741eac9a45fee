"""What people and channels say about warnings: acknowledge, order cover, all-clear, delivered."""

from vedette.base.constants import NS_PER_S
from vedette.model.commands import (
    AcknowledgeWarning,
    AllClear,
    Command,
    Delivery,
    OrderCover,
    command_name,
    received_before,
)
from vedette.model.enums import Role
from vedette.model.events import (
    CommandRefused,
    Event,
    WarningAcknowledged,
    WarningCleared,
    WarningDelivered,
    WarningDeliveryFailed,
)
from vedette.warning.issue import order_cover
from vedette.warning.state import WarningState

# After an all-clear with tracks still in sight, those tracks are quiet at their level this long;
# then, if they still threaten, people are warned again: a mistaken all-clear must not be the end.
CLEARED_QUIET_S = 20.0


def obey(state: WarningState, command: Command, now_ns: int) -> list[Event]:
    """Carry out one command, or refuse it in words. Commands of other stages give nothing."""
    if not isinstance(command, AcknowledgeWarning | OrderCover | AllClear):
        return []
    if received_before(state.recent, command):
        return [_refused(command, "already received", now_ns)]
    if Role.OPERATOR not in command.roles:
        return [_refused(command, "only an operator may do this", now_ns)]
    match command:
        case AcknowledgeWarning():
            return [_acknowledge(state, command, now_ns)]
        case OrderCover():
            return [_order(state, command, now_ns)]
        case AllClear():
            return _all_clear(state, command, now_ns)


def _refused(command: Command, reason: str, now_ns: int) -> CommandRefused:
    return CommandRefused(
        t_ns=now_ns,
        command_id=command.command_id,
        command=command_name(command),
        person=command.person,
        reason=reason,
    )


def _acknowledge(state: WarningState, command: AcknowledgeWarning, now_ns: int) -> Event:
    warning = state.warnings.get(command.warning_id)
    if warning is None:
        return _refused(command, f"warning {command.warning_id} is not open", now_ns)
    if warning.acknowledged_by is not None:
        return _refused(command, f"already acknowledged by {warning.acknowledged_by}", now_ns)
    warning.acknowledged_by, warning.acknowledged_ns = command.person, now_ns
    return WarningAcknowledged(t_ns=now_ns, warning_id=warning.warning_id, person=command.person)


def _order(state: WarningState, command: OrderCover, now_ns: int) -> Event:
    zone_state = state.zones.get(command.zone_id)
    if zone_state is None:
        return _refused(command, f"there is no zone {command.zone_id!r}", now_ns)
    if not command.reason.strip():
        return _refused(command, "an order to take cover needs a reason", now_ns)
    words = f"ordered by {command.person}: {command.reason.strip()}"
    return order_cover(state, zone_state, words, now_ns)


def _all_clear(state: WarningState, command: AllClear, now_ns: int) -> list[Event]:
    zone_state = state.zones.get(command.zone_id)
    if zone_state is None:
        return [_refused(command, f"there is no zone {command.zone_id!r}", now_ns)]
    if not command.reason.strip():
        return [_refused(command, "an all-clear needs a reason", now_ns)]
    warning = state.warnings.pop(zone_state.warning_id or 0, None)
    if warning is None:
        return [_refused(command, f"no warning is open for {zone_state.zone.name}", now_ns)]
    zone_state.warning_id = None
    issued = state.issued[warning.warning_id]
    issued.revision_ns.append(now_ns)
    for contact in zone_state.contacts.values():
        contact.cleared_until_ns = now_ns + round(CLEARED_QUIET_S * NS_PER_S)
        contact.cleared_imminent = contact.imminent_since_ns > 0
    return [
        WarningCleared(
            t_ns=now_ns,
            warning_id=warning.warning_id,
            zone_id=command.zone_id,
            person=command.person,
            reason=command.reason.strip(),
            revision=len(issued.revision_ns),
            grounds=warning.grounds,
            zone_name=warning.zone_name,
        )
    ]


def take_delivery(state: WarningState, delivery: Delivery, now_ns: int) -> list[Event]:
    """Note that a channel did or did not take a revision; each answer is told once.

    latency_s: from the revision's issue to t_recv_ns of the delivery. A delivery of a warning
    nobody issued, or long closed, gives nothing.
    """
    issued = state.issued.get(delivery.warning_id)
    if issued is None or not 1 <= delivery.revision <= len(issued.revision_ns):
        return []
    key = f"{delivery.revision}:{delivery.channel}"
    answer = "delivered" if delivery.delivered else "failed"
    if issued.answered.get(key) in (answer, "delivered"):
        return []
    issued.answered[key] = answer
    latency_s = max(
        0.0, (delivery.t_recv_ns - issued.revision_ns[delivery.revision - 1]) / NS_PER_S
    )
    _note(state, delivery, latency_s)
    if delivery.delivered:
        return [
            WarningDelivered(
                t_ns=now_ns,
                warning_id=delivery.warning_id,
                revision=delivery.revision,
                channel=delivery.channel,
                latency_s=latency_s,
            )
        ]
    return [
        WarningDeliveryFailed(
            t_ns=now_ns,
            warning_id=delivery.warning_id,
            revision=delivery.revision,
            channel=delivery.channel,
            detail=delivery.detail,
        )
    ]


def _note(state: WarningState, delivery: Delivery, latency_s: float) -> None:
    """Put the answer into the open warning's record, if it is about its present revision."""
    warning = state.warnings.get(delivery.warning_id)
    if warning is None or warning.revision != delivery.revision:
        return
    if delivery.delivered:
        warning.delivered[delivery.channel] = latency_s
        warning.failed.pop(delivery.channel, None)
    else:
        warning.failed[delivery.channel] = delivery.detail
