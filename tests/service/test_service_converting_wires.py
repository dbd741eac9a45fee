"""Conversion to the formats sensors speak: what comes back differs by less than the format's step.

For each format: reports within what it can say are written, read again and compared, each number to
half a step of its item, and nothing else is lost unsaid.
"""

import json
import math
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette import codecs, feeds
from vedette.base.rfc3339 import format_rfc3339, parse_rfc3339
from vedette.codecs.detections import encode_detection_line
from vedette.config.load import parse_site
from vedette.model.reports import Claims, OperatorReport, Plot, PositionReport, SensorStatus
from vedette.outputs.files import WRITTEN, written_as
from vedette.outputs.writing import Around
from vedette.service.converting import PERSONAL, Job, _Tally, convert
from vedette.service.scribes import Count, Here, Order

T0_NS = 1_641_254_400_123_456_789
FT, KT, NMI = 0.3048, 1852.0 / 3600.0, 1852.0
TURN = 2.0 * math.pi
SITE = """schema = 1
name = "x"
mode = "SIMULATED"
reference = { lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }
[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
sac = 25
sic = 7
"""


def some(low, high):
    return st.floats(low, high, allow_nan=False).map(lambda x: x + 0.0)


def perhaps(strategy):
    return st.none() | strategy


FLIGHTS = st.sampled_from(["VED123", "A", "ABCDEFGH", "9Z"])
SQUAWKS = st.sampled_from(["7700", "0001", "1234"])
ADDRESSES = st.sampled_from(["4b1234", "00000a", "abcdef"])
LATE_NS = st.sampled_from([0, 1, 80_000_000, 900_000_000])


def claims(**parts):
    return st.builds(Claims, **parts).filter(lambda said: said != Claims())


@st.composite
def plots(draw, sensor="sac-25-sic-7", **own):
    parts = {"range_m": some(100.0, 400_000.0), "azimuth_rad": some(0.0, 6.28),
             "range_rate_mps": perhaps(some(-500.0, 500.0)),
             "height_baro_m": perhaps(some(-300.0, 20_000.0)),
             "claims": perhaps(claims(icao24=perhaps(ADDRESSES), callsign=perhaps(FLIGHTS),
                                      squawk=perhaps(SQUAWKS)))} | own  # fmt: skip
    return lambda t_ns, recv_ns: Plot(
        sensor=sensor, t_meas_ns=t_ns, t_recv_ns=recv_ns,
        **{name: draw(value) for name, value in parts.items()},
    )  # fmt: skip


@st.composite
def positions(draw, sensor="sac-25-sic-7", has_speed=None, **own):
    parts = {"lat_rad": some(-1.4, 1.4), "lon_rad": some(-3.1, 3.1),
             "hae_m": perhaps(some(-300.0, 14_000.0)),
             "height_baro_m": perhaps(some(-300.0, 14_000.0))} | own  # fmt: skip
    if draw(st.booleans()) if has_speed is None else has_speed:
        parts |= {"v_east_mps": some(-120, 120), "v_north_mps": some(-120, 120)}
    said = {name: draw(value) for name, value in parts.items()}
    return lambda t_ns, recv_ns: PositionReport(
        sensor=sensor, t_meas_ns=t_ns, t_recv_ns=recv_ns, **said
    )


def in_turn(made, gaps_ns, late_ns):
    """Give the reports one after another, a second or more apart."""
    t_ns, out = T0_NS, []
    for make, gap_ns, late in zip(made, gaps_ns, late_ns, strict=False):
        t_ns += 1_000_000_000 + gap_ns
        out.append(make(t_ns, t_ns + late))
    return out


def written(folder, reports, name, site=None):
    """Write reports in a format; give what was said of each, and the file."""
    to = written_as(folder / "x", name)
    path = folder / f"out{to.endings[0] if to.endings else '.pcap'}"
    around = Around(None if site is None else parse_site(site, "site.toml"), "x", [])
    writer = to.detections(path, around)
    whys = [(writer.write(report), list(writer.unsaid)) for report in reports]
    writer.close()
    return whys, path, writer.notes


def again(path, start_ns=T0_NS, sensor=None, site=None):
    told = codecs.anywhere("file", start_ns, sensor)
    if site is not None:
        told = codecs.Reading("file", parse_site(site, "site.toml"), start_ns, sensor)
    read = feeds.read_reports(path, feeds.format_of(path), told)
    return [report for _, report, _ in read]


def differences(said, heard, steps, ignored=()):
    """Say where two reports differ by more than half a step. steps: by field, or how to know."""
    found = []
    assert type(said) is type(heard), (said, heard)
    for name in said.__struct_fields__:
        if name in ignored:
            continue
        a, b, step = getattr(said, name), getattr(heard, name), steps.get(name, 0)
        if step and a is not None and b is not None:
            near = abs(a - b)
            near = min(near, TURN - near) if name == "azimuth_rad" else near
            if near > 0.5 * (step(said) if callable(step) else step) * (1 + 1e-6) + 1e-9:
                found.append((name, a, b))
        elif a != b:
            found.append((name, a, b))
    return found


def speed_steps(speed_step, turn_step):
    """Give the step of a velocity that is sent as speed and course."""
    return lambda said: speed_step + turn_step * math.hypot(said.v_east_mps, said.v_north_mps)


ASTERIX = {"t_meas_ns": 7_812_500}
CASES = {
    "ast plots": (
        "ast", plots(), T0_NS, None,
        ASTERIX | {"range_m": NMI / 256, "azimuth_rad": TURN / 65536, "range_rate_mps": 1.0,
                   "height_baro_m": 25 * FT}, ("t_recv_ns",)),
    "pcap plots": (
        "pcap", plots(), T0_NS, None,
        ASTERIX | {"range_m": NMI / 256, "azimuth_rad": TURN / 65536, "range_rate_mps": 1.0,
                   "height_baro_m": 25 * FT}, ()),
    "pcap bearings": (
        "pcap", plots(range_m=st.none(), range_rate_mps=st.none(), height_baro_m=st.none(),
                      claims=st.none(), elevation_rad=perhaps(some(-1.5, 1.5))), T0_NS, None,
        ASTERIX | {"azimuth_rad": math.radians(0.01), "elevation_rad": math.radians(0.01)}, ()),
    "pcapng CAT020": (
        "pcapng", positions(claims=perhaps(claims(callsign=perhaps(FLIGHTS),
                                                  squawk=perhaps(SQUAWKS))),
                            horizontal_sigma_m=perhaps(some(1, 9_000)),
                            vertical_sigma_m=perhaps(some(1, 9_000))), T0_NS, None,
        ASTERIX | {"lat_rad": math.pi / 2**25, "lon_rad": math.pi / 2**25, "hae_m": 6.25 * FT,
                   "height_baro_m": 25 * FT, "v_east_mps": 0.25, "v_north_mps": 0.25,
                   "horizontal_sigma_m": 0.25, "vertical_sigma_m": 0.5}, ()),
    "pcap CAT021": (
        "pcap", positions(claims=st.builds(Claims, icao24=ADDRESSES, callsign=perhaps(FLIGHTS),
                                           squawk=perhaps(SQUAWKS)),
                          v_up_mps=perhaps(some(-100, 100))), T0_NS, None,
        ASTERIX | {"lat_rad": math.pi / 2**30, "lon_rad": math.pi / 2**30, "hae_m": 6.25 * FT,
                   "height_baro_m": 25 * FT, "v_up_mps": 6.25 * FT / 60,
                   "v_east_mps": speed_steps(NMI / 2**14, TURN / 65536),
                   "v_north_mps": speed_steps(NMI / 2**14, TURN / 65536)}, ()),
    "pcap CAT062": (
        "pcap", positions(derived=st.just(True), horizontal_sigma_m=perhaps(some(1, 9_000)),
                          vertical_sigma_m=perhaps(some(1, 400)),
                          v_up_mps=perhaps(some(-100, 100)),
                          claims=perhaps(claims(icao24=perhaps(ADDRESSES),
                                                callsign=perhaps(FLIGHTS),
                                                squawk=perhaps(SQUAWKS)))), T0_NS, None,
        ASTERIX | {"lat_rad": math.pi / 2**25, "lon_rad": math.pi / 2**25, "hae_m": 6.25 * FT,
                   "height_baro_m": 25 * FT, "v_east_mps": 0.25, "v_north_mps": 0.25,
                   "v_up_mps": 6.25 * FT / 60, "horizontal_sigma_m": 0.5,
                   "vertical_sigma_m": 6.25 * FT}, ()),
    "sapient plots": (
        "sapient", plots(sensor="rf-1", elevation_rad=perhaps(some(-1.5, 1.5)),
                         range_sigma_m=perhaps(some(0.1, 99.0)),
                         azimuth_sigma_rad=perhaps(some(1e-4, 0.1)),
                         rcs_dbsm=perhaps(some(-50, 60))), T0_NS, None, {}, ("t_recv_ns",
                                                                             "object_ref")),
    "sapient-json positions": (
        "sapient-json", positions(sensor="gps", has_speed=True, v_up_mps=perhaps(some(-99, 99)),
                                  claims=perhaps(claims(remote_id=st.just("1596F3"),
                                                        squawk=perhaps(SQUAWKS)))),
        T0_NS, None, {}, ("t_recv_ns", "object_ref")),
    "cot own": (
        "cot-pcap", positions(lat_rad=some(0.1, 1.4), sensor="cot-friends", height_baro_m=st.none(),
                              claims=st.builds(Claims, callsign=FLIGHTS,
                                               affiliation=st.sampled_from(
                                                   ["friend", "assumed friend", "neutral"])),
                              horizontal_sigma_m=some(30.0, 900.0)), T0_NS, None,
        {"t_meas_ns": 2_000_000, "lat_rad": math.radians(1e-7), "lon_rad": math.radians(1e-7),
         "hae_m": 0.01, "horizontal_sigma_m": 0.01,
         "v_east_mps": speed_steps(0.01, math.radians(0.01)),
         "v_north_mps": speed_steps(0.01, math.radians(0.01))}, ()),
    "remote id": (
        "remote-id-pcap", positions(sensor="remote-id", lat_rad=some(0.1, 1.4),
                                    claims=st.builds(Claims, remote_id=st.sampled_from(
                                        ["1581F4FILM01", "1596F3ABCDEFGHIJKLM1"])),
                                    v_up_mps=perhaps(some(-60, 60))), T0_NS, None,
        {"t_meas_ns": 100_000_000, "lat_rad": math.radians(1e-7), "lon_rad": math.radians(1e-7),
         "hae_m": 0.5, "height_baro_m": 0.5, "v_up_mps": 0.5,
         "v_east_mps": speed_steps(0.75, math.radians(1.0)),
         "v_north_mps": speed_steps(0.75, math.radians(1.0))}, ()),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_comes_back_differs_by_less_than_half_a_step(tmp_path_factory, case, data):
    name, strategy, start_ns, site, steps, ignored = CASES[case]
    made = data.draw(st.lists(strategy, min_size=1, max_size=6))
    many = len(made)
    gaps_ns = data.draw(st.lists(st.integers(0, 10**9), min_size=many, max_size=many))
    late_ns = data.draw(st.lists(LATE_NS, min_size=many, max_size=many))
    reports = in_turn(made, gaps_ns, late_ns)
    whys, path, _ = written(tmp_path_factory.mktemp("wire"), reports, name, site)
    assert [why for why, _ in whys] == [""] * many
    allowed = {f"{field}" for field in ignored}
    assert {what.partition(":")[0] for _, unsaid in whys for what in unsaid} <= allowed
    heard = [r for r in again(path, start_ns, site=site) if not isinstance(r, SensorStatus)]
    assert len(heard) == many
    found = [differences(a, b, steps, ignored) for a, b in zip(reports, heard, strict=True)]
    assert found == [[]] * many


def moving(k, icao24="4b1234", **more):
    t_ns = T0_NS + k * 1_000_000_000 + 123
    said = {"lat_rad": 0.58 + 1e-5 * k, "lon_rad": 0.74 - 2e-5 * k, "height_baro_m": 3_000.0 + k,
            "v_east_mps": 100.3, "v_north_mps": -20.7, "v_up_mps": 4.1} | more  # fmt: skip
    about = Claims(icao24=icao24, callsign="VED123", squawk="1234")
    return PositionReport(sensor="adsb", t_meas_ns=t_ns, t_recv_ns=t_ns, claims=about, **said)


def lat_step(said):
    return math.radians(360.0 / 59 / 2**17)  # CPR: the larger zone in 2^17 steps


def lon_step(said):
    return lat_step(said) / math.cos(said.lat_rad) * 1.1


MODE_S = {"lat_rad": lat_step, "lon_rad": lon_step, "height_baro_m": 25 * FT, "hae_m": 50 * FT,
          "v_east_mps": KT, "v_north_mps": KT, "v_up_mps": 64 * FT / 60,
          "t_meas_ns": 170}  # fmt: skip
SBS = {"lat_rad": math.radians(1e-6), "lon_rad": math.radians(1e-6), "height_baro_m": FT,
       "v_east_mps": speed_steps(0.1 * KT, math.radians(0.1)),
       "v_north_mps": speed_steps(0.1 * KT, math.radians(0.1)), "v_up_mps": FT / 60,
       "t_meas_ns": 2_000_000}  # fmt: skip


@pytest.mark.parametrize(("name", "steps"), [("beast", MODE_S), ("avr", MODE_S), ("sbs", SBS)])
@settings(max_examples=15, deadline=None)
@given(
    jumps=st.lists(st.integers(1, 4_000), min_size=1, max_size=12),
    height_m=st.floats(-200.0, 14_000.0),
    gap_m=st.none() | st.floats(-900.0, 900.0),
    speed_mps=st.tuples(st.floats(-300, 300), st.floats(-300, 300), st.floats(-50, 50)),
)
def test_what_aircraft_say_comes_back_to_the_step(
    tmp_path_factory, name, steps, jumps, height_m, gap_m, speed_mps
):
    names = ("v_east_mps", "v_north_mps", "v_up_mps")
    said = {"height_baro_m": height_m} | dict(zip(names, speed_mps, strict=True))
    if gap_m is not None and name != "sbs":
        said["hae_m"] = height_m + gap_m
    reports, k = [], 0
    for jump in jumps:
        k += jump
        reports.append(moving(k, **said | {"lat_rad": 0.5 + 1e-6 * k, "lon_rad": 0.7 - 1e-6 * k}))
    whys, path, notes = written(tmp_path_factory.mktemp("air"), reports, name)
    assert whys == [("", [])] * len(reports)
    start = notes[0].rpartition("--start ")[2] if notes else None
    heard = again(path, parse_rfc3339(start) if start else None)
    assert len(heard) == len(reports)
    for a, b in zip(reports, heard, strict=True):
        assert differences(a, b, steps, ("t_recv_ns",)) == []


def test_a_radar_of_a_site_says_its_elevation_as_a_height_and_it_comes_back(tmp_path):
    plot = Plot(sensor="radar", t_meas_ns=T0_NS, t_recv_ns=T0_NS + 70_000_000, range_m=5_000.0,
                azimuth_rad=1.0, elevation_rad=0.1)  # fmt: skip
    whys, path, notes = written(tmp_path, [plot], "pcap", SITE)
    assert whys == [("", [])] and notes == ["radar is written as SAC 25 SIC 7"]
    (heard,) = again(path, site=SITE)
    assert heard.t_recv_ns == plot.t_recv_ns
    assert heard.elevation_rad == pytest.approx(0.1, abs=0.5 * 25 * FT / 5_000 * 1.02)
    whys, path, _ = written(tmp_path, [plot], "ast")
    assert [what.partition(":")[0] for what in whys[0][1]] == ["elevation_rad", "t_recv_ns"]


def test_what_does_not_fit_a_field_is_left_out_and_named_never_bent(tmp_path):
    far = Plot(sensor="r", t_meas_ns=T0_NS, t_recv_ns=T0_NS, range_m=600_000.0, azimuth_rad=1.0)
    named = Plot(sensor="r", t_meas_ns=T0_NS, t_recv_ns=T0_NS, range_m=6.0, azimuth_rad=1.0,
                 range_rate_mps=900.0, claims=Claims(callsign="much too long"))  # fmt: skip
    ((why, _), (_, unsaid)), path, _ = written(tmp_path, [far, named], "ast")
    assert why == "CAT048 needs range_m"
    assert unsaid == [
        "range_rate_mps: outside -511 to 511, all that CAT048 can say",
        "claims.callsign: not of the form CAT048 asks for",
    ]
    (heard,) = again(path)
    assert heard.claims is None and heard.range_rate_mps is None


def test_the_place_that_means_nowhere_is_not_written_as_one(tmp_path):
    about = {"t_meas_ns": T0_NS, "t_recv_ns": T0_NS, "lat_rad": 0.0, "lon_rad": 0.0}
    said = PositionReport(sensor="r", claims=Claims(remote_id="1596F3"), **about)
    for name in ("remote-id-pcap", "cot"):
        ((why, _),), _, _ = written(tmp_path, [said], name)
        assert "mean a place that is not known" in why


def test_nobody_becomes_a_friend_by_conversion(tmp_path):
    told = [moving(0), moving(1, icao24="4b0001")]
    _, path, _ = written(tmp_path, told, "cot")
    text = path.read_text()
    assert text.count('type="a-u-A"') == 2 and "a-f" not in text
    # Our own reader takes it for another system's tracks, and for nobody's own word.
    assert [(r.derived, r.claims) for r in again(path)] == [(True, None)] * 2


def test_a_simulation_stays_marked_where_the_format_has_a_mark_and_else_it_is_said(tmp_path):
    plot = Plot(sensor="radar", t_meas_ns=T0_NS, t_recv_ns=T0_NS, range_m=5e3, azimuth_rad=1.0)
    _, path, _ = written(tmp_path, [plot], "ast", SITE)
    live = parse_site(SITE.replace("SIMULATED", "LIVE"), "site.toml")
    told = codecs.Reading("file", live, T0_NS)
    (refused,) = [r for _, r, _ in feeds.read_reports(path, feeds.format_of(path), told)]
    assert refused.reason == "simulated target"
    _, path, _ = written(tmp_path, [moving(0)], "cot", SITE)
    assert 'opex="s' in path.read_text()
    _, _, notes = written(tmp_path, [moving(0)], "beast", SITE)
    assert any("cannot say that this is SIMULATED" in note for note in notes)


def test_a_summary_says_by_kind_what_was_left_out_and_what_was_not_said(tmp_path):
    reports = [moving(0), Plot(sensor="rf", t_meas_ns=T0_NS, t_recv_ns=T0_NS, azimuth_rad=1.0)]
    here = tmp_path / "in.jsonl"
    here.write_bytes(b"".join(encode_detection_line(r, stated=True) for r in reports))
    done = convert(Job(here, tmp_path / "out.beast", quiet=True))
    assert done.reports["geographic"].written == done.written == 1
    assert done.reports["bearing"].left_out == done.left_out
    assert any(format_rfc3339(reports[0].t_meas_ns - 250) in note for note in done.notes)
    done = convert(Job(here, tmp_path / "out.cot", quiet=True))
    assert set(done.reports["geographic"].not_said) == {
        "height_baro_m: no field for it in CoT",
        "v_up_mps: no field for it in CoT",
        "claims.squawk: no field for it in CoT",
    }
    assert "not said 1 times: v_up_mps: no field for it in CoT" in done.in_words()


def test_operators_are_not_exported(tmp_path):
    order = Order("detections", tmp_path / "x.jsonl", Around(None, "x", []))
    tally = _Tally(Here(order))
    report = OperatorReport(sensor="r", t_meas_ns=1, t_recv_ns=1, remote_id="x", lat_rad=0.1,
                            lon_rad=0.1)  # fmt: skip
    tally.take(report)
    assert tally.close().kinds == {"operator": Count(left_out={PERSONAL: 1})}
    assert (tmp_path / "x.jsonl").read_bytes() == b""


@pytest.mark.parametrize("to", [w for w in WRITTEN if w.detections], ids=lambda w: w.name)
def test_every_format_takes_any_report_and_says_why_it_cannot(tmp_path, to):
    status = SensorStatus(sensor="r", t_meas_ns=T0_NS, t_recv_ns=T0_NS, kind="north")
    bearing = Plot(sensor="r", t_meas_ns=T0_NS, t_recv_ns=T0_NS, azimuth_rad=1.0)
    reach = Plot(sensor="r", t_meas_ns=T0_NS, t_recv_ns=T0_NS, range_m=1.0)
    writer = to.detections(tmp_path / "x", Around(None, "x", []))
    for report in (status, bearing, reach, moving(0), moving(-5_000)):
        assert isinstance(writer.write(report), str)
    assert isinstance(writer.notes, list)
    writer.close()


def test_tshark_reads_what_is_written(tmp_path):
    plot = Plot(sensor="radar", t_meas_ns=T0_NS, t_recv_ns=T0_NS, range_m=5e3, azimuth_rad=1.0)
    _, path, _ = written(tmp_path, [plot, moving(0)], "pcapng", SITE)
    try:
        command = ["tshark", "-r", str(path), "-d", "udp.port==8600,asterix", "-T", "json"]
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("tshark is not installed")
    layers = [packet["_source"]["layers"] for packet in json.loads(done.stdout)]
    assert [layer["asterix"]["asterix.category"] for layer in layers] == ["48", "21"]
    assert "malformed" not in done.stdout.decode().lower()
