"""Numbers on the command line: each kind has its bounds, and what is outside is said in one line.

Every command takes its numbers through these, so that none is ever taken silently for another.
"""

import argparse
import math
from collections.abc import Callable
from typing import TypeVar

N = TypeVar("N", int, float)

PORT_MAX = 65_535
SEED_MAX = 2**63 - 1  # kept as a signed integer in the truth's tables


def whole(least: int, most: int) -> Callable[[str], int]:
    """Make a parser of whole numbers from `least` to `most`, both allowed."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text}: is no whole number") from None
        return _within(value, least, most, text)

    return parse


def real(least: float, most: float) -> Callable[[str], float]:
    """Make a parser of finite numbers from `least` to `most`, both allowed."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text}: is no number") from None
        if not math.isfinite(value):
            raise argparse.ArgumentTypeError(f"{text}: is no finite number")
        return _within(value, least, most, text)

    return parse


def _within(value: N, least: float, most: float, text: str) -> N:
    if least <= value <= most:
        return value
    bounds = f"{least:g} or more" if value < least else f"{most:.15g} or less"
    raise argparse.ArgumentTypeError(f"{text}: must be {bounds}")


port = whole(0, PORT_MAX)  # 0: any free one
seed = whole(0, SEED_MAX)
delay_s = real(0.0, 86_400.0)  # of people: a day late is not at all
seconds_in = real(0.0, 1e9)  # into a scenario, which has its own end
period_s = real(0.001, 86_400.0)  # a step is tens of milliseconds; a day holds every recording
step_s = real(0.25, 1.0)  # of a campaign's core: the world's own, and what people look at
speed_ratio = real(0.1, 1000.0)
cutoff_m = real(0.001, 1e6)  # a cut-off of nothing makes every score empty
geoid_m = real(-200.0, 200.0)  # -107 to +86 on this earth
runs = whole(1, 1_000_000)
jobs = whole(1, 1_000)
raid = whole(1, 200)
spread_s = real(0.0, 3_600.0)
spread_deg = real(0.0, 180.0)
radius_km = real(0.1, 300.0)
height_m = real(1.0, 20_000.0)
rcs_dbsm = real(-60.0, 60.0)
speed_mps = real(1.0, 300.0)
