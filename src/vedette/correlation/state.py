"""What people said of tracks and sources. Plain data, bounded by the tracks that live."""

from dataclasses import dataclass, field

from vedette.config.site import Site
from vedette.model.enums import TrackStatus
from vedette.model.tracks import TrackTable


@dataclass(slots=True)
class CorrelationState:
    """joins: by the number shown, all the tracker's numbers of that object, its own first while it
    lives. barred: by the tracker's number, the sensors (ids) whose reports are not of it, sorted.
    sensors: the site's sensors, in the order of the table's columns.
    """

    sensors: list[str]
    joins: dict[int, list[int]] = field(default_factory=dict)
    barred: dict[int, list[str]] = field(default_factory=dict)


def start(site: Site) -> CorrelationState:
    """Make the state before the first step: people have said nothing."""
    return CorrelationState([sensor.id for sensor in site.sensors])


def members(state: CorrelationState, number: int) -> list[int]:
    """List the tracker's numbers of what is shown under a number: mostly that alone."""
    return state.joins.get(number, [number])


def shown_as(state: CorrelationState) -> dict[int, int]:
    """Map each of the tracker's numbers that is joined to the number it is shown under."""
    return {member: number for number, joined in state.joins.items() for member in joined}


def rows_of(tracks: TrackTable) -> dict[int, int]:
    """Map track_id to its row of the table."""
    return {n: row for row, n in enumerate(tracks.track_id[: tracks.count].tolist())}


def leading(rows: list[int], tracks: TrackTable) -> int:
    """Choose the row (of one object's, the oldest word first) that says where it is: the first that
    is seen, and the first at all where none is."""
    seen = [row for row in rows if tracks.status[row] != TrackStatus.COASTING]
    return (seen or rows)[0]
