"""Outputs cot_udp and cot_tcp: tracks, warnings, zones and sensors as Cursor on Target events.

cot_udp: a datagram an event, to a host or a multicast group, as XML or TAK protocol 1. cot_tcp:
over the connection of a cot_tcp feed, in the form that is agreed there. A track is told at once
when new, then once in `period_s`, and deleted when it ends. Warnings are told at once and again
until the all-clear; zones and sensors when the output opens, and once a minute.
"""

from abc import ABC, abstractmethod
from collections import deque
from types import TracebackType

from vedette.base.constants import NS_PER_S
from vedette.codecs import cot
from vedette.codecs.cot import CotEvent, places
from vedette.config.site import Output
from vedette.model.picture import AirPicture, WarningRecord
from vedette.model.told import ToldTrack
from vedette.outputs.datagrams import Datagrams
from vedette.outputs.pace import Pace
from vedette.outputs.surroundings import Surroundings

EVENTS_MAX = 400  # written in one step, some 10 ms; the rest goes with the next, oldest first
ALL = frozenset({"tracks", "warnings", "zones", "sensors"})
DATAGRAMS_MAX = 100  # the same of UDP: a receiver's buffer holds some 250
BATCH = 40  # events handed to a stream at once: 20 kB


class CotOutput(ABC):
    """Use as `async with`. What all ways out share; `_write` is theirs."""

    events_max = EVENTS_MAX

    def __init__(self, output: Output, around: Surroundings) -> None:
        """output: its table of the site file."""
        self._output, self._around = output, around
        self._tells = frozenset(output.tell) or ALL
        self._prefix = cot.site_uid(around.site)
        self._pace = Pace(output.period_s)
        self._heard_there = {feed.tracks_sensor for feed in around.site.feeds} - {None}
        self._named: dict[int, tuple[str, str]] = {}  # by track: its uid, and the type told last
        self._warned: dict[int, tuple[str, int, int, WarningRecord]] = {}  # uid, revision, told
        self._places_ns = 0
        self._zones = around.site.zones  # as told last
        self._drawn: dict[str, str] = {}  # their drawings: uid and type
        self._urgent: deque[CotEvent] = deque()
        self._waiting: dict[int, ToldTrack] = {}  # by track, the newest

    def publish(self, picture: AirPicture, told: list[ToldTrack]) -> None:
        """Send what is due: ends and warnings first, then places, then tracks."""
        if not self._is_there():
            return
        if "tracks" in self._tells:
            self._take_tracks(
                picture.now_ns, [track for track in told if not self._is_theirs(track)]
            )
        if "warnings" in self._tells:
            self._take_warnings(picture.now_ns, picture.warnings)
        changed = self._around.site.zones != self._zones
        if changed or picture.now_ns - self._places_ns >= places.PLACES_S * NS_PER_S:
            self._take_places(picture.now_ns)
        self._send_some()

    def waiting(self) -> tuple[int, int]:
        """Say how many events have not left yet; octets are not counted."""
        return len(self._urgent) + len(self._waiting), 0

    def _is_there(self) -> bool:
        """Say whether anybody listens; a datagram's sender cannot know."""
        return True

    def _is_theirs(self, track: ToldTrack) -> bool:
        """Say whether we know a track from TAK alone: there it is told by whoever sees it."""
        return track.is_second_hand and not self._heard_there.isdisjoint(track.sensors)

    def _take_tracks(self, now_ns: int, told: list[ToldTrack]) -> None:
        for track_id in self._pace.ended(told):
            self._waiting.pop(track_id, None)
            named = self._named.pop(track_id, None)
            if named is not None:
                self._urgent.append(cot.deleted_event(*named, self._around.site.mode, now_ns))
        for track in self._pace.due(told):
            self._waiting[track.track_id] = track

    def _take_warnings(self, now_ns: int, warnings: list[WarningRecord]) -> None:
        is_open = {warning.warning_id for warning in warnings}
        for warning_id in [key for key in self._warned if key not in is_open]:
            uid, _, _, last = self._warned.pop(warning_id)
            over = places.all_clear_event(
                self._around.site, uid, last.zone_id, last.zone_name, now_ns
            )
            self._urgent.append(over)
        for warning in warnings:
            uid = places.warning_uid(self._prefix, warning)
            _, revision, told_ns, _ = self._warned.get(warning.warning_id, ("", 0, 0, warning))
            is_due = now_ns - told_ns >= places.WARNINGS_S * NS_PER_S
            if warning.revision != revision or is_due:
                self._warned[warning.warning_id] = (uid, warning.revision, now_ns, warning)
                self._urgent.append(places.warning_event(self._around.site, warning, uid, now_ns))

    def _take_places(self, now_ns: int) -> None:
        self._places_ns, self._zones = now_ns, self._around.site.zones
        if "zones" in self._tells:
            self._draw_zones(now_ns)
        if "sensors" in self._tells:
            self._urgent.extend(places.sensor_events(self._around.site, self._prefix, now_ns))

    def _draw_zones(self, now_ns: int) -> None:
        """Tell the zones that stand; one that does not any more, or is of another type, goes."""
        zones = list(places.zone_events(self._around.site, self._prefix, now_ns))
        drawn = {event.uid: event.kind for event in zones}
        mode = self._around.site.mode
        for uid, kind in self._drawn.items():
            if drawn.get(uid) != kind:
                self._urgent.append(cot.deleted_event(uid, kind, mode, now_ns))
        self._urgent.extend(zones)
        self._drawn = drawn

    def _send_some(self) -> None:
        events: list[CotEvent] = []
        while self._urgent and len(events) < self.events_max:
            events.append(self._urgent.popleft())
        while self._waiting and len(events) < self.events_max:
            events.append(self._event(self._waiting.pop(next(iter(self._waiting)))))
        unsent = self._write(events) if events else 0
        while len(self._urgent) > self._output.queue_max:
            self._urgent.popleft()
            unsent += 1
        if unsent:
            self._around.tell(self._output, "shed", unsent)

    def _event(self, track: ToldTrack) -> CotEvent:
        named = self._named.get(track.track_id)
        uid = named[0] if named else cot.track_uid(self._prefix, track.track_id, track.started_ns)
        event = cot.track_event(track, uid, self._output.period_s)
        self._named[track.track_id] = (uid, event.kind)
        return event

    @abstractmethod
    def _write(self, events: list[CotEvent]) -> int:
        """Send events; give how many could not be."""


class CotUdp(CotOutput):
    """One event a datagram."""

    events_max = DATAGRAMS_MAX

    def __init__(self, output: Output, around: Surroundings) -> None:
        """output: its table of the site file."""
        super().__init__(output, around)
        self._datagrams = Datagrams(output, around)

    async def __aenter__(self) -> "CotUdp":
        """Open the socket. Raises VedetteError where the host is not known."""
        await self._datagrams.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the socket."""
        await self._datagrams.__aexit__(kind, error, trace)

    def _write(self, events: list[CotEvent]) -> int:
        form = "mesh" if self._output.tak_protocol == 1 else "xml"
        return self._datagrams.send(cot.write_event(event, form) for event in events)


class CotTcp(CotOutput):
    """Over the connection of a cot_tcp feed."""

    _was_there = False

    async def __aenter__(self) -> "CotTcp":
        """Wait for the feed's connection: `publish` looks whether it is there."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the connection to the feed; what is told grows stale by itself."""

    def _is_there(self) -> bool:
        """Look whether the server is connected; tell it everything when it comes back."""
        is_there = self._send(b"")
        if is_there and not self._was_there:
            self._pace, self._warned, self._places_ns = Pace(self._output.period_s), {}, 0
            self._around.tell(self._output, "opened")
        elif self._was_there and not is_there:
            self._urgent.clear()
            self._waiting.clear()
            self._around.tell(self._output, "closed")
        self._was_there = is_there
        return is_there

    def _write(self, events: list[CotEvent]) -> int:
        unsent = 0
        for at in range(0, len(events), BATCH):
            batch = events[at : at + BATCH]
            if not self._send(b"".join(cot.write_event(event, "xml") for event in batch)):
                unsent += len(batch)
        self._around.wrote(self._output, len(events) - unsent)
        return unsent

    def _send(self, data: bytes) -> bool:
        assert self._output.feed is not None
        return self._around.send(self._output.feed, data, None)
