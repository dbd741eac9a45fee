"""Pointing sensors: what the watch may ask of which, and that nothing else can be asked."""

import msgspec
import pytest

from vedette.model.commands import TaskSensor
from vedette.model.enums import Role
from vedette.model.events import CommandRefused, SensorTasked


@pytest.fixture
def pointable(scene):
    camera = msgspec.structs.replace(
        scene.state.sensors[0], id="camera", kind="bearing_elevation", name="Camera", pointable=True
    )
    scene.state.sensors.append(camera)
    scene.put(7)
    scene.step()
    return scene


def ask(scene, roles=(Role.OPERATOR,), **said):
    command = TaskSensor(**scene.by(roles=roles), **{"sensor": "camera", "task": "look_at"} | said)
    return scene.step(command)[0]


@pytest.mark.parametrize("task", ["look_at", "follow"])
def test_the_watch_points_a_camera_at_where_a_track_is_now(pointable, task):
    event = ask(pointable, task=task, track_id=7)
    assert isinstance(event, SensorTasked)
    assert (event.sensor, event.task, event.person, event.track_id) == (
        "camera", task, "Reyes", 7,
    )  # fmt: skip
    where = pointable.flown[7][:3].tolist()
    lat, lon, hae = pointable.state.frame.geo_deg_from_enu(*where)
    assert (event.lat_deg, event.lon_deg, event.hae_m) == pytest.approx((lat, lon, hae))


def test_a_mode_and_a_stop_need_no_track(pointable):
    wide = ask(pointable, task="mode", mode="Wide", track_id=7)
    assert (wide.mode, wide.track_id, wide.lat_deg) == ("Wide", None, None)
    assert ask(pointable, task="stop").task == "stop"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"sensor": "radar-1", "track_id": 7}, "cannot be pointed"),
        ({"sensor": "far", "track_id": 7}, "there is no sensor 'far'"),  # an effector model
        ({"sensor": "nobody", "track_id": 7}, "there is no sensor"),
        ({"task": "engage", "track_id": 7}, "a sensor can be asked to look_at"),
        ({"task": "move_to", "track_id": 7}, "a sensor can be asked to look_at"),
        ({"track_id": 99}, "none of that number"),
        ({}, "none of that number"),
        ({"task": "mode", "mode": " "}, "which mode"),
        ({"track_id": 7, "roles": (Role.VIEWER,)}, "only the watch"),
        ({"track_id": 7, "roles": (Role.ADMINISTRATOR,)}, "only the watch"),
    ],
)
def test_anything_else_is_refused_in_words(pointable, said, words):
    event = ask(pointable, **said)
    assert isinstance(event, CommandRefused) and words in event.reason


def test_the_same_command_twice_is_one_task(pointable):
    command = TaskSensor(**pointable.by(), sensor="camera", task="stop")
    kinds = [type(pointable.step(command)[0]).__name__ for _ in range(2)]
    assert kinds == ["SensorTasked", "CommandRefused"]
