"""What the health stage says of sources."""

from vedette import health
from vedette.base.constants import NS_PER_S
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.health.sources import REASONS_MAX, STRANGERS_MAX
from vedette.model.arrivals import Arrival
from vedette.model.enums import SourceHealth
from vedette.model.events import InputRefused, InputShed, SourceHealthChanged
from vedette.model.reports import Plot, Refusal, SensorStatus, SourceNote

T0 = 1_641_268_800 * NS_PER_S


def make_site() -> Site:
    place = {"lat_deg": 33.8, "lon_deg": 42.4, "hae_m": 180.0}
    return Site(
        schema=1,
        name="test",
        reference=Reference(**place),
        sensors=[
            Sensor(id="radar", kind="radar_3d", stale_s=5.0, **place),
            Sensor(id="adsb", kind="adsb", **place),
        ],
        feeds=[Feed(id="link", kind="asterix_udp", port=8600)],
    )


def plot(t_ns: int, late_s: float = 0.0) -> Plot:
    return Plot(
        sensor="radar", t_meas_ns=t_ns - int(late_s * NS_PER_S), t_recv_ns=t_ns, range_m=1000.0
    )


def test_a_radar_that_falls_silent_is_stale_then_failed_and_recovers():
    state = health.start(make_site())
    health.advance(state, [plot(T0)], T0)
    assert state.sources["radar"].health is SourceHealth.OK
    health.advance(state, [], T0 + 6 * NS_PER_S)
    assert state.sources["radar"].health is SourceHealth.STALE
    health.advance(state, [], T0 + 51 * NS_PER_S)
    assert state.sources["radar"].health is SourceHealth.FAILED
    events = health.advance(state, [plot(T0 + 52 * NS_PER_S)], T0 + 52 * NS_PER_S)
    assert [e.after for e in events if isinstance(e, SourceHealthChanged)] == [SourceHealth.OK]


def test_silence_of_a_receiver_that_hears_only_what_transmits_is_no_fault():
    state = health.start(make_site())
    heard = SensorStatus(sensor="adsb", t_meas_ns=T0, t_recv_ns=T0, kind="heartbeat")
    health.advance(state, [heard], T0)
    health.advance(state, [], T0 + 3600 * NS_PER_S)
    assert state.sources["adsb"].health is SourceHealth.OK


def test_a_sensor_that_calls_itself_degraded_is_believed():
    state = health.start(make_site())
    sick = SensorStatus(
        sensor="radar", t_meas_ns=T0, t_recv_ns=T0, kind="north", degraded_reason="channel B off"
    )
    health.advance(state, [sick], T0)
    assert state.sources["radar"].health is SourceHealth.DEGRADED
    assert state.sources["radar"].reason == "channel B off"


def test_plots_that_come_late_degrade_their_source():
    state = health.start(make_site())
    health.advance(state, [plot(T0, late_s=6.0)], T0)
    assert state.sources["radar"].health is SourceHealth.DEGRADED


def test_refusals_are_counted_each_and_told_at_most_once_a_second():
    state = health.start(make_site())
    bad = Refusal(source="radar", t_recv_ns=T0, reason="truncated", detail="at byte 3")
    first = health.advance(state, [bad] * 100, T0)
    again = health.advance(state, [bad] * 100, T0 + NS_PER_S // 2)
    later = health.advance(state, [bad], T0 + NS_PER_S)
    told = [e.count for e in [*first, *again, *later] if isinstance(e, InputRefused)]
    assert told == [100, 101]
    assert state.sources["radar"].refused_by_reason == {"truncated": 201}


def test_what_is_refused_again_and_again_is_told_ever_more_seldom_and_at_once_after_a_rest():
    state, told = health.start(make_site()), []
    bad = Refusal(source="radar", t_recv_ns=T0, reason="truncated")
    other = Refusal(source="radar", t_recv_ns=T0, reason="unknown sensor")
    for k in range(600):  # ten steps a second for a minute, and one of another kind in the midst
        now_ns = T0 + k * NS_PER_S // 10
        events = health.advance(state, [bad, other] if k == 300 else [bad], now_ns)
        told += [(k, e.reason, e.count) for e in events if isinstance(e, InputRefused)]
    assert (300, "unknown sensor", 1) in told
    often = [k for k, reason, _ in told if reason == "truncated"]
    assert often == [0, 10, 30, 70, 150, 250, 350, 450, 550]
    rest_ns = T0 + 600 * NS_PER_S // 10 + 60 * NS_PER_S
    health.advance(state, [], rest_ns)
    again = [e.count for e in health.advance(state, [bad], rest_ns + 30 * NS_PER_S)]
    total = sum(count for _, reason, count in told if reason == "truncated")
    assert total + 49 + 1 == state.sources["radar"].refused_by_reason["truncated"] == 601
    assert again == [1]


def test_a_lost_connection_is_a_failure_until_it_opens_again():
    state = health.start(make_site())
    health.advance(state, [SourceNote(source="link", t_recv_ns=T0, kind="opened")], T0)
    health.advance(state, [SourceNote(source="link", t_recv_ns=T0, kind="closed")], T0)
    assert state.sources["link"].health is SourceHealth.FAILED
    health.advance(state, [SourceNote(source="link", t_recv_ns=T0, kind="opened")], T0)
    assert state.sources["link"].health is SourceHealth.OK


def test_invented_names_and_reasons_stay_bounded_and_none_is_lost():
    state = health.start(make_site())
    own = len(state.sources)
    flood = [Refusal(source=f"s{i}", t_recv_ns=T0, reason=f"r{i}") for i in range(500)]
    health.advance(state, flood, T0)
    assert len(state.sources) <= own + STRANGERS_MAX + 1
    assert sum(s.refused for s in state.sources.values()) == len(flood)
    health.advance(state, [Refusal(source="http", t_recv_ns=T0, reason="bad json")], T0)
    assert state.sources["http"].refused == 1  # a flood of strangers does not hide a door
    assert all(len(s.refused_by_reason) <= REASONS_MAX + 1 for s in state.sources.values())


def test_a_feed_whose_bytes_arrive_is_heard_whatever_its_sensors_say():
    state = health.start(make_site())
    health.advance(state, [], T0, [Arrival(feed="link", t_recv_ns=T0, data=b"x")])
    assert state.sources["link"].health is SourceHealth.OK


def test_one_plot_that_came_late_does_not_make_its_source_late():
    state = health.start(make_site())
    for k in range(20):
        health.advance(state, [plot(T0 + k * NS_PER_S, late_s=9.0 if k in (6, 7) else 0.1)], T0)
        assert state.sources["radar"].health is SourceHealth.OK, k
    assert abs(state.sources["radar"].latency_s - 0.1) < 1e-6


def test_a_source_that_becomes_late_is_late_within_five_reports():
    state = health.start(make_site())
    for k in range(20):
        health.advance(state, [plot(T0 + k * NS_PER_S, late_s=0.1 if k < 15 else 6.0)], T0)
    assert state.sources["radar"].reason == "its plots come 6.0 s late"


def test_a_status_with_an_impossible_time_is_no_latency():
    state = health.start(make_site())
    odd = SensorStatus(sensor="radar", t_meas_ns=1, t_recv_ns=T0, kind="north")
    health.advance(state, [odd], T0)
    assert state.sources["radar"].latency_s == 0.0
    assert state.sources["radar"].health is SourceHealth.OK


def test_a_sensor_all_of_which_is_refused_is_degraded_and_says_why_for_as_long_as_it_lasts():
    state = health.start(make_site())
    old = Refusal(source="radar", t_recv_ns=T0, reason="too old")
    health.advance(state, [old], T0)
    assert state.sources["radar"].health is SourceHealth.DEGRADED
    assert state.sources["radar"].reason == "100% of what came last is refused (too old)"
    health.advance(state, [plot(T0 + NS_PER_S)] * 9, T0 + NS_PER_S)
    health.advance(state, [plot(T0 + 6 * NS_PER_S)], T0 + 6 * NS_PER_S)
    assert state.sources["radar"].health is SourceHealth.OK


def test_what_the_tracker_refuses_a_step_later_is_not_counted_as_good_as_well():
    state = health.start(make_site())
    health.advance(state, [plot(T0)], T0)
    health.advance(state, [plot(T0, late_s=9.9)] * 4, T0 + NS_PER_S)
    now_ns = T0 + 6 * NS_PER_S
    late = Refusal(source="radar", t_recv_ns=now_ns, reason="too late", count=4, heard=True)
    health.advance(state, [late], now_ns)
    assert state.sources["radar"].reason == "100% of what came last is refused (too late)"


def test_a_feed_of_garbage_alone_is_degraded_while_it_comes_and_long_after():
    state = health.start(make_site())
    for k in range(20):
        t_ns = T0 + k * NS_PER_S
        garbage = Arrival(feed="link", t_recv_ns=t_ns, data=b"x")
        bad = Refusal(source="link", t_recv_ns=t_ns, reason="bad header")
        health.advance(state, [bad], t_ns, [garbage], {"link": 0})
        assert state.sources["link"].health is SourceHealth.DEGRADED
    health.advance(state, [], T0 + 200 * NS_PER_S, (), {"link": 0})
    assert state.sources["link"].health is SourceHealth.DEGRADED
    assert state.sources["link"].reason == "100% of what came last is refused (bad header)"


def test_one_bad_line_among_twenty_does_not_make_a_feed_degraded():
    state = health.start(make_site())
    for k in range(20):
        t_ns = T0 + k * NS_PER_S
        chunk = Arrival(feed="link", t_recv_ns=t_ns, data=b"x")
        bad = Refusal(source="link", t_recv_ns=t_ns, reason="bad json")
        health.advance(state, [bad], t_ns, [chunk], {"link": 19 * (k + 1)})
        assert state.sources["link"].health is SourceHealth.OK


def test_strangers_are_never_healthy():
    state = health.start(make_site())
    flood = [Refusal(source=f"s{i}", t_recv_ns=T0, reason="unknown sensor") for i in range(50)]
    health.advance(state, flood, T0)
    strangers = [s for s in state.sources.values() if s.source.startswith(("s", "unknown"))]
    assert len(strangers) == STRANGERS_MAX + 1
    for source in strangers:
        assert source.health is SourceHealth.DEGRADED
        assert source.reason == "the site file does not name it: nothing it sends is used"
    health.advance(state, [], T0 + 3600 * NS_PER_S)
    assert all(s.health is SourceHealth.DEGRADED for s in strangers)


def test_a_feed_above_its_rate_is_named_and_told_at_once_then_seldom_and_well_again_after():
    state, told = health.start(make_site()), []
    for k in range(400):  # twenty steps a second for twenty seconds, a flood in the first ten
        now_ns = T0 + k * NS_PER_S // 20
        notes = [SourceNote(source="link", t_recv_ns=now_ns, kind="shed", count=450)]
        events = health.advance(state, notes if k < 200 else [], now_ns)
        told += [event.count for event in events if isinstance(event, InputShed)]
        if k == 199:
            link = state.sources["link"]
            assert link.health is SourceHealth.DEGRADED
            assert link.reason == "it sends too fast: 9,000 a second are dropped"
    assert state.sources["link"].shed == sum(told) == 200 * 450
    assert told[0] == 450 and len(told) == 2  # each event holds up the picture of all others
    assert "too fast" not in state.sources["link"].reason
