"""Evidence: its order does not matter, copies do not add, a sick source weighs what it is worth."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_world import Sky, Thing

from vedette.identity import weigh
from vedette.model.enums import SourceHealth
from vedette.model.picture import Evidence
from vedette.model.reports import Claims

VOTES = {"fixed_wing_uas": 0.7, "bird": 0.2}
THINGS = [
    Thing(1, (-9000.0, 1000.0, 150.0), (44.7, -5.0, 0.0), rcs_dbsm=-10.0, votes=VOTES),
    Thing(2, (-25_000.0, 3000.0, 9000.0), (235.0, 0.0, 0.0), rcs_dbsm=15.0, icao24="4b1801"),
    Thing(3, (6000.0, 0.0, 120.0), (-14.0, 0.0, 0.0), rcs_dbsm=-15.0, remote_id="OWL-1"),
]
SICK = [SourceHealth.STALE, SourceHealth.FAILED, SourceHealth.NEVER_HEARD]


def everything(sky: Sky) -> bytes:
    return msgspec.json.encode([sky.state.records, sky.events])


@given(order=st.permutations(range(6)))
@settings(max_examples=6, deadline=None)
def test_permuting_the_reports_of_a_step_changes_nothing(order):
    def permute(reports, links):
        place = {old: new for new, old in enumerate(order)}
        links.report_index = np.array([place[i] for i in links.report_index.tolist()], np.int64)
        back = sorted(range(len(links.track_id)), key=lambda i: order[i])
        links.track_id = links.track_id[back]
        links.report_index = links.report_index[back]
        return [reports[i] for i in order], links

    plain = Sky(things=THINGS).run(8)
    assert everything(Sky(things=THINGS, doctor=permute).run(8)) == everything(plain)


@pytest.mark.parametrize("relay", ["radar", "camera"])
def test_copies_of_reports_do_not_add(relay):
    def copy(reports, links):
        copies = [msgspec.structs.replace(r, sensor=relay) for r in reports if r.class_prob]
        owners = [1] * len(copies)
        links.track_id = np.concatenate([links.track_id, links.track_id, np.array(owners, int)])
        count = 2 * len(reports) + len(copies)
        links.report_index = np.arange(count, dtype=np.int64)
        links.prob = np.ones(count)
        return [*reports, *reports, *copies], links

    plain = Sky(things=THINGS).run(10)
    copied = Sky(things=THINGS, doctor=copy).run(10)
    for track_id in (1, 2, 3):
        assert copied.record(track_id).class_prob == plain.record(track_id).class_prob
        assert copied.record(track_id).identity == plain.record(track_id).identity


@pytest.mark.parametrize("health", [SourceHealth.FAILED, SourceHealth.NEVER_HEARD])
def test_the_votes_of_a_failed_sensor_weigh_nothing(health):
    mute = Thing(1, (-9000.0, 1000.0, 150.0), (44.7, -5.0, 0.0), rcs_dbsm=-10.0)
    without = Sky(things=[mute, *THINGS[1:]]).run(10)
    failed = Sky(things=THINGS, sick={"camera": health}).run(10)
    assert failed.record(1).class_prob == without.record(1).class_prob


def test_a_degraded_sensor_weighs_less_than_a_healthy_one():
    def multirotor_prob(health):
        thing = Thing(1, (-3000.0, 0.0, 80.0), (12.0, 1.0, 0.0), votes={"multirotor": 0.9})
        sky = Sky(things=[thing], sick={"camera": health}).run(2)
        return sky.record().class_prob["multirotor"]

    worth = [multirotor_prob(h) for h in (SourceHealth.OK, SourceHealth.DEGRADED, *SICK[:2])]
    assert worth == sorted(worth, reverse=True)
    assert worth[0] > worth[1] > worth[3]


@given(seed=st.integers(0, 500), sick=st.sampled_from(["radar", "adsb", "friendly", "camera"]))
@settings(max_examples=10, deadline=None)
def test_a_sick_source_never_adds_to_suspicion_or_friendship(seed, sick):
    well = Sky(things=THINGS, seed=seed).run(10)
    ill = Sky(things=THINGS, seed=seed, sick={sick: SourceHealth.FAILED}).run(10)
    for track_id in (1, 2, 3):
        gained = ill.identities_ever(track_id) - well.identities_ever(track_id)
        assert gained <= {"UNKNOWN"}


def item(kind: str, source: str, weight: float) -> Evidence:
    return Evidence(
        kind=kind,
        source=source,
        about="hostile intent",
        weight_log_odds=weight,
        health_ratio=1.0,
        t_ns=0,
        text=kind,
    )


@given(
    weights=st.lists(st.floats(-6.0, 6.0), min_size=1, max_size=12),
    data=st.data(),
)
def test_the_sum_of_a_ledger_is_the_same_in_any_order_and_with_copies(weights, data):
    ledger = [item(f"kind {i}", "radar", w) for i, w in enumerate(weights)]
    shuffled = data.draw(st.permutations(ledger + ledger))
    assert weigh(shuffled, "hostile intent") == weigh(ledger, "hostile intent")


def test_every_item_is_words_and_a_finite_weight():
    sky = Sky(things=THINGS).run(12)
    for track_id in (1, 2, 3):
        ledger = sky.record(track_id).ledger
        assert ledger
        assert all(e.text and np.isfinite(e.weight_log_odds) for e in ledger)
        assert all(0.0 <= e.health_ratio <= 1.0 for e in ledger)
        assert len(ledger) < 30


def test_a_call_sign_that_agrees_is_no_airliners_address():
    """Any autopilot sends where it is under a name: that alone makes nobody a civil aircraft."""
    claim = Thing(1, (-9000.0, 2000.0, 300.0), (45.0, 0.0, 0.0), rcs_dbsm=-4.0, remote_id="X")
    sky = Sky(things=[claim])

    def as_call_sign(reports, links):
        named = [
            msgspec.structs.replace(r, claims=Claims(callsign="SYS 1")) if r.claims else r
            for r in reports
        ]
        return named, links

    sky.doctor = as_call_sign
    sky.run(40)
    agrees = [i for i in sky.record().ledger if i.kind == "agrees" and i.about == "NEUTRAL"]
    assert agrees and max(i.weight_log_odds for i in agrees) <= 1.5
    assert "NEUTRAL" not in sky.identities_ever()
