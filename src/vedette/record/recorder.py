"""Writing a recording: what must be on disk before anyone is told, in which order.

One step: its inputs and its marker go to the raw segment; where it has events or commands the
segment goes to the disk first and the journal commits next, and only then does `step` return for
the service to publish. So whatever the journal holds can be re-executed from the raw record. A
full disk never raises: `fault` says so, the picture goes on, and what waits is written later.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.base.errors import VedetteError
from vedette.config.site import Site
from vedette.model.acts import Act
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.compact import compact
from vedette.model.events import Event
from vedette.model.picture import AirPicture
from vedette.record.digests import digest
from vedette.record.journal import Journal, genesis, journal_path
from vedette.record.raw import RawWriter, SegmentStarted, StepMarker, segments
from vedette.record.reading import Step
from vedette.record.session import (
    FORMAT,
    Session,
    is_recording,
    lock,
    session,
    site_sha256,
    write_atomically,
    write_session,
)
from vedette.record.snapshots import SnapshotHead, SnapshotWriter
from vedette.record.state import encode_state

PICTURE_PERIOD_S = 1.0


class Recorder:
    """Writes one recording. Not for several threads at once."""

    def __init__(
        self,
        folder: Path,
        described: Session,
        why: str,
        held: BinaryIO,
        last_step: int,
        t_ns: int,
        picture_period_s: float,
    ) -> None:
        """Open the files; use `create` or `resume`."""
        self.folder = folder
        self.exhibits = folder / "exhibits"
        self.session = described
        self.number = last_step
        self.now_ns = t_ns
        self.differences = 0  # re-executed steps whose picture was not the recorded one
        self._lock = held
        self._picture_period_ns = int(picture_period_s * NS_PER_S)
        self._picture_ns = -1
        self._journal = Journal(
            journal_path(folder), genesis(described.site_sha256, described.started_ns)
        )
        self._raw = RawWriter(folder, self._segment_head(max([0, *segments(folder)]) + 1, why))
        self._snapshots = SnapshotWriter(folder / "snapshots")

    @classmethod
    def create(
        cls,
        folder: Path,
        site_toml: str,
        site: Site,
        *,
        version: str,
        started_ns: int,
        clock: str = "system",
        clock_offset_ns: int = 0,
        picture_period_s: float = PICTURE_PERIOD_S,
    ) -> "Recorder":
        """Begin a recording in `folder`, made if absent. site_toml: the site file's text.

        clock: "system", "offset" (shown time is clock_offset_ns ahead) or "lockstep". Raises
        VedetteError where there is a recording already or the folder cannot be written.
        """
        if is_recording(folder):
            raise VedetteError(f"{folder}: holds a recording: resume it or choose another folder")
        described = Session(
            format=FORMAT,
            version=version,
            site=site.name,
            site_sha256=site_sha256(site_toml),
            mode=site.mode.value,
            started_ns=started_ns,
            clock=clock,
            clock_offset_ns=clock_offset_ns,
        )
        try:
            for name in ("snapshots", "exhibits"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            held = lock(folder)
            write_atomically(folder / "site.toml", site_toml.encode())
            write_session(folder, described)
            return cls(folder, described, "started", held, 0, started_ns, picture_period_s)
        except OSError as error:
            raise VedetteError(f"{folder}: cannot record here: {error.strerror}") from None

    @classmethod
    def resume(
        cls,
        folder: Path,
        *,
        last_step: int,
        last_ns: int,
        picture_period_s: float = PICTURE_PERIOD_S,
    ) -> "Recorder":
        """Go on with a recording after a stop or crash, in a new segment.

        last_step, last_ns: of `restore`. Call `catch_up` for each step it gave before the first
        new `step`. Raises VedetteError where another process records here.
        """
        try:
            held = lock(folder)
            described = msgspec.structs.replace(session(folder), finished=False)
            write_session(folder, described)
            return cls(folder, described, "restarted", held, last_step, last_ns, picture_period_s)
        except OSError as error:
            raise VedetteError(f"{folder}: cannot record here: {error.strerror}") from None

    @property
    def fault(self) -> str | None:
        """Say why what was recorded is not all on disk, or None. It mends itself with the disk."""
        return self._journal.fault or self._raw.fault

    @property
    def snapshot_fault(self) -> str | None:
        """Say why the last snapshot failed, or None. It slows a restart and loses nothing."""
        return self._snapshots.fault

    @property
    def last_seq(self) -> int:
        """Return the number of the last event."""
        return self._journal.seq

    @property
    def snapshot_due(self) -> bool:
        """Say whether the service should hand over its state now."""
        return self._snapshots.due and self.fault is None

    def step(
        self,
        now_ns: int,
        arrivals: Sequence[Arrival],
        commands: Sequence[Command],
        deliveries: Sequence[Delivery],
        picture: AirPicture,
    ) -> list[int]:
        """Record one step; when it returns without `fault`, all its events are on disk.

        picture: what the step put out; its events go to the journal. Returns each event's number.
        """
        self.number += 1
        self.now_ns = now_ns
        seqs = self._journal.add(self.number, picture.events, commands)
        self._renew_raw()
        if not self._raw.gap:
            self._add_inputs(arrivals, [*commands, *deliveries], picture)
            self._add_marker(now_ns, len(arrivals), len(commands) + len(deliveries), picture)
        self._settle()
        return seqs

    def journal(self, events: Sequence[Event]) -> list[int]:
        """Record events that are not the core's own (the service started, was restored)."""
        seqs = self._journal.add(self.number, events, ())
        self._settle()
        return seqs

    def audit(self, act: Act) -> None:
        """Record what somebody did at the service."""
        self._journal.add_act(self.number, act)
        self._settle()

    def catch_up(self, step: Step, picture: AirPicture) -> list[int]:
        """Take in a re-executed step: journal what the crash left unjournalled.

        Returns the numbers of events that nobody has been told of yet; empty for all but the last
        step or two. Counts in `differences` a picture that is not the recorded one.
        """
        self.differences += digest(picture) != step.digest
        if step.number <= self._journal.last_step:
            return []
        seqs = self._journal.add(step.number, picture.events, step.commands)
        self._settle()
        return seqs

    def snapshot(self, state: object) -> bool:
        """Save the core's state as it is after the last step. Returns whether it could be.

        Raises TypeError where the state is not plain data.
        """
        if self._journal.pending or not self._raw.flush(durable=True):
            return False
        head = SnapshotHead(
            step=self.number,
            now_ns=self.now_ns,
            segment=self._raw.segment,
            offset=self._raw.position,
            seq=self._journal.seq,
            kind=type(state).__name__,
            version=self.session.version,
            site_sha256=self.session.site_sha256,
        )
        self._snapshots.write(head, state)
        return True

    def close(self) -> bool:
        """Finish the recording. Returns whether everything is on disk."""
        self._snapshots.wait()
        whole = self._raw.close()
        whole = self._journal.close() and whole
        try:
            write_session(self.folder, self._finished(whole))
        except OSError:
            whole = False
        self._lock.close()
        return whole

    def _finished(self, whole: bool) -> Session:
        return msgspec.structs.replace(
            self.session,
            finished=whole,
            last_step=self.number,
            last_ns=self.now_ns,
            last_seq=self._journal.seq,
            chain_events=self._journal.chain.hex(),
            chain_commands=self._journal.command_chain.hex(),
            chain_acts=self._journal.act_chain.hex(),
        )

    def _segment_head(self, segment: int, why: str) -> SegmentStarted:
        return SegmentStarted(
            segment=segment,
            first_step=self.number + 1,
            t_ns=self.now_ns,
            why=why,
            version=self.session.version,
        )

    def _renew_raw(self) -> None:
        """Begin another segment where the last is full or had to give up inputs.

        Called with the new step's number already taken.
        """
        if not (self._raw.gap and self._raw.may_retry) and not self._raw.full:
            return
        if not self._raw.gap and not self._raw.flush():
            return
        head = self._segment_head(self._raw.segment + 1, "gap" if self._raw.gap else "continued")
        opened = self._raw.continue_in(msgspec.structs.replace(head, first_step=self.number))
        if opened and head.why == "gap":
            self._snapshots.hasten()  # nothing before the gap can be re-executed across it

    def _add_inputs(
        self, arrivals: Sequence[Arrival], said: Sequence[Command | Delivery], picture: AirPicture
    ) -> None:
        for arrival in arrivals:
            self._raw.arrival(arrival)
        for item in said:
            self._raw.command(item)
        if self._picture_ns < 0 or self.now_ns - self._picture_ns >= self._picture_period_ns:
            self._picture_ns = self.now_ns
            self._raw.add("pictures", self.now_ns, encode_state(compact(picture)))

    def _add_marker(self, now_ns: int, arrivals: int, said: int, picture: AirPicture) -> None:
        marker = StepMarker(
            number=self.number,
            now_ns=now_ns,
            arrivals=arrivals,
            commands=said,
            digest=digest(picture),
            seq=self._journal.seq,
            chain=self._journal.chain,
        )
        self._raw.mark(marker, now_ns)

    def _settle(self) -> None:
        """Put raw inputs, then the journal, on disk: at once where the journal has something."""
        if not self._journal.pending:
            self._raw.flush_when_due()
        elif self._raw.flush(durable=True) or self._raw.gap:
            self._journal.commit()


__all__ = ["PICTURE_PERIOD_S", "Recorder"]
