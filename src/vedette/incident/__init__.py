"""Stage incident: what happened, told from the record alone, with what is not known.

In: the site, the journal's events, the recorded paths. Out: an Incident, as a page, as the draft
of a statement, and as papers for a typesetter.
"""

from vedette.incident.page import html
from vedette.incident.paper import report_paper, statement_paper
from vedette.incident.statement import statement
from vedette.incident.story import Incident, TrackPoint
from vedette.incident.tell import tell

__all__ = [
    "Incident",
    "TrackPoint",
    "html",
    "report_paper",
    "statement",
    "statement_paper",
    "tell",
]
