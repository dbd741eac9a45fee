"""Compiled maths of the tracker on plain float64 and int64 arrays: no messages, no files, no site.

Hand-written loops only (no `np.linalg`, no `@`): they compile fast, need no BLAS, and give the same
bits on every machine of one kind. `cache=True` keeps the compiled code beside the sources; a file's
cache notices changes of that file alone, so after editing a kernel remove `__pycache__` here.
"""
