"""`vedette check` on files made to hurt it: one clear line each, at once, in little memory."""

import re
import time
from pathlib import Path

import pytest
from hostile_files import CASES

from vedette import cli
from vedette.cli.check import judge

CPU_S = 0.8  # the slowest takes 0.3 s alone; the rest is for a machine busy with others
MEMORY_BYTES = 10 << 20  # beside the file itself, which is held in memory
REASON_CHARS_MAX = 600
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def peak_bytes() -> int | None:
    """Give the most memory this process has held since the last call, or None where unknown."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


@pytest.fixture(scope="module", autouse=True)
def _readers_are_loaded(tmp_path_factory):
    """What is imported at first use is no memory of a file."""
    path = tmp_path_factory.mktemp("first") / "x"
    for name in {case[0] for case in CASES}:
        path.write_bytes(next(data for kind, _, data, _ in CASES if kind == name))
        judge(name, path)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [pytest.param(name, data, words, id=f"{name}: {what}") for name, what, data, words in CASES],
)
def test_a_nasty_file_is_refused_in_one_line_at_once(tmp_path, name, data, words):
    path = tmp_path / "file"
    path.write_bytes(data)
    peak_bytes()
    before = peak_bytes()
    begun_s = time.process_time()
    accepted, reason = judge(name, path)
    spent_s = time.process_time() - begun_s
    after = peak_bytes()
    assert not accepted
    assert words in reason
    assert not CONTROL.search(reason)
    assert len(reason) < REASON_CHARS_MAX
    assert spent_s < CPU_S
    if before is not None and after is not None:
        assert after - before < len(data) + MEMORY_BYTES


def test_the_command_says_it_in_one_line_and_fails(tmp_path, capsys):
    for k, (name, _, data, _) in enumerate(CASES[:: len(CASES) // 8]):
        path = tmp_path / f"file{k}"
        path.write_bytes(data)
        assert cli.main(["check", name, str(path)]) == 1
        said = capsys.readouterr()
        assert said.out.count("\n") == 1 and "not valid: " in said.out
        assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ('start = "9999-12-31T23:59:59Z"', "start"),
        ('start = "0000-01-01T00:00:00Z"', "start"),
        ('start = "1969-12-31T23:59:59Z"', "start"),
        ('site = "/dev/zero"', "site"),
        ('site = "."', "site"),
        ('site = "%s"' % ("x" * 150), "site"),
        ('site = "%s"' % ("x/" * 90), "site"),
        ('site = "%s"' % ("../" * 60 + "etc/passwd"), "not valid"),
        ("duration_s = 1e300", "duration_s"),
    ],
)
def test_a_scenario_of_no_time_or_no_place_is_refused_by_key(
    tmp_path, capsys, repository, key, words
):
    shipped = repository / "scenarios" / "ain_al_asad_2022.toml"
    name = key.split(" ")[0]
    text = re.sub(rf"(?m)^{name} = .*$", lambda _: key, shipped.read_text(), count=1)
    (tmp_path / "sites").mkdir()
    site = repository / "scenarios" / "sites" / "ain_al_asad.toml"
    (tmp_path / "sites" / site.name).write_bytes(site.read_bytes())
    path = tmp_path / "scenario.toml"
    path.write_text(text)
    assert cli.main(["check", "scenario", str(path)]) == 1
    said = capsys.readouterr()
    assert said.out.count("\n") == 1 and "not valid: " in said.out and words in said.out
