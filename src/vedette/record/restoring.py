"""Coming back after a crash, and saying whether a record was tampered with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from vedette.record.journal import EventRow, events, follow_chains, genesis
from vedette.record.reading import CUT_OFF, Place, Step, read
from vedette.record.session import Session, session
from vedette.record.snapshots import newest

TOLD_MAX = 20  # places of a changed record: one is enough, and a reader has an end
_T = TypeVar("_T")


@dataclass(slots=True)
class Restored(Generic[_T]):
    """What a stopped recording gives back.

    state: of the newest trusted snapshot, None where there is none (start afresh). steps: what
    came after it, to be re-executed in order. orphans: journalled events beyond them, of which
    there are none unless the disk lost what it had confirmed. damage: what could not be used.
    """

    session: Session
    state: _T | None
    snapshot_step: int
    steps: list[Step]
    last_step: int
    last_ns: int
    orphans: list[EventRow]
    damage: list[str]


def restore(folder: Path, kind: type[_T], *, version: str) -> Restored[_T]:
    """Find the state nearest the end of a recording and the steps that lead from it to the end.

    kind: the state's type. version: this program's; a snapshot of another is not used. Raises
    RefusedError where the folder is no recording.
    """
    described = session(folder)
    damage: list[str] = []
    found = newest(folder / "snapshots", kind, version, described.site_sha256, damage)
    place = Place()
    last_ns = described.started_ns
    if found is not None:
        head = found[0]
        place, last_ns = Place(head.step, head.segment, head.offset), head.now_ns
    steps = list(read(folder, damage=damage, place=place))
    last_step = steps[-1].number if steps else place.step
    return Restored(
        session=described,
        state=found[1] if found is not None else None,
        snapshot_step=place.step,
        steps=steps,
        last_step=last_step,
        last_ns=steps[-1].now_ns if steps else last_ns,
        orphans=[row for row in events(folder) if row.step > last_step],
        damage=damage,
    )


def changes(folder: Path) -> list[str]:
    """Say where a recording is not what was written, without doing its steps again.

    Checksums of the raw record, numbers and counts of its steps, the chains of the journal, and
    where all of them end. Empty: intact. What a crash cut off in the middle of writing is no
    change: nobody had been told of it. Raises RefusedError where the folder is no recording.
    """
    described = session(folder)
    damage: list[str] = []
    last = 0
    for step in read(folder, damage=damage):
        last = step.number
    if not described.finished and damage and any(words in damage[-1] for words in CUT_OFF):
        damage.pop()
    if described.finished and last != described.last_step and not damage:
        damage.append(
            f"the raw record ends at step {last}, not at step {described.last_step} as it should"
        )
    damage += verify_chain(folder)
    more = len(damage) - TOLD_MAX
    return damage if more <= 0 else [*damage[:TOLD_MAX], f"and {more} places more"]


def verify_chain(folder: Path) -> list[str]:
    """Say where the journal is not what was written: changed, missing or added rows.

    Its chains are computed anew and compared with the raw record, which holds the hash after
    each step, and with the description of a finished recording. Empty: intact.
    """
    described = session(folder)
    steps = [(step.number, step.seq, step.chain) for step in read(folder)]
    heads = follow_chains(
        folder,
        genesis(described.site_sha256, described.started_ns),
        {seq for _, seq, _ in steps},
    )
    faults = list(heads.faults)
    for number, seq, chain in steps:
        last = number == steps[-1][0] and not described.finished  # a crash before the commit
        if seq in heads.at and heads.at[seq] != chain:
            faults.append(f"journal, events: row {seq} is not the one of step {number}")
        elif seq > heads.last_seq and not last and not heads.faults:  # else it was not read on
            faults.append(f"journal, events: rows up to {seq} of step {number} are missing")
            break
    if described.finished:
        told = [described.chain_events, described.chain_commands]
        found = [heads.events.hex(), heads.commands.hex()]
        if described.chain_acts:  # else it is of before there was an audit trail
            told.append(described.chain_acts)
            found.append(heads.acts.hex())
        if told != found:
            faults.append("the journal does not end as the finished recording says")
    return faults
