"""The environment of the TAK peers, the certificates, and a site that speaks with them."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PEERS = HERE.parents[1] / ".venv-tak" / "bin"

sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "feeds"))


@pytest.fixture(scope="session")
def peers() -> Path:
    """Give the folder of the peers' programs; skip, by name, where they are absent."""
    if not (PEERS / "taky").is_file():
        pytest.skip("taky and pytak are absent: make tak-peers")
    return PEERS


@pytest.fixture(scope="session")
def tls_folder(tmp_path_factory):
    from tak_world import certificates

    return certificates(tmp_path_factory.mktemp("tls"))
