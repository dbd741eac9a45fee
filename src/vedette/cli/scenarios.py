"""Where the shipped scenarios lie: in the checkout, or inside the installed package."""

from pathlib import Path

import vedette
from vedette.base.errors import VedetteError

PACKAGE = Path(vedette.__file__).parent
PLACES = (PACKAGE.parents[1] / "scenarios", PACKAGE / "scenarios")


def packaged(name: str) -> Path:
    """Give the file of a shipped scenario. Raises VedetteError, naming those that there are."""
    for place in PLACES:
        if (path := place / f"{name}.toml").is_file():
            return path
    known = sorted(path.stem for place in PLACES for path in place.glob("*.toml"))
    raise VedetteError(f"{name}: no such scenario; there are: {', '.join(known)}")
