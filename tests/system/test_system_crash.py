"""A crash in the middle: nothing acknowledged is lost, nothing is said twice.

How soon the picture is back is measured by `benchmarks/restart.py`.
"""

import json
import signal
import sqlite3
import time

import httpx
from running import Demo, vedette


def journalled(state):
    database = next(state.rglob("journal.sqlite"))
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT seq, json FROM events ORDER BY seq").fetchall()


def acknowledge(url, warning_id):
    with httpx.Client(base_url=url) as watch:
        login = watch.post("/api/login", json={"name": "amal", "password": "vedette-demo"})
        answer = watch.post(
            "/api/commands",
            headers={"X-Vedette-CSRF": login.json()["csrf"]},
            json={
                "command": "acknowledge_warning",
                "command_id": "5f1c8a52-8d5e-4a57-9df1-6b1f8a4c0001",
                "warning_id": warning_id,
            },
        )
        assert answer.status_code == 200, answer.text


def test_after_kill_nine_the_picture_is_back_and_warnings_are_neither_lost_nor_repeated(tmp_path):
    state = tmp_path / "state"
    with Demo(state, "--from-s", "120") as demo:
        before = demo.wait_for(lambda p: p["warnings"], timeout_s=120)
        warning_id = before["warnings"][0]["warning_id"]
        acknowledge(demo.url, warning_id)
        time.sleep(1.0)
        before = demo.picture()
        demo.stop(signal.SIGKILL)
    acknowledged = journalled(state)
    with Demo(state, port=demo.port) as again:
        tracks = {t["track_id"] for t in before["tracks"]}
        after = again.wait_for(lambda p: len(tracks & {t["track_id"] for t in p["tracks"]}) > 0)
        known = {w["warning_id"]: w for w in after["warnings"]}
        assert set(known) == {w["warning_id"] for w in before["warnings"]}
        assert known[warning_id]["acknowledged_by"] == "amal"
        kept = {t["track_id"] for t in after["tracks"]}
        assert len(tracks & kept) >= 0.8 * len(tracks)
        time.sleep(2.0)
        rows = journalled(state)
        assert rows[: len(acknowledged)] == acknowledged
        told = [json.loads(row[1]) for row in rows]
        raised = [e["warning_id"] for e in told if e["event"] == "WarningRaised"]
        assert warning_id in raised
        assert len(set(raised)) == len(raised)
    recording = next(state.rglob("session.json")).parent
    verdict = vedette("replay", str(recording), "--verify")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
