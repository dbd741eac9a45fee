"""Detection: one JSON object a line, the generic door for any sensor; also CSV and Parquet."""

from vedette.codecs.detections.read import LINE_BYTES_MAX, read_line, read_row
from vedette.codecs.detections.tables import TableFault, flat_row, read_csv, read_parquet
from vedette.codecs.detections.wire import COLUMNS, Wire
from vedette.codecs.detections.write import (
    ROW,
    encode_detection,
    encode_detection_line,
    flat_detection,
    row_of,
)

__all__ = [
    "COLUMNS",
    "LINE_BYTES_MAX",
    "ROW",
    "TableFault",
    "Wire",
    "encode_detection",
    "encode_detection_line",
    "flat_detection",
    "flat_row",
    "read_csv",
    "read_line",
    "read_parquet",
    "read_row",
    "row_of",
]
