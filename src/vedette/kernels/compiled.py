"""How the kernels are compiled."""

from functools import partial
from typing import Any

from numba import njit

# What is called in the innermost loops and makes no array of its own. numba counts references to
# arrays, atomically, for every array in every call; such a function needs none counted, since its
# caller holds them all. Without it half the time of gating is counting.
inner: Any = partial(njit, cache=True, _nrt=False)()
