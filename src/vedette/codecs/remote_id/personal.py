"""Remote ID without its operators: the same octets, with where an operator is and is registered
taken out.

In: messages, packs, captured frames, envelopes, payloads of receivers. Out: the same, so that a
decoder reads the same messages of it but for the operator, who is then "unknown". What cannot be
decoded tells no operator; of a frame that is cut short or damaged the octets go all the same, and
it stays as broken as it was. Check sequences of frames that were right are made right again.
"""

import binascii
import lzma
import re
import struct

import msgspec

from vedette.base.errors import RefusedError
from vedette.codecs.remote_id import scout
from vedette.codecs.remote_id.bluetooth import crc24
from vedette.codecs.remote_id.decode import decode
from vedette.codecs.remote_id.envelope import HEAD_BYTES, unwrap
from vedette.codecs.remote_id.frames import ADDRESSED, read_frame
from vedette.codecs.remote_id.messages import MESSAGE_BYTES, OPERATOR_ID, PACK, SYSTEM

_PLACE, _HEIGHT = slice(2, 10), slice(18, 20)  # of a System message: zeros mean "unknown"
_REGISTRATION = slice(2, 22)
_MARKS = (b"\xfa\x0b\xbc\x0d", b"\xfa\xff\x0d", b"\x88\x69\x19\x9d\x92\x09")
_RADIOTAP, _FCS = 127, 4
_ACCESS_ADDRESS = b"\xd6\xbe\x89\x8e"
# Of a receiver's object: what is looked at is decoded, what stands beside it stays as written.
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_KEY = b'"UASdata"'
_VALUE = re.compile(rb'("UASdata"[ \t\r\n]*+:[ \t\r\n]*+")((?:[^"\\]++|\\.)*+)', re.DOTALL)
_LINK_LAYER_AT = {251: 0, 256: 10, 272: 17}  # where the link layer begins, by link type


def hide_in_octets(octets: bytes) -> bytes:
    """Take operators out of a message or a pack; what is neither stays."""
    out = bytearray(octets)
    at = 3 if octets[:1] and octets[0] >> 4 == PACK else 0
    while at + MESSAGE_BYTES <= len(out):
        out[at : at + MESSAGE_BYTES] = _hidden(bytes(out[at : at + MESSAGE_BYTES]))
        at += MESSAGE_BYTES
    return bytes(out)


def _hidden(message: bytes) -> bytes:
    kind = message[0] >> 4
    if kind not in (SYSTEM, OPERATOR_ID):
        return message
    try:
        decode(message)
    except RefusedError:
        return message  # refused before and after, with the same words
    out = bytearray(message)
    for part in (_PLACE, _HEIGHT) if kind == SYSTEM else (_REGISTRATION,):
        out[part] = bytes(part.stop - part.start)
    return bytes(out)


def hide_in_frame(link: int, frame: bytes) -> bytes:
    """Take operators out of a captured frame. link: of the capture, or ADDRESSED."""
    if link == ADDRESSED:
        return frame[:7] + hide_in_octets(frame[7:])
    try:
        elements = read_frame(link, frame)
    except RefusedError:
        return _hide_after_marks(frame)
    out = frame
    for element in elements:
        if element.data:  # wherever in the frame the same octets stand
            out = out.replace(element.data, hide_in_octets(element.data))
    if out == frame:
        return frame
    return _mended(link, frame, out) if all(e.intact for e in elements) else out


def _hide_after_marks(frame: bytes) -> bytes:
    """Take out what stands behind the marks of Remote ID in a frame that is cut short."""
    out = frame
    for mark in _MARKS:
        at = out.find(mark)
        if at >= 0:
            begin = at + len(mark) + 1
            out = out[:begin] + hide_in_octets(out[begin:])
    return out


def _mended(link: int, before: bytes, after: bytes) -> bytes:
    """Make the check sequence right again where it was right before."""
    if link == _RADIOTAP:
        head = int.from_bytes(before[2:4], "little")
        said = int.from_bytes(before[-_FCS:], "little")
        if said == binascii.crc32(before[head:-_FCS]):
            return after[:-_FCS] + struct.pack("<I", binascii.crc32(after[head:-_FCS]))
        return after
    start = _LINK_LAYER_AT.get(link)
    if start is None or before[start : start + 4] != _ACCESS_ADDRESS:
        return after
    for shift in (4, 5):  # coded PHYs have an octet more
        begin = start + shift
        end = begin + 2 + before[begin + 1]
        if before[end : end + 3] == crc24(before[begin:end]):
            return after[:end] + crc24(after[begin:end]) + after[end + 3 :]
    return after


def hide_in_envelope(data: bytes) -> bytes:
    """Take operators out of a datagram of `remote_id_udp`."""
    try:
        link, frame, _ = unwrap(data)
    except RefusedError:
        return data
    return data[:HEAD_BYTES] + hide_in_frame(link, frame)


def hide_in_payload(payload: bytes) -> bytes:
    """Take operators out of an MQTT payload of a receiver; its text, which reads the same.

    What stands before a place that cannot be read is read, and what stands behind it is not; both
    go. Only a text too long for a payload is compressed again: that takes a millisecond and more.
    """
    try:
        text = scout.inflated(payload)
    except RefusedError:
        return payload
    hidden, at = [], 0
    try:
        for piece in scout.objects(text):
            begin = text.index(piece, at)  # nothing but blanks stands before it
            hidden += [text[at:begin], _hide_in_object(piece)]
            at = begin + len(piece)
    except RefusedError:
        hidden.append(_VALUE.sub(_blotted, text[at:]))
    else:
        hidden.append(text[at:])
    out = b"".join(hidden)
    if out == text:
        return payload
    is_plain = out.lstrip()[:1] == b"{" and len(out) <= scout.PAYLOAD_BYTES_MAX
    return out if is_plain else lzma.compress(out, preset=0)


def _blotted(found: "re.Match[bytes]") -> bytes:
    """Give the value of a key without what it says, as long as it was."""
    return found[1] + b"A" * len(found[2])


def _hide_in_object(piece: bytes) -> bytes:
    """Take the operator out of an object, however it is written; all else stays octet by octet."""
    try:
        read = _OBJECT.decode(piece)
        data = _OBJECT.decode(read["data"])
        said = _TEXT.decode(data["UASdata"]).encode("ascii")
        octets = binascii.a2b_base64(said, strict_mode=True)
    except (msgspec.DecodeError, UnicodeError, binascii.Error, KeyError):
        return piece  # refused before and after
    hidden = _forgotten(octets)
    is_plain = piece.count(_KEY) == piece.count(said) == 1
    if hidden == octets and is_plain:
        return piece
    shown = binascii.b2a_base64(hidden, newline=False)
    if is_plain:
        return piece.replace(said, shown)
    data["UASdata"] = msgspec.Raw(b'"' + shown + b'"')
    read["data"] = msgspec.Raw(msgspec.json.encode(data))
    return msgspec.json.encode(read)


def _forgotten(octets: bytes) -> bytes:
    """Take the operator out of UASdata: a receiver's memory, or messages as sent."""
    if len(octets) < scout.MEMORY_BYTES:
        return hide_in_octets(octets)
    memory = bytearray(octets)
    scout.forget_operator(memory)
    return bytes(memory)
