"""The HTTP API as an OpenAPI 3.1 document, made from the structs that are sent and taken.

In: the table of operations below and the program's own structs. Out: one JSON document, served at
/api/openapi.json and kept as docs/openapi.json, which `make docs` writes. Tests compare
the table with the routes that are served, and the kept file with what would be written.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import vedette
from vedette.codecs import detections
from vedette.config.exercise import Inject
from vedette.server import answers, views
from vedette.server.access import CSRF_HEADER, Access
from vedette.server.commands import EXHIBIT_REQUEST, INTEGER_MAX, REQUESTS
from vedette.server.exercise_views import ExerciseScore, ExerciseView, InjectsView
from vedette.server.exhibits import FIELDS
from vedette.server.login_routes import Login, SecondAuthorisation, Unlock
from vedette.server.public import public_name
from vedette.server.replay_routes import ReplayWish
from vedette.server.report_routes import PDF, TRACK_FILES, StatementText
from vedette.server.strict import PLAIN_TEXT
from vedette.server.whatif_views import WhatIfPicture, WhatIfView, WhatIfWish

PATH = "/api/openapi.json"
JSON, HTML, TEXT = "application/json", "text/html", "text/plain"
TOML = "application/toml"
LINES, BYTES, FORM = "application/x-ndjson", "application/octet-stream", "multipart/form-data"
COOKIE = "vedette-8420"  # of a service on its usual port, without TLS
_SCHEMAS = "#/components/schemas/"
# The same set of characters as PLAIN_TEXT says to Python, in the words of ECMA 262.
_PLAIN = "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*$"

_ANSWERS: tuple[type[msgspec.Struct], ...] = (
    views.ErrorView,
    views.SessionView,
    views.SiteView,
    views.PictureView,
    views.BriefView,
    views.TrackDetail,
    views.TrackCourse,
    views.OperatorView,
    views.EventsView,
    answers.CommandAnswer,
    answers.DetectionsAnswer,
    answers.ExhibitAnswer,
    views.HealthView,
    views.ReportFormats,
    views.AuditView,
    views.ReplayView,
    WhatIfView,
    WhatIfPicture,
    ExerciseView,
    InjectsView,
    ExerciseScore,
)
_ASKED: tuple[type[msgspec.Struct], ...] = (
    Login,
    Unlock,
    SecondAuthorisation,
    detections.Wire,
    ReplayWish,
    WhatIfWish,
    Inject,
    StatementText,
    *REQUESTS,
)


class Operation(NamedTuple):
    """One method of one path.

    answers: the struct, or the media types of what is no JSON of ours, by status. refuses: statuses
    of an ErrorView. body: struct name and media type. who: "viewer", "person", "sender" or ""
    (anybody).
    """

    method: str
    path: str
    summary: str
    answers: dict[int, type[msgspec.Struct] | str]
    refuses: tuple[int, ...] = ()
    body: tuple[str, str] | None = None
    query: tuple[tuple[str, dict[str, Any], str], ...] = ()
    who: str = "viewer"


_COUNT = {"type": "integer", "minimum": 0, "maximum": INTEGER_MAX}
_FLAG = {"type": "string", "enum": ["0", "1"]}
_DOWNLOAD = (("download", _FLAG, "1: as a download"),)
OPERATIONS = (
    Operation("get", "/api/session", "Who is logged in here", {200: views.SessionView}, who=""),
    Operation(
        "post", "/api/login", "Log in: sets the session's cookie, answers its CSRF token",
        {200: views.SessionView}, (400, 401, 408, 413, 415, 429), ("Login", JSON), who="",
    ),
    Operation(
        "post", "/api/logout", "End the session", {200: views.SessionView}, (401, 403, 413),
        who="person",
    ),
    Operation(
        "post", "/api/activity", "The person is there: the console does not lock",
        {200: views.SessionView}, (401, 403, 413, 423), who="person",
    ),
    Operation(
        "post", "/api/lock", "Lock the console: nothing may be done until it is unlocked",
        {200: views.SessionView}, (401, 403, 413), who="person",
    ),
    Operation(
        "post", "/api/unlock", "The same person is back: takes their password",
        {200: views.SessionView}, (400, 401, 403, 408, 413, 415, 429), ("Unlock", JSON),
        who="person",
    ),
    Operation(
        "get", "/api/oidc/login", "Off to the outside provider", {303: TEXT}, (404, 429),
        who="",
    ),
    Operation(
        "get", "/api/oidc/callback", "Back from it: a session, or in words why not",
        {303: TEXT, 403: HTML, 502: HTML}, (404,), who="",
    ),
    Operation("get", "/api/site", "The site: assets, zones, sensors, map", {200: views.SiteView}),
    Operation(
        "get", "/api/map.pmtiles", "A piece of the site's own map, by one Range",
        {206: BYTES}, (404, 416, 503),
    ),
    Operation(
        "get", "/api/picture", "The air picture now", {200: views.PictureView}, (400, 503),
        query=(("tracks", _FLAG, "0: everything but the tracks"),),
    ),
    Operation(
        "get", "/api/brief", "What the watch that takes over must know",
        {200: views.BriefView}, (503,),
    ),
    Operation(
        "get", "/api/zones.toml", "The zones that stand, as [[zones]] of a site file",
        {200: TOML}, (503,),
    ),
    Operation("get", "/api/brief.txt", "The same as plain text", {200: TEXT}, (503,)),
    Operation(
        "get", "/api/tracks/{track_id}", "One track with ledger, threats and path",
        {200: views.TrackDetail}, (400, 404),
    ),
    Operation(
        "get", "/api/tracks/{track_id}/course", "Its height, range and threats over time",
        {200: views.TrackCourse}, (400, 404),
    ),
    Operation(
        "get", "/api/tracks/{track_id}/operator", "Where it says its operator is: personal data",
        {200: views.OperatorView}, (400, 404, 423), who="watch",
    ),
    Operation(
        "get", "/api/events", "What happened since an event", {200: views.EventsView}, (400,),
        query=(("after", _COUNT, "the number of the last event that is known"),),
    ),
    Operation(
        "get", "/api/incident.html", "The incident report so far", {200: HTML}, (400, 423, 503),
        query=_DOWNLOAD,
    ),
    Operation(
        "get", "/api/incident.pdf", "The incident report so far as PDF", {200: PDF}, (423, 503)
    ),
    Operation(
        "get", "/api/incident/formats", "Whether there can be a PDF here",
        {200: views.ReportFormats}, (423,),
    ),
    Operation(
        "post", "/api/incident/statement.pdf", "A statement as people left it, as PDF", {200: PDF},
        (400, 408, 413, 415, 423, 503), ("StatementText", JSON), who="sender",
    ),
    Operation(
        "get", "/api/incident/statement.txt", "The statement's draft", {200: TEXT}, (423, 503)
    ),
    Operation(
        "get", "/api/incident/tracks.{ending}", "The tracks so far, as a download",
        {200: ", ".join(TRACK_FILES.values())}, (404, 423, 503),
    ),
    Operation(
        "get", "/api/health", "Whether pictures come",
        {200: views.HealthView, 503: views.HealthView},
    ),
    Operation(
        "get", "/api/audit", "Who did what: for the auditor", {200: views.AuditView}, (400, 423),
        query=(("after", _COUNT, "the number of the last act that is known"),), who="watch",
    ),
    Operation(
        "get", "/api/audit.csv", "The whole audit trail as CSV", {200: "text/csv"}, (423,),
        who="watch",
    ),
    Operation(
        "get", "/api/exercise", "Where an exercise stands", {200: ExerciseView}, (404,)
    ),
    Operation(
        "get", "/api/exercise/injects", "What the instructor has placed", {200: InjectsView},
        (404, 423), who="watch",
    ),
    Operation(
        "post", "/api/exercise/injects", "Let something happen in the exercise",
        {201: InjectsView}, (400, 404, 408, 409, 413, 415, 423), ("Inject", JSON), who="person",
    ),
    Operation(
        "post", "/api/exercise/end", "End the exercise and score it", {200: ExerciseView},
        (400, 404, 408, 413, 415, 423), who="person",
    ),
    Operation(
        "get", "/api/exercise/score", "The score, once it is ended", {200: ExerciseScore},
        (404, 409, 423),
    ),
    Operation(
        "get", "/api/exercise/report.html", "The score as a page", {200: HTML}, (404, 409, 423)
    ),
    Operation("get", "/api/replay", "Where a replay stands", {200: views.ReplayView}, (404,)),
    Operation(
        "post", "/api/replay", "Play, rest, another speed, another moment",
        {200: views.ReplayView}, (400, 404, 408, 413, 415), ("ReplayWish", JSON),
    ),
    Operation(
        "get", "/api/replay/whatif", "What would have been otherwise: how far it is",
        {200: WhatIfView}, (404,),
    ),
    Operation(
        "post", "/api/replay/whatif", "Work out a changed world beside the replay",
        {202: WhatIfView}, (400, 404, 408, 409, 413, 415), ("WhatIfWish", JSON),
    ),
    Operation(
        "post", "/api/replay/whatif/cancel", "End it, and forget what it came to",
        {200: WhatIfView}, (400, 404, 408, 413, 415),
    ),
    Operation(
        "get", "/api/replay/whatif/picture", "The changed world at a moment",
        {200: WhatIfPicture}, (400, 404),
        query=(("t_us", _COUNT, "the moment, microseconds since 1970"),),
    ),
    Operation("get", PATH, "This document", {200: JSON}),
    Operation("get", "/metrics", "Metrics for Prometheus", {200: TEXT}, (429,)),
    Operation(
        "post", "/api/detections", "Send detections, one JSON object a line",
        {202: answers.DetectionsAnswer, 422: answers.DetectionsAnswer}, (400, 408, 413, 429),
        ("Detection", JSON), who="sender",
    ),
    Operation(
        "post", "/api/commands", "Give a command",
        {200: answers.CommandAnswer}, (400, 401, 403, 408, 409, 413, 415, 423, 503),
        ("CommandRequest", JSON), who="person",
    ),
    Operation(
        "post", "/api/second-authorisation", "A second person authorises at the first's console",
        {200: answers.CommandAnswer}, (400, 401, 403, 408, 409, 413, 415, 423, 429, 503),
        ("SecondAuthorisation", JSON), who="person",
    ),
    Operation(
        "post", "/api/exhibits", "Attach an exhibit to the incident",
        {200: answers.ExhibitAnswer}, (400, 401, 403, 408, 409, 413, 415, 423, 503, 507),
        ("Exhibit", FORM), who="person",
    ),
    Operation(
        "get", "/api/exhibits/{sha256}", "An exhibit, as a download", {200: BYTES}, (404, 423, 503)
    ),
)  # fmt: skip
_PATH_VALUES: dict[str, dict[str, Any]] = {
    "ending": {"type": "string", "enum": [*TRACK_FILES]},
    "track_id": _COUNT,
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}


class OpenApiRoutes:
    """GET /api/openapi.json."""

    def __init__(self, access: Access) -> None:
        """access: who asks."""
        self._access = access

    def routes(self) -> list[Route]:
        """List them."""
        return [Route(PATH, self.document, methods=["GET"])]

    async def document(self, request: Request) -> Response:
        """Answer with the document; it names this service's own cookie."""
        return Response(rendered(self._access.cookie_name(request)), media_type=JSON)


@lru_cache(maxsize=4)  # a service has one cookie; a proxy in front may add a name
def rendered(cookie: str = COOKIE) -> bytes:
    """Give the document as JSON text. cookie: the name of the session's."""
    return msgspec.json.format(msgspec.json.encode(document(cookie)), indent=1) + b"\n"


def document(cookie: str = COOKIE) -> dict[str, Any]:
    """Make the document. cookie: the name of the session's."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vedette",
            "version": vedette.__version__,
            "summary": "One air picture, and a warning in time. Rules: docs/api.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": cookie},
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", operation.method + operation.path).strip("_"),
        "summary": operation.summary,
        "responses": {str(status): told for status, told in sorted(_responses(operation).items())},
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _PATH_VALUES[name]}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    parameters += [
        {"name": name, "in": "query", "schema": schema, "description": words}
        for name, schema, words in operation.query
    ]
    if parameters:
        told["parameters"] = parameters
    if operation.body is not None:
        name, media = operation.body
        content = {media: {"schema": {"$ref": _SCHEMAS + name}}}
        if name == "Detection":
            content[LINES] = {"schema": {"type": "string"}}
        told["requestBody"] = {"required": True, "content": content}
    if operation.who:
        needs: dict[str, list[str]] = {"session": []}
        if operation.who in ("person", "sender"):
            needs["csrf"] = []
        # An empty requirement: on loopback nobody needs to log in for it.
        told["security"] = [needs] if operation.who in ("person", "watch") else [needs, {}]
    return told


def _responses(operation: Operation) -> dict[int, dict[str, Any]]:
    refuses = set(operation.refuses)
    if operation.who:
        refuses |= {401, 403}
    found = {status: _answer(views.ErrorView) for status in refuses}
    found |= {status: _answer(what) for status, what in operation.answers.items()}
    # From the doors before every route: a foreign host name.
    return found | {421: _answer(views.ErrorView)}


def _answer(what: type[msgspec.Struct] | str) -> dict[str, Any]:
    if not isinstance(what, str):
        words = (what.__doc__ or "").partition("\n")[0]
        schema = {"$ref": _SCHEMAS + what.__name__}
        return {"description": words, "content": {JSON: {"schema": schema}}}
    content = {
        media: {"schema": {"type": "object" if media.endswith("json") else "string"}}
        for media in what.split(", ")
    }
    return {"description": what, "content": content}


def schemas() -> dict[str, Any]:
    """Make the schemas of everything that is sent and taken, by name, in order."""
    _, sent = msgspec.json.schema_components(_ANSWERS, ref_template=_SCHEMAS + "{name}")
    _, taken = msgspec.json.schema_components(_ASKED, ref_template=_SCHEMAS + "{name}")
    found = {name: _public(schema) for name, schema in sent.items()}
    found |= {name: _ecma(schema) for name, schema in taken.items()}
    found["Detection"] = found.pop("Wire") | {"title": "Detection"}
    names = sorted(request.__name__ for request in REQUESTS)
    found["CommandRequest"] = {"oneOf": [{"$ref": _SCHEMAS + name} for name in names]}
    found["SecondAuthorisation"]["properties"]["command"] = {
        "$ref": _SCHEMAS + "AuthoriseEngagementRequest"
    }
    found["Exhibit"] = _exhibit()
    return dict(sorted(found.items()))


def _exhibit() -> dict[str, Any]:
    """Describe the form of an exhibit: its file, and the fields of the attaching command."""
    made = msgspec.json.schema_components([EXHIBIT_REQUEST], ref_template=_SCHEMAS + "{name}")[1]
    fields = _ecma(made[EXHIBIT_REQUEST.__name__])["properties"]
    properties = {name: fields[name] for name in sorted(FIELDS)}
    properties["file"] = {"type": "string", "contentMediaType": BYTES}
    return {
        "type": "object",
        "properties": properties,
        "required": ["description", "file"],
        "additionalProperties": False,
    }


def _public(schema: Any) -> Any:
    """Turn a struct's schema into that of what `as_public` sends: times in microseconds, every key
    always there, and null for a number that is not finite."""
    if isinstance(schema, list):
        return [_public(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "number":
        return {"type": ["number", "null"]}
    found = {key: _public(value) for key, value in schema.items() if key != "default"}
    if "properties" in schema:
        named = {public_name(name): _public(value) for name, value in schema["properties"].items()}
        found["properties"] = named
        found["required"] = list(named)
        found["additionalProperties"] = False
    found = _worded(found)
    if isinstance(found.get("description"), str):
        found["description"] = re.sub(r"_ns\b", "_us", found["description"])
    return found


def _ecma(schema: Any) -> Any:
    """Say Python's patterns in the words of ECMA 262, which OpenAPI uses."""
    if isinstance(schema, list):
        return [_ecma(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _ecma(value) for key, value in schema.items()}
    if isinstance(found.get("pattern"), str):
        pattern = found["pattern"]
        same = pattern.replace(r"\A", "^").replace(r"\Z", "$")
        found["pattern"] = _PLAIN if pattern == PLAIN_TEXT else same
    return _worded(found)


def _worded(schema: dict[str, Any]) -> dict[str, Any]:
    """Keep a description of one line."""
    if isinstance(schema.get("description"), str):
        schema["description"] = schema["description"].partition("\n")[0]
    return schema
