"""An exercise while it runs beside the live service.

In: injects of an instructor, and each step's arrivals and picture. Out: the arrivals with what is
simulated among them and without what a failed sensor says; the calls; at the end the score. What
is added and left out happens before the record, so that a recording of an exercise re-executes.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.base.errors import VedetteError
from vedette.config.exercise import FLYERS, INJECTS_MAX, Inject, checked_inject
from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.model.arrivals import Arrival
from vedette.model.events import Event
from vedette.model.picture import AirPicture
from vedette.server.exercise_views import (
    ExerciseCall,
    ExerciseScore,
    ExerciseView,
    InjectsView,
    PlacedInject,
)
from vedette.server.public import NS_PER_US
from vedette.service.exercise.flight import Flyer, Radars, flyer
from vedette.service.exercise.report import as_html
from vedette.service.exercise.score import SCORED, score_of

FEED = "http"  # a door that is there at every site
NEAR_M = 400.0  # as near as a track must be to be the flyer's
EVENTS_MAX = 20_000
_SENSOR = re.compile(rb'"sensor"\s*:\s*"([^"]{1,48})"')


@dataclass(slots=True)
class _Placed:
    number: int
    due_ns: int
    inject: Inject
    flyer: Flyer | None = None
    begun: bool = False


class Exercise:
    """One exercise of one site (server's Exercising)."""

    def __init__(self, site: Site, plan: Sequence[Inject], now_ns: Callable[[], int]) -> None:
        """plan: injects counted from now. now_ns: the service's time."""
        self._site, self._now_ns = site, now_ns
        self._frame = SiteFrame(site.reference)
        self._radars = Radars(site, self._frame)
        self._started_ns = now_ns()
        self._ended_ns: int | None = None
        self._placed: list[_Placed] = []
        self._events: list[Event] = []
        self._score: ExerciseScore | None = None
        self._feeds_of = {f.id: f.sensor for f in site.feeds if f.sensor is not None}
        self.left_out: Counter[str] = Counter()
        for inject in plan:
            self._add(inject, self._started_ns)

    # --- what the service asks ---
    def arrivals(self, now_ns: int, arrivals: list[Arrival]) -> list[Arrival]:
        """Give what is heard in this step: with the simulated, without the failed."""
        if self._ended_ns is not None:
            return arrivals
        failed = self._begin(now_ns)
        heard = [kept for a in arrivals if (kept := self._without(a, failed)) is not None]
        lines = [
            line
            for placed in self._placed
            if placed.flyer is not None
            for line in self._radars.see(placed.flyer, now_ns, failed)
        ]
        if lines:
            heard.append(Arrival(feed=FEED, t_recv_ns=now_ns, data=b"\n".join(lines)))
        return heard

    def _begin(self, now_ns: int) -> frozenset[str]:
        """Begin what is due; name the sensors that have failed now."""
        failed: set[str] = set()
        for placed in self._placed:
            inject = placed.inject
            if placed.due_ns > now_ns:
                continue
            if not placed.begun:
                placed.begun = True
                if inject.kind in FLYERS:
                    number, due_ns = placed.number, placed.due_ns
                    placed.flyer = flyer(self._site, self._frame, number, inject, due_ns)
            over_ns = placed.due_ns + round(inject.for_s * NS_PER_S)
            if inject.kind == "sensor_failure" and now_ns < over_ns and inject.sensor:
                failed.add(inject.sensor)
        return frozenset(failed)

    def _without(self, arrival: Arrival, failed: frozenset[str]) -> Arrival | None:
        """Leave out what failed sensors say: whole feeds of theirs, and their detections."""
        if not failed or arrival.kind != "data":
            return arrival
        if self._feeds_of.get(arrival.feed) in failed:
            self.left_out[arrival.feed] += 1
            return None
        lines = arrival.data.split(b"\n")
        kept = [line for line in lines if _named(line) not in failed]
        if len(kept) == len(lines):
            return arrival
        self.left_out[arrival.feed] += len(lines) - len(kept)
        if not any(kept):
            return None
        return msgspec.structs.replace(arrival, data=b"\n".join(kept))

    def note(self, picture: AirPicture) -> None:
        """Take in what came of a step: which tracks are on the flyers, what happened."""
        if self._ended_ns is not None:
            return
        told = [event for event in picture.events if isinstance(event, SCORED)]
        self._events += told[: EVENTS_MAX - len(self._events)]
        n = picture.tracks.count
        if n == 0:
            return
        places = picture.tracks.state_enu[:n, :3]
        for placed in self._placed:
            where = placed.flyer.at(picture.now_ns) if placed.flyer is not None else None
            if placed.flyer is None or where is None:
                continue
            away_m = np.hypot(places[:, 0] - where[0], places[:, 1] - where[1])
            nearest = int(away_m.argmin())
            if away_m[nearest] <= NEAR_M:
                track_id = int(picture.tracks.track_id[nearest])
                placed.flyer.track_ids.setdefault(track_id, picture.now_ns)

    # --- what the server asks (server.access.Exercising) ---
    def place(self, inject: Inject) -> None:
        """Let something happen, at_s from now. Raises RefusedError, or VedetteError after the end
        and where there are too many."""
        if self._ended_ns is not None:
            raise VedetteError("the exercise has been ended")
        if len(self._placed) >= INJECTS_MAX:
            raise VedetteError(f"there are {INJECTS_MAX} injects already")
        self._add(checked_inject(self._site, inject), self._now_ns())

    def _add(self, inject: Inject, from_ns: int) -> None:
        due_ns = from_ns + round(inject.at_s * NS_PER_S)
        self._placed.append(_Placed(len(self._placed) + 1, due_ns, inject))

    def end(self) -> None:
        """End it and make the score; ended already: nothing."""
        if self._ended_ns is None:
            self._ended_ns = self._now_ns()
            flyers = [p.flyer for p in self._placed if p.flyer is not None]
            span = (self._started_ns, self._ended_ns)
            self._score = score_of(self._site, flyers, self._events, *span)

    def view(self) -> ExerciseView:
        """Say what everybody may know."""
        now_ns = self._now_ns() if self._ended_ns is None else self._ended_ns
        calls = [p for p in self._placed if p.inject.kind == "call" and p.due_ns <= now_ns]
        return ExerciseView(
            state="running" if self._ended_ns is None else "ended",
            started_us=self._started_ns // NS_PER_US,
            ended_us=None if self._ended_ns is None else self._ended_ns // NS_PER_US,
            outside=self._site.exercise.outside,
            calls=[
                ExerciseCall(t_us=p.due_ns // NS_PER_US, text=p.inject.text)
                for p in sorted(calls, key=lambda p: p.due_ns)
            ],
        )

    def injects(self) -> InjectsView:
        """List what has been placed, for the instructor."""
        now_ns = self._now_ns() if self._ended_ns is None else self._ended_ns
        return InjectsView(
            injects=[
                PlacedInject(
                    number=p.number,
                    due_us=p.due_ns // NS_PER_US,
                    state=_state(p, now_ns),
                    inject=p.inject,
                )
                for p in self._placed
            ]
        )

    def score(self) -> ExerciseScore | None:
        """Give the score; None before the end."""
        return self._score

    def report(self) -> str | None:
        """Give the score as a page; None before the end."""
        return None if self._score is None else as_html(self._score)


def _named(line: bytes) -> str:
    found = _SENSOR.search(line)
    return found[1].decode("ascii", "replace") if found else ""


def _state(placed: _Placed, now_ns: int) -> str:
    if placed.due_ns > now_ns:
        return "waiting"
    if placed.flyer is not None:
        return "running" if now_ns < placed.flyer.arrival_ns else "over"
    over_ns = placed.due_ns + round(placed.inject.for_s * NS_PER_S)
    return "running" if placed.inject.kind == "sensor_failure" and now_ns < over_ns else "over"
