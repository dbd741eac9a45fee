"""The comparison of a what if, as the replay's page shows it.

In: a recording and a change, in a process of its own. Out: a `WhatIfResult`, and the changed
world's pictures in a folder. The truth is taken where a report folder holds it beside the
recording; without it no warning is called false.
"""

from pathlib import Path
from time import monotonic

from vedette import record
from vedette.base.constants import NS_PER_S
from vedette.evaluation.whatif import Told, WhatIf, compare
from vedette.kernels.loading import load_compiler
from vedette.server.public import NS_PER_US
from vedette.server.whatif_views import WhatIfLevel, WhatIfResult, WhatIfWarning, WhatIfZone
from vedette.service.beside import Progress
from vedette.service.reenacting import Change, Fate, changed_site
from vedette.service.whatif_pictures import PictureKeeper

TELL_S = 0.25
WARNINGS_MAX, COMMANDS_MAX = 2_000, 200  # a page lists no more
US_PER_S = NS_PER_S // NS_PER_US


def beside(
    folder: Path, change: Change, words: list[str], kept: Path, progress: Progress
) -> WhatIfResult:
    """Work out the changed world and compare it with the recorded one.

    kept: a folder for its pictures. progress: is told how far it is, 0 to 1, a few times a second.
    """
    load_compiler()
    keeper = PictureKeeper(kept, changed_site(change))
    counted = _Counted(2 * record.session(folder).last_step, progress)
    found = compare(folder, change, words, truth_beside(folder), counted.step, keeper.see)
    return as_result(found)


def truth_beside(folder: Path) -> Path | None:
    """Find the truth that a report folder holds beside its recording."""
    beside = folder.resolve().parent / "truth.parquet"
    return beside if folder.resolve().name == "recording" and beside.is_file() else None


class _Counted:
    """Tells how far it is, not more often than TELL_S."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress = max(total, 1), progress
        self._done, self._told_s = 0, monotonic()

    def step(self) -> None:
        self._done += 1
        if monotonic() - self._told_s >= TELL_S:
            self._told_s = monotonic()
            self._progress(min(self._done / self._total, 1.0))


def as_result(found: WhatIf) -> WhatIfResult:
    """Say a comparison as the page takes it."""
    first_us = found.started_ns // NS_PER_US

    def at_us(seconds: float | None) -> int | None:
        return None if seconds is None else first_us + round(seconds * US_PER_S)

    zones = [
        WhatIfZone(
            zone_id=zone.zone_id,
            name=zone.name,
            levels=[
                WhatIfLevel(
                    level=row.level,
                    before_us=at_us(row.before_s),
                    after_us=at_us(row.after_s),
                    earlier_s=row.earlier_s,
                )
                for row in zone.levels
            ],
            issues_before=zone.issues_before,
            issues_after=zone.issues_after,
        )
        for zone in found.zones
    ]
    truth = found.truth
    return WhatIfResult(
        same=found.same,
        zones=zones,
        recorded=_warnings(found.warnings_before, found.only_before, first_us),
        changed=_warnings(found.warnings_after, found.only_after, first_us),
        tracks_recorded=found.tracks_before,
        tracks_changed=found.tracks_after,
        missed_recorded=None if truth is None else truth.before.missed_zones,
        missed_changed=None if truth is None else truth.after.missed_zones,
        false_recorded=None if truth is None else truth.before.false_warnings,
        false_changed=None if truth is None else truth.after.false_warnings,
        commands=[_fate(fate) for fate in found.commands[:COMMANDS_MAX]],
        notes=found.notes,
    )


def _warnings(told: list[Told], alone: list[Told], first_us: int) -> list[WhatIfWarning]:
    return [
        WhatIfWarning(
            zone_id=one.zone_id,
            raised_us=first_us + round(one.raised_s * US_PER_S),
            cleared_us=None
            if one.cleared_s is None
            else first_us + round(one.cleared_s * US_PER_S),
            level=one.level,
            track_ids=one.track_ids,
            reason=one.reason,
            only_here=one in alone,
            false=None if one.of_attacker is None else not one.of_attacker,
        )
        for one in told[:WARNINGS_MAX]
    ]


def _fate(fate: Fate) -> str:
    why = f": {fate.reason}" if fate.reason else ""
    return f"{fate.command.replace('_', ' ')} by {fate.person}: {fate.how}{why}"
