"""What can be written of a recording: the one list that `vedette convert` goes through.

A writer of detections has `write(report)`, which gives "" or why this report does not fit, and
`close()`; one of a table also `missing`, the receivers that need columns of their own: it then
wants all again with these. A writer of tracks has `append(columns)`, some rows of `tracks.parquet`,
and `close()`. To add a format, write either or both and list it in WRITTEN.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vedette.base.errors import RefusedError
from vedette.config.site import Site
from vedette.model.reports import Detection
from vedette.outputs import detection_files, track_files
from vedette.outputs.places import Places


class DetectionWriter(Protocol):
    """Takes detections one by one."""

    def write(self, report: Detection) -> str:
        """Write one; "" or why it does not fit."""

    def close(self) -> None:
        """Write what is pending and close the file."""


class TrackWriter(Protocol):
    """Takes tracks, some rows at a time."""

    def append(self, columns: Mapping[str, Any]) -> None:
        """Write some rows of `tracks.parquet`."""

    def close(self) -> None:
        """Write what is pending and close the file."""


@dataclass(slots=True, frozen=True)
class Around:
    """What a writer may need to know: the site, if one is known, and what the file is called.

    receivers: whose arrivals have columns in a table.
    """

    site: Site | None
    title: str
    receivers: list[str]


@dataclass(slots=True, frozen=True)
class Written:
    """A format that can be written. detections, tracks: open a writer; None: it holds none."""

    name: str
    title: str
    endings: tuple[str, ...]
    detections: Callable[[Path, Around], DetectionWriter] | None = None
    tracks: Callable[[Path, Around], TrackWriter] | None = None


WRITTEN = (
    Written(
        "detections",
        "JSON lines",
        (".jsonl", ".ndjson"),
        lambda path, around: detection_files.Lines(path),
        lambda path, around: track_files.Lines(path),
    ),
    Written(
        "csv",
        "CSV",
        (".csv",),
        lambda path, around: detection_files.Csv(path, around.receivers),
        lambda path, around: track_files.Csv(path),
    ),
    Written(
        "parquet",
        "Parquet",
        (".parquet",),
        lambda path, around: detection_files.Parquet(path, around.receivers),
        lambda path, around: track_files.Parquet(path),
    ),
    Written(
        "geojson",
        "GeoJSON",
        (".geojson", ".json"),
        lambda path, around: detection_files.GeoJson(path, Places(around.site)),
        lambda path, around: track_files.GeoJson(path),
    ),
    Written(
        "kml",
        "KML",
        (".kml",),
        lambda path, around: detection_files.Kml(path, Places(around.site), around.title),
        lambda path, around: track_files.Kml(path, around.title),
    ),
)


def written_as(path: Path, name: str | None = None) -> Written:
    """Say how a file is written: by name, or else by its ending. Raises RefusedError for others."""
    for known in WRITTEN:
        if known.name == name or (name is None and path.suffix.lower() in known.endings):
            return known
    if name is not None:
        raise RefusedError(f"no format {name!r} is written: choose from {', '.join(names())}")
    endings = " ".join(ending for known in WRITTEN for ending in known.endings)
    raise RefusedError(f"{path.name}: what to write? End its name in one of {endings}, or use --to")


def names() -> list[str]:
    """List the names of what can be written."""
    return [known.name for known in WRITTEN]
