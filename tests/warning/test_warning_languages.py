"""What is read out, in every language: the same keys, right plurals, nothing left untranslated."""

import string

import numpy as np
import pytest
from msgspec.structs import fields

from vedette.base.languages import LANGUAGES, all_clear, counted, time_left, winds
from vedette.config.site import Site
from vedette.model.enums import Identity, Mode, WarningLevel
from vedette.warning.words import spoken, spoken_order

PLURALS = ("one", "two", "few", "many", "twenty_one")


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_key_exists_in_every_language_with_the_same_places(language):
    english, words = LANGUAGES["en"].words, LANGUAGES[language].words
    assert sorted(words) == sorted(english)
    for key, text in words.items():
        noun, _, which = key.rpartition(".")
        if which in PLURALS:
            assert places(text) <= {"n"}, key
        else:
            assert places(text) == places(english[key]), key
        assert text or key == "mode.live"
        if which == "gender":
            assert text in ("m", "f"), noun


@pytest.mark.parametrize("language", ["ar", "uk"])
def test_nothing_is_left_in_english(language):
    for key, text in LANGUAGES[language].words.items():
        if not key.endswith("gender"):
            letters = [c for c in text.replace("{n}", "").replace("{zone}", "") if c.isalpha()]
            kept = "{facts}" in text or not any(c in string.ascii_letters for c in letters)
            assert kept, key


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_number_is_said_in_words_of_its_own(language):
    number = LANGUAGES[language].number
    for gender in ("m", "f"):
        said = [number(value, gender) for value in range(200)]
        assert len(set(said)) == 200
        assert not any(c.isdigit() for text in said for c in text)
        assert all(text == text.strip() and "  " not in text for text in said)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_time_is_never_said_longer_than_it_is(language):
    """What is said changes only downwards as the time runs out, and every time has words."""
    said = [time_left(language, float(s)) for s in np.arange(0.0, 600.0, 0.5)]
    changes = [said[0]]
    for text in said:
        if text != changes[-1]:
            changes.append(text)
    assert len(set(changes)) == len(changes)
    assert time_left(language, float("nan")) == time_left(language, -1.0) == said[0]


@pytest.mark.parametrize(
    ("language", "seconds", "words"),
    [
        ("en", 74.0, "seventy seconds"),
        ("en", 1.0, "one second"),
        ("en", 119.9, "one hundred and ten seconds"),
        ("en", 150.0, "two and a half minutes"),
        ("uk", 74.0, "сімдесят секунд"),
        ("uk", 1.0, "одна секунда"),
        ("uk", 3.0, "три секунди"),
        ("uk", 110.0, "сто десять секунд"),
        ("uk", 150.0, "дві з половиною хвилини"),
        ("uk", 300.0, "п'ять хвилин"),
        ("uk", 1260.0, "двадцять одна хвилина"),
        ("ar", 74.0, "سبعون ثانية"),
        ("ar", 2.0, "ثانيتان"),
        ("ar", 5.0, "خمس ثوان"),
        ("ar", 110.0, "مئة وعشر ثوان"),
        ("ar", 120.0, "دقيقتان"),
        ("ar", 150.0, "دقيقتان ونصف"),
        ("ar", 240.0, "أربع دقائق"),
    ],
)
def test_times_as_people_say_them(language, seconds, words):
    assert time_left(language, seconds) == words


@pytest.mark.parametrize(
    ("language", "number", "noun", "words"),
    [
        ("en", 1, "drone", "drone"),
        ("en", 12, "drone", "twelve drones"),
        ("uk", 1, "drone", "дрон"),
        ("uk", 2, "drone", "два дрони"),
        ("uk", 5, "unknown", "п'ять невідомих об'єктів"),
        ("uk", 11, "drone", "одинадцять дронів"),
        ("uk", 21, "drone", "двадцять один дрон"),
        ("ar", 1, "drone", "طائرة مسيّرة"),
        ("ar", 2, "drone", "طائرتان مسيّرتان"),
        ("ar", 3, "object", "ثلاثة أجسام"),
        ("ar", 7, "drone", "سبع طائرات مسيّرة"),
        ("ar", 21, "drone", "إحدى وعشرون طائرة مسيّرة"),
        ("en", 500, "drone", "500 drones"),
    ],
)
def test_so_many_of_something_as_people_say_it(language, number, noun, words):
    assert counted(language, number, noun) == words


def test_a_direction_halfway_goes_clockwise_and_any_turn_is_one():
    assert winds("en", np.radians(310.0)) == "north-west"
    assert winds("en", np.radians(22.5)) == "north-east"
    assert winds("uk", np.radians(-45.0)) == "північний захід"
    assert len({winds("ar", np.radians(45.0 * k)) for k in range(8)}) == 8


def test_the_site_speaks_only_languages_there_are():
    (field,) = [f for f in fields(Site) if f.name == "languages"]
    for language in LANGUAGES:
        assert f"'{language}'" in repr(field.type)
    assert all_clear(["en", "uk"], "Quarters")["uk"] == "Відбій тривоги: Quarters."


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("level", list(WarningLevel))
def test_a_warning_is_said_in_each_language_of_the_site_in_its_order(mode, level):
    said = spoken(("uk", "en"), mode, level, [], {}, 74.0)
    assert list(said) == ["uk", "en"]
    assert ("Take cover." in said["en"]) == (level == WarningLevel.IMMINENT)
    marks = ("Simulation", "Exercise", "Replay")
    assert said["en"].startswith(marks) == (mode != Mode.LIVE)
    assert spoken_order(("ar",), mode).keys() == {"ar"}


def test_people_hear_it_in_all_languages_of_the_site(scene):
    scene.state.languages = ("en", "uk", "ar")
    scene.put(1, 74.0, identity=Identity.SUSPECT, bearing_deg=310.0)
    (event,) = scene.run(2.0)
    assert event.said["en"].endswith("Drone, north-west, seventy seconds. Take cover.")
    assert "Дрон, північний захід, сімдесят секунд. Негайно в укриття." in event.said["uk"]
    assert "طائرة مسيّرة، الشمال الغربي، سبعون ثانية. احتموا الآن." in event.said["ar"]
    assert event.spoken == " ".join(event.said.values())
