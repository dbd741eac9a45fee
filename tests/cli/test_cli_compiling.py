"""The first start of an installation compiles the kernels before it hears a sensor, and says so."""

import shutil
import subprocess
import time
from pathlib import Path

from running import PROGRAM, free_port

from vedette.cli.compiling import MARK, is_marked, kept_in, mark_compiled


def test_a_mark_counts_for_the_very_sources_it_was_made_for(tmp_path):
    folder = kept_in()
    assert folder is not None
    mark_compiled()
    assert is_marked(folder)
    shutil.copy(folder / MARK, tmp_path / MARK)
    assert is_marked(tmp_path)
    (tmp_path / MARK).write_text("")
    assert not is_marked(tmp_path), "the mark of another version"


def test_the_first_demo_says_that_it_compiles_and_hears_its_sensors_afterwards(
    tmp_path, monkeypatch
):
    """With the code of this machine's kernels in a new place, but no mark that it is there."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    asked = subprocess.run(
        [PROGRAM[0], "-c", "from vedette.cli.compiling import kept_in; print(kept_in())"],
        capture_output=True,
        text=True,
        check=True,
    )
    source = kept_in()
    assert source is not None
    shutil.copytree(source, asked.stdout.strip(), dirs_exist_ok=True)
    (tmp_path / "cache").joinpath(asked.stdout.strip(), MARK).unlink(missing_ok=True)
    words = ("demo", "--no-open", "--port", str(free_port()), "--state", str(tmp_path / "state"))
    with subprocess.Popen([*PROGRAM, *words], stderr=subprocess.PIPE, text=True) as demo:
        assert demo.stderr is not None
        assert demo.stderr.readline().startswith("first start")
        (child,) = _children(demo.pid)
        demo.terminate()
        assert demo.wait(timeout=20) == 130
        assert not Path(f"/proc/{child}").exists()
    for first in (True, False):
        with subprocess.Popen([*PROGRAM, *words], stderr=subprocess.PIPE, text=True) as demo:
            assert demo.stderr is not None
            said = [demo.stderr.readline()]
            while "SIMULATED" not in said[-1]:
                assert demo.poll() is None, said
                said.append(demo.stderr.readline())
            demo.terminate()
        assert said[0].startswith("first start: compiling the kernels once") == first
        assert any("kernels ready after" in line for line in said) == first


def _children(pid: int) -> list[int]:
    """Find the processes that a process has started."""
    end_s = time.perf_counter() + 10.0
    while time.perf_counter() < end_s:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if told:
            return [int(child) for child in told]
    return []
