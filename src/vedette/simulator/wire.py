"""From what sensors measured to bytes on their feeds: the same formats real sensors speak.

In: `Heard` of each step. Out: datagrams and pieces of streams, each when its latency is over.
ASTERIX feeds get CAT048 and CAT034 blocks (several a datagram), Beast feeds frames, SAPIENT feeds
the messages of their nodes, CoT, MAVLink and Remote ID feeds a datagram a report, the others
detection lines.
"""

import heapq
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from vedette.codecs.adsb import avr, beast
from vedette.codecs.asterix import (
    cat034_from_status,
    encode_cat034,
    encode_plots,
)
from vedette.codecs.detections import encode_detection_line
from vedette.config.kinds import SAPIENT_FEEDS
from vedette.config.site import Feed, Sensor, Site
from vedette.model.reports import Detection, Plot, Report, SensorStatus
from vedette.simulator.cot_wire import events as cot_events
from vedette.simulator.heard import Heard
from vedette.simulator.mavlink_wire import packets as mavlink_packets
from vedette.simulator.remote_id_wire import beacons
from vedette.simulator.sapient_nodes import SapientNodes, sapient_nodes

DATAGRAM_BYTES = 1400  # within one Ethernet frame
FRAME_KINDS = ("beast_tcp", "avr_tcp")  # what is sent is Mode S frames, not reports
# Kinds of feeds whose reports are a datagram each.
_DATAGRAMS: dict[str, Callable[[list[Report], Sensor], list[bytes]]] = {
    "remote_id_udp": beacons,
    "mavlink_udp": mavlink_packets,
    "cot_udp": cot_events,
}


@dataclass(slots=True)
class Wire:
    """What waits to be sent on each feed: a heap of (release time, order, report or frame).

    Where nothing is held back, that is the order in which it was said. nodes: of SAPIENT feeds.
    """

    feeds: dict[str, Feed]  # by sensor
    sensors: dict[str, Sensor]
    waiting: dict[str, list[tuple[int, int, Report | bytes]]] = field(default_factory=dict)
    said: int = 0
    nodes: dict[str, SapientNodes] = field(default_factory=dict)

    def push(self, heard: Iterable[Heard]) -> None:
        """Take what the sensors say of a step. A sensor without a feed is not sent."""
        for item in heard:
            feed = self.feeds.get(item.sensor.id)
            if feed is None:
                continue
            queue = self.waiting.setdefault(item.sensor.id, [])
            for message in item.messages:
                what = message.frame if feed.kind in FRAME_KINDS else message.report
                if what is not None:
                    self.said += 1
                    heapq.heappush(queue, (message.due_ns + item.latency_ns, self.said, what))

    def due(self, t_ns: int) -> list[tuple[str, bytes]]:
        """Give what is to be sent by t_ns: (feed id, bytes), a datagram or a piece of a stream."""
        packets = [(feed, signs) for feed, n in self.nodes.items() if (signs := n.signs(t_ns))]
        for sensor_id, queue in self.waiting.items():
            items = []
            while queue and queue[0][0] <= t_ns:
                items.append(heapq.heappop(queue)[2])
            if not items:
                continue
            feed, sensor = self.feeds[sensor_id], self.sensors[sensor_id]
            if feed.kind in FRAME_KINDS:
                data = b"".join(frame for frame in items if isinstance(frame, bytes))
                if feed.kind == "avr_tcp":
                    data = avr.encode(beast.split(data)[0])
                packets.append((feed.id, data))
                continue
            reports = [report for report in items if not isinstance(report, bytes)]
            own_way = _DATAGRAMS.get(feed.kind)
            if own_way is not None:
                packets += [(feed.id, data) for data in own_way(reports, sensor)]
                continue
            if feed.id in self.nodes:
                packets.append((feed.id, self.nodes[feed.id].words(reports, sensor)))
                continue
            is_asterix = feed.kind == "asterix_udp"
            pieces = asterix_blocks(reports, sensor) if is_asterix else detection_lines(reports)
            packets += [(feed.id, data) for data in pack(pieces)]
        return packets


def create_wire(
    site: Site, kinds: Container[str] | None = None, dies_ns: Mapping[str, int] | None = None
) -> Wire:
    """Connect each sensor with the first feed that names it, or carries its SAPIENT node.

    kinds: of feeds; None: all. dies_ns: from when on a sensor says nothing more.
    """
    feeds: dict[str, Feed] = {}
    nodes: dict[str, SapientNodes] = {}
    for feed in site.feeds:
        for sensor_id in (feed.sensor, feed.sightings_sensor):
            if sensor_id is not None:
                feeds.setdefault(sensor_id, feed)
    for feed in site.feeds:
        if feed.kind in SAPIENT_FEEDS and (kinds is None or feed.kind in kinds):
            own = [s for s in site.sensors if s.sapient_node and s.id not in feeds]
            feeds |= {sensor.id: feed for sensor in own}
            nodes[feed.id] = sapient_nodes(own, dict(dies_ns or {}))
    if kinds is not None:
        feeds = {sensor: feed for sensor, feed in feeds.items() if feed.kind in kinds}
    return Wire(feeds, {sensor.id: sensor for sensor in site.sensors}, nodes=nodes)


def asterix_blocks(reports: list[Report], sensor: Sensor) -> list[bytes]:
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
