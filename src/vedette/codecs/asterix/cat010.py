"""CAT010, reports of surface movement sensors and multilateration (part 7, edition 1.1)."""

import msgspec

from vedette.codecs.asterix.fields import (
    NOTHING,
    Item,
    address,
    extended,
    fixed,
    flag,
    flags,
    number,
    octal,
    opaque,
    signed,
    spare,
    text,
    time_of_day,
    turn,
)
from vedette.codecs.asterix.scales import (
    FINEST_LSB_RAD,
    HEIGHT_LSB_M,
    LEVEL_LSB_M,
    MODE_S_MESSAGES,
    SPEED_LSB_MPS,
    VELOCITY_LSB_MPS,
)
from vedette.kernels.octets.shapes import EXPLICIT, EXTENDED, REPETITIVE


class Cat010(msgspec.Struct, kw_only=True):
    """One message. None: the item, or its part, was absent.

    message_type 1 target report, 2 start of update cycle, 3 and 4 status. Polar and Cartesian
    positions are relative to the sensor's reference point; hae-like heights are not stated.
    measured_height_m is relative to that point. extrapolated: 0 no, others by how.
    """

    sac: int | None = None
    sic: int | None = None
    message_type: int | None = None
    report_type: int | None = None
    differential: bool | None = None
    chain_2: bool | None = None
    on_ground: bool | None = None
    corrupted: bool | None = None
    simulated: bool | None = None
    test_target: bool | None = None
    field_monitor: bool | None = None
    loop: int | None = None
    target_type: int | None = None
    t_day_s: float | None = None
    lat_rad: float | None = None
    lon_rad: float | None = None
    range_m: float | None = None
    azimuth_rad: float | None = None
    east_m: float | None = None
    north_m: float | None = None
    speed_mps: float | None = None
    track_rad: float | None = None
    v_east_mps: float | None = None
    v_north_mps: float | None = None
    track_number: int | None = None
    tentative: bool | None = None
    last_report: bool | None = None
    extrapolated: int | None = None
    manoeuvre: bool | None = None
    projected: bool | None = None
    smoothed: bool | None = None
    mode_3a_invalid: bool | None = None
    mode_3a_garbled: bool | None = None
    mode_3a_kept: bool | None = None
    mode_3a: str | None = None
    icao24: str | None = None
    callsign_kind: int | None = None
    callsign: str | None = None
    level_invalid: bool | None = None
    level_garbled: bool | None = None
    height_baro_m: float | None = None
    measured_height_m: float | None = None
    nogo: int | None = None
    overloaded: bool | None = None
    time_invalid: bool | None = None
    x_sigma_m: float | None = None
    y_sigma_m: float | None = None


ITEMS: tuple[Item, ...] = (
    fixed("010", number("sac", 8), number("sic", 8)),
    fixed("000", number("message_type", 8)),
    extended(
        "020", number("report_type", 3), *flags("differential", "chain_2", "on_ground"),
        flag("corrupted"), *flags("simulated", "test_target", "field_monitor"),
        number("loop", 2), number("target_type", 2),
    ),
    fixed("140", time_of_day("t_day_s")),
    fixed("041", signed("lat_rad", 32, FINEST_LSB_RAD), signed("lon_rad", 32, FINEST_LSB_RAD)),
    fixed("040", number("range_m", 16, 1.0), turn("azimuth_rad")),
    fixed("042", signed("east_m", 16, 1.0), signed("north_m", 16, 1.0)),
    fixed("200", number("speed_mps", 16, SPEED_LSB_MPS), turn("track_rad")),
    fixed(
        "202", signed("v_east_mps", 16, VELOCITY_LSB_MPS),
        signed("v_north_mps", 16, VELOCITY_LSB_MPS),
    ),
    fixed("161", spare(4), number("track_number", 12)),
    extended(
        "170", *flags("tentative", "last_report"), number("extrapolated", 2),
        *flags("manoeuvre", "projected", "smoothed"),
    ),
    fixed(
        "060", *flags("mode_3a_invalid", "mode_3a_garbled", "mode_3a_kept"), spare(1),
        octal("mode_3a"),
    ),
    fixed("220", address("icao24")),
    fixed("245", number("callsign_kind", 2), spare(6), text("callsign")),
    opaque("250", MODE_S_MESSAGES),
    opaque("300", 1),
    fixed(
        "090", *flags("level_invalid", "level_garbled"), signed("height_baro_m", 14, LEVEL_LSB_M)
    ),
    fixed("091", signed("measured_height_m", 16, HEIGHT_LSB_M)),
    opaque("270", EXTENDED),
    fixed("550", number("nogo", 2), *flags("overloaded", "time_invalid"), spare(4)),
    opaque("310", 1),
    fixed("500", number("x_sigma_m", 8, 0.25), number("y_sigma_m", 8, 0.25), spare(16)),
    opaque("280", REPETITIVE - 2),
    opaque("131", 1),
    opaque("210", 2),
    NOTHING,
    opaque("SP", EXPLICIT),
    opaque("RE", EXPLICIT),
)  # fmt: skip
