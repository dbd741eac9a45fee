"""Who may do what: one table, for HTTP, WebSocket, the page and docs/access.md alike.

A right is what a person may do; GRANTS says in which roles. COMMANDS names the right that each
command takes, DOORS the right that each path takes. What is in neither table is refused: a route
that is not in DOORS cannot be served at all.
"""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from vedette.model import commands as model
from vedette.model.commands import CommandBase
from vedette.model.enums import Role


class Right(StrEnum):
    """What somebody may do."""

    PUBLIC = "public"
    LOGGED_IN = "logged_in"
    VIEW = "view"
    REPORT = "report"
    SEND = "send"
    SEE_OPERATORS = "see_operators"
    KEEP_WATCH = "keep_watch"
    IDENTIFY = "identify"
    DRAW_ZONES = "draw_zones"
    AUTHORISE = "authorise"
    ATTACH = "attach"
    AUDIT = "audit"
    INSTRUCT = "instruct"
    MOVE_EFFECTORS = "move_effectors"


class Grant(NamedTuple):
    """words: what the right is, for people; roles: one of them is enough."""

    words: str
    roles: frozenset[Role]


_WATCH = frozenset({Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY, Role.ENGAGEMENT_AUTHORITY})
_EYES = frozenset(Role) - {Role.SENSOR}
GRANTS: dict[Right, Grant] = {
    Right.PUBLIC: Grant("load the page, log in", frozenset(Role)),
    Right.LOGGED_IN: Grant("lock, unlock, log out", frozenset(Role)),
    Right.VIEW: Grant("see the picture, the tracks, what happened, the metrics", _EYES),
    Right.REPORT: Grant("read and save the incident report, the statement, exhibits", _EYES),
    Right.SEND: Grant(
        "send detections", frozenset({Role.SENSOR, Role.OPERATOR, Role.ADMINISTRATOR})
    ),
    # For those who would send somebody there: it is personal data.
    Right.SEE_OPERATORS: Grant(
        "see where a drone says its operator is",
        frozenset({Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY}),
    ),
    Right.KEEP_WATCH: Grant(
        "acknowledge, assess, dismiss, merge, split, decorrelate, write notes, order cover, give "
        "the all-clear, set hold, cancel an engagement, say what became of one, point sensors",
        _WATCH,
    ),
    Right.IDENTIFY: Grant("identify a track", frozenset({Role.IDENTIFICATION_AUTHORITY})),
    # Whoever authorises does not also draw what makes a track a threat.
    Right.DRAW_ZONES: Grant(
        "draw, change and remove zones", frozenset({Role.IDENTIFICATION_AUTHORITY})
    ),
    Right.AUTHORISE: Grant(
        "be one of the two who authorise a simulated engagement, set the weapons control status, "
        "lift hold",
        frozenset({Role.ENGAGEMENT_AUTHORITY}),
    ),
    Right.ATTACH: Grant("attach an exhibit", _WATCH | {Role.AUDITOR}),
    Right.AUDIT: Grant("read and save the audit trail", frozenset({Role.AUDITOR})),
    Right.INSTRUCT: Grant("place injects in an exercise and end it", frozenset({Role.INSTRUCTOR})),
    Right.MOVE_EFFECTORS: Grant(
        "say what a simulated effector does (a program's login)",
        frozenset({Role.EFFECTOR_SIMULATOR}),
    ),
}
# What anybody at the machine itself may do without a login, unless the site demands one.
HERE = frozenset({Right.VIEW, Right.REPORT, Right.SEND})
# What a locked console may still do: a picture that goes dark in an attack warns nobody.
WHILE_LOCKED = frozenset({Right.PUBLIC, Right.VIEW})
# Programs' logins: nobody sits there whose hands could be away.
MACHINES = frozenset({Role.SENSOR, Role.EFFECTOR_SIMULATOR})

COMMANDS: dict[type[CommandBase], Right] = {
    model.AcknowledgeWarning: Right.KEEP_WATCH,
    model.OrderCover: Right.KEEP_WATCH,
    model.AllClear: Right.KEEP_WATCH,
    model.AssessTrack: Right.KEEP_WATCH,
    model.IdentifyTrack: Right.IDENTIFY,
    model.DismissTrack: Right.KEEP_WATCH,
    model.MergeTracks: Right.KEEP_WATCH,
    model.SplitTracks: Right.KEEP_WATCH,
    model.DecorrelateSource: Right.KEEP_WATCH,
    model.CorrelateSource: Right.KEEP_WATCH,
    model.Annotate: Right.KEEP_WATCH,
    model.RemoveNote: Right.KEEP_WATCH,
    model.SetZone: Right.DRAW_ZONES,
    model.RemoveZone: Right.DRAW_ZONES,
    model.SetWeaponsControl: Right.AUTHORISE,
    model.SetHold: Right.KEEP_WATCH,
    model.AuthoriseEngagement: Right.AUTHORISE,
    model.CancelEngagement: Right.KEEP_WATCH,
    model.EffectorReport: Right.MOVE_EFFECTORS,
    model.AssessOutcome: Right.KEEP_WATCH,
    model.TaskSensor: Right.KEEP_WATCH,
}


class Door(NamedTuple):
    """right: what one must be allowed; act: its name in the audit trail, "" where it has none.

    while_locked: open to a locked console although its right is not. basic: a program without
    cookies may say name and password with each request (HTTP Basic).
    """

    right: Right
    act: str = ""
    while_locked: bool = False
    basic: bool = False


DOORS: dict[str, Door] = {
    "GET /api/session": Door(Right.PUBLIC),
    "POST /api/login": Door(Right.PUBLIC, "log in"),
    "POST /api/logout": Door(Right.LOGGED_IN, "log out", while_locked=True),
    "POST /api/activity": Door(Right.LOGGED_IN),
    "POST /api/lock": Door(Right.LOGGED_IN, "lock", while_locked=True),
    "POST /api/unlock": Door(Right.LOGGED_IN, "unlock", while_locked=True),
    "POST /api/commands": Door(Right.LOGGED_IN, "command"),
    "POST /api/second-authorisation": Door(Right.LOGGED_IN, "second authorisation"),
    "POST /api/exhibits": Door(Right.ATTACH, "attach exhibit"),
    "GET /api/exhibits/{sha256}": Door(Right.REPORT, "save exhibit"),
    "GET /api/oidc/login": Door(Right.PUBLIC),
    "GET /api/oidc/callback": Door(Right.PUBLIC, "log in by provider"),
    "GET /api/site": Door(Right.VIEW),
    "GET /api/map.pmtiles": Door(Right.VIEW),
    "GET /api/picture": Door(Right.VIEW),
    "GET /api/brief": Door(Right.VIEW),
    "GET /api/brief.txt": Door(Right.VIEW),
    "GET /api/zones.toml": Door(Right.REPORT, "save zones"),
    "GET /api/tracks/{track_id}": Door(Right.VIEW),
    "GET /api/tracks/{track_id}/course": Door(Right.VIEW),
    "GET /api/tracks/{track_id}/operator": Door(Right.SEE_OPERATORS, "see operator"),
    "GET /api/events": Door(Right.VIEW),
    "GET /api/incident.html": Door(Right.REPORT, "read report"),
    "GET /api/incident.pdf": Door(Right.REPORT, "save report"),
    "GET /api/incident/formats": Door(Right.REPORT),
    "POST /api/incident/statement.pdf": Door(Right.REPORT, "save statement"),
    "GET /api/incident/statement.txt": Door(Right.REPORT, "read statement"),
    "GET /api/incident/tracks.{ending}": Door(Right.REPORT, "save tracks"),
    "GET /api/audit": Door(Right.AUDIT),
    "GET /api/audit.csv": Door(Right.AUDIT, "save audit trail"),
    "GET /api/health": Door(Right.VIEW),
    "GET /api/exercise": Door(Right.VIEW),
    "GET /api/exercise/injects": Door(Right.INSTRUCT),
    "POST /api/exercise/injects": Door(Right.INSTRUCT, "place inject"),
    "POST /api/exercise/end": Door(Right.INSTRUCT, "end exercise"),
    "GET /api/exercise/score": Door(Right.REPORT),
    "GET /api/exercise/report.html": Door(Right.REPORT, "read exercise report"),
    "GET /api/replay": Door(Right.VIEW),
    "POST /api/replay": Door(Right.VIEW),
    "GET /api/replay/whatif": Door(Right.VIEW),
    "POST /api/replay/whatif": Door(Right.VIEW),
    "POST /api/replay/whatif/cancel": Door(Right.VIEW),
    "GET /api/replay/whatif/picture": Door(Right.VIEW),
    "GET /api/openapi.json": Door(Right.VIEW),
    "GET /metrics": Door(Right.VIEW, basic=True),
    "POST /api/detections": Door(Right.SEND),
    "WS /api/detections": Door(Right.SEND),
    "WS /api/stream": Door(Right.VIEW),
}


def permits(roles: tuple[Role, ...], right: Right) -> bool:
    """Say whether one of the roles gives a right. Who is an administrator too never authorises."""
    if right is Right.AUTHORISE and Role.ADMINISTRATOR in roles:
        return False
    return bool(GRANTS[right].roles.intersection(roles))


def rights_of(roles: tuple[Role, ...]) -> tuple[Right, ...]:
    """List what the roles allow, in the order of the table."""
    return tuple(right for right in Right if permits(roles, right))


def as_markdown() -> str:
    """Write the table for docs/access.md: a row a right, a column a role."""
    lines = [
        "| may | " + " | ".join(role.value.replace("_", " ") for role in Role) + " |",
        "|---|" + "---|" * len(Role),
    ]
    for right, (words, _) in GRANTS.items():
        if right is not Right.PUBLIC:
            marks = ("yes" if permits((role,), right) else "" for role in Role)
            lines.append(f"| {words} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def right_for(command: type[CommandBase], request: msgspec.Struct) -> Right:
    """Name the right a request takes: holding back is the whole watch's, lifting a hold is not."""
    if command is model.SetHold and not getattr(request, "on", True):
        return Right.AUTHORISE
    return COMMANDS[command]


def missing(right: Right) -> str:
    """Say which roles would be needed, in words."""
    needed = " or ".join(sorted(GRANTS[right].roles))
    return f"your login does not have the role for this: it takes {needed}"
