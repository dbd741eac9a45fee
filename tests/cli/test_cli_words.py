"""How the commands speak: help with an example, errors in one line that say what to do."""

import json

import pytest
from running import vedette

from vedette.cli import COMMANDS, make_parser

NAMES = [module.__name__.rsplit(".", 1)[1].replace("_", "-") for module in COMMANDS]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself_with_an_example(name, capsys):
    with pytest.raises(SystemExit) as end:
        make_parser().parse_args([name, "--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert "example:" in said
    assert f"vedette {name}" in said


@pytest.mark.parametrize(
    "words",
    [
        ("run", "absent.toml"),
        ("track", "absent.toml", "a.pcap", "--output", "t.parquet"),
        ("simulate", "absent.toml", "--output", "out"),
        ("evaluate", "--truth", "absent.parquet", "--tracks", "absent.parquet"),
        ("replay", "absent"),
        ("incident", "absent", "--output", "out"),
        ("demo", "absent.toml", "--headless", "--fast", "--report", "out"),
    ],
)
def test_an_absent_file_is_one_line_that_names_it(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = vedette(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "absent" in done.stderr


def test_check_says_for_each_file_whether_it_is_valid_and_why_not(tmp_path):
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text('{"t_ns": 1641268800000000000, "sensor": "a", "range_m": 1.0}\n')
    bad.write_text('{"t_ns": 1641268800000000000, "sensor": "a", "range_m": 1.0, "rnage": 2}\n')
    done = vedette("check", "detections", str(good), str(bad), "--json")
    verdicts = json.loads(done.stdout)
    assert [v["accepted"] for v in verdicts] == [True, False]
    assert [v["file"] for v in verdicts] == [str(good), str(bad)]
    assert "rnage" in verdicts[1]["reason"]
    assert "1" in verdicts[1]["reason"]
    assert done.returncode == 1
