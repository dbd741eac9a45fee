"""SAPIENT messages to reports: who may speak, and what a detection means in our units."""

import math
from typing import Any

import msgspec
import pytest
from sapient_talk import OURS, T_NS, Talk, make_site
from sapient_world import (
    BEARING,
    DETECTION,
    NODE,
    OTHER,
    PLACE,
    REGISTRATION,
    STATUS,
    ULID,
    made,
)

from vedette import codecs
from vedette.codecs import sapient
from vedette.codecs.decoders import Decoders
from vedette.model.arrivals import Arrival
from vedette.model.reports import Plot, PositionReport, Refusal, SensorStatus, SourceWord
from vedette.record.state import decode_state, encode_state, unfaithful


def detected(talk=None, **changed):
    """Give the one report of a detection with some of its fields changed (None: left out)."""
    said = {k: v for k, v in (DETECTION | changed).items() if v is not None}
    (report,) = (talk or Talk()).say("detectionReport", said)
    return report


def located(talk=None, **place):
    return detected(talk, rangeBearing=None, location=PLACE | place)


def test_a_registration_of_a_sensor_of_the_site_is_accepted_and_shown():
    talk = Talk(is_registered=False)
    (word,) = talk.say("registration")
    assert isinstance(word, SourceWord)
    assert (word.source, word.kind, word.text) == (
        "radar",
        "registered",
        "Radar north has registered",
    )
    ((peer, answer),) = talk.answered()
    assert peer == NODE and answer.destination_id == NODE and answer.node_id == OURS
    assert answer.registration_ack.acceptance
    assert answer.timestamp.seconds * 10**9 + answer.timestamp.nanos == T_NS


def test_a_stranger_is_refused_by_name_and_told_why():
    talk = Talk(is_registered=False)
    (refusal,) = talk.say("registration", nodeId=OTHER)
    assert (refusal.source, refusal.reason) == ("nodes", "unknown sensor")
    assert OTHER in refusal.detail and "Radar north" in refusal.detail
    ((_, answer),) = talk.answered()
    assert not answer.registration_ack.acceptance
    assert OTHER in answer.registration_ack.ack_response_reason[0]
    (refusal,) = talk.say("detectionReport", nodeId=OTHER)
    assert refusal.reason == "unknown sensor"


@pytest.mark.parametrize("kind", ["KINETIC", "JAMMER", "CYBER", "LDEW", "RFDEW"])
def test_an_effector_may_not_register(kind):
    types = [{"nodeType": "NODE_TYPE_RADAR"}, {"nodeType": f"NODE_TYPE_{kind}"}]
    talk = Talk(is_registered=False)
    (refusal,) = talk.say("registration", REGISTRATION | {"nodeDefinition": types})
    assert (refusal.source, refusal.reason) == ("radar", "no sensor")
    assert not talk.answered()[0][1].registration_ack.acceptance
    assert talk.say("detectionReport")[0].reason == "not registered"


def test_a_node_that_has_not_registered_is_refused_and_asked_to_once_in_ten_seconds():
    talk = Talk(is_registered=False)
    (refusal,) = talk.say("detectionReport")
    assert (refusal.source, refusal.reason) == ("radar", "not registered")
    ((peer, asked),) = talk.answered()
    assert peer == NODE and asked.task.command.request == "Registration"
    talk.say("detectionReport", t_recv_ns=T_NS + 9 * 10**9)
    assert not talk.answered()
    talk.say("detectionReport", t_recv_ns=T_NS + 10 * 10**9)
    assert len(talk.answered()) == 1


def test_a_goodbye_a_hang_up_and_a_new_connection_all_end_a_registration():
    talk = Talk()
    status = talk.say("statusReport", STATUS | {"system": "SYSTEM_GOODBYE"})[-1]
    assert status.degraded_reason == "it has said goodbye"
    assert talk.say("detectionReport")[0].reason == "not registered"
    talk = Talk()
    (word,) = talk.note("left", NODE.encode())
    assert (word.source, word.kind) == ("radar", "left")
    assert talk.say("detectionReport")[0].reason == "not registered"
    talk = Talk()
    talk.note("opened")
    assert talk.say("detectionReport")[0].reason == "not registered"


def test_range_and_bearing_is_a_plot_with_its_sigmas_and_what_came_beside_it():
    plot = detected(
        rangeBearing=BEARING
        | {"range": 5.0, "elevation": 2.0, "rangeError": 0.02, "azimuthError": 0.3}
        | {"coordinateSystem": "RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_KM"},
        trackInfo=[
            {"type": "Range Rate", "value": "-40.0", "error": 0.5},
            {"type": "rcs", "value": "-12.5"},
            {"type": "SNR", "value": "14"},
            {"type": "Micro-Doppler", "value": "Rotor"},
            {"type": "mood", "value": "good"},
        ],
    )
    assert isinstance(plot, Plot)
    assert (plot.sensor, plot.t_meas_ns, plot.t_recv_ns) == ("radar", T_NS, T_NS)
    assert (plot.range_m, plot.range_sigma_m) == pytest.approx((5000.0, 20.0))
    assert (plot.azimuth_rad, plot.elevation_rad) == pytest.approx((math.pi / 2, math.radians(2)))
    assert plot.azimuth_sigma_rad == pytest.approx(math.radians(0.3))
    assert plot.elevation_sigma_rad is None
    assert (plot.range_rate_mps, plot.range_rate_sigma_mps) == (-40.0, 0.5)
    assert (plot.rcs_dbsm, plot.snr_db, plot.micro_doppler) == (-12.5, 14.0, "rotor")
    assert plot.confidence == pytest.approx(0.9)


def test_without_a_range_it_is_a_bearing_and_has_no_range_rate():
    plot = detected(rangeBearing=BEARING)
    assert plot.azimuth_rad == pytest.approx(math.pi / 2)
    assert plot.range_m is plot.elevation_rad is plot.range_rate_mps is None


@pytest.mark.parametrize(
    ("datum", "reference", "turn_deg"),
    [
        ("TRUE", {}, 0.0),
        ("MAGNETIC", {"declination_deg": 5.5}, 5.5),
        ("GRID", {}, -1.424),  # the convergence at 33.8 N 42.44 E, 2.56 degrees west of 45 E
        ("PLATFORM", {}, 0.0),
    ],
)
def test_bearings_from_another_north_are_turned_to_true_north(datum, reference, turn_deg):
    bearing = BEARING | {"datum": f"RANGE_BEARING_DATUM_{datum}"}
    plot = detected(Talk(make_site(**reference)), rangeBearing=bearing)
    assert math.degrees(plot.azimuth_rad) == pytest.approx(90.0 + turn_deg, abs=2e-3)


def test_a_magnetic_bearing_is_refused_where_nobody_has_said_the_declination():
    bearing = BEARING | {"datum": "RANGE_BEARING_DATUM_MAGNETIC"}
    refusal = detected(rangeBearing=bearing)
    assert isinstance(refusal, Refusal) and "declination_deg" in refusal.detail


def test_a_location_is_a_position_with_velocity_and_errors_in_metres():
    report = detected(
        rangeBearing=None,
        location=PLACE | {"z": 250.0, "xError": 12.0, "yError": 5.0, "zError": 9.0},
        enuVelocity={"eastRate": 10.0, "northRate": -20.0, "upRate": 1.0},
    )
    assert isinstance(report, PositionReport)
    assert math.degrees(report.lat_rad) == pytest.approx(33.81)
    assert math.degrees(report.lon_rad) == pytest.approx(42.45)
    assert (report.hae_m, report.vertical_sigma_m) == (250.0, 9.0)
    assert report.horizontal_sigma_m == pytest.approx(math.sqrt((12.0**2 + 5.0**2) / 2.0))
    assert (report.v_east_mps, report.v_north_mps, report.v_up_mps) == (10.0, -20.0, 1.0)


def test_errors_of_latitude_and_longitude_in_degrees_become_metres():
    report = located(xError=1e-4, yError=1e-4)
    east_m = 1e-4 * 111_194.9 * math.cos(math.radians(33.81))
    assert report.horizontal_sigma_m == pytest.approx(
        math.sqrt((east_m**2 + 11.119**2) / 2.0), rel=1e-3
    )


@pytest.mark.parametrize("zone", ["38S", "38N", "38 S", "38s"])
def test_eastings_and_northings_are_where_another_program_puts_them(zone):
    report = located(
        x=263078.0683, y=3741327.2459, utmZone=zone,
        coordinateSystem="LOCATION_COORDINATE_SYSTEM_UTM_M",
    )  # fmt: skip
    assert math.degrees(report.lat_rad) == pytest.approx(33.7856, abs=1e-8)
    assert math.degrees(report.lon_rad) == pytest.approx(42.4412, abs=1e-8)


def test_a_zone_may_come_from_the_registration_and_none_at_all_is_refused():
    utm = {
        "x": 263078.0683,
        "y": 3741327.2459,
        "coordinateSystem": "LOCATION_COORDINATE_SYSTEM_UTM_M",
    }
    assert "utm_zone" in located(**utm).detail
    talk = Talk(is_registered=False)
    where = {
        "locationUnits": "LOCATION_COORDINATE_SYSTEM_UTM_M",
        "locationDatum": "LOCATION_DATUM_WGS84_E",
        "zone": "38S",
    }
    status = {"statusInterval": {"units": 4, "value": 5}, "locationDefinition": where}
    talk.say("registration", REGISTRATION | {"statusDefinition": status})
    assert math.degrees(located(talk, **utm).lat_rad) == pytest.approx(33.7856, abs=1e-8)


def test_eastings_that_lie_in_no_zone_are_refused():
    refusal = located(
        x=51.17, y=-1.82, utmZone="30U", coordinateSystem="LOCATION_COORDINATE_SYSTEM_UTM_M"
    )
    assert (refusal.reason, refusal.source) == ("out of range", "radar")


def test_a_height_above_the_sea_needs_the_geoid_or_is_less_sure():
    sea = {"z": 250.0, "zError": 9.0, "datum": "LOCATION_DATUM_WGS84_G"}
    known = located(Talk(make_site(geoid_m=12.5)), **sea)
    assert (known.hae_m, known.vertical_sigma_m) == (262.5, 9.0)
    unknown = located(**sea)
    assert unknown.hae_m == 250.0
    assert unknown.vertical_sigma_m == pytest.approx(math.hypot(9.0, 30.0))


def test_velocities_are_in_the_unit_that_was_registered():
    talk = Talk(is_registered=False)
    said: Any = REGISTRATION | {"modeDefinition": [dict(REGISTRATION["modeDefinition"][0])]}
    definition = dict(said["modeDefinition"][0]["detectionDefinition"][0])
    definition["velocityType"] = {
        "enuVelocityUnits": {"eastNorthRateUnits": "SPEED_UNITS_KPH"},
        "locationDatum": "LOCATION_DATUM_WGS84_E",
    }
    said["modeDefinition"][0]["detectionDefinition"] = [definition]
    talk.say("registration", said)
    report = detected(
        talk, rangeBearing=None, location=PLACE, enuVelocity={"eastRate": 36.0, "northRate": 72.0}
    )
    assert (report.v_east_mps, report.v_north_mps) == pytest.approx((10.0, 20.0))
    assert report.v_up_mps is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([{"type": "Unknown", "confidence": 1.0}], None),
        ([{"type": "Air Vehicle", "confidence": 0.7}], None),
        (
            [
                {
                    "type": "air vehicle",
                    "confidence": 0.9,
                    "subClass": [
                        {"type": "UAV Rotary Wing", "confidence": 0.6, "level": 1},
                        {"type": "UAV Fixed Wing", "confidence": 0.2, "level": 1},
                    ],
                }
            ],
            {"multirotor": 0.6, "fixed_wing_uas": 0.2},
        ),
        (
            [
                {
                    "type": "Animal",
                    "confidence": 0.4,
                    "subClass": [{"type": "Bird", "confidence": 0.9, "level": 1}],
                }
            ],
            {"bird": 0.4},
        ),
        ([{"type": "Human", "confidence": 0.3}, {"type": "Sea Vessel"}], {"other": 0.8}),
        (
            [{"type": "Human", "confidence": 0.9}, {"type": "Equipment", "confidence": 0.9}],
            {"other": 1.0},
        ),
    ],
)
def test_classes_of_the_standard_become_votes_for_ours(said, expected):
    assert detected(classification=said).class_prob == (
        None if expected is None else pytest.approx(expected)
    )


def test_what_a_target_says_of_itself_is_a_claim_and_what_is_malformed_is_left_out():
    report = detected(
        objectInfo=[
            {"type": "ICAO24", "value": "4B1801"},
            {"type": "squawk", "value": "7800"},
            {"type": "remote ID", "value": "VEDETTE-OWN-01"},
        ],
        id="HB-XYZ",
    )
    assert (report.claims.icao24, report.claims.callsign) == ("4b1801", "HB-XYZ")
    assert (report.claims.remote_id, report.claims.squawk) == ("VEDETTE-OWN-01", None)


def test_what_was_made_of_our_own_words_is_not_heard_again():
    talk = Talk()
    derived = [{"timestamp": "2022-01-04T00:00:00Z", "nodeId": OURS, "objectId": ULID}]
    assert detected(talk, derivedDetection=derived).reason == "our own echo"
    assert talk.say("detectionReport", nodeId=OURS) == []


def test_a_status_is_a_sign_of_life_and_says_mode_and_sickness():
    talk = Talk()
    word, status = talk.say("statusReport")
    assert (word.kind, word.text) == ("mode", "its mode is Default")
    assert isinstance(status, SensorStatus) and status.degraded_reason is None
    weather = {
        "statusType": "STATUS_TYPE_WEATHER",
        "statusLevel": "STATUS_LEVEL_WARNING_STATUS",
        "statusValue": "Rain",
    }
    sick = STATUS | {"system": "SYSTEM_ERROR", "status": [weather]}
    (status,) = talk.say("statusReport", sick)
    assert status.degraded_reason == "it reports an error of itself: warning: Rain"


def test_an_alert_is_shown_and_acknowledged():
    talk = Talk()
    (word,) = talk.say("alert", {"alertId": ULID, "alertType": 3, "description": "fence cut"})
    assert (word.source, word.kind, word.text, word.severity) == (
        "radar", "alert", "fence cut", "alarm",
    )  # fmt: skip
    ((peer, ack),) = talk.answered()
    assert peer == NODE and ack.alert_ack.alert_id == ULID and ack.alert_ack.alert_ack_status == 1


def test_a_bad_message_is_handed_back_once_a_second_and_an_error_is_never_answered():
    talk = Talk()
    (refusal,) = talk.say("statusReport", STATUS | {"reportId": "x"})
    assert (refusal.source, refusal.reason) == ("radar", "bad value")
    ((_, told),) = talk.answered()
    assert "status_report.report_id" in told.error.error_message[0]
    talk.say("statusReport", STATUS | {"reportId": "x"})
    assert not talk.answered()
    (word,) = talk.say("error")
    assert word.kind == "error" and not talk.answered()


def test_a_middleware_is_told_who_we_are_and_its_answer_is_shown():
    talk = Talk(make_site("sapient_tcp"), is_registered=False)
    talk.note("opened")
    ((peer, told),) = talk.answered()
    assert peer is None and told.node_id == OURS
    assert told.registration.name == "SAPIENT test"
    assert [d.node_type for d in told.registration.node_definition] == [20]
    refused = {"acceptance": False, "ackResponseReason": ["not today"]}
    (word,) = talk.say("registrationAck", refused, nodeId=OTHER, destinationId=OURS)
    assert (word.kind, word.text) == ("rejected", "it refuses our registration: not today")
    (word,) = talk.say("registrationAck", nodeId=OTHER, destinationId=OURS)
    assert word.kind == "accepted"
    assert talk.say("registrationAck", nodeId=OTHER, destinationId=NODE) == []


def test_we_take_no_tasks_but_to_say_who_we_are():
    talk = Talk(make_site("sapient_tcp"))
    talk.say("task", nodeId=OTHER, destinationId=OURS)
    ((_, ack),) = talk.answered()
    assert ack.task_ack.task_status == 2 and ack.task_ack.reason
    asked = {"taskId": ULID, "control": 1, "command": {"request": "Registration"}}
    talk.say("task", asked, nodeId=OTHER, destinationId=OURS)
    assert [m.WhichOneof("content") for _, m in talk.answered()] == ["task_ack", "registration"]


def test_what_is_remembered_survives_a_snapshot():
    talk = Talk()
    assert unfaithful(talk.decoders, Decoders) == ""
    again = decode_state(encode_state(talk.decoders), Decoders)
    assert again == talk.decoders
    talk.decoders = again
    assert isinstance(talk.say("detectionReport")[0], Plot)


def test_a_cut_or_giant_message_is_refused_and_what_was_whole_is_heard():
    talk = Talk()
    whole = sapient.frame(made("detectionReport").SerializeToString())
    found = codecs.decode(
        talk.decoders, [Arrival(feed="nodes", t_recv_ns=T_NS, data=whole + whole[:-1])]
    )
    assert isinstance(found[0], Plot) and found[1].reason == "truncated"
    found = codecs.decode(
        talk.decoders, [Arrival(feed="nodes", t_recv_ns=T_NS, data=whole + b"\xff" * 8)]
    )
    assert isinstance(found[0], Plot) and found[1].reason == "bad length"


def test_what_a_node_made_of_what_another_of_ours_says_is_marked_or_refused():
    site = make_site()
    sensors = [
        msgspec.structs.replace(s, sapient_node=s.sapient_node or OTHER) for s in site.sensors
    ]
    talk = Talk(msgspec.structs.replace(site, sensors=sensors))
    made_of = [{"timestamp": "2022-01-04T00:00:00Z", "nodeId": OTHER, "objectId": ULID}]
    assert located(talk).derived is False
    fused = detected(talk, rangeBearing=None, location=PLACE, derivedDetection=made_of)
    assert fused.derived is True
    refused = detected(talk, derivedDetection=made_of)
    assert refused.reason == "our own echo" and "plain" in refused.detail
