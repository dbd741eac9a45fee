"""Output kind sapient: the picture to a SAPIENT middleware, as a fusion node, over its feed.

The core registers us when the connection opens (`codecs.sapient.receive`); nothing more is said
until the registration is taken. Then: a status every few seconds, every track at once and then
once in `period_s`, its end, warnings and their all-clear. All that one cycle says bears one
timestamp, and cycles lie at least CYCLE_S apart: a strict middleware takes detections less than
80 ms apart for a fault of the clock. What the connection does not take is dropped, oldest first,
and counted, and all is told anew.
"""

from types import TracebackType

from vedette.base.constants import NS_PER_S
from vedette.codecs import sapient
from vedette.config.site import Output
from vedette.model.enums import SourceHealth
from vedette.model.events import SourceReported
from vedette.model.picture import AirPicture, WarningRecord
from vedette.model.told import ToldTrack
from vedette.outputs.pace import Pace
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.told import first_hand

CYCLE_S = 0.1
TRACKS_MAX = 500  # told in one cycle, some 20 ms; the rest goes with the next
_OF_OURS = (sapient.REGISTERING, sapient.TAKEN, "rejected")  # words of our registration
SICK = frozenset({SourceHealth.DEGRADED, SourceHealth.STALE, SourceHealth.FAILED})


class SapientOutput:
    """Use as `async with`."""

    def __init__(self, output: Output, around: Surroundings) -> None:
        """output: its table of the site file; its feed is a sapient_tcp feed of the site."""
        self._output, self._around = output, around
        feed = next(each for each in around.site.feeds if each.id == output.feed)
        self._feed, self._node = feed.id, sapient.own_node(around.site, feed)
        self._nodes = {
            s.id: s.sapient_node.lower() for s in around.site.sensors if s.sapient_node is not None
        }
        self._is_taken = False
        self._begin()

    def _begin(self) -> None:
        """Forget what was told: the next cycle tells everything."""
        self._pace = Pace(self._output.period_s)
        self._last: dict[int, ToldTrack] = {}  # by track, as told last
        self._warned: dict[int, WarningRecord] = {}
        self._revisions: dict[int, int] = {}
        self._waiting: dict[int, ToldTrack] = {}
        self._cycle_ns = self._status_ns = 0

    async def __aenter__(self) -> "SapientOutput":
        """Begin; the feed makes the connection, and who is called there has to take us first."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say goodbye where somebody is there."""
        if self._is_taken:
            goodbye = sapient.goodbye(self._node, self._around.now_ns())
            self._around.send(self._feed, sapient.wire(goodbye), None)

    def waiting(self) -> tuple[int, int]:
        """Say how many tracks have not been told yet; octets are not counted."""
        return len(self._waiting), 0

    def publish(self, picture: AirPicture, told: list[ToldTrack]) -> None:
        """Say what is due, once a cycle."""
        told = first_hand(told)
        self._hear(picture)
        if not self._is_taken or picture.now_ns - self._cycle_ns < CYCLE_S * NS_PER_S:
            return
        messages = self._alerts(picture, told)
        messages += self._ends(picture.now_ns, told)
        messages += self._detections(picture, told)
        if picture.now_ns - self._status_ns >= sapient.STATUS_S * NS_PER_S:
            messages.append(self._status(picture))
        if messages:
            self._cycle_ns = picture.now_ns
            self._send(messages)

    def _hear(self, picture: AirPicture) -> None:
        """Take in what became of our registration."""
        said = [e for e in picture.events if isinstance(e, SourceReported)]
        for event in said:
            if event.source == self._feed and event.kind in _OF_OURS:
                was_taken, self._is_taken = self._is_taken, event.kind == sapient.TAKEN
                self._begin()
                if self._is_taken != was_taken:
                    self._around.tell(self._output, "opened" if self._is_taken else "closed")

    def _alerts(self, picture: AirPicture, told: list[ToldTrack]) -> list[bytes]:
        now_ns, out = picture.now_ns, []
        is_open = {warning.warning_id for warning in picture.warnings}
        for warning_id in [key for key in self._warned if key not in is_open]:
            last = self._warned.pop(warning_id)
            self._revisions.pop(warning_id)
            clear = sapient.all_clear_alert(self._node, self._around.site, last, now_ns)
            out.append(sapient.wire(clear))
        by_id = {track.track_id: track for track in told}
        for warning in picture.warnings:
            if self._revisions.get(warning.warning_id) != warning.revision:
                self._revisions[warning.warning_id] = warning.revision
                self._warned[warning.warning_id] = warning
                alert = sapient.warning_alert(self._node, self._around.site, warning, now_ns, by_id)
                out.append(sapient.wire(alert))
        return out

    def _ends(self, now_ns: int, told: list[ToldTrack]) -> list[bytes]:
        out = []
        for track_id in self._pace.ended(told):
            last = self._last.pop(track_id, None)
            self._waiting.pop(track_id, None)
            if last is not None:
                out.append(sapient.wire(sapient.ended_detection(self._node, last, now_ns)))
        return out

    def _detections(self, picture: AirPicture, told: list[ToldTrack]) -> list[bytes]:
        """Say the tracks that are due, the longest waiting first, each as it is now."""
        due = self._pace.due(told)
        self._waiting |= {track.track_id: track for track in due}
        by_id = {track.track_id: track for track in told}
        out = []
        for track_id in list(self._waiting)[:TRACKS_MAX]:
            del self._waiting[track_id]
            track = self._last[track_id] = by_id[track_id]
            origins = picture.provenance.get(track_id, {})
            made = sapient.fused_detection(self._node, track, picture.now_ns, origins, self._nodes)
            out.append(sapient.wire(made))
        return out

    def _status(self, picture: AirPicture) -> bytes:
        self._status_ns = picture.now_ns
        sick = [f"{s.source}: {s.reason}" for s in picture.sources if s.health in SICK]
        made = sapient.our_status(self._node, self._around.site.mode, picture.now_ns, sick)
        return sapient.wire(made)

    def _send(self, messages: list[bytes]) -> None:
        if not self._around.send(self._feed, b"".join(messages), None):
            self._around.tell(self._output, "shed", len(messages))
            self._begin()
            return
        self._around.wrote(self._output, len(messages))
