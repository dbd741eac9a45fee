"""`vedette convert` as a person uses it: a recording's detections and tracks, and its words."""

import json
import struct
from xml.etree import ElementTree

from running import vedette

from vedette.codecs import remote_id

GX = "{http://www.google.com/kml/ext/2.2}"


def converted(*words):
    done = vedette("convert", *map(str, words), "--quiet")
    assert done.returncode == 0, done.stderr
    return done


def test_a_recording_gives_its_detections_and_says_what_each_feed_sent(tiny_recording, tmp_path):
    out = tmp_path / "out.jsonl"
    summary = json.loads(converted(tiny_recording, out, "--json").stdout)
    assert summary["from_format"] == "recording"
    assert summary["messages"] == {"plots": {"read": 10, "refused": {}}}
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["range_m"] for line in lines] == [8000 - 40 * k for k in range(1, 11)]


def test_a_recording_gives_its_tracks_as_a_table_and_on_a_map(tiny_recording, tmp_path):
    table, lines, place, film = (tmp_path / f"t.{e}" for e in ("parquet", "csv", "geojson", "kml"))
    converted(tiny_recording, table, "--tracks")
    for out in (lines, place, film):
        converted(table, out)
    rows = lines.read_text().splitlines()
    assert rows[0].startswith("t_ns,track_id,lat_deg") and len(rows) > 3
    feature = json.loads(place.read_text())["features"][0]
    assert feature["geometry"]["type"] == "LineString"
    assert len(feature["properties"]["coordTimes"]) == len(feature["geometry"]["coordinates"])
    moved = ElementTree.parse(film).findall(f".//{GX}coord")
    assert len(moved) == len(rows) - 1
    lon, lat, _ = feature["geometry"]["coordinates"][0]
    assert (lat, lon) == tuple(float(cell) for cell in rows[1].split(",")[2:4])


def test_a_recording_gives_its_tracks_to_other_systems_marked_as_what_they_are(
    tiny_recording, tmp_path
):
    lines, events, blocks = (tmp_path / f"t.{ending}" for ending in ("csv", "cot", "pcap"))
    for out in (lines, events, blocks):
        converted(tiny_recording, out, "--tracks")
    count = len(lines.read_text().splitlines()) - 1
    told = events.read_text().splitlines()
    assert len(told) == count > 2
    assert all('opex="s-vedette"' in line and 'how="m-s"' in line for line in told)
    first = lines.read_text().splitlines()[1].split(",")
    assert f'lat="{float(first[2]):.7f}"' in told[0]
    again = json.loads(converted(blocks, tmp_path / "again.jsonl", "--json").stdout)
    assert again["messages"].keys() == {"CAT062"} and again["refused"] == 0


def test_wrong_words_are_one_line(tiny_recording, tmp_path):
    here = tmp_path / "x.jsonl"
    here.write_text('{"t_ns":1,"sensor":"radar","range_m":1}\n')
    for words, said in [
        ((here, tmp_path / "x.mp3"), "what to write?"),
        ((here, here), "is the input itself"),
        ((here, tmp_path / "y.csv", "--tracks"), "holds no tracks"),
        ((here, tmp_path / "no" / "y.csv"), "no such folder"),
        ((tmp_path / "none.csv", tmp_path / "y.csv"), "no such input"),
        ((here, tmp_path / "y.csv", "--from", "beast"), "0 written"),
    ]:
        done = vedette("convert", *map(str, words), "--quiet")
        assert done.returncode == (1 if "--from" in words else 2)
        assert said in done.stderr and "Traceback" not in done.stderr


def test_drones_without_a_place_and_damaged_frames_are_told_in_a_line_each(tmp_path):
    nowhere = remote_id.encode(remote_id.Location(status=1))
    sound = remote_id.legacy_packet(b"\x02" * 6, 1, nowhere)
    damaged = sound[:-1] + bytes([sound[-1] ^ 1])
    air = tmp_path / "air.pcap"
    with air.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 251))
        for frame in (sound, damaged, damaged, sound):
            file.write(struct.pack("<IIII", 1_700_000_000, 0, len(frame), len(frame)) + frame)
    done = vedette("convert", str(air), str(tmp_path / "out.geojson"), "--quiet")
    assert done.returncode == 1
    assert "Location without a place: 2 read" in done.stderr
    assert done.stderr.count("bad checksum: ") == 1, done.stderr


def test_what_is_passed_over_is_said_with_what_it_is(tmp_path):
    source, out = tmp_path / "one.cot", tmp_path / "one.jsonl"
    source.write_text(
        '<event version="2.0" uid="A1" type="a-f-A" time="2022-01-04T00:00:00Z"'
        ' start="2022-01-04T00:00:00Z" stale="2022-01-04T00:01:00Z" how="m-g">'
        '<point lat="0" lon="0" hae="400" ce="10" le="10"/></event>'
    )
    done = vedette("convert", str(source), str(out), "--quiet")
    assert done.returncode == 1
    assert "0 refused, 1 passed over" in done.stderr
    assert "a-f-A: 1 read; passed over 1: a client without a satellite fix" in done.stderr
    summary = json.loads(vedette("convert", str(source), str(out), "--quiet", "--json").stdout)
    passed = {"a client without a satellite fix": 1}
    assert summary["messages"] == {"a-f-A": {"read": 1, "refused": {}, "passed": passed}}
