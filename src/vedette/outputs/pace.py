"""Which tracks are due: each at most once in its output's period, a new one at once."""

from dataclasses import dataclass, field

from vedette.base.constants import NS_PER_S
from vedette.model.told import ToldTrack


@dataclass(slots=True)
class Pace:
    """When each track was told last. period_s: least time between two updates of one track."""

    period_s: float
    told_ns: dict[int, int] = field(default_factory=dict)

    def due(self, told: list[ToldTrack]) -> list[ToldTrack]:
        """Give the tracks to tell now, and remember that they are told."""
        period_ns = int(self.period_s * NS_PER_S)
        due = [
            track
            for track in told
            if track.track_id not in self.told_ns
            or track.t_ns - self.told_ns[track.track_id] >= period_ns
        ]
        now = {track.track_id: track.t_ns for track in due}
        alive = {track.track_id for track in told}
        self.told_ns = {k: t for k, t in self.told_ns.items() if k in alive} | now
        return due

    def ended(self, told: list[ToldTrack]) -> list[int]:
        """Give the tracks told before that are no more. Ask before `due`, which forgets them."""
        alive = {track.track_id for track in told}
        return sorted(track_id for track_id in self.told_ns if track_id not in alive)
