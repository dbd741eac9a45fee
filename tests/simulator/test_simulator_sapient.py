"""Simulated sensors as SAPIENT nodes: what they say is read back as it was meant."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette import codecs
from vedette.codecs import sapient
from vedette.codecs.sapient import write
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.model.arrivals import Arrival
from vedette.model.enums import MicroDoppler
from vedette.model.reports import Claims, Plot, PositionReport, SensorStatus, SourceWord
from vedette.simulator.wire import create_wire

T_NS = 1_641_254_400_123_456_789
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
NODES = {
    "radar": "6f582b41-6c88-481c-bb0f-6021a1739f57",
    "camera": "cee8b0c3-b739-49f5-9bd4-b5353b5ebb98",
}
SITE = Site(
    schema=1,
    name="x",
    reference=Reference(**HOME),
    sensors=[
        Sensor(id="radar", kind="radar_3d", sapient_node=NODES["radar"], **HOME),
        Sensor(id="camera", kind="bearing_elevation", sapient_node=NODES["camera"], **HOME),
    ],
    feeds=[Feed(id="middleware", kind="sapient_tcp", port=1)],
)


def read_back(*reports):
    """Say reports as the radar's node and read them."""
    nodes = create_wire(SITE).nodes["middleware"]
    data = nodes.signs(T_NS) + nodes.words(reports, SITE.sensors[0])
    decoders = codecs.open_decoders(SITE)
    arrival = Arrival(feed="middleware", t_recv_ns=T_NS, data=data)
    found = codecs.decode(decoders, [arrival])
    told = [r for r in found if not isinstance(r, SourceWord | SensorStatus)]
    assert all(len(report.object_ref) == 26 for report in told)
    return [msgspec.structs.replace(report, object_ref=None) for report in told]


def maybe(strategy):
    return st.none() | strategy


def numbers(low, high):
    return st.floats(low, high, allow_nan=False)


SINGLE = st.floats(0.0, 1.0, width=32)  # as it travels
SIGMA = numbers(1e-6, 1e3)
CLAIMS = st.builds(
    Claims,
    icao24=maybe(st.from_regex(r"\A[0-9a-f]{6}\Z")),
    remote_id=maybe(st.from_regex(r"\A[!-~]{1,20}\Z")),
    callsign=maybe(st.from_regex(r"\A[!-~]{1,8}\Z")),
    squawk=maybe(st.from_regex(r"\A[0-7]{4}\Z")),
).filter(lambda claims: claims != Claims())
SHARED = {
    "sensor": st.just("radar"),
    "t_meas_ns": st.integers(0, 4_102_444_799_999_999_999),
    "t_recv_ns": st.just(T_NS),
    "confidence": maybe(SINGLE),
    "claims": maybe(CLAIMS),
    "rcs_dbsm": maybe(numbers(-200.0, 200.0)),
    "snr_db": maybe(numbers(-200.0, 200.0)),
    "height_baro_m": maybe(numbers(-1e3, 5e4)),
}


@given(
    st.builds(
        Plot,
        **SHARED,
        range_m=numbers(0.0, 1e6),
        azimuth_rad=numbers(0.0, math.nextafter(2 * math.pi, 0.0)),
        elevation_rad=maybe(numbers(-math.pi / 2, math.pi / 2)),
        range_rate_mps=maybe(numbers(-5e3, 5e3)),
        range_sigma_m=maybe(SIGMA),
        azimuth_sigma_rad=maybe(SIGMA),
        micro_doppler=maybe(st.sampled_from(MicroDoppler)),
    )
)
def test_a_plot_is_read_back_to_the_last_bit(plot):
    assert read_back(plot) == [plot]


@given(
    st.builds(
        PositionReport,
        **SHARED,
        lat_rad=numbers(-1.5, 1.5),
        lon_rad=numbers(-math.pi, math.pi),
        hae_m=maybe(numbers(-1e3, 5e4)),
        vertical_sigma_m=maybe(SIGMA),
    )
)
def test_a_position_is_read_back_to_the_last_bit(report):
    meant = report
    if report.hae_m is None:  # a sigma of nothing is not said
        meant = msgspec.structs.replace(report, vertical_sigma_m=None)
    assert read_back(report) == [meant]


@given(numbers(0.01, 1e3), numbers(-1.5, 1.5))
def test_the_sigma_of_a_position_is_read_back_within_rounding(sigma_m, lat_rad):
    report = PositionReport(
        sensor="radar", t_meas_ns=T_NS, t_recv_ns=T_NS, lat_rad=lat_rad, lon_rad=0.5,
        horizontal_sigma_m=sigma_m,
    )  # fmt: skip
    (back,) = read_back(report)
    assert back.horizontal_sigma_m == pytest.approx(sigma_m, rel=1e-9)


@pytest.mark.parametrize(
    "said",
    [
        {"bird": 0.25, "multirotor": 0.5},
        {"fixed_wing_uas": 0.5, "multirotor": 0.25, "aeroplane": 0.125},
        {"other": 0.5},
        {"balloon": 1.0},
    ],
)
def test_classes_are_read_back_as_they_were_meant(said):
    plot = Plot(
        sensor="radar", t_meas_ns=T_NS, t_recv_ns=T_NS, range_m=1.0, azimuth_rad=1.0,
        class_prob=said,
    )  # fmt: skip
    assert read_back(plot)[0].class_prob == said


def test_a_node_registers_first_lives_every_five_seconds_and_dies_with_its_sensor():
    nodes = create_wire(SITE, dies_ns={"radar": T_NS + 6 * 10**9}).nodes["middleware"]

    def said(after_s):
        found = sapient.split(nodes.signs(T_NS + int(after_s * 10**9)))
        messages = [sapient.parse(raw) for raw in found.messages]
        return [(m.node_id, m.WhichOneof("content")) for m in messages]

    both = [NODES["radar"], NODES["camera"]]
    kinds = ("registration", "status_report")
    assert said(0.0) == [(node, kind) for node in both for kind in kinds]
    assert said(4.9) == []
    assert said(5.0) == [(node, "status_report") for node in both]
    assert said(10.0) == [(NODES["camera"], "status_report")]
    nodes.called()
    assert said(11.0) == [(NODES["camera"], kind) for kind in kinds]


def test_a_node_that_is_asked_to_register_does_and_only_a_camera_can_be_pointed():
    nodes = create_wire(SITE).nodes["middleware"]
    nodes.signs(T_NS)
    ours = "0b8a1f3e-52b1-4c58-9d53-2b7f7bb2b5f1"
    asked = write.wire(write.request(ours, T_NS, NODES["radar"], "Registration"))
    assert nodes.hear(asked[:30], T_NS) + nodes.hear(asked[30:], T_NS) == b""
    (again,) = sapient.split(nodes.signs(T_NS)).messages
    assert sapient.parse(again).registration.name == "sensor"
    for node, statuses in ((NODES["radar"], [2]), (NODES["camera"], [1, 3])):
        task = write.request(ours, T_NS, node, "x")
        place = task.task.command.look_at.range_bearing
        place.azimuth, place.coordinate_system, place.datum = 1.0, 2, 1
        answers = sapient.split(nodes.hear(write.wire(task), T_NS)).messages
        assert [sapient.parse(raw).task_ack.task_status for raw in answers] == statuses
    assert nodes.tasked == [("radar", "look_at"), ("camera", "look_at")]
