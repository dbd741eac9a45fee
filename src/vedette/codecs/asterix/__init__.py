"""ASTERIX: radars (CAT048, 034), multilateration (020, 010), ADS-B (021), system tracks (062, 065)
and direction finders (205), read and written.

Bytes of one or more data blocks come in; records, or reports, go out. Sources:
EUROCONTROL-SPEC-0149 part 1 (ed. 3.1), part 4 CAT048 (1.32), part 2b CAT034 (1.29), and the part
that each other category's module names.
"""

from vedette.codecs.asterix.batch import BATCH_BYTES, Batch, measure, reports_of
from vedette.codecs.asterix.blocks import Block, BlockFault, blocks
from vedette.codecs.asterix.cat034 import Cat034, decode_cat034
from vedette.codecs.asterix.cat048 import Cat048, decode_cat048
from vedette.codecs.asterix.encode import encode_cat034, encode_cat048, encode_cat048_blocks
from vedette.codecs.asterix.plain import encode_plots
from vedette.codecs.asterix.profiles import EDITION_2_2, EDITIONS
from vedette.codecs.asterix.sources import Radar, radars_of
from vedette.codecs.asterix.tables import decode_records, encode_record_blocks
from vedette.codecs.asterix.to_reports import (
    cat034_from_status,
    cat048_from_plot,
    read_datagram,
)

__all__ = [
    "BATCH_BYTES",
    "EDITIONS",
    "EDITION_2_2",
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
    "decode_records",
    "encode_cat034",
    "encode_cat048",
    "encode_cat048_blocks",
    "encode_plots",
    "encode_record_blocks",
    "measure",
    "radars_of",
    "read_datagram",
    "reports_of",
]
