"""The ledger: every item of evidence about one track, with its weight and in words.

In: a track's raw evidence and its row of the scene. Out: `Evidence` items. Those about "NEUTRAL"
and about "hostile intent" are what identity is decided by: their weights, natural log-odds, add up.

Hostile intent starts at INTENT_PRIOR: one object in 400 near a defended site has any. What speaks
for it must come from several independent things seen (kind of craft 3.5, course 2, low 1, outside
every lane 1); no single one reaches zero, and neither silence, time nor a claim is among them.
Neutral starts at nothing and asks for NEUTRAL_MIN: an agreeing position (5), or a civil lane (2)
together with the flight and echo of a civil aircraft (2).
"""

import math
from operator import itemgetter

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.base.names import class_words, track_name
from vedette.identity.behaviour import behaviour_items
from vedette.identity.case import FRIEND, INTENT, NEUTRAL, Case, item
from vedette.identity.classes import (
    FEATURES,
    IS_CREWED,
    IS_FIXED_WING,
    IS_HARMLESS,
    LABELS,
    MICRO_DOPPLER_LOG,
    MULTIROTOR,
    SMALL_FIXED_WING,
)
from vedette.identity.places import Places
from vedette.identity.scene import Scene, vote_log
from vedette.identity.state import Claim, Memory
from vedette.identity.trust import CLAIM_LIFE_S, agreement_ratio, is_contradicted
from vedette.model.enums import MicroDoppler
from vedette.model.picture import Evidence, IdentityRecord

INTENT_PRIOR = -6.0
FIXED_WING_MAX = 3.5
MULTIROTOR_MAX = 1.5  # too like a bird at these speeds to carry a suspicion
HARMLESS_MAX = -4.0
LOW_WEIGHT = 1.0
LOW_M = 500.0  # above the reference; published procedures keep civil traffic higher off airports
OUTSIDE_WEIGHT = 1.0
LANE_WEIGHT = 2.0
AGREES_WEIGHT = 5.0
AGREES_INTENT = -4.0  # ADS-B that radar bears out, or a listed friend in its lane
STRAYED_INTENT = -2.0  # a listed friend that radar bears out, but not where or when it should be
REMOTE_ID_INTENT = -1.0  # anyone may broadcast a serial number
FRIENDLY_LANE_WEIGHT = -1.5
REMOTE_ID_WEIGHT = 1.5  # who sends a serial or a call sign and no address: no friend, no airliner
REPLY_WEIGHT = 2.0
LISTED_CIVIL_WEIGHT = 1.5
AUTHORISED_INTENT = -3.0  # a listed serial, in its volume, at its time, where it says it is
IMPLAUSIBLE_WEIGHT = -2.0
REMOTE_ID_SPEED_MAX_MPS = 60.0  # small drones, which send it, fly slower
SPEED_OFF_MPS, SPEED_OFF_RATIO = 15.0, 0.25  # a claimed speed farther off than this is false
# Up there a wing needs 90 m/s and more through the air; the strongest winds take half of it.
THIN_AIR_M, THIN_AIR_SPEED_MIN_MPS = 7_000.0, 40.0
SPEED_LOOKS = 8.0  # seconds of behaviour before speeds are compared
WORD_WEIGHT = 7.0  # a person with authority: as sure as anything here is
CIVIL_KIND_MAX, CIVIL_KIND_MIN = 2.0, -4.0
UNSEEN_WEIGHT = -3.0
UNSEEN_MIN = 5  # evaluations in a row, so seconds
CONTRADICTED_WEIGHT = -5.0
OWN_LIFE_S = 180.0  # how long a measurement of our own vouches for a track's flight
MOVES_WORDS = {
    MicroDoppler.ROTOR: "rotor blades",
    MicroDoppler.PROPELLER: "a propeller",
    MicroDoppler.WINGS: "beating wings",
    MicroDoppler.JET: "a jet engine",
    MicroDoppler.NONE: "nothing moving on it",
}
_CREWED, _FIXED_WING = itemgetter(*IS_CREWED), itemgetter(*IS_FIXED_WING)
_HARMLESS = itemgetter(*IS_HARMLESS)


def weigh(ledger: list[Evidence], about: str) -> float:
    """Add up what a ledger says about one question, in log-odds.

    Exact, so the order of the items changes nothing; of items with the same kind and source only
    the weightiest counts, so copies add nothing.
    """
    best: dict[str, float] = {}
    for evidence in ledger:
        if evidence.about == about:
            key = f"{evidence.kind} {evidence.source}"
            if key not in best or abs(evidence.weight_log_odds) > abs(best[key]):
                best[key] = evidence.weight_log_odds
    return math.fsum(best.values())


def build(case: Case, scene: Scene, places: Places) -> list[Evidence]:
    """Write a track's ledger anew: class first, then who it may be, then what it may intend."""
    items = _class_items(case, scene)
    items += _claim_items(case, scene, places)
    items += _civil_items(case, scene, places)
    items += _intent_items(case, scene, places)
    return items


def civil_prob(measured: list[float]) -> float:
    """Say how probably this is a crewed aircraft, by measurement alone. measured (classes,)."""
    return math.fsum(_CREWED(measured))


def fixed_wing_prob(measured: list[float]) -> float:
    """Say how probably this is a fixed-wing drone of any kind. measured (classes,)."""
    return math.fsum(_FIXED_WING(measured))


def log_odds(prob: float) -> float:
    """Turn a probability into log-odds, kept within +-7 so that certainty stays finite."""
    prob = min(max(prob, 1e-3), 1.0 - 1e-3)
    return math.log(prob / (1.0 - prob))


def _class_items(case: Case, scene: Scene) -> list[Evidence]:
    memory, total = case.memory, scene.total[case.row]
    top = total.index(max(total))
    kind, label = class_words(LABELS[top]), LABELS[top]
    items = []
    for feature, weight in zip(FEATURES, scene.supports[case.row], strict=True):
        if weight == 0.0:
            continue
        verdict = "speaks for" if weight >= 0.0 else "speaks against"
        source, health, t_ns = _seen_by(feature, memory)
        text = f"{_seen(feature, memory, scene.flown[case.row])}: {verdict} {kind}"
        items.append(item(case, feature, source, label, weight, text, health, t_ns))
    if scene.company[case.row] > 0.0:
        others, share = scene.alike[case.row]
        text = f"of {others} other tracks here {share:.0%} look like that: speaks for {kind}"
        items.append(item(case, "company", "track", label, scene.company[case.row], text))
    for sensor in sorted(memory.votes):
        vote = memory.votes[sensor]
        said = int(vote.mean_log.argmax())
        text = f"{sensor} takes it for a {class_words(LABELS[said])}"
        weight = float(vote_log(vote)[top])
        items.append(item(case, "vote", sensor, label, weight, text, vote.health_ratio, vote.t_ns))
    return items + _what_moves(case, top)


def _what_moves(case: Case, top: int) -> list[Evidence]:
    """Weigh what radars found to move on it, by micro-Doppler, for its likeliest class `top`."""
    items = []
    for sensor in sorted(case.memory.moves):
        vote = case.memory.moves[sensor]
        found = min(
            MICRO_DOPPLER_LOG,
            key=lambda each: float(np.abs(MICRO_DOPPLER_LOG[each] - vote.mean_log).sum()),
        )
        weight = float(vote_log(vote)[top])
        verdict = "speaks for" if weight >= 0.0 else "speaks against"
        text = f"{sensor} sees {MOVES_WORDS[found]}: {verdict} {class_words(LABELS[top])}"
        args = weight, text, vote.health_ratio, vote.t_ns
        items.append(item(case, "micro_doppler", sensor, LABELS[top], *args))
    return items


def _seen_by(feature: str, memory: Memory) -> tuple[str, float, int]:
    """Name the source of a feature, its health, and when it was last seen."""
    if feature in ("rcs", "flicker"):
        return memory.rcs_sensor, memory.rcs_health, memory.rcs_t_ns
    if feature == "emission":
        return memory.emits_sensor, memory.emits_health, memory.emits_t_ns
    return "track", 1.0, memory.looked_ns


def _seen(feature: str, memory: Memory, flown: list[float]) -> str:
    """Say in words what was seen of one feature. flown: the numbers of `flight.SPOKEN`."""
    mean, least, most, turn, net, spread, still, climb = flown
    match feature:
        case "speed":
            hovers = f", stood still {still:.0%} of the time" if still > 0.05 else ""
            return f"flies {mean:.0f} m/s, in the last minute {least:.0f} to {most:.0f}{hovers}"
        case "turning":
            one_side = ", mostly to one side" if net > 0.7 * turn and turn > 0.02 else ""
            return f"turns {math.degrees(turn):.1f} deg/s{one_side}"
        case "steadiness":
            return f"holds its speed to {spread:.1f} m/s and flies this steadily"
        case "climb":
            return f"climbs {climb:+.1f} m/s and holds its height so"
        case "drift":
            return f"moves {memory.air_mps:.0f} m/s against the wind"
        case "height":
            return f"flies {memory.height_m:.0f} m above the site"
        case "emission":
            return f"sends: {memory.emits_sensor} hears it without a name"
        case "flicker":
            spread = math.sqrt(max(memory.rcs_square_db2 - memory.rcs_dbsm**2, 0.0))
            return f"radar cross-section flickers by {spread:.1f} dB"
        case _:
            looks = f"{memory.rcs_looks:.0f} looks"
            return f"radar cross-section {memory.rcs_dbsm:.0f} dBsm over {looks}"


def _claim_items(case: Case, scene: Scene, places: Places) -> list[Evidence]:
    memory, claim = case.memory, case.memory.claim
    if claim is None:
        return [_silence(case)] if case.receivers else []
    name = claim.callsign or claim.remote_id or claim.icao24 or "no name"
    items = []
    if case.standing.listed >= 0:
        flight = places.listed[case.standing.listed].flight_id
        against = case.standing.obstacle
        text = f"says it is friendly flight {flight}: a claim"
        text += f"; {against}" if against else "; lane, time and speed agree"
        items.append(item(case, "friendly list", claim.sensor, FRIEND, 0.0, text, 1.0, claim.t_ns))
    if claim.affiliation:
        text = f"is called {claim.affiliation} by {claim.sensor}: a claim, which makes no identity"
        about = NEUTRAL if claim.affiliation == "neutral" else FRIEND
        health = claim.health_ratio
        items.append(item(case, "claim", claim.sensor, about, 0.0, text, health, claim.t_ns))
    if case.conflict or case.copied:
        text = f"another track sends the same name as {name}"
        items.append(item(case, "conflict", claim.sensor, NEUTRAL, CONTRADICTED_WEIGHT, text))
    if not claim.measured and memory.agreement.t_ns == 0:
        text = f"says it is {name}; no own radar has checked where it is"
        health = claim.health_ratio
        items.append(item(case, "claim", claim.sensor, NEUTRAL, 0.0, text, health, claim.t_ns))
    return items + _doubts(case, scene, claim, name)


def _doubts(case: Case, scene: Scene, claim: Claim, name: str) -> list[Evidence]:
    """Say what is odd about what a track sends: it has fallen silent, or cannot be so."""
    items, speed_mps = [], case.memory.speed_mps
    silent_s = (case.now_ns - claim.t_ns) / NS_PER_S
    if silent_s > CLAIM_LIFE_S:
        text = f"was {name} {silent_s:.0f} s ago and is silent since: transponders break, no proof"
        health = claim.health_ratio
        items.append(item(case, "silence", claim.sensor, INTENT, 0.0, text, health, claim.t_ns))
    own = case.memory.own_ns > 0 and case.memory.looks >= SPEED_LOOKS
    claimed_mps = math.hypot(claim.vel_enu_mps[0], claim.vel_enu_mps[1])
    off_mps = abs(claimed_mps - speed_mps)
    odd = ""
    if own and claim.remote_id and speed_mps > REMOTE_ID_SPEED_MAX_MPS:
        odd = f"sends a small drone's serial, but flies {speed_mps:.0f} m/s"
    elif own and silent_s <= CLAIM_LIFE_S and off_mps > _speed_off_mps(case.memory):
        odd = f"says it flies {claimed_mps:.0f} m/s, but flies {speed_mps:.0f}"
    elif not own and silent_s <= CLAIM_LIFE_S and _hangs(claim, scene.agl_m[case.row], claimed_mps):
        high_km = scene.agl_m[case.row] / 1000.0
        odd = f"says it flies {claimed_mps:.0f} m/s at {high_km:.0f} km: only a balloon does"
    if odd:
        weight, health = IMPLAUSIBLE_WEIGHT * claim.health_ratio, claim.health_ratio
        kind = "implausible"
        items.append(item(case, kind, claim.sensor, NEUTRAL, weight, odd, health, claim.t_ns))
    return items


def _speed_off_mps(memory: Memory) -> float:
    """Say how far a claimed speed may be from the measured one; a young track knows its own ill."""
    own_sigma_mps = math.sqrt(max(memory.speed_var, 0.0))
    return SPEED_OFF_MPS + SPEED_OFF_RATIO * memory.speed_mps + 3.0 * own_sigma_mps


def _hangs(claim: Claim, agl_m: float, claimed_mps: float) -> bool:
    """Say whether an aircraft's address claims to fly slower up there than any wing can: false
    satellite signals let a receiver creep along a road while its barometer still tells the height.
    """
    return bool(claim.icao24) and agl_m > THIN_AIR_M and claimed_mps < THIN_AIR_SPEED_MIN_MPS


def _silence(case: Case) -> Evidence:
    """Say what silence is worth: nothing, whether the receiver is well or sick."""
    source, health = case.receivers[0]
    if health >= 1.0:
        text = f"{source} hears no answer: many harmless things send none, so this weighs nothing"
    else:
        text = f"{source} hears no answer, but {source} is not healthy: its silence says nothing"
    return item(case, "silence", source, INTENT, 0.0, text, health)


def _civil_items(case: Case, scene: Scene, places: Places) -> list[Evidence]:
    memory, measured = case.memory, scene.measured[case.row]
    civil = civil_prob(measured)
    weight = min(max(log_odds(civil), CIVIL_KIND_MIN), CIVIL_KIND_MAX)
    text = f"flight and echo are a crewed aircraft's with {100.0 * civil:.0f} %"
    own = case.now_ns - memory.own_ns <= OWN_LIFE_S * NS_PER_S and memory.own_ns > 0
    if weight > 0.0 and not own:
        weight, civil = 0.0, 0.0
        text = "only its own word for where it is and how it flies: no sensor of ours measures it"
    items = [item(case, "kind", "track", NEUTRAL, weight, text)]
    for lane in _lanes(case, scene, places, civil=True):
        text = f"keeps to {lane} (place, height, speed, direction)"
        items.append(item(case, "civil lane", "procedure", NEUTRAL, LANE_WEIGHT * civil, text))
        break
    if memory.unseen >= UNSEEN_MIN and memory.claim is not None:
        text = f"says where it is, but {memory.unseen_by}, which is healthy, sees nothing there"
        items.append(item(case, "unseen", memory.unseen_by, NEUTRAL, UNSEEN_WEIGHT, text))
    if memory.claim is not None:
        items += _agreement_items(case, places)
    return items


def _agreement_items(case: Case, places: Places) -> list[Evidence]:
    claim, agreement = case.memory.claim, case.memory.agreement
    assert claim is not None
    health = min(agreement.health_ratio, claim.health_ratio)
    if claim.measured:
        text = f"answers {claim.sensor} where {claim.sensor} measures it"
        weight = 0.0 if case.standing.listed >= 0 else REPLY_WEIGHT * claim.health_ratio
        health, t_ns = claim.health_ratio, claim.t_ns
        return [item(case, "answer", claim.sensor, NEUTRAL, weight, text, health, t_ns)]
    place = f"{agreement.sensor}: {agreement.miss_m:.0f} m apart, {agreement.looks} looks"
    if is_contradicted(agreement):
        text = f"is not where it says it is, by {place}"
        weight, t_ns = CONTRADICTED_WEIGHT, agreement.t_ns
        return [item(case, "contradicted", claim.sensor, NEUTRAL, weight, text, health, t_ns)]
    trust = agreement_ratio(agreement, case.now_ns)
    if trust <= 0.0:
        return []
    full = AGREES_WEIGHT if claim.icao24 and not claim.remote_id else REMOTE_ID_WEIGHT
    text = f"is where it says it is, by {place}"
    if case.standing.listed >= 0:
        full, text = 0.0, f"{text}; it says it is a friend, so it is no civil aircraft by that"
    weight, t_ns = full * trust, agreement.t_ns
    items = [item(case, "agrees", claim.sensor, NEUTRAL, weight, text, health, t_ns)]
    if case.standing.plan >= 0:
        against = case.standing.plan_obstacle
        text = f"is on the list as {places.listed[case.standing.plan].flight_id}"
        text += f", but {against}" if against else ": time, place and speed fit"
        weight = 0.0 if against else LISTED_CIVIL_WEIGHT * trust
        items.append(item(case, "civil list", "site list", NEUTRAL, weight, text))
    return items


def _intent_items(case: Case, scene: Scene, places: Places) -> list[Evidence]:
    memory, row = case.memory, case.row
    text = "most objects near a site mean no harm"
    items = [item(case, "prior", "base rate", INTENT, INTENT_PRIOR, text)]
    items += _kind_intent(case, scene)
    items += behaviour_items(case, places, scene.together[row])
    if scene.agl_m[row] < LOW_M:
        text = f"flies low, {max(scene.agl_m[row], 0.0):.0f} m above the site"
        items.append(item(case, "low", "track", INTENT, LOW_WEIGHT, text))
    items += _lane_intent(case, scene, places)
    trust = agreement_ratio(memory.agreement, case.now_ns)
    if memory.claim is not None and trust > 0.0 and not case.conflict:
        weight = _agreeing_intent(case, memory.claim) * trust
        text = "is where it says it is"
        items.append(item(case, "agrees", memory.claim.sensor, INTENT, weight, text))
        items += _authorised(case, places, trust)
    if case.near[0]:
        text = f"flies near friendly {track_name(case.near[0])}, and is not it"
        items.append(item(case, "near friend", "track", INTENT, 0.0, text))
    return items


def _authorised(case: Case, places: Places, trust: float) -> list[Evidence]:
    """Weigh the list of authorised flights: who is named there, and keeps to volume and time."""
    plan = case.standing.plan
    if plan < 0 or case.standing.plan_obstacle or places.listed[plan].lane < 0:
        return []
    text = f"is authorised as {places.listed[plan].flight_id}, and keeps to place, time and speed"
    return [item(case, "authorised", "site list", INTENT, AUTHORISED_INTENT * trust, text)]


def human_items(record: IdentityRecord, case: Case) -> list[Evidence]:
    """Put what a person has said of a track into its ledger; judging is over by then."""
    items = []
    if record.identity_by != "evidence":
        text = f"{record.identity_by} says it is {record.identity}: {record.identity_reason}"
        about, since_ns = str(record.identity), record.since_ns
        source = record.identity_by
        items.append(item(case, "word", source, about, WORD_WEIGHT, text, 1.0, since_ns))
    if record.dismissed_by is not None:
        text = f"{record.dismissed_by} took it out of the queue: {record.dismissed_reason}"
        source, t_ns = record.dismissed_by, record.assessed_ns
        items.append(item(case, "word", source, INTENT, 0.0, text, 1.0, t_ns))
    return items


def _agreeing_intent(case: Case, claim: Claim) -> float:
    if case.standing.listed >= 0:
        return AGREES_INTENT if case.standing.fits else STRAYED_INTENT
    return AGREES_INTENT if claim.icao24 and not claim.remote_id else REMOTE_ID_INTENT


def _kind_intent(case: Case, scene: Scene) -> list[Evidence]:
    measured = scene.measured[case.row]
    fixed, multi = fixed_wing_prob(measured), measured[MULTIROTOR]
    tame = civil_prob(measured) + math.fsum(_HARMLESS(measured))
    items = []
    if fixed > 0.5 or multi > 0.5:
        most = FIXED_WING_MAX if fixed >= multi else MULTIROTOR_MAX
        name = class_words(LABELS[SMALL_FIXED_WING if fixed >= multi else MULTIROTOR])
        text = f"is a {name} with {100.0 * max(fixed, multi):.0f} %"
        weight = min(log_odds(max(fixed, multi)), most)
        items.append(item(case, "uncrewed", "class", INTENT, weight, text))
    if tame > 0.05:
        text = f"is a bird, balloon or crewed aircraft with {100.0 * tame:.0f} %"
        items.append(item(case, "harmless kind", "class", INTENT, HARMLESS_MAX * tame, text))
    return items


def _lane_intent(case: Case, scene: Scene, places: Places) -> list[Evidence]:
    civil = civil_prob(scene.measured[case.row])
    for lane in _lanes(case, scene, places, civil=True):
        text = f"keeps to {lane}, if it is a crewed aircraft"
        return [item(case, "civil lane", "procedure", INTENT, -LANE_WEIGHT * civil, text)]
    lanes = _lanes(case, scene, places, civil=False)
    if case.standing.excuse >= 0 or case.standing.fits:
        index = max(case.standing.excuse, case.standing.listed)
        flight = places.listed[index].flight_id
        if case.taken:
            text = f"is in the lane of friendly {flight}, which another track flies"
            return [item(case, "friendly lane", "procedure", INTENT, 0.0, text)]
        text = f"may be friendly {flight}: lane, time and speed fit"
        return [item(case, "friendly lane", "procedure", INTENT, FRIENDLY_LANE_WEIGHT, text)]
    if lanes:
        text = f"is in {lanes[0]}, where no friend is listed that fits"
        return [item(case, "friendly lane", "procedure", INTENT, 0.0, text)]
    if places.lanes:
        text = "is outside every published lane"
        return [item(case, "outside", "procedure", INTENT, OUTSIDE_WEIGHT, text)]
    return []


def _lanes(case: Case, scene: Scene, places: Places, civil: bool) -> list[str]:
    inside = scene.lanes[case.row]
    if True not in inside:
        return []
    return [lane.name for i, lane in enumerate(places.lanes) if lane.civil == civil and inside[i]]
