"""A comparison told to a person, the seconds of warning first."""

from vedette.base.constants import NS_PER_S
from vedette.base.names import track_name
from vedette.evaluation.alarms import AlarmLoad
from vedette.evaluation.whatif import LevelDifference, Told, WhatIf, ZoneDifference
from vedette.evaluation.whatif_tracks import IdentityDifference
from vedette.incident.words import clean, utc

LISTED_MAX = 20  # of one kind in words; all stand in the JSON
EQUAL_S = 0.05  # told to a tenth of a second
QUIET, MOVED_S = ("UNKNOWN", "PENDING"), 1.0  # nobody acts on these, nor on so little


def in_words(found: WhatIf) -> list[str]:
    """Tell a comparison in lines."""
    lines = [_what(found), f"Changed: {'; '.join(found.changes) or 'nothing'}."]
    if found.same:
        lines.append("No difference: the same warnings, identities and answers at the same times.")
    for zone in found.zones:
        lines += _zone(found, zone)
    lines += _listed("Warned only before", [_told(found, told) for told in found.only_before])
    lines += _listed("Warned only with the change", [_told(found, t) for t in found.only_after])
    lines += _truth(found)
    lines.append(_tracks(found))
    lines += _identities(found)
    lines += _commands(found)
    lines.append(
        f"Alarms: {_load(found.load_before)} before, {_load(found.load_after)} with the change."
    )
    return [clean(line) for line in [*lines, *(f"Note: {note}." for note in found.notes)]]


def _what(found: WhatIf) -> str:
    proved = "to the bit as recorded" if not found.differing_steps else "not as recorded"
    return (
        f"{found.recording}: {found.duration_s:.0f} s, {found.steps:,} steps, done again {proved},"
        " and once more with the change."
    )


def _zone(found: WhatIf, zone: ZoneDifference) -> list[str]:
    parts = [_level(found, level) for level in zone.levels]
    if zone.issues_before != zone.issues_after:
        parts.append(f"issued {zone.issues_before} times before, {zone.issues_after} after")
    if not zone.issues_before and not zone.issues_after:
        parts = ["not warned, neither before nor with the change"]
    return [f"{zone.name}: {'; '.join(parts)}."]


def _level(found: WhatIf, row: LevelDifference) -> str:
    if row.before_s is None and row.after_s is None:
        return f"{row.level} never"
    if row.after_s is None:
        return f"{row.level} NEVER with the change ({_at(found, row.before_s)} before)"
    if row.before_s is None:
        return f"{row.level} {_at(found, row.after_s)}, never before the change"
    gained_s = row.earlier_s or 0.0
    if abs(gained_s) < EQUAL_S:
        return f"{row.level} as before ({_at(found, row.before_s)})"
    way = "earlier" if gained_s > 0.0 else "later"
    times = f"{_at(found, row.before_s)} before, {_at(found, row.after_s)} with the change"
    return f"{row.level} {abs(gained_s):.1f} s {way} ({times})"


def _at(found: WhatIf, seconds: float | None) -> str:
    return utc(found.started_ns + round((seconds or 0.0) * NS_PER_S))


def _told(found: WhatIf, told: Told) -> str:
    names = {zone.zone_id: zone.name for zone in found.zones}
    truth = {None: "", True: ", of an attacker", False: ", FALSE"}[told.of_attacker]
    return (
        f"{names.get(told.zone_id, told.zone_id)} from {_at(found, told.raised_s)}"
        f" ({told.level}{truth}): {told.reason}"
    )


def _truth(found: WhatIf) -> list[str]:
    if found.truth is None:
        return []
    a, b = found.truth.before, found.truth.after
    return [
        f"Against the truth: zones attacked and not warned {a.missed_zones} before,"
        f" {b.missed_zones} with the change; false warnings {a.false_warnings} and"
        f" {b.false_warnings}; least lead {_seconds(a.lead_min_s)} and {_seconds(b.lead_min_s)}."
    ]


def _seconds(value: float | None) -> str:
    return "none" if value is None else f"{value:.1f} s"


def _tracks(found: WhatIf) -> str:
    return (
        f"Tracks: {found.tracks_before} before, {found.tracks_after} with the change;"
        f" {len(found.tracks_only_before)} only before, {len(found.tracks_only_after)} only after."
    )


def _identities(found: WhatIf) -> list[str]:
    """List what matters first; an identity that comes a moment sooner or later is only counted."""
    told, others = [], 0
    for row in found.identities:
        moved_s = abs((row.before_s or 0.0) - (row.after_s or 0.0))
        both = row.before_s is not None and row.after_s is not None
        if (row.identity in QUIET and both) or moved_s < MOVED_S:
            others += 1
        else:
            told.append(_identity(found, row))
    more = f" (and {others} that are UNKNOWN or PENDING, or moved less than {MOVED_S:g} s)"
    return _listed("Identified otherwise" + (more if others else ""), told)


def _identity(found: WhatIf, row: IdentityDifference) -> str:
    name = track_name(row.track_before)
    if row.track_after != row.track_before:
        name += f" (here {track_name(row.track_after)})"
    if row.after_s is None:
        how = f"never with the change ({_at(found, row.before_s)} before)"
    elif row.before_s is None:
        how = f"{_at(found, row.after_s)}, never before the change"
    else:
        gained_s = row.before_s - row.after_s
        how = f"{abs(gained_s):.1f} s {'earlier' if gained_s > 0.0 else 'later'}"
    return f"{name} {row.identity} {how}"


def _commands(found: WhatIf) -> list[str]:
    counted = f"Commands: {found.commands_recorded} recorded"
    if not found.commands:
        return [f"{counted}, all done."]
    ways: dict[str, int] = {}
    for fate in found.commands:
        ways[fate.how] = ways.get(fate.how, 0) + 1
    parts = [f"{count} {how}" for how, count in ways.items()]
    told = [
        f"{fate.how}: {fate.command} by {fate.person} at {utc(fate.t_ns)}"
        f" ({fate.reason}{', as then' if fate.refused_then else ''})"
        for fate in found.commands
        if fate.how != "withheld"
    ]
    return [f"{counted}, {', '.join(parts)}.", *_listed("Not done", told)]


def _load(load: AlarmLoad) -> str:
    return f"{load.alarms}, at most {load.per_10_min_peak} in 10 minutes"


def _listed(title: str, rows: list[str]) -> list[str]:
    if not rows:
        return []
    more = len(rows) - LISTED_MAX
    kept = rows if more <= 0 else [*rows[:LISTED_MAX], f"and {more} more"]
    return [f"{title}:", *(f"  {row}" for row in kept)]
