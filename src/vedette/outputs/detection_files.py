"""Detections as files: JSON lines, CSV, Parquet, and points on a map (GeoJSON, KML).

In: reports, one by one. Out: a file that is written as they come, so a recording of any length
needs no memory. What every writer is: `outputs/writing.py`.
"""

import csv
import io
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from vedette.base.rfc3339 import format_rfc3339
from vedette.codecs.detections import ROW, encode_detection_line, flat_detection, row_of
from vedette.codecs.detections.csv_lines import csv_line
from vedette.codecs.detections.wire import ARRIVALS_KEY
from vedette.model.reports import ArrivalReport, Detection, Plot, SensorStatus
from vedette.outputs.markup import KML_FOOT, kml_head, placemark
from vedette.outputs.places import Places
from vedette.outputs.writing import NO_PLACE, NO_SIGN

ROWS_AT_ONCE = 256  # of a table; many more would be walked by every collection of garbage
GROUP_ROWS = 8192  # of a Parquet row group: some megabytes
WHOLE = ("t_ns", "t_recv_ns")  # columns of whole numbers, beside arrivals
TEXTS = ("sensor", "micro_doppler")  # and the claims


def columns_for(receivers: list[str]) -> list[str]:
    """Name the columns of a table of detections; each receiver of arrivals has one."""
    return [*ROW, *(f"{ARRIVALS_KEY}.{name}" for name in receivers)]


def unsaid(report: Detection) -> list[str]:
    """List what a detection of ours has no key for."""
    claims = report.claims
    is_claimed = claims is not None and claims.affiliation is not None
    if not is_claimed and isinstance(report, Plot) and not report.object_ref:
        return []  # nearly all
    found = [name for name in ("object_ref", "derived") if getattr(report, name, None)]
    if is_claimed:
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
        self._lines: list[bytes] = []

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one; every detection fits."""
        if isinstance(report, SensorStatus):
            return NO_SIGN
        self.unsaid = unsaid(report)
        self._lines.append(encode_detection_line(report, stated=True))
        if len(self._lines) >= ROWS_AT_ONCE:
            self._flush()
        return ""

    def _flush(self) -> None:
        self._file.write(b"".join(self._lines))
        self._lines.clear()

    def close(self) -> None:
        """Write what is pending and close the file."""
        try:
            self._flush()
        finally:
            self._file.close()


class _Table(_Told, ABC):
    """What CSV and Parquet share: rows of known columns. missing: receivers without a column."""

    def __init__(self, receivers: list[str]) -> None:
        super().__init__()
        self.missing: set[str] = set()
        self._receivers = receivers
        self._names = columns_for(receivers)
        self._no_arrivals = [None] * len(receivers)
        self._rows: list[list[object]] = []

    def write(self, report: Detection | SensorStatus) -> str:
        """Take one; every detection fits. Once columns are missing, none: all is written anew."""
        if isinstance(report, SensorStatus):
            return NO_SIGN
        self.unsaid = unsaid(report)
        row = row_of(report)
        if isinstance(report, ArrivalReport):
            self.missing.update(report.arrivals_ns.keys() - set(self._receivers))
            row += map(report.arrivals_ns.get, self._receivers)
        else:
            row += self._no_arrivals
        self._rows.append(row)
        if len(self._rows) >= ROWS_AT_ONCE:
            self._flush()
        return ""

    def _flush(self) -> None:
        if self._rows and not self.missing:
            self._put(self._rows)
        self._rows.clear()

    @abstractmethod
    def _put(self, rows: list[list[object]]) -> None:
        """Write some rows."""


class Csv(_Table):
    """Detections as CSV: header first, an empty cell is a missing value."""

    def __init__(self, path: Path, receivers: list[str]) -> None:
        """Open `path`; receivers: whose arrivals have columns."""
        super().__init__(receivers)
        self._file = path.open("w", encoding="utf-8", newline="")
        self._end = "," * len(receivers) + "\n"
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(self._names)

    def write(self, report: Detection | SensorStatus) -> str:
        """Take one; every detection fits."""
        line = None
        if isinstance(report, Plot) and not self.missing:
            line = csv_line(report)
            self.unsaid = unsaid(report)
        if line is None:
            return super().write(report)
        if self._rows:
            self._flush()
        self._file.write(f"{line}{self._end}")
        return ""

    def _put(self, rows: list[list[object]]) -> None:
        self._writer.writerows(rows)

    def close(self) -> None:
        """Write what is pending and close the file."""
        self._flush()
        self._file.close()


class Parquet(_Table):
    """Detections as Parquet: the columns of the CSV, typed; nulls are missing values."""

    def __init__(self, path: Path, receivers: list[str]) -> None:
        """Open `path`; receivers: whose arrivals have columns."""
        super().__init__(receivers)
        self._schema = pa.schema([(name, _type_of(name)) for name in self._names])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._columns: list[list[object]] = [[] for _ in self._names]

    def _put(self, rows: list[list[object]]) -> None:
        for column, cells in zip(self._columns, zip(*rows, strict=True), strict=True):
            column.extend(cells)
        if len(self._columns[0]) >= GROUP_ROWS:
            self._write_group()

    def _write_group(self) -> None:
        count = len(self._columns[0])
        arrays = [
            pa.nulls(count, field.type)
            if column[0] is None and column.count(None) == count
            else pa.array(column, field.type)
            for field, column in zip(self._schema, self._columns, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        for column in self._columns:
            column.clear()

    def close(self) -> None:
        """Write what is pending and close the file."""
        self._flush()
        if self._columns[0]:
            self._write_group()
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
