"""The record: every input as it came, every event before anyone is told, and the way back.

In: inputs, commands and pictures of each step. Out: a folder that re-executes bit for bit.
"""

from vedette.model.compact import RecordedPicture, compact
from vedette.record.digests import digest
from vedette.record.journal import EventRow, acts, commands, events
from vedette.record.reading import Place, Step, pictures, read
from vedette.record.recorder import PICTURE_PERIOD_S, Recorder
from vedette.record.restoring import Restored, changes, restore, verify_chain
from vedette.record.session import (
    Session,
    is_being_recorded,
    is_recording,
    session,
    site_sha256,
    site_text,
)
from vedette.record.state import decode_state, encode_state, unfaithful

__all__ = [
    "PICTURE_PERIOD_S",
    "EventRow",
    "Place",
    "RecordedPicture",
    "Recorder",
    "Restored",
    "Session",
    "Step",
    "acts",
    "changes",
    "commands",
    "compact",
    "decode_state",
    "digest",
    "encode_state",
    "events",
    "is_being_recorded",
    "is_recording",
    "pictures",
    "read",
    "restore",
    "session",
    "site_sha256",
    "site_text",
    "unfaithful",
    "verify_chain",
]
