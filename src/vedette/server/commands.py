"""What a browser may ask for, who may ask it, and how a request becomes a command.

A request is a command without who, in which roles, in which session and when: the server adds
these from the login, so that nobody can speak for another. Every text and number is bounded here.
"""

from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, cast, get_args, get_origin

import msgspec
from msgspec import Meta

from vedette.base.errors import VedetteError
from vedette.model import commands as model
from vedette.model.commands import Command, CommandBase
from vedette.model.enums import Role
from vedette.server.permissions import COMMANDS, missing, permits, right_for
from vedette.server.public import NS_PER_US, public_name
from vedette.server.strict import PLAIN_TEXT, decode_json

BODY_MAX_BYTES = 64 * 1024  # the largest honest command has some 3 kB
INTEGER_MAX = 2**53 - 1  # what a browser can count
TEXT_MAX = 2000
ITEMS_MAX = 64  # of one list: the corners of a zone
ITEM_TEXT_MAX = 48  # of a name in a list: as long as keys of the site file are

PlainText = Annotated[str, Meta(max_length=TEXT_MAX, pattern=PLAIN_TEXT)]
ItemText = Annotated[str, Meta(max_length=ITEM_TEXT_MAX, pattern=PLAIN_TEXT)]
CommandId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]{1,64}\Z")]
Count = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
Number = Annotated[float, Meta(ge=-1e9, le=1e9)]

STAMPS = frozenset({"person", "roles", "session", "t_recv_ns"})


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Who gives a command: what the server adds to a request."""

    person: str
    roles: tuple[Role, ...]
    session: str
    t_recv_ns: int


class NotPermittedError(VedetteError):
    """The person has none of the roles this command needs. wish: the command, by its name."""

    def __init__(self, reason: str, wish: str) -> None:
        """reason: which roles it would take."""
        super().__init__(reason)
        self.wish = wish


def _bounded(kind: Any, name: str) -> Any:
    """Narrow a command's field to what a request may hold."""
    if name == "command_id":
        return CommandId
    if get_origin(kind) is UnionType:
        inner = [_bounded(item, name) for item in get_args(kind) if item is not NoneType]
        return inner[0] | None
    if get_origin(kind) is tuple:
        return _bounded_items(get_args(kind), name)
    return {str: PlainText, int: Count, float: Number}.get(kind, kind)


def _bounded_items(items: tuple[Any, ...], name: str) -> Any:
    """Narrow a tuple: each of its items, and how many there may be where that is open."""
    if items[-1] is not Ellipsis:
        return tuple.__class_getitem__(tuple(_bounded(item, name) for item in items))
    item = ItemText if items[0] is str else _bounded(items[0], name)
    return Annotated[tuple.__class_getitem__((item, ...)), Meta(max_length=ITEMS_MAX)]


def request_type(command: type[CommandBase]) -> type[msgspec.Struct]:
    """Make the struct a browser's request is decoded into: strict, bounded, without the stamp."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(command):
        if field.name in STAMPS:
            continue
        named = (public_name(field.name), _bounded(field.type, field.name))
        fields.append(named if field.required else (*named, field.default))
    return msgspec.defstruct(
        command.__name__ + "Request",
        fields,
        tag_field="command",
        tag=str(command.__struct_config__.tag),
        forbid_unknown_fields=True,
        kw_only=True,
        frozen=True,
    )


REQUESTS = {request_type(command): command for command in COMMANDS}
EXHIBIT_REQUEST = request_type(model.AttachExhibit)
_REQUEST: Any = reduce(or_, REQUESTS)


def parse_command(body: bytes, stamp: Stamp) -> Command:
    """Decode a request and stamp it. Raises RefusedError, or NotPermittedError by its roles."""
    request = decode_json(body, _REQUEST, BODY_MAX_BYTES)
    command = REQUESTS[type(request)]
    right = right_for(command, request)
    if not permits(stamp.roles, right):
        raise NotPermittedError(missing(right), str(command.__struct_config__.tag))
    return stamped(request, command, stamp)


def stamped(request: msgspec.Struct, command: type[CommandBase], stamp: Stamp) -> Command:
    """Join a request and its stamp into the command; microseconds become nanoseconds."""
    values = msgspec.structs.asdict(stamp)
    for field in msgspec.structs.fields(command):
        if field.name not in STAMPS:
            value = getattr(request, public_name(field.name))
            nanoseconds = field.name.endswith("_ns") and value is not None
            values[field.name] = value * NS_PER_US if nanoseconds else value
    return cast(Command, command(**values))
