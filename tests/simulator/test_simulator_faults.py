"""Faults on a schedule: exactly what they say, exactly when, and the same on the real wire."""

import asyncio
import math
import socket
from collections import Counter
from typing import get_args

import msgspec
import numpy as np
import pytest

from vedette.codecs.adsb import beast
from vedette.codecs.asterix import radars_of, read_datagram
from vedette.codecs.detections import read_line
from vedette.geo import SiteFrame
from vedette.model.reports import Plot, PositionReport, SensorStatus
from vedette.simulator.drive import Run
from vedette.simulator.fault_specs import AMOUNTS, FaultKind, FaultSpec
from vedette.simulator.files import simulate
from vedette.simulator.heard import measured_ns
from vedette.simulator.play import make_play
from vedette.simulator.sensors import create_sensors
from vedette.simulator.sight import look
from vedette.simulator.transports import Transports
from vedette.simulator.wire import create_wire, detection_lines
from vedette.simulator.world import create_world

S = 1_000_000_000
WINDOW = {"from_s": 10.0, "to_s": 20.0}


def with_faults(base, *faults, duration_s=30.0):
    scenario = msgspec.structs.replace(base.scenario, faults=list(faults), duration_s=duration_s)
    return msgspec.structs.replace(base, scenario=scenario)


def said(loaded, sensor: str, seed=3, duration_s=30.0):
    """List what a sensor says: (due, report), and the world at each step's end."""
    world, sensors, found = create_world(loaded, seed), create_sensors(loaded, seed), []
    while world.elapsed_s < duration_s:
        world.step()
        for heard in sensors.observe(world):
            if heard.sensor.id == sensor:
                found += [(m.due_ns, m.report) for m in heard.messages if m.report is not None]
    return found


def in_window(loaded, t_ns: int) -> bool:
    return 10.0 <= (t_ns - loaded.start_ns) / S < 20.0


BIAS_FIELDS = [
    ("radar_north", "bias_range", 120.0, "range_m", 1.0),
    ("radar_south", "bias_azimuth", 1.5, "azimuth_rad", math.radians(1.0)),
    ("radar_south", "bias_elevation", -0.5, "elevation_rad", math.radians(1.0)),
    ("rf_df", "bias_azimuth", -4.0, "azimuth_rad", math.radians(1.0)),
    ("camera_west", "bias_elevation", 0.7, "elevation_rad", math.radians(1.0)),
]


@pytest.mark.parametrize(("sensor", "kind", "amount", "field", "unit"), BIAS_FIELDS)
def test_a_bias_is_added_in_its_window_and_nothing_else_changes(
    base, sensor, kind, amount, field, unit
):
    fault = FaultSpec(sensor=sensor, kind=kind, amount=amount, **WINDOW)
    sick, well = said(with_faults(base, fault), sensor), said(with_faults(base), sensor)
    assert len(sick) == len(well) > 10
    inside = 0
    for (due, report), (true_due, true) in zip(sick, well, strict=True):
        assert due == true_due
        if not (isinstance(true, Plot) and in_window(base, due)):
            assert report == true
            continue
        inside += 1
        gap = getattr(report, field) - getattr(true, field)
        if "azimuth" in field:
            gap = (gap + math.pi) % (2 * math.pi) - math.pi
        assert gap == pytest.approx(amount * unit)
        assert msgspec.structs.replace(report, **{field: getattr(true, field)}) == true
    assert inside > 1


def test_residuals_against_the_truth_have_the_bias_as_their_mean(base):
    faults = [
        FaultSpec(sensor="radar_south", kind=kind, amount=amount, from_s=10.0, to_s=60.0)
        for kind, amount in (("bias_range", 60.0), ("bias_azimuth", 1.0))
    ]
    loaded = with_faults(base, *faults)
    world, sensors = create_world(loaded, 8), create_sensors(loaded, 8)
    radar = next(m for m in sensors.models if m.sensor.id == "radar_south")
    radar.clutter_per_scan = 0.0
    residuals = {False: [], True: []}
    while world.elapsed_s < 60.0:
        world.step()
        seen = look(radar.station, world.state_enu())
        for heard in sensors.observe(world):
            for report in heard.reports if heard.sensor.id == "radar_south" else ():
                if not isinstance(report, Plot):
                    continue
                turn = (seen.azimuth_rad - report.azimuth_rad + math.pi) % (2 * math.pi) - math.pi
                gap = np.hypot((seen.range_m - report.range_m) / 200.0, turn / 0.05)
                k = int(np.argmin(np.where(world.visible, gap, np.inf)))
                now = world.elapsed_s >= 10.0
                residuals[now].append((report.range_m - seen.range_m[k], -turn[k]))
    for now, bias in ((False, (0.0, 0.0)), (True, (60.0, math.radians(1.0)))):
        found = np.array(residuals[now])
        error = np.std(found, axis=0) / math.sqrt(len(found))
        assert len(found) > 50
        assert np.all(np.abs(np.median(found, axis=0) - bias) < 5.0 * error)


def test_own_drones_that_say_they_are_elsewhere_are_off_by_the_bias(base):
    faults = [
        FaultSpec(sensor="friendly", kind=f"bias_{axis}", amount=amount, **WINDOW)
        for axis, amount in (("east", 80.0), ("north", -30.0), ("up", 12.0))
    ]
    sick, well = said(with_faults(base, *faults), "friendly"), said(with_faults(base), "friendly")
    frame, moved = SiteFrame(base.site.reference), 0
    for (due, report), (_, true) in zip(sick, well, strict=True):
        here, there = (
            np.array(frame.enu_from_geo(r.lat_rad, r.lon_rad, r.hae_m)) for r in (true, report)
        )
        expected = (80.0, -30.0, 12.0) if in_window(base, due) else (0.0, 0.0, 0.0)
        assert there - here == pytest.approx(expected, abs=1e-5)
        moved += in_window(base, due)
    assert moved > 5


@pytest.mark.parametrize("sensor", ["radar_north", "radar_south", "rf_df", "friendly", "adsb"])
def test_a_sensor_that_drops_out_says_nothing_in_the_window_and_the_same_outside(base, sensor):
    fault = FaultSpec(sensor=sensor, kind="drop_out", amount=1.0, **WINDOW)
    sick, well = said(with_faults(base, fault), sensor), said(with_faults(base), sensor)
    assert sick == [entry for entry in well if not in_window(base, entry[0])]
    assert len(sick) < len(well)


def test_a_share_is_lost_as_often_as_stated(base):
    fault = FaultSpec(sensor="radar_north", kind="drop_out", amount=0.3)
    sick = said(with_faults(base, fault), "radar_north", duration_s=60.0)
    well = said(with_faults(base), "radar_north", duration_s=60.0)
    count = len(well)
    assert len(sick) == pytest.approx(0.7 * count, abs=4.5 * math.sqrt(0.21 * count))
    assert set(map(repr, sick)) <= set(map(repr, well))


@pytest.mark.parametrize(("sensor", "amount"), [("radar_south", 1.0), ("adsb", 2.0)])
def test_what_is_duplicated_comes_so_many_times_more(base, sensor, amount):
    fault = FaultSpec(sensor=sensor, kind="duplication", amount=amount, **WINDOW)
    sick = Counter(map(repr, said(with_faults(base, fault), sensor)))
    well = said(with_faults(base), sensor)
    for entry in well:
        assert sick[repr(entry)] == (1 + int(amount) if in_window(base, entry[0]) else 1)
    assert len(sick) == len({repr(entry) for entry in well})


def test_a_clock_that_steps_and_drifts_changes_the_stated_time_and_not_the_arrival(base):
    faults = [
        FaultSpec(sensor="radar_south", kind="clock_step", amount=-1.5, **WINDOW),
        FaultSpec(sensor="radar_south", kind="clock_drift", amount=0.01, **WINDOW),
    ]
    sick = said(with_faults(base, *faults), "radar_south")
    well = said(with_faults(base), "radar_south")
    for (due, report), (true_due, true) in zip(sick, well, strict=True):
        assert due == true_due
        off_s = (report.t_meas_ns - true.t_meas_ns) / S
        since_s = (due - base.start_ns) / S - 10.0
        expected = -1.5 + 0.01 * since_s if in_window(base, due) else 0.0
        assert off_s == pytest.approx(expected, abs=1e-6)


def test_what_is_late_leaves_the_wire_so_much_later_and_nothing_is_lost(base):
    fault = FaultSpec(sensor="radar_south", kind="latency", amount=4.0, **WINDOW)
    times = []
    for faults in ((fault,), ()):
        loaded = with_faults(base, *faults)
        world, sensors = create_world(loaded, 3), create_sensors(loaded, 3)
        wire, out = create_wire(loaded.site), []
        while world.elapsed_s < 30.0:
            world.step()
            wire.push(sensors.observe(world))
            for feed, data in wire.due(world.t_ns):
                if feed == "radar_south_detections":
                    out += [(world.elapsed_s, line) for line in data.splitlines()]
        times.append({line: at for at, line in out})
    late, well = times
    assert set(late) == set(well)
    gaps = {round(late[line] - well[line], 3): line for line in well}
    assert set(gaps) == {0.0, 4.0}


def test_what_is_reordered_comes_in_another_order_and_complete(base):
    fault = FaultSpec(sensor="radar_north", kind="reordering", amount=3.0, **WINDOW)
    sick, well = (
        said(with_faults(base, fault), "radar_north"),
        said(with_faults(base), "radar_north"),
    )
    assert Counter(repr(r) for _, r in sick) == Counter(repr(r) for _, r in well)
    waits = [(due - measured_ns(r)) / S for due, r in sick if in_window(base, measured_ns(r))]
    assert min(waits) >= 0.0
    assert max(waits) <= 3.0
    assert np.mean(waits) == pytest.approx(1.5, abs=5.0 * 0.866 / math.sqrt(len(waits)))
    come = [measured_ns(r) for _, r in sorted(sick, key=lambda entry: entry[0])]
    assert come != sorted(come)


@pytest.mark.parametrize(
    "sensor", ["radar_north", "radar_south", "rf_df", "camera_west", "friendly", "adsb"]
)
def test_a_flood_comes_beside_what_is_true_and_can_be_read(base, sensor):
    fault = FaultSpec(sensor=sensor, kind="flood", amount=50.0, **WINDOW)
    sick, well = said(with_faults(base, fault), sensor), said(with_faults(base), sensor)
    true = Counter(map(repr, well))
    false = [entry for entry in sick if repr(entry) not in true]
    assert len(sick) == len(well) + len(false)
    assert len(false) == pytest.approx(500.0, abs=5.0 * math.sqrt(500.0))
    assert all(in_window(base, due + S // 4) or in_window(base, due) for due, _ in false)
    for line in detection_lines(report for _, report in false):
        assert isinstance(read_line(line, None), Plot | PositionReport)


FAULTS = (
    FaultSpec(sensor="radar_south", kind="bias_range", amount=500.0, from_s=2.0, to_s=6.0),
    FaultSpec(sensor="radar_south", kind="duplication", amount=1.0, from_s=6.0, to_s=9.0),
    FaultSpec(sensor="radar_north", kind="clock_step", amount=0.75, from_s=2.0, to_s=9.0),
    FaultSpec(sensor="radar_north", kind="bias_azimuth", amount=2.0, from_s=2.0, to_s=9.0),
    FaultSpec(sensor="friendly", kind="latency", amount=2.0, from_s=2.0, to_s=9.0),
    FaultSpec(sensor="adsb", kind="drop_out", amount=1.0, from_s=3.0, to_s=7.0),
    FaultSpec(sensor="rf_df", kind="flood", amount=40.0, from_s=2.0, to_s=9.0),
    FaultSpec(sensor="camera_west", kind="reordering", amount=2.0, from_s=0.0, to_s=9.0),
)


async def over_sockets(loaded, seed: int) -> dict[str, bytes]:
    """Run the live simulator's side over real loopback sockets; what came in, by feed."""
    ears = {}
    for feed in loaded.site.feeds:
        if feed.kind != "beast_tcp":
            ears[feed.id] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            ears[feed.id].bind(("127.0.0.1", 0))
            ears[feed.id].setblocking(False)
    ports = {name: ear.getsockname()[1] for name, ear in ears.items()}
    came = {feed.id: b"" for feed in loaded.site.feeds}
    async with Transports(loaded.site, ports | {"adsb_beast": 0}) as transports:
        reader, writer = await asyncio.open_connection(*transports.senders["adsb_beast"].address)
        await transports.connect()
        run = Run(make_play(loaded, seed), transports)
        while not run.is_over:
            await run.step()
            for name, ear in ears.items():
                while True:
                    try:
                        came[name] += ear.recv(65536)
                    except BlockingIOError:
                        break
        transports.senders["adsb_beast"].writers[0].close()
        came["adsb_beast"] = await reader.read()
        writer.close()
    for ear in ears.values():
        ear.close()
    return came


def test_every_fault_goes_over_the_real_wire_as_it_does_into_files(base, tmp_path):
    loaded = with_faults(base, *FAULTS, duration_s=12.0)
    came = asyncio.run(over_sockets(loaded, 6))
    simulate(loaded, 6, tmp_path)
    assert came["radar_north_asterix"] == (tmp_path / "radar_north_asterix.ast").read_bytes()
    assert came["adsb_beast"] == (tmp_path / "adsb_beast.beast").read_bytes()
    filed = (tmp_path / "detections.jsonl").read_bytes().splitlines()
    for name in ("radar_south", "rf_df", "camera_west", "friendly"):
        lines = came[f"{name}_detections"].splitlines()
        of_file = [line for line in filed if read_line(line, None).sensor == name]
        assert len(lines) > 5
        assert set(lines) <= set(of_file)
        left = Counter(of_file) - Counter(lines)  # what its latency still holds at the end
        assert sum(left.values()) <= 0.1 * len(of_file) + 12
    south = Counter(came["radar_south_detections"].splitlines())
    assert max(south.values()) == 2
    plots = read_datagram(
        came["radar_north_asterix"],
        "file",
        loaded.start_ns + 12 * S,
        radars_of(loaded.site),
        is_live=False,
    )
    marks = sorted(r.t_meas_ns for r in plots if isinstance(r, SensorStatus))
    gaps = np.diff(marks) / S
    assert max(gaps) == pytest.approx(0.25 + 0.75, abs=0.02)  # the clock's step, on the wire
    frames, bad, _ = beast.split(came["adsb_beast"])
    heard_s = [frame.counter / 12e6 for frame in frames]
    assert not bad
    assert not [t for t in heard_s if 3.0 <= t < 7.0]
    assert len(heard_s) > 50


@pytest.mark.parametrize(
    ("words", "key", "why"),
    [
        ('sensor = "adsb"\nkind = "clock_step"\namount = 1.0', "kind", "no date"),
        ('sensor = "rf_df"\nkind = "bias_range"\namount = 1.0', "kind", "measures no range"),
        ('sensor = "rf_df"\nkind = "drop_out"\namount = 2.0', "amount", "0 to 1"),
        ('sensor = "friendly"\nkind = "bias_up"\namount = -2e3', "amount", "-500 to"),
        ('sensor = "rf_df"\nkind = "duplication"\namount = 1.5', "amount", "whole"),
        ('sensor = "rf_df"\nkind = "latency"\namount = -1.0', "amount", "0 to 3600"),
        (
            'sensor = "rf_df"\nkind = "latency"\namount = 1.0\nto_s = 3.0\nfrom_s = 4.0',
            "to_s",
            "above",
        ),
        (
            'sensor = "rf_df"\nkind = "latency"\namount = 1.0\nazimuth_deg = 4.0',
            "azimuth_deg",
            "noise",
        ),
    ],
)
def test_a_fault_that_cannot_be_is_refused_by_file_line_and_key(refused, words, key, why):
    refused("[[operators]]", f"[[faults]]\n{words}\n\n[[operators]]", rf"faults\[0\].{key}", why)


def test_every_kind_of_fault_has_its_bounds_and_stands_on_the_page(repository):
    page = (repository / "docs" / "scenario-sensors.md").read_text()
    assert set(AMOUNTS) == set(get_args(FaultKind))
    assert not [kind for kind in AMOUNTS if f"`{kind}`" not in page]
