"""Channels tried before they are needed: is somebody there, and does a marked test get through.

Looking sends nothing: a connection is made and given back, a folder is looked at. A test says of
itself that it is one, and goes where it warns nobody: a broker gets it under `TOPIC/test`, not
retained, so that no siren sounds; a CAP alert has the status "Test", which receivers disregard.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from vedette.base.errors import VedetteError
from vedette.codecs import cap
from vedette.codecs.cot import site_uid
from vedette.config.site import Channel, Site, Webhook
from vedette.config.tls import client_context
from vedette.model.enums import Mode, WarningLevel
from vedette.model.events import WarningRaised
from vedette.outputs.webhook import Poster, test_headers

PROBE_S = 3.0  # a host that takes longer to answer a connection is not there
_PORTS = {"https": 443, "http": 80}


class Tried(NamedTuple):
    """What came of a try: what is wrong ("": nothing), and what was done."""

    fault: str
    done: str


def test_words(site: Site, name: str) -> tuple[str, str]:
    """Give title and text of a test."""
    title = f"TEST of Vedette at {site.name}"
    return title, f"TEST of the channel {name}. There is no warning, and nobody has to do anything."


async def look(site: Site, channel: Channel) -> Tried:
    """See whether a channel could deliver now, and send nothing."""
    return await _tried(_LOOKS[channel.kind](site, channel), channel.timeout_s)


async def send_test(site: Site, channel: Channel, now_ns: int) -> Tried:
    """Send a marked test by a channel."""
    return await _tried(_TESTS[channel.kind](site, channel, now_ns), channel.timeout_s)


async def send_test_to_webhook(site: Site, hook: Webhook, now_ns: int) -> Tried:
    """Post a marked, signed test to a webhook."""
    body = _test_json(site, hook.id)
    poster = Poster(hook.timeout_s)
    try:
        fault, _ = await poster.post(hook.url, body, test_headers(hook, body, now_ns))
    finally:
        await poster.close()
    return Tried(fault, "a test was posted")


async def _tried(work: Any, timeout_s: float) -> Tried:
    try:
        async with asyncio.timeout(timeout_s + PROBE_S):
            found: Tried = await work
            return found
    except TimeoutError:
        return Tried(f"no answer within {timeout_s + PROBE_S:g} s", "")
    except VedetteError as error:
        return Tried(str(error), "")


async def probe(host: str, port: int) -> str:
    """Say why nobody answers there, or "" where somebody does."""
    try:
        async with asyncio.timeout(PROBE_S):
            _, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return f"nothing listens on {host}:{port}: the connection is refused"
    except TimeoutError:
        return f"{host}:{port} does not answer within {PROBE_S:.0f} s"
    except OSError as error:
        return f"{host}:{port} cannot be reached: {error.strerror or error}"
    writer.close()
    return ""


def _test_json(site: Site, name: str) -> bytes:
    title, text = test_words(site, name)
    told = {"kind": "test", "simulated": True, "site": site.name, "spoken": text, "reason": title}
    return msgspec.json.encode(told)


# apprise


def _apprise(channel: Channel) -> Any:
    try:
        import apprise
    except ImportError:
        raise VedetteError("apprise is not installed: pip install 'vedette[notify]'") from None
    target = apprise.Apprise()
    if not target.add(channel.url or ""):
        raise VedetteError("apprise does not know this kind of url")
    return target


async def _look_apprise(site: Site, channel: Channel) -> Tried:
    """Connect to the host that a URL names; services without one cannot be looked at."""
    for plugin in _apprise(channel):
        host = getattr(plugin, "smtp_host", None) or getattr(plugin, "host", None)
        if not host:
            continue
        port = plugin.port or (443 if plugin.secure else 80)
        return Tried(await probe(str(host), int(port)), f"{host}:{port} answers")
    return Tried("", "its url is understood; whether it delivers, only a test tells")


async def _test_apprise(site: Site, channel: Channel, now_ns: int) -> Tried:
    title, text = test_words(site, channel.id)
    target = _apprise(channel)
    taken = await asyncio.to_thread(target.notify, title=title, body=text)
    return Tried("" if taken else "apprise could not deliver the test", "a test was sent")


# mqtt


async def _look_mqtt(site: Site, channel: Channel) -> Tried:
    return await _with_broker(channel, None)


async def _test_mqtt(site: Site, channel: Channel, now_ns: int) -> Tried:
    return await _with_broker(channel, _test_json(site, channel.id))


async def _with_broker(channel: Channel, payload: bytes | None) -> Tried:
    """Log in at a broker, as the channel would; publish a test where there is one."""
    import aiomqtt

    name = f"channel {channel.id}"
    tls = client_context(name, channel.tls_ca, channel.tls_certificate, channel.tls_key)
    topic = f"{channel.topic or f'vedette/{channel.id}/warnings'}/test"
    try:
        async with aiomqtt.Client(
            channel.host,
            channel.port,
            username=channel.user,
            password=channel.password,
            tls_context=tls,
            timeout=channel.timeout_s,
        ) as client:
            if payload is not None:
                await client.publish(topic, payload, qos=1, retain=False)
    except (aiomqtt.MqttError, OSError) as error:
        return Tried(f"the broker {channel.host}:{channel.port}: {error}"[:200], "")
    done = "the broker takes our login" if payload is None else f"a test went to {topic}"
    return Tried("", f"{done}; whether a siren hears it is not seen from here")


# cap


async def _look_cap(site: Site, channel: Channel) -> Tried:
    if channel.folder is None:
        parts = urlsplit(channel.url or "")
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80)
        return Tried(await probe(host, port), f"{host}:{port} answers")
    folder = Path(channel.folder)
    if not folder.is_dir():
        return Tried(f"{folder}: there is no such folder", "")
    may = os.access(folder, os.W_OK | os.X_OK)
    return Tried("" if may else f"{folder}: this user may not write there", "the folder is there")


async def _test_cap(site: Site, channel: Channel, now_ns: int) -> Tried:
    title, text = test_words(site, channel.id)
    change = WarningRaised(
        t_ns=now_ns, warning_id=0, revision=0, zone_id="test", zone_name=title,
        level=WarningLevel.POSSIBLE, track_ids=(), seconds_left_s=0.0, reason=text, spoken=text,
        cause="human", t_detect_ns=now_ns, simulated=True,
    )  # fmt: skip
    own = cap.sent_of(change, f"{site_uid(site)}-TEST")
    languages = channel.languages or ["en"]
    alert = cap.write_alert(site, change, own, [], channel.sender or "", languages, Mode.SIMULATED)
    if channel.folder is None:
        poster = Poster(channel.timeout_s)
        headers = {"Content-Type": cap.MEDIA_TYPE, "User-Agent": "vedette"}
        try:
            fault, _ = await poster.post(channel.url or "", alert, headers)
        finally:
            await poster.close()
        return Tried(fault, "a test alert was posted")
    path = Path(channel.folder) / f"{own.identifier}.xml"
    try:
        await asyncio.to_thread(path.write_bytes, alert)
    except OSError as error:
        return Tried(f"{path}: {error.strerror or error}", "")
    return Tried("", f"a test alert was written: {path.name}")


_LOOKS: dict[str, Callable[[Site, Channel], Any]] = {
    "apprise": _look_apprise,
    "mqtt": _look_mqtt,
    "cap": _look_cap,
}
_TESTS: dict[str, Callable[[Site, Channel, int], Any]] = {
    "apprise": _test_apprise,
    "mqtt": _test_mqtt,
    "cap": _test_cap,
}
