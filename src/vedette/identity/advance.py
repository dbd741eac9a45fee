"""One step of stage identity: hear, look, judge, obey, recall.

In: the table of tracks, which report went to which, commands, health of sources. Out: records up to
date (one per live track, no more) and events for what changed.
"""

from collections.abc import Sequence

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.base.names import class_words
from vedette.identity.case import Case
from vedette.identity.classes import BIRD, FLOCK, LABELS
from vedette.identity.company import leave
from vedette.identity.hearing import hear
from vedette.identity.ledger import UNSEEN_MIN, build, human_items
from vedette.identity.operators import keep_operators
from vedette.identity.orders import WORRY, bring_back, obey, recall
from vedette.identity.proofs import beside, forget, proofs_of
from vedette.identity.recovery import friend_near, watch_recovery
from vedette.identity.rules import judge, settle
from vedette.identity.scene import Scene, due_rows, survey
from vedette.identity.state import IdentityState, Memory, health_ratio
from vedette.identity.trust import (
    CHECKED_S,
    CLAIM_LIFE_S,
    is_contradicted,
    is_verified,
    listed_friend,
    standing,
)
from vedette.identity.unseen import may_be_one
from vedette.model.commands import Command
from vedette.model.enums import Identity, ObjectClass
from vedette.model.events import ClassChanged, Event, IdentityChanged, IdentityConflict
from vedette.model.kinds import coarse_label, coarse_probs
from vedette.model.picture import IdentityRecord, SourceState, Threat
from vedette.model.reports import Report
from vedette.model.tracks import Links, TrackTable

CLASS_MIN_PROB = 0.5  # a class is named when it is more probable than all others together
CLASS_LEAD_PROB = 0.15  # and changed when it leads the named one by this much
CHECK_LOOKS = 8  # comparisons that make a claim verified, with the misses of a radar among them
IS_BIRD_PROB = 0.8  # of an evaluation that counts for a bird
TROUBLE_LOOKS = 3  # evaluations in a row before a conflict is told
SENDERS_MAX = 16  # of one address that are held against each other; of more each is a double
FRIENDLY = (Identity.FRIEND, Identity.ASSUMED_FRIEND)
_FINER = {
    kind: tuple(label for label in LABELS if coarse_label(label) == kind)
    for kind in map(coarse_label, LABELS)
}


def advance(
    state: IdentityState,
    tracks: TrackTable,
    links: Links,
    reports: Sequence[Report],
    commands: Sequence[Command],
    sources: dict[str, SourceState],
    threats: list[Threat],
    now_ns: int,
) -> list[Event]:
    """Take the records to now_ns and say what changed.

    tracks: the tracker's table at now_ns. links.report_index points into `reports`. sources: health
    by sensor. threats: the last step's. Returns IdentityChanged, ClassChanged, IdentityConflict,
    TrackRecalled, and one reaction to each assess, identify or dismiss command.
    """
    _match_tracks(state, tracks, now_ns)
    if len(links.track_id):
        hear(state, links, reports, sources, _places_now(tracks), now_ns)
    keep_operators(state.operators, reports, now_ns)
    events = _evaluate(state, tracks, sources, threats, now_ns)
    events += obey(state, commands, threats, now_ns)
    events += recall(state, threats, now_ns)
    return events


def _match_tracks(state: IdentityState, tracks: TrackTable, now_ns: int) -> None:
    """Give every live track a record, and drop those of tracks that ended."""
    live = tracks.track_id[: tracks.count].tolist()
    if list(state.records) == live:
        return
    records, memories = state.records, state.memories
    alive = set(live)
    for track_id in [track_id for track_id in records if track_id not in alive]:
        forget(state, track_id)
        del records[track_id], memories[track_id]
        leave(state.company, track_id)
        state.near_told.pop(track_id, None)
    for track_id in live:
        if track_id not in records:
            even = {label: 1.0 / len(LABELS) for label in LABELS}
            records[track_id] = IdentityRecord(track_id=track_id, class_prob=even, since_ns=now_ns)
            memories[track_id] = Memory(next_ns=now_ns)
    for track_id in live:  # the table's order, in the same dictionary: others hold on to it
        records[track_id] = records.pop(track_id)


def _places_now(tracks: TrackTable) -> dict[int, tuple[float, float, float, float]]:
    """Give each track's east, north, up and the sigma of its place on the ground, m."""
    count = tracks.count
    cov = tracks.cov_enu[:count]
    table = np.empty((count, 4))
    table[:, :3] = tracks.state_enu[:count, :3]
    table[:, 3] = np.sqrt(0.5 * np.maximum(cov[:, 0, 0] + cov[:, 1, 1], 0.0))
    return dict(zip(tracks.track_id[:count].tolist(), map(tuple, table.tolist()), strict=True))


def _evaluate(
    state: IdentityState,
    tracks: TrackTable,
    sources: dict[str, SourceState],
    threats: list[Threat],
    now_ns: int,
) -> list[Event]:
    rows = due_rows(state, tracks, now_ns)
    if len(rows) == 0:
        return []
    reach: dict[int, float] = {}
    for threat in threats:
        reach[threat.track_id] = max(threat.reach_prob, reach.get(threat.track_id, 0.0))
    scene = survey(state, tracks, rows, sources, reach, now_ns)
    doubles = _double_addresses(state, tracks, now_ns)
    copies = _copies(state, now_ns)
    friends = _friend_places(state, tracks)
    receivers = [
        (watcher.sensor_id, health_ratio(sources, watcher.sensor_id))
        for watcher in state.places.watchers
        if watcher.cooperative and not watcher.neighbour
    ]
    receivers.sort(key=lambda pair: pair[1])
    events: list[Event] = []
    for row, track_id in enumerate(scene.track_ids):
        case = _case(state, scene, row, doubles, copies, friends, now_ns)
        case.receivers, case.beside = receivers, beside(state, tracks, track_id, now_ns)
        record = state.records[track_id]
        case.memory.evaluations += 1
        record.ledger = build(case, scene, state.places)
        _set_label(record, case.memory)
        _set_class(record, case.memory, scene, row, now_ns, events)
        _set_identity(record, case, scene, state, now_ns, events)
        record.ledger += human_items(record, case)
        _set_sight(record, case)
        watch_recovery(record, case, scene, state.places, friends, state.near_told, events)
        _tell_conflicts(record, case, state, now_ns, events)
    return events


def _case(
    state: IdentityState,
    scene: Scene,
    row: int,
    doubles: set[int],
    copies: set[int],
    friends: dict[int, tuple[float, float, int]],
    now_ns: int,
) -> Case:
    track_id = scene.track_ids[row]
    memory = state.memories[track_id]
    flown = {listed for other, (_, _, listed) in friends.items() if other != track_id}
    stands = standing(
        state.places, memory.claim, scene.lanes[row], scene.speed_mps[row], flown, now_ns
    )
    flight = max(stands.excuse, stands.listed)
    return Case(
        row=row,
        memory=memory,
        standing=stands,
        receivers=[],
        taken=flight >= 0 and flight in flown,
        conflict=track_id in doubles and not is_verified(memory.agreement, now_ns, held=True),
        copied=track_id in copies,
        near=friend_near(scene, row, friends),
        now_ns=now_ns,
        proofs=proofs_of(state, track_id, memory.claim),
    )


def _double_addresses(state: IdentityState, tracks: TrackTable, now_ns: int) -> set[int]:
    """List the tracks that send an address which another live track elsewhere sends too.

    One that own radars bore out keeps its address for as long as that check holds, though it has
    fallen silent: who then sends it from elsewhere is another. Two numbers so near each other that
    they may be one object are no two senders.
    """
    by_address: dict[str, list[int]] = {}
    for row, track_id in enumerate(tracks.track_id[: tracks.count].tolist()):
        memory = state.memories[track_id]
        claim = memory.claim
        address = (claim.icao24 or claim.remote_id) if claim is not None else ""
        if claim is None or not address:
            continue
        held = is_verified(memory.agreement, now_ns, held=True)
        if now_ns - claim.t_ns <= (CHECKED_S if held else CLAIM_LIFE_S / 3) * NS_PER_S:
            by_address.setdefault(address, []).append(row)
    doubles: set[int] = set()
    for rows in by_address.values():
        for one in rows if 1 < len(rows) <= SENDERS_MAX else ():
            if not may_be_one(tracks, one, np.array(rows)).all():
                doubles.add(int(tracks.track_id[one]))
        if len(rows) > SENDERS_MAX:
            doubles.update(tracks.track_id[rows].tolist())
    return doubles


def _copies(state: IdentityState, now_ns: int) -> set[int]:
    """List the tracks that send a listed friend's name which another sends as well or better.

    Better is a name that is proved, then one whose place own radars bear out, then mere words.
    """
    if not any(flight.friend for flight in state.places.listed):
        return set()
    by_flight: dict[int, list[tuple[int, int]]] = {}
    for track_id, memory in state.memories.items():
        claim = memory.claim
        if claim is None or now_ns - claim.t_ns > CLAIM_LIFE_S * NS_PER_S / 3:
            continue
        flight = listed_friend(state.places, claim, now_ns)
        if flight >= 0:
            borne = claim.measured or is_verified(memory.agreement, now_ns, held=True)
            rank = 2 * claim.authenticated or int(borne)
            by_flight.setdefault(flight, []).append((rank, track_id))
    copies: set[int] = set()
    for senders in by_flight.values():
        ranks = sorted((rank for rank, _ in senders), reverse=True)
        best = ranks[0] if len(ranks) == 1 or ranks[0] > ranks[1] else 2
        copies |= {track_id for rank, track_id in senders if rank < best}
    return copies


def _friend_places(state: IdentityState, tracks: TrackTable) -> dict[int, tuple[float, float, int]]:
    """Give east, north (m) and the listed flight (-1: set by a person) of each friendly track."""
    places: dict[int, tuple[float, float, int]] = {}
    for row, track_id in enumerate(tracks.track_id[: tracks.count].tolist()):
        if state.records[track_id].identity not in FRIENDLY:
            continue
        memory = state.memories[track_id]
        east_m, north_m = tracks.state_enu[row, :2].tolist()
        places[track_id] = (east_m, north_m, memory.flight)
    return places


def _set_sight(record: IdentityRecord, case: Case) -> None:
    """Say whether anything but its own word speaks for a track's being there, and is being asked.

    The check is over after CHECK_LOOKS comparisons, whatever they gave, or as many evaluations
    without one: a claim that cannot be checked buys no time.
    """
    memory, claim = case.memory, case.memory.claim
    agreement = memory.agreement
    record.checking = (
        claim is not None
        and claim.health_ratio > 0.5
        and not claim.measured
        and max(agreement.looks, memory.evaluations - 2) < CHECK_LOOKS
        and not case.conflict
        and not is_contradicted(agreement)
    )
    record.own_word = memory.own_ns == 0
    unseen = record.own_word and memory.unseen >= UNSEEN_MIN and memory.claim is not None
    record.unseen_by = memory.unseen_by if unseen else ""


def _set_label(record: IdentityRecord, memory: Memory) -> None:
    claim = memory.claim
    if claim is not None:
        record.label = claim.callsign or claim.remote_id or claim.icao24


def _set_class(
    record: IdentityRecord,
    memory: Memory,
    scene: Scene,
    row: int,
    now_ns: int,
    events: list[Event],
) -> None:
    probs = scene.total[row]
    record.class_prob = dict(zip(LABELS, probs, strict=True))
    record.several_prob, record.crowd_ratio = scene.several[row], scene.crowd[row]
    memory.bird_looks += int(probs[BIRD] + probs[FLOCK] >= IS_BIRD_PROB)
    record.bird_ratio = memory.bird_looks / memory.evaluations
    named = _to_name(record)
    if named is record.object_class:
        return
    record.object_class = named
    own = [item for item in record.ledger if item.about == named and item.weight_log_odds > 0.0]
    own.sort(key=lambda item: (-item.weight_log_odds, item.kind, item.source))
    reason = "; ".join(item.text for item in own[:3]) or f"most like a {class_words(named)}"
    event = ClassChanged(
        t_ns=now_ns,
        track_id=record.track_id,
        object_class=str(named),
        prob=record.class_prob[named],
        reason=reason,
    )
    events.append(event)


def _to_name(record: IdentityRecord) -> ObjectClass:
    """Say which class a track is to be called by now; what it is called lasts until it is led.

    The kind must be more probable than all others together (a drone that may be a small or a
    one-way one is a drone), and within it the likeliest class is named.
    """
    kinds = coarse_probs(record.class_prob)
    kind, held = max(kinds, key=kinds.__getitem__), coarse_label(record.object_class)
    if kinds[kind] < CLASS_MIN_PROB:
        return record.object_class
    if kind != held and kinds[kind] - kinds[held] < CLASS_LEAD_PROB:
        return record.object_class
    chance = record.class_prob
    own = max(_FINER[kind], key=chance.__getitem__)
    if kind == held and chance[own] - chance[record.object_class] < CLASS_LEAD_PROB:
        return record.object_class
    return ObjectClass(own)


def _set_identity(
    record: IdentityRecord,
    case: Case,
    scene: Scene,
    state: IdentityState,
    now_ns: int,
    events: list[Event],
) -> None:
    wanted, reason = judge(case, scene, state.places, record.ledger, record.identity)
    by_evidence = record.identity_by == "evidence"
    if by_evidence and wanted is record.identity:
        record.identity_reason = reason
    lasting = settle(record, case, wanted)
    if by_evidence or wanted is record.identity:
        record.contradicted = ""
    if not lasting:
        return
    if not by_evidence:
        _contradict(record, case.memory, wanted, reason, now_ns, events)
        return
    event = IdentityChanged(
        t_ns=now_ns,
        track_id=record.track_id,
        before=record.identity,
        after=wanted,
        reason=reason,
        by="evidence",
    )
    events.append(event)
    record.identity, record.identity_reason, record.since_ns = wanted, reason, now_ns
    case.memory.flight = case.standing.listed if wanted in FRIENDLY else -1


def _contradict(
    record: IdentityRecord,
    memory: Memory,
    wanted: Identity,
    reason: str,
    now_ns: int,
    events: list[Event],
) -> None:
    """Bring a track back, once, when the evidence is plainly against what a person set.

    The person's identity stays. Plainly: it was set harmless and is suspect by evidence, or it was
    set suspect or hostile and is civil or friendly by evidence. Not knowing contradicts nothing.
    """
    worse = WORRY[wanted] >= WORRY[Identity.SUSPECT] > WORRY[record.identity]
    better = WORRY[wanted] <= WORRY[Identity.NEUTRAL] and WORRY[record.identity] >= 3
    record.contradicted = f"evidence says {wanted}: {reason}" if worse or better else ""
    if memory.manual_contradicted or not record.contradicted:
        return
    memory.manual_contradicted = True
    text = f"set {record.identity} by {record.identity_by}; {record.contradicted}"
    events.append(bring_back(record, memory, text, now_ns))


def _tell_conflicts(
    record: IdentityRecord, case: Case, state: IdentityState, now_ns: int, events: list[Event]
) -> None:
    """Tell each kind of conflict once, when it has lasted TROUBLE_LOOKS evaluations."""
    memory, listed = case.memory, case.standing.listed
    fresh = memory.claim is not None and now_ns - memory.claim.t_ns <= CLAIM_LIFE_S * NS_PER_S
    name = record.label or "it"
    flight = state.places.listed[listed].flight_id if listed >= 0 else ""
    present = {
        "address": case.conflict or case.copied,
        "place": is_contradicted(memory.agreement),
        "friend": fresh and bool(case.standing.obstacle),
    }
    for kind, holds in present.items():
        memory.troubles[kind] = memory.troubles.get(kind, 0) + 1 if holds else 0
        if memory.troubles[kind] >= TROUBLE_LOOKS and kind not in memory.troubles_told:
            memory.troubles_told.append(kind)
            reason = _trouble(kind, case, name, flight)
            events.append(IdentityConflict(t_ns=now_ns, track_id=record.track_id, reason=reason))


def _trouble(kind: str, case: Case, name: str, flight: str) -> str:
    """Say in words what is wrong about a track's claims."""
    if kind == "address":
        return f"another track sends the same name as {name}"
    if kind == "place":
        agreement = case.memory.agreement
        off = f"{agreement.miss_m:.0f} m off by {agreement.sensor}"
        return f"{name} is not where it says it is: {off}"
    return f"claims friendly flight {flight}, but is {case.standing.obstacle}"
