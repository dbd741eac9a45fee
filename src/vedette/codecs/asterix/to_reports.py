"""ASTERIX records to reports, and back for a simulated radar.

Sources and their times: `sources`. Positions and bearings (CAT010, 020, 021, 062, 065, 205):
`to_positions`. Here radars. I048/110 is the height a 3-D radar worked out above mean sea level from
its own range and elevation; for a site's `radar_3d` this step is undone, so that the tracker gets
the elevation the radar measured. Mean sea level is taken as the ellipsoid here, as the site file
states no undulation: radar and target share it, so elevation is wrong by undulation over range.

A record is a repetition where time, range and azimuth are the same to the step.
"""

import math

from vedette.base.angles import TWO_PI, wrap_two_pi
from vedette.base.constants import NS_PER_DAY
from vedette.codecs.asterix.blocks import BlockFault, blocks
from vedette.codecs.asterix.cat034 import NORTH_MARK, SECTOR_CROSSING, Cat034, decode_cat034
from vedette.codecs.asterix.cat048 import NO_DETECTION, Cat048, decode_cat048
from vedette.codecs.asterix.profiles import EDITION_2_2
from vedette.codecs.asterix.sources import (
    NS_PER_TIME_STEP,
    TIME_STEPS_PER_DAY,
    Radar,
    is_repeated,
    nearest_day_ns,
    radar_of,
    simulated_words,
    strange,
)
from vedette.codecs.asterix.to_positions import Taking, read_block
from vedette.codecs.reasons import SIMULATED_TARGET, refuse
from vedette.config.site import Sensor
from vedette.model.reports import Claims, Plot, Report, SensorStatus

M_PER_RANGE_STEP = 1852.0 / 256.0  # I048/040
STEPS_PER_TURN = 1 << 16
AMPLITUDE_MIN, AMPLITUDE_MAX = -128.0, 127.0  # I048/130 PAM; at its ends it says "at least"
KINDS_OF_STATUS = {NORTH_MARK: "north", SECTOR_CROSSING: "sector"}


def elevation_from_height_rad(range_m: float, height_m: float, radar: Radar) -> float | None:
    """Undo a 3-D radar's height: law of cosines on a sphere of the local radius.

    sin(e) = ((R + h)^2 - (R + h0)^2 - r^2) / (2 r (R + h0)). None at range 0 or if no elevation
    gives that height at that range.
    """
    site_radius_m = radar.earth_radius_m + radar.hae_m
    if range_m <= 0.0:
        return None
    rise_m = height_m - radar.hae_m
    sine = (rise_m * (rise_m + 2.0 * site_radius_m) - range_m**2) / (2.0 * range_m * site_radius_m)
    return math.asin(sine) if -1.0 <= sine <= 1.0 else None


def height_from_elevation_m(range_m: float, elevation_rad: float, radar: Radar) -> float:
    """Give the height of a target from slant range and elevation; inverse of the above."""
    site_radius_m = radar.earth_radius_m + radar.hae_m
    square = site_radius_m**2 + range_m**2
    square += 2.0 * site_radius_m * range_m * math.sin(elevation_rad)
    return math.sqrt(square) - radar.earth_radius_m


def rcs_from_amplitude_dbsm(range_m: float, amplitude_dbm: float, radar: Radar) -> float | None:
    """Work out a cross-section from the amplitude of an echo and what 1 m2 at 1 km gives.

    The power falls with the fourth power of range: rcs = amplitude - reference + 40 log10(r / km).
    None where the site states no reference, at range 0, and for an amplitude at the item's end.
    """
    at_1km_dbm = radar.amplitude_at_1km_dbm
    if at_1km_dbm is None or range_m <= 0.0 or not AMPLITUDE_MIN < amplitude_dbm < AMPLITUDE_MAX:
        return None
    return amplitude_dbm - at_1km_dbm + 40.0 * math.log10(range_m / 1000.0)


def amplitude_from_rcs_dbm(range_m: float, rcs_dbsm: float, sensor: Sensor) -> int | None:
    """Give the amplitude of an echo, the inverse of the above; None where it is not calibrated."""
    if sensor.amplitude_at_1km_dbm is None or range_m <= 0.0:
        return None
    return round(sensor.amplitude_at_1km_dbm + rcs_dbsm - 40.0 * math.log10(range_m / 1000.0))


def read_datagram(
    data: bytes,
    feed: str,
    t_recv_ns: int,
    radars: dict[int, Radar],
    is_live: bool,
    at: int = 0,
    edition: int | None = EDITION_2_2,
) -> list[Report]:
    """Read every data block of a datagram; what is refused is a report among the others.

    edition: the profile of CAT021; None: the first that fits.

    A target marked simulated is refused where the site is LIVE; test targets, field monitors and
    extrapolated tracks (no detection in this scan) are no plots and are passed over, and so is what
    came a moment ago over another network.
    """
    out: list[Report] = []
    strangers: dict[int, int] = {}
    for block in blocks(data, at):
        if isinstance(block, BlockFault):
            out.append(_refusal(feed, t_recv_ns, block))
            continue
        if block.category not in (48, 34):
            took = Taking(feed, t_recv_ns, radars, is_live, strangers)
            out += read_block(data, block, took, edition)
            continue
        decode = decode_cat048 if block.category == 48 else decode_cat034
        for record in decode(data, block):
            if isinstance(record, BlockFault):
                out.append(_refusal(feed, t_recv_ns, record))
                continue
            code = (record.sac << 8) | record.sic
            radar = radars.get(code)
            if radar is None:
                strangers[code] = strangers.get(code, 0) + 1
                continue
            key = _key(record)
            if key >= 0 and is_repeated(key, radar, t_recv_ns):
                continue
            report = _report(record, radar, feed, t_recv_ns, is_live)
            if report is not None:
                out.append(report)
    out += [strange(code, count, feed, t_recv_ns) for code, count in strangers.items()]
    return out


def _refusal(feed: str, t_recv_ns: int, fault: BlockFault) -> Report:
    return refuse(feed, t_recv_ns, fault.reason, f"offset {fault.offset}: {fault.detail}")


def _key(record: Cat048 | Cat034) -> int:
    """Make one number of category, time, range or message type, and azimuth; -1: no such."""
    if record.t_day_s is None:
        return -1
    if isinstance(record, Cat034):
        is_plot, far, azimuth_rad = 0, record.message_type or 0, record.sector_rad or 0.0
    elif record.range_m is None or record.azimuth_rad is None:
        return -1
    else:
        is_plot, far = 1, round(record.range_m / M_PER_RANGE_STEP)
        azimuth_rad = record.azimuth_rad
    turned = round(azimuth_rad * (STEPS_PER_TURN / TWO_PI)) % STEPS_PER_TURN
    when = round(record.t_day_s * 128.0)
    return ((when << 1 | is_plot) << 16 | far & 0xFFFF) << 16 | turned


def _report(
    record: Cat048 | Cat034, radar: Radar, feed: str, t_recv_ns: int, is_live: bool
) -> Report | None:
    if isinstance(record, Cat034):
        return status_from_cat034(record, radar, t_recv_ns)
    if record.simulated and is_live:
        return refuse(feed, t_recv_ns, SIMULATED_TARGET, simulated_words(radar))
    return plot_from_cat048(record, radar, t_recv_ns)


def plot_from_cat048(record: Cat048, radar: Radar, t_recv_ns: int) -> Plot | None:
    """Make a Plot of a target report, or None where it holds no detection of a real target."""
    if record.range_m is None or record.report_type == NO_DETECTION:
        return None
    if record.test_target or record.field_monitor:
        return None
    height_m = record.height_baro_m if record.height_baro_valid else None
    elevation_rad = None
    if record.height_msl_m is not None:
        if radar.measures_elevation:
            elevation_rad = elevation_from_height_rad(record.range_m, record.height_msl_m, radar)
        elif height_m is None:
            height_m = record.height_msl_m
    t_day_s = record.t_day_s
    return Plot(
        sensor=radar.sensor,
        t_meas_ns=t_recv_ns if t_day_s is None else nearest_day_ns(t_day_s, t_recv_ns),
        t_recv_ns=t_recv_ns,
        range_m=record.range_m,
        azimuth_rad=record.azimuth_rad,
        elevation_rad=elevation_rad,
        range_rate_mps=None if record.range_rate_doubtful else record.range_rate_mps,
        height_baro_m=height_m,
        claims=_claims(record),
        rcs_dbsm=None
        if record.psr_amplitude_dbm is None
        else rcs_from_amplitude_dbsm(record.range_m, record.psr_amplitude_dbm, radar),
    )


def _claims(record: Cat048) -> Claims | None:
    squawk = record.mode_3a if record.mode_3a_valid else None
    callsign = record.callsign or None
    if squawk is None and callsign is None and record.icao24 is None:
        return None
    return Claims(icao24=record.icao24, callsign=callsign, squawk=squawk)


def status_from_cat034(record: Cat034, radar: Radar, t_recv_ns: int) -> SensorStatus:
    """Make a SensorStatus of a service message: north mark, sector crossing, or heartbeat."""
    kind = KINDS_OF_STATUS.get(record.message_type or 0, "heartbeat")
    t_day_s = record.t_day_s
    return SensorStatus(
        sensor=radar.sensor,
        t_meas_ns=t_recv_ns if t_day_s is None else nearest_day_ns(t_day_s, t_recv_ns),
        t_recv_ns=t_recv_ns,
        kind=kind,
        azimuth_rad=0.0 if kind == "north" else record.sector_rad,
        scan_period_s=record.rotation_period_s or None,
        degraded_reason="; ".join(record.faults) or None,
    )


def _t_day_s(t_ns: int) -> float:
    return (round(t_ns % NS_PER_DAY / NS_PER_TIME_STEP) % TIME_STEPS_PER_DAY) / 128.0


def cat048_from_plot(plot: Plot, sensor: Sensor, simulated: bool = False) -> Cat048:
    """Say a Plot as its radar would: an SSR report where there are claims, a PSR one elsewhere.

    sensor: the site's own entry, with sac and sic (0 where it states none). Elevation is sent as
    the height it means (I048/110), Doppler as I048/120, a cross-section as I048/130 PAM.
    """
    claims = plot.claims or Claims()
    height_msl_m = amplitude_dbm = None
    if plot.rcs_dbsm is not None and plot.range_m is not None:
        amplitude_dbm = amplitude_from_rcs_dbm(plot.range_m, plot.rcs_dbsm, sensor)
    if plot.elevation_rad is not None and plot.range_m is not None:
        radar = radar_of(sensor)
        height_msl_m = height_from_elevation_m(plot.range_m, plot.elevation_rad, radar)
    return Cat048(
        sac=sensor.sac or 0,
        sic=sensor.sic or 0,
        t_day_s=_t_day_s(plot.t_meas_ns),
        report_type=5 if claims.icao24 else (2 if claims.squawk else 1),
        simulated=simulated,
        range_m=plot.range_m,
        azimuth_rad=plot.azimuth_rad,
        mode_3a=claims.squawk,
        height_baro_m=plot.height_baro_m,
        icao24=claims.icao24,
        callsign=claims.callsign,
        psr_amplitude_dbm=amplitude_dbm,
        height_msl_m=height_msl_m,
        range_rate_mps=plot.range_rate_mps,
    )


def cat034_from_status(status: SensorStatus, sensor: Sensor) -> Cat034:
    """Say a SensorStatus as its radar would."""
    types = {"north": NORTH_MARK, "sector": SECTOR_CROSSING}
    azimuth_rad = None if status.azimuth_rad is None else wrap_two_pi(status.azimuth_rad)
    return Cat034(
        sac=sensor.sac or 0,
        sic=sensor.sic or 0,
        message_type=types.get(status.kind, NORTH_MARK),
        t_day_s=_t_day_s(status.t_meas_ns),
        sector_rad=azimuth_rad if status.kind == "sector" else None,
        rotation_period_s=status.scan_period_s,
        common_status=0x80 if status.degraded_reason else 0,
    )
