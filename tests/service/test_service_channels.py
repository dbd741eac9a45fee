"""From a person's order to the public, through the whole service."""

import asyncio
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

from vedette.codecs import cap
from vedette.model.commands import AllClear, OrderCover
from vedette.model.enums import Role
from vedette.model.events import WarningDelivered
from vedette.service.live import Service

TEXT = """schema = 1
name = "Drill"
mode = "EXERCISE"
reference = {{ lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }}
exercise = {{ outside = true }}
[[assets]]
id = "tower"
name = "Tower"
lat_deg = 33.8
lon_deg = 42.44
[[zones]]
id = "tower"
name = "Tower"
asset = "tower"
[[channels]]
id = "public"
kind = "cap"
folder = "{folder}"
sender = "watch@x.example"
"""


def test_an_order_to_take_cover_and_its_all_clear_reach_the_public_and_are_confirmed(tmp_path):
    alerts = tmp_path / "cap"
    alerts.mkdir()
    common = {"person": "w", "roles": (Role.OPERATOR,), "session": "s", "zone_id": "tower"}

    async def story():
        async with Service(TEXT.format(folder=alerts), tmp_path / "recording") as service:
            events, t_recv_ns = [], time.time_ns()
            order = OrderCover(command_id="1", t_recv_ns=t_recv_ns, reason="drill", **common)
            over = AllClear(command_id="2", t_recv_ns=t_recv_ns, reason="over", **common)
            for command, revision in ((order, 1), (over, 2)):
                await service.submit(command)
                async with asyncio.timeout(30):
                    while not any(
                        isinstance(event, WarningDelivered) and event.revision == revision
                        for event in events
                    ):
                        await asyncio.sleep(0.01)
                        events += service.step(time.time_ns(), [])

    asyncio.run(story())
    trees = [ElementTree.fromstring(f.read_bytes()) for f in sorted(alerts.glob("*.xml"))]
    names = {"c": cap.NAMESPACE}
    assert [t.findtext("c:msgType", None, names) for t in trees] == ["Alert", "Cancel"]
    assert [t.findtext("c:status", None, names) for t in trees] == ["Exercise"] * 2


CUT_OFF = """
import asyncio, os, sys, time
from pathlib import Path
from vedette.model.commands import AllClear, OrderCover
from vedette.model.enums import Role
from vedette.service.live import Service

async def work():
    service = Service(sys.argv[1], Path(sys.argv[2]))  # never opened: its channels say nothing
    common = {"person": "w", "roles": (Role.OPERATOR,), "session": "s", "zone_id": "tower"}
    now_ns = time.time_ns()
    order = OrderCover(command_id="1", t_recv_ns=now_ns, reason="drill", **common)
    service.core.step(now_ns, [], (order,))
    over = AllClear(command_id="2", t_recv_ns=now_ns, reason="over", **common)
    service.core.step(now_ns, [], (over,))
    os._exit(9)

asyncio.run(work())
"""


def test_an_all_clear_that_nobody_confirmed_is_said_again_after_a_crash(tmp_path):
    alerts = tmp_path / "cap"
    alerts.mkdir()
    text, recording = TEXT.format(folder=alerts), tmp_path / "recording"
    cut = subprocess.run([sys.executable, "-c", CUT_OFF, text, str(recording)], check=False)
    assert cut.returncode == 9

    async def taken_up():
        async with Service(text, recording) as service:
            async with asyncio.timeout(30):
                await service.channels.settled()
            service.step(time.time_ns(), [])
            (issued,) = service.core.state.warning.issued.values()
            assert issued.answered == {"2:public": "delivered"}

    asyncio.run(taken_up())
    (alert,) = alerts.glob("*.xml")
    kind = ElementTree.fromstring(alert.read_bytes()).findtext(
        "c:msgType", None, {"c": cap.NAMESPACE}
    )
    assert kind == "Cancel"
