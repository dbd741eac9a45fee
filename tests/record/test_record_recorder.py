"""A recording holds what came in and what went out, survives kill -9, and shows tampering."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mcap.reader import make_reader
from msgspec import structs
from record_world import (
    SITE_TOML,
    START_NS,
    STEP_NS,
    World,
    advance,
    begin,
    big_picture,
    come_back,
    inputs,
    make,
    orders,
    run,
)

from vedette.base.errors import RefusedError, VedetteError
from vedette.model.commands import Delivery
from vedette.record import (
    Recorder,
    changes,
    commands,
    digest,
    events,
    is_recording,
    pictures,
    read,
    restore,
    session,
    site_text,
    verify_chain,
)
from vedette.record.session import write_session

CHILD = Path(__file__).with_name("record_world.py")


def recorded(folder: Path, last: int = 100) -> Path:
    """Make a finished recording."""
    recorder = make(folder)
    run(recorder, begin(), 1, last)
    assert recorder.close()
    return folder


def test_what_was_recorded_is_read_back_in_order(tmp_path):
    recorded(tmp_path)
    damage: list[str] = []
    steps = list(read(tmp_path, damage=damage))
    assert damage == []
    assert [step.number for step in steps] == list(range(1, 101))
    assert all(step.arrivals == inputs(step.number) for step in steps)
    assert all(step.commands == orders(step.number) for step in steps)
    assert [step.first_of for step in steps[:2]] == ["started", ""]
    assert site_text(tmp_path) == SITE_TOML
    assert session(tmp_path).finished


def test_re_execution_gives_every_digest_again(tmp_path):
    recorded(tmp_path)
    world = begin()
    for step in read(tmp_path):
        shown = advance(world, step.arrivals, step.commands, step.now_ns)
        assert digest(shown) == step.digest


def test_deliveries_are_inputs_of_their_own(tmp_path):
    recorder = make(tmp_path)
    told = Delivery(warning_id=1, revision=1, channel="display", delivered=True, t_recv_ns=START_NS)
    recorder.step(START_NS, [], [], [told], advance(begin(), [], [], START_NS))
    recorder.close()
    assert [step.deliveries for step in read(tmp_path)] == [[told]]


def test_events_and_commands_are_in_the_journal_with_their_numbers(tmp_path):
    recorder = make(tmp_path)
    seqs = run(recorder, begin(), 1, 100)
    rows = list(events(tmp_path))  # while it is still being written
    recorder.close()
    assert [row.seq for row in rows] == seqs == list(range(1, len(seqs) + 1))
    assert [row.seq for row in events(tmp_path, after=5)] == seqs[5:]
    assert [command.command_id for _, command in commands(tmp_path)] == [
        f"c{n}" for n in range(7, 101, 7)
    ]
    assert not list(tmp_path.glob("journal.sqlite-*"))


def test_events_outside_the_core_are_journalled_too(tmp_path):
    recorder = make(tmp_path)
    shown = advance(begin(), [], orders(7), START_NS)
    assert recorder.journal(shown.events) == [1]
    recorder.close()
    assert [row.step for row in events(tmp_path)] == [0]
    assert verify_chain(tmp_path) == []


def test_compact_pictures_come_about_once_a_second(tmp_path):
    recorded(tmp_path)
    shown = list(pictures(tmp_path))
    assert [(p.t_ns - shown[0].t_ns) // 10**9 for p in shown] == [0, 1, 2, 3, 4]
    assert shown[0].identity == ["UNKNOWN"]
    assert shown[0].state_enu.shape == (1, 6)
    assert shown[0].sigma_enu_m.shape == (1, 3)


def test_a_folder_is_recorded_by_one_process_once(tmp_path):
    recorder = make(tmp_path)
    with pytest.raises(VedetteError, match="another vedette"):
        Recorder.resume(tmp_path, last_step=0, last_ns=START_NS)
    with pytest.raises(VedetteError, match="holds a recording"):
        make(tmp_path)
    recorder.close()
    assert is_recording(tmp_path)
    with pytest.raises(RefusedError, match="not a recording"):
        list(read(tmp_path / "absent"))


def killed(folder: Path, lines: int) -> list[int]:
    """Let a child record until it has told of `lines` events, kill it, return what it told."""
    command = [sys.executable, str(CHILD), str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        told = [int(child.stdout.readline()) for _ in range(lines)]
    finally:
        os.kill(child.pid, signal.SIGKILL)
        rest, _ = child.communicate()
    return told + [int(line) for line in rest.splitlines()]


def test_after_kill_9_nothing_told_is_lost_and_nothing_is_told_twice(tmp_path):
    told: list[int] = []
    for lives in (40, 25, 60):
        told += killed(tmp_path, lives)
    recorder, world, untold = come_back(tmp_path)
    run(recorder, world, recorder.number + 1, recorder.number + 20)
    recorder.close()
    rows = [row.seq for row in events(tmp_path)]
    assert rows == list(range(1, len(rows) + 1))
    # Told is journalled; at most the one event that a kill caught between disk and telling is
    # journalled and untold, in each life.
    assert set(told) <= set(rows)
    assert len(told) == len(set(told))
    assert len(set(rows) - set(told) - set(untold)) <= 3 + 20
    assert verify_chain(tmp_path) == []


def test_after_kill_9_the_whole_session_re_executes_to_the_same_events(tmp_path):
    killed(tmp_path, 50)
    killed(tmp_path, 50)
    recorder, _, _ = come_back(tmp_path)
    recorder.close()
    world, again = begin(), []
    steps = list(read(tmp_path))
    for step in steps:
        shown = advance(world, step.arrivals, step.commands, step.now_ns)
        assert digest(shown) == step.digest
        again += shown.events
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert [row.event for row in events(tmp_path)] == again
    assert [step.first_of for step in steps if step.first_of] == ["started", "restarted"]


def test_a_crash_between_raw_record_and_journal_is_made_good(tmp_path):
    recorder = make(tmp_path)
    world = begin()
    run(recorder, world, 1, 50)
    rows = list(events(tmp_path))
    recorder._raw.flush()
    crash_copy = tmp_path / "copy"
    crash_copy.mkdir()
    for name in ("session.json", "site.toml", "raw-0001.mcap"):
        (crash_copy / name).write_bytes((tmp_path / name).read_bytes())
    for name in ("snapshots", "exhibits"):
        (crash_copy / name).mkdir()
    source = sqlite3.connect(tmp_path / "journal.sqlite")
    target = sqlite3.connect(crash_copy / "journal.sqlite")
    source.backup(target)
    target.execute("delete from events where seq = ?", (rows[-1].seq,))
    target.execute("delete from commands where step = ?", (rows[-1].step,))
    target.commit()
    source.close()
    target.close()
    again, _, untold = come_back(crash_copy)
    again.close()
    assert untold == [rows[-1].seq]
    assert list(events(crash_copy)) == rows
    assert verify_chain(crash_copy) == []
    recorder.close()


def test_journalled_events_beyond_the_raw_record_are_reported(tmp_path):
    recorded(tmp_path)
    raw = tmp_path / "raw-0001.mcap"
    raw.write_bytes(raw.read_bytes()[:3000])
    found = restore(tmp_path, World, version="1")
    assert 0 < found.last_step < 100
    assert found.orphans == [row for row in events(tmp_path) if row.step > found.last_step]
    assert "ends in the middle of a record" in found.damage[0]


def test_a_changed_byte_is_never_read_as_something_else(tmp_path):
    recorded(tmp_path, 60)
    raw = tmp_path / "raw-0001.mcap"
    good = raw.read_bytes()
    truth = [(s.number, s.arrivals, s.commands, s.digest) for s in read(tmp_path)]
    rng = np.random.default_rng(5)
    for position in rng.integers(8, len(good) - 8, 300):
        bad = bytearray(good)
        bad[position] ^= 1 << int(rng.integers(0, 8))
        raw.write_bytes(bad)
        damage: list[str] = []
        steps = [
            (s.number, s.arrivals, s.commands, s.digest) for s in read(tmp_path, damage=damage)
        ]
        assert steps == truth[: len(steps)]
        assert len(steps) == len(truth) or damage or position > len(good) // 2


def test_a_damaged_chunk_is_said_with_where_it_is_valid_to(tmp_path):
    recorded(tmp_path)
    raw = tmp_path / "raw-0001.mcap"
    bad = bytearray(raw.read_bytes())
    bad[len(bad) // 3] ^= 0x10
    raw.write_bytes(bad)
    damage: list[str] = []
    steps = list(read(tmp_path, damage=damage))
    assert 0 < len(steps) < 100
    assert f"valid to step {len(steps)}" in damage[0]


def test_a_tail_cut_off_by_a_crash_is_no_damage_once_the_next_segment_goes_on(tmp_path):
    recorded(tmp_path, 60)
    raw = tmp_path / "raw-0001.mcap"
    offset = chunk_starts(raw)[-1]
    raw.write_bytes(raw.read_bytes()[: offset + 40])
    damage: list[str] = []
    left = len(list(read(tmp_path, damage=damage)))
    assert 0 < left < 60
    assert f"the writer was stopped; valid to step {left}" in damage[0]
    recorder = Recorder.resume(tmp_path, last_step=left, last_ns=START_NS)
    run(recorder, begin(), left + 1, left + 10)
    recorder.close()
    damage = []
    assert [s.number for s in read(tmp_path, damage=damage)] == list(range(1, left + 11))
    assert damage == []


def chunk_starts(raw: Path) -> list[int]:
    """Find where the chunks of a segment begin."""
    data, position, starts = raw.read_bytes(), 8, []
    while position < len(data) - 8:
        if data[position] == 6:
            starts.append(position)
        position += 9 + int.from_bytes(data[position + 1 : position + 9], "little")
    return starts


def test_a_snapshot_shortens_the_way_back(tmp_path):
    recorder, world = make(tmp_path), begin()
    run(recorder, world, 1, 60)
    assert recorder.snapshot(world)
    run(recorder, world, 61, 100)
    recorder.close()
    found = restore(tmp_path, World, version="1")
    assert found.snapshot_step == 60
    assert [step.number for step in found.steps] == list(range(61, 101))
    again = found.state
    for step in found.steps:
        advance(again, step.arrivals, step.commands, step.now_ns)
    assert again.values.tobytes() == world.values.tobytes()
    assert found.last_ns == START_NS + 100 * STEP_NS


def test_a_damaged_or_foreign_snapshot_gives_way_to_the_one_before(tmp_path):
    recorder, world = make(tmp_path), begin()
    for first in (1, 21, 41, 61, 81):
        run(recorder, world, first, first + 19)
        recorder.snapshot(world)
    recorder.close()
    kept = sorted((tmp_path / "snapshots").iterdir())
    assert [path.name for path in kept] == [f"step-{n:012d}.snapshot" for n in (60, 80, 100)]
    newest = bytearray(kept[-1].read_bytes())
    newest[len(newest) // 2] ^= 1
    kept[-1].write_bytes(newest)
    found = restore(tmp_path, World, version="1")
    assert found.snapshot_step == 80
    assert "checksum differs" in found.damage[0]
    other = restore(tmp_path, World, version="2")
    assert (other.state, other.snapshot_step, len(other.steps)) == (None, 0, 100)


def changed(folder: Path, statement: str) -> list[str]:
    """Tamper with a journal and return what the chain says."""
    with sqlite3.connect(folder / "journal.sqlite") as file:
        file.execute(statement)
    file.close()
    return verify_chain(folder)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update events set json = replace(json, 'track_id', 'track_iD') where seq = 3", "row 3"),
        ("delete from events where seq = 2", "number 2 is missing"),
        ("delete from events where seq > 4", "missing"),
        ("update commands set person = 'x' where seq = 1", "row 1 was changed"),
        ("delete from commands where seq = (select max(seq) from commands)", "does not end"),
    ],
)
def test_a_changed_or_missing_row_shows(tmp_path, statement, said):
    assert verify_chain(recorded(tmp_path)) == []
    assert said in changed(tmp_path, statement)[0]


def test_a_journal_rewritten_with_new_hashes_shows_against_the_raw_record(tmp_path):
    recorded(tmp_path / "a")
    recorder = make(tmp_path / "b")
    for number in range(1, 101):
        shown = advance(begin(), inputs(number), orders(number), START_NS + number)
        recorder.step(START_NS + number, [], [], [], replace(shown, tracks=shown.tracks))
    recorder.close()
    (tmp_path / "a" / "journal.sqlite").write_bytes(
        (tmp_path / "b" / "journal.sqlite").read_bytes()
    )
    assert verify_chain(tmp_path / "a")


FULL_DISK = """
import resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from record_world import *
from vedette.record import events, read, verify_chain
folder = Path(sys.argv[1])
recorder, world = make(folder), begin()
run(recorder, world, 1, 60)
assert recorder.fault is None
limit = {limit}
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
run(recorder, world, 61, 2000)
print(recorder.fault)
assert recorder.fault
assert not recorder.snapshot_due
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
time.sleep(1.1)
run(recorder, world, 2001, 2060)
assert recorder.fault is None, recorder.fault
assert recorder.close()
assert [s.number for s in read(folder)] == list(range(1, 2061))
assert [r.seq for r in events(folder)] == list(range(1, recorder.last_seq + 1))
assert verify_chain(folder) == []
"""


@pytest.mark.parametrize("limit", ["60_000", "20_000"])
def test_a_full_disk_is_a_fault_that_mends_itself_and_loses_nothing(tmp_path, limit):
    code = FULL_DISK.replace("{limit}", limit)
    arguments = [sys.executable, "-c", code, str(tmp_path / "r"), str(CHILD.parent)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(("raw recording: ", "journal: "))


def test_when_too_much_waits_the_gap_is_said_and_the_picture_goes_on(tmp_path):
    code = """
import resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from record_world import *
from vedette.record import raw, read, restore, verify_chain
raw.WAITING_MAX_BYTES = 2000
raw.RETRY_S = 0.05
folder = Path(sys.argv[1])
recorder, world = make(folder), begin()
run(recorder, world, 1, 60)
resource.setrlimit(resource.RLIMIT_FSIZE, (15_000, resource.RLIM_INFINITY))
for n in range(61, 400, 10):
    run(recorder, world, n, n + 9)
    time.sleep(0.02)
assert recorder.fault
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
time.sleep(1.1)
run(recorder, world, recorder.number + 1, recorder.number + 1)
assert recorder.fault is None, recorder.fault
assert recorder.snapshot_due
assert recorder.snapshot(world)
run(recorder, world, recorder.number + 1, recorder.number + 30)
last = recorder.number
assert recorder.close()
damage = []
assert list(read(folder, damage=damage))[-1].number < 400
assert "are missing" in damage[-1], damage
found = restore(folder, World, version="1")
assert found.last_step == last and len(found.steps) == 30, found
assert verify_chain(folder) == []
"""
    arguments = [sys.executable, "-c", code, str(tmp_path / "r"), str(CHILD.parent)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_finished_segment_is_an_ordinary_mcap_file(tmp_path):
    recorded(tmp_path)
    with (tmp_path / "raw-0001.mcap").open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        counts = reader.get_summary().statistics.channel_message_counts
        arrived = sum(1 for _ in reader.iter_messages(topics=["arrivals"]))
    assert arrived == sum(len(inputs(n)) for n in range(1, 101)) == counts[1]
    assert (counts[2], counts[3], counts[4]) == (14, 101, 5)


def test_a_full_segment_is_continued_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("vedette.record.raw.SEGMENT_MAX_BYTES", 2_000)
    recorder, world = make(tmp_path), begin()
    run(recorder, world, 1, 200)
    assert recorder.snapshot(world)
    run(recorder, world, 201, 300)
    recorder.close()
    damage: list[str] = []
    steps = list(read(tmp_path, damage=damage))
    assert (len(steps), damage) == (300, [])
    assert steps[-1].segment > 2
    assert restore(tmp_path, World, version="1").steps == steps[200:]


def test_a_digest_tells_pictures_apart_and_ignores_rows_beyond_the_count():
    first, second = big_picture(5), big_picture(5)
    assert digest(first) == digest(second)
    second.tracks.state_enu[4, 0] = -0.0
    assert digest(first) != digest(second)
    small = big_picture(4)
    small.tracks.state_enu[3, 0] = 1.0
    small.tracks.count = 3
    also = big_picture(4)
    also.tracks.count = 3
    assert digest(small) == digest(also)


def test_every_ledger_is_looked_at_whole_within_some_seconds():
    for track_id in range(1, 31):
        first, second = big_picture(30), big_picture(30)
        changed_item = structs.replace(second.identities[track_id].ledger[3], text="other")
        second.identities[track_id].ledger[3] = changed_item
        for k in range(200):
            first.now_ns = second.now_ns = START_NS + k * STEP_NS
            if digest(first) != digest(second):
                break
        else:
            pytest.fail(f"the ledger of track {track_id} was not looked at in 10 s")


def test_what_a_crash_cut_off_is_no_change_and_what_a_hand_cut_off_is(tmp_path):
    recorded(tmp_path / "a")
    assert changes(tmp_path / "a") == []
    path = tmp_path / "a" / "raw-0001.mcap"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "raw-0001.mcap" in changes(tmp_path / "a")[0]
    described = structs.replace(session(tmp_path / "a"), finished=False)
    write_session(tmp_path / "a", described)
    assert changes(tmp_path / "a") == []
