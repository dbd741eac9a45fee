"""Real times of arrival of real aircraft, against the positions they send."""

import pytest


@pytest.fixture
def found(measured):
    return measured("real_mlat")


def test_real_arrival_times_give_fixes_and_tracks_where_the_aircraft_are(found):
    alone, helped = found["fixes"], found["fixes with height"]
    assert alone["messages"] == 1439
    assert alone["refused"] < 0.1 * alone["messages"]
    assert alone["error_p50_m"] < 100.0 and alone["error_p95_m"] < 700.0
    assert helped["error_p50_m"] < 80.0 and helped["error_p95_m"] < 450.0
    assert alone["bound_ratio_p50"] < 1.4
    for name in ("tracks", "tracks with height", "tracks with height and address"):
        assert found[name]["tracks"] > 35
        assert found[name]["far"] == 0  # no track ever takes another aircraft's message
        assert found[name]["error_p50_m"] < 75.0 and found[name]["error_p95_m"] < 600.0
