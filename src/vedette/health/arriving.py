"""How a sensor's measurements arrive: whether they come twice, and in which order.

In: a step's batches. Out: words where a fifth of what came in a window came again or out of order.
Neither makes a sensor worse: what comes twice counts once, and what comes late within the tracker's
patience gives the track that it would have given in time. But whoever looks for a fault in a line
or a network wants to read it.
"""

import msgspec
import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.model.measurements import I64, MeasurementBatch, SensorModel

WINDOW_S = 5.0
SHARE_MIN = 0.2  # of a window's measurements: less is an accident
LEAST = 5  # measurements of a window, to say anything of shares
ROWS_MAX = 512  # looked at of one batch: copies come close together, and a flood must cost little
KEPT = 2_048  # marks of earlier measurements: seconds of any sensor
# Plots of one scan may come by sectors, in any order; nothing is out of order within this.
SLACK_S = 0.5
_MIX = np.int64(-7_046_029_254_386_353_131)  # Knuth's multiplier for 64 bits, odd


class ArrivingMemory(msgspec.Struct, kw_only=True):
    """One sensor's present window and what the last one told.

    recent: marks of measurements, oldest first. newest_ns: the latest time of measurement so far.
    """

    recent: list[int] = []
    newest_ns: int = 0
    window_start_ns: int = 0
    count: int = 0
    again: int = 0
    behind: int = 0
    behind_most_s: float = 0.0
    words: str = ""


def take_arriving(memory: ArrivingMemory, model: SensorModel, batch: MeasurementBatch) -> None:
    """Count what came again or out of order in a batch; changes memory."""
    t_ns = batch.t_meas_ns[-ROWS_MAX:]
    if len(t_ns) == 0:
        return
    marks, firsts = np.unique(_marks(batch), return_index=True)
    known = np.isin(marks, np.array(memory.recent, np.int64))
    memory.count += len(t_ns)
    memory.again += len(t_ns) - len(marks) + int(known.sum())
    fresh = np.sort(firsts[~known])
    behind_s = (memory.newest_ns - t_ns[fresh]) / NS_PER_S
    late = behind_s > max(SLACK_S, model.scan_period_s)
    if memory.newest_ns and late.any():
        memory.behind += int(late.sum())
        memory.behind_most_s = max(memory.behind_most_s, float(behind_s.max()))
    memory.newest_ns = max(memory.newest_ns, int(t_ns.max()))
    memory.recent = [*memory.recent, *_marks(batch)[fresh].tolist()][-KEPT:]


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


def _marks(batch: MeasurementBatch) -> I64:
    """Give a 64-bit mark of time and measured values of each of the last rows."""
    marks: I64 = batch.t_meas_ns[-ROWS_MAX:] * _MIX
    values = np.ascontiguousarray(batch.z[-ROWS_MAX:]).view(np.int64)
    for column in values.T:
        marks = (marks ^ column) * _MIX
        marks = marks ^ (marks >> 29)
    return marks
