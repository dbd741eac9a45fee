"""Starting the real program as a user does, and stopping it."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

REPOSITORY = Path(__file__).resolve().parents[2]
SCENARIO = REPOSITORY / "scenarios" / "ain_al_asad_2022.toml"
PROGRAM = (sys.executable, "-m", "vedette")
START_TIMEOUT_S = 60.0


def vedette(*words: str, timeout_s: float = 300.0) -> subprocess.CompletedProcess[str]:
    """Run one command of the program to its end."""
    return subprocess.run(
        [*PROGRAM, *words],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def free_port() -> int:
    """Give a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Demo:
    """A live demo in a process of its own."""

    def __init__(self, state: Path, *words: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = state
        self.log = state.parent / f"{state.name}-{self.port}.log"
        self.started_s = time.perf_counter()
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                [
                    *(*PROGRAM, "demo", str(SCENARIO)),
                    *("--port", str(self.port), "--state", str(state), "--no-open", *words),
                ],
                stdout=out,
                stderr=out,
            )

    def __enter__(self) -> "Demo":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGTERM)

    def stop(self, number: signal.Signals) -> None:
        """Send a signal and wait for the end."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(timeout=20)

    def picture(self) -> dict[str, Any] | None:
        """Give the air picture, or None while nobody answers."""
        try:
            answer = httpx.get(f"{self.url}/api/picture", timeout=2.0)
        except httpx.TransportError:
            return None
        return answer.json() if answer.status_code == 200 else None

    def wait_for(self, wanted: Any, timeout_s: float = START_TIMEOUT_S) -> dict[str, Any]:
        """Wait until wanted(picture) is true; give that picture."""
        end_s = time.perf_counter() + timeout_s
        while time.perf_counter() < end_s:
            picture = self.picture()
            if picture is not None and wanted(picture):
                return picture
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"waited {timeout_s} s in vain: {self.log.read_text()}")


def events_of(folder: Path) -> list[dict[str, Any]]:
    """Read events.jsonl."""
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
