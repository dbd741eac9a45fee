"""The seam between the service and the server.

The service makes one Hub with what it can do (`Service`), publishes each step's picture to it, and
hands it to `make_app`. Everything here runs on the event loop's thread: a published picture is
read at once, and read again for requests until the next one, while the loop is the server's; so a
step must not change the picture on another thread while the loop runs.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

import vedette
from vedette import zones
from vedette.base.measures import Measures
from vedette.config.site import Site
from vedette.config.zones import reach_m
from vedette.geo import SiteFrame
from vedette.model.acts import Act, ActRow
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.enums import Identity, Mode, ObjectClass
from vedette.model.events import Event, WarningEscalated, WarningRaised
from vedette.model.picture import AirPicture, StandingZone
from vedette.server import views
from vedette.server.alarm_load import AlarmCount, alarm_view, count
from vedette.server.broadcast import Broadcast
from vedette.server.columns import (
    Columns,
    packed_tracks,
    target_ids,
    told_prob,
    track_columns,
    track_rows,
)
from vedette.server.event_log import EventLog
from vedette.server.ground_file import Ground
from vedette.server.history import History
from vedette.server.public import NS_PER_US, as_public

COUNTERS_MAX = 1000


class Service(Protocol):
    """What the live service does for the server."""

    def now_ns(self) -> int:
        """Say what time it is for the pipeline (system clock, replayed or simulated)."""

    async def submit(self, command: Command) -> list[Event]:
        """Journal the command, run or await its step, and give the events it brought about.

        A refusal is a CommandRefused among them. Raises VedetteError when it cannot be accepted
        at all (the journal's disk is full).
        """

    def deliver(self, delivery: Delivery) -> None:
        """Take in that a warning was shown."""

    def arrive(self, arrival: Arrival) -> None:
        """Take in detections that came by HTTP or WebSocket. Never blocks; sheds when full."""

    def admit(self, feed: str, data: bytes) -> tuple[bytes, Sequence[int]]:
        """Leave out the lines of sensors above their rate, which count as shed.

        Gives what is left, its lines in their places, and the numbers of those left out.
        """

    def refused(self, source: str, reason: str, count: int) -> None:
        """Count what the server refused on a feed ("http", "websocket")."""

    def incident_html(self) -> str | Awaitable[str]:
        """Tell the incident so far as one self-contained HTML page."""

    def statement(self) -> str | Awaitable[str]:
        """Draft the statement from recorded facts."""

    async def paper(self, statement: str | None) -> bytes:
        """Give the report so far as PDF; with a statement, that as people left it.

        Raises VedetteError where it cannot be made, RefusedError where it would be too long.
        """

    def paper_bar(self) -> str:
        """Say why there can be no PDF, in words; "" where there can."""

    async def tracks(self, ending: str) -> bytes:
        """Give the tracks so far as a file: "parquet", "geojson" or "kml"."""

    def exhibits(self) -> Path | None:
        """Say in which folder of the recording exhibits are kept; None: nothing is recorded."""

    def audit(self, act: Act) -> None:
        """Record what somebody did, on disk before this returns. Never raises."""

    async def acts(self, after: int, limit: int) -> list[ActRow]:
        """Give the audit trail: at most `limit` acts numbered above `after`."""

    def measures(self) -> Measures:
        """Say what waits in the service's queues, and how long its stages take."""


class Hub:
    """What the server knows: the latest picture and events, where tracks were, who looks."""

    def __init__(self, site: Site, service: Service, mode: Mode | None = None) -> None:
        """site: the checked site file; mode: shown instead of the site's own (a replay)."""
        self.site = site
        self.mode = mode or site.mode
        self.service = service
        self.frame = SiteFrame(site.reference)
        self.asset_ids = [asset.id for asset in site.assets]
        self.asset_number = {asset_id: i for i, asset_id in enumerate(self.asset_ids)}
        self.told_prob = told_prob(site)
        self.events = EventLog()
        self.history = History(site.limits.history_s, self.asset_number)
        self.broadcast = Broadcast(self.events, self._shared_message)
        self.alarms = AlarmCount()
        self.counters: Counter[str] = Counter()
        self.picture: AirPicture | None = None
        self.ground: Ground | None = None  # the site's own map
        self.replay: Callable[[], views.ReplayView] | None = None  # where a replay stands
        self._published_s = 0.0
        self._filed_zones = list(zones.start(site).zones.values())
        self._zones_key: list[tuple[str, int]] = []
        self._zones_public: Any = []
        self._shown: dict[int, int] = {}  # warning_id -> highest revision reported as shown

    def restore_events(self, events: list[Event]) -> None:
        """Number the events of a recording that goes on after a crash, before the first picture."""
        self.events.append(events)
        count(self.alarms, events, 0)

    def publish(self, picture: AirPicture) -> None:
        """Take the picture of a step and send it to those who look, each at their own rate.

        Costs microseconds when nobody looks. A step that warns goes out at once to everybody.
        """
        self.picture = picture
        self._published_s = time.monotonic()
        self.events.append(picture.events)
        count(self.alarms, picture.events, picture.now_ns)
        self.history.keep(picture)
        urgent = any(isinstance(e, WarningRaised | WarningEscalated) for e in picture.events)
        self.broadcast.publish(urgent)

    def count(self, what: str, source: str = "", reason: str = "") -> None:
        """Count something for /api/health, and under `reason` for a feed that `source` names."""
        if what in self.counters or len(self.counters) < COUNTERS_MAX:
            self.counters[what] += 1
        if source:
            self.service.refused(source, reason or what, 1)

    def shown(self, shown: views.Shown) -> bool:
        """Report a warning's revision as shown, once. False where no such warning is open."""
        record = next((w for w in self._warnings() if w.warning_id == shown.warning_id), None)
        if record is None or not 0 <= shown.revision <= record.revision:
            return False
        if self._shown.get(shown.warning_id, -1) >= shown.revision:
            return True
        open_ids = {w.warning_id for w in self._warnings()}
        self._shown = {w: r for w, r in self._shown.items() if w in open_ids}
        self._shown[shown.warning_id] = shown.revision
        self.service.deliver(
            Delivery(
                warning_id=shown.warning_id,
                revision=shown.revision,
                channel="display",
                delivered=True,
                t_recv_ns=self.service.now_ns(),
            )
        )
        return True

    def _warnings(self) -> list[Any]:
        return list(self.picture.warnings) if self.picture is not None else []

    # --- what is asked ---
    def now_us(self) -> int:
        """Give the picture's time, or the service's before the first picture."""
        now_ns = self.picture.now_ns if self.picture is not None else self.service.now_ns()
        return now_ns // NS_PER_US

    def hello(self) -> dict[str, Any]:
        """Make the first message of a stream."""
        hello = views.StreamHello(
            mode=self.mode,
            made_as=self.site.mode,
            site=self.site.name,
            t_us=self.now_us(),
            identities=views.words(Identity),
            classes=views.words(ObjectClass),
            statuses=list(views.STATUSES),
            last_seq=self.events.last,
            version=vedette.__version__,
        )
        public = as_public(hello)
        assert isinstance(public, dict)
        return public

    def site_view(self) -> views.SiteView:
        """Make what the display needs of the site."""
        site = self.site
        return views.SiteView(
            name=site.name,
            mode=self.mode,
            made_as=site.mode,
            reference=site.reference,
            assets=site.assets,
            zones=site.zones,
            channels=[w.id for w in site.webhooks] + [c.id for c in site.channels],
            zone_reach_m=reach_m(site),
            sensors=site.sensors,
            effectors=site.effectors,
            corridors=site.corridors,
            map=msgspec.structs.replace(site.map, pmtiles=None),
            ground=self.ground.view if self.ground else None,
            wind=site.wind,
            authorisation_s=site.decision.authorisation_s,
            history_s=site.limits.history_s,
            identities=views.words(Identity),
            classes=views.words(ObjectClass),
            statuses=list(views.STATUSES),
            version=vedette.__version__,
        )

    def _standing(self, picture: AirPicture) -> dict[str, Any]:
        return {
            "warnings": as_public(picture.warnings),
            "engagements": as_public(picture.engagements),
            "options": as_public(picture.options),
            "posture": as_public(picture.posture),
            "queue": as_public(picture.queue),
            "sources": as_public(picture.sources),
            "groups": as_public(picture.groups),
            "correlations": as_public(picture.correlations),
            "notes": as_public(picture.notes),
            "zones": self._zones(picture),
            "alarms": as_public(alarm_view(self.alarms)),
        }

    def _zones(self, picture: AirPicture) -> Any:
        """Give the zones that stand; written down once a change, for they are the bulk of it."""
        standing = self.standing_zones(picture)
        key = [(zone.zone_id, zone.revision) for zone in standing]
        if key != self._zones_key:
            self._zones_key, self._zones_public = key, as_public(standing)
        return self._zones_public

    def standing_zones(self, picture: AirPicture) -> list[StandingZone]:
        """Give the zones of a picture; those of the site file where it was made without any."""
        return picture.zones or self._filed_zones

    def _columns(self, picture: AirPicture) -> tuple[Columns, list[str]]:
        return track_columns(picture, self.frame, self.asset_number, self.told_prob)

    def _shared_message(self) -> dict[str, Any] | None:
        """Make what every client gets of the latest picture, without its events."""
        if self.picture is None:
            return None
        columns, labels = self._columns(self.picture)
        return {
            "kind": "picture",
            "t_us": self.picture.now_ns // NS_PER_US,
            "tracks": packed_tracks(columns, labels),
            **self._standing(self.picture),
            "replay": as_public(self.replay()) if self.replay is not None else None,
            "viewers": self.broadcast.viewers,
        }

    def picture_view(self, with_tracks: bool = True) -> dict[str, Any] | None:
        """Make the body of GET /api/picture (a PictureView), None before the first step."""
        if self.picture is None:
            return None
        rows: list[dict[str, Any]] = []
        if with_tracks:
            columns, labels = self._columns(self.picture)
            rows = list(track_rows(columns, labels, target_ids(self.asset_ids, self.picture)))
        return {
            "t_us": self.picture.now_ns // NS_PER_US,
            "mode": self.mode.value,
            "made_as": self.site.mode.value,
            "site": self.site.name,
            "tracks": rows,
            **self._standing(self.picture),
        }

    def picture_age_s(self) -> float | None:
        """Say how long ago the last picture was published, on this machine's clock."""
        return time.monotonic() - self._published_s if self.picture is not None else None

    def health_view(self) -> views.HealthView:
        """Make the body of GET /api/health. ok: a picture came within two seconds."""
        age_s = self.picture_age_s()
        return views.HealthView(
            ok=age_s is not None and age_s < 2.0,
            version=vedette.__version__,
            site=self.site.name,
            mode=self.mode,
            picture_age_s=age_s,
            tracks=self.picture.tracks.count if self.picture is not None else 0,
            viewers=self.broadcast.viewers,
            alarms=alarm_view(self.alarms),
            counters=dict(sorted(self.counters.items())),
        )
