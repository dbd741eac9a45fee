"""The audit trail: who did what, when, and how it ended; for the auditor alone."""

import csv
import io
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.base.constants import NS_PER_S
from vedette.model.acts import ActRow
from vedette.server.access import Access, json_answer
from vedette.server.gate import note_act
from vedette.server.picture_routes import whole_number
from vedette.server.views import AuditView

PATH, EXPORT_PATH = "/api/audit", "/api/audit.csv"
ACTS_AT_ONCE = 500
EXPORT_ACTS_MAX = 1_000_000
COLUMNS = (
    "seq", "time_utc", "person", "roles", "session", "address", "act", "about", "status", "outcome",
    "reason",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class AuditRoutes:
    """GET /api/audit, GET /api/audit.csv."""

    def __init__(self, access: Access) -> None:
        """access: who asks, and the service that keeps the record."""
        self._service = access.hub.service

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route(PATH, self.acts, methods=["GET"]),
            Route(EXPORT_PATH, self.export, methods=["GET"]),
        ]

    async def acts(self, request: Request) -> Response:
        """GET /api/audit?after=SEQ: at most 500 acts numbered above SEQ."""
        after = whole_number(request.query_params.get("after", "0"), "after")
        rows = await self._service.acts(after, ACTS_AT_ONCE)
        last = rows[-1].seq if rows else after
        return json_answer(AuditView(acts=rows, last=last, more=len(rows) == ACTS_AT_ONCE))

    async def export(self, request: Request) -> Response:
        """GET /api/audit.csv: the whole trail of this recording, as a download."""
        rows = await self._service.acts(0, EXPORT_ACTS_MAX)
        note_act(request, f"{len(rows)} acts")
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return Response(as_csv(rows), headers=headers, media_type="text/csv")


def as_csv(rows: list[ActRow]) -> str:
    """Write acts as CSV (RFC 4180); no cell can be taken for a formula by a spreadsheet."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in rows:
        act = row.act
        at = datetime.fromtimestamp(act.t_ns / NS_PER_S, UTC).isoformat(timespec="milliseconds")
        done = "done" if act.status < 400 else "refused"
        texts = (act.person, " ".join(act.roles), act.session, act.address, act.what, act.about)
        said = [_cell(text) for text in texts]
        writer.writerow([row.seq, at, *said, act.status, done, _cell(act.reason)])
    return file.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
