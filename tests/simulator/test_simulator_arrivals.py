"""Receivers that compare times of arrival, and sensors that measure ranges alone."""

import math

import msgspec
import numpy as np
import pytest

from vedette.base.constants import AIR_M_PER_NS
from vedette.codecs.detections import read_line
from vedette.config.site import Coverage, Receiver, Sensor
from vedette.geo import SiteFrame
from vedette.measurements import form, sensor_models
from vedette.model.enums import ObjectClass
from vedette.model.reports import ArrivalReport, Plot
from vedette.simulator.arrivals import ArrivalModel
from vedette.simulator.scenario import LoadedScenario, ObjectSpec, Transponder, Waypoint
from vedette.simulator.sensor_specs import RadarSpec, SensorModelSpec, TdoaSpec
from vedette.simulator.sensors import create_sensors
from vedette.simulator.wire import detection_lines
from vedette.simulator.world import create_world
from vedette.tracking import tdoa_fix

EARS_M = ((-9_000.0, -8_000.0), (9_500.0, -7_000.0), (8_000.0, 9_000.0), (-8_500.0, 8_000.0))


def site_with(loaded: LoadedScenario, **words) -> LoadedScenario:
    """Give the site four receivers 30 m above the ground, and nothing else."""
    frame = SiteFrame(loaded.site.reference)
    receivers = []
    for k, (east, north) in enumerate(EARS_M):
        drop = (east**2 + north**2) / (2.0 * 6_378_137.0)
        lat, lon, hae = frame.geo_deg_from_enu(east, north, 30.0 - drop)
        receivers.append(
            Receiver(id=f"ear_{k}", lat_deg=float(lat), lon_deg=float(lon), hae_m=float(hae))
        )
    reference = loaded.site.reference
    sensor = Sensor(
        id="ears",
        kind="tdoa",
        lat_deg=reference.lat_deg,
        lon_deg=reference.lon_deg,
        hae_m=reference.hae_m + 30.0,
        receivers=receivers,
        clutter_per_scan=0.0,
        coverage=Coverage(range_max_m=40_000.0),
        **words,
    )
    site = msgspec.structs.replace(loaded.site, sensors=[sensor], feeds=[])
    return msgspec.structs.replace(loaded, site=site)


def things(*words: dict) -> list[ObjectSpec]:
    """Make objects that stand still, each 3 km farther east, 400 m up."""
    return [
        ObjectSpec(
            id=f"thing_{k}",
            object_class=each.pop("object_class", "multirotor"),
            speed_mps=5.0,
            at_end="hold",
            route=[
                Waypoint(
                    east_m=3_000.0 * k + d, north_m=2_000.0, height_m=each.get("height", 400.0)
                )
                for d in (0.0, 10.0)
            ],
            **{key: value for key, value in each.items() if key != "height"},
        )
        for k, each in enumerate(words)
    ]


def listening(scene, objects, tdoa=None, sigma_m=0.01, **words):
    spec = SensorModelSpec(
        id="ears",
        detection_prob=words.pop("detection_prob", 1.0),
        range_90_m=words.pop("range_90_m", 1e6),
        tdoa=TdoaSpec(**{"clock_sigma_ns": 0.0, "echo_prob": 0.0, **(tdoa or {})}),
    )
    loaded = site_with(scene(objects=objects, sensors=[], only=(), **words), range_sigma_m=sigma_m)
    scenario = msgspec.structs.replace(loaded.scenario, sensors=[spec])
    loaded = msgspec.structs.replace(loaded, scenario=scenario)
    (model,) = create_sensors(loaded, 5).models
    assert isinstance(model, ArrivalModel)
    return loaded, model, create_world(loaded, 1)


def heard(model, world, seconds, between=None):
    """Run so long; give for each message its report and where the objects were then (N, 3)."""
    found = []
    for _ in range(int(4 * seconds)):
        world.step()
        state = world.state_enu()
        for report in model.observe(world):
            back_s = (world.t_ns - report.t_meas_ns) / 1e9
            found.append((report, state[:, :3] - state[:, 3:] * back_s))
    return found


def residuals_ns(model, report, place):
    """Give what each receiver's time is beside the way at the speed of light in air."""
    ways = np.array([np.linalg.norm(place - ear.position_enu_m) for ear in model.ears])
    names = [receiver.id for receiver in model.sensor.receivers]
    times = np.array([report.arrivals_ns[name] - report.t_meas_ns for name in names], np.float64)
    return times - ways / AIR_M_PER_NS


def test_each_receiver_times_the_way_at_the_speed_of_light_in_air(scene):
    _, model, world = listening(scene, things({"radio": True}))
    messages = heard(model, world, 20.0)
    assert len(messages) == 20
    for report, places in messages:
        assert np.abs(residuals_ns(model, report, places[0])).max() < 1.0  # whole nanoseconds


def test_a_clocks_error_is_common_to_all_that_is_heard_then_and_wanders(scene):
    tdoa = {"clock_sigma_ns": 50.0, "clock_s": 2.0}
    _, model, world = listening(scene, things({"radio": True}, {"radio": True}), tdoa)
    messages = heard(model, world, 500.0)
    firsts = np.array([residuals_ns(model, r, p[0]) for r, p in messages[0::2]])
    others = np.array([residuals_ns(model, r, p[1]) for r, p in messages[1::2]])
    assert np.abs(firsts - others).max() < 2.0  # two messages of one instant
    assert firsts.std() == pytest.approx(50.0, rel=0.12)
    lag = np.mean(firsts[2:] * firsts[:-2]) / np.mean(firsts**2)
    assert lag == pytest.approx(math.exp(-1.0), abs=0.12)
    across = np.corrcoef(firsts.T)[np.triu_indices(4, 1)]
    assert np.abs(across).max() < 0.25  # each receiver has a clock of its own


def test_the_noise_of_a_time_is_what_the_site_states(scene):
    _, model, world = listening(scene, things({"radio": True}), sigma_m=30.0)
    apart = [residuals_ns(model, r, p[0]) for r, p in heard(model, world, 300.0)]
    assert np.std(apart) == pytest.approx(30.0 / AIR_M_PER_NS, rel=0.06)
    assert np.mean(apart) == pytest.approx(0.0, abs=9.0)


def test_an_echo_is_late_and_never_early(scene):
    tdoa = {"echo_prob": 0.2, "echo_ns": 2_000.0}
    _, model, world = listening(scene, things({"radio": True}), tdoa)
    late = np.concatenate([residuals_ns(model, r, p[0]) for r, p in heard(model, world, 300.0)])
    echoes = late > 5.0
    assert np.mean(echoes) == pytest.approx(0.2, abs=0.04)
    assert late[~echoes].min() > -1.0
    assert late[echoes].mean() == pytest.approx(2_000.0, rel=0.2)


def test_what_is_silent_or_not_there_is_not_heard(scene):
    spoofed = {"transponder": Transponder(icao24="3c6601", callsign="VDT1"), "spoofed": True}
    _, model, world = listening(scene, things({}, {"radio": True}, spoofed))
    messages = heard(model, world, 10.0)
    assert len(messages) == 10
    for report, places in messages:
        assert np.abs(residuals_ns(model, report, places[1])).max() < 1.0


def test_receivers_for_transponders_hear_those_and_say_the_address(scene):
    aircraft = {
        "object_class": "aeroplane",
        "transponder": Transponder(icao24="3c6601", callsign="VDT1"),
        "height": 3_000.0,
    }
    _, model, world = listening(scene, things({"radio": True}, aircraft), {"hears": "transponder"})
    messages = heard(model, world, 5.0)
    assert {report.claims.icao24 for report, _ in messages} == {"3c6601"}


def test_a_receiver_below_whose_horizon_it_flies_does_not_hear_it(scene):
    low = ObjectSpec(
        id="low",
        object_class="multirotor",
        speed_mps=5.0,
        at_end="hold",
        radio=True,
        route=[Waypoint(east_m=-30_000.0 + d, north_m=-8_000.0, height_m=10.0) for d in (0.0, 9.0)],
    )
    _, model, world = listening(scene, [low])
    assert heard(model, world, 5.0) == []  # the two western ones do: two are too few
    prob, _ = model.heard_prob(world, world.state_enu())
    assert prob[0, [0, 3]].min() > 0.9
    assert prob[0, [1, 2]].max() == 0.0


def test_fewer_hear_what_is_far_and_the_chance_of_a_place_says_so(scene):
    objects = things({"radio": True}, {"radio": True}, {"radio": True})
    _, model, world = listening(scene, objects, range_90_m=5_000.0)
    expected = model.look_prob(world, world.state_enu())
    of_all = np.zeros(3)
    for report, places in heard(model, world, 800.0):
        if len(report.arrivals_ns) < 4:
            continue
        apart = [np.abs(residuals_ns(model, report, place)).max() for place in places]
        of_all[int(np.argmin(apart))] += 1.0 / 800.0
    assert 0.02 < expected.min() < expected.max() < 0.6
    assert of_all == pytest.approx(expected, abs=0.05)


def test_what_is_told_gives_the_place_with_honest_covariance(scene):
    """Through the measurements and the fix that the tracker begins tracks by."""
    loaded, model, world = listening(
        scene, things({"radio": True}), {"clock_sigma_ns": 20.0, "clock_s": 0.5}, sigma_m=10.0
    )
    site = msgspec.structs.replace(loaded.site)
    sensors = sensor_models(site)
    squares = []
    for report, places in heard(model, world, 150.0):
        batches, refusals = form(site, sensors, [report], report.t_meas_ns)
        assert not refusals
        place, cov, fixed = tdoa_fix(sensors[0], batches[0])
        if fixed[0]:
            gap = (place[0] - places[0])[:2]
            squares.append(gap @ np.linalg.solve(cov[0, :2, :2], gap))
    assert len(squares) > 100
    # Clocks of 20 ns beside noise of 33 ns that alone is stated: a little more than 2.
    assert np.mean(squares) < 2.0 * 2.0


def test_false_messages_are_within_what_the_receivers_distances_allow(scene):
    loaded, model, world = listening(scene, things({}))
    model.clutter_per_scan = 5.0
    reports = [report for report, _ in heard(model, world, 40.0)]
    assert len(reports) == pytest.approx(200, rel=0.3)
    _, refusals = form(loaded.site, sensor_models(loaded.site), reports, world.t_ns)
    assert not [r for r in refusals if r.reason != "too old"]


def ranging(scene, **words):
    changes = {"radar_south": {"kind": "range", "scan": "frame", "scan_period_s": 1.0}}
    return scene(changes=changes, only=("radar_south",), **words)


def test_a_sensor_of_ranges_alone_tells_no_direction(scene, placed):
    spec = SensorModelSpec(id="radar_south", detection_prob=1.0, clutter_per_scan=2.0)
    loaded = ranging(scene, sensors=[spec])
    (model,) = create_sensors(loaded, 3).models
    world = placed(loaded, model.station, [[2_000.0, 3_000.0, 200.0]])
    plots = []
    for _ in range(800):
        world.t_ns += 250_000_000
        plots += [r for r in model.observe(world) if isinstance(r, Plot)]
    assert len(plots) > 300
    assert all(p.azimuth_rad is None and p.elevation_rad is None for p in plots)
    true_m = math.hypot(2_000.0, 3_000.0, 200.0)
    near = [p.range_m - true_m for p in plots if abs(p.range_m - true_m) < 60.0]
    assert np.std(near) == pytest.approx(model.sensor.range_sigma_m, rel=0.2)
    told = [read_line(line, world.t_ns) for line in detection_lines(plots[-5:])]
    _, refusals = form(loaded.site, sensor_models(loaded.site), told, world.t_ns)
    assert not refusals


def test_two_objects_at_one_range_are_one_echo_whatever_their_azimuths(scene, placed):
    radar = RadarSpec(detection_range_m=20_000.0, detection_class=ObjectClass.FIXED_WING_UAS)
    spec = SensorModelSpec(id="radar_south", radar=radar, clutter_per_scan=0.0)
    loaded = ranging(scene, count=2, sensors=[spec])
    (model,) = create_sensors(loaded, 3).models
    east, north = [[3_000.0, 0.0, 100.0], [0.0, 3_001.0, 100.0]], []
    for offset in (east, [[3_000.0, 0.0, 100.0], [0.0, 4_000.0, 100.0]]):
        world, count = placed(loaded, model.station, offset), 0
        for _ in range(200):
            world.t_ns += 250_000_000
            count += sum(isinstance(r, Plot) for r in model.observe(world))
        north.append(count / 50.0)
    assert north[0] == pytest.approx(1.0, abs=0.1)
    assert north[1] == pytest.approx(2.0, abs=0.2)


def test_only_such_a_sensor_has_such_a_table_and_no_side_lobes_where_there_is_no_beam(refused):
    find = '[[sensors]]\nid = "rf_df"'
    refused(find, f'{find}\ntdoa = {{ hears = "radio" }}', "tdoa", "is of kind bearing")
    refused(find, f"{find}\nfrequency_ghz = 0.4", "frequency_ghz", "1")


def test_arrivals_are_told_as_detections_on_the_wire(scene):
    _, model, world = listening(scene, things({"radio": True}))
    reports = [report for report, _ in heard(model, world, 2.0)]
    lines = [msgspec.json.decode(line) for line in detection_lines(reports)]
    assert isinstance(reports[0], ArrivalReport)
    assert lines[0]["arrivals_ns"] == reports[0].arrivals_ns
