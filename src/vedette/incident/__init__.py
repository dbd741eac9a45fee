"""Stage incident: what happened, told from the record alone, with what is not known.

In: the site, the journal's events, the recorded paths. Out: an Incident, as a page and as the draft
of a statement.
"""

from vedette.incident.page import html
from vedette.incident.statement import statement
from vedette.incident.story import Incident, TrackPoint
from vedette.incident.tell import tell

__all__ = ["Incident", "TrackPoint", "html", "statement", "tell"]
