"""Real radar records through `vedette track`, as they are and flown on."""

import pytest


@pytest.fixture
def found(measured):
    return measured("real_radar")


def test_real_radars_are_read_once_and_one_look_makes_no_track(found):
    assert (found["datagrams"], found["records"], found["records_once"]) == (100, 162, 81)
    assert found["reports"] == found["plots_in_file"] == 63
    assert found["refused"] == found["tracks_of_one_look"] == 0
    # Flown on without identity, each of the real aircraft gets one track and keeps it.
    assert found["aircraft_with_track"] == found["aircraft"] == 63
    assert found["tracks_without_aircraft"] == 0
    assert found["aircraft_with_several_tracks"] <= 1
    assert found["purity_ratio"] > 0.99
    assert found["difference_p50_m"] < 400.0
