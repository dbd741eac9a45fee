"""What the codec tests share: the site, and the folder of their helpers on the import path."""

import sys
from pathlib import Path

import pytest

from vedette.config.site import Site

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def site() -> Site:
    from codecs_world import make_site

    return make_site()
