"""What is read out to people, in the languages of the site: one file a language.

Each file gives the same keys (a test holds them to it), its numbers in words, and which form of a
noun stands after a number (CLDR's plural rules). To add a language: copy `en.py`, translate it, add
it to LANGUAGES and to the site file's `Language`.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from vedette.base.languages import ar, en, uk


class Tongue(NamedTuple):
    """One language: its words by key, its numbers, its plurals."""

    words: Mapping[str, str]
    number: Callable[[int, str], str]  # (number, gender "m" or "f") -> words
    form: Callable[[int], str]  # number -> "one", "two", "few", "many", "twenty_one"


LANGUAGES: dict[str, Tongue] = {
    "en": Tongue(en.WORDS, en.number, en.form),
    "ar": Tongue(ar.WORDS, ar.number, ar.form),
    "uk": Tongue(uk.WORDS, uk.number, uk.form),
}
WINDS = (
    *("north", "north_east", "east", "south_east"),
    *("south", "south_west", "west", "north_west"),
)
SPOKEN_MAX = 100  # more than so many are said as digits: nobody counts them


def counted(language: str, number: int, noun: str) -> str:
    """Say so many of something: "seventy seconds", "two drones", "a drone" is the noun alone.

    noun: key of one in the language's words, with its gender and its forms.
    Forms that hold the number themselves (an Arabic dual) have no place for it.
    """
    tongue = LANGUAGES[language]
    gender = tongue.words[f"{noun}.gender"]
    said = tongue.number(number, gender) if number <= SPOKEN_MAX + 99 else str(number)
    return tongue.words[f"{noun}.{tongue.form(number)}"].format(n=said)


def winds(language: str, bearing_rad: float) -> str:
    """Say a direction as one of eight winds. bearing_rad: clockwise from true north, any turn."""
    number = math.floor(bearing_rad / (math.pi / 4.0) + 0.5) % 8
    return LANGUAGES[language].words[f"wind.{WINDS[number]}"]


def time_left(language: str, duration_s: float) -> str:
    """Say how long is left, rounded DOWN: never promise more time than there is.

    Under 10 s to the second, under 2 minutes to 10 s, then to half minutes: "seventy seconds",
    "two and a half minutes". Negative or NaN is "no time".
    """
    words = LANGUAGES[language].words
    if not duration_s >= 1.0:
        return words["no_time"]
    if duration_s < 120.0:
        step = 1 if duration_s < 10.0 else 10
        return counted(language, int(duration_s // step) * step, "second")
    halves = int(min(duration_s, 36_000.0) // 30.0)
    noun = "minute_and_half" if halves % 2 else "minute"
    return counted(language, halves // 2, noun)


def all_clear(languages: Iterable[str], zone: str) -> dict[str, str]:
    """Say that the danger is over for a zone, as it is read out. By language."""
    return {key: LANGUAGES[key].words["all_clear"].format(zone=zone) for key in languages}
