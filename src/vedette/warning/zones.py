"""Other zones than before: what is new warns, what has changed goes on, what is gone is ended.

In: the site with the zones that stand now, what people did to them. Out: the all-clear of a removed
zone's warning, given by the person who removed it.
"""

from collections.abc import Sequence

from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.model.events import Event, WarningCleared, ZoneRemoved
from vedette.warning.state import WarningState, lay_out


def take_zones(state: WarningState, site: Site, told: Sequence[Event], now_ns: int) -> list[Event]:
    """Watch over the zones that stand now; changes state.

    told: this step's ZoneSet and ZoneRemoved. A changed zone keeps its open warning and what is
    known of the tracks that concern it: only a human ends a warning. Returns WarningCleared.
    """
    frame, before = SiteFrame(site.reference), state.zones
    state.zones = {zone.id: lay_out(frame, site, zone) for zone in site.zones}
    for zone_id, now in state.zones.items():
        was = before.get(zone_id)
        if was is not None:
            now.contacts, now.warning_id = was.contacts, was.warning_id
            now.told_id, now.told_ns, now.joined_ns = was.told_id, was.told_ns, was.joined_ns
    removed = {event.zone_id: event for event in told if isinstance(event, ZoneRemoved)}
    gone = [(removed[key], was.warning_id) for key, was in before.items() if key not in state.zones]
    return [_ended(state, by, number, now_ns) for by, number in gone if number is not None]


def _ended(state: WarningState, by: ZoneRemoved, number: int, now_ns: int) -> Event:
    warning, issued = state.warnings.pop(number), state.issued[number]
    issued.revision_ns.append(now_ns)
    return WarningCleared(
        t_ns=now_ns,
        warning_id=number,
        zone_id=by.zone_id,
        zone_name=warning.zone_name,
        person=by.person,
        reason=f"the zone was removed: {by.reason}",
        revision=len(issued.revision_ns),
        grounds=warning.grounds,
    )
