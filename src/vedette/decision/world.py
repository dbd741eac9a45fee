"""What one step of the decision stage looks at: the picture now, gathered once."""

import math
from dataclasses import dataclass

from vedette.decision.options import Bystanders, bystanders, option
from vedette.decision.state import DecisionState
from vedette.model.enums import Identity
from vedette.model.kinds import HARMLESS
from vedette.model.picture import EngagementOption, IdentityRecord, Threat
from vedette.model.tracks import TrackTable

# Under this chance of meeting the asset a track is not yet anybody's decision.
REACH_PROB_MIN = 0.2
# A track that people are asked to look at stays asked about while it is this part of it: a row that
# trembles about its threshold comes and goes under the pointer.
RELEASE_REACH_RATIO = 0.7
# A human weighs a handful; a swarm shows its nearest.
OPTION_TRACKS_MAX = 12
HARMLESS_PROB_MIN = 0.8
_ARMED = (Identity.SUSPECT, Identity.HOSTILE)
_OPEN = (Identity.UNKNOWN, Identity.PENDING)


@dataclass(slots=True)
class World:
    """The picture in this step. rows: track_id -> row of the table; worst: its gravest threat."""

    tracks: TrackTable
    rows: dict[int, int]
    identities: dict[int, IdentityRecord]
    worst: dict[int, Threat]
    now_ns: int
    others: Bystanders | None = None


def worst_threats(threats: list[Threat]) -> dict[int, Threat]:
    """Give each track's gravest threat: the likeliest to be reached, then the soonest."""
    worst: dict[int, Threat] = {}
    for threat in threats:
        held = worst.get(threat.track_id)
        if held is None or (-threat.reach_prob, threat.arrival_s) < (
            -held.reach_prob,
            held.arrival_s,
        ):
            worst[threat.track_id] = threat
    return worst


def least_reach(asked: bool) -> float:
    """Say how probably a track must reach an asset; less for one that people are asked about."""
    return REACH_PROB_MIN * (RELEASE_REACH_RATIO if asked else 1.0)


def soonest_threats(threats: list[Threat], asked: set[int]) -> dict[int, Threat]:
    """Give each track's earliest arrival among those likely enough to be somebody's concern.

    asked: tracks that people are asked about already; they let go later than they took hold.
    """
    soonest: dict[int, Threat] = {}
    for threat in threats:
        held = soonest.get(threat.track_id)
        likely = threat.reach_prob >= least_reach(threat.track_id in asked)
        if likely and (held is None or threat.arrival_s < held.arrival_s):
            soonest[threat.track_id] = threat
    return soonest


def harmless(identity: IdentityRecord) -> bool:
    """Say whether a track is confidently a bird or a balloon."""
    return sum(identity.class_prob.get(kind, 0.0) for kind in HARMLESS) >= HARMLESS_PROB_MIN


def relevant_tracks(world: World) -> list[int]:
    """List the tracks a decision may be wanted for, soonest first, OPTION_TRACKS_MAX at most.

    SUSPECT and HOSTILE always; unknown ones when they may well reach an asset and are not birds.
    """
    ranked = []
    for track_id, identity in world.identities.items():
        if track_id not in world.rows:
            continue
        threat = world.worst.get(track_id)
        arrival_s = threat.arrival_s if threat is not None else math.inf
        if identity.identity in _ARMED:
            ranked.append((0, arrival_s, track_id))
        elif (
            identity.identity in _OPEN
            and threat is not None
            and threat.reach_prob >= REACH_PROB_MIN
            and not harmless(identity)
        ):
            ranked.append((1, arrival_s, track_id))
    return [track_id for _, _, track_id in sorted(ranked)[:OPTION_TRACKS_MAX]]


def option_now(
    state: DecisionState, world: World, track_id: int, effector_id: str
) -> EngagementOption | None:
    """Lay out one option as of this moment; None when the track or the effector is not there."""
    note = state.notes.get(track_id)
    row, identity = world.rows.get(track_id), world.identities.get(track_id)
    effector = next((e for e in state.effectors if e.id == effector_id), None)
    if note is None or row is None or identity is None or effector is None:
        return None
    if world.others is None:
        world.others = bystanders(world.tracks, world.identities)
    threat = world.worst.get(track_id)
    return option(
        state,
        note,
        identity,
        effector,
        world.others,
        float(world.tracks.existence_prob[row]),
        int(world.tracks.status[row]),
        threat.arrival_s if threat is not None else math.inf,
    )
