"""Doing a whole recording again beside the display, so that any moment of it can be gone to.

A process of its own re-executes every step, compares each picture with the recorded one, and keeps
the core's state every ten seconds of the recording in a folder that goes with the replay; the
recording itself is not touched. Kept states are bounded in number and bytes: where there are too
many every second one goes, and the spacing doubles.
"""

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

import msgspec

import vedette
from vedette import pipeline, record
from vedette.base.constants import NS_PER_S
from vedette.config.load import parse_site
from vedette.kernels.loading import load_compiler
from vedette.record.snapshots import SnapshotHead, packed, unpacked
from vedette.server.history import History, Snapshot

SPACING_S = 10.0
KEYFRAMES_MAX = 1000
BYTES_MAX = 2 * 2**30
TELL_S = 0.25
_NICENESS = 5  # the picture goes first


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """How far a recording has been done again; damage: why no further, once complete."""

    steps: int = 0
    now_ns: int = 0
    differing_steps: int = 0
    first_difference_ns: int | None = None
    complete: bool = False
    damage: list[str] = []


def work(folder: Path, kept: Path, told: Connection) -> None:
    """Do a recording again to its end; keep states in `kept`, say how far it is by `told`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that started this
    os.nice(_NICENESS)
    load_compiler()
    _Working(folder, Keyframes(kept), told).run()


class Keyframes:
    """The kept states in a folder, and the places of tracks that lead to each."""

    def __init__(self, folder: Path) -> None:
        """folder: exists, and is nobody else's."""
        self.folder = folder

    def times_ns(self) -> list[int]:
        """List when the kept states are of, in order."""
        return sorted(int(path.stem) for path in self.folder.glob("*.keyframe"))

    def last_before(self, t_ns: int) -> int | None:
        """Find the newest kept state of t_ns or before."""
        return max((kept_ns for kept_ns in self.times_ns() if kept_ns <= t_ns), default=None)

    def load(self, kept_ns: int) -> tuple[record.Place, pipeline.State]:
        """Read a state and where to read on after it. Raises OSError where it has been thinned."""
        head, state = unpacked(self._path(kept_ns).read_bytes(), pipeline.State)
        return record.Place(head.step, head.segment, head.offset), state

    def places(self, from_ns: int, to_ns: int) -> list[Snapshot]:
        """Read where the tracks were, once a second, oldest first."""
        found: list[Snapshot] = []
        for path in sorted(self.folder.glob("*.places")):
            if from_ns <= int(path.stem) <= to_ns:
                found += record.decode_state(path.read_bytes(), list[Snapshot])
        return found

    def keep(self, head: SnapshotHead, state: pipeline.State, places: list[Snapshot]) -> None:
        """Keep a state, and the places since the last."""
        parts = {
            ".places": record.encode_state(places),
            ".keyframe": packed(head, record.encode_state(pipeline.without_operators(state))),
        }
        for suffix, data in parts.items():
            path = self._path(head.now_ns).with_suffix(suffix)
            part = path.with_suffix(".part")
            part.write_bytes(data)
            part.replace(path)

    def thinned(self) -> bool:
        """Let every second state go where there are too many; says whether it did."""
        paths = sorted(self.folder.glob("*.keyframe"))
        if len(paths) <= KEYFRAMES_MAX and sum(p.stat().st_size for p in paths) <= BYTES_MAX:
            return False
        for path in paths[1::2]:
            path.unlink()
        return True

    def _path(self, kept_ns: int) -> Path:
        return self.folder / f"{kept_ns:020d}.keyframe"


class _Working:
    """The re-execution while it runs."""

    def __init__(self, folder: Path, keyframes: Keyframes, told: Connection) -> None:
        self._folder, self._keyframes, self._told = folder, keyframes, told
        site_toml = record.site_text(folder)
        site = parse_site(site_toml, "site.toml")
        self._sha256 = record.site_sha256(site_toml)
        self._line = pipeline.assemble(site)
        numbers = {asset.id: number for number, asset in enumerate(site.assets)}
        self._history = History(site.limits.history_s, numbers)
        self._spacing_ns = int(SPACING_S * NS_PER_S)
        self._kept_ns: int | None = None
        self._so_far = Worked()
        self._told_s = 0.0

    def run(self) -> None:
        damage: list[str] = []
        state = pipeline.start(self._line)
        for step in record.read(self._folder, damage=damage):
            inputs = pipeline.Inputs(step.arrivals, step.commands, step.deliveries)
            state, picture = pipeline.step(self._line, state, inputs, step.now_ns)
            self._history.keep(picture)
            self._keep(step, state)
            self._count(picture.now_ns, record.digest(picture) != step.digest)
        done = msgspec.structs.replace(self._so_far, complete=True, damage=damage)
        self._told.send(done)

    def _count(self, now_ns: int, differs: bool) -> None:
        so_far = self._so_far
        first_ns = so_far.first_difference_ns
        self._so_far = Worked(
            steps=so_far.steps + 1,
            now_ns=now_ns,
            differing_steps=so_far.differing_steps + differs,
            first_difference_ns=now_ns if differs and first_ns is None else first_ns,
        )
        if monotonic() - self._told_s >= TELL_S:
            self._told_s = monotonic()
            self._told.send(self._so_far)

    def _keep(self, step: record.Step, state: pipeline.State) -> None:
        """Keep the state where it is time for it and reading can begin after this step."""
        kept_ns, now_ns = self._kept_ns, state.now_ns
        due = kept_ns is None or now_ns - kept_ns >= self._spacing_ns
        if not due or step.place is None or now_ns == kept_ns:
            return
        head = SnapshotHead(
            step=step.number,
            now_ns=now_ns,
            segment=step.place.segment,
            offset=step.place.offset,
            seq=step.seq,
            kind="State",
            version=vedette.__version__,
            site_sha256=self._sha256,
        )
        since_ns = -1 if kept_ns is None else kept_ns
        places = [s for s in self._history.snapshots if s.t_ns > since_ns]
        self._keyframes.keep(head, state, places)
        self._kept_ns = now_ns
        if self._keyframes.thinned():
            self._spacing_ns *= 2
