"""The same word of one sensor over two wires counts once; two words stay two."""

import math

import msgspec
import pytest

from vedette import codecs
from vedette.codecs import detections
from vedette.codecs.copies import open_copies, without_copies
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.model.arrivals import Arrival
from vedette.model.reports import Claims, Plot, PositionReport, SitePositionReport
from vedette.record.state import encode_state
from vedette.simulator.asterix_wire import sources_of
from vedette.simulator.cot_wire import events
from vedette.simulator.remote_id_wire import beacons

T_NS = 1_641_254_400_123_456_789
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
RADAR = Sensor(id="radar", kind="radar_3d", sac=25, sic=1, **HOME)
FINDER = Sensor(id="finder", kind="bearing", sac=25, sic=2, **HOME)
OWN = Sensor(id="own", kind="position", cooperative=True, sac=25, sic=3, **HOME)
SITE = Site(
    schema=1,
    name="copies",
    mode="SIMULATED",
    reference=Reference(**HOME),
    sensors=[RADAR, FINDER, OWN],
    feeds=[
        Feed(id="asterix", kind="asterix_udp", port=1),
        Feed(id="json", kind="detections_udp", port=2),
        Feed(id="tak", kind="cot_udp", port=3, sensor="own"),
        Feed(id="rid", kind="remote_id_udp", port=4, sensor="own"),
    ],
)


def asterix_blocks(reports, sensor):
    return sources_of([sensor], {}, {}).blocks(reports, sensor)


def plot(sensor="radar", t_ns=T_NS, range_m=9_000.0, azimuth_rad=1.0, **words):
    return Plot(
        sensor=sensor, t_meas_ns=t_ns, t_recv_ns=t_ns, range_m=range_m, azimuth_rad=azimuth_rad,
        **words,
    )  # fmt: skip


def own_place(second=0, **claims):
    return PositionReport(
        sensor="own", t_meas_ns=T_NS + second * 10**9, t_recv_ns=T_NS,
        lat_rad=math.radians(33.81 + 0.0005 * second), lon_rad=math.radians(42.45), hae_m=300.0,
        v_east_mps=0.0, v_north_mps=55.0, v_up_mps=0.0, claims=Claims(**claims),
    )  # fmt: skip


class Ear:
    """The feeds of the site."""

    def __init__(self):
        self.decoders, self.now_ns = codecs.open_decoders(SITE), T_NS

    def hear(self, *packets, after_ns=10**8):
        self.now_ns += after_ns
        arrivals = [Arrival(feed=f, t_recv_ns=self.now_ns, data=data) for f, data in packets]
        return codecs.decode(self.decoders, arrivals)


def lines(*reports):
    return b"".join(detections.encode_detection_line(report) for report in reports)


def test_a_plot_over_two_wires_counts_once_whichever_comes_first():
    said = [plot(), plot(range_m=9_400.0), plot("finder", range_m=None)]
    asterix_ = b"".join(asterix_blocks(said[:2], RADAR) + asterix_blocks(said[2:], FINDER))
    for order in ((("asterix", asterix_), ("json", lines(*said))),
                  (("json", lines(*said)), ("asterix", asterix_))):  # fmt: skip
        assert len(Ear().hear(*order)) == 3
        ear = Ear()
        assert len(ear.hear(order[0])) == 3
        assert ear.hear(order[1]) == []


def test_two_objects_side_by_side_stay_two_over_two_wires():
    said = [plot(), plot(range_m=9_003.0)]
    asterix_ = b"".join(asterix_blocks(said, RADAR))
    assert len(Ear().hear(("asterix", asterix_), ("json", lines(*said)))) == 2


def test_what_one_wire_lost_the_other_brings():
    first, second = plot(), plot(t_ns=T_NS + 10**9, range_m=8_950.0)
    ear = Ear()
    assert len(ear.hear(("asterix", asterix_blocks([first], RADAR)[0]))) == 1
    assert len(ear.hear(("json", lines(first, second)))) == 1
    assert ear.hear(("asterix", asterix_blocks([second], RADAR)[0])) == []


def test_what_only_the_copy_says_is_filled_in():
    said = plot(rcs_dbsm=-13.0, class_prob={"bird": 0.7}, claims=Claims(squawk="1200"))
    plain = plot()
    (report,) = Ear().hear(("asterix", asterix_blocks([plain], RADAR)[0]), ("json", lines(said)))
    assert (report.rcs_dbsm, report.class_prob) == (-13.0, {"bird": 0.7})
    assert report.claims == said.claims
    # What the first says stands: the range is ASTERIX's.
    assert report.range_m == pytest.approx(9_000.0, abs=3.7) and report.range_m != 9_000.0


def test_own_positions_over_three_wires_are_one_with_all_their_names():
    ear = Ear()
    for second in range(5):
        said = own_place(second, remote_id="VEDETTE-OWN-01", callsign="OWL01")
        packets = [("asterix", asterix_blocks([said], OWN)[0])]
        packets += [("tak", events([said], OWN)[0]), ("rid", beacons([said], OWN)[0])]
        found = ear.hear(*packets, after_ns=10**9)
        (report,) = [r for r in found if isinstance(r, PositionReport)]
        names = (report.claims.remote_id, report.claims.callsign)
        assert names == ("VEDETTE-OWN-01", "OWL01")


def test_one_wire_that_says_the_same_again_is_for_others_to_judge():
    ear = Ear()
    ear.hear(("json", lines(plot())))
    assert len(ear.hear(("json", lines(plot())))) == 1


def test_what_is_remembered_of_wires_is_bounded():
    ear = Ear()
    for k in range(200):
        burst = [plot(t_ns=T_NS + k * 10**6, range_m=500.0 + 20.0 * i) for i in range(50)]
        ear.hear(("json", lines(*burst)))
    known = ear.decoders.copies.wires["radar"]
    assert sum(len(words) for words in known.words.values()) <= 4_001


def test_a_crowd_of_words_of_one_time_and_place_is_not_compared_with_each_newcomer():
    ear = Ear()
    for _ in range(20):
        ear.hear(("json", lines(*(plot(azimuth_rad=1.0 + 0.001 * k) for k in range(100)))))
    words = ear.decoders.copies.wires["radar"].words
    assert max(len(crowd) for crowd in words.values()) <= 32


def test_a_place_beyond_all_sense_can_be_kept_in_a_snapshot():
    ear = Ear()
    far = SitePositionReport(
        sensor="own", t_meas_ns=T_NS, t_recv_ns=T_NS, east_m=1e300, north_m=-1e300, up_m=0.0
    )
    without_copies(ear.decoders.copies, "tak", [far], [])
    assert encode_state(ear.decoders)


def test_a_bearing_by_north_and_a_place_by_the_date_line_count_once():
    """One wire rounds to 359.999 degrees, or 180 degrees east, what the other has just past it."""
    for one, other in (
        (plot(azimuth_rad=0.0001), plot(azimuth_rad=2.0 * math.pi - 0.0001)),
        (plot("finder", range_m=None, azimuth_rad=0.0001),
         plot("finder", range_m=None, azimuth_rad=2.0 * math.pi - 0.0001)),
        (by_the_date_line(math.pi - 1e-7), by_the_date_line(-math.pi + 1e-7)),
    ):  # fmt: skip
        copies = open_copies(SITE)
        assert without_copies(copies, "asterix", [one], []) == [one]
        assert without_copies(copies, "json", [], []) == []
        heard_twice(copies, one.sensor)
        assert without_copies(copies, "json", [other], []) == [], one


def by_the_date_line(lon_rad):
    return msgspec.structs.replace(own_place(), lon_rad=lon_rad)


def heard_twice(copies, sensor):
    copies.wires[sensor].feeds |= {"asterix": T_NS, "json": T_NS}


def test_a_word_from_a_year_to_come_does_not_crowd_out_those_of_now():
    copies = open_copies(SITE)
    heard_twice(copies, "radar")
    said = [plot(range_m=1_000.0 + 20.0 * k) for k in range(255)]
    ahead = plot(t_ns=T_NS + 365 * 86_400 * 10**9)
    ahead = msgspec.structs.replace(ahead, t_recv_ns=T_NS)
    assert len(without_copies(copies, "asterix", [*said, ahead], [])) == 256
    assert without_copies(copies, "json", said, []) == []
