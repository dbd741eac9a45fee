"""Plots of a primary radar to CAT048 records, without a `Cat048` between: what radars say most.

In: plots of one radar, who makes no claims. Out: the bytes that `cat048_from_plot` and
`encode_cat048_blocks` give of them (a test holds the two equal), in a third of the time.
"""

from collections.abc import Sequence

from vedette.base.angles import wrap_two_pi
from vedette.base.constants import NS_PER_DAY
from vedette.codecs.asterix.cat048 import ANGLE_LSB_RAD, HEIGHT_LSB_M, RANGE_LSB_M
from vedette.codecs.asterix.encode import encode_cat048_record, pack_blocks, record_bytes
from vedette.codecs.asterix.sources import (
    NS_PER_TIME_STEP,
    TIME_STEPS_PER_DAY,
    Radar,
    radar_of,
)
from vedette.codecs.asterix.to_reports import (
    amplitude_from_rcs_dbm,
    cat048_from_plot,
    height_from_elevation_m,
)
from vedette.config.site import Sensor
from vedette.model.reports import Plot

RANGE_MAX, HEIGHT_MAX, DOPPLER_MAX = 0xFFFF, 0x1FFF, 0x1FF  # largest numbers of 16, 14, 10 bits


def encode_plots(plots: Sequence[Plot], sensor: Sensor, simulated: bool = False) -> list[bytes]:
    """Write plots as CAT048 blocks, each small enough for a datagram of its own.

    sensor: the site's own entry, with sac and sic (0 where it states none).
    """
    radar = radar_of(sensor)
    head = bytes([sensor.sac or 0, sensor.sic or 0])
    kind = bytes([1 << 5 | 0x10 * simulated])
    return pack_blocks(48, (_record(plot, sensor, radar, head, kind, simulated) for plot in plots))


def _record(
    plot: Plot, sensor: Sensor, radar: Radar, head: bytes, kind: bytes, simulated: bool
) -> bytes:
    reach, azimuth = plot.range_m, plot.azimuth_rad
    tells_more = plot.claims is not None or plot.height_baro_m is not None
    if tells_more or reach is None or azimuth is None:
        return encode_cat048_record(cat048_from_plot(plot, sensor, simulated))
    step = round(plot.t_meas_ns % NS_PER_DAY / NS_PER_TIME_STEP) % TIME_STEPS_PER_DAY
    rho = min(max(round(reach / RANGE_LSB_M), 0), RANGE_MAX)
    theta = round(wrap_two_pi(azimuth) / ANGLE_LSB_RAD) & 0xFFFF
    items = {
        "010": head,
        "140": step.to_bytes(3, "big"),
        "020": kind,
        "040": (rho << 16 | theta).to_bytes(4, "big"),
    }
    if plot.rcs_dbsm is not None:
        amplitude = amplitude_from_rcs_dbm(reach, plot.rcs_dbsm, sensor)
        if amplitude is not None:
            items["130"] = bytes([0x08, min(max(amplitude, -128), 127) & 0xFF])
    if plot.elevation_rad is not None:
        height = round(height_from_elevation_m(reach, plot.elevation_rad, radar) / HEIGHT_LSB_M)
        level = min(max(height, -HEIGHT_MAX - 1), HEIGHT_MAX)
        items["110"] = (level & 0x3FFF).to_bytes(2, "big")
    if plot.range_rate_mps is not None:
        speed = min(max(round(plot.range_rate_mps), -DOPPLER_MAX - 1), DOPPLER_MAX)
        items["120"] = (0x800000 | speed & 0x3FF).to_bytes(3, "big")
    return record_bytes(48, items)
