"""How far what a track says of itself is borne out, and which listed flight it says it is.

In: a track's claim, its agreement with own radars, the site's list. Out: a ratio, a listed flight.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

from vedette.base.constants import NS_PER_S
from vedette.identity.places import Listed, Places
from vedette.identity.state import Agreement, Claim

VERIFIED_SCORE = 3.0  # three healthy looks of own radars at the claimed place
FIRST_SCORE = 1.0  # one look may be chance: agreement counts from beyond it
VERIFIED_HOLD_SCORE = 1.0  # and what keeps it verified
CONTRADICTED_SCORE = -2.0  # one healthy look plainly elsewhere, unless others agreed
AGREEMENT_FADE_S = 180.0  # agreement fades by e in three minutes without a new comparison
CHECKED_S = 60.0  # and this long after the last it no longer makes a friend
CLAIM_LIFE_S = 30.0  # a claim older than this no longer makes a friend
CLAIM_MEMORY_S = 120.0  # and older than this it is not used at all


@dataclass(slots=True)
class Standing:
    """How a track stands to the list of friendly flights.

    listed: the flight it claims (index in the site's list, -1 none). fits: place, height, speed and
    time are those of that flight's lane. excuse: an expected friendly flight it would fit although
    it claims nothing (-1 none). obstacle: why a claim is not believed, in words. plan: the listed
    civil flight it claims (-1 none), plan_obstacle: why it cannot be that, in words.
    """

    listed: int = -1
    fits: bool = False
    excuse: int = -1
    obstacle: str = ""
    plan: int = -1
    plan_obstacle: str = ""


def agreement_ratio(agreement: Agreement, now_ns: int) -> float:
    """Say how far own radars bear a claim out, 0..1; it fades without new comparisons."""
    if agreement.t_ns == 0:
        return 0.0
    age_s = max(now_ns - agreement.t_ns, 0) / NS_PER_S
    share = (agreement.score - FIRST_SCORE) / (VERIFIED_SCORE - FIRST_SCORE)
    share = min(max(share, 0.0), 1.0)
    return share * math.exp(-age_s / AGREEMENT_FADE_S)


def is_verified(agreement: Agreement, now_ns: int, held: bool) -> bool:
    """Say whether own radars have found the track where it claims to be.

    held: whether it was verified before (then less is asked for). Never on words alone.
    """
    recent = agreement.t_ns > 0 and now_ns - agreement.t_ns <= CHECKED_S * NS_PER_S
    return recent and agreement.score >= (VERIFIED_HOLD_SCORE if held else VERIFIED_SCORE)


def is_contradicted(agreement: Agreement) -> bool:
    """Say whether own radars have found the track elsewhere than it claims to be."""
    return agreement.score <= CONTRADICTED_SCORE


def matches(listed: Listed, claim: Claim) -> bool:
    """Say whether a claim names this listed flight: one name equal, none of them different."""
    pairs = (
        (listed.icao24, claim.icao24),
        (listed.remote_id, claim.remote_id),
        (listed.callsign, claim.callsign),
    )
    stated = [(wanted, said) for wanted, said in pairs if wanted and said]
    return bool(stated) and all(wanted == said for wanted, said in stated)


def standing(
    places: Places,
    claim: Claim | None,
    in_lanes: list[bool],
    speed_mps: float,
    flown: Collection[int],
    now_ns: int,
) -> Standing:
    """Find the listed friendly flight a track claims to be, and whether it behaves like it.

    in_lanes: membership of each lane. flown: listed flights that other tracks are known to be; they
    excuse nobody while one that nobody flies would. A listed flight without a friendly lane cannot
    be told from a copy of its claim, so nothing ever fits it.
    """
    result = Standing()
    claimed = _claimed(places, claim, True, now_ns)
    result.listed = claimed
    if claimed >= 0:
        result.obstacle = obstacle(places, places.listed[claimed], in_lanes, speed_mps, now_ns)
        result.fits = not result.obstacle
    result.plan = _claimed(places, claim, False, now_ns)
    if result.plan >= 0:
        plan = places.listed[result.plan]
        result.plan_obstacle = plan_obstacle(places, plan, in_lanes, speed_mps, now_ns)
    if claim is None and any(in_lanes):
        result.excuse = _excuse(places, in_lanes, speed_mps, flown, now_ns)
    return result


def _excuse(
    places: Places, in_lanes: list[bool], speed_mps: float, flown: Collection[int], now_ns: int
) -> int:
    """Find an expected friendly flight that a silent track would fit, best one nobody flies."""
    taken = -1
    for index, flight in enumerate(places.listed):
        if not flight.friend or obstacle(places, flight, in_lanes, speed_mps, now_ns):
            continue
        if index not in flown:
            return index
        taken = index if taken < 0 else taken
    return taken


def listed_friend(places: Places, claim: Claim | None, now_ns: int) -> int:
    """Find the listed friendly flight a track claims to be; -1 none."""
    return _claimed(places, claim, True, now_ns)


def _claimed(places: Places, claim: Claim | None, friend: bool, now_ns: int) -> int:
    if claim is None or now_ns - claim.t_ns > CLAIM_MEMORY_S * NS_PER_S:
        return -1
    for index, flight in enumerate(places.listed):
        if flight.friend == friend and matches(flight, claim):
            return index
    return -1


def obstacle(
    places: Places, flight: Listed, in_lanes: list[bool], speed_mps: float, now_ns: int
) -> str:
    """Say why a track cannot be this listed flight, in words; empty when nothing is against it."""
    if flight.lane < 0:
        return "listed without a lane to check it against"
    lane = places.lanes[flight.lane]
    if lane.civil:
        return f"listed in {lane.name}, which is a civil lane and proves no friend"
    return plan_obstacle(places, flight, in_lanes, speed_mps, now_ns)


def plan_obstacle(
    places: Places, flight: Listed, in_lanes: list[bool], speed_mps: float, now_ns: int
) -> str:
    """Say in words what of time, speed and place of a listed flight a track does not keep to."""
    if not flight.from_ns <= now_ns <= flight.to_ns:
        return "outside its listed time"
    if speed_mps > flight.speed_max_mps + 3.0:  # 3 m/s: the filter's own error in speed
        return f"faster ({speed_mps:.0f} m/s) than its listed {flight.speed_max_mps:.0f} m/s"
    if flight.lane >= 0 and not in_lanes[flight.lane]:
        return f"outside {places.lanes[flight.lane].name}"
    return ""
