"""From a person's order to the public, through the whole service."""

import asyncio
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
