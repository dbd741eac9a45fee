"""SAPIENT messages made by hand, one of each kind, as the standard's own text describes them."""

from typing import Any

from vedette.codecs import sapient

NODE = "6f582b41-6c88-481c-bb0f-6021a1739f57"
OTHER = "cee8b0c3-b739-49f5-9bd4-b5353b5ebb98"
ULID = "01H4R63D7NVN8444Z5M77WEBY7"
TIME = "2022-01-04T00:00:00.250Z"
SECONDS = {"units": "TIME_UNITS_SECONDS", "value": 5}
BEARING = {
    "azimuth": 90.0,
    "coordinateSystem": "RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M",
    "datum": "RANGE_BEARING_DATUM_TRUE",
}
PLACE = {
    "x": 42.45,
    "y": 33.81,
    "coordinateSystem": "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M",
    "datum": "LOCATION_DATUM_WGS84_E",
}
AREA = {
    "locationUnits": "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M",
    "locationDatum": "LOCATION_DATUM_WGS84_E",
}
REGISTRATION = {
    "nodeDefinition": [{"nodeType": "NODE_TYPE_RADAR"}],
    "icdVersion": "BSI Flex 335 v2.0",
    "name": "Radar north",
    "capabilities": [{"category": "Radar", "type": "Range", "value": "30", "units": "km"}],
    "statusDefinition": {"statusInterval": SECONDS},
    "modeDefinition": [
        {
            "modeName": "Default",
            "modeType": "MODE_TYPE_PERMANENT",
            "settleTime": SECONDS,
            "detectionDefinition": [{"locationType": AREA}],
            "task": {
                "regionDefinition": {
                    "regionType": ["REGION_TYPE_AREA_OF_INTEREST"],
                    "regionArea": [AREA],
                }
            },
        }
    ],
    "configData": [{"manufacturer": "Test", "model": "One"}],
}
STATUS = {"reportId": ULID, "system": "SYSTEM_OK", "info": "INFO_NEW", "mode": "Default"}
DETECTION = {
    "reportId": ULID,
    "objectId": ULID,
    "rangeBearing": BEARING | {"range": 5000.0, "elevation": 2.0, "rangeError": 20.0},
    "detectionConfidence": 0.9,
    "trackInfo": [{"type": "range rate", "value": "-40.0", "error": 0.5}],
    "classification": [{"type": "Air Vehicle", "confidence": 0.7}],
}
CONTENTS: dict[str, Any] = {
    "registration": REGISTRATION,
    "registrationAck": {"acceptance": True},
    "statusReport": STATUS,
    "detectionReport": DETECTION,
    "task": {
        "taskId": ULID,
        "control": "CONTROL_START",
        "command": {"lookAt": {"locationList": {"locations": [PLACE]}}},
    },
    "taskAck": {"taskId": ULID, "taskStatus": "TASK_STATUS_ACCEPTED"},
    "alert": {"alertId": ULID, "alertType": "ALERT_TYPE_WARNING", "location": PLACE},
    "alertAck": {"alertId": ULID, "alertAckStatus": "ALERT_ACK_STATUS_ACCEPTED"},
    "error": {"packet": "AAAA", "errorMessage": ["no"]},
}


def document(kind: str, content: Any = None, **head: Any) -> dict[str, Any]:
    """Give a message as its JSON object; content: what is said instead of the usual."""
    said = CONTENTS[kind] if content is None else content
    return {"timestamp": TIME, "nodeId": NODE, kind: said} | head


def made(kind: str, content: Any = None, **head: Any) -> Any:
    """Give a message, unchecked."""
    from google.protobuf import json_format

    return json_format.ParseDict(document(kind, content, **head), sapient.message_class()())


def stream(*kinds: str) -> bytes:
    """Give messages of these kinds as they go over the wire; none named: one of each."""
    return b"".join(
        sapient.frame(made(kind).SerializeToString()) for kind in kinds or tuple(CONTENTS)
    )


def lines() -> bytes:
    """Give one message of each kind as JSON lines."""
    return b"".join(sapient.to_json(made(kind)) for kind in CONTENTS)
