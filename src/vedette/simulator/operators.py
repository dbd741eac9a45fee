"""Scripted people at the consoles: they look once a second and act after their reaction time.

They have what a person has: the picture over HTTP, their own login, and two hands - one action a
second at most. In: the picture. Out: commands. Which duties a person has stands in the scenario;
that two different people must authorise is the service's rule, not theirs.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vedette.model.kinds import FIXED_WING
from vedette.simulator.interface import Console
from vedette.simulator.scenario import OperatorSpec

Picture = dict[str, Any]
RETRY_S = 3.0  # after a refusal a person looks again before trying again
EXHIBIT_DELAY_S = 20.0  # somebody has to walk to the wreck
CLEAR_DELAY_S = 10.0  # nothing of the warning's in the picture for this long
MEETING_MAX_S = 45.0  # later than this a meeting is no matter for an authorisation of 60 s yet
OPEN_STATES = ("proposed", "first_authorised", "authorised", "executing")


@dataclass(slots=True, frozen=True)
class Action:
    """Something a person could do now. key: once done, it is not done again under this key."""

    key: str
    command: str
    fields: dict[str, Any]
    delay_s: float = 0.0  # on top of the reaction time
    repeats: bool = False  # may be needed again later under the same key


@dataclass(slots=True)
class Operator:
    """One person: what they have noticed and when, and what they have done."""

    spec: OperatorSpec
    interface: Console
    noticed_us: dict[str, int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    retry_us: dict[str, int] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    busy: bool = False

    async def act(self) -> None:
        """Look at the picture and do the first thing that is due."""
        picture = await self.interface.picture(with_tracks=self.busy)
        if picture is None:
            return
        was_busy, self.busy = self.busy, is_busy(picture)
        if self.busy and not was_busy:
            picture = await self.interface.picture(with_tracks=True) or picture
        now_us = int(picture["t_us"])
        wanted = [a for a in self._wanted(picture) if a.key not in self.done]
        self._forget_what_is_over({action.key for action in wanted})
        for action in wanted:
            if self._is_due(action, now_us):
                await self._do(action, now_us)
                return

    def _forget_what_is_over(self, keys: set[str]) -> None:
        """Notice anew what comes back later."""
        self.noticed_us = {key: t for key, t in self.noticed_us.items() if key in keys}

    def _is_due(self, action: Action, now_us: int) -> bool:
        """Say whether the reaction time to an action is over, and no refusal is fresh."""
        noticed_us = self.noticed_us.setdefault(action.key, now_us)
        wait_us = int((self.spec.reaction_s + action.delay_s) * 1e6)
        return now_us - noticed_us >= wait_us and now_us >= self.retry_us.get(action.key, 0)

    async def _do(self, action: Action, now_us: int) -> None:
        """Carry an action out; what is refused is tried again later."""
        if action.command == "attach_exhibit":
            reason = await self.interface.attach(
                "inscription.png", photograph(action.key), **action.fields
            )
        else:
            reason = await self.interface.command(action.command, **action.fields)
        if reason:
            self.retry_us[action.key] = now_us + int(RETRY_S * 1e6)
            self.refusals.append(f"{action.command}: {reason}")
        elif not action.repeats:
            self.done.add(action.key)
        else:
            self.noticed_us.pop(action.key, None)

    def _wanted(self, picture: Picture) -> Iterator[Action]:
        """List what this person's duties ask for, the most urgent first."""
        makers = {
            "acknowledge": acknowledgements,
            "assess": assessments,
            "identify": identifications,
            "second_authorisation": second_authorisations,
            "first_authorisation": first_authorisations,
            "outcome": outcomes,
            "exhibit": exhibits,
            "all_clear": all_clears,
        }
        for duty, maker in makers.items():
            if duty in self.spec.duties:
                yield from maker(picture, self.spec.name)


def is_busy(picture: Picture) -> bool:
    """Say whether there is anything that could ask a person to do something."""
    asked = any(item["kind"] == "assess" for item in picture["queue"])
    return bool(picture["warnings"] or picture["engagements"] or asked)


def acknowledgements(picture: Picture, name: str) -> Iterator[Action]:
    """Acknowledge every warning that nobody has acknowledged."""
    for warning in picture["warnings"]:
        if warning["acknowledged_by"] is None:
            number = warning["warning_id"]
            yield Action(
                f"acknowledge {number} {warning['revision']}",
                "acknowledge_warning",
                {"warning_id": number},
            )


def assessments(picture: Picture, name: str) -> Iterator[Action]:
    """Assess the tracks that the queue or a warning asks about."""
    asked = {item["track_id"] for item in picture["queue"] if item["kind"] == "assess"}
    for warning in picture["warnings"]:
        asked.update(warning["track_ids"])
    for track in picture["tracks"] if asked else ():
        if track["track_id"] in asked and not track["assessed"]:
            yield Action(
                f"assess {track['track_id']}",
                "assess_track",
                {"track_id": track["track_id"], "remark": "seen, watched"},
                repeats=True,
            )


def identifications(picture: Picture, name: str) -> Iterator[Action]:
    """Identify as hostile what is suspect, warned of, and a fixed-wing drone."""
    warned = {k for warning in picture["warnings"] for k in warning["track_ids"]}
    for track in picture["tracks"] if warned else ():
        suspect = track["identity"] == "SUSPECT" and track["object_class"] in FIXED_WING
        if suspect and track["track_id"] in warned:
            fields = {"track_id": track["track_id"], "identity": "HOSTILE"}
            yield Action(
                f"identify {track['track_id']}",
                "identify_track",
                {**fields, "reason": _seen(track)},
            )


def _seen(track: dict[str, Any]) -> str:
    """Say what was seen of a track: class, course, behaviour. What it did not send is no reason."""
    speed_mps = math.hypot(track["v_east_mps"], track["v_north_mps"])
    said = f"fixed-wing drone ({track['class_prob']:.2f}) at {speed_mps:.0f} m/s"
    asset = track["threat_asset"]
    if asset is None or track["cpa_m"] is None:
        return f"{said}, inbound"
    return (
        f"{said}, its course passes {track['cpa_m']:.0f} m from {asset} in {track['cpa_s']:.0f} s,"
        f" {100.0 * (track['reach_prob'] or 0.0):.0f} % likely to reach it"
    )


def first_authorisations(picture: Picture, name: str) -> Iterator[Action]:
    """Authorise the best available option against each hostile track nobody engages."""
    if not picture["options"]:
        return
    hostile = {t["track_id"] for t in picture["tracks"] if t["identity"] == "HOSTILE"}
    engaged = {e["track_id"] for e in picture["engagements"] if _occupies(e)}
    best: dict[int, dict[str, Any]] = {}
    for option in picture["options"]:
        track_id = option["track_id"]
        if track_id not in hostile - engaged or not option["available"]:
            continue
        if option["civil_touched"] or (option["time_to_reach_s"] or 0.0) > MEETING_MAX_S:
            continue
        if track_id not in best or _merit(option) > _merit(best[track_id]):
            best[track_id] = option
    for track_id in sorted(best):
        yield _authorisation(f"first {track_id}", best[track_id])


def second_authorisations(picture: Picture, name: str) -> Iterator[Action]:
    """Authorise what another person has authorised first."""
    options = {(o["track_id"], o["effector_id"]): o for o in picture["options"]}
    for engagement in picture["engagements"]:
        if engagement["state"] != "first_authorised" or engagement["first_person"] == name:
            continue
        option = options.get((engagement["track_id"], engagement["effector_id"]))
        if option is not None:
            yield _authorisation(f"second {engagement['engagement_id']}", option)


def outcomes(picture: Picture, name: str) -> Iterator[Action]:
    """Confirm what the track says became of an engagement."""
    for engagement in picture["engagements"]:
        told = engagement["outcome"] in ("destroyed", "continued")
        if engagement["state"] == "executed" and told and engagement["outcome_by"] == "track":
            number = engagement["engagement_id"]
            fields = {
                "engagement_id": number,
                "outcome": engagement["outcome"],
                "remark": "agrees with what was seen",
            }
            yield Action(f"outcome {number} {engagement['outcome']}", "assess_outcome", fields)


def exhibits(picture: Picture, name: str) -> Iterator[Action]:
    """Photograph the wreck of each engagement that destroyed its track."""
    for engagement in picture["engagements"]:
        if engagement["state"] == "executed" and engagement["outcome"] == "destroyed":
            number = engagement["engagement_id"]
            fields = {
                "description": "Photograph of an inscription on a wing (simulated)",
                "engagement_id": str(number),
            }
            yield Action(f"exhibit {number}", "attach_exhibit", fields, EXHIBIT_DELAY_S)


def all_clears(picture: Picture, name: str) -> Iterator[Action]:
    """Give the all-clear for a zone when nothing it was warned of is in the air any more."""
    present = {track["track_id"] for track in picture["tracks"]}
    for warning in picture["warnings"]:
        if not present & set(warning["track_ids"]):
            yield Action(
                f"clear {warning['warning_id']}",
                "all_clear",
                {"zone_id": warning["zone_id"], "reason": "nothing of the warning is left"},
                CLEAR_DELAY_S,
            )


def _occupies(engagement: dict[str, Any]) -> bool:
    """Say whether an engagement still keeps others from its track: open, or not yet judged."""
    if engagement["state"] in OPEN_STATES:
        return True
    return bool(
        engagement["state"] == "executed" and engagement["outcome"] in ("pending", "unsure")
    )


def _merit(option: dict[str, Any]) -> tuple[bool, float, float]:
    """Order options: wreckage clear of what is defended, then probability, then speed."""
    return (
        not option["debris_on_asset"],
        float(option["success_prob"] or 0.0),
        -float(option["time_to_reach_s"] or 0.0),
    )


def _authorisation(key: str, option: dict[str, Any]) -> Action:
    """Make the command that authorises an option as the person sees it."""
    fields = {name: option[name] for name in ("track_id", "effector_id", "track_digest")}
    return Action(key, "authorise_engagement", fields, repeats=True)


def photograph(seed: str) -> bytes:
    """Make a small grey PNG that stands for a photograph; other seeds, other bytes."""
    shade = zlib.crc32(seed.encode()) & 0xFF
    rows = b"".join(b"\x00" + bytes((shade + x + y) & 0xFF for x in range(48)) for y in range(32))
    header = struct.pack(">IIBBBBB", 48, 32, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
