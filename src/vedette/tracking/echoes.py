"""Fixed clutter: places of the ground that answer now and then, learnt one by one.

The cells of `learning` are kilometres wide: a mast in one of them that answers every tenth scan is
lost in the cell's average, and two of its plots in a row look like something that hovers. So each
radar keeps the places its plots came from. One that has answered again without ever moving adds its
own density of false plots, as sharp as the radar sees: cell + sum_k rate_k N(z; place_k).

What hovers is no ground. A place that answers as often as objects do is none, nor are plots of a
track that came there from elsewhere; those of a track that began there and never moved count once
the place has been known for a minute, and a track that rests on echoes alone then loses its ground.
The first plots of a new object count for nothing, since a place must be known for
`_AGE_MIN_SCANS` before it counts at all.
"""

from dataclasses import dataclass

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.echoes import claimed_plots, count_plots
from vedette.kernels.look import echoes_at
from vedette.kernels.measure import POLAR
from vedette.model.measurements import F64, I64, SensorModel
from vedette.tracking.looks import RATE_SPAN_MPS, Look

_PLACES = 512  # of one radar: more fixed echoes than that are a carpet, and the cells' affair
_PLOTS_MAX = 2_000  # in one look: a flood teaches nothing about places
_MEMORY_SCANS = 300.0  # half an hour of a rotating antenna: long enough for one plot in a hundred
_AGE_MIN_SCANS = 10.0  # an object is confirmed in three to five scans
_PLOTS_MIN = 1.5  # once is chance
_CLAIMED_AGE_SCANS = 60.0
# Of the radar's detection probability: what is there answers more often. What answers at half of it
# is not below a third in sixty scans; in ten nobody knows.
_SELDOM_RATIO, _SELDOM_SOON_RATIO = 0.35, 0.22
_APART_SCANS = 5.0  # a track that began this much before a place did came from elsewhere
# A plot at a place of echoes is still worth this much, so that what really hovers there is found in
# ten scans instead of three: above Settings.drop_prob, or it would be forgotten at once.
BIRTH_MIN = 1e-3


@dataclass(slots=True)
class Echoes:
    """The places of each radar: R radars, K places. row (S,): of each sensor, -1 for no radar.

    clock (R,): scans since the start; mean (R, K, 4), rate_var, since, last, since_ns (R, K), plots
    (R, K, 2): see `vedette.kernels.echoes`.
    """

    row: I64
    clock: F64
    mean: F64
    rate_var: F64
    plots: F64
    since: F64
    last: F64
    since_ns: I64


def start_echoes(models: list[SensorModel]) -> Echoes:
    """Make the memory of no place at all; radars alone have one."""
    radar = [m.observes_range and m.observes_azimuth and m.starts_tracks and not m.cooperative
             for m in models]  # fmt: skip
    row = np.where(radar, np.cumsum(radar) - 1, -1).astype(np.int64)
    radars = int(np.count_nonzero(radar))
    return Echoes(
        row=row,
        clock=np.zeros(radars),
        mean=np.zeros((radars, _PLACES, 4)),
        rate_var=np.zeros((radars, _PLACES)),
        plots=np.zeros((radars, _PLACES, 2)),
        since=np.zeros((radars, _PLACES)),
        last=np.full((radars, _PLACES), -1.0),
        since_ns=np.zeros((radars, _PLACES), np.int64),
    )


def echo_density(echoes: Echoes, detection: float, look: Look) -> tuple[I64, F64] | None:
    """Give the known place (J,) of each plot, -1 for none, and the density (J,) that the ground
    adds there. None: not a radar's look.

    detection: how often the radar sees what is there.
    """
    r = int(echoes.row[look.sensor_index])
    if r < 0 or look.kind != POLAR or len(look.t_ns) > _PLOTS_MAX:
        return None
    soon, late = _SELDOM_SOON_RATIO * detection, _SELDOM_RATIO * detection
    limits = np.array([_AGE_MIN_SCANS, _PLOTS_MIN, soon, late, _CLAIMED_AGE_SCANS])
    answer: tuple[I64, F64] = echoes_at(
        look.z, look.variance, echoes.mean[r], echoes.rate_var[r], echoes.plots[r],
        echoes.since[r], echoes.last[r], float(echoes.clock[r]), _MEMORY_SCANS, limits,
        RATE_SPAN_MPS,
    )  # fmt: skip
    return answer


def claimed(
    echoes: Echoes,
    look: Look,
    places: I64,
    pairs: tuple[I64, I64, F64],
    tracks: tuple[I64, I64],
    period_s: float,
) -> tuple[F64, F64]:
    """Say how much of each plot (J,) confirmed tracks claim, and those that came from elsewhere.

    pairs: first (N + 1,), column, prob (K,) of the association; tracks: track_id, started_ns (N,).
    """
    r = int(echoes.row[look.sensor_index])
    answer: tuple[F64, F64] = claimed_plots(
        *pairs, *tracks, places, echoes.since_ns[r], int(_APART_SCANS * period_s * NS_PER_S)
    )
    return answer


def learn_echoes(
    echoes: Echoes, look: Look, places: I64, claims: tuple[F64, F64], scans: float
) -> None:
    """Count a look in. claims: as `claimed` gives them; scans: how much of the radar's time has
    passed since its last look."""
    r = int(echoes.row[look.sensor_index])
    echoes.clock[r] += scans
    theirs, travelled = (np.maximum(1.0 - claimed, 0.0) for claimed in claims)
    count_plots(
        look.z, places, travelled, theirs, echoes.mean[r], echoes.rate_var[r], echoes.plots[r],
        echoes.since[r], echoes.last[r], echoes.since_ns[r], look.t_ns, float(echoes.clock[r]),
        _MEMORY_SCANS,
    )  # fmt: skip
