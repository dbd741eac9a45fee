"""No operator is recorded of what receivers write oddly, and it reads the same as before."""

import binascii
import json
import struct

import msgspec
import pytest

from vedette import codecs
from vedette.codecs import remote_id
from vedette.config.load import parse_site
from vedette.model.arrivals import Arrival
from vedette.model.reports import OperatorReport

T0_NS = 1_641_254_400 * 10**9
LAT, LON = 52.3917300, 5.2173900
PERSON = b"FIN87astrdge12k8"
SITE = """schema = 1
name = "Ward"
mode = "SIMULATED"
reference = { lat_deg = 52.4, lon_deg = 5.2, hae_m = 10.0 }
[[sensors]]
id = "remote-id"
kind = "position"
cooperative = true
lat_deg = 52.4
lon_deg = 5.2
hae_m = 10.0
[[feeds]]
id = "air"
kind = "remote_id_udp"
port = 0
sensor = "remote-id"
[[feeds]]
id = "scout"
kind = "remote_id_mqtt"
port = 1883
topic = "x"
sensor = "remote-id"
"""
SAID = (
    remote_id.BasicId(id_type=1, ua_type=2, uas_id=b"1581F4PAGE???"),
    remote_id.Location(status=2, direction_deg=90, speed_mps=10.0, climb_mps=0.0, lat_deg=52.405,
                       lon_deg=5.2, hae_m=120.0, tenths=10),
    remote_id.System(place=1, operator_lat_deg=LAT, operator_lon_deg=LON),
    remote_id.OperatorId(kind=0, operator_id=PERSON),
)  # fmt: skip


def traces(data):
    """Say which of the operator's traces octets hold."""
    forms = {
        "lat": struct.pack("<i", round(LAT * 1e7)),
        "lon": struct.pack("<i", round(LON * 1e7)),
        "registration": PERSON,
    }
    return {name for name, octets in forms.items() if octets in data}


PACK = remote_id.encode_pack([remote_id.encode(message) for message in SAID])
BASE64 = binascii.b2a_base64(PACK, newline=False).decode()


def drone(octets=BASE64, **more):
    data = {"MAC address": "020202020202", "timestamp": T0_NS // 10**6, "UASdata": octets}
    return json.dumps({"data": data | more}).encode()


def recorded(payload, feed="scout"):
    """Give what is recorded, once it is sure that it reads the same but for the operator."""
    site = parse_site(SITE, "site.toml")
    arrival = Arrival(feed=feed, t_recv_ns=T0_NS, data=payload)
    (kept,) = codecs.without_operators(codecs.open_decoders(site), [arrival])
    before = codecs.decode(codecs.open_decoders(site), [arrival])
    after = codecs.decode(codecs.open_decoders(site), [kept])
    assert [r for r in before if not isinstance(r, OperatorReport)] == after
    return kept.data


def leaks(data):
    """Say what of the operator any run of base64 in some octets holds, escapes undone."""
    text = data.replace(b"\\/", b"/").replace(b"\\u002f", b"/")
    found = traces(data)
    for run in text.replace(b'"', b" ").split():
        for cut in range(4):
            whole = run[: (len(run) - cut) // 4 * 4]
            try:
                found |= traces(binascii.a2b_base64(whole))
            except binascii.Error:
                continue
    return found


PLAIN = drone()
ODD = {
    "garbage behind it": PLAIN + b" x",
    "an object cut short behind it": PLAIN + PLAIN[:-1],
    "a text cut short behind it": PLAIN + PLAIN[: len(PLAIN) // 2],
    "slashes escaped": PLAIN.replace(b"/", b"\\/"),
    "slashes as numbers": PLAIN.replace(b"/", b"\\u002f"),
    "said within the one before": b'{"x": ' + PLAIN + b"}" + PLAIN,
    "the key twice": PLAIN.replace(b'"UASdata"', b'"UASdata": "' + BASE64.encode()
                                   + b'", "UASdata"'),
    "a time that cannot be": drone(timestamp=-1),
    "a number that is none": PLAIN[:-1] + b', "x": 1e999}',
    "a message of an unknown kind": drone(
        binascii.b2a_base64(PACK[:3] + b"\x92" + PACK[4:], newline=False).decode()
    ),
    "too many objects": PLAIN + b"{}" * 300 + PLAIN,
}  # fmt: skip


def test_the_pack_that_is_sent_holds_an_operator_and_slashes():
    assert traces(PACK) and "/" in BASE64
    assert leaks(PLAIN) and leaks(ODD["slashes escaped"]) and leaks(ODD["slashes as numbers"])


@pytest.mark.parametrize("how", ODD)
def test_an_operator_is_recorded_in_no_form(how):
    kept = recorded(ODD[how])
    if how == "said within the one before":
        kept = kept[kept.index(b"}}}") + 3 :]  # what is no drone's object is no word of one
    assert leaks(kept) == set()


def test_an_operator_said_twice_in_one_frame_goes_twice():
    system = remote_id.encode(SAID[2])
    frame = remote_id.beacon(b"\x02abcde", 1, system, ssid=system)
    kept = recorded(remote_id.wrap(105, frame), "air")
    assert traces(remote_id.wrap(105, frame)) and not traces(kept)


def test_what_tells_no_operator_stays_octet_by_octet():
    nobody = remote_id.encode_pack([remote_id.encode(message) for message in SAID[:2]])
    payload = drone(binascii.b2a_base64(nobody, newline=False).decode())
    assert recorded(payload) == payload
    assert msgspec.json.decode(payload)["data"]["UASdata"]
