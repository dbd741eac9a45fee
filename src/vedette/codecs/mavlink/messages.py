"""The MAVLink messages that are read: number, checksum seed, least and full length, fields.

Source: mavlink.io/en/messages/common.html; fields stand as on the wire, largest first. `least` is
the length without the extensions of version 2, below which a version 1 packet is no such message.
"""

from struct import Struct
from typing import NamedTuple


class Kind(NamedTuple):
    """One message: its layout, and the seed its checksum ends with."""

    number: int
    name: str
    seed: int
    layout: Struct
    least: int


HEARTBEAT, SYSTEM_TIME, GPS_RAW_INT, GLOBAL_POSITION_INT, ADSB_VEHICLE = 0, 2, 24, 33, 246
ODID_BASIC_ID, ODID_LOCATION, ODID_SELF_ID, ODID_SYSTEM = 12900, 12901, 12903, 12904
ODID_OPERATOR_ID, ODID_MESSAGE_PACK, ODID_SYSTEM_UPDATE = 12905, 12915, 12919

MESSAGES: dict[int, Kind] = {
    kind.number: kind
    for kind in (
        Kind(HEARTBEAT, "HEARTBEAT", 50, Struct("<IBBBBB"), 9),
        Kind(SYSTEM_TIME, "SYSTEM_TIME", 137, Struct("<QI"), 12),
        Kind(GPS_RAW_INT, "GPS_RAW_INT", 24, Struct("<QiiiHHHHBBiIIIIH"), 30),
        Kind(GLOBAL_POSITION_INT, "GLOBAL_POSITION_INT", 104, Struct("<IiiiihhhH"), 28),
        Kind(ADSB_VEHICLE, "ADSB_VEHICLE", 184, Struct("<IiiiHHhHHB9sBB"), 38),
        Kind(ODID_BASIC_ID, "OPEN_DRONE_ID_BASIC_ID", 114, Struct("<BB20sBB20s"), 44),
        Kind(ODID_LOCATION, "OPEN_DRONE_ID_LOCATION", 254, Struct("<iiffffHHhBB20s7B"), 59),
        Kind(ODID_SELF_ID, "OPEN_DRONE_ID_SELF_ID", 249, Struct("<BB20sB23s"), 46),
        Kind(ODID_SYSTEM, "OPEN_DRONE_ID_SYSTEM", 77, Struct("<iifffIHHBB20sBBBB"), 54),
        Kind(ODID_OPERATOR_ID, "OPEN_DRONE_ID_OPERATOR_ID", 49, Struct("<BB20sB20s"), 43),
        Kind(ODID_MESSAGE_PACK, "OPEN_DRONE_ID_MESSAGE_PACK", 94, Struct("<BB20sBB225s"), 249),
        Kind(ODID_SYSTEM_UPDATE, "OPEN_DRONE_ID_SYSTEM_UPDATE", 7, Struct("<iifIBB"), 18),
    )
}
