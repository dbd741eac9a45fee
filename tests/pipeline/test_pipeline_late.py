"""What comes too late for the tracks, or cannot be, is counted, not lost in silence."""

import msgspec

from vedette import codecs, pipeline
from vedette.config.load import load_site
from vedette.model.arrivals import Arrival
from vedette.model.reports import SensorStatus

NS = 1_000_000_000
T0 = 1_641_267_600 * NS


def detection(t_ns: int, range_m: float) -> bytes:
    plot = {
        "t_ns": t_ns,
        "sensor": "radar_south",
        "range_m": range_m,
        "azimuth_deg": 270.0,
        "elevation_deg": 2.0,
    }
    return msgspec.json.encode(plot)


def test_a_plot_too_late_for_the_tracks_is_counted_against_its_sensor(repository):
    site = load_site(repository / "scenarios" / "sites" / "ain_al_asad.toml")
    line = pipeline.assemble(site)
    state = pipeline.start(line)
    # The second plot is ahead of its time, as much as the site allows.
    for k, age_s in enumerate((0.0, -1.9, 9.5, 0.0), start=1):
        now_ns = T0 + k * NS
        data = detection(now_ns - int(age_s * NS), 9_000.0 + 40.0 * k)
        arrival = Arrival(feed="radar_south_detections", t_recv_ns=now_ns, data=data)
        state, _ = pipeline.step(line, state, pipeline.Inputs([arrival]), now_ns)
    refused = state.health.sources["radar_south"].refused_by_reason
    assert refused == {"too late for the tracks": 1}


def test_what_the_tracker_s_own_door_refuses_is_counted_against_its_sensor(repository):
    site = load_site(repository / "scenarios" / "sites" / "ain_al_asad.toml")
    line = pipeline.assemble(site)
    state = pipeline.start(line)
    status = SensorStatus(
        sensor="radar_north", t_meas_ns=T0 + 3_600 * NS, t_recv_ns=T0 + NS, kind="north"
    )
    for k, reports in enumerate(([status], [], [])):
        now_ns = T0 + (k + 1) * NS
        state, _ = pipeline.advance(line, state, reports, pipeline.Inputs(), now_ns)
    refused = state.health.sources["radar_north"].refused_by_reason
    assert refused == {"impossible time": 1}
    assert state.tracking.refused == {"impossible time": {"radar_north": 1}}


def test_an_antenna_s_mark_that_comes_too_late_is_counted_against_its_sensor(repository):
    site = load_site(repository / "scenarios" / "sites" / "ain_al_asad.toml")
    line = pipeline.assemble(site)
    state = pipeline.start(line)
    for k, age_s in enumerate((0.0, 11.5, 9.0, 0.0), start=1):
        now_ns = T0 + k * NS
        arrival = Arrival(
            feed="radar_south_detections", t_recv_ns=now_ns,
            data=detection(now_ns, 9_000.0 + 40.0 * k),
        )  # fmt: skip
        reports = codecs.decode(state.decoders, [arrival])
        reports.append(
            SensorStatus(
                sensor="radar_north", t_meas_ns=now_ns - int(age_s * NS), t_recv_ns=now_ns,
                kind="north",
            )
        )  # fmt: skip
        state, _ = pipeline.advance(line, state, reports, pipeline.Inputs([arrival]), now_ns)
    refused = state.health.sources["radar_north"].refused_by_reason
    assert refused == {"too late for the tracks": 1}
