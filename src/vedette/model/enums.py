"""Words from the standards, as closed sets. Their order is their number on the live stream."""

from enum import IntEnum, StrEnum


class Identity(StrEnum):
    """Standard identity, STANAG 1241."""

    PENDING = "PENDING"
    UNKNOWN = "UNKNOWN"
    ASSUMED_FRIEND = "ASSUMED_FRIEND"
    FRIEND = "FRIEND"
    NEUTRAL = "NEUTRAL"
    SUSPECT = "SUSPECT"
    HOSTILE = "HOSTILE"


class ObjectClass(StrEnum):
    """What an object is, as far as we tell objects apart; `model.kinds` says what belongs together.

    ONE_WAY_UAS: fast, far-flying fixed-wing drones; FIXED_WING_UAS: the small slower ones, and any
    where nobody knows finer. AEROPLANE: airliners and their like, and any where nobody knows finer.
    """

    BIRD = "bird"
    FLOCK = "flock"
    BALLOON = "balloon"
    MULTIROTOR = "multirotor"
    FIXED_WING_UAS = "fixed_wing_uas"
    ONE_WAY_UAS = "one_way_uas"
    HELICOPTER = "helicopter"
    LIGHT_AIRCRAFT = "light_aircraft"
    AEROPLANE = "aeroplane"
    OTHER = "other"


class MicroDoppler(StrEnum):
    """What a radar's own processing found to move on an object. NONE: it looked and found nothing.

    ROTOR: blades flash; PROPELLER: one turns; WINGS: they beat; JET: an engine's fans modulate.
    """

    ROTOR = "rotor"
    PROPELLER = "propeller"
    WINGS = "wings"
    JET = "jet"
    NONE = "none"


class TrackStatus(IntEnum):
    """Where a track is in its life. Coasting: confirmed, but not seen for a while."""

    TENTATIVE = 0
    CONFIRMED = 1
    COASTING = 2


class MotionMode(IntEnum):
    """How a target moves, as the tracker's default modes; their order is that of their columns.

    STEADY: straight, level or not. TURN_LEFT, TURN_RIGHT: coordinated, seen from above. MANOEUVRE:
    climb, dive, brake, aerobatics, whatever the others are not. HOVER: about in one place.
    """

    STEADY = 0
    TURN_LEFT = 1
    TURN_RIGHT = 2
    MANOEUVRE = 3
    HOVER = 4


class Severity(StrEnum):
    """How much a fault matters to the picture."""

    INFO = "info"
    CAUTION = "caution"
    ALARM = "alarm"


class SourceHealth(StrEnum):
    """Whether a source can be believed now."""

    OK = "ok"
    DEGRADED = "degraded"
    STALE = "stale"
    FAILED = "failed"
    NEVER_HEARD = "never_heard"


class WarningLevel(StrEnum):
    """POSSIBLE: be ready. IMMINENT: take cover now."""

    POSSIBLE = "possible"
    IMMINENT = "imminent"


class WeaponsControl(StrEnum):
    """Weapons control status (ATP-3-01.15): a policy that only ever restricts.

    HOLD: no engagement may be authorised. TIGHT: only tracks identified HOSTILE.
    FREE: SUSPECT too. Nothing here ever releases anything.
    """

    HOLD = "hold"
    TIGHT = "tight"
    FREE = "free"


class EngagementState(StrEnum):
    """The life of one authorisation. Every step but EXPIRED and CANCELLED is a human's or the
    simulated effector's own report."""

    PROPOSED = "proposed"
    FIRST_AUTHORISED = "first_authorised"
    AUTHORISED = "authorised"
    EXECUTING = "executing"
    EXECUTED = "executed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What the track alone says happened after an engagement."""

    PENDING = "pending"
    DESTROYED = "destroyed"
    CONTINUED = "continued"
    UNSURE = "unsure"


class Mode(StrEnum):
    """What the picture is made of; marked on every screen and message."""

    LIVE = "LIVE"
    SIMULATED = "SIMULATED"
    EXERCISE = "EXERCISE"
    REPLAY = "REPLAY"


class Role(StrEnum):
    """What a person may do."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    IDENTIFICATION_AUTHORITY = "identification_authority"
    ENGAGEMENT_AUTHORITY = "engagement_authority"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    INSTRUCTOR = "instructor"  # of exercises: places injects, ends them
    EFFECTOR_SIMULATOR = "effector_simulator"
    SENSOR = "sensor"  # a sensor's own account: may send detections, sees nothing
