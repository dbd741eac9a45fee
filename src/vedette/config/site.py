"""The site file as structs. Every key is documented here and in docs/formats.md.

Unknown keys are refused (`forbid_unknown_fields`), ranges by annotations; what needs more than one
key is checked in `check.py`. Units stand in the key; degrees and WGS-84 at this edge.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vedette.model.enums import Mode, Role, WeaponsControl

Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]
Longitude = Annotated[float, Meta(ge=-180.0, le=180.0)]
Height = Annotated[float, Meta(ge=-1_000.0, le=50_000.0)]
Positive = Annotated[float, Meta(gt=0.0, le=1e9)]
NonNegative = Annotated[float, Meta(ge=0.0, le=1e9)]
Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
OpenProbability = Annotated[float, Meta(gt=0.0, lt=1.0)]
Degrees = Annotated[float, Meta(ge=-360.0, le=360.0)]
Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_\-]{0,47}$")]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Language = Literal["en", "ar", "uk"]  # a file each in base/languages
Port = Annotated[int, Meta(ge=0, le=65535)]
Point = tuple[Latitude, Longitude]
# A version 4 UUID, as SAPIENT names its nodes.
NodeId = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}"
        r"-[0-9a-fA-F]{12}$"
    ),
]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the site file: immutable, unknown keys refused."""


class Reference(Table, frozen=True, kw_only=True):
    """The origin of the site's east-north-up frame, on the WGS-84 ellipsoid.

    geoid_m: of the geoid above the ellipsoid, for sensors that state heights above the sea.
    declination_deg: magnetic north from true north, east positive, for those with a compass.
    """

    lat_deg: Latitude
    lon_deg: Longitude
    hae_m: Height
    geoid_m: Annotated[float, Meta(ge=-120.0, le=120.0)] | None = None
    declination_deg: Annotated[float, Meta(ge=-180.0, le=180.0)] | None = None


class Asset(Table, frozen=True, kw_only=True):
    """What is defended: a point with a radius, or a polygon, with a height; it may move.

    With `position_feed` (a sensor id whose reports carry `position_id` as remote_id or callsign)
    the asset moves with the latest such report.
    """

    id: Key
    name: Text
    lat_deg: Latitude
    lon_deg: Longitude
    radius_m: Positive = 100.0
    polygon: list[Point] | None = None
    ground_hae_m: Height | None = None  # None: the reference height
    height_m: NonNegative = 20.0
    value: Annotated[int, Meta(ge=1, le=5)] = 3
    position_feed: Key | None = None
    position_id: Text | None = None


class Zone(Table, frozen=True, kw_only=True):
    """People who are warned together, and how long they need to take cover.

    They are where the asset is, or within `polygon`; the asset then gives its height.
    """

    id: Key
    name: Text
    asset: Key  # the asset whose threat warns this zone, or at which its own area lies
    polygon: list[Point] | None = None
    take_cover_s: Positive = 30.0
    possible_s: Positive = 300.0  # warn "possible" when arrival is nearer than this
    imminent_s: Positive = 150.0  # warn "imminent" when arrival is nearer than this
    reach_prob_possible: OpenProbability = 0.2
    reach_prob_imminent: OpenProbability = 0.3
    unassessed_s: Positive = 150.0  # dead-man clock: arrival nearer than this and nobody assessed
    channels: list[Key] = []  # webhooks and channels that take its warnings; empty: all


class Coverage(Table, frozen=True, kw_only=True):
    """Where a sensor sees. from == to: all round."""

    range_min_m: NonNegative = 0.0
    range_max_m: Positive = 50_000.0
    azimuth_from_deg: Degrees = 0.0
    azimuth_to_deg: Degrees = 0.0
    elevation_min_deg: Degrees = -5.0
    elevation_max_deg: Degrees = 85.0
    mask: list[tuple[Degrees, Degrees]] = []  # (azimuth, least elevation), linear in between


class Receiver(Table, frozen=True, kw_only=True):
    """One antenna of a sensor of kind tdoa. id: as its detections name it."""

    id: Key
    lat_deg: Latitude
    lon_deg: Longitude
    hae_m: Height


class Sensor(Table, frozen=True, kw_only=True):
    """One sensor: its kind says which of its sigmas matter.

    azimuth_offset_deg is added to what the sensor says (mounting). Sigmas are one standard
    deviation; range_sigma_m of kind tdoa is that of a time of arrival as light's way (30 m: 100
    ns). clutter_per_scan: expected false plots per scan over the whole coverage.
    """

    id: Key
    name: Text = "sensor"
    kind: Literal[
        "radar_3d", "radar_2d", "bearing", "bearing_elevation", "range", "tdoa", "adsb", "position"
    ]
    lat_deg: Latitude
    lon_deg: Longitude
    hae_m: Height
    azimuth_offset_deg: Degrees = 0.0
    range_sigma_m: Positive = 30.0
    azimuth_sigma_deg: Positive = 0.3
    elevation_sigma_deg: Positive = 0.5
    range_rate_sigma_mps: Positive = 1.0
    horizontal_sigma_m: Positive = 30.0
    vertical_sigma_m: Positive = 50.0
    range_resolution_m: NonNegative = 0.0  # 0: it tells everything apart
    azimuth_resolution_deg: NonNegative = 0.0
    elevation_resolution_deg: NonNegative = 0.0
    detection_prob: OpenProbability = 0.9
    clutter_per_scan: NonNegative = 1.0
    range_rate_ambiguity_mps: Positive | None = None  # range rates are known modulo this
    blind_speed_mps: NonNegative = 0.0  # a radar does not see slower range rates
    antenna_agl_m: NonNegative | None = None  # above the ground around; None: no horizon
    scan_period_s: Positive = 1.0
    scan: Literal["rotating", "frame"] = "frame"
    cooperative: bool | None = None  # None: by kind (adsb, bearing, tdoa true; others false)
    authenticated: bool = False  # who it says sends, sends: an own control link, no broadcast
    stale_s: Positive = 10.0
    # Where its times come from, and how long its line takes: as measurements/dating.py reads them.
    clock: Literal["unstated", "synchronised", "none"] = "unstated"
    delay_s: Annotated[float, Meta(ge=0.0, le=10.0)] = 0.0
    coverage: Coverage = Coverage()
    receivers: list[Receiver] = []  # kind tdoa only: 3 to 32
    sac: Annotated[int, Meta(ge=0, le=255)] | None = None  # ASTERIX system area code
    sic: Annotated[int, Meta(ge=0, le=255)] | None = None  # ASTERIX system identification code
    # ASTERIX radars: amplitude (I048/130 PAM) of an echo of 1 m2 at 1 km; None: not calibrated.
    amplitude_at_1km_dbm: Annotated[float, Meta(ge=-200.0, le=200.0)] | None = None
    sapient_node: NodeId | None = None  # SAPIENT: the node that is this sensor
    pointable: bool = False  # people may ask it to look somewhere; SAPIENT only
    observer: bool = False  # a place people look from: the watch enters what they see
    neighbour: bool = False  # another system: what it says are its tracks, not measurements


class Feed(Table, frozen=True, kw_only=True):
    """Where bytes come from. `sensor` names the sensor of formats that do not name their own.

    asterix_udp, cot_udp, remote_id_udp, mavlink_udp: unicast or multicast (`group`). beast_tcp,
    sbs_tcp, avr_tcp, cot_tcp: we connect. aircraft_json_http, aircraft_json_file: we look every
    `period_s`. detections_udp, detections_tcp: we listen. sapient_tcp: we connect to a
    middleware; sapient_listen: sensors dial in. The HTTP and WebSocket doors for detections are
    always there. node: our own node id, of SAPIENT feeds. *_mqtt: we subscribe to `topic` at a
    broker.
    """

    id: Key
    kind: Literal[
        "asterix_udp",
        "beast_tcp",
        "sbs_tcp",
        "avr_tcp",
        "aircraft_json_http",
        "aircraft_json_file",
        "detections_udp",
        "detections_tcp",
        "cot_udp",
        "sapient_tcp",
        "sapient_listen",
        "cot_tcp",
        "remote_id_udp",
        "mavlink_udp",
        "remote_id_mqtt",
        "detections_mqtt",
    ]
    host: Text = "127.0.0.1"
    port: Port
    group: Text | None = None  # multicast group
    sensor: Key | None = None
    sightings_sensor: Key | None = None  # cot_*: under whose name people's sightings come in
    tracks_sensor: Key | None = None  # cot_*: the neighbour whose tracks other systems' are
    path: Text | None = None  # aircraft_json_http: of the URL; aircraft_json_file: the file
    period_s: Annotated[float, Meta(ge=0.1, le=60.0)] = 1.0  # aircraft_json_*: between two looks
    topic: Text | None = None  # *_mqtt: what we subscribe to, with + and # as MQTT has them
    user: Text | None = None  # *_mqtt: as whom
    password: Text | None = None
    tls_ca: Text | None = (
        None  # cot_tcp, *_mqtt: PEM file of who signs the server's certificate; TLS then
    )
    tls_certificate: Text | None = None  # and ours with its key, PEM, for servers that ask
    tls_key: Text | None = None
    tls_name: Text | None = None  # the name in the server's certificate; none: host
    node: NodeId | None = None  # None: one made of the site's name
    cat021_edition: Literal["0.23", "0.24", "2.1", "2.2"] | None = None  # asterix_udp; None: 2.2
    rate_max_hz: Positive = 20_000.0  # frames a second above which the source is shed
    queue_max: Annotated[int, Meta(ge=16, le=1_000_000)] = 10_000


class Output(Table, frozen=True, kw_only=True):
    """Where the picture goes, beside the display and the webhooks.

    tracks_udp: each track as one line a datagram, to a host or a multicast `group`. tracks_tcp,
    tracks_websocket: the same to programs that dial in. format: of these three. cot_udp: as CoT
    events; cot_tcp: over a cot_tcp feed. sapient: as a fusion node, over a sapient_tcp feed.
    asterix_udp: CAT062 and CAT065. feed: of kinds that speak over a feed's own connection.
    period_s: least time between two updates of a
    track. queue_max: messages that may wait; beyond it the oldest go, counted.
    """

    id: Key
    kind: Literal[
        "tracks_udp",
        "tracks_tcp",
        "tracks_websocket",
        "cot_udp",
        "cot_tcp",
        "sapient",
        "asterix_udp",
    ]
    host: Text = "127.0.0.1"
    port: Port = 0
    group: Text | None = None  # multicast group; host is then the interface it leaves by
    feed: Key | None = None
    tak_protocol: Literal[0, 1] = 0  # cot_udp: 0 XML, 1 protobuf in mesh framing
    tell: list[Literal["tracks", "warnings", "zones", "sensors"]] = []  # cot_*; empty: all
    sac: Annotated[int, Meta(ge=0, le=255)] | None = None  # asterix_udp: our own codes
    sic: Annotated[int, Meta(ge=0, le=255)] | None = None
    format: Literal["json", "geojson"] = "json"  # tracks_*
    period_s: Positive = 1.0
    queue_max: Annotated[int, Meta(ge=16, le=1_000_000)] = 10_000


class Corridor(Table, frozen=True, kw_only=True):
    """A published procedure or a friendly recovery lane: a centre line with a half width."""

    id: Key
    name: Text
    kind: Literal["civil", "friendly"]
    line: list[Point]
    half_width_m: Positive
    floor_hae_m: Height = -1000.0
    ceiling_hae_m: Height = 20_000.0
    speed_min_mps: NonNegative = 0.0
    speed_max_mps: Positive = 400.0


class FlightListed(Table, frozen=True, kw_only=True):
    """An expected flight. It is believed only with agreeing kinematics.

    icao24, remote_id or callsign: what it will claim. corridor: where it will be.
    from_time, to_time: RFC 3339; none: always.
    """

    id: Key
    affiliation: Literal["friend", "civil"]
    icao24: Annotated[str, Meta(pattern=r"^[0-9a-f]{6}$")] | None = None
    remote_id: Text | None = None
    callsign: Text | None = None
    corridor: Key | None = None
    from_time: Text | None = None
    to_time: Text | None = None
    speed_max_mps: Positive = 400.0


class Effector(Table, frozen=True, kw_only=True):
    """An effector MODEL. Only simulated = true is accepted; there is no other kind."""

    id: Key
    name: Text
    simulated: bool
    lat_deg: Latitude
    lon_deg: Longitude
    hae_m: Height
    range_min_m: NonNegative = 0.0
    range_max_m: Positive
    reaction_s: NonNegative = 5.0
    speed_mps: Positive = 600.0
    success_prob: OpenProbability = 0.8
    magazine: Annotated[int, Meta(ge=0, le=1000)] = 4
    hazard_radius_m: NonNegative = 300.0


class Webhook(Table, frozen=True, kw_only=True):
    """A channel that takes warnings by HTTP POST (JSON), signed when a secret is given."""

    id: Key
    url: Text
    secret: str | None = None
    timeout_s: Positive = 2.0


class Channel(Table, frozen=True, kw_only=True):
    """A channel that takes warnings and their all-clear, beside the webhooks.

    apprise: whatever `url` names (mail, chat, telephone, ...). mqtt: a message to a broker, for
    sirens and relays. cap: a CAP 1.2 alert, written to `folder` or posted to `url`.
    """

    id: Key
    kind: Literal["apprise", "mqtt", "cap"]
    url: Annotated[str, Meta(min_length=1, max_length=2000)] | None = None
    folder: Text | None = None
    sender: Annotated[str, Meta(pattern=r"^[^\s,<&]{1,100}$")] | None = None  # cap: who answers
    languages: list[Literal["en", "de", "es", "fr", "pl", "uk"]] = []  # cap; empty: English
    host: Text = "127.0.0.1"
    port: Port = 1883
    topic: Text | None = None  # mqtt; none: vedette/ID/warnings/ZONE
    user: Text | None = None
    password: str | None = None
    payload_warning: Text | None = None  # mqtt: what a relay understands; none: JSON
    payload_all_clear: Text | None = None
    tls_ca: Text | None = None  # mqtt: as of feeds
    tls_certificate: Text | None = None
    tls_key: Text | None = None
    timeout_s: Positive = 5.0


class Person(Table, frozen=True, kw_only=True):
    """A local account. password: an argon2id hash, never the password."""

    name: Text
    roles: list[Role]
    password: Text


class Wind(Table, frozen=True, kw_only=True):
    """The wind as last reported, for drift and debris."""

    from_deg: Degrees = 0.0
    speed_mps: NonNegative = 0.0
    speed_sigma_mps: NonNegative = 3.0


class MapPlace(Table, frozen=True, kw_only=True):
    """A name on the map."""

    name: Text
    lat_deg: Latitude
    lon_deg: Longitude
    rank: Annotated[int, Meta(ge=0, le=9)] = 5


class MapLine(Table, frozen=True, kw_only=True):
    """A runway, river, road or border on the map."""

    kind: Literal["runway", "river", "road", "border", "fence"]
    name: str = ""
    points: list[Point]


class SiteMap(Table, frozen=True, kw_only=True):
    """What is drawn under the picture, beside the shipped base map. pmtiles: a PMTiles v3 file."""

    pmtiles: Text | None = None
    places: list[MapPlace] = []
    lines: list[MapLine] = []


class Decision(Table, frozen=True, kw_only=True):
    """The standing policy of the site."""

    weapons_control: WeaponsControl = WeaponsControl.TIGHT
    authorisation_s: Positive = 60.0


class Limits(Table, frozen=True, kw_only=True):
    """The size of everything that could grow."""

    tracks_max: Annotated[int, Meta(ge=16, le=200_000)] = 4_000
    tentative_max: Annotated[int, Meta(ge=16, le=2_000_000)] = 20_000
    reports_per_step_max: Annotated[int, Meta(ge=16, le=1_000_000)] = 20_000
    clients_max: Annotated[int, Meta(ge=1, le=10_000)] = 200
    door_rate_max_hz: Positive = 2_000.0  # detections a second of one sensor by HTTP; again by WS
    report_age_max_s: Positive = 10.0
    report_ahead_max_s: Positive = 2.0
    history_s: Positive = 600.0
    exhibits_max_bytes: Annotated[int, Meta(ge=1024, le=10**9)] = 20_000_000


class Service(Table, frozen=True, kw_only=True):
    """How the service listens. Anything but loopback demands accounts with passwords.

    host_names: further names browsers may call it by (others are refused, against DNS rebinding).
    tls_certificate, tls_key: PEM files; both or none. login_required: a login for everything on
    loopback too. idle_lock_s: a console without a sign of its person is locked after this.
    """

    host: Text = "127.0.0.1"
    port: Port = 8420
    host_names: list[Text] = []
    tls_certificate: Text | None = None
    tls_key: Text | None = None
    login_required: bool = False
    idle_lock_s: Annotated[float, Meta(ge=30.0, le=43_200.0)] = 900.0
    step_s: Annotated[float, Meta(ge=0.01, le=2.0)] = 0.05
    idle_step_s: Annotated[float, Meta(ge=0.05, le=5.0)] = 0.25


class Oidc(Table, frozen=True, kw_only=True):
    """An outside identity provider (OpenID Connect) beside the local accounts.

    issuer: its https address, as it writes itself. redirect_uri: this service's own
    /api/oidc/callback, as browsers reach it. roles: group of the claim `roles_claim` -> roles here.
    session_s: the longest login, for what the provider says later is not heard before the next.
    """

    issuer: Annotated[str, Meta(min_length=1, max_length=500)]
    client_id: Text
    client_secret_file: Text | None = None
    redirect_uri: Annotated[str, Meta(min_length=1, max_length=500)]
    label: Text = "single sign-on"
    scopes: Annotated[tuple[Text, ...], Meta(max_length=20)] = ("profile",)
    name_claim: Text = "preferred_username"
    roles_claim: Text = "groups"
    roles: dict[str, list[Role]]
    session_s: Annotated[float, Meta(ge=300.0, le=43_200.0)] = 28_800.0
    tls_ca: Text | None = None


class Exercise(Table, frozen=True, kw_only=True):
    """How an exercise (mode EXERCISE) is run.

    outside: warnings go to webhooks, channels and outputs too; else the page alone has them.
    """

    outside: bool = False


class Site(Table, frozen=True, kw_only=True):
    """A whole site file."""

    schema: Literal[1]
    name: Text
    mode: Mode = Mode.LIVE
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=3)] = ("en",)
    reference: Reference
    assets: list[Asset] = []
    zones: list[Zone] = []
    sensors: list[Sensor] = []
    feeds: list[Feed] = []
    outputs: list[Output] = []
    corridors: list[Corridor] = []
    flights: list[FlightListed] = []
    effectors: list[Effector] = []
    webhooks: list[Webhook] = []
    channels: list[Channel] = []
    people: list[Person] = []
    wind: Wind = Wind()
    map: SiteMap = SiteMap()
    decision: Decision = Decision()
    exercise: Exercise = Exercise()
    oidc: Oidc | None = None
    limits: Limits = Limits()
    service: Service = Service()
