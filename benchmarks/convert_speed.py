"""How long a recording of one gigabit takes to convert, beside reading it alone and copying it.

python -m benchmarks.convert_speed [--quick] [--json]
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from benchmarks.asterix_speed import pcap_of
from benchmarks.codec_speed import T0_NS, targets
from benchmarks.figures import Figure, run_module
from vedette import codecs, feeds
from vedette.base.constants import NS_PER_S
from vedette.codecs.asterix import encode_cat048_blocks
from vedette.service.converting import Job, convert

NAME = "convert_speed"
TITLE = "Conversion of a large recording"
TEXT = """A capture of one radar (ASTERIX 048, 2,000 targets a turn of four seconds, full datagrams)
of one gigabit, 125 MB. *Read alone* is the decoder's way from the file's octets to reports, nothing
written: no conversion can be faster. *Copied* reads and writes the same octets and understands
none. Each in a process of its own, in turn, in processor time (user and system). `vedette convert`
has two: one reads, the other writes, each on a core of its own where there are two, and it takes as
long as the longer of them; *over reading alone* is that one's time. Their starts are in it. Memory
is the greatest resident set of a process, the mapped file included where it was looked at."""
COMMAND = "python -m benchmarks.convert_speed"
NEEDS = ""

SIZE_BYTES, SIZE_QUICK_BYTES = 125_000_000, 12_500_000
TURN_S = 4
FORMATS = ("jsonl", "csv", "parquet", "ast", "pcap")
BOUND_RATIO = 1.75  # of the decoder's time: what "at decoder speed" is held to here


def recording(size_bytes: int) -> Iterator[bytes]:
    """Give a capture's octets, some turns at a time, until it is as large as asked for."""
    plots, turn, written = targets(), 0, 0
    while written < size_bytes:
        t_s = TURN_S * turn
        moved = [msgspec.structs.replace(p, t_day_s=t_s + k / 512.0) for k, p in enumerate(plots)]
        t_ns = T0_NS + (t_s + TURN_S) * NS_PER_S
        data = pcap_of((t_ns, block) for block in encode_cat048_blocks(moved))
        data = data[0 if turn == 0 else 24 :]
        yield data
        written, turn = written + len(data), turn + 1


def read_alone(here: Path, there: Path) -> int:
    """Decode a file and throw the reports away; give how many."""
    told = codecs.anywhere(there.name)
    return sum(1 for _ in feeds.read_reports(here, feeds.format_of(here), told))


def copy(here: Path, there: Path) -> int:
    """Copy a file."""
    shutil.copyfile(here, there)
    return 0


def into(here: Path, there: Path) -> int:
    """Convert a file; give how many detections were written."""
    return convert(Job(here, there, quiet=True, beside=True)).written


WORKS: dict[str, Callable[[Path, Path], int]] = {"copied": copy, "read alone": read_alone}


class Spent(msgspec.Struct):
    """What a work took: processor seconds of its process and of one beside, memory; and a count."""

    spent_s: float
    beside_s: float
    peak_bytes: int
    count: int

    @property
    def longer_s(self) -> float:
        """What it takes with a core for each."""
        return max(self.spent_s, self.beside_s)


def once(name: str, here: str) -> None:
    """Do one work, and print what it took."""
    with tempfile.TemporaryDirectory(dir=Path(here).parent) as folder:
        there = Path(folder) / f"out.{name}"
        work = WORKS.get(name, into)
        begun_s = time.process_time()
        count = work(Path(here), there)
        spent_s = time.process_time() - begun_s
    ours, theirs = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    peak_bytes = max(ours.ru_maxrss, theirs.ru_maxrss) * 1024
    spent = Spent(spent_s, theirs.ru_utime + theirs.ru_stime, peak_bytes, count)
    print(msgspec.json.encode(spent).decode())


def measured(name: str, here: Path) -> Spent:
    """Do one work in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.convert_speed", "--once", name, str(here)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return msgspec.json.decode(done.stdout, type=Spent)


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "radar.pcap"
        with here.open("wb") as file:
            for piece in recording(SIZE_QUICK_BYTES if quick else SIZE_BYTES):
                file.write(piece)
        size_bytes = here.stat().st_size
        found = {name: measured(name, here) for name in (*WORKS, *FORMATS)}
    plain = found["read alone"]
    rows = [Figure("the recording", f"{size_bytes / 1e6:.0f} MB, {plain.count:,} detections")]
    for name, took in found.items():
        what = name if name in WORKS else f"to .{name}"
        times = f"{took.spent_s:.1f} s" + (f" beside {took.beside_s:.1f} s" * (took.beside_s > 0.0))
        rate = f"{times}, {size_bytes / took.longer_s / 1e6:,.1f} MB/s"
        rows.append(Figure(what, f"{rate}, {took.peak_bytes / 1e6:.0f} MB of memory"))
    for name in FORMATS:
        ratio = found[name].longer_s / plain.longer_s
        rows.append(
            Figure(f"to .{name}, over reading alone", f"{ratio:.2f}", f"at most {BOUND_RATIO:g}")
        )
    return rows


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        once(*sys.argv[2:4])
    else:
        run_module(sys.modules[__name__])
