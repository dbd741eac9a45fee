"""A scenario's receivers as they are met: a table of aircraft by HTTP, messages at a broker."""

import asyncio
import json
import math
import ssl
import time

import msgspec
import pytest
from tak_world import certificates
from test_feeds_mqtt import PLACE, Broker

from vedette import codecs
from vedette.base.errors import VedetteError
from vedette.codecs import cot
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.feeds import Intake, open_feeds
from vedette.model.reports import Claims, Plot, PositionReport, Refusal
from vedette.simulator.heard import Heard, Message
from vedette.simulator.transports import Transports
from vedette.simulator.wire import create_wire

PATIENCE_S = 60.0
ADSB = Sensor(id="adsb", kind="adsb", **PLACE)
OWN = Sensor(id="own", kind="position", cooperative=True, **PLACE)
FINDER = Sensor(id="finder", kind="bearing", **PLACE)


def site_of(*feeds):
    return Site(
        schema=1, name="simulated", mode="SIMULATED", reference=Reference(**PLACE),
        sensors=[ADSB, OWN, FINDER], feeds=list(feeds),
    )  # fmt: skip


def place(sensor, t_ns, **claims):
    return PositionReport(
        sensor=sensor, t_meas_ns=t_ns, t_recv_ns=t_ns, lat_rad=math.radians(52.41),
        lon_rad=math.radians(5.21), hae_m=900.0, v_east_mps=60.0, v_north_mps=0.0, v_up_mps=0.0,
        claims=Claims(**claims),
    )  # fmt: skip


async def met(site, said, ports=None, tls=None):
    """Say reports over the site's feeds; give what the service's side reads, until all is there."""
    found, decoders, intake = [], codecs.open_decoders(site), Intake(site, time.time_ns)
    sensors = {sensor.id: sensor for sensor in site.sensors}
    async with Transports(site, ports, tls) as transports, asyncio.timeout(PATIENCE_S):
        moved = {name: sender.address[1] for name, sender in transports.senders.items()}
        feeds = [msgspec.structs.replace(feed, port=moved[feed.id]) for feed in site.feeds]
        where = msgspec.structs.replace(site, feeds=feeds)
        async with open_feeds(where, intake, time.time_ns):
            await transports.connect()
            wire = create_wire(site)
            wire.push(Heard(sensors[r.sensor], 0, [Message(r.t_meas_ns, r)]) for r in said)
            await transports.send(wire.due(time.time_ns()))
            while len([r for r in found if isinstance(r, Plot | PositionReport)]) < len(said):
                await asyncio.sleep(0.02)
                found += codecs.decode(decoders, intake.drain())
    assert not [r for r in found if isinstance(r, Refusal)]
    return [r for r in found if isinstance(r, Plot | PositionReport)]


def test_a_simulated_receiver_s_aircraft_json_is_read_over_http():
    feed = Feed(
        id="table", kind="aircraft_json_http", port=0, sensor="adsb", path="/x/a.json", period_s=0.1
    )
    now_ns = time.time_ns()
    said = place("adsb", now_ns, icao24="4b1801", callsign="VDT101")
    (read,) = asyncio.run(met(site_of(feed), [said]))
    assert (read.lat_rad, read.lon_rad) == (
        math.radians(round(math.degrees(said.lat_rad), 6)),
        math.radians(round(math.degrees(said.lon_rad), 6)),
    )
    assert read.claims == Claims(icao24="4b1801", callsign="VDT101")
    assert abs(read.t_meas_ns - now_ns) < 2_000_000 and abs(read.v_east_mps - 60.0) < 0.1


def test_simulated_receivers_publish_at_a_real_broker(tmp_path):
    broker = Broker(tmp_path)
    broker.start()
    try:
        scouts = Feed(
            id="scouts", kind="remote_id_mqtt", port=broker.port, topic="scouts/+", sensor="own"
        )
        bearings = Feed(
            id="bearings", kind="detections_mqtt", port=broker.port, topic="df/#", sensor="finder"
        )
        now_ns = time.time_ns()
        said = [
            place("own", now_ns, remote_id="VEDETTE-OWN-01"),
            Plot(sensor="finder", t_meas_ns=now_ns, t_recv_ns=now_ns, azimuth_rad=1.0),
        ]
        read = asyncio.run(met(site_of(scouts, bearings), said))
    finally:
        broker.stop()
    by_sensor = {report.sensor: report for report in read}
    assert by_sensor["own"].claims.remote_id == "VEDETTE-OWN-01"
    assert abs(by_sensor["own"].lat_rad - said[0].lat_rad) < 1e-8
    assert abs(math.degrees(by_sensor["finder"].azimuth_rad - 1.0)) < 1e-6


def test_the_served_table_is_what_readsb_would_write():
    site = site_of(Feed(id="table", kind="aircraft_json_http", port=1, sensor="adsb"))
    wire, t_ns = create_wire(site), 1_641_254_400_500_000_000
    report = place("adsb", t_ns - 250_000_000, icao24="4b1801", callsign="VDT101")
    wire.push([Heard(ADSB, 0, [Message(report.t_meas_ns, report)])])
    ((_, data),) = wire.due(t_ns)
    document = json.loads(data)
    assert (document["now"], document["messages"]) == (1_641_254_400.5, 1)
    (entry,) = document["aircraft"]
    assert (entry["hex"], entry["flight"], entry["seen_pos"]) == ("4b1801", "VDT101  ", 0.25)
    assert (entry["alt_geom"], entry["gs"], entry["track"]) == (2950, 116.6, 90.0)


def test_a_simulated_receiver_s_aircraft_json_is_read_from_a_file_that_is_always_whole(tmp_path):
    path = tmp_path / "aircraft.json"
    feed = Feed(
        id="table", kind="aircraft_json_file", port=1, sensor="adsb", path=str(path), period_s=0.1
    )
    said = place("adsb", time.time_ns(), icao24="4b1801", callsign="VDT101")
    (read,) = asyncio.run(met(site_of(feed), [said]))
    assert read.claims == Claims(icao24="4b1801", callsign="VDT101")
    assert [each.name for each in tmp_path.iterdir()] == ["aircraft.json"]


def test_a_file_that_cannot_be_written_is_said_with_what_to_do(tmp_path):
    path = str(tmp_path / "none" / "aircraft.json")
    feed = Feed(id="table", kind="aircraft_json_file", port=1, sensor="adsb", path=path)
    with pytest.raises(VedetteError, match=r"feed table: cannot write .*name a file in a folder"):
        asyncio.run(met(site_of(feed), []))


def test_a_simulated_tak_server_is_called_in_the_clear():
    feed = Feed(id="tak", kind="cot_tcp", port=0, sensor="own")
    said = place("own", time.time_ns(), callsign="VDT101")
    (read,) = asyncio.run(met(site_of(feed), [said]))
    assert read.claims.callsign == "VDT101" and abs(read.v_east_mps - 60.0) < 0.1


def test_a_simulated_tak_server_is_called_over_tls(tmp_path):
    folder = certificates(tmp_path)
    feed = Feed(
        id="tak", kind="cot_tcp", port=0, sensor="own", tls_name="server.example",
        tls_ca=str(folder / "ca.pem"),
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    said = place("own", time.time_ns(), callsign="VDT101")
    (read,) = asyncio.run(met(site_of(feed), [said], tls={"tak": context}))
    assert read.claims.callsign == "VDT101"


def test_a_simulated_tak_server_answers_pings_and_counts_what_it_says():
    async def work():
        feed = Feed(id="tak", kind="cot_tcp", port=0, sensor="own")
        async with Transports(site_of(feed)) as transports, asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(*transports.senders["tak"].address)
            await transports.connect()
            now_ns = time.time_ns()
            ping = cot.CotEvent(
                uid="us-ping", kind=cot.PING, how="m-g", time_ns=now_ns, start_ns=now_ns,
                stale_ns=now_ns + 10**10, lat_deg=0.0, lon_deg=0.0,
            )  # fmt: skip
            writer.write(b"<event>t-x-c-t, and no ping</event>" + cot.write_event(ping, "xml"))
            buffer, frames = cot.StreamBuffer(), []
            while not frames:
                frames += cot.cut(buffer, await reader.read(65_536))
            writer.transport.abort()
            return cot.read_frame(frames[0]), transports.sent()

    answer, sent = asyncio.run(work())
    assert (answer.kind, answer.uid, sent) == (cot.PONG, "us-ping", {"tak": 1})
