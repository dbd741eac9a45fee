"""One step of the zones: do what people say, or refuse it in words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from vedette.base.refusals import said_plainly
from vedette.config.site import Site, Zone
from vedette.config.zones import LIST_MAX, drawn_faults
from vedette.model.commands import Command, RemoveZone, SetZone, command_name, received_before
from vedette.model.enums import Role
from vedette.model.events import CommandRefused, Event, ZoneRemoved, ZoneSet
from vedette.model.picture import StandingZone

REASON_MAX = 400  # as much as the page takes
REMOVED = "removed"


@dataclass(slots=True)
class ZonesState:
    """The zones by id: the site file's in its order, then those drawn since.

    A zone of the site file that was removed stays in the list, marked; a drawn one goes.
    changes: how many there have been; each is the revision of the zone that it set.
    """

    zones: dict[str, StandingZone]
    changes: int = 0
    recent: dict[str, int] = field(default_factory=dict)


def start(site: Site) -> ZonesState:
    """Make the state before the first step: the zones of the site file."""
    return ZonesState({zone.id: _standing(zone) for zone in site.zones})


def in_force(standing: Sequence[StandingZone]) -> list[Zone]:
    """List the zones that warn, as a site file would have them."""
    return [_zone(zone) for zone in standing if zone.change != REMOVED]


def advance(
    state: ZonesState,
    site: Site,
    warned: Mapping[str, int],
    commands: Sequence[Command],
    now_ns: int,
) -> list[Event]:
    """Take the commands that are about zones; changes state.

    site: as its file has it. warned: zones with an open warning, and its number. Returns one
    reaction to each command that is ours: ZoneSet, ZoneRemoved or CommandRefused.
    """
    own = [command for command in commands if isinstance(command, SetZone | RemoveZone)]
    return [_react(state, site, warned, command, now_ns) for command in own]


def _react(
    state: ZonesState,
    site: Site,
    warned: Mapping[str, int],
    command: SetZone | RemoveZone,
    now_ns: int,
) -> Event:
    reason = _not_now(state, command)
    if reason:
        return _refused(command, reason, now_ns)
    if isinstance(command, RemoveZone):
        return _remove(state, site, warned, command, now_ns)
    return _set(state, site, command, now_ns)


def _not_now(state: ZonesState, command: SetZone | RemoveZone) -> str:
    """Say why a command is not even looked at; empty: it is."""
    if received_before(state.recent, command):
        return "already received"
    if Role.IDENTIFICATION_AUTHORITY not in command.roles:
        return "only the identification authority may draw, change or remove zones"
    if not command.reason.strip():
        return "a change of zones needs a reason"
    if len(command.reason) > REASON_MAX:
        return f"a reason has at most {REASON_MAX} characters"
    return _stale(state.zones.get(command.zone_id), command)


def _stale(standing: StandingZone | None, command: SetZone | RemoveZone) -> str:
    """Say that the zone is not the one that the person saw."""
    if standing is None:
        return "" if command.revision is None else f"there is no zone {command.zone_id!r} any more"
    if command.revision is None:
        return f"there is a zone {command.zone_id!r} already"
    if command.revision != standing.revision:
        return f"{standing.by} has changed {standing.name} meanwhile: look at it again"
    return ""


def _set(state: ZonesState, site: Site, command: SetZone, now_ns: int) -> Event:
    held = state.zones.get(command.zone_id)
    zone = _wanted(command, held)
    reason = zone if isinstance(zone, str) else _fault(state, site, zone, held)
    if isinstance(zone, str) or reason:
        return _refused(command, reason, now_ns)
    filed = next((z for z in site.zones if z.id == zone.id), None)
    change = "drawn" if filed is None else "" if zone == filed else "changed"
    state.changes += 1
    revision, by, why = state.changes, command.person, command.reason.strip()
    state.zones[zone.id] = msgspec.structs.replace(
        _standing(zone), change=change, revision=revision, by=by, reason=why, since_ns=now_ns
    )
    return ZoneSet(
        t_ns=now_ns,
        zone_id=zone.id,
        zone_name=zone.name,
        change=change,
        revision=revision,
        asset_id=zone.asset,
        take_cover_s=zone.take_cover_s,
        person=by,
        reason=why,
        polygon=_pairs(zone),
    )


def _wanted(command: SetZone, held: StandingZone | None) -> Zone | str:
    """Make the zone that is wanted; what is left out is as it was. In words where it is none."""
    numbers = {
        "take_cover_s": command.take_cover_s,
        "possible_s": command.possible_s,
        "imminent_s": command.imminent_s,
        "unassessed_s": command.unassessed_s,
    }
    given = {key: value for key, value in numbers.items() if value is not None}
    corners = command.polygon
    if not all(map(math.isfinite, [*given.values(), *(x for pair in corners or () for x in pair)])):
        return "every number must be finite"
    before = {} if held is None else msgspec.to_builtins(_zone(held))
    wanted = before | given | {"id": command.zone_id, "name": command.name.strip()}
    wanted |= {"asset": command.asset_id, "polygon": None if corners is None else list(corners)}
    if command.channels is not None:
        wanted["channels"] = list(command.channels)
    try:
        return msgspec.convert(wanted, Zone)
    except msgspec.ValidationError as error:
        return said_plainly(str(error))[:REASON_MAX]


def _fault(state: ZonesState, site: Site, zone: Zone, held: StandingZone | None) -> str:
    """Say what is wrong with a zone, the first of it; empty: nothing."""
    fault = next(iter(drawn_faults(site, zone)), None)
    if fault is not None:
        return f"{fault[0]}: {fault[1]}"
    others = [z for z in state.zones.values() if z.zone_id != zone.id and z.change != REMOVED]
    if any(other.name.casefold() == zone.name.casefold() for other in others):
        return f"another zone is called {zone.name}: people could not tell them apart"
    if held is None and len(state.zones) >= LIST_MAX:
        return f"{LIST_MAX} zones stand: remove one first"
    if held is not None and held.change != REMOVED and _zone(held) == zone:
        return "that is how the zone stands already"
    return ""


def _remove(
    state: ZonesState, site: Site, warned: Mapping[str, int], command: RemoveZone, now_ns: int
) -> Event:
    held = state.zones.get(command.zone_id)
    if held is None or held.change == REMOVED:
        return _refused(command, f"there is no zone {command.zone_id!r}", now_ns)
    if command.zone_id in warned and not command.all_clear:
        words = f"a warning is open for {held.name}: give the all-clear before, or with it"
        return _refused(command, words, now_ns)
    if command.zone_id in warned and Role.OPERATOR not in command.roles:
        return _refused(command, "only an operator may give the all-clear", now_ns)
    state.changes += 1
    by, why = command.person, command.reason.strip()
    if any(zone.id == command.zone_id for zone in site.zones):
        state.zones[command.zone_id] = msgspec.structs.replace(
            held, change=REMOVED, revision=state.changes, by=by, reason=why, since_ns=now_ns
        )
    else:
        del state.zones[command.zone_id]
    return ZoneRemoved(
        t_ns=now_ns, zone_id=command.zone_id, zone_name=held.name, person=by, reason=why
    )


def _refused(command: SetZone | RemoveZone, reason: str, now_ns: int) -> CommandRefused:
    return CommandRefused(
        t_ns=now_ns,
        command_id=command.command_id,
        command=command_name(command),
        person=command.person,
        reason=reason,
    )


def _pairs(zone: Zone) -> tuple[tuple[float, float], ...] | None:
    return None if zone.polygon is None else tuple((lat, lon) for lat, lon in zone.polygon)


def _standing(zone: Zone) -> StandingZone:
    return StandingZone(
        zone_id=zone.id,
        name=zone.name,
        asset_id=zone.asset,
        take_cover_s=zone.take_cover_s,
        possible_s=zone.possible_s,
        imminent_s=zone.imminent_s,
        unassessed_s=zone.unassessed_s,
        reach_prob_possible=zone.reach_prob_possible,
        reach_prob_imminent=zone.reach_prob_imminent,
        channels=tuple(zone.channels),
        polygon=_pairs(zone),
    )


def _zone(standing: StandingZone) -> Zone:
    return Zone(
        id=standing.zone_id,
        name=standing.name,
        asset=standing.asset_id,
        take_cover_s=standing.take_cover_s,
        possible_s=standing.possible_s,
        imminent_s=standing.imminent_s,
        unassessed_s=standing.unassessed_s,
        reach_prob_possible=standing.reach_prob_possible,
        reach_prob_imminent=standing.reach_prob_imminent,
        channels=list(standing.channels),
        polygon=None if standing.polygon is None else list(standing.polygon),
    )
