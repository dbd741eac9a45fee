"""Remote ID in IEEE 802.11 frames: vendor element of a beacon, and NAN service discovery.

Beacon: element 221 with the identifier FA-0B-BC and type 0x0D, then a counter and a message pack
(F3411-22a 5.4.6.3). NAN: a public action frame of the Wi-Fi Alliance with a service descriptor for
the hash of "org.opendroneid.remoteid" (Wi-Fi Aware 3.2, 9.5.4).
"""

import binascii

from vedette.base.errors import RefusedError
from vedette.codecs.reasons import BAD_HEADER, BAD_LENGTH, TRUNCATED

_BEACON, _PROBE_RESPONSE, _ACTION = 0x80, 0x50, 0xD0
_HEADER_BYTES = 24
_FIXED_BYTES = 12  # of a beacon: timestamp, interval, capabilities
_VENDOR = 221
_REMOTE_ID = b"\xfa\x0b\xbc\x0d"
_NAN_ACTION = b"\x04\x09\x50\x6f\x9a\x13"  # public action, vendor, Wi-Fi Alliance, NAN
_SERVICE_DESCRIPTOR = 3
_SERVICE = bytes.fromhex("8869199d9209")  # SHA-256 of org.opendroneid.remoteid, first six octets

# radiotap fields before the signal: (bit, size, alignment)
_RADIOTAP = ((0, 8, 8), (1, 1, 1), (2, 1, 1), (3, 4, 2), (4, 2, 2), (5, 1, 1))
_FLAGS, _SIGNAL = 1, 5
_HAS_FCS, _BAD_FCS = 0x10, 0x40

Found = list[tuple[str, str, bytes]]
Reading = tuple[Found, int | None, bool]


def radiotap(data: bytes) -> Reading:
    """Read a frame with a radiotap header (link type 127)."""
    if len(data) < 8 or data[0] != 0:
        raise RefusedError(BAD_HEADER, "no radiotap header")
    length = int.from_bytes(data[2:4], "little")
    if not 8 <= length <= len(data):
        raise RefusedError(BAD_LENGTH, f"a radiotap header of {length} bytes")
    flags, rssi_dbm = _radiotap_fields(data[:length])
    body, is_intact = data[length:], not flags & _BAD_FCS
    if flags & _HAS_FCS and len(body) >= 4:
        said = int.from_bytes(body[-4:], "little")
        body = body[:-4]
        is_intact = is_intact and said == binascii.crc32(body)
    return management(body), rssi_dbm, is_intact


def _radiotap_fields(header: bytes) -> tuple[int, int | None]:
    """Give the flags (0 where not stated) and the signal in dBm."""
    present, at = int.from_bytes(header[4:8], "little"), 8
    word = present
    while word >> 31:  # further words of presence
        if at + 4 > len(header):
            raise RefusedError(TRUNCATED, "a radiotap header is cut short")
        word = int.from_bytes(header[at : at + 4], "little")
        at += 4
    flags, rssi_dbm = 0, None
    for bit, size, alignment in _RADIOTAP:
        if not present >> bit & 1:
            continue
        at += -at % alignment
        if at + size > len(header):
            raise RefusedError(TRUNCATED, "a radiotap header is cut short")
        if bit == _FLAGS:
            flags = header[at]
        elif bit == _SIGNAL:
            rssi_dbm = header[at] - 256 * (header[at] > 127)
        at += size
    return flags, rssi_dbm


def plain(data: bytes) -> Reading:
    """Read a frame without any header of the capture (link type 105)."""
    return management(data), None, True


def management(frame: bytes) -> Found:
    """Find Remote ID in an 802.11 frame; what is no beacon and no NAN frame gives nothing."""
    if len(frame) < _HEADER_BYTES or frame[0] not in (_BEACON, _PROBE_RESPONSE, _ACTION):
        return []
    transmitter = frame[10:16].hex()
    start = _HEADER_BYTES + (4 if frame[1] & 0x80 else 0)  # HT control
    if frame[0] == _ACTION:
        return [(transmitter, "wifi nan", body) for body in _nan(frame[start:])]
    elements = frame[start + _FIXED_BYTES :]
    return [(transmitter, "wifi beacon", body) for body in _vendor_elements(elements)]


def _vendor_elements(elements: bytes) -> list[bytes]:
    found, at = list[bytes](), 0
    while at + 2 <= len(elements):
        kind, length = elements[at], elements[at + 1]
        body = elements[at + 2 : at + 2 + length]
        if kind == _VENDOR and body.startswith(_REMOTE_ID):
            if len(body) < length:
                raise RefusedError(TRUNCATED, "a Remote ID element is cut short")
            found.append(body[len(_REMOTE_ID) :])
        at += 2 + length
    return found


def _nan(action: bytes) -> list[bytes]:
    if not action.startswith(_NAN_ACTION):
        return []
    found, at = list[bytes](), len(_NAN_ACTION)
    while at + 3 <= len(action):
        kind, length = action[at], int.from_bytes(action[at + 1 : at + 3], "little")
        body = action[at + 3 : at + 3 + length]
        if kind == _SERVICE_DESCRIPTOR and body.startswith(_SERVICE):
            if len(body) < length:
                raise RefusedError(TRUNCATED, "a NAN service descriptor is cut short")
            found += _service_info(body)
        at += 3 + length
    return found


def _service_info(descriptor: bytes) -> list[bytes]:
    """Give the service information of a descriptor, behind the optional fields before it."""
    if len(descriptor) < 9:
        raise RefusedError(TRUNCATED, "a NAN service descriptor is cut short")
    control, at = descriptor[8], 9
    if control & 0x40:  # binding bitmap
        at += 2
    for flag in (0x04, 0x08):  # matching filter, service response filter
        if control & flag:
            at += 1 + (descriptor[at] if at < len(descriptor) else 0)
    if not control & 0x10:
        return []
    length = descriptor[at] if at < len(descriptor) else 0
    body = descriptor[at + 1 : at + 1 + length]
    if len(body) < length or not length:
        raise RefusedError(TRUNCATED, "a NAN service information is cut short")
    return [body]


def beacon(transmitter: bytes, counter: int, pack: bytes, ssid: bytes = b"") -> bytes:
    """Make a beacon that carries a pack. transmitter: six octets."""
    head = bytes([_BEACON, 0, 0, 0]) + b"\xff" * 6 + transmitter + transmitter + b"\0\0"
    fixed = bytes(8) + b"\xb8\x0b\x21\x04"  # interval 3 s, capabilities
    body = _REMOTE_ID + bytes([counter & 255]) + pack
    return head + fixed + bytes([0, len(ssid)]) + ssid + bytes([_VENDOR, len(body)]) + body


def nan_action(transmitter: bytes, counter: int, pack: bytes) -> bytes:
    """Make a NAN service discovery frame that carries a pack."""
    head = bytes([_ACTION, 0, 0, 0]) + b"\x51\x6f\x9a\x01\x00\x00" + transmitter
    head += b"\x50\x6f\x9a\x01\x00\xff" + b"\0\0"
    info = bytes([counter & 255]) + pack
    body = _SERVICE + b"\x01\x00\x10" + bytes([len(info)]) + info
    length = len(body).to_bytes(2, "little")
    return head + _NAN_ACTION + bytes([_SERVICE_DESCRIPTOR]) + length + body
