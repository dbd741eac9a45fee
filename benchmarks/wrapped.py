"""Benchmarks that are programs of their own, brought into the tables: their JSON, a row a value."""

import json
import os
import subprocess
import sys
from typing import Any, NamedTuple

from benchmarks.figures import DATA, REPOSITORY, Figure


class Program(NamedTuple):
    """A program that prints JSON: a Benchmark. bounds: what is demanded, by the row's words.

    keys: which values of an entry say what it is about; the others become rows. data: words that
    are added where the file under ../shared/data that ends them is there. reference: JSON of what
    others' programs gave on the same, {who: {value: number}}.
    """

    NAME: str
    TITLE: str
    TEXT: str
    MODULE: str
    NEEDS: str = ""
    keys: tuple[str, ...] = ()
    bounds: dict[str, str] = {}  # noqa: RUF012  a NamedTuple's default is never written to
    quick_words: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    reference: str = ""

    @property
    def QUICK(self) -> str:  # noqa: N802
        """Give the words of a quick run."""
        return " ".join(self.quick_words)

    @property
    def COMMAND(self) -> str:  # noqa: N802  as the modules of this package spell it
        """Give the command that prints the same."""
        words = " ".join(("--json", *self.data_words()))
        return f"python -m benchmarks.{self.MODULE} {words}"

    def data_words(self) -> tuple[str, ...]:
        """Give the words that name a recorded file, where it is there."""
        if not self.data or not (DATA / self.data[-1]).is_file():
            return ()
        path = os.path.relpath(DATA / self.data[-1], REPOSITORY)
        return (*self.data[:-1], path)

    def figures(self, quick: bool) -> list[Figure]:
        """Run the program and put its JSON into rows."""
        words = (*self.data_words(), *(self.quick_words if quick else ()))
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{self.MODULE}", "--json", *words],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        rows = [
            row for part, entry in parts(json.loads(done.stdout)) for row in self.rows(part, entry)
        ]
        return rows + self.of_others()

    def of_others(self) -> list[Figure]:
        """Give what others' programs gave, where their results are there."""
        path = DATA / self.reference
        if not self.reference or not path.is_file():
            return []
        found = json.loads(path.read_text())
        return [
            Figure(f"others, {in_words(who)}: {in_words(name)}", in_figures(value))
            for who, values in found.items()
            if isinstance(values, dict)
            for name, value in values.items()
        ]

    def rows(self, part: str, entry: dict[str, Any]) -> list[Figure]:
        """Turn one entry into rows."""
        known = [key for key in self.keys if key in entry]
        words = [part, *(f"{in_words(key)} {in_figures(entry[key])}" for key in known)]
        about = ", ".join(word for word in words if word)
        return [
            Figure(
                f"{about}: {name}" if about else name, in_figures(value), self.bounds.get(name, "")
            )
            for key, value in entry.items()
            if key not in known and (name := in_words(key))
        ]


def parts(found: Any) -> list[tuple[str, dict[str, Any]]]:
    """Split what a program printed into entries, each with the name of its part, if it has one."""
    if isinstance(found, list):
        return [("", entry) for entry in found]
    if not all(isinstance(value, dict | list) for value in found.values()):
        return [("", found)]
    return [
        (name, entry)
        for name, value in found.items()
        for entry in (value if isinstance(value, list) else [value])
    ]


UNITS = {"ms": "ms", "s": "s", "m": "m", "mps": "m/s", "hz": "a second", "ratio": "ratio"}


def in_words(key: str) -> str:
    """Turn a key into words, its unit at the end: p99_ms is "p99, ms"."""
    *parts, last = key.split("_")
    if parts and last in UNITS:
        return f"{' '.join(parts)}, {UNITS[last]}"
    return key.replace("_", " ")


def in_figures(value: Any) -> str:
    """Write a value with as many digits as it can carry."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{in_words(k)} {in_figures(v)}" for k, v in value.items())
    if isinstance(value, list):
        return " / ".join(in_figures(each) for each in value)
    return str(value)


PROGRAMS = (
    Program(
        NAME="report_to_stream",
        TITLE="From a report to its track on the live stream",
        TEXT="""200 tracks seen once a second and 400 clutter plots a second go over UDP into a real
service with one display; service, sender and display share the machine's cores. A report counts
as shown with the first picture whose track it updated; one that was never shown counts as the
slowest.""",
        MODULE="report_to_stream",
        bounds={"p99, ms": "100"},
        quick_words=("--seconds", "25"),
    ),
    Program(
        NAME="flood",
        TITLE="What a flood costs the others",
        TEXT="""One radar's 60 reports a second come over UDP and TCP into a real service with one
display; a second radar sends at its declared 200 a second, then at 10,000 over UDP, TCP and
WebSocket, in turns. It makes as many reports in either, since in the field it is another machine.
Latency is from a report of the first radar to the picture that shows it; growth is what the turns
of flood add to it, and may be a tenth. busy: the service's processor time, of one core. shed: what
the second radar lost, as the service counts it.""",
        MODULE="flood",
        keys=("flood",),
        bounds={"median growth": "0.1", "p95 growth": "0.1", "p99 growth": "0.1"},
        quick_words=("--turns", "3"),
    ),
    Program(
        NAME="stream_latency",
        TITLE="From a published picture to displays",
        TEXT="""What encoding a picture costs, with and without somebody looking, and how soon every
display has it; displays share process and core with the service.""",
        MODULE="stream_latency",
        keys=("tracks", "displays"),
        quick_words=("--seconds", "3"),
    ),
    Program(
        NAME="tracker_scene",
        TITLE="The tracker alone",
        TEXT="""base: targets at one in a square kilometre, white acceleration, one sensor at 1 Hz
with 10 m, detection 0.9, three false plots a target and scan; processor time a scan, GOSPA with a
cut-off of 30 m. live: 200 tracks and 400 false plots a second from a rotating radar, stepped 20
times a second. four: Williams' four targets that meet, on the measurements that the authors of the
PMBM filter's code ran it on, with what their filters gave (GOSPA, cut-off 10 m).""",
        MODULE="tracker_scene",
        keys=("targets",),
        quick_words=("--targets", "10", "100"),
        data=("--data", "tracking/four_targets_williams.npz"),
        reference="tracking/four_targets_williams_reference.json",
    ),
    Program(
        NAME="tracker_scale",
        TITLE="The tracker from a thousand targets on",
        TEXT="""The base scene with one false plot a target and scan, one mode of motion and then
all of the default ones; medians of five scans after all tracks are confirmed. The floor is what no
tracker can leave out, with the same kernels in the same run: predict, gate, associate and update
the true targets alone, told no false plot.""",
        MODULE="tracker_scale",
        keys=("targets", "modes"),
        quick_words=("--targets", "1000"),
    ),
    Program(
        NAME="codec_speed",
        TITLE="Decoders",
        TEXT="""Bytes to reports on one core, in processor time.""",
        MODULE="codec_speed",
        quick_words=("--seconds", "0.5"),
    ),
    Program(
        NAME="cot_speed",
        TITLE="Cursor on Target, out and in",
        TEXT="""From tracks to the bytes of their events, and from bytes to events, on one core, in
processor time. At least 20,000 tracks a second have to leave as XML.""",
        MODULE="cot_speed",
        quick_words=("--seconds", "0.5"),
    ),
    Program(
        NAME="asterix_speed",
        TITLE="ASTERIX recordings, beside libasterix",
        TEXT="""Records of CAT048 and CAT034, from a capture file's bytes to reports, as
`vedette track` and `convert` read it, in processor time of one process. libasterix parses the same
datagrams in the same run, in the environment of `make peers`.""",
        MODULE="asterix_speed",
        bounds={"file to reports, a second": "100,000"},
        quick_words=("--seconds", "0.5"),
    ),
)
