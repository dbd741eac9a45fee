"""Points of a plane in cells, so that what is near a place is found without asking the others.

The cells are those of a torus: a plane wrapped round both ways, so that far-off points cost nothing
and the table is as large as there are points, however far they lie apart. Points are sorted by
cell; a window is then a few stretches of that order. Every cell is visited once at most.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.compiled import inner


@njit(cache=True)
def lay_out(plane: Any, cell_m: float) -> Any:
    """Sort points plane (J, 2), metres, into cells of side cell_m; no point is NaN.

    Returns first (T + 1,), where each cell's points begin, order (J,): points by cell, and within a
    cell as they came, and the points in that order (J, 2), since a search that reads them one after
    the other is twice as fast. T is a power of two, from twice to four times J.
    """
    total, size = plane.shape[0], 16
    while size < 2 * total:
        size *= 2
    columns = columns_of(size)
    rows = size // columns
    cell, first = np.empty(total, np.int64), np.zeros(size + 1, np.int64)
    for j in range(total):
        along = np.int64(math.floor(plane[j, 0] / cell_m)) & (columns - 1)
        up = np.int64(math.floor(plane[j, 1] / cell_m)) & (rows - 1)
        cell[j] = up * columns + along
        first[cell[j] + 1] += 1
    for c in range(size):
        first[c + 1] += first[c]
    order, at = np.empty(total, np.int64), first[:-1].copy()
    for j in range(total):
        order[at[cell[j]]] = j
        at[cell[j]] += 1
    laid = np.empty((total, 2))
    for k in range(total):
        laid[k, 0], laid[k, 1] = plane[order[k], 0], plane[order[k], 1]
    return first, order, laid


@inner
def columns_of(size: int) -> int:
    """Give how many columns a torus of `size` cells (a power of two) has: about its root."""
    columns = 1
    while columns * columns < size:
        columns *= 2
    return columns


@inner
def nearby(
    first: Any,
    order: Any,
    plane: Any,
    cell_m: float,
    east_m: float,
    north_m: float,
    half_east_m: float,
    half_north_m: float,
    found: Any,
) -> int:
    """List the points within a box about a place into found; returns how many.

    first, order, plane (J, 2): from `lay_out` for cell_m. found (>= J,). Half sides in metres;
    infinite ones find everything.
    """
    size = first.shape[0] - 1
    columns = columns_of(size)
    rows = size // columns
    wide = math.floor((east_m + half_east_m) / cell_m) - math.floor((east_m - half_east_m) / cell_m)
    tall = math.floor((north_m + half_north_m) / cell_m)
    tall -= math.floor((north_m - half_north_m) / cell_m)
    west, south = np.int64(0), np.int64(0)
    many_columns, many_rows = np.int64(columns), np.int64(rows)
    if wide < columns - 1:
        west = np.int64(math.floor((east_m - half_east_m) / cell_m)) & (columns - 1)
        many_columns = np.int64(wide) + 1
    if tall < rows - 1:
        south = np.int64(math.floor((north_m - half_north_m) / cell_m)) & (rows - 1)
        many_rows = np.int64(tall) + 1
    n = 0
    for step in range(many_rows):
        base = ((south + step) & (rows - 1)) * columns
        # The stretch may run over the edge of the torus and go on at its other side.
        beyond = max(west + many_columns - columns, 0)
        parts = 2 if west + many_columns > columns else 1
        for part in range(parts):
            begin, end = base + west, base + west + many_columns - beyond
            if part == 1:
                begin, end = base, base + beyond
            for k in range(first[begin], first[end]):
                if abs(plane[k, 0] - east_m) > half_east_m:
                    continue
                if abs(plane[k, 1] - north_m) > half_north_m:
                    continue
                found[n] = order[k]
                n += 1
    return n
