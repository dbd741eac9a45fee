"""Tracks told to programs that dial in, over TCP and WebSocket, as JSON and GeoJSON."""

import asyncio
import contextlib
import json
import math

import pytest
from test_outputs_tracks import REFERENCE, T0_NS, make_picture, make_site
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from vedette.base.errors import RefusedError, VedetteError
from vedette.config.load import parse_site
from vedette.config.site import Output
from vedette.outputs import tracks_served
from vedette.outputs.publishing import Publishing
from vedette.outputs.surroundings import Surroundings

S = 10**9


def the_output(publishing):
    (output,) = publishing._outputs.values()
    return output


def port_of(publishing):
    return the_output(publishing)._server.sockets[0].getsockname()[1]


@contextlib.asynccontextmanager
async def serving(kind, **more):
    """Open one output of a site; give it, and the arrivals that it noted."""
    notes = []
    site = make_site(Output(id="out", kind=kind, **more))
    async with Publishing(Surroundings(site, lambda: T0_NS, notes.append, lambda *_: False)) as p:
        yield p, notes


async def there(publishing, count):
    """Wait until so many programs have dialled in."""
    async with asyncio.timeout(5.0):
        while len(the_output(publishing)._clients) < count:
            await asyncio.sleep(0.01)


async def lines(reader, count):
    async with asyncio.timeout(5.0):
        return [json.loads(await reader.readline()) for _ in range(count)]


def test_a_program_gets_every_track_when_it_comes_then_what_is_due_then_what_has_ended():
    async def work():
        async with serving("tracks_tcp") as (publishing, notes):
            publishing.publish(make_picture([1, 2]))
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(publishing))
            await there(publishing, 1)
            publishing.publish(make_picture([1, 2], T0_NS + S // 10))  # due to nobody but the new
            first = await lines(reader, 2)
            publishing.publish(make_picture([2], T0_NS + 2 * S))
            later = await lines(reader, 2)
            writer.close()
            return first, later, [note.kind for note in notes]

    first, later, kinds = asyncio.run(work())
    assert [told["track_id"] for told in first] == [1, 2]
    assert first[0]["kind"] == "track" and first[0]["lat_deg"] > REFERENCE.lat_deg
    assert [(told["kind"], told["track_id"]) for told in later] == [
        ("track_ended", 1),
        ("track", 2),
    ]
    assert kinds == ["opened"]


def test_geojson_features_have_place_time_and_course():
    async def work():
        async with (
            serving("tracks_websocket", format="geojson") as (publishing, _),
            connect(f"ws://127.0.0.1:{port_of(publishing)}", proxy=None) as socket,
        ):
            await there(publishing, 1)
            publishing.publish(make_picture([7]))
            told = json.loads(await socket.recv())
            publishing.publish(make_picture([], T0_NS + 2 * S))
            return told, json.loads(await socket.recv())

    told, ended = asyncio.run(work())
    assert (told["type"], told["id"]) == ("Feature", 7)
    lon, lat, _ = told["geometry"]["coordinates"]
    assert lon == pytest.approx(REFERENCE.lon_deg, abs=1e-6)
    assert (lat - REFERENCE.lat_deg) * 110_900 == pytest.approx(1000.0, rel=1e-3)
    assert told["properties"]["speed_mps"] == pytest.approx(45.0)
    assert told["properties"]["course_deg"] == pytest.approx(180.0)
    assert told["properties"]["time"] == "2022-01-04T00:00:00Z"
    assert told["properties"]["mode"] == "LIVE" and not math.isnan(lat)
    assert (ended["geometry"], ended["properties"]["status"]) == (None, "ended")


def test_a_program_that_does_not_read_misses_updates_and_delays_nobody(monkeypatch):
    monkeypatch.setattr(tracks_served, "WAITING_BYTES_MAX", 200_000)

    async def work():
        async with serving("tracks_tcp", period_s=1e-3) as (publishing, notes):
            _, deaf = await asyncio.open_connection("127.0.0.1", port_of(publishing), limit=1024)
            deaf.transport.pause_reading()
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(publishing))
            await there(publishing, 2)
            heard = 0
            for k in range(200):
                publishing.publish(make_picture(list(range(1, 101)), T0_NS + k * S))
                heard += len(await lines(reader, 100))
            waiting = max(
                client.transport.get_write_buffer_size()
                for client in the_output(publishing)._clients
            )
            deaf.transport.abort()
            writer.close()
            return heard, waiting, sum(note.count for note in notes if note.kind == "shed")

    heard, waiting, shed = asyncio.run(work())
    assert heard == 20_000
    assert shed > 0 and waiting <= 200_000


def test_a_page_of_another_origin_is_not_let_in():
    async def work():
        async with serving("tracks_websocket") as (publishing, _):
            url = f"ws://127.0.0.1:{port_of(publishing)}"
            with pytest.raises(InvalidStatus, match="403"):
                await connect(url, origin="http://evil.example", proxy=None)

    asyncio.run(work())


@pytest.mark.parametrize("kind", ["tracks_tcp", "tracks_websocket"])
def test_a_taken_port_is_said_with_what_to_do(kind):
    async def work():
        async with serving("tracks_tcp") as (publishing, _):
            with pytest.raises(VedetteError, match="give the output another port"):
                async with serving(kind, port=port_of(publishing)):
                    pass

    asyncio.run(work())


HEAD = 'schema = 1\nname = "x"\nreference = { lat_deg = 33.0, lon_deg = 42.0, hae_m = 0.0 }\n'


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('kind = "tracks_tcp"\nport = 8420', "the page's own"),
        ('kind = "tracks_tcp"\nport = 9000\ngroup = "239.1.1.1"', "sends to no group"),
        ('kind = "cot_udp"\nport = 9000\nformat = "geojson"', "a format of its own"),
    ],
)
def test_what_does_not_go_together_is_refused(table, words):
    with pytest.raises(RefusedError, match=words):
        parse_site(f'{HEAD}[[outputs]]\nid = "a"\n{table}\n', "site")
