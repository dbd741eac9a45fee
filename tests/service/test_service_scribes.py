"""A conversion written by a process beside the reader: the same file, and errors that are told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from vedette.base.errors import VedetteError
from vedette.codecs.detections import encode_detection_line
from vedette.model.reports import ArrivalReport, Plot
from vedette.outputs.files import WRITTEN
from vedette.outputs.writing import Around
from vedette.service import converting
from vedette.service.converting import Job, convert
from vedette.service.scribes import BATCH, ENDED, Beside, Here, Order, Said

sys.path.insert(0, str(Path(__file__).parent))
from test_service_converting import detections

DATA = Path(__file__).parents[3] / "shared" / "data"
RECORDED = ("asterix/croatia_cat034_048.pcap", "asterix/croatia_cat062_065.pcap",
            "adsb/ulss7_beast_20180403.beast", "adsb/ulss7_beast_decoded_sbs.txt",
            "remote_id/odid_bt5_lr_sample.pcapng")  # fmt: skip
PLOT = Plot(sensor="r", t_meas_ns=1_641_254_400_000_000_000, t_recv_ns=1_641_254_400_000_000_000,
            range_m=1000.0, azimuth_rad=1.0)  # fmt: skip


@pytest.fixture
def beside(monkeypatch):
    """Every file is large enough, and there are cores enough."""
    monkeypatch.setattr(converting, "BESIDE_BYTES", 1)
    monkeypatch.setattr(converting, "cores", lambda: 2)


def both(here: Path, to: str, folder: Path) -> tuple[bytes, bytes]:
    """Convert in one process and in two; what both say must be the same."""
    told, octets = [], []
    for is_beside in (False, True):
        there = folder / f"{is_beside}" / f"{here.stem}.{to}"
        there.parent.mkdir(exist_ok=True)
        done = convert(Job(here, there, to_name=to, quiet=True, beside=is_beside))
        told.append(msgspec.structs.replace(done, output="", wall_s=0.0))
        octets.append(there.read_bytes())
    assert told[0] == told[1]
    return octets[0], octets[1]


@pytest.fixture(scope="module")
def all_kinds(tmp_path_factory):
    """A file of detections of every kind, some batches long."""
    found = []

    @settings(max_examples=100, deadline=None)
    @given(detections())
    def draw(report):
        found.append(report)

    draw()
    path = tmp_path_factory.mktemp("kinds") / "in.jsonl"
    lines = [encode_detection_line(report, stated=True) for report in found]
    path.write_bytes(b"".join(lines * (3 * BATCH // len(lines))) + b"no detection\n")
    return path


@pytest.mark.parametrize("to", [w.name for w in WRITTEN if w.detections])
def test_written_beside_every_format_is_the_same_to_the_octet(beside, all_kinds, to, tmp_path):
    one, two = both(all_kinds, to, tmp_path)
    assert one == two


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_recorded_in_the_field_is_the_same_written_beside(beside, name, tmp_path):
    if not (DATA / name).is_file():
        pytest.skip("no recorded data here")
    one, two = both(DATA / name, "detections", tmp_path)
    assert one == two


@settings(max_examples=200, deadline=None)
@given(detections())
def test_a_report_comes_through_the_pipe_as_it_was(report):
    data = msgspec.msgpack.encode([report])
    assert msgspec.msgpack.decode(data, type=list[Said]) == [report]


def test_a_table_that_needs_more_columns_is_written_anew_beside_too(beside, tmp_path):
    late = ArrivalReport(sensor="m", t_meas_ns=1, t_recv_ns=1, arrivals_ns={"a": 1, "b": 2, "c": 3})
    here = tmp_path / "in.jsonl"
    here.write_bytes(b"".join(encode_detection_line(r) for r in [PLOT] * 1_500 + [late]))
    one, two = both(here, "csv", tmp_path)
    assert one == two and b"arrivals_ns.a" in one


def order(part: Path) -> Order:
    return Order("detections", part, Around(None, "x", []))


def test_a_full_disk_is_told_with_its_reason_and_ends_the_process():
    scribe = Beside(order(Path("/dev/full")))
    with pytest.raises(VedetteError, match="No space left"):
        for _ in range(200 * BATCH):
            scribe.take(PLOT)
        scribe.close()
    scribe.give_up()
    assert not scribe._process.is_alive()


def test_a_process_that_dies_is_told_and_never_waited_for(tmp_path):
    scribe = Beside(order(tmp_path / "x"))
    os.kill(scribe._process.pid, signal.SIGKILL)
    with pytest.raises(VedetteError, match=ENDED[:20]):
        for _ in range(200 * BATCH):
            scribe.take(PLOT)
        scribe.close()
    scribe.give_up()


def test_a_reader_that_fails_leaves_no_process_and_no_file(beside, tmp_path, monkeypatch):
    started = []

    class Noted(Beside):
        def __init__(self, order):
            super().__init__(order)
            started.append(self._process)

    def fails(*words):
        yield from ()
        raise VedetteError("the stick was pulled out")

    monkeypatch.setattr(converting, "Beside", Noted)
    monkeypatch.setattr(converting.feeds, "read_reports", fails)
    here = tmp_path / "in.jsonl"
    here.write_bytes(encode_detection_line(PLOT))
    with pytest.raises(VedetteError, match="pulled out"):
        convert(Job(here, tmp_path / "out.csv", quiet=True, beside=True))
    assert [process.is_alive() for process in started] == [False]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]


def test_the_command_writes_a_large_file_beside(tmp_path):
    here, there = tmp_path / "in.jsonl", tmp_path / "out.csv"
    line = encode_detection_line(PLOT)
    here.write_bytes(line * (converting.BESIDE_BYTES // len(line) + 10))
    command = [sys.executable, "-m", "vedette", "convert", str(here), str(there), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    written = msgspec.json.decode(done.stdout)["written"]
    assert written == here.stat().st_size // len(line) == there.read_bytes().count(b"\n") - 1


def test_where_no_process_is_to_be_had_one_reads_and_writes(beside, tmp_path, monkeypatch):
    def refused(order):
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(converting, "Beside", refused)
    here = tmp_path / "in.jsonl"
    here.write_bytes(encode_detection_line(PLOT))
    assert convert(Job(here, tmp_path / "out.csv", quiet=True, beside=True)).written == 1


def test_in_one_process_the_file_is_closed_where_the_reader_fails(tmp_path):
    scribe = Here(order(tmp_path / "x"))
    scribe.take(PLOT)
    scribe.give_up()
    scribe.give_up()
    assert (tmp_path / "x").read_bytes() == encode_detection_line(PLOT, stated=True)
