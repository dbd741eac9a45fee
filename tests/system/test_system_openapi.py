"""A stranger's program that knows our OpenAPI document alone tries the real service.

schemathesis sends what the document allows and what it forbids, logged in with every role: no
answer may be a fault of the server, of a status, type or shape that the document does not tell,
and nothing that the document forbids may be taken.
"""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import argon2
import httpx
import pytest
from running import PROGRAM, free_port

PASSWORD = "correct horse battery"
# They would end the session that all others need, and use up its guesses.
SPARED = ("/api/logout", "/api/login", "/api/lock", "/api/unlock")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,negative_data_rejection"
)
EXAMPLES = os.environ.get("VEDETTE_API_EXAMPLES", "10")
LONGEST_S = 400
SITE = """schema = 1
name = "Tried"
mode = "SIMULATED"
reference = { lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }
[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
[[people]]
name = "watch"
roles = ["operator", "identification_authority", "engagement_authority", "auditor", "sensor"]
password = "%s"
"""


@pytest.fixture
def service(tmp_path):
    """Run the service of a small site; give its URL."""
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    path = tmp_path / "site.toml"
    path.write_text(SITE % weak.hash(PASSWORD))
    port = free_port()
    words = ("run", str(path), "--recordings", str(tmp_path / "rec"), "--port", str(port))
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([*PROGRAM, *words], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    end_s = time.monotonic() + 120.0
    while not answers(url):
        assert process.poll() is None and time.monotonic() < end_s, (tmp_path / "log").read_text()
        time.sleep(0.2)
    yield url
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    assert "Traceback" not in (tmp_path / "log").read_text()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/health", timeout=2.0).status_code == 200
    except httpx.TransportError:
        return False


def test_the_service_keeps_to_its_openapi_document(service, tmp_path):
    if importlib.util.find_spec("schemathesis") is None:
        pytest.skip("schemathesis is not installed: pip install schemathesis")
    with httpx.Client(base_url=service) as client:
        said = client.post("/api/login", json={"name": "watch", "password": PASSWORD})
        (token,) = (c.value for c in client.cookies.jar if not c.name.endswith("-browser"))
    keys = {"session": token, "csrf": said.json()["csrf"]}
    (tmp_path / "schemathesis.toml").write_text(
        "".join(f'[auth.openapi.{name}]\napi_key = "{key}"\n' for name, key in keys.items())
    )
    command = [
        str(Path(sys.executable).parent / "st"), "run", f"{service}/api/openapi.json",
        "--checks", CHECKS, "--max-examples", EXAMPLES, "--phases", "coverage,fuzzing",
        *(word for path in SPARED for word in ("--exclude-path", path)),
        "--seed", "20220104", "--no-color", "--generation-database", "none",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=LONGEST_S, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout[-9000:] + done.stderr[-2000:]
    selected, total = map(int, re.findall(r"Selected: (\d+)/(\d+)", done.stdout)[0])
    assert (total - selected, total >= 27) == (len(SPARED), True)
    assert f"Tested: {selected}" in done.stdout
    events = httpx.get(f"{service}/api/events").json()["events"]
    by = {event["event"].get("person") for event in events}
    assert "watch" in by, "it was logged in, and something that it asked for was done"
