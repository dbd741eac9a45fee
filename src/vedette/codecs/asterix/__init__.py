"""ASTERIX: radar plots (CAT048) and radar service messages (CAT034), read and written.

Bytes of one or more data blocks come in; Cat048 and Cat034 records, or reports, go out.
Sources: EUROCONTROL-SPEC-0149 part 1 (ed. 3.1), part 4 CAT048 (ed. 1.32), part 2b CAT034 (1.29).
"""

from vedette.codecs.asterix.batch import BATCH_BYTES, Batch, measure, reports_of
from vedette.codecs.asterix.blocks import Block, BlockFault, blocks
from vedette.codecs.asterix.cat034 import Cat034, decode_cat034
from vedette.codecs.asterix.cat048 import Cat048, decode_cat048
from vedette.codecs.asterix.encode import encode_cat034, encode_cat048, encode_cat048_blocks
from vedette.codecs.asterix.plain import encode_plots
from vedette.codecs.asterix.to_reports import (
    Radar,
    cat034_from_status,
    cat048_from_plot,
    radars_of,
    read_datagram,
)

__all__ = [
    "BATCH_BYTES",
    "Batch",
    "Block",
    "BlockFault",
    "Cat034",
    "Cat048",
    "Radar",
    "blocks",
    "cat034_from_status",
    "cat048_from_plot",
    "decode_cat034",
    "decode_cat048",
    "encode_cat034",
    "encode_cat048",
    "encode_cat048_blocks",
    "encode_plots",
    "measure",
    "radars_of",
    "read_datagram",
    "reports_of",
]
