"""The COURAGEOUS log: read in every way it is written, refused by place, bounded, scored."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import vedette
from scoring import written

from vedette.base.errors import RefusedError
from vedette.evaluation import courageous
from vedette.evaluation.courageous import (
    Arc,
    Direction,
    Position2d,
    Position3d,
    parse_log,
    write_log,
)
from vedette.evaluation.courageous_run import frame_of, log_of_tracks, run_of_log
from vedette.evaluation.dti import dti
from vedette.outputs.parquet import read_tracks

HERE = {"lat": 33.8, "lon": 42.4, "height_amsl": 188.0}
LOCATION = {"$type": "Position3d", "lat": 33.8, "lon": 42.41, "height_amsl": 300.0}


def record(time: int = 1_641_265_200_000, number: int = 0, **keys) -> dict:
    row = {
        "time": time,
        "record_number": number,
        "classification": "UAV",
        "alarm": {"active": True, "certainty": 0.9},
        "location": LOCATION,
    }
    return {**row, **keys}


def document(*records: dict, detection: tuple[dict, ...] = ()) -> dict:
    return {
        "static_cuas_location": HERE,
        "vendor_name": "v",
        "system_name": "s",
        "version": "0.4.1",
        "detection": [{"uas_id": None, "records": list(detection)}] if detection else [],
        "tracks": [{"uas_id": 4, "records": list(records)}] if records else [],
    }


def read(value: dict):
    return parse_log(json.dumps(value).encode(), "a.json")


@pytest.mark.parametrize(
    ("location", "place"),
    [
        (LOCATION, Position3d(lat=33.8, lon=42.41, height_amsl=300.0)),
        ({"t": "Position2d", "c": {"lat": 1, "lon": 2}}, Position2d(lat=1, lon=2)),
        ({"position2d": {"lat": 1, "lon": 2}}, Position2d(lat=1, lon=2)),
        ({"lat": 1, "lon": 2, "height_amsl": 3}, Position3d(lat=1, lon=2, height_amsl=3)),
        ({"bearing": 43.5}, Direction(bearing=43.5)),
        ({"$type": "Bearing", "bearing": 43.5}, Direction(bearing=43.5)),
        (
            {"$type": "BearingElevation", "bearing": 43.5, "elevation": 2},
            Direction(bearing=43.5, elevation=2),
        ),
        (
            {"bearing_ele_dist": {"bearing": 1, "elevation": 2, "distance": 3}},
            Direction(bearing=1, elevation=2, distance=3),
        ),
        ({"t": "Arc", "c": {"from": 350, "to": 20}}, Arc(from_deg=350, to_deg=20)),
        ({"quad": "East"}, Arc(from_deg=45, to_deg=135)),
    ],
)
def test_a_location_is_read_in_every_way_the_format_has_written_it(location, place):
    assert read(document(record(location=location))).tracks[0].places == [place]


FAULTS = [
    ({"time": -1}, "tracks[0].records[1].time"),
    ({"time": 10**18}, "tracks[0].records[1].time"),
    ({"classification": "Bird"}, "tracks[0].records[1].classification"),
    ({"alarm": {"active": True, "certainty": 1.5}}, "tracks[0].records[1].alarm.certainty"),
    ({"alarm": None}, "tracks[0].records[1].alarm: is missing"),
    ({"location": None}, "tracks[0].records[1].location: is missing"),
    ({"location": {"$type": "Cube"}}, "tracks[0].records[1].location: kind is not known"),
    ({"location": {"lat": 91, "lon": 0, "height_amsl": 1}}, "tracks[0].records[1].location.lat"),
    ({"location": {"bearing_ele": {"bearing": 1}}}, "records[1].location.elevation: is missing"),
    ({"location": {"quad": "Up"}}, "records[1].location: must be North"),
    ({"location": {"$type": []}}, "records[1].location: kind"),
    ({"record_number": 0}, "tracks[0].records[1].record_number: 0 is there twice"),
    ({"identification": "x" * 2_000}, "tracks[0].records[1].identification"),
    ({"velocity": {"east": 1, "north": 1}}, "tracks[0].records[1].velocity"),
]


@pytest.mark.parametrize(("keys", "place"), FAULTS)
def test_a_record_that_cannot_be_believed_is_refused_with_file_and_place(keys, place):
    bad = {**record(time=1, number=1), **keys}
    with pytest.raises(RefusedError) as refused:
        read(document(record(), bad))
    assert str(refused.value).startswith("a.json: ")
    assert place in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "not JSON"),
        (b'{"a":\n  1,,}', "a.json:2: column 5: not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[1]", "document: Expected `object`"),
        (b"{}", "static_cuas_location"),
        (b"\xff\xfe", "not JSON"),
        (json.dumps({**document(), "tracks": [{"records": []}]}).encode(), "tracks[0].uas_id"),
        (json.dumps({**document(), "tracks": 3}).encode(), "tracks: Expected `array`"),
        (json.dumps({**document(), "tracks": [[]]}).encode(), "tracks[0]: Expected `object`"),
    ],
)
def test_what_is_no_log_is_refused_with_its_place(data, place):
    with pytest.raises(RefusedError) as refused:
        parse_log(data, "a.json")
    assert place in str(refused.value)


def test_a_log_is_bounded_in_bytes_values_and_records(monkeypatch):
    data = json.dumps(document(record(), record(number=1))).encode()
    for name, bound in (("FILE_MAX_BYTES", 100), ("VALUES_MAX", 10), ("RECORDS_MAX", 1)):
        with monkeypatch.context() as patched:
            patched.setattr(courageous, name, bound)
            with pytest.raises(RefusedError, match=r"larger than|more than"):
                parse_log(data, "a.json")
    parse_log(data, "a.json")


GOOD = json.dumps(document(record(), record(number=1, time=1), detection=(record(),))).encode()


@settings(max_examples=300)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=6), st.integers(0, 6))
def test_bytes_changed_anywhere_are_read_or_refused_and_nothing_else(at, put, cut):
    try:
        parse_log(GOOD[:at] + put + GOOD[at + cut :], "a.json")
    except RefusedError as refused:
        assert str(refused).startswith("a.json")


def test_positions_of_operators_are_read_over_and_not_kept():
    log = read(document(record(), record(number=1, classification="GCS")))
    assert [row.classification for row in log.tracks[0].records] == ["UAV"]
    assert log.operator_records == 1


def test_two_records_a_century_apart_make_no_seconds_in_between(tmp_path):
    truth, _ = written(tmp_path)
    log = tmp_path / "log.json"
    log.write_text(json.dumps(document(record(0), record(4_000_000_000_000, 1))))
    assert len(run_of_log(truth, log, 100.0).tracks.t_ns) == 2


def test_tracks_written_as_a_log_come_back_to_a_millimetre_with_their_alarms(tmp_path):
    truth, tracks = written(tmp_path)
    rows, frame = read_tracks(tracks), frame_of(truth)
    again = tmp_path / "log.json"
    again.write_bytes(write_log(log_of_tracks(rows, frame, geoid_m=20.0)))
    run = run_of_log(truth, again, 100.0, geoid_m=20.0)
    assert np.array_equal(run.tracks.t_ns, rows.t_ns)
    assert np.abs(run.tracks.state_enu - rows.state_enu).max() < 1e-3
    assert run.tracks.object_class == rows.object_class
    assert run.alarm.all()
    assert dti(run).time_to_detect_s.q50 == 0.0


def test_a_bearing_alone_detects_the_drone_that_lies_there_and_no_other(tmp_path):
    truth, _ = written(tmp_path)  # due east of the reference, at 50 m/s from 0 s on
    log = tmp_path / "log.json"
    loose = [
        {**record(t * 1_000, t), "location": {"bearing": bearing}}
        for t, bearing in ((5, 200.0), (9, 92.0))
    ]
    log.write_text(json.dumps(document(detection=tuple(loose))))
    drone = dti(run_of_log(truth, log, 100.0)).by_drone[0]
    assert drone.detect_s == drone.alarm_s == 9.0
    assert drone.first_alarm_range_m == pytest.approx(450.0, abs=0.1)
    assert drone.track_s is None


def test_a_track_of_directions_alone_detects_without_a_place(tmp_path):
    truth, _ = written(tmp_path)
    log = tmp_path / "log.json"
    ray = {"$type": "BearingElevation", "bearing": 91.0, "elevation": 10.0}
    rows = [record(t * 1_000, t, location=ray) for t in range(6, 12)]
    log.write_text(json.dumps(document(*rows)))
    run = run_of_log(truth, log, 100.0)
    drone = dti(run).by_drone[0]
    assert (drone.detect_s, drone.tracks, len(run.tracks.t_ns)) == (6.0, 0, 0)


def test_rows_without_a_place_are_not_written_and_unknown_velocities_left_out(tmp_path):
    truth, tracks = written(tmp_path)
    rows = read_tracks(tracks)
    rows.state_enu[0, 0] = rows.state_enu[1, 4] = np.nan
    data = write_log(log_of_tracks(rows, frame_of(truth)))
    found = parse_log(data, "log.json").tracks[0].records
    assert len(found) == len(rows.t_ns) - 1
    assert [record.velocity is None for record in found[:2]] == [True, False]


def test_evaluate_scores_a_log_and_writes_one(tmp_path: Path):
    truth, tracks = written(tmp_path)
    log = tmp_path / "log.json"
    files = ("--truth", truth, "--tracks", tracks)
    ours = vedette("evaluate", *files, "--write-courageous", log, "--json")
    assert ours.returncode == 0, ours.stderr
    theirs = vedette("evaluate", "--truth", truth, "--courageous", log, "--json")
    assert theirs.returncode == 0, theirs.stderr
    mine, found = (json.loads(done.stdout)["dti"] for done in (ours, theirs))
    assert found["by_drone"] == mine["by_drone"]
    assert found["class_table"] == mine["class_table"]
    log.write_text("{")
    bad = vedette("evaluate", "--truth", truth, "--courageous", log)
    assert bad.returncode == 2
    assert str(log) in bad.stderr
