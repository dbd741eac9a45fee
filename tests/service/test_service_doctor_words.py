"""The doctor's words: clocks, refusals and rates, as a person reads them."""

from collections import Counter

from vedette.config.site import Feed
from vedette.service.doctor.advice import clock_findings, refusals
from vedette.service.doctor.examination import Examination, SourceSeen
from vedette.service.doctor.heard import Heard
from vedette.service.doctor.rates import above_its_rate


def test_the_clock_is_judged_by_most_lines_and_a_long_time_is_said_in_days():
    once, often = Heard(), Heard()
    once.delays_s = [109_000_079.0]
    assert once.delay_s is None and not clock_findings(once)
    once.delays_s += [0.1] * 4
    assert once.delay_s == 0.1 and not clock_findings(once)
    often.delays_s = [109_000_079.0] * 5
    (finding,) = clock_findings(often)
    assert "1,261.6 days behind this machine's clock" in finding.what
    assert "time zone" not in finding.do
    often.delays_s = [3 * 3600.0] * 5
    (finding,) = clock_findings(often)
    assert "3.0 hours behind" in finding.what and "time zone's hours (3 h)" in finding.do


def test_every_refusal_is_accounted_for_however_many_reasons_there_are():
    heard = Heard()
    heard.refused.update({"bad frame": 200, "too old": 40, "too long": 12, "empty": 4, "odd": 2})
    found = refusals(heard)
    assert len(found) == 4
    assert found[-1].what == "refused 6 more for 2 other reasons: empty 4, odd 2"


def test_rates_are_said_in_detections_and_without_an_exponent():
    seen = SourceSeen(
        source="f", what="feed", how="x", ok=True, rate_hz=10_600.0, kinds={"plot": 106_000}
    )
    told = Examination(site="s", seconds=10.0, ok=True, sources=[seen], notes=[])
    assert "10,600 detections/s" in told.in_words()
    feed = Feed(id="f", kind="detections_udp", port=1, rate_max_hz=20_000.0)
    heard = Heard(frames=120_000, shed=21_680, by_second=Counter({1: 23_600, 2: 20_000}))
    what = above_its_rate(feed, heard, 10.0).what
    assert "23,600 detections came in its busiest second, 14,168 a second on average" in what
    assert what.endswith("and it may send 20,000 a second")
