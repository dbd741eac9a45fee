"""Files of SAPIENT messages as JSON: read a message at a time, and bounded message by message."""

import json
import mmap
import time
import tracemalloc

import pytest
from sapient_world import CONTENTS, document

from vedette import codecs
from vedette.codecs.sapient.text import TEXT_BYTES_MAX, texts

MIB = 1 << 20
GOOD = json.dumps(document("alert"), indent=1).encode()
HUGE = b'{"x": "' + b"y" * TEXT_BYTES_MAX + b'"}'


def test_a_message_above_the_bound_is_refused_by_line_and_the_next_is_read():
    lines = GOOD.count(b"\n")
    told = codecs.check("sapient", GOOD + b"\n" + HUGE + b"\n" + GOOD).reason
    assert told.startswith(f"message 2 at line {lines + 2}: too long")
    assert "message 3" not in told


def test_a_file_of_any_size_is_read_a_message_at_a_time(tmp_path):
    path = tmp_path / "long.json"
    with path.open("wb") as file:
        for _ in range(24):
            file.write(GOOD + b"\n" + b" " * MIB + HUGE + b"\n")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        assert len(data) > 64 * MIB
        tracemalloc.start()
        found = [(line, len(text), end) for line, text, end in texts(data)]
        _, most_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert found[-1][2] == len(data) - 1
    assert [size for _, size, _ in found] == [len(GOOD), TEXT_BYTES_MAX + 1] * 24
    assert most_bytes < 8 * MIB


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (GOOD + b"\n[1]", "bad json: line"),
        (GOOD + b"\n}", "bad json: line"),
        (GOOD[:-1], "truncated: line 1"),
        (b'{"timestamp": "' + b'\\"' * 1_000_000, "truncated: line 1"),
        (b'{"timestamp": "' + b"{" * 1_000_000, "truncated: line 1"),
        (b'{"timestamp": ' * 1_000_000, "truncated: line 1"),
        (b'{"timestamp": "\xff"}', "message 1 at line 1: bad text"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "message 1 at line 1: "),
    ],
)
def test_a_file_that_breaks_off_or_is_no_json_is_refused_at_once(data, reason):
    began_s = time.process_time()
    verdict = codecs.check("sapient", data)
    assert time.process_time() - began_s < 5.0  # a minute and more, were the work quadratic
    assert not verdict.accepted and reason in verdict.reason


def test_braces_within_texts_are_no_marks():
    alert = CONTENTS["alert"] | {"description": '} \\" { \\\\'}
    said = json.dumps(document("alert", alert)).encode()
    assert codecs.check("sapient", said + said).accepted
