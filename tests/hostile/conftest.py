"""The helpers of these tests, and those of the codecs and the server, on the import path."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "codecs", HERE.parent / "server"):
    sys.path.insert(0, str(folder))
