"""CAT205, reports of radio direction finders (part 31, edition 1.0)."""

import msgspec

from vedette.codecs.asterix.fields import Item, fixed, number, opaque, signed, time_of_day
from vedette.codecs.asterix.scales import HUNDREDTH_LSB_RAD, PLACE_LSB_RAD
from vedette.kernels.octets.shapes import EXPLICIT, REPETITIVE

SYSTEM_POSITION, SYSTEM_BEARING, CONFLICTING_POSITION, DETECTION_END, SENSOR_DATA = 1, 2, 3, 4, 5


class Cat205(msgspec.Struct, kw_only=True):
    """One report. None: the item was absent.

    azimuth_rad: local bearing, clockwise from true north at lat_rad, lon_rad, which are then where
    the bearing begins. grid_rad: the bearing in the system's own plane. radius_m: the transmitter
    is expected within.
    """

    sac: int | None = None
    sic: int | None = None
    service: int | None = None
    message_type: int | None = None
    t_day_s: float | None = None
    report_number: int | None = None
    lat_rad: float | None = None
    lon_rad: float | None = None
    east_m: float | None = None
    north_m: float | None = None
    azimuth_rad: float | None = None
    grid_rad: float | None = None
    quality: int | None = None
    radius_m: float | None = None
    track_number: int | None = None
    sensor: int | None = None
    signal_dbuv: float | None = None
    signal_quality: int | None = None
    elevation_rad: float | None = None


ITEMS: tuple[Item, ...] = (
    fixed("010", number("sac", 8), number("sic", 8)),
    fixed("015", number("service", 8)),
    fixed("000", number("message_type", 8)),
    fixed("030", time_of_day("t_day_s")),
    fixed("040", number("report_number", 8)),
    opaque("090", 7),
    fixed("050", signed("lat_rad", 32, PLACE_LSB_RAD), signed("lon_rad", 32, PLACE_LSB_RAD)),
    fixed("060", signed("east_m", 24, 0.5), signed("north_m", 24, 0.5)),
    fixed("070", number("azimuth_rad", 16, HUNDREDTH_LSB_RAD)),
    fixed("080", number("grid_rad", 16, HUNDREDTH_LSB_RAD)),
    fixed("100", number("quality", 8)),
    fixed("110", number("radius_m", 8, 100.0)),
    opaque("120", REPETITIVE - 1),
    opaque("130", 8),
    opaque("140", 6),
    opaque("150", 1),
    fixed("160", number("track_number", 16)),
    fixed("170", number("sensor", 8)),
    fixed("180", signed("signal_dbuv", 16, 0.01)),
    fixed("190", number("signal_quality", 8)),
    fixed("200", signed("elevation_rad", 16, HUNDREDTH_LSB_RAD)),
    opaque("SP", EXPLICIT),
)  # fmt: skip
