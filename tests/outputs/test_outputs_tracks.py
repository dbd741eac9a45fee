"""Tracks told over real sockets, to whoever listens."""

import asyncio
import math
import socket
import time

import msgspec
import numpy as np
import pytest

from vedette import health
from vedette.base.errors import RefusedError
from vedette.codecs import decode, open_decoders
from vedette.config.load import parse_site
from vedette.config.site import Output, Reference, Sensor, Site
from vedette.feeds import Intake, open_feeds
from vedette.geo import SiteFrame
from vedette.model.arrivals import Arrival
from vedette.model.enums import SourceHealth
from vedette.model.picture import AirPicture, Posture
from vedette.model.tracks import empty_tracks
from vedette.outputs.pace import Pace
from vedette.outputs.publishing import Publishing
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.told import tell_tracks

T0_NS = 1_641_254_400_000_000_000
REFERENCE = Reference(lat_deg=33.8, lon_deg=42.44, hae_m=190.0)
RADAR = Sensor(id="radar", kind="radar_3d", lat_deg=33.8, lon_deg=42.44, hae_m=200.0)


def make_site(*outputs):
    return Site(schema=1, name="x", reference=REFERENCE, sensors=[RADAR], outputs=list(outputs))


def make_picture(track_ids, now_ns=T0_NS):
    table, n = empty_tracks(max(len(track_ids), 1), 1), len(track_ids)
    table.count, table.t_ns = n, now_ns
    table.track_id[:n] = track_ids
    table.state_enu[:n] = [0.0, 1000.0, 300.0, 0.0, -45.0, 0.0]
    table.cov_enu[:n] = np.diag([100.0, 400.0, 900.0, 1.0, 1.0, 1.0])
    table.sensor_updated_ns[:n, 0] = now_ns
    return AirPicture(now_ns, table, {}, [], [], [], [], Posture(), [], [], [])


async def received(listener, count):
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(5.0):
        return [msgspec.json.decode(await loop.sock_recv(listener, 65536)) for _ in range(count)]


def listening():
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setblocking(False)
    listener.bind(("127.0.0.1", 0))
    return listener


def test_each_track_is_told_once_in_its_period_and_a_new_one_at_once():
    async def work():
        notes = []
        with listening() as listener:
            output = Output(id="east", kind="tracks_udp", port=listener.getsockname()[1])
            around = Surroundings(make_site(output), time.time_ns, notes.append, lambda *_: False)
            async with Publishing(around) as publishing:
                publishing.publish(make_picture([1]))
                publishing.publish(make_picture([1, 2], T0_NS + 500_000_000))
                publishing.publish(make_picture([1, 2], T0_NS + 1_000_000_000))
                heard = await received(listener, 3)
                with pytest.raises(BlockingIOError):
                    listener.recv(1)
        assert [h["track_id"] for h in heard] == [1, 2, 1]
        assert [n.kind for n in notes] == ["opened"]

    asyncio.run(work())


def test_a_told_track_has_its_place_and_its_ellipse_with_the_long_axis_north():
    site = make_site()
    (track,) = tell_tracks(make_picture([7]), site, SiteFrame(REFERENCE))
    assert math.isclose(track.lat_deg, 33.8 + 1000.0 / 110_920.0, abs_tol=1e-5)
    assert math.isclose(track.hae_m, 490.0, abs_tol=0.2)
    assert (track.sigma_major_m, track.sigma_minor_m, track.sigma_up_m) == (20.0, 10.0, 30.0)
    assert math.isclose(math.sin(track.major_rad), 0.0, abs_tol=1e-9)
    assert track.sensors == ("radar",)


def test_an_ellipse_along_north_east_is_told_so():
    picture = make_picture([7])
    picture.tracks.cov_enu[0, :2, :2] = [[5.0, 3.0], [3.0, 5.0]]
    (track,) = tell_tracks(picture, make_site(), SiteFrame(REFERENCE))
    assert math.isclose(track.major_rad, math.pi / 4)
    assert math.isclose(track.sigma_major_m, math.sqrt(8.0))
    assert math.isclose(track.sigma_minor_m, math.sqrt(2.0))


def test_a_track_that_has_ended_is_named_once():
    site, pace = make_site(), Pace(1.0)
    frame = SiteFrame(REFERENCE)
    pace.due(tell_tracks(make_picture([1, 2]), site, frame))
    left = tell_tracks(make_picture([2]), site, frame)
    assert pace.ended(left) == [1]
    pace.due(left)
    assert pace.ended(left) == []


def test_an_output_is_shown_among_the_sources_with_what_it_could_not_send():
    site = make_site(Output(id="east", kind="tracks_udp", port=9))
    decoders, state = open_decoders(site), health.start(site)
    assert state.sources["east"].kind == "output"
    notes = [
        Arrival(feed="east", t_recv_ns=T0_NS, kind="opened"),
        Arrival(feed="east", t_recv_ns=T0_NS, kind="shed", count=3),
    ]
    health.advance(state, decode(decoders, notes), T0_NS, notes)
    assert state.sources["east"].health is SourceHealth.OK
    assert state.sources["east"].shed == 3
    closed = [Arrival(feed="east", t_recv_ns=T0_NS + 1, kind="closed")]
    health.advance(state, decode(decoders, closed), T0_NS + 1, closed)
    assert state.sources["east"].health is SourceHealth.FAILED


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('id = "east"\nkind = "tracks_udp"', "outputs[0].port: must be the port to send to"),
        ('id = "http"\nkind = "tracks_udp"\nport = 9', "built-in door"),
        ('id = "east"\nkind = "tracks_udp"\nport = 9\nfeed = "x"', "a connection of its own"),
        ('id = "east"\nkind = "tracks_udp"\nport = 9\ngroup = "10.0.0.1"', "not a multicast"),
        ('id = "east"\nkind = "tracks_tdp"\nport = 9', "outputs[0].kind"),
    ],
)
def test_a_bad_output_is_refused_in_one_line(table, said):
    head = 'schema = 1\nname = "x"\nreference = { lat_deg = 1.0, lon_deg = 2.0, hae_m = 0.0 }\n'
    with pytest.raises(RefusedError, match="outputs") as refused:
        parse_site(f"{head}[[outputs]]\n{table}\n", "site.toml")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_answer_goes_back_over_the_feeds_own_connection():
    async def work():
        heard = asyncio.get_running_loop().create_future()

        async def greet(reader, writer):
            writer.write(b"hello")
            heard.set_result(await reader.readexactly(6))
            writer.close()

        async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            text = (
                'schema = 1\nname = "x"\n'
                "reference = { lat_deg = 1.0, lon_deg = 2.0, hae_m = 0.0 }\n"
                '[[sensors]]\nid = "adsb"\nkind = "adsb"\nlat_deg = 1.0\nlon_deg = 2.0\n'
                f'hae_m = 0.0\n[[feeds]]\nid = "beast"\nkind = "beast_tcp"\nport = {port}\n'
                'sensor = "adsb"\n'
            )
            site = parse_site(text, "site.toml")
            intake = Intake(site, time.time_ns)
            async with open_feeds(site, intake, time.time_ns) as opened:
                assert not opened.send("beast", b"nobody")
                async with asyncio.timeout(5.0):
                    while not any(a.data for a in intake.drain()):
                        await asyncio.sleep(0.005)
                    assert opened.send("beast", b"answer")
                    assert not opened.send("beast", b"answer", "somebody else")
                    assert await heard == b"answer"

    asyncio.run(work())
