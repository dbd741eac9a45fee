"""The Python client against a real service: it reads, follows, sends, and is refused in words."""

import asyncio
import re
import sys

import pytest
from server_world import PASSWORD, T0_NS, make_picture, make_site, running, warning_raised

from vedette.client import Client, ClientError
from vedette.client.frames import COLUMNS
from vedette.server import views


def with_service(use, **words):
    """Run a synchronous use of the client, in a thread, beside a service."""

    async def both():
        async with running(**words) as world:
            return await asyncio.to_thread(use, world)

    return asyncio.run(both())


def test_the_columns_are_those_of_the_stream():
    theirs = dict(views.COLUMNS)
    codes = {"<i4": "i", "<f8": "d", "<f4": "f", "|u1": "B"}
    assert {name: codes[theirs[name]] for name in COLUMNS} == COLUMNS


def test_the_picture_and_the_stream_tell_the_same_tracks():
    def use(world):
        with Client(world.url) as client:
            return client.picture(), next(client.stream(rate_hz=20.0))

    picture, frame = with_service(use, tracks=3)
    assert (picture.site, len(picture.tracks)) == ("Test field", 3)
    assert [t.name for t in frame.tracks] == ["T0001", "T0002", "T0003"]
    assert frame.t_us == picture.t_us == T0_NS // 1000
    assert frame.warnings[0]["spoken"] == "Take cover"
    for a, b in zip(picture.tracks, frame.tracks, strict=True):
        assert (a.identity, a.object_class, a.status, a.label) == (
            b.identity, b.object_class, b.status, b.label,
        )  # fmt: skip
        assert (a.lat_deg, a.lon_deg) == (b.lat_deg, b.lon_deg)
        assert a.speed_mps == pytest.approx(b.speed_mps) == pytest.approx(45.0)
        assert a.arrival_s == pytest.approx(b.arrival_s, rel=1e-5)


def test_a_track_that_threatens_nothing_has_no_arrival_in_either():
    def use(world):
        quiet = make_picture(1)
        quiet.threats.clear()
        world.hub.publish(quiet)
        with Client(world.url) as client:
            return client.picture().tracks[0], next(client.stream()).tracks[0]

    a, b = with_service(use)
    assert a.arrival_s is a.reach_prob is b.arrival_s is b.reach_prob is None


def test_detections_are_sent_in_as_many_bodies_as_they_need_and_the_refused_are_named():
    def line(k, sensor="radar-1"):
        return {"t_ns": T0_NS + k, "sensor": sensor, "range_m": 4200.0, "azimuth_deg": 1.0}

    def use(world):
        with Client(world.url) as client:
            answer = client.send([line(0), line(1, "nobody")])
            many = client.send(line(k) for k in range(20_000))
            with pytest.raises(ClientError, match="line 1") as refused:
                client.send([{"sensor": "radar-1"}])
            return answer, many, refused.value.status, len(world.service.arrivals)

    answer, many, status, bodies = with_service(use)
    assert (answer.accepted, answer.refused) == (1, 1)
    assert answer.refusals[0].reason == "unknown sensor"
    assert many.accepted == 20_000 and bodies > 2 and status == 400


def test_a_person_logs_in_gives_a_command_and_reads_what_happened():
    def use(world):
        with Client(world.url) as client, pytest.raises(ClientError, match="log in first"):
            client.command("acknowledge_warning", warning_id=7)
        with pytest.raises(ClientError, match="wrong"):
            Client(world.url, "watch", "guess")
        with Client(world.url, "watch", PASSWORD) as client:
            done = client.command("acknowledge_warning", warning_id=7)
            with pytest.raises(ClientError, match="no such warning") as refused:
                client.command("acknowledge_warning", warning_id=8)
            happened = list(client.events())
            client.log_out()
            return done, refused.value.status, happened

    def publishing(world):
        world.hub.publish(make_picture(1, events=[warning_raised()]))
        return use(world)

    done, status, happened = with_service(publishing)
    assert done[0]["event"] == "WarningAcknowledged" and status == 409
    assert happened[0]["event"]["event"] == "WarningRaised"


def test_nobody_there_is_said_in_one_line():
    with pytest.raises(ClientError, match="cannot be reached") as error:
        Client("http://127.0.0.1:1", timeout_s=2.0).picture()
    assert error.value.status == 0
    with pytest.raises(ClientError, match="cannot be reached"):
        next(Client("http://127.0.0.1:1").stream())


def test_the_example_of_the_page_runs(repository):
    page = (repository / "docs" / "connect" / "programs.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    site = make_site()
    assert len([line for line in example.splitlines() if line.strip()]) <= 12

    async def both():
        async with running(site, tracks=2) as world:
            done = await asyncio.create_subprocess_exec(
                sys.executable, "-c", example, world.url, stdout=-1, stderr=-1
            )
            out, err = await done.communicate()
            return done.returncode, out.decode(), err.decode()

    code, out, err = asyncio.run(both())
    assert code == 0, err
    assert out.splitlines()[0] == "Test field has 2 tracks"
    assert "T0001 SUSPECT" in out and "Answer(" in out
