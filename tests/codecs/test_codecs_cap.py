"""CAP 1.2: the chain of one warning, its places, its words, and what marks it as not real."""

import xml.etree.ElementTree as ElementTree
from itertools import product

import msgspec
import pytest

from vedette.codecs import cap
from vedette.config.site import Asset, Reference, Site, Zone
from vedette.model.enums import Mode, WarningLevel
from vedette.model.events import WarningCleared, WarningEscalated, WarningRaised

T0_NS = 1_641_254_400_000_000_000
NAMES = {"c": cap.NAMESPACE}
SITE = Site(
    schema=1,
    name="Camp & field",
    reference=Reference(lat_deg=33.8, lon_deg=42.4, hae_m=190.0),
    assets=[
        Asset(id="tower", name="tower", lat_deg=33.8, lon_deg=42.4, radius_m=250.0),
        Asset(id="camp", name="camp", lat_deg=33.8, lon_deg=42.4,
              polygon=[(33.8, 42.4), (33.9, 42.4), (33.9, 42.5)]),
    ],
    zones=[
        Zone(id="north", name="North <camp>", asset="tower"),
        Zone(id="south", name="South", asset="camp"),
    ],
)  # fmt: skip


def change(kind=WarningRaised, revision=1, t_s=0, zone_id="north", level=WarningLevel.IMMINENT):
    t_ns = T0_NS + t_s * 10**9
    if kind is WarningCleared:
        return WarningCleared(
            t_ns=t_ns, warning_id=7, zone_id=zone_id, person="w", reason="secret", revision=revision
        )
    return kind(
        t_ns=t_ns, warning_id=7, revision=revision, zone_id=zone_id, zone_name="North <camp>",
        level=level, track_ids=(1,), seconds_left_s=90.0, reason="T0001 & T0002 inbound.",
        spoken="Take cover.", cause="threat", t_detect_ns=T0_NS, simulated=False,
    )  # fmt: skip


def written(event, before=(), mode=Mode.LIVE, languages=("en",)):
    own = cap.sent_of(event, "vedette-1")
    return cap.write_alert(SITE, event, own, before, "watch@camp.example", languages, mode)


def text(alert, path):
    return ElementTree.fromstring(alert).findtext("/".join(f"c:{p}" for p in path), None, NAMES)


def chain():
    """Give the three messages of a warning: alert, update, cancellation."""
    changes = [
        change(level=WarningLevel.POSSIBLE),
        change(WarningEscalated, 2, 60),
        change(WarningCleared, 3, 300),
    ]
    sent = [cap.sent_of(event, "vedette-1") for event in changes]
    return [written(event, sent[:k]) for k, event in enumerate(changes)], sent


def test_a_warning_is_an_alert_then_an_update_then_a_cancellation_of_both():
    alerts, sent = chain()
    assert [text(a, ["msgType"]) for a in alerts] == ["Alert", "Update", "Cancel"]
    assert text(alerts[0], ["references"]) is None
    assert text(alerts[1], ["references"]) == (
        f"watch@camp.example,{sent[0].identifier},2022-01-04T00:00:00-00:00"
    )
    assert text(alerts[2], ["references"]).split(" ")[1].endswith("2022-01-04T00:01:00-00:00")
    assert len({s.identifier for s in sent}) == 3


def test_what_people_should_do_follows_the_level():
    alerts, _ = chain()
    for key, said in {
        "responseType": ["Prepare", "Shelter", "AllClear"],
        "urgency": ["Expected", "Immediate", "Past"],
        "severity": ["Severe", "Extreme", "Minor"],
        "certainty": ["Possible", "Likely", "Unlikely"],
        "headline": [
            "North <camp>: Be ready to take cover.",
            "North <camp>: Take cover now.",
            "North <camp>: All clear.",
        ],
    }.items():
        assert [text(a, ["info", key]) for a in alerts] == said
    assert text(alerts[1], ["info", "onset"]) == "2022-01-04T00:02:30-00:00"
    assert text(alerts[1], ["info", "description"]) == "T0001 & T0002 inbound."


def test_why_a_person_gave_the_all_clear_is_not_for_the_public():
    alerts, _ = chain()
    assert b"secret" not in alerts[2]


@pytest.mark.parametrize(
    ("mode", "status", "mark"),
    [(Mode.EXERCISE, "Exercise", "EXERCISE"), (Mode.SIMULATED, "Test", "SIMULATION"),
     (Mode.REPLAY, "Test", "REPLAY")],
)  # fmt: skip
def test_what_is_not_live_says_so_in_status_note_and_every_text(mode, status, mark):
    alert = written(change(), mode=mode)
    assert text(alert, ["status"]) == status
    assert mode.value in text(alert, ["note"])
    for key in ("headline", "description", "instruction"):
        assert text(alert, ["info", key]).startswith(f"{mark}. ")
    live = written(change())
    assert (text(live, ["status"]), text(live, ["note"])) == ("Actual", None)


def test_a_zone_is_told_as_its_assets_circle_or_closed_polygon():
    assert text(written(change()), ["info", "area", "circle"]) == "33.800000,42.400000 0.250"
    polygon = text(written(change(zone_id="south")), ["info", "area", "polygon"]).split(" ")
    assert len(polygon) == 4
    assert polygon[0] == polygon[-1] == "33.800000,42.400000"


def test_a_zone_that_moves_has_no_place_but_its_name():
    moving = msgspec.structs.replace(SITE.assets[0], position_feed="blue", position_id="LEAD")
    site = msgspec.structs.replace(SITE, assets=[moving, SITE.assets[1]])
    event = change()
    own = cap.sent_of(event, "v")
    alert = cap.write_alert(site, event, own, [], "s", ["en"], Mode.LIVE)
    assert text(alert, ["info", "area", "circle"]) is None
    assert text(alert, ["info", "area", "areaDesc"]) == "North <camp>"


def test_each_language_has_an_info_block_of_its_own_with_all_its_words():
    for words in cap.WORDS.values():
        assert all(words)
    alert = written(change(), languages=tuple(cap.WORDS))
    infos = ElementTree.fromstring(alert).findall("c:info", NAMES)
    assert [i.findtext("c:language", None, NAMES) for i in infos] == list(cap.WORDS)
    instructions = {i.findtext("c:instruction", None, NAMES) for i in infos}
    assert len(instructions) == len(cap.WORDS)


def every_alert():
    """Give every kind of message, for whoever can validate them."""
    alerts, _ = chain()
    modes, zones = list(Mode), ["north", "south"]
    for mode, zone_id, kind in product(
        modes, zones, [WarningRaised, WarningEscalated, WarningCleared]
    ):
        alerts.append(written(change(kind, zone_id=zone_id), mode=mode, languages=tuple(cap.WORDS)))
    return alerts
