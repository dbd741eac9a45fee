"""Output kind asterix_udp: tracks as CAT062 and the centre's status as CAT065, in datagrams.

The tracks of one step are a batch, and a message of its own says where it ends: a receiver that
draws whole pictures waits for it. Status comes once a second, and a message when it changes.
"""

from vedette.base.constants import NS_PER_S
from vedette.codecs.asterix import encode_record_blocks
from vedette.codecs.asterix.cat062 import Cat062
from vedette.codecs.asterix.cat065 import Cat065
from vedette.codecs.asterix.from_tracks import (
    Numbers,
    cat062_of,
    cat065_of,
    change_of,
    end_of_batch_of,
)
from vedette.config.site import Output
from vedette.model.enums import SourceHealth
from vedette.model.picture import AirPicture
from vedette.model.told import ToldTrack
from vedette.outputs.datagrams import Datagrams
from vedette.outputs.pace import Pace
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.told import first_hand

STATUS_NS = NS_PER_S  # receivers look for CAT065 as a sign of life; once a second is usual
SICK = (SourceHealth.DEGRADED, SourceHealth.STALE, SourceHealth.FAILED)


class AsterixUdp(Datagrams):
    """Use as `async with`. Sends each track once in `period_s`, and once more when it has ended."""

    def __init__(self, output: Output, around: Surroundings) -> None:
        """output: its table of the site file."""
        assert output.sac is not None and output.sic is not None  # config.check
        super().__init__(output, around)
        self._sac, self._sic = output.sac, output.sic
        self._pace = Pace(output.period_s)
        self._numbers = Numbers()
        self._last: dict[int, ToldTrack] = {}
        self._status_ns: int | None = None
        self._batches = 0
        self._was_sick = False

    def publish(self, picture: AirPicture, told: list[ToldTrack]) -> None:
        """Send the tracks that are due, those that have ended, and the status when it is due."""
        now_ns = picture.now_ns
        tracks = self._records(first_hand(told), now_ns)
        if tracks:
            self.send_or_say(encode_record_blocks(tracks))
            end = end_of_batch_of(now_ns, self._sac, self._sic, self._batches)
            self.send_or_say(encode_record_blocks([end]))
            self._batches += 1
        if self._status_ns is None or now_ns - self._status_ns >= STATUS_NS:
            self._status_ns = now_ns
            sick = any(s.kind == "sensor" and s.health in SICK for s in picture.sources)
            self.send_or_say(encode_record_blocks(self._statuses(sick, now_ns)))

    def _statuses(self, sick: bool, now_ns: int) -> list[Cat065]:
        """Give the status, and before it what has changed."""
        changes = [change_of(now_ns, self._sac, self._sic, sick)] if sick != self._was_sick else []
        self._was_sick = sick
        return [*changes, cat065_of(now_ns, self._sac, self._sic, sick)]

    def _records(self, told: list[ToldTrack], now_ns: int) -> list[Cat062]:
        ended = self._pace.ended(told)
        records = []
        for track in self._pace.due(told):
            is_first = track.track_id not in self._last
            self._last[track.track_id] = track
            records.append(self._record(track, is_first=is_first))
        for track_id in ended:
            records.append(self._record(self._last.pop(track_id), is_last=True))
            self._numbers.end(track_id, now_ns)
        return records

    def _record(self, track: ToldTrack, is_first: bool = False, is_last: bool = False) -> Cat062:
        number = self._numbers.of(track.track_id)
        return cat062_of(track, number, self._sac, self._sic, is_first, is_last)
