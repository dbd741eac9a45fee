"""A radar bears witness only to what it must see, and not against what it may be seeing."""

import numpy as np
from identity_world import Sky, Thing, make_site

from vedette.config.site import Coverage
from vedette.model.enums import Identity

GHOST = Thing(1, (-20_000.0, 3000.0, 9000.0), (200.0, 0.0, 0.0), icao24="4b1801", on_radar=False)


def masked(elevation_deg: float):
    """Give the site with a hill round the radar's west."""
    radar, *others = make_site().sensors
    hill = [(180.0, 0.0), (225.0, elevation_deg), (315.0, elevation_deg), (359.0, 0.0)]
    seen = Coverage(range_max_m=30_000.0, mask=hill)
    kept = {f: getattr(radar, f) for f in ("id", "kind", "lat_deg", "lon_deg", "hae_m")}
    return make_site(sensors=[type(radar)(**kept, coverage=seen), *others])


def kinds(sky: Sky, track_id: int = 1) -> set[str]:
    return {item.kind for item in sky.record(track_id).ledger if item.weight_log_odds < 0.0}


def test_what_a_hill_hides_is_not_called_unseen():
    assert "unseen" in kinds(Sky(site=masked(5.0), things=[GHOST]).run(30))
    assert "unseen" not in kinds(Sky(site=masked(40.0), things=[GHOST]).run(30))


def test_a_track_is_not_called_unseen_before_the_radar_has_had_its_scans():
    sky = Sky(things=[GHOST])
    sky.run(9)
    assert "unseen" not in kinds(sky)
    sky.run(15)
    assert "unseen" in kinds(sky)


def test_an_echo_under_another_number_at_the_same_place_is_no_empty_sky():
    echo = Thing(2, (-20_060.0, 3050.0, 9000.0), (200.0, 0.0, 0.0), 15.0)
    far = Thing(2, (-22_500.0, 3050.0, 9000.0), (200.0, 0.0, 0.0), 15.0)
    assert "unseen" not in kinds(Sky(things=[GHOST, echo]).run(30))
    assert "unseen" in kinds(Sky(things=[GHOST, far]).run(30))


def test_an_echo_that_radar_bears_out_as_another_shields_nobody():
    liner = Thing(2, (-20_060.0, 3050.0, 9000.0), (200.0, 0.0, 0.0), 15.0, icao24="3c5ef5")
    assert "unseen" in kinds(Sky(things=[GHOST, liner]).run(30))


def test_who_takes_up_the_address_of_a_proved_aircraft_elsewhere_is_told_as_a_double():
    proved = Thing(1, (-20_000.0, -3000.0, 9000.0), (200.0, 0.0, 0.0), 15.0, icao24="4b1801")
    sky = Sky(things=[proved]).run(20)
    assert sky.record().identity is Identity.NEUTRAL
    proved.icao24 = None  # it falls silent, and from elsewhere somebody sends its name
    copy = Thing(2, (8_000.0, 9_000.0, 3000.0), (-80.0, 0.0, 0.0), icao24="4b1801", on_radar=False)
    sky.things.append(copy)
    sky.run(20)  # the proved claim is by then older than a fresh one may be
    assert "conflict" in kinds(sky, 2)
    assert "conflict" not in kinds(sky, 1)
    assert sky.record().identity is Identity.NEUTRAL


def test_two_numbers_of_one_aircraft_are_not_two_senders():
    one = Thing(1, (-20_000.0, -3000.0, 9000.0), (200.0, 0.0, 0.0), 15.0, icao24="4b1801")
    twin = Thing(2, (-20_080.0, -3040.0, 9000.0), (200.0, 0.0, 0.0), 15.0, icao24="4b1801")
    sky = Sky(things=[one, twin]).run(3)
    assert not {"conflict"} & (kinds(sky, 1) | kinds(sky, 2))


def test_many_senders_of_one_address_are_all_doubles():
    crowd = [
        Thing(n, (-20_000.0 + 40.0 * n, 3000.0, 9000.0), (200.0, 0.0, 0.0), icao24="4b1801",
              on_radar=False)
        for n in range(1, 40)
    ]  # fmt: skip
    sky = Sky(things=crowd).run(6)
    assert all("conflict" in kinds(sky, n) for n in range(1, 40))


def test_an_airliner_that_creeps_along_high_up_is_odd_and_one_that_flies_is_not():
    creeping = Thing(1, (-9_000.0, 40_000.0, 11_500.0), (-26.0, 0.0, 0.0), icao24="4baac6",
                     on_radar=False)  # fmt: skip
    flying = Thing(2, (9_000.0, 40_000.0, 11_500.0), (-226.0, 0.0, 0.0), icao24="3c5ef5",
                   on_radar=False)  # fmt: skip
    sky = Sky(things=[creeping, flying]).run(15)
    assert "implausible" in kinds(sky, 1) and "implausible" not in kinds(sky, 2)
    assert any("only a balloon does" in item.text for item in sky.record(1).ledger)


def test_a_claimed_speed_is_not_held_against_a_track_that_does_not_know_its_own():
    vague = Thing(1, (-20_000.0, 3000.0, 9000.0), (130.0, 0.0, 0.0), 15.0, icao24="4b1801",
                  speed_sigma_mps=60.0)  # fmt: skip
    sky = Sky(things=[vague])
    said = sky.claim
    sky.claim = lambda thing, pos: replaced(said(thing, pos), 229.0)
    sky.run(20)
    assert "implausible" not in kinds(sky)
    sure = Thing(1, (-20_000.0, 3000.0, 9000.0), (130.0, 0.0, 0.0), 15.0, icao24="4b1801")
    sky = Sky(things=[sure])
    honest = sky.claim
    sky.claim = lambda thing, pos: replaced(honest(thing, pos), 229.0)
    sky.run(20)
    assert "implausible" in kinds(sky)


def replaced(report, east_mps: float):
    """Give a report that claims another speed."""
    fields = {f: getattr(report, f) for f in report.__struct_fields__}
    return type(report)(**{**fields, "v_east_mps": float(np.float64(east_mps))})
