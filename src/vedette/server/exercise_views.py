"""The nouns of an exercise on the page."""

from vedette.config.exercise import Inject
from vedette.server.views import View


class ExerciseCall(View, frozen=True, kw_only=True):
    """Somebody calls the watch, in the exercise."""

    t_us: int
    text: str


class ExerciseView(View, frozen=True, kw_only=True):
    """What everybody at the consoles may know (GET /api/exercise).

    state: "running" or "ended". outside: whether channels, webhooks and outputs go off for real.
    """

    state: str
    started_us: int
    ended_us: int | None
    outside: bool
    calls: list[ExerciseCall]


class PlacedInject(View, frozen=True, kw_only=True):
    """One inject as its instructor sees it. state: "waiting", "running" or "over"."""

    number: int
    due_us: int
    state: str
    inject: Inject


class InjectsView(View, frozen=True, kw_only=True):
    """All injects, for the instructor."""

    injects: list[PlacedInject]


class FlyerScore(View, frozen=True, kw_only=True):
    """How the watch dealt with one simulated flyer; seconds since it appeared, None: never.

    assess_s: a person assessed it, or it became SUSPECT or HOSTILE. decide_s: a zone was warned of
    it. deliver_s: the first channel confirmed that. answer_s: a person acknowledged. arrive_s: when
    it was there, None where the exercise ended before. cover_s: the seconds that people of its
    asset's zones had between being told to take cover and its arrival, the least of them; in_time:
    as many as they need; None where that cannot be said. wrong: identities given wrongly, in words.
    """

    number: int
    kind: str
    name: str
    asset: str
    appeared_us: int
    track_ids: list[int]
    detect_s: float | None
    assess_s: float | None
    decide_s: float | None
    deliver_s: float | None
    answer_s: float | None
    arrive_s: float | None
    cover_s: float | None
    in_time: bool | None
    wrong: list[str]


class ExerciseScore(View, frozen=True, kw_only=True):
    """An exercise scored. arrived: drones that were there before the end; in_time: of these, with
    cover ordered early enough. missed: drones that arrived without their people being told to take
    cover; false_warnings: warnings that never named a track on a drone of the exercise."""

    site: str
    started_us: int
    ended_us: int
    flyers: list[FlyerScore]
    drones: int
    detected: int
    arrived: int
    in_time: int
    missed: int
    warnings: int
    false_warnings: int
    wrong_identifications: int
    acts: int
