"""Whom a recorded command was about, and who that is in a picture that has come out otherwise.

A command names a number: of a track, a warning, an engagement. Done again with something changed,
the same number may be another's. So what a person meant is taken from the picture they had (where
the track was, which zone was warned) and looked for in the other picture at the same instant.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from vedette.base.names import track_name
from vedette.correlation import shown
from vedette.model.commands import AuthoriseEngagement, Command
from vedette.model.events import EngagementFirstAuthorised, Event
from vedette.model.measurements import F64, I64
from vedette.model.tracks import TrackTable
from vedette.pipeline import State

# Two estimates of one object from unlike sensors lie this far apart at most, or three of their
# sigmas; beyond the greatest a track does not say where its object is.
SAME_M, SAME_SIGMAS, SAME_M_MAX = 300.0, 3.0, 3_000.0
NOTHING = "it was about nothing then either"


@dataclass(slots=True)
class Scene:
    """Where tracks were: numbers (N,), east and north (N, 2), their sigma (N,), metres."""

    track_id: I64
    place_m: F64
    sigma_m: F64


@dataclass(slots=True)
class Meant:
    """A recorded command and what it was about, told without a number where it can be.

    zone_id: of the warning it answers. opened_by: the command that opened the engagement it is
    about. looked: its digest was that of the option at hand. refused: it was refused then.
    """

    command: Command
    step: int
    t_ns: int
    scene: Scene | None = None
    zone_id: str | None = None
    opened_by: str | None = None
    looked: bool = False
    refused: str = ""


@dataclass(slots=True)
class Engagements:
    """Which command opened which engagement, both ways."""

    by_command: dict[str, int] = field(default_factory=dict)
    by_number: dict[int, str] = field(default_factory=dict)

    def note(self, commands: list[Command], events: list[Event]) -> None:
        """Take in what a step's commands opened."""
        for event in events:
            if isinstance(event, EngagementFirstAuthorised):
                pair = (event.track_id, event.effector_id)
                for command in commands:
                    if (
                        isinstance(command, AuthoriseEngagement)
                        and (command.track_id, command.effector_id) == pair
                        and command.person == event.person
                    ):
                        self.by_command.setdefault(command.command_id, event.engagement_id)
                        self.by_number.setdefault(event.engagement_id, command.command_id)


def scene_of(tracks: TrackTable) -> Scene:
    """Copy where the tracks of a table are, on the ground."""
    n = tracks.count
    variance = tracks.cov_enu[:n, 0, 0] + tracks.cov_enu[:n, 1, 1]
    return Scene(
        tracks.track_id[:n].copy(),
        tracks.state_enu[:n, :2].copy(),
        np.sqrt(np.maximum(variance, 0.0)),
    )


def meant(command: Command, state: State, opened: Engagements, step: int, t_ns: int) -> Meant:
    """Say what a command is about, from the state before the step it came in."""
    found = Meant(command, step, t_ns)
    named: Any = command
    if hasattr(command, "track_id"):
        found.scene = scene_of(shown(state.correlation, state.tracking.table))
    if hasattr(command, "warning_id"):
        warning = state.warning.warnings.get(named.warning_id)
        found.zone_id = warning.zone_id if warning is not None else None
    if getattr(command, "engagement_id", None) is not None:
        found.opened_by = opened.by_number.get(named.engagement_id)
    if isinstance(command, AuthoriseEngagement):
        found.looked = _digest(state, command.track_id, command.effector_id) == command.track_digest
    return found


def aimed(was: Meant, state: State, opened: Engagements) -> Command | str:
    """Give the command with the numbers of another state, or why it is about nothing there.

    state: at the instant when the command was given. What had no subject then keeps its number, and
    is refused as it was, unless the number is another's here.
    """
    change: dict[str, Any] = {}
    for numbers in (_track, _warning, _engagement):
        found = numbers(was, state, opened)
        if isinstance(found, str):
            return found
        change |= found
    return msgspec.structs.replace(was.command, **change) if change else was.command


def _track(was: Meant, state: State, opened: Engagements) -> dict[str, Any] | str:
    """Find the track that is what the person's was, where theirs was."""
    if was.scene is None:
        return {}
    here = scene_of(shown(state.correlation, state.tracking.table))
    change: dict[str, Any] = {}
    for name in ("track_id", "other_track_id"):
        number = getattr(was.command, name, None)
        found = {} if number is None else _number(was.scene, name, int(number), here)
        if isinstance(found, str):
            return found
        change |= found
    return change


def _number(there: Scene, name: str, number: int, here: Scene) -> dict[str, Any] | str:
    """Give the number here of what had a number there, where it differs; or why there is none."""
    if number not in there.track_id:
        return NOTHING if number in here.track_id else {}
    other = same(there, number, here)
    if other is None:
        return f"no track where {track_name(number)} was"
    return {name: other} if other != number else {}


def same(there: Scene, number: int, here: Scene) -> int | None:
    """Give the track that is nearest to another picture's, if that one is the nearest to it too."""
    (row,) = np.flatnonzero(there.track_id == number)
    if not len(here.track_id):
        return None
    away_m = np.linalg.norm(here.place_m - there.place_m[row], axis=1)
    best = int(np.argmin(away_m))
    back_m = np.linalg.norm(there.place_m - here.place_m[best], axis=1)
    sigma_m = float(np.hypot(there.sigma_m[row], here.sigma_m[best]))
    gate_m = min(max(SAME_M, SAME_SIGMAS * sigma_m), SAME_M_MAX)
    if away_m[best] > gate_m or back_m.min() < back_m[row]:
        return None
    return int(here.track_id[best])


def _warning(was: Meant, state: State, opened: Engagements) -> dict[str, Any] | str:
    named: Any = was.command
    number = getattr(named, "warning_id", None)
    if was.zone_id is None:
        return NOTHING if number in state.warning.warnings else {}
    zone = state.warning.zones.get(was.zone_id)
    if zone is None or zone.warning_id is None:
        return f"no warning is open for {was.zone_id}"
    return {"warning_id": zone.warning_id} if zone.warning_id != number else {}


def _engagement(was: Meant, state: State, opened: Engagements) -> dict[str, Any] | str:
    """Find the engagement that the same command opened."""
    named: Any = was.command
    number = getattr(named, "engagement_id", None)
    if was.opened_by is None:
        return NOTHING if number in state.decision.engagements else {}
    other = opened.by_command.get(was.opened_by)
    if other is None:
        return "the engagement was never opened"
    return {"engagement_id": other} if other != number else {}


def looked_again(was: Meant, command: Command, state: State) -> Command | str:
    """Let a person who authorises have seen the option as it is now; who had not, has not.

    state: before the step in which the command is done.
    """
    if not isinstance(command, AuthoriseEngagement) or not was.looked:
        return command
    digest = _digest(state, command.track_id, command.effector_id)
    if digest is None:
        return f"no option of {command.effector_id} against {track_name(command.track_id)}"
    return msgspec.structs.replace(command, track_digest=digest)


def _digest(state: State, track_id: int, effector_id: str) -> str | None:
    for option in state.decision.options:
        if (option.track_id, option.effector_id) == (track_id, effector_id):
            return option.track_digest
    return None
