"""Compiled code on disk: never older than the sources, and loaded without detours."""

import hashlib
import importlib
import sys
from pathlib import Path
from typing import Any

_BLAS = "scipy.linalg"
_STAMP = "sources.sha256"
_KNOWN_COMPILER = "0.68."  # numba versions whose way of loading is known here


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
    """Load what numba loads before its first function, without what a service never needs.

    It looks for a BLAS by importing SciPy where that is installed, 0.3 s that a service coming
    back after a crash does not have; no kernel here multiplies matrices by a library. SciPy itself
    stays importable afterwards. Loading twice does nothing.
    """
    known = _BLAS in sys.modules
    if not known:
        sys.modules[_BLAS] = None  # type: ignore[assignment]  # Python's own mark: not to be found
    try:
        import numba.np.arraymath
    finally:
        if not known:
            del sys.modules[_BLAS]
    if numba.__version__.startswith(_KNOWN_COMPILER):
        _parse_bitcode_late()


def _parse_bitcode_late() -> None:
    """Leave the bitcode of a stored function unparsed until another function links it.

    A stored function is machine code, and bitcode beside it for functions that will be compiled
    around it. Where everything is stored nothing is compiled, and to parse the bitcode and list
    its symbols is half the time of loading (0.4 s of a restart).
    """
    compiler: Any = importlib.import_module("numba.core.codegen")
    if compiler.JITCPUCodegen._library_class is not compiler.JITCodeLibrary:
        return

    class LateLibrary(compiler.JITCodeLibrary):  # type: ignore[misc]  # numba carries no types
        """Machine code whose bitcode is parsed when it is asked for."""

        _stored: tuple[bytes, bytes] | None = None  # machine code, bitcode

        @classmethod
        def _unserialize(cls, codegen: Any, state: Any) -> Any:
            name, kind, data = state
            if kind != "object":
                return super()._unserialize(codegen, state)
            library = codegen.create_library(name)
            library.enable_object_caching()
            library._set_compiled_object(data[0])
            library._stored = data
            library._finalize_final_module()
            return library

        def _get_module_for_linking(self) -> Any:
            if self._stored is not None:
                self._shared_module = compiler.ll.parse_bitcode(self._stored[1])
                self._codegen._engine._load_defined_symbols(self._shared_module)
                self._stored = None
            return super()._get_module_for_linking()

        def get_pointer_to_function(self, name: str) -> int:
            if self._stored is not None and name.encode() + b"\0" in self._stored[0]:
                self._codegen._engine._defined_symbols.add(name)
            return int(super().get_pointer_to_function(name))

    compiler.JITCPUCodegen._library_class = LateLibrary
