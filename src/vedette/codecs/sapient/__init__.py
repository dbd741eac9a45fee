"""SAPIENT, BSI Flex 335 v2.0: protobuf messages behind a length, and their JSON form."""

from vedette.codecs.sapient.frames import MESSAGE_BYTES_MAX, frame, split
from vedette.codecs.sapient.schema import message_class
from vedette.codecs.sapient.text import parse, parse_json, texts, to_json
from vedette.codecs.sapient.validate import validate

__all__ = [
    "MESSAGE_BYTES_MAX",
    "frame",
    "message_class",
    "parse",
    "parse_json",
    "split",
    "texts",
    "to_json",
    "validate",
]
