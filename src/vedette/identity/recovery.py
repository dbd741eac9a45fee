"""An unknown near a friendly flight that comes home: its own alarm, whatever else is known of it.

In: a judged track and the friendly tracks now. Out: `near_friend` of its record, and an event once
for each pair. It exists because in January 2024 the watch was fixed on a drone that came home, and
the unknown behind it was taken for it. It moves no identity: being near a friend proves nothing.
"""

import math

from vedette.base.names import distance_words, track_name
from vedette.identity.case import Case
from vedette.identity.classes import IS_HARMLESS
from vedette.identity.places import Places
from vedette.identity.scene import Scene
from vedette.model.enums import Identity
from vedette.model.events import Event, UnknownNearFriend
from vedette.model.picture import IdentityRecord

Friends = dict[int, tuple[float, float, int]]

NEAR_FRIEND_M = 2000.0  # what a controller who watches the landing has on the same small map
LOOKS_MIN = 3  # evaluations in a row: a plot that becomes two tracks for a second is no news
HARMLESS_PROB_MIN = (
    0.5  # sooner a bird or a balloon than all else: the ledger says it, nobody rings
)
TOLD_MAX = 3  # of one friend: who has been told three times to look behind it, looks
_OPEN = (Identity.PENDING, Identity.UNKNOWN, Identity.SUSPECT)


def friend_near(scene: Scene, row: int, friends: Friends) -> tuple[int, float]:
    """Find the nearest friendly track within NEAR_FRIEND_M that is another: (0, inf) where none.

    friends: east, north (m) and listed flight of each friendly track. Returns track and metres.
    """
    own, east_m, north_m = scene.track_ids[row], scene.east_m[row], scene.north_m[row]
    best, best_m = 0, math.inf
    for other, (east, north, _) in friends.items():
        away_m = math.hypot(east - east_m, north - north_m)
        if other != own and away_m < min(best_m, NEAR_FRIEND_M):
            best, best_m = other, away_m
    return best, best_m


def watch_recovery(
    record: IdentityRecord,
    case: Case,
    scene: Scene,
    places: Places,
    friends: Friends,
    told: dict[int, int],
    events: list[Event],
) -> None:
    """Note on the record which recovery an unidentified track flies near, and tell it once.

    told: how often each friend's recovery has been told of, by its track; changed here.
    """
    other, away_m = case.near
    flight = friends[other][2] if other else -1
    chance = scene.total[case.row]
    worth = (
        record.identity in _OPEN and sum(chance[kind] for kind in IS_HARMLESS) < HARMLESS_PROB_MIN
    )
    holds = flight >= 0 and worth
    memory = case.memory
    memory.near_looks = memory.near_looks + 1 if holds else 0
    record.near_friend = track_name(other) if memory.near_looks >= LOOKS_MIN else ""
    if not record.near_friend or other in memory.near_told or told.get(other, 0) >= TOLD_MAX:
        return
    memory.near_told.append(other)
    told[other] = told.get(other, 0) + 1
    name = places.listed[flight].flight_id
    reason = (
        f"{distance_words(away_m)} from friendly {track_name(other)} ({name}), which comes home,"
        " and is not it"
    )
    events.append(
        UnknownNearFriend(
            t_ns=case.now_ns,
            track_id=record.track_id,
            friend_track_id=other,
            flight=name,
            distance_m=round(away_m, 1),
            reason=reason,
        )
    )
