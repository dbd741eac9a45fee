"""CAT020, target reports of multilateration (part 14, editions 1.9 to 1.11)."""

import msgspec

from vedette.codecs.asterix.fields import (
    Item,
    address,
    compound,
    extended,
    fixed,
    flags,
    number,
    octal,
    opaque,
    signed,
    spare,
    text,
    time_of_day,
)
from vedette.codecs.asterix.scales import (
    HEIGHT_LSB_M,
    LEVEL_LSB_M,
    MODE_S_MESSAGES,
    PLACE_LSB_RAD,
    VELOCITY_LSB_MPS,
)
from vedette.kernels.octets.shapes import EXPLICIT, EXTENDED, REPETITIVE


class Cat020(msgspec.Struct, kw_only=True):
    """One target report. None: the item, or its part, was absent.

    east_m and north_m are relative to the system's reference point. measured_height_m is in that
    plane's frame, hae_m above the ellipsoid. Sigmas are one standard deviation.
    """

    sac: int | None = None
    sic: int | None = None
    no_ssr: bool | None = None
    no_mode_s: bool | None = None
    no_hf: bool | None = None
    no_vdl4: bool | None = None
    no_uat: bool | None = None
    no_dme: bool | None = None
    no_other: bool | None = None
    field_monitor: bool | None = None
    special_position: bool | None = None
    chain_2: bool | None = None
    on_ground: bool | None = None
    corrupted: bool | None = None
    simulated: bool | None = None
    test_target: bool | None = None
    t_day_s: float | None = None
    lat_rad: float | None = None
    lon_rad: float | None = None
    east_m: float | None = None
    north_m: float | None = None
    track_number: int | None = None
    tentative: bool | None = None
    last_report: bool | None = None
    extrapolated: bool | None = None
    climbing: int | None = None
    manoeuvre: bool | None = None
    smoothed: bool | None = None
    ghost: bool | None = None
    mode_3a_invalid: bool | None = None
    mode_3a_garbled: bool | None = None
    mode_3a_kept: bool | None = None
    mode_3a: str | None = None
    v_east_mps: float | None = None
    v_north_mps: float | None = None
    level_invalid: bool | None = None
    level_garbled: bool | None = None
    height_baro_m: float | None = None
    icao24: str | None = None
    callsign_kind: int | None = None
    callsign: str | None = None
    measured_height_m: float | None = None
    hae_m: float | None = None
    x_sigma_m: float | None = None
    y_sigma_m: float | None = None
    hae_sigma_m: float | None = None


ITEMS: tuple[Item, ...] = (
    fixed("010", number("sac", 8), number("sic", 8)),
    extended(
        "020", *flags("no_ssr", "no_mode_s", "no_hf", "no_vdl4", "no_uat", "no_dme", "no_other"),
        *flags("field_monitor", "special_position", "chain_2", "on_ground", "corrupted"),
        *flags("simulated", "test_target"),
    ),
    fixed("140", time_of_day("t_day_s")),
    fixed("041", signed("lat_rad", 32, PLACE_LSB_RAD), signed("lon_rad", 32, PLACE_LSB_RAD)),
    fixed("042", signed("east_m", 24, 0.5), signed("north_m", 24, 0.5)),
    fixed("161", spare(4), number("track_number", 12)),
    extended(
        "170", *flags("tentative", "last_report", "extrapolated"), number("climbing", 2),
        *flags("manoeuvre", "smoothed", "ghost"),
    ),
    fixed(
        "070", *flags("mode_3a_invalid", "mode_3a_garbled", "mode_3a_kept"), spare(1),
        octal("mode_3a"),
    ),
    fixed(
        "202", signed("v_east_mps", 16, VELOCITY_LSB_MPS),
        signed("v_north_mps", 16, VELOCITY_LSB_MPS),
    ),
    fixed(
        "090", *flags("level_invalid", "level_garbled"), signed("height_baro_m", 14, LEVEL_LSB_M)
    ),
    opaque("100", 4),
    fixed("220", address("icao24")),
    fixed("245", number("callsign_kind", 2), spare(6), text("callsign")),
    fixed("110", signed("measured_height_m", 16, HEIGHT_LSB_M)),
    fixed("105", signed("hae_m", 16, HEIGHT_LSB_M)),
    opaque("210", 2),
    opaque("300", 1),
    opaque("310", 1),
    compound(
        "500", opaque("DOP", 6),
        fixed("SDP", number("x_sigma_m", 16, 0.25), number("y_sigma_m", 16, 0.25), spare(16)),
        fixed("SDH", number("hae_sigma_m", 16, 0.5)),
    ),
    opaque("400", REPETITIVE - 1),
    opaque("250", MODE_S_MESSAGES),
    opaque("230", 2),
    opaque("260", 7),
    opaque("030", EXTENDED),
    opaque("055", 1),
    opaque("050", 2),
    opaque("RE", EXPLICIT),
    opaque("SP", EXPLICIT),
)  # fmt: skip
