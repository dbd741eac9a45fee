"""Accounts and acts at the real service: in its own recording, from its own accounts file."""

import asyncio

import httpx

from vedette import record
from vedette.config.accounts import accounts_path, editing
from vedette.model.enums import Role
from vedette.server import hash_password
from vedette.service.live import Place, Service

PASSWORD = "correct horse battery"
SITE = """schema = 1
name = "Post"
mode = "SIMULATED"
reference = { lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }
[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
"""


def test_who_logs_in_and_what_they_do_is_in_the_recording_and_no_secret_is(tmp_path):
    path = accounts_path(tmp_path)
    hashed = hash_password(PASSWORD)
    with editing(path) as book:
        book.add("amal", [Role.OPERATOR], hashed)
        book.add("carla", [Role.AUDITOR], hashed)
    folder = tmp_path / "recording"

    async def story():
        async with Service(SITE, folder) as service:
            url = await service.listen(Place("127.0.0.1", 0, accounts=path))
            working = asyncio.create_task(service.run_live())
            async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30.0) as client:
                for name in ("amal", "carla"):
                    login = {"name": name, "password": PASSWORD}
                    told = (await client.post("/api/login", json=login)).json()
                    client.headers["X-Vedette-CSRF"] = told["csrf"]
                    hold = {"command": "set_hold", "command_id": name, "on": True, "reason": "x"}
                    answer = await client.post("/api/commands", json=hold)
                    assert answer.status_code == (200 if name == "amal" else 403)
                rows = (await client.get("/api/audit")).json()["acts"]
            service.stop()
            await working
        return rows

    shown = asyncio.run(story())
    kept = list(record.acts(folder))
    assert [row.seq for row in kept] == [row["seq"] for row in shown] == [1, 2, 3, 4, 5]
    assert [(row.act.person, row.act.what, row.act.status) for row in kept] == [
        ("", "accounts", 200),
        ("amal", "log in", 200),
        ("amal", "command", 200),
        ("carla", "log in", 200),
        ("carla", "command", 403),
    ]
    (held,) = [command for _, command in record.commands(folder)]
    assert kept[2].act.session == held.session
    assert record.verify_chain(folder) == []
    for file in (file for file in folder.rglob("*") if file.is_file()):
        data = file.read_bytes()
        assert PASSWORD.encode() not in data and hashed.encode() not in data, file
