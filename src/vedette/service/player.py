"""A recording on the display: played at any speed, gone to at any moment, changed by nobody.

It stands on one event loop with the server. The picture at a moment is made by doing the steps
again from the nearest kept state (`keyframes`), which another process makes meanwhile; events come
from the journal, so that all of them are there from the start.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from vedette import pipeline, record, server
from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError, VedetteError
from vedette.base.measures import Measures
from vedette.config.load import parse_site
from vedette.kernels.loading import load_compiler
from vedette.model.acts import Act, ActRow
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.enums import Mode
from vedette.model.events import Event
from vedette.model.picture import AirPicture
from vedette.server.public import NS_PER_US
from vedette.server.views import ReplayView
from vedette.service import keyframes, report, story
from vedette.service.keyframes import Keyframes, Worked

TICK_S = 0.25  # a picture this often: displays hold one of 0.9 s for stale
SLICE_S = 0.1  # of one tick that may go into steps before the loop serves others
NEAR_S = 15.0  # a moment this far ahead is walked to, without a kept state
TIME_MAX_NS = 2**53 * NS_PER_US - 1  # what a browser can count, in microseconds
_NEVER = 10**9


class Replay:
    """A recording as a service that shows and takes no commands (server.Service, server.Player)."""

    def __init__(self, folder: Path, speed_ratio: float = 1.0) -> None:
        """Read the recording's site, events and first step.

        Raises RefusedError where it is no recording, or nothing of it can be shown.
        """
        load_compiler()
        self.folder = folder
        self.site = parse_site(record.site_text(folder), "site.toml")
        described = record.session(folder)
        self._remarks: list[str] = []
        first = next(record.read(folder, damage=self._remarks), None)
        if first is None:
            why = "; ".join(self._remarks) or "it holds no step"
            raise RefusedError(f"{folder}: nothing of it can be shown: {why}")
        self._first_ns = first.now_ns
        self.hub = server.Hub(self.site, self, Mode.REPLAY)
        self.hub.replay = self.view
        last_ns = self._read_events()
        self._last_ns = max(first.now_ns, described.last_ns if described.finished else last_ns)
        if not 0 <= self._first_ns <= self._last_ns <= TIME_MAX_NS:
            raise RefusedError(f"{folder}: its times are impossible")
        self._line = pipeline.assemble(self.site)
        self._worked = Worked()
        self._kept: Keyframes | None = None
        self._playing, self._speed_ratio, self._behind = True, speed_ratio, False
        self._target_ns: int | None = None
        self._anchor = (0.0, self._first_ns)  # the loop's time, and the recording's then
        self._wake = asyncio.Event()
        self._begin(record.Place(), pipeline.start(self._line))

    def _read_events(self) -> int:
        """Take the journal's events; gives the last one's time."""
        last_ns = 0
        for row in record.events(self.folder):
            self.hub.restore_events([row.event])
            last_ns = max(last_ns, row.event.t_ns)
        left_out = self.hub.events.first - 1
        if left_out:
            self._remarks.append(f"the first {left_out} events are not listed: there are too many")
        return last_ns

    def _begin(self, place: record.Place, state: pipeline.State) -> None:
        """Stand after a step, with the state it left."""
        self._state = state
        self._steps: Iterator[record.Step] = record.read(self.folder, damage=[], place=place)
        self._next = next(self._steps, None)
        self._now_ns = state.now_ns

    # --- the clock ---
    async def run(self) -> None:
        """Play until cancelled."""
        loop = asyncio.get_running_loop()
        self._anchor = (loop.time(), self._first_ns)
        self._walk(self._first_ns, loop.time() + _NEVER)
        async with self._worker():
            while True:
                begun_s = loop.time()
                self._wake.clear()
                if self._target_ns is not None:
                    await self._go(self._target_ns)
                elif self._playing:
                    await self._play()
                else:
                    self._walk(0, loop.time())  # a rest is no silence
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(max(begun_s + TICK_S - loop.time(), 0.01)):
                        await self._wake.wait()

    @contextlib.asynccontextmanager
    async def _worker(self) -> AsyncIterator[None]:
        """Let another process do the whole recording again meanwhile."""
        loop = asyncio.get_running_loop()
        with TemporaryDirectory(prefix="vedette-replay-") as name:
            self._kept = Keyframes(Path(name))
            heard, told = get_context("spawn").Pipe(duplex=False)
            process = get_context("spawn").Process(
                target=keyframes.work, args=(self.folder, Path(name), told), daemon=True
            )
            process.start()
            told.close()
            loop.add_reader(heard.fileno(), self._hear, heard)
            try:
                yield
            finally:
                loop.remove_reader(heard.fileno())
                process.terminate()
                process.join()
                self._kept = None

    def _hear(self, heard: Connection) -> None:
        """Take how far the other process is; where it ended without a word, say so."""
        try:
            self._worked = heard.recv()
        except EOFError:
            asyncio.get_running_loop().remove_reader(heard.fileno())
            if not self._worked.complete:
                self._remarks.append("it cannot be done again further than this: a step failed")
                self._worked = msgspec.structs.replace(self._worked, complete=True)
        if self._worked.complete:
            self._remarks += [words for words in self._worked.damage if words not in self._remarks]
            self._last_ns = max(self._first_ns, self._worked.now_ns)
            if self._target_ns is not None:
                self._target_ns = min(self._target_ns, self._last_ns)
        if self._target_ns is not None:
            self._wake.set()

    @property
    def _at_end(self) -> bool:
        """Whether nothing more can be shown."""
        return self._worked.complete and self._now_ns >= self._last_ns

    async def _play(self) -> None:
        """Go on as far as the time that has passed asks for."""
        loop = asyncio.get_running_loop()
        anchor_s, anchor_ns = self._anchor
        wanted_ns = anchor_ns + int((loop.time() - anchor_s) * self._speed_ratio * NS_PER_S)
        due_ns = min(wanted_ns, self._worked.now_ns)
        arrived = self._walk(due_ns, loop.time() + SLICE_S)
        self._behind = not arrived or due_ns < wanted_ns
        if self._at_end:
            self._playing = False
        elif arrived and self._behind:  # the other process is not further
            self._anchor = (loop.time(), max(self._now_ns, due_ns))
        elif self._behind:
            # Too fast for this machine: leap to a kept state, or let the clock wait.
            kept_ns = self._kept.last_before(due_ns) if self._kept else None
            if kept_ns is not None and kept_ns > self._now_ns + NEAR_S * NS_PER_S:
                await self._leap(kept_ns)
            else:
                self._anchor = (loop.time(), self._now_ns)

    async def _go(self, target_ns: int) -> None:
        """Go to a moment; where a person wants another meanwhile, leave it."""
        loop = asyncio.get_running_loop()
        if target_ns > self._worked.now_ns and not self._worked.complete:
            self._walk(0, loop.time())  # the other process is not there yet; `view` says so
            return
        near = self._now_ns <= target_ns <= self._now_ns + int(NEAR_S * NS_PER_S)
        if not near:
            kept_ns = self._kept.last_before(target_ns) if self._kept else None
            if kept_ns is None:
                self._begin(record.Place(), pipeline.start(self._line))
                self.hub.history.refill([])
            elif not await self._leap(kept_ns):
                return
        while not self._walk(target_ns, loop.time() + SLICE_S):
            await asyncio.sleep(0)
            if self._target_ns != target_ns:
                return
        self._target_ns = None
        self._anchor = (loop.time(), max(self._now_ns, target_ns))

    async def _leap(self, kept_ns: int) -> bool:
        """Take a kept state. False where it has been thinned out meanwhile: ask for another."""
        assert self._kept is not None
        history_ns = int(self.site.limits.history_s * NS_PER_S)
        try:
            place, state = await asyncio.to_thread(self._kept.load, kept_ns)
        except OSError:
            return False
        self._begin(place, state)
        self.hub.history.refill(self._kept.places(kept_ns - history_ns, kept_ns))
        return True

    def _walk(self, to_ns: int, until_s: float) -> bool:
        """Do the steps up to a moment. False where the time for it was over before."""
        loop = asyncio.get_running_loop()
        picture: AirPicture | None = None
        while (step := self._next) is not None and (step.now_ns <= to_ns or self._now_ns == 0):
            if picture is not None and loop.time() >= until_s:
                break
            inputs = pipeline.Inputs(step.arrivals, step.commands, step.deliveries)
            self._state, picture = pipeline.step(self._line, self._state, inputs, step.now_ns)
            self._now_ns = picture.now_ns
            self.hub.history.keep(picture)
            self._next = next(self._steps, None)
        picture = picture or pipeline.picture_of(self._state, [])
        self.hub.publish(replace(picture, events=[]))  # the journal has told them
        return self._next is None or self._next.now_ns > to_ns

    # --- what a person asks for (server.Player) ---
    def view(self) -> ReplayView:
        """Say where it stands."""
        target_ns, first_ns = self._target_ns, self._worked.first_difference_ns
        return ReplayView(
            recording=self.folder.resolve().name,
            first_us=self._first_ns // NS_PER_US,
            last_us=self._last_ns // NS_PER_US,
            t_us=max(self._now_ns, self._first_ns) // NS_PER_US,
            target_us=None if target_ns is None else target_ns // NS_PER_US,
            playing=self._playing,
            speed_ratio=self._speed_ratio,
            behind=self._behind and self._playing,
            worked_us=max(self._worked.now_ns, self._first_ns) // NS_PER_US,
            complete=self._worked.complete,
            steps=self._worked.steps,
            differing_steps=self._worked.differing_steps,
            first_difference_us=None if first_ns is None else first_ns // NS_PER_US,
            remarks=list(self._remarks),
        )

    def wish(self, playing: bool | None, speed_ratio: float | None, to_ns: int | None) -> None:
        """Play or rest, at a speed, from a moment; None: as it is."""
        if speed_ratio is not None:
            self._speed_ratio = speed_ratio
        if playing is not None:
            again = self._at_end and self._target_ns is None and to_ns is None
            if playing and not self._playing and again:
                to_ns = self._first_ns  # play, pressed at the end: once more
            self._playing = playing
        if to_ns is not None:
            self._target_ns = min(max(to_ns, self._first_ns), self._last_ns)
        self._behind = False
        self._anchor = (asyncio.get_running_loop().time(), self._now_ns)
        self._wake.set()

    # --- what the server asks of a service ---
    def now_ns(self) -> int:
        """Give the recording's time."""
        return max(self._now_ns, self._first_ns)

    async def submit(self, command: Command) -> list[Event]:
        """Refuse: what was, was."""
        raise VedetteError("this is a replay: nothing can be changed")

    def deliver(self, delivery: Delivery) -> None:
        """Ignore that a replayed warning was shown: its own delivery is in the record."""

    def arrive(self, arrival: Arrival) -> None:
        """Ignore new detections: the replay has its own."""

    def admit(self, feed: str, data: bytes) -> tuple[bytes, Sequence[int]]:
        """Turn nothing away: what comes is ignored."""
        return data, []

    def refused(self, source: str, reason: str, count: int) -> None:
        """Ignore what a door refused: the replay has its own."""

    async def incident_html(self) -> str:
        """Tell the whole recording's incident."""
        return story.as_html(await asyncio.to_thread(story.tell, self.folder))

    async def statement(self) -> str:
        """Draft the whole recording's statement."""
        return story.as_statement(await asyncio.to_thread(story.tell, self.folder))

    async def paper(self, statement: str | None) -> bytes:
        """Give the report of the whole recording as PDF, or a statement as people left it."""
        return await asyncio.to_thread(report.paper, self.folder, statement)

    def paper_bar(self) -> str:
        """Say why there can be no PDF."""
        return report.pdf_bar()

    async def tracks(self, ending: str) -> bytes:
        """Give the whole recording's tracks."""
        return await asyncio.to_thread(report.tracks_as, self.folder, ending)

    def exhibits(self) -> Path | None:
        """Take none."""
        return None

    def audit(self, act: Act) -> None:
        """Ignore what is done at a replay: its record is closed."""

    async def acts(self, after: int, limit: int) -> list[ActRow]:
        """Give the recording's audit trail."""
        return await asyncio.to_thread(story.acts, self.folder, after, limit)

    def measures(self) -> Measures:
        """Nothing waits in a replay."""
        return Measures()
