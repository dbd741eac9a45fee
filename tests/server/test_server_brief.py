"""The hand-over brief is asked for over HTTP, as data and as words."""

import asyncio
import json
import subprocess
import sys

from server_world import HOSTILE_NAME, PASSWORD, make_picture, running


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


def asked(*words: str, answer: str = "") -> "subprocess.CompletedProcess[str]":
    """Run `vedette brief` as a person does."""
    command = [sys.executable, "-m", "vedette", "brief", *words]
    return subprocess.run(
        command, capture_output=True, text=True, input=answer, timeout=60.0, check=False
    )


def test_the_command_prints_what_the_service_tells_and_no_call_sign_moves_the_terminal():
    async def story():
        async with running() as world:
            picture = make_picture(1)
            picture.identities[1].label = "AB\x1b[2J\x1b]0;owned\x07C"
            world.hub.publish(picture)
            words = await asyncio.to_thread(asked, world.url)
            data = await asyncio.to_thread(asked, world.url, "--json")
            return words, data

    words, data = asyncio.run(story())
    assert words.returncode == 0, words.stderr
    assert words.stdout.startswith("Test field, hand-over at 2022-01-04T00:00:00Z")
    assert "Degraded: none." in words.stdout and "(AB[2J]0;ownedC, as it says)" in words.stdout
    assert "\x1b" not in words.stdout and "\x07" not in words.stdout
    assert json.loads(data.stdout)["parts"][0]["name"] == "degraded"


def test_the_command_logs_in_where_it_must_and_says_in_one_line_what_is_wrong():
    async def story():
        async with running() as world:
            ways = (
                (("--name", "watch"), PASSWORD + "\n"),
                (("--name", "watch"), "wrong password\n"),
            )
            return [
                await asyncio.to_thread(asked, world.url, *words, answer=answer)
                for words, answer in ways
            ]

    let_in, refused = asyncio.run(story())
    assert let_in.returncode == 0 and "hand-over" in let_in.stdout
    nobody = asked("http://127.0.0.1:9")
    nonsense = asked("http://127.0.0.1:999999")
    for done in (refused, nobody, nonsense):
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
