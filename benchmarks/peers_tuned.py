"""What each tracker is told, and the grid it was found on (`tracker_peers --tune NAME`)."""

from typing import Any

TUNING = """Every tracker is told what the scene is: noise of plots, white acceleration, spread of
speeds, detection probability and clutter density where it has a place for them. What is left was
searched on seeds that are never scored (`--tune NAME`: one option at a time, round after round,
until GOSPA is least; the grid is in benchmarks/peers_tuned.py). Stone Soup 1.9.1: tracks begin in
its MultiMeasurementInitiator (updates to be released, misses allowed on trial), end by
UpdateTimeStepsDeleter, gate by Mahalanobis distance or, JPDA with EHM2, by gate probability with
clutter density and detection probability; candidates come from its KD-tree within a reach that
holds the widest gate, and tracks on trial are paired by 2-D assignment with the same tree. Norfair
2.3: distance threshold, hit counters, its optimised Kalman filter, vectorised Euclidean distance,
no past detections. Linear algebra runs on one thread for everyone."""

OPTIONS: dict[str, dict[str, Any]] = {
    "vedette": {
        "confirm_prob": 0.8, "confirm_hits": 3, "confirm_age_s": 2.5, "birth_prob_min": 0.002,
        "lost_prob": 0.05,
    },
    "norfair": {
        "distance_m": 60.0, "hits_max": 6, "delay": 4, "q_factor": 1.0, "speed_sigma": 18.7,
    },
    "stone_soup_gnn": {
        "gate_sigmas": 3.5, "reach_m": 110.0, "min_points": 4, "holding_steps": 1, "steps": 4,
    },
    "stone_soup_jpda": {
        "gate_sigmas": 3.5, "reach_m": 110.0, "min_points": 4, "holding_steps": 1, "steps": 4,
        "gate_prob": 0.99,
    },
}  # fmt: skip
GRID: dict[str, dict[str, list[Any]]] = {
    "vedette": {
        "confirm_prob": [0.8, 0.9, 0.95],
        "confirm_hits": [2, 3, 4],
        "confirm_age_s": [1.5, 2.5, 3.5],
        "birth_prob_min": [0.0005, 0.002, 0.01],
        "lost_prob": [0.01, 0.05, 0.2, 0.4],
    },
    "norfair": {
        "distance_m": [40.0, 50.0, 60.0, 70.0, 85.0],
        "delay": [2, 3, 4, 5],
        "hits_max": [5, 6, 7, 8, 10],
        "q_factor": [0.5, 1.0, 2.0, 4.0],
        "speed_sigma": [12.0, 18.7, 30.0],
    },
    "stone_soup_gnn": {
        "min_points": [3, 4, 5],
        "holding_steps": [1, 2],
        "steps": [3, 4, 5, 6],
        "gate_sigmas": [3.0, 3.5, 4.0, 4.5],
        "reach_m": [90.0, 110.0, 140.0],
    },
    "stone_soup_jpda": {
        "min_points": [3, 4, 5],
        "holding_steps": [1, 2],
        "steps": [3, 4, 5, 6],
        "gate_prob": [0.95, 0.99, 0.999],
        "gate_sigmas": [3.0, 3.5, 4.0, 4.5],
        "reach_m": [90.0, 110.0, 140.0],
    },
}
