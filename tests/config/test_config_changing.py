"""A site with something changed is still a checked site."""

from pathlib import Path

import pytest

from vedette.base.errors import RefusedError
from vedette.config.changing import changed, without
from vedette.config.load import load_site
from vedette.config.site import Site


@pytest.fixture(scope="module")
def site(repository: Path) -> Site:
    return load_site(repository / "scenarios" / "sites" / "ain_al_asad.toml")


def test_a_key_is_set_and_nothing_else_changes(site):
    other = changed(site, ["zones.barracks.imminent_s=120", "wind.speed_mps = 4.5"])
    zones = {zone.id: zone for zone in other.zones}
    assert zones["barracks"].imminent_s == 120.0
    assert other.wind.speed_mps == 4.5
    back = changed(other, [f"zones.barracks.imminent_s={site.zones[0].imminent_s}"])
    assert [z for z in back.zones if z.id != "barracks"] == [
        z for z in site.zones if z.id != "barracks"
    ]
    assert other.sensors == site.sensors


def test_tables_in_tables_texts_and_lists_can_be_set(site):
    settings = ["sensors.radar_north.coverage.range_max_m=20_000", "zones.barracks.name=Huts"]
    settings += ["zones.barracks.channels=[]", "sensors.radar_north.cooperative=true"]
    other = changed(site, settings)
    radar = next(s for s in other.sensors if s.id == "radar_north")
    assert radar.coverage.range_max_m == 20_000.0
    assert radar.cooperative is True
    assert next(z for z in other.zones if z.id == "barracks").name == "Huts"


@pytest.mark.parametrize(
    ("setting", "parts"),
    [
        ("zones.barracks.iminent_s=1", ("zones.barracks.iminent_s", "did you mean imminent_s?")),
        ("zones.barrack.imminent_s=1", ("zones.barrack", "did you mean barracks?")),
        ("zone.barracks.imminent_s=1", ("zone", "did you mean zones?")),
        ("zones.barracks.imminent_s=-1", ("zones.barracks.imminent_s", "> 0", "-1")),
        ("zones.barracks.imminent_s=soon", ("zones.barracks.imminent_s", "must be a number")),
        ("zones.barracks.imminent_s=nan", ("must be a finite number",)),
        ("zones.barracks.imminent_s=9e9", ("zones.barracks.imminent_s",)),
        ("zones.barracks.imminent_s=400", ("zones.barracks.imminent_s: must not exceed",)),
        ("zones.barracks.asset=moon", ("zones.barracks.asset", "moon")),
        ("zones.barracks.name=\x1b[2J", ("control character",)),
        ("zones.barracks.name.x=1", ("is no table",)),
        ("zones.imminent_s=1", ("zones", "by its id")),
        ("zones.barracks.imminent_s", ("KEY=VALUE",)),
        ("zones.barracks.imminent_s=1\nx=2", ("control character",)),
        ("=1", ("KEY=VALUE",)),
        ("effectors.model_north.simulated=false", ("simulated",)),
        ("wind.speed_mps=" + "1" * 5_000, ("longer than",)),
        ("wind.speed_mps=" + "[" * 2_000, ("must be a number",)),
    ],
)
def test_what_a_site_file_may_not_hold_is_refused_in_one_line(site, setting, parts):
    with pytest.raises(RefusedError) as refused:
        changed(site, [setting])
    words = str(refused.value)
    assert "\n" not in words
    assert len(words) < 400
    for part in parts:
        assert part in words


def test_a_sensor_goes_with_the_feeds_that_are_its_own(site):
    other = without(site, ["radar_north"])
    assert "radar_north" not in [sensor.id for sensor in other.sensors]
    assert not [feed for feed in other.feeds if feed.sensor == "radar_north"]
    assert len(other.sensors) == len(site.sensors) - 1
    with pytest.raises(RefusedError, match=r"did you mean radar_north\?"):
        without(site, ["radar_nort"])


def test_what_moved_with_a_removed_sensor_stays_where_the_site_puts_it(repository):
    convoy = load_site(repository / "scenarios" / "sites" / "convoy.toml")
    moving = next(asset for asset in convoy.assets if asset.position_feed is not None)
    other = without(convoy, [moving.position_feed])
    assert next(a for a in other.assets if a.id == moving.id).position_feed is None
