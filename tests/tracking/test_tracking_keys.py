"""Claimed addresses and serials: evidence for association, never proof of anything."""

import numpy as np

from vedette import tracking
from vedette.base.constants import NS_PER_S
from vedette.model.events import Event, IdentityKeyChanged, IdentityKeyShared, TracksMerged
from vedette.tracking import TrackerState, advance

ICAO, SERIAL = 1 << 61, 1 << 62
SIGMA_M = 15.0


def listener() -> TrackerState:
    sensor = tracking.position_sensor(detection_prob=0.9, clutter_per_scan=0.1, radius_m=30_000.0)
    sensor.cooperative = True
    return tracking.open_tracker([sensor])


def hear(state: TrackerState, t_s: float, places: list, keys: list[int], seed: int) -> list[Event]:
    rng = np.random.default_rng(seed * 10_000 + int(10 * t_s))
    z = np.array(places) + rng.normal(0.0, SIGMA_M, (len(places), 3))
    batch = tracking.position_batch(0, t_s, z, SIGMA_M)
    batch.identity_key = np.array(keys, np.int64)
    return advance(state, [batch], [], round(t_s * NS_PER_S))[1]


def test_two_that_send_one_address_stay_two_tracks_and_it_is_told_once() -> None:
    for key, kind, text in ((ICAO | 0x4B1234, "icao24", "4b1234"), (SERIAL | 77, "remote_id", "")):
        state, told = listener(), []
        for t_s in range(40):
            places = [[90.0 * t_s, 0.0, 900.0], [90.0 * t_s, 400.0, 900.0]]
            told += hear(state, t_s, places, [key, key], 1)
        assert state.table.count == 2
        shared = [e for e in told if isinstance(e, IdentityKeyShared)]
        assert [(e.track_id, e.other_track_id, e.kind, e.key) for e in shared] == [
            (1, 2, kind, text)
        ]
        assert not [e for e in told if isinstance(e, TracksMerged)]


def test_a_track_whose_address_changes_keeps_its_number_and_it_is_told() -> None:
    state, told = listener(), []
    for t_s in range(40):
        key = ICAO | (0xAAAAAA if t_s < 20 else 0xBBBBBB)
        told += hear(state, t_s, [[90.0 * t_s, 0.0, 900.0]], [key], 2)
    changed = [e for e in told if isinstance(e, IdentityKeyChanged)]
    assert [(e.track_id, e.before, e.after) for e in changed] == [(1, "aaaaaa", "bbbbbb")]
    assert state.table.track_id[: state.table.count].tolist() == [1]


def test_addresses_keep_two_apart_that_cross_within_each_other_s_noise() -> None:
    state = listener()
    for t_s in range(60):
        north = 10.0 * (t_s - 30)
        places = [[60.0 * t_s, north, 900.0], [60.0 * t_s, -north, 900.0]]
        hear(state, t_s, places, [ICAO | 1, ICAO | 2], 3)
    assert state.table.count == 2
    rows = np.argsort(state.table.track_id[:2])
    keys = {
        int(i): int(k) for i, k in zip(state.bank.track_id[:2], state.bank.key[:2], strict=True)
    }
    north_of = {keys[int(state.table.track_id[r])]: state.table.state_enu[r, 1] for r in rows}
    assert north_of[ICAO | 1] > 200.0
    assert north_of[ICAO | 2] < -200.0


def test_one_address_from_two_places_in_turn_is_two_objects_not_a_jump() -> None:
    """A spoofed address 5 km away moves nothing."""
    state = listener()
    for t_s in range(30):
        hear(state, t_s, [[90.0 * t_s, 0.0, 900.0]], [ICAO | 5], 4)
    for t_s in range(30, 45):
        places = [[90.0 * t_s, 0.0, 900.0], [90.0 * t_s, 5_000.0, 900.0]]
        hear(state, t_s, places, [ICAO | 5, ICAO | 5], 4)
    assert state.table.count == 2
    assert abs(state.table.state_enu[0, 1]) < 60.0
