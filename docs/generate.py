"""Writes the generated pages: `make docs`. Out: docs/scenarios.md, docs/images/scenarios/*.svg and
docs/openapi.json.

In: the scenario files, and the structs of the API. What is written depends on nothing else, so a
test can say whether it is up to date.
"""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "src"))
sys.path.insert(0, str(REPOSITORY))

from benchmarks.scenario_pages import pages  # noqa: E402  the paths come first

from vedette.server.openapi import rendered  # noqa: E402


def main() -> None:
    """Write every page that is not as it should be."""
    wanted = pages() | {"docs/openapi.json": rendered().decode()}
    for stale in (REPOSITORY / "docs" / "images" / "scenarios").glob("*.svg"):
        if stale.relative_to(REPOSITORY).as_posix() not in wanted:
            stale.unlink()
    for name, text in wanted.items():
        path = REPOSITORY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)
            print(name)


if __name__ == "__main__":
    main()
