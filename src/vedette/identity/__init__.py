"""Stage identity: who each track is and what it is, each with its ledger of evidence.

In: tracks, the reports that went into them, commands, the health of sources. Out: one
`IdentityRecord` per live track. Doubt never ages into hostility; HOSTILE is a person's word alone.
"""

from vedette.identity.advance import advance
from vedette.identity.disowned import forget_sources
from vedette.identity.ledger import weigh
from vedette.identity.state import IdentityState, health_ratio, start, with_zones

__all__ = [
    "IdentityState",
    "advance",
    "forget_sources",
    "health_ratio",
    "start",
    "weigh",
    "with_zones",
]
