"""CAT021, ADS-B reports (part 12): editions 2.1 to 2.7, and 0.23 to 0.26, which are another layout.

Four layouts are told apart, each named by its first edition: 2.2 (to 2.7), 2.1 (its item 271 ends
with its second octet), 0.24 (to 0.26) and 0.23 (its position has 24 bits).
"""

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
    turn,
)
from vedette.codecs.asterix.scales import (
    CLIMB_LSB_MPS,
    COARSE_LSB_RAD,
    FINE_LSB_RAD,
    HEIGHT_LSB_M,
    LEVEL_LSB_M,
    MODE_S_MESSAGES,
    PLACE_LSB_RAD,
    SPEED_LSB_MPS,
)
from vedette.kernels.octets.shapes import EXPLICIT, EXTENDED, EXTENDED_TWICE, REPETITIVE


class Cat021(msgspec.Struct, kw_only=True):
    """One report of an aircraft. None: the item, or its part, was absent.

    address_type: 0 (0.23: 1) is an ICAO address. lat_fine_rad and lon_fine_rad: the item of high
    resolution. t_day_s: the only time of editions 0.23 to 0.26. nac_p and nac_v, nic: the accuracy
    and integrity categories of the aircraft, by mops_version; position_accuracy: of 0.23.
    """

    sac: int | None = None
    sic: int | None = None
    address_type: int | None = None
    altitude_capability: int | None = None
    range_checked: bool | None = None
    field_monitor: bool | None = None
    differential: bool | None = None
    on_ground: bool | None = None
    simulated: bool | None = None
    test_target: bool | None = None
    no_selected_altitude: bool | None = None
    doubt: int | None = None
    list_lookup_failed: bool | None = None
    position_check_failed: bool | None = None
    nogo: bool | None = None
    cpr_failed: bool | None = None
    position_jump: bool | None = None
    range_check_failed: bool | None = None
    special_position: bool | None = None
    track_number: int | None = None
    service: int | None = None
    t_position_day_s: float | None = None
    t_received_day_s: float | None = None
    t_sent_day_s: float | None = None
    t_day_s: float | None = None
    lat_rad: float | None = None
    lon_rad: float | None = None
    lat_fine_rad: float | None = None
    lon_fine_rad: float | None = None
    icao24: str | None = None
    hae_m: float | None = None
    nac_v: int | None = None
    nic: int | None = None
    nic_baro: bool | None = None
    sil: int | None = None
    nac_p: int | None = None
    position_accuracy: int | None = None
    version_unsupported: bool | None = None
    mops_version: int | None = None
    link_technology: int | None = None
    mode_3a_invalid: bool | None = None
    mode_3a_garbled: bool | None = None
    mode_3a: str | None = None
    height_baro_m: float | None = None
    intent_change: bool | None = None
    lnav_off: bool | None = None
    military_emergency: bool | None = None
    priority_status: int | None = None
    surveillance_status: int | None = None
    climb_baro_exceeded: bool | None = None
    climb_baro_mps: float | None = None
    climb_exceeded: bool | None = None
    climb_mps: float | None = None
    speed_exceeded: bool | None = None
    speed_mps: float | None = None
    track_rad: float | None = None
    callsign: str | None = None
    emitter_category: int | None = None


_WEATHER = compound("220", opaque("WS", 2), opaque("WD", 2), opaque("TMP", 2), opaque("TRB", 1))
_INTENT = compound("110", opaque("TIS", EXTENDED), opaque("TID", REPETITIVE - 15))
_SOURCE = fixed("010", number("sac", 8), number("sic", 8))
_ACCURACY = extended(
    "090", number("nac_v", 3), number("nic", 4), flag("nic_baro"), number("sil", 2),
    number("nac_p", 4),
)  # fmt: skip


def _of_edition_2(surface: Item) -> tuple[Item, ...]:
    return (
        _SOURCE,
        extended(
            "040", number("address_type", 3), number("altitude_capability", 2),
            *flags("range_checked", "field_monitor"),
            *flags("differential", "on_ground", "simulated", "test_target"),
            flag("no_selected_altitude"), number("doubt", 2), spare(1),
            *flags("list_lookup_failed", "position_check_failed", "nogo", "cpr_failed"),
            *flags("position_jump", "range_check_failed"),
        ),
        fixed("161", spare(4), number("track_number", 12)),
        fixed("015", number("service", 8)),
        fixed("071", time_of_day("t_position_day_s")),
        fixed("130", signed("lat_rad", 24, COARSE_LSB_RAD), signed("lon_rad", 24, COARSE_LSB_RAD)),
        fixed(
            "131", signed("lat_fine_rad", 32, FINE_LSB_RAD),
            signed("lon_fine_rad", 32, FINE_LSB_RAD),
        ),
        opaque("072", 3),
        opaque("150", 2),
        opaque("151", 2),
        fixed("080", address("icao24")),
        fixed("073", time_of_day("t_received_day_s")),
        opaque("074", 4),
        opaque("075", 3),
        opaque("076", 4),
        fixed("140", signed("hae_m", 16, HEIGHT_LSB_M)),
        _ACCURACY,
        fixed(
            "210", spare(1), flag("version_unsupported"), number("mops_version", 3),
            number("link_technology", 3),
        ),
        fixed("070", spare(4), octal("mode_3a")),
        opaque("230", 2),
        fixed("145", signed("height_baro_m", 16, LEVEL_LSB_M)),
        opaque("152", 2),
        fixed(
            "200", *flags("intent_change", "lnav_off", "military_emergency"),
            number("priority_status", 3), number("surveillance_status", 2),
        ),
        fixed("155", flag("climb_baro_exceeded"), signed("climb_baro_mps", 15, CLIMB_LSB_MPS)),
        fixed("157", flag("climb_exceeded"), signed("climb_mps", 15, CLIMB_LSB_MPS)),
        fixed(
            "160", flag("speed_exceeded"), number("speed_mps", 15, SPEED_LSB_MPS), turn("track_rad")
        ),
        opaque("165", 2),
        fixed("077", time_of_day("t_sent_day_s")),
        fixed("170", text("callsign")),
        fixed("020", number("emitter_category", 8)),
        _WEATHER,
        opaque("146", 2),
        opaque("148", 2),
        _INTENT,
        opaque("016", 1),
        opaque("008", 1),
        surface,
        opaque("132", 1),
        opaque("250", MODE_S_MESSAGES),
        opaque("260", 7),
        opaque("400", 1),
        compound("295", *[opaque(f"age{k}", 1) for k in range(23)]),
        *[NOTHING] * 5,
        opaque("RE", EXPLICIT),
        opaque("SP", EXPLICIT),
    )  # fmt: skip


def _of_edition_0(lsb_rad: float, bits: int, *further: Item) -> tuple[Item, ...]:
    return (
        _SOURCE,
        fixed(
            "040", *flags("differential", "on_ground", "simulated", "test_target"),
            *flags("field_monitor", "no_selected_altitude", "special_position"), spare(1),
            number("address_type", 3), number("altitude_capability", 2), spare(3),
        ),
        fixed("030", time_of_day("t_day_s")),
        fixed("130", signed("lat_rad", bits, lsb_rad), signed("lon_rad", bits, lsb_rad)),
        fixed("080", address("icao24")),
        fixed("140", signed("hae_m", 16, HEIGHT_LSB_M)),
        fixed("090", spare(12), number("position_accuracy", 4)),
        opaque("210", 1),
        opaque("230", 2),
        fixed("145", signed("height_baro_m", 16, LEVEL_LSB_M)),
        opaque("150", 2),
        opaque("151", 2),
        opaque("152", 2),
        fixed("155", signed("climb_baro_mps", 16, CLIMB_LSB_MPS)),
        fixed("157", signed("climb_mps", 16, CLIMB_LSB_MPS)),
        fixed("160", signed("speed_mps", 16, SPEED_LSB_MPS), turn("track_rad")),
        opaque("165", EXTENDED),
        fixed("170", text("callsign")),
        opaque("095", 1),
        opaque("032", 1),
        opaque("200", 1),
        fixed("020", number("emitter_category", 8)),
        _WEATHER,
        opaque("146", 2),
        opaque("148", 2),
        _INTENT,
        *further,
        *[NOTHING] * (7 - len(further)),
        opaque("RE", EXPLICIT),
        opaque("SP", EXPLICIT),
    )  # fmt: skip


ITEMS_2_2 = _of_edition_2(opaque("271", EXTENDED))
ITEMS_2_1 = _of_edition_2(opaque("271", EXTENDED_TWICE))
ITEMS_0_23 = _of_edition_0(COARSE_LSB_RAD, 24)
ITEMS_0_24 = _of_edition_0(
    PLACE_LSB_RAD,
    32,
    fixed("070", *flags("mode_3a_invalid", "mode_3a_garbled"), spare(2), octal("mode_3a")),
    opaque("131", 1),
)
