"""How a sensor's measurements arrive: whether they come twice, and in which order.

In: a step's batches. Out: words where a fifth of what came in a window came again or out of order.
Neither makes a sensor worse: what comes twice counts once, and what comes late within the tracker's
patience gives the track that it would have given in time. But whoever looks for a fault in a line
or a network wants to read it.
"""

import msgspec
import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.model.measurements import MeasurementBatch, SensorModel

WINDOW_S = 5.0
SHARE_MIN = 0.2  # of a window's measurements: less is an accident
LEAST = 5  # measurements of a window, to say anything of shares
ROWS_MAX = 512  # looked at of one batch: copies come close together, and a flood must cost little
KEPT = 2_048  # marks of earlier measurements, and up to ROWS_MAX more: seconds of any sensor
# Plots of one scan may come by sectors, in any order; nothing is out of order within this.
SLACK_S = 0.5


class ArrivingMemory(msgspec.Struct, kw_only=True):
    """One sensor's present window and what the last one told.

    recent: marks of measurements as keys, oldest first. newest_ns: the latest time of measurement.
    """

    recent: dict[int, None] = {}
    newest_ns: int = 0
    window_start_ns: int = 0
    count: int = 0
    again: int = 0
    behind: int = 0
    behind_most_s: float = 0.0
    words: str = ""


def take_arriving(memory: ArrivingMemory, model: SensorModel, batch: MeasurementBatch) -> None:
    """Count what came again or out of order in a batch; changes memory."""
    times_ns = batch.t_meas_ns[-ROWS_MAX:].tolist()
    if not times_ns:
        return
    late_s, newest_ns = max(SLACK_S, model.scan_period_s), memory.newest_ns
    for t_ns, mark in zip(times_ns, _marks(batch), strict=True):
        if mark in memory.recent:
            memory.again += 1
            continue
        memory.recent[mark] = None
        behind_s = (newest_ns - t_ns) / NS_PER_S
        if newest_ns and behind_s > late_s:
            memory.behind += 1
            memory.behind_most_s = max(memory.behind_most_s, behind_s)
    memory.count += len(times_ns)
    memory.newest_ns = max(newest_ns, *times_ns)
    if len(memory.recent) > KEPT + ROWS_MAX:
        memory.recent = dict.fromkeys(list(memory.recent)[-KEPT:])


def close_window(memory: ArrivingMemory, now_ns: int) -> None:
    """Put the window that is over into words, and begin the next; changes memory."""
    if now_ns - memory.window_start_ns < WINDOW_S * NS_PER_S:
        return
    if memory.count:
        memory.words = _words(memory)
    memory.window_start_ns = now_ns
    memory.count = memory.again = memory.behind = 0
    memory.behind_most_s = 0.0


def _words(memory: ArrivingMemory) -> str:
    new = max(memory.count - memory.again, 1)
    parts = []
    if memory.again >= max(LEAST, SHARE_MIN * memory.count):
        parts.append(f"says things {1.0 + memory.again / new:.1f} times on average, counted once")
    if memory.behind >= max(LEAST, SHARE_MIN * new):
        parts.append(f"its reports come out of order, up to {memory.behind_most_s:.1f} s behind")
    return "; ".join(parts)


def _marks(batch: MeasurementBatch) -> list[int]:
    """Give a 64-bit mark of time and measured values of each of the last rows.

    Python's hash of whole numbers is the same in every process.
    """
    values = np.ascontiguousarray(batch.z[-ROWS_MAX:]).view(np.int64)
    times_ns = batch.t_meas_ns[-ROWS_MAX:]
    return [hash((t, *row)) for t, row in zip(times_ns.tolist(), values.tolist(), strict=True)]
