"""A campaign on a cluster: the same numbers as in local processes, whatever becomes of a worker."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec
import pytest

from vedette.cli import main
from vedette.evaluation.campaign import Outcome, carry_out, plan, rates

distributed = pytest.importorskip("distributed", reason="Dask is absent: vedette[dask]")
# Sockets that a killed worker leaves to the collector are Dask's, not ours.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "ain_al_asad_2022.toml"
RUNS = 6


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the demonstration's first eight seconds."""
    text = SCENARIO.read_text().partition("[expect]")[0]
    text = text.replace("duration_s = 480.0", "duration_s = 8.0")
    text = text.replace('site = "sites/', f'site = "{SCENARIO.parent}/sites/')
    path = tmp_path_factory.mktemp("dask") / "short.toml"
    path.write_text(text + "[expect]\nengagements_max = 0\nphantom_tracks_max = 0\n")
    return path


@pytest.fixture(scope="module")
def local(short: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Give the runs as one local process does them."""
    kept = tmp_path_factory.mktemp("local") / "kept.jsonl"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return carry_out(tasks_of(short), kept, pool, lambda _: None)


@pytest.fixture(scope="module")
def cluster() -> Iterator["distributed.LocalCluster"]:
    """Give a real scheduler with two workers, each a process of its own."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as here:
        yield here


def tasks_of(path: Path):
    return plan([path], None, range(1, RUNS + 1), [True])


def without_times(outcomes: list[Outcome]) -> list[Outcome]:
    return [msgspec.structs.replace(outcome, took_s=0.0) for outcome in outcomes]


def test_a_cluster_gives_the_numbers_of_local_processes(short, local, cluster, tmp_path, capsys):
    words = ("--runs", str(RUNS), "--kept", str(tmp_path / "kept.jsonl"), "--json")
    code = main(
        ["evaluate", "--scenarios", str(short), "--dask", cluster.scheduler_address, *words]
    )
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(msgspec.json.encode(rates(local)))
    assert code == (0 if all(outcome.passed for outcome in local) else 1)
    assert told[0]["failed"] == 0


def test_a_worker_that_is_killed_loses_no_run_and_changes_none(short, local, cluster, tmp_path):
    killed: list[int] = []

    def kill_one(_: Outcome) -> None:
        if not killed:
            pids = client.run(os.getpid)
            killed.append(next(iter(pids.values())))
            os.kill(killed[0], signal.SIGKILL)

    with distributed.Client(cluster) as client, client.get_executor(pure=False) as executor:
        found = carry_out(tasks_of(short), tmp_path / "kept.jsonl", executor, kill_one)
    assert killed
    assert without_times(found) == without_times(local)
    assert not [outcome.error for outcome in found if outcome.error]


def test_a_cluster_that_does_not_answer_is_one_line(short, tmp_path, capsys):
    kept = ("--kept", str(tmp_path / "kept.jsonl"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
        code = main(["evaluate", "--scenarios", str(short), "--dask", "tcp://127.0.0.1:9", *kept])
    assert code == 2
    (line,) = capsys.readouterr().err.strip().splitlines()[-1:]
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in line
