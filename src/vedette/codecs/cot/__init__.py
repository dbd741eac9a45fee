"""Cursor on Target, as XML and as TAK protocol 1: events in and out."""

from vedette.codecs.cot.event import (
    EVENT_BYTES_MAX,
    PING,
    PONG,
    VERSION_ANSWER,
    VERSION_REQUEST,
    VERSIONS_OFFERED,
    CotEvent,
)
from vedette.codecs.cot.framing import (
    StreamBuffer,
    cut,
    datagram_frames,
    is_mesh,
    mesh_frame,
    read_frame,
    restream,
    stream_frame,
    write_event,
)
from vedette.codecs.cot.symbols import class_of, kind_of
from vedette.codecs.cot.to_reports import Listener, listener_of, read_datagram
from vedette.codecs.cot.tracks import deleted_event, site_uid, track_event, track_uid

__all__ = [
    "EVENT_BYTES_MAX",
    "PING",
    "PONG",
    "VERSIONS_OFFERED",
    "VERSION_ANSWER",
    "VERSION_REQUEST",
    "CotEvent",
    "Listener",
    "StreamBuffer",
    "class_of",
    "cut",
    "datagram_frames",
    "deleted_event",
    "is_mesh",
    "kind_of",
    "listener_of",
    "mesh_frame",
    "read_datagram",
    "read_frame",
    "restream",
    "site_uid",
    "stream_frame",
    "track_event",
    "track_uid",
    "write_event",
]
