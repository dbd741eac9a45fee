"""From a published picture to displays: what encoding costs, and how soon every display has it.

Pictures of 200 and of 5,000 tracks, each threatening two assets, are published 20 times a second
to displays on loopback sockets that share this process and core. The cost of the same step with
nobody looking is measured beside it. `python -m benchmarks.stream_latency --json`
"""

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import websockets

from vedette.config.site import Asset, Reference, Site
from vedette.model.acts import Act, ActRow
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.enums import Identity, ObjectClass
from vedette.model.events import Event
from vedette.model.picture import AirPicture, IdentityRecord, Posture, Threat
from vedette.model.tracks import empty_tracks
from vedette.server import Accounts, Hub, Options, make_app, serve

T0_NS = 1_641_254_400_000_000_000
RATE_HZ = 20.0


class Idle:
    """A service that does nothing but tell the time."""

    def now_ns(self) -> int:
        """Give a fixed time."""
        return T0_NS

    async def submit(self, command: Command) -> list[Event]:
        """Bring nothing about."""
        return []

    def deliver(self, delivery: Delivery) -> None:
        """Ignore it."""

    def arrive(self, arrival: Arrival) -> None:
        """Ignore it."""

    def audit(self, act: Act) -> None:
        """Ignore it."""

    async def acts(self, after: int, limit: int) -> list[ActRow]:
        """Keep none."""
        return []

    def refused(self, source: str, reason: str, count: int) -> None:
        """Ignore it."""

    def incident_html(self) -> str:
        """Tell nothing."""
        return ""

    def statement(self) -> str:
        """Say nothing."""
        return ""

    def exhibits(self) -> Path | None:
        """Keep nothing."""
        return None


def make_site() -> Site:
    """Make a site with two assets."""
    assets = [
        Asset(id=name, name=name, lat_deg=33.8 + i / 100, lon_deg=42.44)
        for i, name in enumerate(("tower", "apron"))
    ]
    reference = Reference(lat_deg=33.8, lon_deg=42.44, hae_m=190.0)
    return Site(schema=1, name="stream benchmark", reference=reference, assets=assets)


def make_picture(n: int) -> AirPicture:
    """Lay n tracks in a row, each threatening both assets."""
    table = empty_tracks(n, 1)
    table.count, table.t_ns = n, T0_NS
    table.track_id[:] = np.arange(1, n + 1)
    table.state_enu[:, 0] = 10.0 * np.arange(n)
    table.cov_enu[:] = 25.0 * np.eye(6)
    table.updated_ns[:] = T0_NS
    records = {
        i: IdentityRecord(
            track_id=i,
            identity=Identity.UNKNOWN,
            object_class=ObjectClass.BIRD,
            class_prob={"bird": 1.0},
            label=f"CALL{i}",
        )
        for i in range(1, n + 1)
    }
    quantities = {
        "range_m": 1e4,
        "closing_mps": 45.0,
        "cpa_m": 10.0,
        "cpa_s": 90.0,
        "arrival_s": 90.0,
        "arrival_sigma_s": 4.0,
        "straight_sigma_s": 4.0,
        "reach_prob": 0.5,
    }
    threats = [
        Threat(track_id=i, asset_id=asset, **quantities)
        for i in range(1, n + 1)
        for asset in ("tower", "apron")
    ]
    return AirPicture(T0_NS, table, records, threats, [], [], [], Posture(), [], [], [])


async def look(url: str, received_s: dict[int, list[float]]) -> None:
    """Note when each picture came, by its time stamp."""
    async with websockets.connect(url, max_size=None) as stream:
        async for message in stream:
            now_s = time.perf_counter()
            decoded = msgspec.msgpack.decode(message)
            if decoded["kind"] == "picture":
                received_s.setdefault(decoded["t_us"], []).append(now_s)


async def measure(tracks: int, displays: int, seconds: float) -> dict[str, Any]:
    """Publish at 20 Hz to `displays` clients for a while; give the figures."""
    site = make_site()
    hub = Hub(site, Idle())
    listening = await serve(make_app(hub, site, Accounts([]), Options()), "127.0.0.1", 0)
    picture, received_s = make_picture(tracks), {}
    hub.publish(picture)
    alone_s = publish_cost_s(hub, picture)
    url = f"ws://127.0.0.1:{listening.port}/api/stream?rate_hz={RATE_HZ}"
    lookers = [asyncio.create_task(look(url, received_s)) for _ in range(displays)]
    while hub.broadcast.viewers < displays:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    published_s, cost_s = {}, []
    for i in range(1, int(seconds * RATE_HZ) + 1):
        picture.now_ns = T0_NS + i * 50_000_000
        begun_s = published_s[picture.now_ns // 1000] = time.perf_counter()
        hub.publish(picture)
        cost_s.append(time.perf_counter() - begun_s)
        await asyncio.sleep(max(0.0, 1.0 / RATE_HZ - cost_s[-1]))
    await asyncio.sleep(0.5)
    for task in lookers:
        task.cancel()
    await asyncio.gather(*lookers, return_exceptions=True)
    await listening.stop()
    latency_s = [s - t for t_us, t in published_s.items() for s in received_s.get(t_us, [])]
    return {
        "tracks": tracks,
        "displays": displays,
        "publish_unwatched_ms": rounded_ms(alone_s),
        "publish_median_ms": rounded_ms(float(np.median(cost_s))),
        "shown_p50_ms": rounded_ms(float(np.quantile(latency_s, 0.5))),
        "shown_p99_ms": rounded_ms(float(np.quantile(latency_s, 0.99))),
        "shown_ratio": round(len(latency_s) / (len(published_s) * displays), 3),
    }


def publish_cost_s(hub: Hub, picture: AirPicture) -> float:
    """Measure a publish that nobody looks at (median of 200)."""
    costs = []
    for _ in range(200):
        begun_s = time.perf_counter()
        hub.publish(picture)
        costs.append(time.perf_counter() - begun_s)
    return float(np.median(costs))


def rounded_ms(value_s: float) -> float:
    """Give milliseconds with three decimals."""
    return round(value_s * 1000, 3)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    results = [
        asyncio.run(measure(tracks, displays, args.seconds))
        for tracks, displays in ((200, 1), (200, 10), (5000, 1))
    ]
    print(json.dumps(results) if args.json else "\n".join(map(str, results)))


if __name__ == "__main__":
    main()
