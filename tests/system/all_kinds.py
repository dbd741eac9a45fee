"""A live site with a feed of every kind, a sensor behind each, and who speaks over them all."""

import asyncio
import contextlib
import json
import math
import struct
import threading
import time

import httpx
import websockets

from vedette.codecs.adsb import beast, mode_s
from vedette.codecs.detections import encode_detection_line
from vedette.config.kinds import FEED_KINDS
from vedette.config.load import parse_site
from vedette.model.reports import Claims, Plot, PositionReport
from vedette.service.live import Place, Service
from vedette.service.ports import free_ports
from vedette.simulator.heard import Heard, Message
from vedette.simulator.transports import Transports
from vedette.simulator.wire import create_wire

NS = 1_000_000_000
TICK_S = 0.2
PLACE = "lat_deg = 33.0\nlon_deg = 42.0\nhae_m = 100.0"
HEAD = f"""schema = 1
name = "All kinds"
mode = "SIMULATED"
[reference]
{PLACE}
"""
RADARS = ("asterix_udp", "detections_udp", "detections_tcp", "detections_mqtt", "sapient_listen")
AIRCRAFT = {k for k, kind in FEED_KINDS.items() if kind.format in ("beast", "sbs", "avr")}
AIRCRAFT |= {"aircraft_json_http", "aircraft_json_file"}
NODE = "6f582b41-6c88-481c-bb0f-6021a1739f5%d"
DOORS = {"http": "door_http", "websocket": "door_websocket"}
# What no decoder of a kind can read; of streams whole, so that the connection stays.
WORN = {
    "beast_tcp": b"\x1a3" + bytes(8),
    "sbs_tcp": b"MSG,3,worn\n",
    "cot_tcp": b"<event>worn</event>",
    "avr_tcp": b"*worn;\n",
    "detections_tcp": b"worn\n",
    "sapient_tcp": struct.pack("<I", 3) + b"\xff\xff\xff",
    "sapient_listen": struct.pack("<I", 3) + b"\xff\xff\xff",
}


def sensor_of(kind: str) -> str:
    """Name the sensor behind a feed of a kind."""
    return f"{kind}_sensor"


def _table(name: str, **words: object) -> str:
    return "\n".join([f"[[{name}]]", *(f"{k} = {json.dumps(v)}" for k, v in words.items())]) + "\n"


def site_text(broker_port: int, file: str) -> str:
    """Write the site file; `file`: where a receiver writes its table of aircraft."""
    text = HEAD
    for number, kind in enumerate((*FEED_KINDS, *DOORS.values())):
        is_radar = kind in (*RADARS, "sapient_tcp", *DOORS.values())
        what = "radar_3d" if is_radar else "adsb" if kind in AIRCRAFT else "position"
        more: dict[str, object] = {"sac": 25, "sic": 1} if kind == "asterix_udp" else {}
        if what == "position":
            more = {"cooperative": True}
        elif kind.startswith("sapient"):
            more = {"sapient_node": NODE % (number % 10)}
        text += (
            _table("sensors", id=sensor_of(kind), kind=what, scan_period_s=TICK_S, **more)
            + PLACE
            + "\n"
        )
    for number, kind in enumerate(FEED_KINDS):
        words: dict[str, object] = {"id": kind, "kind": kind, "port": 30_301 + number}
        words |= {} if kind.startswith("sapient") else {"sensor": sensor_of(kind)}
        if kind.endswith("_mqtt"):
            words |= {"port": broker_port, "topic": f"{kind}/x"}
        elif kind == "aircraft_json_file":
            words |= {"path": file, "period_s": 0.15}  # what is worn stands for a tick
        text += _table("feeds", **words)
    return text


def said_at(kind: str, t_ns: int) -> Message:
    """Say what the sensor behind a kind sees at a time: an object that flies east."""
    sensor = sensor_of(kind)
    if kind in (*RADARS, "sapient_tcp", *DOORS.values()):
        azimuth_rad = 1.5 - 0.01 * (t_ns / NS % 60.0)
        plot = Plot(sensor=sensor, t_meas_ns=t_ns, t_recv_ns=t_ns, range_m=3000.0,
                    azimuth_rad=azimuth_rad, elevation_rad=0.1)  # fmt: skip
        return Message(t_ns, plot)
    lon_rad = math.radians(42.0 + 0.0005 * (t_ns / NS % 60.0))
    icao24 = f"4b18{list(FEED_KINDS).index(kind):02x}"
    report = PositionReport(
        sensor=sensor, t_meas_ns=t_ns, t_recv_ns=t_ns, lat_rad=math.radians(33.01),
        lon_rad=lon_rad, hae_m=900.0, v_east_mps=46.0, v_north_mps=0.0, v_up_mps=0.0,
        claims=Claims(icao24=icao24, callsign="VDT101", remote_id=f"RID-{kind}"[:20]),
    )  # fmt: skip
    halves = [
        mode_s.airborne_position(icao24, report.lat_rad, lon_rad, 900.0, is_odd)
        for is_odd in (False, True)
    ]
    counter = t_ns * 3 // 250 & 0xFFFFFFFFFFFF
    return Message(t_ns, report, beast.encode([beast.frame_of(half, counter) for half in halves]))


class Speakers:
    """Who speaks to the service over every feed and door."""

    def __init__(self, site):
        self.site, self.url = site, ""
        self.sensors = {sensor.id: sensor for sensor in site.sensors}

    async def speak(self, transports):
        """Say something over each for ever, and something worn a second."""
        wire, ticks = create_wire(self.site), 0
        async with (
            httpx.AsyncClient(trust_env=False) as client,
            websockets.connect(f"{self.url.replace('http', 'ws')}/api/detections") as socket,
        ):
            while True:
                t_ns = time.time_ns()
                wire.push(
                    Heard(self.sensors[sensor_of(feed.kind)], 0, [said_at(feed.kind, t_ns)])
                    for feed in self.site.feeds
                )
                await transports.send(wire.due(t_ns))
                await self._say_by_hand(client, socket, t_ns, is_worn=ticks % 5 == 4)
                if ticks % 5 == 4:
                    worn = [(f.id, WORN.get(f.kind, b"{worn")) for f in self.site.feeds]
                    await transports.send(worn)
                ticks += 1
                await asyncio.sleep(TICK_S)

    async def _say_by_hand(self, client, socket, t_ns, is_worn):
        for door, name in DOORS.items():
            line = b"worn" if is_worn else encode_detection_line(said_at(name, t_ns).report)
            if door == "http":
                await client.post(f"{self.url}/api/detections", content=line)
            else:
                await socket.send(line)


@contextlib.contextmanager
def running(broker_port: int, folder):
    """Run the service and all who speak to it in a thread; give its address."""
    address, ready, stop = [], threading.Event(), threading.Event()
    text = site_text(broker_port, str(folder / "aircraft.json"))

    async def work():
        site = parse_site(text, "site")
        speakers, ports = Speakers(site), free_ports(site)
        async with (
            Transports(site, ports) as transports,
            Service(text, folder / "recording", None, ports) as service,
        ):
            speakers.url = (await service.listen(Place("127.0.0.1", 0))).rstrip("/")
            address.append(speakers.url)
            live = asyncio.create_task(service.run_live())
            await transports.connect()
            speaking = asyncio.create_task(speakers.speak(transports))
            ready.set()
            while not stop.is_set() and not speaking.done():
                await asyncio.sleep(0.2)
            speaking.cancel()
            service.stop()
            done = await asyncio.gather(speaking, live, return_exceptions=True)
            if isinstance(done[0], Exception):
                raise done[0]
        await asyncio.sleep(0.1)  # the loop closes what it was told to close when it comes round

    def run() -> None:
        try:
            asyncio.run(work())
        finally:
            ready.set()  # nobody waits for what has failed

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(300.0) and address
        yield address[0]
    finally:
        stop.set()
        thread.join(60.0)
