"""What is wrong with a source, and what to do about it, in plain words.

In: what was heard in some seconds. Out: findings. The bounds: a clock is named from CLOCK_AHEAD_S
(no network makes a plot early) or CLOCK_BEHIND_S (a radar may hold its plots for a sector and a
slow link for a second); refusals from a fifth of what came, as the service itself does.
"""

import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from vedette.codecs import formats
from vedette.config.faults import is_loopback
from vedette.config.kinds import (
    COT_FEEDS,
    FILE_FEED,
    LISTENING_FEEDS,
    MQTT_FEEDS,
    SAPIENT_FEEDS,
    TLS_FEEDS,
)
from vedette.config.site import Channel, Feed, Sensor, Site, Webhook
from vedette.service.doctor.findings import Finding
from vedette.service.doctor.heard import Heard
from vedette.service.doctor.rates import above_its_rate
from vedette.service.doctor.sockets import Nearby, Opened

CLOCK_AHEAD_S, CLOCK_BEHIND_S = 0.5, 2.0
HOUR_S, QUARTER_S = 3600.0, 900.0
REFUSED_SHARE_MAX = 0.2
REASONS_TOLD, OTHERS_TOLD = 3, 8
ZONES_MAX_S = 15.0 * HOUR_S  # no time zone is further from another than 14 hours


# What an engineer does about each reason of the closed list; the others speak for themselves.
_REMEDIES = {
    "unknown sensor": "give the sensor a [[sensors]] table with this id, or, for ASTERIX, this "
    "sac and sic; or mend what the sender calls itself",
    "outside coverage": "mend the sensor's place, azimuth_offset_deg or coverage.range_max_m in "
    "the site file: it reports where it cannot see",
    "too old": "set the sensor's clock by GPS or NTP; if the delay is real, raise "
    "limits.report_age_max_s",
    "ahead of time": "set the sensor's clock by GPS or NTP, and this machine's",
    "unsupported category": "have the sensor send a category of docs/formats.md, or leave it: the "
    "rest of each datagram is kept",
    "simulated target": "set mode to SIMULATED or EXERCISE in the site file, or end the simulation "
    "at the radar",
    "implausible position": "mend the receiver's place in the site file; if it is right, someone "
    "sends false positions",
    "bad checksum": "a few are noise; many mean a weak antenna, or another format on this port",
    "impossible sigma": "mend the sigmas that the sender states: no instrument is like that",
    "not registered": "it registered before we listened, or never: vedette run asks it to; if that "
    "does not help, restart the node",
    "no measurement": "let the sensor state a position, a bearing or a range",
}
# The same of what TAK sends that the feed names no sensor for, by the key that its reason names.
_COT_REMEDIES = {
    "tracks_sensor of the feed": "name a [[sensors]] table of kind position with neighbour = true "
    "as tracks_sensor of the feed; or nothing, if you do not want other systems' tracks",
    "sightings_sensor of the feed": "name a [[sensors]] table of kind position with cooperative = "
    "true as sightings_sensor of the feed; or nothing, if you do not want people's sightings",
    "`sensor` of the feed": "name a [[sensors]] table of kind position with cooperative = true as "
    "sensor of the feed; or nothing, if you do not want friends' positions",
}
# The same of a connection that we make, by a sign of it in the other side's words.
_CALL_REMEDIES = (
    ("hostname mismatch", "set tls_name to the name that the server's certificate states"),
    ("ip address mismatch", "set tls_name to the name that the server's certificate states"),
    ("certificate verify failed", "tls_ca must hold the certificate of who signed the server's"),
    ("self-signed", "tls_ca must hold the certificate of who signed the server's"),
    ("unable to get", "tls_ca must hold the certificate of who signed the server's"),
    ("expired", "have its certificate renewed; and see that this machine's clock is right"),
    ("wrong version number", "it speaks in the clear there: leave tls_ca out, or mend the port"),
    ("authori", "mend user and password of the feed, and what the broker lets that user read"),
)
_OTHER_CALL = "see the log of the other side; mend host, port and the tls keys of the feed"
_HUNG_UP_TLS = (
    "it speaks TLS and we do not (set tls_ca), or it does not take our certificate "
    "(tls_certificate and tls_key: one that it has signed): its log says which"
)
_HUNG_UP = "see its log: it may serve something else on this port, or have too many clients already"
_OF_AIRCRAFT = ("beast", "sbs", "avr", "aircraft_json")
_COT_TAKEN = (
    "taken are aircraft and sightings; people and vehicles on the ground only where an asset "
    "follows them (position_feed and position_id)"
)
_FAR_REMEDY = (
    "mend [reference] and the sensor's place if the site is elsewhere; if they are right, what is "
    "stated there is false"
)
_OTHER_REMEDY = "compare what is sent with docs/formats.md: vedette check FORMAT FILE says where"


def feed_findings(
    site: Site, feed: Feed, heard: Heard, opened: Opened, seconds: float
) -> list[Finding]:
    """Say what is wrong with a feed after `seconds` of listening."""
    fault = opened.faults.get(feed.id)
    if feed.id in opened.taken:
        return [
            Finding(
                what=fault or "the port is taken",
                do="a running vedette may have it: see its own health below, or on its page where "
                "that has another port; else stop the other program",
            )
        ]
    if fault is not None:
        return [Finding(what=fault, do=_connection_advice(feed, fault))]
    if not heard.arrivals and heard.refused and feed.kind not in LISTENING_FEEDS:
        return _turned_away(feed, heard)
    if not heard.arrivals:
        return [_silence(feed, heard, opened.nearby.get(feed.id, {}), seconds)]
    found = []
    guessed = guess(heard.first)
    is_other = bool(guessed) and not feed.kind.startswith(guessed)
    if heard.refused.total() and not heard.reports and is_other:
        what = f"what arrives looks like {guessed}, and the feed is of kind {feed.kind}"
        return [Finding(what=what, do=_swap_advice(site, feed, guessed))]
    if heard.shed:
        found.append(above_its_rate(feed, heard, seconds))
    if heard.lost:
        what = f"lost before they could be read: {heard.lost:,} datagrams"
        do = "let the system keep more for us: sysctl -w net.core.rmem_max=8388608; or send less"
        found.append(Finding(what=what, do=do))
    return [*found, *refusals(heard), *_unused(feed, heard)]


def _unused(feed: Feed, heard: Heard) -> list[Finding]:
    """Say that what arrives is of no use: well-formed, and nothing that this feed takes.

    Receivers of aircraft are left out: an empty sky is no fault.
    """
    if heard.kinds or heard.refused or feed.kind.startswith(_OF_AIRCRAFT):
        return []
    is_cot = feed.kind.startswith("cot")
    if is_cot and not (feed.sensor or feed.sightings_sensor or feed.tracks_sensor):
        return []
    what = f"{heard.arrivals:,} messages came, and none says anything that is used"
    return [Finding(what=what, do=_COT_TAKEN if is_cot else _OTHER_REMEDY)]


def _turned_away(feed: Feed, heard: Heard) -> list[Finding]:
    """Say why a connection that we make is not taken up: the other side answers, and refuses."""
    found = []
    for reason, count in heard.refused.most_common(REASONS_TOLD):
        known = (do for sign, do in _CALL_REMEDIES if sign in reason.lower())
        what = f"{feed.host}:{feed.port} answers, and nothing comes of it, {count} times: {reason}"
        found.append(Finding(what=what, do=next(known, _OTHER_CALL)))
    return found


def _connection_advice(feed: Feed, fault: str) -> str:
    if any(name and name in fault for name in (feed.tls_ca, feed.tls_certificate, feed.tls_key)):
        return "mend the file's name in the site file, or have this user read it"
    if feed.kind in LISTENING_FEEDS and not is_loopback(feed.host):
        return f"set host to this machine's address towards the senders: it seems {own_address()}"
    if feed.kind in LISTENING_FEEDS:
        return "mend host, port or group in the site file"
    if feed.kind == FILE_FEED:
        return "start the receiver and have it write there; mend path if it does already"
    return "start the receiver and have it serve this port; mend host and port if it does already"


def _silence(feed: Feed, heard: Heard, nearby: dict[int, Nearby], seconds: float) -> Finding:
    for port, near in nearby.items():
        if near.count:
            looks = guess(near.first)
            like = f" that look like {looks}" if looks else ""
            return Finding(
                what=f"nothing on port {feed.port}; {near.count} datagrams{like} came to {port}",
                do=f"set the feed's port to {port}, or the sender's to {feed.port}",
            )
    if feed.kind not in LISTENING_FEEDS:
        where = f"{feed.host}:{feed.port}"
        if heard.closed > 1:
            what = f"{where} answers, and hangs up without a word ({heard.closed} times)"
            return Finding(what=what, do=_HUNG_UP_TLS if feed.kind in TLS_FEEDS else _HUNG_UP)
        what = f"{where} answers, and sent nothing in {seconds:g} s"
        return Finding(what=what, do=_of_the_silent(feed))
    if heard.opened:
        what = f"a sender is connected, and sent nothing in {seconds:g} s"
        return Finding(what=what, do="see whether the sensor detects anything itself")
    transport = "TCP" if feed.kind.endswith(("_tcp", "_listen")) else "UDP"
    what = f"nothing arrived in {seconds:g} s on {transport} {feed.group or feed.host}:{feed.port}"
    return Finding(what=what, do=_reach_advice(feed, transport))


def _of_the_silent(feed: Feed) -> str:
    if feed.kind in COT_FEEDS:
        wait = "" if feed.tls_ca else ". Or it waits for TLS: then set tls_ca"
        return (
            "nothing, if it only takes what we tell; else see on the server whether anybody else "
            f"is connected: it passes on what others say, to those who may hear it{wait}"
        )
    if feed.kind in SAPIENT_FEEDS:
        return "see at the middleware whether its sensors are connected, and whether it knows us"
    if feed.kind in MQTT_FEEDS:
        return f"see whether anything is published: mosquitto_sub -h {feed.host} -t '{feed.topic}'"
    return "see whether the receiver hears anything itself: its antenna"


def _reach_advice(feed: Feed, transport: str) -> str:
    if feed.group is not None:
        return (
            f"host must be this machine's address in the network of the senders (is {feed.host}); "
            "see that the switch passes the group on"
        )
    if is_loopback(feed.host):
        return (
            f"it listens on {feed.host}, which other machines cannot reach: if the sensor is on "
            f'another, set host = "{own_address()}"; else see that it sends to port {feed.port}'
        )
    return (
        f"point the sensor at {own_address()}, {transport} port {feed.port}, and let the firewall "
        "pass it"
    )


def own_address() -> str:
    """Give this machine's address towards others; asks the routing table, sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: never anybody's
        except OSError:
            return "0.0.0.0"
        return str(probe.getsockname()[0])


def guess(head: bytes) -> str:
    """Name what bytes look like, "" where nothing is known of them."""
    if not head:
        return ""
    for payload in formats.PAYLOADS:
        if not payload.links and payload.is_one(head):
            return payload.name
    found = formats.told(head, "")
    return "" if found is None else found.name


def _swap_advice(site: Site, feed: Feed, guessed: str) -> str:
    others = [o.id for o in site.feeds if o.kind.startswith(guessed) and o.id != feed.id]
    if others:
        return f"its port may be swapped with that of {others[0]!r}"
    fitting = [kind for kind in LISTENING_FEEDS if kind.startswith(guessed)]
    return (
        f"set its kind to {fitting[0]}" if fitting else "send it in the format of the feed's kind"
    )


def refusals(heard: Heard) -> list[Finding]:
    """Say what is refused, the most frequent reasons first, once they are a share of all."""
    refused = heard.refused.total()
    is_known = "unknown sensor" in heard.refused or "outside coverage" in heard.refused
    share = refused / max(heard.reports + refused, 1)
    if not refused or (not is_known and share < REFUSED_SHARE_MAX):
        return []
    found = []
    for reason, count in heard.refused.most_common(REASONS_TOLD):
        detail = heard.details.get(reason, "")
        what = f"refused {count:,}: {reason}" + (f" ({detail})" if detail else "")
        found.append(Finding(what=what, do=_remedy(reason, detail)))
    others = heard.refused.most_common()[REASONS_TOLD:]
    if others:
        named = ", ".join(f"{reason} {count:,}" for reason, count in others[:OTHERS_TOLD])
        more = ", ..." if len(others) > OTHERS_TOLD else ""
        rest = sum(count for _, count in others)
        reasons = "1 other reason" if len(others) == 1 else f"{len(others)} other reasons"
        what = f"refused {rest:,} more for {reasons}: {named}{more}"
        found.append(Finding(what=what, do=_OTHER_REMEDY))
    return found


def _remedy(reason: str, detail: str) -> str:
    """Say what to do about a refusal: by its detail where that tells more than the reason."""
    if "km from the site" in detail:
        return _FAR_REMEDY
    named = (do for words, do in _COT_REMEDIES.items() if words in detail)
    return next(named, _REMEDIES.get(reason, _OTHER_REMEDY))


def sensor_findings(
    sensor: Sensor, heard: Heard, feeds_heard: Sequence[Heard], seconds: float
) -> list[Finding]:
    """Say what is wrong with a sensor. Silence of all feeds is told of the feeds, not of it."""
    found = clock_findings(heard)
    found += refusals(heard)
    cooperative = sensor.kind == "adsb" if sensor.cooperative is None else sensor.cooperative
    is_due = seconds >= 2.0 * sensor.scan_period_s and not cooperative
    if not heard.reports and not heard.refused and is_due and any(f.reports for f in feeds_heard):
        what = f"not heard in {seconds:g} s, while others are"
        do = "see that it is switched on, and that its messages bear its id"
        if sensor.sac is not None:
            do += f" (SAC {sensor.sac} SIC {sensor.sic})"
        found.append(Finding(what=what, do=do))
    return found


def duration(seconds: float) -> str:
    """Say a time that passes as people say it: seconds, minutes, hours or days."""
    if seconds < 1.0:
        return f"{seconds:.2f} s"
    for unit_s, name in ((86_400.0, "days"), (HOUR_S, "hours"), (60.0, "minutes")):
        if seconds >= 2.0 * unit_s:
            return f"{seconds / unit_s:,.1f} {name}"
    return f"{seconds:.1f} s"


def clock_findings(heard: Heard) -> list[Finding]:
    """Say how far a source's time stamps are off, and which way."""
    delay_s = heard.delay_s
    if delay_s is None or -CLOCK_AHEAD_S <= delay_s <= CLOCK_BEHIND_S:
        return []
    off_s, way = abs(delay_s), "behind" if delay_s > 0 else "ahead of"
    what = f"its time stamps are {duration(off_s)} {way} this machine's clock"
    rest_s = abs(off_s - round(off_s / QUARTER_S) * QUARTER_S)
    if HOUR_S / 2 < off_s < ZONES_MAX_S and rest_s < 60.0:
        zone = off_s / HOUR_S
        do = f"it counts another time zone's hours ({zone:g} h): let it send UTC"
    elif delay_s > 0:
        do = "set its clock by GPS or NTP (and this machine's); or find out why it sends so late"
    else:
        do = "set its clock by GPS or NTP (and this machine's): no plot comes before its time"
    return [Finding(what=what, do=do)]


_CHANNEL_REMEDIES = (
    ("not installed", "install it on this machine, or take the channel out of the site file"),
    ("does not know this kind", "mend url: apprise lists what it knows"),
    ("not authori", "mend user and password of the channel"),
    ("answered 401", "mend its password, token or secret"),
    ("answered 403", "mend its password, token or secret"),
    ("no such folder", "make the folder, or mend folder in the site file"),
    ("may not write", "give the user that runs vedette the right to write there"),
    ("certificate", "mend tls_ca: it must hold the certificate of who signed theirs"),
)
_OTHER_CHANNEL = "start it, or mend its address in the site file: until then nobody is told by it"


def channel_finding(channel: Channel | Webhook, fault: str) -> Finding:
    """Say what is wrong with a channel or webhook, and what to do."""
    known = (do for sign, do in _CHANNEL_REMEDIES if sign in fault.lower())
    return Finding(what=fault, do=next(known, _OTHER_CHANNEL))


def where_of(channel: Channel | Webhook) -> str:
    """Say where a channel goes, without what an address may hold in secret."""
    if isinstance(channel, Channel):
        if channel.kind == "mqtt":
            return f"mqtt {channel.host}:{channel.port}"
        if channel.folder is not None:
            return f"cap {channel.folder}"
    parts = urlsplit(channel.url or "")
    kind = "webhook" if isinstance(channel, Webhook) else channel.kind
    return f"{kind} {parts.scheme}://{parts.hostname or ''}"
