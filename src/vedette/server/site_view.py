"""The site as the display needs it, and what every noun of the API is made of."""

import msgspec

from vedette.config.site import (
    Asset,
    Corridor,
    Effector,
    Reference,
    Sensor,
    SiteMap,
    Wind,
    Zone,
)
from vedette.model.enums import Mode
from vedette.server.ground_file import GroundView


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Something the API answers with."""


class SiteView(View, frozen=True, kw_only=True):
    """The site as the display needs it: no accounts, no addresses, no secrets.

    identities, classes, statuses: the words behind the numbers of the stream, in order.
    made_as: the site's own mode; in a replay, what was recorded: it is marked beside REPLAY.
    zones: as the site file has them; those that stand now are in the picture. channels: the names
    of all that take warnings. zone_reach_m: how far off a zone may be drawn.
    """

    name: str
    mode: Mode
    made_as: Mode
    reference: Reference
    assets: list[Asset]
    zones: list[Zone]
    channels: list[str]
    zone_reach_m: float
    sensors: list[Sensor]
    effectors: list[Effector]
    corridors: list[Corridor]
    map: SiteMap
    ground: GroundView | None
    wind: Wind
    authorisation_s: float
    history_s: float
    identities: list[str]
    classes: list[str]
    statuses: list[str]
    version: str
