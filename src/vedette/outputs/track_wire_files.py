"""Tracks as other systems take them: Cursor on Target events, and ASTERIX CAT062.

In: columns of `tracks.parquet`, some rows at a time. Out: a file that is written as they come. A
table does not say whether a sensor has seen a track's height: its sigma goes along and says how far
it can be believed.
"""

from collections.abc import Iterator
from pathlib import Path

from vedette.codecs import capture_write, cot
from vedette.codecs.asterix.from_tracks import Numbers, cat062_of
from vedette.codecs.asterix.tables import encode_record_blocks
from vedette.codecs.cot.xml_write import write_xml
from vedette.model.enums import Identity, Mode, ObjectClass, TrackStatus
from vedette.model.told import ToldTrack
from vedette.outputs.track_files import Columns, rows_of
from vedette.outputs.wire_files import ASTERIX_PORT, COT_PORT
from vedette.outputs.writing import Around, Capture, Sink

PERIOD_S = 1.0  # of the pictures of a recording
SAC, SIC = 0, 1  # "local": a file has no code of a centre
_STATUSES = {status.name.lower(): status for status in TrackStatus}


class _Tracks(Sink):
    """What both share: rows as tracks, marked as the site file says."""

    def __init__(self, path: Path, around: Around, capture: Capture | None = None) -> None:
        """Open `path`."""
        super().__init__(path, around, capture)
        self._shown_as = Mode.LIVE if around.mode is None else around.mode
        self._started_ns: dict[int, int] = {}

    def _tracks(self, columns: Columns) -> Iterator[ToldTrack]:
        for row in rows_of(columns):
            (t_ns, number, lat_deg, lon_deg, hae_m, _, _, _, v_east, v_north, v_up) = row[:11]
            (east_m, north_m, up_m, exists, status, identity, named, prob, sources) = row[11:]
            wide_m, narrow_m = max(east_m, north_m), min(east_m, north_m)
            yield ToldTrack(
                track_id=number,
                t_ns=t_ns,
                started_ns=self._started_ns.setdefault(number, t_ns),
                updated_ns=t_ns,
                status=_STATUSES[status],
                lat_deg=lat_deg,
                lon_deg=lon_deg,
                hae_m=hae_m,
                v_east_mps=v_east,
                v_north_mps=v_north,
                v_up_mps=v_up,
                sigma_major_m=wide_m,
                sigma_minor_m=narrow_m,
                major_rad=0.0 if north_m >= east_m else 1.5707963267948966,
                sigma_up_m=up_m,
                height_observed=True,
                existence_prob=exists,
                identity=Identity(identity),
                identity_reason="as recorded",
                object_class=ObjectClass(named),
                class_prob=prob,
                label="",
                sensors=tuple(sources),
                mode=self._shown_as,
            )


class CotTracks(_Tracks):
    """Tracks as events, XML: one a line, or as datagrams of a capture."""

    def append(self, columns: Columns) -> None:
        """Write some rows."""
        for track in self._tracks(columns):
            uid = cot.track_uid("vedette", track.track_id, track.started_ns)
            event = cot.track_event(track, uid, PERIOD_S)
            if self.is_capture:
                payload = cot.write_event(event, "xml")
                self.packet(capture_write.udp_packet(payload, COT_PORT), track.t_ns)
            else:
                self.put(write_xml(event).encode() + b"\n")


class AsterixTracks(_Tracks):
    """Tracks as CAT062: data blocks, or as datagrams of a capture."""

    def __init__(self, path: Path, around: Around, capture: Capture | None = None) -> None:
        """Open `path`."""
        super().__init__(path, around, capture)
        self._numbers = Numbers()

    def append(self, columns: Columns) -> None:
        """Write some rows."""
        for track in self._tracks(columns):
            is_first = track.started_ns == track.t_ns
            number = self._numbers.of(track.track_id)
            for block in encode_record_blocks([cat062_of(track, number, SAC, SIC, is_first)]):
                if self.is_capture:
                    packet = capture_write.udp_packet(block, ASTERIX_PORT)
                    self.packet(packet, track.t_ns)
                else:
                    self.put(block)
