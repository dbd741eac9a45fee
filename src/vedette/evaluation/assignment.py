"""The cheapest pairing of rows with columns: what every comparison of tracks with truth rests on.

Evaluation only, compiled, and independent of the tracker's own assignment, so that the tracker is
never judged by its own code.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@njit(cache=True)
def _shortest_paths(cost: Any, column_of_row: Any) -> None:
    """Fill column_of_row (n,) for cost (n, m), n <= m, all finite."""
    n, m = cost.shape
    row_price, column_price = np.zeros(n + 1), np.zeros(m + 1)
    row_of_column = np.zeros(m + 1, np.int64)
    for row in range(1, n + 1):
        row_of_column[0] = row
        column = 0
        slack = np.full(m + 1, np.inf)
        way = np.zeros(m + 1, np.int64)
        used = np.zeros(m + 1, np.bool_)
        while row_of_column[column] != 0:
            used[column] = True
            current, best, following = row_of_column[column], np.inf, 0
            for j in range(1, m + 1):
                if used[j]:
                    continue
                reduced = cost[current - 1, j - 1] - row_price[current] - column_price[j]
                if reduced < slack[j]:
                    slack[j], way[j] = reduced, column
                if slack[j] < best:
                    best, following = slack[j], j
            for j in range(m + 1):
                if used[j]:
                    row_price[row_of_column[j]] += best
                    column_price[j] -= best
                else:
                    slack[j] -= best
            column = following
        while column != 0:
            previous = way[column]
            row_of_column[column] = row_of_column[previous]
            column = previous
    for j in range(1, m + 1):
        if row_of_column[j] != 0:
            column_of_row[row_of_column[j] - 1] = j - 1


def assign(cost: F64) -> I64:
    """Pair rows with columns at the least total cost; every row of the smaller side is paired.

    cost (n, m) finite. Returns column_of_row (n,), -1 where a row has none (n > m).
    Shortest augmenting paths with prices: R. Jonker, A. Volgenant (1987), Computing 38, 325-340.
    """
    rows, columns = cost.shape
    pairs = np.full(rows, -1, np.int64)
    if rows == 0 or columns == 0:
        return pairs
    if rows <= columns:
        _shortest_paths(np.ascontiguousarray(cost, np.float64), pairs)
        return pairs
    row_of_column = np.full(columns, -1, np.int64)
    _shortest_paths(np.ascontiguousarray(cost.T, np.float64), row_of_column)
    pairs[row_of_column] = np.arange(columns)
    return pairs
