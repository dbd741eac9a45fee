"""One examination: open, listen, judge, say."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from vedette import feeds, server
from vedette.base.constants import NS_PER_S
from vedette.base.errors import VedetteError
from vedette.config.site import Channel, Output, Site, Webhook
from vedette.service.clocks import SystemClock
from vedette.service.doctor.advice import (
    channel_finding,
    duration,
    feed_findings,
    sensor_findings,
    where_of,
)
from vedette.service.doctor.findings import Finding
from vedette.service.doctor.heard import Heard, Ledger
from vedette.service.doctor.rates import of_the_shed
from vedette.service.doctor.sockets import Opened, open_all, running_service

TICK_S = 0.1
RATE_DIGITS = 3


class SourceSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One source as it was heard.

    what: "feed", "sensor", "output", "webhook" or "channel"; how: its kind and address. rate_hz:
    of reports; of a feed that gives none, of messages. kinds: reports by kind; sensors: of a
    feed, by name. age_s: of the last. delay_s: median time of receipt minus time of measurement,
    positive where the time stamps are behind. shed: dropped above the declared rate or queue, of a
    feed also by whose it was, shed_of ("" nobody's). lost: by the system, before it was read.
    """

    source: str
    what: str
    how: str
    ok: bool
    rate_hz: float = 0.0
    size_bytes: int = 0
    kinds: dict[str, int] = {}
    sensors: dict[str, int] = {}
    age_s: float | None = None
    delay_s: float | None = None
    refused: dict[str, int] = {}
    passed: dict[str, int] = {}
    shed: int = 0
    shed_of: dict[str, int] = {}
    lost: int = 0
    findings: list[Finding] = []


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """What the doctor says of a site. service: a running one's URL, if one answers."""

    site: str
    seconds: float
    ok: bool
    sources: list[SourceSeen]
    notes: list[str]
    service: str | None = None
    service_sources: dict[str, str] = {}

    def in_words(self) -> str:
        """Say it to a person, what is wrong first within each group."""
        lines = [f"{self.site}: listened for {self.seconds:g} s"]
        for seen in self.sources:
            lines.append(_line(seen))
            for finding in seen.findings:
                lines += [f"          {finding.what}", f"          -> {finding.do}"]
        lines += self.notes
        lines += [f"  its {name}: {state}" for name, state in self.service_sources.items()]
        wrong = sum(not seen.ok for seen in self.sources)
        lines.append("nothing is wrong" if self.ok else f"{wrong} of {len(self.sources)} are wrong")
        return "\n".join(lines)


def _line(seen: SourceSeen) -> str:
    parts = [f"{'ok   ' if seen.ok else 'WRONG'}  {seen.what:7} {seen.source}  {seen.how}"]
    if seen.rate_hz:
        unit = "detections" if seen.kinds else "messages"
        parts.append(f"{_plain(seen.rate_hz)} {unit}/s")
    parts += [", ".join(f"{kind} {count:,}" for kind, count in seen.kinds.items())]
    if seen.sensors:
        parts.append("of " + ", ".join(seen.sensors))
    if seen.age_s is not None:
        parts.append(f"last {seen.age_s:.1f} s ago")
    if seen.delay_s is not None and seen.what == "sensor":
        way = "behind" if seen.delay_s >= 0 else "ahead"
        parts.append(f"clock {duration(abs(seen.delay_s))} {way}")
    if seen.refused:
        parts.append(f"refused {sum(seen.refused.values()):,}")
    if seen.passed:
        parts.append("passed over " + ", ".join(f"{n:,} {w}" for w, n in seen.passed.items()))
    parts += [f"{word} {n:,}" for word, n in (("shed", seen.shed), ("lost", seen.lost)) if n]
    return "   ".join(part for part in parts if part)


def _plain(rate_hz: float) -> str:
    """Write a rate without an exponent."""
    return f"{rate_hz:,.0f}" if rate_hz >= 100.0 else f"{rate_hz:.3g}"


async def examine(
    site: Site,
    seconds: float,
    test_channels: bool = False,
    begin: Callable[[], None] = lambda: None,
) -> Examination:
    """Listen to a site for a while and say how its sources are. Records nothing.

    test_channels: send a marked test by every channel and webhook. begin: called once every door
    is open.
    """
    clock = SystemClock()
    ledger = Ledger(site)
    intake = feeds.Intake(site, clock.now_ns)
    async with open_all(site, intake, clock, test_channels) as opened:
        begin()
        loop = asyncio.get_running_loop()
        end_s = loop.time() + seconds
        while (left_s := end_s - loop.time()) > 0:
            await asyncio.sleep(min(TICK_S, left_s))
            ledger.take(intake.drain())
    await asyncio.sleep(0)  # the loop closes what it was told to close when it comes round
    sources = _all_seen(site, ledger, opened, seconds, clock.now_ns())
    notes, url, theirs = await _about_service(site)
    return Examination(
        site=site.name,
        seconds=seconds,
        ok=all(seen.ok for seen in sources),
        sources=sources,
        notes=notes,
        service=url,
        service_sources=theirs,
    )


def _all_seen(
    site: Site, ledger: Ledger, opened: Opened, seconds: float, now_ns: int
) -> list[SourceSeen]:
    heard = ledger.sources
    feeds_heard = [heard[feed.id] for feed in site.feeds]
    seen = []
    for feed in site.feeds:
        found = feed_findings(site, feed, heard[feed.id], opened, seconds)
        is_file = feed.kind.endswith("_file")
        where = feed.path if is_file else f"{feed.group or feed.host}:{feed.port}"
        how = f"{feed.kind} {where}"
        seen.append(_seen(feed.id, "feed", how, heard[feed.id], found, seconds, now_ns))
    for sensor in site.sensors:
        found = sensor_findings(sensor, heard[sensor.id], feeds_heard, seconds)
        found += of_the_shed(site, sensor, heard)
        seen.append(
            _seen(sensor.id, "sensor", sensor.kind, heard[sensor.id], found, seconds, now_ns)
        )
    for output in site.outputs:
        found = _output_findings(heard, opened.faults, output)
        how = f"{output.kind} {output.feed or f'{output.group or output.host}:{output.port}'}"
        seen.append(_seen(output.id, "output", how, heard[output.id], found, seconds, now_ns))
    channels: list[Channel | Webhook] = [*site.webhooks, *site.channels]
    for each in channels:
        tried, what = opened.tried[each.id], "webhook" if isinstance(each, Webhook) else "channel"
        found = [] if not tried.fault else [channel_finding(each, tried.fault)]
        how = "" if tried.fault else tried.done
        address = f"{where_of(each)}: {how}" if how else where_of(each)
        seen.append(_seen(each.id, what, address, Heard(), found, seconds, now_ns))
    return seen


def _seen(
    name: str,
    what: str,
    how: str,
    heard: Heard,
    findings: list[Finding],
    seconds: float,
    now_ns: int,
) -> SourceSeen:
    count = heard.reports or (heard.frames if what == "feed" else 0)
    return SourceSeen(
        source=name,
        what=what,
        how=how,
        ok=not findings,
        rate_hz=round(count / seconds, RATE_DIGITS),
        size_bytes=heard.size_bytes,
        kinds=dict(heard.kinds.most_common()),
        sensors=dict(heard.sensors.most_common()),
        age_s=(now_ns - heard.last_ns) / NS_PER_S if heard.last_ns else None,
        delay_s=heard.delay_s,
        refused=dict(heard.refused.most_common()),
        passed=dict(heard.passed.most_common()),
        shed=heard.shed,
        shed_of=dict(heard.shed_of.most_common()),
        lost=heard.lost,
        findings=findings,
    )


def _output_findings(
    heard: Mapping[str, Heard], faults: Mapping[str, str], output: Output
) -> list[Finding]:
    """Say what is wrong with an output; over a feed's connection, that there is none."""
    fault = faults.get(output.id)
    if fault is not None:
        return [Finding(what=fault, do="mend its host and port in the site file")]
    over = heard[output.feed or output.id]
    if over.opened > over.closed:
        return []
    if output.feed is not None:
        why = faults.get(output.feed) or "; ".join(over.refused) or "it does not stay open"
        what = f"it speaks over feed {output.feed}, which is not connected: {why}"
        return [Finding(what=what, do=f"mend {output.feed}: until then nobody is told by it")]
    what = "; ".join(over.refused) or "nobody takes its connection"
    return [Finding(what=what, do="start the receiver, or mend the output's host and port")]


async def _about_service(site: Site) -> tuple[list[str], str | None, dict[str, str]]:
    """Say whether a service runs on the site's port, and how its sources are."""
    own = site.service
    try:
        server.refuse_taken(own.host, own.port)
    except VedetteError as error:
        url, health, theirs = await running_service(site)
        if health is None:
            return [f"page: {error}"], None, {}
        name = health.get("site", "a service")
        note = (
            f"{name!r} runs at {url} and may hold the ports: its own health is at {url}/api/health "
            f"(sources: {url}/api/picture?tracks=0, metrics: {url}/metrics) and in the panel Site"
        )
        return [note], url, {str(s.get("source")): _state(s) for s in theirs}
    return [f"page: {own.host}:{own.port} is free"], None, {}


def _state(source: dict[str, Any]) -> str:
    return f"{source.get('health')}, {_plain(source.get('rate_hz', 0.0))}/s: {source.get('reason')}"
