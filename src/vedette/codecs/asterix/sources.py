"""The sources of ASTERIX: who is known by which SAC and SIC, and what is remembered of each.

A sensor of the site is known by its kind, its area and its identification code (SAC, SIC): one
station may send radar plots, multilateration and ADS-B under the same codes. ASTERIX carries the
time of the day alone: the day is the one that brings it nearest to the time of receipt, which also
mends the wrap at midnight.

Sources send everything on two networks. A record that one has just sent is the same detection and
not a second one.
"""

import math
from dataclasses import dataclass, field
from itertools import islice

from vedette.base.constants import NS_PER_DAY, NS_PER_S, WGS84_ECC2, WGS84_SEMI_MAJOR_M
from vedette.codecs.reasons import UNKNOWN_SENSOR, refuse
from vedette.config.site import Sensor, Site
from vedette.model.reports import Refusal

TIME_STEPS_PER_DAY = 86_400 * 128  # the items' resolution is 1/128 s, 7.8125 ms exactly
NS_PER_TIME_STEP = 7_812_500
RECENT_MAX = 4096  # records of one source at least, twice as many at most: several scans
TWICE_MAX_NS = 2 * NS_PER_S  # two networks differ by far less

RADARS, ADSB, POSITIONS, BEARINGS = range(4)  # families of sensors, by what they send
_FAMILIES = {
    "adsb": ADSB,
    "position": POSITIONS,
    "bearing": BEARINGS,
    "bearing_elevation": BEARINGS,
}
_WORDS = {ADSB: "adsb", POSITIONS: "position", BEARINGS: "bearing"}
FAMILY_OF_CATEGORY = {
    48: RADARS,
    34: RADARS,
    21: ADSB,
    10: POSITIONS,
    20: POSITIONS,
    62: POSITIONS,
    65: POSITIONS,
    205: BEARINGS,
}


@dataclass(slots=True)
class Radar:
    """What the decoder must know of one source of the site, a radar or another.

    lat_deg, lon_deg: its place, where has_place. is_own: it is our own output, heard again.
    amplitude_at_1km_dbm: of an echo of 1 m2, where the radar is calibrated. recent: when each of
    its last records was received, by what tells it from others.
    """

    sensor: str
    hae_m: float
    earth_radius_m: float  # Gauss's mean radius of curvature at the radar
    measures_elevation: bool
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    has_place: bool = False
    is_own: bool = False
    amplitude_at_1km_dbm: float | None = None
    recent: dict[int, int] = field(default_factory=dict)


def code_of(family: int, sac: int, sic: int) -> int:
    """Make one number of a family and its codes: of radars SAC * 256 + SIC."""
    return family << 16 | sac << 8 | sic


def radars_of(site: Site) -> dict[int, Radar]:
    """List the site's sources by `code_of`, our own outputs among them."""
    known = {
        code_of(POSITIONS, output.sac, output.sic): Radar(output.id, 0.0, 0.0, False, is_own=True)
        for output in site.outputs
        if output.sac is not None and output.sic is not None
    }
    for sensor in site.sensors:
        if sensor.sac is not None and sensor.sic is not None:
            family = _FAMILIES.get(sensor.kind, RADARS)
            known[code_of(family, sensor.sac, sensor.sic)] = radar_of(sensor)
    return known


def radar_of(sensor: Sensor) -> Radar:
    """Describe one sensor; its earth radius is a sqrt(1 - e2) / (1 - e2 sin2 lat)."""
    sine2 = math.sin(math.radians(sensor.lat_deg)) ** 2
    radius_m = WGS84_SEMI_MAJOR_M * math.sqrt(1.0 - WGS84_ECC2) / (1.0 - WGS84_ECC2 * sine2)
    is_3d = sensor.kind == "radar_3d"
    return Radar(
        sensor.id,
        sensor.hae_m,
        radius_m,
        is_3d,
        sensor.lat_deg,
        sensor.lon_deg,
        has_place=True,
        amplitude_at_1km_dbm=sensor.amplitude_at_1km_dbm,
    )


def nearest_day_ns(t_day_s: float, t_near_ns: int) -> int:
    """Give the instant with this time of day (seconds after midnight UTC) nearest to another."""
    return nearest_step_ns(round(t_day_s * 128.0), t_near_ns)


def nearest_step_ns(step: int, t_near_ns: int) -> int:
    """Give the instant this many 128ths of a second after a midnight UTC, nearest to another."""
    t_ns = t_near_ns - t_near_ns % NS_PER_DAY + step * NS_PER_TIME_STEP
    if t_ns - t_near_ns > NS_PER_DAY // 2:
        return t_ns - NS_PER_DAY
    return t_ns + NS_PER_DAY if t_near_ns - t_ns > NS_PER_DAY // 2 else t_ns


def is_repeated(key: int, radar: Radar, t_recv_ns: int) -> bool:
    """Say whether this radar has just sent a record of this key, and remember it."""
    before_ns = radar.recent.pop(key, None)
    radar.recent[key] = t_recv_ns
    if len(radar.recent) > 2 * RECENT_MAX:  # half at once: a dictionary's oldest is slow to find
        radar.recent = dict(islice(radar.recent.items(), RECENT_MAX, None))
    return before_ns is not None and abs(t_recv_ns - before_ns) <= TWICE_MAX_NS


def strange(code: int, count: int, feed: str, t_recv_ns: int) -> Refusal:
    """Refuse the records of a source that the site file does not name."""
    family = code >> 16
    detail = f"SAC {code >> 8 & 255} SIC {code & 255}"
    if family:
        detail += f": no sensor of kind {_WORDS[family]} has them"
    return refuse(feed, t_recv_ns, UNKNOWN_SENSOR, detail, count)


def simulated_words(radar: Radar) -> str:
    """Say why a target is refused where nothing simulated may be."""
    return f"{radar.sensor} marks it simulated"
