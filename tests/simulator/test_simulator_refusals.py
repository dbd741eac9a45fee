"""Forty ways to write a scenario wrongly: each refused in one line by file, line and key."""

import re
import shutil

import pytest

from vedette.base.errors import RefusedError
from vedette.simulator.scenario import load_scenario

FAULT = '\n[[faults]]\nsensor = "radar"\nkind = "flood"\namount = 3.0\n'
OBJECT = '[[objects]]\nid = "more"\nclass = "bird"\ncount = 10_000\nmotion = "wander"\n'
OBJECT += "speed_mps = 9.0\nroute = [{ east_m = 1.0, north_m = 1.0 }]\n"
SITES = "sites/valley.toml"
# What is replaced, by what, the key that is refused, why. The line is that of the replacement.
WRONG = (
    ("start =", "start ==", "", "not TOML"),
    ("duration_s", "durations", "durations", "unknown key .did you mean duration_s"),
    ("schema = 1", "schema = 2", "schema", "must be 1, not 2"),
    ("2026-03-14T16:40:00Z", "14.3.2026", "start", "not an RFC 3339 date-time"),
    ("2026-03-14T16:40:00Z", "2026-02-30T16:40:00Z", "start", "."),
    ("duration_s = 420.0", "duration_s = -1.0", "duration_s", "must be a number > 0"),
    ("duration_s = 420.0", 'duration_s = "long"', "duration_s", "must be a number, got a text"),
    ("duration_s = 420.0", "duration_s = nan", "duration_s", "must be a finite number"),
    ("speed_mps = 28.0", "speed_mps = inf", "objects.0..speed_mps", "must be a finite number"),
    (SITES, "sites/none.toml", "site", "no file"),
    ('id = "kite"', 'id = "creeper"', "objects.2..id", "'creeper' is there twice"),
    ('class = "bird"', 'class = "dragon"', "objects.2..class", "must be one of bird"),
    ("count = 5", "count = 50_000", "objects.2..count", "must be a whole number <= 10000"),
    ('attacks = "outpost"', 'attacks = "fort"', "objects.0..attacks", "no asset 'fort'"),
    ('motion = "wander"', 'motion = "swim"', "objects.2..motion", "must be one of"),
    ('motion = "wander"', 'motion = "drift"', "objects.2..follows_ground", "is not steered"),
    ('motion = "wander"', 'motion = "flock"', "objects.2..route", "a beginning and an end"),
    ('motion = "wander"', 'motion = "recorded"', "objects.2..recording", "goes with motion"),
    ("east_m = 780.0, north_m", "north_m", "objects.0..route.0.", "give exactly one of"),
    ("{ east_m = 780.0", '{ asset = "outpost", east_m = 7.0', "objects.0..route.0.", "exactly one"),
    ("8_800.0, height_m", "8_800.0, hold_s = 9.0, height_m", "objects.0..route.0..hold_s", "hover"),
    ("71c2a4", "71C2A4", "objects.1..transponder.icao24", "must match"),
    ("{ height_m = 500.0", "{ height_m = 0.0", "wind.1..height_m", "0.0 is there twice"),
    ("from_deg = 300.0", "from_deg = 900.0", "wind.1..from_deg", "must be a number <= 360"),
    ("terrain/valley.tif", "terrain/hill.tif", "terrain.files.0.", "no file"),
    ('"terrain/valley.tif"', f'"{SITES}"', "terrain.files.0.", "a terrain file is"),
    ('{ files = ["terrain/valley.tif"] }', "[1.0]", "terrain", "must be a table, got a list"),
    ("rate_mmph = 25.0", "rate_mmph = 9000.0", "rain.0..rate_mmph", "must be a number <= 300"),
    ('id = "gate"', 'id = "fence"', "sensors.2..id", "the site has no 'fence'"),
    ('id = "gate"', 'id = "radar"', "sensors.2..id", "'radar' is there twice"),
    ("class_prob = 0.8", "class_prob = 1.8", "sensors.3..class_prob", "must be a number <= 1"),
    ("class_prob = 0.8", "tdoa = {}", "sensors.3..tdoa", "is of kind bearing_elevation"),
    ("clock_sigma_ns = 15.0", "clock = 15.0", "sensors.1..tdoa.clock", "unknown key"),
    ('name = "amal"', 'name = "zorro"', "operators.0..name", "no person 'zorro'"),
    ('["acknowledge"]', '["fire"]', "operators.0..duties.0.", "must be one of acknowledge"),
    ("birds_hostile_max = 0", "birds_hostile_most = 0", "expect.birds_hostile_most", "unknown"),
    ("birds_hostile_max = 0", "birds_hostile_max = -1", "expect.birds_hostile_max", ">= 0"),
    ("birds_hostile_max = 0", "birds_hostile_max = 0.5", "expect.birds_hostile_max", "whole"),
)
# What is added at the end, and how many lines up the refused key stands.
ADDED = (
    (FAULT.replace('"radar"', '"sonar"'), 2, "faults.0..sensor", "the site has no 'sonar'"),
    (FAULT.replace("flood", "gremlin"), 1, "faults.0..kind", "must be one of bias_range"),
    (FAULT.replace("flood", "drop_out"), 0, "faults.0..amount", "must be 0 to 1"),
    (FAULT + "to_s = 5.0\nfrom_s = 9.0\n", 1, "faults.0..to_s", "must be above from_s"),
    (OBJECT + OBJECT.replace("more", "most"), 3, "objects.4..count", "20,007 objects in all"),
)


@pytest.fixture
def folder(repository, tmp_path):
    for name in ("sites/valley.toml", "terrain/valley.tif"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(repository / "scenarios" / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="module")
def right(repository) -> str:
    return (repository / "scenarios" / "low_behind_terrain.toml").read_text()


def refusal(folder, text: str | bytes) -> str:
    path = folder / "wrong.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RefusedError) as refused:
        load_scenario(path)
    said = str(refused.value)
    assert "\n" not in said
    assert said.startswith(f"{path}:")
    return said[len(f"{path}:") :]


@pytest.mark.parametrize(("find", "put", "key", "why"), WRONG, ids=[w[1][:40] for w in WRONG])
def test_what_is_wrong_is_refused_by_line_and_key(folder, right, find, put, key, why):
    assert find in right
    said = refusal(folder, right.replace(find, put, 1))
    assert re.search(f"{key}: .*{why}" if key else why, said), said
    begun = right[: right.index(find)].count("\n") + 1
    line = int(said.split(":")[0])
    table = (begun - 8, begun + 8) if key.endswith(("follows_ground", "recording", "route")) else ()
    assert line == begun or (table and table[0] <= line <= table[1]), said


@pytest.mark.parametrize(("more", "up", "key", "why"), ADDED, ids=[a[3] for a in ADDED])
def test_what_is_added_wrongly_is_refused_by_line_and_key(folder, right, more, up, key, why):
    said = refusal(folder, right + more)
    assert re.search(f"{key}: .*{why}", said), said
    assert int(said.split(":")[0]) == (right + more).count("\n") - up


@pytest.mark.parametrize("data", [b"", b'name = "\xff\xfe"', b"\0", b"schema = 1\n" * 2])
def test_what_is_no_scenario_at_all_is_refused(folder, data):
    assert re.match(r"\d+: ", refusal(folder, data))


def test_an_account_and_people_that_the_site_has_not_or_twice_are_refused(refused):
    refused('name = "effector-model"', 'name = "nobody"', "effector_account.name", "no person")
    again = '[[operators]]\nname = "amal"\npassword = "x"\nduties = []\n\n[effector_account]'
    refused("[effector_account]", again, "name", "'amal' is there twice")
