"""`vedette account` as its user meets it, and what `vedette run` says of who may log in."""

import json
import subprocess
import sys

from vedette.config.accounts import accounts_path, read_accounts

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
