"""Detections that come faster than they may, by HTTP and by WebSocket."""

import asyncio

import pytest
import websockets
from server_world import running
from test_server_api import DETECTION


def test_detections_above_the_rate_are_turned_away_unread_and_taken_again_after():
    async def story():
        async with running() as world, world.browser() as client:
            world.service.flooded = {"http", "websocket"}
            answer = await client.post("/api/detections", content=DETECTION)
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
            assert "door_rate_max_hz" in answer.json()["error"]
            async with websockets.connect(f"{world.ws_url}/api/detections") as socket:
                await socket.send(b"no detection at all")
                await socket.send(DETECTION)
                await asyncio.sleep(0.2)
                assert world.service.arrivals == []
                world.service.flooded = set()
                await socket.send(DETECTION)
                async with asyncio.timeout(5.0):
                    while not world.service.arrivals:
                        await asyncio.sleep(0.01)

    asyncio.run(story())


def test_of_a_body_the_lines_of_who_floods_are_left_out_and_named_in_the_answer():
    async def story():
        async with running() as world, world.browser() as client:
            world.service.flooded = {"loud"}
            loud = DETECTION.replace(b"radar-1", b"loud")
            body = b"\n".join((DETECTION, loud, DETECTION))
            answer = await client.post("/api/detections", content=body)
            said = answer.json()
            assert (answer.status_code, said["accepted"], said["refused"]) == (202, 2, 1)
            assert [(r["line"], r["reason"]) for r in said["refusals"]] == [(2, "too fast")]
            (arrival,) = world.service.arrivals
            assert arrival.data.split(b"\n")[1] == b"" and b"loud" not in arrival.data

    asyncio.run(story())


def test_a_sensor_that_sends_twice_what_it_may_is_hung_up_on_and_told_why():
    async def story():
        async with running() as world:
            world.service.flooded = {"websocket"}
            async with websockets.connect(f"{world.ws_url}/api/detections") as socket:
                lines = (DETECTION + b"\n") * 50
                for _ in range(41):
                    await socket.send(lines)
                with pytest.raises(websockets.ConnectionClosed) as ended:
                    await asyncio.wait_for(socket.recv(), 10.0)
            assert ended.value.rcvd.code == 1013
            assert "door_rate_max_hz" in ended.value.rcvd.reason
            assert world.service.arrivals == []

    asyncio.run(story())
