"""Cursor on Target with programs we did not write: taky as server, pytak as client, takproto."""

import asyncio
import json
import subprocess
import time

import pytest
from tak_peers import free_port, our_side, publish_for_ever, pytak, taky
from tak_world import event as made_event

from vedette import codecs
from vedette.codecs import cot
from vedette.model.reports import PositionReport, Refusal

TLS_KEYS = """host = "127.0.0.1"
tls_ca = "{0}/ca.pem"
tls_certificate = "{0}/client.pem"
tls_key = "{0}/client.key"
tls_name = "server.example"
"""


def friend():
    now_ns = time.time_ns()
    return made_event(
        "a-f-A-M-H", now_ns, uid="pytak-1", callsign="RAVEN 1", hae_m=400.0, ce_m=9.0,
        course_deg=90.0, speed_mps=50.0,
    )  # fmt: skip


async def heard_by(client, wanted, limit_s=30.0):
    """Read what a client hears until `wanted` of one event is true; give that event."""
    async with asyncio.timeout(limit_s):
        while True:
            line = await client.stdout.readline()
            assert line, "the client has gone"
            event = json.loads(line) if line.startswith(b"{") else bytes.fromhex(line.decode())
            if wanted(event):
                return event


async def reported(intake, site, limit_s=30.0):
    """Decode what arrives until a friend's position is among it."""
    decoders = codecs.open_decoders(site)
    async with asyncio.timeout(limit_s):
        while True:
            reports = codecs.decode(decoders, intake.drain())
            assert not [r for r in reports if isinstance(r, Refusal)]
            found = [r for r in reports if isinstance(r, PositionReport)]
            if found:
                return found[0]
            await asyncio.sleep(0.02)


async def both_ways(peers, feed, config):
    """Speak with a pytak client: it hears our track, and we its position."""
    async with (
        our_side(f'kind = "cot_tcp"\n{feed}', 'kind = "cot_tcp"\nfeed = "tak"') as ours,
        pytak(peers, config, cot.write_event(friend(), "xml").decode()) as client,
    ):
        publishing, intake, site = ours
        telling = asyncio.create_task(publish_for_ever(publishing))
        try:
            data = await heard_by(client, lambda event: b"T0007" in event)
            report = await reported(intake, site)
        finally:
            telling.cancel()
    told = cot.read_frame(data)
    assert (told.kind, told.callsign) == ("a-s-A-M-F-Q", "EXER T0007")
    assert told.remarks.startswith("EXERCISE. SUSPECT: inbound & silent.")
    assert abs(told.lat_deg - 33.818) < 0.001
    assert told.speed_mps == 50.0
    assert (report.sensor, report.claims.callsign) == ("blue", "RAVEN 1")
    assert abs(report.v_east_mps - 50.0) < 1e-6


def test_taky_carries_our_tracks_to_pytak_and_its_position_to_us(peers, tmp_path):
    async def work():
        port = free_port()
        async with taky(peers, tmp_path, port):
            await both_ways(peers, f"port = {port}", {"COT_URL": f"tcp://127.0.0.1:{port}"})

    asyncio.run(asyncio.wait_for(work(), 120.0))


def test_taky_by_tls_with_client_certificates_carries_the_same(peers, tmp_path, tls_folder):
    async def work():
        port = free_port()
        config = {
            "COT_URL": f"tls://127.0.0.1:{port}",
            "PYTAK_TLS_CLIENT_CERT": f"{tls_folder}/client.pem",
            "PYTAK_TLS_CLIENT_KEY": f"{tls_folder}/client.key",
            "PYTAK_TLS_CLIENT_CAFILE": f"{tls_folder}/ca.pem",
            "PYTAK_TLS_DONT_CHECK_HOSTNAME": "1",
        }
        async with taky(peers, tmp_path, port, tls_folder):
            await both_ways(peers, TLS_KEYS.format(tls_folder) + f"port = {port}", config)

    asyncio.run(asyncio.wait_for(work(), 120.0))


def test_a_taky_that_is_killed_and_started_again_is_spoken_to_again(peers, tmp_path):
    async def work():
        port = free_port()
        config = {"COT_URL": f"tcp://127.0.0.1:{port}"}
        feed = f'kind = "cot_tcp"\nport = {port}'
        async with our_side(feed, 'kind = "cot_tcp"\nfeed = "tak"') as (publishing, _, _):
            telling = asyncio.create_task(publish_for_ever(publishing))
            for number in (1, 2):
                folder = tmp_path / str(number)
                folder.mkdir()
                async with taky(peers, folder, port), pytak(peers, config) as client:
                    await heard_by(client, lambda event: b"T0007" in event)
            telling.cancel()

    asyncio.run(asyncio.wait_for(work(), 120.0))


@pytest.mark.parametrize("protocol", [0, 1])
def test_pytak_hears_our_datagrams_and_we_hear_pytaks(peers, protocol):
    async def work():
        import socket

        there, here = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
        output = f'kind = "cot_udp"\nport = {there}\ntak_protocol = {protocol}'
        listens = {"COT_URL": f"udp+ro://127.0.0.1:{there}", "TAK_PROTO": str(protocol)}
        sends = {"COT_URL": f"udp+wo://127.0.0.1:{here}", "TAK_PROTO": str(protocol)}
        async with our_side(f'kind = "cot_udp"\nport = {here}', output) as ours:
            publishing, intake, site = ours
            telling = asyncio.create_task(publish_for_ever(publishing))
            said = cot.write_event(friend(), "xml").decode()
            async with pytak(peers, listens) as client, pytak(peers, sends, said):
                event = await heard_by(client, lambda event: bool(event))
                report = await reported(intake, site)
            telling.cancel()
        if protocol:
            assert (event["type"], event["callsign"]) == ("a-s-A-M-F-Q", "EXER T0007")
            assert abs(event["lat"] - 33.818) < 0.001
            assert event["speed"] == 50.0
            assert "SUSPECT" in event["xml"]
        else:
            assert cot.read_frame(event).kind == "a-s-A-M-F-Q"
        assert report.claims.callsign == "RAVEN 1"

    asyncio.run(asyncio.wait_for(work(), 120.0))


TAKPROTO = """
import json, sys
from takproto import parse_proto, xml2proto, TAKProtoVer
from google.protobuf.json_format import MessageToDict
given = json.load(sys.stdin)
read = [MessageToDict(parse_proto(bytearray.fromhex(t)), preserving_proto_field_name=True)
        for t in given["ours"]]
forms = (TAKProtoVer.MESH, TAKProtoVer.STREAM)
theirs = [bytes(xml2proto(x, form)).hex() for x in given["xml"] for form in forms]
json.dump({"read": read, "theirs": theirs}, sys.stdout)
"""


def test_takproto_reads_what_we_write_and_we_read_what_it_writes(peers):
    full = made_event(
        "a-f-A-M-H", callsign="RAVEN <1>", endpoint="*:-1:stcp", group="Cyan", role="HQ",
        hae_m=400.25, ce_m=9.5, le_m=12.5, course_deg=90.5, speed_mps=50.25, remarks="a & b",
        access="Undefined", opex="e-x", qos="1-r-c",
    )  # fmt: skip
    given = {
        "ours": [cot.mesh_frame(full).hex(), cot.stream_frame(full).hex()],
        "xml": [cot.write_event(full, "xml").decode()],
    }
    done = subprocess.run(
        [peers / "python", "-c", TAKPROTO], input=json.dumps(given), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    for message in found["read"]:
        event = message["cotEvent"]
        assert (event["type"], event["uid"], event["how"]) == (full.kind, full.uid, full.how)
        assert (event["lat"], event["hae"], event["ce"], event["le"]) == (33.81, 400.25, 9.5, 12.5)
        assert event["detail"]["contact"] == {"endpoint": "*:-1:stcp", "callsign": "RAVEN <1>"}
        assert event["detail"]["track"] == {"speed": 50.25, "course": 90.5}
        assert event["detail"]["xmlDetail"] == "<remarks>a &amp; b</remarks>"
        assert int(event["staleTime"]) == full.stale_ns // 1_000_000
    for data in found["theirs"]:
        assert cot.read_frame(bytes.fromhex(data)) == full
