"""CAT065, service status of a tracking centre (part 15, editions 1.4 to 1.6)."""

import msgspec

from vedette.codecs.asterix.fields import (
    NOTHING,
    Item,
    fixed,
    flag,
    flags,
    number,
    opaque,
    spare,
    time_of_day,
)
from vedette.kernels.octets.shapes import EXPLICIT

SDPS_STATUS, END_OF_BATCH, SERVICE_STATUS = 1, 2, 3
OPERATIONAL, DEGRADED, NOT_CONNECTED, UNKNOWN = range(4)


class Cat065(msgspec.Struct, kw_only=True):
    """One service message. None: the item was absent.

    message_type 1 status of the system, 2 end of a batch of tracks, 3 status of a service. nogo: 0
    operational, 1 degraded, 2 not connected, 3 unknown. processor: 0 not applicable, 1 to 3 which.
    """

    sac: int | None = None
    sic: int | None = None
    message_type: int | None = None
    service: int | None = None
    t_day_s: float | None = None
    batch_number: int | None = None
    nogo: int | None = None
    overloaded: bool | None = None
    time_invalid: bool | None = None
    processor: int | None = None
    renumbered: bool | None = None
    service_report: int | None = None


ITEMS: tuple[Item, ...] = (
    fixed("010", number("sac", 8), number("sic", 8)),
    fixed("000", number("message_type", 8)),
    fixed("015", number("service", 8)),
    fixed("030", time_of_day("t_day_s")),
    fixed("020", number("batch_number", 8)),
    fixed(
        "040", number("nogo", 2), *flags("overloaded", "time_invalid"), number("processor", 2),
        flag("renumbered"), spare(1),
    ),
    fixed("050", number("service_report", 8)),
    *[NOTHING] * 5,
    opaque("RE", EXPLICIT),
    opaque("SP", EXPLICIT),
)  # fmt: skip
