"""Remote ID in Bluetooth advertising: legacy (one message) and extended (a pack).

Both carry an advertising structure of type 0x16 (service data) for the service 0xFFFA with the
application code 0x0D, then a counter and the octets (F3411-22a 5.4.6.1, 5.4.6.2). Read from the
link layer (sniffers) and from the host controller interface (a computer's own adapter). Layouts:
Bluetooth Core 5.4, volume 6 part B 2.3 and volume 4 part E 7.7.65.
"""

from vedette.base.errors import RefusedError
from vedette.codecs.reasons import BAD_HEADER, BAD_LENGTH, TRUNCATED

_ACCESS_ADDRESS = b"\xd6\xbe\x89\x8e"  # of advertising
_LEGACY = frozenset({0, 2, 4, 6})  # ADV_IND, ADV_NONCONN_IND, SCAN_RSP, ADV_SCAN_IND
_EXTENDED = 7
_REMOTE_ID = b"\xfa\xff\x0d"
_SERVICE_DATA = 0x16
_PHY_CODED = 2
# Extended header: what each flag adds before the data.
_EXTENDED_BYTES = (6, 6, 1, 2, 3, 18, 1)
_HAS_ADDRESS, _HAS_SET = 1, 8

Found = list[tuple[str, str, bytes]]
Reading = tuple[Found, int | None, bool]


def _crc_table() -> list[int]:
    """Make the table of x^24+x^10+x^9+x^6+x^4+x^3+x+1, least significant bit first."""
    table = []
    for octet in range(256):
        for _ in range(8):
            octet = octet >> 1 ^ (0xDA6000 if octet & 1 else 0)
        table.append(octet)
    return table


_CRC = _crc_table()
_CRC_START = 0xAAAAAA  # 0x555555, mirrored


def crc24(pdu: bytes) -> bytes:
    """Compute the three octets that follow an advertising PDU."""
    value = _CRC_START
    for octet in pdu:
        value = value >> 8 ^ _CRC[(value ^ octet) & 255]
    return value.to_bytes(3, "little")


def nordic(data: bytes) -> Reading:
    """Read a frame of the nRF Sniffer (link type 272): board, length, version, counter, packet id,
    then length of the radio's own header, flags (bit 0: CRC right; bits 4 to 6: PHY), channel,
    RSSI as a positive number, event counter, time; then the link layer."""
    if len(data) < 17 or data[3] not in (1, 2, 3):
        raise RefusedError(BAD_HEADER, "no nRF Sniffer header")
    flags, rssi_dbm = data[8], -data[10]
    is_coded = data[3] == 3 and flags >> 4 & 7 == _PHY_CODED
    found, is_intact = _advertising(data[17:], is_coded)
    return found, rssi_dbm, is_intact and bool(flags & 1)


def with_phdr(data: bytes) -> Reading:
    """Read a frame with the pseudo-header of ten octets (link type 256)."""
    if len(data) < 10:
        raise RefusedError(TRUNCATED, "a Bluetooth pseudo-header is cut short")
    flags = int.from_bytes(data[8:10], "little")
    rssi_dbm = data[1] - 256 * (data[1] > 127) if flags & 2 else None
    found, is_intact = _advertising(data[10:], flags >> 14 == _PHY_CODED)
    return found, rssi_dbm, is_intact


def link_layer(data: bytes) -> Reading:
    """Read a link layer packet (link type 251)."""
    found, is_intact = _advertising(data, False)
    return found, None, is_intact


def _advertising(data: bytes, is_coded: bool) -> tuple[Found, bool]:
    """Read from the access address to the CRC; coded PHYs have an octet between the two."""
    if not data.startswith(_ACCESS_ADDRESS):
        return [], True
    pdu = data[5 if is_coded else 4 :]
    if len(pdu) < 5:
        return [], True
    length = 2 + pdu[1]
    if len(pdu) < length:
        raise RefusedError(TRUNCATED, "an advertising PDU is cut short")
    is_intact = len(pdu) < length + 3 or crc24(pdu[:length]) == pdu[length : length + 3]
    kind, body = pdu[0] & 15, pdu[2:length]
    if not is_intact:
        return _salvaged(body), False
    if kind in _LEGACY:
        transmitter, data_at, radio = body[5::-1].hex(), 6, "bluetooth 4"
    elif kind == _EXTENDED:
        transmitter, data_at = _extended(body)
        radio = "bluetooth 5"
    else:
        return [], is_intact
    return [(transmitter, radio, found) for found in structures(body[data_at:])], is_intact


def _salvaged(body: bytes) -> Found:
    """Find what can be seen of Remote ID in a damaged PDU: whose lengths cannot be believed."""
    at = body.find(_REMOTE_ID)
    return [] if at < 0 else [("", "bluetooth", body[at + len(_REMOTE_ID) :])]


def _extended(body: bytes) -> tuple[str, int]:
    """Give the transmitter and where the data begin. Without an address: the advertising set."""
    header = body[0] & 63 if body else 0
    if len(body) < 1 + header:
        raise RefusedError(TRUNCATED, "an extended header is cut short")
    if not header:
        return "", 1
    flags, at = body[1], 2
    transmitter, advertising_set = "", ""
    for bit, size in enumerate(_EXTENDED_BYTES):
        if not flags >> bit & 1:
            continue
        if 1 << bit == _HAS_ADDRESS:
            transmitter = body[at : at + 6][::-1].hex()
        elif 1 << bit == _HAS_SET:
            advertising_set = body[at : at + 2].hex()
        at += size
    if at > 1 + header:
        raise RefusedError(BAD_LENGTH, "an extended header shorter than its fields")
    return transmitter or f"set-{advertising_set}", 1 + header


def structures(data: bytes) -> list[bytes]:
    """Find the Remote ID among advertising structures: counter and octets of each."""
    found, at = list[bytes](), 0
    while at + 1 < len(data) and data[at]:
        length = data[at]
        body = data[at + 2 : at + 1 + length]
        if data[at + 1] == _SERVICE_DATA and body.startswith(_REMOTE_ID):
            if len(body) < length - 1:
                raise RefusedError(TRUNCATED, "a Remote ID service data is cut short")
            found.append(body[len(_REMOTE_ID) :])
        at += 1 + length
    return found


def hci(data: bytes) -> Reading:
    """Read an event of the host controller interface (link type 187): advertising reports."""
    if len(data) < 5 or data[0] != 4 or data[1] != 0x3E:
        return [], None, True
    if len(data) < 3 + data[2]:
        raise RefusedError(TRUNCATED, "an HCI event is cut short")
    parameters = data[3 : 3 + data[2]]
    if parameters[0] == 0x02:
        return _reports(parameters[1:], False)
    if parameters[0] == 0x0D:
        return _reports(parameters[1:], True)
    return [], None, True


def hci_with_direction(data: bytes) -> Reading:
    """Read the same behind four octets that say the direction (link type 201)."""
    return hci(data[4:])


def _reports(data: bytes, is_extended: bool) -> Reading:
    """Read advertising reports: each a head that ends with a length, the structures, and of the
    legacy kind the signal behind them."""
    head, address_at, signal_at = (24, 3, 13) if is_extended else (9, 2, 0)
    found, rssi_dbm, at = Found(), None, 1
    for _ in range(data[0] if data else 0):
        end = at + head + (data[at + head - 1] if at + head <= len(data) else 0)
        after = end if is_extended else end + 1
        if at + head > len(data) or after > len(data):
            raise RefusedError(TRUNCATED, "an advertising report is cut short")
        transmitter = data[at + address_at : at + address_at + 6][::-1].hex()
        is_legacy = not is_extended or bool(data[at] & 0x10)
        radio = "bluetooth 4" if is_legacy else "bluetooth 5"
        found += [(transmitter, radio, part) for part in structures(data[at + head : end])]
        signal = data[at + signal_at] if is_extended else data[end]
        rssi_dbm = signal - 256 * (signal > 127)
        at = after
    return found, rssi_dbm, True


def advertisement(counter: int, data: bytes) -> bytes:
    """Make the advertising structure that carries a message or a pack."""
    body = bytes([_SERVICE_DATA]) + _REMOTE_ID + bytes([counter & 255]) + data
    return bytes([len(body)]) + body


def legacy_packet(transmitter: bytes, counter: int, message: bytes) -> bytes:
    """Make a link layer packet of ADV_NONCONN_IND with one message. transmitter: six octets."""
    body = transmitter[::-1] + advertisement(counter, message)
    pdu = bytes([0x42, len(body)]) + body
    return _ACCESS_ADDRESS + pdu + crc24(pdu)


def extended_packet(transmitter: bytes, counter: int, pack: bytes) -> bytes:
    """Make a link layer packet of AUX_ADV_IND with a pack."""
    header = bytes([_HAS_ADDRESS | _HAS_SET]) + transmitter[::-1] + b"\x01\x10"
    body = bytes([len(header)]) + header + advertisement(counter, pack)
    pdu = bytes([0x40 | _EXTENDED, len(body)]) + body
    return _ACCESS_ADDRESS + pdu + crc24(pdu)
