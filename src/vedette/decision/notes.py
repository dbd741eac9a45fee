"""What binds an authorisation to the track that two people looked at: notes and digests.

A digest is the first 12 hexadecimal digits of BLAKE2b over "track|identity|group|epoch|effector":

- identity: one of the seven;
- group: drone, crewed, natural or other, and it changes only when another group holds at least
  GROUP_PROB_MIN: "multirotor or fixed wing?" voids nothing, "an aeroplane after all" does;
- epoch: a number never used twice, new whenever the track jumps, that is, moves further between two
  steps than JUMP_M plus JUMP_SIGMAS of the larger position sigma from where it was predicted. So
  ordinary flight, turns included, keeps the digest, and a track number that slides to another
  object loses it;
- effector: an authorisation is for one effector and no other.
"""

import math
from hashlib import blake2b

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.decision.state import DecisionState, TrackNote
from vedette.model.enums import ObjectClass
from vedette.model.kinds import CREWED, DRONES, HARMLESS
from vedette.model.measurements import F64
from vedette.model.picture import IdentityRecord
from vedette.model.tracks import TrackTable

GROUP_PROB_MIN = 0.6
# Four sigma is passed once in 16,000 steps by an honest filter; 150 m is what a drone at 50 m/s
# that turns about flies in three seconds, one scan of a fast radar.
JUMP_SIGMAS = 4.0
JUMP_M = 150.0
LOOKS_MAX = 32
_GROUPS = {
    "drone": DRONES,
    "crewed": CREWED,
    "natural": HARMLESS,
    "other": (ObjectClass.OTHER,),
}


def class_group(identity: IdentityRecord, held: str | None = None) -> str:
    """Say the coarse class of a track; `held` is kept until another group is clearly likelier."""
    chance = identity.class_prob or {identity.object_class: 1.0}
    group_prob = {
        group: sum(chance.get(kind, 0.0) for kind in kinds) for group, kinds in _GROUPS.items()
    }
    likeliest = max(group_prob, key=lambda group: group_prob[group])
    if held is None:
        return likeliest
    return likeliest if group_prob[likeliest] >= GROUP_PROB_MIN else held


def digest(note: TrackNote, identity: IdentityRecord, effector_id: str) -> str:
    """Bind a track as it is to an effector, as the module says. Twelve hexadecimal digits."""
    bound = f"{note.track_id}|{identity.identity}|{note.group}|{note.epoch}|{effector_id}"
    return blake2b(bound.encode(), digest_size=6).hexdigest()


def rows_of(tracks: TrackTable) -> dict[int, int]:
    """Map track_id to its row of the table."""
    ids = tracks.track_id[: tracks.count].tolist()
    return {track_id: row for row, track_id in enumerate(ids)}


def take_notes(
    state: DecisionState,
    wanted: list[int],
    tracks: TrackTable,
    rows: dict[int, int],
    identities: dict[int, IdentityRecord],
    now_ns: int,
) -> None:
    """Bring the notes of the wanted tracks up to now_ns and drop all others."""
    for track_id in sorted(set(state.notes) - set(wanted)):
        del state.notes[track_id]
    for track_id in wanted:
        row, identity = rows.get(track_id), identities.get(track_id)
        note = state.notes.get(track_id)
        if row is None or identity is None:
            if note is not None:
                note.present = False
        elif note is None:
            state.notes[track_id] = _first_note(state, tracks, row, identity, now_ns)
        else:
            _follow(state, note, tracks, row, identity, now_ns)


def _first_note(
    state: DecisionState, tracks: TrackTable, row: int, identity: IdentityRecord, now_ns: int
) -> TrackNote:
    state_enu, cov_enu = tracks.state_enu[row].copy(), tracks.cov_enu[row].copy()
    updated_ns = int(tracks.updated_ns[row])
    note = TrackNote(
        track_id=identity.track_id,
        epoch=state.next_epoch,
        group=class_group(identity),
        t_ns=now_ns,
        state_enu=state_enu,
        cov_enu=cov_enu,
        measured_ns=updated_ns,
        measured_enu=state_enu.copy(),
        measured_cov=cov_enu.copy(),
        looks_ns=[updated_ns],
    )
    state.next_epoch += 1
    return note


def _follow(
    state: DecisionState,
    note: TrackNote,
    tracks: TrackTable,
    row: int,
    identity: IdentityRecord,
    now_ns: int,
) -> None:
    state_enu, cov_enu = tracks.state_enu[row], tracks.cov_enu[row]
    step_s = (now_ns - note.t_ns) / NS_PER_S
    if not note.present or _jumped(note, state_enu, cov_enu, step_s):
        note.epoch = state.next_epoch
        state.next_epoch += 1
    note.present, note.t_ns = True, now_ns
    note.group = class_group(identity, note.group)
    note.state_enu, note.cov_enu = state_enu.copy(), cov_enu.copy()
    updated_ns = int(tracks.updated_ns[row])
    if updated_ns > note.measured_ns:
        note.measured_ns = updated_ns
        note.measured_enu, note.measured_cov = state_enu.copy(), cov_enu.copy()
        note.looks_ns = [*note.looks_ns, updated_ns][-LOOKS_MAX:]


def _jumped(note: TrackNote, state_enu: F64, cov_enu: F64, step_s: float) -> bool:
    """Say whether a track is not where it was predicted to be. NaN is a jump."""
    away = state_enu[:2] - note.state_enu[:2] - step_s * note.state_enu[3:5]
    variance = max(_horizontal(cov_enu), _horizontal(note.cov_enu))
    allowed_m = JUMP_M + JUMP_SIGMAS * math.sqrt(max(0.0, variance))
    return not float(np.hypot(away[0], away[1])) <= allowed_m


def _horizontal(cov_enu: F64) -> float:
    return float(cov_enu[0, 0] + cov_enu[1, 1])
