"""Clocks that begin anew, and the second that is too many: each format that has them."""

import cot_world
import msgspec
import pytest
from codecs_world import T0_NS, make_site, squitters

from vedette import codecs
from vedette.base.rfc3339 import parse_rfc3339
from vedette.codecs import cot, mavlink
from vedette.codecs.adsb import beast, sbs
from vedette.codecs.adsb.aircraft import receiver_at
from vedette.codecs.adsb.receive import counter_ns, measured_ns
from vedette.codecs.asterix import Cat048, encode_cat048
from vedette.codecs.asterix.cat020 import Cat020
from vedette.codecs.asterix.cat021 import Cat021
from vedette.codecs.asterix.tables import encode_record_blocks
from vedette.codecs.detections import read_line
from vedette.model.arrivals import Arrival
from vedette.model.reports import Refusal

NS = 1_000_000_000
LEAP = "2016-12-31T23:59:60.500Z"  # the last there was
AFTER_NS = parse_rfc3339("2017-01-01T00:00:00Z")
LEAP_DAY_S = 86_400.5
RECORDS = (
    Cat048(sac=25, sic=1, t_day_s=1.0, report_type=1, range_m=9000.0, azimuth_rad=1.0),
    Cat020(sac=25, sic=1, t_day_s=LEAP_DAY_S, lat_rad=0.59, lon_rad=0.74),
    Cat021(sac=25, sic=1, t_position_day_s=LEAP_DAY_S, lat_rad=0.59, lon_rad=0.74),
)  # fmt: skip


def block_of(record):
    if not isinstance(record, Cat048):
        return encode_record_blocks([record])[0]
    leap = (round(LEAP_DAY_S * 128)).to_bytes(3, "big")
    return encode_cat048([record]).replace((128).to_bytes(3, "big"), leap)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_leap_second_of_asterix_is_the_first_second_of_the_next_day(record):
    decoders = codecs.open_decoders(make_site())
    arrival = Arrival(feed="f-asterix", t_recv_ns=AFTER_NS + NS, data=block_of(record))
    (report,) = codecs.decode(decoders, [arrival])
    assert not isinstance(report, Refusal), report
    assert report.t_meas_ns == AFTER_NS + NS // 2


def test_a_leap_second_written_out_is_within_a_second_of_the_next_day():
    line = msgspec.json.encode({"time": LEAP, "sensor": "radar3", "range_m": 1.0, "azimuth_deg": 1})
    assert abs(read_line(line, AFTER_NS).t_meas_ns - AFTER_NS) <= NS
    event = cot.read_frame(cot_world.FRIEND.replace(b"2022-01-04T00:00:00.250Z", LEAP.encode()))
    assert abs(event.time_ns - AFTER_NS) <= NS
    assert sbs.time_of(["", "", "", "", "", "", "2016/12/31", "23:59:60.500"]) is not None


def test_the_twelve_megahertz_counter_of_a_receiver_begins_anew_after_271_days():
    receiver, message = receiver_at(None, "adsb"), squitters()[0]
    last = (1 << 48) - 6_000_000  # half a second before
    for k in range(8):
        t_recv_ns = T0_NS + k * 250_000_000
        counter = (last + k * 3_000_000) % (1 << 48)
        t_ns = measured_ns(receiver, beast.frame_of(message, counter), t_recv_ns)
        assert abs(t_ns - t_recv_ns) <= 1_000_000
    assert counter_ns(1 << 48) // (86_400 * NS) == 271


def test_a_vehicles_milliseconds_since_it_was_switched_on_begin_anew_after_49_days():
    hangar = mavlink.Hangar("own", True)
    for k in range(8):
        t_recv_ns = T0_NS + k * NS
        boot_ms = ((1 << 32) - 3_500 + k * 1_000) % (1 << 32)
        values = (boot_ms, 339_000_000, 425_000_000, 80_000, 0, 300, 400, -100, 0)
        (place,) = mavlink.read_datagram(hangar, mavlink.encode(33, values, 7), t_recv_ns, "mav")
        assert abs(place.t_meas_ns - t_recv_ns) <= 1_000_000
