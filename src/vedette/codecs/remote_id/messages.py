"""The seven messages of Remote ID as structs, and the constants both directions share.

Source: ASTM F3411-22a section 5.4.5 (protocol version 2), F3411-19 (version 0) and ASD-STAN
EN 4709-002 (version 1 in its drafts, 2 as published). All are 25 octets, little-endian. Missing is
None. Texts stay octets, without the zeros that fill them up: a session id is no text.
"""

from functools import lru_cache

import msgspec

MESSAGE_BYTES = 25
PACK_MESSAGES_MAX = 9  # F3411-22a; version 0 allowed ten
PACK_MESSAGES_MAX_V0 = 10
VERSIONS = (0, 1, 2)
EPOCH_2019_NS = 1_546_300_800_000_000_000  # 2019-01-01T00:00:00Z, zero of the 32-bit times

BASIC_ID, LOCATION, AUTHENTICATION, SELF_ID, SYSTEM, OPERATOR_ID, PACK = 0, 1, 2, 3, 4, 5, 15

# Kinds of identifier, by how well they last: a session id is gone with the flight.
ID_SERIAL, ID_REGISTRATION, ID_UTM, ID_SESSION = 1, 2, 3, 4

LAT_LON_PER_DEG = 10_000_000
HEIGHT_ZERO_M, HEIGHT_STEP_M = -1000.0, 0.5  # of every height; the value 0 says "unknown"
CLIMB_STEP_MPS, CLIMB_UNKNOWN = 0.5, 126
SPEED_STEP_MPS = (0.25, 0.75)  # by the multiplier bit
SPEED_BREAK_MPS = 255 * 0.25  # where the coarse scale begins
SPEED_UNKNOWN = 255  # with the multiplier set
DIRECTION_UNKNOWN_DEG = 361
TENTHS_MAX, TENTHS_UNKNOWN = 36_000, 0xFFFF
AREA_STEP_M = 10.0

# 95 % bounds in metres or m/s by code; code 0 is "unknown, or worse than the first".
HORIZONTAL_95_M = (
    *(None, 18_520.0, 7_408.0, 3_704.0, 1_852.0, 926.0, 555.6, 185.2, 92.6),
    *(30.0, 10.0, 3.0, 1.0),
)
VERTICAL_95_M = (None, 150.0, 45.0, 25.0, 10.0, 3.0, 1.0)
SPEED_95_MPS = (None, 10.0, 3.0, 1.0, 0.3)


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What every message states: the version of its protocol."""

    version: int = 2


class BasicId(Message, frozen=True, kw_only=True, gc=False):
    """Who it says it is. id_type: ID_SERIAL and its like; ua_type: 1 aeroplane, 2 multirotor..."""

    id_type: int
    ua_type: int
    uas_id: bytes  # at most 20


class Location(Message, frozen=True, kw_only=True, gc=False):
    """Where it says it is and how it moves.

    status: 0 undeclared, 1 on the ground, 2 airborne, 3 emergency, 4 its Remote ID has failed.
    direction_deg: of travel, clockwise from true north. height_m: above the take-off place, or
    above ground where above_ground. tenths: tenths of seconds since the full hour UTC. Accuracies
    are codes (`HORIZONTAL_95_M` and its like); time_accuracy in tenths of seconds.
    """

    status: int = 0
    above_ground: bool = False
    direction_deg: int | None = None
    speed_mps: float | None = None
    climb_mps: float | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    baro_m: float | None = None
    hae_m: float | None = None
    height_m: float | None = None
    horizontal_accuracy: int = 0
    vertical_accuracy: int = 0
    baro_accuracy: int = 0
    speed_accuracy: int = 0
    tenths: int | None = None
    time_accuracy: int = 0


class Authentication(Message, frozen=True, kw_only=True, gc=False):
    """One page of a signature. last_page, length, t_ns: on page 0 alone."""

    auth_type: int
    page: int
    data: bytes  # 17 octets on page 0, 23 on the others
    last_page: int | None = None
    length: int | None = None
    t_ns: int | None = None


class SelfId(Message, frozen=True, kw_only=True, gc=False):
    """What it says it does, in words. kind: 0 free text, 1 emergency, 2 further status."""

    kind: int
    text: bytes  # at most 23


class System(Message, frozen=True, kw_only=True, gc=False):
    """Where its operator is: personal data. place: 0 take-off, 1 live, 2 fixed.

    The area is that of a group flying together: how many, in what circle, between what heights.
    """

    place: int
    classification: int = 0
    operator_lat_deg: float | None = None
    operator_lon_deg: float | None = None
    operator_hae_m: float | None = None
    area_count: int = 1
    area_radius_m: float = 0.0
    area_ceiling_m: float | None = None
    area_floor_m: float | None = None
    category_eu: int = 0
    class_eu: int = 0
    t_ns: int | None = None


class OperatorId(Message, frozen=True, kw_only=True, gc=False):
    """The registration of its operator: personal data."""

    kind: int
    operator_id: bytes  # at most 20


AnyMessage = BasicId | Location | Authentication | SelfId | System | OperatorId


@lru_cache(maxsize=4096)
def words(text: bytes) -> str:
    """Read an identifier or text: printable ASCII as it is, anything else as hexadecimal digits."""
    said = text.decode("ascii", "replace").strip()
    if text.isascii() and said.isprintable():
        return said
    return text.hex()
