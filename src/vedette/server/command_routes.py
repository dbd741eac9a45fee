"""Giving commands: decoded, permitted, handed to the service once, answered with what followed."""

import asyncio
import hashlib
from collections import OrderedDict
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.base.errors import RefusedError, VedetteError
from vedette.model.commands import AuthoriseEngagement, Command, command_name
from vedette.model.events import CommandRefused, Event
from vedette.server.access import Access, json_answer
from vedette.server.accounts import Session
from vedette.server.answers import CommandAnswer
from vedette.server.commands import (
    BODY_MAX_BYTES,
    STAMPS,
    NotPermittedError,
    Stamp,
    parse_command,
)
from vedette.server.gate import note_act, note_reason
from vedette.server.hub import Hub
from vedette.server.views import ErrorView

ANSWER_S = 15.0  # a step takes milliseconds; after this the caller is told that nobody answers
UNSAID = STAMPS | {"command_id"}
ANSWERS_MAX = 1000  # a client repeats within seconds

Outcome = tuple[bytes, asyncio.Task[list[Event]]]


class Desk:
    """Takes commands to the service; the same command_id of one person is one command."""

    def __init__(self, hub: Hub) -> None:
        """hub: the service's."""
        self._hub = hub
        self._given: OrderedDict[str, Outcome] = OrderedDict()

    def stamp(self, session: Session) -> Stamp:
        """Say who gives a command now."""
        return Stamp(
            person=session.person,
            roles=session.roles,
            session=session.id,
            t_recv_ns=self._hub.service.now_ns(),
        )

    def parse(self, request: Request, body: bytes, session: Session) -> Command:
        """Decode a request of a logged-in person. Raises HTTPException 400 or 403."""
        try:
            command = parse_command(body, self.stamp(session))
            note_act(request, in_words(command))
            return command
        except NotPermittedError as error:
            note_act(request, error.wish)
            raise HTTPException(403, str(error)) from None
        except RefusedError as refused:
            raise HTTPException(400, str(refused)) from None

    async def authorise_second(self, request: Request, body: bytes, session: Session) -> Response:
        """Give the second person's authorisation: no other command is taken this way."""
        command = self.parse(request, body, session)
        if not isinstance(command, AuthoriseEngagement):
            raise HTTPException(400, "a second person can only authorise an engagement here")
        return answered(request, command, await self.give(command, body))

    async def give(self, command: Command, body: bytes) -> list[Event]:
        """Hand a command to the service and await its events. body: as sent, to tell repeats.

        Raises HTTPException: 409 where the id was used for something else, 503 where the service
        cannot take it or does not answer (asking again with the same id is safe).
        """
        key = f"{command.person}\n{command.command_id}"
        digest = hashlib.sha256(body).digest()
        known = self._given.get(key)
        if known is not None and known[0] != digest:
            raise HTTPException(409, "this command_id was used for another command")
        task = known[1] if known is not None else self._begin(key, digest, command)
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.shield(task)
        except TimeoutError:
            raise HTTPException(
                503, "the service does not answer; ask again with the same command_id"
            ) from None
        except VedetteError as error:
            self._given.pop(key, None)
            raise HTTPException(503, str(error)) from None

    def _begin(self, key: str, digest: bytes, command: Command) -> asyncio.Task[list[Event]]:
        task = asyncio.create_task(_submitted(self._hub, command))
        self._given[key] = (digest, task)
        while len(self._given) > ANSWERS_MAX:
            self._given.popitem(last=False)
        return task


async def _submitted(hub: Hub, command: Command) -> list[Event]:
    return await hub.service.submit(command)


def refusal(command: Command, events: list[Event]) -> str | None:
    """Give the reason why the command was refused, if it was."""
    for event in events:
        if isinstance(event, CommandRefused) and event.command_id == command.command_id:
            return event.reason
    return None


def in_words(command: Command) -> str:
    """Say a command with what it is about, for the audit trail."""
    fields = msgspec.structs.asdict(command)
    said = [
        f"{name}={value}"
        for name, value in fields.items()
        if name not in UNSAID and value not in (None, "")
    ]
    return " ".join([command_name(command), *said])


def answered(request: Request, command: Command, events: list[Event]) -> Response:
    """Answer a command: its events, or 409 with the reason of its refusal."""
    reason = refusal(command, events)
    if reason is not None:
        note_reason(request, reason)
        return json_answer(ErrorView(error=reason), 409)
    return json_answer(CommandAnswer(events=events))


class CommandRoutes:
    """POST /api/commands."""

    def __init__(self, access: Access, desk: Desk) -> None:
        """access: who asks; desk: where commands are given."""
        self._access = access
        self._desk = desk

    def routes(self) -> list[Route]:
        """List them."""
        return [Route("/api/commands", self.command, methods=["POST"])]

    async def command(self, request: Request) -> Response:
        """Take one command of the person who is logged in."""
        session = self._access.person(request)
        body = await _json_bytes(request)
        command = self._desk.parse(request, body, session)
        return answered(request, command, await self._desk.give(command, body))


async def _json_bytes(request: Request) -> bytes:
    kind: Any = request.headers.get("content-type", "").split(";")[0].strip()
    if kind != "application/json":
        raise HTTPException(415, "send application/json")
    body = await request.body()
    if len(body) > BODY_MAX_BYTES:
        raise HTTPException(413, f"the body is larger than {BODY_MAX_BYTES} bytes")
    return body
