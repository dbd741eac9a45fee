"""Expectations against runs made by hand: what passes, what fails, and by what figure."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from vedette.base.errors import RefusedError
from vedette.evaluation.expect import FINDERS, judge, read_events
from vedette.geo import SiteFrame
from vedette.outputs.parquet import TRACKS_SCHEMA, Rows, TruthWriter, _kinematic_columns
from vedette.simulator.expectation import Expect
from vedette.simulator.scenario import LoadedScenario, load_scenario

S = 1_000_000_000
SECONDS = 100
ARRIVAL_S = 200


@pytest.fixture(scope="module")
def loaded(repository: Path) -> LoadedScenario:
    return load_scenario(repository / "scenarios" / "ain_al_asad_2022.toml")


class Tale:
    """A run of 100 s: two drones from the west, an airliner, a bird; tracks as wished."""

    def __init__(self, loaded: LoadedScenario, folder: Path) -> None:
        self.loaded, self.folder, self.t0 = loaded, folder, loaded.start_ns
        self.frame = SiteFrame(loaded.site.reference)
        self.events: list[dict] = []
        self.numbers = {"drone_1": 1, "drone_2": 2, "civil_1": 3, "bird": 4}
        self.identity = {1: "HOSTILE", 2: "HOSTILE", 3: "NEUTRAL", 4: "UNKNOWN"}
        self.tracked_from_s = 8
        self.ends: dict[str, dict] = {}
        self.spoofed: list[str] = []

    def state(self, name: str, t_s: float) -> list[float]:
        if name == "civil_1":
            return [200.0 * t_s, 15_000.0, 9_000.0, 200.0, 0.0, 0.0]
        if name == "bird":
            return [3_000.0, -2_000.0, 80.0, 0.0, 0.0, 0.0]
        north = 300.0 if name == "drone_1" else -300.0
        return [-12_000.0 + 45.0 * t_s, north, 100.0, 45.0, 0.0, 0.0]

    def event(self, t_s: float, event: str, **fields) -> None:
        self.events.append({"t_ns": self.t0 + int(t_s * S), "event": event, **fields})

    def write(self) -> None:
        names = sorted(self.numbers)
        classes = {"civil_1": "aeroplane", "bird": "bird"}
        truth = TruthWriter(self.folder / "truth.parquet", self.frame)
        for t_s in range(SECONDS):
            states = np.array([self.state(name, t_s) for name in names])
            truth.append(
                self.t0 + t_s * S,
                names,
                states,
                [classes.get(name, "fixed_wing_uas") for name in names],
                ["HOSTILE" if "drone" in name else "NEUTRAL" for name in names],
                [""] * len(names),
            )
        arrival = self.t0 + ARRIVAL_S * S
        truth.close(
            {
                "attacks": {"drone_1": "barracks", "drone_2": "barracks"},
                "would_arrive_ns": {"drone_1": arrival, "drone_2": arrival + 5 * S},
                "ends": self.ends,
                "spoofed": self.spoofed,
            }
        )
        self.write_tracks(names)
        lines = "".join(json.dumps(event) + "\n" for event in self.events)
        (self.folder / "events.jsonl").write_text(lines)
        (self.folder / "statement.txt").write_text("SIMULATED. Attribution is left open.")

    def number(self, name: str, t_s: int) -> int:
        return self.numbers[name]

    def write_tracks(self, names: list[str]) -> None:
        rows = Rows(self.folder / "tracks.parquet", TRACKS_SCHEMA)
        for t_s in range(self.tracked_from_s, SECONDS):
            states = np.array([self.state(name, t_s) for name in names])
            ids = [self.number(name, t_s) for name in names]
            count = len(ids)
            sigmas = {f"sigma_{axis}_m": [5.0] * count for axis in ("east", "north", "up")}
            rows.append(
                {
                    "t_ns": [self.t0 + t_s * S] * count,
                    "track_id": ids,
                    **_kinematic_columns(states, self.frame),
                    **sigmas,
                    "existence_prob": [0.99] * count,
                    "status": ["confirmed"] * count,
                    "identity": [self.identity.get(k, "UNKNOWN") for k in ids],
                    "class": ["other"] * count,
                    "class_prob": [0.5] * count,
                    "sources": [[]] * count,
                }
            )
        rows.close()

    def judged(self, attended: bool = True, **bounds) -> dict[str, tuple[object, bool]]:
        self.write()
        scenario = msgspec.structs.replace(
            self.loaded.scenario, expect=Expect(**bounds), expect_unattended=Expect(**bounds)
        )
        loaded = msgspec.structs.replace(self.loaded, scenario=scenario)
        found = judge(loaded, self.folder, attended)
        return {verdict.name: (verdict.value, verdict.passed) for verdict in found}


@pytest.fixture
def tale(loaded, tmp_path) -> Tale:
    return Tale(loaded, tmp_path)


def warned(tale: Tale, t_s: float, level: str = "possible", track_ids=(1,), zone="barracks"):
    name = "WarningRaised"
    tale.event(t_s, name, zone_id=zone, level=level, track_ids=list(track_ids), warning_id=1)


def test_the_wait_for_a_track_counts_from_entering_coverage(tale):
    found = tale.judged(attackers_tracked_within_s=15.0)
    assert found == {"attackers_tracked_within_s": (pytest.approx(8.0), True)}
    tale.tracked_from_s = 20
    assert not tale.judged(attackers_tracked_within_s=15.0)["attackers_tracked_within_s"][1]


def test_one_number_for_two_drones_or_two_for_one_are_seen(tale):
    bounds = {"attackers_separate_tracks": True, "identity_switches_max": 0}
    assert all(passed for _, passed in tale.judged(**bounds).values())
    tale.number = lambda name, t_s: (
        {"drone_1": 2, "drone_2": 1}.get(name, 9)
        if t_s > 50 and "drone" in name
        else tale.numbers[name]
    )
    found = tale.judged(**bounds)
    assert found["identity_switches_max"] == (2, False)
    assert found["attackers_separate_tracks"] == (False, False)


def test_the_lead_is_from_the_first_warning_that_names_an_attacker_to_the_first_arrival(tale):
    warned(tale, 5.0, track_ids=(3,))
    warned(tale, 6.0, zone="flight_line")
    warned(tale, 60.0)
    warned(tale, 90.0, level="imminent")
    found = tale.judged(warning_lead_s_min=90.0, imminent_lead_s_min=120.0)
    assert found["warning_lead_s_min"] == (pytest.approx(140.0), True)
    assert found["imminent_lead_s_min"] == (pytest.approx(110.0), False)
    assert tale.judged(zones_warned_max=1)["zones_warned_max"] == (2, False)
    assert tale.judged(zones_imminent_max=0)["zones_imminent_max"] == (1, False)


def test_no_warning_at_all_fails_with_nothing_found(tale):
    assert tale.judged(warning_lead_s_min=90.0) == {"warning_lead_s_min": (None, False)}


def test_an_accused_airliner_is_found_even_between_two_pictures(tale):
    bounds = {"civil_or_friend_suspect_max": 0, "birds_hostile_max": 0}
    assert all(passed for _, passed in tale.judged(**bounds).values())
    tale.event(40.2, "IdentityChanged", track_id=3, before="UNKNOWN", after="SUSPECT")
    tale.event(40.4, "IdentityChanged", track_id=4, before="UNKNOWN", after="HOSTILE")
    found = tale.judged(**bounds)
    assert found["civil_or_friend_suspect_max"] == (1, False)
    assert found["birds_hostile_max"] == (1, False)


def test_two_different_people_and_nothing_executed_without_them(tale):
    bounds = {"two_person_authorisation": True}
    assert not tale.judged(**bounds)["two_person_authorisation"][1]
    tale.event(50, "EngagementAuthorised", engagement_id=1, persons=["amal", "basim"])
    tale.event(55, "EngagementExecuting", engagement_id=1)
    assert tale.judged(**bounds)["two_person_authorisation"][1]
    assert tale.judged(engagements_max=0)["engagements_max"] == (2, False)
    tale.event(56, "EngagementExecuted", engagement_id=2)
    assert not tale.judged(**bounds)["two_person_authorisation"][1]
    tale.events = []
    tale.event(50, "EngagementAuthorised", engagement_id=1, persons=["amal", "amal"])
    assert not tale.judged(**bounds)["two_person_authorisation"][1]


def test_destroyed_counts_only_before_the_arrival(tale):
    end = {"how": "destroyed", "wreck_east_m": 0.0, "wreck_north_m": 100.0}
    tale.ends = {name: {**end, "t_ns": tale.t0 + 90 * S} for name in ("drone_1", "drone_2")}
    assert tale.judged(attackers_destroyed=True)["attackers_destroyed"] == (True, True)
    tale.ends["drone_2"]["t_ns"] = tale.t0 + 210 * S
    assert tale.judged(attackers_destroyed=True)["attackers_destroyed"] == (False, False)


def test_a_wreck_is_found_by_the_ellipse_that_holds_it(tale):
    end = {"how": "destroyed", "t_ns": tale.t0, "wreck_east_m": 380.0, "wreck_north_m": 10.0}
    tale.ends = {"drone_1": end}
    reference = tale.loaded.site.reference
    area = {"lat_deg": reference.lat_deg, "lon_deg": reference.lon_deg, "semi_minor_m": 50.0}
    tale.event(95, "DebrisAreaEstimated", **area, semi_major_m=400.0, orientation_deg=0.0)
    assert tale.judged(debris_found_ratio_min=1.0)["debris_found_ratio_min"] == (0.0, False)
    tale.event(95, "DebrisAreaEstimated", **area, semi_major_m=400.0, orientation_deg=90.0)
    assert tale.judged(debris_found_ratio_min=1.0)["debris_found_ratio_min"] == (1.0, True)


def test_a_track_far_from_everything_is_a_phantom_and_the_statement_must_leave_authors_open(tale):
    tale.numbers["ghost"] = 77
    plain = tale.state
    tale.state = lambda name, t_s: (
        [9_000.0, 9_000.0, 500.0, 0.0, 0.0, 0.0] if name == "ghost" else plain(name, t_s)
    )
    tale.write()
    names = [name for name in sorted(tale.numbers) if name != "ghost"]
    writer = TruthWriter(tale.folder / "truth.parquet", tale.frame)
    for t_s in range(SECONDS):
        states = np.array([plain(name, t_s) for name in names])
        words = ["other"] * len(names)
        writer.append(tale.t0 + t_s * S, names, states, words, words, words)
    writer.close({"attacks": {}, "would_arrive_ns": {}, "ends": {}})
    bounds = Expect(phantom_tracks_max=0, statement_neutral=True)
    scenario = msgspec.structs.replace(tale.loaded.scenario, expect=bounds)
    found = judge(msgspec.structs.replace(tale.loaded, scenario=scenario), tale.folder, True)
    assert [(v.name, v.value, v.passed) for v in found] == [
        ("phantom_tracks_max", 1, False),
        ("statement_neutral", True, True),
    ]


def test_every_expectation_a_scenario_can_state_can_be_judged():
    assert set(FINDERS) == set(Expect.__struct_fields__)


def test_events_that_are_none_are_refused_by_line(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"t_ns": 1, "event": "TrackLost"}\nnonsense\n')
    with pytest.raises(RefusedError, match=r"events\.jsonl:2: not an event"):
        read_events(path)


def test_shares_of_attackers_tracked_and_warned_of_in_time(tale):
    bounds = {"attackers_tracked_ratio_min": 1.0, "attackers_warned_ratio_min": 0.6}
    warned(tale, 60.0, track_ids=(1,))
    found = tale.judged(**bounds)
    assert found["attackers_tracked_ratio_min"] == (1.0, True)
    assert found["attackers_warned_ratio_min"] == (0.5, False)
    warned(tale, ARRIVAL_S + 6.0, track_ids=(2,))
    assert tale.judged(**bounds)["attackers_warned_ratio_min"] == (0.5, False)
    warned(tale, ARRIVAL_S + 4.0, track_ids=(2,))
    assert tale.judged(**bounds)["attackers_warned_ratio_min"] == (1.0, True)


def test_a_warning_by_itself_comes_before_anybody_looked(tale):
    warned(tale, 60.0, track_ids=(1, 2))
    assert tale.judged(warned_unassessed=True)["warned_unassessed"] == (False, False)
    warned(tale, 70.0, level="imminent", track_ids=(1, 2))
    assert tale.judged(warned_unassessed=True)["warned_unassessed"] == (True, True)
    tale.event(65.0, "IdentityChanged", track_id=1, before="", after="SUSPECT", by="evidence")
    assert tale.judged(warned_unassessed=True)["warned_unassessed"] == (True, True)
    tale.event(65.0, "TrackAssessed", track_id=2, person="amal", remark="")
    assert tale.judged(warned_unassessed=True)["warned_unassessed"] == (False, False)


def test_the_clock_runs_from_detection_to_warning_and_to_delivery(tale):
    bounds = {"warned_within_s": 30.0, "delivered_within_s": 40.0}
    assert tale.judged(**bounds) == {
        "warned_within_s": (None, False),
        "delivered_within_s": (None, False),
    }
    detect = {"t_detect_ns": tale.t0 + 10 * S, "level": "possible", "zone_id": "barracks"}
    tale.event(35.0, "WarningRaised", warning_id=3, revision=1, track_ids=[1], **detect)
    tale.event(52.0, "WarningDelivered", warning_id=3, revision=1, channel="siren")
    assert tale.judged(**bounds) == {
        "warned_within_s": (25.0, True),
        "delivered_within_s": (42.0, False),
    }


def test_a_track_warned_of_that_is_no_attacker_is_false_and_every_call_is_an_alarm(tale):
    warned(tale, 60.0, track_ids=(1, 2))
    assert tale.judged(tracks_warned_falsely_max=0)["tracks_warned_falsely_max"] == (0, True)
    warned(tale, 70.0, track_ids=(1, 2, 3))
    found = tale.judged(tracks_warned_falsely_max=0, alarms_max=1)
    assert found == {"tracks_warned_falsely_max": (1, False), "alarms_max": (2, False)}


def test_who_was_ever_suspect_hostile_friend_or_trusted_is_counted(tale):
    bounds = {"birds_suspect_max": 0, "hostile_tracks_max": 2, "friends_known_min": 1}
    assert tale.judged(**bounds) == {
        "birds_suspect_max": (0, True),
        "hostile_tracks_max": (2, True),
        "friends_known_min": (0, False),
    }
    tale.event(40.2, "IdentityChanged", track_id=4, before="UNKNOWN", after="SUSPECT")
    tale.event(40.4, "IdentityChanged", track_id=3, before="UNKNOWN", after="HOSTILE")
    found = tale.judged(**bounds)
    assert found["birds_suspect_max"] == (1, False)
    assert found["hostile_tracks_max"] == (3, False)


def test_a_spoofed_object_that_is_taken_for_civil_is_counted(tale):
    assert tale.judged(spoofed_trusted_max=0)["spoofed_trusted_max"] == (0, True)
    tale.spoofed = ["civil_1"]
    assert tale.judged(spoofed_trusted_max=0)["spoofed_trusted_max"] == (1, False)
