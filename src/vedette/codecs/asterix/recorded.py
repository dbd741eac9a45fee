"""ASTERIX in files: raw data blocks one after the other, and the datagrams of captures.

ASTERIX says the time of day only. In a file each block's is taken nearest to the one before, from
the day `start_ns` gives; in a capture nearest to the packet's own time.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.codecs.asterix.batch import BATCH_BYTES, measure, reports_of
from vedette.codecs.asterix.blocks import Block, BlockFault, blocks
from vedette.codecs.asterix.cat034 import decode_cat034
from vedette.codecs.asterix.cat048 import decode_cat048
from vedette.codecs.asterix.profiles import EDITION_2_2, EDITIONS, PROFILES
from vedette.codecs.asterix.sources import Radar, radars_of
from vedette.codecs.asterix.tables import decode_records, editions_of
from vedette.codecs.asterix.to_reports import read_datagram
from vedette.codecs.reasons import refuse
from vedette.codecs.recorded import Fault, Format, Many, Payload, Reading, Timed, fault
from vedette.model.enums import Mode
from vedette.model.reports import Plot, PositionReport, Report, SensorStatus

NOON_NS = 12 * 3600 * NS_PER_S
SIGNS = frozenset({34, 65})  # categories that say how a source is
BROKEN = "block"  # what is no whole block is counted under this
RADARS_MAX = 256
BATCH_MAX = 512  # blocks measured together, however small they are
_MEASURED = (Plot, PositionReport, SensorStatus)


class _AnyRadar(dict[int, Radar]):
    """Radars by SAC * 256 + SIC where no site names them: each is known by its codes.

    Where nothing says how high a radar stands, its heights are not turned into elevations. Beyond
    RADARS_MAX they are unknown: only bytes that are no recording name so many.
    """

    def get(self, code: int, default: object = None) -> Radar | None:  # type: ignore[override]
        """Give the radar of these codes, known or new."""
        if code not in self and len(self) < RADARS_MAX:
            name = f"sac-{code >> 8 & 255}-sic-{code & 255}"
            self[code] = Radar(name, 0.0, 6_371_000.0, False)
        return super().get(code)


def _radars(reading: Reading) -> dict[int, Radar]:
    return _AnyRadar() if reading.is_anywhere else radars_of(reading.site)


def _edition(reading: Reading) -> int | None:
    """Say which edition of CAT021 the site's feeds speak; None: whichever fits."""
    stated = {f.cat021_edition or "2.2" for f in reading.site.feeds if f.kind == "asterix_udp"}
    return EDITIONS[stated.pop()] if len(stated) == 1 else None


def begins(head: bytes) -> bool:
    """Say whether a file begins with a block of a category that is read.

    Of all but radar plots the whole block has to be in sight: text may begin with the same octet.
    """
    if len(head) < 3 or head[0] not in PROFILES:
        return False
    length = head[1] << 8 | head[2]
    return head[0] in (48, 34) or (3 < length <= len(head) and head[3] != 0)


def read(data: bytes, reading: Reading) -> Iterator[Timed]:
    """Read a file of raw blocks."""
    radars, is_live = _radars(reading), reading.site.mode == Mode.LIVE
    edition = _edition(reading)
    near_ns = t_ns = NOON_NS if reading.start_ns is None else reading.start_ns
    has_time = False
    for group in _grouped(blocks(data)):
        pieces = [bytes(data[b.start - 3 : b.end]) for b in group if isinstance(b, Block)]
        batch, index = measure(pieces), 0
        for block in group:
            if isinstance(block, BlockFault):
                detail = f"offset {block.offset}: {block.detail}"
                refused = refuse(reading.feed, t_ns, block.reason, detail)
                reading.count(BROKEN, 0, [refused])
                yield t_ns, refused, block.offset
                continue
            reports = reports_of(batch, index, reading.feed, near_ns, radars, is_live, edition)
            index += 1
            _count(reading, block, reports)
            times = [r.t_meas_ns for r in reports if isinstance(r, _MEASURED)]
            if times:
                near_ns = max(times)
                t_ns = max(t_ns, near_ns) if has_time else near_ns
                has_time = True
            for report in reports:
                if isinstance(report, _MEASURED):
                    report = msgspec.structs.replace(report, t_recv_ns=report.t_meas_ns)
                yield t_ns, report, block.end


def _grouped(found: Iterator[Block | BlockFault]) -> Iterator[list[Block | BlockFault]]:
    """Take blocks together until they hold BATCH_BYTES or are BATCH_MAX."""
    group, size_bytes = list[Block | BlockFault](), 0
    for block in found:
        group.append(block)
        size_bytes += block.end - block.start if isinstance(block, Block) else 0
        if size_bytes >= BATCH_BYTES or len(group) >= BATCH_MAX:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group


def _count(reading: Reading, block: Block, reports: list[Report]) -> None:
    """Count a block's records by category: what is passed over (repeated, no plot) is no record."""
    good = sum(isinstance(report, _MEASURED) for report in reports)
    reading.count(f"CAT{block.category:03d}", good, reports)


def _count_datagram(reading: Reading, payload: bytes, reports: list[Report]) -> None:
    """Count a datagram's records by category, of each kind of report the category that says it.

    What is refused counts under the first block's.
    """
    first = f"CAT{payload[0]:03d}" if payload else BROKEN
    kinds = [type(report) for report in reports]
    signs = kinds.count(SensorStatus)
    good = signs + kinds.count(Plot) + kinds.count(PositionReport)
    if not 0 < signs < good:
        reading.count(first, good, reports)
        return
    found = [b.category for b in blocks(payload) if isinstance(b, Block)]
    of_signs = next((c for c in found if c in SIGNS), found[0])
    of_rest = next((c for c in found if c not in SIGNS), found[0])
    reading.count(f"CAT{of_signs:03d}", signs)
    reading.count(f"CAT{of_rest:03d}", good - signs)
    reading.count(first, 0, reports)


def open_datagrams(reading: Reading) -> Callable[[bytes, int], list[Report]]:
    """Begin to read the datagrams of a capture."""
    radars, is_live = _radars(reading), reading.site.mode == Mode.LIVE
    edition = _edition(reading)

    def take(payload: bytes, t_ns: int) -> list[Report]:
        reports = read_datagram(payload, reading.feed, t_ns, radars, is_live, edition=edition)
        _count_datagram(reading, payload, reports)
        return reports

    return take


def open_many(reading: Reading) -> Many:
    """Begin to read the datagrams of a capture, many at once."""
    radars, is_live = _radars(reading), reading.site.mode == Mode.LIVE
    edition = _edition(reading)

    def take(payloads: Sequence[bytes]) -> Callable[[int, int], list[Report]]:
        batch = measure(payloads)

        def give(index: int, t_ns: int) -> list[Report]:
            reports = reports_of(batch, index, reading.feed, t_ns, radars, is_live, edition)
            _count_datagram(reading, payloads[index], reports)
            return reports

        return give

    return take


def faults(data: bytes) -> Iterator[Fault]:
    """Say what is wrong with raw blocks, strictly: a category that is not read is wrong too."""
    for block in blocks(data):
        if isinstance(block, BlockFault):
            yield fault(f"offset {block.offset}", block.reason, block.detail)
            continue
        for record in _records(data, block):
            if isinstance(record, BlockFault):
                yield fault(f"offset {record.offset}", record.reason, record.detail)


def _records(data: bytes, block: Block) -> Iterator[object]:
    """Read a block's records, of CAT021 in whichever edition fits."""
    if block.category in (48, 34):
        return (decode_cat048 if block.category == 48 else decode_cat034)(data, block)
    profile = block.category
    if block.category == EDITION_2_2:
        profile = next((EDITIONS[name] for name in editions_of(data, block)), EDITION_2_2)
    return decode_records(data, block, profile)


FORMAT = Format(
    name="ast",
    title="ASTERIX data blocks",
    endings=(".ast",),
    begins=begins,
    faults=faults,
    read=read,
    needs_start=True,
)
PAYLOAD = Payload(
    name="asterix", is_one=begins, open=open_datagrams, faults=faults, open_many=open_many
)
