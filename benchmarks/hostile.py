"""Mutated inputs to every decoder and through the whole pipeline: what the worst of them cost.

`make test-mutations`, which is `python -m benchmarks --only hostile`: 1,000,000 inputs a decoder,
100,000 through the pipeline from the demonstration's own wires and 20,000 from each other one. That
takes hours of two cores: VEDETTE_MUTATIONS says how many, VEDETTE_DECODERS which (as of pytest -k),
VEDETTE_FIGURES a file that keeps the figures of campaigns run one after the other, on any days.
Rows of campaigns that were not run now, or had more inputs than now, stay as they are.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.figures import REPOSITORY, Figure

NAME = "hostile"
TITLE = "Mutated inputs to every decoder"
TEXT = """Whole inputs of every format, changed in one to four places: bits, octets, numbers, text,
cut, doubled, joined. An input is what one datagram, one read of a stream or one file brings, up to
4 KiB. Slowest is processor time of one input (the least of five readings where the first was above
the bound), memory the most that a block of 500 inputs took at once, so that none took more. Each
campaign ends at the first input that raises anything but the decoder's own refusal; a row stands
here only for one that came to its end, and stays until one of as many inputs has; machine and date
are the last campaign's, for all rows. Through the pipeline, slowest is a step of several inputs."""
COMMAND = "make test-mutations"
NEEDS = ""
ON_REQUEST = True  # hours: not among what `make bench` measures
MUTATIONS, QUICK_MUTATIONS = 1_000_000, 20_000
PIPELINE_SHARE = 10
BOUND = "10 ms, 16 MiB"
TRACES = "messages refused by"


def figures(quick: bool) -> list[Figure]:
    """Run the campaigns; a row for each that came to its end."""
    count = QUICK_MUTATIONS if quick else int(os.environ.get("VEDETTE_MUTATIONS", MUTATIONS))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(os.environ.get("VEDETTE_FIGURES", f"{folder}/figures.jsonl"))
        campaigns("tests/codecs/test_mutation.py", count, path)
        campaigns("tests/hostile/test_hostile_pipeline.py", count // PIPELINE_SHARE, path)
        found = [json.loads(line) for line in path.read_text().splitlines()]
    return with_kept(rows(list({each["name"]: each for each in found}.values())), kept_rows())


def kept_rows() -> list[Figure]:
    """Give the rows that docs/results.json has."""
    path = REPOSITORY / "docs" / "results.json"
    kept = json.loads(path.read_text()).get(NAME, {}) if path.is_file() else {}
    return [Figure(**each) for each in kept.get("figures", [])]


def with_kept(now: list[Figure], kept: list[Figure]) -> list[Figure]:
    """Add the rows that were not measured now, or with more inputs before."""
    found = {subject_of(each): each for each in kept}
    for each in now:
        before = found.get(subject_of(each))
        if before is None or inputs_of(before) <= inputs_of(each):
            found[subject_of(each)] = each
    return sorted(found.values(), key=lambda each: each.what)


def subject_of(figure: Figure) -> str:
    """Say what a row is about: that on traces names how many decoders it is of."""
    return TRACES if figure.what.startswith(TRACES) else figure.what


def inputs_of(figure: Figure) -> int:
    """Read from a row how many inputs its campaign had."""
    number = figure.value.split(" inputs", 1)[0].removesuffix(", 0").replace(",", "")
    return int(number) if number.isdigit() else 0


def campaigns(file: str, count: int, path: Path) -> None:
    """Run one file's campaigns, as many at once as there are cores. Raises RuntimeError."""
    words = ["-q", "-p", "no:cacheprovider", "-n", "auto", "--dist", "worksteal", file]
    chosen = os.environ.get("VEDETTE_DECODERS")
    words += ["-k", chosen] if chosen else []
    environment = os.environ | {"VEDETTE_MUTATIONS": str(count), "VEDETTE_FIGURES": str(path)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 5):  # 5: no campaign of this file was chosen
        raise RuntimeError(done.stdout[-3000:])


def rows(found: list[dict[str, Any]]) -> list[Figure]:
    """Write a row for each campaign; those that look for a trace make one row together."""
    ordered = sorted(found, key=lambda each: each["name"])
    out = [row(each) for each in ordered if not each["name"].startswith("no trace")]
    watched = [each for each in ordered if each["name"].startswith("no trace")]
    if watched:
        refused = sum(each["refused"] for each in watched)
        out.append(
            Figure(
                f"{TRACES} {len(watched)} decoders, and how many of them left a trace",
                f"{refused:,}, 0",
                "0",
            )
        )
    return out


def row(found: dict[str, Any]) -> Figure:
    """Write the row of one campaign."""
    kind, _, name = found["name"].rpartition(": ")
    what = f"{name}, {kind}" if kind else name
    inputs, refused = found["inputs"], found["refused"]
    if kind == "pipeline":
        said = f"{inputs:,} inputs, {refused:,} refusals, 0 tracks, slowest step"
        return Figure(what, f"{said} {found['slowest_ms']:.1f} ms", "0 tracks")
    said = (
        f"{inputs:,} inputs, {refused / inputs:.0%} refused, slowest {found['slowest_ms']:.2f} ms"
    )
    return Figure(what, f"{said}, {found['peak_kib'] / 1024:.1f} MiB", BOUND)
