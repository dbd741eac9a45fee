"""A Detection as it stands on the wire: one JSON object, every key and range checked.

The generic door for any sensor. Exactly one group says where: polar (`range_m`, `azimuth_deg`
with `elevation_deg`, `range_rate_mps`), geographic (`lat_deg`, `lon_deg`, `hae_m`) or site frame
(`east_m`, `north_m`, `up_m`) or arrivals
(`arrivals_ns`). Bounds are physical, not tactical; docs/formats.md lists them.
"""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from vedette.codecs.times import T_MAX_NS, T_MIN_NS
from vedette.model.enums import MicroDoppler

Range = Annotated[float, Meta(ge=0.0, le=1e6)]
Azimuth = Annotated[float, Meta(ge=-360.0, le=360.0)]
Elevation = Annotated[float, Meta(ge=-90.0, le=90.0)]
RangeRate = Annotated[float, Meta(ge=-5e3, le=5e3)]
Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]
Longitude = Annotated[float, Meta(ge=-180.0, le=180.0)]
Height = Annotated[float, Meta(ge=-1e3, le=1e5)]
SiteCoordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]
Sigma = Annotated[float, Meta(gt=0.0, le=1e6)]
Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
Decibels = Annotated[float, Meta(ge=-200.0, le=200.0)]
Arrival = Annotated[int, Meta(ge=T_MIN_NS, lt=T_MAX_NS)]
Nanoseconds = Annotated[int, Meta(ge=T_MIN_NS, lt=T_MAX_NS)]
SensorKey = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9_\-]{0,47}\Z")]
ReceiverKey = SensorKey
ClaimText = Annotated[str, Meta(pattern=r"\A[!-~](?:[ -~]{0,62}[!-~])?\Z")]
Label = Literal[
    "bird",
    "flock",
    "balloon",
    "multirotor",
    "fixed_wing_uas",
    "one_way_uas",
    "helicopter",
    "light_aircraft",
    "aeroplane",
    "other",
]


class Sigmas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One standard deviation of each stated quantity, in its own unit."""

    range_m: Sigma | None = None
    azimuth_deg: Sigma | None = None
    elevation_deg: Sigma | None = None
    range_rate_mps: Sigma | None = None
    lat_deg: Sigma | None = None
    lon_deg: Sigma | None = None
    hae_m: Sigma | None = None
    east_m: Sigma | None = None
    north_m: Sigma | None = None
    up_m: Sigma | None = None
    arrivals_ns: Sigma | None = None


class WireClaims(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the target says of itself."""

    icao24: Annotated[str, Meta(pattern=r"\A[0-9a-fA-F]{6}\Z")] | None = None
    remote_id: ClaimText | None = None
    callsign: ClaimText | None = None
    squawk: Annotated[str, Meta(pattern=r"\A[0-7]{4}\Z")] | None = None


class Wire(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"class_prob": "class"},
):
    """One detection: `time` or `t_ns`, `sensor`, one group, and what else is known."""

    sensor: SensorKey
    time: Annotated[str, Meta(max_length=40)] | None = None
    t_ns: Nanoseconds | None = None
    t_recv_ns: Nanoseconds | None = None  # of recordings; at a live door our own clock stands
    range_m: Range | None = None
    azimuth_deg: Azimuth | None = None
    elevation_deg: Elevation | None = None
    range_rate_mps: RangeRate | None = None
    lat_deg: Latitude | None = None
    lon_deg: Longitude | None = None
    hae_m: Height | None = None
    east_m: SiteCoordinate | None = None
    north_m: SiteCoordinate | None = None
    up_m: SiteCoordinate | None = None
    arrivals_ns: Annotated[dict[ReceiverKey, Arrival], Meta(max_length=32)] | None = None
    baro_m: Height | None = None
    v_east_mps: RangeRate | None = None
    v_north_mps: RangeRate | None = None
    v_up_mps: RangeRate | None = None
    sigma: Sigmas | None = None
    confidence: Probability | None = None
    class_prob: dict[Label, Probability] | None = None
    claims: WireClaims | None = None
    rcs_dbsm: Decibels | None = None
    snr_db: Decibels | None = None
    micro_doppler: MicroDoppler | None = None


POLAR_KEYS = ("range_m", "azimuth_deg", "elevation_deg", "range_rate_mps")
GEO_KEYS = ("lat_deg", "lon_deg", "hae_m")
SITE_KEYS = ("east_m", "north_m", "up_m")
STATED_KEYS = ("baro_m", "v_east_mps", "v_north_mps", "v_up_mps")  # what a transponder states
VALUE_KEYS = POLAR_KEYS + GEO_KEYS + SITE_KEYS
ARRIVALS_KEY = "arrivals_ns"  # in tables `arrivals_ns.` and the receiver's key
SIGMA_KEYS = (*VALUE_KEYS, ARRIVALS_KEY)
CLAIM_KEYS = ("icao24", "remote_id", "callsign", "squawk")
LABELS = get_args(Label)

# Columns of CSV and Parquet: the same names, nested ones joined by a dot. Beside them one for each
# receiver.
COLUMNS = (
    "time",
    "t_ns",
    "t_recv_ns",
    "sensor",
    *VALUE_KEYS,
    *STATED_KEYS,
    *(f"sigma.{key}" for key in SIGMA_KEYS),
    "confidence",
    *(f"class.{label}" for label in LABELS),
    *(f"claims.{key}" for key in CLAIM_KEYS),
    "rcs_dbsm",
    "snr_db",
    "micro_doppler",
)
