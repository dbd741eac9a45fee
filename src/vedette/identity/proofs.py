"""Which track a proved name is on: a link proves who sends, and not which track that is.

In: claims that came by a link in which nobody can send under another's name, places of tracks. Out:
on which one track the name is, and for how long. A name is in one place: of two tracks that had it
in turn, as where a copy flies a hundred metres off, the one that the last report was nearest to has
it, and has to bear it anew; the other has said nothing.
"""

import math
from collections.abc import Mapping

from vedette.base.constants import NS_PER_S
from vedette.identity.state import Claim, IdentityState, Memory, Proof
from vedette.model.measurements import F64

Spot = tuple[float, float, float, float]  # east, north, up, sigma on the ground, m
NAMES_MAX = 4_096  # of proved links; the oldest is forgotten first


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
