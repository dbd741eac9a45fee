"""What every event has, and what people did to the picture itself; all are events of `events`."""

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
