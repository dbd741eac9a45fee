"""What a track does that speaks of intent: it dives on what it heads for, or comes in company.

In: places and velocities of the due tracks, their memories. Out: counts in the memories, how many
fly with each, items of the ledger. A company is one piece of evidence however many it is of, and
birds, aircraft on an approach and helicopters to a pad do all of this too: it is weighed beside the
class, and never reaches anything alone.
"""

import math
from typing import Any

import numpy as np

from vedette.identity.case import INTENT, Case, item
from vedette.identity.places import Places
from vedette.identity.state import Memory
from vedette.model.measurements import F64
from vedette.model.picture import Evidence

Flags = np.ndarray[Any, np.dtype[np.int8]]

COURSE_WEIGHT = 2.0
COURSE_RATIO_MIN = 0.5
DIVE_WEIGHT = 1.0
DIVE_RAD = math.radians(15.0)  # an approach is 3 degrees, a steep one of light aircraft 6
DIVE_LOOKS = 3  # evaluations in a row
DIVE_SPEED_MIN_MPS = 20.0
FORMATION_WEIGHT = 0.7
FORMATION_M = 1500.0
FORMATION_MPS = 8.0  # velocities no farther apart than this
FORMATION_SPEED_MIN_MPS = 15.0


def note_dives(memories: list[Memory], vel_enu_mps: F64, height_seen: Flags) -> None:
    """Count for how many evaluations each track has dived on the asset it heads for.

    vel_enu_mps (N, 3); height_seen (N,): 0 where no sensor sees height.
    """
    ground_mps = np.hypot(vel_enu_mps[:, 0], vel_enu_mps[:, 1])
    down = np.arctan2(-vel_enu_mps[:, 2], ground_mps) >= DIVE_RAD
    down &= (np.linalg.norm(vel_enu_mps, axis=1) >= DIVE_SPEED_MIN_MPS) & (height_seen > 0)
    for memory, diving in zip(memories, down.tolist(), strict=True):
        on = diving and memory.course_ratio >= COURSE_RATIO_MIN
        memory.dive_looks = memory.dive_looks + 1 if on else 0


def flying_together(memories: list[Memory], pos_enu_m: F64, vel_enu_mps: F64) -> list[int]:
    """Count for each track how many others fly with it at what is defended. Arrays (N, 3)."""
    together = [0] * len(memories)
    fast = np.hypot(vel_enu_mps[:, 0], vel_enu_mps[:, 1]) >= FORMATION_SPEED_MIN_MPS
    coming = np.array([memory.course_ratio >= COURSE_RATIO_MIN for memory in memories], np.bool_)
    rows = np.flatnonzero(fast & coming)
    for row in rows.tolist():
        near = np.linalg.norm(pos_enu_m[rows] - pos_enu_m[row], axis=1) <= FORMATION_M
        alike = np.linalg.norm(vel_enu_mps[rows] - vel_enu_mps[row], axis=1) <= FORMATION_MPS
        together[row] = int((near & alike).sum()) - 1
    return together


def behaviour_items(case: Case, places: Places, together: int) -> list[Evidence]:
    """Weigh course, dive and company. together: how many others fly with it."""
    memory = case.memory
    if memory.course_ratio < COURSE_RATIO_MIN:
        return []
    asset = places.asset_names[memory.course_asset] if memory.course_asset >= 0 else "an asset"
    weight = COURSE_WEIGHT * memory.course_ratio
    items = [item(case, "course", "track", INTENT, weight, f"steadily heads for {asset}")]
    if memory.dive_looks >= DIVE_LOOKS:
        items.append(item(case, "dive", "track", INTENT, DIVE_WEIGHT, f"dives on {asset}"))
    if together > 0:
        others = "one other" if together == 1 else f"{together} others"
        text = f"flies at {asset} together with {others}"
        items.append(item(case, "formation", "track", INTENT, FORMATION_WEIGHT, text))
    return items
