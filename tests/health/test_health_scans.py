"""What health says of a sensor whose scans come at another pace than its site file says."""

import math

import numpy as np
import pytest

from vedette import health, measurements
from vedette.base.constants import NS_PER_S
from vedette.config.site import Reference, Sensor, Site
from vedette.model.enums import SourceHealth
from vedette.model.picture import SourceState
from vedette.model.reports import Plot, Report, SitePositionReport

T0 = 1_641_268_800 * NS_PER_S
PLACE = {"lat_deg": 33.8, "lon_deg": 42.4, "hae_m": 180.0}


def shown(
    actual_s: float,
    stated_s: float = 1.0,
    kind: str = "radar_3d",
    scan: str = "frame",
    objects: int = 1,
    seen_prob: float = 1.0,
    clutter: int = 0,
    scattered: bool = False,
    duration_s: float = 120.0,
) -> SourceState:
    """Let objects fly by a sensor that scans each actual_s; give what health shows in the end.

    scattered: each plot has its own time within the scan.
    """
    sensor = Sensor(
        id="s", kind=kind, scan=scan, scan_period_s=stated_s, stale_s=50.0 + stated_s, **PLACE
    )
    site = Site(schema=1, name="test", reference=Reference(**PLACE), sensors=[sensor])
    models, state = measurements.sensor_models(site), health.start(site)
    rng = np.random.default_rng(4)
    start = rng.uniform(-9_000.0, 9_000.0, (objects, 2))
    velocity = rng.uniform(-30.0, 30.0, (objects, 2))
    for k in range(int(duration_s / actual_s)):
        places = start + velocity * k * actual_s + rng.normal(0.0, 20.0, (objects, 2))
        places = places[rng.random(objects) < seen_prob]
        places = np.concatenate([places, rng.uniform(-20_000.0, 20_000.0, (clutter, 2))])
        reports: list[Report] = []
        for east, north in places.tolist():
            azimuth = math.atan2(east, north) % (2.0 * math.pi)
            share = azimuth / (2.0 * math.pi) if scan == "rotating" else 0.0
            share = rng.random() if scattered else share
            t_ns = T0 + int((k + share) * actual_s * NS_PER_S)
            reports.append(report_at(kind, t_ns, east, north, azimuth))
        now_ns = T0 + int((k + 1) * actual_s * NS_PER_S)
        batches, refusals = measurements.form(site, models, reports, now_ns)
        assert not refusals
        health.take_measurements(state, models, batches)
        health.advance(state, reports, now_ns)
    return state.sources["s"]


def report_at(kind: str, t_ns: int, east: float, north: float, azimuth: float) -> Report:
    base = {"sensor": "s", "t_meas_ns": t_ns, "t_recv_ns": t_ns}
    if kind == "position":
        return SitePositionReport(**base, east_m=east, north_m=north)
    if kind == "bearing":
        return Plot(**base, azimuth_rad=azimuth)
    return Plot(**base, range_m=math.hypot(east, north), azimuth_rad=azimuth)


@pytest.mark.parametrize("scan", ["frame", "rotating"])
@pytest.mark.parametrize("kind", ["radar_3d", "position"])
@pytest.mark.parametrize(("actual_s", "stated_s"), [(0.25, 1.0), (4.0, 1.0), (1.0, 12.0)])
def test_a_pace_off_by_more_than_two_is_told_with_both_times(scan, kind, actual_s, stated_s):
    source = shown(actual_s, stated_s, kind, scan, objects=5, duration_s=200.0)
    assert source.health is SourceHealth.DEGRADED
    words = f"its scans come every {actual_s:g} s; the site file says {stated_s:g} s"
    assert source.reason == words


@pytest.mark.parametrize("scan", ["frame", "rotating"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"stated_s": 2.0},
        {"stated_s": 0.5},
        {"seen_prob": 0.5},
        {"objects": 30, "seen_prob": 0.8, "clutter": 10},
        {"objects": 12, "scattered": True},
        {"kind": "bearing"},
    ],
)
def test_a_true_pace_is_believed_with_misses_clutter_and_crowds(scan, changes):
    source = shown(1.0, **{"scan": scan, "objects": 4, **changes})
    assert source.reason == "heard in time"


def test_a_lone_object_seen_too_often_is_told_within_ten_seconds():
    assert "every 0.25 s" in shown(0.25, duration_s=10.0).reason


def test_what_hears_only_what_transmits_has_no_pace():
    assert shown(0.1, kind="bearing").health is SourceHealth.OK
