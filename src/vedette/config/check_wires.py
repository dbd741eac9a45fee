"""What a site file must obey of its wires: feeds in, outputs out, and the ports they use.

In: a Site whose keys and types are already right. Out: faults as (path, reason).
"""

from vedette.config.faults import Faults, address_of, known_key, unique_ids
from vedette.config.kinds import (
    ADSB_FEEDS,
    COT_FEEDS,
    FILE_FEED,
    GROUP_FEEDS,
    JSON_FEEDS,
    LISTENING_FEEDS,
    MQTT_FEEDS,
    REMOTE_ID_FEEDS,
    SAPIENT_FEEDS,
    STREAM_FEEDS,
    TLS_FEEDS,
)
from vedette.config.site import Feed, Output, Site

RESERVED_SOURCES = ("http", "websocket")  # the doors that are always there
LISTENING_OUTPUTS = ("tracks_tcp", "tracks_websocket")
OVER_FEEDS: dict[str, tuple[str, ...]] = {
    "sapient": ("sapient_tcp",),
    "cot_tcp": ("cot_tcp",),
}  # output kind -> feed kinds over which it speaks


def wire_faults(site: Site) -> Faults:
    """Find every fault of feeds and outputs."""
    yield from _sources(site)
    for i, feed in enumerate(site.feeds):
        yield from _feed(site, feed, f"feeds[{i}]")
    for i, output in enumerate(site.outputs):
        yield from _output(site, output, f"outputs[{i}]")
    yield from _ports(site)


def _sources(site: Site) -> Faults:
    """Refuse names taken twice: sensors, feeds, outputs and doors share one list of sources."""
    yield from unique_ids("feeds", site.feeds)
    yield from unique_ids("outputs", site.outputs)
    taken = {sensor.id: "a sensor" for sensor in site.sensors}
    for i, feed in enumerate(site.feeds):
        yield from _own_name(f"feeds[{i}].id", feed.id, taken)
    taken |= {feed.id: "a feed" for feed in site.feeds}
    for i, output in enumerate(site.outputs):
        yield from _own_name(f"outputs[{i}].id", output.id, taken)


def _own_name(path: str, name: str, taken: dict[str, str]) -> Faults:
    if name in taken:
        yield path, f"{name!r} is also {taken[name]}; sources need their own names"
    if name in RESERVED_SOURCES:
        yield path, f"{name!r} is the built-in door of that name"


def _feed(site: Site, feed: Feed, path: str) -> Faults:
    kinds = {sensor.id: sensor.kind for sensor in site.sensors}
    if feed.sensor is not None:
        yield from known_key(f"{path}.sensor", feed.sensor, kinds, "sensor")
    if feed.kind in ADSB_FEEDS:
        if feed.sensor is None:
            yield f"{path}.sensor", f"is missing: {feed.kind} does not name its sensor"
        elif kinds.get(feed.sensor, "adsb") != "adsb":
            yield f"{path}.sensor", f"{feed.kind} needs a sensor of kind adsb"
        if feed.port == 0 and feed.kind != FILE_FEED:
            yield f"{path}.port", "must be the port to connect to"
    yield from _document(feed, path)
    coded = any(sensor.sac is not None for sensor in site.sensors)
    if feed.kind == "asterix_udp" and feed.sensor is None and not coded:
        yield f"{path}.sensor", "is missing, and no sensor has sac and sic to be known by"
    if feed.kind in COT_FEEDS:
        yield from _cot_feed(site, feed, path)
    else:
        if feed.sightings_sensor is not None:
            yield (
                f"{path}.sightings_sensor",
                f"only {', '.join(COT_FEEDS)} takes people's sightings",
            )
        if feed.tracks_sensor is not None:
            yield (
                f"{path}.tracks_sensor",
                f"only {', '.join(COT_FEEDS)} tells whose tracks are whose",
            )
    if feed.kind == "mavlink_udp":
        question = "under whose name do vehicles report where they are?"
        yield from _hearing_sensor(site, feed.sensor, f"{path}.sensor", question)
    if feed.kind in REMOTE_ID_FEEDS:
        yield from _hearing_sensor(site, feed.sensor, f"{path}.sensor", "which receiver hears it?")
    if feed.cat021_edition is not None and feed.kind != "asterix_udp":
        yield f"{path}.cat021_edition", "only asterix_udp carries CAT021"
    yield from _group(feed, path)
    yield from _tls(feed, path)
    yield from _mqtt(feed, path)
    yield from _sapient(site, feed, path)


def _sapient(site: Site, feed: Feed, path: str) -> Faults:
    """Demand that a SAPIENT feed has nodes to hear, and a middleware a port to be called at."""
    if feed.kind not in SAPIENT_FEEDS:
        if feed.node is not None:
            yield f"{path}.node", f"only {' and '.join(SAPIENT_FEEDS)} have a node of our own"
        return
    nodes = [s.sapient_node.lower() for s in site.sensors if s.sapient_node is not None]
    if not nodes:
        yield f"{path}.kind", "no sensor has a sapient_node to be known by"
    if feed.node is not None and feed.node.lower() in nodes:
        yield f"{path}.node", "is a sensor's; ours must be another"
    if feed.kind == "sapient_tcp" and feed.port == 0:
        yield f"{path}.port", "must be the port to connect to"


def _document(feed: Feed, path: str) -> Faults:
    """Demand of a document where it lies, and of no other feed."""
    if feed.kind not in JSON_FEEDS and feed.path is not None:
        yield f"{path}.path", f"only {', '.join(JSON_FEEDS)} have one"
    if feed.kind == FILE_FEED and feed.path is None:
        yield f"{path}.path", "is missing: which file does the receiver write?"
    if feed.kind == "aircraft_json_http" and not (feed.path or "/").startswith("/"):
        yield f"{path}.path", "must begin with /"


def _hearing_sensor(site: Site, name: str | None, path: str, question: str) -> Faults:
    """Demand a sensor that hears only what reports itself: silence then says nothing."""
    if name is None:
        yield path, f"is missing: {question}"
        return
    fitting = [s.id for s in site.sensors if s.kind == "position" and s.cooperative]
    yield from known_key(path, name, fitting, "sensor of kind position with cooperative = true")


def _cot_feed(site: Site, feed: Feed, path: str) -> Faults:
    """Demand sensors that hear only who reports: others would miss every track they do not name."""
    named = {"sensor": feed.sensor, "sightings_sensor": feed.sightings_sensor}
    places = [s for s in site.sensors if s.kind == "position" and not s.neighbour]
    fitting = [s.id for s in places if s.cooperative]
    for key, name in named.items():
        if name is not None:
            what = "sensor of kind position with cooperative = true"
            yield from known_key(f"{path}.{key}", name, fitting, what)
    if feed.sensor is not None and feed.sensor == feed.sightings_sensor:
        yield f"{path}.sightings_sensor", "must not be `sensor`: a friend and a sighting differ"
    if feed.tracks_sensor is not None:
        neighbours = [sensor.id for sensor in site.sensors if sensor.neighbour]
        what = "sensor with neighbour = true"
        yield from known_key(f"{path}.tracks_sensor", feed.tracks_sensor, neighbours, what)
    if feed.kind == "cot_tcp" and feed.port == 0:
        yield f"{path}.port", "must be the port to connect to"


def _tls(feed: Feed, path: str) -> Faults:
    """Demand of TLS whom to trust, and of a certificate its key."""
    keys = ("tls_ca", "tls_certificate", "tls_key", "tls_name")
    given = [key for key in keys if getattr(feed, key) is not None]
    if given and feed.kind not in TLS_FEEDS:
        yield f"{path}.{given[0]}", f"only {', '.join(TLS_FEEDS)} speak TLS"
    elif given and feed.tls_ca is None:
        yield f"{path}.tls_ca", "is missing: who signs the server's certificate?"
    elif (feed.tls_certificate is None) != (feed.tls_key is None):
        missing = "tls_certificate" if feed.tls_certificate is None else "tls_key"
        yield f"{path}.{missing}", "is missing: tls_certificate and tls_key go together"


def _mqtt(feed: Feed, path: str) -> Faults:
    """Demand of a subscription its topic, and of no other feed what only a broker asks for."""
    if feed.kind not in MQTT_FEEDS:
        for key in ("topic", "user", "password"):
            if getattr(feed, key) is not None:
                yield f"{path}.{key}", f"only {', '.join(MQTT_FEEDS)} subscribe at a broker"
        return
    if feed.topic is None:
        yield f"{path}.topic", 'is missing: what do we subscribe to? ("#" is all of it)'
    if feed.port == 0:
        yield f"{path}.port", "must be the broker's port: usually 1883, with TLS 8883"
    if feed.password is not None and feed.user is None:
        yield f"{path}.user", "is missing: a password belongs to somebody"


def _group(feed: Feed, path: str) -> Faults:
    if feed.group is None:
        return
    if feed.kind not in GROUP_FEEDS:
        yield f"{path}.group", f"only {', '.join(GROUP_FEEDS)} listens to a multicast group"
    yield from _multicast(feed.group, f"{path}.group")


def _multicast(group: str, path: str) -> Faults:
    address = address_of(group)
    if address is None or not address.is_multicast:
        yield path, f"{group!r} is not a multicast address"


def _codes(site: Site, output: Output, path: str) -> Faults:
    """Demand of an ASTERIX output codes of its own, and of no other any."""
    given = [key for key in ("sac", "sic") if getattr(output, key) is not None]
    if output.kind != "asterix_udp":
        if given:
            yield f"{path}.{given[0]}", "only asterix_udp has SAC and SIC"
        return
    if len(given) < 2:
        missing = "sic" if "sac" in given else "sac"
        yield f"{path}.{missing}", "is missing: receivers know us by SAC and SIC"
    for sensor in site.sensors:
        if given and (sensor.sac, sensor.sic) == (output.sac, output.sic):
            yield f"{path}.sic", f"SAC/SIC {output.sac}/{output.sic} is taken by {sensor.id!r}"


def _output(site: Site, output: Output, path: str) -> Faults:
    yield from _codes(site, output, path)
    over = OVER_FEEDS.get(output.kind)
    if over is not None:
        if output.feed is None:
            yield f"{path}.feed", f"is missing: {output.kind} speaks over a feed's connection"
            return
        known = (feed.id for feed in site.feeds if feed.kind in over)
        yield from known_key(f"{path}.feed", output.feed, known, "feed of a fitting kind")
        return
    if output.feed is not None:
        yield f"{path}.feed", f"{output.kind} has a connection of its own"
    if output.port == 0 and output.kind not in LISTENING_OUTPUTS:
        yield f"{path}.port", "must be the port to send to"
    if output.format != "json" and not output.kind.startswith("tracks_"):
        yield f"{path}.format", f"{output.kind} has a format of its own"
    if output.group is not None:
        if output.kind in LISTENING_OUTPUTS:
            yield f"{path}.group", f"{output.kind} is dialled into: it sends to no group"
        yield from _multicast(output.group, f"{path}.group")


def _ports(site: Site) -> Faults:
    """Refuse two feeds that listen at one place, and a feed at the page's."""
    taken: dict[tuple[str, int, str], str] = {}
    for i, feed in enumerate(site.feeds):
        if feed.kind not in LISTENING_FEEDS or feed.port == 0:
            continue
        transport = "tcp" if feed.kind in STREAM_FEEDS else "udp"
        owner = taken.setdefault((transport, feed.port, feed.group or feed.host), feed.id)
        if owner != feed.id:
            yield f"feeds[{i}].port", f"{transport} port {feed.port} is taken by {owner!r}"
        if transport == "tcp" and feed.port == site.service.port:
            yield f"feeds[{i}].port", f"tcp port {feed.port} is the page's own ([service] port)"
    for i, output in enumerate(site.outputs):
        if output.kind not in LISTENING_OUTPUTS or output.port == 0:
            continue
        owner = taken.setdefault(("tcp", output.port, output.host), output.id)
        if owner != output.id:
            yield f"outputs[{i}].port", f"tcp port {output.port} is taken by {owner!r}"
        if output.port == site.service.port:
            yield f"outputs[{i}].port", f"tcp port {output.port} is the page's own ([service] port)"
