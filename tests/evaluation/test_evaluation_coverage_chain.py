"""What coverage calls confirmed, against the tracks that the whole chain begins."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from vedette.evaluation.approach import THREATS, straight_in
from vedette.evaluation.coverage import joined, watching
from vedette.evaluation.direct import play_directly
from vedette.evaluation.direct_evidence import evidence
from vedette.evaluation.exact import clopper_pearson
from vedette.geo import SiteFrame
from vedette.simulator.probe import create_probe
from vedette.simulator.scenario import LoadedScenario, ObjectSpec, Waypoint, load_scenario
from vedette.simulator.sensor_specs import SensorModelSpec

FLOWN, SEEDS, BEGIN_M, SPEED_MPS = 8, 6, 16_000.0, 50.0
RINGS_M = np.arange(5_500.0, 15_000.0, 1_000.0)


def one_radar(repository: Path, name: str, best_prob: float) -> LoadedScenario:
    """Let drones fly in from eight directions to a base with one radar and nobody on watch."""
    base = load_scenario(repository / "scenarios" / "ain_al_asad_2022.toml")
    site = msgspec.structs.replace(
        base.site,
        sensors=[sensor for sensor in base.site.sensors if sensor.id == name],
        feeds=[feed for feed in base.site.feeds if feed.sensor == name],
    )
    middle = Waypoint(bearing_deg=0.0, range_m=0.0, height_m=200.0)
    objects = [
        ObjectSpec(
            id=f"in_{k}",
            object_class="fixed_wing_uas",
            speed_mps=SPEED_MPS,
            route=[
                Waypoint(bearing_deg=360.0 * k / FLOWN, range_m=BEGIN_M, height_m=200.0),
                middle,
            ],
        )
        for k in range(FLOWN)
    ]
    scenario = msgspec.structs.replace(
        base.scenario,
        objects=objects,
        sensors=[SensorModelSpec(id=name, range_90_m=13_000.0, detection_prob=best_prob)],
        effector_account=None,
        operators=[],
        duration_s=230.0,
    )
    return msgspec.structs.replace(base, site=site, scenario=scenario)


def tracked_m(loaded: LoadedScenario) -> np.ndarray:
    """Give how far out each drone of all seeds had its first track, 0 never."""
    reached = []
    for seed in range(SEEDS):
        found = evidence(play_directly(loaded, seed, attended=False))
        instants = found.matching.aligned.instants_ns
        for number in range(len(found.truth.object_ids)):
            times = np.flatnonzero(found.matching.track_of[number] >= 0)
            since_s = (instants[times[0]] - loaded.start_ns) / 1e9 if len(times) else np.inf
            reached.append(max(BEGIN_M - SPEED_MPS * since_s, 0.0))
    return np.array(reached)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "best_prob"), [("radar_north", 0.97), ("radar_south", 0.4)])
def test_tracks_begin_no_later_than_coverage_confirms(repository, name, best_prob):
    loaded = one_radar(repository, name, best_prob)
    frame = SiteFrame(loaded.site.reference)
    way = straight_in(np.zeros(2), FLOWN, np.array([200.0]), SPEED_MPS, BEGIN_M, frame, None)
    probe = create_probe(loaded, THREATS["one_way"].spec())
    confirmed = joined(watching(loaded), probe, way, RINGS_M).confirmed_prob.mean(axis=0)
    reached = tracked_m(loaded)
    assert len(reached) == FLOWN * SEEDS
    for ring_m, said in zip(RINGS_M, confirmed, strict=True):
        hits = int((reached >= ring_m).sum())
        assert clopper_pearson(hits, len(reached), 1e-3)[1] >= said, f"{ring_m:g} m"
    half = np.interp(-0.5, -confirmed, RINGS_M)  # where half are confirmed
    assert 0.4 < np.mean(reached >= half) < 0.9
