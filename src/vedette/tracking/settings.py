"""What the tracker assumes about targets, in one place, each number with its reason."""

from dataclasses import dataclass, field

import numpy as np

from vedette.kernels.motion import BRAKE, SHARE
from vedette.model.measurements import F64


def _motion_of_everything() -> F64:
    # One row a mode of `vedette.model.enums.MotionMode`, columns as in `kernels.motion`.
    return np.array([
        # Straight: gusts and the hand at the controls change velocity by 0.7 m/s in a second
        # (sqrt q); airliners keep it for minutes, drones for seconds.
        [0.5, 0.3, 40.0, 0.0, 1.0, 0.0],
        # Turns: 3 m/s2 is a bank of 17 degrees, between a standard-rate turn (15 to 25) and a
        # small drone's (20 to 45); the white acceleration covers the spread of banks about it.
        # A quarter circle takes 10 to 40 s.
        [10.0, 5.0, 20.0, -3.0, 0.25, 0.0],
        [10.0, 5.0, 20.0, 3.0, 0.25, 0.0],
        # Climb, dive, brake, aerobatics, tethers: 5 m/s2 anew every 1.2 s (q = 2 a^2 t) across,
        # 3 m/s2 in height. Who flies like this goes on doing so.
        [60.0, 30.0, 60.0, 0.0, 0.7, 0.0],
        # Hover: velocity dies away in half a second, and what the wind and the pilot do to it
        # leaves 1.2 m/s (sqrt(q / 2b)).
        [6.0, 6.0, 20.0, 0.0, 0.4, 2.0],
    ])  # fmt: skip


def _speeds() -> F64:
    # Before a second plot nothing is known of velocity: drones and birds (0-60 m/s) stop and jerk,
    # airliners (to 300 m/s) fly straight or turn. Columns: horizontal, vertical sigma (m/s).
    return np.array([[35.0, 3.0], [35.0, 3.0], [35.0, 3.0], [120.0, 8.0], [10.0, 3.0]])


def _polar_bias() -> F64:
    # Levelling and north finding are good to a degree, cables and delays to 100 m, and a clock is
    # set to a second or not at all. Rows: prior sigma, most that is believed; columns: range (m),
    # azimuth, elevation (rad), clock (s).
    degree = np.pi / 180.0
    return np.array([[100.0, degree, degree, 1.5], [400.0, 3.0 * degree, 3.0 * degree, 1.0]])


def _place_bias() -> F64:
    # Receivers of satellite navigation on board: metres on the ground, worse in height, and some
    # tenths of a second between fix and report. Columns: east, north, up (m), clock (s).
    return np.array([[15.0, 15.0, 60.0, 0.3], [150.0, 150.0, 400.0, 1.0]])


@dataclass(slots=True)
class Settings:
    """Assumptions of one tracker. Arrays: motion (M, 6), see `vedette.kernels.motion`, and
    speed_sigma (M, 2), mode_prior (M,), one row a mode. Of motion the first three columns may be
    given alone: nearly constant velocity, all modes chosen alike.
    """

    motion: F64 = field(default_factory=_motion_of_everything)
    speed_sigma: F64 = field(default_factory=_speeds)
    mode_prior: F64 = field(default_factory=lambda: np.array([0.5, 0.075, 0.075, 0.3, 0.05]))
    survival_s: float = 150.0  # mean time an object stays in view; existence decays with it
    gate_prob: float = 0.999  # chance that a target's own plot passes the gate
    births_per_scan: float = 0.5  # new objects a sensor meets in one scan of its whole coverage
    birth_prob_min: float = 0.005  # what one plot is worth at least, in the densest clutter
    birth_prob_max: float = 0.5  # and at most, however clean the sensor claims to be
    # A plot that is an object at least this likely begins a full track at once; of the others nine
    # in ten are never seen again, and stay plots until a second one fits.
    full_prob: float = 0.1
    confirm_prob: float = 0.95
    confirm_hits: int = 3  # two plots can be two pieces of clutter at any density
    # Positions that targets state themselves come without misses and from anywhere: three that fit
    # by chance are too easily had where somebody invents them.
    claimed_hits: int = 4
    # Two radars can give three plots in a second; when each saw another of two close objects, the
    # mixture looks certain until the next scan of both.
    confirm_age_s: float = 3.5
    crossing_hits: int = 8  # bearings alone must agree for longer: ghosts are consistent too
    existence_max: float = 0.9999  # so that a long life can still be lost in seconds
    drop_prob: float = 5e-4  # a tentative track below this has been missed about twice
    lost_prob: float = 0.01
    # Misses come in bursts (fades, masking), so for confirmed tracks a look counts for less than
    # the detection probability says, and looks nearer than this count as parts of one.
    miss_prob_max: float = 0.8
    independent_s: float = 1.0
    stranger_ratio: float = 0.25  # weight of a miss by a sensor that has not seen this track lately
    stranger_s: float = 30.0
    coast_s: float = 5.0
    coast_scans: float = 2.5
    lost_s: float = 18.0
    lost_scans: float = 4.5
    tentative_s: float = 10.0
    ahead_max_s: float = 10.0  # clocks differ by seconds; what is further ahead is refused
    late_max_s: float = 10.0  # what is later is refused and counted
    # A state is moved back to a measurement by its velocity, which leaves out what the process
    # noise of that stretch would have changed: 0.4 m at 0.25 s in the wild mode. What is later is
    # taken by going back. Where there is no past to go back to, the approximation reaches further.
    rewinds: bool = True
    rewind_after_s: float = 0.25
    lag_max_s: float = 2.5
    key_match_log: float = 4.6  # one address in a hundred targets nearby
    key_differs_log: float = -6.9  # one report in a thousand carries another's address
    merge_every_s: float = 1.0
    merge_after_s: float = 2.0
    merge_distance_m: float = 500.0
    up_sigma_max_m: float = 3_000.0
    v_up_sigma_max_mps: float = 10.0
    link_prob_min: float = 0.05
    threads: int = 0  # cores that share the work where tracks are many; 0: all there are
    learns: bool = True  # detection and clutter of each sensor, from what it says
    registers: bool = True  # biases of sensors, from what two of them see
    polar_bias: F64 = field(default_factory=_polar_bias)
    place_bias: F64 = field(default_factory=_place_bias)

    def __post_init__(self) -> None:
        """Fill the columns of motion that were left out."""
        given = np.asarray(self.motion, dtype=np.float64)
        full = np.zeros((given.shape[0], BRAKE + 1))
        full[:, SHARE] = 1.0
        full[:, : given.shape[1]] = given
        self.motion = full
