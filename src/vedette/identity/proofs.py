"""Which track a proved name is on: a link proves who sends, and not which track that is.

In: claims that came by a link in which nobody can send under another's name, places of tracks. Out:
on which one track the name is, and for how long. A name is in one place: of two tracks that had it
in turn, as where a copy flies a hundred metres off, the one that the last report was nearest to has
it, and has to bear it anew; the other has said nothing. Where a track that proves nothing flies
beside it, too near to tell them apart, the name is on neither.
"""

import math
from collections.abc import Mapping

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.identity.state import Claim, IdentityState, Memory, Proof
from vedette.identity.trust import CLAIM_LIFE_S
from vedette.model.measurements import F64
from vedette.model.tracks import TrackTable

Spot = tuple[float, float, float, float]  # east, north, up, sigma on the ground, m
NAMES_MAX = 4_096  # of proved links; the oldest is forgotten first
# Nearer than this to one that proves nothing, nobody can say which of the two a name is on: a radar
# errs by 20 m across its beam at 5 km, and the tracks of two that fly together by as much again.
BESIDE_M = 100.0


def is_nearest(track_id: int, said_enu_m: F64, now_m: Mapping[int, Spot]) -> bool:
    """Say whether no other track is nearer to where a report (3,) says that it is now.

    A report without a place, and a track that is not in now_m, are taken as they come.
    """
    own = now_m.get(track_id)
    if own is None or math.isnan(said_enu_m[0]):
        return True
    east_m, north_m = float(said_enu_m[0]), float(said_enu_m[1])
    off_m = math.hypot(own[0] - east_m, own[1] - north_m)
    return not any(
        math.hypot(spot[0] - east_m, spot[1] - north_m) < off_m
        for other, spot in now_m.items()
        if other != track_id
    )


def prove(state: IdentityState, track_id: int, memory: Memory) -> None:
    """Note that a track's newest claim was proved; who had the name before has said nothing.

    Changes state.proofs, and the memory of the track that loses the name.
    """
    claim = memory.claim
    if claim is None or not claim.authenticated:
        return
    proof = state.proofs.get(claim.name)
    if proof is None or proof.track_id != track_id:
        if proof is not None:
            _lose(state.memories.get(proof.track_id), claim.name)
        state.proofs.pop(claim.name, None)
        state.proofs[claim.name] = Proof(track_id, claim.t_ns)
        while len(state.proofs) > NAMES_MAX:
            del state.proofs[next(iter(state.proofs))]
    elif claim.t_ns - proof.t_ns >= NS_PER_S:
        proof.looks, proof.t_ns = proof.looks + 1, claim.t_ns


def proofs_of(state: IdentityState, track_id: int, claim: Claim | None) -> int:
    """Give in how many looks a track's present name was proved for it without a break."""
    proof = None if claim is None or not claim.authenticated else state.proofs.get(claim.name)
    return proof.looks if proof is not None and proof.track_id == track_id else 0


def beside(
    state: IdentityState, tracks: TrackTable, track_id: int, now_ns: int
) -> tuple[int, float]:
    """Find the nearest track that proves no name, within BESIDE_M of one that does, and how far.

    (0, inf) where there is none, and for a track that proves nothing itself. Friends who fly
    together and prove each their own name are no doubt about each other.
    """
    if not _is_proved(state.memories.get(track_id), now_ns):
        return 0, math.inf
    ids = tracks.track_id[: tracks.count]
    place_m = tracks.state_enu[: tracks.count, :2]
    off_m = np.hypot(*(place_m - place_m[np.flatnonzero(ids == track_id)[0]]).T)
    for row in np.argsort(off_m, kind="stable").tolist():
        if off_m[row] > BESIDE_M:
            break
        other = int(ids[row])
        if other != track_id and not _is_proved(state.memories.get(other), now_ns):
            return other, float(off_m[row])
    return 0, math.inf


def _is_proved(memory: Memory | None, now_ns: int) -> bool:
    claim = None if memory is None else memory.claim
    if claim is None or not claim.authenticated:
        return False
    return now_ns - claim.t_ns <= CLAIM_LIFE_S * NS_PER_S


def forget(state: IdentityState, track_id: int) -> None:
    """Forget a track that has ended."""
    memory = state.memories.get(track_id)
    name = "" if memory is None or memory.claim is None else memory.claim.name
    proof = state.proofs.get(name)
    if proof is not None and proof.track_id == track_id:
        del state.proofs[name]


def _lose(memory: Memory | None, name: str) -> None:
    if memory is None or memory.claim is None or not memory.claim.authenticated:
        return
    if memory.claim.name == name:
        memory.claim = None
        memory.agreement.score = min(memory.agreement.score, 0.0)
