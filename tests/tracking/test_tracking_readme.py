"""The example of the README is run as it stands there."""

import re
from pathlib import Path
from typing import Any

import numpy as np


def test_the_readme_s_ten_lines_track_two_drones(repository: Path) -> None:
    block = _block(repository)
    space: dict[str, Any] = {}
    exec(compile(block, "README.md", "exec"), space)
    table = space["tracker"].table
    assert table.count == 2
    found = table.state_enu[:2][np.argsort(table.state_enu[:2, 0])]
    np.testing.assert_allclose(found[:, :3], space["drones"], atol=25.0)
    np.testing.assert_allclose(found[:, 3:5], [[25.0, 0.0], [0.0, 30.0]], atol=8.0)


def test_the_readme_s_example_is_about_ten_lines(repository: Path) -> None:
    lines = [line for line in _block(repository).splitlines() if line.strip()]
    assert len([line for line in lines if "import" not in line]) <= 10


def _block(repository: Path) -> str:
    text = (repository / "README.md").read_text()
    section = text.partition("## The tracker alone")[2].partition("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])
