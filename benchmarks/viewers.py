"""Two hundred who look, a tenth of them stalled: how soon the others have each picture.

    python -m benchmarks.viewers [--viewers 200] [--stalled 20] [--tracks 1000] [--seconds 30]
        [--json]

The server is a process of its own on one core; those who look share another process. A stalled one
opens the stream, reads one message and then nothing; when the server gives it up, the next comes.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import websockets

from benchmarks.figures import Figure
from benchmarks.stream_latency import T0_NS, Idle, make_picture, make_site
from vedette.server import Accounts, Hub, Options, make_app, serve

NAME = "viewers"
TITLE = "Two hundred who look at once"
TEXT = """1,000 tracks, each threatening two assets, published four times a second by a server that
has one core for itself; 200 WebSocket viewers on loopback in another process, 20 of which have
stopped reading. Latency: from the picture's publication to its whole message in a healthy viewer's
hands, every picture and viewer. Memory: what the server process grew by at its peak, stalled
buffers included, over the number of viewers."""
COMMAND = "python -m benchmarks.viewers"
NEEDS = ""
RATE_HZ = 4.0
PAGE_KIB = resource.getpagesize() / 1024


class Stamped(msgspec.Struct):
    """What is read of a message: its kind and the picture's time."""

    kind: str
    t_us: int = 0


_DECODER = msgspec.msgpack.Decoder(Stamped)


def resident_mib() -> float:
    """Give this process's memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KIB / 1024


def serve_alone(link: Connection, tracks: int, viewers: int) -> None:
    """Be the server process: publish until told to stop, then say when each picture went out."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    asyncio.run(_publish(link, tracks, viewers))


async def _publish(link: Connection, tracks: int, viewers: int) -> None:
    site = make_site()
    site = msgspec.structs.replace(
        site, limits=msgspec.structs.replace(site.limits, clients_max=viewers + 50)
    )
    hub = Hub(site, Idle())
    listening = await serve(
        make_app(hub, site, Accounts([]), Options()), "127.0.0.1", 0, connections_max=2 * viewers
    )
    picture, published_s = make_picture(tracks), {}
    hub.publish(picture)
    before_mib = most_mib = resident_mib()
    link.send(listening.port)
    step, due_s, begun_s = 0, time.monotonic(), time.process_time()
    while not link.poll():
        step += 1
        picture.now_ns = T0_NS + step * 250_000_000
        published_s[picture.now_ns // 1000] = time.monotonic()
        hub.publish(picture)
        most_mib = max(most_mib, resident_mib())
        due_s += 1.0 / RATE_HZ
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
    busy_s = time.process_time() - begun_s
    link.send((published_s, most_mib - before_mib, busy_s / max(step / RATE_HZ, 1e-9)))
    await listening.stop()


async def look(url: str, received_s: dict[int, list[float]]) -> None:
    """Note when each picture came."""
    async with websockets.connect(url, max_size=None, compression=None) as stream:
        async for message in stream:
            now_s = time.monotonic()
            stamped = _DECODER.decode(message)
            if stamped.kind == "picture":
                received_s.setdefault(stamped.t_us, []).append(now_s)


async def stall(url: str, count: list[int]) -> None:
    """Open the stream, read its first message, then nothing; come back when dropped."""
    while True:
        async with websockets.connect(
            url, max_size=None, compression=None, max_queue=1, ping_interval=None
        ) as stream:
            await stream.recv()
            count[0] += 1
            await asyncio.sleep(20.0)


async def watch(port: int, viewers: int, stalled: int, seconds: float) -> dict[int, list[float]]:
    """Let all look for a while; give when each picture came, after everybody had come."""
    url, received_s = f"ws://127.0.0.1:{port}/api/stream?rate_hz={RATE_HZ:g}", {}
    times: dict[int, list[float]] = received_s
    count = [0]
    tasks = [asyncio.create_task(stall(url, count)) for _ in range(stalled)]
    tasks += [asyncio.create_task(look(url, times)) for _ in range(viewers - stalled)]
    await asyncio.sleep(5.0)
    times.clear()
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    failed = [
        error
        for error in await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(error, Exception)
    ]
    if failed:
        raise RuntimeError(f"{len(failed)} viewers failed: {failed[0]!r}")
    return times


def measure(viewers: int, stalled: int, tracks: int, seconds: float) -> dict[str, Any]:
    """Run server and viewers; give the figures."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve_alone, args=(there, tracks, viewers)
    )
    server.start()
    there.close()  # so that a server that dies is heard of
    cores = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {max(cores)})
        times = asyncio.run(watch(here.recv(), viewers, stalled, seconds))
        here.send("stop")
        published_s, grown_mib, busy = here.recv()
    finally:
        os.sched_setaffinity(0, cores)
        server.join(20)
        server.terminate()
    complete = sorted(times)[1:-2]  # of the last pictures some may have been on their way
    latency_s = [at - published_s[t_us] for t_us in complete for at in times[t_us]]
    return {
        "viewers": viewers,
        "stalled": stalled,
        "tracks": tracks,
        "pictures": len(complete),
        "of_all_pictures": len(latency_s) / max(len(complete) * (viewers - stalled), 1),
        "p50_ms": 1e3 * float(np.quantile(latency_s, 0.5)),
        "p99_ms": 1e3 * float(np.quantile(latency_s, 0.99)),
        "most_ms": 1e3 * max(latency_s),
        "server_busy": busy,
        "mib_a_viewer": grown_mib / viewers,
    }


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    told = measure(200, 20, 1000, 5.0 if quick else 30.0)
    return [
        Figure("pictures that healthy viewers got", f"{told['of_all_pictures']:.1%}", "all"),
        Figure("picture to healthy viewer, median", f"{told['p50_ms']:.0f} ms"),
        Figure("picture to healthy viewer, p99", f"{told['p99_ms']:.0f} ms", "250 ms"),
        Figure("slowest of all", f"{told['most_ms']:.0f} ms"),
        Figure("the server's core, busy", f"{told['server_busy']:.0%}"),
        Figure("server memory a viewer", f"{told['mib_a_viewer']:.2f} MiB", "1 MiB"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--stalled", type=int, default=20)
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    told = measure(args.viewers, args.stalled, args.tracks, args.seconds)
    print(json.dumps(told) if args.json else told)


if __name__ == "__main__":
    main()
