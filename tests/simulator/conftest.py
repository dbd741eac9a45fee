"""Scenes of few words: objects put where a test wants them, seen by sensors of the base's site."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from vedette.base.errors import RefusedError
from vedette.config.site import Site
from vedette.simulator.scenario import LoadedScenario, ObjectSpec, Scenario, Waypoint, load_scenario
from vedette.simulator.world import FLYING, World, create_world

Scene = Callable[..., LoadedScenario]
Placed = Callable[..., World]


@pytest.fixture(scope="session")
def base(repository: Path) -> LoadedScenario:
    return load_scenario(repository / "scenarios" / "ain_al_asad_2022.toml")


@pytest.fixture(scope="session")
def scene(base) -> Scene:
    """Make a scenario of `count` objects of one class; words: further keys of the scenario.

    changes: keys of the site's sensors, by sensor; only: the sensors that there are.
    """

    def make(
        object_class: str = "fixed_wing_uas",
        count: int = 1,
        changes: dict[str, dict[str, Any]] | None = None,
        only: tuple[str, ...] | None = None,
        **words: Any,
    ) -> LoadedScenario:
        spec = ObjectSpec(
            id="thing",
            object_class=object_class,
            count=count,
            speed_mps=20.0,
            route=[Waypoint(east_m=0.0, north_m=5000.0), Waypoint(east_m=0.0, north_m=9000.0)],
            **words.pop("object_words", {}),
        )
        scenario = Scenario(
            schema=1,
            name="scene",
            description="",
            start=base.scenario.start,
            duration_s=words.pop("duration_s", 600.0),
            site=base.scenario.site,
            objects=words.pop("objects", [spec]),
            **words,
        )
        site = changed(base.site, changes or {}, only)
        return msgspec.structs.replace(base, scenario=scenario, site=site)

    return make


def changed(site: Site, changes: dict[str, dict[str, Any]], only: tuple[str, ...] | None) -> Site:
    """Change keys of sensors of a site, and leave sensors and their feeds out."""
    sensors = [
        msgspec.structs.replace(sensor, **changes.get(sensor.id, {}))
        for sensor in site.sensors
        if only is None or sensor.id in only
    ]
    kept = {sensor.id for sensor in sensors}
    feeds = [feed for feed in site.feeds if feed.sensor in kept]
    return msgspec.structs.replace(site, sensors=sensors, feeds=feeds)


@pytest.fixture(scope="session")
def placed() -> Placed:
    """Make a scenario's world with its objects at places (N, 3) from a station, and velocities."""

    def make(loaded: LoadedScenario, station: Any, offset_m: Any, velocity_mps: Any = 0.0) -> World:
        world = create_world(loaded, 1)
        state = np.zeros((world.fleet.count, 3)) + np.asarray(offset_m)
        place = state @ station.sensor_from_enu + station.position_enu_m
        drop = (place[:, 0] ** 2 + place[:, 1] ** 2) / (2.0 * 6_378_137.0)
        world.position_m = place + np.stack([0.0 * drop, 0.0 * drop, drop], axis=1)
        world.velocity_mps = np.zeros_like(place) + np.asarray(velocity_mps)
        world.phase[:] = FLYING
        world.visible[:] = True
        return world

    return make


@pytest.fixture
def refused(repository: Path, tmp_path: Path) -> Callable[[str, str, str, str], None]:
    """Change the base's scenario in one place, and hold that it is refused by file, line, key."""

    def refuse(find: str, put: str, key: str, why: str) -> None:
        folder = repository / "scenarios"
        text = (folder / "ain_al_asad_2022.toml").read_text()
        assert find in text
        (tmp_path / "sites").mkdir(exist_ok=True)
        site = (folder / "sites" / "ain_al_asad.toml").read_text()
        (tmp_path / "sites" / "ain_al_asad.toml").write_text(site)
        path = tmp_path / "wrong.toml"
        path.write_text(text.replace(find, put, 1))
        with pytest.raises(RefusedError, match=rf"wrong\.toml:\d+: .*{key}.*{why}"):
            load_scenario(path)

    return refuse
