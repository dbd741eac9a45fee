"""Remote ID (ASTM F3411-22a, ASD-STAN EN 4709-002): what drones broadcast of themselves.

In: radio frames, packs and messages. Out: messages as structs, columns of many, and reports. All of
it is the drone's own word.
"""

from vedette.codecs.remote_id.batch import Batch, decode_batch
from vedette.codecs.remote_id.bluetooth import extended_packet, legacy_packet
from vedette.codecs.remote_id.decode import decode, signature, split
from vedette.codecs.remote_id.encode import encode, encode_pack, sign
from vedette.codecs.remote_id.envelope import read_datagram, wrap
from vedette.codecs.remote_id.frames import ADDRESSED, LINKS, Element, read_frame
from vedette.codecs.remote_id.messages import (
    AnyMessage,
    Authentication,
    BasicId,
    Location,
    OperatorId,
    SelfId,
    System,
    words,
)
from vedette.codecs.remote_id.receive import Listener, Transmitter, receive, take
from vedette.codecs.remote_id.scout import is_scouts, publish, read_payload, remember
from vedette.codecs.remote_id.wifi import beacon, nan_action

__all__ = [
    "ADDRESSED",
    "LINKS",
    "AnyMessage",
    "Authentication",
    "BasicId",
    "Batch",
    "Element",
    "Listener",
    "Location",
    "OperatorId",
    "SelfId",
    "System",
    "Transmitter",
    "beacon",
    "decode",
    "decode_batch",
    "encode",
    "encode_pack",
    "extended_packet",
    "is_scouts",
    "legacy_packet",
    "nan_action",
    "publish",
    "read_datagram",
    "read_frame",
    "read_payload",
    "receive",
    "remember",
    "sign",
    "signature",
    "split",
    "take",
    "words",
    "wrap",
]
