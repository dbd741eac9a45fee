"""The steps that several categories share, in SI and radians."""

import math

from vedette.base.constants import M_PER_FT, M_PER_NMI
from vedette.kernels.octets.shapes import REPETITIVE

HEIGHT_LSB_M = 6.25 * M_PER_FT
LEVEL_LSB_M = 25.0 * M_PER_FT  # a quarter of a flight level
CLIMB_LSB_MPS = 6.25 * M_PER_FT / 60.0
SPEED_LSB_MPS = M_PER_NMI / 16384.0
VELOCITY_LSB_MPS = 0.25
COARSE_LSB_RAD = math.pi / (1 << 23)  # 24 bits
PLACE_LSB_RAD = math.pi / (1 << 25)  # 32 bits
FINE_LSB_RAD = math.pi / (1 << 30)
FINEST_LSB_RAD = math.pi / (1 << 31)
HUNDREDTH_LSB_RAD = math.radians(0.01)
MODE_S_MESSAGES = REPETITIVE - 8
