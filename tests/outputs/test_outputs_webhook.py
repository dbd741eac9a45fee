"""Warnings by HTTP POST, to a receiver on a real socket."""

import asyncio
import hashlib
import hmac
from contextlib import asynccontextmanager

import msgspec
import pytest

from vedette.config.site import Asset, Reference, Site, Webhook, Zone
from vedette.model.enums import Mode, WarningLevel
from vedette.model.events import WarningCleared, WarningRaised
from vedette.outputs import delivering
from vedette.outputs.delivering import QUEUE_MAX
from vedette.outputs.webhook import Webhooks, message

T0_NS = 1_641_254_400_000_000_000
NOW_NS = T0_NS + 4_000_000_000


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch):
    monkeypatch.setattr(delivering, "PAUSE_S", (0.01, 0.01))


class Receiver:
    """Answers each request with the next of `statuses` (the last for ever); None: never."""

    def __init__(self, statuses):
        self.statuses = list(statuses)
        self.heads, self.bodies = [], []
        self.url = ""

    async def _serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(length))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        try:
            if status is None:
                await asyncio.sleep(3600)
            extra = "Location: http://127.0.0.1:1/\r\n" if status == 302 else ""
            writer.write(f"HTTP/1.1 {status} x\r\n{extra}Content-Length: 0\r\n".encode())
            writer.write(b"Connection: close\r\n\r\n")
            await writer.drain()
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(*statuses):
    receiver, tasks = Receiver(statuses), set()

    async def serve(reader, writer):
        tasks.add(asyncio.current_task())
        await receiver._serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/warn"
    try:
        yield receiver
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def make_site(*webhooks, mode=Mode.SIMULATED, channels=()):
    return Site(
        schema=1,
        name="Test field",
        mode=mode,
        reference=Reference(lat_deg=33.8, lon_deg=42.4, hae_m=190.0),
        assets=[Asset(id="tower", name="tower", lat_deg=33.8, lon_deg=42.4)],
        zones=[Zone(id="north", name="North camp", asset="tower", channels=list(channels))],
        webhooks=list(webhooks),
    )


def raised(warning_id=7, revision=1):
    return WarningRaised(
        t_ns=T0_NS,
        warning_id=warning_id,
        revision=revision,
        zone_id="north",
        zone_name="North camp",
        level=WarningLevel.IMMINENT,
        track_ids=(1, 2),
        seconds_left_s=90.0,
        reason="two drones inbound",
        spoken="North camp: take cover now",
        cause="threat",
        t_detect_ns=T0_NS - 1,
        simulated=True,
    )


async def delivered(site, *events, already=frozenset(), count=1):
    got, done = [], asyncio.Event()

    def deliver(delivery):
        got.append(delivery)
        if len(got) >= count:
            done.set()

    async with Webhooks(site, deliver, lambda: NOW_NS) as webhooks:
        for event in events:
            webhooks.send(event, already=already)
        async with asyncio.timeout(10):
            await done.wait()
    return got


def test_a_warning_is_posted_signed_and_confirmed():
    async def story():
        async with receiving(200) as receiver:
            hook = Webhook(id="siren", url=receiver.url, secret="s3cret")
            (delivery,) = await delivered(make_site(hook), raised())
            assert delivery.delivered and delivery.channel == "siren"
            assert (delivery.warning_id, delivery.revision) == (7, 1)
            assert delivery.t_recv_ns == NOW_NS
            body = msgspec.json.decode(receiver.bodies[0])
            assert body["level"] == "imminent" and body["zone_name"] == "North camp"
            assert body["mode"] == "SIMULATED" and body["simulated"] is True
            assert body["spoken"] == "SIMULATED. North camp: take cover now"
            assert body["seconds_left_s"] == 90.0 and body["seconds_left_now_s"] == 86.0
            assert body["t_us"] == T0_NS // 1000
            signed = f"{NOW_NS // 10**9}.".encode() + receiver.bodies[0]
            expected = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
            head = receiver.heads[0].lower()
            assert f"x-vedette-signature: t={NOW_NS // 10**9},v1={expected}" in head
            assert "x-vedette-delivery: 7-1-siren" in head

    asyncio.run(story())


def test_the_all_clear_is_posted_after_its_warning_signed_and_confirmed():
    """A siren that was told to sound has to be told when to stop."""

    async def story():
        async with receiving(200) as receiver:
            hook = Webhook(id="siren", url=receiver.url, secret="s3cret")
            over = WarningCleared(
                t_ns=T0_NS + 1, warning_id=7, zone_id="north", person="w", reason="over", revision=2
            )
            one, two = await delivered(make_site(hook), raised(), over, count=2)
            assert (one.revision, two.revision) == (1, 2) and two.delivered
            body = msgspec.json.decode(receiver.bodies[1])
            assert (body["kind"], body["warning_id"], body["revision"]) == ("all_clear", 7, 2)
            assert body["mode"] == "SIMULATED" and body["spoken"].startswith("SIMULATED.")
            assert "x-vedette-delivery: 7-2-siren" in receiver.heads[1].lower()
            assert "x-vedette-signature" in receiver.heads[1].lower()

    asyncio.run(story())


def test_a_receiver_that_fails_twice_gets_it_the_third_time():
    async def story():
        async with receiving(503, 500, 204) as receiver:
            hook = Webhook(id="siren", url=receiver.url)
            (delivery,) = await delivered(make_site(hook), raised())
            assert delivery.delivered and len(receiver.bodies) == 3
            assert "signature" not in receiver.heads[0].lower()
            deliveries = {h.lower().split("x-vedette-delivery: ")[1][:9] for h in receiver.heads}
            assert deliveries == {"7-1-siren"}

    asyncio.run(story())


@pytest.mark.parametrize(("status", "tries"), [(500, 3), (404, 1), (302, 1)])
def test_a_receiver_that_never_takes_it_is_reported(status, tries):
    async def story():
        async with receiving(status) as receiver:
            hook = Webhook(id="siren", url=receiver.url)
            (delivery,) = await delivered(make_site(hook), raised())
            assert not delivery.delivered and delivery.detail == f"answered {status}"
            assert len(receiver.bodies) == tries

    asyncio.run(story())


def test_a_silent_receiver_is_given_up_in_bounded_time():
    async def story():
        async with receiving(None) as receiver:
            hook = Webhook(id="siren", url=receiver.url, timeout_s=0.05)
            (delivery,) = await delivered(make_site(hook), raised())
            assert not delivery.delivered and "no answer within 0.05 s" in delivery.detail

    asyncio.run(story())


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://", "nonsense", "http://\x00/"])
def test_a_receiver_that_is_not_there_is_reported(url):
    async def story():
        hook = Webhook(id="siren", url=url)
        (delivery,) = await delivered(make_site(hook), raised())
        assert not delivery.delivered and delivery.detail

    asyncio.run(story())


def test_a_stuck_channel_does_not_delay_another():
    async def story():
        async with receiving(None) as stuck, receiving(200) as good:
            site = make_site(
                Webhook(id="a-stuck", url=stuck.url, timeout_s=60.0),
                Webhook(id="b-good", url=good.url),
            )
            (delivery,) = await delivered(site, raised())
            assert delivery.channel == "b-good" and delivery.delivered

    asyncio.run(story())


def test_a_zone_warns_the_channels_it_names_and_all_if_it_names_none():
    async def story():
        async with receiving(200) as one, receiving(200) as two:
            hooks = (Webhook(id="one", url=one.url), Webhook(id="two", url=two.url))
            got = await delivered(make_site(*hooks, channels=["two"]), raised())
            assert [d.channel for d in got] == ["two"]
            got = await delivered(make_site(*hooks), raised(), count=2)
            assert sorted(d.channel for d in got) == ["one", "two"]
            got = await delivered(make_site(*hooks), raised(), already=frozenset({"one"}))
            assert [d.channel for d in got] == ["two"]

    asyncio.run(story())


def test_a_full_queue_gives_up_its_oldest_and_says_so():
    async def story():
        async with receiving(200) as receiver:
            site = make_site(Webhook(id="siren", url=receiver.url))
            events = [raised(warning_id=i) for i in range(QUEUE_MAX + 3)]
            got = await delivered(site, *events, count=len(events))
            lost = [d.warning_id for d in got if not d.delivered]
            assert lost == [0, 1, 2]
            assert len(receiver.bodies) == QUEUE_MAX

    asyncio.run(story())


def test_a_live_warning_is_not_marked_and_a_simulated_one_on_a_live_site_is():
    live = make_site(mode=Mode.LIVE)
    real = msgspec.structs.replace(raised(), simulated=False)
    assert message(live, real, NOW_NS)["mode"] == "LIVE"
    assert message(live, real, NOW_NS)["spoken"] == "North camp: take cover now"
    assert message(live, raised(), NOW_NS)["spoken"].startswith("SIMULATED. ")
    exercise = make_site(mode=Mode.EXERCISE)
    assert message(exercise, raised(), NOW_NS)["spoken"].startswith("EXERCISE. ")


def test_settled_waits_until_every_warning_in_hand_is_confirmed_or_given_up():
    async def main():
        got = []
        async with receiving(503, 204) as slow, receiving(404) as deaf:
            site = make_site(Webhook(id="slow", url=slow.url), Webhook(id="deaf", url=deaf.url))
            async with Webhooks(site, got.append, lambda: NOW_NS) as webhooks:
                await webhooks.settled()
                assert got == []
                webhooks.send(raised(1))
                webhooks.send(raised(2))
                await webhooks.settled()
                return sorted((d.channel, d.warning_id, d.delivered) for d in got)

    assert asyncio.run(main()) == [
        ("deaf", 1, False),
        ("deaf", 2, False),
        ("slow", 1, True),
        ("slow", 2, True),
    ]
