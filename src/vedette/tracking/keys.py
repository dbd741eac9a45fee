"""Claimed identities as evidence, never proof: what two tracks claim, what one track changes.

In: the confirmed tracks and the addresses or serials last heard with each. Out: events. A key
helps association (`kernels.bank.weigh`); it neither joins two tracks nor names anyone.
"""

import numpy as np

from vedette.model.events import Event, IdentityKeyChanged, IdentityKeyShared
from vedette.tracking.state import TrackerState

_ICAO_BIT = 1 << 61  # as `measurements.identity_key` marks an ICAO 24-bit address
_ICAO_MASK = 0xFFFFFF


def tell_keys(state: TrackerState, now_ns: int) -> list[Event]:
    """Tell once of each pair of live tracks that send one key, and of a track that changes its.

    Numbers of tracks are never used again, so the memory is that of pairs alive.
    """
    bank = state.bank
    rows = np.flatnonzero((bank.track_id[: bank.count] > 0) & (bank.key[: bank.count] != 0))
    if len(rows) == 0 and not state.keys_shared:
        return []
    rows = rows[np.argsort(bank.track_id[rows], kind="stable")]
    return _changed(state, rows, now_ns) + _shared(state, rows, now_ns)


def key_words(key: int) -> tuple[str, str]:
    """Give a key's kind and its text: an ICAO address; of a serial only a hash is kept."""
    if key & _ICAO_BIT:
        return "icao24", f"{key & _ICAO_MASK:06x}"
    return "remote_id", ""


def _changed(
    state: TrackerState, rows: np.ndarray[tuple[int], np.dtype[np.int64]], now_ns: int
) -> list[Event]:
    bank, events = state.bank, list[Event]()
    for i in rows[bank.key_told[rows] != bank.key[rows]]:
        before, after = int(bank.key_told[i]), int(bank.key[i])
        bank.key_told[i] = after
        if before:
            kind, text = key_words(after)
            _, text_before = key_words(before)
            events.append(
                IdentityKeyChanged(
                    t_ns=now_ns,
                    track_id=int(bank.track_id[i]),
                    kind=kind,
                    before=text_before,
                    after=text,
                )
            )
    return events


def _shared(
    state: TrackerState, rows: np.ndarray[tuple[int], np.dtype[np.int64]], now_ns: int
) -> list[Event]:
    bank = state.bank
    if not state.keys_shared and len(set(bank.key[rows].tolist())) == len(rows):
        return []
    keys, counts = np.unique(bank.key[rows], return_counts=True)
    alive, events = [], list[Event]()
    told = {(a, b) for a, b in state.keys_shared}
    for key in keys[counts > 1]:
        same = [int(n) for n in bank.track_id[rows[bank.key[rows] == key]]]
        # Each against the first: of n tracks n - 1 pairs say that all of them share it.
        for other in same[1:]:
            pair = (same[0], other)
            alive.append(pair)
            if pair not in told:
                kind, text = key_words(int(key))
                events.append(
                    IdentityKeyShared(
                        t_ns=now_ns, track_id=pair[0], other_track_id=other, kind=kind, key=text
                    )
                )
    living = {int(n) for n in bank.track_id[rows]}
    # A pair that stopped for a moment is not told again while both live.
    kept = [(a, b) for a, b in state.keys_shared if a in living and b in living]
    state.keys_shared = sorted({*kept, *alive})
    return events
