"""The hand-over brief is asked for over HTTP, as data and as words."""

import asyncio

from server_world import HOSTILE_NAME, make_picture, running


def test_the_brief_is_told_as_data_and_as_words():
    async def story():
        async with running() as world, world.browser() as client:
            told = (await client.get("/api/brief")).json()
            assert [p["name"] for p in told["parts"]][:2] == ["degraded", "warnings"]
            by_name = {p["name"]: p for p in told["parts"]}
            assert by_name["unassessed"]["lines"][0]["track_id"] == 1
            text = await client.get("/api/brief.txt")
            assert text.headers["content-type"].startswith("text/plain")
            assert text.headers["x-content-type-options"] == "nosniff"
            assert "North camp: imminent, 90 s left; nobody has acknowledged it" in text.text
            assert HOSTILE_NAME[:10] in text.text

    asyncio.run(story())


def test_before_the_first_step_there_is_no_brief():
    async def story():
        async with running(tracks=0) as world, world.browser() as client:
            assert (await client.get("/api/brief")).status_code == 503
            assert (await client.get("/api/brief.txt")).status_code == 503
            world.hub.publish(make_picture(1))
            assert (await client.get("/api/brief")).status_code == 200

    asyncio.run(story())
