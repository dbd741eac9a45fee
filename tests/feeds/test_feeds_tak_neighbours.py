"""Another system's tracks over TAK, through real sockets: shown where nobody of ours looks, and not
told back."""

import asyncio
import socket

import pytest

from vedette import pipeline
from vedette.base.errors import RefusedError
from vedette.codecs import cot
from vedette.config.load import parse_site
from vedette.feeds import Intake, open_feeds
from vedette.model.enums import Identity, Mode, ObjectClass, TrackStatus
from vedette.model.told import ToldTrack
from vedette.outputs.publishing import Publishing
from vedette.outputs.surroundings import Surroundings

T0_NS = 1_641_254_400_000_000_000
S_NS = 10**9
SECONDS = 12
TEXT = """schema = 1
name = "ours"
mode = "LIVE"
reference = {{ lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }}
[[sensors]]
id = "others"
kind = "position"
neighbour = true
cooperative = true
lat_deg = 33.8
lon_deg = 42.44
hae_m = 190.0
horizontal_sigma_m = 30.0
[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.8
lon_deg = 42.44
hae_m = 190.0
[[feeds]]
id = "tak"
kind = "cot_udp"
port = 0
{more}
[[outputs]]
id = "tak-out"
kind = "cot_udp"
port = {ear}
tell = ["tracks"]
"""


def their_track(second, status=TrackStatus.CONFIRMED):
    """Give a track of another Vedette, 45 m/s towards the east, as it tells it."""
    t_ns = T0_NS + second * S_NS
    told = ToldTrack(
        track_id=9, t_ns=t_ns, started_ns=T0_NS, updated_ns=t_ns, status=status, lat_deg=33.85,
        lon_deg=42.40 + 45.0 * second / 92_500.0, hae_m=500.0, v_east_mps=45.0, v_north_mps=0.0,
        v_up_mps=0.0, sigma_major_m=30.0, sigma_minor_m=30.0, major_rad=0.0, sigma_up_m=30.0,
        height_observed=True, existence_prob=1.0, identity=Identity.HOSTILE, identity_reason="x",
        object_class=ObjectClass.MULTIROTOR, class_prob=0.9, label="", sensors=("r",),
        mode=Mode.LIVE, is_second_hand=False,
    )  # fmt: skip
    return cot.write_event(cot.track_event(told, "vedette-0badcafe-T0009-1", 1.0), "mesh")


def heard(status=TrackStatus.CONFIRMED):
    """Hear another system through a socket; give our picture, and what our own output sent."""

    async def main():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
            ear.bind(("127.0.0.1", 0))
            ear.setblocking(False)
            text = TEXT.format(more='tracks_sensor = "others"', ear=ear.getsockname()[1])
            return await listen(parse_site(text, "site.toml"), ear, status)

    return asyncio.run(main())


async def listen(site, ear, status):
    now_ns = T0_NS
    intake = Intake(site, lambda: now_ns)
    line = pipeline.assemble(site)
    state = pipeline.start(line)
    around = Surroundings(site, lambda: now_ns, lambda note: None, lambda *_: False)
    sent = []
    async with open_feeds(site, intake, lambda: now_ns) as opened, Publishing(around) as publishing:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as theirs:
            for second in range(SECONDS):
                now_ns = T0_NS + second * S_NS
                theirs.sendto(their_track(second, status), ("127.0.0.1", opened.ports["tak"]))
                async with asyncio.timeout(5.0):
                    while not intake.waiting:
                        await asyncio.sleep(0.001)
                inputs = pipeline.Inputs(intake.drain())
                state, picture = pipeline.step(line, state, inputs, now_ns)
                publishing.publish(picture)
    while True:
        try:
            sent.append(cot.read_frame(ear.recv(65_536)))
        except BlockingIOError:
            return state, picture, sent


def test_a_track_that_another_system_tells_is_shown_with_its_source_and_told_by_it_alone():
    state, picture, sent = heard()
    table = picture.tracks
    assert table.count == 1 and table.status[0] == TrackStatus.CONFIRMED
    assert (table.sensor_updated_ns[0] > 0).tolist() == [True, False]
    assert picture.provenance[int(table.track_id[0])]["others"].object_ref.startswith("vedette-")
    record = picture.identities[int(table.track_id[0])]
    assert record.identity is not Identity.HOSTILE  # that is their word
    assert sent == []
    assert not state.health.sources["tak"].refused


def test_a_track_that_another_system_does_not_see_now_is_none():
    state, picture, _ = heard(TrackStatus.COASTING)
    assert picture.tracks.count == 0
    assert not state.health.sources["tak"].refused
    (shown,) = [source for source in picture.sources if source.source == "tak"]
    assert shown.passed_by_reason == {"predicted: nobody sees it now": SECONDS}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('tracks_sensor = "radar"', "neighbour = true"),
        ('tracks_sensor = "nobody"', "neighbour = true"),
        ('sensor = "others"', "no sensor of kind position with cooperative = true"),
        ('sightings_sensor = "others"', "no sensor of kind position with cooperative = true"),
    ],
)
def test_a_sensor_that_cannot_be_whose_tracks_they_are_is_refused(more, said):
    with pytest.raises(RefusedError, match=said):
        parse_site(TEXT.format(more=more, ear=9), "site.toml")
