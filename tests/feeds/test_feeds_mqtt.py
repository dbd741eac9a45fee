"""Subscriptions at a real broker: mosquitto."""

import asyncio
import contextlib
import lzma
import shutil
import socket
import subprocess
import time

import aiomqtt
import pytest

from vedette import codecs
from vedette.codecs import remote_id
from vedette.config.check import site_faults
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.feeds import Intake, open_feeds
from vedette.model.reports import PositionReport, Refusal, SensorStatus, SourceNote

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
PATIENCE_S = 60.0
PLACE = {"lat_deg": 52.4, "lon_deg": 5.2, "hae_m": 45.0}
HOST = "127.0.0.1"


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Broker:
    """A mosquitto of our own on loopback; it can be stopped and started again."""

    def __init__(self, folder, lines=("allow_anonymous true",)):
        if MOSQUITTO is None:
            pytest.skip("mosquitto is absent: apt-get install mosquitto")
        self.port, self.running = free_port(), None
        self.file = folder / "mosquitto.conf"
        self.file.write_text(
            "\n".join((f"listener {self.port} {HOST}", "user root", *lines)) + "\n"
        )

    def start(self):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.running = subprocess.Popen([MOSQUITTO, "-c", str(self.file)], **quiet)
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.port)):
                return
            time.sleep(0.02)
        raise AssertionError("mosquitto does not listen")

    def stop(self):
        self.running.terminate()
        self.running.wait(PATIENCE_S)


@pytest.fixture
def broker(tmp_path):
    made = Broker(tmp_path)
    made.start()
    yield made
    made.stop()


def make_site(broker, kind="remote_id_mqtt", **words):
    sensor = Sensor(id="rid", kind="position", cooperative=True, **PLACE)
    values = {"topic": "scouts/#", "sensor": "rid", **words}
    feed = Feed(id="scouts", kind=kind, host=HOST, port=broker.port, **values)
    return Site(schema=1, name="mqtt", reference=Reference(**PLACE), sensors=[sensor], feeds=[feed])


async def reports_of(site, work, enough):
    """Open the feeds, run work(found) beside, decode until enough(found)."""
    intake, decoders, found = Intake(site, time.time_ns), codecs.open_decoders(site), []
    async with open_feeds(site, intake, time.time_ns), asyncio.timeout(PATIENCE_S):
        task = asyncio.create_task(work(found))
        while not enough(found):
            await asyncio.sleep(0.01)
            found += codecs.decode(decoders, intake.drain())
        await task
    return found


def notes(found):
    return [report.kind for report in found if isinstance(report, SourceNote)]


async def publish(broker, found, *payloads, opened=1):
    """Publish once the feed has subscribed for the `opened`th time."""
    while notes(found).count("opened") < opened:
        await asyncio.sleep(0.01)
    async with aiomqtt.Client(HOST, broker.port) as client:
        for payload in payloads:
            await client.publish("scouts/1", payload, qos=1)


def drone(name, tenths=None):
    now_ns = time.time_ns()
    tenths = round(now_ns % 3_600_000_000_000 / 1e8) % 36_000 if tenths is None else tenths
    said = [
        remote_id.BasicId(id_type=1, ua_type=2, uas_id=name.encode()),
        remote_id.Location(status=2, lat_deg=52.41, lon_deg=5.21, hae_m=80.0, tenths=tenths),
    ]
    return remote_id.publish("C0:FF:EE:00:00:01", remote_id.remember(said), now_ns)


def test_what_receivers_publish_arrives_plain_compressed_and_concatenated(broker):
    status = b'{"protocol": 1.0, "status": {"sensor ID": "ds-1", "timestamp": 1700000000000}}'
    payloads = (
        drone("PLAIN") + b"\0",
        lzma.compress(drone("XZ")),
        lzma.compress(drone("ALONE"), lzma.FORMAT_ALONE),
        drone("FIRST") + drone("SECOND") + status,
        b"hello",
    )

    def enough(found):
        return any(isinstance(r, Refusal) for r in found)  # "hello" comes last

    site = make_site(broker)
    found = asyncio.run(reports_of(site, lambda f: publish(broker, f, *payloads), enough))
    places = [r for r in found if isinstance(r, PositionReport)]
    names = ["PLAIN", "XZ", "ALONE", "FIRST", "SECOND"]
    assert [p.claims.remote_id for p in places] == names
    assert all(p.sensor == "rid" and abs(p.lat_rad - 0.91472) < 1e-4 for p in places)
    assert [r.sensor for r in found if isinstance(r, SensorStatus)] == ["rid"]
    assert [r.reason for r in found if isinstance(r, Refusal)] == ["bad text"]


def test_detections_come_by_the_same_way(broker):
    line = b'{"t_ns":%d,"sensor":"rid","lat_deg":52.4,"lon_deg":5.2}' % time.time_ns()
    site = make_site(broker, "detections_mqtt", sensor=None)
    found = asyncio.run(
        reports_of(site, lambda f: publish(broker, f, line + b"\n" + line), lambda f: len(f) >= 3)
    )
    assert len([r for r in found if isinstance(r, PositionReport)]) == 2


def test_a_broker_that_goes_and_comes_back_is_subscribed_to_again(broker):
    async def work(found):
        await publish(broker, found, drone("BEFORE"))
        while not any(isinstance(r, PositionReport) for r in found):
            await asyncio.sleep(0.01)
        await asyncio.to_thread(broker.stop)
        while "closed" not in notes(found):
            await asyncio.sleep(0.01)
        await asyncio.to_thread(broker.start)
        await publish(broker, found, drone("AFTER"), opened=2)

    def enough(found):
        return len([r for r in found if isinstance(r, PositionReport)]) == 2

    found = asyncio.run(reports_of(make_site(broker), work, enough))
    assert [kind for kind in notes(found) if kind != "clock"] == ["opened", "closed", "opened"]


def test_a_broker_that_does_not_want_us_is_told_by_name(tmp_path):
    (tmp_path / "people").write_text("")
    strict = Broker(tmp_path, ("allow_anonymous false", f"password_file {tmp_path / 'people'}"))
    strict.start()
    try:
        site = make_site(strict, user="vedette", password="wrong")
        intake = Intake(site, time.time_ns)

        async def work():
            arrivals = []
            async with open_feeds(site, intake, time.time_ns), asyncio.timeout(PATIENCE_S):
                while not arrivals:
                    await asyncio.sleep(0.01)
                    arrivals += intake.drain()
            return arrivals

        first, *_ = asyncio.run(work())
    finally:
        strict.stop()
    assert first.kind == "refused" and b"uthoriz" in first.data


def test_a_message_beyond_the_limit_is_kept_back_by_the_broker(broker):
    site = make_site(broker)
    huge = b"x" * (1 << 19)
    found = asyncio.run(
        reports_of(
            site,
            lambda f: publish(broker, f, huge, drone("SMALL")),
            lambda f: any(isinstance(r, PositionReport) for r in f),
        )
    )
    assert not [r for r in found if isinstance(r, Refusal)]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ({"topic": None}, "feeds[0].topic"),
        ({"password": "x"}, "feeds[0].user"),
        ({"sensor": None}, "feeds[0].sensor"),
        ({"tls_key": "key.pem"}, "feeds[0].tls_ca"),
    ],
)
def test_a_subscription_that_lacks_something_is_refused_by_its_key(words, fault):
    class Nowhere:
        port = 1883

    (found,) = site_faults(make_site(Nowhere, **words))
    assert found[0] == fault
