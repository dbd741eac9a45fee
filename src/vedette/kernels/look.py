"""The passes over one look, joined: what follows one another without a choice is one call.

A call into compiled code costs a few microseconds, as much as a pass over fifty tracks, and what
lies between two calls costs more. Each function here only calls kernels that stand, with their
reasons, in modules of their own, in the order in which `tracking` needs them.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.association import associate
from vedette.kernels.bank import (
    likeliest,
    links_of,
    looked_already,
    note_hits,
    undetected_by,
    weigh,
)
from vedette.kernels.bernoulli import penalise_unseen
from vedette.kernels.cells import cells_of_plots, density_ratio
from vedette.kernels.echoes import nearest_places, place_density
from vedette.kernels.gating import BY_PLANE
from vedette.kernels.lattice import lay_out
from vedette.kernels.measure import POLAR
from vedette.kernels.plots import (
    cuts,
    eight_components,
    spread_over,
    strip_of,
    unrepeated,
    widest,
)


@njit(cache=True)
def take_in(
    t_ns: Any,
    z: Any,
    sigma: Any,
    height_m: Any,
    height_sigma_m: Any,
    v_mps: Any,
    v_sigma_mps: Any,
    key: Any,
    span_ns: int,
    addressed: bool,
) -> Any:
    """Lay a batch out in eight components and cut it into looks; arguments as in `plots`.

    Returns z, variance (M, 8), the rows kept (K,), and where among them looks end (L,).
    """
    values, variance = eight_components(z, sigma, height_m, height_sigma_m, v_mps, v_sigma_mps)
    kept = unrepeated(t_ns, values.view(np.int64))
    return values, variance, kept, cuts(t_ns, key, kept, span_ns, addressed)


@njit(cache=True)
def lay_look(
    kind: int,
    z: Any,
    variance: Any,
    span: Any,
    false_plots: float,
    thresholds: Any,
    cell_reaches: float,
    reach_min_m: float,
) -> Any:
    """Say how a look is searched and how dense false plots are in it: the numbers of `looks.Look`.

    span (8,): over which false_plots spread. The side of a cell is cell_reaches times the reach of
    the sensor's noise, so that a window lies in a few cells. Returns density (J,), reach_sigmas,
    margins (4,), strip, order, ordered, plane, cells, cell_m.
    """
    density = spread_over(z, span, false_plots)
    most, worst = widest(z, variance)
    reach_sigmas = math.sqrt(thresholds[most])
    margins = np.empty(4)
    for k in range(4):
        margins[k] = reach_sigmas * math.sqrt(worst[(1, 0, 1, 2)[k]])
    strip, along, plane = strip_of(kind, z)
    reach = max(margins[1], margins[2])
    if kind == POLAR:
        far = np.abs(plane).max() if len(plane) else 0.0
        reach = max(margins[1], margins[0] * far)
    cell_m = cell_reaches * max(reach, reach_min_m)
    if strip == BY_PLANE:
        cells, order, plane = lay_out(plane, cell_m)
        ordered = along
    else:
        cells, order = np.zeros(1, np.int64), np.argsort(along, kind="mergesort")
        ordered = along[order]
    return density, reach_sigmas, margins, strip, order, ordered, plane, cells, cell_m


@njit(cache=True)
def cells_at(
    kind: int,
    z: Any,
    reach_m: float,
    azimuth_from_rad: float,
    width_rad: float,
    sensor_enu: Any,
    along: int,
    across: int,
    plots: Any,
    scans: float,
    stated: float,
    stated_pairs: float,
    average_plots: float,
    uncrowded_share: float,
    least: float,
    most: float,
) -> Any:
    """Give the cell (J,) of each plot and how many times denser false plots are there than stated.

    Arguments as in `cells`.
    """
    cell = cells_of_plots(
        kind, z, reach_m, azimuth_from_rad, width_rad, sensor_enu, along, across
    )  # fmt: skip
    ratio = density_ratio(
        plots, scans, cell, stated, stated_pairs, average_plots, uncrowded_share, least, most
    )  # fmt: skip
    return cell, ratio


@njit(cache=True)
def echoes_at(
    z: Any,
    variance: Any,
    mean: Any,
    rate_var: Any,
    plots: Any,
    since: Any,
    last: Any,
    clock: float,
    memory: float,
    limits: Any,
    rate_span: float,
) -> Any:
    """Give the fixed place (J,) of each plot, -1 for none, and the density (J,) it adds there.

    Arguments as in `echoes`.
    """
    at = nearest_places(z, variance, mean, last)
    density = place_density(
        z, variance, at, mean, rate_var, plots, since, last, clock, memory, limits, rate_span
    )  # fmt: skip
    return at, density


@njit(cache=True)
def pair_up(
    first: Any,
    column: Any,
    score: Any,
    existence: Any,
    track_id: Any,
    track_key: Any,
    crossing: Any,
    looked_ns: Any,
    hit_ns: Any,
    sensor: int,
    speaks: bool,
    again_ns: int,
    stranger_ns: int,
    factor_tentative: float,
    factor_confirmed: float,
    stranger_ratio: float,
    visible: Any,
    visible_min: float,
    detection_prob: float,
    known_prob: float,
    density: Any,
    key: Any,
    kind_bits: int,
    match_log: Any,
    differs_log: float,
) -> Any:
    """Weigh the gated pairs and associate them; arguments as in `bank` and `association`.

    speaks: the sensor's silence says something. Returns absent (N,), prob (K,), missed (N,),
    unclaimed (J,), and of the tracks from whom the sensor's seeing can be learnt, which it looked
    at anew and which are visible to it, that they were missed.
    """
    count = first.shape[0] - 1
    absent = np.ones(count)
    if speaks:
        absent = undetected_by(
            count, track_id, crossing, hit_ns, sensor, stranger_ns, factor_tentative,
            factor_confirmed, stranger_ratio, visible,
        )  # fmt: skip
    looked_already(absent, looked_ns, sensor, again_ns)
    weight = weigh(
        first, column, score, existence, absent, density, detection_prob, visible, track_key, key,
        kind_bits, match_log, differs_log,
    )  # fmt: skip
    prob, missed, unclaimed = associate(first, column, weight, density.shape[0])
    asked, n = np.empty(count), 0
    for i in range(count):
        looks = first[i] < first[i + 1] and absent[i] < 1.0 and visible[i] > visible_min
        lately = track_id[i] > 0 and hit_ns[i, sensor] > stranger_ns
        if looks and lately and existence[i] > known_prob:
            asked[n] = missed[i]
            n += 1
    return absent, prob, missed, unclaimed, asked[:n].copy()


@njit(cache=True)
def note_look(
    first: Any,
    column: Any,
    prob: Any,
    missed: Any,
    t_ref: Any,
    t_meas_ns: Any,
    z: Any,
    key: Any,
    report_index: Any,
    scan_ns: int,
    starts_tracks: bool,
    told_var: float,
    P: Any,
    looked_ns: Any,
    hit_ns: Any,
    sensor: int,
    hits: Any,
    updated_ns: Any,
    height_seen: Any,
    crossing: Any,
    track_key: Any,
    serial: Any,
    link_prob_min: float,
) -> Any:
    """Write down who was looked at and seen; arguments as in `bank.note_hits` and `links_of`.

    Returns the links (L,): serial, report, probability; and of the tracks that were rather seen
    than not (T,) the serial and the likeliest plot.
    """
    note_hits(
        first, column, prob, missed, t_ref, t_meas_ns, z, key, scan_ns, starts_tracks, told_var, P,
        looked_ns, hit_ns, sensor, hits, updated_ns, height_seen, crossing, track_key,
    )  # fmt: skip
    whose, what, how = links_of(first, column, prob, serial, report_index, link_prob_min)
    rows, plots = likeliest(first, column, prob, missed)
    return whose, what, how, serial[rows], plots


@njit(cache=True)
def miss_unseen(
    count: int,
    t_ns: Any,
    x: Any,
    mode_prob: Any,
    existence: Any,
    track_id: Any,
    crossing: Any,
    looked_ns: Any,
    hit_ns: Any,
    sensor: int,
    speaks: bool,
    look_ns: int,
    again_ns: int,
    stranger_ns: int,
    factor_tentative: float,
    factor_confirmed: float,
    stranger_ratio: float,
    visible: Any,
    visible_min: float,
    known_prob: float,
    sensor_enu: Any,
    enu_from_sensor: Any,
    coverage: Any,
    sweep_from_rad: float,
    sweep_rad: float,
) -> int:
    """Count a miss for the tracks looked at and not seen; arguments as in `penalise_unseen`.

    looked_ns, hit_ns (C, S); speaks as in `pair_up`. Returns how many of them teach how often
    the sensor sees.
    """
    undetected = np.ones(count)
    if speaks:
        undetected = undetected_by(
            count, track_id, crossing, hit_ns, sensor, stranger_ns, factor_tentative,
            factor_confirmed, stranger_ratio, visible,
        )  # fmt: skip
    looked, before = looked_ns[:count, sensor].copy(), existence[:count].copy()
    penalise_unseen(
        count, t_ns, x, mode_prob, existence, undetected, looked, look_ns, again_ns, sensor_enu,
        enu_from_sensor, coverage, sweep_from_rad, sweep_rad,
    )  # fmt: skip
    unseen = 0
    for i in range(count):
        looked_ns[i, sensor] = looked[i]
        known = track_id[i] > 0 and before[i] > known_prob and hit_ns[i, sensor] > stranger_ns
        unseen += known and visible[i] > visible_min and existence[i] < before[i]
    return unseen


@njit(cache=True)
def count_unexplained(
    plots: Any, keys: Any, key_plots: Any, cells: Any, unclaimed: Any, key: Any, kept: float,
    unexplained_prob: float,
) -> None:  # fmt: skip
    """Let the counts of unexplained plots fade to `kept` of them and add a look's, in place.

    plots (C,) by cell; keys, key_plots (K,): what they claimed to be, where a new key takes the
    place of the rarest. cells, unclaimed, key (J,): of the look's plots.
    """
    fresh = np.zeros(plots.shape[0])
    for j in range(cells.shape[0]):
        fresh[cells[j]] += unclaimed[j]
    for c in range(plots.shape[0]):
        plots[c] = plots[c] * kept + fresh[c]
    for k in range(key_plots.shape[0]):
        key_plots[k] *= kept
    for j in range(key.shape[0]):
        if key[j] == 0 or unclaimed[j] <= unexplained_prob:
            continue
        at = 0
        while at < keys.shape[0] and keys[at] != key[j]:
            at += 1
        if at == keys.shape[0]:
            at = int(np.argmin(key_plots))
            keys[at], key_plots[at] = key[j], 0.0
        key_plots[at] += unclaimed[j]


@njit(cache=True)
def confirmed(count: int, track_id: Any, by: Any) -> Any:
    """List the rows that have a track number, in order of `by` (C,), no two of which are equal."""
    rows, n = np.empty(count, np.int64), 0
    for i in range(count):
        if track_id[i] > 0:
            rows[n] = i
            n += 1
    rows = rows[:n].copy()
    return rows[np.argsort(by[rows])]
