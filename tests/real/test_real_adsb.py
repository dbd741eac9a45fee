"""A real minute of ADS-B through `vedette track`, against the same decoded by another decoder."""

import pytest


@pytest.fixture
def found(measured):
    return measured("real_adsb")


def test_every_aircraft_of_the_other_decoder_has_one_track_where_it_says(found):
    assert found["reports"] == found["positions"] and found["refused"] == 0
    assert found["aircraft_with_track"] == found["aircraft"] == 11
    assert found["tracks"] == 11  # no aircraft twice, nothing that is none
    assert found["aircraft_with_several_tracks"] == found["tracks_without_aircraft"] == 0
    assert found["near_ratio"] > 0.95
    assert found["near_after_first_track_ratio"] > 0.97
    assert found["difference_p50_m"] < 20.0
    assert found["difference_p95_m"] < 80.0
    assert found["difference_max_m"] < 300.0
    assert found["aligned_p95_ms"] < 1.0  # the same frames, not others of the same aircraft
