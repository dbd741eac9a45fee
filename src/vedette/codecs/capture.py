"""pcap and pcapng files: the UDP payloads in them and when each was captured.

Read: pcap (microseconds and nanoseconds, both byte orders), pcapng (sections, interfaces with
their resolution, enhanced, simple and obsolete packet blocks). Links: Ethernet (with VLAN tags),
raw IP, Linux cooked (SLL, SLL2), BSD loopback. IPv4 and UDP alone; other traffic is passed over,
fragments are refused. Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng, RFC 791, RFC 768.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct, unpack_from
from typing import NamedTuple

from vedette.base.constants import NS_PER_S
from vedette.codecs.reasons import (
    BAD_HEADER,
    BAD_LENGTH,
    BAD_TIME,
    EMPTY,
    FRAGMENT,
    TRUNCATED,
    UNSUPPORTED_LINK,
)
from vedette.codecs.times import T_MAX_NS, T_MIN_NS

PACKET_BYTES_MAX = 262_144  # libpcap's own bound on a captured packet
BLOCK_BYTES_MAX = 1 << 20  # of a pcapng block: a packet and its options
INTERFACES_MAX = 256

_PCAP_MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6

_LINK_NULL, _LINK_ETHERNET, _LINK_SLL, _LINK_SLL2, _LINK_IPV4 = 0, 1, 113, 276, 228
_LINKS_RAW = frozenset({12, 14, 101})
_IPV4 = 0x0800
_VLAN_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
_UDP = 17


class Datagram(NamedTuple):
    """One UDP payload. offset: where its packet's record starts in the file."""

    offset: int
    t_ns: int
    port: int
    payload: bytes


class CaptureFault(NamedTuple):
    """Where and why the file, or one packet of it, cannot be read."""

    offset: int
    reason: str
    detail: str


class Packet(NamedTuple):
    """One captured packet, still with its link header."""

    offset: int
    t_ns: int
    link: int
    data: bytes


def is_pcap(data: bytes) -> bool:
    """Say whether a file begins like a pcap file."""
    return bytes(data[:4]) in _PCAP_MAGIC


def is_pcapng(data: bytes) -> bool:
    """Say whether a file begins like a pcapng file."""
    return bytes(data[:4]) == b"\x0a\x0d\x0d\x0a"


def datagrams(data: bytes) -> Iterator[Datagram | CaptureFault]:
    """Walk the UDP payloads of a capture (bytes or a memory map); faults stand in their place.

    A fault of the file's structure ends the walk, a fault of one packet does not.
    """
    for packet in pcapng_packets(data) if is_pcapng(data) else pcap_packets(data):
        if isinstance(packet, CaptureFault):
            yield packet
            continue
        found = udp_of(packet)
        if found is not None:
            yield found


def pcap_packets(
    data: bytes, links: frozenset[int] = frozenset()
) -> Iterator[Packet | CaptureFault]:
    """Walk the packets of a pcap file. links: link types that are taken beside those of IP."""
    if len(data) < 24 or bytes(data[:4]) not in _PCAP_MAGIC:
        yield CaptureFault(0, BAD_HEADER if len(data) else EMPTY, "no pcap header")
        return
    order, unit_ns = _PCAP_MAGIC[bytes(data[:4])]
    link = unpack_from(order + "I", data, 20)[0] & 0xFFFF
    if not _is_known(link) and link not in links:
        yield CaptureFault(20, UNSUPPORTED_LINK, f"link type {link}")
        return
    header = Struct(order + "IIII")
    at, size = 24, len(data)
    while at < size:
        if at + 16 > size:
            yield CaptureFault(at, TRUNCATED, "a packet header is cut short")
            return
        seconds, parts, captured, sent = header.unpack_from(data, at)
        if not sent:  # a file's blank end, as a crash of the recorder leaves it
            yield CaptureFault(at, BAD_LENGTH, "a packet of no bytes")
            return
        if captured > PACKET_BYTES_MAX:
            yield CaptureFault(at, BAD_LENGTH, f"a packet of {captured} bytes")
            return
        if at + 16 + captured > size:
            yield CaptureFault(at, TRUNCATED, "the last packet is cut short")
            return
        t_ns = seconds * NS_PER_S + parts * unit_ns
        yield _timed(at, t_ns, link, data[at + 16 : at + 16 + captured])
        at += 16 + captured


def _timed(at: int, t_ns: int, link: int, data: bytes) -> Packet | CaptureFault:
    if not T_MIN_NS <= t_ns < T_MAX_NS:
        return CaptureFault(at, BAD_TIME, "a packet from outside 1970 to 2099")
    return Packet(at, t_ns, link, data)


@dataclass(slots=True)
class _Section:
    """What a pcapng section has said of its byte order and interfaces. also: links taken too."""

    order: str = "<"
    also: frozenset[int] = frozenset()
    links: list[int] = field(default_factory=list)
    per_second: list[int] = field(default_factory=list)
    offsets_s: list[int] = field(default_factory=list)


def pcapng_packets(
    data: bytes, links: frozenset[int] = frozenset()
) -> Iterator[Packet | CaptureFault]:
    """Walk the packets of a pcapng file, section by section. links: as of `pcap_packets`."""
    section = _Section(also=links)
    at, size = 0, len(data)
    if not is_pcapng(data):
        yield CaptureFault(0, BAD_HEADER if size else EMPTY, "no pcapng section header")
        return
    while at < size:
        if at + 12 > size:
            yield CaptureFault(at, TRUNCATED, "a block header is cut short")
            return
        if bytes(data[at : at + 4]) == b"\x0a\x0d\x0d\x0a":
            magic = bytes(data[at + 8 : at + 12])
            if magic not in (b"\x4d\x3c\x2b\x1a", b"\x1a\x2b\x3c\x4d"):
                yield CaptureFault(at, BAD_HEADER, "a section without its byte-order magic")
                return
            section = _Section("<" if magic[0] == 0x4D else ">", links)
        kind, length = unpack_from(section.order + "II", data, at)
        fault = _block_fault(data, at, length, section.order)
        if fault is not None:
            yield fault
            return
        found = _block(section, kind, at, bytes(data[at + 8 : at + length - 4]))
        if found is not None:
            yield found
            if isinstance(found, CaptureFault) and found.reason != BAD_TIME:
                return
        at += length


def _block_fault(data: bytes, at: int, length: int, order: str) -> CaptureFault | None:
    if length < 12 or length % 4 or length > BLOCK_BYTES_MAX:
        return CaptureFault(at, BAD_LENGTH, f"a block of {length} bytes")
    if at + length > len(data):
        return CaptureFault(at, TRUNCATED, "the last block is cut short")
    if unpack_from(order + "I", data, at + length - 4)[0] != length:
        return CaptureFault(at, BAD_LENGTH, "a block's two lengths differ")
    return None


def _block(section: _Section, kind: int, at: int, body: bytes) -> Packet | CaptureFault | None:
    if kind == _INTERFACE:
        return _interface(section, at, body)
    if kind not in (_ENHANCED, _OLD_PACKET, _SIMPLE):
        return None
    head = 4 if kind == _SIMPLE else 20
    if len(body) < head:
        return CaptureFault(at, TRUNCATED, "a packet block is too short")
    if kind == _SIMPLE:
        interface, ticks = 0, 0
        captured = min(unpack_from(section.order + "I", body)[0], len(body) - 4)
    else:
        shape = "IIIII" if kind == _ENHANCED else "HHIIII"
        numbers = unpack_from(section.order + shape, body)
        interface = numbers[0]
        high, low, captured = numbers[-4:-1]
        ticks = high << 32 | low
    if interface >= len(section.links):
        return CaptureFault(at, BAD_HEADER, f"a packet of undeclared interface {interface}")
    if captured > len(body) - head:
        return CaptureFault(at, BAD_LENGTH, f"{captured} captured bytes in a smaller block")
    t_ns = ticks * NS_PER_S // section.per_second[interface]
    t_ns += section.offsets_s[interface] * NS_PER_S
    return _timed(at, t_ns, section.links[interface], body[head : head + captured])


def _interface(section: _Section, at: int, body: bytes) -> CaptureFault | None:
    if len(body) < 8:
        return CaptureFault(at, TRUNCATED, "an interface block is too short")
    if len(section.links) >= INTERFACES_MAX:
        return CaptureFault(at, BAD_HEADER, f"more than {INTERFACES_MAX} interfaces")
    link = unpack_from(section.order + "H", body)[0]
    if not _is_known(link) and link not in section.also:
        return CaptureFault(at, UNSUPPORTED_LINK, f"link type {link}")
    per_second, offset_s = 1_000_000, 0
    option_at = 8
    while option_at + 4 <= len(body):
        code, length = unpack_from(section.order + "HH", body, option_at)
        value = body[option_at + 4 : option_at + 4 + length]
        if code == 0:
            break
        if code == 9 and len(value) == 1:  # if_tsresol: a power of ten, or of two with bit 7
            exponent = value[0] & 0x7F
            per_second = 1 << exponent if value[0] & 0x80 else 10 ** min(exponent, 18)
        if code == 14 and len(value) == 8:  # if_tsoffset
            offset_s = unpack_from(section.order + "q", value)[0]
        option_at += 4 + (length + 3) // 4 * 4
    section.links.append(link)
    section.per_second.append(per_second)
    section.offsets_s.append(offset_s)
    return None


def _is_known(link: int) -> bool:
    return link in _LINKS_RAW or link in (
        _LINK_NULL,
        _LINK_ETHERNET,
        _LINK_SLL,
        _LINK_SLL2,
        _LINK_IPV4,
    )


def udp_of(packet: Packet) -> Datagram | CaptureFault | None:
    """Take the UDP payload out of a packet; None for other traffic."""
    start = _ipv4_start(packet.link, packet.data)
    data = packet.data
    if start is None or len(data) < start + 20 or data[start] >> 4 != 4 or data[start + 9] != _UDP:
        return None
    if unpack_from(">H", data, start + 6)[0] & 0x3FFF:
        return CaptureFault(packet.offset, FRAGMENT, "an IPv4 fragment")
    udp = start + (data[start] & 15) * 4
    ip_end = start + unpack_from(">H", data, start + 2)[0]
    if udp < start + 20 or len(data) < udp + 8:
        return CaptureFault(packet.offset, TRUNCATED, "a UDP header is cut short")
    port, length = unpack_from(">HH", data, udp + 2)
    if length < 8 or udp + length > ip_end:
        return CaptureFault(packet.offset, BAD_LENGTH, f"a UDP length of {length}")
    if udp + length > len(data):
        return CaptureFault(packet.offset, TRUNCATED, "a datagram was captured in part")
    return Datagram(packet.offset, packet.t_ns, port, bytes(data[udp + 8 : udp + length]))


def _ipv4_start(link: int, data: bytes) -> int | None:
    """Find where the IPv4 header starts, by link type; None if it carries something else."""
    if link in _LINKS_RAW or link == _LINK_IPV4:
        return 0
    if link == _LINK_NULL:
        is_inet = len(data) >= 4 and data[:4] in (b"\x02\0\0\0", b"\0\0\0\x02")
        return 4 if is_inet else None
    kind_at, start = {_LINK_SLL: (14, 16), _LINK_SLL2: (0, 20)}.get(link, (12, 14))
    while len(data) >= kind_at + 2:
        kind = data[kind_at] << 8 | data[kind_at + 1]
        if kind == _IPV4:
            return start
        if kind not in _VLAN_TAGS or link != _LINK_ETHERNET:
            return None
        kind_at, start = kind_at + 4, start + 4
    return None
