"""Doing a recording again: to prove it, or to show it."""

from collections.abc import Callable
from pathlib import Path

import msgspec

import vedette
from vedette import pipeline, record, server
from vedette.base.errors import VedetteError
from vedette.config.load import parse_site
from vedette.server.replay_routes import SPEED_MAX, SPEED_MIN
from vedette.service.beside import WhatIfBeside, Worker
from vedette.service.live import Place
from vedette.service.player import Replay


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a recording, done again, gives what it gave.

    identical: every step's picture and events are the recorded ones to the bit, and nothing in
    the record is damaged. first_difference: the step number, or None.
    """

    identical: bool
    steps: int
    differing_steps: int
    first_difference: int | None
    events: int
    damage: list[str]
    recorded_with: str
    replayed_with: str

    def in_words(self) -> str:
        """Say it to a person."""
        if self.identical:
            return f"bit-identical: {self.steps} steps, {self.events} events"
        differ = f"{self.differing_steps} of {self.steps} steps that could be done again differ"
        reasons = [*self.damage, differ] if self.steps or not self.damage else self.damage
        lines = [f"NOT identical: {reasons[0]}", *reasons[1:]]
        if self.first_difference is not None:
            lines.append(f"first at step {self.first_difference}")
        if self.recorded_with != self.replayed_with:
            lines.append(f"recorded with {self.recorded_with}, replayed with {self.replayed_with}")
        return "\n".join(lines)


def verify(folder: Path) -> Verdict:
    """Re-execute every step of a recording and compare with what it put out."""
    session = record.session(folder)
    again = pipeline.assemble(parse_site(record.site_text(folder), "site.toml"))
    state = pipeline.start(again)
    damage = record.changes(folder)
    differing: list[int] = []
    steps = events = 0
    for step in record.read(folder):
        inputs = pipeline.Inputs(step.arrivals, step.commands, step.deliveries)
        state, picture = pipeline.step(again, state, inputs, step.now_ns)
        steps += 1
        events += len(picture.events)
        if record.digest(picture) != step.digest:
            differing.append(step.number)
    return Verdict(
        identical=not differing and not damage and steps > 0,
        steps=steps,
        differing_steps=len(differing),
        first_difference=differing[0] if differing else None,
        events=events,
        damage=damage,
        recorded_with=session.version,
        replayed_with=vedette.__version__,
    )


async def show(
    folder: Path,
    port: int,
    speed_ratio: float,
    say: Callable[[str], None],
    worker: Worker | None = None,
) -> None:
    """Serve a recording on the display until cancelled.

    worker: compares it with a changed world where a person asks for one; a function of a module.

    Raises VedetteError for a speed outside 0.1 to 1000, RefusedError where it cannot be shown.
    """
    if not SPEED_MIN <= speed_ratio <= SPEED_MAX:
        raise VedetteError(f"--speed {speed_ratio}: choose {SPEED_MIN} to {SPEED_MAX:.0f}")
    replay = Replay(folder, speed_ratio)
    place = Place(port=port, hint="This is a replay: look, nothing can be changed.")
    server.refuse_taken(place.host, place.port)
    beside = None if worker is None else WhatIfBeside(folder, worker)
    options = server.Options(host=place.host, hint=place.hint, player=replay, beside=beside)
    app = server.make_app(replay.hub, replay.site, server.Accounts([]), options)
    listening = await server.serve(app, place.host, place.port)
    say(f"REPLAY of {folder}: {listening.url}   (stop with Ctrl-C)")
    try:
        await replay.run()
    finally:
        if beside is not None:
            beside.close()
        await listening.stop()
