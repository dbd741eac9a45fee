"""Detections as CSV and Parquet: the same names, nested keys joined by a dot (`sigma.range_m`)."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.detections.read import LINE_BYTES_MAX, read_row
from vedette.codecs.detections.wire import ARRIVALS_KEY, COLUMNS
from vedette.model.reports import Detection

TEXT_COLUMNS = frozenset({"time", "sensor", "micro_doppler"})
WHOLE_COLUMNS = frozenset({"t_ns", "t_recv_ns"})  # and arrivals
ROWS_AT_ONCE = 4096
ROW_GROUP_BYTES_MAX = 1 << 28  # what a hostile Parquet file may make us unpack at once
_NAMES = frozenset(COLUMNS)
_STRUCTS = ("sigma", "class", "claims", ARRIVALS_KEY)
_ARRIVAL_COLUMN = re.compile(rf"{ARRIVALS_KEY}\.[a-z0-9][a-z0-9_\-]{{0,47}}", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)


class TableFault(NamedTuple):
    """Which line (CSV) or row (Parquet) is refused, and why. Line 1 is the header."""

    number: int
    reason: str
    detail: str


def read_csv(lines: Iterable[bytes]) -> Iterator[tuple[int, Detection | TableFault]]:
    """Read CSV lines, the header first; give (line number, report or fault).

    A bad header ends the reading; a bad line costs itself alone.
    """
    header: list[str] | None = None
    for number, line in enumerate(lines, 1):
        try:
            cells = _cells(line)
            if header is None:
                header = _header(cells)
            elif cells:
                yield number, read_row(_row(header, cells), None)
        except RefusedError as refused:
            reason, detail = refused.args
            yield number, TableFault(number, reason, detail)
            if header is None:
                return


def _cells(line: bytes) -> list[str]:
    if len(line) > LINE_BYTES_MAX:
        raise RefusedError(reasons.TOO_LONG, f"a line above {LINE_BYTES_MAX} bytes")
    if b"\0" in line:
        raise RefusedError(reasons.BAD_TEXT, "NUL in the line")
    try:
        text = line.decode("utf-8").rstrip("\r\n")
        return next(csv.reader([text], strict=True), [])
    except UnicodeDecodeError as error:
        raise RefusedError(reasons.BAD_TEXT, "not UTF-8") from error
    except csv.Error as error:
        raise RefusedError(reasons.BAD_FRAME, f"not CSV: {error}") from error


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().removeprefix("\ufeff") for cell in cells]
    for name in names:
        if not _is_name(name):
            raise RefusedError(reasons.UNKNOWN_KEY, f"column {name!a}")
    if len(set(names)) != len(names):
        raise RefusedError(reasons.BAD_HEADER, "a column stands twice")
    if "sensor" not in names:
        raise RefusedError(reasons.MISSING_KEY, "column 'sensor'")
    return names


def _is_name(name: str) -> bool:
    """Say whether a column is one of ours; each receiver has its own."""
    return name in _NAMES or bool(_ARRIVAL_COLUMN.fullmatch(name))


def _row(header: list[str], cells: list[str]) -> dict[str, object]:
    if len(cells) != len(header):
        raise RefusedError(reasons.BAD_FRAME, f"{len(cells)} cells, {len(header)} columns")
    values: dict[str, object] = {}
    for name, cell in zip(header, cells, strict=True):
        if cell:
            is_text = name in TEXT_COLUMNS or name.startswith("claims.")
            _place(values, name, cell if is_text else _number(name, cell))
    return values


def _number(name: str, cell: str) -> float | int:
    """Read a number as it stands in tables everywhere; int() and float() alone take far more."""
    text = cell.strip()
    is_whole = name in WHOLE_COLUMNS or name.startswith(f"{ARRIVALS_KEY}.")
    shape = _WHOLE if is_whole else _DECIMAL
    if not shape.fullmatch(text):
        raise RefusedError(reasons.BAD_VALUE, f"{name} is {cell[:40]!a}")
    return int(text) if is_whole else float(text)


def _place(values: dict[str, Any], name: str, value: object) -> None:
    outer, dot, inner = name.partition(".")
    if dot:
        values.setdefault(outer, {})[inner] = value
    else:
        values[name] = value


def read_parquet(data: Any) -> Iterator[tuple[int, Detection | TableFault]]:
    """Read a Parquet file, bytes or a pyarrow buffer; give (row number from 1, report or fault).

    Columns may be flat with dots or structs. A file that is no Parquet is one fault, at row 0.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        source = pa.BufferReader(data)
        file = parquet.ParquetFile(source, pre_buffer=False)
        _check_columns([field.name for field in file.schema_arrow])
        _check_types(file.schema_arrow)
        _check_rows(file.metadata.num_rows, source.size())
        for group in range(file.metadata.num_row_groups):
            if file.metadata.row_group(group).total_byte_size > ROW_GROUP_BYTES_MAX:
                raise RefusedError(reasons.TOO_LONG, "a row group above 256 MiB")
        number = 0
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, use_threads=False):
            for row in batch.to_pylist():
                number += 1
                _check_rows(number, source.size())
                yield number, _parquet_row(number, row)
    except RefusedError as refused:
        reason, detail = refused.args
        yield 0, TableFault(0, reason, detail)
    except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        yield 0, TableFault(0, reasons.BAD_FRAME, reasons.plain(f"not Parquet: {error}"))


def _check_columns(names: list[str]) -> None:
    for name in names:
        if not _is_name(name) and name not in _STRUCTS:
            raise RefusedError(reasons.UNKNOWN_KEY, f"column {name!a}")
    if len(set(names)) != len(names):
        raise RefusedError(reasons.BAD_HEADER, "a column stands twice")
    if "sensor" not in names:
        raise RefusedError(reasons.MISSING_KEY, "column 'sensor'")


def _check_rows(count: int, size_bytes: int) -> None:
    """Refuse more rows than bytes: no recording is so small, but a bomb is."""
    if count > size_bytes:
        raise RefusedError(reasons.TOO_LONG, f"{count} rows in {size_bytes} bytes")


def _check_types(schema: Any) -> None:
    """Refuse columns of other types than numbers and texts before any row is unpacked."""
    from pyarrow import types

    for field in schema:
        if field.name in _STRUCTS and types.is_struct(field.type):
            for inner in field.type:
                _check_type(f"{field.name}.{inner.name}", inner.type)
        else:
            _check_type(field.name, field.type)


def _check_type(name: str, kind: Any) -> None:
    from pyarrow import types

    plain = kind.value_type if types.is_dictionary(kind) else kind
    is_text = name in TEXT_COLUMNS or name.startswith("claims.")
    is_good = types.is_null(plain)
    if name not in _STRUCTS:
        is_number = types.is_integer(plain) or types.is_floating(plain)
        is_good |= _is_text(plain) if is_text else is_number
    if not is_good:
        kinds = "a table" if name in _STRUCTS else "a text" if is_text else "a number"
        raise RefusedError(
            reasons.BAD_VALUE, f"column {name[:48]!a} is {str(kind)[:60]}, not {kinds}"
        )


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _parquet_row(number: int, row: Mapping[str, object]) -> Detection | TableFault:
    values: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            value = {key: inner for key, inner in value.items() if inner is not None}
        if value is not None and value != {}:
            _place(values, name, value)
    try:
        return read_row(values, None)
    except RefusedError as refused:
        reason, detail = refused.args
        return TableFault(number, reason, detail)


def flat_row(detection: Mapping[str, object]) -> dict[str, object]:
    """Flatten a Detection object to columns with dots, for a table."""
    flat: dict[str, object] = {}
    for key, value in detection.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{inner}": part for inner, part in value.items()}
        else:
            flat[key] = value
    return flat
