"""Zones drawn, changed and removed by people: taken or refused, each with the reason."""

import math

import msgspec
import pytest

from vedette import zones
from vedette.config.site import Asset, Coverage, Reference, Sensor, Site, Webhook, Zone
from vedette.config.zones import ZONE_POINTS_MAX
from vedette.model.commands import RemoveZone, SetZone
from vedette.model.enums import Role
from vedette.model.events import CommandRefused, ZoneRemoved, ZoneSet

NS = 1_000_000_000
HOME = {"lat_deg": 33.8, "lon_deg": 42.44}
SITE = Site(
    schema=1,
    name="ours",
    reference=Reference(hae_m=190.0, **HOME),
    assets=[
        Asset(id="base", name="Base", **HOME),
        Asset(id="convoy", name="Convoy", position_feed="truck", position_id="T1", **HOME),
    ],
    zones=[Zone(id="base", name="Base", asset="base")],
    sensors=[
        Sensor(id="truck", kind="position", hae_m=190.0, coverage=Coverage(range_max_m=9e3), **HOME)
    ],
    webhooks=[Webhook(id="siren", url="http://127.0.0.1:9/")],
)
SQUARE = ((33.80, 42.50), (33.80, 42.51), (33.81, 42.51), (33.81, 42.50))
numbers = iter(range(10_000))


def draw(**fields):
    wanted = {
        "zone_id": "huts", "name": "Huts", "asset_id": "base", "take_cover_s": 30.0,
        "polygon": SQUARE, "reason": "people moved in", "roles": (Role.IDENTIFICATION_AUTHORITY,),
    } | fields  # fmt: skip
    return SetZone(
        command_id=f"c{next(numbers)}", person="A. Watch", session="s", t_recv_ns=1, **wanted
    )


def remove(zone_id="huts", revision=1, **fields):
    wanted = {"reason": "empty", "roles": (Role.IDENTIFICATION_AUTHORITY,)} | fields
    return RemoveZone(
        command_id=f"c{next(numbers)}", person="A. Watch", session="s", t_recv_ns=1,
        zone_id=zone_id, revision=revision, **wanted,
    )  # fmt: skip


def step(state, *commands, warned=()):
    return zones.advance(state, SITE, dict.fromkeys(warned, 1), commands, 5 * NS)


def force(state):
    return {zone.id: zone for zone in zones.in_force(list(state.zones.values()))}


def test_a_drawn_zone_stands_with_who_drew_it_and_why():
    state = zones.start(SITE)
    (done,) = step(state, draw(possible_s=200.0, channels=("siren",)))
    assert isinstance(done, ZoneSet)
    assert (done.zone_name, done.change, done.person) == ("Huts", "drawn", "A. Watch")
    standing = state.zones["huts"]
    assert (standing.by, standing.reason, standing.since_ns) == (
        "A. Watch", "people moved in", 5 * NS,
    )  # fmt: skip
    assert force(state)["huts"] == Zone(
        id="huts", name="Huts", asset="base", polygon=list(SQUARE), possible_s=200.0,
        channels=["siren"],
    )  # fmt: skip


def test_a_changed_zone_keeps_what_was_left_out_and_goes_back_to_the_file():
    state = zones.start(SITE)
    step(state, draw(zone_id="base", name="Base", revision=0, polygon=SQUARE, take_cover_s=45.0))
    assert state.zones["base"].change == "changed"
    assert force(state)["base"].unassessed_s == SITE.zones[0].unassessed_s
    (back,) = step(
        state, draw(zone_id="base", name="Base", revision=1, polygon=None, take_cover_s=30.0)
    )
    assert (back.change, state.zones["base"].revision) == ("", 2)
    assert force(state) == {"base": SITE.zones[0]}


def test_removed_it_warns_no_more_and_one_of_the_file_stays_in_sight():
    state = zones.start(SITE)
    step(state, draw())
    (gone,) = step(state, remove())
    assert isinstance(gone, ZoneRemoved)
    assert "huts" not in state.zones
    (gone,) = step(state, remove("base", 0))
    assert force(state) == {}
    assert state.zones["base"].change == "removed"
    (again,) = step(state, remove("base", 3))
    assert again.reason == "there is no zone 'base'"
    step(state, draw(zone_id="base", name="Base", revision=3, polygon=None))
    assert force(state) == {"base": SITE.zones[0]}


def test_a_warned_zone_is_removed_only_with_the_all_clear_of_an_operator():
    state = zones.start(SITE)
    (refused,) = step(state, remove("base", 0), warned=["base"])
    assert refused.reason.startswith("a warning is open for Base")
    (refused,) = step(state, remove("base", 0, all_clear=True), warned=["base"])
    assert refused.reason == "only an operator may give the all-clear"
    both = (Role.IDENTIFICATION_AUTHORITY, Role.OPERATOR)
    (gone,) = step(state, remove("base", 0, all_clear=True, roles=both), warned=["base"])
    assert isinstance(gone, ZoneRemoved)


def test_two_who_edit_one_zone_do_not_overwrite_each_other():
    state = zones.start(SITE)
    step(state, draw())
    (refused,) = step(state, draw(take_cover_s=60.0))
    assert refused.reason == "there is a zone 'huts' already"
    step(state, draw(take_cover_s=60.0, revision=1))
    (refused,) = step(state, draw(take_cover_s=90.0, revision=1))
    assert refused.reason.startswith("A. Watch has changed Huts meanwhile")
    step(state, remove(revision=2))
    (refused,) = step(state, draw(take_cover_s=90.0, revision=2))
    assert refused.reason == "there is no zone 'huts' any more"


def ring(count, radius_deg):
    turn = [2.0 * math.pi * i / count for i in range(count)]
    return tuple((33.8 + radius_deg * math.cos(a), 42.44 + radius_deg * math.sin(a)) for a in turn)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"roles": (Role.VIEWER,)}, "only the identification authority"),
        ({"roles": (Role.ENGAGEMENT_AUTHORITY, Role.OPERATOR)}, "only the identification auth"),
        ({"reason": " "}, "a change of zones needs a reason"),
        ({"reason": "x" * 401}, "a reason has at most 400 characters"),
        ({"name": "  "}, "Expected `str` of length >= 1"),
        ({"name": "x" * 61}, "name: 1 to 60 characters"),
        ({"name": "Huts\u202etnorf"}, "name: 1 to 60 characters"),
        ({"name": "Huts\nCLEAR"}, "name: 1 to 60 characters"),
        ({"name": "bAsE"}, "another zone is called bAsE"),
        ({"zone_id": "Huts<b>"}, "id: holds characters that may not be in it"),
        ({"asset_id": "nowhere"}, "asset: no asset 'nowhere'"),
        ({"asset_id": "convoy"}, "polygon: 'convoy' moves and takes its zone along"),
        ({"channels": ("nobody",)}, "channels[0]: no webhook or channel 'nobody'"),
        ({"take_cover_s": 0.5}, "take_cover_s: must lie within 1 and 1800 s"),
        ({"take_cover_s": 1e6}, "take_cover_s: must lie within 1 and 1800 s"),
        ({"take_cover_s": math.nan}, "every number must be finite"),
        ({"take_cover_s": 200.0}, "take_cover_s: must not exceed imminent_s"),
        ({"possible_s": 7e3}, "possible_s: people are told at most 3600 s before"),
        ({"imminent_s": 400.0}, "imminent_s: must not exceed possible_s"),
        ({"polygon": ()}, "polygon: a polygon needs at least 3 points"),
        ({"polygon": SQUARE[:2]}, "polygon: a polygon needs at least 3 points"),
        ({"polygon": ring(ZONE_POINTS_MAX + 1, 0.01)}, "polygon: more than 64 points"),
        ({"polygon": (*SQUARE, SQUARE[0])}, "polygon: the last point repeats the first"),
        ({"polygon": (SQUARE[0], *SQUARE)}, "polygon: holds the same point twice in a row"),
        ({"polygon": (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3])}, "polygon: crosses itself"),
        ({"polygon": ((33.8, 42.5), (33.8, 42.6), (33.8, 42.55))}, "polygon: encloses no area"),
        ({"polygon": (*SQUARE, (33.81, 42.49), (33.81, 42.495))}, "polygon: crosses itself"),
        ({"polygon": ((33.8, math.inf), *SQUARE)}, "every number must be finite"),
        ({"polygon": ((91.0, 42.5), *SQUARE)}, "Expected `float` <= 90.0"),
        ({"polygon": ring(4, 0.00001)}, "polygon: encloses 2 m2: at least 100"),
        ({"polygon": ring(32, 0.2)}, "polygon: encloses 1,"),
        ({"polygon": tuple((lat, lon + 1.0) for lat, lon in SQUARE)}, "polygon[0]: is 98 km off"),
        ({"polygon": tuple((lon, lat) for lat, lon in SQUARE)}, "polygon[0]: lies 1,"),
    ],
)  # fmt: skip
def test_what_is_no_zone_is_refused_with_the_reason(fields, words):
    state = zones.start(SITE)
    (refused,) = step(state, draw(**fields))
    assert isinstance(refused, CommandRefused)
    assert refused.reason.startswith(words), refused.reason
    assert force(state) == {"base": SITE.zones[0]}


def test_what_says_nothing_new_and_one_said_twice_are_refused():
    state = zones.start(SITE)
    command = draw()
    step(state, command)
    (again,) = step(state, command)
    assert again.reason == "already received"
    (same,) = step(state, draw(revision=1))
    assert same.reason == "that is how the zone stands already"


def test_zones_are_bounded():
    state = zones.start(SITE)
    for i in range(199):
        (done,) = step(state, draw(zone_id=f"z{i}", name=f"Z {i}"))
        assert isinstance(done, ZoneSet)
    (refused,) = step(state, draw(zone_id="one-more", name="One more"))
    assert refused.reason == "200 zones stand: remove one first"


def test_a_site_may_be_made_with_such_zones_and_is_checked_alike():
    from vedette.config.check import site_faults

    good = Zone(id="huts", name="Huts", asset="base", polygon=list(SQUARE))
    assert list(site_faults(msgspec.structs.replace(SITE, zones=[good]))) == []
    crossed = msgspec.structs.replace(good, polygon=[SQUARE[i] for i in (0, 2, 1, 3)])
    (fault,) = site_faults(msgspec.structs.replace(SITE, zones=[crossed]))
    assert fault[0] == "zones[0].polygon"
    assert fault[1].startswith("crosses itself")
