"""What cannot be done is refused before any of it is done, in one line that says what to do."""

import socket
import subprocess

import pytest
from running import PROGRAM, SCENARIO, free_port, vedette

SITE = SCENARIO.parent / "sites" / "ain_al_asad.toml"


def refused(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """Check that a command was refused as wrong words, in one line that holds the parts."""
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for part in parts:
        assert part in done.stderr, done.stderr


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Give an empty folder to be in, with a file called `file`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x")
    (tmp_path / "plots.jsonl").write_text(
        '{"t_ns": 1641268800000000000, "sensor": "gate", "azimuth_deg": 1.0}\n'
    )
    return tmp_path


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("demo", "--seed", "-1", "--headless", "--fast"), ("--seed", "-1", "0 or more")),
        (("simulate", str(SCENARIO), "--output", "o", "--seed", "-1"), ("--seed", "-1")),
        (("track", str(SITE), "plots.jsonl", "--output", "o", "--period-s", "nan"), ("--period",)),
        (("track", str(SITE), "plots.jsonl", "--output", "o", "--period-s", "0"), ("--period",)),
        (("evaluate", "--truth", "a", "--tracks", "b", "--c-m", "nan"), ("--c-m", "nan")),
        (("evaluate", "--truth", "a", "--tracks", "b", "--c-m", "0"), ("--c-m", "0")),
        (("run", str(SITE), "--port", "99999"), ("--port", "65535")),
        (("demo", "--port", "99999"), ("--port", "65535")),
        (("demo", "--port", "-5"), ("--port", "-5")),
        (("replay", "r", "--port", "-5"), ("--port", "-5")),
        (("replay", "r", "--speed", "nan"), ("--speed", "nan")),
        (("demo", "--from-s", "nan"), ("--from-s", "nan")),
        (("demo", "--from-s", "1e9", "--no-open"), ("--from-s", "480 s")),
        (("demo", "--from-s", "5", "--headless", "--fast"), ("--from-s", "--headless")),
        (("replay", "file", "--json"), ("--json", "--verify")),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(words, parts, here):
    refused(vedette(*words), *parts)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("demo", "--report", "/proc/x", "--headless", "--fast"), ("/proc/x", "--report")),
        (("demo", "--report", "file", "--headless", "--fast"), ("file", "--report")),
        (("demo", "--state", "file", "--no-open"), ("file", "--state")),
        (("run", str(SITE), "--recordings", "file"), ("file", "--recordings")),
        (("simulate", str(SCENARIO), "--output", "file"), ("file", "--output")),
        (("incident", "{recording}", "--output", "file"), ("file", "--output")),
        (
            ("evaluate", "--scenarios", str(SCENARIO), "--kept", "/proc/x/kept.jsonl"),
            ("/proc/x", "--kept"),
        ),
        (
            ("evaluate", "--scenarios", str(SCENARIO), "--report", "r", "--kept", "k.jsonl"),
            ("--scenarios", "--report"),
        ),
        (("incident", "{recording}", "--output", "/proc/x"), ("/proc/x", "--output")),
        (
            ("track", str(SITE), "plots.jsonl", "--output", "/nonexist/a/o.parquet"),
            ("/nonexist/a", "--output"),
        ),
        (("track", str(SITE), "plots.jsonl", "--output", "/tmp"), ("/tmp", "--output")),
        (
            ("track", str(SITE), "plots.jsonl", "--output", "o.parquet", "--events", "/none/e"),
            ("/none", "--events"),
        ),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_the_work(words, parts, here):
    folder = here / "recording"
    folder.mkdir()
    done = vedette(*[word.format(recording=folder) for word in words])
    refused(done, *parts)
    assert not (here / "o.parquet").exists()


@pytest.mark.parametrize("command", ["demo", "run", "replay"])
def test_a_busy_port_is_one_line_that_says_how_to_choose_another(command, here, tiny_recording):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = {
            "demo": ("demo", "--no-open"),
            "run": ("run", str(tiny_recording / "site.toml")),
            "replay": ("replay", str(tiny_recording)),
        }[command]
        done = vedette(*words, "--port", str(port))
    refused(done, f"127.0.0.1:{port}", "--port")
    assert "[service]" not in done.stderr
    left = [path for path in here.rglob("session.json") if tiny_recording not in path.parents]
    assert left == [], "a start that failed leaves nothing to be taken up"


def test_a_busy_feed_says_which_and_what_to_do(here, tiny_recording):
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        site = here / "my.site.toml"
        text = (tiny_recording / "site.toml").read_text()
        site.write_text(text.replace("port = 30199", f"port = {port}"))
        done = vedette("run", str(site), "--port", str(free_port()))
    refused(done, "feed plots", f"UDP 127.0.0.1:{port}", "another port")


def test_two_demos_started_together_both_run(here):
    """They choose their ports one after another, so that neither finds its own taken."""
    demos = [
        subprocess.Popen(
            [*PROGRAM, "demo", "--no-open", "--port", str(free_port()), "--state", f"s{k}"],
            stderr=subprocess.PIPE,
            text=True,
        )
        for k in range(2)
    ]
    try:
        for demo in demos:
            assert demo.stderr is not None
            assert "SIMULATED" in demo.stderr.readline()
    finally:
        for demo in demos:
            demo.terminate()
        for demo in demos:
            demo.communicate(timeout=20)
    assert [demo.returncode for demo in demos] == [0, 0]
