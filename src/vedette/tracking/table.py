"""The bank's confirmed tracks, predicted to now, as the table every later stage reads."""

import numpy as np

from vedette.kernels.bernoulli import publish
from vedette.kernels.look import confirmed
from vedette.model.measurements import F64, I64
from vedette.tracking.associate import parameters
from vedette.tracking.parts import in_parts
from vedette.tracking.state import TrackerState, grow_table


def states_at(state: TrackerState, rows: I64, now_ns: int) -> tuple[F64, F64]:
    """Give mean (K, 6) and covariance (K, 6, 6) of the bank's rows at now_ns."""
    mean, cov, _, _ = motion_at(state, rows, now_ns)
    return mean, cov


def motion_at(state: TrackerState, rows: I64, now_ns: int) -> tuple[F64, F64, F64, F64]:
    """Give mean (K, 6), covariance (K, 6, 6), mode probabilities (K, M) and turn rate (K,)."""
    modes = state.settings.motion.shape[0]
    room = (
        np.empty((len(rows), 6)), np.empty((len(rows), 6, 6)), np.empty((len(rows), modes)),
        np.empty(len(rows)),
    )  # fmt: skip
    _publish(state, rows, now_ns, *room)
    return room


def _publish(
    state: TrackerState, rows: I64, now_ns: int, mean: F64, cov: F64, modes: F64, turning: F64
) -> None:
    """Write what `motion_at` gives into arrays that are there."""
    bank = state.bank
    motion, bounds = parameters(state)

    def move(low: int, high: int) -> None:
        publish(
            rows[low:high], now_ns, bank.t_ns, bank.x, bank.P, bank.mode_prob, bank.height_seen,
            motion, bounds, mean[low:high], cov[low:high], modes[low:high], turning[low:high],
        )  # fmt: skip

    in_parts(len(rows), state.settings.threads, move)


def fill_table(state: TrackerState, now_ns: int) -> None:
    """Write all confirmed and coasting tracks into state.table, ordered by number."""
    bank, table = state.bank, state.table
    rows = confirmed(bank.count, bank.track_id, bank.track_id)
    n = len(rows)
    grow_table(table, n, state.tracks_max)
    table.count, table.t_ns = n, now_ns
    if n == 0:
        return
    table.track_id[:n] = bank.track_id[rows]
    _publish(
        state, rows, now_ns, table.state_enu[:n], table.cov_enu[:n], table.mode_prob[:n],
        table.turn_rate_radps[:n],
    )  # fmt: skip
    table.existence_prob[:n] = bank.existence[rows]
    table.status[:n] = bank.status[rows]
    table.started_ns[:n] = bank.started_ns[rows]
    table.updated_ns[:n] = bank.updated_ns[rows]
    table.sensor_updated_ns[:n] = bank.hit_ns[rows]
    table.height_observed[:n] = bank.height_seen[rows]
