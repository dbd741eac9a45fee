"""A record that was changed is never told as if it were sound."""

import sqlite3

import pytest
from running import vedette


def forge_the_journal(folder):
    with sqlite3.connect(folder / "journal.sqlite") as file:
        file.execute("update events set t_ns = t_ns + 1 where seq = 1")
    return "journal"


def flip_a_byte(folder):
    path = folder / "raw-0001.mcap"
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    return "raw-0001.mcap"


def take_the_raw_record_away(folder):
    (folder / "raw-0001.mcap").unlink()
    return "ends at step 0"


def cut_the_raw_record_short(folder):
    path = folder / "raw-0001.mcap"
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return "raw-0001.mcap"


FORGERIES = [forge_the_journal, flip_a_byte, take_the_raw_record_away, cut_the_raw_record_short]


def test_a_sound_record_is_told_and_said_to_be_sound(tiny_recording, tmp_path):
    done = vedette("incident", str(tiny_recording), "--output", str(tmp_path / "report"))
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "report" / "incident.html").read_text()
    assert "its checksums and hash chains agree" in page
    assert "CHANGED" not in page


def test_report_and_statement_are_written_as_pdf(tiny_recording, tmp_path):
    pytest.importorskip("typst")
    out = tmp_path / "report"
    done = vedette("incident", str(tiny_recording), "--output", str(out), "--format", "pdf")
    assert done.returncode == 0, done.stderr
    for name in ("incident", "statement"):
        assert (out / f"{name}.pdf").read_bytes().startswith(b"%PDF-")
        assert f"{name}.pdf" in done.stderr
    assert (out / "incident.html").is_file()


@pytest.mark.parametrize("forge", FORGERIES)
def test_the_report_of_a_changed_record_says_so_and_where(forge, tiny_recording, tmp_path):
    where = forge(tiny_recording)
    done = vedette("incident", str(tiny_recording), "--output", str(tmp_path / "report"))
    assert done.returncode == 1
    assert "CHANGED OR DAMAGED" in done.stderr
    assert where in done.stderr
    for name in ("incident.html", "statement.txt"):
        told = (tmp_path / "report" / name).read_text()
        assert "CHANGED OR DAMAGED" in told
    assert where in (tmp_path / "report" / "incident.html").read_text()


@pytest.mark.parametrize("forge", FORGERIES)
def test_verify_gives_the_reason_first(forge, tiny_recording):
    where = forge(tiny_recording)
    done = vedette("replay", str(tiny_recording), "--verify")
    assert done.returncode == 1
    first = done.stdout.splitlines()[0]
    assert first.startswith("NOT identical: ")
    assert where in first
    assert "0 of 0" not in done.stdout


def test_a_missing_recording_is_named_in_words(tmp_path):
    done = vedette("replay", str(tmp_path), "--verify")
    assert done.returncode == 2
    assert "no session.json" in done.stderr
    assert "Errno" not in done.stderr


def test_a_changed_row_is_not_told_as_a_missing_one(tiny_recording, tmp_path):
    forge_the_journal(tiny_recording)
    done = vedette("incident", str(tiny_recording), "--output", str(tmp_path / "report"))
    assert "row 1 was changed" in done.stderr
    assert "missing" not in done.stderr
