"""Running a benchmark as a person does, for tests on real recordings."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def measured(repository: Path, shared_data: Path) -> Callable[..., dict[str, Any]]:
    """Give a function that runs one benchmark with --json and returns its figures."""

    def run(name: str, *words: str) -> dict[str, Any]:
        command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *words]
        done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run
