"""What a source far above its declared rate costs the others: their latency with and without it.

A real service in a process of its own. 60 objects seen once a second by one radar come over UDP and
over TCP; a second radar, which sees twenty that stand, sends by turns at its declared rate, then
fifty times as fast over UDP, TCP and WebSocket, each turn measured from its second second on and
held against the turns of the same run at the declared rate, whose wire changes from round to round.
The second radar makes as many reports in either and sends its share of them: in the field it is
another machine, and its making takes no processor from the service.
Latency is from the sending of a report to the picture on the live stream that shows it.
`python -m benchmarks.flood --json`
"""

import argparse
import asyncio
import base64
import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np

from benchmarks.report_to_stream import Traffic, first_shown, make_traffic, watch

LATITUDE_DEG, LONGITUDE_DEG = 33.8, 42.44
KINDS = ("udp", "tcp", "websocket")
DECLARED_HZ, FLOOD_HZ = 200.0, 10_000.0
OBJECTS = 60
BEGIN_S = 8.0
SITE = f"""
schema = 1
name = "flood benchmark"
mode = "SIMULATED"
reference = {{ lat_deg = {LATITUDE_DEG}, lon_deg = {LONGITUDE_DEG}, hae_m = 180.0 }}
assets = [{{ id = "base", name = "Base", lat_deg = {LATITUDE_DEG}, lon_deg = {LONGITUDE_DEG} }}]
"""
SENSOR = """
[[sensors]]
id = "{name}"
kind = "position"
cooperative = false
lat_deg = 33.8
lon_deg = 42.44
hae_m = 180.0
horizontal_sigma_m = 15.0
vertical_sigma_m = 25.0
clutter_per_scan = {clutter}
scan_period_s = 1.0
coverage = {{ range_max_m = 60000.0 }}
"""
FEED = """
[[feeds]]
id = "{name}"
kind = "{kind}"
port = {port}
rate_max_hz = {rate}
"""


@dataclass(slots=True)
class Turn:
    """One turn: over which wire the second radar flooded, "" none; from when to when (clock, s).

    busy_ratio: processor time of the service in that time, of one core. shed: lost in the turn.
    """

    flood: str
    from_s: float
    to_s: float
    busy_ratio: float
    shed: int = 0


@dataclass(slots=True)
class Run:
    """What one run gave: turns, what was sent, pictures."""

    turns: list[Turn] = field(default_factory=list)
    pictures: list[tuple[float, np.ndarray, np.ndarray]] = field(default_factory=list)
    traffic: Traffic | None = None
    begun_s: float = 0.0


def line(sensor: str, place_enu_m: np.ndarray, t_ns: int) -> bytes:
    """Write one detection."""
    east, north, up = (round(float(v), 1) for v in place_enu_m)
    plot = {"t_ns": t_ns, "sensor": sensor, "east_m": east, "north_m": north, "up_m": up}
    return json.dumps(plot).encode() + b"\n"


def site_of(ports: dict[str, int]) -> str:
    """Write the site file: two quiet feeds, and the loud radar's own two."""
    feeds = (
        ("calm_udp", "detections_udp", 20_000.0),
        ("calm_tcp", "detections_tcp", 20_000.0),
        ("loud_udp", "detections_udp", DECLARED_HZ),
        ("loud_tcp", "detections_tcp", DECLARED_HZ),
    )
    sensors = SENSOR.format(name="calm", clutter=1.0) + SENSOR.format(name="loud", clutter=5.0)
    doors = f"\n[limits]\ndoor_rate_max_hz = {DECLARED_HZ}\n"
    written = [FEED.format(name=n, kind=k, port=ports[n], rate=r) for n, k, r in feeds]
    return SITE + doors + sensors + "".join(written)


async def send_calm(run: Run, ports: dict[str, int]) -> None:
    """Send every object once a second, evenly spread, by turns over UDP and TCP, for ever."""
    assert run.traffic is not None
    rng = np.random.default_rng(2)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    _, tcp = await asyncio.open_connection("127.0.0.1", ports["calm_tcp"])
    noise_m = np.array([15.0, 15.0, 25.0])
    try:
        for k in itertools.count():
            due_s = run.begun_s + k / OBJECTS
            while (wait_s := due_s - time.perf_counter()) > 0:
                await asyncio.sleep(wait_s)
            target, t_ns, now_s = k % OBJECTS, time.time_ns(), time.perf_counter()
            place = run.traffic.start_enu_m[target]
            place = place + run.traffic.velocity_mps[target] * (now_s - run.begun_s)
            data = line("calm", place + rng.normal(0, noise_m), t_ns)
            if k % 2:
                tcp.write(data)
            else:
                udp.sendto(data, ("127.0.0.1", ports["calm_udp"]))
            run.traffic.sent.append((target, t_ns, now_s))
    finally:
        tcp.close()
        udp.close()


def loud(kind: str, port: int) -> None:
    """Send as the second radar, at the rate that is read from the standard input, until its end."""
    send, rate_hz = opened(kind, port), 0.0
    sys.stdin = open(0, buffering=1)  # noqa: SIM115  line by line
    import select

    due, owed, last_s, number = 0.0, 0.0, time.perf_counter(), 0
    while True:
        if select.select([sys.stdin], [], [], 0.005)[0]:
            said = sys.stdin.readline()
            if not said.strip():
                return
            rate_hz = float(said)
        now_s = time.perf_counter()
        made_hz = FLOOD_HZ if rate_hz else 0.0
        due, last_s = min(due + (now_s - last_s) * made_hz, made_hz / 10.0), now_s
        count = int(due)
        due -= count
        owed += count * rate_hz / FLOOD_HZ
        t_ns, batch = time.time_ns(), []
        for _ in range(count):
            number += 1
            east_m, north_m = 30_000 + number % 5 * 4_000, number % 20 // 5 * 4_000
            batch.append(
                b'{"t_ns":%d,"sensor":"loud","east_m":%d,"north_m":%d,"up_m":500}\n'
                % (t_ns, east_m, north_m)
            )
        send(batch[: int(owed)])
        owed -= int(owed)


def opened(kind: str, port: int) -> Any:
    """Connect; give what sends a batch of lines, each a datagram or message of its own."""
    if kind == "udp":
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

        def datagrams(batch: list[bytes]) -> None:
            for data in batch:
                udp.sendto(data, ("127.0.0.1", port))

        return datagrams
    stream, rest = connected(kind, port), bytearray()

    def octets(batch: list[bytes]) -> None:
        nonlocal stream
        for data in batch if len(rest) < 1 << 16 else ():  # it takes no more: it is slowed down
            if kind == "websocket":
                rest.extend(b"\x82" + bytes((0x80 | len(data),)) + bytes(4))
            rest.extend(data)
        try:
            del rest[: stream.send(rest)]
        except TimeoutError:
            return
        except OSError:  # hung up on, for sending what is seconds old by now: it dials in anew
            rest.clear()
            stream = connected(kind, port)

    return octets


def connected(kind: str, port: int) -> socket.socket:
    """Dial in; over WebSocket, say so."""
    stream = socket.create_connection(("127.0.0.1", port))
    stream.settimeout(0.05)
    if kind == "websocket":
        key = base64.b64encode(bytes(16)).decode()
        stream.sendall(
            f"GET /api/detections HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        stream.settimeout(5.0)
        assert b"101" in stream.recv(4096)
        stream.settimeout(0.05)
    return stream


async def measure(kinds: list[str], turn_s: float, turns: int) -> list[dict[str, Any]]:
    """Run the service, the calm radar and the loud one by turns; give the distributions."""
    with tempfile.TemporaryDirectory() as folder:
        ports = free_ports()
        site = Path(folder) / "site.toml"
        site.write_text(site_of(ports))
        words = ["run", str(site), "--port", str(ports["http"]), "--recordings", folder]
        service = subprocess.Popen(
            [sys.executable, "-m", "vedette", *words], stderr=subprocess.DEVNULL
        )
        try:
            await asyncio.to_thread(_await_answer, ports["http"])
            run = await _rounds(kinds, ports, turn_s, turns, service.pid)
        finally:
            service.terminate()
            await asyncio.to_thread(service.wait, 20)
    return [{"flood": kind, **summary(run, kind)} for kind in kinds]


class Loud:
    """The second radar: a sender of its own for each wire, of which one speaks."""

    def __init__(self, kinds: list[str], ports: dict[str, int]) -> None:
        port = {"udp": ports["loud_udp"], "tcp": ports["loud_tcp"], "websocket": ports["http"]}
        words = [sys.executable, "-m", "benchmarks.flood", "--loud"]
        self._senders = {
            kind: subprocess.Popen(
                [*words, kind, str(port[kind])], stdin=subprocess.PIPE, text=True
            )
            for kind in kinds
        }

    def speak(self, wire: str, rate_hz: float) -> None:
        """Speak over one wire at a rate, over no other."""
        for kind, sender in self._senders.items():
            assert sender.stdin is not None
            print(rate_hz if kind == wire else 0.0, file=sender.stdin, flush=True)

    def close(self) -> None:
        """End the senders."""
        for sender in self._senders.values():
            assert sender.stdin is not None
            sender.stdin.close()
            sender.wait(timeout=10)


async def _rounds(
    kinds: list[str], ports: dict[str, int], turn_s: float, turns: int, service: int
) -> Run:
    """Let the second radar keep its rate, then flood each wire, in rounds."""
    run, loud_radar = Run(traffic=make_traffic(OBJECTS, 1)), Loud(kinds, ports)
    url = f"ws://127.0.0.1:{ports['http']}/api/stream?rate_hz=20"
    viewer = asyncio.create_task(watch(url, run.pictures))
    await asyncio.sleep(1.0)
    run.begun_s = time.perf_counter()
    calm = asyncio.create_task(send_calm(run, ports))
    loud_radar.speak(kinds[0], DECLARED_HZ)
    await asyncio.sleep(BEGIN_S)  # tracks begin
    before = await asyncio.to_thread(_shed, ports["http"])
    for number in range(turns):
        for flood in ("", *kinds):
            wire = flood or kinds[number % len(kinds)]
            loud_radar.speak(wire, FLOOD_HZ if flood else DECLARED_HZ)
            await asyncio.sleep(1.0)
            from_s, spent_s = time.perf_counter(), processor_s(service)
            await asyncio.sleep(turn_s - 1.0)
            to_s = time.perf_counter()
            busy_ratio = (processor_s(service) - spent_s) / (to_s - from_s)
            after = await asyncio.to_thread(_shed, ports["http"])
            run.turns.append(Turn(flood, from_s, to_s - 0.3, busy_ratio, after - before))
            before = after
    loud_radar.close()
    for task in (calm, viewer):
        task.cancel()
    await asyncio.wait((calm, viewer))
    return run


def _await_answer(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/api/site", timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError("the service does not answer")


def _shed(port: int) -> int:
    """Ask the service how much the second radar has lost, under its own name or its feeds'."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        rows = answer.read().decode().splitlines()
    return sum(
        int(float(row.rsplit(" ", 1)[1]))
        for row in rows
        if not row.startswith("#") and "shed" in row and '"loud' in row
    )


def processor_s(pid: int) -> float:
    """Give the processor time that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def latencies_s(run: Run, flood: str) -> np.ndarray:
    """Give the latency of each report of the calm radar that was sent in turns of one kind."""
    assert run.traffic is not None
    times = np.array([picture[0] for picture in run.pictures])
    out = []
    for target, t_ns, sent_s in run.traffic.sent:
        turn = next((t for t in run.turns if t.from_s <= sent_s < t.to_s), None)
        if turn is not None and turn.flood == flood:
            moved = run.traffic.velocity_mps[target] * (sent_s - run.begun_s)
            place = run.traffic.start_enu_m[target] + moved
            first = int(np.searchsorted(times, sent_s))
            out.append(first_shown(run.pictures, first, place, t_ns, sent_s))
    return np.array(out)


def summary(run: Run, kind: str) -> dict[str, Any]:
    """Say the figures; a report that was never shown counts as the slowest."""
    calm, flood = latencies_s(run, ""), latencies_s(run, kind)
    out: dict[str, Any] = {"reports": len(calm) + len(flood)}
    for words, share in (("median", 0.5), ("p95", 0.95), ("p99", 0.99)):
        before, during = (float(np.quantile(x, share, method="higher")) for x in (calm, flood))
        out[f"{words}_declared_ms"] = round(before * 1e3, 1)
        out[f"{words}_flood_ms"] = round(during * 1e3, 1)
        out[f"{words}_growth"] = round(during / before - 1.0, 3)
    for words, which in (("declared", ""), ("flood", kind)):
        busy = [turn.busy_ratio for turn in run.turns if turn.flood == which]
        out[f"busy_{words}"] = round(float(np.median(busy)), 3)
    return out | {"shed": sum(turn.shed for turn in run.turns if turn.flood == kind)}


def free_ports() -> dict[str, int]:
    """Give free ports, UDP or TCP as each feed needs."""
    kinds = {
        "calm_udp": socket.SOCK_DGRAM,
        "loud_udp": socket.SOCK_DGRAM,
        "calm_tcp": socket.SOCK_STREAM,
        "loud_tcp": socket.SOCK_STREAM,
        "http": socket.SOCK_STREAM,
    }
    held = {name: socket.socket(socket.AF_INET, kind) for name, kind in kinds.items()}
    for each in held.values():
        each.bind(("127.0.0.1", 0))
    ports = {name: int(each.getsockname()[1]) for name, each in held.items()}
    for each in held.values():
        each.close()
    return ports


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--turn-s", type=float, default=3.0)
    parser.add_argument("--turns", type=int, default=12)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--loud", nargs=2, metavar=("KIND", "PORT"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.loud:
        loud(args.loud[0], int(args.loud[1]))
        return
    results = asyncio.run(measure(list(args.kinds), args.turn_s, args.turns))
    print(json.dumps(results) if args.json else results)


if __name__ == "__main__":
    main()
