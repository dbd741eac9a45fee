"""Tracks as columns."""

import math

import msgspec
import numpy as np
import pytest
from server_world import HOSTILE_NAME, T0_NS, assessed, make_picture, make_site

from vedette.geo import SiteFrame
from vedette.model.enums import ObjectClass
from vedette.server.broadcast import Broadcast, with_events
from vedette.server.columns import packed_tracks, told_prob, track_columns, track_rows
from vedette.server.event_log import EventLog
from vedette.server.history import History
from vedette.server.views import COLUMNS, TrackView

SITE = make_site()
FRAME = SiteFrame(SITE.reference)
ASSETS = {"tower": 0, "apron": 1}


def test_columns_say_what_the_table_says():
    columns, labels = track_columns(make_picture(3), FRAME, ASSETS)
    assert list(columns) == [name for name, _ in COLUMNS]
    assert [columns[name].dtype.str for name, _ in COLUMNS] == [kind for _, kind in COLUMNS]
    assert columns["track_id"].tolist() == [1, 2, 3]
    assert columns["sigma_east_m"].tolist() == [5.0, 5.0, 5.0]
    assert columns["cov_en_m2"].tolist() == [3.0, 3.0, 3.0]
    assert columns["age_s"].tolist() == [0.5, 0.5, 0.5]
    assert columns["identity"].tolist() == [5, 5, 5]
    assert columns["class_prob"].tolist() == [0.75] * 3
    assert columns["flags"].tolist() == [4, 4, 4]
    assert labels[1] == "CALL2"
    east_m, north_m, up_m = FRAME.enu_from_geo_deg(
        columns["lat_deg"], columns["lon_deg"], columns["hae_m"].astype(float)
    )
    assert np.allclose(east_m, [100, 200, 300], atol=1e-2)
    assert np.allclose(up_m, 120.0, atol=1e-2)
    assert np.allclose(north_m, 0.0, atol=1e-2)


def test_the_worst_asset_is_the_one_most_probably_reached_then_the_soonest():
    picture = make_picture(2)
    columns, _ = track_columns(picture, FRAME, ASSETS)
    assert columns["threat_asset"].tolist() == [1, 1]
    assert columns["reach_prob"].tolist() == pytest.approx([0.8, 0.8])
    near = msgspec.structs.replace(picture.threats[0], reach_prob=0.79, arrival_s=1.0)
    picture.threats = [near, *picture.threats[1:]]
    columns, _ = track_columns(picture, FRAME, ASSETS)
    assert columns["threat_asset"].tolist() == [0, 1]
    assert columns["arrival_s"][0] == 1.0


def test_the_earliest_arrival_is_at_the_soonest_asset_worth_telling_and_names_it():
    picture = make_picture(2)
    near, far = picture.threats[:2]
    near = msgspec.structs.replace(near, reach_prob=0.3, arrival_s=40.0)
    far = msgspec.structs.replace(far, reach_prob=0.8, arrival_s=73.0)
    picture.threats = [near, far, *picture.threats[2:]]
    columns, _ = track_columns(picture, FRAME, ASSETS)
    assert (columns["arrival_s"][0], columns["arrival_asset"][0]) == (40.0, 0)
    assert (columns["reach_prob"][0], columns["threat_asset"][0]) == (pytest.approx(0.8), 1)
    unlikely = msgspec.structs.replace(near, reach_prob=0.1)
    picture.threats = [unlikely, far, *picture.threats[2:]]
    columns, _ = track_columns(picture, FRAME, ASSETS)
    assert (columns["arrival_s"][0], columns["arrival_asset"][0]) == (73.0, 1)
    columns, _ = track_columns(picture, FRAME, ASSETS, told_prob=0.05)
    assert (columns["arrival_s"][0], columns["arrival_asset"][0]) == (40.0, 0)


def test_where_nothing_is_worth_telling_the_arrival_is_at_the_likeliest_asset():
    picture = make_picture(1)
    near, far = picture.threats
    picture.threats = [
        msgspec.structs.replace(near, reach_prob=0.02, arrival_s=10.0),
        msgspec.structs.replace(far, reach_prob=0.09, arrival_s=30.0),
    ]
    columns, _ = track_columns(picture, FRAME, ASSETS)
    assert (columns["arrival_s"][0], columns["arrival_asset"][0]) == (30.0, 1)


def test_a_site_tells_of_every_asset_that_a_warning_may_be_open_for():
    zones = [msgspec.structs.replace(zone, reach_prob_possible=0.1) for zone in SITE.zones]
    assert zones, "the site has zones"
    assert told_prob(SITE) == pytest.approx(0.15)
    assert told_prob(msgspec.structs.replace(SITE, zones=zones)) < 0.8 * 0.1


def test_a_track_without_threat_or_record_has_nan_and_pending():
    picture = make_picture(2)
    picture.threats, picture.identities = [], {}
    columns, labels = track_columns(picture, FRAME, ASSETS)
    assert columns["threat_asset"].tolist() == [-1, -1]
    assert columns["arrival_asset"].tolist() == [-1, -1]
    assert np.isnan(columns["arrival_s"]).all()
    assert columns["identity"].tolist() == [0, 0]
    assert columns["object_class"].tolist() == [len(ObjectClass) - 1] * 2
    assert labels == ["", ""]


def test_a_threat_of_an_unknown_track_is_left_out():
    picture = make_picture(3)
    picture.threats = [msgspec.structs.replace(t, track_id=99) for t in picture.threats]
    columns, _ = track_columns(picture, FRAME, ASSETS)
    assert columns["threat_asset"].tolist() == [-1, -1, -1]


def test_an_empty_picture_has_empty_columns():
    columns, labels = track_columns(make_picture(0), FRAME, ASSETS)
    packed = packed_tracks(columns, labels)
    assert packed["count"] == 0 and packed["lat_deg"] == b"" and labels == []


def test_rows_have_the_fields_of_a_track_view_and_no_nan():
    columns, labels = track_columns(make_picture(2), FRAME, ASSETS)
    rows = list(track_rows(columns, labels, ["tower", "apron"]))
    assert set(rows[0]) == set(TrackView.__struct_fields__)
    assert rows[0]["cpa_m"] is None
    assert rows[0]["label"] == HOSTILE_NAME
    assert rows[0]["status"] == "confirmed" and rows[0]["threat_asset"] == "apron"
    assert msgspec.convert(rows[0], TrackView).identity == "SUSPECT"
    assert not any(isinstance(v, float) and math.isnan(v) for v in rows[0].values())


@pytest.mark.parametrize("more", [0, 12, 13, 14, 40])  # MessagePack writes 16 pairs otherwise
def test_events_are_added_to_an_encoded_message_without_decoding_it(more):
    log = EventLog()
    log.append([assessed(1), assessed(2)])
    others = {f"key {i}": i for i in range(more)}
    shared = msgspec.msgpack.encode({"kind": "picture", "t_us": 5, **others})
    message = msgspec.msgpack.decode(with_events(shared, log.after(0, 10)))
    assert len(message) == 3 + more
    assert message["kind"] == "picture" and message["t_us"] == 5
    assert [e["seq"] for e in message["events"]] == [1, 2]
    assert message["events"][0]["event"]["remark"] == HOSTILE_NAME
    assert message["events"][0]["event"]["t_us"] == (T0_NS + 1) // 1000


def test_the_event_log_forgets_the_oldest_and_answers_from_any_number():
    log = EventLog(capacity=10)
    log.append([assessed(i) for i in range(25)])
    assert (log.first, log.last) == (16, 25)
    assert [e.seq for e in log.after(0, 100)] == list(range(16, 26))
    assert [e.seq for e in log.after(17, 3)] == [18, 19, 20]
    assert log.after(25, 10) == [] and log.after(99, 10) == []


def test_a_client_too_far_behind_is_told_to_fetch_events_then_gets_the_picture():
    log = EventLog()
    cast = Broadcast(log, lambda: {"kind": "picture"})
    client = cast.join(20.0)
    log.append([assessed(i) for i in range(1001)])
    first, second = cast.take(client), cast.take(client)
    assert msgspec.msgpack.decode(first) == {"kind": "resync", "last_seq": 1001}
    assert msgspec.msgpack.decode(second) == {"kind": "picture", "events": []}
    log.append([assessed(i) for i in range(1000)])
    client.offer(msgspec.msgpack.encode({"kind": "picture"}))
    assert len(msgspec.msgpack.decode(cast.take(client))["events"]) == 1000


def test_events_larger_than_a_mebibyte_are_fetched_not_pushed():
    log = EventLog()
    cast = Broadcast(log, lambda: {"kind": "picture"})
    client = cast.join(20.0)
    log.append([msgspec.structs.replace(assessed(i), remark="x" * 2000) for i in range(600)])
    assert msgspec.msgpack.decode(cast.take(client))["kind"] == "resync"


def test_each_client_gets_pictures_at_its_own_rate_from_one_encoding():
    now, encodings = [0.0], []

    def shared():
        encodings.append(now[0])
        return {"kind": "picture"}

    cast = Broadcast(EventLog(), shared, clock=lambda: now[0])
    fast, slow = cast.join(20.0), cast.join(2.0)
    got = {id(fast): 0, id(slow): 0}
    encodings.clear()
    for i in range(200):
        now[0] = i * 0.05
        cast.publish(urgent=False)
        for client in (fast, slow):
            got[id(client)] += cast.take(client) is not None
    assert got[id(fast)] == 200
    assert 19 <= got[id(slow)] <= 22
    assert len(encodings) == 200


def test_encoding_takes_a_tenth_of_the_time_at_most_and_warnings_do_not_wait():
    now, encodings = [0.0], []

    def slow():
        encodings.append(now[0])
        now[0] += 0.03
        return {"kind": "picture"}

    cast = Broadcast(EventLog(), slow, clock=lambda: now[0])
    cast.join(20.0)
    encodings.clear()
    for _ in range(200):
        now[0] += 0.05
        cast.publish(urgent=False)
    assert len(encodings) * 0.03 <= 0.1 * now[0]
    assert len(encodings) >= 25
    cast.publish(urgent=True)
    assert encodings[-1] == now[0] - 0.03


def test_nothing_is_encoded_when_nobody_looks():
    encodings = []
    cast = Broadcast(EventLog(), lambda: encodings.append(1))
    cast.publish(urgent=True)
    assert not encodings


def test_history_keeps_a_point_a_second_for_as_long_as_it_says():
    history = History(history_s=10.0)
    for i in range(400):
        history.keep(make_picture(2, T0_NS + i * 50_000_000))
    path = history.path(2, FRAME)
    assert 10 <= len(path) <= 11
    assert path[0].t_us < path[-1].t_us
    assert history.path(5, FRAME) == []


def test_history_forgets_the_future_when_a_replay_jumps_back():
    history = History(history_s=60.0)
    history.keep(make_picture(1, T0_NS + 30_000_000_000))
    history.keep(make_picture(1, T0_NS))
    assert [p.t_us for p in history.path(1, FRAME)] == [T0_NS // 1000]
    assert history.bytes == 32
