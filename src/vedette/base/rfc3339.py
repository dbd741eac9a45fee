"""RFC 3339 date-times to and from int64 nanoseconds UTC, by hand: the core reads no clock library.

Unix time knows no leap seconds: second 60 is read as the first instant of the next minute.
"""

import re

from vedette.base.constants import NS_PER_DAY, NS_PER_S
from vedette.base.errors import RefusedError

_SHAPE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LENGTH_MAX = 40  # the longest valid text is 35 characters


def days_from_civil(year: int, month: int, day: int) -> int:
    """Count the days from 1970-01-01 to a date of the proleptic Gregorian calendar.

    Years begin in March, so that the leap day is the last of its year; 400 years are 146,097 days.
    Source: E. G. Richards, Mapping Time (1998), chapter 25.
    """
    march_year = year - (month <= 2)
    era, year_of_era = divmod(march_year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Name the date (year, month, day) that many days after 1970-01-01; inverse of the above."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * march_month + 2) // 5 + 1
    month = (march_month + 2) % 12 + 1
    return era * 400 + year_of_era + (month <= 2), month, day


def _days_in_month(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _MONTH_DAYS[month - 1]


def parse_rfc3339(text: str) -> int:
    """Read an RFC 3339 date-time as nanoseconds UTC since 1970.

    The offset is required ("Z" or +hh:mm), up to nine decimals are kept exactly. Raises
    RefusedError where the text has another shape or names no real date or time.
    Source: RFC 3339, section 5.6.
    """
    match = _SHAPE.fullmatch(text) if len(text) <= _LENGTH_MAX else None
    if match is None:
        raise RefusedError("not an RFC 3339 date-time with its offset")
    year, month, day, hour, minute, second = (int(match[k]) for k in range(1, 7))
    if not (1 <= month <= 12 and 1 <= day <= _days_in_month(year, month)):
        raise RefusedError("no such date")
    if hour > 23 or minute > 59 or second > 60 or (second == 60 and minute != 59):
        raise RefusedError("no such time of day")
    offset_s = 0
    if match[8]:
        offset_hour, offset_minute = int(match[9]), int(match[10])
        if offset_hour > 23 or offset_minute > 59:
            raise RefusedError("no such offset from UTC")
        offset_s = (offset_hour * 3600 + offset_minute * 60) * (1 if match[8] == "+" else -1)
    whole_s = hour * 3600 + minute * 60 + second - offset_s
    fraction_ns = int((match[7] or "0").ljust(9, "0"))
    return days_from_civil(year, month, day) * NS_PER_DAY + whole_s * NS_PER_S + fraction_ns


def format_rfc3339(t_ns: int) -> str:
    """Write nanoseconds UTC since 1970 as RFC 3339 with "Z": nine decimals, or none if whole.

    Years 0 to 9999 are written; beyond them a RefusedError says so.
    """
    days, in_day_ns = divmod(t_ns, NS_PER_DAY)
    year, month, day = civil_from_days(days)
    if not 0 <= year <= 9999:
        raise RefusedError("a time outside the years 0 to 9999 has no RFC 3339 form")
    second_of_day, fraction_ns = divmod(in_day_ns, NS_PER_S)
    hour, rest = divmod(second_of_day, 3600)
    fraction = f".{fraction_ns:09d}" if fraction_ns else ""
    date = f"{year:04d}-{month:02d}-{day:02d}"
    return f"{date}T{hour:02d}:{rest // 60:02d}:{rest % 60:02d}{fraction}Z"
