"""What a Remote ID receiver hears of simulated drones: captured beacons, as it would send them on.

In: position reports of a sensor. Out: datagrams of the envelope that `remote_id_udp` takes, a
Wi-Fi beacon in each with identifier and location; or the objects that a DroneScout publishes over
MQTT, with the same messages. The simulated drone states its own GNSS time.
"""

from collections.abc import Iterable

from vedette.codecs import remote_id
from vedette.codecs.remote_id.from_reports import (
    BEACON_LINK,
    MULTIROTOR,
    location_of,
    made_beacon,
    made_pack,
)
from vedette.config.site import Sensor
from vedette.model.reports import PositionReport, Report


def beacons(reports: Iterable[Report], sensor: Sensor) -> list[bytes]:
    """Make the datagram of each position report; a drone without an identifier sends none.

    sensor: as the site describes it; what is reported is known within its sigmas.
    """
    out = []
    for report in _named(reports):
        beacon = made_beacon(report, _location(report, sensor), MULTIROTOR)
        out.append(remote_id.wrap(BEACON_LINK, beacon, report.t_meas_ns))
    return out


def publications(reports: Iterable[Report], sensor: Sensor) -> list[bytes]:
    """Make what a DroneScout publishes of each position report that has an identifier."""
    out = []
    for report in _named(reports):
        address, pack = made_pack(report, _location(report, sensor), MULTIROTOR)
        name = address.hex(":").upper()
        out.append(remote_id.publish(name, pack, report.t_meas_ns, sensor.id))
    return out


def _named(reports: Iterable[Report]) -> list[PositionReport]:
    return [
        report
        for report in reports
        if isinstance(report, PositionReport) and report.claims and report.claims.remote_id
    ]


def _location(report: PositionReport, sensor: Sensor) -> remote_id.Location:
    return location_of(report, sensor.horizontal_sigma_m, sensor.vertical_sigma_m)
