"""MODELS of the channels that warnings go out by: a site's webhooks on loopback, answered here.

In: HTTP POSTs of the service. Out: 204 and the count of what was taken, or 410 from a channel that
the scenario lets fail. A channel that is not on loopback is somebody's real one and is left alone.
"""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vedette.config.site import Site
from vedette.simulator.scenario import CHANNEL_REFUSES, Scenario

Taker = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
REFUSAL = f"HTTP/1.1 {CHANNEL_REFUSES} Gone\r\nContent-Length: 0\r\n\r\n".encode()


@dataclass(slots=True)
class Channels:
    """The models of a site's channels. Use as `async with`.

    as_stated: listen where the site file says, and leave alone what another program answers there;
    else on free ports, for a run beside others. failing: channels that refuse. taken: warnings
    taken, by channel.
    """

    site: Site
    as_stated: bool = False
    failing: frozenset[str] = frozenset()
    taken: Counter[str] = field(default_factory=Counter)
    servers: list[asyncio.Server] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)  # stated URL -> where the model is

    async def __aenter__(self) -> "Channels":
        """Listen for each webhook on loopback."""
        for webhook in self.site.webhooks:
            url = urlsplit(webhook.url)
            if url.scheme != "http" or not _is_loopback(url.hostname or ""):
                continue
            stated = (url.port or 80) if self.as_stated else 0
            try:
                server = await asyncio.start_server(self._taker(webhook.id), "127.0.0.1", stated)
            except OSError:
                continue  # another program answers there
            port = server.sockets[0].getsockname()[1]
            self.servers.append(server)
            self.addresses[webhook.url] = f"http://127.0.0.1:{port}{url.path}"
        return self

    async def __aexit__(self, *error: object) -> None:
        """Stop listening."""
        for server in self.servers:
            server.close()

    def readdressed(self, site_toml: str) -> str:
        """Put the models' addresses into the text of the site file."""
        for stated, own in self.addresses.items():
            site_toml = site_toml.replace(f'"{stated}"', f'"{own}"')
        return site_toml

    def _taker(self, channel: str) -> Taker:
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    await reader.readexactly(_length_bytes(head))
                    refuses = channel in self.failing
                    self.taken[channel] += not refuses
                    writer.write(REFUSAL if refuses else ANSWER)
                    await writer.drain()
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
                pass  # the service is done with this connection
            finally:
                writer.close()

        return take


def failing(scenario: Scenario) -> frozenset[str]:
    """List the channels that a scenario lets fail."""
    return frozenset(spec.id for spec in scenario.channels if spec.fails)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _length_bytes(head: bytes) -> int:
    """Read the Content-Length of a request's head; 0 where it states none."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return 0
