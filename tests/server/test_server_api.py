"""What is read and sent over HTTP, on real sockets."""

import asyncio
import hashlib

import msgspec
import pytest
from server_world import (
    HOSTILE_NAME,
    T0_NS,
    SmallService,
    assessed,
    make_picture,
    make_site,
    running,
)

from vedette.model.commands import AttachExhibit
from vedette.model.enums import Mode
from vedette.server import Hub, Options
from vedette.server.exhibits import media_type, plain_name

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 5000
DETECTION = (
    b'{"time":"2022-01-04T00:00:00Z","sensor":"radar-1","range_m":9000,"azimuth_deg":45,'
    b'"elevation_deg":1}'
)


def test_the_site_is_told_without_accounts_addresses_or_secrets():
    async def story():
        async with running() as world, world.browser() as client:
            answer = await client.get("/api/site")
            site = answer.json()
            assert site["name"] == "Test field" and site["mode"] == "LIVE"
            assert site["identities"][5] == "SUSPECT" and site["classes"][0] == "bird"
            assert not {"people", "webhooks", "feeds", "service"} & set(site)
            assert b"argon2" not in answer.content

    asyncio.run(story())


def test_a_replay_of_a_simulated_recording_says_both():
    site = msgspec.structs.replace(make_site(), mode=Mode.SIMULATED)
    hub = Hub(site, SmallService(), Mode.REPLAY)
    hub.publish(make_picture(1))
    for told in (hub.hello(), msgspec.to_builtins(hub.site_view()), hub.picture_view()):
        assert (told["mode"], told["made_as"]) == ("REPLAY", "SIMULATED")


def test_hostile_names_travel_as_data_in_json():
    async def story():
        async with running() as world, world.browser() as client:
            for path in ("/api/site", "/api/picture", "/api/tracks/1"):
                answer = await client.get(path)
                assert answer.headers["content-type"] == "application/json"
                assert HOSTILE_NAME in str(answer.json().values()) or HOSTILE_NAME in strings(
                    answer.json()
                )

    asyncio.run(story())


def strings(value):
    if isinstance(value, dict):
        return {s for v in value.values() for s in strings(v)}
    if isinstance(value, list):
        return {s for v in value for s in strings(v)}
    return {value} if isinstance(value, str) else set()


def test_the_picture_is_told_in_words_and_microseconds():
    async def story():
        async with running() as world, world.browser() as client:
            picture = (await client.get("/api/picture")).json()
            assert picture["t_us"] == T0_NS // 1000
            assert [t["track_id"] for t in picture["tracks"]] == [1, 2, 3]
            assert picture["tracks"][0]["identity"] == "SUSPECT"
            assert picture["warnings"][0]["arrival_us"] == T0_NS // 1000 + 90_000_000
            assert "_ns" not in "".join(picture["warnings"][0])
            bare = (await client.get("/api/picture?tracks=0")).json()
            assert bare["tracks"] == [] and len(bare["warnings"]) == 1

    asyncio.run(story())


def test_before_the_first_step_there_is_no_picture_and_health_says_so():
    async def story():
        async with running(tracks=0) as world, world.browser() as client:
            assert (await client.get("/api/picture")).status_code == 503
            health = await client.get("/api/health")
            assert health.status_code == 503 and health.json()["ok"] is False
            world.hub.publish(make_picture(1))
            health = await client.get("/api/health")
            assert health.status_code == 200 and health.json()["tracks"] == 1

    asyncio.run(story())


def test_a_track_is_told_with_its_ledger_threats_sources_and_path():
    async def story():
        async with running() as world, world.browser() as client:
            world.hub.publish(make_picture(2, T0_NS + 2_000_000_000))
            track = (await client.get("/api/tracks/2")).json()
            assert track["current"] and track["identity"]["class_prob"]["bird"] == 0.25
            assert {t["asset_id"] for t in track["threats"]} == {"tower", "apron"}
            assert track["threats"][0]["cpa_m"] is None
            assert track["sources"] == [{"sensor": "radar-1", "name": "sensor", "age_s": 0.5}]
            assert [p["t_us"] - T0_NS // 1000 for p in track["path"]] == [0, 2_000_000]
            gone = (await client.get("/api/tracks/3")).json()
            assert gone["current"] is False and gone["track"] is None and len(gone["path"]) == 1
            assert (await client.get("/api/tracks/99")).status_code == 404
            for bad in ("x", "-1", "1e9", "9" * 30, "²"):
                assert (await client.get(f"/api/tracks/{bad}")).status_code == 400

    asyncio.run(story())


def test_events_are_asked_for_by_number_and_paged():
    async def story():
        async with running() as world, world.browser() as client:
            world.hub.publish(make_picture(1, events=[assessed(i) for i in range(1500)]))
            first = (await client.get("/api/events?after=0")).json()
            assert (len(first["events"]), first["last"], first["newest"]) == (1000, 1000, 1500)
            rest = (await client.get(f"/api/events?after={first['last']}")).json()
            assert [e["seq"] for e in rest["events"]] == list(range(1001, 1501))
            assert rest["events"][0]["event"]["event"] == "TrackAssessed"
            none = (await client.get("/api/events?after=1500")).json()
            assert none["events"] == [] and none["last"] == 1500
            assert (await client.get("/api/events?after=abc")).status_code == 400

    asyncio.run(story())


def test_detections_are_taken_as_they_came():
    async def story():
        async with running() as world, world.browser() as client:
            body = DETECTION + b"\n" + DETECTION
            answer = await client.post("/api/detections", content=body)
            assert answer.status_code == 202
            assert answer.json() == {"accepted": 2, "refused": 0, "refusals": [], "error": ""}
            (arrival,) = world.service.arrivals
            assert arrival.feed == "http" and arrival.data == body + b"\n"
            assert arrival.t_recv_ns == T0_NS

    asyncio.run(story())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"{}", "missing key"),
        (b"nonsense", "bad json"),
        (DETECTION + b"\n" + DETECTION.replace(b"sensor", b"sensro"), "unknown key"),
        (DETECTION.replace(b"9000", b"NaN"), "bad json"),
        (DETECTION.replace(b"9000", b"1e999"), "out of range"),
        (DETECTION.replace(b"radar-1", b"ra\xffdar"), "bad text"),
        (b"[" * 100_000, "too deep"),
        (b'{"time":' + b'{"a":' * 50_000 + b"}" * 50_001, "too deep"),
    ],
)
def test_bad_detections_are_refused_with_a_reason_and_counted_under_it(body, reason):
    async def story():
        async with running() as world, world.browser() as client:
            answer = await client.post("/api/detections", content=body)
            assert answer.status_code == 400, answer.text
            assert 0 < len(answer.json()["error"]) < 400
            assert not world.service.arrivals
            assert world.service.refusals == [("http", reason, 1)]
            assert world.hub.counters == {"invalid detection": 1}

    asyncio.run(story())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (DETECTION.replace(b"radar-1", b"radar-9"), "unknown sensor"),
        (DETECTION.replace(b'"time":"2022-01-04T00:00:00Z"', b'"t_ns":1'), "too old"),
        (DETECTION.replace(b"T00:", b"T01:"), "ahead of time"),
        (DETECTION.replace(b"9000", b"900000"), "outside coverage"),
    ],
)
def test_the_sender_learns_at_once_what_cannot_be_used_and_it_is_counted_once(body, reason):
    async def story():
        async with running() as world, world.browser() as client:
            answer = await client.post("/api/detections", content=body)
            assert answer.status_code == 422
            said = answer.json()
            assert (said["accepted"], said["refused"]) == (0, 1)
            assert (said["refusals"][0]["line"], said["refusals"][0]["reason"]) == (1, reason)
            assert said["error"].startswith(f"line 1: {reason}")
            both = await client.post("/api/detections", content=DETECTION + b"\n\n" + body)
            assert both.status_code == 202
            said = both.json()
            assert (said["accepted"], said["refused"], said["error"]) == (1, 1, "")
            assert said["refusals"][0]["line"] == 3
            assert len(world.service.arrivals) == 2  # the pipeline counts them, the door does not
            assert world.service.refusals == []

    asyncio.run(story())


def test_of_many_refusals_the_first_are_named_and_all_are_counted():
    async def story():
        async with running() as world, world.browser() as client:
            body = b"\n".join([DETECTION.replace(b"radar-1", b"radar-9")] * 100)
            said = (await client.post("/api/detections", content=body)).json()
            assert (said["accepted"], said["refused"], len(said["refusals"])) == (0, 100, 16)
            assert len(world.service.arrivals) == 1

    asyncio.run(story())


def test_the_line_of_a_bad_detection_is_named():
    async def story():
        async with running() as world, world.browser() as client:
            body = DETECTION + b"\n" + DETECTION.replace(b"range_m", b"ragne_m")
            answer = await client.post("/api/detections", content=body)
            assert "line 2" in answer.json()["error"] and "ragne_m" in answer.json()["error"]

    asyncio.run(story())


def test_a_body_of_a_hundred_megabytes_is_answered_not_cut_off():
    async def story():
        async with running() as world, world.browser() as client:

            async def pieces():
                for _ in range(1600):
                    yield b"x" * 65536

            length = {"Content-Length": str(1600 * 65536)}
            for headers in (length, {}):
                answer = await client.post("/api/detections", content=pieces(), headers=headers)
                assert answer.status_code == 413
                assert "larger than" in answer.json()["error"]
                assert answer.headers["connection"] == "close"
            assert (await client.get("/api/picture")).status_code == 200

    asyncio.run(story())


def test_a_body_that_is_too_large_is_refused_before_it_has_come():
    async def story():
        async with running() as world:
            reader, writer = await asyncio.open_connection("127.0.0.1", world.listening.port)
            head = (
                b"POST /api/detections HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n"
            )
            writer.write(head + b"\r\nx")
            answer = await asyncio.wait_for(reader.readuntil(b"}"), 2.0)
            assert answer.startswith(b"HTTP/1.1 413")
            writer.close()

    asyncio.run(story())


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not():
    async def story():
        async with running() as world, world.browser() as client:
            large = b"x" * (1024 * 1024 + 1)
            answer = await client.post("/api/detections", content=large)
            assert answer.status_code == 413

            async def pieces():
                for _ in range(40):
                    yield b"x" * 65536

            answer = await client.post("/api/detections", content=pieces())
            assert answer.status_code == 413
            await world.log_in(client, "watch")
            json = {"Content-Type": "application/json"}
            answer = await client.post("/api/commands", content=large[:200_000], headers=json)
            assert answer.status_code == 413
            assert (await client.get("/api/picture")).status_code == 200

    asyncio.run(story())


def test_a_head_that_is_too_large_is_refused():
    async def story():
        async with running() as world:
            reader, writer = await asyncio.open_connection("127.0.0.1", world.listening.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000)
            answer = await asyncio.wait_for(reader.read(100), 5)
            assert answer == b"" or b" 400 " in answer
            writer.close()

    asyncio.run(story())


def test_an_exhibit_is_kept_by_its_hash_before_it_is_attached(tmp_path):
    async def story():
        async with running(folder=tmp_path / "exhibits") as world, world.browser() as client:
            await world.log_in(client, "watch")
            answer = await client.post(
                "/api/exhibits",
                files={"file": ("../../wing\u202e.png", PNG, "text/html")},
                data={
                    "description": "words painted on a wing",
                    "taken_t_us": str(T0_NS // 1000),
                    "lat_deg": "33.8",
                    "lon_deg": "42.4",
                },
            )
            assert answer.status_code == 200, answer.text
            sha256 = hashlib.sha256(PNG).hexdigest()
            assert answer.json()["sha256"] == sha256
            (command,) = world.service.commands
            assert isinstance(command, AttachExhibit)
            assert (command.sha256, command.size_bytes) == (sha256, len(PNG))
            assert (command.file_name, command.media_type) == ("wing.png", "image/png")
            assert (command.taken_t_ns, command.person) == (T0_NS, "watch")
            assert (tmp_path / "exhibits" / sha256).read_bytes() == PNG
            assert [p.name for p in (tmp_path / "exhibits").iterdir()] == [sha256]
            back = await client.get(f"/api/exhibits/{sha256}")
            assert back.content == PNG and "attachment" in back.headers["content-disposition"]
            assert back.headers["content-type"] == "application/octet-stream"
            for bad in ("0" * 64, "..%2f..%2fetc%2fpasswd", "x"):
                assert (await client.get(f"/api/exhibits/{bad}")).status_code == 404

    asyncio.run(story())


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 400),
        ({"description": "x", "lat_deg": "91"}, 400),
        ({"description": "x", "lat_deg": "nan"}, 400),
        ({"description": "x", "taken_t_us": "yesterday"}, 400),
        ({"description": "x", "person": "first"}, 400),
        ({"description": "x\x00"}, 400),
    ],
)
def test_an_exhibit_with_a_bad_field_is_refused(tmp_path, fields, code):
    async def story():
        async with running(folder=tmp_path) as world, world.browser() as client:
            await world.log_in(client, "watch")
            files = {"file": ("a.png", PNG)}
            answer = await client.post("/api/exhibits", files=files, data=fields)
            assert answer.status_code == code, answer.text
            assert not world.service.commands

    asyncio.run(story())


def test_exhibits_need_a_person_on_watch_a_recording_and_a_bounded_size(tmp_path):
    async def story():
        async with running() as world, world.browser() as client:
            files, data = {"file": ("a.png", PNG)}, {"description": "x"}
            assert (await client.post("/api/exhibits", files=files, data=data)).status_code == 401
            await world.log_in(client, "guest")
            assert (await client.post("/api/exhibits", files=files, data=data)).status_code == 403
            await world.log_in(client, "watch")
            assert (await client.post("/api/exhibits", files=files, data=data)).status_code == 503
            world.service.folder = tmp_path
            assert (await client.post("/api/exhibits", data=data)).status_code == 400
            two = [("file", ("a", PNG)), ("file", ("b", PNG))]
            assert (await client.post("/api/exhibits", files=two, data=data)).status_code == 400
            large = {"file": ("a.png", b"x" * 21_000_000)}
            assert (await client.post("/api/exhibits", files=large, data=data)).status_code == 413
            assert list(tmp_path.iterdir()) == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a/b\\c.jpg", "c.jpg"),
        ("..", "exhibit"),
        ("", "exhibit"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
        ("a\r\nb.png", "ab.png"),
    ],
)
def test_file_names_lose_what_is_not_a_name(given, kept):
    assert plain_name(given) == kept


def test_media_types_are_read_from_the_bytes():
    assert media_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert media_type(b"RIFF\x00\x00\x00\x00WEBP") == "image/webp"
    assert media_type(b"<html>") == "application/octet-stream"


def test_without_a_built_page_one_is_told_how_to_build_it(tmp_path):
    async def story():
        options = Options(static=tmp_path / "absent")
        async with running(options=options) as world, world.browser() as client:
            answer = await client.get("/")
            assert answer.status_code == 503 and "make page" in answer.text

    asyncio.run(story())


def test_the_page_is_served_from_its_folder_and_nothing_beside_it(tmp_path):
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html>page")
    (static / "assets" / "main-abc.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")

    async def story():
        async with running(options=Options(static=static)) as world, world.browser() as client:
            page = await client.get("/")
            assert page.text.endswith("page") and page.headers["cache-control"] == "no-cache"
            script = await client.get("/assets/main-abc.js")
            assert "immutable" in script.headers["cache-control"]
            assert script.headers["content-type"].startswith("text/javascript")
            for path in ("/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt"):
                assert (await client.get(path)).status_code in (400, 404), path
            assert (await client.get("/%00")).status_code == 404
            assert (await client.get("/api/nothing")).json() == {"error": "Not Found"}
            assert (await client.post("/")).status_code == 405
            picture = await client.get("/api/picture")
            assert picture.headers["cache-control"] == "no-store"

    asyncio.run(story())


def test_the_raw_request_line_cannot_leave_the_folder(tmp_path):
    static = tmp_path / "static"
    static.mkdir()
    (static / "index.html").write_text("page")
    (tmp_path / "secret.txt").write_text("secret")

    async def story():
        async with running(options=Options(static=static)) as world:
            for path in ("/../secret.txt", "//../secret.txt", "/..\\secret.txt"):
                port = world.listening.port
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n".encode())
                writer.write(b"Connection: close\r\n\r\n")
                assert b"secret" not in await asyncio.wait_for(reader.read(), 5)
                writer.close()

    asyncio.run(story())


def test_health_counts_what_was_refused():
    async def story():
        async with running() as world, world.browser() as client:
            await client.post("/api/login", json={"name": "x", "password": "y"})
            counters = (await client.get("/api/health")).json()["counters"]
            assert counters == {"login refused": 1}
            assert msgspec.json.encode(counters)

    asyncio.run(story())
