"""What was compiled from other sources than today's is not used."""

import os
import subprocess
import sys

from vedette.kernels.loading import forget_stale_code


def test_compiled_kernels_stay_until_any_source_changes(tmp_path):
    (tmp_path / "one.py").write_text("a = 1\n")
    (tmp_path / "two.py").write_text("from one import a\n")
    forget_stale_code(tmp_path)
    compiled = tmp_path / "__pycache__" / "two.f-1.py311.1.nbc"
    compiled.write_bytes(b"machine code")
    forget_stale_code(tmp_path)
    assert compiled.exists()
    (tmp_path / "one.py").write_text("a = 2\n")
    forget_stale_code(tmp_path)
    assert not compiled.exists()


def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path):
    (tmp_path / "one.py").write_text("a = 1\n")
    (tmp_path / "__pycache__").write_text("no folder")
    forget_stale_code(tmp_path)
    assert (tmp_path / "__pycache__").read_text() == "no folder"


LATE = """
import os
import subprocess
import sys

from vedette.kernels.loading import load_compiler
load_compiler()
load_compiler()
from kernels_kept import area, volume

assert area(2.0) == 12.0
kept = next(iter(area.overloads.values()))._asdict()["library"]
print("parsed", kept._shared_module is not None)
assert volume(2.0) == 24.0  # compiled now, around what is stored
print("parsed", kept._shared_module is not None)
"""

KEPT = """
import numba


@numba.njit(cache=True)
def area(side):
    return 3.0 * side * side


@numba.njit
def volume(side):
    return area(side) * side
"""


def test_bitcode_of_a_stored_function_is_parsed_when_another_links_it(tmp_path):
    (tmp_path / "kernels_kept.py").write_text(KEPT)
    program = tmp_path / "program.py"
    program.write_text(LATE)
    outputs = [
        subprocess.run(
            [sys.executable, str(program)],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for _ in range(2)
    ]
    assert outputs[1] == ["parsed", "False", "parsed", "True"]
