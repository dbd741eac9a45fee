"""What is not known: the sentences an honest report ends with."""

from collections.abc import Sequence

from vedette.base.names import track_name
from vedette.config.site import Site
from vedette.incident.story import EngagementStory, InvolvedTrack, SourceStory, WarningStory
from vedette.incident.words import clean, utc
from vedette.model import events as past
from vedette.model.enums import EngagementState, Outcome, SourceHealth
from vedette.model.events import Event

_SICK = (SourceHealth.DEGRADED, SourceHealth.STALE, SourceHealth.FAILED)


def limits(
    site: Site,
    events: Sequence[Event],
    tracks: list[InvolvedTrack],
    warnings: list[WarningStory],
    engagements: list[EngagementStory],
    sources: list[SourceStory],
    closed: bool,
) -> list[str]:
    """Say in sentences what the record does not tell or tells with doubt."""
    said = ["Who sent the objects is not in the record; attribution is left open."]
    said.append("Casualties and damage on the ground are not in the record.")
    if engagements:
        said.append(
            "Every effector is a simulated model; its reports are no proof of a real engagement."
        )
    if warnings and not closed:
        said.append("The record ends before the all-clear of every warning.")
    said += _of_engagements(engagements)
    said += _of_tracks(events, tracks)
    said += _of_sources(events, sources)
    for warning in warnings:
        said += [
            f"The warning of {clean(warning.zone_name)} is not known to have arrived by"
            f" {clean(channel)}: {clean(detail) or 'no reason given'}."
            for channel, detail in sorted(warning.failed.items())
        ]
        if not warning.delivered:
            said.append(f"No delivery of the warning of {clean(warning.zone_name)} is recorded.")
    return said


def _of_engagements(engagements: list[EngagementStory]) -> list[str]:
    said = []
    for engagement in engagements:
        if engagement.state != EngagementState.EXECUTED:
            continue
        name = track_name(engagement.track_id)
        if engagement.outcome in (Outcome.UNSURE, Outcome.PENDING):
            why = clean(engagement.outcome_reason) or "it was not assessed"
            said.append(f"What became of {name} is not known: {why}.")
        elif engagement.outcome_by == "track":
            said.append(
                f"That {name} was {engagement.outcome} is read from its track alone"
                f" ({clean(engagement.outcome_reason)}); no person has confirmed it."
            )
    return said


def _of_tracks(events: Sequence[Event], tracks: list[InvolvedTrack]) -> list[str]:
    said = []
    unseen: dict[int, int] = {}
    for event in events:
        if isinstance(event, past.TrackCoasting):
            unseen[event.track_id] = unseen.get(event.track_id, 0) + 1
    for track in tracks:
        name = track_name(track.track_id)
        if not track.path:
            said.append(f"No path of {name} is recorded.")
        elif not track.height_observed:
            said.append(f"The height of {name} was not observed all the time; it is an estimate.")
        if times := unseen.get(track.track_id, 0):
            often = "once" if times == 1 else f"{times} times"
            said.append(f"{name} went unseen {often}; its place was then a prediction.")
    return said


def _of_sources(events: Sequence[Event], sources: list[SourceStory]) -> list[str]:
    said = []
    for key in sorted({source.source for source in sources}):
        bad = [s for s in sources if s.source == key and s.health in _SICK]
        if bad:
            first = bad[0]
            said.append(
                f"{clean(key)} was {first.health} from {utc(first.t_ns)} UTC"
                f"{f' and {len(bad) - 1} times more' if len(bad) > 1 else ''}: where it alone"
                " looked, the absence of a track says nothing."
            )
    refused: dict[str, int] = {}
    for event in events:
        if isinstance(event, past.InputRefused | past.InputShed):
            refused[event.source] = refused.get(event.source, 0) + event.count
    said += [
        f"{count} inputs of {clean(source)} were refused or dropped."
        for source, count in sorted(refused.items())
    ]
    return said
