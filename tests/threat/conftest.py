"""Lets the tests of this folder use the identity tests' small site, and share their own."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).resolve().parents[1] / "identity")]
