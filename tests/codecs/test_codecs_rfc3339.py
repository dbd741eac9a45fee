"""RFC 3339 by hand, against the standard library's calendar."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.base.errors import RefusedError
from vedette.base.rfc3339 import format_rfc3339, parse_rfc3339


@given(st.integers(-62_135_596_800 * 10**9, 253_402_300_799 * 10**9))
def test_every_nanosecond_of_ten_millennia_comes_back(t_ns):
    assert parse_rfc3339(format_rfc3339(t_ns)) == t_ns


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_the_calendar_is_the_standard_librarys(moment):
    text = moment.replace(microsecond=0).isoformat() + "Z"
    expected = round(moment.replace(microsecond=0, tzinfo=UTC).timestamp())
    assert parse_rfc3339(text) == expected * 10**9


@pytest.mark.parametrize(
    ("text", "expected_ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2022-01-04T03:00:00.5+03:00", 1_641_254_400_500_000_000),
        ("2022-01-03t19:00:00.000000001-05:00", 1_641_254_400_000_000_001),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
    ],
)
def test_offsets_fractions_and_leap_seconds(text, expected_ns):
    assert parse_rfc3339(text) == expected_ns


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022-01-04T00:00:00",
        "2022-13-04T00:00:00Z",
        "2022-02-29T00:00:00Z",
        "2022-01-04T24:00:00Z",
        "2022-01-04T00:00:61Z",
        "2022-01-04T00:00:00.Z",
        "2022-01-04T00:00:00.1234567890Z",
        "2022-01-04T00:00:00+24:00",
        "٢022-01-04T00:00:00Z",
        "2022-01-04T00:00:00Z" * 99,
    ],
)
def test_what_is_no_date_time_is_refused(text):
    with pytest.raises(RefusedError):
        parse_rfc3339(text)
