"""The same input gives the same tracks, bit for bit, however many cores share the work."""

from dataclasses import fields, replace

import numpy as np
import pytest

from vedette import tracking
from vedette.tracking.parts import in_parts

NS = 1_000_000_000
SIDE, APART_M = 102, 500.0  # 10,404 targets: two parts at least


def flown(threads):
    rng = np.random.default_rng(11)
    east, north = np.meshgrid(np.arange(SIDE) * APART_M, np.arange(SIDE) * APART_M)
    place = np.column_stack([east.ravel(), north.ravel(), np.full(east.size, 800.0)])
    place[:, :2] -= SIDE * APART_M / 2
    velocity = np.column_stack([rng.normal(0.0, 20.0, (len(place), 2)), np.zeros(len(place))])
    sensor = tracking.position_sensor(
        detection_prob=0.9, clutter_per_scan=2_000.0, radius_m=40_000.0, depth_m=2_000.0
    )
    state = tracking.open_tracker([sensor], replace(tracking.Settings(), threads=threads))
    told = []
    for k in range(1, 8):
        place = place + velocity
        seen = place[rng.random(len(place)) < 0.9]
        false = rng.uniform([-2e4, -2e4, 0.0], [2e4, 2e4, 2e3], (2_000, 3))
        plots = np.vstack([seen + rng.normal(0.0, 10.0, seen.shape), false])
        batch = tracking.position_batch(0, float(k), plots, 10.0)
        links, events = tracking.advance(state, [batch], [], k * NS)
        told += [links.track_id, links.prob, len(events)]
    return state, told


def test_one_core_and_several_give_the_same_bits():
    (one, told_one), (many, told_many) = flown(1), flown(3)
    assert one.table.count > 10_000
    for table_one, table_many in ((one.bank, many.bank), (one.singles, many.singles)):
        assert table_one.count == table_many.count
        for column in fields(table_one):
            if column.name != "count":
                a, b = getattr(table_one, column.name), getattr(table_many, column.name)
                assert a[: table_one.count].tobytes() == b[: table_one.count].tobytes(), column.name
    for a, b in zip(told_one, told_many, strict=True):
        assert np.array_equal(a, b)


def test_parts_cover_every_row_once():
    counts = np.zeros(10_001, np.int64)

    def work(low, high):
        counts[low:high] += 1

    in_parts(len(counts), 3, work)
    assert (counts == 1).all()


def test_what_a_part_raises_is_raised():
    def work(low, high):
        if low > 0:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        in_parts(100_000, 2, work)
