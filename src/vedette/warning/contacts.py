"""Which track concerns which zone, how badly, and since when.

In: the table of tracks, identities, threats. Out: each zone's contacts. Two ways lead to a warning:
an assessed threat (SUSPECT or HOSTILE), and the dead man's clock: something plausibly dangerous is
nearing and nobody has looked. The second exists because in January 2024 an unknown stood on the
radar for four minutes and nobody assessed it.
"""

import math

from vedette.base.angles import wrap_two_pi
from vedette.base.constants import NS_PER_S
from vedette.config.site import Zone
from vedette.model.enums import Identity, ObjectClass
from vedette.model.kinds import CREWED, DRONES, HARMLESS, coarse_probs
from vedette.model.picture import IdentityRecord, Threat
from vedette.model.tracks import TrackTable
from vedette.warning.state import Contact, WarningState, ZoneState

_ARMED = (Identity.SUSPECT, Identity.HOSTILE)
_OPEN = (Identity.UNKNOWN, Identity.PENDING, Identity.SUSPECT)
# What is four times in five a bird, several of a crowd or a balloon does not start the dead man's
# clock by itself.
HARMLESS_PROB_MIN = 0.8
# The slowest drone that comes on purpose flies 5 m/s; under this it hovers or drifts.
CLOSING_MPS_MIN = 2.0
# The clock warns of objects, not of clutter that has just formed a track.
EXISTENCE_PROB_MIN = 0.8
# Once it holds, a condition lets go later than it took hold, so that an estimate that trembles
# about its threshold does not restart the count.
RELEASE_REACH_RATIO = 0.8
RELEASE_ARRIVAL_RATIO = 1.05
EARLY_RATIO_MIN, YOUNG_S, VAGUE_RATIO = 0.75, 20.0, 0.25
# A condition has to hold this long before people are warned: three plots of a fast radar, and a
# cost of one second in the ninety that the site is built to give.
HOLD_S = 1.0
# Doubt costs time, never the warning. What is sooner a bird or a balloon than all else, has a class
# that nobody can say yet, or an arrival not known to a tenth, has to hold a tenth of the time
# left, ten looks at its class at most: in that time a bird has turned or is known for one, and a
# drone still comes. So do what nothing but its own word speaks for, and what says who it is and has
# not been checked: in that time a radar has seen where it is.
DOUBT_ARRIVAL_RATIO = 0.09
DOUBT_HOLD_RATIO, DOUBT_HOLD_S_MAX = 0.1, 10.0
# What may nearly as well be a bird has to come for longer where there is time: a bird that searches
# heads for something or other every half minute. Of the time beyond a minute, so much.
BIRD_PROB, BIRD_HOLD_RATIO, BIRD_HOLD_S_MAX, BIRD_LEAVES_S = 0.4, 0.15, 12.0, 60.0
# One that has been followed for minutes and may still be a bird looks like a drone for some seconds
# now and then: overhead, where nothing else leaves time to wait.
OLD_S, BIRD_PROB_MIN, OLD_HOLD_S = 120.0, 0.15, 8.0
# What has been a bird for four fifths of ten minutes and more is one that does so for longer: its
# class is read from a minute, and a rook that soars over the field for half of that is steady.
KNOWN_S, KNOWN_BIRD_RATIO, KNOWN_HOLD_S = 600.0, 0.8, 30.0
# One that has just begun may be plots of two birds, or of one and of nothing, and fast for that: it
# has to hold as in doubt until ten looks have borne it out.
NEW_S = 10.0
# Among birds alone a tracker links plots of one bird after another, for half a minute and longer.
# What nobody has assessed has to hold for a quarter of the time left there; and where birds by the
# hundred fill the sky, of a thousand tracks that are as much bird as drone all are birds.
CROWD_HOLD_RATIO, CROWD_HOLD_S_MAX = 0.25, 40.0
CROWD_RATIO_MIN, CROWD_RATIO_ALL = 0.4, 0.8  # from some thirty birds on, and wholly among hundreds
FULL_SKY_RATIO, FULL_SKY_HARMLESS_PROB_MIN = 0.7, 0.5
# What by all signs carries people is more often a pilot without a transponder than an attack. Those
# it flies at are told to be ready at the usual time; the clock orders cover when they have twice
# what they need left, and not sooner, so that the watch has that long to look. A drone that flies
# as an aircraft does is told of in time for cover all the same.
CREWED_PROB_MIN, DRONE_PROB_MAX = 0.7, 0.2
COVER_RATIO = 2.0
# What cannot be told yet, or would be on the ground after two thirds of its way, may be plots of
# several birds, linked: the clock orders cover when people have just what they need left, and only
# where it comes sooner than not. What would be there after a third, or goes up and far above, makes
# them ready and no more, until it levels off.
DOUBT_COVER_RATIO, DOUBT_REACH_PROB = 1.0, 0.5
STEEP_MPS, OVER_M = 5.0, 1_500.0
DOUBT_SHORT_RATIO, SHORT_RATIO = 0.67, 0.33
CLASS_KNOWN_PROB = 0.4  # of its likeliest kind: more than any has before a look (birds, 0.33)
# Of what may well be a bird, several birds of a crowd or a balloon the clock tells people to be
# ready: a look at it, or its own flight, says what it is, and cover is ordered then.
MAYBE_HARMLESS_PROB = 0.25


def unassessed(identity: IdentityRecord, threat: Threat, existence_prob: float) -> bool:
    """Say whether the dead man's clock runs for this track.

    It does for what nobody has assessed or dismissed, whose identity is open, which is not
    confidently a bird, several of a crowd or a balloon, really exists, and is closing on the asset
    or over the zone.
    """
    looked = identity.assessed_by is not None or identity.dismissed_by is not None
    return (
        identity.identity in _OPEN
        and not looked
        and (threat.closing_mps >= CLOSING_MPS_MIN or threat.is_over_area)
        and existence_prob >= EXISTENCE_PROB_MIN
        and harmless_prob(identity) + identity.several_prob < harmless_prob_min(identity)
    )


def harmless_prob_min(identity: IdentityRecord) -> float:
    """Say from how probably harmless on a track starts no clock, by what fills the sky there."""
    full = max(identity.crowd_ratio - FULL_SKY_RATIO, 0.0) / (1.0 - FULL_SKY_RATIO)
    return HARMLESS_PROB_MIN - full * (HARMLESS_PROB_MIN - FULL_SKY_HARMLESS_PROB_MIN)


def harmless_prob(identity: IdentityRecord) -> float:
    """Say how probably a track is a bird or a balloon."""
    return sum(identity.class_prob.get(kind, 0.0) for kind in HARMLESS)


def looks_crewed(identity: IdentityRecord) -> bool:
    """Say whether a track by all signs carries people: helicopter or aeroplane, hardly a drone."""
    chance = identity.class_prob
    crewed = sum(chance.get(kind, 0.0) for kind in CREWED)
    return crewed >= CREWED_PROB_MIN and drone_prob(chance) <= DRONE_PROB_MAX


def drone_prob(chance: dict[str, float]) -> float:
    """Say how probably a track is a drone of any kind."""
    return sum(chance.get(kind, 0.0) for kind in DRONES)


def is_clear(identity: IdentityRecord, threat: Threat) -> bool:
    """Say whether a track's class is known, and its straight arrival to a tenth; NaN is not."""
    if not threat.straight_sigma_s <= DOUBT_ARRIVAL_RATIO * threat.arrival_s:
        return False
    kinds = coarse_probs(identity.class_prob)
    kinds.pop(ObjectClass.OTHER, None)
    return max(kinds.values(), default=0.0) >= CLASS_KNOWN_PROB


def down_ratio(height_m: float, climb_mps: float, arrival_s: float) -> float:
    """Say after which part of its way here a track that sinks on so is on the ground; inf: never.

    height_m: above the asset. What dives at the asset is on the ground when it is there: 1.
    """
    if climb_mps >= -STEEP_MPS or not arrival_s > 0.0:
        return math.inf
    return max(height_m, 0.0) / (-climb_mps * arrival_s)


def is_far_above(height_m: float, climb_mps: float, arrival_s: float) -> bool:
    """Say whether a track that climbs on so is far above the asset when it is there."""
    return climb_mps > STEEP_MPS and height_m + climb_mps * arrival_s > OVER_M


def cover_ratio(identity: IdentityRecord, is_doubtful: bool) -> float:
    """Say how many times what people need is left when the clock orders cover, at the most."""
    if is_doubtful:
        return DOUBT_COVER_RATIO
    return COVER_RATIO if looks_crewed(identity) else math.inf


def clock_s(zone: Zone, ratio: float) -> float:
    """Say how long before an arrival that nobody assessed the clock orders cover.

    ratio: of `cover_ratio`.
    """
    return min(zone.imminent_s, zone.unassessed_s, ratio * zone.take_cover_s)


def clock_reach_prob(zone: Zone, ratio: float) -> float:
    """Say how likely an arrival has to be for the clock to order cover. ratio: as `clock_s`."""
    least = DOUBT_REACH_PROB if ratio <= DOUBT_COVER_RATIO else 0.0
    return max(zone.reach_prob_imminent, least)


def hold_s(identity: IdentityRecord, threat: Threat, cause: str, vague: bool = False) -> float:
    """Say for how many seconds a condition has to hold before it warns people.

    vague: its speed is not known to a quarter (a track that nothing has borne out for a while).
    cause: "threat" (what a person or the evidence calls a threat is not in doubt) or "unassessed".
    NaN in the straight arrival's sigma is doubt.
    """
    known = is_clear(identity, threat) and not vague
    known = known and not identity.own_word and not identity.checking
    if cause == "threat" or (known and harmless_prob(identity) < BIRD_PROB):
        return HOLD_S
    wanted_s = max(HOLD_S, min(DOUBT_HOLD_RATIO * threat.arrival_s, DOUBT_HOLD_S_MAX))
    if harmless_prob(identity) < BIRD_PROB:
        return wanted_s
    beyond_s = max(threat.arrival_s - BIRD_LEAVES_S, 0.0)
    return wanted_s + min(BIRD_HOLD_RATIO * beyond_s, BIRD_HOLD_S_MAX)


def aged_hold_s(wanted_s: float, identity: IdentityRecord, age_s: float, arrival_s: float) -> float:
    """Say for how long a condition that asks for no threat has to hold, by a track's age.

    wanted_s: of `hold_s`.
    """
    if harmless_prob(identity) < BIRD_PROB_MIN:
        return wanted_s
    if age_s < NEW_S:
        return max(wanted_s, min(DOUBT_HOLD_RATIO * arrival_s, DOUBT_HOLD_S_MAX))
    if age_s >= KNOWN_S and identity.bird_ratio >= KNOWN_BIRD_RATIO:
        return max(wanted_s, KNOWN_HOLD_S)
    return max(wanted_s, OLD_HOLD_S) if age_s >= OLD_S else wanted_s


def crowd_hold_s(crowd_ratio: float, arrival_s: float) -> float:
    """Say for how long what nobody has assessed has to hold by how many birds there are."""
    share = (crowd_ratio - CROWD_RATIO_MIN) / (CROWD_RATIO_ALL - CROWD_RATIO_MIN)
    return min(max(share, 0.0), 1.0) * min(CROWD_HOLD_RATIO * arrival_s, CROWD_HOLD_S_MAX)


def speed_sigma_ratio(tracks: TrackTable, row: int) -> float:
    """Give the standard deviation of a track's speed along its course over that speed."""
    v_east, v_north = float(tracks.state_enu[row, 3]), float(tracks.state_enu[row, 4])
    speed_mps = max(math.hypot(v_east, v_north), CLOSING_MPS_MIN)
    cov = tracks.cov_enu[row]
    along = v_east * v_east * cov[3, 3] + v_north * v_north * cov[4, 4]
    along += 2.0 * v_east * v_north * cov[3, 4]
    return math.sqrt(max(float(along), 0.0)) / speed_mps**2


def early_ratio(tracks: TrackTable, row: int, now_ns: int) -> float:
    """Say how far before its likeliest arrival a track may well come: a factor, 1 at the most.

    One standard deviation of its speed: a first estimate errs by a fifth either way, and by its
    middle people would wait for a fourth look to be told to be ready. What the filter says of it is
    true of a track that has just begun, and too much of one that has flown straight for a while.
    """
    age_s = (now_ns - int(tracks.started_ns[row])) / NS_PER_S
    share = max(1.0 - age_s / YOUNG_S, 0.0)
    return max(1.0 / (1.0 + share * speed_sigma_ratio(tracks, row)), EARLY_RATIO_MIN)


def level_of(
    zone: Zone,
    contact: Contact,
    threat: Threat,
    armed: bool,
    unlooked: bool,
    ready_only: bool = False,
    cover: float = math.inf,
    early: float = 1.0,
) -> tuple[bool, bool, str]:
    """Say whether possible and imminent hold for this track now, and why.

    armed: SUSPECT or HOSTILE; unlooked: the dead man's clock runs; ready_only: a healthy radar that
    should see it does not, so anyone may have broadcast it, or it may well be a bird or a balloon,
    or is on its way into the ground or far above: the clock tells people to be ready, and no more.
    cover: of `cover_ratio`, when the clock orders cover. early: of `early_ratio`; "possible" is by
    when it may come, imminent by when it likeliest does. Returns (possible, imminent, cause). The
    thresholds are the zone's, slackened for a condition that holds already. NaN never warns. A
    civil or friendly track is neither armed nor unlooked and so never warns.
    """

    def holds(arrival_s: float, nearer_s: float, reach_prob: float, held: bool) -> bool:
        if held:
            nearer_s *= RELEASE_ARRIVAL_RATIO
            reach_prob *= RELEASE_REACH_RATIO
        return arrival_s <= nearer_s and threat.reach_prob >= reach_prob

    held, imminent_held = contact.possible_since_ns > 0, contact.imminent_since_ns > 0
    soonest_s, arrival_s = early * threat.arrival_s, threat.arrival_s
    by_threat = armed and holds(soonest_s, zone.possible_s, zone.reach_prob_possible, held)
    by_clock = unlooked and holds(soonest_s, zone.unassessed_s, zone.reach_prob_possible, held)
    imminent = (
        armed and holds(arrival_s, zone.imminent_s, zone.reach_prob_imminent, imminent_held)
    ) or (
        unlooked
        and not ready_only
        and holds(arrival_s, clock_s(zone, cover), clock_reach_prob(zone, cover), imminent_held)
    )
    cause = "threat" if by_threat else "unassessed"
    return by_threat or by_clock or imminent, imminent, cause


def comes(zone: Zone, contact: Contact, identities: dict[int, IdentityRecord], now_ns: int) -> bool:
    """Say whether a track that people were told of still comes for them.

    Whether a person has looked does not matter; it does where they dismissed it, or where it has
    proved a friend or civil. A track that is gone does not come.
    """
    identity = identities.get(contact.track_id)
    if identity is None or contact.seen_ns != now_ns or identity.dismissed_by is not None:
        return False
    return (
        identity.identity in (*_OPEN, *_ARMED)
        and contact.arrival_s <= RELEASE_ARRIVAL_RATIO * zone.possible_s
        and contact.reach_prob >= RELEASE_REACH_RATIO * zone.reach_prob_possible
    )


def refresh(
    state: WarningState,
    tracks: TrackTable,
    identities: dict[int, IdentityRecord],
    threats: list[Threat],
    now_ns: int,
) -> None:
    """Bring every zone's contacts up to now_ns; changes state.zones in place."""
    ids = tracks.track_id[: tracks.count].tolist()
    rows = {track_id: row for row, track_id in enumerate(ids)}
    for zone_state in state.zones.values():
        zone, known = zone_state.zone, zone_state.contacts
        own_id = zone.id if zone.polygon else ""
        near_s = RELEASE_ARRIVAL_RATIO * max(zone.possible_s, zone.imminent_s, zone.unassessed_s)
        near_s /= EARLY_RATIO_MIN
        told = {
            threat.track_id: threat
            for threat in threats
            if threat.zone_id == own_id
            and threat.asset_id == zone.asset
            and (threat.arrival_s <= near_s or threat.track_id in known)
        }
        for track_id in sorted(told):
            row, identity = rows.get(track_id), identities.get(track_id)
            if row is not None and identity is not None:
                _see(zone_state, tracks, row, identity, told[track_id], now_ns)
        _let_go(state, zone_state, set(told) & set(rows), now_ns)


def _see(
    zone_state: ZoneState,
    tracks: TrackTable,
    row: int,
    identity: IdentityRecord,
    threat: Threat,
    now_ns: int,
) -> None:
    armed = identity.identity in _ARMED
    unlooked = unassessed(identity, threat, float(tracks.existence_prob[row]))
    known = zone_state.contacts.get(threat.track_id)
    if known is None and not (armed or unlooked):
        return
    contact = known or Contact(threat.track_id)
    upright = _upright(zone_state, tracks, row, threat)
    ratio, above = down_ratio(*upright), is_far_above(*upright)
    birds_prob = harmless_prob(identity) + identity.several_prob
    contact.ready_only = (
        bool(identity.unseen_by)
        or birds_prob >= MAYBE_HARMLESS_PROB
        or above
        or ratio < SHORT_RATIO
    )
    doubtful = ratio < DOUBT_SHORT_RATIO or not is_clear(identity, threat)
    contact.cover = cover_ratio(identity, doubtful)
    possible, imminent, cause = level_of(
        zone_state.zone,
        contact,
        threat,
        armed,
        unlooked,
        contact.ready_only,
        contact.cover,
        early_ratio(tracks, row, now_ns),
    )
    if known is None:
        if not possible:
            return
        zone_state.contacts[threat.track_id] = contact
    contact.cause = cause
    vague = speed_sigma_ratio(tracks, row) > VAGUE_RATIO
    wanted_s = hold_s(identity, threat, cause, vague)
    if cause != "threat":
        age_s = (now_ns - int(tracks.started_ns[row])) / NS_PER_S
        wanted_s = aged_hold_s(wanted_s, identity, age_s, threat.arrival_s)
        wanted_s = max(wanted_s, crowd_hold_s(identity.crowd_ratio, threat.arrival_s))
    held = possible and contact.possible_since_ns > 0
    contact.hold_s = min(contact.hold_s, wanted_s) if held else wanted_s
    contact.possible_since_ns = (contact.possible_since_ns or now_ns) if possible else 0
    contact.imminent_since_ns = (contact.imminent_since_ns or now_ns) if imminent else 0
    _place(contact, zone_state, tracks, row, threat, now_ns)


def _upright(
    zone_state: ZoneState, tracks: TrackTable, row: int, threat: Threat
) -> tuple[float, float, float]:
    """Give a track's height above the asset (m), its climb (m/s), 0 if unseen, and arrival (s)."""
    if not tracks.height_observed[row]:
        return 0.0, 0.0, threat.arrival_s
    height_m = float(tracks.state_enu[row, 2]) - zone_state.asset_enu_m[2]
    return height_m, float(tracks.state_enu[row, 5]), threat.arrival_s


def _place(
    contact: Contact,
    zone_state: ZoneState,
    tracks: TrackTable,
    row: int,
    threat: Threat,
    now_ns: int,
) -> None:
    east, north, _, v_east, v_north, _ = (float(x) for x in tracks.state_enu[row])
    contact.arrival_s, contact.reach_prob = threat.arrival_s, threat.reach_prob
    contact.seen_ns, contact.started_ns = now_ns, int(tracks.started_ns[row])
    contact.place_enu = [east, north, v_east, v_north]
    if threat.bearing_rad is not None:
        contact.bearing_rad = threat.bearing_rad
    elif zone_state.asset.position_feed is None:
        d_east, d_north = east - zone_state.asset_enu_m[0], north - zone_state.asset_enu_m[1]
        contact.bearing_rad = wrap_two_pi(math.atan2(d_east, d_north))


def _let_go(state: WarningState, zone_state: ZoneState, present: set[int], now_ns: int) -> None:
    """End the conditions of tracks that are gone; forget those nothing depends on any more."""
    warning = state.warnings.get(zone_state.warning_id or 0)
    members = warning.track_ids if warning else ()
    for track_id in sorted(zone_state.contacts):
        contact = zone_state.contacts[track_id]
        if track_id not in present:
            contact.possible_since_ns = contact.imminent_since_ns = 0
        idle = contact.possible_since_ns == 0 and contact.cleared_until_ns <= now_ns
        if idle and track_id not in members:
            del zone_state.contacts[track_id]


# A track found again is looked for where the lost one would be: the longest gap, the slack for the
# two estimates, and the slack for a turn per second of gap (a third of a drone's speed).
SAME_GAP_S_MAX = 60.0
SAME_PLACE_M = 300.0
SAME_TURN_MPS = 15.0


def continues(contact: Contact, lost: Contact, now_ns: int) -> bool:
    """Say whether a contact is very likely a lost one under a new number.

    True when it is where the lost one would be if it had flown on: then people have been warned of
    it already, and are not warned again.
    """
    gap_s = (now_ns - lost.seen_ns) / NS_PER_S
    if not 0.0 < gap_s <= SAME_GAP_S_MAX or not lost.place_enu or not contact.place_enu:
        return False
    east, north, v_east, v_north = lost.place_enu
    away_m = math.hypot(
        contact.place_enu[0] - east - v_east * gap_s, contact.place_enu[1] - north - v_north * gap_s
    )
    return away_m <= SAME_PLACE_M + SAME_TURN_MPS * gap_s
