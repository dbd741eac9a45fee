"""What comes in: one sensor's detection, one receiver's position report, one sensor's status.

Codecs make these, measurements read them. All are immutable, SI, radians, int64 ns UTC.
`sensor` is the site file's key. Missing is None.
"""

import msgspec

from vedette.model.enums import MicroDoppler, Severity


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a target says of itself. Claims are evidence, never identity."""

    icao24: str | None = None  # six lower-case hexadecimal digits
    remote_id: str | None = None  # serial number or session id
    callsign: str | None = None
    squawk: str | None = None  # four octal digits
    affiliation: str | None = None  # "friend", "assumed friend", "neutral": in its network's words


class Plot(msgspec.Struct, frozen=True, kw_only=True, tag="plot"):
    """A detection in the sensor's own polar frame: any group of range, azimuth, elevation.

    range_m is slant range; azimuth_rad clockwise from TRUE north in [0, 2 pi); elevation_rad above
    the sensor's horizon; range_rate_mps positive receding. Sigmas override the site file's.
    height_m is a height the target or radar states beside the plot (Mode C, CAT048 I048/090,
    110): barometric for Mode C, so it is evidence on height with a wide sigma. object_ref: what the
    sensor itself calls the object, for whoever is told what a track is made of. micro_doppler: what
    the radar's own processing found to move on it.
    """

    sensor: str
    t_meas_ns: int
    t_recv_ns: int
    range_m: float | None = None
    azimuth_rad: float | None = None
    elevation_rad: float | None = None
    range_rate_mps: float | None = None
    range_sigma_m: float | None = None
    azimuth_sigma_rad: float | None = None
    elevation_sigma_rad: float | None = None
    range_rate_sigma_mps: float | None = None
    height_baro_m: float | None = None
    confidence: float | None = None
    class_prob: dict[str, float] | None = None
    claims: Claims | None = None
    rcs_dbsm: float | None = None
    snr_db: float | None = None
    object_ref: str | None = None
    micro_doppler: MicroDoppler | None = None


class PositionReport(msgspec.Struct, frozen=True, kw_only=True, tag="position"):
    """A position on the earth, from a receiver (ADS-B, Remote ID, friendly feed) or a sensor.

    lat_rad, lon_rad WGS-84; hae_m above the ellipsoid or None; height_baro_m pressure height
    (1013.25 hPa) or None. Velocity east/north/up in m/s where stated. Sigmas are one-axis.
    derived: another system's track, not a measurement: it may rest on what we see ourselves.
    """

    sensor: str
    t_meas_ns: int
    t_recv_ns: int
    lat_rad: float
    lon_rad: float
    hae_m: float | None = None
    height_baro_m: float | None = None
    v_east_mps: float | None = None
    v_north_mps: float | None = None
    v_up_mps: float | None = None
    horizontal_sigma_m: float | None = None
    vertical_sigma_m: float | None = None
    confidence: float | None = None
    class_prob: dict[str, float] | None = None
    claims: Claims | None = None
    rcs_dbsm: float | None = None
    snr_db: float | None = None
    object_ref: str | None = None
    derived: bool = False


class SitePositionReport(msgspec.Struct, frozen=True, kw_only=True, tag="site_position"):
    """A position in the site's east-north-up frame. up_m None: height not observed."""

    sensor: str
    t_meas_ns: int
    t_recv_ns: int
    east_m: float
    north_m: float
    up_m: float | None = None
    east_sigma_m: float | None = None
    north_sigma_m: float | None = None
    up_sigma_m: float | None = None
    confidence: float | None = None
    class_prob: dict[str, float] | None = None
    claims: Claims | None = None
    rcs_dbsm: float | None = None
    snr_db: float | None = None


class ArrivalReport(msgspec.Struct, frozen=True, kw_only=True, tag="arrivals"):
    """One message by when synchronised receivers heard it: its place lies in the differences.

    arrivals_ns: receiver's key -> ns on the receivers' common clock, any origin. height_baro_m:
    pressure height stated in the message.
    """

    sensor: str
    t_meas_ns: int
    t_recv_ns: int
    arrivals_ns: dict[str, int]
    arrivals_sigma_ns: float | None = None
    height_baro_m: float | None = None
    confidence: float | None = None
    class_prob: dict[str, float] | None = None
    claims: Claims | None = None
    rcs_dbsm: float | None = None
    snr_db: float | None = None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Where a sensor that can be pointed looks now, in its own frame: as Coverage of the site file.

    azimuth_from_rad to azimuth_to_rad clockwise from true north; elevations above its horizon.
    """

    azimuth_from_rad: float
    azimuth_to_rad: float
    elevation_min_rad: float
    elevation_max_rad: float


class SensorStatus(msgspec.Struct, frozen=True, kw_only=True, tag="sensor_status"):
    """A sign of life: a radar's north mark or sector crossing (CAT034), a heartbeat.

    kind: "north", "sector" or "heartbeat". azimuth_rad is the sector's edge where stated,
    scan_period_s the antenna's where stated. view: of a sensor that can be pointed, where stated.
    """

    sensor: str
    t_meas_ns: int
    t_recv_ns: int
    kind: str
    azimuth_rad: float | None = None
    scan_period_s: float | None = None
    degraded_reason: str | None = None
    view: View | None = None


class OperatorReport(msgspec.Struct, frozen=True, kw_only=True, tag="operator"):
    """Where a drone says its operator is (Remote ID): personal data, and no more than a claim.

    It makes no track and is kept for a short while only. place: "take-off", "live" or "fixed".
    """

    sensor: str
    t_meas_ns: int
    t_recv_ns: int
    remote_id: str
    lat_rad: float
    lon_rad: float
    hae_m: float | None = None
    place: str = "take-off"
    operator_id: str | None = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True, tag="refusal"):
    """Bytes or a value from outside that was not accepted, and why. Counted per source, shown.

    source is the feed's or sensor's key; reason is short and from a closed vocabulary of the codec
    ("truncated", "bad checksum", "unknown sensor", ...), detail is for a human. heard: the tracker
    refused it after it was heard as good a step before.
    """

    source: str
    t_recv_ns: int
    reason: str
    detail: str = ""
    count: int = 1
    heard: bool = False


class SourceNote(msgspec.Struct, frozen=True, kw_only=True, tag="source_note"):
    """Something true of a source that is no detection: connected, lost, shed (queue full).

    kind: "opened", "closed", "shed" (count items were dropped, loudest source first), "lost"
    (count datagrams that the system dropped before they were read), "sent" (an output has written
    count items), "clock"
    (offset_s: how far its clock is behind ours, negative ahead; detail: whose of several), "passed"
    (count messages were in order and are nothing that the picture is made of; detail: what, of a
    closed list of the codec's).
    """

    source: str
    t_recv_ns: int
    kind: str
    count: int = 0
    detail: str = ""
    offset_s: float | None = None


class SourceWord(msgspec.Struct, frozen=True, kw_only=True, tag="source_word"):
    """What a source says in words: that it registered, its mode, an alert, what became of a task.

    kind: a short word ("registered", "mode", "alert", "task_rejected"); text: one line for people.
    """

    source: str
    t_recv_ns: int
    kind: str
    text: str
    severity: Severity = Severity.INFO


Detection = Plot | PositionReport | SitePositionReport | ArrivalReport
Report = Detection | SensorStatus | OperatorReport | Refusal | SourceNote | SourceWord
