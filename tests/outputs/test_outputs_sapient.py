"""The fusion node: what a strict middleware on a real socket hears, and what it does not."""

import asyncio
import socket
import struct
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from vedette.codecs import sapient
from vedette.config.site import Asset, Feed, Output, Reference, Sensor, Site, Zone
from vedette.geo import SiteFrame
from vedette.model.enums import Identity, Mode, ObjectClass, SourceHealth, WarningLevel
from vedette.model.events import SourceReported
from vedette.model.picture import (
    AirPicture,
    IdentityRecord,
    Origin,
    Posture,
    SourceState,
    WarningRecord,
)
from vedette.model.tracks import empty_tracks
from vedette.outputs.sapient import SapientOutput
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.told import tell_tracks
from vedette.service.live import Service

sys.path.insert(0, str(Path(__file__).parents[1] / "codecs"))
from sapient_world import NODE, OTHER, made

T0_NS = 1_641_254_400_000_000_000
MS = 1_000_000
OURS = "0b8a1f3e-52b1-4c58-9d53-2b7f7bb2b5f1"
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
OBJECT = "01H4R63D7NVN8444Z5M77WEBY2"
SITE = Site(
    schema=1,
    name="fusion test",
    mode=Mode.SIMULATED,
    reference=Reference(**HOME),
    assets=[Asset(id="camp", name="Camp", lat_deg=33.81, lon_deg=42.45)],
    zones=[Zone(id="camp", name="Camp", asset="camp")],
    sensors=[Sensor(id="radar", kind="radar_3d", sapient_node=NODE, **HOME)],
    feeds=[Feed(id="nodes", kind="sapient_tcp", port=1, node=OURS)],
    outputs=[Output(id="fusion", kind="sapient", feed="nodes", period_s=1.0)],
)
FRAME = SiteFrame(SITE.reference)


def make_picture(track_ids, now_ns):
    table, n = empty_tracks(max(len(track_ids), 1), 1), len(track_ids)
    table.count, table.t_ns = n, now_ns
    table.track_id[:n] = track_ids
    table.started_ns[:n] = T0_NS
    table.state_enu[:n] = [0.0, 1000.0, 300.0, 0.0, -45.0, 0.0]
    table.cov_enu[:n] = np.diag([100.0, 400.0, 900.0, 1.0, 1.0, 1.0])
    return AirPicture(now_ns, table, {}, [], [], [], [], Posture(), [], [], [])


class StrictMiddleware:
    """Takes what is sent, and holds it to what a strict middleware holds it to."""

    def __init__(self):
        self.messages, self.notes, self.is_there = [], [], True
        around = Surroundings(SITE, lambda: self.now_ns, self.notes.append, self.take)
        self.now_ns = T0_NS
        self.output = SapientOutput(SITE.outputs[0], around)
        self.last_detection_ns = 0

    def take(self, feed, data, peer):
        assert (feed, peer) == ("nodes", None)
        if not self.is_there:
            return False
        found = sapient.split(data)
        assert found.used == len(data)
        for raw in found.messages:
            message = sapient.parse(raw)
            assert message.node_id == OURS
            assert message.additional_information in ("SIMULATED", "")
            t_ns = message.timestamp.seconds * 10**9 + message.timestamp.nanos
            assert -900 * MS <= t_ns - self.now_ns <= 100 * MS
            if message.WhichOneof("content") == "detection_report":
                gap_ns = t_ns - self.last_detection_ns
                assert gap_ns == 0 or gap_ns >= 80 * MS
                self.last_detection_ns = t_ns
            self.messages.append(message)
        return True

    def publish(self, after_ms, track_ids=(), taken=None, warnings=(), **identity):
        """Publish a picture; give the kinds of messages that came of it."""
        self.now_ns = T0_NS + after_ms * MS
        picture = make_picture(list(track_ids), self.now_ns)
        picture.warnings.extend(warnings)
        for track_id in track_ids:
            picture.identities[track_id] = IdentityRecord(track_id=track_id, **identity)
        picture.provenance.update(
            {t: {"radar": Origin(object_ref=OBJECT, t_meas_ns=self.now_ns)} for t in track_ids}
        )
        picture.sources.append(
            SourceState(source="radar", kind="sensor", health=SourceHealth.STALE, reason="silent")
        )
        if taken is not None:
            event = SourceReported(
                t_ns=self.now_ns, source="nodes", kind=taken, text="", severity="info"
            )
            picture.events.append(event)
        before = len(self.messages)
        self.output.publish(picture, tell_tracks(picture, SITE, FRAME))
        return [m.WhichOneof("content") for m in self.messages[before:]]

    def last(self, kind):
        return next(
            getattr(m, kind) for m in reversed(self.messages) if m.WhichOneof("content") == kind
        )


def warning(revision=1, level=WarningLevel.POSSIBLE):
    return WarningRecord(
        warning_id=3,
        revision=revision,
        zone_id="camp",
        zone_name="Camp",
        level=level,
        track_ids=(7,),
        reason="inbound",
        spoken="Camp: be ready.",
        seconds_left_s=100.0,
        raised_ns=T0_NS,
        arrival_ns=T0_NS + 100 * 10**9,
        cause="track",
        t_detect_ns=T0_NS,
    )


def test_nothing_is_said_before_the_registration_is_taken_and_then_everything():
    peer = StrictMiddleware()
    assert peer.publish(0, [7]) == []
    assert peer.publish(100, [7], taken="registering") == []
    assert peer.publish(200, [7], taken="rejected") == []
    assert peer.publish(300, [7, 8], taken="accepted") == ["detection_report"] * 2 + [
        "status_report"
    ]
    assert peer.publish(400, [7, 8], taken="registering") == []


def test_the_output_is_open_while_the_middleware_has_taken_our_registration():
    peer, told = StrictMiddleware(), []
    for after_ms, word in enumerate((None, "accepted", None, "rejected", "accepted")):
        peer.publish(after_ms, taken=word)
        told.append([note.kind for note in peer.notes])
    assert told[0] == [] and told[1] == told[2] == ["opened"]
    assert told[3] == ["opened", "closed"] and told[4] == ["opened", "closed", "opened"]


def test_cycles_are_apart_and_one_cycle_has_one_time_whatever_the_steps_do():
    peer = StrictMiddleware()
    peer.publish(0, [1, 2, 3], taken="accepted")
    said = [(ms, peer.publish(ms, range(1, 4 + ms // 25))) for ms in range(1, 2000, 25)]
    assert sum(len(kinds) for _, kinds in said) > 80
    times = {m.timestamp.nanos for m in peer.messages if m.WhichOneof("content") != "status_report"}
    assert 10 < len(times) < len(peer.messages) / 3


def test_a_track_keeps_its_object_names_its_sources_and_says_who_and_what():
    peer = StrictMiddleware()
    drone = {
        "identity": Identity.SUSPECT,
        "object_class": ObjectClass.FIXED_WING_UAS,
        "class_prob": {"fixed_wing_uas": 0.8},
    }
    peer.publish(0, [7], taken="accepted", **drone)
    first = peer.last("detection_report")
    (derived,) = first.derived_detection
    assert (derived.node_id, derived.object_id) == (NODE, OBJECT)
    told = {info.type: info.value for info in first.object_info}
    assert (told["identity"], told["track"]) == ("SUSPECT", "T0007")
    assert first.classification[0].type == "Air Vehicle"
    assert first.classification[0].sub_class[0].type == "UAV Fixed Wing"
    assert first.enu_velocity.north_rate == pytest.approx(-45.0)
    assert first.location.y == pytest.approx(33.8 + 1000.0 / 110_913.0, abs=1e-4)
    assert first.location.y_error * 111_195.0 == pytest.approx(20.0, rel=1e-3)
    peer.publish(1000, [7], **drone)
    second = peer.last("detection_report")
    assert second.object_id == first.object_id and second.report_id != first.report_id
    assert peer.publish(1200, []) == ["detection_report"]
    lost = peer.last("detection_report")
    assert (lost.object_id, lost.state) == (first.object_id, "lost")


def test_a_warning_is_an_alert_with_one_id_until_its_all_clear():
    peer = StrictMiddleware()
    peer.publish(0, [7], taken="accepted", warnings=[warning()])
    first = peer.last("alert")
    assert (first.alert_type, first.status, first.priority) == (2, 1, 2)
    assert first.description == "SIMULATED. Camp: be ready."
    assert first.associated_detection[0].object_id == peer.last("detection_report").object_id
    assert (first.location.x, first.location.y) == (42.45, 33.81)
    assert "alert" not in peer.publish(200, [7], warnings=[warning()])
    peer.publish(400, [7], warnings=[warning(2, WarningLevel.IMMINENT)])
    assert (peer.last("alert").alert_type, peer.last("alert").alert_id) == (3, first.alert_id)
    peer.publish(600, [7])
    assert (peer.last("alert").status, peer.last("alert").alert_id) == (5, first.alert_id)


def test_status_comes_every_five_seconds_and_names_the_sick():
    peer = StrictMiddleware()
    peer.publish(0, taken="accepted")
    times = [ms for ms in range(250, 11_000, 250) if peer.publish(ms) == ["status_report"]]
    assert times == [5000, 10000]
    said = peer.last("status_report")
    assert said.system == 2 and said.status[0].status_value == "radar: silent"


def test_what_nobody_takes_is_counted_and_told_anew():
    peer = StrictMiddleware()
    peer.publish(0, [7], taken="accepted", warnings=[warning()])
    peer.is_there = False
    peer.publish(1000, [7], warnings=[warning()])
    assert [(note.kind, note.count) for note in peer.notes[1:]] == [("shed", 1)]
    peer.is_there = True
    assert peer.publish(1200, [7], warnings=[warning()]) == [
        "alert",
        "detection_report",
        "status_report",
    ]


def test_an_output_over_another_kind_of_feed_is_refused():
    from vedette.config.check import site_faults

    wrong = msgspec.structs.replace(SITE.feeds[0], kind="sapient_listen")
    site = msgspec.structs.replace(SITE, feeds=[wrong])
    assert [path for path, _ in site_faults(site)] == ["outputs[0].feed"]


def test_over_a_real_socket_a_sensor_is_heard_and_the_fused_track_names_its_object(tmp_path):
    async def next_message(reader):
        async with asyncio.timeout(20.0):
            head = await reader.readexactly(sapient.HEAD_BYTES)
            return sapient.parse(await reader.readexactly(struct.unpack("<I", head)[0]))

    async def registered(calls):
        """Take the call that lasts: one begun while the first step still loads may be given up."""
        while True:
            reader, writer = await calls.get()
            try:
                return reader, writer, await next_message(reader)
            except asyncio.IncompleteReadError:
                writer.close()

    async def work():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        calls: asyncio.Queue = asyncio.Queue()

        async def answer(reader, writer):
            await calls.put((reader, writer))

        text = f"""
schema = 1
name = "fusion test"
mode = "SIMULATED"
reference = {{ lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }}
[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.8
lon_deg = 42.44
hae_m = 190.0
sapient_node = "{NODE}"
[[feeds]]
id = "nodes"
kind = "sapient_tcp"
port = {port}
node = "{OURS}"
[[outputs]]
id = "fusion"
kind = "sapient"
feed = "nodes"
period_s = 0.5
"""
        async with (
            await asyncio.start_server(answer, "127.0.0.1", port),
            Service(text, tmp_path / "recording") as service,
        ):
            running = asyncio.create_task(service.run_live())
            reader, writer, first = await registered(calls)
            assert first.WhichOneof("content") == "registration"
            head = {"nodeId": OTHER, "destinationId": OURS}
            for kind, said in (("registrationAck", head), ("registration", {})):
                writer.write(sapient.frame(made(kind, **said).SerializeToString()))
            fused = None
            for k in range(200):
                detection = made("detectionReport")
                now_ns = service.now_ns()
                detection.timestamp.seconds, detection.timestamp.nanos = divmod(now_ns, 10**9)
                detection.detection_report.range_bearing.range = 5000.0 - 40.0 * k * 0.05
                writer.write(sapient.frame(detection.SerializeToString()))
                await asyncio.sleep(0.05)
                while fused is None and reader._buffer:
                    message = await next_message(reader)
                    if message.WhichOneof("content") == "detection_report":
                        fused = message.detection_report
            assert fused is not None
            (derived,) = fused.derived_detection
            assert (derived.node_id, derived.object_id) == (NODE, made("alert").alert.alert_id)
            writer.close()
            service.stop()
            await running

    asyncio.run(work())
