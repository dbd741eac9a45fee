"""Angles on the circle."""

import math

TWO_PI = 2.0 * math.pi


def wrap_pi(angle_rad: float) -> float:
    """Bring an angle into [-pi, pi)."""
    return (angle_rad + math.pi) % TWO_PI - math.pi


def wrap_two_pi(angle_rad: float) -> float:
    """Bring an angle into [0, 2 pi)."""
    wrapped = angle_rad % TWO_PI
    return 0.0 if wrapped >= TWO_PI else wrapped
