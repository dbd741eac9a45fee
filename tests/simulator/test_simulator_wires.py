"""What the simulator sends is what the codecs read: Remote ID beacons, MAVLink, CoT events."""

import math

import msgspec
import pytest

from vedette.codecs import cot, mavlink, remote_id
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.model.enums import Mode
from vedette.model.reports import Claims, PositionReport
from vedette.simulator.cot_wire import events
from vedette.simulator.mavlink_wire import packets
from vedette.simulator.remote_id_wire import beacons
from vedette.simulator.wire import create_wire

T_NS = 1_641_254_400_200_000_000
SENSOR = Sensor(
    id="own", kind="position", cooperative=True, lat_deg=52.4, lon_deg=5.2, hae_m=45.0,
    horizontal_sigma_m=5.0, vertical_sigma_m=10.0,
)  # fmt: skip


def told(**claims):
    return PositionReport(
        sensor="own", t_meas_ns=T_NS, t_recv_ns=T_NS, lat_rad=math.radians(52.41),
        lon_rad=math.radians(5.21), hae_m=99.5, v_east_mps=-3.0, v_north_mps=4.0, v_up_mps=0.5,
        claims=Claims(**claims),
    )  # fmt: skip


def same_place(read, said):
    assert (read.lat_rad, read.lon_rad) == pytest.approx((said.lat_rad, said.lon_rad), abs=1e-9)
    assert read.hae_m == said.hae_m and read.v_up_mps == said.v_up_mps


def test_a_drone_s_beacon_says_what_the_drone_reported():
    said = told(remote_id="1581F4FILM01")
    (data,) = beacons([said, told()], SENSOR)  # one without an identifier sends none
    (read,) = remote_id.read_datagram(remote_id.Listener("own"), data, T_NS + 10**8, "air")
    same_place(read, said)
    assert (read.claims.remote_id, read.t_meas_ns) == ("1581F4FILM01", T_NS)
    assert math.hypot(read.v_east_mps, read.v_north_mps) == pytest.approx(5.0)
    assert 5.0 < read.horizontal_sigma_m < 15.0  # the next step of the format above its sigma


@pytest.mark.parametrize(("name", "system"), [("MAV-12", 12), ("MAV-254", 254), ("OWL-1", None)])
def test_a_vehicle_s_packets_say_what_it_reported(name, system):
    said = told(callsign=name)
    (data,) = packets([said], SENSOR)
    (_, read) = mavlink.read_datagram(mavlink.Hangar("own", True), data, T_NS, "mav")
    same_place(read, said)
    assert (read.v_east_mps, read.v_north_mps) == (-3.0, 4.0)
    number = int(read.claims.callsign.removeprefix("MAV-"))
    assert number == system or (system is None and 1 <= number <= 254)


PEOPLE = Sensor(
    id="people", kind="position", cooperative=True, lat_deg=52.4, lon_deg=5.2, hae_m=45.0,
    horizontal_sigma_m=300.0,
)  # fmt: skip
TAK = Site(
    schema=1,
    name="tak",
    mode=Mode.SIMULATED,
    reference=Reference(lat_deg=52.4, lon_deg=5.2, hae_m=45.0),
    sensors=[SENSOR, PEOPLE],
    feeds=[Feed(id="tak", kind="cot_udp", port=6969, sensor="own", sightings_sensor="people")],
)


def test_a_friend_on_tak_says_what_it_reported():
    said = told(callsign="OWL-1")
    (data,) = events([said], SENSOR)
    (read,) = cot.read_datagram(data, cot.listener_of(TAK, TAK.feeds[0]), "tak", T_NS)
    assert (read.lat_rad, read.lon_rad) == pytest.approx((said.lat_rad, said.lon_rad), abs=2e-9)
    assert (read.v_east_mps, read.v_north_mps) == pytest.approx((-3.0, 4.0), abs=0.01)
    assert (read.sensor, read.claims.callsign, read.t_meas_ns) == ("own", "OWL-1", T_NS)


def test_a_sighting_on_tak_is_a_place_and_what_it_looked_like():
    said = msgspec.structs.replace(
        told(), sensor="people", claims=None, class_prob={"multirotor": 0.9}
    )
    (data,) = events([said], PEOPLE)
    (read,) = cot.read_datagram(data, cot.listener_of(TAK, TAK.feeds[0]), "tak", T_NS)
    assert (read.sensor, read.claims, read.class_prob) == ("people", None, {"multirotor": 0.6})
    assert read.horizontal_sigma_m == 300.0


def test_both_sensors_of_a_tak_feed_are_sent_over_it():
    wire = create_wire(TAK)
    assert {sensor: [feed.id for feed in feeds] for sensor, feeds in wire.feeds.items()} == {
        "own": ["tak"],
        "people": ["tak"],
    }
