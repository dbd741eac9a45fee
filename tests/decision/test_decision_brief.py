"""The hand-over brief: the watch that takes over learns what is broken, open, unseen, by hand."""

from decision_scene import T0, S

from vedette.decision.brief import LINES_MAX, brief, in_words
from vedette.model.enums import Identity, ObjectClass, SourceHealth, WarningLevel
from vedette.model.picture import (
    AirPicture,
    Note,
    Posture,
    QueueItem,
    SourceState,
    StandingZone,
    WarningRecord,
)
from vedette.model.tracks import empty_tracks


def picture_of(scene, **changes) -> AirPicture:
    """Make the picture of what stands in a scene, without flying on."""
    tracks = empty_tracks(max(len(scene.identities), 1), 1)
    tracks.count = len(scene.identities)
    tracks.track_id[: tracks.count] = sorted(scene.identities)
    parts = {
        "now_ns": T0 + 600 * S,
        "tracks": tracks,
        "identities": scene.identities,
        "threats": list(scene.threats.values()),
        "warnings": [],
        "options": [],
        "engagements": [],
        "posture": Posture(),
        "queue": [],
        "sources": [],
        "events": [],
    }
    return AirPicture(**{**parts, **changes})


def part(picture: AirPicture, name: str) -> list[str]:
    (found,) = [p for p in brief(picture).parts if p.name == name]
    return [f"{line.text} | {line.reason}" for line in found.lines]


def source(name: str, health: SourceHealth, **more) -> SourceState:
    return SourceState(source=name, kind="sensor", health=health, last_ns=T0 + 540 * S, **more)


def test_what_is_degraded_stands_first_and_the_worst_of_it_foremost(make_scene):
    sources = [
        source("radar", SourceHealth.OK),
        source("camera", SourceHealth.DEGRADED, reason="slow"),
        source("interrogator", SourceHealth.FAILED, reason="no answer to its own test"),
        source("tower", SourceHealth.OK, set_aside=True, reason="4 degrees off"),
    ]
    picture = picture_of(make_scene(), sources=sources)
    assert brief(picture).parts[0].name == "degraded"
    first, second, third = part(picture, "degraded")
    assert first.startswith("sensor interrogator is failed, last heard 60 s ago")
    assert "its silence says nothing" in first
    assert second.startswith("sensor camera is degraded")
    assert third.startswith("sensor tower is set aside")


def test_zones_that_are_not_as_in_the_site_file_are_told(make_scene):
    numbers = dict.fromkeys(
        ("take_cover_s", "possible_s", "imminent_s", "unassessed_s"), 30.0
    ) | dict.fromkeys(("reach_prob_possible", "reach_prob_imminent"), 0.3)
    filed = StandingZone(zone_id="gate", name="Gate", asset_id="gate", **numbers)
    drawn = {"change": "drawn", "revision": 1, "by": "Reyes", "reason": "a camp"}
    huts = StandingZone(
        zone_id="huts", name="Huts", asset_id="gate", since_ns=T0 + 300 * S, **numbers, **drawn
    )
    picture = picture_of(make_scene(), zones=[filed, huts])
    assert part(picture, "by_hand") == ["zone Huts: drawn by Reyes 5 minutes ago | a camp"]


def test_the_inbound_that_nobody_assessed_are_listed_soonest_first(make_scene):
    scene = make_scene()
    scene.put(1, north_m=9000.0, identity=Identity.UNKNOWN)
    scene.put(2, north_m=4000.0, identity=Identity.SUSPECT)
    scene.put(3, north_m=3000.0, identity=Identity.UNKNOWN)
    scene.put(4, north_m=2000.0, identity=Identity.UNKNOWN, object_class=ObjectClass.BIRD)
    scene.put(5, north_m=5000.0, identity=Identity.UNKNOWN, reach_prob=0.01)
    scene.identities[3].assessed_by = "amal"
    told = part(picture_of(scene), "unassessed")
    assert [line[:5] for line in told[:2]] == ["T0002", "T0001"]
    assert told[2].startswith("1 more that nobody has assessed")
    assert len(told) == 3


def test_what_people_set_is_told_and_what_contradicts_it_apart(make_scene):
    scene = make_scene()
    for track_id in (1, 2, 3):
        scene.put(track_id, identity=Identity.FRIEND)
    for track_id in (1, 2):
        record = scene.identities[track_id]
        record.identity_by, record.identity_reason = "amal", "seen by eye"
        record.since_ns = T0
    scene.identities[2].contradicted = "evidence says SUSPECT: steadily heads for Base"
    picture = picture_of(scene)
    (contradicted,) = part(picture, "contradicted")
    (by_hand,) = part(picture, "by_hand")
    assert contradicted.startswith("T0002") and "evidence says SUSPECT" in contradicted
    assert by_hand.startswith("T0001") and "amal set FRIEND 10 minutes ago | seen by eye" in by_hand


def test_warnings_stand_with_who_has_seen_them_and_what_did_not_arrive(make_scene):
    warning = WarningRecord(
        warning_id=1,
        revision=1,
        zone_id="barracks",
        zone_name="Barracks",
        level=WarningLevel.IMMINENT,
        track_ids=(1,),
        raised_ns=T0,
        arrival_ns=T0,
        seconds_left_s=74.0,
        reason="T0001 reaches Barracks",
        spoken="",
        cause="threat",
        t_detect_ns=T0,
        failed={"siren": "no answer"},
    )
    (told,) = part(picture_of(make_scene(), warnings=[warning]), "warnings")
    assert "Barracks: imminent, 74 s left; nobody has acknowledged it" in told
    assert "NOT delivered by siren" in told


def test_what_is_open_dismissed_and_assumed_is_told(make_scene):
    scene = make_scene()
    scene.put(1, identity=Identity.UNKNOWN)
    scene.identities[1].dismissed_by = "basim"
    scene.identities[1].dismissed_reason = "a kite"
    scene.put(2, identity=Identity.ASSUMED_FRIEND)
    item = QueueItem(key="a", kind="assess", priority=1, text="Assess T0009", reason="inbound")
    picture = picture_of(scene, queue=[item], posture=Posture(hold=True))
    assert part(picture, "open") == [
        "weapons control is TIGHT, HOLD is on | ",
        "Assess T0009 | inbound",
    ]
    assert "by basim | a kite" in part(picture, "dismissed")[0]
    assert part(picture, "assumed")[0].startswith("T0002")
    assert not part(picture, "unassessed")


def test_a_long_part_is_cut_and_counted_and_an_empty_one_says_so(make_scene):
    scene = make_scene()
    for track_id in range(1, LINES_MAX + 6):
        scene.put(track_id, identity=Identity.UNKNOWN)
    text = in_words(brief(picture_of(scene)))
    assert "and 5 more" in text
    assert "Degraded: none." in text


def test_notes_that_stand_are_handed_over_the_newest_first(make_scene):
    notes = [
        Note(note_id=1, text="two rotors", person="amal", t_ns=T0 + 60 * S, track_id=7),
        Note(note_id=2, text="launch place?", person="ben", t_ns=T0 + 300 * S,
             lat_deg=33.81, lon_deg=42.45),
        Note(note_id=3, text="line\nbreak", person="ben", t_ns=T0 + 60 * S, track_id=8),
    ]  # fmt: skip
    told = part(picture_of(make_scene(), notes=notes), "notes")
    assert told == [
        "33.8100, 42.4500: launch place? | ben, 5 minutes ago",
        "T0007: two rotors | amal, 9 minutes ago",
        "T0008: line break | ben, 9 minutes ago",
    ]
    assert part(picture_of(make_scene()), "notes") == []
    many = [Note(note_id=k, text="x", person="p", t_ns=T0) for k in range(LINES_MAX + 5)]
    (found,) = [p for p in brief(picture_of(make_scene(), notes=many)).parts if p.name == "notes"]
    assert len(found.lines) == LINES_MAX and found.more == 5
    assert "Notes that people left:" in in_words(brief(picture_of(make_scene(), notes=notes)))
