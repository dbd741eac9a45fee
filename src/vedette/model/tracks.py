"""System tracks as a table of arrays: what the tracker holds and every later stage reads."""

from dataclasses import dataclass

import numpy as np

from vedette.model.enums import MotionMode
from vedette.model.measurements import F64, I8, I64


@dataclass(slots=True)
class TrackTable:
    """The confirmed and coasting tracks, rows 0..count-1, ordered by track_id.

    Site ENU frame, SI. state_enu (C, 6): east, north, up, v_east, v_north, v_up, at t_ns (the
    step's now). cov_enu (C, 6, 6). existence_prob (C,). status (C,) of TrackStatus.
    started_ns: when the object was first seen (the first plot of the track); updated_ns: last
    measurement. turn_rate_radps (C,): clockwise positive, as azimuth; NaN: not known. mode_prob
    (C, M): how it moves, one column a `MotionMode`. sensor_updated_ns (C, S): last contribution
    of each sensor (index of the site's sensors), 0: never. height_observed (C,) 1 when some
    sensor observed height. Arrays have fixed capacity C; only [:count] is meaningful.
    """

    count: int
    t_ns: int
    track_id: I64
    state_enu: F64
    cov_enu: F64
    existence_prob: F64
    status: I8
    started_ns: I64
    updated_ns: I64
    turn_rate_radps: F64
    mode_prob: F64
    sensor_updated_ns: I64
    height_observed: I8


@dataclass(slots=True)
class Links:
    """Which report went to which track in this step: track_id, report_index, probability (L,)."""

    track_id: I64
    report_index: I64
    prob: F64


def empty_tracks(capacity: int, sensors: int, modes: int = len(MotionMode)) -> TrackTable:
    """Make a table with no tracks. capacity, sensors, modes: its sizes."""
    return TrackTable(
        count=0,
        t_ns=0,
        track_id=np.zeros(capacity, np.int64),
        state_enu=np.zeros((capacity, 6)),
        cov_enu=np.zeros((capacity, 6, 6)),
        existence_prob=np.zeros(capacity),
        status=np.zeros(capacity, np.int8),
        started_ns=np.zeros(capacity, np.int64),
        updated_ns=np.zeros(capacity, np.int64),
        turn_rate_radps=np.full(capacity, np.nan),
        mode_prob=np.zeros((capacity, modes)),
        sensor_updated_ns=np.zeros((capacity, sensors), np.int64),
        height_observed=np.zeros(capacity, np.int8),
    )


def empty_links() -> Links:
    """Make links between nothing and nothing."""
    return Links(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
