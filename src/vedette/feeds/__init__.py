"""Stage feeds: transports in, and recorded files. Bytes from outside become arrivals, stamped."""

from vedette.feeds.files import FilePart, format_of, read_file, read_files, read_reports
from vedette.feeds.frames import frames_in
from vedette.feeds.intake import Intake
from vedette.feeds.transports import OpenFeeds, open_feeds

__all__ = [
    "FilePart",
    "Intake",
    "OpenFeeds",
    "format_of",
    "frames_in",
    "open_feeds",
    "read_file",
    "read_files",
    "read_reports",
]
