"""From contacts to warnings: raised once, escalated where people must act, counted down.

One open warning a zone: further tracks join it silently, further sensors and steps change nothing.
"""

import math
from collections.abc import Sequence

from vedette.base.constants import NS_PER_S
from vedette.model.enums import Mode, WarningLevel
from vedette.model.events import Event, WarningEscalated, WarningRaised, WarningUpdated
from vedette.model.picture import IdentityRecord, WarningRecord
from vedette.warning.contacts import HOLD_S, comes, continues
from vedette.warning.grounds import grounds
from vedette.warning.state import Contact, Issued, WarningState, ZoneState
from vedette.warning.words import all_of, reason, spoken, spoken_order

# One alarm asks people for one act: be ready, take cover, hurry. What asks for none is told
# silently, in the open warning's words and the record: a person bears under ten alarms in ten
# minutes (EEMUA 191), and who has been told what to do learns nothing from one more. Members of a
# raid that join are gathered this long.
GATHER_S = 10.0
# Who has been told to take cover, and by when, must hurry for a member that comes this much sooner:
# seconds, and a share of what was told, for what is far off is estimated and spoken no more finely.
# Who need only be ready acts on nothing else than the order to take cover.
SOONER_S = 5.0
SOONER_RATIO = 0.3
# While people need only be ready, what comes sooner is told silently once it has done so this long:
# speeds of what flies close together tremble.
SOONER_HOLD_S = 3.0
# Deliveries of this many past warnings can still be told apart.
ISSUED_MAX = 64


def issue(state: WarningState, identities: dict[int, IdentityRecord], now_ns: int) -> list[Event]:
    """Raise, escalate and count down the warnings of all zones. Returns what was issued."""
    events: list[Event] = []
    for zone_state in state.zones.values():
        warning = state.warnings.get(zone_state.warning_id or 0)
        ready = [c for c in zone_state.contacts.values() if _ready(c, now_ns)]
        ready.sort(key=lambda contact: (contact.arrival_s, contact.track_id))
        if warning is None and ready:
            events.append(_raise(state, zone_state, ready, identities, now_ns))
        elif warning is not None:
            events += _escalate(state, zone_state, warning, ready, identities, now_ns)
            _count_down(warning, ready, now_ns)
            _reword(zone_state, warning, ready, identities, now_ns)
        warning = state.warnings.get(zone_state.warning_id or 0)
        if warning is not None:
            warning.grounds = grounds(zone_state, warning, identities, now_ns)
    return events


def order_cover(state: WarningState, zone_state: ZoneState, words: str, now_ns: int) -> Event:
    """Warn a zone at once because a human says so: raises, or escalates what is open."""
    warning = state.warnings.get(zone_state.warning_id or 0)
    if warning is None:
        warning = _open(state, zone_state, now_ns)
        warning.arrival_ns = warning.t_detect_ns = now_ns
        warning.cause = "human"
    else:
        _revise(state, warning, now_ns)
    _set_level(warning, WarningLevel.IMMINENT, now_ns)
    warning.cause = "human"
    warning.reason, warning.said = words, spoken_order(state.languages, state.mode)
    warning.spoken = all_of(warning.said)
    return _event(warning, warning.t_detect_ns, state.mode, now_ns)


def _ready(contact: Contact, now_ns: int) -> bool:
    """Say whether a contact warns: its condition has held, and no human has cleared it."""
    since = contact.possible_since_ns
    if since == 0 or now_ns - since < contact.hold_s * NS_PER_S:
        return False
    worse = _imminent(contact, now_ns) and not contact.cleared_imminent
    return contact.cleared_until_ns <= now_ns or worse


def _imminent(contact: Contact, now_ns: int) -> bool:
    since = contact.imminent_since_ns
    return since > 0 and now_ns - since >= HOLD_S * NS_PER_S


def _raise(
    state: WarningState,
    zone_state: ZoneState,
    ready: list[Contact],
    identities: dict[int, IdentityRecord],
    now_ns: int,
) -> Event:
    warning = _open(state, zone_state, now_ns)
    warning.track_ids = tuple(contact.track_id for contact in ready)
    detect_ns = _tell(state, zone_state, warning, ready, identities, now_ns)
    warning.t_detect_ns = detect_ns
    return _event(warning, detect_ns, state.mode, now_ns)


def _escalate(
    state: WarningState,
    zone_state: ZoneState,
    warning: WarningRecord,
    ready: list[Contact],
    identities: dict[int, IdentityRecord],
    now_ns: int,
) -> Sequence[Event]:
    """Issue a new revision where people must act anew; tell silently of who joins; else nothing.

    They must where the level rises, where one comes much sooner than those under cover were told,
    and where a new raid begins: nothing they were told of has come for a while, and others do, who
    are told and stand first. (The words and the time left are of who warns now: `_reword`.)
    """
    joining = [c for c in ready if c.track_id not in warning.track_ids]
    joining = [c for c in joining if not _found_again(zone_state, warning, c, now_ns)]
    higher = warning.level == WarningLevel.POSSIBLE and any(_imminent(c, now_ns) for c in ready)
    sooner = any(_comes_sooner(state, warning, c, now_ns) for c in joining)
    hurry = sooner and warning.level == WarningLevel.IMMINENT
    same_raid = len(joining) < len(ready)
    same_raid = same_raid or _still_coming(zone_state, warning, identities, now_ns)
    if same_raid:
        zone_state.told_ns = now_ns
    silent = now_ns - zone_state.told_ns >= GATHER_S * NS_PER_S
    gathered = same_raid and now_ns - zone_state.joined_ns >= GATHER_S * NS_PER_S
    if not higher and not (joining and (sooner or silent or gathered)):
        return ()
    names = tuple(c.track_id for c in joining)
    warning.track_ids = names + warning.track_ids if silent else warning.track_ids + names
    zone_state.joined_ns = now_ns
    if not (higher or hurry or silent):
        _count_down(warning, ready, now_ns)
        _reword(zone_state, warning, ready, identities, now_ns)
        return (_joined(warning, ready, now_ns),)
    _revise(state, warning, now_ns)
    detect_ns = _tell(state, zone_state, warning, ready, identities, now_ns)
    return (_event(warning, detect_ns, state.mode, now_ns),)


def _comes_sooner(
    state: WarningState, warning: WarningRecord, contact: Contact, now_ns: int
) -> bool:
    """Say whether a member comes so much sooner than people were told that it cannot wait."""
    held_s = (now_ns - contact.possible_since_ns) / NS_PER_S
    if warning.level == WarningLevel.POSSIBLE and held_s < SOONER_HOLD_S:
        return False
    told_ns = state.issued[warning.warning_id].told_arrival_ns
    known_s = max(0.0, (told_ns - now_ns) / NS_PER_S)
    return contact.arrival_s < known_s - max(SOONER_S, SOONER_RATIO * known_s)


def _still_coming(
    zone_state: ZoneState,
    warning: WarningRecord,
    identities: dict[int, IdentityRecord],
    now_ns: int,
) -> bool:
    """Say whether anything people were told of still comes, be it looked at by a person or not."""
    found = (zone_state.contacts.get(track_id) for track_id in warning.track_ids)
    return any(c is not None and comes(zone_state.zone, c, identities, now_ns) for c in found)


def _joined(warning: WarningRecord, ready: list[Contact], now_ns: int) -> Event:
    """Say who has joined: no new revision, nothing to deliver, nothing to acknowledge."""
    return WarningUpdated(
        t_ns=now_ns,
        warning_id=warning.warning_id,
        revision=warning.revision,
        zone_id=warning.zone_id,
        zone_name=warning.zone_name,
        level=warning.level,
        track_ids=warning.track_ids,
        seconds_left_s=warning.seconds_left_s,
        reason=warning.reason,
        cause=warning.cause,
        t_detect_ns=min(contact.started_ns for contact in ready),
    )


def _found_again(
    zone_state: ZoneState, warning: WarningRecord, contact: Contact, now_ns: int
) -> bool:
    """Take a contact that is a lost member under a new number into the warning, without a word."""
    for track_id in warning.track_ids:
        lost = zone_state.contacts.get(track_id)
        if lost is not None and lost.seen_ns < now_ns and continues(contact, lost, now_ns):
            lost.place_enu = []  # one lost track explains one found one
            warning.track_ids += (contact.track_id,)
            return True
    return False


def _open(state: WarningState, zone_state: ZoneState, now_ns: int) -> WarningRecord:
    warning = WarningRecord(
        warning_id=state.next_warning_id,
        revision=1,
        zone_id=zone_state.zone.id,
        zone_name=zone_state.zone.name,
        level=WarningLevel.POSSIBLE,
        track_ids=(),
        raised_ns=now_ns,
        arrival_ns=now_ns,
        seconds_left_s=0.0,
        reason="",
        spoken="",
        cause="",
        t_detect_ns=now_ns,
        level_ns=now_ns,
    )
    state.next_warning_id += 1
    state.warnings[warning.warning_id] = warning
    zone_state.warning_id = warning.warning_id
    state.issued[warning.warning_id] = Issued([now_ns])
    while len(state.issued) > ISSUED_MAX:
        closed = [key for key in state.issued if key not in state.warnings]
        if not closed:
            break
        del state.issued[closed[0]]
    return warning


def _revise(state: WarningState, warning: WarningRecord, now_ns: int) -> None:
    """Begin a new revision: it is delivered and acknowledged anew."""
    warning.revision += 1
    warning.acknowledged_by, warning.acknowledged_ns = None, 0
    warning.delivered, warning.failed = {}, {}
    state.issued[warning.warning_id].revision_ns.append(now_ns)


def _tell(
    state: WarningState,
    zone_state: ZoneState,
    warning: WarningRecord,
    ready: list[Contact],
    identities: dict[int, IdentityRecord],
    now_ns: int,
) -> int:
    """Put level, time and words into a warning from its contacts; returns the cause's t_detect.

    Whoever else is ready is counted too: a raid must not seem to shrink because one of it is near.
    """
    if any(_imminent(contact, now_ns) for contact in ready):
        _set_level(warning, WarningLevel.IMMINENT, now_ns)
    raid = _gravest_first(ready, now_ns)
    first = raid[0]
    zone_state.told_id, zone_state.told_ns = first.track_id, now_ns
    zone_state.joined_ns = now_ns
    _count_down(warning, ready, now_ns)
    state.issued[warning.warning_id].told_arrival_ns = warning.arrival_ns
    if warning.cause != "human":
        warning.cause = first.cause
    warning.reason = _why(zone_state, first, raid, identities)
    warning.said = spoken(
        state.languages, state.mode, warning.level, raid, identities, first.arrival_s
    )
    warning.spoken = all_of(warning.said)
    return first.started_ns


def _set_level(warning: WarningRecord, level: WarningLevel, now_ns: int) -> None:
    if warning.level != level:
        warning.level, warning.level_ns = level, now_ns


def _gravest_first(ready: list[Contact], now_ns: int) -> list[Contact]:
    """Put those before whom people must take cover first; each part as sorted by time."""
    return sorted(ready, key=lambda contact: not _imminent(contact, now_ns))


def _why(
    zone_state: ZoneState,
    told: Contact,
    raid: list[Contact],
    identities: dict[int, IdentityRecord],
) -> str:
    name = zone_state.asset.name
    return reason(told, identities[told.track_id], name, len(raid) - 1)


def _reword(
    zone_state: ZoneState,
    warning: WarningRecord,
    ready: list[Contact],
    identities: dict[int, IdentityRecord],
    now_ns: int,
) -> None:
    """Keep the reason of an open warning true; a human's own words stay.

    It goes on speaking of the same track while no other comes SOONER_S before it.
    """
    if warning.cause == "human" or not ready:
        return
    raid = _gravest_first(ready, now_ns)
    held = next((c for c in raid if c.track_id == zone_state.told_id), raid[0])
    told = raid[0] if raid[0].arrival_s < held.arrival_s - SOONER_S else held
    zone_state.told_id = told.track_id
    warning.reason = _why(zone_state, told, raid, identities)


def _count_down(warning: WarningRecord, ready: list[Contact], now_ns: int) -> None:
    """Say how long is left: by the first of the contacts, else by what was last known, then 0."""
    arrivals = [contact.arrival_s for contact in ready if math.isfinite(contact.arrival_s)]
    if arrivals:
        warning.arrival_ns = now_ns + round(min(arrivals) * NS_PER_S)
    warning.seconds_left_s = max(0.0, (warning.arrival_ns - now_ns) / NS_PER_S)


def _event(warning: WarningRecord, detect_ns: int, mode: Mode, now_ns: int) -> Event:
    kind = WarningRaised if warning.revision == 1 else WarningEscalated
    return kind(
        t_ns=now_ns,
        warning_id=warning.warning_id,
        revision=warning.revision,
        zone_id=warning.zone_id,
        zone_name=warning.zone_name,
        level=warning.level,
        track_ids=warning.track_ids,
        seconds_left_s=warning.seconds_left_s,
        reason=warning.reason,
        spoken=warning.spoken,
        said=warning.said,
        cause=warning.cause,
        t_detect_ns=detect_ns,
        simulated=mode != Mode.LIVE,
    )
