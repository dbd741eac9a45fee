"""A live demo in a process of its own, for benchmarks that watch one from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks.figures import SCENARIO, free_port

POLL_S = 0.02


class LiveDemo:
    """The program as a user starts it. Use as `with`; `started_s` is on time.perf_counter."""

    def __init__(
        self,
        state: Path,
        *words: str,
        port: int | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = state.parent / f"{self.port}.log"
        command = ["demo", str(SCENARIO), "--port", str(self.port), "--state", str(state)]
        self.started_s = time.perf_counter()
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vedette", *command, "--no-open", *words],
                stdout=out,
                stderr=out,
                env={**os.environ, **(environment or {})},
            )

    def __enter__(self) -> "LiveDemo":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGTERM)

    def stop(self, number: signal.Signals) -> None:
        """Send a signal and wait for the end."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def ask(self, path: str) -> Any:
        """Give an answer of the API, or None while nobody answers."""
        try:
            answer = httpx.get(self.url + path, timeout=5.0)
        except httpx.TransportError:
            return None
        return answer.json() if answer.status_code == 200 else None

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], timeout_s: float = 120.0) -> float:
        """Wait for a picture that is wanted; give the seconds since the program was started."""
        while time.perf_counter() - self.started_s < timeout_s:
            picture = self.ask("/api/picture")
            now_s = time.perf_counter()
            if picture is not None and wanted(picture):
                return now_s - self.started_s
            if self.process.poll() is not None:
                raise RuntimeError(self.log.read_text()[-2000:])
            time.sleep(POLL_S)
        raise TimeoutError(f"waited {timeout_s} s in vain: {self.log.read_text()[-2000:]}")
