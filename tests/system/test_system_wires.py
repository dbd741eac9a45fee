"""One world over other wires: SAPIENT alone, ASTERIX and ADS-B alone, all at once; one outcome."""

import json

import msgspec
import pytest
from running import REPOSITORY, SCENARIO, events_of, vedette

from vedette.config.load import load_site
from vedette.evaluation.matching import match
from vedette.outputs.parquet import read_tracks, read_truth

SITES = REPOSITORY / "scenarios" / "sites"
OWN, SAPIENT, ASTERIX = "ain_al_asad", "ain_al_asad_sapient", "ain_al_asad_asterix"
ALL = "ain_al_asad_all"
OTHERS = (SAPIENT, ASTERIX, ALL)
ALL_KINDS = {"asterix_udp", "sapient_tcp", "beast_tcp", "avr_tcp", "sbs_tcp", "detections_udp"}
ALL_KINDS |= {"detections_tcp", "cot_udp", "cot_tcp", "remote_id_udp", "mavlink_udp"}
SAME_S = 3.0  # detections lie a second or two apart


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Give the folder that a run over a site's wires leaves; each is made once."""
    folders = {}

    def made(site):
        if site not in folders:
            folder = folders[site] = tmp_path_factory.mktemp(site)
            done = vedette(
                *("demo", str(SCENARIO), "--site", str(SITES / f"{site}.toml"), "--headless"),
                *("--fast", "--seed", "1", "--report", str(folder)),
                timeout_s=900.0,
            )
            assert (folder / "summary.json").is_file(), done.stderr
            (folder / "said.txt").write_text(done.stderr)
        return folders[site]

    return made


def warned_of(folder):
    """Say of each zone when it was first warned, and of which objects in all."""
    truth, tracks = read_truth(folder / "truth.parquet"), read_tracks(folder / "tracks.parquet")
    objects = match(truth, tracks).object_of
    first, named = {}, {}
    for event in events_of(folder):
        if event["event"] in ("WarningRaised", "WarningEscalated", "WarningUpdated"):
            zone = event["zone_id"]
            first.setdefault(zone, (event["t_ns"] - int(truth.t_ns[0])) / 1e9)
            ids = {truth.object_ids[objects[track]] for track in event["track_ids"]}
            named.setdefault(zone, set()).update(ids)
    return first, named


@pytest.mark.parametrize("site", OTHERS)
def test_over_other_wires_all_that_the_scenario_expects_follows(run, site):
    summary = json.loads((run(site) / "summary.json").read_text())
    assert len(summary["expect"]) >= 7
    assert not [e for e in summary["expect"] if not e["passed"]]


@pytest.mark.parametrize("site", OTHERS)
def test_over_other_wires_the_same_people_are_warned_of_the_same_at_the_same_time(run, site):
    first, named = warned_of(run(site))
    own_first, own_named = warned_of(run(OWN))
    assert named == own_named
    assert set(named) == {"barracks", "command_post", "flight_line"}
    assert set.union(*named.values()) == {"drone_1", "drone_2"}
    assert first == pytest.approx(own_first, abs=SAME_S)


@pytest.mark.parametrize("site", OTHERS)
def test_over_other_wires_there_are_as_many_tracks(run, site):
    def tracks(name):
        return len(set(read_tracks(run(name) / "tracks.parquet").track_id.tolist()))

    assert abs(tracks(site) - tracks(OWN)) <= 3


@pytest.mark.parametrize("site", OTHERS)
def test_nothing_that_is_said_over_other_wires_is_refused(run, site):
    assert not [e for e in events_of(run(site)) if e["event"] in ("InputRefused", "InputShed")]


@pytest.mark.parametrize("site", OTHERS)
def test_what_was_recorded_over_other_wires_is_done_again_bit_for_bit(run, site):
    done = vedette("replay", str(run(site) / "recording"), "--verify", "--json")
    assert json.loads(done.stdout)["identical"] is True, done.stderr


def test_a_run_that_nobody_watches_says_how_far_it_has_come(run):
    said = (run(ALL) / "said.txt").read_text().splitlines()
    assert [line for line in said if line.endswith(" of 480 s")], said


def test_over_sapient_every_sensor_registers(run):
    said = [e for e in events_of(run(SAPIENT)) if e["event"] == "SourceReported"]
    sensors = {sensor.id for sensor in load_site(SITES / f"{SAPIENT}.toml").sensors}
    assert {e["source"] for e in said if e["kind"] == "registered"} == sensors


WIRES = {"sapient_node": None, "pointable": False, "sac": None, "sic": None}
WIRES |= {"amplitude_at_1km_dbm": None, "authenticated": False}


@pytest.mark.parametrize(
    ("site", "kinds"),
    [
        (SAPIENT, {"sapient_tcp"}),
        (ASTERIX, {"asterix_udp", "beast_tcp"}),
        (ALL, ALL_KINDS),
    ],
)
def test_the_sites_differ_in_their_wires_alone(site, kinds):
    def rest(name):
        site = load_site(SITES / f"{name}.toml")
        bare = [msgspec.structs.replace(sensor, **WIRES) for sensor in site.sensors]
        return msgspec.structs.replace(site, sensors=bare, feeds=[])

    assert rest(site) == rest(OWN)
    assert {feed.kind for feed in load_site(SITES / f"{site}.toml").feeds} == kinds
