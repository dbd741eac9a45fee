"""Loading the compiler's own tables sooner than its defaults would."""

import sys

_BLAS = "scipy.linalg"


def load_compiler() -> None:
    """Load what numba loads before its first function, without looking for a BLAS.

    It looks for one by importing SciPy where that is installed, 0.3 s that a service coming back
    after a crash does not have; no kernel here multiplies matrices by a library. SciPy itself
    stays importable afterwards. Loading twice does nothing.
    """
    known = _BLAS in sys.modules
    if not known:
        sys.modules[_BLAS] = None  # type: ignore[assignment]  # Python's own mark: not to be found
    try:
        import numba.np.arraymath  # noqa: F401
    finally:
        if not known:
            del sys.modules[_BLAS]
