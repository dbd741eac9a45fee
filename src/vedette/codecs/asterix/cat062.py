"""CAT062, system track data (part 9, editions 1.16 to 1.21): a neighbour's tracks, and ours."""

import msgspec

from vedette.codecs.asterix.fields import (
    NOTHING,
    Item,
    address,
    compound,
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
)
from vedette.codecs.asterix.scales import (
    CLIMB_LSB_MPS,
    HEIGHT_LSB_M,
    LEVEL_LSB_M,
    MODE_S_MESSAGES,
    PLACE_LSB_RAD,
    VELOCITY_LSB_MPS,
)
from vedette.kernels.octets.shapes import CHAINED, EXPLICIT, EXTENDED, REPETITIVE


class Cat062(msgspec.Struct, kw_only=True):
    """One system track. None: the item, or its part, was absent.

    east_m, north_m and the velocity are in the centre's own plane. hae_m is the calculated
    geometric altitude, level_m the measured flight level, height_baro_m the calculated one, for
    which qnh_applied says that it is no pressure height. age_*_s: since the last update of all,
    by PSR, SSR, Mode S, ADS-C, extended squitter, and multilateration. Sigmas are one standard
    deviation.
    """

    sac: int | None = None
    sic: int | None = None
    service: int | None = None
    t_day_s: float | None = None
    lat_rad: float | None = None
    lon_rad: float | None = None
    east_m: float | None = None
    north_m: float | None = None
    v_east_mps: float | None = None
    v_north_mps: float | None = None
    a_east_mps2: float | None = None
    a_north_mps2: float | None = None
    mode_3a_invalid: bool | None = None
    mode_3a_garbled: bool | None = None
    mode_3a_changed: bool | None = None
    mode_3a: str | None = None
    callsign_kind: int | None = None
    callsign: str | None = None
    icao24: str | None = None
    callsign_own: str | None = None
    emitter_category: int | None = None
    track_number: int | None = None
    monosensor: bool | None = None
    special_position: bool | None = None
    geometric_height_better: bool | None = None
    height_source: int | None = None
    tentative: bool | None = None
    simulated: bool | None = None
    last_message: bool | None = None
    first_message: bool | None = None
    flight_plan: bool | None = None
    adsb_inconsistent: bool | None = None
    slave_promotion: bool | None = None
    background_service: bool | None = None
    amalgamated: bool | None = None
    mode_4: int | None = None
    military_emergency: bool | None = None
    military_identification: bool | None = None
    mode_5: int | None = None
    coasted: bool | None = None
    psr_coasted: bool | None = None
    ssr_coasted: bool | None = None
    mode_s_coasted: bool | None = None
    adsb_coasted: bool | None = None
    special_code: bool | None = None
    code_conflict: bool | None = None
    age_s: float | None = None
    age_psr_s: float | None = None
    age_ssr_s: float | None = None
    age_mode_s_s: float | None = None
    age_adsc_s: float | None = None
    age_squitter_s: float | None = None
    age_mlat_s: float | None = None
    turning: int | None = None
    accelerating: int | None = None
    climbing: int | None = None
    altitude_discrepancy: bool | None = None
    level_m: float | None = None
    hae_m: float | None = None
    qnh_applied: bool | None = None
    height_baro_m: float | None = None
    climb_mps: float | None = None
    x_sigma_m: float | None = None
    y_sigma_m: float | None = None
    xy_covariance_m: float | None = None
    lat_sigma_rad: float | None = None
    lon_sigma_rad: float | None = None
    hae_sigma_m: float | None = None
    height_baro_sigma_m: float | None = None
    v_east_sigma_mps: float | None = None
    v_north_sigma_mps: float | None = None
    climb_sigma_mps: float | None = None


def _age(part: str, name: str, octets: int = 1) -> Item:
    return fixed(part, number(name, 8 * octets, 0.25))


_DERIVED = compound(
    "380",
    fixed("ADR", address("icao24")), fixed("ID", text("callsign_own")), opaque("MHG", 2),
    opaque("IAS", 2), opaque("TAS", 2), opaque("SAL", 2), opaque("FSS", 2),
    opaque("TIS", EXTENDED), opaque("TID", REPETITIVE - 15), opaque("COM", 2), opaque("SAB", 2),
    opaque("ACS", 7), opaque("BVR", 2), opaque("GVR", 2),
    opaque("RAN", 2), opaque("TAR", 2), opaque("TAN", 2), opaque("GS", 2), opaque("VUN", 1),
    opaque("MET", 8), fixed("EMC", number("emitter_category", 8)),
    opaque("POS", 6), opaque("GAL", 2), opaque("PUN", 1), opaque("MB", MODE_S_MESSAGES),
    opaque("IAR", 2), opaque("MAC", 2), opaque("BPS", 2),
)  # fmt: skip
_PLAN = compound(
    "390",
    opaque("TAG", 2), opaque("CS", 7), opaque("IFI", 4), opaque("FCT", 1), opaque("TAC", 4),
    opaque("WTC", 1), opaque("DEP", 4), opaque("DST", 4), opaque("RDS", 3), opaque("CFL", 2),
    opaque("CTL", 2), opaque("TOD", REPETITIVE - 4), opaque("AST", 6), opaque("STS", 1),
    opaque("STD", 7), opaque("STA", 7), opaque("PEM", 2), opaque("PEC", 7),
)  # fmt: skip
_DOUBTS = compound(
    "500",
    fixed("APC", number("x_sigma_m", 16, 0.5), number("y_sigma_m", 16, 0.5)),
    fixed("COV", signed("xy_covariance_m", 16, 0.5)),
    fixed(
        "APW", number("lat_sigma_rad", 16, PLACE_LSB_RAD),
        number("lon_sigma_rad", 16, PLACE_LSB_RAD),
    ),
    fixed("AGA", number("hae_sigma_m", 8, HEIGHT_LSB_M)),
    fixed("ABA", number("height_baro_sigma_m", 8, LEVEL_LSB_M)),
    fixed(
        "ATV", number("v_east_sigma_mps", 8, VELOCITY_LSB_MPS),
        number("v_north_sigma_mps", 8, VELOCITY_LSB_MPS),
    ),
    opaque("AA", 2),
    fixed("ARC", number("climb_sigma_mps", 8, CLIMB_LSB_MPS)),
)  # fmt: skip

ITEMS: tuple[Item, ...] = (
    fixed("010", number("sac", 8), number("sic", 8)),
    NOTHING,
    fixed("015", number("service", 8)),
    fixed("070", time_of_day("t_day_s")),
    fixed("105", signed("lat_rad", 32, PLACE_LSB_RAD), signed("lon_rad", 32, PLACE_LSB_RAD)),
    fixed("100", signed("east_m", 24, 0.5), signed("north_m", 24, 0.5)),
    fixed(
        "185", signed("v_east_mps", 16, VELOCITY_LSB_MPS),
        signed("v_north_mps", 16, VELOCITY_LSB_MPS),
    ),
    fixed("210", signed("a_east_mps2", 8, 0.25), signed("a_north_mps2", 8, 0.25)),
    fixed(
        "060", *flags("mode_3a_invalid", "mode_3a_garbled", "mode_3a_changed"), spare(1),
        octal("mode_3a"),
    ),
    fixed("245", number("callsign_kind", 2), spare(6), text("callsign")),
    _DERIVED,
    fixed("040", number("track_number", 16)),
    extended(
        "080", *flags("monosensor", "special_position", "geometric_height_better"),
        number("height_source", 3), flag("tentative"),
        *flags("simulated", "last_message", "first_message", "flight_plan", "adsb_inconsistent"),
        *flags("slave_promotion", "background_service"),
        flag("amalgamated"), number("mode_4", 2),
        *flags("military_emergency", "military_identification"), number("mode_5", 2),
        *flags("coasted", "psr_coasted", "ssr_coasted", "mode_s_coasted", "adsb_coasted"),
        *flags("special_code", "code_conflict"),
    ),
    compound(
        "290", _age("TRK", "age_s"), _age("PSR", "age_psr_s"), _age("SSR", "age_ssr_s"),
        _age("MDS", "age_mode_s_s"), _age("ADS", "age_adsc_s", 2), _age("ES", "age_squitter_s"),
        opaque("VDL", 1), opaque("UAT", 1), opaque("LOP", 1), _age("MLT", "age_mlat_s"),
    ),
    fixed(
        "200", number("turning", 2), number("accelerating", 2), number("climbing", 2),
        flag("altitude_discrepancy"), spare(1),
    ),
    compound("295", *[opaque(f"age{k}", 1) for k in range(31)]),
    fixed("136", signed("level_m", 16, LEVEL_LSB_M)),
    fixed("130", signed("hae_m", 16, HEIGHT_LSB_M)),
    fixed("135", flag("qnh_applied"), signed("height_baro_m", 15, LEVEL_LSB_M)),
    fixed("220", signed("climb_mps", 16, CLIMB_LSB_MPS)),
    _PLAN,
    opaque("270", EXTENDED),
    opaque("300", 1),
    compound(
        "110", opaque("SUM", 1), opaque("PMN", 4), opaque("POS", 6), opaque("GA", 2),
        opaque("EM1", 2), opaque("TOS", 1), opaque("XP", 1),
    ),
    opaque("120", 2),
    opaque("510", CHAINED - 3),
    _DOUBTS,
    compound(
        "340", opaque("SID", 2), opaque("POS", 4), opaque("HEI", 2), opaque("MDC", 2),
        opaque("MDA", 2), opaque("TYP", 1),
    ),
    *[NOTHING] * 5,
    opaque("RE", EXPLICIT),
    opaque("SP", EXPLICIT),
)  # fmt: skip
