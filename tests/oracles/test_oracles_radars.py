"""Real radars' CAT034 and CAT048, read by us and by libasterix: every record, item by item."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from vedette.codecs import capture
from vedette.codecs.asterix import Block, blocks
from vedette.codecs.asterix.cat034 import decode_cat034
from vedette.codecs.asterix.cat048 import decode_cat048

sys.path.insert(0, str(Path(__file__).parent))
from test_oracles_asterix import UNITS, ask

READ = {34: ("034_1_29", decode_cat034), 48: ("048_1_32", decode_cat048)}
# By item: where the element begins, bits; what we call it.
ELEMENTS: dict[int, tuple[tuple[str, int, str], ...]] = {
    34: (
        ("010", 0, "sac"), ("010", 8, "sic"), ("000", 0, "message_type"), ("030", 0, "t_day_s"),
        ("020", 0, "sector_rad"), ("041", 0, "rotation_period_s"),
    ),
    48: (
        ("010", 0, "sac"), ("010", 8, "sic"), ("140", 0, "t_day_s"), ("020", 0, "report_type"),
        ("040", 0, "range_m"), ("040", 16, "azimuth_rad"), ("070", 4, "mode_3a"),
        ("090", 2, "height_baro_m"), ("161", 4, "track_number"), ("220", 0, "icao24"),
        ("240", 0, "callsign"), ("042", 0, "east_m"), ("042", 16, "north_m"),
        ("200", 0, "speed_mps"), ("200", 16, "heading_rad"), ("110", 2, "height_msl_m"),
        ("170", 0, "tentative"), ("130/SRL", 0, "ssr_runlength_rad"), ("130/SRR", 0, "ssr_replies"),
        ("130/SAM", 0, "ssr_amplitude_dbm"), ("130/PRL", 0, "psr_runlength_rad"),
        ("130/PAM", 0, "psr_amplitude_dbm"), ("130/RPD", 0, "psr_ssr_range_m"),
        ("130/APD", 0, "psr_ssr_azimuth_rad"),
    ),
}  # fmt: skip


def compare(ours: object, theirs: dict, category: int, seen: Counter) -> None:
    """Hold each element of a record that libasterix found against ours; count them by item."""
    for item, at, name in ELEMENTS[category]:
        mine = getattr(ours, name)
        if item not in theirs:
            assert mine is None, (item, name)
            continue
        _, _, number, value, unit, text = next(one for one in theirs[item] if one[0] == at)
        seen[f"{category:03d}/{item} {name}"] += 1
        if name == "icao24":
            assert mine == f"{number:06x}"
        elif text is not None:
            assert (mine or "") == text.rstrip(), (item, name)
        elif value is not None:
            assert mine == pytest.approx(value * UNITS.get(unit, 1.0), rel=1e-9, abs=1e-12), item
        else:
            assert mine == number, (item, name)


def test_real_radar_records_are_read_as_libasterix_reads_them(repository, shared_data):
    data = (shared_data / "asterix" / "croatia_cat034_048.pcap").read_bytes()
    made = [
        found.payload[block.start - 3 : block.end]
        for found in capture.datagrams(data)
        for block in blocks(found.payload)
        if isinstance(block, Block)
    ]
    answers = ask(repository, [(READ[one[0]][0], one.hex()) for one in made])
    seen: Counter[str] = Counter()
    records = Counter[int]()
    for one, answer in zip(made, answers, strict=True):
        (block,) = blocks(one)
        found = list(READ[one[0]][1](one, block))
        assert isinstance(answer, list) and len(found) == len(answer)
        for ours, theirs in zip(found, answer, strict=True):
            compare(ours, theirs, one[0], seen)
            records[one[0]] += 1
    assert records == {34: 34, 48: 128}
    assert len(seen) == 27 and sum(seen.values()) == 2_312
