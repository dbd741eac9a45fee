"""ASTERIX categories described as tables: round trips, editions, places and claims."""

import math
import random

import msgspec
import pytest
from asterix_world import PROFILES, datagrams, record_of
from codecs_world import HOME, T0_NS

from vedette import codecs
from vedette.codecs.asterix import BlockFault, blocks, decode_records, encode_record_blocks
from vedette.codecs.asterix.cat010 import Cat010
from vedette.codecs.asterix.cat020 import Cat020
from vedette.codecs.asterix.cat021 import Cat021
from vedette.codecs.asterix.cat062 import Cat062
from vedette.codecs.asterix.cat065 import Cat065
from vedette.codecs.asterix.cat205 import Cat205
from vedette.codecs.asterix.fields import named_fields
from vedette.codecs.asterix.profiles import EDITIONS, ITEMS
from vedette.codecs.asterix.tables import RECORDS, editions_of
from vedette.codecs.asterix.uap import category_of
from vedette.config.site import Feed, Output, Reference, Sensor, Site
from vedette.model.arrivals import Arrival
from vedette.model.enums import Mode
from vedette.model.reports import Plot, PositionReport, Refusal, SensorStatus

LAT, LON = math.radians(33.9), math.radians(42.5)
DAY_S = 86_400.0


def site_of(edition=None, mode=Mode.SIMULATED, **own):
    sensors = [
        Sensor(id="mlat", kind="position", sac=1, sic=2, **HOME),
        Sensor(id="ground", kind="adsb", sac=1, sic=2, **HOME),
        Sensor(id="rdf", kind="bearing", sac=1, sic=3, **HOME),
        Sensor(id="neighbour", kind="position", sac=9, sic=9, cooperative=True, **HOME),
    ]
    feed = Feed(id="f", kind="asterix_udp", port=30001, cat021_edition=edition)
    outputs = [Output(id="out", kind="asterix_udp", port=9, sac=7, sic=7)]
    return Site(
        schema=1, name="x", mode=mode, reference=Reference(**HOME), sensors=sensors, feeds=[feed],
        outputs=outputs,
    )  # fmt: skip


def arrive(record, profile=None, site=None, t_recv_ns=T0_NS):
    decoders = codecs.open_decoders(site or site_of())
    (data,) = encode_record_blocks([record], profile)
    return codecs.decode(decoders, [Arrival(feed="f", t_recv_ns=t_recv_ns, data=data)])


@pytest.mark.parametrize("profile", PROFILES)
def test_every_field_of_a_table_is_an_attribute_of_its_record(profile):
    attributes = set(RECORDS[category_of(profile)].__struct_fields__)
    assert {field.name for field in named_fields(ITEMS[profile])} <= attributes


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_written_is_read_back_to_the_last_step(profile):
    source = random.Random(profile + 1)
    for _ in range(200):
        record = record_of(source, profile)
        (data,) = encode_record_blocks([record], profile)
        (block,) = blocks(data)
        ((again, _, _),) = decode_records(data, block, profile)
        said = {k: v for k, v in msgspec.structs.asdict(record).items() if v is not None}
        for name, value in said.items():
            expected = pytest.approx(value, rel=1e-12) if isinstance(value, float) else value
            assert getattr(again, name) == expected, name
        assert encode_record_blocks([again], profile) == [data]


@pytest.mark.parametrize("profile", PROFILES)
def test_rounding_loses_at_most_half_a_step(profile):
    source = random.Random(profile + 2)
    for field in named_fields(ITEMS[profile]):
        if not field.lsb or field.bits < 4:
            continue
        record = RECORDS[category_of(profile)](sac=1, sic=2)
        for partner in next(
            part
            for item in ITEMS[profile]
            for part in (item.parts or (item,))
            if part is not None and field in part.fields
        ).fields:
            if partner.name:
                setattr(record, partner.name, None)
        value = source.uniform(0.1, 0.9) * field.lsb * (1 << (field.bits - 1))
        setattr(record, field.name, value)
        (data,) = encode_record_blocks([record], profile)
        ((again, _, _),) = decode_records(data, next(iter(blocks(data))), profile)
        assert abs(getattr(again, field.name) - value) <= 0.5000001 * field.lsb


def test_values_beyond_an_item_are_held_at_its_end():
    record = Cat062(sac=1, sic=1, v_east_mps=1e9, v_north_mps=-1e9, hae_sigma_m=1e9)
    (data,) = encode_record_blocks([record])
    ((again, _, _),) = decode_records(data, next(iter(blocks(data))))
    assert (again.v_east_mps, again.v_north_mps) == (8191.75, -8192.0)
    assert again.hae_sigma_m == pytest.approx(255 * 1.905)


def test_multilateration_gives_positions_with_their_accuracy():
    record = Cat020(
        sac=1, sic=2, t_day_s=1.0, lat_rad=LAT, lon_rad=LON, hae_m=1000.0, x_sigma_m=5.0,
        y_sigma_m=8.0, hae_sigma_m=12.0, icao24="4b1234", callsign="VED1", mode_3a="1200",
        v_east_mps=10.0, v_north_mps=-5.0, height_baro_m=990.6,
    )  # fmt: skip
    (report,) = arrive(record)
    assert isinstance(report, PositionReport) and report.sensor == "mlat"
    assert report.t_meas_ns == T0_NS + 1_000_000_000
    assert (report.lat_rad, report.lon_rad) == pytest.approx((LAT, LON), abs=1e-7)
    assert (report.horizontal_sigma_m, report.vertical_sigma_m) == (8.0, 12.0)
    assert report.claims.icao24 == "4b1234" and report.claims.squawk == "1200"
    assert not report.derived


@pytest.mark.parametrize("record", [
    Cat010(sac=1, sic=2, message_type=1, east_m=3000.0, north_m=4000.0),
    Cat010(sac=1, sic=2, message_type=1, range_m=5000.0, azimuth_rad=math.atan2(3.0, 4.0)),
    Cat020(sac=1, sic=2, east_m=3000.0, north_m=4000.0),
    Cat062(sac=1, sic=2, east_m=3000.0, north_m=4000.0),
])  # fmt: skip
def test_a_place_in_the_plane_is_taken_from_where_the_sensor_stands(record):
    from vedette.geo import SiteFrame

    (report,) = arrive(record)
    frame = SiteFrame(site_of().sensors[0])
    east, north, _ = frame.enu_from_geo(report.lat_rad, report.lon_rad, 190.0)
    assert (east, north) == pytest.approx((3000.0, 4000.0), abs=1.0)


def test_what_is_extrapolated_a_test_or_a_ghost_is_no_plot():
    place = {"sac": 1, "sic": 2, "lat_rad": LAT, "lon_rad": LON}
    assert arrive(Cat020(**place, extrapolated=True)) == []
    assert arrive(Cat020(**place, test_target=True)) == []
    assert arrive(Cat020(**place, ghost=True)) == []
    assert arrive(Cat010(**place, message_type=1, extrapolated=2)) == []
    assert arrive(Cat062(**place, coasted=True)) == []
    assert arrive(Cat062(**place, last_message=True)) == []
    assert arrive(Cat020(sac=1, sic=2, mode_3a="1000")) == []


def test_what_is_marked_simulated_is_refused_where_the_site_is_live():
    live = site_of(mode=Mode.LIVE)
    for kind in (Cat020, Cat062, Cat010):
        record = kind(sac=1, sic=2, lat_rad=LAT, lon_rad=LON, simulated=True)
        assert arrive(record, site=live)[0].reason == "simulated target"
        assert isinstance(arrive(record)[0], PositionReport)


def test_adsb_reports_are_claims_with_the_accuracy_they_claim():
    record = Cat021(
        sac=1, sic=2, address_type=0, t_position_day_s=2.0, lat_fine_rad=LAT, lon_fine_rad=LON,
        icao24="4b1234", callsign="VED 12", hae_m=3000.0, height_baro_m=2900.0, nac_p=8,
        mops_version=2, nac_v=1, nic=7, speed_mps=100.0, track_rad=math.pi / 2, climb_mps=-5.0,
        mode_3a="7000",
    )  # fmt: skip
    (report,) = arrive(record)
    assert report.sensor == "ground"
    assert report.horizontal_sigma_m == pytest.approx(92.6 / 2.4477, rel=1e-3)
    assert report.v_east_mps == pytest.approx(100.0, abs=0.1)
    assert report.v_north_mps == pytest.approx(0.0, abs=0.1)
    assert (report.claims.icao24, report.claims.callsign) == ("4b1234", "VED12")
    anonymous = msgspec.structs.replace(record, address_type=3, callsign=None, mode_3a=None)
    assert arrive(anonymous)[0].claims is None


def test_what_the_ground_station_doubts_is_refused_in_its_words():
    record = Cat021(sac=1, sic=2, lat_rad=LAT, lon_rad=LON, icao24="4b1234", cpr_failed=True)
    (refusal,) = arrive(record)
    assert refusal.reason == "implausible position" and "compact position" in refusal.detail
    assert refusal.source == "ground"


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_edition_of_cat021_is_read_where_the_site_file_names_it(edition):
    record = Cat021(
        sac=1, sic=2, t_day_s=2.0, t_position_day_s=2.0, lat_rad=LAT, lon_rad=LON,
        icao24="4b1234", callsign="VED1", address_type=0, hae_m=500.0,
    )  # fmt: skip
    (report,) = arrive(record, EDITIONS[edition], site_of(edition))
    assert isinstance(report, PositionReport)
    assert (report.lat_rad, report.lon_rad) == pytest.approx((LAT, LON), abs=1e-6)
    assert report.t_meas_ns == T0_NS + 2_000_000_000


@pytest.mark.parametrize(("spoken", "stated"), [("0.23", "2.2"), ("0.24", "2.2"), ("2.2", "0.23")])
def test_another_edition_than_the_site_file_says_is_refused_by_name(spoken, stated):
    record = Cat021(
        sac=1, sic=2, t_day_s=2.0, t_position_day_s=2.0, lat_rad=LAT, lon_rad=LON,
        icao24="4b1234", callsign="VED1", address_type=0, hae_m=500.0, emitter_category=3,
    )  # fmt: skip
    found = arrive(record, EDITIONS[spoken], site_of(stated))
    assert found and all(isinstance(one, Refusal) for one in found)
    assert f"edition {spoken}: see cat021_edition" in found[0].detail


def test_real_looking_blocks_fit_one_edition_of_four_in_the_main():
    """Editions 0.24 and 0.23 differ in four octets, 2.1 and 2.2 in one bit: those may both fit."""
    families = {"2.1": {"2.1", "2.2"}, "2.2": {"2.1", "2.2"}, "0.23": {"0.23"}, "0.24": {"0.24"}}
    for name, profile in EDITIONS.items():
        record = Cat021(
            sac=1, sic=2, t_day_s=2.0, t_position_day_s=2.0, lat_rad=LAT, lon_rad=LON,
            icao24="4b1234", callsign="VED1", hae_m=500.0, emitter_category=3, mode_3a="1000",
        )  # fmt: skip
        (data,) = encode_record_blocks([record], profile)
        fitting = set(editions_of(data, next(iter(blocks(data)))))
        assert name in fitting and fitting <= families[name]


def test_a_neighbours_tracks_are_positions_marked_derived():
    record = Cat062(
        sac=9, sic=9, t_day_s=3.0, lat_rad=LAT, lon_rad=LON, hae_m=2000.0, x_sigma_m=30.0,
        y_sigma_m=40.0, hae_sigma_m=19.05, v_east_mps=50.0, v_north_mps=1.0, climb_mps=0.0,
        icao24="4b1234", callsign="VED1", track_number=12, level_m=1950.72,
    )  # fmt: skip
    (report,) = arrive(record)
    assert report.derived and report.sensor == "neighbour"
    assert report.horizontal_sigma_m == 40.0 and report.vertical_sigma_m == pytest.approx(19.05)
    assert report.height_baro_m == pytest.approx(1950.72)


def test_our_own_tracks_heard_again_are_refused_as_an_echo():
    (refusal,) = arrive(Cat062(sac=7, sic=7, t_day_s=3.0, lat_rad=LAT, lon_rad=LON))
    assert refusal.reason == "our own echo"


def test_a_neighbours_status_is_a_sign_of_life():
    (status,) = arrive(Cat065(sac=9, sic=9, message_type=1, t_day_s=1.0, nogo=0))
    assert isinstance(status, SensorStatus) and status.degraded_reason is None
    (status,) = arrive(Cat065(sac=9, sic=9, message_type=1, t_day_s=1.0, nogo=1, overloaded=True))
    assert status.degraded_reason == "degraded; overloaded"


def test_bearings_of_a_direction_finder_are_plots_without_range():
    lat, lon = math.radians(HOME["lat_deg"]), math.radians(HOME["lon_deg"])
    record = Cat205(
        sac=1, sic=3, message_type=5, t_day_s=1.0, lat_rad=lat, lon_rad=lon,
        azimuth_rad=math.radians(271.25), elevation_rad=math.radians(2.0),
    )  # fmt: skip
    (plot,) = arrive(record)
    assert isinstance(plot, Plot) and plot.sensor == "rdf" and plot.range_m is None
    assert plot.azimuth_rad == pytest.approx(math.radians(271.25))
    elsewhere = msgspec.structs.replace(record, lat_rad=lat + 0.01)
    assert arrive(elsewhere)[0].reason == "implausible position"
    turned = msgspec.structs.replace(record, azimuth_rad=math.radians(500.0))
    assert arrive(turned)[0].reason == "out of range"
    assert arrive(msgspec.structs.replace(record, message_type=1)) == []


@pytest.mark.parametrize("record", [
    Cat020(sac=1, sic=2, t_day_s=DAY_S - 1.0, lat_rad=LAT, lon_rad=LON),
    Cat021(sac=1, sic=2, t_position_day_s=DAY_S - 1.0, lat_rad=LAT, lon_rad=LON),
    Cat062(sac=9, sic=9, t_day_s=DAY_S - 1.0, lat_rad=LAT, lon_rad=LON),
    Cat205(sac=1, sic=3, message_type=5, t_day_s=DAY_S - 1.0, azimuth_rad=1.0),
])  # fmt: skip
def test_midnight_lies_between_measuring_and_receiving(record):
    (report,) = arrive(record, t_recv_ns=T0_NS + 500_000_000)
    assert report.t_meas_ns == T0_NS - 1_000_000_000


def test_the_same_record_over_a_second_network_is_passed_over():
    record = Cat020(sac=1, sic=2, t_day_s=1.0, lat_rad=LAT, lon_rad=LON, track_number=5)
    (data,) = encode_record_blocks([record])
    decoders = codecs.open_decoders(site_of())
    first = Arrival(feed="f", t_recv_ns=T0_NS, data=data)
    again = Arrival(feed="f", t_recv_ns=T0_NS + 1_000_000, data=data)
    assert len(codecs.decode(decoders, [first, again])) == 1


def test_a_source_of_another_kind_is_a_stranger():
    (refusal,) = arrive(Cat205(sac=1, sic=2, message_type=5, azimuth_rad=1.0))
    assert refusal.reason == "unknown sensor" and "no sensor of kind bearing" in refusal.detail


@pytest.mark.parametrize("profile", PROFILES)
def test_a_time_past_midnight_and_a_place_beyond_the_poles_are_refused(profile):
    for data in datagrams(profile):
        (block,) = blocks(data)
        found = list(decode_records(data, block, profile))
        assert not any(isinstance(one, BlockFault) for one in found)
    late = bytes([62, 0, 8, 0x10, 0xFF, 0xFF, 0xFF, 0])[:7]
    late = late[:2] + bytes([len(late)]) + late[3:]
    (fault,) = decode_records(late, next(iter(blocks(late))))
    assert fault.reason == "bad time"
    beyond = Cat062(sac=9, sic=9, lat_rad=math.pi, lon_rad=0.0)
    assert arrive(beyond)[0].reason == "out of range"
