"""Compiled code for codecs: where things lie in octets. A folder of its own, with a checksum of its
own, so that a change here does not compile the tracker's kernels again, nor the other way round.
"""

from pathlib import Path

from vedette.kernels.loading import forget_stale_code

forget_stale_code(Path(__file__).parent)
