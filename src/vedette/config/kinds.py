"""What each kind of feed is, in one table: everything that asks after a kind asks here.

A new kind is a row, a decoder of its format (`codecs.decoders`), and where its way is new a
transport (`feeds.transports`).
"""

from dataclasses import dataclass
from typing import Literal

Way = Literal["listen_udp", "listen_tcp", "call_tcp", "look", "subscribe"]


@dataclass(slots=True, frozen=True)
class FeedKind:
    """format: of its decoder. way: how its bytes come in; look: at a document, again and again;
    subscribe: at an MQTT broker.

    is_dated: what arrives states a time of day, and not only a count since the sender began.
    mark: of a stream, the octet that begins or ends each frame, by which frames are counted;
    is_framed: a stream handed over in whole messages. may_join: a multicast group.
    """

    format: str
    way: Way
    mark: bytes | None = None
    is_framed: bool = False
    may_join: bool = False
    is_dated: bool = True

    @property
    def is_torn(self) -> bool:
        """Say whether an arrival may begin and end within a frame: a stream as it was read."""
        return self.mark is not None and self.way == "call_tcp"


FEED_KINDS: dict[str, FeedKind] = {
    "asterix_udp": FeedKind("asterix", "listen_udp", may_join=True),
    "beast_tcp": FeedKind("beast", "call_tcp", mark=b"\x1a", is_dated=False),
    "sbs_tcp": FeedKind("sbs", "call_tcp", mark=b"\n"),
    "avr_tcp": FeedKind("avr", "call_tcp", mark=b"\n", is_dated=False),
    "aircraft_json_http": FeedKind("aircraft.json", "look"),
    "aircraft_json_file": FeedKind("aircraft.json", "look"),
    "detections_udp": FeedKind("detections", "listen_udp"),
    "detections_tcp": FeedKind("detection stream", "listen_tcp", mark=b"\n"),
    "detections_mqtt": FeedKind("detections", "subscribe"),
    "cot_udp": FeedKind("cot", "listen_udp", may_join=True),
    "cot_tcp": FeedKind("cot", "call_tcp"),
    "sapient_tcp": FeedKind("sapient", "call_tcp", is_framed=True),
    "sapient_listen": FeedKind("sapient", "listen_tcp", is_framed=True),
    "remote_id_udp": FeedKind("remote id", "listen_udp", may_join=True),
    "remote_id_mqtt": FeedKind("remote id payload", "subscribe"),
    "mavlink_udp": FeedKind("mavlink", "listen_udp", may_join=True, is_dated=False),
}


def of_format(*formats: str) -> tuple[str, ...]:
    """List the kinds that carry one of some formats."""
    return tuple(name for name, kind in FEED_KINDS.items() if kind.format in formats)


def of_way(*ways: Way) -> tuple[str, ...]:
    """List the kinds whose bytes come in one of some ways."""
    return tuple(name for name, kind in FEED_KINDS.items() if kind.way in ways)


ADSB_FEEDS = of_format("beast", "sbs", "avr", "aircraft.json")
COT_FEEDS = of_format("cot")
SAPIENT_FEEDS = of_format("sapient")
REMOTE_ID_FEEDS = of_format("remote id", "remote id payload")
JSON_FEEDS = of_way("look")
MQTT_FEEDS = of_way("subscribe")
UDP_FEEDS = of_way("listen_udp")
LISTENING_FEEDS = of_way("listen_udp", "listen_tcp")
STREAM_FEEDS = of_way("call_tcp", "listen_tcp")
# Streams whose arrivals are pieces that may be joined; of others each arrival is one message.
PIECED_FEEDS = tuple(n for n, kind in FEED_KINDS.items() if kind.mark or kind.is_framed)
GROUP_FEEDS = tuple(name for name, kind in FEED_KINDS.items() if kind.may_join)
UNDATED_FEEDS = tuple(name for name, kind in FEED_KINDS.items() if not kind.is_dated)
FILE_FEED = "aircraft_json_file"  # the one kind that has no host
TLS_FEEDS = ("cot_tcp", *MQTT_FEEDS)
