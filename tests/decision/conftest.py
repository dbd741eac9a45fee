"""Scenes for the tests of the decision stage."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from decision_scene import Scene, base

from vedette.model.enums import WeaponsControl


@pytest.fixture
def make_scene():
    """Give a maker of scenes: make_scene(weapons_control)."""

    def make(weapons_control: WeaponsControl = WeaponsControl.TIGHT) -> Scene:
        return Scene(base(weapons_control))

    return make


@pytest.fixture
def scene(make_scene) -> Scene:
    """Give a scene with one HOSTILE drone, T0007, 8 km north and inbound at 45 m/s."""
    made = make_scene()
    made.put(7)
    made.step()
    return made
