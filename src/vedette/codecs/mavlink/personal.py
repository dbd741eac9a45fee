"""MAVLink without the operators that OPEN_DRONE_ID tells of: place, height, registration."""

import struct

from vedette.base.errors import RefusedError
from vedette.codecs.mavlink.drone_id import drone_messages
from vedette.codecs.mavlink.frames import rewrite
from vedette.codecs.mavlink.messages import (
    MESSAGES,
    ODID_MESSAGE_PACK,
    ODID_OPERATOR_ID,
    ODID_SYSTEM,
    ODID_SYSTEM_UPDATE,
)
from vedette.codecs.remote_id import encode_pack
from vedette.codecs.remote_id.personal import hide_in_octets

_NOWHERE, _NO_HEIGHT = bytes(8), struct.pack("<f", -1000.0)
_HEIGHT_AT = {ODID_SYSTEM: 16, ODID_SYSTEM_UPDATE: 8}
_REGISTRATION_AT, _OCTETS_AT = 23, 24


def hide_in_datagram(data: bytes) -> bytes:
    """Take operators out of a datagram; its packets stay as many and as long."""
    return rewrite(data, _hidden)


def _hidden(number: int, payload: bytes) -> bytes:
    if number not in (ODID_SYSTEM, ODID_SYSTEM_UPDATE, ODID_OPERATOR_ID, ODID_MESSAGE_PACK):
        return payload
    try:
        drone_messages(number, MESSAGES[number].layout.unpack(payload))
    except RefusedError:
        return payload  # refused before and after, with the same words
    if number == ODID_OPERATOR_ID:
        return payload[:_REGISTRATION_AT] + bytes(len(payload) - _REGISTRATION_AT)
    if number == ODID_MESSAGE_PACK:
        octets = payload[_OCTETS_AT:]
        head = encode_pack([])  # what makes messages one after another a pack
        return payload[:_OCTETS_AT] + hide_in_octets(head + octets)[len(head) :]
    at = _HEIGHT_AT[number]
    return _NOWHERE + payload[8:at] + _NO_HEIGHT + payload[at + 4 :]
