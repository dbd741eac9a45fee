"""Who a track is, from its ledger: the rules, and the patience that keeps them from flickering.

In: a track's ledger, its standing to the friendly list, its present identity. Out: the identity the
evidence asks for, with the reason. HOSTILE is not among the answers: only a person with the
authority to identify says it. Neither time nor silence nor a claim moves anything towards SUSPECT.
"""

from vedette.base.constants import NS_PER_S
from vedette.base.names import class_words, track_name
from vedette.identity.behaviour import COURSE_RATIO_MIN
from vedette.identity.case import INTENT, NEUTRAL, Case
from vedette.identity.classes import LABELS
from vedette.identity.ledger import civil_prob, fixed_wing_prob, weigh
from vedette.identity.places import Places
from vedette.identity.scene import Scene
from vedette.identity.trust import CLAIM_LIFE_S, is_contradicted, is_verified
from vedette.model.enums import Identity
from vedette.model.picture import Evidence, IdentityRecord

NEUTRAL_MIN = 3.5  # log-odds to become NEUTRAL (97 %), and
NEUTRAL_HOLD = 2.0  # to stay it (88 %)
CREWED_MIN = 0.8  # and that it flies and echoes as crewed aircraft do: a claim can be copied
CREWED_HOLD = 0.4
SUSPECT_MIN = 0.0  # log-odds of hostile intent to become SUSPECT (even), and
SUSPECT_HOLD = -2.0  # to stay it
SUSPECT_CLASS_PROB = 0.8
SUSPECT_ITEMS = 3  # independent things seen that must speak for it
RISE_LOOKS = 2  # evaluations in a row (seconds) before an identity is taken on
FALL_LOOKS = 5  # and before one is given up
PROOFS_MIN = 3  # looks a second apart in which a proved name was on this track and on no other
PENDING_LOOKS = 3  # evaluations before "we have looked and do not know"


def judge(
    case: Case, scene: Scene, places: Places, ledger: list[Evidence], present: Identity
) -> tuple[Identity, str]:
    """Say which identity the evidence asks for now, and why in words.

    present: the identity it has (what is held asks for less than what is gained).
    """
    friend = _friend(case, places, present)
    if friend is not None:
        return friend
    civil = weigh(ledger, NEUTRAL)
    intent = weigh(ledger, INTENT)
    suspect_floor = SUSPECT_HOLD if present is Identity.SUSPECT else SUSPECT_MIN
    if intent >= suspect_floor and _is_suspicious(case, scene, places, ledger, present):
        return Identity.SUSPECT, _because(ledger, INTENT)
    neutral_floor = NEUTRAL_HOLD if present is Identity.NEUTRAL else NEUTRAL_MIN
    crewed_floor = CREWED_HOLD if present is Identity.NEUTRAL else CREWED_MIN
    if civil >= neutral_floor and civil_prob(scene.measured[case.row]) >= crewed_floor:
        return Identity.NEUTRAL, _because(ledger, NEUTRAL)
    return Identity.UNKNOWN, _unknown(case, scene, places)


def settle(record: IdentityRecord, case: Case, wanted: Identity) -> bool:
    """Say whether an identity has been asked for long enough to be taken on.

    Gaining asks for RISE_LOOKS evaluations in a row, giving up what one has for FALL_LOOKS; but who
    is no longer told from what flies beside it is no proven friend from that moment on.
    """
    memory = case.memory
    if wanted is record.identity:
        memory.candidate, memory.candidate_count = wanted, 0
        return False
    again = wanted is memory.candidate
    memory.candidate_count = memory.candidate_count + 1 if again else 1
    memory.candidate = wanted
    if record.identity is Identity.PENDING:
        needed = PENDING_LOOKS if wanted is Identity.UNKNOWN else RISE_LOOKS
        return memory.candidate_count >= RISE_LOOKS and memory.evaluations >= needed
    if record.identity is Identity.FRIEND and case.beside[0]:
        return True
    gains = record.identity is Identity.UNKNOWN or (
        record.identity is Identity.ASSUMED_FRIEND and wanted is Identity.FRIEND
    )
    return memory.candidate_count >= (RISE_LOOKS if gains else FALL_LOOKS)


def _friend(case: Case, places: Places, present: Identity) -> tuple[Identity, str] | None:
    """Judge a claim to be a listed friendly flight; None where it gives nothing.

    FRIEND: the listed lane, height, speed and time, own radars find it where it says it is, AND it
    said so by a link in which nobody can send under its name, AND no track that proves nothing
    flies beside it. ASSUMED_FRIEND: the same but for that proof, or where no own radar has been
    able to check and none speaks against it.
    """
    standing, claim, memory = case.standing, case.memory.claim, case.memory
    if standing.listed < 0 or not standing.fits or claim is None or case.conflict or case.copied:
        return None
    if is_contradicted(memory.agreement):
        return None
    flight = places.listed[standing.listed].flight_id
    age_s = (case.now_ns - claim.t_ns) / NS_PER_S
    is_friend = present is Identity.FRIEND
    held = is_friend or present is Identity.ASSUMED_FRIEND
    measured = claim.measured and claim.health_ratio > 0.5
    proved = claim.authenticated and claim.health_ratio > 0.5
    proved = proved and (is_friend or case.proofs >= PROOFS_MIN)
    if age_s <= CLAIM_LIFE_S and (measured or is_verified(memory.agreement, case.now_ns, held)):
        how = f"{memory.agreement.sensor or claim.sensor} finds it where it says it is"
        fits = f"listed friendly flight {flight}: lane, time and speed fit, {how}"
        if claim.authenticated and case.beside[0]:
            other, away_m = case.beside
            why = f"{track_name(other)} flies {away_m:.0f} m from it"
            return (
                Identity.ASSUMED_FRIEND,
                f"{fits}; but {why}: which of the two sends, nobody sees",
            )
        if proved and (measured or is_verified(memory.agreement, case.now_ns, is_friend)):
            return Identity.FRIEND, f"{fits}; {claim.sensor} proves who sends"
        if claim.authenticated:
            return Identity.ASSUMED_FRIEND, f"{fits}; {claim.sensor} has just begun to prove it"
        return (
            Identity.ASSUMED_FRIEND,
            f"{fits}; but anyone can send that: nothing proves it",
        )
    if claim.health_ratio <= 0.1 or memory.unseen > 0:
        return None
    why = "no own radar has checked its place"
    return Identity.ASSUMED_FRIEND, f"claims friendly flight {flight}, lane and speed fit; {why}"


def _is_suspicious(
    case: Case, scene: Scene, places: Places, ledger: list[Evidence], present: Identity
) -> bool:
    """Ask, beside the sum, for several independent things that were seen.

    Where radars are, nothing was seen of what only its own words put there: aircraft that are late
    or wrong with their places had been suspect at places where nobody was.
    """
    if present is Identity.SUSPECT:
        return True
    if case.memory.own_ns == 0 and any(watcher.radar for watcher in places.watchers):
        return False
    speaking = [item for item in ledger if item.about == INTENT and item.weight_log_odds > 0.0]
    drone = fixed_wing_prob(scene.measured[case.row]) >= SUSPECT_CLASS_PROB
    on_course = case.memory.course_ratio >= COURSE_RATIO_MIN
    return drone and on_course and len(speaking) >= SUSPECT_ITEMS


def _because(ledger: list[Evidence], about: str) -> str:
    items = [item for item in ledger if item.about == about and item.weight_log_odds > 0.0]
    items.sort(key=lambda item: (-item.weight_log_odds, item.kind, item.source))
    return "; ".join(item.text for item in items[:4]) or "nothing speaks against it any more"


def _unknown(case: Case, scene: Scene, places: Places) -> str:
    memory, standing = case.memory, case.standing
    if is_contradicted(memory.agreement):
        return f"is not where it says it is ({memory.agreement.miss_m:.0f} m off)"
    if case.copied:
        return "another track flies under the same name, with as good a claim or a better"
    if case.conflict:
        return "two tracks send one address"
    if standing.listed >= 0:
        flight = places.listed[standing.listed].flight_id
        return f"claims friendly flight {flight}; {standing.obstacle or 'not borne out yet'}"
    if memory.unseen_by and memory.claim is not None:
        return f"only says where it is: {memory.unseen_by} sees nothing there"
    civil = civil_prob(scene.measured[case.row])
    borne = memory.claim is not None and is_verified(memory.agreement, case.now_ns, held=True)
    if borne and civil < CREWED_MIN:
        return f"is where it says it is, but flies like a crewed aircraft with {civil:.0%} only"
    total = scene.total[case.row]
    kind, share = class_words(LABELS[total.index(max(total))]), 100.0 * max(total)
    return f"evaluated: {kind} with {share:.0f} %, no proof of who it is"
