"""All feeds of a site, each with its decoder: arrivals in, reports out, state as plain data.

Nothing here raises on hostile bytes: what is refused is a report, counted per source. What a
decoder keeps is bounded: one line, one frame, AIRCRAFT_MAX aircraft.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vedette.base.errors import RefusedError
from vedette.codecs import (
    adsb,
    asterix,
    cot,
    detections,
    lines,
    mavlink,
    reasons,
    remote_id,
    sapient,
)
from vedette.codecs.copies import Copies, open_copies, without_copies
from vedette.codecs.lines import LineBuffer
from vedette.config.kinds import FEED_KINDS
from vedette.config.site import Site
from vedette.model.arrivals import Arrival
from vedette.model.enums import Mode, Severity
from vedette.model.events import Event, SensorTasked, SourceReported
from vedette.model.reports import OperatorReport, Refusal, Report, SourceNote

OUTPUT = "output"  # no bytes come from it; what became of its connection is noted all the same
HTTP, WEBSOCKET = "http", "websocket"  # the doors that are always open; whole detection lines
REFUSALS_MAX = 16  # told one by one from one arrival; the rest is one report with its count


@dataclass(slots=True)
class FeedDecoder:
    """One feed: its format, and what is left of its stream. receiver: of ADS-B formats alone;
    listener: of CoT; conversation: of SAPIENT; drones: of Remote ID; hangar: of MAVLink.

    read: how many good reports it has given so far. edition: of ASTERIX CAT021, its profile.
    """

    feed: str
    format: str
    pending: bytes = b""
    lines: LineBuffer = field(default_factory=LineBuffer)
    receiver: adsb.Receiver | None = None
    listener: cot.Listener | None = None
    conversation: sapient.Conversation | None = None
    drones: remote_id.Listener | None = None
    hangar: mavlink.Hangar | None = None
    read: int = 0
    edition: int = asterix.EDITION_2_2


@dataclass(slots=True)
class Decoders:
    """The decoders of all feeds by feed id, and the site's sources of ASTERIX."""

    feeds: dict[str, FeedDecoder]
    radars: dict[int, asterix.Radar]
    is_live: bool
    copies: Copies


def open_decoders(site: Site) -> Decoders:
    """Make the decoders of a site: one for each feed, and the doors "http" and "websocket"."""
    feeds: dict[str, FeedDecoder] = {}
    for feed in site.feeds:
        kind = FEED_KINDS[feed.kind].format
        feeds[feed.id] = FeedDecoder(feed.id, kind)
        if feed.cat021_edition is not None:
            feeds[feed.id].edition = asterix.EDITIONS[feed.cat021_edition]
        if kind in ("beast", "sbs", "avr", "aircraft.json"):
            feeds[feed.id].receiver = adsb.receiver_of(site, feed.sensor)
        elif kind == "cot":
            feeds[feed.id].listener = cot.listener_of(site, feed)
        elif kind == "sapient":
            feeds[feed.id].conversation = sapient.open_conversation(site, feed)
        elif kind == "mavlink":
            is_live = site.mode == Mode.LIVE
            feeds[feed.id].hangar = mavlink.Hangar(feed.sensor or feed.id, is_live)
        elif kind.startswith("remote id"):
            feeds[feed.id].drones = remote_id.Listener(feed.sensor or feed.id)
    for output in site.outputs:
        feeds[output.id] = FeedDecoder(output.id, OUTPUT)
    for door in (HTTP, WEBSOCKET):
        feeds.setdefault(door, FeedDecoder(door, "detections"))
    return Decoders(feeds, asterix.radars_of(site), site.mode == Mode.LIVE, open_copies(site))


def decode(decoders: Decoders, arrivals: Sequence[Arrival]) -> list[Report]:
    """Decode what has arrived, in order; gives detections, statuses, notes and refusals.

    "opened" and "closed" make a feed's decoder start afresh, "shed" makes it look for the next
    whole line or frame. An arrival of a feed the site does not have is refused. What one sensor
    says over two feeds is given once (`copies`).
    """
    out: list[Report] = []
    decoders.copies.step += 1
    for each in decoders.feeds.values():
        if each.conversation is not None:
            each.conversation.answers = []
    for arrival in arrivals:
        decoder = decoders.feeds.get(arrival.feed)
        if decoder is None:
            detail = "no such feed in the site file"
            source = arrival.feed[:48]
            out.append(reasons.refuse(source, arrival.t_recv_ns, reasons.UNKNOWN_SENSOR, detail))
        elif arrival.kind == "data":
            found = bounded(_decode_one(decoders, decoder, arrival))
            decoder.read += sum(
                not isinstance(r, Refusal | OperatorReport | SourceNote) for r in found
            )
            out += without_copies(decoders.copies, arrival.feed, found, out)
        elif arrival.kind == "left" and decoder.conversation is not None:
            node = arrival.data.decode("ascii", "replace")
            out += sapient.gone(decoder.conversation, node, arrival.t_recv_ns)
        else:
            out += _note(decoder, arrival)
    return out


def answers(decoders: Decoders) -> list[sapient.Answer]:
    """Give what the last step's messages are to be answered with, over their own connections."""
    spoken = (each.conversation for each in decoders.feeds.values())
    return [answer for each in spoken if each is not None for answer in each.answers]


def pass_tasks(
    decoders: Decoders, events: Sequence[Event], provenance: sapient.Provenance, now_ns: int
) -> list[Event]:
    """Send on what people have asked of sensors in this step; tells where that cannot be."""
    spoken = [each.conversation for each in decoders.feeds.values() if each.conversation]
    out: list[Event] = []
    for event in events:
        if isinstance(event, SensorTasked) and not sapient.send_task(
            spoken, event, provenance, now_ns
        ):
            out.append(
                SourceReported(
                    t_ns=now_ns,
                    source=event.sensor,
                    kind="task_unsent",
                    text="it has not registered: nobody could be asked",
                    severity=Severity.CAUTION,
                )
            )
    return out


def good_reports(decoders: Decoders) -> dict[str, int]:
    """Say how many good reports each feed has given since the start."""
    return {feed: decoder.read for feed, decoder in decoders.feeds.items()}


def _note(decoder: FeedDecoder, arrival: Arrival) -> list[Report]:
    decoder.pending = b""
    words: list[Report] = []
    if arrival.kind in ("shed", "lost", "sent"):
        if decoder.format in ("sbs", "avr") or decoder.lines.pending:
            lines.lost(decoder.lines)
    else:
        lines.restart(decoder.lines)
        if decoder.receiver is not None:
            adsb.restart(decoder.receiver)
        if decoder.conversation is not None:
            words = sapient.connected(decoder.conversation, arrival)
    whose = arrival.data.decode("utf-8", "replace") if arrival.kind == "shed" else ""
    source = whose or arrival.feed  # through a door each sensor has a rate of its own
    note = SourceNote(
        source=source, t_recv_ns=arrival.t_recv_ns, kind=arrival.kind, count=arrival.count
    )
    return [note, *words]


def _decode_one(decoders: Decoders, decoder: FeedDecoder, arrival: Arrival) -> list[Report]:
    t_recv_ns, feed = arrival.t_recv_ns, arrival.feed
    if decoder.format == "asterix":
        return asterix.read_datagram(
            arrival.data,
            feed,
            t_recv_ns,
            decoders.radars,
            decoders.is_live,
            edition=decoder.edition,
        )
    if decoder.conversation is not None:
        return sapient.read_stream(decoder.conversation, arrival.data, t_recv_ns)
    if decoder.format == "beast":
        return _decode_beast(decoder, arrival)
    if decoder.format == "sbs":
        return _decode_sbs(decoder, arrival)
    if decoder.format == "avr":
        return _decode_avr(decoder, arrival)
    if decoder.format == "aircraft.json":
        assert decoder.receiver is not None
        return adsb.aircraft_json.read_document(decoder.receiver, arrival.data, t_recv_ns, feed)
    if decoder.listener is not None:
        return cot.read_datagram(arrival.data, decoder.listener, feed, t_recv_ns)
    if decoder.hangar is not None:
        return mavlink.read_datagram(decoder.hangar, arrival.data, t_recv_ns, feed)
    if decoder.drones is not None and decoder.format == "remote id payload":
        return remote_id.read_payload(decoder.drones, arrival.data, t_recv_ns, feed)
    if decoder.drones is not None:
        return remote_id.read_datagram(decoder.drones, arrival.data, t_recv_ns, feed)
    if decoder.format == "detections":
        whole = enumerate(arrival.data.removesuffix(b"\n").split(b"\n"), 1)
        return detection_reports(list(whole), feed, t_recv_ns)
    cut = lines.cut(decoder.lines, arrival.data, detections.LINE_BYTES_MAX)
    return detection_reports(cut, feed, t_recv_ns)


def detection_reports(
    numbered: Sequence[tuple[int, bytes | None]], feed: str, t_recv_ns: int | None
) -> list[Report]:
    """Read detection lines; None stands for an over-long one, empty lines are passed over."""
    out: list[Report] = []
    for number, line in numbered:
        try:
            if line is None:
                raise RefusedError(reasons.TOO_LONG, "a line above the limit")
            if line.strip():
                out.append(detections.read_line(line, t_recv_ns))
        except RefusedError as refused:
            reason, detail = refused.args
            detail = f"line {number}: {detail}"
            out.append(reasons.refuse(feed, t_recv_ns or 0, reason, detail))
    return out


def _decode_beast(decoder: FeedDecoder, arrival: Arrival) -> list[Report]:
    assert decoder.receiver is not None
    data = decoder.pending + arrival.data
    frames, faults, used = adsb.beast.split(data)
    decoder.pending = data[used:]
    t_recv_ns, receiver = arrival.t_recv_ns, decoder.receiver
    timed = [(f, adsb.measured_ns(receiver, f, t_recv_ns)) for f in frames]
    out = adsb.read_frames(receiver, timed, t_recv_ns, arrival.feed)
    out += [reasons.refuse(arrival.feed, t_recv_ns, f.reason, f.detail, f.missed) for f in faults]
    return out


def _decode_avr(decoder: FeedDecoder, arrival: Arrival) -> list[Report]:
    assert decoder.receiver is not None
    out: list[Report] = []
    timed: list[adsb.Timed] = []
    t_recv_ns, receiver = arrival.t_recv_ns, decoder.receiver
    for number, line in lines.cut(decoder.lines, arrival.data, adsb.avr.LINE_BYTES_MAX):
        try:
            if line is None:
                raise RefusedError(reasons.TOO_LONG, f"above {adsb.avr.LINE_BYTES_MAX} bytes")
            frame = adsb.avr.read_line(line)
            if frame is not None:
                timed.append((frame, adsb.measured_ns(receiver, frame, t_recv_ns)))
        except RefusedError as refused:
            reason, detail = refused.args
            out.append(reasons.refuse(arrival.feed, t_recv_ns, reason, f"line {number}: {detail}"))
    return adsb.read_frames(receiver, timed, t_recv_ns, arrival.feed) + out


def _decode_sbs(decoder: FeedDecoder, arrival: Arrival) -> list[Report]:
    assert decoder.receiver is not None
    out: list[Report] = []
    for number, line in lines.cut(decoder.lines, arrival.data, adsb.sbs.LINE_BYTES_MAX):
        report: Report | None
        if line is None:
            detail = f"line {number}: above {adsb.sbs.LINE_BYTES_MAX} bytes"
            report = reasons.refuse(arrival.feed, arrival.t_recv_ns, reasons.TOO_LONG, detail)
        else:
            report = adsb.sbs.read_line(
                decoder.receiver, line, number, arrival.t_recv_ns, arrival.feed
            )
        if report is not None:
            out.append(report)
    return out + adsb.sbs.clock_told(decoder.receiver, arrival.t_recv_ns, arrival.feed)


def bounded(reports: list[Report]) -> list[Report]:
    """Keep the first REFUSALS_MAX refusals of one arrival; count the rest by reason in one each."""
    if len(reports) <= REFUSALS_MAX:
        return reports
    kept: list[Report] = []
    told = 0
    more: dict[str, int] = {}
    last: dict[str, Refusal] = {}
    for report in reports:
        if not isinstance(report, Refusal) or told < REFUSALS_MAX:
            told += isinstance(report, Refusal)
            kept.append(report)
        else:
            more[report.reason] = more.get(report.reason, 0) + report.count
            last[report.reason] = report
    for reason, count in more.items():
        refusal = last[reason]
        kept.append(
            reasons.refuse(
                refusal.source, refusal.t_recv_ns, reason, "and more of the same kind", count
            )
        )
    return kept
