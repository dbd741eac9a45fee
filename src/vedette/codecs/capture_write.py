"""Captures written: pcap and pcapng with nanoseconds, UDP in IPv4 or packets of a radio link.

In: payloads with their times. Out: octets to be written one after the other. Sources as of
`capture`. Addresses are those of documentation (RFC 5737): no machine has them.
"""

import struct

RAW_IP = 101  # link type: each packet is an IP packet
SNAP_BYTES = 262_144
_NS_PER_S = 1_000_000_000
_FROM, _TO = bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2))
_NANOSECONDS = 9  # if_tsresol: 10^-9 s


def udp_packet(payload: bytes, port: int) -> bytes:
    """Put a payload into UDP and IPv4, without a checksum of the payload (0: none)."""
    udp = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + _FROM + _TO
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~(total + (total >> 16)) & 0xFFFF
    packet: bytes = head[:10] + checksum.to_bytes(2, "big") + head[12:] + udp
    return packet


def pcap_head(link: int) -> bytes:
    """Begin a pcap file of one link type, with nanoseconds."""
    return struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, SNAP_BYTES, link)


def pcap_packet(data: bytes, t_ns: int) -> bytes:
    """Write one packet of a pcap file. t_ns: UTC, 1970 to 2106."""
    seconds, rest = divmod(t_ns, _NS_PER_S)
    return struct.pack("<IIII", seconds, rest, len(data), len(data)) + data


def pcapng_head(link: int) -> bytes:
    """Begin a pcapng file: a section, and one interface with nanoseconds."""
    section = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
    resolution = struct.pack("<HHBxxxHH", 9, 1, _NANOSECONDS, 0, 0)
    interface = struct.pack("<HHI", link, 0, SNAP_BYTES) + resolution
    return _block(0x0A0D0D0A, section) + _block(1, interface)


def pcapng_packet(data: bytes, t_ns: int) -> bytes:
    """Write one packet of a pcapng file."""
    head = struct.pack("<IIIII", 0, t_ns >> 32, t_ns & 0xFFFFFFFF, len(data), len(data))
    return _block(6, head + data + bytes(-len(data) % 4))


def _block(kind: int, body: bytes) -> bytes:
    size = 12 + len(body)
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)
