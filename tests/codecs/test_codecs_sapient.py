"""SAPIENT messages: framing, JSON, and what BSI Flex 335 v2.0 demands."""

import copy
import hashlib
import json
import math
import struct
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sapient_world import CONTENTS, DETECTION, PLACE, REGISTRATION, document, lines, made, stream

from vedette import codecs
from vedette.base.errors import RefusedError
from vedette.codecs import sapient


def refusal(message):
    """Give why a message is refused, by its JSON and by its bytes alike."""
    with pytest.raises(RefusedError) as by_json:
        sapient.parse_json(json.dumps(message))
    return by_json.value.args


def changed(kind, path, value):
    """Give a message of a kind with one value changed, or taken out (None)."""
    said = copy.deepcopy(document(kind))
    inner = said[kind]
    for step in path[:-1]:
        inner = inner[step]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return said


@pytest.mark.parametrize("kind", CONTENTS)
def test_one_message_of_each_kind_is_accepted_in_both_forms(kind):
    by_json = sapient.parse_json(json.dumps(document(kind)))
    assert sapient.parse(by_json.SerializeToString()) == by_json
    assert sapient.parse_json(sapient.to_json(by_json)) == by_json


def test_every_valid_message_of_the_standards_makers_is_accepted(shared_data):
    files = sorted((shared_data / "sapient" / "valid").glob("*.json"))
    assert len(files) == 38
    for path in files:
        message = sapient.parse_json(path.read_bytes())
        assert sapient.parse(message.SerializeToString()) == message
        assert codecs.check("sapient", path.read_bytes()).accepted, path.name


def test_every_invalid_one_is_refused_and_the_field_at_fault_is_named(shared_data):
    files = sorted((shared_data / "sapient" / "invalid").glob("*.json"))
    assert len(files) == 95
    unnamed = []
    for path in files:
        verdict = codecs.check("sapient", path.read_bytes())
        assert not verdict.accepted, path.name
        words = [w for w in path.name.split(".")[1:] if w not in NOT_FIELDS]
        said = verdict.reason.replace("_", "").lower()
        if not any(word.lower() in said for word in words):
            unnamed.append((path.name, verdict.reason))
    assert not unnamed


# Words in the names of the files that say what is wrong with the field, not which it is.
UTM = {
    "x": 500_000.0,
    "y": 5_700_000.0,
    "coordinateSystem": "LOCATION_COORDINATE_SYSTEM_UTM_M",
    "datum": "LOCATION_DATUM_WGS84_E",
}
NOT_FIELDS = {"json", "Error", "Missing", "Empty", "Invalid", "BadId", "FullMessage"}


@pytest.mark.parametrize(
    ("kind", "path", "value", "named"),
    [
        ("registration", ["icdVersion"], "BSI Flex 335 v1.0", "registration.icd_version"),
        ("registration", ["icdVersion"], "", "registration.icd_version"),
        ("registration", ["nodeDefinition"], [], "registration.node_definition"),
        ("registration", ["nodeDefinition", 0, "nodeType"], 0, "node_definition[0].node_type"),
        ("registration", ["nodeDefinition", 0, "nodeType"], 99, "node_definition[0].node_type"),
        ("registration", ["configData", 0, "model"], "", "config_data[0].model"),
        ("registration", ["dependentNodes"], ["nobody"], "dependent_nodes[0]"),
        (
            "registration",
            ["modeDefinition", 0, "detectionDefinition", 0, "locationType"],
            {
                "locationUnits": "LOCATION_COORDINATE_SYSTEM_UTM_M",
                "rangeBearingDatum": "RANGE_BEARING_DATUM_TRUE",
            },
            "location_type.datum_oneof",
        ),
        ("statusReport", ["power"], {"level": 101}, "status_report.power.level"),
        ("statusReport", ["reportId"], "01H4R63D7NVN8444Z5M77WEBYU", "status_report.report_id"),
        ("detectionReport", ["rangeBearing", "azimuth"], "NaN", "range_bearing.azimuth"),
        ("detectionReport", ["rangeBearing", "range"], "Infinity", "range_bearing.range"),
        ("detectionReport", ["rangeBearing", "range"], -1.0, "range_bearing.range"),
        ("detectionReport", ["rangeBearing", "elevation"], 91.0, "range_bearing.elevation"),
        ("detectionReport", ["rangeBearing", "coordinateSystem"], 5, "coordinate_system"),
        ("detectionReport", ["rangeBearing", "datum"], None, "range_bearing.datum"),
        ("detectionReport", ["detectionConfidence"], 1.5, "detection_confidence"),
        ("detectionReport", ["classification", 0, "confidence"], -0.1, "classification[0]"),
        ("detectionReport", ["rangeBearing"], None, "detection_report.location_oneof"),
        (
            "detectionReport",
            ["derivedDetection"],
            [{"nodeId": "cee8b0c3-b739-49f5-9bd4-b5353b5ebb98", "objectId": "0" * 26}],
            "derived_detection[0].timestamp",
        ),
        (
            "detectionReport",
            ["rangeBearing"],
            {
                "coordinateSystem": "RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M",
                "datum": "RANGE_BEARING_DATUM_TRUE",
            },
            "range_bearing: states neither",
        ),
        ("detectionReport", ["predictionLocation"], {}, "prediction_location: states no place"),
        (
            "detectionReport",
            ["signal"],
            [{"amplitude": 1.0, "centreFrequency": -2.4e9}],
            "signal[0].centre_frequency",
        ),
        (
            "detectionReport",
            ["classification", 0, "subClass"],
            [{"type": "x", "level": -1}],
            "sub_class[0].level",
        ),
        ("statusReport", ["nodeLocation"], UTM | {"utmZone": "61U"}, "node_location.utm_zone"),
        ("statusReport", ["nodeLocation"], UTM | {"utmZone": "30I"}, "node_location.utm_zone"),
        ("task", ["command", "lookAt", "locationList", "locations", 0, "x"], 181.0, "[0].x"),
        ("task", ["command", "lookAt", "locationList", "locations", 0, "y"], -90.1, "[0].y"),
        ("task", ["command"], {"follow": {"followObjectId": "him"}}, "follow_object_id"),
        ("task", ["command"], {"request": ""}, "task.command"),
        ("task", ["command"], {"detectionThreshold": 0}, "detection_threshold"),
        ("alert", ["ranking"], 2.0, "alert.ranking"),
    ],
)
def test_what_the_standard_forbids_is_refused_and_the_field_named(kind, path, value, named):
    assert named in refusal(changed(kind, path, value))[1]


@pytest.mark.parametrize(
    ("node", "is_accepted"),
    [
        ("6f582b41-6c88-481c-bb0f-6021a1739f57", True),
        ("6F582B41-6C88-481C-BB0F-6021A1739F57", True),
        ("6f582b41-6c88-181c-bb0f-6021a1739f57", False),  # version 1: made of an address
        ("6f582b41-6c88-481c-cb0f-6021a1739f57", False),  # another variant
        ("{6f582b41-6c88-481c-bb0f-6021a1739f57}", False),
        ("", False),
    ],
)
def test_a_node_is_known_by_a_version_4_uuid(node, is_accepted):
    message = document("statusReport", nodeId=node)
    if is_accepted:
        sapient.parse_json(json.dumps(message))
    else:
        assert refusal(message)[1].startswith("node_id:")


def test_all_faults_of_a_message_are_told_not_the_first_alone():
    said = document("statusReport", {"system": "SYSTEM_OK", "info": "INFO_NEW", "colour": "red"})
    reason, detail = refusal(said)
    assert reason == "unknown key"
    assert detail == (
        "statusReport.colour: no such field; status_report.report_id: is missing; "
        "status_report.mode: is missing"
    )


def test_a_field_of_another_version_is_refused_by_its_number():
    with pytest.raises(RefusedError) as refused:
        sapient.parse(made("alertAck").SerializeToString() + b"\xa0\x06\x01")
    assert "field 100 is not of BSI Flex 335 v2.0" in refused.value.args[1]


@pytest.mark.parametrize("text", ['{"a":' * 5000, "[" * 5000, '{"timestamp": 1e999}', '"x"', "5"])
def test_json_that_is_no_message_is_refused_not_feared(text):
    with pytest.raises(RefusedError):
        sapient.parse_json(text)


def test_whole_messages_are_cut_from_a_stream_and_half_ones_wait():
    data = stream()
    for cut in range(len(data)):
        found = sapient.split(data[:cut])
        assert not found.fault
        assert data[: found.used] == b"".join(sapient.frame(m) for m in found.messages)
    assert len(sapient.split(data).messages) == len(CONTENTS)


@given(st.integers(sapient.MESSAGE_BYTES_MAX + 1, 2**32 - 1))
def test_a_giant_length_ends_the_stream_and_waits_for_nothing(size):
    found = sapient.split(stream("alert") + struct.pack("<I", size) + b"rest")
    assert len(found.messages) == 1
    assert str(size) in found.fault


def test_a_recording_is_judged_in_both_forms_and_the_message_is_named():
    assert codecs.check("sapient", stream()).accepted
    assert codecs.check("sapient", lines()).accepted
    assert codecs.check("sapient", json.dumps(document("alert"), indent=2).encode()).accepted
    cut = codecs.check("sapient", stream()[:-3])
    assert "truncated" in cut.reason
    bad = lines() + json.dumps(document("alert", {"alertId": "x"})).encode()
    told = codecs.check("sapient", bad).reason
    assert told.startswith(f"message {len(CONTENTS) + 1} at line {len(CONTENTS) + 1}: bad value")
    assert "alert.alert_id" in told


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_the_round_trip_exactly(value):
    place = PLACE | {"coordinateSystem": "LOCATION_COORDINATE_SYSTEM_UTM_M", "z": value}
    report = {k: v for k, v in DETECTION.items() if k != "rangeBearing"} | {"location": place}
    sent = made("detectionReport", report)
    for back in (
        sapient.parse(sent.SerializeToString()),
        sapient.parse_json(sapient.to_json(sent)),
    ):
        z = back.detection_report.location.z
        assert z == value and math.copysign(1.0, z) == math.copysign(1.0, value)


def test_a_registration_as_large_as_the_largest_known_fits_many_times_over():
    assert len(made("registration", REGISTRATION).SerializeToString()) * 100 < (
        sapient.MESSAGE_BYTES_MAX
    )


def test_the_generated_classes_are_those_that_were_read_before_they_were_taken():
    """The package is one person's: what it describes is held to what was compared by hand."""
    from google.protobuf import descriptor_pb2

    pending, seen = [sapient.message_class().DESCRIPTOR.file], {}
    while pending:
        file = pending.pop()
        if file.name not in seen and file.name.startswith("sapient_msg/"):
            plain = descriptor_pb2.FileDescriptorProto()
            file.CopyToProto(plain)
            seen[file.name] = plain.SerializeToString(deterministic=True)
            pending += file.dependencies
    assert len(seen) == 17
    digest = hashlib.sha256(b"".join(seen[name] for name in sorted(seen))).hexdigest()
    assert digest == ("8af80880aeeb15932dc26d2d83f2af922d85b7ea5598b6d96b0340cb8c7966ce")


def test_a_site_without_sapient_never_loads_protobuf():
    code = (
        "import sys, vedette.codecs, vedette.pipeline; assert 'google.protobuf' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
