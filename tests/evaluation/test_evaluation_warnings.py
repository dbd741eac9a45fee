"""Identity and warnings against a small attack made by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from scoring import S, tracks_of, truth_of, written

from vedette.base.errors import RefusedError
from vedette.config.load import load_site
from vedette.config.site import Site
from vedette.evaluation.alarms import alarm_load, alarm_times_ns
from vedette.evaluation.identity import identity_scores, reliability
from vedette.evaluation.run import Run, run_of_report
from vedette.evaluation.warnings import warning_scores

MINUTE = 60 * S


@pytest.fixture(scope="module")
def site(repository: Path) -> Site:
    return load_site(repository / "scenarios" / "sites" / "ain_al_asad.toml")


def issue(t_s: float, tracks: list[int], zone: str = "barracks", **keys) -> dict:
    row = {
        "event": "WarningRaised",
        "t_ns": int(t_s * S),
        "warning_id": 1,
        "revision": 1,
        "zone_id": zone,
        "track_ids": tracks,
        "seconds_left_s": 55.0,
        "cause": "threat",
        "t_detect_ns": 10 * S,
    }
    return {**row, **keys}


def attack(site: Site, *events: dict, **keys) -> Run:
    """A drone (track 1) that would reach the barracks at 100 s, and a bird (track 2)."""
    seconds = range(80)
    truth = truth_of({"bird": [(t, 9e3) for t in seconds], "d": [(t, 0.0) for t in seconds]})
    truth.classes, truth.identities = ["bird", "multirotor"], ["NEUTRAL", "HOSTILE"]
    truth.notes = {"attacks": {"d": "barracks"}, "would_arrive_ns": {"d": 100 * S}}
    tracks = tracks_of([(t, n, e) for t in range(10, 80) for n, e in ((1, 0.0), (2, 9e3))])
    for name, value in keys.items():
        setattr(tracks, name, value)
    return Run(truth, tracks, 100.0, site=site, events=list(events))


def test_a_zone_gains_the_seconds_from_its_warning_to_the_arrival(site):
    found = warning_scores(
        attack(
            site,
            {"event": "TrackAssessed", "t_ns": 20 * S, "track_id": 1},
            issue(40, [1]),
            {
                "event": "WarningDelivered",
                "t_ns": 43 * S,
                "warning_id": 1,
                "revision": 1,
                "latency_s": 2.5,
            },
            {"event": "WarningAcknowledged", "t_ns": 47 * S, "warning_id": 1},
        )
    )
    zone = next(zone for zone in found.zones if zone.attacked)
    assert (zone.lead_s, zone.delivered_lead_s, zone.in_time) == (60.0, 57.5, True)
    assert (found.missed_zones, found.late_zones, found.false_issues) == (0, 0, 0)
    assert [(a.told_s, a.true_s) for a in found.arrivals] == [(55.0, 60.0)]
    assert found.arrival_error_s.q50 == pytest.approx(-5.0)
    (clock,) = found.clocks
    assert (clock.assess_s, clock.decide_s, clock.deliver_s, clock.acknowledge_s) == (
        10.0,
        30.0,
        32.5,
        37.0,
    )


def test_a_warning_of_a_bird_is_false_until_it_is_of_the_drone_too(site):
    of_bird = issue(30, [2])
    alone = warning_scores(attack(site, of_bird))
    assert (alone.false_issues, alone.false_warnings, alone.missed_zones) == (1, 1, 1)
    both = warning_scores(
        attack(site, of_bird, issue(85, [1, 2], event="WarningEscalated", revision=2))
    )
    assert (both.false_issues, both.false_warnings, both.missed_zones) == (1, 0, 0)
    assert both.late_zones == 1  # fifteen seconds are not enough to take cover
    by_hand = warning_scores(attack(site, issue(30, [2], cause="human")))
    assert (by_hand.issues, by_hand.false_issues) == (0, 0)


def test_a_zone_s_clock_runs_again_only_for_tracks_that_are_news_to_it(site):
    found = warning_scores(
        attack(
            site,
            issue(40, [2]),
            issue(50, [1, 2], event="WarningEscalated", revision=2),
            issue(70, [1, 2], event="WarningEscalated", revision=3, t_detect_ns=9 * S),
            issue(75, [1], zone="flight_line", warning_id=2),
        )
    )
    told = [(clock.zone_id, clock.track_ids, clock.decide_s) for clock in found.clocks]
    assert told == [("barracks", [2], 30.0), ("barracks", [1], 40.0), ("flight_line", [1], 65.0)]


def test_a_zone_warned_after_the_arrival_was_missed(site):
    assert warning_scores(attack(site, issue(101, [1]))).missed_zones == 1


def test_ten_alarms_in_ten_minutes_are_a_flood_until_fewer_than_five_are_left():
    calm = alarm_load([k * 20 * MINUTE for k in range(6)], 0, 120 * MINUTE)
    assert (calm.per_10_min_peak, calm.floods, calm.within_limits) == (1, 0, True)
    assert calm.per_10_min_mean == pytest.approx(0.5)
    burst = [30 * MINUTE + k * 6 * S for k in range(12)]
    found = alarm_load(burst, 0, 600 * MINUTE)
    assert (found.per_10_min_peak, found.floods, found.within_limits) == (12, 1, False)
    # It begins with the tenth (54 s) and ends when the eighth is ten minutes old (42 s).
    assert found.flood_s == pytest.approx(600 - 12)
    assert alarm_load(burst, 0, burst[-1]).flood_s == pytest.approx(12)
    nine = alarm_load(burst[:9], 0, 600 * MINUTE)
    assert (nine.floods, nine.within_limits) == (0, True)
    assert alarm_load([], 0, 0).within_limits


def test_the_average_is_of_the_quiet_time_and_an_attack_is_judged_by_its_peak():
    attacked = (30 * MINUTE, 40 * MINUTE)
    times = [5 * MINUTE, *(31 * MINUTE + k * MINUTE for k in range(6)), 49 * MINUTE, 60 * MINUTE]
    found = alarm_load(times, 0, 90 * MINUTE, attacked)
    assert found.alarms == 9
    # Quiet: without 30 to 50 minutes, the attack and ten minutes after it.
    assert (found.quiet_s, found.quiet_alarms) == (70 * 60.0, 2)
    assert found.quiet_per_10_min == pytest.approx(2 / 7)
    assert found.within_limits
    busier = alarm_load([*times, *(k * MINUTE for k in range(60, 90, 5))], 0, 90 * MINUTE, attacked)
    assert busier.quiet_per_10_min == pytest.approx(8 / 7)
    assert not busier.within_limits


def test_of_a_run_that_is_all_attack_no_average_is_judged(site):
    load = warning_scores(attack(site, issue(40, [1]), issue(60, [1]))).load
    assert (load.alarms, load.quiet_s, load.quiet_alarms) == (2, 0.0, 0)
    assert load.quiet_per_10_min is None
    assert load.within_limits
    short = alarm_load([MINUTE], 0, 9 * MINUTE, (5 * MINUTE, 9 * MINUTE))
    assert (short.quiet_s, short.quiet_alarms, short.quiet_per_10_min) == (300.0, 1, None)


def test_false_words_about_who_are_counted_with_an_exact_bound(site):
    run = attack(site, identity=["HOSTILE", "SUSPECT"] + ["NEUTRAL", "UNKNOWN"] * 69)
    found = identity_scores(run)
    assert (found.false_suspect.told, found.false_suspect.object_ids) == (1, ["bird"])
    assert found.false_hostile.told == 0
    assert found.false_hostile.high_prob == pytest.approx(0.95)  # none of one says little
    assert (found.false_friend.told, found.false_friend.high_prob) == (1, 1.0)


def test_an_accusation_that_only_the_events_tell_is_found_too(site):
    accused = {"event": "IdentityChanged", "t_ns": S, "track_id": 2, "after": "HOSTILE"}
    assert identity_scores(attack(site, accused)).false_hostile.told == 1


def test_class_probabilities_are_scored_by_brier_and_by_tenths(site):
    run = attack(
        site,
        object_class=["multirotor", "bird"] * 35 + ["bird", "bird"] * 35,
        class_prob=np.array([0.8, 0.9] * 70),
    )
    found = identity_scores(run)
    assert found.class_instants == 140
    assert found.class_brier == pytest.approx((35 * 0.04 + 35 * 0.64 + 70 * 0.01) / 140)
    assert [(b.from_prob, b.count, b.right_prob) for b in found.reliability] == [
        (0.8, 70, 0.5),
        (0.9, 70, 1.0),
    ]
    assert found.class_calibration_error_prob == pytest.approx((70 * 0.3 + 70 * 0.1) / 140)
    assert identity_scores(attack(site)).class_brier is None


def test_probabilities_of_a_calibrated_teller_are_as_often_right_as_told():
    rng = np.random.default_rng(5)
    told = rng.uniform(0, 1, 40_000)
    bins = reliability(told, rng.uniform(0, 1, 40_000) < told)
    assert len(bins) == 10
    assert max(abs(b.told_prob - b.right_prob) for b in bins) < 5 * 0.5 / np.sqrt(3_500)


@pytest.mark.parametrize("line", ["{", '{"event":"WarningRaised","t_ns":1}', '{"event":"No"}'])
def test_an_event_that_is_none_is_refused_with_its_line(line, tmp_path):

    written(tmp_path)
    good = json.dumps({"event": "TrackRegained", "t_ns": 1, "track_id": 1})
    (tmp_path / "events.jsonl").write_text(f"{good}\n{line}\n")
    with pytest.raises(RefusedError, match=r"events\.jsonl:2: not an event"):
        run_of_report(tmp_path)


def test_notes_of_the_truth_that_make_no_sense_are_refused(site):
    run = attack(site)
    run.truth.notes = {"attacks": 7}
    with pytest.raises(RefusedError, match="notes of the truth"):
        Run(run.truth, run.tracks, 100.0)


def test_files_alone_have_no_warnings_to_score(site):
    run = attack(site)
    assert warning_scores(Run(run.truth, run.tracks, 100.0)) is None


def test_a_track_recalled_while_a_warning_names_it_is_no_alarm_of_its_own(site):
    recalled = {"event": "TrackRecalled", "t_ns": 50 * S, "track_id": 1}
    events = [issue(40, [1]), recalled, {**recalled, "track_id": 2}]
    assert alarm_times_ns(events) == [40 * S, 50 * S]
    joined = issue(45, [1, 2], event="WarningUpdated")
    assert alarm_times_ns([events[0], joined, *events[1:]]) == [40 * S]
    cleared = {"event": "WarningCleared", "t_ns": 48 * S, "warning_id": 1}
    assert alarm_times_ns([events[0], cleared, recalled]) == [40 * S, 50 * S]


def test_an_attacker_that_joins_silently_is_warned_of_without_an_alarm(site):
    found = warning_scores(attack(site, issue(40, [2]), issue(50, [2, 1], event="WarningUpdated")))
    (zone,) = [zone for zone in found.zones if zone.zone_id == "barracks"]
    assert zone.lead_s == 50.0
    assert zone.delivered_lead_s is None
    assert (found.issues, found.false_issues, found.false_warnings) == (1, 1, 0)
    assert [clock.deliver_s for clock in found.clocks] == [None, None]
