"""What the service writes is known to the page: a sentence it could not say in its languages fails.

In: the list of web/src/core/sentences.ts. Held against what the later stages say of the invented
scene of web/dev/synthetic.py, and what the identity stage says of a sky of its own.
"""

import asyncio
import re
import sys
from collections import Counter

import pytest

from vedette.config.load import load_site
from vedette.decision.brief import brief
from vedette.model.enums import MicroDoppler
from vedette.model.picture import AirPicture

ENTRY = re.compile(r'^  "((?:[^"\\]|\\.)*)",$|"((?:[^"\\]|\\.)*)"(?=, |,\n)', re.MULTILINE)
SCENE_S, STEP_S = 175.0, 1.0
# Said of what no scene has by rule: health, in words of the sensors themselves.
HEARD = ("source:",)
# Reasons in people's words, or the invented ones of the scene's identities.
OTHERS_GIVE_REASONS = ("contradicted", "by_hand", "dismissed", "unassessed")


@pytest.fixture(scope="module")
def patterns(request):
    text = (request.config.rootpath / "web" / "src" / "core" / "sentences.ts").read_text()
    lists = text[: text.index("export const SENTENCES")]
    entries = [a or b for a, b in ENTRY.findall(lists)]
    assert len(entries) > 100
    return [
        re.compile("^" + re.sub(r"\\\{\d+\\\}", "(.+?)", re.escape(entry)) + "$")
        for entry in entries
    ]


def unknown(patterns, text):
    """Give the parts of a text that no pattern finds."""
    return [part for part in text.split("; ") if part and not any(p.match(part) for p in patterns)]


def said_of(picture: AirPicture):
    """Give what a picture says to people, each with where it stands."""
    for item in picture.queue:
        yield "queue", item.text
        if not item.key.startswith(HEARD):
            yield f"reason of {item.kind}", item.reason
    for warning in picture.warnings:
        yield "warning", warning.reason
        for line in warning.grounds:
            yield "grounds", line
    for threat in picture.threats:
        yield "threat", threat.reason
    for part in brief(picture).parts:
        yield "brief", part.title
        for line in part.lines if part.name not in ("notes", "assumed", "open") else ():
            yield "brief", line.text
            if part.name not in OTHERS_GIVE_REASONS:
                yield "brief", line.reason
    for option in picture.options:
        if option.obstacle:
            yield "option", option.obstacle


def said_of_identities(records):
    """Give why tracks are what they are, as the evidence says it."""
    for record in records:
        if record.identity_by == "evidence":
            yield "identity", record.identity_reason
        for item in record.ledger:
            if item.kind != "word":
                yield f"ledger {item.kind}", item.text


def test_every_sentence_of_the_invented_scene_is_known(repository, tmp_path, patterns):
    sys.path.insert(0, str(repository / "web" / "dev"))
    from synthetic import SITE, Synthetic

    from vedette.server import Hub

    site = load_site(SITE)
    scene = Synthetic(site, 0.0, tmp_path)
    scene.hub = Hub(site, scene)
    found, kinds = {}, Counter()

    async def fly():
        while scene.t_s < SCENE_S:
            scene.t_s += STEP_S
            for where, text in said_of(scene.step([])):
                kinds[where.split(" ")[0]] += 1
                for part in unknown(patterns, text):
                    found.setdefault(part, where)

    asyncio.run(fly())
    assert {"queue", "reason", "warning", "threat", "brief"} <= kinds.keys()
    assert found == {}


def test_every_sentence_of_the_identity_stage_is_known(repository, patterns):
    sys.path.insert(0, str(repository / "tests" / "identity"))
    from identity_world import Sky, Thing

    things = [
        Thing(1, (9000.0, 500.0, 150.0), (-45.0, 0.0, 0.0), -12.0),  # an attack drone
        Thing(2, (9100.0, 700.0, 160.0), (-45.0, 0.0, 0.0), -12.0, moves=MicroDoppler.PROPELLER),
        Thing(3, (-15_000.0, 6000.0, 2000.0), (85.0, 0.0, 0.0), 12.0, icao24="4b1801"),
        Thing(4, (6000.0, 0.0, 120.0), (-14.0, 0.0, 0.0), -15.0, remote_id="OWL-1"),
        Thing(5, (3000.0, -2000.0, 60.0), (9.0, 6.0, 0.5), -25.0, moves=MicroDoppler.WINGS),
        Thing(6, (-4000.0, 2500.0, 400.0), (0.5, 0.2, 0.0), -18.0),  # a balloon
        Thing(7, (5000.0, 5000.0, 900.0), (60.0, 0.0, 0.0), 8.0, icao24="4b1802",
              position_lie_m=(3000.0, 0.0, 0.0)),
        Thing(8, (7000.0, 7000.0, 90.0), (-12.0, -10.0, 0.0), -17.0, votes={"multirotor": 0.9}),
        Thing(9, (2000.0, 9000.0, 800.0), (30.0, 0.0, 0.0), None, icao24="4b1803",
              on_radar=False),
        Thing(10, (1500.0, 1500.0, 700.0), (-20.0, -20.0, -25.0), -14.0),  # it dives
        Thing(11, (5600.0, 100.0, 130.0), (-14.0, 0.0, 0.0), -15.0),  # near the friend
        Thing(12, (-8000.0, -3000.0, 300.0), (70.0, 0.0, 0.0), -10.0, remote_id="FAST-1"),
    ]  # fmt: skip
    sky, found, kinds = Sky(things=things), {}, Counter()
    for _ in range(60):
        sky.step()
        for where, text in said_of_identities(sky.state.records.values()):
            kinds[where] += 1
            for part in unknown(patterns, text):
                found.setdefault(part, where)
    assert len(kinds) > 15, kinds
    assert found == {}
