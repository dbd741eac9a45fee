"""Tracks as ASTERIX over real sockets: numbers, midnight, resolution, and what others read."""

import asyncio
import json
import math
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette import codecs
from vedette.codecs.asterix import BlockFault, blocks, decode_records, encode_record_blocks
from vedette.codecs.asterix.cat062 import Cat062
from vedette.codecs.asterix.cat065 import Cat065
from vedette.codecs.asterix.from_tracks import (
    Numbers,
    cat062_of,
    cat065_of,
    change_of,
    end_of_batch_of,
    t_day_s,
)
from vedette.config.site import Feed, Output, Reference, Sensor, Site
from vedette.geo import SiteFrame
from vedette.model.arrivals import Arrival
from vedette.model.enums import Identity, Mode, ObjectClass, SourceHealth, TrackStatus
from vedette.model.picture import AirPicture, Posture, SourceState
from vedette.model.told import ToldTrack
from vedette.model.tracks import empty_tracks
from vedette.outputs.publishing import Publishing
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.told import tell_tracks

MIDNIGHT_NS = 1_641_254_400_000_000_000
S = 1_000_000_000
REFERENCE = Reference(lat_deg=33.8, lon_deg=42.44, hae_m=190.0)
RADAR = Sensor(id="radar", kind="radar_3d", lat_deg=33.8, lon_deg=42.44, hae_m=200.0)
REPOSITORY = Path(__file__).resolve().parents[2]


def make_site(*outputs):
    return Site(schema=1, name="x", reference=REFERENCE, sensors=[RADAR], outputs=list(outputs))


def make_picture(track_ids, now_ns=MIDNIGHT_NS):
    table, n = empty_tracks(max(len(track_ids), 1), 1), len(track_ids)
    table.count, table.t_ns = n, now_ns
    table.track_id[:n] = track_ids
    table.state_enu[:n] = [0.0, 1000.0, 300.0, 0.0, -45.0, 0.0]
    table.cov_enu[:n] = np.diag([100.0, 400.0, 900.0, 1.0, 1.0, 1.0])
    table.sensor_updated_ns[:n, 0] = table.updated_ns[:n] = now_ns
    table.height_observed[:n] = True
    return AirPicture(now_ns, table, {}, [], [], [], [], Posture(), [], [], [])


def listening():
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setblocking(False)
    listener.bind(("127.0.0.1", 0))
    return listener


def output_to(listener, **keys):
    port = listener.getsockname()[1]
    return Output(id="east", kind="asterix_udp", port=port, sac=7, sic=9, **keys)


def records(data):
    found = []
    for block in blocks(data):
        assert not isinstance(block, BlockFault)
        for one in decode_records(data, block):
            assert not isinstance(one, BlockFault)
            found.append(one[0])
    return found


async def heard(listener, count):
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(5.0):
        return [r for _ in range(count) for r in records(await loop.sock_recv(listener, 65536))]


def published(pictures, datagrams, **keys):
    """Publish pictures to a real socket and give the records of so many datagrams."""

    async def work():
        with listening() as listener:
            site = make_site(output_to(listener, **keys))
            around = Surroundings(site, time.time_ns, lambda note: None, lambda *_: False)
            async with Publishing(around) as publishing:
                for picture in pictures:
                    publishing.publish(picture)
                found = await heard(listener, datagrams)
                with pytest.raises(BlockingIOError):
                    listener.recv(1)
                return found

    return asyncio.run(work())


def told_track(**changes):
    (track,) = tell_tracks(make_picture([7]), make_site(), SiteFrame(REFERENCE))
    return msgspec.structs.replace(track, **changes)


def test_tracks_and_status_arrive_as_they_are():
    found = published([make_picture([1, 2])], 3)
    first, second, end, status = found
    assert isinstance(first, Cat062) and isinstance(status, Cat065)
    assert (first.track_number, second.track_number) == (1, 2)
    assert (first.sac, first.sic, first.service) == (7, 9, 1)
    frame = SiteFrame(REFERENCE)
    lat_deg, lon_deg, _ = frame.geo_deg_from_enu(0.0, 1000.0, 300.0)
    assert math.degrees(first.lat_rad) == pytest.approx(lat_deg, abs=3e-6)
    assert math.degrees(first.lon_rad) == pytest.approx(lon_deg, abs=3e-6)
    assert first.v_north_mps == -45.0
    assert (first.x_sigma_m, first.y_sigma_m) == (10.0, 20.0)
    assert first.first_message and not first.last_message
    assert (end.message_type, end.batch_number, end.t_day_s) == (2, 0, first.t_day_s)
    assert (status.message_type, status.nogo) == (1, 0)


def test_each_batch_ends_with_its_number_and_nothing_that_is_none():
    pictures = [make_picture([1], MIDNIGHT_NS + k * S // 2) for k in range(6)]
    found = published(pictures, 9)
    numbers = [r.batch_number for r in found if isinstance(r, Cat065) and r.message_type == 2]
    assert numbers == [0, 1, 2]
    assert [type(r) for r in found[:2]] == [Cat062, Cat065]


def test_what_becomes_of_the_service_is_told_when_it_changes():
    pictures = [make_picture([], MIDNIGHT_NS + k * S) for k in range(4)]
    for k in (1, 2):
        sick = SourceState(source="radar", kind="sensor", health=SourceHealth.STALE)
        pictures[k].sources.append(sick)
    found = [(r.message_type, r.nogo, r.service_report) for r in published(pictures, 4)]
    assert found == [
        (1, 0, None), (3, None, 1), (1, 1, None), (1, 1, None), (3, None, 2), (1, 0, None)
    ]  # fmt: skip


def test_the_end_of_a_neighbours_batch_does_not_make_it_well():
    site = msgspec.structs.replace(
        make_site(),
        sensors=[Sensor(id="centre", kind="position", neighbour=True, sac=7, sic=9, lat_deg=33.8,
                        lon_deg=42.44, hae_m=200.0)],
        feeds=[Feed(id="link", kind="asterix_udp", port=8600)],
    )  # fmt: skip
    decoders = codecs.open_decoders(site)
    said = [cat065_of(MIDNIGHT_NS, 7, 9, True), end_of_batch_of(MIDNIGHT_NS, 7, 9, 3)]
    data = encode_record_blocks(said)[0]
    found = codecs.decode(decoders, [Arrival(feed="link", t_recv_ns=MIDNIGHT_NS, data=data)])
    assert [report.degraded_reason for report in found] == ["degraded"]


def test_a_track_keeps_its_number_and_is_told_a_last_time():
    pictures = [make_picture([5, 9]), make_picture([9], MIDNIGHT_NS + 2 * S)]
    found = [r for r in published(pictures, 6) if isinstance(r, Cat062)]
    assert [(r.track_number, r.first_message, r.last_message) for r in found] == [
        (5, True, False),
        (9, True, False),
        (9, False, False),
        (5, False, True),
    ]


def test_a_group_is_told_by_multicast():
    async def work():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            listener.setblocking(False)
            listener.bind(("239.255.62.65", 0))
            request = socket.inet_aton("239.255.62.65") + socket.inet_aton("127.0.0.1")
            listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
            site = make_site(output_to(listener, group="239.255.62.65"))
            around = Surroundings(site, time.time_ns, lambda note: None, lambda *_: False)
            async with Publishing(around) as publishing:
                publishing.publish(make_picture([3]))
                return await heard(listener, 3)

    assert [type(r) for r in asyncio.run(work())] == [Cat062, Cat065, Cat065]


def test_many_tracks_are_cut_into_datagrams_that_ethernet_carries():
    (track,) = tell_tracks(make_picture([7]), make_site(), SiteFrame(REFERENCE))
    made = encode_record_blocks([cat062_of(track, k, 7, 9) for k in range(1, 101)])
    assert len(made) > 1 and max(map(len, made)) <= 1400
    assert [r.track_number for data in made for r in records(data)] == list(range(1, 101))


def test_numbers_beyond_sixteen_bits_are_unique_and_rest_before_they_are_given_again():
    numbers = Numbers()
    assert numbers.of(7) == 7 and numbers.of(65_536 + 7) == 8 and numbers.of(65_536) == 1
    assert numbers.of(7) == 7
    numbers.end(7, MIDNIGHT_NS)
    assert numbers.of(2 * 65_536 + 7) == 9
    numbers.end(65_536, MIDNIGHT_NS + 61 * S)
    assert numbers.of(3 * 65_536 + 7) == 7


@pytest.mark.parametrize(
    ("offset_ns", "steps"),
    [
        (-S, 86_399 * 128),
        (-1, 0),
        (0, 0),
        (S // 2, 64),
        (86_400 * S - S // 256 - 1, 86_400 * 128 - 1),
    ],
)
def test_the_time_of_day_is_right_over_midnight(offset_ns, steps):
    status = cat065_of(MIDNIGHT_NS + offset_ns, 1, 1, False)
    (data,) = encode_record_blocks([status])
    (again,) = records(data)
    assert round(again.t_day_s * 128) == steps
    assert 0.0 <= t_day_s(MIDNIGHT_NS + offset_ns) < 86_400.0


TRACKS = st.builds(
    ToldTrack,
    track_id=st.integers(1, 1 << 40),
    t_ns=st.integers(0, 4 * 10**18),
    started_ns=st.just(0),
    updated_ns=st.integers(0, 4 * 10**18),
    status=st.sampled_from(TrackStatus),
    lat_deg=st.floats(-90, 90),
    lon_deg=st.floats(-180, 179.99999),
    hae_m=st.floats(-1000, 60_000),
    v_east_mps=st.floats(-2000, 2000),
    v_north_mps=st.floats(-2000, 2000),
    v_up_mps=st.floats(-500, 500),
    sigma_major_m=st.floats(0, 20_000),
    sigma_minor_m=st.floats(0, 20_000),
    major_rad=st.floats(0, 3.14),
    sigma_up_m=st.floats(0, 480),
    height_observed=st.booleans(),
    existence_prob=st.just(1.0),
    identity=st.just(Identity.UNKNOWN),
    identity_reason=st.just(""),
    object_class=st.just(ObjectClass.OTHER),
    class_prob=st.just(0.0),
    label=st.text("ABC 019é", max_size=10),
    sensors=st.lists(st.just("r"), max_size=2).map(tuple),
    mode=st.sampled_from(Mode),
)


@given(TRACKS)
def test_a_round_trip_loses_no_more_than_half_of_each_step(track):
    made = cat062_of(track, Numbers().of(track.track_id), 7, 9)
    (again,) = records(encode_record_blocks([made])[0])
    place = 180.0 / (1 << 25)
    assert abs(math.degrees(again.lat_rad) - track.lat_deg) <= 0.501 * place
    assert abs(math.degrees(again.lon_rad) - track.lon_deg) <= 0.501 * place
    assert abs(again.v_east_mps - track.v_east_mps) <= 0.125
    assert abs(again.v_north_mps - track.v_north_mps) <= 0.125
    gap_s = abs(again.t_day_s - track.t_ns % (86_400 * S) / S)
    assert min(gap_s, 86_400.0 - gap_s) <= 1.0 / 256.0 + 1e-9
    assert abs(again.x_sigma_m - made.x_sigma_m) <= 0.2501
    assert abs(again.xy_covariance_m - made.xy_covariance_m) <= 0.2501
    assert again.simulated is (track.mode is not Mode.LIVE)
    assert (again.hae_m is not None) is track.height_observed
    if track.height_observed:
        assert abs(again.hae_m - track.hae_m) <= 0.9526
        assert abs(again.climb_mps - track.v_up_mps) <= 0.5001 * 6.25 * 0.3048 / 60.0
        assert abs(again.hae_sigma_m - track.sigma_up_m) <= 0.9526
    assert again.military_identification is None or not again.military_identification


def test_the_height_of_a_track_whose_height_nobody_saw_is_not_told():
    made = cat062_of(told_track(height_observed=False), 1, 7, 9)
    assert made.hae_m is None and made.hae_sigma_m is None and made.climb_mps is None


def samples():
    """Give datagrams of ours with every item we write."""
    tracks = [
        told_track(label="VED123", status=TrackStatus.COASTING, sensors=("a", "b")),
        told_track(height_observed=False, v_east_mps=-12.3),
        told_track(major_rad=0.8, mode=Mode.SIMULATED, t_ns=MIDNIGHT_NS - 1),
    ]
    made = [cat062_of(t, k, 7, 9, is_last=k == 2) for k, t in enumerate(tracks, 1)]
    status = [cat065_of(MIDNIGHT_NS, 7, 9, k == 1) for k in range(2)]
    status += [end_of_batch_of(MIDNIGHT_NS, 7, 9, 255)]
    status += [change_of(MIDNIGHT_NS, 7, 9, k == 1) for k in range(2)]
    return [*encode_record_blocks(made), *encode_record_blocks(status)]


MESSAGES = ("SDPS Status", "End of Batch", "Service Status Report")  # 065's, as tshark calls them


def pcap_of(payloads):
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for payload in payloads:
        udp = struct.pack(">HHHH", 5000, 8600, 8 + len(payload), 0) + payload
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1",
                           b"\x7f\0\0\1")  # fmt: skip
        data += struct.pack("<IIII", 1, 0, len(head + udp), len(head + udp)) + head + udp
    return data


def test_tshark_reads_our_tracks_and_status_without_a_complaint(tmp_path):
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is absent: apt-get install tshark")
    path = tmp_path / "ours.pcap"
    path.write_bytes(pcap_of(samples()))
    done = subprocess.run(
        [tshark, "-r", path, "-d", "udp.port==8600,asterix", "-V"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = done.stdout
    assert "Category: 62" in said and "Category: 65" in said
    for complaint in ("Malformed", "Unknown", "not supported", "Expert Info", "Warning"):
        assert complaint not in said
    assert [said.count(f"Message Type: {name}") for name in MESSAGES] == [2, 1, 2], said
    assert said.count("020, Batch Number") == 1 and "Service degradation ended" in said
    assert "VED123" in said.replace(" ", "")
    assert said.count("040, Track Number") == 3
    assert "23:59:59" in said or "86399" in said or "0.000" in said


def test_libasterix_reads_our_tracks_to_the_same_values():
    python = REPOSITORY / ".venv-peers" / "bin" / "python"
    script = REPOSITORY / "tests" / "oracles" / "asterix_oracle.py"
    if not python.is_file():
        pytest.skip("libasterix is absent: make peers")
    made = samples()
    asked = json.dumps([("062_1_21", made[0].hex()), ("065_1_6", made[1].hex())])
    done = subprocess.run(
        [python, script], input=asked, capture_output=True, text=True, check=False
    )
    if "No module named 'asterix'" in done.stderr:
        pytest.skip("libasterix is absent: make peers")
    tracks, statuses = json.loads(done.stdout)
    assert len(tracks) == 3 and len(statuses) == 5
    for ours, theirs in zip(records(made[0]), tracks, strict=True):
        lat_deg, lon_deg = (element[3] for element in theirs["105"])
        assert (math.degrees(ours.lat_rad), math.degrees(ours.lon_rad)) == pytest.approx(
            (lat_deg, lon_deg), abs=1e-9
        )
        assert theirs["040"][0][2] == ours.track_number
        assert theirs["070"][0][3] == ours.t_day_s
        assert [e[3] for e in theirs["185"]] == [ours.v_east_mps, ours.v_north_mps]
        assert [e[3] for e in theirs["500/APC"]] == [ours.x_sigma_m, ours.y_sigma_m]
    assert [s["040"][0][2] for s in statuses[:2]] == [0, 1]
    assert statuses[2]["020"][0][2] == 255
    assert [s["050"][0][2] for s in statuses[3:]] == [2, 1]
