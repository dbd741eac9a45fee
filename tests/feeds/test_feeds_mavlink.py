"""MAVLink over a real socket, from pymavlink's own connection."""

import asyncio
import math
import os
import re
import sys
import time

import pytest

from vedette import codecs
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.feeds import Intake, open_feeds
from vedette.model.reports import PositionReport, Refusal

os.environ.setdefault("MAVLINK20", "1")
mavutil = pytest.importorskip("pymavlink.mavutil")

PLACE = {"lat_deg": 52.4, "lon_deg": 5.2, "hae_m": 45.0}


def test_a_vehicle_that_sends_to_our_port_is_reported():
    async def work():
        sensor = Sensor(id="own", kind="position", cooperative=True, **PLACE)
        feed = Feed(id="mav", kind="mavlink_udp", port=0, sensor="own")
        site = Site(
            schema=1, name="m", reference=Reference(**PLACE), sensors=[sensor], feeds=[feed]
        )
        intake, decoders, found = Intake(site, time.time_ns), codecs.open_decoders(site), []
        async with open_feeds(site, intake, time.time_ns) as opened, asyncio.timeout(30.0):
            address = f"udpout:127.0.0.1:{opened.ports['mav']}"
            link = mavutil.mavlink_connection(address, source_system=9)
            for second in range(3):
                link.mav.heartbeat_send(2, 12, 0, 0, 4)
                link.mav.global_position_int_send(
                    second * 1000, round(52.4e7) + second, round(5.2e7), 80_000, 0, 0, 0, 0, 0
                )
            while len(found) < 6:
                await asyncio.sleep(0.01)
                found += codecs.decode(decoders, intake.drain())
            link.close()
        places = [r for r in found if isinstance(r, PositionReport)]
        assert [p.claims.callsign for p in places] == ["MAV-9"] * 3
        assert [round(math.degrees(p.lat_rad) * 1e7) for p in places] == [
            524_000_000, 524_000_001, 524_000_002,
        ]  # fmt: skip

    asyncio.run(work())


def test_the_program_of_the_page_is_a_vehicle_that_is_reported(repository):
    page = (repository / "docs" / "connect" / "mavlink.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    place = {"lat_deg": 33.7856, "lon_deg": 42.4412, "hae_m": 183.0}  # the page's sensor
    sensor = Sensor(id="own", kind="position", cooperative=True, **place)
    feed = Feed(id="mav", kind="mavlink_udp", port=0, sensor="own")
    site = Site(schema=1, name="m", reference=Reference(**place), sensors=[sensor], feeds=[feed])

    async def work():
        intake, decoders, found = Intake(site, time.time_ns), codecs.open_decoders(site), []
        async with open_feeds(site, intake, time.time_ns) as opened, asyncio.timeout(30.0):
            port = str(opened.ports["mav"])
            words = (sys.executable, "-c", program.replace("14550", port))
            vehicle = await asyncio.create_subprocess_exec(*words)
            while sum(isinstance(report, PositionReport) for report in found) < 2:
                await asyncio.sleep(0.05)
                found += codecs.decode(decoders, intake.drain())
            vehicle.kill()
            await vehicle.wait()
        return found

    found = asyncio.run(work())
    assert not [report for report in found if isinstance(report, Refusal)]
    first = next(report for report in found if isinstance(report, PositionReport))
    assert math.degrees(first.lat_rad) == pytest.approx(33.79)
