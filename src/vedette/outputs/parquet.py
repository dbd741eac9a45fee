"""Tracks and truth as Parquet files: one row an object and an instant, for any analysis tool.

In: the published picture (tracks) or the simulator's objects (truth). Out: `tracks.parquet`,
`truth.parquet`, written in row groups as they come, so a long session needs no memory. The column
names are a promise to other tools (docs/formats.md); they are checked when a file is read.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.geo import SiteFrame
from vedette.model.compact import RecordedPicture
from vedette.model.enums import TrackStatus

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

ROW_GROUP_ROWS = 50_000  # about 5 MB before compression: a second of writing at most
SOURCE_AGE_MAX_S = 10.0  # a sensor counts as a source of a track this long after contributing

KINEMATIC_COLUMNS = (
    "lat_deg",
    "lon_deg",
    "hae_m",
    "east_m",
    "north_m",
    "up_m",
    "v_east_mps",
    "v_north_mps",
    "v_up_mps",
)
SIGMA_COLUMNS = ("sigma_east_m", "sigma_north_m", "sigma_up_m")
TRACKS_SCHEMA = pa.schema(
    [("t_ns", pa.int64()), ("track_id", pa.int64())]
    + [(name, pa.float64()) for name in KINEMATIC_COLUMNS]
    + [(name, pa.float64()) for name in SIGMA_COLUMNS]
    + [("existence_prob", pa.float64()), ("status", pa.string()), ("identity", pa.string())]
    + [("class", pa.string()), ("class_prob", pa.float64()), ("sources", pa.list_(pa.string()))]
)
TRUTH_SCHEMA = pa.schema(
    [("t_ns", pa.int64()), ("object_id", pa.string())]
    + [(name, pa.float64()) for name in KINEMATIC_COLUMNS]
    + [("class", pa.string()), ("identity", pa.string()), ("subclass", pa.string())]
)


class Rows:
    """Collects columns of one schema and writes them in row groups."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Open `path` for writing; rows must fit `schema`."""
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._pending: list[pa.RecordBatch] = []
        self._rows = 0

    def append(self, columns: dict[str, Any]) -> None:
        """Take the columns of some rows, in any order of names."""
        arrays = [
            pa.array(columns[field.name], type=field.type, from_pandas=False)
            for field in self._schema
        ]
        self._pending.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._rows += len(arrays[0])
        if self._rows >= ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        """Write what is pending as one row group."""
        if self._pending:
            table = pa.Table.from_batches(self._pending, schema=self._schema)
            self._writer.write_table(table.combine_chunks())
        self._pending, self._rows = [], 0

    def close(self, notes: dict[str, Any] | None = None) -> None:
        """Write the rest and the notes (JSON beside the schema), and close the file."""
        self._flush()
        if notes:
            self._writer.add_key_value_metadata({"vedette": json.dumps(notes, sort_keys=True)})
        self._writer.close()


class TracksWriter:
    """Writes `tracks.parquet` from compact pictures. A context manager, or call `close`."""

    def __init__(self, path: Path, frame: SiteFrame, sensor_ids: list[str]) -> None:
        """Open `path`; `frame` is the site's, `sensor_ids` in the order of the site file."""
        self._rows = Rows(path, TRACKS_SCHEMA)
        self._frame = frame
        self._sensor_ids = sensor_ids

    def append(self, picture: RecordedPicture) -> None:
        """Write one row for each track of the picture, at the picture's time."""
        if len(picture.track_id):
            self._rows.append(track_columns(picture, self._frame, self._sensor_ids))

    def close(self) -> None:
        """Write what is pending and close the file."""
        self._rows.close()

    def __enter__(self) -> "TracksWriter":
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, so that what was written so far can be read."""
        self.close()


def track_columns(
    picture: RecordedPicture, frame: SiteFrame, sensor_ids: list[str]
) -> dict[str, Any]:
    """Turn the rows of a compact picture into the columns of `tracks.parquet`.

    Positions in the site's ENU and WGS-84. sources: sensors that contributed within the last 10 s,
    in site-file order.
    """
    sigma_enu_m = picture.sigma_enu_m
    return {
        "t_ns": np.full(len(picture.track_id), picture.t_ns, np.int64),
        "track_id": picture.track_id.copy(),
        **_kinematic_columns(picture.state_enu, frame),
        **{f"sigma_{axis}_m": sigma_enu_m[:, k] for k, axis in enumerate(("east", "north", "up"))},
        "existence_prob": picture.existence_prob.copy(),
        "status": [TrackStatus(int(s)).name.lower() for s in picture.status],
        "identity": picture.identity,
        "class": picture.object_class,
        "class_prob": picture.class_prob,
        "sources": _sources(picture.sensor_updated_ns, picture.t_ns, sensor_ids),
    }


def _kinematic_columns(state_enu: F64, frame: SiteFrame) -> dict[str, F64]:
    """Name the columns of (N, 6) states, with their WGS-84 place beside them."""
    lat_deg, lon_deg, hae_m = frame.geo_deg_from_enu(
        state_enu[:, 0], state_enu[:, 1], state_enu[:, 2]
    )
    columns = [lat_deg, lon_deg, hae_m, *(state_enu[:, k] for k in range(6))]
    return {
        name: np.ascontiguousarray(column)
        for name, column in zip(KINEMATIC_COLUMNS, columns, strict=True)
    }


def _sources(updated_ns: I64, now_ns: int, sensor_ids: list[str]) -> list[list[str]]:
    """Name the sensors that contributed recently, a list for each track."""
    oldest_ns = now_ns - int(SOURCE_AGE_MAX_S * NS_PER_S)
    recent = (updated_ns > 0) & (updated_ns >= oldest_ns)
    return [[sensor_ids[k] for k in np.flatnonzero(row)] for row in recent]


class TruthWriter:
    """Writes `truth.parquet` from the simulator's (or a replayed flight's) objects."""

    def __init__(self, path: Path, frame: SiteFrame) -> None:
        """Open `path`; `frame` is the site's."""
        self._rows = Rows(path, TRUTH_SCHEMA)
        self._frame = frame

    def append(
        self,
        t_ns: int | I64,
        object_ids: list[str],
        state_enu: F64,
        classes: list[str],
        identities: list[str],
        subclasses: list[str],
    ) -> None:
        """Write one row for each object. state_enu (N, 6): position and velocity, m and m/s.

        t_ns: one instant for all rows or (N,). Nothing is written for no objects.
        """
        count = len(object_ids)
        if count == 0:
            return
        self._rows.append(
            {
                "t_ns": np.broadcast_to(np.asarray(t_ns, np.int64), (count,)).copy(),
                "object_id": object_ids,
                **_kinematic_columns(np.asarray(state_enu, np.float64), self._frame),
                "class": classes,
                "identity": identities,
                "subclass": subclasses,
            }
        )

    def close(self, notes: dict[str, Any] | None = None) -> None:
        """Close the file. notes: JSON beside the schema, such as how each object ended."""
        self._rows.close(notes)


@dataclass(slots=True)
class TrackRows:
    """The rows of a `tracks.parquet`, ordered by time. state_enu (N, 6) m, m/s.

    sigma_enu_m (N, 3): one standard deviation of the position; class_prob (N,): of the class named.
    None where the file does not say; NaN where a row does not.
    """

    t_ns: I64
    track_id: I64
    state_enu: F64
    identity: list[str]
    object_class: list[str]
    sigma_enu_m: F64 | None = None
    class_prob: F64 | None = None


@dataclass(slots=True)
class TruthRows:
    """The rows of a `truth.parquet`, ordered by object and time. state_enu (N, 6) m, m/s.

    object_index (N,) into object_ids; classes, identities: one for each object. notes: what the
    writer left beside the table, such as how each object ended.
    """

    t_ns: I64
    object_index: I64
    state_enu: F64
    object_ids: list[str]
    classes: list[str]
    identities: list[str]
    notes: dict[str, Any]


def read_tracks(path: Path) -> TrackRows:
    """Read a `tracks.parquet`, ordered by time, then track. RefusedError where it is not one."""
    names = ("t_ns", "track_id", *KINEMATIC_COLUMNS[3:], "identity", "class")
    table = _read(path, names, (*SIGMA_COLUMNS, "class_prob"))
    t_ns, track_id = _integers(table, "t_ns"), _integers(table, "track_id")
    order = np.lexsort((track_id, t_ns))
    prob = _optional(table, ("class_prob",), order)
    return TrackRows(
        t_ns=t_ns[order],
        track_id=track_id[order],
        state_enu=_states(table)[order],
        identity=_strings(table, "identity", order),
        object_class=_strings(table, "class", order),
        sigma_enu_m=_optional(table, SIGMA_COLUMNS, order),
        class_prob=None
        if (prob := _optional(table, ("class_prob",), order)) is None
        else prob[:, 0],
    )


def read_truth(path: Path) -> TruthRows:
    """Read a `truth.parquet`, ordered by object, then time. RefusedError where it is not one."""
    names = ("t_ns", "object_id", *KINEMATIC_COLUMNS[3:], "class", "identity")
    table = _read(path, names)
    t_ns = _integers(table, "t_ns")
    labels = np.array([str(value) for value in table.column("object_id").to_pylist()], dtype=object)
    object_ids = sorted(set(labels))
    number = {name: k for k, name in enumerate(object_ids)}
    index = np.array([number[name] for name in labels], np.int64)
    order = np.lexsort((t_ns, index))
    first = order[np.searchsorted(index[order], np.arange(len(object_ids)))]
    notes = (table.schema.metadata or {}).get(b"vedette", b"{}")
    return TruthRows(
        t_ns=t_ns[order],
        object_index=index[order],
        state_enu=_states(table)[order],
        object_ids=object_ids,
        classes=_strings(table, "class", first),
        identities=_strings(table, "identity", first),
        notes=json.loads(notes),
    )


def _read(path: Path, names: tuple[str, ...], optional: tuple[str, ...] = ()) -> pa.Table:
    """Read the named columns and the optional ones that are there, or say what is wrong."""
    try:
        file = pq.ParquetFile(path)
        there = file.schema_arrow.names
        missing = [name for name in names if name not in there]
        if missing:
            raise RefusedError(f"{path}: no column {', '.join(missing)}")
        return file.read(columns=[*names, *(name for name in optional if name in there)])
    except (pa.ArrowException, OSError) as error:
        raise RefusedError(f"{path}: not a readable Parquet file ({error})") from error


def _integers(table: pa.Table, name: str) -> I64:
    """Take a column of whole numbers."""
    try:
        column = table.column(name).cast(pa.int64())
    except pa.ArrowException as error:
        raise RefusedError(f"column {name}: whole numbers are needed ({error})") from error
    if column.null_count:
        raise RefusedError(f"column {name}: {column.null_count} values are missing")
    return np.ascontiguousarray(column.to_numpy(), np.int64)


def _states(table: pa.Table) -> F64:
    """Take position and velocity as (N, 6); a missing value is NaN."""
    return _numbers(table, KINEMATIC_COLUMNS[3:])


def _optional(table: pa.Table, names: tuple[str, ...], rows: I64) -> F64 | None:
    """Take some rows of columns of numbers, None unless all of the columns are there."""
    if any(name not in table.column_names for name in names):
        return None
    return _numbers(table, names)[rows]


def _numbers(table: pa.Table, names: tuple[str, ...]) -> F64:
    """Take columns of numbers as (N, len(names)); a missing value is NaN."""
    try:
        columns = [table.column(name).cast(pa.float64()).to_numpy() for name in names]
    except pa.ArrowException as error:
        raise RefusedError(f"columns {', '.join(names)}: must be numbers ({error})") from error
    return np.ascontiguousarray(np.stack(columns, axis=1), np.float64)


def _strings(table: pa.Table, name: str, rows: I64) -> list[str]:
    """Take some rows of a column of words."""
    values = table.column(name).to_pylist()
    return [str(values[int(k)]) for k in rows]
