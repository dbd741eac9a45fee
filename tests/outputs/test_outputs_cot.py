"""Cursor on Target to real sockets: tracks, their ends, warnings, zones and sensors."""

import asyncio
import socket
import time

import msgspec
import numpy as np
import pytest

from vedette.base.errors import RefusedError
from vedette.codecs import cot
from vedette.config.load import parse_site
from vedette.config.site import Zone
from vedette.feeds import Intake, open_feeds
from vedette.model.enums import Identity, ObjectClass, WarningLevel
from vedette.model.picture import AirPicture, IdentityRecord, Posture, WarningRecord
from vedette.model.tracks import empty_tracks
from vedette.outputs.publishing import Publishing
from vedette.outputs.surroundings import Surroundings

T0_NS = 1_641_254_400_000_000_000
S_NS = 10**9
TEXT = """schema = 1
name = "cot out"
mode = "{mode}"
reference = {{ lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }}
[[assets]]
id = "tower"
name = "Tower"
lat_deg = 33.81
lon_deg = 42.45
radius_m = 250.0
[[assets]]
id = "camp"
name = "Camp"
lat_deg = 33.82
lon_deg = 42.45
polygon = [[33.82, 42.45], [33.83, 42.45], [33.83, 42.46]]
[[zones]]
id = "tower"
name = "Tower <north>"
asset = "tower"
[[zones]]
id = "camp"
name = "Camp"
asset = "camp"
[[sensors]]
id = "radar"
name = "Radar & mast"
kind = "radar_3d"
lat_deg = 33.8
lon_deg = 42.44
hae_m = 200.0
[[outputs]]
id = "tak-out"
{output}
"""


def site_of(output, mode="LIVE"):
    return parse_site(TEXT.format(output=output, mode=mode), "site.toml")


def picture(track_ids, t_s=0.0, warnings=(), identity=Identity.SUSPECT):
    table, n = empty_tracks(max(len(track_ids), 1), 1), len(track_ids)
    table.count, table.t_ns = n, T0_NS + int(t_s * S_NS)
    table.track_id[:n] = track_ids
    table.started_ns[:n] = T0_NS - 60 * S_NS
    table.state_enu[:n] = [0.0, 1000.0, 300.0, 0.0, -45.0, 0.0]
    table.cov_enu[:n] = np.diag([100.0, 400.0, 900.0, 1.0, 1.0, 1.0])
    table.height_observed[:n] = 1
    records = {
        k: IdentityRecord(
            track_id=k, identity=identity, identity_reason="inbound",
            object_class=ObjectClass.MULTIROTOR, class_prob={"multirotor": 0.9},
        )
        for k in track_ids
    }  # fmt: skip
    return AirPicture(table.t_ns, table, records, [], list(warnings), [], [], Posture(), [], [], [])


def warned(level=WarningLevel.IMMINENT, revision=1):
    return WarningRecord(
        warning_id=3, revision=revision, zone_id="tower", zone_name="Tower <north>", level=level,
        track_ids=(7,), raised_ns=T0_NS, arrival_ns=T0_NS + 60 * S_NS, seconds_left_s=60.0,
        reason="T0007 is inbound.", spoken="Take cover.", cause="threat", t_detect_ns=T0_NS,
    )  # fmt: skip


class Ear:
    """A UDP socket that reads events."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.raw = []

    async def events(self, count):
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(5.0):
            self.raw = [await loop.sock_recv(self.socket, 65536) for _ in range(count)]
        with pytest.raises(BlockingIOError):
            self.socket.recv(1)
        return [cot.read_frame(data) for data in self.raw]


def udp(work, keys='tell = ["tracks"]', mode="LIVE"):
    """Run `work(publishing, ear)` with a cot_udp output."""

    async def main():
        ear, notes = Ear(), []
        with ear.socket:
            site = site_of(f'kind = "cot_udp"\nport = {ear.port}\n{keys}', mode)
            around = Surroundings(site, time.time_ns, notes.append, lambda *_: False)
            async with Publishing(around) as publishing:
                await work(publishing, ear)
        assert [note.kind for note in notes] == ["opened"]

    asyncio.run(main())


@pytest.mark.parametrize("protocol", [0, 1])
def test_a_track_is_told_in_its_period_and_deleted_when_it_ends(protocol):
    async def work(publishing, ear):
        for t_s in (0.0, 1.0, 2.0):
            publishing.publish(picture([7], t_s))
        first, again = await ear.events(2)
        assert all(data[:1] == (b"\xbf" if protocol else b"<") for data in ear.raw)
        assert (first.kind, first.callsign, first.uid) == ("a-s-A-M-H-Q", "T0007", again.uid)
        assert (first.ce_m, first.le_m) == (20.0, 30.0)
        assert first.stale_ns - first.time_ns == 6 * S_NS
        assert again.time_ns - first.time_ns == 2 * S_NS
        publishing.publish(picture([], 2.5))
        (gone,) = await ear.events(1)
        assert (gone.kind, gone.links) == ("t-x-d-d", (first.uid,))
        publishing.publish(picture([], 3.0))
        await ear.events(0)

    udp(work, f'tell = ["tracks"]\nperiod_s = 2.0\ntak_protocol = {protocol}')


def test_a_track_that_becomes_hostile_keeps_its_uid_and_changes_its_type():
    async def work(publishing, ear):
        publishing.publish(picture([7]))
        publishing.publish(picture([7], 1.0, identity=Identity.HOSTILE))
        before, after = await ear.events(2)
        assert (before.kind, after.kind) == ("a-s-A-M-H-Q", "a-h-A-M-H-Q")
        assert before.uid == after.uid

    udp(work)


def test_more_tracks_than_one_step_may_write_are_told_by_the_next_ones():
    async def work(publishing, ear):
        told = []
        for step in range(4):
            publishing.publish(picture(list(range(1, 351)), 0.05 * step))
            told += await ear.events(50 if step == 3 else 100)
        assert [event.callsign for event in told] == [f"T{k:04d}" for k in range(1, 351)]

    udp(work)


def test_a_warning_is_told_at_once_again_when_it_escalates_and_over_with_the_all_clear():
    async def work(publishing, ear):
        publishing.publish(picture([], 0.0, [warned(WarningLevel.POSSIBLE)]))
        publishing.publish(picture([], 1.0, [warned(WarningLevel.POSSIBLE)]))
        publishing.publish(picture([], 2.0, [warned(revision=2)]))
        publishing.publish(picture([], 12.0, [warned(revision=2)]))
        publishing.publish(picture([], 13.0))
        told = await ear.events(4)
        assert [event.kind for event in told] == ["b-a-g", "b-a-o-pan", "b-a-o-pan", "b-a-o-can"]
        assert len({event.uid for event in told}) == 1
        assert told[1].callsign == "TAKE COVER: Tower <north>"
        assert told[1].remarks == "Take cover. T0007 is inbound."
        assert (told[1].lat_deg, told[1].lon_deg) == (33.81, 42.45)
        assert b'<emergency type="Ring The Bell">' in ear.raw[1]
        assert b'<emergency cancel="true">' in ear.raw[3]

    udp(work, 'tell = ["warnings"]')


def test_zones_and_sensors_are_drawn_and_drawn_again_each_minute():
    async def work(publishing, ear):
        for t_s in (0.0, 30.0, 60.0):
            publishing.publish(picture([], t_s))
        told = await ear.events(6)
        assert [event.kind for event in told] == ["u-d-c-c", "u-d-f", "a-f-G-E-S-R"] * 2
        assert b'<ellipse major="250.0" minor="250.0"' in ear.raw[0]
        assert ear.raw[1].count(b"<link point=") == 4
        assert told[2].callsign == "Radar & mast"
        assert told[0].stale_ns - told[0].time_ns == 180 * S_NS

    udp(work, 'tell = ["zones", "sensors"]')


@pytest.mark.parametrize("mode", ["SIMULATED", "EXERCISE", "REPLAY"])
def test_everything_that_is_not_live_is_marked(mode):
    async def work(publishing, ear):
        publishing.publish(picture([7], 0.0, [warned()]))
        publishing.publish(picture([7], 1.0))
        told = await ear.events(7)
        assert len({event.kind for event in told}) == 6
        for event in told:
            assert event.opex
            assert event.remarks.startswith(mode)
            assert event.callsign.startswith(("SIM ", "EXER ", "REPLAY "))

    udp(work, "", mode)


def test_over_a_feed_everything_is_told_anew_to_a_server_that_has_come_back():
    async def main():
        frames, writers, heard = [], [], asyncio.Event()

        async def serve(reader, writer):
            writers.append(writer)
            buffer = cot.StreamBuffer()
            while data := await reader.read(65536):
                frames.extend(cot.cut(buffer, data))
                heard.set()
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            site = site_of(
                'kind = "cot_tcp"\nfeed = "tak"\n[[feeds]]\nid = "tak"\nkind = "cot_tcp"\n'
                f"port = {port}"
            )
            notes, intake = [], Intake(site, time.time_ns)
            async with open_feeds(site, intake, time.time_ns) as opened:
                around = Surroundings(site, time.time_ns, notes.append, opened.send)
                async with Publishing(around) as publishing, asyncio.timeout(20.0):
                    for round_number in (1, 2):
                        while not opened.peers["tak"]:
                            publishing.publish(picture([7], 10.0 * round_number))
                            await asyncio.sleep(0.01)
                        publishing.publish(picture([7], 10.0 * round_number + 5.0, [warned()]))
                        while len(frames) < 5:
                            heard.clear()
                            await heard.wait()
                        kinds = sorted(cot.read_frame(frame).kind for frame in frames)
                        assert kinds == [
                            "a-f-G-E-S-R",
                            "a-s-A-M-H-Q",
                            "b-a-o-pan",
                            "u-d-c-c",
                            "u-d-f",
                        ]
                        frames.clear()
                        writers[-1].transport.abort()
                        while opened.peers["tak"]:
                            await asyncio.sleep(0.01)
            kinds = [note.kind for note in notes]
            assert kinds == ["opened", "closed", "opened"]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ('kind = "cot_tcp"\nport = 8087', "speaks over a feed's connection"),
        ('kind = "cot_tcp"\nfeed = "nobody"', "no feed of a fitting kind"),
        ('kind = "cot_udp"\nport = 6969\ntell = ["traks"]', "tell"),
        ('kind = "cot_udp"\nport = 6969\ntak_protocol = 2', "tak_protocol"),
    ],
)
def test_a_bad_output_is_refused_in_one_line(output, said):
    with pytest.raises(RefusedError) as refused:
        site_of(output)
    assert said in str(refused.value)


def test_a_zone_that_people_draw_is_told_at_once_and_deleted_when_it_is_removed():
    async def main():
        ear = Ear()
        with ear.socket:
            filed = site_of(f'kind = "cot_udp"\nport = {ear.port}\ntell = ["zones", "warnings"]')
            around = Surroundings(filed, time.time_ns, lambda note: None, lambda *_: False)
            async with Publishing(around) as publishing:
                publishing.publish(picture([]))
                await ear.events(len(filed.zones))
                square = [(33.85, 42.5), (33.85, 42.51), (33.86, 42.51)]
                huts = Zone(id="huts", name="Huts", asset="tower", polygon=square)
                drawn = msgspec.structs.replace(filed, zones=[*filed.zones, huts])
                around.site = drawn
                publishing.publish(picture([], 1.0))
                told = (await ear.events(len(drawn.zones)))[-1]
                assert (told.kind, told.callsign) == ("u-d-f", "Huts")
                assert (told.lat_deg, told.lon_deg) == (pytest.approx(33.855), 42.505)
                own = msgspec.structs.replace(warned(), zone_id="huts", zone_name="Huts")
                publishing.publish(picture([], 2.0, [own]))
                (alert,) = await ear.events(1)
                assert (alert.lat_deg, alert.lon_deg) == (told.lat_deg, told.lon_deg)
                publishing.publish(picture([], 3.0))
                (clear,) = await ear.events(1)
                assert (clear.kind, clear.lat_deg) == ("b-a-o-can", told.lat_deg)
                around.site = filed
                publishing.publish(picture([], 4.0))
                gone = (await ear.events(1 + len(filed.zones)))[0]
                assert (gone.kind, gone.links) == ("t-x-d-d", (told.uid,))

    asyncio.run(main())


def test_a_moving_assets_zone_is_not_drawn_where_it_is_not():
    site = site_of('kind = "cot_udp"\nport = 6969')
    moving = msgspec.structs.replace(site.assets[0], position_feed="radar", position_id="LEAD")
    site = msgspec.structs.replace(site, assets=[moving, site.assets[1]])
    from vedette.codecs.cot.places import zone_events

    assert [event.callsign for event in zone_events(site, "v", T0_NS)] == ["Camp"]
