"""ASTERIX read by us and by libasterix: the same records, the same values, element by element."""

import json
import math
import random
import subprocess
import sys
from pathlib import Path

import pytest

from vedette.codecs import capture
from vedette.codecs.asterix import Block, blocks, decode_records, encode_record_blocks
from vedette.codecs.asterix.fields import SPARE, TEXT, Item
from vedette.codecs.asterix.profiles import ITEMS

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "codecs"))
from asterix_world import PROFILES, record_of  # noqa: E402

# Which of libasterix's editions reads a profile of ours.
EDITIONS = {
    10: ["010_1_1"],
    20: ["020_1_9", "020_1_11"],
    21: ["021_2_3", "021_2_4", "021_2_6", "021_2_7"],
    21_201: ["021_2_1"],
    21_024: ["021_0_26"],
    21_023: ["021_0_23"],
    62: ["062_1_18", "062_1_21"],
    65: ["065_1_4", "065_1_6"],
    205: ["205_1_0"],
}
NMI_M = 1852.0
UNITS = {
    "°": math.pi / 180.0,
    "ft": 0.3048,
    "FL": 30.48,
    "NM": NMI_M,
    "NM/s": NMI_M,
    "ft/min": 0.3048 / 60.0,
    "°/s": math.pi / 180.0,
}
# libasterix 0.36.3 says 1/16 m/s; the specification (part 7, edition 1.1) says 0.25 m/s.
OTHERWISE = {"010/202": 4.0}
# Numbers of a category, which libasterix 0.36.3 takes for signed quantities.
PLAIN_NUMBERS = {"position_accuracy"}
# Spare bits in 2.1, given a meaning by later editions.
LATER = {"list_lookup_failed", "military_emergency"}


def ask(repository, questions):
    python = repository / ".venv-peers" / "bin" / "python"
    has = (
        python.is_file()
        and not subprocess.run(
            [python, "-c", "import asterix"], capture_output=True, check=False
        ).returncode
    )
    if not has:
        pytest.skip("libasterix is absent: make peers")
    done = subprocess.run(
        [python, HERE / "asterix_oracle.py"], input=json.dumps(questions), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def compare_item(name: str, item: Item, theirs: list, ours: object) -> int:
    """Compare each field of ours with their element at the same bits; say how many there were."""
    at, compared = 0, 0
    known = {(place, size): rest for place, size, *rest in theirs}
    ends = max((place + size for place, size, *_ in theirs), default=0)
    for field in item.fields:
        place, at = at, at + field.bits
        if field.kind == SPARE or place >= ends:
            continue
        if field.name in LATER and (place, field.bits) not in known:
            continue
        number, value, unit, text = known[place, field.bits]
        mine = getattr(ours, field.name)
        compared += 1
        if text is not None:
            assert mine == (text.rstrip() if field.kind == TEXT else text), name
        elif value is not None and field.name not in PLAIN_NUMBERS:
            expected = value * UNITS.get(unit, 1.0) * OTHERWISE.get(name, 1.0)
            assert mine == pytest.approx(expected, rel=1e-9, abs=1e-12), (name, field.name)
        elif isinstance(mine, str):
            assert mine == f"{number:06x}", (name, field.name)
        else:
            assert mine == number, (name, field.name)
    return compared


def compare(profile: int, data: bytes, answer: object) -> int:
    assert isinstance(answer, list), answer
    (block,) = blocks(data)
    assert isinstance(block, Block)
    found = list(decode_records(data, block, profile))
    assert len(found) == len(answer)
    category, compared = f"{block.category:03d}", 0
    for (record, _, _), theirs in zip(found, answer, strict=True):
        for item in ITEMS[profile]:
            if item.name in theirs:
                key = f"{category}/{item.name}"
                compared += compare_item(key, item, theirs[item.name], record)
            for part in item.parts:
                name = f"{item.name}/{part.name}" if part is not None else ""
                if part is not None and part.fields and name in theirs:
                    compared += compare_item(f"{category}/{name}", part, theirs[name], record)
    return compared


@pytest.mark.parametrize("profile", PROFILES)
def test_every_field_means_to_libasterix_what_it_means_to_us(repository, profile):
    source = random.Random(profile)
    made = [
        encode_record_blocks([record_of(source, profile) for _ in range(3)], profile)[0]
        for _ in range(20)
    ]
    asked = [(edition, data.hex()) for edition in EDITIONS[profile] for data in made]
    answers = ask(repository, asked)
    compared = sum(
        compare(profile, bytes.fromhex(text), answer)
        for (_, text), answer in zip(asked, answers, strict=True)
    )
    fields = sum(len(item.fields) for item in ITEMS[profile])
    assert compared > 20 * fields


def test_real_system_tracks_are_read_as_libasterix_reads_them(repository, shared_data):
    data = (shared_data / "asterix" / "croatia_cat062_065.pcap").read_bytes()
    made = []
    for found in capture.datagrams(data):
        made += [found.payload[b.start - 3 : b.end] for b in blocks(found.payload)]
    editions = {62: "062_1_18", 65: "065_1_4"}
    answers = ask(repository, [(editions[one[0]], one.hex()) for one in made])
    compared = [compare(one[0], one, answer) for one, answer in zip(made, answers, strict=True)]
    assert [one[0] for one in made] == [62, 65]
    assert compared[0] > 80 and compared[1] == 6
