"""Why an event is passed over: well-formed, and nothing that the air picture is made of.

Counted by these words and shown beside the feed, so that nobody wonders where an event has gone.
"""

from vedette.codecs.cot.event import PING, PONG, CotEvent
from vedette.codecs.cot.symbols import is_air

OURS = "our own event"
PREDICTED = "predicted: nobody sees it now"
NOT_HEARD = "the feed has no sensor to hear with"
NO_FIX = "a client without a satellite fix"
UNSAID_HOW = "in the air, and not said how it is known"
OTHER = "another kind of event"
# What a type begins with, the longest first, and what an operator calls that.
_BEGINNINGS = (
    (PING, "ping"),
    (PONG, "ping"),
    ("t-x-takp", "protocol"),
    ("t-x-d-d", "deletion"),
    ("b-t-f", "chat"),
    ("b-m-r", "route"),
    ("b-m-p", "point on the map"),
    ("b-a", "alarm of a client"),
    ("b-i", "picture or video"),
    ("b-r", "report"),
    ("u-", "drawing"),
    ("t-", "task or message between programs"),
)
_DIMENSIONS = {"G": "on the ground", "S": "on the water", "U": "under water", "P": "in space",
               "F": "special forces on the ground"}  # fmt: skip


def passed_over(event: CotEvent) -> str:
    """Say what an event is that no sensor of a feed is for."""
    if is_air(event.kind):
        return UNSAID_HOW
    words = event.kind.split("-", 3)
    if words[0] == "a" and len(words) >= 3:
        return _DIMENSIONS.get(words[2], OTHER)
    return next((what for begin, what in _BEGINNINGS if event.kind.startswith(begin)), OTHER)
