"""What would have been otherwise: a recorded event beside the same event with one thing changed.

In: a recording and a `Change`. Out: `WhatIf`: who would have been warned when, and what it would
have cost in false warnings, both against the record done again as it was.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.config.site import Site
from vedette.evaluation.alarms import AlarmLoad, alarm_load, alarm_times_ns
from vedette.evaluation.run import RADARS, Run
from vedette.evaluation.warnings import WarningScores, warning_scores
from vedette.evaluation.whatif_tracks import IdentityDifference, Pairing, identities, paired
from vedette.geo import SiteFrame
from vedette.model.compact import compact
from vedette.model.picture import AirPicture
from vedette.outputs.parquet import TrackRows, TracksWriter, TruthRows, read_tracks, read_truth
from vedette.service import reenacting
from vedette.service.reenacting import Change, Course, Fate, Watcher
from vedette.simulator.sight import covered_by

LEVELS = ("possible", "imminent")
ISSUES = ("WarningRaised", "WarningEscalated")
NAMING = (*ISSUES, "WarningUpdated")
CUTOFF_M = 100.0
Progress = Callable[[], None]
EventRow = dict[str, Any]


class LevelDifference(msgspec.Struct, frozen=True, kw_only=True):
    """The first warning of a zone at a level or above: seconds since the record's start.

    earlier_s: by how much it comes earlier with the change, negative where later; None where one
    of the two never came.
    """

    level: str
    before_s: float | None
    after_s: float | None
    earlier_s: float | None


class ZoneDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One zone. issues: warnings raised and escalated. Zones of one site alone stand here too."""

    zone_id: str
    name: str
    levels: list[LevelDifference]
    issues_before: int
    issues_after: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One warning from raised to cleared (None: never), seconds since the record's start.

    of_attacker: it named a track that was on an attacker; None where the truth is not known.
    """

    zone_id: str
    raised_s: float
    cleared_s: float | None
    level: str
    track_ids: list[int]
    reason: str
    of_attacker: bool | None


class TruthDifference(msgspec.Struct, frozen=True, kw_only=True):
    """Both executions held against the truth."""

    before: WarningScores
    after: WarningScores


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """The whole comparison. differing_steps: of the record done again unchanged; where it is not
    0, "before" is what this version makes of the inputs, not what was shown then.

    warnings_before, warnings_after: all of each execution, in order; only_before, only_after: those
    without a counterpart. commands: those not simply done.
    """

    recording: str
    changes: list[str]
    notes: list[str]
    started_ns: int
    duration_s: float
    steps: int
    differing_steps: int
    zones: list[ZoneDifference]
    warnings_before: list[Told]
    warnings_after: list[Told]
    only_before: list[Told]
    only_after: list[Told]
    tracks_before: int
    tracks_after: int
    tracks_only_before: list[int]
    tracks_only_after: list[int]
    identities: list[IdentityDifference]
    commands_recorded: int
    commands: list[Fate]
    load_before: AlarmLoad
    load_after: AlarmLoad
    truth: TruthDifference | None

    @property
    def same(self) -> bool:
        """Whether the change changed nothing that is compared here."""
        levels = [row for zone in self.zones for row in zone.levels]
        return not (
            any(row.before_s != row.after_s for row in levels)
            or any(zone.issues_before != zone.issues_after for zone in self.zones)
            or (self.only_before or self.only_after or self.identities)
            or (self.tracks_only_before or self.tracks_only_after)
            or self.load_before != self.load_after
            or any(not _as_then(fate) for fate in self.commands)
        )


def compare(
    folder: Path,
    change: Change,
    changes: list[str],
    truth_path: Path | None,
    progress: Progress = lambda: None,
    see_after: Watcher | None = None,
) -> WhatIf:
    """Do a recording twice, as it was and with the change, and compare what came of it.

    changes: the change in the user's words. progress: is called at every step of both.
    see_after: is given every picture of the second. Raises RefusedError where the folder is no
    recording, or the truth no truth.
    """
    truth = read_truth(truth_path) if truth_path is not None else None
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        site = reenacting.recorded_site(folder)
        with _Watch(work / "before.parquet", site, progress) as watch:
            before = reenacting.as_recorded(folder, watch.see)
        after_site = reenacting.changed_site(change)
        with _Watch(work / "after.parquet", after_site, progress) as watch:
            seen = watch.see if see_after is None else both(watch.see, see_after)
            after = reenacting.changed(folder, change, before, seen)
        tracks = read_tracks(work / "before.parquet"), read_tracks(work / "after.parquet")
    return _compared(folder, changes, before, after, tracks, truth)


def both(first: Watcher, second: Watcher) -> Watcher:
    """Show every picture to two watchers, in this order."""

    def see(picture: AirPicture) -> None:
        first(picture)
        second(picture)

    return see


class _Watch:
    """Keeps the tracks of an execution, once a second, in a file."""

    def __init__(self, path: Path, site: Site, progress: Progress) -> None:
        sensor_ids = [sensor.id for sensor in site.sensors]
        self._writer = TracksWriter(path, SiteFrame(site.reference), sensor_ids)
        self._progress = progress
        self._second = -1

    def see(self, picture: AirPicture) -> None:
        """Take the first picture of each second."""
        self._progress()
        if picture.now_ns // NS_PER_S != self._second:
            self._second = picture.now_ns // NS_PER_S
            self._writer.append(compact(picture))

    def __enter__(self) -> "_Watch":
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()


def _compared(
    folder: Path,
    changes: list[str],
    before: Course,
    after: Course,
    tracks: tuple[TrackRows, TrackRows],
    truth: TruthRows | None,
) -> WhatIf:
    rows = _rows(before), _rows(after)
    runs = [
        _run(truth, kept, course, told)
        for kept, course, told in zip(tracks, (before, after), rows, strict=True)
    ]
    pairing = paired(*tracks)
    told = [_told(told, before.first_ns, run) for told, run in zip(rows, runs, strict=True)]
    only_before, only_after = _unmatched(told[0], told[1])
    span = (before.first_ns, before.last_ns)
    return WhatIf(
        recording=folder.resolve().name,
        changes=changes,
        notes=_notes(before, after, truth),
        started_ns=before.first_ns,
        duration_s=(before.last_ns - before.first_ns) / NS_PER_S,
        steps=before.steps,
        differing_steps=before.differing_steps,
        zones=_zones(before, after, rows),
        warnings_before=told[0],
        warnings_after=told[1],
        only_before=only_before,
        only_after=only_after,
        tracks_before=pairing.before,
        tracks_after=pairing.after,
        tracks_only_before=pairing.only_before,
        tracks_only_after=pairing.only_after,
        identities=_identities(rows, pairing, before.first_ns),
        commands_recorded=sum(len(said) for said in before.meant.values()),
        commands=sorted(_not_done(after), key=lambda fate: fate.t_ns),
        load_before=alarm_load(alarm_times_ns(rows[0]), *span),
        load_after=alarm_load(alarm_times_ns(rows[1]), *span),
        truth=_truth(runs),
    )


def _not_done(course: Course) -> list[Fate]:
    return [fate for fate in course.fates if fate.how != "done"]


def _as_then(fate: Fate) -> bool:
    return fate.how == "refused" and fate.refused_then


def _rows(course: Course) -> list[EventRow]:
    return [msgspec.to_builtins(event) for event in course.events]


def _run(
    truth: TruthRows | None, tracks: TrackRows, course: Course, rows: list[EventRow]
) -> Run | None:
    """Hold one execution against the truth; what no radar of its site could see needs no track."""
    if truth is None:
        return None
    site = course.site
    return Run(truth, tracks, CUTOFF_M, lambda at: covered_by(site, RADARS, at), site, rows)


def _truth(runs: list[Run | None]) -> TruthDifference | None:
    scores = [warning_scores(run) if run is not None else None for run in runs]
    if scores[0] is None or scores[1] is None:
        return None
    return TruthDifference(before=scores[0], after=scores[1])


def _identities(
    rows: tuple[list[EventRow], list[EventRow]], pairing: Pairing, first_ns: int
) -> list[IdentityDifference]:
    changes = [[r for r in told if r["event"] == "IdentityChanged"] for told in rows]
    return identities(changes[0], changes[1], pairing, first_ns)


def _zones(
    before: Course, after: Course, rows: tuple[list[EventRow], list[EventRow]]
) -> list[ZoneDifference]:
    names = {zone.id: zone.name for course in (before, after) for zone in course.site.zones}
    issues = [[r for r in told if r["event"] in ISSUES] for told in rows]
    found = []
    for zone_id, name in names.items():
        mine = [[row for row in told if row["zone_id"] == zone_id] for told in issues]
        found.append(
            ZoneDifference(
                zone_id=zone_id,
                name=name,
                levels=[_level(level, mine[0], mine[1], before.first_ns) for level in LEVELS],
                issues_before=len(mine[0]),
                issues_after=len(mine[1]),
            )
        )
    return found


def _level(
    level: str, before: list[EventRow], after: list[EventRow], first_ns: int
) -> LevelDifference:
    """Compare the first warnings at a level or above: who is told to take cover is warned too."""
    enough = LEVELS[LEVELS.index(level) :]

    def first_s(rows: list[EventRow]) -> float | None:
        times = [row["t_ns"] for row in rows if row["level"] in enough]
        return round((min(times) - first_ns) / NS_PER_S, 3) if times else None

    before_s, after_s = first_s(before), first_s(after)
    known = before_s is not None and after_s is not None
    return LevelDifference(
        level=level,
        before_s=before_s,
        after_s=after_s,
        earlier_s=round(before_s - after_s, 3) if known else None,  # type: ignore[operator]
    )


def _told(rows: list[EventRow], first_ns: int, run: Run | None) -> list[Told]:
    """Gather each warning from its issues and its all-clear."""
    attackers = _attackers(run)
    found: dict[int, Told] = {}
    for row in rows:
        if row["event"] == "WarningCleared" and row["warning_id"] in found:
            cleared_s = round((row["t_ns"] - first_ns) / NS_PER_S, 3)
            held = found[row["warning_id"]]
            found[row["warning_id"]] = msgspec.structs.replace(held, cleared_s=cleared_s)
        if row["event"] not in NAMING:
            continue
        held_or_none = found.get(row["warning_id"])
        raised_s = (row["t_ns"] - first_ns) / NS_PER_S
        ids = [*row["track_ids"]]
        named = held_or_none is not None and bool(held_or_none.of_attacker)
        found[row["warning_id"]] = Told(
            zone_id=row["zone_id"],
            raised_s=held_or_none.raised_s if held_or_none else round(raised_s, 3),
            cleared_s=None,
            level=row["level"],
            track_ids=ids,
            reason=row["reason"],
            of_attacker=None if attackers is None else named or bool(attackers & set(ids)),
        )
    return list(found.values())


def _attackers(run: Run | None) -> set[int] | None:
    """List the tracks that were on attackers; None where the truth is not known."""
    if run is None:
        return None
    names = run.truth.object_ids
    return {t for t, k in run.object_of.items() if names[k] in run.attack.attacks}


def _unmatched(before: list[Told], after: list[Told]) -> tuple[list[Told], list[Told]]:
    """Pair warnings of one zone that were open at one time, those that overlap most first."""
    pairs = [
        (-_overlap_s(a, b), i, j)
        for i, a in enumerate(before)
        for j, b in enumerate(after)
        if a.zone_id == b.zone_id and _overlap_s(a, b) > 0.0
    ]
    left, right = set(range(len(before))), set(range(len(after)))
    for _, i, j in sorted(pairs):
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
    return [before[i] for i in sorted(left)], [after[j] for j in sorted(right)]


def _overlap_s(a: Told, b: Told) -> float:
    ends = [told.cleared_s for told in (a, b) if told.cleared_s is not None]
    return min(ends, default=1e12) - max(a.raised_s, b.raised_s)


def _notes(before: Course, after: Course, truth: TruthRows | None) -> list[str]:
    """Say what the comparison rests on and where it stops."""
    notes = [f"the record is damaged: {words}" for words in before.damage]
    if before.differing_steps:
        notes.append(
            f"{before.differing_steps} of {before.steps} steps differ from the record when done"
            " again unchanged: before is what this version makes of the inputs"
        )
    if after.assumed_answers:
        notes.append(
            f"{after.assumed_answers} answers of channels are assumed: warnings that were not given"
            " then are answered as the channel usually was"
        )
    moved = [a.id for a in before.site.assets if a.position_feed is not None]
    fixed = {a.id for a in after.site.assets if a.position_feed is None}
    notes += [f"{name} no longer moves: its position came from what is removed"
              for name in moved if name in fixed]  # fmt: skip
    if truth is None:
        notes.append("the truth is not known: which warnings are false is not said")
    notes.append(
        "what flew, and what sensors measured of it, stays as it was: nobody shoots down, turns"
        " away or points a camera otherwise here"
    )
    return notes
