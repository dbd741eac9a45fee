"""The audit trail in the record: on disk at once, chained, and taken up after a stop."""

import sqlite3

import pytest
from record_world import START_NS, begin, make, run

from vedette.model.acts import Act
from vedette.model.enums import Role
from vedette.record import Recorder, acts, read, verify_chain
from vedette.record.journal import journal_path


def act(number: int) -> Act:
    return Act(
        t_ns=START_NS + number, what="command", status=200, person="amal", roles=(Role.OPERATOR,),
        session="s1", address="10.0.0.1", about=f"assess_track track_id={number}",
    )  # fmt: skip


def recorded(folder, finished=True):
    recorder = make(folder)
    run(recorder, begin(), 1, 10)
    for number in range(4):
        recorder.audit(act(number))
    if finished:
        assert recorder.close()
    return recorder


def test_acts_are_read_while_they_are_written_and_are_no_step(tmp_path):
    recorder = recorded(tmp_path, finished=False)
    rows = list(acts(tmp_path))
    assert [row.act for row in rows] == [act(n) for n in range(4)]
    assert [row.seq for row in acts(tmp_path, after=1, limit=2)] == [2, 3]
    recorder.close()
    assert len(list(read(tmp_path))) == 10
    again = Recorder.resume(tmp_path, last_step=10, last_ns=START_NS)
    again.audit(act(9))
    again.close()
    assert [row.seq for row in acts(tmp_path)] == [1, 2, 3, 4, 5]
    assert verify_chain(tmp_path) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update acts set person = 'basim' where seq = 2", "acts: row 2 was changed"),
        ("delete from acts where seq = 2", "acts: number 2 is missing"),
        ("delete from acts where seq = 4", "does not end"),
        ("drop table acts", "does not end"),
    ],
)
def test_a_trail_that_was_changed_shows(tmp_path, statement, said):
    recorded(tmp_path)
    assert verify_chain(tmp_path) == []
    with sqlite3.connect(journal_path(tmp_path)) as file:
        file.execute(statement)
    file.close()
    assert said in verify_chain(tmp_path)[0]


def test_a_recording_of_before_there_was_a_trail_is_sound_and_has_none(tmp_path):
    recorder = make(tmp_path)
    run(recorder, begin(), 1, 10)
    recorder.close()
    with sqlite3.connect(journal_path(tmp_path)) as file:
        file.execute("drop table acts")
    file.close()
    described = tmp_path / "session.json"
    lines = described.read_text().splitlines()
    kept = [line for line in lines if "chain_acts" not in line]
    described.write_text("\n".join(kept).replace('",\n}', '"\n}'))
    assert verify_chain(tmp_path) == []
    assert list(acts(tmp_path)) == []
