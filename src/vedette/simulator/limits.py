"""What each class of object can do: no simulated object turns, climbs or accelerates faster.

Generic open figures. Fixed-wing drones 12-90 m/s; multirotors to 25 m/s; small birds 5-25 m/s with
15 m/s as a usual air speed; airliners bank to 25 degrees (4.6 m/s2) and climb at 15 m/s. Cross
sections: means as published for X to K band (birds -30 to -20 dBsm, small drones -20 to -8 dBsm,
light aircraft 0 to 5, airliners 10 to 20 dBsm).
"""

from dataclasses import dataclass

from vedette.model.enums import ObjectClass


@dataclass(slots=True, frozen=True)
class Limits:
    """The envelope of one class.

    lateral_mps2 bounds the turn, at most turn_max_radps. capture_m: how near a waypoint counts as
    reached. gust_mps: standard deviation of the air's motion on it, of correlation time gust_s.
    """

    speed_min_mps: float
    speed_max_mps: float
    acceleration_mps2: float
    lateral_mps2: float
    turn_max_radps: float
    climb_max_mps: float
    descent_max_mps: float
    capture_m: float
    gust_mps: float
    gust_s: float
    rcs_dbsm: float


BY_CLASS = {
    ObjectClass.BIRD: Limits(4.0, 25.0, 3.0, 8.0, 0.8, 2.0, 4.0, 20.0, 0.8, 3.0, -25.0),
    ObjectClass.FLOCK: Limits(4.0, 25.0, 2.0, 6.0, 0.6, 2.0, 4.0, 30.0, 0.8, 3.0, -14.0),
    ObjectClass.BALLOON: Limits(0.0, 30.0, 0.5, 0.5, 0.2, 5.0, 3.0, 50.0, 0.5, 10.0, -20.0),
    ObjectClass.MULTIROTOR: Limits(0.0, 25.0, 4.0, 5.0, 1.5, 5.0, 4.0, 8.0, 0.3, 3.0, -15.0),
    ObjectClass.FIXED_WING_UAS: Limits(12.0, 90.0, 2.5, 8.0, 0.5, 6.0, 25.0, 40.0, 0.6, 4.0, -10.0),
    ObjectClass.ONE_WAY_UAS: Limits(12.0, 90.0, 2.5, 8.0, 0.5, 6.0, 25.0, 40.0, 0.6, 4.0, -10.0),
    ObjectClass.HELICOPTER: Limits(0.0, 80.0, 2.5, 5.0, 0.6, 8.0, 8.0, 60.0, 0.4, 5.0, 5.0),
    ObjectClass.LIGHT_AIRCRAFT: Limits(25.0, 110.0, 1.5, 5.0, 0.3, 8.0, 10.0, 150.0, 0.5, 8.0, 5.0),
    ObjectClass.AEROPLANE: Limits(30.0, 300.0, 1.5, 4.6, 0.15, 15.0, 15.0, 300.0, 0.5, 10.0, 12.0),
    ObjectClass.OTHER: Limits(0.0, 90.0, 3.0, 5.0, 0.8, 6.0, 10.0, 40.0, 0.5, 4.0, -10.0),
}
