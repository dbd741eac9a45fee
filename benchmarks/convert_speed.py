"""How long a recording of one gigabit takes to convert, beside reading it alone and copying it.

python -m benchmarks.convert_speed [--quick] [--json]
"""

import json
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
none. Each in a process of its own, in turn, in processor time (user and system); memory is the
greatest resident set of that process, the mapped file included where it was looked at. A conversion
costs what reading costs and the writing besides, on one core: it runs below the decoder's speed by
the ratios shown, and far below the disk's."""
COMMAND = "python -m benchmarks.convert_speed"
NEEDS = ""

SIZE_BYTES, SIZE_QUICK_BYTES = 125_000_000, 12_500_000
TURN_S = 4
FORMATS = ("jsonl", "csv", "parquet", "ast", "pcap")
BOUND_RATIO = 2.0  # of the decoder's time: what "at decoder speed" is held to here


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
    return convert(Job(here, there, quiet=True)).written


WORKS: dict[str, Callable[[Path, Path], int]] = {"copied": copy, "read alone": read_alone}


def once(name: str, here: str) -> None:
    """Do one work, and print its seconds of processor time, count and memory."""
    with tempfile.TemporaryDirectory(dir=Path(here).parent) as folder:
        there = Path(folder) / f"out.{name}"
        work = WORKS.get(name, into)
        begun_s = time.process_time()
        count = work(Path(here), there)
        spent_s = time.process_time() - begun_s
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps([spent_s, count, peak_bytes]))


def measured(name: str, here: Path) -> tuple[float, int, int]:
    """Do one work in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.convert_speed", "--once", name, str(here)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    spent_s, count, peak_bytes = json.loads(done.stdout)
    return spent_s, count, peak_bytes


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "radar.pcap"
        with here.open("wb") as file:
            for piece in recording(SIZE_QUICK_BYTES if quick else SIZE_BYTES):
                file.write(piece)
        size_bytes = here.stat().st_size
        found = {name: measured(name, here) for name in (*WORKS, *FORMATS)}
    plain_s, count, _ = found["read alone"]
    rows = [Figure("the recording", f"{size_bytes / 1e6:.0f} MB, {count:,} detections")]
    for name, (spent_s, _, peak_bytes) in found.items():
        what = name if name in WORKS else f"to .{name}"
        rate = f"{spent_s:.1f} s, {size_bytes / spent_s / 1e6:,.1f} MB/s"
        rows.append(Figure(what, f"{rate}, {peak_bytes / 1e6:.0f} MB of memory"))
    for name in FORMATS:
        ratio = found[name][0] / plain_s
        rows.append(
            Figure(f"to .{name}, over reading alone", f"{ratio:.2f}", f"at most {BOUND_RATIO:g}")
        )
    return rows


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        once(*sys.argv[2:4])
    else:
        run_module(sys.modules[__name__])
