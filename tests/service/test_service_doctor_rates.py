"""The doctor on what is above its declared rate, on real sockets: how much, whose, what to do."""

import asyncio
import json
import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from test_service_doctor import FEED, HEAD, SENSOR, free_ports, line

from vedette.config.load import parse_site
from vedette.service.doctor import examine

SECONDS, RATE_HZ = 3.0, 60.0
LOUD_AT_ONCE, CALM_AT_ONCE, PERIOD_S = 40, 1, 0.1  # 400 and 10 a second


async def sending(port, say):
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        while True:
            for data in say():
                sender.sendto(data, ("127.0.0.1", port))
            await asyncio.sleep(PERIOD_S)


def examined(page, say, rate_hz=RATE_HZ):
    """Examine a site of two radars on one feed while they speak; give its sources, and all."""
    (port,) = free_ports(1)
    text = HEAD % page + SENSOR % "loud" + SENSOR % "calm"
    text += FEED % ("plots", "detections_udp", port, f"rate_max_hz = {rate_hz}")

    async def both():
        task = asyncio.create_task(sending(port, say))
        try:
            return await examine(parse_site(text, "site"), SECONDS)
        finally:
            task.cancel()

    told = asyncio.run(both())
    return {seen.source: seen for seen in told.sources}, told


@pytest.fixture
def page():
    return free_ports(1, socket.SOCK_STREAM)[0]


def test_who_sends_above_its_rate_is_named_with_how_much_was_lost_and_what_to_do(page):
    def say():
        return [line("loud")] * LOUD_AT_ONCE + [line("calm")] * CALM_AT_ONCE

    seen, told = examined(page, say)
    feed, loud, calm = seen["plots"], seen["loud"], seen["calm"]
    assert feed.shed == loud.shed > 10 * RATE_HZ and feed.shed_of == {"loud": loud.shed}
    assert calm.shed == 0 and calm.ok and not loud.ok and not feed.ok
    (finding,) = feed.findings
    assert finding.what.startswith(f"above its declared rate: {feed.shed:,} dropped, of loud ")
    sent_hz = (feed.shed + loud.kinds["plot"] + calm.kinds["plot"]) / SECONDS
    assert f"{sent_hz:,.0f} a second on average, and it may send 60 a second" in finding.what
    assert "detections came in its busiest second" in finding.what
    assert "have loud send less" in finding.do
    enough_hz = int(finding.do.partition("set rate_max_hz to ")[2].split()[0].replace(",", ""))
    assert 1.4 * sent_hz <= enough_hz <= 2.0 * sent_hz
    assert loud.findings[0].what == (
        f"it sends more than it may: dropped are {loud.shed:,} over plots"
    )
    words = told.in_words()
    assert f"shed {feed.shed:,}" in words and finding.do in words
    assert json.loads(json.dumps(feed.shed_of)) == {"loud": feed.shed}


def test_a_rate_that_the_doctor_names_is_enough(page):
    def say():
        return [line("loud")] * LOUD_AT_ONCE + [line("calm")] * CALM_AT_ONCE

    seen, _ = examined(page, say)
    do = seen["plots"].findings[0].do
    enough_hz = float(do.partition("set rate_max_hz to ")[2].split()[0].replace(",", ""))
    seen, told = examined(page, say, enough_hz)
    assert told.ok and seen["plots"].shed == 0, told.in_words()


def test_octets_of_nobody_are_counted_as_the_feeds(page):
    seen, _ = examined(page, lambda: [b"noise\n"] * LOUD_AT_ONCE)
    feed = seen["plots"]
    assert feed.shed_of == {"": feed.shed} and feed.shed > 10 * RATE_HZ
    assert "have it send less" in feed.findings[0].do
