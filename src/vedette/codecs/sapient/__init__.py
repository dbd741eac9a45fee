"""SAPIENT, BSI Flex 335 v2.0: protobuf messages behind a length, and their JSON form.

`schema` and `validate` say what a message must be; `receive` turns messages into reports and
answers, `nodes` remembers who has registered; `write` makes what we say.
"""

from vedette.codecs.sapient.frames import HEAD_BYTES, MESSAGE_BYTES_MAX, frame, split
from vedette.codecs.sapient.fusion import (
    all_clear_alert,
    ended_detection,
    fused_detection,
    goodbye,
    our_status,
    warning_alert,
)
from vedette.codecs.sapient.nodes import Answer, Conversation, open_conversation, own_node
from vedette.codecs.sapient.receive import (
    REGISTERING,
    STATUS_S,
    TAKEN,
    connected,
    gone,
    node_of,
    read_stream,
)
from vedette.codecs.sapient.schema import message_class
from vedette.codecs.sapient.tasks import Provenance, send_task
from vedette.codecs.sapient.text import parse, parse_json, texts, to_json
from vedette.codecs.sapient.validate import validate
from vedette.codecs.sapient.write import wire

__all__ = [
    "HEAD_BYTES",
    "MESSAGE_BYTES_MAX",
    "REGISTERING",
    "STATUS_S",
    "TAKEN",
    "Answer",
    "Conversation",
    "Provenance",
    "all_clear_alert",
    "connected",
    "ended_detection",
    "frame",
    "fused_detection",
    "gone",
    "goodbye",
    "message_class",
    "node_of",
    "open_conversation",
    "our_status",
    "own_node",
    "parse",
    "parse_json",
    "read_stream",
    "send_task",
    "split",
    "texts",
    "to_json",
    "validate",
    "warning_alert",
    "wire",
]
