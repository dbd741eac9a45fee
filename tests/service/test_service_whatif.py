"""A changed world beside a replay: worked out in another process, one at a time, at any moment."""

import asyncio
import contextlib

import httpx
import numpy as np
import pytest
from replayed import START_NS, record_attack

from vedette import pipeline, server
from vedette.base.errors import RefusedError
from vedette.evaluation.whatif_beside import beside as compare_beside
from vedette.server.whatif_views import WhatIfWish
from vedette.service import whatif_pictures
from vedette.service.beside import WhatIfBeside, change_of
from vedette.service.player import Replay
from vedette.service.reenacting import recorded_site
from vedette.service.whatif_pictures import PictureKeeper, Pictures

PATIENCE_S = 120.0
PATH = "/api/replay/whatif"
START_US = START_NS // 1000


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    return record_attack(tmp_path_factory.mktemp("whatif") / "recording", 60.0)


def never_ends(folder, change, words, kept, progress):
    progress(0.25)
    while True:
        (kept / "alive").write_text("")


def dies(folder, change, words, kept, progress):
    raise SystemExit(3)


def takes_all_memory(folder, change, words, kept, progress):
    np.ones(2**32)  # 32 GiB, written


@contextlib.asynccontextmanager
async def serving(folder, worker=compare_beside):
    replay, beside = Replay(folder), WhatIfBeside(folder, worker)
    options = server.Options(player=replay, beside=beside)
    app = server.make_app(replay.hub, replay.site, server.Accounts([]), options)
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield client
    finally:
        beside.close()


async def ended(client):
    async with asyncio.timeout(PATIENCE_S):
        while (view := (await client.get(PATH)).json())["state"] == "working":
            await asyncio.sleep(0.05)
    return view


def run(coroutine):
    return asyncio.run(coroutine)


def test_without_its_only_radar_the_changed_world_is_empty_and_nobody_is_warned(recording):
    async def play():
        async with serving(recording) as client:
            asked = await client.post(PATH, json={"without": ["radar"]})
            assert asked.status_code == 202
            assert asked.json()["changes"] == ["without radar"]
            view = await ended(client)
            late = await client.get(f"{PATH}/picture?t_us={START_US + 50_000_000}")
            return view, late.json()

    view, late = run(play())
    assert (view["state"], view["done_ratio"], view["error"]) == ("done", 1.0, "")
    result = view["result"]
    (zone,) = result["zones"]
    imminent = next(row for row in zone["levels"] if row["level"] == "imminent")
    assert imminent["before_us"] is not None
    assert imminent["after_us"] is None
    assert [told["only_here"] for told in result["recorded"]] == [True]
    assert result["changed"] == []
    assert (result["false_recorded"], result["recorded"][0]["false"]) == (None, None)
    assert (late["tracks"], late["warnings"]) == ([], [])
    assert any("the truth is not known" in note for note in result["notes"])


def test_a_nearer_threshold_warns_later_and_the_changed_world_can_be_looked_at(recording):
    async def play():
        async with serving(recording) as client:
            wish = {"settings": ["zones.tents.imminent_s=60"], "staffing": "later", "delay_s": 5}
            await client.post(PATH, json=wish)
            view = await ended(client)
            at = [START_US + s * 1_000_000 for s in (0, 8, 30, 10_000)]
            pictures = [(await client.get(f"{PATH}/picture?t_us={t}")).json() for t in at]
            return view, pictures

    view, pictures = run(play())
    assert view["changes"] == ["zones.tents.imminent_s=60", "people act 5 s later"]
    (zone,) = view["result"]["zones"]
    imminent = next(row for row in zone["levels"] if row["level"] == "imminent")
    assert imminent["earlier_s"] < -10.0
    levels = [[w["level"] for w in picture["warnings"]] for picture in pictures]
    assert levels[0] == []
    assert levels[1] == ["possible"]  # then, in the recorded world, people were told to take cover
    assert pictures[2]["t_us"] <= START_US + 30_000_000
    assert len(pictures[2]["tracks"]) == 1
    assert pictures[2]["tracks"][0]["lon_deg"] > 42.0
    assert pictures[3]["t_us"] == START_US + 60_000_000


def test_one_at_a_time_and_a_cancelled_one_leaves_nothing(recording):
    async def play():
        async with serving(recording, never_ends) as client:
            assert (await client.post(PATH, json={"without": ["radar"]})).status_code == 202
            async with asyncio.timeout(PATIENCE_S):
                while (await client.get(PATH)).json()["done_ratio"] != 0.25:
                    await asyncio.sleep(0.05)
            second = await client.post(PATH, json={"without": ["radar"]})
            assert (second.status_code, "cancel it" in second.text) == (409, True)
            early = await client.get(f"{PATH}/picture?t_us={START_US}")
            assert early.status_code == 404
            cancelled = await client.post(f"{PATH}/cancel", json={})
            assert cancelled.json()["state"] == "cancelled"
            again = await client.post(PATH, json={"without": ["radar"]})
            assert (again.status_code, again.json()["number"]) == (202, 2)

    run(play())


@pytest.mark.parametrize(
    ("worker", "why"), [(dies, "ended before its end"), (takes_all_memory, "more memory")]
)
def test_a_worker_that_dies_or_wants_all_memory_is_told_and_another_can_be_asked(
    recording, worker, why
):
    async def play():
        async with serving(recording, worker) as client:
            await client.post(PATH, json={"without": ["radar"]})
            view = await ended(client)
            assert (view["state"], view["result"]) == ("failed", None)
            assert why in view["error"]
            assert (await client.post(PATH, json={"without": ["radar"]})).status_code == 202

    run(play())


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({}, "say what is to be otherwise"),
        ({"staffing": "later"}, "say what is to be otherwise"),
        ({"without": ["rader"]}, "no such sensor"),
        ({"settings": ["zones.tents.iminent_s=60"]}, "imminent_s"),
        ({"settings": ["zones.tents.imminent_s=-1"]}, "imminent_s"),
        ({"settings": ["x" * 5000]}, ""),
        ({"settings": ["a=1"] * 33}, ""),
        ({"staffing": "drunk"}, ""),
        ({"delay_s": -1.0}, ""),
        ({"by": "me"}, ""),
    ],
)
def test_a_change_that_the_site_cannot_have_is_refused_with_the_reason(recording, wish, why):
    async def play():
        async with serving(recording) as client:
            answer = await client.post(PATH, json=wish)
            assert answer.status_code == 400
            assert why in answer.json()["error"]
            assert (await client.get(PATH)).json()["state"] == "none"

    run(play())


def test_pictures_are_thinned_out_where_there_would_be_too_many(recording, tmp_path, monkeypatch):
    monkeypatch.setattr(whatif_pictures, "PICTURES_MAX", 8)
    site = recorded_site(recording)
    line = pipeline.assemble(site)
    state, keeper = pipeline.start(line), PictureKeeper(tmp_path, site)
    for second in range(40):
        inputs = pipeline.Inputs([], [], [])
        state, picture = pipeline.step(line, state, inputs, START_NS + second * 10**9)
        keeper.see(picture)
    assert len(list(tmp_path.glob("*.picture"))) <= 8
    found = Pictures(tmp_path).at(START_NS + 39 * 10**9)
    assert found is not None
    assert Pictures(tmp_path / "none").at(START_NS) is None


def test_a_change_names_no_sensor_twice(recording):
    change = change_of(recorded_site(recording), WhatIfWish(without=["radar", "radar"]))
    assert change.without == {"radar"}
    with pytest.raises(RefusedError):
        change_of(recorded_site(recording), WhatIfWish(without=["../x"]))
