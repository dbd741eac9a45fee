"""Remote ID over real sockets: captured frames by UDP."""

import asyncio
import socket
import struct
import sys
import time

import pytest

from vedette import codecs
from vedette.codecs import remote_id
from vedette.config.check import site_faults
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.feeds import Intake, open_feeds
from vedette.model.reports import PositionReport, Refusal

PATIENCE_S = 30.0
PLACE = {"lat_deg": 52.4, "lon_deg": 5.2, "hae_m": 45.0}
DRONE = bytes.fromhex("c0ffee000001")


def make_site(feed, **changes):
    sensor = {"id": "rid", "kind": "position", "cooperative": True, **PLACE, **changes}
    return Site(
        schema=1, name="remote id", reference=Reference(**PLACE), sensors=[Sensor(**sensor)],
        feeds=[feed],
    )  # fmt: skip


def pack(tenths):
    location = remote_id.Location(
        status=2, lat_deg=52.405, lon_deg=5.21, hae_m=99.0, tenths=tenths, horizontal_accuracy=10
    )
    basic = remote_id.BasicId(id_type=1, ua_type=2, uas_id=b"1581F4REAL")
    return remote_id.encode_pack([remote_id.encode(basic), remote_id.encode(location)])


async def reports_of(site, send, enough):
    """Open the site's feeds, let `send(opened)` do its work, decode what arrives."""
    intake, decoders, found = Intake(site, time.time_ns), codecs.open_decoders(site), []
    async with open_feeds(site, intake, time.time_ns) as opened, asyncio.timeout(PATIENCE_S):
        await send(opened)
        while not enough(found):
            await asyncio.sleep(0.01)
            found += codecs.decode(decoders, intake.drain())
    return found


def now_tenths():
    return round(time.time() % 3600 * 10) % 36_000


def test_captured_frames_of_every_radio_arrive_by_udp():
    async def send(opened):
        sent = [
            remote_id.wrap(105, remote_id.beacon(DRONE, 1, pack(now_tenths())), time.time_ns()),
            remote_id.wrap(251, remote_id.extended_packet(DRONE, 2, pack(now_tenths() + 1))),
            remote_id.wrap(remote_id.ADDRESSED, DRONE + b"\x03" + pack(now_tenths() + 2)),
            b"not an envelope at all",
        ]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for data in sent:
                sender.sendto(data, ("127.0.0.1", opened.ports["air"]))

    site = make_site(Feed(id="air", kind="remote_id_udp", port=0, sensor="rid"))
    found = asyncio.run(reports_of(site, send, lambda reports: len(reports) >= 4))
    places = [r for r in found if isinstance(r, PositionReport)]
    assert [(p.sensor, p.claims.remote_id) for p in places] == [("rid", "1581F4REAL")] * 3
    assert all(abs(p.t_meas_ns - time.time_ns()) < 5 * 10**9 for p in places)
    assert [r.reason for r in found if isinstance(r, Refusal)] == ["bad header"]


@pytest.mark.parametrize(
    ("changes", "sensor", "words"),
    [
        ({}, None, "is missing: which receiver hears it?"),
        ({"cooperative": None}, "rid", "no sensor of kind position with cooperative = true 'rid'"),
        ({"kind": "radar_3d"}, "rid", "no sensor of kind position with cooperative = true 'rid'"),
    ],
)
def test_a_receiver_whose_silence_would_count_as_a_miss_is_refused(changes, sensor, words):
    site = make_site(Feed(id="air", kind="remote_id_udp", port=0, sensor=sensor), **changes)
    (fault,) = site_faults(site)
    assert fault[0] == "feeds[0].sensor" and fault[1].startswith(words)


def test_the_relay_of_the_page_sends_on_what_a_capture_holds(repository, tmp_path):
    page = (repository / "docs" / "connect" / "remote-id.md").read_text()
    relay = tmp_path / "relay.py"
    relay.write_text(page.partition("```python\n")[2].partition("```")[0])

    async def send(opened):
        frame = remote_id.beacon(DRONE, 1, pack(now_tenths()))
        seconds, micros = divmod(time.time_ns() // 1000, 1_000_000)
        captured = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 105)
        captured += struct.pack("<IIII", seconds, micros, len(frame), len(frame)) + frame
        words = (sys.executable, str(relay), "127.0.0.1", str(opened.ports["air"]))
        running = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.PIPE)
        await running.communicate(captured)
        assert running.returncode == 0

    site = make_site(Feed(id="air", kind="remote_id_udp", port=0, sensor="rid"))
    (place,) = asyncio.run(reports_of(site, send, bool))
    assert place.claims.remote_id == "1581F4REAL"
