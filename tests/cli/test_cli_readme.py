"""What README.md tells a stranger to do works as it stands there."""

import re
import signal
import subprocess
import sys
import time

import httpx
import pytest
from running import PROGRAM, free_port

TRACK_WITHIN_S = 10.0  # README says five; the machine may be busy


@pytest.fixture
def example(repository):
    """Give the site file and the program of the section on one's own sensor."""
    text = (repository / "README.md").read_text("utf-8")
    section = text.partition("## Connect your own sensor")[2].partition("\n## ")[0]
    (site,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    (program,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    return site, program


def test_the_sensor_of_the_readme_gives_a_track_within_seconds(example, tmp_path):
    site, program = example
    door, page = str(free_port()), free_port()
    (tmp_path / "my.site.toml").write_text(site.replace("30100", door))
    words = ("run", "my.site.toml", "--port", str(page))
    service = subprocess.Popen([*PROGRAM, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    sensor = None
    try:
        assert service.stderr is not None
        assert "My site: http://" in service.stderr.readline()
        sensor = subprocess.Popen([sys.executable, "-c", program.replace("30100", door)])
        begun_s = time.perf_counter()
        while not (tracks := _tracks(page)):
            assert time.perf_counter() - begun_s < TRACK_WITHIN_S
            time.sleep(0.1)
        assert tracks[0]["east_m"] < -5_000.0
    finally:
        if sensor is not None:
            sensor.kill()
            sensor.wait()
        service.send_signal(signal.SIGINT)
        service.communicate(timeout=20)


def _tracks(page: int) -> list[dict[str, float]]:
    answer = httpx.get(f"http://127.0.0.1:{page}/api/picture", timeout=5.0)
    return answer.json()["tracks"] if answer.status_code == 200 else []
