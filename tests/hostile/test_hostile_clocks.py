"""A sensor whose clock is five seconds off is named, whatever its wire, and not believed."""

import math
from collections.abc import Callable

import msgspec
import pytest
from hostile_stream import T0_NS, make_site
from hostile_wires import (
    registered,
    said_by_beacon,
    said_by_node,
    said_by_scout,
    said_by_tak,
    said_by_vehicle,
    said_in_asterix,
    said_in_json,
)

from vedette import pipeline
from vedette.codecs.adsb import sbs
from vedette.codecs.asterix import Cat048, encode_cat048
from vedette.codecs.detections import encode_detection_line
from vedette.geo import SiteFrame
from vedette.model.arrivals import Arrival
from vedette.model.enums import SourceHealth
from vedette.model.reports import Claims, Plot, PositionReport

NS = 1_000_000_000
SECONDS = 20
NEAR_M = 80.0  # noise and a second's flight; five seconds are 200 m
SITE = make_site()
SENSORS = {sensor.id: sensor for sensor in SITE.sensors}
HOME = SITE.reference
METRES_PER_DEG_NORTH = 110_930.0  # of WGS-84 at 33.8 degrees
METRES_PER_DEG_EAST = 111_413.0 * math.cos(math.radians(HOME.lat_deg))
Say = Callable[[PositionReport], bytes]


def plot_of(report: PositionReport, sensor: str) -> Plot:
    """Give what a sensor of the site measures of it, without noise."""
    assert report.v_east_mps is not None and report.v_north_mps is not None
    frame = SiteFrame(SENSORS[sensor])
    there = frame.enu_from_geo(report.lat_rad, report.lon_rad, report.hae_m)
    east_m, north_m, up_m = (float(value) for value in there)
    range_m = math.sqrt(east_m**2 + north_m**2 + up_m**2)
    return Plot(
        sensor=sensor, t_meas_ns=report.t_meas_ns, t_recv_ns=report.t_recv_ns, range_m=range_m,
        azimuth_rad=math.atan2(east_m, north_m) % math.tau,
        elevation_rad=math.asin(up_m / range_m),
        range_rate_mps=(report.v_east_mps * east_m + report.v_north_mps * north_m) / range_m,
    )  # fmt: skip


def in_cat048(report: PositionReport) -> bytes:
    plot = plot_of(report, "radar_north")
    assert plot.range_m is not None and plot.azimuth_rad is not None
    record = Cat048(
        sac=25, sic=1, t_day_s=report.t_meas_ns % (86_400 * NS) / 1e9, report_type=1,
        range_m=plot.range_m, azimuth_rad=plot.azimuth_rad, height_msl_m=report.hae_m,
    )  # fmt: skip
    return encode_cat048([record])


def in_line(sensor: str) -> Say:
    return lambda report: encode_detection_line(plot_of(report, sensor))


def place_in_line(report: PositionReport) -> bytes:
    return encode_detection_line(msgspec.structs.replace(report, sensor="friendly"))


# By wire: the feed, the sensor that is named, what is said.
WIRES: dict[str, tuple[str, str, Say]] = {
    "ASTERIX 048": ("radar_north_asterix", "radar_north", in_cat048),
    "ASTERIX 010": ("radar_north_asterix", "mlat", lambda r: said_in_asterix(10, r)),
    "ASTERIX 020": ("radar_north_asterix", "mlat", lambda r: said_in_asterix(20, r)),
    "ASTERIX 021": ("radar_north_asterix", "adsb", lambda r: said_in_asterix(21, r)),
    "ASTERIX 062": ("radar_north_asterix", "mlat", lambda r: said_in_asterix(62, r)),
    "ASTERIX 205": ("radar_north_asterix", "rf_df", lambda r: said_in_asterix(205, r)),
    "SBS": ("adsb_sbs", "adsb", sbs.encode),
    "aircraft.json": ("adsb_json", "adsb", said_in_json),
    "Remote ID": ("rid_udp", "remote_id", said_by_beacon),
    "DroneScout": ("rid_mqtt", "remote_id", said_by_scout),
    "MAVLink": ("vehicles", "friendly", said_by_vehicle),
    "Cursor on Target": ("tak", "friendly", said_by_tak),
    "SAPIENT": ("nodes", "node", lambda r: said_by_node(plot_of(r, "node"))),
    "detections, radar": ("radar_south_detections", "radar_south", in_line("radar_south")),
    "detections, stream": ("south_stream", "radar_south", in_line("radar_south")),
    "detections, HTTP": ("http", "radar_south", in_line("radar_south")),
    "detections, own drones": ("friendly_detections", "friendly", place_in_line),
}


UNCLOCKED = ("MAVLink",)  # positions are dated since the vehicle was switched on
BEARINGS = ("ASTERIX 205",)  # alone they make no track
# (east, north) in metres and metres a second, from the site's reference.
COURSES = ((3000.0, 3000.0, 45.0, 0.0), (-4000.0, 2000.0, 0.0, 40.0), (2e3, -5e3, -30.0, 30.0))


def there(course: tuple[float, ...], second: int, number: int) -> PositionReport:
    """Give where one of the objects is, as it would say it itself."""
    east_m, north_m, v_east_mps, v_north_mps = course
    lat_deg = HOME.lat_deg + (north_m + v_north_mps * second) / METRES_PER_DEG_NORTH
    lon_deg = HOME.lon_deg + (east_m + v_east_mps * second) / METRES_PER_DEG_EAST
    t_ns = T0_NS + second * NS
    return PositionReport(
        sensor="mlat", t_meas_ns=t_ns, t_recv_ns=t_ns, lat_rad=math.radians(lat_deg),
        lon_rad=math.radians(lon_deg), hae_m=600.0, v_east_mps=v_east_mps,
        v_north_mps=v_north_mps, v_up_mps=0.0, horizontal_sigma_m=20.0,
        claims=Claims(icao24=f"4b123{number}", callsign=f"VED{number}", remote_id=f"OWN-{number}"),
    )  # fmt: skip


def fly(wire: str, error_s: float, courses=COURSES[:1], seconds=SECONDS, witness=False):
    """Hear objects for some seconds through a sensor whose clock is error_s ahead of ours.

    witness: another sensor, whose clock is right, sees them too. Gives the state and the picture.
    """
    feed, _, say = WIRES[wire]
    line = pipeline.assemble(SITE)
    state = pipeline.start(line)
    for second in range(seconds):
        now_ns = T0_NS + second * NS + NS // 10
        arrivals = [] if second or feed != "nodes" else [(feed, registered(now_ns))]
        for number, course in enumerate(courses):
            report = there(course, second, number)
            stated_ns = report.t_meas_ns + round(error_s * NS)
            arrivals.append((feed, say(msgspec.structs.replace(report, t_meas_ns=stated_ns))))
            if witness:
                arrivals.append(("radar_north_asterix", said_in_asterix(20, report)))
        inputs = [Arrival(feed=name, t_recv_ns=now_ns, data=data) for name, data in arrivals]
        state, picture = pipeline.step(line, state, pipeline.Inputs(inputs), now_ns)
    return state, picture


def errors_m(picture, courses, seconds) -> list[float]:
    """Give how far each track is from the nearest object, metres."""
    places = [(e + ve * (seconds - 1), n + vn * (seconds - 1)) for e, n, ve, vn in courses]
    east_m, north_m = picture.tracks.state_enu[: picture.tracks.count, :2].T
    return [
        min(math.hypot(x - east, y - north) for east, north in places)
        for x, y in zip(east_m, north_m, strict=True)
    ]


@pytest.mark.parametrize("wire", WIRES)
def test_a_clock_that_is_right_is_not_named(wire):
    state, picture = fly(wire, 0.0)
    assert state.health.sources[WIRES[wire][1]].health is SourceHealth.OK
    assert max(errors_m(picture, COURSES[:1], SECONDS), default=0.0) < NEAR_M


@pytest.mark.parametrize("error_s", [0.0, -0.4])
@pytest.mark.parametrize("wire", [wire for wire in WIRES if wire not in UNCLOCKED])
def test_how_far_a_clock_is_off_is_shown_of_every_wire_while_it_is_right_too(wire, error_s):
    state, _ = fly(wire, error_s)
    shown = state.health.sources[WIRES[wire][1]]
    assert shown.clock_offset_s == pytest.approx(0.1 - error_s, abs=0.06)  # the line takes 0.1 s


@pytest.mark.parametrize("wire", UNCLOCKED)
def test_where_no_time_of_day_is_stated_no_clock_is_shown(wire):
    state, _ = fly(wire, 0.0)
    assert state.health.sources[WIRES[wire][1]].clock_offset_s is None


@pytest.mark.parametrize(("error_s", "words"), [(5.0, "4.9 s ahead of"), (-5.0, "5.1 s behind")])
@pytest.mark.parametrize("wire", [wire for wire in WIRES if wire not in UNCLOCKED])
def test_a_sensor_five_seconds_off_is_named_and_not_believed(wire, error_s, words):
    """Heard alone: what it sees is shown, dated by when we heard of it."""
    state, picture = fly(wire, error_s)
    source = state.health.sources[WIRES[wire][1]]
    assert source.health is SourceHealth.DEGRADED
    assert source.reason.endswith(f"is {words} ours: its times are not believed")
    near = [error_m < NEAR_M for error_m in errors_m(picture, COURSES[:1], SECONDS)]
    assert any(near) != (wire in BEARINGS)


@pytest.mark.parametrize("error_s", [5.0, -5.0])
@pytest.mark.parametrize("wire", ["ASTERIX 048", "ASTERIX 021", "Cursor on Target", "SAPIENT"])
def test_a_sensor_five_seconds_off_makes_no_second_track_beside_one_whose_clock_is_right(
    wire, error_s
):
    state, picture = fly(wire, error_s, COURSES, 40, witness=True)
    assert state.health.sources[WIRES[wire][1]].health is SourceHealth.DEGRADED
    assert picture.tracks.count == len(COURSES)
    assert max(errors_m(picture, COURSES, 40)) < NEAR_M


@pytest.mark.parametrize("error_s", [5.0, -5.0])
def test_a_vehicles_clock_does_not_date_its_positions(error_s):
    _, picture = fly("MAVLink", error_s)
    assert max(errors_m(picture, COURSES[:1], SECONDS)) < NEAR_M
