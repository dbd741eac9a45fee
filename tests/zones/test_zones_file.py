"""Zones written down for a site file: what is read back is what stands, whatever people wrote."""

import msgspec
import pytest

from vedette.config.load import parse_site
from vedette.config.zones_file import zones_toml
from vedette.model.picture import StandingZone
from vedette.zones import in_force

HEAD = """schema = 1
name = "ours"
reference = { lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }
[[assets]]
id = "base"
name = "Base"
lat_deg = 33.8
lon_deg = 42.44
[[webhooks]]
id = "siren"
url = "http://127.0.0.1:9/"
"""
SQUARE = ((33.8, 42.5), (33.8, 42.51), (33.81, 42.51), (33.81, 42.5))
BASE = StandingZone(
    zone_id="base", name="Base", asset_id="base", take_cover_s=30.0, possible_s=300.0,
    imminent_s=150.0, unassessed_s=90.0, reach_prob_possible=0.2, reach_prob_imminent=0.35,
)  # fmt: skip
HUTS = msgspec.structs.replace(
    BASE, zone_id="huts", name="Huts", polygon=SQUARE, channels=("siren",), change="drawn",
    revision=3, by="A. Watch", reason="people moved in", since_ns=1_641_265_200_500_000_000,
)  # fmt: skip


def read_back(*standing):
    return parse_site(HEAD + zones_toml(standing), "site.toml").zones


def test_what_stands_is_read_back_and_says_who_drew_it():
    assert read_back(BASE, HUTS) == in_force([BASE, HUTS])
    said = '# drawn by "A. Watch" at 2022-01-04T03:00:00Z, "people moved in"'
    assert said in zones_toml([BASE, HUTS])


def test_what_was_removed_is_left_out_and_told():
    gone = msgspec.structs.replace(HUTS, change="removed")
    assert read_back(BASE, gone) == in_force([BASE])
    assert '# removed by "A. Watch"' in zones_toml([BASE, gone])


STRANGE = [
    '"]\nschema = 2\n[[people]]',
    'a "quote" \\ back',
    "Табір № 1",
    "مخيم",
    "del \x7f",
    "# x",
]


@pytest.mark.parametrize("words", STRANGE)
def test_words_of_strangers_stay_words(words):
    sly = msgspec.structs.replace(HUTS, by=words, reason=words + "\n[[people]]\nname = 1")
    assert read_back(BASE, sly) == in_force([BASE, sly])
    if "\n" not in words and "\x7f" not in words:
        named = msgspec.structs.replace(HUTS, name=words)
        assert read_back(named) == in_force([named])
