"""One track before the judge, and how an item of its ledger is made."""

import math
from dataclasses import dataclass

from vedette.identity.state import Memory
from vedette.identity.trust import Standing
from vedette.model.enums import Identity
from vedette.model.picture import Evidence

INTENT = "hostile intent"
NEUTRAL = str(Identity.NEUTRAL)
FRIEND = str(Identity.FRIEND)


@dataclass(slots=True)
class Case:
    """Everything a track's ledger is made of.

    row: its row of the scene. receivers: cooperative sensors and their health ratios.
    taken: the friendly flight it would fit is flown by another track. conflict: another track sends
    the same address. copied: another sends the same friendly name, and proves it as well or better.
    near: the friendly track near it and how far, (0, inf) none. proofs: in how many looks a second
    apart its name was proved for it, and for no other track since. beside: the nearest track that
    proves no name of its own, where it is too near to say which of the two sends; (0, inf) none.
    """

    row: int
    memory: Memory
    standing: Standing
    receivers: list[tuple[str, float]]
    taken: bool
    conflict: bool
    copied: bool
    near: tuple[int, float]
    now_ns: int
    proofs: int = 0
    beside: tuple[int, float] = (0, math.inf)


def item(
    case: Case,
    kind: str,
    source: str,
    about: str,
    weight: float,
    text: str,
    health: float = 1.0,
    t_ns: int = 0,
) -> Evidence:
    """Make one item. weight in log-odds, health already in it; t_ns 0: seen just now."""
    return Evidence(
        kind=kind,
        source=source,
        about=about,
        weight_log_odds=round(weight, 3) + 0.0,
        health_ratio=health,
        t_ns=t_ns or case.now_ns,
        text=text,
    )
