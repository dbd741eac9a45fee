"""Captures (pcap, pcapng) as recorded formats: each payload goes to whoever knows it.

The payloads are those of `codecs/formats.py`, in its order; the first that says it is its own
takes a datagram. What none claims is ASTERIX, whose reader then says what is wrong with it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from vedette.codecs import capture, reasons
from vedette.codecs.capture import CaptureFault, Datagram, Packet
from vedette.codecs.recorded import Fault, Format, Many, Payload, Reading, Timed, fault
from vedette.model.reports import Report

PACKET = "packet"  # what is wrong with a capture itself is counted under this
GROUP_BYTES, GROUP_MAX = 1 << 15, 512  # of payloads read together: ASTERIX needs 6 MB for them
Found = Packet | Datagram | CaptureFault


def formats_of(payloads: Sequence[Payload]) -> tuple[Format, Format]:
    """Make the two formats over the payloads that are known; the last takes what nobody claims."""
    links = frozenset[int]().union(*(payload.links for payload in payloads))

    def read(data: bytes, reading: Reading) -> Iterator[Timed]:
        return _read(data, reading, payloads, links)

    def pcap_faults(data: bytes) -> Iterator[Fault]:
        if not capture.is_pcap(data):
            return iter([fault("offset 0", reasons.BAD_HEADER, "no pcap header")])
        return _faults(data, payloads, links)

    def pcapng_faults(data: bytes) -> Iterator[Fault]:
        if not capture.is_pcapng(data):
            return iter([fault("offset 0", reasons.BAD_HEADER, "no pcapng section header")])
        return _faults(data, payloads, links)

    return (
        Format(
            name="pcap",
            title="network capture (pcap)",
            endings=(".pcap", ".cap"),
            begins=capture.is_pcap,
            faults=pcap_faults,
            read=read,
            is_marked=True,
        ),
        Format(
            name="pcapng",
            title="network capture (pcapng)",
            endings=(".pcapng",),
            begins=capture.is_pcapng,
            faults=pcapng_faults,
            read=read,
            is_marked=True,
        ),
    )


def _found(data: bytes, links: frozenset[int]) -> Iterator[Found]:
    """Walk a capture: packets of the links that payloads ask for, and else what UDP carries."""
    walk = capture.pcapng_packets if capture.is_pcapng(data) else capture.pcap_packets
    for packet in walk(data, links):
        if isinstance(packet, CaptureFault) or packet.link in links:
            yield packet
        elif (found := capture.udp_of(packet)) is not None:
            yield found


def _of(found: Packet | Datagram, payloads: Sequence[Payload]) -> tuple[int, bytes] | None:
    """Say which payload takes this, and its bytes; None for radio traffic that nobody knows."""
    if isinstance(found, Datagram):
        last = 0
        for n, payload in enumerate(payloads):
            if not payload.links:
                last = n
                if payload.is_one(found.payload):
                    break
        return last, found.payload
    for n, payload in enumerate(payloads):
        if found.link in payload.links and payload.is_one(found.data):
            return n, found.data
    return None


def _read(
    data: bytes, reading: Reading, payloads: Sequence[Payload], links: frozenset[int]
) -> Iterator[Timed]:
    takers: dict[int, Many] = {}
    t_ns = 0
    for group in _grouped(_found(data, links)):
        chosen = [None if isinstance(f, CaptureFault) else _of(f, payloads) for f in group]
        readers = _readers(chosen, takers, payloads, reading)
        done = Counter[int]()
        for found, taken in zip(group, chosen, strict=True):
            if isinstance(found, CaptureFault):
                detail = f"offset {found.offset}: {found.detail}"
                refused = reasons.refuse(reading.feed, t_ns, found.reason, detail)
                reading.count(PACKET, 0, [refused])
                yield t_ns, refused, found.offset
                continue
            t_ns = max(found.t_ns, t_ns)
            if taken is None:
                continue
            number = taken[0]
            for report in readers[number](done[number], found.t_ns):
                yield t_ns, report, found.offset
            done[number] += 1


def _grouped(found: Iterable[Found]) -> Iterator[list[Found]]:
    """Take what follows one another together, until it holds GROUP_BYTES or is GROUP_MAX."""
    group, size_bytes = list[Found](), 0
    for one in found:
        group.append(one)
        size_bytes += 0 if isinstance(one, CaptureFault) else len(one[-1])
        if size_bytes >= GROUP_BYTES or len(group) >= GROUP_MAX:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group


def _readers(
    chosen: Iterable[tuple[int, bytes] | None],
    takers: dict[int, Many],
    payloads: Sequence[Payload],
    reading: Reading,
) -> dict[int, Callable[[int, int], list[Report]]]:
    """Hand each payload's bytes of a group to its taker, which is opened where it is the first."""
    held: dict[int, list[bytes]] = {}
    for taken in chosen:
        if taken is not None:
            held.setdefault(taken[0], []).append(taken[1])
    for number in held.keys() - takers.keys():
        payload = payloads[number]
        opened = payload.open_many(reading) if payload.open_many else _one_by_one(payload, reading)
        takers[number] = opened
    return {number: takers[number](pieces) for number, pieces in held.items()}


def _one_by_one(payload: Payload, reading: Reading) -> Many:
    take = payload.open(reading)
    return lambda pieces: lambda index, t_ns: take(pieces[index], t_ns)


def _faults(data: bytes, payloads: Sequence[Payload], links: frozenset[int]) -> Iterator[Fault]:
    """A capture is valid where its structure is whole and all that is known in it is valid."""
    count = 0
    for found in _found(data, links):
        if isinstance(found, CaptureFault):
            yield fault(f"offset {found.offset}", found.reason, found.detail)
            continue
        chosen = _of(found, payloads)
        if chosen is None:
            continue
        count += 1
        for one in payloads[chosen[0]].faults(chosen[1]):
            yield f"packet at offset {found.offset}: {one}"
    if not count:
        yield fault("file", reasons.EMPTY, "no UDP datagram in it")
