"""A recorded event done again with one thing changed: what it would have been worth."""

import functools
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from vedette.cli import main
from vedette.config.changing import changed
from vedette.evaluation.headless import run_into
from vedette.evaluation.whatif import WhatIf, compare
from vedette.evaluation.whatif_page import html
from vedette.evaluation.whatif_words import in_words
from vedette.model.enums import Mode
from vedette.service.reenacting import Change, recorded_site
from vedette.service.subjects import Scene, same
from vedette.simulator.scenario import load_scenario

ZONE = "headquarters"


@pytest.fixture(scope="module")
def dive(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a drone that dives at the end, over real sockets; give the report folder."""
    folder = tmp_path_factory.mktemp("dive")
    path = repository / "scenarios" / "terminal_dive.toml"
    run_into(load_scenario(path), 1, folder, fast=True, attended=True, quiet=True)
    return folder


@functools.cache
def asked(folder: Path, *settings: str, truth: bool = True, **change) -> WhatIf:
    recording = folder / "recording"
    site = changed(recorded_site(recording), settings)
    known = folder / "truth.parquet" if truth else None
    return compare(recording, Change(site, **change), [*settings], known)


def level(found: WhatIf, name: str):
    (zone,) = [zone for zone in found.zones if zone.zone_id == ZONE]
    return next(row for row in zone.levels if row.level == name)


def test_an_unchanged_recording_shows_no_difference_at_all(dive):
    found = asked(dive)
    assert found.same
    assert found.differing_steps == 0
    assert found.commands == []
    assert found.commands_recorded == 2  # to be ready, and to take cover, each answered once
    assert level(found, "imminent").earlier_s == 0.0
    assert found.truth.before == found.truth.after
    assert any("No difference" in line for line in in_words(found))


def test_two_people_and_their_engagements_follow_an_unchanged_recording(repository, tmp_path):
    path = tmp_path / "short.toml"
    text = (repository / "scenarios" / "ain_al_asad_2022.toml").read_text()
    sites = repository / "scenarios" / "sites"
    assert "duration_s = 480.0" in text
    path.write_text(
        text.replace("sites/", f"{sites}/").replace("duration_s = 480.0", "duration_s = 270.0")
    )
    run_into(load_scenario(path), 1, tmp_path, fast=True, attended=True, quiet=True)
    found = asked(tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert {"EngagementAuthorised", "EngagementExecuted"} <= {row["event"] for row in rows}
    assert found.same
    assert found.commands_recorded > 15


def test_without_the_only_radar_nobody_is_warned_and_the_answer_to_the_warning_is_told(dive):
    found = asked(dive, without=frozenset({"radar"}))
    assert level(found, "possible").before_s is not None
    assert level(found, "possible").after_s is None
    assert (found.truth.before.missed_zones, found.truth.after.missed_zones) == (0, 1)
    assert [told.zone_id for told in found.only_before] == [ZONE]
    assert {fate.how for fate in found.commands} == {"without a subject"}
    assert len(found.commands) == found.commands_recorded
    words = "\n".join(in_words(found))
    assert "NEVER with the change" in words
    assert "acknowledge_warning by amal" in words


def test_without_the_camera_the_radar_still_warns_and_its_tracks_are_paired(dive):
    found = asked(dive, without=frozenset({"camera"}))
    assert level(found, "possible").after_s is not None
    assert found.tracks_before - len(found.tracks_only_before) > 0
    assert found.truth.after.missed_zones == 0


def test_people_told_earlier_gain_the_seconds_that_the_threshold_gains(dive):
    found = asked(dive, f"zones.{ZONE}.imminent_s=90", f"zones.{ZONE}.unassessed_s=90")
    usual = asked(dive, f"zones.{ZONE}.imminent_s=30", f"zones.{ZONE}.unassessed_s=30")
    wide, narrow = level(found, "imminent"), level(usual, "imminent")
    assert wide.before_s == narrow.before_s
    assert wide.after_s < narrow.after_s
    assert wide.earlier_s == pytest.approx(wide.before_s - wide.after_s)
    assert not found.same


def test_with_nobody_at_the_consoles_every_command_is_withheld_and_said_to_be(dive):
    found = asked(dive, delay_s=None)
    assert [fate.how for fate in found.commands] == ["withheld"] * found.commands_recorded
    assert level(found, "possible").earlier_s == 0.0  # the machine warns by itself


def test_people_who_act_later_act_later_or_after_the_record_ends(dive):
    late = asked(dive, delay_s=5.0)
    assert not [fate for fate in late.commands if fate.how != "refused"]
    never = asked(dive, delay_s=3_000.0)
    assert [fate.how for fate in never.commands] == ["after the end"] * never.commands_recorded


def test_what_the_truth_would_say_is_left_out_and_said_so_where_it_is_not_known(dive):
    found = asked(dive, truth=False, without=frozenset({"radar"}))
    assert found.truth is None
    assert [told.of_attacker for told in found.only_before] == [None]
    assert any("truth is not known" in note for note in found.notes)


def test_the_page_holds_the_words_and_fetches_nothing(dive):
    found = asked(dive, without=frozenset({"radar"}))
    evil = msgspec.structs.replace(found, changes=["<script>alert(1)</script>"])
    page = html(evil, Mode.SIMULATED)
    assert "SIMULATED" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "NEVER with the change" in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_command_says_it_as_json_and_as_a_page(dive, tmp_path, capsys):
    recording = str(dive / "recording")
    words = ("whatif", recording, "--without-sensor", "radar")
    assert main([*words, "--json", "--html", str(tmp_path / "w.html")]) == 0
    assert "without radar" in (tmp_path / "w.html").read_text()
    told = json.loads(capsys.readouterr().out)
    assert told["zones"][0]["levels"][0]["after_s"] is None
    assert told["truth"]["after"]["missed_zones"] == 1  # found beside the recording


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--without-sensor", "rader"), "did you mean radar?"),
        (("--set", "zones.headquarters.iminent_s=3"), "did you mean imminent_s?"),
        (("--set", "zones.headquarter.imminent_s=3"), "did you mean headquarters?"),
        (("--html", "/proc/none/x.html"), "--html"),
        (("--truth", "none.parquet"), "none.parquet"),
        (("--site", "none.toml"), "none.toml"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_one_line(dive, words, part, capsys):
    assert main(["whatif", str(dive / "recording"), *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert part in said.err


def scene(*tracks: tuple[int, float, float]) -> Scene:
    rows = np.array(tracks, float).reshape(-1, 3)
    return Scene(rows[:, 0].astype(np.int64), rows[:, 1:], np.full(len(rows), 10.0))


def test_a_folder_that_is_no_recording_is_refused_in_one_line_like_anywhere_else(tmp_path, capsys):
    assert main(["whatif", str(tmp_path), "--no-operators"]) == 2
    said = capsys.readouterr().err
    assert said == f"vedette whatif: {tmp_path}: not a recording: it holds no session.json\n"


def test_a_command_follows_the_object_and_not_the_number():
    there = scene((1, 0.0, 0.0), (2, 900.0, 0.0))
    here = scene((1, 905.0, 0.0), (7, 4.0, 0.0))
    assert same(there, 1, here) == 7
    assert same(there, 2, here) == 1


def test_of_two_that_have_become_one_track_the_nearer_has_it_and_the_other_none():
    there = scene((1, 0.0, 0.0), (2, 100.0, 0.0))
    assert same(there, 1, scene((5, 10.0, 0.0))) == 5
    assert same(there, 2, scene((5, 10.0, 0.0))) is None


def test_what_is_not_in_the_picture_has_no_track_there():
    assert same(scene((1, 0.0, 0.0)), 1, scene()) is None
    assert same(scene((1, 0.0, 0.0)), 1, scene((1, 5_000.0, 0.0))) is None
