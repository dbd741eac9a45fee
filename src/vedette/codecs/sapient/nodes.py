"""What is remembered of one SAPIENT feed: its nodes, and the answers a step gives. Plain data.

A node is mapped to a sensor of the site file by its `sapient_node`; only such nodes are kept, so
that what a peer invents costs nothing.
"""

import math
from dataclasses import dataclass, field

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.sapient.ids import node_id
from vedette.codecs.sapient.places import Ground
from vedette.config.site import Feed, Site

ASK_AGAIN_NS = 10_000_000_000  # a node is asked to register once in ten seconds
CALLED = "sapient_tcp"  # the feed kind where we call a middleware, and register with it


@dataclass(slots=True)
class Node:
    """One node of the site: its sensor, and what it said when it registered.

    lat_rad, lon_rad, offset_rad (how it is mounted), is_pointable: of its sensor in the site file.
    units: of track and object information, by type. zone: its UTM zone, "" where it named none.
    rate_unit_mps, climb_unit_mps: units of its velocities.
    """

    sensor: str
    lat_rad: float
    lon_rad: float
    offset_rad: float = 0.0
    is_pointable: bool = False
    name: str = ""
    is_registered: bool = False
    mode: str = ""
    zone: str = ""
    units: dict[str, str] = field(default_factory=dict)
    rate_unit_mps: float = 1.0
    climb_unit_mps: float = 1.0
    asked_ns: int = 0


@dataclass(slots=True)
class Answer:
    """What is to be said over a feed's connection. peer: to which node; None: to all there."""

    feed: str
    peer: str | None
    data: bytes


@dataclass(slots=True)
class Conversation:
    """One SAPIENT feed. own: our node id. nodes: of the site, by node id in lower case.

    is_accepted: the peer we called has taken our registration; None: it has not answered.
    """

    feed: str
    kind: str
    own: str
    site_name: str
    ground: Ground
    nodes: dict[str, Node] = field(default_factory=dict)
    is_accepted: bool | None = None
    error_ns: int = 0
    tasks: dict[str, str] = field(default_factory=dict)  # what was asked lately, by task id
    answers: list[Answer] = field(default_factory=list)

    def say(self, data: bytes, to: str) -> None:
        """Answer a node. A middleware that we called carries it to the node."""
        peer = None if self.kind == CALLED else to
        self.answers.append(Answer(self.feed, peer, data))


def open_conversation(site: Site, feed: Feed) -> Conversation:
    """Make what is remembered of a SAPIENT feed of the site."""
    reference = site.reference
    ground = Ground(reference.declination_deg, reference.geoid_m)
    nodes = {
        sensor.sapient_node.lower(): Node(
            sensor.id,
            math.radians(sensor.lat_deg),
            math.radians(sensor.lon_deg),
            math.radians(sensor.azimuth_offset_deg),
            sensor.pointable,
        )
        for sensor in site.sensors
        if sensor.sapient_node is not None
    }
    return Conversation(feed.id, feed.kind, own_node(site, feed), site.name, ground, nodes)


def own_node(site: Site, feed: Feed) -> str:
    """Give the node id under which we speak on a feed: the site file's, or one of its name."""
    return (feed.node or node_id("vedette", site.name)).lower()


def restart(conversation: Conversation) -> None:
    """Forget who had registered: the connection is a new one."""
    conversation.is_accepted = None
    for node in conversation.nodes.values():
        node.is_registered, node.mode, node.asked_ns = False, "", 0


def left(conversation: Conversation, node: str) -> str:
    """Forget that one node had registered, since its connection is gone; give its sensor."""
    found = conversation.nodes.get(node.lower())
    if found is None:
        return ""
    found.is_registered = False
    return found.sensor


def registered(conversation: Conversation, node: str) -> Node:
    """Give a node that has registered. Raises RefusedError for any other."""
    found = conversation.nodes.get(node)
    if found is None:
        raise RefusedError(reasons.UNKNOWN_SENSOR, f"node {node} is no sensor of the site file")
    if not found.is_registered:
        raise RefusedError(reasons.UNREGISTERED, f"node {node} has not registered")
    return found
