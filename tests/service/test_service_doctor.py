"""The doctor on real sockets: each fault is named, with its sign, and with what to do."""

import asyncio
import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vedette.config.load import parse_site
from vedette.config.site import Channel
from vedette.outputs.webhook import signature
from vedette.service.doctor import examine

HEAD = """schema = 1
name = "Ward"
mode = "SIMULATED"
reference = { lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }
service = { port = %d }
"""
SENSOR = """[[sensors]]
id = "%s"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
coverage = { range_max_m = 20000.0 }
"""
FEED = """[[feeds]]
id = "%s"
kind = "%s"
port = %d
%s
"""


def free_ports(count: int, kind: int = socket.SOCK_DGRAM) -> list[int]:
    """Give ports far enough apart that none is near another."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket(type=kind) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if all(abs(port - other) > 12 for other in found) and port < 65_000:
            found.append(port)
    return found


def line(sensor: str, age_s: float = 0.0, range_m: float = 5000.0) -> bytes:
    t_ns = time.time_ns() - int(age_s * 1e9)
    said = {"t_ns": t_ns, "sensor": sensor, "range_m": range_m, "azimuth_deg": 10.0,
            "elevation_deg": 2.0}  # fmt: skip
    return json.dumps(said).encode() + b"\n"


async def sending(sends, period_s: float = 0.05) -> None:
    """Send for ever: (port, function that makes the bytes) each in turn."""
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        while True:
            for port, make in sends:
                sender.sendto(make(), ("127.0.0.1", port))
            await asyncio.sleep(period_s)


def examined(text: str, sends, seconds: float = 2.5, begin=lambda: None):
    """Examine a site while something sends; the sources by name, and the whole."""

    async def both():
        task = asyncio.create_task(sending(sends))
        try:
            return await examine(parse_site(text, "site"), seconds, begin=begin)
        finally:
            task.cancel()

    told = asyncio.run(both())
    return {seen.source: seen for seen in told.sources}, told


def words(seen) -> str:
    return " | ".join(f"{f.what} -> {f.do}" for f in seen.findings)


@pytest.fixture
def page():
    return free_ports(1, socket.SOCK_STREAM)[0]


def test_a_sound_site_is_told_with_rates_kinds_sensors_and_ages(page):
    (port,) = free_ports(1)
    text = HEAD % page + SENSOR % "radar" + FEED % ("plots", "detections_udp", port, "")
    seen, told = examined(text, [(port, lambda: line("radar"))])
    assert told.ok, told.in_words()
    assert seen["plots"].kinds == {"plot": seen["radar"].kinds["plot"]}
    assert seen["plots"].sensors.keys() == {"radar"}
    assert seen["radar"].rate_hz > 2.0
    assert seen["radar"].age_s < 1.0 and abs(seen["radar"].delay_s) < 0.5
    assert "nothing is wrong" in told.in_words()
    assert f"page: 127.0.0.1:{page} is free" in told.notes


def test_each_fault_has_its_words_and_its_remedy(page):
    slow, fast, mad, lost, far, near, fast_feed, swapped = free_ports(8)
    text = HEAD % page + "".join(
        SENSOR % name for name in ("slow", "fast", "mad", "blind", "quick")
    )
    for name, port, more in [
        ("f-slow", slow, ""),
        ("f-fast", fast, ""),
        ("f-mad", mad, ""),
        ("f-lost", lost, ""),
        ("f-far", far, ""),
        ("f-near", near, ""),
        ("f-much", fast_feed, "rate_max_hz = 5.0"),
    ]:
        text += FEED % (name, "detections_udp", port, more)
    text += FEED % ("f-swapped", "asterix_udp", swapped, 'sensor = "quick"')
    seen, told = examined(
        text,
        [
            (slow, lambda: line("slow", 5.0)),
            (fast, lambda: line("fast", -1.5)),
            (mad, lambda: line("mad", -5.0)),  # the service dates it by its receipt
            (lost, lambda: line("stranger")),
            (far, lambda: line("blind", range_m=90_000.0)),
            (near + 1, lambda: line("slow", 5.0)),
            (fast_feed, lambda: line("quick") * 2),
            (swapped, lambda: line("quick")),
        ],
    )
    assert not told.ok
    assert "5.0 s behind" in words(seen["slow"]) and "GPS or NTP" in words(seen["slow"])
    assert seen["slow"].delay_s == pytest.approx(5.0, abs=0.5)
    assert "1.5 s ahead of" in words(seen["fast"])
    assert seen["fast"].delay_s == pytest.approx(-1.5, abs=0.5)
    assert seen["mad"].delay_s == pytest.approx(-5.0, abs=0.5)
    assert seen["mad"].refused.get("ahead of time", 0) < seen["mad"].kinds["plot"] / 2
    assert "'stranger' is not in the site file" in words(seen["f-lost"])
    assert "[[sensors]]" in words(seen["f-lost"])
    assert "outside coverage" in words(seen["blind"]) and "range_max_m" in words(seen["blind"])
    assert f"set the feed's port to {near + 1}" in words(seen["f-near"])
    assert "look like detections" in words(seen["f-near"])
    assert "above its declared rate" in words(seen["f-much"])
    assert "looks like detections" in words(seen["f-swapped"])


def friend(kind: str = "a-f-G-U-C") -> bytes:
    now, stale = (datetime.now(UTC) + timedelta(seconds=s) for s in (0, 30))
    return (
        f'<event version="2.0" uid="ANDROID-1" type="{kind}" how="m-g" time="{now.isoformat()}" '
        f'start="{now.isoformat()}" stale="{stale.isoformat()}"><point lat="33.05" lon="42.05" '
        f'hae="190" ce="5" le="9"/><detail/></event>'
    ).encode()


def test_what_arrives_and_says_nothing_that_is_used_is_told(page):
    ground, air, far, theirs = free_ports(4)
    own = (SENSOR % "own").replace("radar_3d", "position") + "cooperative = true\n"
    text = HEAD % page + own + SENSOR % "radar"
    for name, port in (("f-ground", ground), ("f-air", air), ("f-theirs", theirs)):
        text += FEED % (name, "cot_udp", port, 'sensor = "own"')
    text += FEED % ("f-far", "detections_udp", far, "")
    begun = []

    def away() -> bytes:
        said = {"t_ns": time.time_ns(), "sensor": "own", "lat_deg": -33.0, "lon_deg": 151.0}
        return json.dumps(said).encode() + b"\n"

    seen, told = examined(
        text,
        [
            (ground, friend),
            (air, lambda: friend("a-f-A-M-H")),
            (far, away),
            (theirs, lambda: friend("a-h-A")),
        ],
        begin=lambda: begun.append(True),
    )
    assert "none says anything that is used" in words(seen["f-ground"])
    assert "an asset follows" in words(seen["f-ground"])
    assert seen["f-ground"].passed.keys() == {"on the ground"}
    assert (
        f"passed over {seen['f-ground'].passed['on the ground']:,} on the ground" in told.in_words()
    )
    assert seen["f-air"].kinds["position"] and not seen["f-air"].findings
    assert "km from the site" in words(seen["own"]) and "[reference]" in words(seen["own"])
    assert "tracks_sensor of the feed; or nothing" in words(seen["f-theirs"])
    assert "ASTERIX" not in words(seen["f-theirs"])
    assert begun == [True]


def test_an_output_over_a_feed_that_nobody_answers_is_wrong_too(page, tmp_path):
    away = free_ports(1, socket.SOCK_STREAM)[0]
    text = HEAD % page
    text += FEED % ("away", "cot_tcp", away, "")
    text += FEED % ("keyless", "cot_tcp", away, f'tls_ca = "{tmp_path}/no.pem"')
    for feed in ("away", "keyless"):
        text += f'[[outputs]]\nid = "{feed}-out"\nkind = "cot_tcp"\nfeed = "{feed}"\n'
    seen, told = examined(text, [], 0.6)
    assert not told.ok
    assert "over feed away, which is not connected" in words(seen["away-out"])
    assert "the connection is refused" in words(seen["away-out"])
    assert "no.pem: there is no such file" in words(seen["keyless-out"])


def test_silence_refused_connections_and_taken_ports_are_told_apart(page):
    quiet, taken = free_ports(2)
    away = free_ports(1, socket.SOCK_STREAM)[0]
    text = HEAD % page + SENSOR % "radar"
    text += (SENSOR % "adsb").replace("radar_3d", "adsb")
    text += FEED % ("quiet", "detections_udp", quiet, "")
    text += FEED % ("held", "detections_udp", taken, "")
    text += FEED % ("away", "beast_tcp", away, 'sensor = "adsb"')
    text += FEED % ("gone", "aircraft_json_file", 0, 'sensor = "adsb"\npath = "/no/where.json"')
    with socket.socket(type=socket.SOCK_DGRAM) as holder, socket.socket() as held_page:
        holder.bind(("127.0.0.1", taken))
        held_page.bind(("127.0.0.1", page))
        held_page.listen()
        seen, told = examined(text, [], 0.6)
    assert "nothing arrived in 0.6 s on UDP" in words(seen["quiet"])
    assert "other machines cannot reach" in words(seen["quiet"])
    assert "another program has it" in words(seen["held"])
    assert "its own health below" in words(seen["held"])
    assert "the connection is refused" in words(seen["away"])
    assert "/no/where.json: there is no such file" in words(seen["gone"])
    assert not seen["radar"].findings, "silence of every feed is told of the feeds alone"
    assert any("another program listens there" in note for note in told.notes)


async def hanging_up(reader, writer):
    writer.close()


async def silent(reader, writer):
    with contextlib.suppress(OSError):
        await reader.read()
    writer.close()


def certificate(folder):
    """Make a certificate for a day, and give who is served with it."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the openssl command is absent")
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=tak")
    files = (str(folder / "tak.key"), str(folder / "tak.pem"))
    subprocess.run([program, *made, "-keyout", files[0], "-out", files[1]], check=True,
                   capture_output=True)  # fmt: skip
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(files[1], files[0])
    return served


def test_who_answers_and_will_not_speak_is_told_with_the_reason(page, tmp_path):
    tls = certificate(tmp_path)
    calls = {  # kind, how it is served, keys of the feed
        "foreign": ("cot_tcp", (silent, tls), f'tls_ca = "{tmp_path}/tak.pem"'),
        "curt": ("cot_tcp", (hanging_up, None), ""),
        "still-tak": ("cot_tcp", (silent, None), ""),
        "still-node": ("sapient_tcp", (silent, None), ""),
        "still-adsb": ("beast_tcp", (silent, None), ""),
        "curt-adsb": ("beast_tcp", (hanging_up, None), ""),
        "keyless": ("cot_tcp", (silent, None), f'tls_ca = "{tmp_path}/no.pem"'),
    }

    async def work():
        text = HEAD % page + (SENSOR % "own").replace("radar_3d", "position")
        text += "cooperative = true\n" + (SENSOR % "adsb").replace("radar_3d", "adsb")
        text += SENSOR % "node" + 'sapient_node = "6f582b41-6c88-481c-bb0f-6021a1739f57"\n'
        async with contextlib.AsyncExitStack() as stack:
            for name, (kind, (serve, context), keys) in calls.items():
                server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
                await stack.enter_async_context(server)
                port = server.sockets[0].getsockname()[1]
                sensor = {"cot_tcp": 'sensor = "own"', "beast_tcp": 'sensor = "adsb"'}.get(kind, "")
                text += FEED % (name, kind, port, f"{sensor}\n{keys}")
            return await examine(parse_site(text, "site"), 2.0)

    seen = {each.source: words(each) for each in asyncio.run(work()).sources}
    assert "TLS: " in seen["foreign"] and "tls_name" in seen["foreign"]
    for name in ("curt", "curt-adsb"):
        assert "hangs up without a word" in seen[name]
    assert "tls_certificate" in seen["curt"] and "tls_certificate" not in seen["curt-adsb"]
    assert "whether anybody else is connected" in seen["still-tak"]
    assert "whether its sensors are connected" in seen["still-node"]
    assert "its antenna" in seen["still-adsb"]
    assert "no.pem" in seen["keyless"] and "mend the file's name" in seen["keyless"]


def test_beside_a_running_service_it_says_how_that_service_is(page, tmp_path):
    from vedette.service.live import Place, Service

    (port,) = free_ports(1)
    text = HEAD % page + SENSOR % "radar" + FEED % ("plots", "detections_udp", port, "")

    async def beside():
        async with Service(text, tmp_path / "recording") as service:
            await service.listen(Place(port=page))
            running = asyncio.create_task(service.run_live())
            senders = asyncio.create_task(sending([(port, lambda: line("radar"))]))
            await asyncio.sleep(0.5)
            told = await examine(parse_site(text, "site"), 0.5)
            senders.cancel()
            service.stop()
            await running
            return told

    told = asyncio.run(beside())
    assert not told.ok and told.service == f"http://127.0.0.1:{page}"
    assert told.service_sources.keys() == {"radar", "plots"}
    assert "its own health is at" in told.in_words()


def test_the_command_fails_where_something_is_wrong_and_records_nothing(page, tmp_path):
    import os
    import sys

    (port,) = free_ports(1)
    path = tmp_path / "site.toml"
    path.write_text(HEAD % page + SENSOR % "radar" + FEED % ("plots", "detections_udp", port, ""))
    done = subprocess.run(
        [sys.executable, "-m", "vedette", "doctor", str(path), "--seconds", "0.5", "--json"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert not told["ok"] and told["sources"][0]["findings"][0]["do"]
    assert [p.name for p in tmp_path.iterdir()] == ["site.toml"]


def test_a_document_that_nobody_writes_is_told_by_its_path(page, tmp_path):
    there = tmp_path / "aircraft.json"
    there.write_text(json.dumps({"now": time.time(), "aircraft": []}))
    text = HEAD % page + (SENSOR % "adsb").replace("radar_3d", "adsb")
    for name, path in (("gone", tmp_path / "nothing.json"), ("there", there)):
        keys = f'sensor = "adsb"\npath = "{path}"'
        text += FEED % (name, "aircraft_json_file", 0, keys)
    seen, _ = examined(text, [], 0.6)
    assert "nothing.json: there is no such file -> start the receiver" in words(seen["gone"])
    assert not seen["there"].findings


class _Hearer(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.server.heard.append((self.path, dict(self.headers), self.rfile.read(size)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words):
        """Say nothing."""


@pytest.fixture
def hearer():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hearer) as found:
        found.heard = []
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()


def channels_of(port: int, folder, dead: int) -> str:
    return f"""
[[webhooks]]
id = "hook"
url = "http://127.0.0.1:{port}/hook"
secret = "0123456789abcdef"
[[channels]]
id = "public"
kind = "cap"
url = "http://127.0.0.1:{port}/cap"
sender = "duty@example.org"
[[channels]]
id = "files"
kind = "cap"
folder = "{folder}"
sender = "duty@example.org"
[[channels]]
id = "gone"
kind = "cap"
folder = "{folder}/none"
sender = "duty@example.org"
[[channels]]
id = "siren"
kind = "mqtt"
port = {dead}
timeout_s = 1.0
"""


def test_channels_are_looked_at_without_a_word_and_what_is_wrong_is_told(page, hearer, tmp_path):
    (dead,) = free_ports(1, socket.SOCK_STREAM)
    text = HEAD % page + channels_of(hearer.server_port, tmp_path, dead)
    seen, told = examined(text, [], 0.5)
    assert not told.ok
    assert seen["hook"].ok and seen["public"].ok and seen["files"].ok
    assert "there is no such folder -> make the folder" in words(seen["gone"])
    assert "nobody is told by it" in words(seen["siren"])
    assert f"mqtt 127.0.0.1:{dead}" in seen["siren"].how
    assert hearer.heard == [] and list(tmp_path.iterdir()) == []


def test_a_test_of_the_channels_says_of_itself_that_it_is_one(page, hearer, tmp_path):
    (dead,) = free_ports(1, socket.SOCK_STREAM)
    text = HEAD % page + channels_of(hearer.server_port, tmp_path, dead)
    told = asyncio.run(examine(parse_site(text, "site"), 0.5, test_channels=True))
    seen = {each.source: each for each in told.sources}
    assert seen["hook"].ok and "a test was posted" in seen["hook"].how
    assert seen["public"].ok and seen["files"].ok and not seen["siren"].ok
    posted = {path: (headers, body) for path, headers, body in hearer.heard}
    headers, body = posted["/hook"]
    hook = json.loads(body)
    assert hook["kind"] == "test" and hook["simulated"] and hook["spoken"].startswith("TEST")
    stamp, _, signed = headers["X-Vedette-Signature"].partition(",v1=")
    assert signature("0123456789abcdef", int(stamp[2:]), body) == signed
    (path,) = tmp_path.iterdir()
    for alert in (posted["/cap"][1], path.read_bytes()):
        assert b"<status>Test</status>" in alert and b"this is no real warning" in alert
        assert b"TEST of" in alert


def test_an_address_is_told_without_the_password_in_it():
    from vedette.service.doctor.advice import where_of

    secret = Channel(id="mail", kind="apprise", url="mailto://me:pa55@example.org?to=a@b.c")
    assert where_of(secret) == "apprise mailto://example.org"
