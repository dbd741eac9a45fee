"""A real drone's flight under simulated sensors: tracked from end to end, by one track."""


def test_a_real_flight_is_one_track_from_take_off_to_landing(measured, shared_data):
    path = shared_data / "fixed_wing" / "thor_flight75_2012-10-10.mat"
    (found,) = measured("real_flights", str(path), "--quick")[path.stem]
    assert found["instants"] > 300
    assert found["tracks"] == 1 and found["identity_switches"] == 0
    assert found["completeness_ratio"] > 0.98 and found["spurious_ratio"] == 0.0
    assert found["gospa_mean_m"] < 10.0
    assert found["position_rmse_m"] < 10.0
