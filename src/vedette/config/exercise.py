"""An exercise: what an instructor lets happen, from a file or from the page.

In: TOML of `[[injects]]`, or one inject. Out: checked structs. Nothing here flies: an inject is
what simulated drones, failures and calls the service adds to what it hears.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vedette.base.errors import RefusedError
from vedette.config.load import parse_toml, read_text, suggestion
from vedette.config.site import Degrees, Key, Site, Table

INJECTS_MAX = 100
CALL_CHARS_MAX = 300
AFTER_MAX_S = 86_400.0
Seconds = Annotated[float, Meta(ge=0.0, le=AFTER_MAX_S)]
FLYERS = ("drone", "lost_friend")


class Inject(Table, frozen=True, kw_only=True):
    """One thing that happens in an exercise.

    kind: a "drone" or a "lost_friend" (a friend without its link) that flies straight at an asset
    from bearing_deg and range_m, begun at height_m above the site's reference; a "sensor_failure"
    of for_s; a "call" that says text. at_s: after the exercise began; on the page: after now.
    """

    kind: Literal["drone", "lost_friend", "sensor_failure", "call"]
    at_s: Seconds = 0.0
    name: Annotated[str, Meta(max_length=60)] = ""
    asset: Key | None = None
    bearing_deg: Degrees = 0.0
    range_m: Annotated[float, Meta(ge=200.0, le=100_000.0)] = 8_000.0
    height_m: Annotated[float, Meta(ge=10.0, le=5_000.0)] = 150.0
    speed_mps: Annotated[float, Meta(ge=5.0, le=300.0)] = 45.0
    sensor: Key | None = None
    for_s: Annotated[float, Meta(ge=1.0, le=AFTER_MAX_S)] = 60.0
    text: Annotated[str, Meta(max_length=CALL_CHARS_MAX)] = ""


class Plan(Table, frozen=True, kw_only=True):
    """A file of injects."""

    schema: Literal[1]
    injects: Annotated[tuple[Inject, ...], Meta(max_length=INJECTS_MAX)] = ()


def inject_fault(site: Site, inject: Inject) -> str:
    """Say what is wrong with an inject at a site, "" where nothing is."""
    if inject.kind in FLYERS:
        known = [asset.id for asset in site.assets]
        if inject.asset not in known:
            return f"asset: name one of the site{suggestion(inject.asset or '', known)}"
    if inject.kind == "sensor_failure":
        known = [sensor.id for sensor in site.sensors]
        if inject.sensor not in known:
            return f"sensor: name one of the site{suggestion(inject.sensor or '', known)}"
    if inject.kind == "call":
        if not inject.text.strip():
            return "text: a call says something"
        if not inject.text.replace("\n", " ").isprintable():
            return "text: plain printable characters only"
    if not (inject.name == "" or inject.name.isprintable()):
        return "name: plain printable characters only"
    return ""


def load_plan(path: Path, site: Site) -> list[Inject]:
    """Read an exercise's file. Raises RefusedError with file, line and key."""
    plan, lines = parse_toml(read_text(path), str(path), Plan)
    for i, inject in enumerate(plan.injects):
        fault = inject_fault(site, inject)
        if fault:
            key, _, reason = fault.partition(": ")
            raise lines.refusal(f"injects[{i}].{key}", reason)
    return list(plan.injects)


def checked_inject(site: Site, inject: Inject) -> Inject:
    """Give an inject back if the site can have it. Raises RefusedError."""
    fault = inject_fault(site, inject)
    if fault:
        raise RefusedError(fault)
    return msgspec.structs.replace(inject, text=" ".join(inject.text.split()))
