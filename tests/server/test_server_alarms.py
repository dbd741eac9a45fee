"""How many alarms the watch has to carry now: counted live as the scorecard counts them later."""

import asyncio

import numpy as np
import pytest
from server_world import T0_NS, make_picture, running, warning_raised

from vedette.base.constants import NS_PER_S
from vedette.evaluation.alarms import alarm_load, alarm_times_ns
from vedette.model.enums import SourceHealth
from vedette.model.events import (
    SourceHealthChanged,
    TrackRecalled,
    WarningCleared,
    WarningDeliveryFailed,
)
from vedette.server.alarm_load import AlarmCount, alarm_view, count
from vedette.server.public import as_public

MINUTE_NS = 60 * NS_PER_S


def failed(t_ns: int, number: int = 1) -> WarningDeliveryFailed:
    return WarningDeliveryFailed(
        t_ns=t_ns, warning_id=number, revision=1, channel="siren", detail="no answer"
    )


def health(t_ns: int, after: SourceHealth) -> SourceHealthChanged:
    return SourceHealthChanged(
        t_ns=t_ns, source="radar", before=SourceHealth.OK, after=after, reason=""
    )


def recalled(t_ns: int, track_id: int) -> TrackRecalled:
    return TrackRecalled(t_ns=t_ns, track_id=track_id, reason="worse")


def cleared(t_ns: int, warning_id: int) -> WarningCleared:
    return WarningCleared(
        t_ns=t_ns, warning_id=warning_id, zone_id="apron", person="a", reason="over", revision=2
    )


def counted(events, now_ns):
    state = AlarmCount(begun_ns=T0_NS)
    for event in events:
        count(state, [event], event.t_ns)
    count(state, [], now_ns)
    return alarm_view(state)


@pytest.mark.parametrize("seed", range(5))
def test_live_and_afterwards_the_same_is_counted(seed):
    """The oracle is the scorecard's own count of the same events."""
    rng = np.random.default_rng(seed)
    times = np.sort(T0_NS + rng.integers(0, 60 * MINUTE_NS, 80))
    events = []
    for t_ns in times.tolist():
        events.append(
            [
                failed(t_ns),
                warning_raised(t_ns, int(rng.integers(5))),
                cleared(t_ns, int(rng.integers(5))),
                recalled(t_ns, int(rng.integers(1, 6))),
                health(t_ns, SourceHealth.STALE),
                health(t_ns, SourceHealth.OK),
            ][int(rng.integers(6))]
        )
    end_ns = T0_NS + 60 * MINUTE_NS
    rows = [{**as_public(e), "t_ns": e.t_ns, "event": type(e).__name__} for e in events]
    load = alarm_load(alarm_times_ns(rows), T0_NS, end_ns)
    view = counted(events, end_ns)
    assert (view.total, view.per_10_min_peak, view.floods) == (
        load.alarms,
        load.per_10_min_peak,
        load.floods,
    )
    assert view.per_10_min_mean == pytest.approx(load.per_10_min_mean)


def test_a_flood_begins_with_the_tenth_alarm_and_ends_under_five():
    events = [failed(T0_NS + k * MINUTE_NS // 2) for k in range(10)]
    assert not counted(events[:9], events[8].t_ns).flood
    at_ten = counted(events, events[9].t_ns)
    assert at_ten.flood
    assert not at_ten.within_limits
    still = counted(events, events[4].t_ns + 10 * MINUTE_NS)
    assert (still.last_10_min, still.flood) == (5, True)
    over = counted(events, events[5].t_ns + 10 * MINUTE_NS)
    assert (over.last_10_min, over.flood, over.floods) == (4, False, 1)


def test_no_mean_is_told_before_ten_minutes_have_been_watched():
    assert counted([failed(T0_NS)], T0_NS + 9 * MINUTE_NS).per_10_min_mean is None
    assert counted([failed(T0_NS)], T0_NS + 20 * MINUTE_NS).per_10_min_mean == pytest.approx(0.5)


def test_a_restart_hides_no_flood():
    asyncio.run(_restart())


async def _restart():
    async with running(tracks=0) as world, world.browser() as browser:
        events = [failed(T0_NS + k * NS_PER_S) for k in range(12)]
        world.hub.restore_events(events)
        world.hub.publish(make_picture(1, T0_NS + MINUTE_NS))
        told = (await browser.get("/api/health")).json()["alarms"]
        assert (told["last_10_min"], told["flood"], told["within_limits"]) == (12, True, False)
        assert (await browser.get("/api/picture")).json()["alarms"] == told
        text = (await browser.get("/metrics")).text
        assert "vedette_alarms_last_ten_minutes 12" in text
        assert "vedette_alarm_flood 1" in text


def test_the_count_says_which_alarms_it_is_made_of():
    events = [failed(T0_NS + MINUTE_NS), health(T0_NS + 2 * MINUTE_NS, SourceHealth.FAILED)]
    told = counted(events, T0_NS + 3 * MINUTE_NS).recent
    assert [line.t_us for line in told] == [(T0_NS + m * MINUTE_NS) // 1000 for m in (2, 1)]
    assert "radar" in told[0].text and "siren" in told[1].text
    assert counted(events, T0_NS + 11 * MINUTE_NS + 1).recent == told[:1]
    many = [failed(T0_NS + n * NS_PER_S, n) for n in range(200)]
    assert len(counted(many, T0_NS + MINUTE_NS * 4).recent) == 10
