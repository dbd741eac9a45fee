"""A recording on the display: any moment of it is the one that was, and nobody changes it."""

import asyncio
import contextlib
import json
import sqlite3

import httpx
import pytest
from replayed import START_NS, record_attack

from vedette import pipeline, record, server
from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.server.public import as_public
from vedette.service.keyframes import Keyframes
from vedette.service.player import Replay

PATIENCE_S = 120.0
URL = "http://127.0.0.1"


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    return record_attack(tmp_path_factory.mktemp("replay") / "recording")


@pytest.fixture
def copy(recording, tmp_path):
    """Give the recording's files to be spoilt."""
    folder = tmp_path / "recording"
    folder.mkdir()
    for path in recording.iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


@contextlib.asynccontextmanager
async def playing(folder):
    """Serve a recording as `vedette replay` does; give the replay and a client."""
    replay = Replay(folder)
    options = server.Options(player=replay)
    app = server.make_app(replay.hub, replay.site, server.Accounts([]), options)
    running = asyncio.create_task(replay.run())
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            yield replay, client
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(replay, true):
    async with asyncio.timeout(PATIENCE_S):
        while not true(replay.view()):
            await asyncio.sleep(0.02)
    return replay.view()


def moment_us(seconds):
    return (START_NS + int(seconds * NS_PER_S)) // 1000


def straight(folder, seconds):
    """Do a recording again from its start to a moment, and say what is shown then."""
    replay = Replay(folder)
    line = pipeline.assemble(replay.site)
    state = pipeline.start(line)
    for step in record.read(folder):
        if step.now_ns > START_NS + int(seconds * NS_PER_S):
            break
        inputs = pipeline.Inputs(step.arrivals, step.commands, step.deliveries)
        state, picture = pipeline.step(line, state, inputs, step.now_ns)
    replay.hub.picture = picture
    return replay.hub.picture_view()


async def go(replay, client, **wish):
    answer = await client.post("/api/replay", json=wish)
    assert answer.status_code == 200
    return await until(replay, lambda view: view.target_us is None)


def test_any_moment_is_the_one_that_was_whatever_was_looked_at_before(recording):
    moments_s = [71.3, 20.0, 22.0, 95.5, 3.0, 80.0]

    async def look():
        found = []
        async with playing(recording) as (replay, client):
            await until(replay, lambda view: view.complete)
            for seconds in moments_s:
                view = await go(replay, client, playing=False, to_us=moment_us(seconds))
                assert not view.playing
                found.append((await client.get("/api/picture")).json())
            number = found[-1]["tracks"][0]["track_id"]
            path = (await client.get(f"/api/tracks/{number}")).json()["path"]
            course = (await client.get(f"/api/tracks/{number}/course")).json()
            await go(replay, client, playing=True, speed_ratio=64.0)
            ended = await until(replay, lambda view: not view.playing)
            await go(replay, client, playing=True, speed_ratio=0.25)
            again = await until(replay, lambda view: view.t_us < moment_us(10.0))
        return found, view, path, course, ended, again

    found, view, path, course, ended, again = asyncio.run(look())
    for seconds, picture in zip(moments_s, found, strict=True):
        was = json.loads(json.dumps(straight(recording, seconds)))
        del picture["alarms"], was["alarms"]  # what a watch carries is counted live, and not shown
        assert picture == was, seconds
    assert (view.steps, view.differing_steps, view.remarks) == (200, 0, [])
    assert (view.first_us, view.last_us) == (moment_us(0.5), moment_us(100.0))
    # Where the track was is there after a leap, too.
    assert path[0]["t_us"] <= moment_us(6.0)
    assert path[-1]["t_us"] >= moment_us(79.0)
    assert len(path) == len({point["t_us"] for point in path}) >= 73
    assert course["t_us"] == [point["t_us"] for point in path]
    camp = next(asset for asset in course["assets"] if asset["asset"] == "camp")
    true_m = [6_500.0 - 55.0 * (t_us - moment_us(0.0)) / 1e6 for t_us in course["t_us"]]
    assert camp["range_m"] == pytest.approx(true_m, abs=60.0)
    assert camp["closing_mps"][-1] == pytest.approx(55.0, abs=8.0)
    assert camp["reach_prob"][-1] > 0.5
    # It plays to its end, and from the start where somebody presses play there.
    assert ended.t_us == ended.last_us
    assert again.playing


def reached(folder):
    """Give a replay that stands still, and a client of it."""
    replay = Replay(folder)
    options = server.Options(player=replay)
    app = server.make_app(replay.hub, replay.site, server.Accounts([]), options)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=URL)


def test_every_event_is_listed_from_the_start(recording):
    async def look():
        async with reached(recording) as client:
            return (await client.get("/api/events?after=0")).json()

    events = [item["event"] for item in asyncio.run(look())["events"]]
    told = json.loads(json.dumps([as_public(row.event) for row in record.events(recording)]))
    assert events == told
    assert {"WarningRaised", "WarningAcknowledged"} <= {event["event"] for event in events}


def test_whoever_would_act_is_refused(recording):
    doors = ("commands", "second-authorisation", "exhibits", "detections", "login")

    wishes = ({"speed_ratio": 0.0}, {"speed_ratio": 1e9}, {"to_us": -1}, {"go": 1})

    async def knock():
        async with reached(recording) as client:
            answers = [await client.post(f"/api/{door}", content=b"{}") for door in doors]
            wrong = [await client.post("/api/replay", json=wish) for wish in wishes]
            return answers, wrong, await client.get("/api/exhibits/" + 64 * "0")

    answers, wrong, exhibit = asyncio.run(knock())
    assert [answer.status_code for answer in answers] == [403] * len(doors)
    assert all("replay" in answer.json()["error"] for answer in answers)
    assert [answer.status_code for answer in wrong] == [400] * len(wrong)
    assert exhibit.status_code == 503


def test_what_is_damaged_is_said_and_what_lies_before_it_is_shown(copy):
    raw = copy / "raw-0001.mcap"
    data = bytearray(raw.read_bytes())
    chunk = data.index(b"\x28\xb5\x2f\xfd", len(data) // 2)  # zstd's mark
    data[chunk + 20] ^= 0xFF
    raw.write_bytes(data)

    async def look():
        async with playing(copy) as (replay, client):
            await until(replay, lambda view: view.complete)
            return await go(replay, client, to_us=moment_us(100.0))

    view = asyncio.run(look())
    assert 10 < view.steps < 200
    assert view.t_us == view.last_us < moment_us(99.0)
    assert any("raw-0001.mcap" in words for words in view.remarks)


def without_end(folder):
    with contextlib.closing(sqlite3.connect(folder / "journal.sqlite")) as file:
        file.execute("drop table events")
        file.execute(
            "create view events as with recursive n(seq) as (select 1 union all select seq + 1"
            " from n) select seq, 1 as step, 'x' as json from n"
        )


def a_huge_row(folder):
    with contextlib.closing(sqlite3.connect(folder / "journal.sqlite")) as file:
        file.execute("update events set json = zeroblob(100000000) where seq = 2")
        file.commit()


def no_step(folder):
    (folder / "raw-0001.mcap").write_bytes(b"\x89MCAP0\r\n")


def impossible_times(folder):
    described = json.loads((folder / "session.json").read_text())
    (folder / "session.json").write_text(json.dumps(described | {"last_ns": 2**62 * 2}))


@pytest.mark.parametrize("spoil", [without_end, a_huge_row, no_step, impossible_times])
def test_what_somebody_made_to_do_harm_is_refused_with_the_reason(copy, spoil):
    spoil(copy)
    with pytest.raises(RefusedError, match=str(copy)):
        Replay(copy)


def test_kept_states_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("vedette.service.keyframes.KEYFRAMES_MAX", 4)
    for t_ns in range(6):
        (tmp_path / f"{t_ns:020d}.keyframe").write_bytes(b"x")
    keyframes = Keyframes(tmp_path)
    assert keyframes.thinned()
    assert keyframes.times_ns() == [0, 2, 4]
    assert not keyframes.thinned()
    monkeypatch.setattr("vedette.service.keyframes.BYTES_MAX", 2)
    assert keyframes.thinned()
    assert keyframes.times_ns() == [0, 4]
