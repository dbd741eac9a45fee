"""`vedette account` as its user meets it, and what `vedette run` says of who may log in."""

import json
import sqlite3
import subprocess
import sys

from vedette.config.accounts import accounts_path, read_accounts
from vedette.config.load import parse_site
from vedette.model.acts import Act
from vedette.record import Recorder

PASSWORD = "correct horse battery"


def account(*words, password=""):
    command = [sys.executable, "-m", "vedette", "account", *words]
    return subprocess.run(command, input=password, capture_output=True, text=True, check=False)


def test_accounts_are_added_listed_disabled_and_taken_away(tmp_path):
    here = ("--recordings", str(tmp_path / "state"))
    done = account("add", "amal", "--role", "operator", "--role", "engagement_authority", *here,
                   password=PASSWORD + "\n")  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert "amal: done (add)" in done.stderr and PASSWORD not in done.stderr
    data = accounts_path(tmp_path / "state").read_text()
    assert PASSWORD not in data and "$argon2id$v=19$m=65536,t=3" in data
    assert account("disable", "amal", *here).returncode == 0
    listed = account("list", "--json", *here)
    (told,) = json.loads(listed.stdout)
    assert told["name"] == "amal" and told["disabled"] is True
    assert told["roles"] == ["operator", "engagement_authority"]
    assert "argon2" not in listed.stdout
    assert "disabled" in account("list", *here).stdout
    assert account("remove", "amal", *here).returncode == 0
    assert read_accounts(accounts_path(tmp_path / "state")) == []


def test_what_cannot_be_is_refused_in_one_line(tmp_path):
    here = ("--recordings", str(tmp_path))
    for words, password, reason in [
        (("add", "amal", "--role", "king"), PASSWORD, "invalid choice: 'king'"),
        (("add", "amal"), PASSWORD, "--role"),
        (("add", "amal", "--role", "viewer"), "short", "at least 10 characters"),
        (("disable", "nobody"), "", "there is no account 'nobody'"),
    ]:
        done = account(*words, *here, password=password)
        assert done.returncode == 2 and reason in done.stderr, done.stderr
        assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert not (tmp_path / "accounts.json").exists()


def test_the_trail_of_a_recording_is_printed_and_a_changed_one_is_said_to_be(tmp_path):
    site = 'schema = 1\nname = "Post"\nmode = "SIMULATED"\n[reference]\n'
    site += "lat_deg = 33.0\nlon_deg = 42.0\nhae_m = 100.0\n"
    recorder = Recorder.create(tmp_path, site, parse_site(site, "x"), version="0", started_ns=1)
    recorder.audit(Act(t_ns=1_641_265_200 * 10**9, what="log in", status=200, person="=amal"))
    recorder.close()
    command = [sys.executable, "-m", "vedette", "audit", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    header, row = done.stdout.splitlines()
    assert header.startswith("seq,time_utc,person")
    assert row.startswith("1,2022-01-04T03:00:00.000+00:00,'=amal,")
    listed = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert json.loads(listed.stdout)[0]["act"]["person"] == "=amal"
    with sqlite3.connect(tmp_path / "journal.sqlite") as file:
        file.execute("update acts set person = 'basim'")
    file.close()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "CHANGED OR DAMAGED" in done.stderr


def test_a_site_that_would_listen_to_a_network_with_nobody_to_log_in_does_not_start(
    repository, tmp_path
):
    text = (repository / "scenarios" / "sites" / "ain_al_asad.toml").read_text()
    site = tmp_path / "site.toml"
    site.write_text(text.split("[[people]]")[0])
    command = [sys.executable, "-m", "vedette", "run", str(site), "--host", "0.0.0.0"]
    command += ["--port", "0", "--recordings", str(tmp_path / "state")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "listening on 0.0.0.0 needs accounts: add one (vedette account add" in done.stderr
    assert not list((tmp_path / "state").glob("*/session.json"))
