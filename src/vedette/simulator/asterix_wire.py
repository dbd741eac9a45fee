"""What a scenario's sensors send as ASTERIX, each in the category of its kind.

In: a sensor's reports. Out: data blocks. Radars speak CAT048 and 034, direction finders and cameras
205, ADS-B ground stations 021, multilateration 020 (010 where the scenario says so), neighbouring
centres 062 with a sign of life (065) each second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from vedette.base.constants import NS_PER_S
from vedette.codecs.asterix import (
    cat034_from_status,
    encode_cat034,
    encode_plots,
    encode_record_blocks,
)
from vedette.codecs.asterix.encode import pack_blocks
from vedette.codecs.asterix.from_reports import Speaker, say, speaker
from vedette.codecs.asterix.from_tracks import cat065_of
from vedette.config.site import Feed, Sensor
from vedette.model.enums import Mode
from vedette.model.reports import Plot, PositionReport, Report, SensorStatus

LIFE_NS = NS_PER_S  # between two service messages of a centre
RADARS = ("radar_3d", "radar_2d")
POSITIONS = {"adsb": 21, "position": 20}


@dataclass(slots=True)
class Sources:
    """The sources of one feed that are no radars. dies_ns: from when on one says nothing more.

    categories: in which a sensor of kind position speaks, where not in that of its kind. said_ns:
    when a centre last said that it lives.
    """

    sensors: dict[str, Sensor]
    dies_ns: Mapping[str, int]
    categories: Mapping[str, int]
    speaker: Speaker
    said_ns: dict[str, int] = field(default_factory=dict)

    def signs(self, t_ns: int) -> list[bytes]:
        """Give the service messages of neighbouring centres that are due."""
        out = []
        for sensor in self.sensors.values():
            is_due = t_ns - self.said_ns.get(sensor.id, -LIFE_NS) >= LIFE_NS
            if sensor.neighbour and is_due and t_ns <= self.dies_ns.get(sensor.id, t_ns):
                self.said_ns[sensor.id] = t_ns
                life = cat065_of(t_ns, sensor.sac or 0, sensor.sic or 0, is_degraded=False)
                out += encode_record_blocks([life])
        return out

    def blocks(self, reports: list[Report], sensor: Sensor) -> list[bytes]:
        """Encode a sensor's reports as data blocks, in their order; what cannot be said is not."""
        if sensor.kind in RADARS:
            return radar_blocks(reports, sensor)
        category = 62 if sensor.neighbour else POSITIONS.get(sensor.kind)
        category = self.categories.get(sensor.id, category)
        said = [
            say(self.speaker, report, category)
            for report in reports
            if isinstance(report, Plot | PositionReport)
        ]
        whole = [(each.category, each.octets) for each in said if each.octets]
        return [
            block
            for number, group in groupby(whole, key=lambda each: each[0])
            for block in pack_blocks(number, (octets for _, octets in group))
        ]


def sources_of(
    sensors: list[Sensor], dies_ns: Mapping[str, int], categories: Mapping[str, int]
) -> Sources:
    """Make the sources of one feed; all that they say is marked simulated."""
    by_id = {sensor.id: sensor for sensor in sensors}
    return Sources(by_id, dies_ns, categories, speaker(by_id, Mode.SIMULATED))


def radar_blocks(reports: list[Report], sensor: Sensor) -> list[bytes]:
    """Encode a radar's plots and service messages as data blocks, in their order."""
    blocks: list[bytes] = []
    for is_plot, group in groupby(reports, key=lambda r: isinstance(r, Plot)):
        if is_plot:
            plots = [r for r in group if isinstance(r, Plot)]
            blocks += encode_plots(plots, sensor, simulated=True)
        else:
            statuses = [r for r in group if isinstance(r, SensorStatus)]
            blocks.append(encode_cat034([cat034_from_status(s, sensor) for s in statuses]))
    return blocks


def carried(feed: Feed, sensors: list[Sensor]) -> list[Sensor]:
    """List the sensors that an ASTERIX feed carries: the named one, or all that have codes."""
    if feed.sensor is not None:
        return [sensor for sensor in sensors if sensor.id == feed.sensor]
    return [sensor for sensor in sensors if sensor.sac is not None]
