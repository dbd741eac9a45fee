"""A taky server and a pytak client as processes, and our side of the wire."""

import asyncio
import contextlib
import json
import socket
import time
from pathlib import Path

import numpy as np

from vedette.config.load import parse_site
from vedette.feeds import Intake, open_feeds
from vedette.model.enums import Identity, ObjectClass
from vedette.model.picture import AirPicture, IdentityRecord, Posture
from vedette.model.tracks import empty_tracks
from vedette.outputs.publishing import Publishing
from vedette.outputs.surroundings import Surroundings

CLIENT = Path(__file__).with_name("pytak_client.py")
TEXT = """schema = 1
name = "beside taky"
mode = "EXERCISE"
reference = {{ lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }}
[[sensors]]
id = "blue"
kind = "position"
cooperative = true
lat_deg = 33.8
lon_deg = 42.44
hae_m = 190.0
[[sensors]]
id = "people"
kind = "position"
cooperative = true
lat_deg = 33.8
lon_deg = 42.44
hae_m = 190.0
[[feeds]]
id = "tak"
sensor = "blue"
sightings_sensor = "people"
{feed}
[[outputs]]
id = "tak-out"
tell = ["tracks"]
period_s = 0.5
{output}
"""


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.asynccontextmanager
async def process(*words, stderr=asyncio.subprocess.DEVNULL):
    started = await asyncio.create_subprocess_exec(
        *map(str, words), stdout=asyncio.subprocess.PIPE, stderr=stderr
    )
    try:
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.kill()
        await started.wait()


@contextlib.asynccontextmanager
async def taky(peers, folder, port, tls=None):
    """Run a taky server; tls: the folder of certificates."""
    config = folder / "taky.conf"
    lines = ["[taky]", "hostname = server.example", "bind_ip = 127.0.0.1", f"root_dir = {folder}",
             "[cot_server]", f"port = {port}", "[ssl]", f"enabled = {bool(tls)}"]  # fmt: skip
    if tls:
        lines += ["client_cert_required = true", f"ca = {tls}/ca.pem", f"ca_key = {tls}/ca.key",
                  f"cert = {tls}/server.pem", f"key = {tls}/server.key",
                  f"cert_db = {folder}/cert-db.txt"]  # fmt: skip
        (folder / "cert-db.txt").touch()
    config.write_text("\n".join(lines) + "\n")
    async with process(peers / "taky", "-c", config) as server:
        async with asyncio.timeout(30.0):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.05)
        yield server


@contextlib.asynccontextmanager
async def pytak(peers, config, event="-"):
    """Run a pytak client until it has connected; its stdout gives what it hears."""
    async with process(peers / "python", CLIENT, json.dumps(config), event) as client:
        async with asyncio.timeout(30.0):
            assert await client.stdout.readline() == b"ready\n"
        yield client


@contextlib.asynccontextmanager
async def our_side(feed, output):
    """Open our feed and output: (publish a picture, the intake)."""
    site = parse_site(TEXT.format(feed=feed, output=output), "site.toml")
    intake = Intake(site, time.time_ns)
    async with open_feeds(site, intake, time.time_ns) as opened:
        around = Surroundings(site, time.time_ns, intake.put, opened.send)
        async with Publishing(around) as publishing:
            yield publishing, intake, site


def picture():
    """Give a picture of one SUSPECT drone, now."""
    table = empty_tracks(1, 2)
    table.count, table.t_ns, table.track_id[0] = 1, time.time_ns(), 7
    table.started_ns[0] = 1_700_000_000_000_000_000
    table.state_enu[0] = [1000.0, 2000.0, 300.0, 30.0, -40.0, 0.0]
    table.cov_enu[0] = np.diag([100.0, 400.0, 900.0, 1.0, 1.0, 1.0])
    table.height_observed[0] = 1
    record = IdentityRecord(
        track_id=7, identity=Identity.SUSPECT, identity_reason="inbound & silent",
        object_class=ObjectClass.FIXED_WING_UAS, class_prob={"fixed_wing_uas": 0.9},
    )  # fmt: skip
    return AirPicture(table.t_ns, table, {7: record}, [], [], [], [], Posture(), [], [], [])


async def publish_for_ever(publishing):
    while True:
        publishing.publish(picture())
        await asyncio.sleep(0.1)
