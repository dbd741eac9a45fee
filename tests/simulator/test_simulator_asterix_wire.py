"""What simulated sensors say in ASTERIX is what the codec reads, to each item's own step."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.codecs import asterix
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.model.reports import Claims, Plot, PositionReport, Refusal, SensorStatus
from vedette.simulator.asterix_wire import sources_of
from vedette.simulator.heard import Heard, Message
from vedette.simulator.wire import create_wire

T_NS = 1_641_254_400_000_000_000
STEP_NS = 7_812_500  # 1/128 s
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
SENSORS = {
    sensor.id: sensor
    for sensor in (
        Sensor(id="radar", kind="radar_2d", sac=25, sic=1, amplitude_at_1km_dbm=-10.0, **HOME),
        Sensor(id="finder", kind="bearing_elevation", sac=25, sic=2, **HOME),
        Sensor(id="station", kind="adsb", sac=25, sic=3, horizontal_sigma_m=30.0, **HOME),
        Sensor(id="mlat", kind="position", sac=25, sic=4, **HOME),
        Sensor(id="centre", kind="position", sac=25, sic=5, neighbour=True, **HOME),
    )
}
SITE = Site(
    schema=1,
    name="wires",
    mode="SIMULATED",
    reference=Reference(**HOME),
    sensors=list(SENSORS.values()),
    feeds=[Feed(id="wire", kind="asterix_udp", port=8600)],
)


def asterix_blocks(reports, sensor, category=None):
    categories = {} if category is None else {sensor.id: category}
    return sources_of([sensor], {}, categories).blocks(reports, sensor)


def read_back(sensor_id, reports, category=None):
    """Say reports as a sensor would and read them."""
    blocks = asterix_blocks(reports, SENSORS[sensor_id], category)
    return asterix.read_datagram(b"".join(blocks), "wire", T_NS, asterix.radars_of(SITE), True)


@pytest.mark.parametrize(
    ("sensor_id", "category", "place_m", "has_height"),
    [
        ("mlat", None, 0.5, True),
        ("mlat", 10, 0.1, False),
        ("station", None, 0.1, True),
        ("centre", None, 0.5, True),
    ],
)
@given(
    lat_deg=st.floats(-80.0, 80.0),
    lon_deg=st.floats(-179.0, 179.0),
    hae_m=st.floats(0.0, 12_000.0),
    east_mps=st.floats(-300.0, 300.0),
    late_ns=st.integers(-5 * 10**9, 0),
)
def test_a_position_loses_no_more_than_the_step_of_its_category(
    sensor_id, category, place_m, has_height, lat_deg, lon_deg, hae_m, east_mps, late_ns
):
    said = PositionReport(
        sensor=sensor_id, t_meas_ns=T_NS + late_ns, t_recv_ns=T_NS, lat_rad=math.radians(lat_deg),
        lon_rad=math.radians(lon_deg), hae_m=hae_m, v_east_mps=east_mps, v_north_mps=10.0,
        claims=Claims(icao24="4b1801", callsign="OWL01"),
    )  # fmt: skip
    blocks = asterix_blocks([said], SENSORS[sensor_id], category)
    (read,) = asterix.read_datagram(
        b"".join(blocks), "wire", T_NS, asterix.radars_of(SITE), is_live=False
    )
    assert abs(read.t_meas_ns - said.t_meas_ns) <= STEP_NS // 2
    assert 6.4e6 * abs(read.lat_rad - said.lat_rad) <= place_m
    assert 6.4e6 * abs(read.lon_rad - said.lon_rad) <= place_m
    assert (read.hae_m is not None) == has_height
    assert read.hae_m is None or abs(read.hae_m - hae_m) <= 0.96  # half of 6.25 ft
    assert abs(read.v_east_mps - east_mps) <= 0.26
    assert (read.claims.icao24, read.claims.callsign) == ("4b1801", "OWL01")
    assert read.derived == (sensor_id == "centre")


@given(st.floats(0.0, 2.0 * math.pi, exclude_max=True), st.floats(-0.5, 1.5))
def test_a_bearing_loses_half_a_hundredth_of_a_degree(azimuth_rad, elevation_rad):
    said = Plot(
        sensor="finder", t_meas_ns=T_NS, t_recv_ns=T_NS, azimuth_rad=azimuth_rad,
        elevation_rad=elevation_rad,
    )  # fmt: skip
    (read,) = read_back("finder", [said])
    off_rad = (read.azimuth_rad - azimuth_rad + math.pi) % (2.0 * math.pi) - math.pi
    assert abs(math.degrees(off_rad)) <= 0.005001
    assert abs(math.degrees(read.elevation_rad - elevation_rad)) <= 0.005001


@given(st.floats(100.0, 60_000.0), st.floats(-40.0, 20.0))
def test_a_cross_section_travels_as_an_amplitude_of_a_calibrated_radar(range_m, rcs_dbsm):
    said = Plot(
        sensor="radar", t_meas_ns=T_NS, t_recv_ns=T_NS, range_m=range_m, azimuth_rad=1.0,
        rcs_dbsm=rcs_dbsm,
    )  # fmt: skip
    blocks = asterix_blocks([said], SENSORS["radar"])
    radars = asterix.radars_of(SITE)
    (read,) = asterix.read_datagram(blocks[0], "wire", T_NS, radars, is_live=False)
    # Half a decibel of the amplitude, and the range's own step.
    assert abs(read.rcs_dbsm - rcs_dbsm) <= 0.5 + 40.0 * math.log10(1.0 + 3.7 / range_m) + 1e-6
    batch = asterix.measure(blocks)
    assert asterix.reports_of(batch, 0, "wire", T_NS, asterix.radars_of(SITE), False) == [read]
    plain = msgspec.structs.replace(SENSORS["radar"], amplitude_at_1km_dbm=None)
    bare = asterix.read_datagram(
        asterix_blocks([said], plain)[0], "wire", T_NS, asterix.radars_of(SITE), is_live=False
    )
    assert bare[0].rcs_dbsm is None


def test_what_is_simulated_is_marked_and_refused_where_the_site_is_live():
    said = PositionReport(sensor="mlat", t_meas_ns=T_NS, t_recv_ns=T_NS, lat_rad=0.5, lon_rad=0.7)
    (refused,) = read_back("mlat", [said])
    assert isinstance(refused, Refusal) and refused.reason == "simulated target"


def test_one_feed_carries_all_that_have_codes_and_a_neighbour_says_each_second_that_it_lives():
    wire = create_wire(SITE, dies_ns={"centre": T_NS + 2 * 10**9})
    assert set(wire.feeds) == set(SENSORS)
    plot = Plot(sensor="finder", t_meas_ns=T_NS, t_recv_ns=T_NS, azimuth_rad=1.0)
    wire.push([Heard(SENSORS["finder"], 0, [Message(T_NS, plot)])])

    def heard(after_s):
        t_ns = T_NS + int(after_s * 1e9)
        data = b"".join(data for _, data in wire.due(t_ns))
        return asterix.read_datagram(data, "wire", t_ns, asterix.radars_of(SITE), False)

    life, bearing = heard(0.0)
    assert isinstance(life, SensorStatus) and life.sensor == "centre"
    assert isinstance(bearing, Plot) and bearing.sensor == "finder"
    assert [report.sensor for report in heard(1.0)] == ["centre"]
    assert heard(1.5) == [] and len(heard(2.0)) == 1 and heard(3.0) == []
