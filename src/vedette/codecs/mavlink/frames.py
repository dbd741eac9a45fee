"""MAVLink packets in a datagram: versions 1 and 2, their checksum, and what lies between them.

In: octets. Out: packets whose message is known and whose checksum is right; faults for the rest.
Messages that are not ours are passed over by their length: their checksum cannot be known. A
signature is passed over too, since its key is the vehicle's secret. Source:
mavlink.io/en/guide/serialization.html.
"""

from collections.abc import Callable
from typing import NamedTuple

from vedette.codecs.mavlink.messages import MESSAGES
from vedette.codecs.reasons import BAD_CHECKSUM, BAD_FRAME, BAD_HEADER, BAD_LENGTH, TRUNCATED

V1, V2 = 0xFE, 0xFD
_HEAD_BYTES = {V1: 6, V2: 10}
_SIGNED, _SIGNATURE_BYTES = 0x01, 13


class Packet(NamedTuple):
    """One message: who sent it, and its payload in full length (what was cut off is zeros)."""

    number: int
    system: int
    component: int
    payload: bytes


class Fault(NamedTuple):
    """Where and why octets are no packet."""

    offset: int
    reason: str
    detail: str


def split(data: bytes) -> tuple[list[Packet], list[Fault]]:
    """Cut a datagram into packets; after garbage the search goes on at the next beginning."""
    packets: list[Packet] = []
    faults: list[Fault] = []
    at, size = 0, len(data)
    while at < size:
        head = _HEAD_BYTES.get(data[at])
        if head is None:
            after = _next_start(data, at + 1)
            faults.append(Fault(at, BAD_FRAME, f"{after - at} bytes between packets"))
            at = after
            continue
        if at + head + 2 > size or at + head + data[at + 1] + 2 > size:
            faults.append(Fault(at, TRUNCATED, "a packet is cut short"))
            break
        end, found = _packet(data, at, head)
        if isinstance(found, Packet):
            packets.append(found)
        elif isinstance(found, Fault):
            faults.append(found)
            end = _next_start(data, at + 1)  # its length cannot be believed
        at = end
    return packets, faults


def _next_start(data: bytes, at: int) -> int:
    starts = [found for mark in (V1, V2) if (found := data.find(mark, at)) >= 0]
    return min(starts, default=len(data))


def _packet(data: bytes, at: int, head: int) -> tuple[int, Packet | Fault | None]:
    """Read the packet that begins at `at`: where it ends, and what it is; None: not ours."""
    length = data[at + 1]
    body_end = at + head + length
    end = body_end + 2
    if data[at] == V2:
        flags = data[at + 2]
        if flags & ~_SIGNED:
            return end, Fault(at, BAD_HEADER, f"incompatibility flags 0x{flags:02x}")
        system, component = data[at + 5], data[at + 6]
        number = int.from_bytes(data[at + 7 : at + 10], "little")
        end += _SIGNATURE_BYTES if flags & _SIGNED else 0
    else:
        system, component, number = data[at + 3], data[at + 4], data[at + 5]
    kind = MESSAGES.get(number)
    if kind is None:
        return end, None
    said = int.from_bytes(data[body_end : body_end + 2], "little")
    if checksum(data[at + 1 : body_end], kind.seed) != said:
        return end, Fault(at, BAD_CHECKSUM, kind.name)
    full = kind.layout.size
    if (length > full and data[at] == V1) or (data[at] == V1 and length < kind.least):
        return end, Fault(at, BAD_LENGTH, f"{kind.name} of {length} bytes")
    payload = data[at + head : body_end][:full].ljust(full, b"\0")
    return end, Packet(number, system, component, payload)


def rewrite(data: bytes, change: Callable[[int, bytes], bytes]) -> bytes:
    """Change the payloads of the packets that `split` finds, each to one of its own length.

    change: message number and payload in full length -> payload; its checksum is made right again.
    A signature is left: nobody here verifies it.
    """
    out, at, size = bytearray(data), 0, len(data)
    while at < size:
        head = _HEAD_BYTES.get(data[at])
        if head is None:
            at = _next_start(data, at + 1)
            continue
        if at + head + 2 > size or at + head + data[at + 1] + 2 > size:
            break
        end, found = _packet(data, at, head)
        if isinstance(found, Packet):
            _put(out, at, head, change(found.number, found.payload), MESSAGES[found.number].seed)
        elif isinstance(found, Fault):
            end = _next_start(data, at + 1)
        at = end
    return bytes(out)


def _put(out: bytearray, at: int, head: int, payload: bytes, seed: int) -> None:
    begin, length = at + head, out[at + 1]
    kept = min(length, len(payload))
    out[begin : begin + kept] = payload[:kept]
    said = checksum(bytes(out[at + 1 : begin + length]), seed)
    out[begin + length : begin + length + 2] = said.to_bytes(2, "little")


def _table() -> list[int]:
    """Make the table of CRC-16/MCRF4XX: x^16+x^12+x^5+1, least significant bit first."""
    table = []
    for octet in range(256):
        for _ in range(8):
            octet = octet >> 1 ^ (0x8408 if octet & 1 else 0)
        table.append(octet)
    return table


_CRC = _table()


def checksum(data: bytes, seed: int) -> int:
    """Compute a packet's checksum: over all but its first octet, and the message's seed."""
    value = 0xFFFF
    for octet in data:
        value = value >> 8 ^ _CRC[(value ^ octet) & 255]
    return value >> 8 ^ _CRC[(value ^ seed) & 255]


def encode(number: int, values: tuple[object, ...], system: int, sequence: int = 0) -> bytes:
    """Make a version 2 packet of a known message, with the zeros at its end cut off."""
    kind = MESSAGES[number]
    payload = kind.layout.pack(*values)
    payload = payload.rstrip(b"\0") or payload[:1]
    head = bytes([len(payload), 0, 0, sequence & 255, system, 1]) + number.to_bytes(3, "little")
    body = head + payload
    return bytes([V2]) + body + checksum(body, kind.seed).to_bytes(2, "little")
