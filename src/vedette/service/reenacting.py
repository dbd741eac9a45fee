"""A recording done again with one thing changed: what would have come of the same inputs.

Two executions. The first is the record's own and gathers what people and channels answered, to
what, and how long after. The second has the changed site: the same bytes, less what a removed
sensor said; the same commands, put to what they were about (`subjects`), later or not at all where
the staffing is changed; and of each warning the answers that the channels gave. What happened
outside does not change: sensors saw what they saw, and what flew flew as it did.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import msgspec

from vedette import pipeline, record
from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.config.changing import without
from vedette.config.load import parse_site
from vedette.config.site import Site
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery, command_name
from vedette.model.events import CommandRefused, Event, WarningEscalated, WarningRaised
from vedette.model.picture import AirPicture
from vedette.model.reports import Refusal, Report, SourceNote, SourceWord
from vedette.record import Step
from vedette.service.subjects import Engagements, Meant, aimed, looked_again, meant

Watcher = Callable[[AirPicture], None]
Issue = tuple[str, int]  # a zone, and which of its issues, from 0


@dataclass(slots=True, frozen=True)
class Change:
    """What is otherwise. site: with every sensor. without: sensors that are taken away.

    delay_s: by how much all people act later; None: there is nobody.
    """

    site: Site
    without: frozenset[str] = frozenset()
    delay_s: float | None = 0.0


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a recorded command. how: "done", "refused", "without a subject", "withheld"
    or "after the end"; refused_then: it was refused in the record too."""

    command: str
    person: str
    t_ns: int
    how: str
    reason: str = ""
    refused_then: bool = False


@dataclass(slots=True)
class Answer:
    """What a channel said to an issue of a warning, and when, counted from the issue.

    order: among all answers, for those that come in one step.
    """

    order: int
    channel: str
    delivered: bool
    detail: str
    steps: int
    waited_ns: int
    received_ns: int


@dataclass(slots=True)
class Course:
    """One execution. answers: of channels, by issue; issue_step: when each issue was made."""

    site: Site
    events: list[Event] = field(default_factory=list)
    meant: dict[int, list[Meant]] = field(default_factory=dict)
    answers: dict[Issue, list[Answer]] = field(default_factory=dict)
    issue_step: dict[Issue, int] = field(default_factory=dict)
    issue_ns: dict[Issue, int] = field(default_factory=dict)
    fates: list[Fate] = field(default_factory=list)
    steps: int = 0
    differing_steps: int = 0
    answered: int = 0
    assumed_answers: int = 0
    first_ns: int = 0
    last_ns: int = 0
    damage: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Issues:
    """Which issue of its zone each revision of a warning is."""

    of: dict[tuple[int, int], Issue] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, course: Course, events: list[Event]) -> list[tuple[Issue, Event]]:
        """Number the issues among a step's events."""
        found: list[tuple[Issue, Event]] = []
        for event in events:
            if isinstance(event, WarningRaised | WarningEscalated):
                issue = (event.zone_id, self.counts.get(event.zone_id, 0))
                self.counts[event.zone_id] = issue[1] + 1
                self.of[event.warning_id, event.revision] = issue
                course.issue_step[issue], course.issue_ns[issue] = course.steps, event.t_ns
                found.append((issue, event))
        return found


def recorded_site(folder: Path) -> Site:
    """Read the site a recording was made with. Raises RefusedError where it is no recording."""
    record.session(folder)
    return parse_site(record.site_text(folder), "site.toml")


def changed_site(change: Change) -> Site:
    """Give the site of the second execution."""
    return without(change.site, change.without)


def as_recorded(folder: Path, watch: Watcher) -> Course:
    """Do a recording again as it was. watch: is given every picture.

    Raises RefusedError where the folder is no recording or holds no step that can be done again.
    """
    course = Course(recorded_site(folder))
    line = pipeline.assemble(course.site)
    state, issues, opened = pipeline.start(line), _Issues(), Engagements()
    for step in _steps(folder, course):
        said = [meant(c, state, opened, course.steps, step.now_ns) for c in step.commands]
        for delivery in step.deliveries:
            _note_answer(course, issues, delivery, step)
        inputs = pipeline.Inputs(step.arrivals, step.commands, step.deliveries)
        state, picture = pipeline.step(line, state, inputs, step.now_ns)
        issues.take(course, picture.events)
        opened.note(step.commands, picture.events)
        _note_refusals(said, picture.events)
        if said:
            course.meant[course.steps] = said
        course.differing_steps += record.digest(picture) != step.digest
        course.events += picture.events
        watch(picture)
    if not course.steps:
        raise RefusedError(f"{folder}: no step of it can be done again {course.damage[:1] or ''}")
    return course


def _steps(folder: Path, course: Course) -> Iterator[Step]:
    """Read the steps, counting them."""
    for step in record.read(folder, damage=course.damage):
        course.first_ns = course.first_ns or step.now_ns
        course.last_ns = step.now_ns
        course.steps += 1
        yield step


def _note_answer(course: Course, issues: _Issues, delivery: Delivery, step: Step) -> None:
    issue = issues.of.get((delivery.warning_id, delivery.revision))
    course.answered += 1
    if issue is not None:
        course.answers.setdefault(issue, []).append(
            Answer(
                order=course.answered,
                channel=delivery.channel,
                delivered=delivery.delivered,
                detail=delivery.detail,
                steps=course.steps - course.issue_step[issue],
                waited_ns=step.now_ns - course.issue_ns[issue],
                received_ns=delivery.t_recv_ns - course.issue_ns[issue],
            )
        )


def _note_refusals(said: list[Meant], events: list[Event]) -> None:
    why = {e.command_id: e.reason for e in events if isinstance(e, CommandRefused)}
    for item in said:
        item.refused = why.get(item.command.command_id, "")


@dataclass(slots=True)
class _Due:
    """Something that waits for its step: at step number `step`, or once it is `due_ns`."""

    due_ns: int
    step: int
    order: int
    delivery: Delivery


@dataclass(slots=True)
class _Waiting:
    """A command that people give later than they did."""

    due_ns: int
    was: Meant
    command: Command


def changed(folder: Path, change: Change, before: Course, watch: Watcher) -> Course:
    """Do a recording again with a change. before: of `as_recorded`."""
    again = _Again(folder, change, before)
    for step in _steps(folder, again.course):
        watch(again.step(step))
    for waiting in again.waiting:
        again.tell(waiting.was, "after the end", "they would have given it after the record ends")
    return again.course


class _Again:
    """The second execution while it runs."""

    def __init__(self, folder: Path, change: Change, before: Course) -> None:
        site = changed_site(change)
        self.course = Course(site)
        self.change, self.before = change, before
        self.line = pipeline.assemble(site)
        self.state = pipeline.start(self.line)
        # Bytes are read as the site with every sensor reads them; then its reports are left out.
        self.state.decoders = pipeline.start(pipeline.assemble(change.site)).decoders
        feeds = {feed.id for feed in change.site.feeds} - {feed.id for feed in site.feeds}
        self.gone = change.without | feeds
        self.issues, self.opened = _Issues(), Engagements()
        self.waiting: list[_Waiting] = []
        self.due: list[_Due] = []

    def step(self, step: Step) -> AirPicture:
        """Do one step with what is left of its inputs."""
        commands = self._commands(step.now_ns)
        inputs = pipeline.Inputs(
            [a for a in step.arrivals if a.feed not in self.gone],
            [command for _, command in commands],
            self._deliveries(step.now_ns),
        )
        picture = self._advance(step.arrivals, inputs, step.now_ns)
        self.opened.note(list(inputs.commands), picture.events)
        for issue, event in self.issues.take(self.course, picture.events):
            self._expect_answers(issue, event)
        self._tell_done(commands, picture.events)
        self.course.events += picture.events
        return picture

    def _advance(self, arrivals: list[Arrival], inputs: pipeline.Inputs, now_ns: int) -> AirPicture:
        if not self.gone:
            self.state, picture = pipeline.step(self.line, self.state, inputs, now_ns)
            return picture
        now_ns = self.state.now_ns = max(now_ns, self.state.now_ns)
        reports = [r for r in pipeline.read(self.state, arrivals) if _who(r) not in self.gone]
        self.state, picture = pipeline.advance(self.line, self.state, reports, inputs, now_ns)
        return picture

    def _commands(self, now_ns: int) -> list[tuple[Meant, Command]]:
        """Give the commands of this step: those of people who now act, put to their subjects."""
        delay_s = self.change.delay_s
        for was in self.before.meant.get(self.course.steps, ()):
            found = "there is nobody" if delay_s is None else aimed(was, self.state, self.opened)
            if isinstance(found, str):
                how = "withheld" if delay_s is None else "without a subject"
                self.tell(was, how, found)
                continue
            late_ns = round((delay_s or 0.0) * NS_PER_S)
            if late_ns:
                t_recv_ns = found.t_recv_ns + late_ns
                found = msgspec.structs.replace(found, t_recv_ns=t_recv_ns)
            self.waiting.append(_Waiting(was.t_ns + late_ns, was, found))
        now = [w for w in self.waiting if w.due_ns <= now_ns]
        self.waiting = [w for w in self.waiting if w.due_ns > now_ns]
        return [pair for w in now if (pair := self._given(w)) is not None]

    def _given(self, waiting: _Waiting) -> tuple[Meant, Command] | None:
        """Let a person give a command with the picture they have."""
        command = looked_again(waiting.was, waiting.command, self.state)
        if isinstance(command, str):
            self.tell(waiting.was, "without a subject", command)
            return None
        return waiting.was, command

    def _tell_done(self, given: list[tuple[Meant, Command]], events: list[Event]) -> None:
        why = {e.command_id: e.reason for e in events if isinstance(e, CommandRefused)}
        for was, command in given:
            reason = why.get(command.command_id, "")
            self.tell(was, "refused" if reason else "done", reason)

    def tell(self, was: Meant, how: str, reason: str) -> None:
        """Say what became of a command."""
        self.course.fates.append(
            Fate(
                command=command_name(was.command),
                person=was.command.person,
                t_ns=was.t_ns,
                how=how,
                reason=reason,
                refused_then=bool(was.refused),
            )
        )

    def _deliveries(self, now_ns: int) -> list[Delivery]:
        number = self.course.steps
        now = [d for d in self.due if (d.step <= number if d.step else d.due_ns <= now_ns)]
        self.due = [d for d in self.due if d not in now]
        return [due.delivery for due in sorted(now, key=lambda due: due.order)]

    def _expect_answers(self, issue: Issue, event: Event) -> None:
        """Let the channels answer an issue as they answered its like; else in their usual time."""
        assert isinstance(event, WarningRaised | WarningEscalated)
        answers = self.before.answers.get(issue)
        at_once = self.before.issue_step.get(issue) == self.course.steps
        if answers is None and issue not in self.before.issue_step:
            answers = self._usual(issue[0])
            self.course.assumed_answers += len(answers)
        for answer in answers or ():
            delivery = Delivery(
                warning_id=event.warning_id,
                revision=event.revision,
                channel=answer.channel,
                delivered=answer.delivered,
                t_recv_ns=event.t_ns + answer.received_ns,
                detail=answer.detail,
            )
            step = self.course.steps + answer.steps if at_once else 0
            self.due.append(_Due(event.t_ns + answer.waited_ns, step, answer.order, delivery))

    def _usual(self, zone_id: str) -> list[Answer]:
        """Give what each channel of a zone usually answered: delivered or not, its median time."""
        zone = next((z for z in self.change.site.zones if z.id == zone_id), None)
        hooks = {hook.id for hook in self.change.site.webhooks}
        kept: dict[str, list[Answer]] = {}
        for answers in self.before.answers.values():
            for answer in answers:
                kept.setdefault(answer.channel, []).append(answer)
        if zone is not None and zone.channels:
            kept = {c: a for c, a in kept.items() if c in zone.channels or c not in hooks}
        return [
            Answer(
                order=self.before.answered,
                channel=channel,
                delivered=2 * sum(a.delivered for a in told) >= len(told),
                detail="as this channel usually answered",
                steps=0,
                waited_ns=round(median(a.waited_ns for a in told)),
                received_ns=round(median(a.received_ns for a in told)),
            )
            for channel, told in sorted(kept.items())
        ]


def _who(report: Report) -> str:
    """Name the sensor or feed that a report is of."""
    return report.source if isinstance(report, Refusal | SourceNote | SourceWord) else report.sensor
