"""Compiled code on disk: never older than the sources, and loaded without detours."""

import hashlib
import sys
from pathlib import Path

_BLAS = "scipy.linalg"
_STAMP = "sources.sha256"


def forget_stale_code(folder: Path) -> None:
    """Remove the compiled kernels beside a folder's sources where any of these has changed.

    numba looks at the file of a function alone, not at those of the functions built into it. Where
    nothing may be written here, numba keeps its code elsewhere and this does nothing.
    """
    sources = sorted(folder.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    kept = folder / "__pycache__"
    stamp = kept / _STAMP
    try:
        if stamp.is_file() and stamp.read_text("ascii") == digest:
            return
        for path in (*kept.glob("*.nbi"), *kept.glob("*.nbc")):
            path.unlink(missing_ok=True)
        kept.mkdir(exist_ok=True)
        stamp.write_text(digest, "ascii")
    except OSError:
        return


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
