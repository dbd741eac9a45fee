"""Where a drone says its operator is: for the watch alone, for two minutes, and put out nowhere."""

import asyncio
import json
import math
import struct
import subprocess
import sys

import msgspec
import pyarrow.parquet
import pytest
import websockets
from server_world import HASH, running

from vedette import pipeline
from vedette.codecs import remote_id
from vedette.config.load import load_site
from vedette.config.site import Person
from vedette.identity.operators import OPERATOR_LIFE_S, OPERATORS_MAX
from vedette.model.arrivals import Arrival
from vedette.model.enums import Role
from vedette.model.reports import OperatorReport
from vedette.record import digests

NS = 1_000_000_000
T0_NS = 1_641_254_400 * NS
SERIAL, OPERATOR = "1581F4OPERATOR1", "FIN87astrdge12k8"
OPERATOR_LAT_DEG, OPERATOR_LON_DEG = 52.3917283, 5.2173917
ADDRESS = bytes.fromhex("c0ffee000001")
PEOPLE = [
    Person(name="watch", roles=[Role.OPERATOR], password=HASH),
    Person(name="identifier", roles=[Role.IDENTIFICATION_AUTHORITY], password=HASH),
    Person(name="guest", roles=[Role.VIEWER], password=HASH),
    Person(name="shooter", roles=[Role.ENGAGEMENT_AUTHORITY], password=HASH),
    Person(name="auditor", roles=[Role.AUDITOR], password=HASH),
]


def beacon(second):
    location = remote_id.Location(
        status=2, direction_deg=90, speed_mps=10.0, climb_mps=0.0, lat_deg=52.405,
        lon_deg=5.2 + second * 1.47e-4, hae_m=120.0, horizontal_accuracy=10,
        vertical_accuracy=4, tenths=second * 10,
    )  # fmt: skip
    system = remote_id.System(
        place=1, operator_lat_deg=OPERATOR_LAT_DEG, operator_lon_deg=OPERATOR_LON_DEG
    )
    pack = remote_id.encode_pack(
        [
            remote_id.encode(message)
            for message in (
                remote_id.BasicId(id_type=1, ua_type=2, uas_id=SERIAL.encode()),
                remote_id.OperatorId(kind=0, operator_id=OPERATOR.encode()),
                location,
                system,
            )
        ]
    )
    return remote_id.beacon(ADDRESS, second, pack)


@pytest.fixture(scope="module")
def flown(repository):
    """A drone that tells its operator's place for ten seconds: pipeline, state, picture, events."""
    site = load_site(repository / "scenarios" / "sites" / "remote_id.toml")
    line = pipeline.assemble(msgspec.structs.replace(site, people=PEOPLE))
    state, events = pipeline.start(line), []
    for second in range(10):
        now_ns = T0_NS + second * NS + NS // 2
        data = remote_id.wrap(105, beacon(second))
        arrival = Arrival(feed="remote_id_feed", t_recv_ns=now_ns, data=data)
        state, picture = pipeline.step(line, state, pipeline.Inputs([arrival]), now_ns)
        events += picture.events
    return line, state, picture, events


def tells(value):
    """Say whether anything in it is the operator's place or registration."""
    if isinstance(value, dict):
        return any(tells(item) for pair in value.items() for item in pair)
    if isinstance(value, list | tuple):
        return any(tells(item) for item in value)
    if isinstance(value, float):
        near_deg = min(abs(value - OPERATOR_LAT_DEG), abs(value - OPERATOR_LON_DEG))
        near_rad = min(
            abs(value - math.radians(OPERATOR_LAT_DEG)), abs(value - math.radians(OPERATOR_LON_DEG))
        )
        return near_deg < 1e-5 or near_rad < 1e-7
    text = str(value)
    return OPERATOR in text or "52.3917" in text or "5.21739" in text


def test_the_watch_may_ask_where_an_operator_is_and_nobody_else(flown):
    async def story():
        line, _, picture, _ = flown
        async with running(line.site, tracks=0) as world:
            world.hub.publish(picture)
            (track_id,) = picture.identities
            path = f"/api/tracks/{track_id}/operator"
            codes = {}
            for name in ("", "guest", "shooter", "auditor", "identifier", "watch"):
                async with world.browser() as client:
                    if name:
                        await world.log_in(client, name)
                    answer = await client.get(path)
                    codes[name] = answer.status_code
            assert codes == {
                "": 401, "guest": 403, "shooter": 403, "auditor": 403, "identifier": 200,
                "watch": 200,
            }  # fmt: skip
            told = answer.json()
            assert told["lat_deg"] == pytest.approx(OPERATOR_LAT_DEG, abs=1e-7)
            assert (told["remote_id"], told["operator_id"]) == (SERIAL, OPERATOR)
            assert told["place"] == "live" and 0.0 <= told["age_s"] <= 5.0
            assert world.hub.counters["operator_shown"] == 2

    asyncio.run(story())


def test_nothing_else_of_the_service_tells_of_operators_not_even_to_the_watch(flown):
    async def story():
        line, _, picture, _ = flown
        async with running(line.site, tracks=0) as world:
            world.hub.publish(picture)
            (track_id,) = picture.identities
            async with world.browser() as client:
                await world.log_in(client, "watch")
                paths = ("/api/site", "/api/picture", f"/api/tracks/{track_id}", "/api/events")
                for path in (*paths, "/api/health"):
                    answer = await client.get(path)
                    assert answer.status_code == 200
                    assert not tells(answer.json()), path
            async with websockets.connect(f"{world.ws_url}/api/stream") as stream:
                for _ in range(2):
                    assert not tells(msgspec.msgpack.decode(await stream.recv()))

    asyncio.run(story())


def test_events_ledgers_and_the_picture_s_digest_do_not_know_of_operators(flown):
    _, state, picture, events = flown
    assert SERIAL in picture.operators
    assert events and not tells(msgspec.to_builtins(events))
    assert not tells(msgspec.to_builtins(list(picture.identities.values())))
    before = digests.digest(picture)
    kept = dict(state.identity.operators)
    state.identity.operators.clear()
    assert digests.digest(picture) == before
    state.identity.operators.update(kept)


def test_an_operator_is_forgotten_after_two_silent_minutes(flown, repository):
    line, _, picture, _ = flown
    state = pipeline.start(line)
    told = picture.operators[SERIAL]
    now_ns = told.t_recv_ns
    for age_s, there in ((0, True), (OPERATOR_LIFE_S - 1, True), (OPERATOR_LIFE_S + 1, False)):
        reports = [told] if age_s == 0 else []
        at_ns = now_ns + int(age_s * NS)
        state, picture = pipeline.advance(line, state, reports, pipeline.Inputs(), at_ns)
        assert (SERIAL in picture.operators) is there


def test_a_flood_of_invented_operators_is_bounded(flown):
    line, *_ = flown
    state = pipeline.start(line)
    reports = [
        OperatorReport(
            sensor="remote_id", t_meas_ns=T0_NS, t_recv_ns=T0_NS, remote_id=f"FLOOD{k}",
            lat_rad=0.9, lon_rad=0.1,
        )
        for k in range(OPERATORS_MAX + 100)
    ]  # fmt: skip
    state, picture = pipeline.advance(line, state, reports, pipeline.Inputs(), T0_NS)
    assert len(picture.operators) == OPERATORS_MAX
    assert f"FLOOD{OPERATORS_MAX + 99}" in picture.operators


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "geojson", "kml"])
def test_a_converted_capture_tells_of_drones_and_not_of_operators(tmp_path, ending):
    capture = tmp_path / "air.pcap"
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 105)
    for second in range(5):
        frame = beacon(second)
        data += struct.pack("<IIII", T0_NS // NS + second, 0, len(frame), len(frame)) + frame
    capture.write_bytes(data)
    out = tmp_path / f"air.{ending}"
    words = [sys.executable, "-m", "vedette", "convert", str(capture), str(out), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not tells(json.loads(done.stdout))
    if ending == "parquet":
        rows = pyarrow.parquet.read_table(out).to_pylist()
        assert len(rows) == 5 and not tells(rows)
    else:
        text = out.read_text()
        assert SERIAL in text and not tells(text)
