"""A wrong clock gives way to the time of receipt; what a slow or jittery line brings stays."""

import msgspec
import pytest

from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.measurements import dating
from vedette.model.reports import Claims, Plot, PositionReport, SensorStatus, SourceNote

NS = 1_000_000_000
T0_NS = 1_641_254_400 * NS
HERE = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 200.0}
RADAR = Sensor(id="radar", kind="radar_3d", **HERE)
FRIENDS = Sensor(id="friends", kind="position", **HERE)


def memory(*sensors):
    return dating.Dating({sensor.id: dating._clocks_of(sensor) for sensor in sensors})


def plot(second, delay_s):
    """Give a plot that states the second, received delay_s later."""
    t_ns = T0_NS + round(second * NS)
    return Plot(
        sensor="radar", t_meas_ns=t_ns, t_recv_ns=t_ns + round(delay_s * NS), range_m=3000.0,
        azimuth_rad=1.0,
    )  # fmt: skip


def heard(delays_s, sensor=RADAR):
    """Give by how many seconds each of these was moved, in the order in which they came, the last
    report, and the notes. delays_s: of one plot a second."""
    known, moved_s, notes = memory(sensor), [], []
    said = [plot(second, delay_s) for second, delay_s in enumerate(delays_s)]
    for report in sorted(said, key=lambda each: each.t_recv_ns):
        found = dating.date(known, [report])
        moved_s.append(round((found[0].t_meas_ns - report.t_meas_ns) / NS, 3))
        notes += [each for each in found if isinstance(each, SourceNote)]
        last = found[0]
    return moved_s, last, notes


def wrong(notes):
    """Give the notes of clocks that are called wrong."""
    return [note for note in notes if not -1.0 <= note.offset_s <= 3.0]


@pytest.mark.parametrize("delays_s", [[0.1] * 20, [2.9] * 20, [-0.9] * 20])
def test_a_clock_within_what_radio_needs_is_believed(delays_s):
    moved_s, _, notes = heard(delays_s)
    assert moved_s == [0.0] * 20
    assert {note.offset_s for note in notes} == {delays_s[0]}  # it is told all the same


def test_of_a_sensor_that_states_no_time_nothing_is_told_of_a_clock():
    assert heard([0.0] * 20)[2] == []
    assert heard([0.2] * 20, msgspec.structs.replace(RADAR, clock="none"))[2] == []


def test_of_a_receiver_that_only_counts_nothing_is_told_of_a_clock():
    """The counter of Beast and AVR, and the time since boot of MAVLink, are no time of day."""
    sensor = Sensor(id="radar", kind="adsb", **HERE)
    for kind, count in (("beast_tcp", 0), ("asterix_udp", 4)):
        feed = Feed(id="feed", kind=kind, port=1, sensor="radar")
        known = dating.start(Site(
            schema=1, name="x", reference=Reference(**HERE), sensors=[sensor], feeds=[feed]
        ))  # fmt: skip
        found = [each for second in range(20) for each in dating.date(known, [plot(second, 0.2)])]
        assert sum(isinstance(each, SourceNote) for each in found) == count


def test_where_a_codec_knows_the_receiver_s_clock_its_word_stands():
    known = memory(RADAR)
    said = SourceNote(source="radar", t_recv_ns=T0_NS, kind="clock", offset_s=5.0)
    found = dating.date(known, [said])
    for second in range(20):
        found += dating.date(known, [plot(second, 0.1)])
    assert [each for each in found if isinstance(each, SourceNote)] == [said]


def test_a_clock_behind_is_moved_by_its_least_delay_and_what_is_seen_is_less_certain():
    delays_s = [5.0 + 0.2 * (k % 3) for k in range(20)]
    moved_s, last, notes = heard(delays_s)
    assert moved_s[8:] == [5.0] * 12
    assert last.range_sigma_m == pytest.approx(42.4, abs=0.1)  # 30 m, and 0.3 s at 100 m/s
    assert last.azimuth_sigma_rad > 0.01  # 30 m at 3 km
    assert notes[-1].offset_s == 5.0


def test_a_clock_ahead_is_moved_back_at_once():
    moved_s, _, notes = heard([-4.9] * 6)
    assert moved_s == [0.0, *[-4.9] * 5]
    assert notes[-1].offset_s == -4.9


def test_a_clock_stated_to_be_synchronised_is_believed_to_be_late_but_never_ahead():
    sensor = msgspec.structs.replace(RADAR, clock="synchronised")
    assert heard([5.0] * 20, sensor)[0] == [0.0] * 20
    assert heard([-5.0] * 20, sensor)[0][-1] == -5.0


def test_a_line_stated_to_be_slow_is_taken_off():
    sensor = msgspec.structs.replace(RADAR, delay_s=4.0)
    assert heard([4.5] * 20, sensor)[0][-1] == 0.0
    assert heard([9.0] * 20, sensor)[0][-1] == 5.0  # 5 s of clock, 4 of line


def test_a_sensor_stated_to_have_no_clock_is_dated_by_receipt():
    sensor = msgspec.structs.replace(RADAR, clock="none", delay_s=0.5)
    assert heard([5.0, 700.0], sensor)[0] == [4.5, 699.5]


def test_delays_that_differ_are_the_line_s():
    delays_s = [9.0, 4.0, 7.0, 5.0, 8.5, 6.0, 4.2, 9.5, 5.5, 7.5, 4.4, 8.0]
    moved_s, _, notes = heard(delays_s)
    assert moved_s == [0.0] * 12 and not wrong(notes)


def test_a_line_that_stalls_and_stays_slow_is_late_and_believed():
    """The times stated go on from where they were, after a wait of five seconds."""
    moved_s, _, notes = heard([0.1] * 10 + [5.1] * 20)
    assert moved_s == [0.0] * 30 and not wrong(notes)


def test_a_clock_that_steps_back_is_found_and_one_that_is_mended_believed_at_once():
    """Nothing waits: what is heard each second states times that were there before."""
    known = memory(RADAR)
    moved_at_s = {}
    for second in range(45):
        off_s = 5.0 if 10 <= second < 30 else 0.0
        said = plot(second - off_s, 0.1 + off_s)
        moved_at_s[second] = (dating.date(known, [said])[0].t_meas_ns - said.t_meas_ns) / NS
    assert all(moved_at_s[k] == 0.0 for k in range(10))
    assert all(moved_at_s[k] == pytest.approx(5.1) for k in range(17, 30))
    assert all(moved_at_s[k] == 0.0 for k in range(30, 45))
    assert not known.sensors["radar"].is_noted


def test_one_mad_time_moves_neither_itself_nor_others():
    known = memory(RADAR)
    for second in range(20):
        said = [plot(second, 0.1)]
        if second == 8:
            said.append(plot(second + 31_536_000, -31_536_000.0))
        found = dating.date(known, said)
        assert [r.t_meas_ns for r in found[: len(said)]] == [r.t_meas_ns for r in said]


def test_of_two_tablets_the_one_whose_clock_is_off_is_named():
    known = memory(FRIENDS)
    for second in range(12):
        t_recv_ns = T0_NS + second * NS
        said = [
            PositionReport(
                sensor="friends", t_meas_ns=t_recv_ns - off_ns, t_recv_ns=t_recv_ns, lat_rad=0.59,
                lon_rad=0.74, v_east_mps=30.0, v_north_mps=40.0, claims=Claims(callsign=name),
            )
            for name, off_ns in (("GOOD", NS // 10), ("BAD", 5 * NS))
        ]  # fmt: skip
        found = dating.date(known, said)
    good, bad = found[:2]
    assert good == said[0]
    assert bad.t_meas_ns == bad.t_recv_ns
    assert bad.horizontal_sigma_m == pytest.approx((30.0**2 + 15.0**2) ** 0.5)
    notes = [r for r in found if isinstance(r, SourceNote)]
    assert not notes or notes[0].detail == "BAD"


def test_an_antenna_s_marks_are_moved_with_its_plots():
    known = memory(RADAR)
    for second in range(12):
        dating.date(known, [plot(second, 5.0)])
    t_ns = T0_NS + 11 * NS
    mark = SensorStatus(sensor="radar", t_meas_ns=t_ns, t_recv_ns=t_ns + 5 * NS, kind="north")
    assert dating.date(known, [mark])[0].t_meas_ns == t_ns + 5 * NS


def test_invented_names_are_forgotten():
    known = memory(FRIENDS)
    for number in range(3 * dating.CLOCKS_MAX):
        report = PositionReport(
            sensor="friends", t_meas_ns=T0_NS, t_recv_ns=T0_NS, lat_rad=0.59, lon_rad=0.74,
            claims=Claims(callsign=f"N{number}"),
        )  # fmt: skip
        dating.date(known, [report])
    assert len(known.sensors["friends"].clocks) == dating.CLOCKS_MAX
