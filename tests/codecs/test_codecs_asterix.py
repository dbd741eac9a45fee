"""ASTERIX: real radars' datagrams, round trips, midnight, damaged blocks."""

import math
from collections import Counter

import msgspec
import pytest
from codecs_world import HOME, T0_NS, TARGET, asterix_datagrams
from hypothesis import given
from hypothesis import strategies as st

from vedette import codecs
from vedette.codecs import capture
from vedette.codecs.asterix import (
    BlockFault,
    Cat034,
    Cat048,
    blocks,
    cat034_from_status,
    cat048_from_plot,
    decode_cat034,
    decode_cat048,
    encode_cat034,
    encode_cat048,
    encode_cat048_blocks,
    encode_plots,
)
from vedette.codecs.asterix.to_reports import (
    elevation_from_height_rad,
    height_from_elevation_m,
    nearest_day_ns,
    radar_of,
)
from vedette.config.site import Sensor
from vedette.model.arrivals import Arrival
from vedette.model.enums import Mode
from vedette.model.reports import Claims, Plot, Refusal, SensorStatus

DAY_NS = 86_400_000_000_000


def read_all(data):
    found = []
    for block in blocks(data):
        if isinstance(block, BlockFault):
            found.append(block)
            continue
        found += list((decode_cat048 if block.category == 48 else decode_cat034)(data, block))
    return found


def arrive(site, data, t_recv_ns=T0_NS):
    decoders = codecs.open_decoders(site)
    return codecs.decode(decoders, [Arrival(feed="f-asterix", t_recv_ns=t_recv_ns, data=data)])


def test_a_record_by_hand_is_read_item_by_item():
    # FSPEC 010 140 020 040: SAC 25 SIC 1, 1.0 s, single PSR, 1 NM, 90 degrees.
    data = bytes.fromhex("30 000e f0 1901 000080 20 0100 4000".replace(" ", ""))
    (record,) = read_all(data)
    assert (record.sac, record.sic, record.t_day_s, record.report_type) == (25, 1, 1.0, 1)
    assert record.range_m == 1852.0
    assert record.azimuth_rad == pytest.approx(math.pi / 2)


def test_real_radars_are_read_without_a_fault(shared_data):
    data = (shared_data / "asterix" / "croatia_cat034_048.pcap").read_bytes()
    found = list(capture.datagrams(data))
    records = [record for datagram in found for record in read_all(datagram.payload)]
    assert len(found) == 100
    assert Counter(type(r).__name__ for r in records) == {"Cat048": 128, "Cat034": 34}
    first = records[0]
    assert (first.sac, first.sic, first.icao24, first.callsign) == (25, 201, "3c660c", "DLH65A")
    assert first.range_m == pytest.approx(197.6836 * 1852.0, abs=1.0)
    assert first.height_baro_m == pytest.approx(330 * 30.48)
    assert first.mode_3a == "1000"


steps = st.integers
angles = steps(0, 65535).map(lambda k: k * math.tau / 65536)
optional = st.none


@st.composite
def targets(draw):
    return Cat048(
        sac=draw(steps(0, 255)),
        sic=draw(steps(0, 255)),
        t_day_s=draw(optional() | steps(0, 86_400 * 128 - 1).map(lambda k: k / 128)),
        report_type=draw(steps(0, 7)),
        simulated=draw(st.booleans()),
        test_target=draw(st.booleans()),
        range_m=draw(steps(0, 65535)) * 1852 / 256,
        azimuth_rad=draw(angles),
        mode_3a=draw(optional() | steps(0, 4095).map(lambda k: f"{k:04o}")),
        height_baro_m=draw(optional() | steps(-8192, 8191).map(lambda k: k * 7.62)),
        ssr_amplitude_dbm=draw(optional() | steps(-128, 127)),
        psr_amplitude_dbm=draw(optional() | steps(-128, 127)),
        ssr_replies=draw(optional() | steps(0, 255)),
        icao24=draw(optional() | steps(0, 0xFFFFFF).map(lambda k: f"{k:06x}")),
        callsign=draw(optional() | st.text("ABCXYZ0189", min_size=1, max_size=8)),
        mode_s=draw(st.lists(st.binary(min_size=8, max_size=8), max_size=3)),
        track_number=draw(optional() | steps(0, 4095)),
        tentative=draw(st.just(False) | st.just(True)),
        end_of_track=draw(st.booleans()),
        ghost=draw(st.booleans()),
        warnings=draw(st.lists(steps(0, 127), max_size=4)),
        height_msl_m=draw(optional() | steps(-8192, 8191).map(lambda k: k * 7.62)),
        range_rate_mps=draw(optional() | steps(-512, 511).map(float)),
        raw_doppler=draw(st.lists(st.tuples(*[steps(0, 65535)] * 3), max_size=2)),
    )


@given(st.lists(targets(), min_size=1, max_size=6))
def test_what_is_written_is_read_back(records):
    data = encode_cat048(records)
    again = read_all(data)
    assert len(again) == len(records)
    for record, other in zip(records, again, strict=True):
        assert other.range_m == pytest.approx(record.range_m)
        assert other.azimuth_rad == pytest.approx(record.azimuth_rad)
        assert other.range_rate_mps == record.range_rate_mps
        assert (other.icao24, other.callsign) == (record.icao24, record.callsign)
        assert (other.mode_3a, other.t_day_s) == (record.mode_3a, record.t_day_s)
        assert other.raw_doppler == record.raw_doppler and other.warnings == record.warnings
        assert (other.height_msl_m or 0.0) == pytest.approx(record.height_msl_m or 0.0)
    assert encode_cat048(again) == data


def test_every_field_of_a_full_record_comes_back():
    (again,) = read_all(encode_cat048([TARGET]))
    assert (again.track_number, again.capability, again.flight_status) == (77, 8437, 0)
    assert again.east_m == pytest.approx(TARGET.east_m, abs=8.0)
    assert again.speed_mps == pytest.approx(TARGET.speed_mps, abs=0.06)
    assert again.mode_s == TARGET.mode_s and again.raw_doppler == TARGET.raw_doppler
    assert encode_cat048([again]) == encode_cat048([TARGET])


def test_values_beyond_an_item_are_held_at_its_end():
    far = Cat048(sac=1, sic=1, range_m=1e9, azimuth_rad=7.0, range_rate_mps=-900.0)
    (again,) = read_all(encode_cat048([far]))
    assert again.range_m == pytest.approx(65535 * 1852 / 256)
    assert again.range_rate_mps == -512.0
    assert again.azimuth_rad == pytest.approx(7.0 - math.tau, abs=1e-4)


def test_large_scans_are_cut_into_datagrams():
    made = encode_cat048_blocks([TARGET] * 100)
    assert len(made) > 1 and max(map(len, made)) <= 1400
    assert sum(len(read_all(block)) for block in made) == 100


def test_service_messages_come_back():
    status = Cat034(
        sac=25, sic=2, message_type=1, t_day_s=5.0, rotation_period_s=4.0, common_status=0x92,
        counts=[(1, 7)], collimation_range_m=0.0, collimation_azimuth_rad=0.0,
        position=(33.8, 42.44, 190.0),
    )  # fmt: skip
    (again,) = read_all(encode_cat034([status]))
    assert again.faults == [
        "not released for operational use",
        "data processor overloaded",
        "time source invalid",
    ]
    assert again.counts == [(1, 7)] and again.rotation_period_s == 4.0
    assert again.position == pytest.approx((33.8, 42.44, 190.0), abs=1e-4)


def test_time_of_day_belongs_to_the_nearest_day():
    midnight_ns = T0_NS
    assert nearest_day_ns(86_399.0, midnight_ns + 1_000_000_000) == midnight_ns - 1_000_000_000
    assert nearest_day_ns(1.0, midnight_ns - 1_000_000_000) == midnight_ns + 1_000_000_000
    assert nearest_day_ns(43_000.0, midnight_ns + DAY_NS // 2) == midnight_ns + 43_000 * 10**9


@given(steps(1_000, 200_000), st.floats(-0.05, 1.4), st.floats(-100, 3000))
def test_elevation_and_height_undo_each_other(range_m, elevation_rad, hae_m):
    radar = radar_of(Sensor(id="r", kind="radar_3d", lat_deg=33.8, lon_deg=42.4, hae_m=hae_m))
    height_m = height_from_elevation_m(float(range_m), elevation_rad, radar)
    again = elevation_from_height_rad(float(range_m), height_m, radar)
    # Near the vertical the sine is flat: compare where it can be told apart.
    assert math.sin(again) == pytest.approx(math.sin(elevation_rad), abs=1e-6)


def test_height_from_elevation_agrees_with_the_ellipsoid():
    from vedette.geo import SiteFrame, enu_from_aer

    sensor = Sensor(id="r", kind="radar_3d", **HOME)
    east, north, up = enu_from_aer(1.0, 0.03, 20_000.0)
    frame = SiteFrame(sensor)
    _, _, hae_m = frame.geo_from_enu(east, north, up)
    assert height_from_elevation_m(20_000.0, 0.03, radar_of(sensor)) == pytest.approx(
        float(hae_m), abs=0.5
    )


def test_a_plot_survives_the_wire_to_the_formats_resolution(site):
    plot = Plot(
        sensor="radar3", t_meas_ns=T0_NS - 500_000_000, t_recv_ns=T0_NS, range_m=8000.0,
        azimuth_rad=2.0, elevation_rad=0.1, range_rate_mps=-44.6,
    )  # fmt: skip
    sensor = site.sensors[0]
    (again,) = arrive(site, encode_cat048([cat048_from_plot(plot, sensor, simulated=True)]))
    assert isinstance(again, Plot) and again.sensor == "radar3"
    assert again.t_meas_ns == plot.t_meas_ns  # the day before: midnight lies between
    assert again.range_m == pytest.approx(8000.0, abs=3.7)
    assert again.azimuth_rad == pytest.approx(2.0, abs=5e-5)
    assert again.elevation_rad == pytest.approx(0.1, abs=1e-3)  # 25 ft at 8 km
    assert again.range_rate_mps == -45.0


def test_a_two_dimensional_radar_gives_no_elevation(site):
    plot = Plot(
        sensor="radar2", t_meas_ns=T0_NS, t_recv_ns=T0_NS, range_m=8e3, azimuth_rad=2.0,
        elevation_rad=0.1,
    )  # fmt: skip
    (again,) = arrive(site, encode_cat048([cat048_from_plot(plot, site.sensors[1])]))
    assert again.elevation_rad is None and again.height_baro_m is not None


def test_a_status_becomes_a_sign_of_life(site):
    status = SensorStatus(
        sensor="radar3", t_meas_ns=T0_NS, t_recv_ns=T0_NS, kind="sector", azimuth_rad=math.pi
    )
    (again,) = arrive(site, encode_cat034([cat034_from_status(status, site.sensors[0])]))
    assert (again.sensor, again.kind, again.azimuth_rad) == ("radar3", "sector", math.pi)


def test_an_unknown_radar_is_refused_by_its_code(site):
    stranger = Cat048(sac=9, sic=9, range_m=1.0, azimuth_rad=1.0)
    (refusal,) = arrive(site, encode_cat048([stranger] * 3))
    assert (refusal.reason, refusal.detail) == ("unknown sensor", "SAC 9 SIC 9")
    assert refusal.count == 3


def test_a_simulated_target_does_not_enter_a_live_site(site):

    live = msgspec.structs.replace(site, mode=Mode.LIVE)
    fake = Cat048(sac=25, sic=1, report_type=1, simulated=True, range_m=1.0, azimuth_rad=1.0)
    assert arrive(live, encode_cat048([fake]))[0].reason == "simulated target"
    assert isinstance(arrive(site, encode_cat048([fake]))[0], Plot)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda d: d + b"\x30", "truncated"),
        (lambda d: d + b"\x30\x00\x02", "bad length"),
        (lambda d: d + b"\x30\xff\xff\x80", "truncated"),
        (lambda d: d + b"\x3f\x00\x05\x80\x80", "unsupported category"),
        (lambda d: d + b"\x30\x00\x05\x00\x00", "empty"),
        (lambda d: d + b"\x30\x00\x08\x01\x01\x01\x01\x02", "unknown item"),
        (lambda d: d + b"\x30\x00\x05\x40\x00", "truncated"),
    ],
)
def test_what_is_damaged_is_refused_and_the_rest_is_kept(site, damage, reason):
    whole = asterix_datagrams()[0]
    reports = arrive(site, damage(whole))
    assert [r.reason for r in reports if isinstance(r, Refusal)] == [reason]
    assert sum(isinstance(r, Plot) for r in reports) == 2


def test_a_time_past_midnight_is_refused(site):
    late = bytearray(encode_cat048([Cat048(sac=25, sic=1, t_day_s=1.0, range_m=1, azimuth_rad=1)]))
    late[late.index(b"\x00\x00\x80")] = 0xFF
    assert arrive(site, bytes(late))[0].reason == "bad time"


def test_a_mode_s_error_correction_does_not_spoil_the_code(site):
    record = Cat048(sac=25, sic=1, report_type=5, range_m=1e4, azimuth_rad=1.0, mode_3a="1234")
    data = bytearray(encode_cat048([record]))
    data[-2] |= 0x40
    assert arrive(site, bytes(data))[0].claims.squawk == "1234"
    record.report_type = 2
    data = bytearray(encode_cat048([record]))
    data[-2] |= 0x40
    assert arrive(site, bytes(data))[0].claims is None


@given(st.data())
def test_plots_written_straight_are_the_bytes_of_their_records(data):
    def number(low: float, high: float):
        return data.draw(st.none() | st.floats(low, high))

    sensor = Sensor(id="r", kind="radar_3d", sac=data.draw(st.none() | st.integers(0, 255)), **HOME)
    plots = [
        Plot(
            sensor="r",
            t_meas_ns=data.draw(st.integers(0, 2 * T0_NS)),
            t_recv_ns=T0_NS,
            range_m=number(0.0, 1e6),
            azimuth_rad=number(-10.0, 10.0),
            elevation_rad=number(-1.6, 1.6),
            range_rate_mps=number(-900.0, 900.0),
            height_baro_m=number(-300.0, 2e4),
            claims=data.draw(st.none() | st.just(Claims(icao24="4b1801", squawk="7000"))),
        )
        for _ in range(data.draw(st.integers(0, 4)))
    ]
    simulated = data.draw(st.booleans())
    records = [cat048_from_plot(plot, sensor, simulated) for plot in plots]
    assert encode_plots(plots, sensor, simulated) == encode_cat048_blocks(records)
