"""Pieces of one sensor's look put together again, so that how a batch was cut does not matter.

A look says once of each object whether it was seen. In two pieces it would be two looks, and what
is in the second piece would first count as missed.
"""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from vedette.model.measurements import MeasurementBatch

_COLUMNS = tuple(f.name for f in fields(MeasurementBatch) if f.name not in ("sensor_index", "kind"))


def gather(batches: Sequence[MeasurementBatch]) -> list[MeasurementBatch]:
    """Join the batches of one sensor and kind into one, sorted by time, in order of first sight.

    Measurements of one time keep the order in which they came. A batch alone is left as it is.
    """
    pieces: dict[tuple[int, int], list[MeasurementBatch]] = {}
    for batch in batches:
        pieces.setdefault((batch.sensor_index, int(batch.kind)), []).append(batch)
    return [same[0] if len(same) == 1 else _joined(same) for same in pieces.values()]


def _joined(same: list[MeasurementBatch]) -> MeasurementBatch:
    order = np.argsort(np.concatenate([b.t_meas_ns for b in same]), kind="stable")
    columns = {
        name: np.ascontiguousarray(np.concatenate([getattr(b, name) for b in same])[order])
        for name in _COLUMNS
    }
    return MeasurementBatch(sensor_index=same[0].sensor_index, kind=same[0].kind, **columns)
