"""What every event has, what people did to the picture itself, and what the service did; all are
events of `events`."""

import msgspec


class EventBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag=True):
    """t_ns: int64 ns UTC, the step in which it happened."""

    t_ns: int


class TracksJoined(EventBase, frozen=True, kw_only=True):
    """A person said that two tracks are one object; it is shown under track_id."""

    track_id: int
    joined_track_id: int
    person: str
    reason: str


class TracksParted(EventBase, frozen=True, kw_only=True):
    """What a person had joined is two tracks again. by: a person, or "evidence": far apart."""

    track_id: int
    parted_track_id: int
    by: str
    reason: str


class SourceDecorrelated(EventBase, frozen=True, kw_only=True):
    """A person said that a sensor's reports are not of this track."""

    track_id: int
    source: str
    person: str
    reason: str


class SourceCorrelated(EventBase, frozen=True, kw_only=True):
    """A person took that back: the sensor's reports may be of this track again."""

    track_id: int
    source: str
    person: str
    reason: str


class NoteWritten(EventBase, frozen=True, kw_only=True):
    """A person wrote a note on a track (track_id) or on a place (degrees)."""

    note_id: int
    text: str
    person: str
    track_id: int | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None


class NoteRemoved(EventBase, frozen=True, kw_only=True):
    """A person took a note away."""

    note_id: int
    text: str
    person: str
    track_id: int | None = None


class ZoneSet(EventBase, frozen=True, kw_only=True):
    """A person drew a zone or changed it; it warns so from this step on.

    change: as of `picture.StandingZone`. polygon: degrees; none: it lies where its asset does.
    """

    zone_id: str
    zone_name: str
    change: str
    revision: int
    asset_id: str
    take_cover_s: float
    person: str
    reason: str
    polygon: tuple[tuple[float, float], ...] | None = None


class ZoneRemoved(EventBase, frozen=True, kw_only=True):
    """A person took a zone away; it warns no more."""

    zone_id: str
    zone_name: str
    person: str
    reason: str


class ServiceStarted(EventBase, frozen=True, kw_only=True):
    """The service began a recording."""

    version: str
    site: str
    site_sha256: str


class ServiceRestored(EventBase, frozen=True, kw_only=True):
    """The service came back after a crash; the picture is that of `t_last_ns`."""

    t_last_ns: int
    gap_s: float
