"""Writes the generated pages: `make docs`. Out: docs/scenarios.md, docs/images/scenarios/*.svg,
docs/openapi.json, and the table of roles in docs/access.md.

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
from vedette.server.permissions import as_markdown  # noqa: E402

TABLE_BEGINS = "<!-- made by `make docs` from server/permissions.py -->\n"
TABLE_ENDS = "<!-- end -->\n"


def access_page(text: str) -> str:
    """Put the table of who may do what into the page about access, between its two marks."""
    before, rest = text.split(TABLE_BEGINS)
    _, after = rest.split(TABLE_ENDS)
    return before + TABLE_BEGINS + as_markdown() + TABLE_ENDS + after


def main() -> None:
    """Write every page that is not as it should be."""
    wanted = pages() | {"docs/openapi.json": rendered().decode()}
    wanted["docs/access.md"] = access_page((REPOSITORY / "docs" / "access.md").read_text())
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
