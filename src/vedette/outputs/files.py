"""What can be written of a recording: the one list that `vedette convert` goes through.

What a writer is: `outputs/writing.py`. A writer of a table of detections also has `missing`, the
receivers that need columns of their own: it then wants all again with these. To add a format, write
either or both and list it in WRITTEN.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vedette.base.errors import RefusedError
from vedette.codecs.capture_write import RAW_IP
from vedette.codecs.formats import ALSO
from vedette.outputs import detection_files, track_files, track_wire_files, wire_files
from vedette.outputs.places import Places
from vedette.outputs.writing import Around, Capture, DetectionWriter, TrackWriter


@dataclass(slots=True, frozen=True)
class Written:
    """A format that can be written. detections, tracks: open a writer; None: it holds none.

    signs: its writer of detections takes signs of life too.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    detections: Callable[[Path, Around], DetectionWriter] | None = None
    tracks: Callable[[Path, Around], TrackWriter] | None = None
    signs: bool = False


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
    Written(
        "ast",
        "ASTERIX data blocks",
        (".ast",),
        wire_files.Asterix,
        track_wire_files.AsterixTracks,
        signs=True,
    ),
    Written(
        "pcap",
        "a capture of ASTERIX",
        (".pcap", ".cap"),
        lambda path, around: wire_files.Asterix(path, around, Capture(RAW_IP)),
        lambda path, around: track_wire_files.AsterixTracks(path, around, Capture(RAW_IP)),
        signs=True,
    ),
    Written(
        "pcapng",
        "a capture of ASTERIX",
        (".pcapng",),
        lambda path, around: wire_files.Asterix(path, around, Capture(RAW_IP, is_ng=True)),
        lambda path, around: track_wire_files.AsterixTracks(
            path, around, Capture(RAW_IP, is_ng=True)
        ),
        signs=True,
    ),
    Written(
        "beast",
        "Mode S frames (Beast)",
        (".beast",),
        lambda path, around: wire_files.ModeS(path, around, is_text=False),
    ),
    Written(
        "avr",
        "Mode S frames (AVR)",
        (".avr",),
        lambda path, around: wire_files.ModeS(path, around, is_text=True),
    ),
    Written("sbs", "BaseStation lines (SBS-1)", (".sbs",), wire_files.Sbs),
    Written(
        "cot",
        "Cursor on Target, XML lines",
        (".cot",),
        wire_files.Cot,
        track_wire_files.CotTracks,
    ),
    Written(
        "cot-pcap",
        "a capture of Cursor on Target",
        (),
        lambda path, around: wire_files.Cot(path, around, Capture(RAW_IP)),
        lambda path, around: track_wire_files.CotTracks(path, around, Capture(RAW_IP)),
    ),
    Written(
        "sapient",
        "SAPIENT as on the wire",
        (".sapient",),
        lambda path, around: wire_files.Sapient(path, around, is_text=False),
        signs=True,
    ),
    Written(
        "sapient-json",
        "SAPIENT, a JSON object a line",
        (),
        lambda path, around: wire_files.Sapient(path, around, is_text=True),
        signs=True,
    ),
    Written(
        "remote-id-pcap",
        "a capture of Remote ID beacons",
        (),
        lambda path, around: wire_files.RemoteId(path, around, Capture(wire_files.RADIO)),
    ),
)


def written_as(path: Path, name: str | None = None) -> Written:
    """Say how a file is written: by name, or else by its ending. Raises RefusedError for others."""
    name = None if name is None else ALSO.get(name, name)
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
