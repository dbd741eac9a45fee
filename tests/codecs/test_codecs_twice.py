"""The same record over two networks: radars send each datagram on network A and on network B."""

import msgspec
from codecs_world import T0_NS, TARGET

from vedette import codecs
from vedette.base.constants import NS_PER_DAY
from vedette.codecs.asterix import Cat034, encode_cat034, encode_cat048
from vedette.codecs.asterix.sources import RECENT_MAX, is_repeated, radars_of
from vedette.model.arrivals import Arrival
from vedette.model.reports import Plot, SensorStatus
from vedette.record.state import unfaithful

TARGETS = [
    msgspec.structs.replace(TARGET, track_number=k, range_m=12_000.0 + 100.0 * k) for k in range(3)
]
NORTH = Cat034(sac=25, sic=1, message_type=1, t_day_s=43200.5)
SECTOR = Cat034(sac=25, sic=1, message_type=2, t_day_s=43200.5, sector_rad=1.5707963)


def _arrival(data: bytes, later_ns: int = 0) -> Arrival:
    return Arrival(feed="f-asterix", t_recv_ns=T0_NS + NS_PER_DAY // 2 + later_ns, data=data)


def test_a_plot_that_comes_over_two_networks_is_one_plot(site):
    decoders, data = codecs.open_decoders(site), encode_cat048(TARGETS)
    found = codecs.decode(decoders, [_arrival(data), _arrival(data, 200_000)])
    found += codecs.decode(decoders, [_arrival(encode_cat048(TARGETS[1:]), 900_000)])
    assert sum(isinstance(report, Plot) for report in found) == 3
    assert not unfaithful(decoders, codecs.Decoders)


def test_two_targets_of_one_instant_stay_two(site):
    near = msgspec.structs.replace(TARGET, azimuth_rad=1.2501)
    found = codecs.decode(codecs.open_decoders(site), [_arrival(encode_cat048([TARGET, near]))])
    assert sum(isinstance(report, Plot) for report in found) == 2


def test_a_north_mark_that_comes_twice_is_one_and_a_sector_beside_it_another(site):
    north, sector = (encode_cat034([message]) for message in (NORTH, SECTOR))
    arrivals = [_arrival(data, k) for k, data in enumerate((north, north, sector, sector))]
    found = codecs.decode(codecs.open_decoders(site), arrivals)
    assert [r.kind for r in found if isinstance(r, SensorStatus)] == ["north", "sector"]


def test_the_same_instant_of_another_day_is_new(site):
    decoders, data = codecs.open_decoders(site), encode_cat048(TARGETS)
    found = codecs.decode(decoders, [_arrival(data), _arrival(data, NS_PER_DAY)])
    assert sum(isinstance(report, Plot) for report in found) == 6


def test_what_is_remembered_of_a_radar_is_bounded_and_no_shorter_than_said(site):
    (radar, *_) = radars_of(site).values()
    for key in range(5 * RECENT_MAX):
        assert not is_repeated(key, radar, T0_NS)
        assert len(radar.recent) <= 2 * RECENT_MAX
    oldest = 4 * RECENT_MAX
    assert all(is_repeated(key, radar, T0_NS + 1) for key in range(oldest, oldest + RECENT_MAX))
