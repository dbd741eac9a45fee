"""What is told of a sensor by how its reports arrive, and by what others see."""

import numpy as np
import pytest

from vedette import health, measurements
from vedette.base.constants import NS_PER_S
from vedette.config.site import Reference, Sensor, Site
from vedette.model.enums import SourceHealth
from vedette.model.reports import Plot
from vedette.model.tracks import Links, TrackTable, empty_links, empty_tracks

T0 = 1_641_268_800 * NS_PER_S
PLACE = {"lat_deg": 33.8, "lon_deg": 42.4, "hae_m": 180.0}
NORTH, SOUTH, OWN = range(3)


class Watch:
    """Three sensors at one place, fed plot by plot, and tracks set down by hand."""

    def __init__(self) -> None:
        self.site = Site(
            schema=1,
            name="test",
            reference=Reference(**PLACE),
            sensors=[
                Sensor(id="north", kind="radar_3d", clutter_per_scan=2.0, **PLACE),
                Sensor(id="south", kind="radar_3d", clutter_per_scan=2.0, **PLACE),
                Sensor(id="own", kind="position", cooperative=True, **PLACE),
            ],
        )
        self.models = measurements.sensor_models(self.site)
        self.state = health.start(self.site)
        self.tracks: TrackTable = empty_tracks(8, 3)
        self.now_ns = T0

    def step(self, plots: list[Plot] = (), linked: bool = True) -> None:
        self.now_ns += NS_PER_S // 2
        batches, _ = measurements.form(self.site, self.models, list(plots), self.now_ns)
        health.take_measurements(self.state, self.models, batches)
        health.advance(self.state, list(plots), self.now_ns)
        rows = np.arange(len(plots)) if linked else np.zeros(0, np.int64)
        links = Links(np.ones(len(rows), np.int64), rows, np.ones(len(rows)))
        links = links if len(rows) else empty_links()
        health.take_tracks(self.state, self.models, batches, links, self.tracks, self.now_ns)

    def plot(self, k: int = 0, late_s: float = 0.0) -> Plot:
        t_ns = self.now_ns + NS_PER_S // 2
        return Plot(
            sensor="north",
            t_meas_ns=t_ns - round(late_s * NS_PER_S),
            t_recv_ns=t_ns,
            range_m=2_000.0 + 10.0 * k,
            azimuth_rad=0.01 * k,
            elevation_rad=0.1,
        )

    def put(self, row: int, number: int, east_m: float, **seen_s_ago: float) -> None:
        self.tracks.count = max(self.tracks.count, row + 1)
        self.tracks.track_id[row] = number
        self.tracks.state_enu[row] = (east_m, 4_000.0, 300.0, -45.0, 0.0, 0.0)
        self.tracks.started_ns[row] = self.tracks.started_ns[row] or self.now_ns
        for name, ago_s in seen_s_ago.items():
            index = ("north", "south", "own").index(name)
            self.tracks.sensor_updated_ns[row, index] = self.now_ns - round(ago_s * NS_PER_S)

    def words(self, sensor: str) -> str:
        self.step()
        return self.state.sources[sensor].reason


def test_what_is_said_twice_is_told_and_is_no_sickness():
    watch = Watch()
    for _ in range(24):
        plots = [watch.plot(k) for k in range(3)]
        watch.step([*plots, *plots])
    assert "says things 2.0 times" in watch.words("north")
    assert watch.state.sources["north"].health is SourceHealth.OK


def test_copies_that_come_a_step_later_are_copies():
    watch = Watch()
    held: list[Plot] = []
    for _ in range(24):
        plots = [watch.plot(k) for k in range(3)]
        watch.step([*held, *plots])
        held = plots
    assert "says things 2.0 times" in watch.words("north")


def test_reports_out_of_order_are_told_and_those_in_order_are_not():
    watch, well = Watch(), Watch()
    for k in range(24):
        watch.step([watch.plot(j, late_s=2.3 * (k % 2)) for j in range(3)])
        well.step([well.plot(j) for j in range(3)])
    assert "out of order, up to 1.8 s behind" in watch.words("north")
    assert well.words("north") == "heard in time"


def test_a_clock_that_runs_ahead_is_named_before_its_reports_are_refused():
    watch = Watch()
    for _ in range(12):
        watch.step([watch.plot(late_s=-1.2)])
    assert "its clock is 1.2 s ahead" in watch.words("north")
    assert watch.state.sources["north"].health is SourceHealth.DEGRADED


@pytest.mark.parametrize(("linked", "flood"), [(False, True), (True, False)])
def test_a_flood_is_what_belongs_to_no_track(linked, flood):
    watch = Watch()
    for _ in range(50):
        watch.step([watch.plot(k) for k in range(60)], linked)
    assert ("a flood" in watch.words("north")) is flood


def test_a_site_file_wrong_by_five_is_no_flood():
    watch = Watch()
    for _ in range(50):
        watch.step([watch.plot(k) for k in range(5)], linked=False)
    assert "a flood" not in watch.words("north")


def test_a_radar_that_no_longer_sees_what_another_holds_is_told_with_the_direction():
    watch = Watch()
    for _ in range(10):
        watch.put(0, 7, 3_000.0, north=0.0, south=0.0)
        watch.step([watch.plot()])
    lost_ns = watch.now_ns
    for _ in range(40):
        watch.put(0, 7, 3_000.0, south=0.0)
        watch.tracks.sensor_updated_ns[0, NORTH] = lost_ns
        watch.step([watch.plot()])
    assert "sees nothing towards 37 deg, where south holds T0007" in watch.words("north")
    assert watch.state.sources["south"].reason == "nothing has arrived yet"
    watch.put(1, 8, 3_000.0, north=0.0, south=0.0)
    watch.step([watch.plot()])
    watch.step([watch.plot()])
    watch.step([watch.plot()])
    assert "sees nothing" not in watch.words("north"), "it sees another one there"


def test_an_own_position_beside_the_track_that_radars_hold_is_a_false_place():
    watch = Watch()
    for _ in range(10):
        watch.put(0, 3, 1_000.0, north=0.0, own=0.0)
        watch.step([watch.plot()])
    left_ns = watch.now_ns
    for _ in range(16):
        watch.put(0, 3, 1_000.0, north=0.0)
        watch.tracks.sensor_updated_ns[0, OWN] = left_ns
        watch.put(1, 11, 1_400.0, own=0.0)
        watch.step([watch.plot()])
    memory = watch.state.memory["own"].company
    assert "puts T0011 where no radar sees anything, 400 m from T0003" in memory.place_words
