"""How the kernels are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def inner(function: F) -> F:
    """Compile a function that is called in the innermost loops and makes no array of its own.

    numba counts references to arrays, atomically, for every array in every call. Here none needs
    counting, since the caller holds them all; without this, half the time of gating is counting.
    What is so compiled may only call its like, and writes arrays number by number.
    """
    options: Any = {"cache": True, "_nrt": False}
    compiled: F = njit(**options)(function)
    return compiled
