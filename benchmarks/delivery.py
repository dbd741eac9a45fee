"""A warning on its way to a person, live: raised, on the stream, confirmed by a display.

python -m benchmarks.delivery [--quick] [--json]
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import websockets

from benchmarks.figures import Figure, run_module, spread
from benchmarks.live_demo import LiveDemo

NAME = "delivery"
TITLE = "From detection to a warning on the display"
TEXT = """The demo at real pace, from its beginning, with one display connected that confirms what
it shows, as the page does. First look to warning is how long the system watched before it warned;
warning to confirmed is what the service measures itself and writes into its journal."""
COMMAND = "python -m benchmarks.delivery"
NEEDS = ""

WATCHED_S, WATCHED_QUICK_S = 150.0, 60.0
RAISED = ("WarningRaised", "WarningEscalated")


async def display(url: str, seconds: float) -> None:
    """Be a display: confirm each revision of each warning once, as soon as it is received."""
    shown: set[tuple[int, int]] = set()
    ends_s = time.perf_counter() + seconds
    async with websockets.connect(f"{url}/api/stream?rate_hz=10", max_size=None) as stream:
        while (left_s := ends_s - time.perf_counter()) > 0:
            try:
                message = await asyncio.wait_for(stream.recv(), left_s)
            except TimeoutError:
                return
            for warning in msgspec.msgpack.decode(message).get("warnings", []):
                key = (warning["warning_id"], warning["revision"])
                if key not in shown:
                    shown.add(key)
                    words = {"kind": "shown", "warning_id": key[0], "revision": key[1]}
                    await stream.send(msgspec.msgpack.encode(words))


def measure(seconds: float) -> list[dict[str, Any]]:
    """Watch a live demo; give the warnings and deliveries of its journal, as it tells them."""
    with tempfile.TemporaryDirectory() as name, LiveDemo(Path(name) / "state") as demo:
        demo.wait_for(lambda picture: True)
        asyncio.run(display(demo.url.replace("http", "ws"), seconds))
        time.sleep(1.0)
        told: dict[str, Any] = demo.ask("/api/events?after=0")
        return [entry["event"] for entry in told["events"]]


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    events = measure(WATCHED_QUICK_S if quick else WATCHED_S)
    raised = [event for event in events if event["event"] in RAISED]
    sent = {(event["warning_id"], event["revision"]) for event in raised}
    delivered = [event for event in events if event["event"] == "WarningDelivered"]
    took = {(event["warning_id"], event["revision"]): event["latency_s"] for event in delivered}
    first = [event for event in raised if event["event"] == "WarningRaised"]
    watched_s = [(event["t_us"] - event["t_detect_us"]) * 1e-6 for event in first]
    milliseconds = [1000.0 * value for value in took.values()]
    return [
        Figure("warnings and escalations", str(len(sent))),
        Figure("confirmed by the display", str(len(sent & set(took)))),
        Figure("first look to the first warning", spread(watched_s[:1])),
        Figure("warning to confirmed by the display", spread(milliseconds, 0, "ms")),
    ]


if __name__ == "__main__":
    run_module(sys.modules[__name__])
