"""What `track`, `check` and `replay` say of inputs that give nothing, and when they are stopped."""

import json
import signal
import subprocess

import pytest
from running import PROGRAM, free_port, vedette

LINE = '{"t_ns": %d, "sensor": "%s", "range_m": 5000, "azimuth_deg": 10}\n'
T_NS = 1_641_265_200_000_000_000


def tracked(folder, site, name, data, *words):
    """Run `vedette track` over one file."""
    path = folder / name
    path.write_bytes(data)
    output = str(folder / "o.parquet")
    return vedette("track", str(site), str(path), "--output", output, "--quiet", *words)


@pytest.fixture
def site(tiny_recording):
    return tiny_recording / "site.toml"


def lines(sensor: str) -> bytes:
    return "".join(LINE % (T_NS + k * 10**9, sensor) for k in range(6)).encode()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.jsonl", lines("nosuch"), "'nosuch' is not in the site file"),
        ("a.jsonl", b"garbage\n", "bad json"),
        ("a.jsonl", b"", "nothing in it"),
        ("a.pcap", b"", "is empty"),
    ],
)
def test_an_input_of_which_nothing_is_used_is_said_and_is_no_success(
    name, data, why, site, tmp_path
):
    done = tracked(tmp_path, site, name, data)
    assert done.returncode == 1, done.stderr
    assert "nothing was tracked" in done.stderr
    assert why in done.stderr


def test_a_refused_plot_is_counted_whoever_refuses_it(site, tmp_path):
    data = lines("radar") + lines("nosuch")
    done = tracked(tmp_path, site, "a.jsonl", data, "--json")
    assert done.returncode == 0
    summary = json.loads(done.stdout)
    assert (summary["reports"], summary["refused"]) == (6, 6)
    assert summary["refused_by_reason"] == {"unknown sensor": 6}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pcap", b"hello, this is no capture", "does not begin as a .pcap file does"),
        ("a.parquet", b"hello, this is no table", "does not begin as a .parquet file does"),
        ("a.parquet", b"PAR1xxxxxxxx", "bad frame"),
    ],
)
def test_a_file_that_is_not_what_its_ending_says_is_called_that(name, data, said, site, tmp_path):
    done = tracked(tmp_path, site, name, data)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "may be one of" not in done.stderr


def test_an_unknown_radar_is_named_by_the_codes_that_the_site_file_needs(
    site, tmp_path, shared_data
):
    data = (shared_data / "asterix" / "croatia_cat034_048.pcap").read_bytes()
    done = tracked(tmp_path, site, "radars.pcap", data)
    assert done.returncode == 1
    assert "unknown sensor: SAC 25 SIC 201" in done.stderr
    assert "sac" in done.stderr


def test_a_file_that_is_not_there_is_named_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = vedette("check", "site", "nosuch")
    assert done.returncode == 1
    assert done.stdout.count("nosuch") == 1
    assert "No such file" in done.stdout


def test_a_replay_in_the_background_obeys_an_interrupt(tiny_recording):
    """A shell starts what stands in the background with SIGINT ignored."""
    words = ("replay", str(tiny_recording), "--port", str(free_port()))
    with subprocess.Popen(
        [*PROGRAM, *words],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    ) as replay:
        try:
            assert replay.stderr is not None
            assert "REPLAY" in replay.stderr.readline()
            replay.send_signal(signal.SIGINT)
            assert replay.wait(timeout=10) == 0
        finally:
            replay.kill()
