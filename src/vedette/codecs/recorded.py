"""What a recorded format is to the rest of the program, and what is told while one is read.

A codec registers itself in three steps:

1. `codecs/NAME/recorded.py` makes a `Format`: its name, endings and first bytes, `faults` (what
   `vedette check` says) and `read` (what `vedette track`, `convert` and every other reader takes).
2. `codecs/formats.py` lists it.
3. What also travels in captures (pcap, pcapng) makes a `Payload` beside it, listed there too.

Nothing else has to know of it: the commands, their help, the sniffing of content, the checks and
the tests of all formats go through the list.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from vedette.codecs.reasons import plain
from vedette.config.site import Reference, Site
from vedette.model.enums import Mode
from vedette.model.reports import Refusal, Report, SourceNote

HEAD_BYTES = 4096  # of a file, by which its format is told
MESSAGE_KINDS_MAX = 256  # kinds of messages counted apart in one file; the rest are "other"

# One report: when it was received (ns UTC), and how many bytes of the file are done.
Timed = tuple[int, Report, int]
Fault = str  # "place: reason: detail"


@dataclass(slots=True)
class MessageCount:
    """Messages of one kind: how many were read, and how many refused, by reason.

    passed: of those read, what was in order and is no detection, by what it is.
    """

    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Reading:
    """One file being read: what the reader must know, and its counts by kind of message.

    feed: the source that refusals name. site: where sensors are looked up; an empty one where
    `is_anywhere`, and then the reader names what it hears itself ("sac-25-sic-13"). start_ns: when
    the file begins, for formats that carry no date. sensor: for formats that name none.
    """

    feed: str
    site: Site
    start_ns: int | None = None
    sensor: str | None = None
    is_anywhere: bool = False
    messages: dict[str, MessageCount] = field(default_factory=dict)

    def count(self, kind: str, read: int, unused: Iterable[Report] = ()) -> None:
        """Count messages of a kind ("CAT048", "DF17"): `read` of them, and each of no use given.

        unused: refusals, and notes of what is passed over; other reports are not counted. Every
        refusal of a file is counted once.
        """
        counted = self.messages.get(kind)
        if counted is None:
            kind = kind if len(self.messages) < MESSAGE_KINDS_MAX else "other"
            counted = self.messages.setdefault(kind, MessageCount())
        counted.read += read
        for report in unused:
            if isinstance(report, Refusal):
                counted.refused[report.reason] += report.count
            elif isinstance(report, SourceNote) and report.kind == "passed":
                counted.passed[report.detail] += report.count


@dataclass(slots=True, frozen=True)
class Format:
    """A recorded format.

    name: its word on the command line; title: for people. endings: ".jsonl"; one may belong to
    several formats, `begins` decides then. begins: is this the beginning (HEAD_BYTES at most) of
    such a file; False where that cannot be told. is_marked: every such file begins so, an ending
    alone is not believed. faults: why a file is not valid, place by place, none for a valid one;
    a file without content never comes here. read: its reports in order of time (in_order) or
    nearly; None for what can be checked only. Data is bytes, or a memory map used like bytes.
    needs_start: it carries no date.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    begins: Callable[[bytes], bool]
    faults: Callable[[bytes], Iterator[Fault]]
    read: Callable[[bytes, Reading], Iterator[Timed]] | None = None
    is_marked: bool = False
    in_order: bool = True
    needs_start: bool = False


# From payloads to a reader of each by its index: (index, t_ns) -> reports.
Many = Callable[[Sequence[bytes]], Callable[[int, int], list[Report]]]


@dataclass(slots=True, frozen=True)
class Payload:
    """What a datagram, or the packet of a radio link, in a capture may hold.

    is_one: does it begin like that; the first that says so takes it. open: make a reader for one
    capture, which remembers what it must: (payload, t_ns) -> reports, and counts in the Reading.
    faults: as of a Format, offsets within the payload. links: pcap link types whose whole packets
    it takes (802.11, Bluetooth); empty: the payload of UDP. open_many: where several are faster
    together, opened in the place of `open`: payloads -> (index, t_ns) -> reports, asked for each
    index once, in order.
    """

    name: str
    is_one: Callable[[bytes], bool]
    open: Callable[[Reading], Callable[[bytes, int], list[Report]]]
    faults: Callable[[bytes], Iterator[Fault]]
    links: frozenset[int] = frozenset()
    open_many: Callable[[Reading], Many] | None = None


def fault(place: str, reason: str, detail: str = "") -> Fault:
    """Say what is wrong where, in one short line."""
    return f"{place}: {reason}" + (f": {plain(detail)}" if detail else "")


def anywhere(feed: str, start_ns: int | None = None, sensor: str | None = None) -> Reading:
    """Begin to read a file of which no site is known: what it says of itself is all there is."""
    reference = Reference(lat_deg=0.0, lon_deg=0.0, hae_m=0.0)
    site = Site(schema=1, name="anywhere", mode=Mode.SIMULATED, reference=reference)
    return Reading(feed, site, start_ns, sensor, is_anywhere=True)
