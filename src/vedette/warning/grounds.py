"""What has become of the tracks that people were warned of: why a warning is, or an all-clear.

In: an open warning, the contacts of its zone, identities. Out: a line a track, those that still
come first. The system lists; whether it is over a human says.
"""

from vedette.base.constants import NS_PER_S
from vedette.base.names import track_name
from vedette.config.site import Zone
from vedette.model.enums import Identity
from vedette.model.picture import IdentityRecord, WarningRecord
from vedette.warning.contacts import clock_reach_prob, clock_s, comes
from vedette.warning.state import Contact, ZoneState

TRACKS_MAX = 12  # more are counted: nobody reads the fate of twenty in a hurry
_KNOWN = (Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL)


def grounds(
    zone_state: ZoneState,
    warning: WarningRecord,
    identities: dict[int, IdentityRecord],
    now_ns: int,
) -> tuple[str, ...]:
    """Say of each track that a warning names whether it still comes, and if not, why not."""
    told = [_fate(zone_state, i, identities, now_ns) for i in warning.track_ids]
    told.sort(key=lambda line: not line[0])
    lines = [words for _, words in told[:TRACKS_MAX]]
    if len(told) > TRACKS_MAX:
        coming = sum(still for still, _ in told[TRACKS_MAX:])
        lines.append(f"{len(told) - TRACKS_MAX} more, of which {coming} still come")
    return tuple(lines)


def _fate(
    zone_state: ZoneState, track_id: int, identities: dict[int, IdentityRecord], now_ns: int
) -> tuple[bool, str]:
    """Say whether a track still comes, and a line about it."""
    name, contact = track_name(track_id), zone_state.contacts.get(track_id)
    identity = identities.get(track_id)
    if contact is None:
        return False, f"{name}: gone"
    if identity is None or contact.seen_ns != now_ns:
        gone_s = (now_ns - contact.seen_ns) / NS_PER_S
        return False, f"{name}: {_lost(identity)} {gone_s:.0f} s ago"
    if comes(zone_state.zone, contact, identities, now_ns):
        return True, f"{name}: STILL COMES, {_why(zone_state.zone, contact, identity)}"
    if identity.dismissed_by is not None:
        return False, f"{name}: dismissed by {identity.dismissed_by}: {identity.dismissed_reason}"
    if identity.identity in _KNOWN:
        return False, f"{name}: is {identity.identity}: {identity.identity_reason}"
    return False, f"{name}: no longer comes, {_chance(contact)}"


def _why(zone: Zone, contact: Contact, identity: IdentityRecord) -> str:
    """Say by which figures it warns: what is measured, and from what on the zone is warned."""
    words = f"in {contact.arrival_s:.0f} s, {_chance(contact)}; {identity.identity}"
    if contact.cause == "unassessed":
        ready = f"be ready from {zone.unassessed_s:.0f} s and {zone.reach_prob_possible:.0%}"
        return f"{words}, nobody has assessed it: {ready}, {_cover(zone, contact)}"
    return (
        f"{words}: be ready from {zone.possible_s:.0f} s and {zone.reach_prob_possible:.0%},"
        f" cover from {zone.imminent_s:.0f} s and {zone.reach_prob_imminent:.0%}"
    )


def _cover(zone: Zone, contact: Contact) -> str:
    """Say from what on the dead man's clock orders cover."""
    if contact.ready_only:
        return "no cover until it is plain: it may be birds, be unseen by radar, or go elsewhere"
    ratio = contact.cover
    return f"cover from {clock_s(zone, ratio):.0f} s and {clock_reach_prob(zone, ratio):.0%}"


def _lost(identity: IdentityRecord | None) -> str:
    """A track that is still in the picture threatens no more; one that is not was lost."""
    return "lost" if identity is None else "last threatened"


def _chance(contact: Contact) -> str:
    return f"{100.0 * contact.reach_prob:.0f} % likely to reach it"
