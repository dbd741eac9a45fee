"""What a Remote ID receiver hears of simulated drones: captured beacons, as it would send them on.

In: position reports of a sensor. Out: datagrams of the envelope that `remote_id_udp` takes, a
Wi-Fi beacon in each with identifier and location. The simulated drone states its own GNSS time.
"""

from collections.abc import Iterable

from vedette.codecs import remote_id
from vedette.codecs.remote_id.from_reports import (
    BEACON_LINK,
    MULTIROTOR,
    location_of,
    made_beacon,
)
from vedette.config.site import Sensor
from vedette.model.reports import PositionReport, Report


def beacons(reports: Iterable[Report], sensor: Sensor) -> list[bytes]:
    """Make the datagram of each position report; a drone without an identifier sends none.

    sensor: as the site describes it; what is reported is known within its sigmas.
    """
    return [
        remote_id.wrap(BEACON_LINK, _beacon(report, sensor), report.t_meas_ns)
        for report in reports
        if isinstance(report, PositionReport) and report.claims and report.claims.remote_id
    ]


def _beacon(report: PositionReport, sensor: Sensor) -> bytes:
    sigmas_m = (sensor.horizontal_sigma_m, sensor.vertical_sigma_m)
    return made_beacon(report, location_of(report, *sigmas_m), MULTIROTOR)
