"""Consoles without HTTP: what scripted people and effector models see and do, in memory.

In: the picture of the last step. Out: commands, decoded, permitted and stamped by the code that the
server uses, and given to the chain as steps of their own, as the service does.
"""

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.exceptions import HTTPException

from vedette.base.errors import VedetteError
from vedette.config.site import Person, Site
from vedette.geo import SiteFrame
from vedette.model.commands import Command
from vedette.model.events import Event
from vedette.model.picture import AirPicture
from vedette.server.accounts import matches
from vedette.server.columns import target_ids, told_prob, track_columns, track_rows
from vedette.server.command_routes import refusal
from vedette.server.commands import Stamp, parse_command
from vedette.server.exhibits import exhibit_command, media_type, plain_name
from vedette.server.permissions import Right, missing, permits
from vedette.server.public import NS_PER_US, as_public
from vedette.simulator.effectors import effector_models
from vedette.simulator.interface import Glance
from vedette.simulator.operators import Operator
from vedette.simulator.play import Play

_T = TypeVar("_T")
PARTS = ("t_us", "tracks", "warnings", "engagements", "options", "posture", "queue", "sources")


class Watched(Protocol):
    """What consoles look at, and command."""

    site: Site
    picture: AirPicture | None

    def now_ns(self) -> int:
        """Give the time shown to people."""

    def step(self, *, commands: Sequence[Command]) -> list[Event]:
        """Do a command in a step of its own; give what followed."""


def finish(work: Coroutine[Any, Any, _T]) -> _T:
    """Carry out a coroutine that waits for nothing. Raises RuntimeError where it does wait."""
    try:
        work.send(None)
    except StopIteration as end:
        value: _T = end.value
        return value
    raise RuntimeError("nobody is there to wait for")


class View(Mapping[str, Any]):
    """The body of GET /api/picture, each part made when somebody looks at it."""

    def __init__(self, picture: AirPicture, rows: Callable[[AirPicture], Any] | None) -> None:
        """rows: makes the rows of the tracks; None: without tracks."""
        self._picture, self._rows = picture, rows
        self._made: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        """Give one part."""
        if key not in PARTS:
            raise KeyError(key)
        if key not in self._made:
            self._made[key] = self._part(key)
        return self._made[key]

    def _part(self, key: str) -> Any:
        if key == "t_us":
            return self._picture.now_ns // NS_PER_US
        if key == "tracks":
            return [] if self._rows is None else self._rows(self._picture)
        return as_public(getattr(self._picture, key))

    def __iter__(self) -> Iterator[str]:
        """List the parts."""
        return iter(PARTS)

    def __len__(self) -> int:
        """Count the parts."""
        return len(PARTS)


class Desk:
    """What all consoles of a run have in common."""

    def __init__(self, watched: Watched) -> None:
        """watched: the chain."""
        site = watched.site
        self._watched = watched
        self._frame = SiteFrame(site.reference)
        self._asset_ids = [asset.id for asset in site.assets]
        self._numbers = {name: k for k, name in enumerate(self._asset_ids)}
        self._told_prob = told_prob(site)
        self._people = {person.name: person for person in site.people}

    def person(self, name: str, password: str) -> Person:
        """Find who logs in. Raises VedetteError where the name or password is wrong."""
        person = self._people.get(name)
        if person is None or not _is_known(person.password, password):
            raise VedetteError(f"{name} cannot log in: the name or the password is wrong")
        return person

    def view(self, with_tracks: bool) -> View | None:
        """Give the picture; None before the first step."""
        picture = self._watched.picture
        return None if picture is None else View(picture, self._rows if with_tracks else None)

    def _rows(self, picture: AirPicture) -> list[dict[str, Any]]:
        columns, labels = track_columns(picture, self._frame, self._numbers, self._told_prob)
        return list(track_rows(columns, labels, target_ids(self._asset_ids, picture)))

    def stamp(self, person: Person) -> Stamp:
        """Say who gives a command now."""
        return Stamp(
            person=person.name,
            roles=tuple(sorted(set(person.roles))),
            session=f"console of {person.name}",
            t_recv_ns=self._watched.now_ns(),
        )

    def give(self, command: Command) -> str:
        """Have a command carried out; give the reason where it is refused."""
        return refusal(command, self._watched.step(commands=(command,))) or ""


@cache
def _is_known(encoded: str, password: str) -> bool:
    """Check a password once in a process: argon2 is meant to be slow."""
    return matches(encoded, password)


@dataclass(slots=True)
class DirectConsole:
    """One person's console, or the effector models'; a `simulator.interface.Console`."""

    desk: Desk
    person: Person
    glance: Glance
    count: int = field(default=0)

    async def picture(self, with_tracks: bool = True) -> Any:
        """Give the air picture; None where there is none yet."""
        glance = self.glance
        if glance.picture is None or (with_tracks and not glance.with_tracks):
            glance.picture, glance.with_tracks = self.desk.view(with_tracks), with_tracks
        return glance.picture

    async def command(self, command: str, **fields: Any) -> str:
        """Give a command. Returns nothing where it was carried out, else the reason in words."""
        body = {"command": command, "command_id": self._next_id(), **fields}
        try:
            parsed = parse_command(msgspec.json.encode(body), self.desk.stamp(self.person))
        except VedetteError as error:
            return str(error)
        return self.desk.give(parsed)

    async def attach(self, file_name: str, data: bytes, **fields: str) -> str:
        """Attach an exhibit, which is kept nowhere. Returns the reason where it was not taken."""
        command_id = self._next_id()
        if not permits(tuple(self.person.roles), Right.ATTACH):
            return missing(Right.ATTACH)
        described = {
            "command_id": command_id,
            "file_name": plain_name(file_name),
            "sha256": sha256(data).hexdigest(),
            "size_bytes": len(data),
            "media_type": media_type(data[:16]),
        }
        try:
            command = exhibit_command({**described, **fields}, self.desk.stamp(self.person))
        except HTTPException as error:
            return error.detail
        return self.desk.give(command)

    async def get(self, path: str) -> Any:
        """Give no document: nothing restarts here, and nothing else asks for one."""
        return None

    def _next_id(self) -> str:
        self.glance.over()
        self.count += 1
        return f"{self.person.name}-{self.count}"


def take_consoles(play: Play, desk: Desk, attended: bool) -> None:
    """Put the effector models, and the scenario's people where it is attended, at their consoles.

    Raises VedetteError where one of them cannot log in.
    """
    scenario, glance = play.loaded.scenario, play.glance
    account = scenario.effector_account
    if account is not None:
        person = desk.person(account.name, account.password)
        console = DirectConsole(desk, person, glance)
        play.effectors = effector_models(play.loaded, play.seed, console)
    for spec in scenario.operators if attended else ():
        console = DirectConsole(desk, desk.person(spec.name, spec.password), glance)
        play.operators.append(Operator(spec, console))
