"""One login at the service's HTTP interface: all that scripted people and effector models have.

In: commands as any browser would give them. Out: the answers. Nothing here knows the service's
inside: what it cannot do over HTTP it cannot do.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from vedette.base.errors import VedetteError

TIMEOUT_S = 20.0
REFUSED = (400, 403, 409, 422)
LOGGED_OUT = (401, 423)  # no session any more, or one that is locked


@dataclass(slots=True)
class Glance:
    """The picture as all who look at the same moment see it: fetched once, not once a person.

    It is over when the next look begins, and with every command, which may change the picture.
    """

    picture: Any = None
    with_tracks: bool = False

    def over(self) -> None:
        """Forget the picture: the next who looks fetches it anew."""
        self.picture = None


class Console(Protocol):
    """What a scripted person or an effector model has in front of it."""

    async def picture(self, with_tracks: bool = True) -> Any:
        """Give the air picture; None where there is none yet."""

    async def command(self, command: str, **fields: Any) -> str:
        """Give a command. Returns nothing where it was carried out, else the reason in words."""

    async def attach(self, file_name: str, data: bytes, **fields: str) -> str:
        """Attach an exhibit. Returns nothing where it was taken, else the reason in words."""

    async def get(self, path: str) -> Any:
        """Fetch a document; None where there is none yet."""


class Interface:
    """A console over HTTP: a person's (or model's) own session. Use as an async context manager."""

    def __init__(
        self,
        url: str,
        name: str,
        password: str,
        transport: Any = None,
        glance: Glance | None = None,
    ) -> None:
        """url: the service's. transport: httpx's, for tests in memory. glance: with whom it shares
        its looks at the picture; None: with nobody."""
        self.name = name
        self._glance = glance
        self._password = password
        self._csrf = ""
        self._count = 0
        self._run = uuid.uuid4().hex[:12]
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=TIMEOUT_S,
            transport=transport,
            verify=url.startswith("https:"),  # certificates take a tenth of a second to load
        )

    async def __aenter__(self) -> "Interface":
        """Log in."""
        await self.login()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def login(self) -> None:
        """Log in. Raises VedetteError where the service refuses the name or password."""
        body = {"name": self.name, "password": self._password}
        answer = await self._client.post("/api/login", json=body)
        if answer.status_code != 200:
            raise VedetteError(f"{self.name} cannot log in: {_error(answer)}")
        self._csrf = str(answer.json()["csrf"])

    async def get(self, path: str) -> Any:
        """Fetch a document; None where there is none yet (404, 503). Logs in again at need."""
        answer = await self._client.get(path)
        if answer.status_code == 401:
            await self.login()
            answer = await self._client.get(path)
        if answer.status_code in (404, 503):
            return None
        answer.raise_for_status()
        return answer.json()

    async def picture(self, with_tracks: bool = True) -> Any:
        """Fetch the air picture; None where there is none yet. Without tracks it is cheap."""
        glance = Glance() if self._glance is None else self._glance
        if glance.picture is None or (with_tracks and not glance.with_tracks):
            path = "/api/picture" if with_tracks else "/api/picture?tracks=0"
            glance.picture, glance.with_tracks = await self.get(path), with_tracks
        return glance.picture

    async def command(self, command: str, **fields: Any) -> str:
        """Give a command. Returns nothing where it was carried out, else the reason in words."""
        self._count += 1
        body = {"command": command, "command_id": f"{self._run}-{self._count}", **fields}
        answer = await self._post("/api/commands", json=body)
        return "" if answer.status_code == 200 else _error(answer)

    async def attach(self, file_name: str, data: bytes, **fields: str) -> str:
        """Attach an exhibit. Returns nothing where it was taken, else the reason in words."""
        files = {"file": (file_name, data, "application/octet-stream")}
        answer = await self._post("/api/exhibits", files=files, data=fields)
        return "" if answer.status_code < 300 else _error(answer)

    async def _post(self, path: str, **arguments: Any) -> httpx.Response:
        """Post with the session's token, logging in again where the session is over."""
        if self._glance is not None:
            self._glance.over()
        headers = {"X-Vedette-CSRF": self._csrf}
        answer = await self._client.post(path, headers=headers, **arguments)
        if answer.status_code in LOGGED_OUT:
            await self.login()
            headers = {"X-Vedette-CSRF": self._csrf}
            answer = await self._client.post(path, headers=headers, **arguments)
        if answer.status_code >= 300 and answer.status_code not in REFUSED:
            answer.raise_for_status()
        return answer


def _error(answer: httpx.Response) -> str:
    """Give the reason of a refusal in words."""
    try:
        return str(answer.json()["error"])
    except (json.JSONDecodeError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
