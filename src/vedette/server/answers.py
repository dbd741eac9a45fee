"""What is answered to whoever sends something: a command, detections, an exhibit.

The nouns of `vedette.server.views` are of what is asked for; these are of what is brought.
"""

from vedette.model.events import Event
from vedette.server.views import View


class CommandAnswer(View, frozen=True, kw_only=True):
    """What a command brought about."""

    events: list[Event]


class RefusedLine(View, frozen=True, kw_only=True):
    """One detection that cannot be used: its line, the reason of the closed list, and detail."""

    line: int
    reason: str
    detail: str


class DetectionsAnswer(View, frozen=True, kw_only=True):
    """How many detections were taken in, and how many cannot be used; the first of these.

    error: the first refusal in words where none can be used, else empty.
    """

    accepted: int
    refused: int = 0
    refusals: tuple[RefusedLine, ...] = ()
    error: str = ""


class ExhibitAnswer(View, frozen=True, kw_only=True):
    """The exhibit's hash, and the events of its attachment."""

    sha256: str
    size_bytes: int
    events: list[Event]
