"""Mode S frames to reports: parity, fields (rs1090), positions.

DF17 and DF18 must have parity 0. A surveillance reply (DF5, DF21) overlays its address on the
parity: it is believed only from an aircraft already known by squitter, and gives the squawk.
"""

from collections.abc import Sequence
from typing import Any, cast

import rs1090

from vedette.base.constants import NS_PER_S
from vedette.codecs.adsb import beast, mode_s
from vedette.codecs.adsb.aircraft import (
    HalfPosition,
    Receiver,
    aircraft_of,
    height_from_feet_m,
    report_position,
    take_half,
)
from vedette.codecs.reasons import BAD_CHECKSUM, BAD_VALUE, refuse
from vedette.model.reports import Report

# DF18 control fields: 0 ADS-B, 1 anonymous, 2 fine TIS-B (also multilateration), 6 rebroadcast.
# 3 (coarse TIS-B) and 4, 5 (management, other addresses) carry other formats.
_DF18_USED = frozenset({0, 1, 2, 6})
_ANONYMOUS = 1
INTERROGATOR_BITS = 0x7F  # an all-call reply (DF11) overlays the interrogator's 7-bit code

CLOCK_GAP_MAX_NS = NS_PER_S  # counter and receipt disagree by more: it is no 12 MHz counter
# Crystals are within 100 parts in a million; the offset may rise that fast to follow them.
CLOCK_LEAK_DIVISOR = 10_000

Timed = tuple[beast.Frame, int]


def counter_ns(counter: int) -> int:
    """Convert 12 MHz ticks to nanoseconds, rounded down."""
    return counter * 250 // 3


def measured_ns(receiver: Receiver, frame: beast.Frame, t_recv_ns: int) -> int:
    """Say when a frame was heard, from the receiver's counter and the time of receipt.

    The least of (receipt - counter) is the offset: the network only ever adds delay. Frames
    without a time, and counters more than a second off, take the time of receipt. Only a frame
    that its parity proves moves the offset: noise has a counter too.
    """
    counter = frame.counter
    if counter in (0, beast.MLAT_COUNTER):
        return t_recv_ns
    offset_ns = t_recv_ns - counter_ns(counter)
    if receiver.t_clock_ns:
        leak_ns = max(t_recv_ns - receiver.t_clock_ns, 0) // CLOCK_LEAK_DIVISOR
        least_ns = min(offset_ns, receiver.clock_offset_ns + leak_ns)
        if offset_ns - least_ns <= CLOCK_GAP_MAX_NS:
            offset_ns = max(least_ns, offset_ns - CLOCK_GAP_MAX_NS)
    if _is_proven(frame.message):
        receiver.clock_offset_ns, receiver.t_clock_ns = offset_ns, t_recv_ns
    return counter_ns(counter) + offset_ns


def _is_proven(message: bytes) -> bool:
    """Say whether a message's own parity shows that it came whole."""
    return message[0] >> 3 in (11, 17, 18) and is_intact(message)


def read_frames(
    receiver: Receiver, timed: Sequence[Timed], t_recv_ns: int | None, feed: str
) -> list[Report]:
    """Read frames in order, each with its time (ns UTC); give positions and refusals.

    t_recv_ns None: recorded frames, received when they were measured. Refusals of one kind are
    counted in one report.
    """
    chosen: list[tuple[bytes, int, int]] = []
    refused: dict[str, int] = {}
    for frame, t_ns in timed:
        if frame.kind not in (beast.MODE_S_SHORT, beast.MODE_S_LONG):
            continue
        verdict = _residue(receiver, frame.message)
        if verdict < 0:
            refused[BAD_CHECKSUM] = refused.get(BAD_CHECKSUM, 0) + 1
        elif verdict:
            chosen.append((frame.message, t_ns, t_ns if t_recv_ns is None else t_recv_ns))
    out: list[Report] = []
    for message, t_ns, t_arrived_ns in chosen:
        # One by one: a batch goes through rs1090's thread pool, which on a busy machine makes a
        # step of twenty messages wait for milliseconds. It gives None for what it cannot read,
        # which its annotations do not say.
        values = cast(Any, rs1090.decode(message.hex()))
        if values is None:
            refused[BAD_VALUE] = refused.get(BAD_VALUE, 0) + 1
        else:
            report = _take(receiver, message, values, t_ns, t_arrived_ns, feed)
            out += [] if report is None else [report]
    t_last_ns = t_recv_ns or (timed[-1][1] if timed else 0)
    for reason in sorted(refused):
        out.append(refuse(feed, t_last_ns, reason, f"{refused[reason]} frames", refused[reason]))
    return out


def _residue(receiver: Receiver, message: bytes) -> int:
    """Judge a message: -1 broken, 0 of no use here, 1 to be decoded."""
    kind = message[0] >> 3
    if kind in (17, 18) and len(message) == 14:
        if mode_s.parity_residue(message):
            return -1
        return int(kind == 17 or (message[0] & 7) in _DF18_USED)
    if kind == 11 and len(message) == 7:
        return -1 if mode_s.parity_residue(message) & ~INTERROGATOR_BITS else 0
    if (kind, len(message)) in ((5, 7), (21, 14)):
        return int(f"{mode_s.parity_residue(message):06x}" in receiver.aircraft)
    if (kind < 16) != (len(message) == 7):
        return -1
    return 0


def is_intact(message: bytes) -> bool:
    """Say whether a message of 7 or 14 octets has the length and, where it can be known, the
    parity of its downlink format."""
    kind = message[0] >> 3
    if (kind < 16) != (len(message) == 7):
        return False
    residue = mode_s.parity_residue(message)
    if kind in (17, 18):
        return residue == 0
    return kind != 11 or not residue & ~INTERROGATOR_BITS


def _take(
    receiver: Receiver,
    message: bytes,
    values: dict[str, Any],
    t_ns: int,
    t_recv_ns: int,
    feed: str,
) -> Report | None:
    kind = message[0] >> 3
    if kind in (5, 21):
        address = f"{mode_s.parity_residue(message):06x}"
        receiver.aircraft[address].squawk = values.get("squawk")
        return None
    address = message[1:4].hex()
    is_anonymous = kind == 18 and message[0] & 7 == _ANONYMOUS
    craft = aircraft_of(receiver, f"~{address}" if is_anonymous else address)
    register = values.get("bds")
    if register == "08":
        craft.callsign = _callsign(values.get("callsign")) or craft.callsign
    elif register == "61":
        craft.squawk = values.get("squawk") or craft.squawk
    elif register == "09":
        velocity = mode_s.ground_velocity(message)
        if velocity is not None:
            craft.t_velocity_ns = t_ns
            craft.v_east_mps, craft.v_north_mps, craft.v_up_mps, craft.hae_minus_baro_m = velocity
    elif register in ("05", "06"):
        is_odd = values["parity"] == "odd"
        half = HalfPosition(t_ns, values["lat_cpr"], values["lon_cpr"], register == "06")
        place_deg = take_half(receiver, craft, half, is_odd)
        if place_deg is not None:
            height_m = height_from_feet_m(values.get("altitude"))
            is_hae = values.get("source") == "GNSS"
            return report_position(
                receiver,
                craft,
                place_deg,
                t_ns,
                t_recv_ns,
                feed,
                height_baro_m=None if is_hae else height_m,
                hae_m=height_m if is_hae else None,
                accuracy_category=values.get("NUCp"),
            )
    return None


def _callsign(text: str | None) -> str | None:
    """Keep a callsign's letters and digits; unknown characters came as marks or blanks."""
    kept = "".join(letter for letter in text or "" if letter.isascii() and letter.isalnum())
    return kept[:8] or None
