"""Detections as files: JSON lines, CSV, Parquet, and points on a map (GeoJSON, KML).

In: reports, one by one. Out: a file that is written as they come, so a recording of any length
needs no memory. What every writer is: `outputs/writing.py`.
"""

import csv
import io
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from vedette.base.rfc3339 import format_rfc3339
from vedette.codecs.detections import (
    COLUMNS,
    encode_detection_line,
    flat_detection,
)
from vedette.codecs.detections.wire import ARRIVALS_KEY
from vedette.model.reports import ArrivalReport, Detection, SensorStatus
from vedette.outputs.markup import KML_FOOT, kml_head, placemark
from vedette.outputs.places import Places
from vedette.outputs.writing import NO_PLACE, NO_SIGN

ROWS_AT_ONCE = 8192  # of a Parquet row group's batch: some megabytes
WHOLE = ("t_ns", "t_recv_ns")  # columns of whole numbers, beside arrivals
TEXTS = ("sensor",)  # and the claims
_COLUMNS = tuple(name for name in COLUMNS if name != "time")  # t_ns says it exactly


def columns_for(receivers: list[str]) -> list[str]:
    """Name the columns of a table of detections; each receiver of arrivals has one."""
    return [*_COLUMNS, *(f"{ARRIVALS_KEY}.{name}" for name in receivers)]


def unsaid(report: Detection) -> list[str]:
    """List what a detection of ours has no key for."""
    found = [name for name in ("object_ref", "derived") if getattr(report, name, None)]
    if report.claims is not None and report.claims.affiliation is not None:
        found.append("claims.affiliation")
    return [f"{name}: no key for it in a detection" for name in found]


class _Told:
    """What every writer here has: what it left unsaid, and nothing to be told of its file."""

    def __init__(self) -> None:
        self.unsaid: list[str] = []

    @property
    def notes(self) -> list[str]:
        """Nothing."""
        return []


class Lines(_Told):
    """Detections as JSON lines."""

    def __init__(self, path: Path) -> None:
        """Open `path`."""
        super().__init__()
        self._file = path.open("wb")

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one; every detection fits."""
        if isinstance(report, SensorStatus):
            return NO_SIGN
        self.unsaid = unsaid(report)
        self._file.write(encode_detection_line(report, stated=True))
        return ""

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Table(_Told):
    """What CSV and Parquet share: rows of known columns. missing: receivers without a column."""

    def __init__(self, receivers: list[str]) -> None:
        super().__init__()
        self.missing: set[str] = set()
        self._receivers = frozenset(receivers)
        self._names = columns_for(receivers)

    def _row(self, report: Detection) -> dict[str, object] | None:
        """Flatten a detection; None once columns are missing, for then all is written anew."""
        self.unsaid = unsaid(report)
        if isinstance(report, ArrivalReport):
            self.missing.update(report.arrivals_ns.keys() - self._receivers)
        return None if self.missing else flat_detection(report)


class Csv(_Table):
    """Detections as CSV: header first, an empty cell is a missing value."""

    def __init__(self, path: Path, receivers: list[str]) -> None:
        """Open `path`; receivers: whose arrivals have columns."""
        super().__init__(receivers)
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(self._names)

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one; every detection fits."""
        if isinstance(report, SensorStatus):
            return NO_SIGN
        row = self._row(report)
        if row is not None:
            self._writer.writerow([row.get(name) for name in self._names])
        return ""

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Parquet(_Table):
    """Detections as Parquet: the columns of the CSV, typed; nulls are missing values."""

    def __init__(self, path: Path, receivers: list[str]) -> None:
        """Open `path`; receivers: whose arrivals have columns."""
        super().__init__(receivers)
        self._schema = pa.schema([(name, _type_of(name)) for name in self._names])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._count = 0
        self._columns: dict[str, list[object]] = {name: [] for name in self._names}

    def write(self, report: Detection | SensorStatus) -> str:
        """Take one; every detection fits."""
        if isinstance(report, SensorStatus):
            return NO_SIGN
        row = self._row(report)
        if row is not None:
            for name, value in row.items():
                column = self._columns[name]
                column.extend([None] * (self._count - len(column)))  # rows that did not state it
                column.append(value)
            self._count += 1
            if self._count >= ROWS_AT_ONCE:
                self._flush()
        return ""

    def _flush(self) -> None:
        if not self._count:
            return
        arrays = []
        for field in self._schema:
            column = self._columns[field.name]
            column.extend([None] * (self._count - len(column)))
            arrays.append(pa.array(column, field.type))
            column.clear()
        self._count = 0
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        """Write what is pending and close the file."""
        self._flush()
        self._writer.close()


def _type_of(name: str) -> pa.DataType:
    if name in WHOLE or name.startswith(f"{ARRIVALS_KEY}."):
        return pa.int64()
    return pa.string() if name in TEXTS or name.startswith("claims.") else pa.float64()


class GeoJson(_Told):
    """Detections as points of a GeoJSON feature collection (RFC 7946)."""

    def __init__(self, path: Path, places: Places) -> None:
        """Open `path`; places: say where a detection lies."""
        super().__init__()
        self._file = path.open("wb")
        self._places = places
        self._between = b'{"type":"FeatureCollection","features":[\n'

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one, or say why it has no point on a map."""
        if isinstance(report, SensorStatus):
            return NO_SIGN
        self.unsaid = unsaid(report)
        place = self._places.of(report)
        if place is None:
            return NO_PLACE
        point: list[float] = [place.lon_deg, place.lat_deg]
        if place.hae_m is not None:
            point.append(place.hae_m)
        feature = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": point},
            "properties": _properties(report),
        }
        self._file.write(self._between + msgspec.json.encode(feature))
        self._between = b",\n"
        return ""

    def close(self) -> None:
        """End the collection and close the file."""
        head = self._between if self._between != b",\n" else b""
        self._file.write(head + b"\n]}\n")
        self._file.close()


def _properties(report: Detection) -> dict[str, Any]:
    properties: dict[str, Any] = {"time": format_rfc3339(report.t_meas_ns)}
    return properties | flat_detection(report)


class Kml(_Told):
    """Detections as points of a KML document, each with its time."""

    def __init__(self, path: Path, places: Places, title: str) -> None:
        """Open `path`; places: say where a detection lies; title: of the document."""
        super().__init__()
        self._file = path.open("w", encoding="utf-8")
        self._file.write(kml_head(title))
        self._places = places

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one, or say why it has no point on a map."""
        if isinstance(report, SensorStatus):
            return NO_SIGN
        self.unsaid = unsaid(report)
        place = self._places.of(report)
        if place is None:
            return NO_PLACE
        told = io.StringIO()
        placemark(told, report.sensor, place, report.t_meas_ns, _properties(report))
        self._file.write(told.getvalue())
        return ""

    def close(self) -> None:
        """End the document and close the file."""
        self._file.write(KML_FOOT)
        self._file.close()
