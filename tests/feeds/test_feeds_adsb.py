"""ADS-B from a real source: dump1090, fed over TCP, read by each of its outputs."""

import asyncio
import contextlib
import json
import math
import shutil
import socket
import subprocess
import time

import pytest

from vedette import codecs
from vedette.codecs.adsb import avr, beast, mode_s
from vedette.config.check import site_faults
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.feeds import Intake, open_feeds
from vedette.model.reports import PositionReport, Refusal, SourceNote

DUMP1090 = shutil.which("dump1090-mutability")
PATIENCE_S = 60.0
PLACE = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
HOST = "127.0.0.1"


def free_ports(count):
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


def make_site(*feeds):
    sensor = Sensor(id="adsb", kind="adsb", **PLACE)
    made = [Feed(host=HOST, sensor="adsb", **{"port": 0, **feed}) for feed in feeds]
    return Site(schema=1, name="adsb", reference=Reference(**PLACE), sensors=[sensor], feeds=made)


@contextlib.contextmanager
def dump1090(folder):
    """A dump1090 of our own: ports by name, its documents in `folder`."""
    if DUMP1090 is None:
        pytest.skip("dump1090 is absent: apt-get install dump1090-mutability")
    names = ("ri", "ro", "sbs", "bi", "bo")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    words = [DUMP1090, "--net-only", "--quiet", "--net-bind-address", HOST]
    words += ["--write-json", str(folder), "--write-json-every", "0.3"]
    for name, port in ports.items():
        words += [f"--net-{name}-port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(words, **quiet)
    try:
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            with contextlib.suppress(OSError), socket.create_connection((HOST, ports["bi"])):
                break
            time.sleep(0.02)
        yield ports
    finally:
        running.terminate()
        running.wait(PATIENCE_S)


def squitters(second):
    """Both halves of a position, velocity and name of one aircraft flying east."""
    lat, lon = math.radians(33.9), math.radians(42.5 + 0.001 * second)
    return [
        mode_s.airborne_position("4b1234", lat, lon, 914.4, False),
        mode_s.airborne_position("4b1234", lat, lon, 914.4, True),
        mode_s.airborne_velocity("4b1234", 100.0, 0.0, 2.0, 60.0),
        mode_s.identification("4b1234", "VED123"),
    ]


async def read_each(site, feed_it):
    """Open the feeds, let `feed_it(writer)` speak each second, until every feed has a position."""
    # Each output with a memory of its own: what one says after another would count as its copy.
    intake = Intake(site, time.time_ns)
    decoders = {feed.id: codecs.open_decoders(site) for feed in site.feeds}
    places, refused = {}, []
    async with open_feeds(site, intake, time.time_ns), asyncio.timeout(PATIENCE_S):
        second, opened = 0, set()
        while len(places) < len(site.feeds):
            arrivals = intake.drain()
            for arrival in arrivals:
                for report in codecs.decode(decoders[arrival.feed], [arrival]):
                    if isinstance(report, PositionReport):
                        places.setdefault(arrival.feed, []).append(report)
                    elif isinstance(report, Refusal):
                        refused.append(report)
                    elif isinstance(report, SourceNote) and report.kind == "opened":
                        opened.add(report.source)
            if len(opened) == len(site.feeds):
                await feed_it(second)
                second += 1
            await asyncio.sleep(0.25)
    return places, refused


def test_every_output_of_dump1090_gives_the_same_aircraft(tmp_path):
    with dump1090(tmp_path) as ports:
        site = make_site(
            {"id": "beast", "kind": "beast_tcp", "port": ports["bo"]},
            {"id": "sbs", "kind": "sbs_tcp", "port": ports["sbs"]},
            {"id": "avr", "kind": "avr_tcp", "port": ports["ro"]},
            {"id": "file", "kind": "aircraft_json_file", "path": str(tmp_path / "aircraft.json"),
             "period_s": 0.2},
        )  # fmt: skip

        async def story():
            _, writer = await asyncio.open_connection(HOST, ports["bi"])

            async def feed_it(second):
                frames = [
                    beast.frame_of(message, 12_000_000 * (second + 1) + k)
                    for k, message in enumerate(squitters(second))
                ]
                writer.write(beast.encode(frames))
                await writer.drain()

            try:
                return await read_each(site, feed_it)
            finally:
                writer.close()

        places, refused = asyncio.run(story())
    assert not refused
    for feed, reports in places.items():
        report = reports[-1]
        assert report.sensor == "adsb" and report.claims.icao24 == "4b1234", feed
        assert math.degrees(report.lat_rad) == pytest.approx(33.9, abs=1e-3), feed
        assert 42.499 < math.degrees(report.lon_rad) < 42.6, feed
        assert report.height_baro_m == pytest.approx(914.4, abs=8.0), feed
        assert abs(report.t_meas_ns - time.time_ns()) < 30 * 10**9, feed


def test_what_we_write_as_avr_dump1090_reads(tmp_path):
    with dump1090(tmp_path) as ports:
        site = make_site({"id": "beast", "kind": "beast_tcp", "port": ports["bo"]})

        async def story():
            _, writer = await asyncio.open_connection(HOST, ports["ri"])

            async def feed_it(second):
                writer.write(avr.encode([beast.frame_of(m, 0) for m in squitters(second)]))
                await writer.drain()

            try:
                return await read_each(site, feed_it)
            finally:
                writer.close()

        places, _ = asyncio.run(story())
    assert places["beast"][-1].claims.icao24 == "4b1234"


def test_a_document_is_polled_by_http_and_a_server_that_goes_is_asked_again():
    async def story():
        state = {"answers": 0, "status": "200 OK", "lat": 33.9}

        async def serve(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            state["answers"] += 1
            entry = {"hex": "4b1234", "lat": state["lat"], "lon": 42.5, "seen_pos": 0.0}
            body = json.dumps({"now": time.time(), "aircraft": [entry]}).encode()
            head = f"HTTP/1.1 {state['status']}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, HOST, 0)
        port = server.sockets[0].getsockname()[1]
        site = make_site(
            {"id": "json", "kind": "aircraft_json_http", "port": port, "period_s": 0.1}
        )
        intake, decoders, found = Intake(site, time.time_ns), codecs.open_decoders(site), []
        kinds = []
        async with open_feeds(site, intake, time.time_ns), asyncio.timeout(PATIENCE_S):

            async def until(enough):
                while not enough():
                    await asyncio.sleep(0.02)
                    arrivals = intake.drain()
                    kinds.extend(a.kind for a in arrivals if a.kind != "data")
                    found.extend(codecs.decode(decoders, [a for a in arrivals if a.kind == "data"]))

            await until(lambda: any(isinstance(r, PositionReport) for r in found))
            state["status"] = "503 Service Unavailable"
            await until(lambda: "refused" in kinds and "closed" in kinds)
            state["status"], state["lat"] = "200 OK", 33.91
            await until(lambda: len([r for r in found if isinstance(r, PositionReport)]) > 1)
        server.close()
        assert kinds[:3] == ["opened", "refused", "closed"] and kinds.count("opened") == 2

    asyncio.run(story())


@pytest.mark.parametrize(
    ("feed", "fault"),
    [
        ({"kind": "aircraft_json_file"}, "feeds[0].path"),
        ({"kind": "aircraft_json_http", "port": 80, "path": "data.json"}, "feeds[0].path"),
        ({"kind": "aircraft_json_http"}, "feeds[0].port"),
        ({"kind": "avr_tcp"}, "feeds[0].port"),
        ({"kind": "avr_tcp", "port": 1, "path": "/x"}, "feeds[0].path"),
    ],
)
def test_a_feed_that_lacks_something_is_refused_by_its_key(feed, fault):
    (found,) = site_faults(make_site({"id": "f", **feed}))
    assert found[0] == fault
