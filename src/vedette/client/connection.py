"""The client itself: one service, one login.

from vedette.client import Client

with Client("http://127.0.0.1:8420") as client:
    for track in client.picture().tracks:
        print(track.name, track.identity, track.lat_deg, track.lon_deg)
"""

import ssl
import uuid
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

import httpx
import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from vedette.base.errors import VedetteError
from vedette.client.frames import Frame, Picture, frame_of

BODY_BYTES_MAX = 1 << 20  # what the service takes at once
MESSAGE_BYTES_MAX = 64 << 20  # 200,000 tracks of the stream
CSRF_HEADER = "X-Vedette-CSRF"


class ClientError(VedetteError):
    """The service refused, or is not there. status: of HTTP, 0 where there was no answer."""

    def __init__(self, status: int, text: str) -> None:
        """status, and the service's own words."""
        super().__init__(f"{text} ({status})" if status else text)
        self.status = status


class Refused(msgspec.Struct, frozen=True):
    """One detection that cannot be used: its line in the body, the reason, and more about it."""

    line: int
    reason: str
    detail: str


class Answer(msgspec.Struct, frozen=True):
    """How many detections can be used and how many not; the first of those."""

    accepted: int
    refused: int = 0
    refusals: list[Refused] = []


class Client:
    """A connection to one service. Use as `with`, or call `close`."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8420",
        name: str | None = None,
        password: str | None = None,
        *,
        timeout_s: float = 10.0,
        verify: bool | str = True,
    ) -> None:
        """Log in where a name is given. verify: as of httpx, a CA file or False.

        Raises ClientError where the service is not there, or name or password are wrong.
        """
        self._url = url.rstrip("/")
        self._verify = verify
        try:
            self._http = httpx.Client(base_url=self._url, timeout=timeout_s, verify=verify)
        except (httpx.InvalidURL, OSError) as error:  # ssl.SSLError is one
            raise ClientError(0, f"{self._url} cannot be asked: {error}") from None
        try:
            if name is not None:
                self.log_in(name, password or "")
        except ClientError:
            self.close()
            raise

    def __enter__(self) -> "Client":
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the connection; the login lasts until it expires or `log_out`."""
        self._http.close()

    def log_in(self, name: str, password: str) -> list[str]:
        """Log in; give the roles of the login."""
        said = self._json("POST", "/api/login", json={"name": name, "password": password})
        self._http.headers[CSRF_HEADER] = said["csrf"]
        return list(said["roles"])

    def log_out(self) -> None:
        """End the login."""
        self._json("POST", "/api/logout")

    def picture(self) -> Picture:
        """Read the whole air picture."""
        return msgspec.json.decode(self._ask("GET", "/api/picture").content, type=Picture)

    def brief(self) -> dict[str, Any]:
        """Read the hand-over brief: {"t_us", "site", "parts"}, each part with its lines."""
        return self._json("GET", "/api/brief")

    def brief_text(self) -> str:
        """Read the same in words, to be read aloud or printed."""
        return self._ask("GET", "/api/brief.txt").text

    def events(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """Give what happened after an event's number, oldest first: {"seq", "event"}."""
        while True:
            told = self._json("GET", "/api/events", params={"after": after})
            yield from told["events"]
            if told["last"] >= told["newest"] or told["last"] <= after:
                return
            after = told["last"]

    def send(self, detections: Iterable[Mapping[str, Any]]) -> Answer:
        """Send detections (docs/formats.md), in as many requests as they need.

        Raises ClientError where one is no detection at all; then none of its request is taken.
        """
        accepted, refused, refusals = 0, 0, list[Refused]()
        for body in _bodies(detections):
            response = self._http_request("POST", "/api/detections", content=body)
            if response.status_code not in (202, 422):
                raise _error(response)
            answer = msgspec.json.decode(response.content, type=Answer)
            accepted += answer.accepted
            refused += answer.refused
            refusals += answer.refusals
        return Answer(accepted, refused, refusals)

    def command(self, command: str, **values: Any) -> list[dict[str, Any]]:
        """Give a command of the person logged in; give the events it brought about.

        Raises ClientError with the reason where it is refused.
        """
        asked = {"command": command, "command_id": str(uuid.uuid4()), **values}
        return list(self._json("POST", "/api/commands", json=asked)["events"])

    def stream(self, rate_hz: float = 4.0) -> Iterator[Frame]:
        """Follow the live picture until the connection ends; leave the loop to stop.

        Raises ClientError where it ends otherwise than by being closed.
        """
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies.jar)
        url = f"{self._url.replace('http', 'ws', 1)}/api/stream?rate_hz={rate_hz:g}"
        try:
            with connect(
                url,
                ssl=self._tls(),
                additional_headers={"Cookie": cookies} if cookies else None,
                max_size=MESSAGE_BYTES_MAX,
                compression=None,
                proxy=None,
            ) as socket:
                hello: dict[str, Any] = {}
                for data in socket:
                    if isinstance(data, str):
                        raise ClientError(0, "the stream sent text: this is no live stream")
                    message = msgspec.msgpack.decode(data)
                    if message["kind"] == "hello":
                        hello = message
                    elif message["kind"] == "picture":
                        yield frame_of(message, hello)
        except ConnectionClosed as error:
            raise ClientError(0, f"the stream ended: {error}") from None
        except OSError as error:
            raise ClientError(0, f"{self._url} cannot be reached: {error}") from None

    def _tls(self) -> ssl.SSLContext | None:
        if not self._url.startswith("https"):
            return None
        if isinstance(self._verify, str):
            return ssl.create_default_context(cafile=self._verify)
        context = ssl.create_default_context()
        if not self._verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def _json(self, method: str, path: str, **words: Any) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self._ask(method, path, **words).content)
        return found

    def _ask(self, method: str, path: str, **words: Any) -> httpx.Response:
        response = self._http_request(method, path, **words)
        if not response.is_success:
            raise _error(response)
        return response

    def _http_request(self, method: str, path: str, **words: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **words)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ClientError(0, f"{self._url} cannot be reached: {error}") from None


def _error(response: httpx.Response) -> ClientError:
    """Give the service's own words for a refusal."""
    try:
        said = msgspec.json.decode(response.content)
        text = str(said["error"])
    except (msgspec.DecodeError, KeyError, TypeError):
        text = response.reason_phrase
    return ClientError(response.status_code, text)


def _bodies(detections: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Join lines into bodies that the service takes."""
    lines: list[bytes] = []
    size = 0
    for detection in detections:
        line = msgspec.json.encode(detection) + b"\n"
        if lines and size + len(line) > BODY_BYTES_MAX:
            yield b"".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield b"".join(lines)
