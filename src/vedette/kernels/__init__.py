"""Compiled maths of the tracker on plain float64 and int64 arrays: no messages, no files, no site.

Hand-written loops only (no `np.linalg`, no `@`): they compile fast, need no BLAS, and give the same
bits on every machine of one kind. `cache=True` keeps the compiled code beside the sources; what was
compiled from sources that have changed since is removed before any kernel is loaded.
"""

from pathlib import Path

from vedette.kernels.loading import forget_stale_code

forget_stale_code(Path(__file__).parent)
