"""From what sensors measured to bytes on their feeds: the same formats real sensors speak.

In: `Heard` of each step. Out: datagrams and pieces of streams, each when its latency is over. A
sensor speaks over every feed that carries it: the one that names it, an ASTERIX feed that names
none if it has codes, a SAPIENT feed if it has a node. What a format cannot say is left out.
"""

import heapq
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from vedette.codecs.adsb import avr, beast
from vedette.codecs.detections import encode_detection_line
from vedette.config.kinds import SAPIENT_FEEDS
from vedette.config.site import Feed, Sensor, Site
from vedette.model.reports import Detection, Report
from vedette.simulator.adsb_wire import AircraftTable, sbs_lines
from vedette.simulator.asterix_wire import Sources, carried, sources_of
from vedette.simulator.heard import Heard

if TYPE_CHECKING:
    from vedette.simulator.sapient_nodes import SapientNodes

DATAGRAM_BYTES = 1400  # within one Ethernet frame
FRAME_KINDS = ("beast_tcp", "avr_tcp")  # what is sent is Mode S frames, not reports
TABLE_KINDS = ("aircraft_json_http", "aircraft_json_file")
# Kinds of feeds whose reports are a datagram, or a message, each, and who says them how. Loaded for
# the sites that have such a feed: SAPIENT's protobuf alone takes a tenth of a second.
_DATAGRAMS = {
    "remote_id_udp": "remote_id_wire.beacons",
    "remote_id_mqtt": "remote_id_wire.publications",
    "mavlink_udp": "mavlink_wire.packets",
    "cot_udp": "cot_wire.events",
    "cot_tcp": "cot_wire.events",
}


@dataclass(slots=True)
class Wire:
    """What waits to be sent: by feed and sensor a heap of (release time, order, report or frame).

    Where nothing is held back, that is the order in which it was said. nodes, tables, sources: of
    SAPIENT, aircraft.json and ASTERIX feeds.
    """

    feeds: dict[str, list[Feed]]  # by sensor
    sensors: dict[str, Sensor]
    waiting: dict[tuple[str, str], list[tuple[int, int, Report | bytes]]] = field(
        default_factory=dict
    )
    said: int = 0
    nodes: dict[str, "SapientNodes"] = field(default_factory=dict)
    tables: dict[str, AircraftTable] = field(default_factory=dict)
    sources: dict[str, Sources] = field(default_factory=dict)

    def push(self, heard: Iterable[Heard]) -> None:
        """Take what the sensors say of a step. A sensor without a feed is not sent."""
        for item in heard:
            for feed in self.feeds.get(item.sensor.id, ()):
                queue = self.waiting.setdefault((item.sensor.id, feed.id), [])
                for message in item.messages:
                    what = message.frame if feed.kind in FRAME_KINDS else message.report
                    if what is not None:
                        self.said += 1
                        heapq.heappush(queue, (message.due_ns + item.latency_ns, self.said, what))

    def due(self, t_ns: int) -> list[tuple[str, bytes]]:
        """Give what is to be sent by t_ns: (feed id, bytes), a datagram or a piece of a stream."""
        packets = [(feed, signs) for feed, n in self.nodes.items() if (signs := n.signs(t_ns))]
        packets += [(feed, life) for feed, s in self.sources.items() for life in s.signs(t_ns)]
        by_name = {feed.id: feed for feeds in self.feeds.values() for feed in feeds}
        for (sensor_id, feed_id), queue in self.waiting.items():
            items = []
            while queue and queue[0][0] <= t_ns:
                items.append(heapq.heappop(queue)[2])
            if items:
                said = self._words(by_name[feed_id], self.sensors[sensor_id], items, t_ns)
                packets += [(feed_id, data) for data in said]
        return packets

    def _words(
        self, feed: Feed, sensor: Sensor, items: list[Report | bytes], t_ns: int
    ) -> list[bytes]:
        """Say what is due of one sensor in the format of a feed."""
        if feed.kind in FRAME_KINDS:
            data = b"".join(frame for frame in items if isinstance(frame, bytes))
            return [avr.encode(beast.split(data)[0]) if feed.kind == "avr_tcp" else data]
        reports = [report for report in items if not isinstance(report, bytes)]
        if feed.kind in _DATAGRAMS:
            return _own_way(_DATAGRAMS[feed.kind])(reports, sensor)
        if feed.id in self.nodes:
            return [self.nodes[feed.id].words(reports, sensor)]
        if feed.id in self.tables:
            return [self.tables[feed.id].document(reports, t_ns)]
        if feed.kind == "sbs_tcp":
            return [sbs_lines(reports)]
        if feed.id in self.sources:
            return pack(self.sources[feed.id].blocks(reports, sensor))
        return pack(detection_lines(reports))


@cache
def _own_way(name: str) -> Callable[[list[Report], Sensor], list[bytes]]:
    """Load who says reports in a format of `_DATAGRAMS`."""
    module, _, function = name.partition(".")
    found: Callable[[list[Report], Sensor], list[bytes]]
    found = getattr(import_module(f"vedette.simulator.{module}"), function)
    return found


def create_wire(
    site: Site,
    kinds: Container[str] | None = None,
    dies_ns: Mapping[str, int] | None = None,
    categories: Mapping[str, int] | None = None,
) -> Wire:
    """Connect each sensor with every feed that carries it.

    kinds: of feeds; None: all. dies_ns: from when on a sensor says nothing more. categories: of
    ASTERIX, by sensor.
    """
    dies = dict(dies_ns or {})
    by_name = {sensor.id: sensor for sensor in site.sensors}
    wire = Wire({}, by_name)
    for feed in site.feeds:
        if kinds is not None and feed.kind not in kinds:
            continue
        carries = _carried(feed, site.sensors)
        for sensor in carries:
            wire.feeds.setdefault(sensor.id, []).append(feed)
        if feed.kind in SAPIENT_FEEDS:
            from vedette.simulator.sapient_nodes import sapient_nodes  # as _DATAGRAMS

            wire.nodes[feed.id] = sapient_nodes(carries, dies)
        elif feed.kind in TABLE_KINDS:
            wire.tables[feed.id] = AircraftTable()
        elif feed.kind == "asterix_udp":
            wire.sources[feed.id] = sources_of(carries, dies, categories or {})
    return wire


def _carried(feed: Feed, sensors: list[Sensor]) -> list[Sensor]:
    """List the sensors that a feed carries."""
    if feed.kind in SAPIENT_FEEDS:
        return [sensor for sensor in sensors if sensor.sapient_node is not None]
    if feed.kind == "asterix_udp":
        return carried(feed, sensors)
    named = (feed.sensor, feed.sightings_sensor, feed.tracks_sensor)
    return [sensor for sensor in sensors if sensor.id in named]


def detection_lines(reports: Iterable[Report]) -> list[bytes]:
    """Encode detections as JSON lines; what the format cannot say (a sign of life) is left out."""
    return [encode_detection_line(r) for r in reports if isinstance(r, Detection)]


def pack(pieces: Iterable[bytes]) -> list[bytes]:
    """Put whole pieces together into datagrams of at most DATAGRAM_BYTES, or one piece."""
    datagrams: list[bytes] = []
    for piece in pieces:
        if datagrams and len(datagrams[-1]) + len(piece) <= DATAGRAM_BYTES:
            datagrams[-1] += piece
        else:
            datagrams.append(piece)
    return datagrams
