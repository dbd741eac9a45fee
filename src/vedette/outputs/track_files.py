"""Tracks as files: JSON lines, CSV, Parquet, and lines on a map (GeoJSON, KML).

In: columns of `tracks.parquet`, some rows at a time. Out: tables row by row as they come; a map
holds one line a track, so it is kept until the end, ROWS_MAX points at most.
"""

import csv
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from vedette.base.errors import RefusedError
from vedette.base.rfc3339 import format_rfc3339
from vedette.outputs.markup import KML_FOOT, kml_head, track
from vedette.outputs.parquet import TRACKS_SCHEMA, Rows

ROWS_MAX = 20_000_000  # points of a map: 32 bytes each, and beyond it no viewer opens the file
BATCH_ROWS = 16_384
NAMES = tuple(field_.name for field_ in TRACKS_SCHEMA)
Columns = Mapping[str, Any]


def read_columns(path: Path) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Read a `tracks.parquet` some rows at a time: columns, rows done, rows in all.

    Raises RefusedError where it is none.
    """
    try:
        file = pq.ParquetFile(path)
        missing = [name for name in NAMES if name not in file.schema_arrow.names]
        if missing:
            raise RefusedError(f"{path}: no column {', '.join(missing)}: not a tracks.parquet")
        done, total = 0, file.metadata.num_rows
        for batch in file.iter_batches(BATCH_ROWS, columns=list(NAMES)):
            columns = pa.Table.from_batches([batch]).cast(TRACKS_SCHEMA).to_pydict()
            done += batch.num_rows
            yield columns, done, total
    except (pa.ArrowException, OSError) as error:
        raise RefusedError(f"{path}: not a readable Parquet file ({error})") from error


def is_tracks(path: Path) -> bool:
    """Say whether a Parquet file holds tracks and no detections."""
    try:
        names = pq.ParquetFile(path).schema_arrow.names
    except (pa.ArrowException, OSError):
        return False
    return "track_id" in names and "sensor" not in names


class Parquet:
    """Tracks as `tracks.parquet`."""

    def __init__(self, path: Path) -> None:
        """Open `path`."""
        self._rows = Rows(path, TRACKS_SCHEMA)

    def append(self, columns: Columns) -> None:
        """Write some rows."""
        self._rows.append(dict(columns))

    def close(self) -> None:
        """Close the file."""
        self._rows.close()


class Lines:
    """Tracks as JSON lines, one a track and instant, keys as the columns."""

    def __init__(self, path: Path) -> None:
        """Open `path`."""
        self._file = path.open("wb")

    def append(self, columns: Columns) -> None:
        """Write some rows."""
        for row in rows_of(columns):
            self._file.write(msgspec.json.encode(dict(zip(NAMES, row, strict=True))) + b"\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Csv:
    """Tracks as CSV; the sources of a row are joined by blanks."""

    def __init__(self, path: Path) -> None:
        """Open `path`."""
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(NAMES)

    def append(self, columns: Columns) -> None:
        """Write some rows."""
        for row in rows_of(columns):
            self._writer.writerow([*row[:-1], " ".join(row[-1])])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def rows_of(columns: Columns) -> Iterator[tuple[Any, ...]]:
    """Give the rows of some columns, plain Python values, in the order of NAMES."""
    lists = [getattr(columns[name], "tolist", lambda name=name: columns[name])() for name in NAMES]
    return zip(*lists, strict=True)


@dataclass(slots=True)
class _Path:
    """One track's points, and what was last said of it."""

    t_ns: "array[int]" = field(default_factory=lambda: array("q"))
    places: "array[float]" = field(default_factory=lambda: array("d"))  # lat, lon, hae in turn
    identity: str = ""
    object_class: str = ""
    class_prob: float = 0.0


class Map:
    """What GeoJSON and KML share: one line a track."""

    def __init__(self) -> None:
        """Begin without a track."""
        self._paths: dict[int, _Path] = {}
        self._rows = 0

    def append(self, columns: Columns) -> None:
        """Take some rows. Raises RefusedError beyond ROWS_MAX."""
        self._rows += len(columns["t_ns"])
        if self._rows > ROWS_MAX:
            raise RefusedError(
                f"more than {ROWS_MAX:,} points: choose Parquet, CSV or JSON lines for so many"
            )
        wanted = ("track_id", "t_ns", "lat_deg", "lon_deg", "hae_m")
        said = ("identity", "class", "class_prob")
        for number, t_ns, lat, lon, hae, identity, named, prob in zip(
            *(columns[name] for name in (*wanted, *said)), strict=True
        ):
            path = self._paths.setdefault(int(number), _Path())
            path.t_ns.append(int(t_ns))
            path.places.extend((lat, lon, hae))
            path.identity, path.object_class, path.class_prob = identity, named, prob

    def _lines(self) -> Iterator[tuple[int, _Path, dict[str, Any]]]:
        for number in sorted(self._paths):
            path = self._paths[number]
            yield (
                number,
                path,
                {
                    "track_id": number,
                    "name": f"T{number:04d}",
                    "identity": path.identity,
                    "class": path.object_class,
                    "class_prob": path.class_prob,
                    "begin": format_rfc3339(path.t_ns[0]),
                    "end": format_rfc3339(path.t_ns[-1]),
                },
            )


class GeoJson(Map):
    """Tracks as lines of a GeoJSON feature collection; `coordTimes` has the time of each point."""

    def __init__(self, path: Path) -> None:
        """Open `path`."""
        super().__init__()
        self._file = path.open("wb")

    def close(self) -> None:
        """Write the collection and close the file."""
        between = b'{"type":"FeatureCollection","features":[\n'
        for _, path, properties in self._lines():
            self._file.write(between + msgspec.json.encode(_feature(path, properties)))
            between = b",\n"
        self._file.write((b"" if self._paths else between) + b"\n]}\n")
        self._file.close()


def _feature(path: _Path, properties: dict[str, Any]) -> dict[str, Any]:
    points = [[lon, lat, hae] for lat, lon, hae in _points(path.places)]
    line: dict[str, Any] = {"type": "LineString", "coordinates": points}
    if len(points) == 1:
        line = {"type": "Point", "coordinates": points[0]}
    times = [format_rfc3339(t_ns) for t_ns in path.t_ns]
    return {"type": "Feature", "geometry": line, "properties": properties | {"coordTimes": times}}


def _points(places: Sequence[float]) -> Iterator[tuple[float, float, float]]:
    return zip(places[0::3], places[1::3], places[2::3], strict=True)


class Kml(Map):
    """Tracks as moving objects of a KML document."""

    def __init__(self, path: Path, title: str) -> None:
        """Open `path`; title: of the document."""
        super().__init__()
        self._file = path.open("w", encoding="utf-8")
        self._title = title

    def close(self) -> None:
        """Write the document and close the file."""
        self._file.write(kml_head(self._title))
        for number, path, properties in self._lines():
            points = [
                (t_ns, *place) for t_ns, place in zip(path.t_ns, _points(path.places), strict=True)
            ]
            track(self._file, f"T{number:04d}", path.identity, points, properties)
        self._file.write(KML_FOOT)
        self._file.close()
