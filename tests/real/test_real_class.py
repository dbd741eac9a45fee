"""Real flights of a bird and of drones, told apart from a radar's track alone."""

import numpy as np
from benchmarks.class_accuracy import QUESTIONS, answers, balanced, judged_by_strangers
from benchmarks.class_flights import KINDS, pieces
from benchmarks.r_frames import read_frames, seconds

RARE = {name: kind for name, kind in KINDS.items() if name != "adsb"}


def test_a_gull_and_drones_are_told_apart_by_numbers_fitted_without_them(shared_data):
    flown = pieces(shared_data, kinds=RARE)
    prob = judged_by_strangers(flown, 5.0, 1)[-1:]
    for question, least in (("drone against bird", 0.85), ("small fixed-wing against bird", 0.8)):
        said, truth, _, weight = answers(flown, prob, question)
        assert (balanced(said, truth) * weight).sum() > least, question
    assert set(QUESTIONS) == {
        "drone against bird",
        "small fixed-wing against bird",
        "aeroplane against drone",
    }


def test_pieces_are_cut_alike_whoever_recorded_them(shared_data):
    flown = pieces(shared_data, kinds=RARE)
    assert {piece.kind for piece in flown} == {"bird", "multirotor", "fixed_wing_uas"}
    for piece in flown:
        assert np.all(piece.place_m[0] == 0.0)
        assert 15.0 < piece.length_s <= 60.5
        assert np.median(np.diff(piece.t_s)) >= 2.7


def test_a_data_frame_of_r_is_read(shared_data):
    (gull,) = read_frames(shared_data / "birds" / "rncep_gull.rda").values()
    assert len(gull["latitude"]) == len(gull["altitude"]) == 22115
    assert np.nanmax(gull["altitude"]) == 2785.0
    since = seconds(gull["datetime"])
    assert np.count_nonzero(np.diff(since) == 3.0) == 8818
