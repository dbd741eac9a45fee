"""Every benchmark, one after the other, and docs/results.md made from what they give.

    python -m benchmarks [--only NAME ...] [--quick] [--output FILE] [--list]

The figures are kept beside the page (results.json), so that --only brings one table up to date and
leaves the others with the machine and the date they were measured on. What needs recordings that
are not there is skipped by name and keeps its old figures.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import (
    campaign_speed,
    campaign_stages,
    class_accuracy,
    consistency,
    convert_speed,
    delivery,
    four_targets,
    ground_echoes,
    hostile,
    identity_claims,
    identity_gate,
    page_hour,
    page_speed,
    quiet_day,
    real_adsb,
    real_flights,
    real_mlat,
    real_radar,
    registration,
    remote_id_speed,
    replay_verify,
    restart,
    sapient_speed,
    seeds,
    simulator_speed,
    spoofed_adsb,
    threat_calibration,
    tracker_peers,
    viewers,
    warning_lead,
)
from benchmarks.figures import DATA, REPOSITORY, Benchmark, load, machine
from benchmarks.wrapped import PROGRAMS

PAGE = REPOSITORY / "docs" / "results.md"
OWN: tuple[Any, ...] = (
    seeds,
    delivery,
    restart,
    replay_verify,
    quiet_day,
    four_targets,
    ground_echoes,
    identity_gate,
    identity_claims,
    spoofed_adsb,
    threat_calibration,
    warning_lead,
    real_adsb,
    real_radar,
    real_flights,
    registration,
    tracker_peers,
    real_mlat,
    consistency,
    simulator_speed,
    remote_id_speed,
    campaign_speed,
    class_accuracy,
    campaign_stages,
    sapient_speed,
    hostile,
    convert_speed,
    viewers,
    page_speed,
    page_hour,
)
BENCHMARKS: tuple[Benchmark, ...] = (*OWN, *PROGRAMS)
LOAD_FREE_RATIO = 0.25  # of the cores: above, others were at work and times are not ours alone

HEAD = """# Results

Made by `make bench` (`python -m benchmarks`); nothing here is typed by hand. Every figure says what
gave it, on which machine, and when. Three numbers with strokes between are least / median /
greatest. A bound is what the figure is held to; a dash where nothing was demanded. `~` beside a
date: other programs were at work on the machine, so times are upper bounds.
"""


def main() -> int:
    """Measure what was asked for and write the page; 1 where a benchmark failed."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="measure, write the results")
    names = [benchmark.NAME for benchmark in BENCHMARKS]
    parser.add_argument("--only", metavar="NAME", nargs="+", choices=names, help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="few runs; for a first look")
    parser.add_argument("--output", metavar="FILE", type=Path, default=PAGE)
    parser.add_argument("--list", action="store_true", help="say what there is")
    args = parser.parse_args()
    usual = [b.NAME for b in BENCHMARKS if not getattr(b, "ON_REQUEST", False)]
    chosen = [b for b in BENCHMARKS if b.NAME in (args.only or (names if args.list else usual))]
    if args.list:
        for benchmark in chosen:
            print(f"{benchmark.NAME:18} {benchmark.TITLE}")
        return 0
    args.output.parent.mkdir(parents=True, exist_ok=True)
    kept_path = args.output.with_suffix(".json")
    kept = json.loads(kept_path.read_text()) if kept_path.is_file() else {}
    failed = []
    for number, benchmark in enumerate(chosen, 1):
        if not measure(benchmark, f"[{number}/{len(chosen)}]", args.quick, kept):
            failed.append(benchmark.NAME)
        kept_path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
        args.output.write_text(page(kept))
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def measure(benchmark: Benchmark, count: str, quick: bool, kept: dict[str, Any]) -> bool:
    """Run one benchmark and keep its figures; False where it failed."""
    if benchmark.NEEDS and not (DATA / benchmark.NEEDS).is_dir():
        say(f"{count} {benchmark.NAME}: skipped, ../shared/data/{benchmark.NEEDS} is absent")
        return True
    say(f"{count} {benchmark.NAME}: {benchmark.TITLE} ...")
    begun_s, busy = time.perf_counter(), load() > LOAD_FREE_RATIO * cores()
    try:
        figures = benchmark.figures(quick)
    except (RuntimeError, OSError, ValueError) as error:
        say(f"{count} {benchmark.NAME}: FAILED: {error}")
        return False
    words = getattr(benchmark, "QUICK", "--quick") if quick else ""
    kept[benchmark.NAME] = {
        "figures": [figure._asdict() for figure in figures],
        "command": f"{benchmark.COMMAND} {words}".strip(),
        "machine": machine(),
        "date": time.strftime("%Y-%m-%d", time.gmtime()) + ("~" if busy else ""),
    }
    say(
        f"{count} {benchmark.NAME}: {len(figures)} figures in {time.perf_counter() - begun_s:.0f} s"
    )
    return True


def cores() -> int:
    """Count the cores that `machine` names."""
    return int(machine().split()[0])


def page(kept: dict[str, Any]) -> str:
    """Write the page: a table for each benchmark that has ever been measured."""
    tables = [table(b, kept[b.NAME]) for b in BENCHMARKS if b.NAME in kept]
    return "\n".join([HEAD, *tables])


def table(benchmark: Benchmark, found: dict[str, Any]) -> str:
    """Write one table."""
    origin = f"{found['machine']} | `{found['command']}` | {found['date']}"
    rows = [
        f"| {row['what']} | {row['value']} | {row['bound'] or '-'} | {origin} |"
        for row in found["figures"]
    ]
    head = ("| figure | value | bound | machine | command | date |", "|---|---|---|---|---|---|")
    return "\n".join([f"## {benchmark.TITLE}", "", benchmark.TEXT, "", *head, *rows, ""])


def say(text: str) -> None:
    """Tell a person at once."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
