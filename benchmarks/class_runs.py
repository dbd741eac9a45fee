"""Flights under a simulated radar, many at once, through the tracker of the live pipeline.

In: pieces of flight. Out: at every second the table of tracks, and which track is on which piece.
The pieces are flown SPACING_M apart, so that they do not meet; the radar gives places with one
sigma in every direction, misses some, and invents some.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from benchmarks.class_flights import F64, Piece
from vedette import tracking
from vedette.model.tracks import TrackTable

NS = 1_000_000_000
SPACING_M = 40_000.0
HEIGHT_M = 300.0  # of every piece, at its start
NEAR_M = 400.0
LATE_S = 0.4  # a piece that is not begun at a whole second of its recording


class Scan(NamedTuple):
    """One second: since_s from the start; track (P,): which track is on each piece, -1 none."""

    since_s: float
    now_ns: int
    table: TrackTable
    track: np.ndarray


def fly(
    pieces: list[Piece],
    sigma_m: float,
    seed: int,
    *,
    period_s: float = 1.0,
    detection_prob: float = 0.9,
    length_s: float = 60.0,
) -> Iterator[Scan]:
    """Fly the pieces side by side and give the tracker's table after each scan."""
    rng = np.random.default_rng(seed)
    across = int(np.ceil(np.sqrt(len(pieces))))
    grid = np.array([divmod(i, across) for i in range(len(pieces))]) - 0.5 * (across - 1)
    origin = np.column_stack([grid * SPACING_M, np.full(len(pieces), HEIGHT_M)])
    radius = SPACING_M * (across + 1)
    radar = tracking.position_sensor(
        detection_prob=detection_prob,
        clutter_per_scan=1e-3 * len(pieces),
        radius_m=radius,
        scan_period_s=period_s,
    )
    state = tracking.open_tracker([radar])
    times = np.arange(0.0, length_s + 1e-6, period_s)
    paths = np.stack([piece.at(times) for piece in pieces]) + origin[:, None]
    ends = np.array([piece.length_s for piece in pieces])
    for k, since_s in enumerate(times.tolist()):
        now_ns = NS + round(since_s * NS)
        seen = (rng.random(len(pieces)) < detection_prob) & (since_s <= ends + LATE_S)
        z = (paths[:, k] + sigma_m * rng.normal(size=(len(pieces), 3)))[seen]
        batch = tracking.position_batch(0, now_ns / NS, z, sigma_m)
        batch.t_meas_ns[:] = now_ns
        tracking.advance(state, [batch] if len(z) else [], [], now_ns)
        yield Scan(since_s, now_ns, state.table, _on(state.table, paths[:, k], origin, across))


def _on(table: TrackTable, true: F64, origin: F64, across: int) -> np.ndarray:
    """Find the track on each piece: the nearest in its own square."""
    own = np.full(len(true), -1)
    best = np.full(len(true), NEAR_M)
    places = table.state_enu[: table.count, :3]
    cell = np.rint(places[:, :2] / SPACING_M + 0.5 * (across - 1)).astype(int)
    number = cell[:, 0] * across + cell[:, 1]
    for row, piece in enumerate(number.tolist()):
        if 0 <= piece < len(true):
            gap = float(np.linalg.norm(places[row] - true[piece]))
            if gap < best[piece]:
                own[piece], best[piece] = int(table.track_id[row]), gap
    return own
