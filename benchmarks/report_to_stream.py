"""From the arrival of a report to its track on the live stream, in a service under load.

200 tracks seen once a second by one radar, and 400 clutter plots a second, over UDP into a real
service in a process of its own; one WebSocket client. A report counts as shown with the first
picture whose track was updated by it. `python -m benchmarks.report_to_stream --json`
"""

import argparse
import asyncio
import json
import math
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import websockets

LATITUDE_DEG, LONGITUDE_DEG = 33.8, 42.44
SITE = """
schema = 1
name = "latency benchmark"
mode = "SIMULATED"
[reference]
lat_deg = {lat}
lon_deg = {lon}
hae_m = 180.0
[[assets]]
id = "base"
name = "Base"
lat_deg = {lat}
lon_deg = {lon}
[[sensors]]
id = "radar"
kind = "position"
cooperative = false
lat_deg = {lat}
lon_deg = {lon}
hae_m = 180.0
horizontal_sigma_m = 15.0
vertical_sigma_m = 25.0
clutter_per_scan = 400.0
scan_period_s = 1.0
coverage = {{ range_max_m = 40000.0 }}
[[feeds]]
id = "in"
kind = "detections_udp"
port = {udp}
"""


@dataclass(slots=True)
class Traffic:
    """Targets on straight lines, spread so that they stay apart. Positions in metres, ENU."""

    start_enu_m: np.ndarray
    velocity_mps: np.ndarray
    sent: list[tuple[int, int, float]] = field(default_factory=list)  # target, t_ns, clock s


def make_traffic(targets: int, seed: int) -> Traffic:
    """Lay the targets on a grid 2 km apart, each with its own course and speed."""
    rng = np.random.default_rng(seed)
    side = math.ceil(math.sqrt(targets))
    grid = (np.stack(np.divmod(np.arange(targets), side), axis=1) - side / 2) * 2000.0
    start = np.column_stack([grid, rng.uniform(100, 2000, targets)])
    course, speed = rng.uniform(0, 2 * np.pi, targets), rng.uniform(10, 40, targets)
    velocity = np.column_stack([speed * np.sin(course), speed * np.cos(course), 0 * speed])
    return Traffic(start, velocity)


def detection(enu_m: np.ndarray, t_ns: int) -> bytes:
    """Write one detection in the site's frame."""
    east, north, up = (float(v) for v in enu_m)
    plot = {"t_ns": t_ns, "sensor": "radar", "east_m": east, "north_m": north, "up_m": up}
    return json.dumps(plot).encode()


async def send(traffic: Traffic, port: int, seconds: float, clutter_hz: float, seed: int) -> None:
    """Send every target once a second, evenly spread, and clutter between."""
    rng = np.random.default_rng(seed)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    targets = len(traffic.start_enu_m)
    begun_s, rate_hz = time.perf_counter(), targets + clutter_hz
    noise = np.array([15.0, 15.0, 25.0])
    seen = 0
    for k in range(int(seconds * rate_hz)):
        due_s = begun_s + k / rate_hz
        while (wait_s := due_s - time.perf_counter()) > 0:
            await asyncio.sleep(wait_s)
        t_ns, now_s = time.time_ns(), time.perf_counter()
        if (k * targets) % rate_hz < targets:
            target = seen % targets
            seen += 1
            place = traffic.start_enu_m[target] + traffic.velocity_mps[target] * (now_s - begun_s)
            out.sendto(detection(place + rng.normal(0, noise), t_ns), ("127.0.0.1", port))
            traffic.sent.append((target, t_ns, now_s))
        else:
            anywhere = rng.uniform([-15e3, -15e3, 0], [15e3, 15e3, 2000])
            out.sendto(detection(anywhere, t_ns), ("127.0.0.1", port))


async def watch(url: str, pictures: list[tuple[float, np.ndarray, np.ndarray]]) -> None:
    """Keep of each picture: when it came, where tracks are, when each was last updated."""
    async with websockets.connect(url, max_size=None) as stream:
        async for message in stream:
            now_s = time.perf_counter()
            picture = msgspec.msgpack.decode(message)
            if picture["kind"] == "picture":
                tracks = picture["tracks"]
                east, north = (np.frombuffer(tracks[k], "<f4") for k in ("east_m", "north_m"))
                updated_us = picture["t_us"] - np.frombuffer(tracks["age_s"], "<f4") * 1e6
                pictures.append((now_s, np.column_stack([east, north]), updated_us))


def latencies(
    traffic: Traffic,
    pictures: list[tuple[float, np.ndarray, np.ndarray]],
    begun_s: float,
    warm_s: float,
) -> np.ndarray:
    """Give the latency of each report after the warm-up; inf where it was never shown."""
    times = np.array([p[0] for p in pictures])
    out = []
    for target, t_ns, sent_s in traffic.sent:
        if sent_s < begun_s + warm_s or sent_s > times[-1] - 2.0:
            continue
        place = traffic.start_enu_m[target] + traffic.velocity_mps[target] * (sent_s - begun_s)
        out.append(first_shown(pictures, int(np.searchsorted(times, sent_s)), place, t_ns, sent_s))
    return np.array(out)


def first_shown(
    pictures: list[tuple[float, np.ndarray, np.ndarray]],
    first: int,
    place_enu_m: np.ndarray,
    t_ns: int,
    sent_s: float,
) -> float:
    """Find the first picture in which the nearest track was updated at or after t_ns."""
    for seen_s, positions, updated_us in pictures[first : first + 40]:
        if len(positions) == 0:
            continue
        apart = np.hypot(*(positions - place_enu_m[:2]).T)
        near = int(np.argmin(apart))
        if apart[near] < 200.0 and updated_us[near] >= t_ns / 1000 - 2000:
            return seen_s - sent_s
    return math.inf


async def measure(targets: int, clutter_hz: float, seconds: float, seed: int) -> dict[str, Any]:
    """Run service, sender and viewer; give the distribution."""
    with tempfile.TemporaryDirectory() as folder:
        ports = free_ports()
        site = Path(folder) / "site.toml"
        site.write_text(SITE.format(lat=LATITUDE_DEG, lon=LONGITUDE_DEG, udp=ports[0]))
        command = [sys.executable, "-m", "vedette", "run", str(site), "--port", str(ports[1])]
        service = subprocess.Popen(
            [*command, "--recordings", folder], stderr=subprocess.PIPE, text=True
        )
        try:
            assert service.stderr is not None
            await asyncio.to_thread(service.stderr.readline)
            traffic, pictures = make_traffic(targets, seed), []
            url = f"ws://127.0.0.1:{ports[1]}/api/stream?rate_hz=20"
            viewer = asyncio.create_task(watch(url, pictures))
            await asyncio.sleep(0.5)
            begun_s = time.perf_counter()
            await send(traffic, ports[0], seconds, clutter_hz, seed)
            await asyncio.sleep(1.0)
            viewer.cancel()
        finally:
            service.terminate()
            service.wait(timeout=20)
    return summary(latencies(traffic, pictures, begun_s, 15.0), len(pictures[-1][1]))


def summary(latency_s: np.ndarray, tracks: int) -> dict[str, Any]:
    """Say the figures; a report that was never shown counts as the slowest."""
    shown = latency_s[np.isfinite(latency_s)]
    p50, p95, p99 = np.quantile(latency_s, [0.5, 0.95, 0.99], method="higher") * 1000
    return {
        "tracks": tracks,
        "reports": len(latency_s),
        "never_shown": int(len(latency_s) - len(shown)),
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "p99_ms": round(float(p99), 1) if math.isfinite(p99) else None,
        "max_shown_ms": round(float(shown.max() * 1000), 1),
    }


def free_ports() -> tuple[int, int]:
    """Give a free UDP and a free TCP port."""
    with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        udp.bind(("127.0.0.1", 0))
        tcp.bind(("127.0.0.1", 0))
        return udp.getsockname()[1], tcp.getsockname()[1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=200)
    parser.add_argument("--clutter-hz", type=float, default=400.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = asyncio.run(measure(args.targets, args.clutter_hz, args.seconds, args.seed))
    print(json.dumps(result) if args.json else result)


if __name__ == "__main__":
    main()
