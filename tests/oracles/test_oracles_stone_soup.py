"""Kernels and metrics against Stone Soup, an independent implementation of the same formulae.

The answers in `stone_soup.json` were given by Stone Soup 1.9.1 and are compared always; where the
peers' environment exists (`make peers`), Stone Soup itself answers two hundred fresh questions.
"""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from vedette.evaluation import gospa, ospa
from vedette.kernels.measure import ENU, POLAR, update
from vedette.kernels.motion import predict

HERE = Path(__file__).parent
TOLERANCE = 1e-8


def questions(rounds: int, seed: int) -> list[dict]:
    rng, asked = np.random.default_rng(seed), []
    for _ in range(rounds):
        asked += [
            _motion(rng),
            _position(rng),
            _plot(rng, 3),
            _plot(rng, 4),
            *_sets(rng),
        ]
    return asked


def _state(rng: np.random.Generator) -> dict:
    A = rng.normal(size=(6, 6)) * np.array([30, 30, 30, 5, 5, 5])[:, None]
    x = rng.uniform([-20e3, -20e3, 50, -80, -80, -9], [20e3, 20e3, 6e3, 80, 80, 9])
    return {"x": x.tolist(), "P": (A @ A.T).tolist()}


def _motion(rng: np.random.Generator) -> dict:
    dt_s = round(float(rng.uniform(0.05, 12.0)), 3)
    noise = {"q_horizontal": float(rng.gamma(1.0)), "q_vertical": float(rng.gamma(0.5))}
    return {"what": "predict", **_state(rng), "dt_s": dt_s, **noise}


def _position(rng: np.random.Generator) -> dict:
    asked = _state(rng)
    z = np.array(asked["x"][:3]) + rng.normal(0, 40, 3)
    variance = rng.uniform(4, 900, 3)
    return {"what": "update position", **asked, "z": z.tolist(), "variance": variance.tolist()}


def _plot(rng: np.random.Generator, components: int) -> dict:
    asked = _state(rng)
    sensor = rng.uniform([-500, -500, 0], [500, 500, 40])
    d, v = np.array(asked["x"][:3]) - sensor, np.array(asked["x"][3:])
    rho = float(np.linalg.norm(d))
    z = [rho, np.arctan2(d[0], d[1]), np.arcsin(d[2] / rho), float(d @ v) / rho]
    sigma = np.array([25.0, 0.006, 0.01, 1.5]) * rng.uniform(0.5, 2, 4)
    z = np.array(z) + sigma * rng.normal(size=4)
    z[1] %= 2 * np.pi  # ours is [0, 2 pi), theirs [-pi, pi): both must wrap the difference
    return {
        "what": "update polar",
        **asked,
        "sensor": sensor.tolist(),
        "z": z[:components].tolist(),
        "variance": (sigma[:components] ** 2).tolist(),
    }


def _sets(rng: np.random.Generator) -> list[dict]:
    truth = rng.uniform(0, 100, (rng.integers(0, 7), 3))
    tracks = rng.uniform(0, 100, (rng.integers(1, 7), 3))
    both = {"truth": truth.tolist(), "tracks": tracks.tolist(), "cutoff": 40.0}
    return [{"what": "gospa", **both}, {"what": "ospa", "order": 1, **both}]


def our_answer(asked: dict) -> dict:
    if asked["what"] in ("gospa", "ospa"):
        return _our_distance(asked)
    x, P = np.array(asked["x"]), np.array(asked["P"])
    if asked["what"] == "predict":
        predict(x, P, asked["dt_s"], asked["q_horizontal"], asked["q_vertical"])
        return {"x": x, "P": P}
    z, variance = np.full(8, np.nan), np.full(8, np.nan)
    z[: len(asked["z"])], variance[: len(asked["z"])] = asked["z"], asked["variance"]
    kind = ENU if asked["what"] == "update position" else POLAR
    sensor = np.array(asked.get("sensor", [0.0, 0.0, 0.0]))
    _, distance2, _ = update(kind, x, P, z, variance, sensor, np.eye(3), 0.0, 0.0)
    return {"x": x, "P": P, "distance2": distance2}


def _our_distance(asked: dict) -> dict:
    truth, tracks = (np.array(asked[k]).reshape(-1, 3) for k in ("truth", "tracks"))
    distance = np.linalg.norm(truth[:, None] - tracks[None], axis=2)
    if asked["what"] == "ospa":
        return {"distance": ospa(distance, asked["cutoff"], asked["order"])}
    found = gospa(distance, asked["cutoff"])
    parts = (found.localisation_m2, found.missed_m2, found.false_m2)
    return {
        "distance": found.distance_m,
        **dict(zip(("localisation", "missed", "false"), parts, strict=True)),
    }


def compare(asked: list[dict], answers: list[dict]) -> None:
    """Relative to the largest number of each array: 1e-8 of a kilometre is ten micrometres."""
    for question, expected in zip(asked, answers, strict=True):
        found = our_answer(question)
        assert found.keys() == expected.keys()
        for key, theirs in expected.items():
            size = max(1.0, float(np.abs(theirs).max()))
            gap = float(np.abs(np.array(found[key]) - np.array(theirs)).max())
            assert gap <= TOLERANCE * size, f"{question['what']} {key}: {gap / size:.2g}"


def ask(repository: Path, asked: list[dict]) -> list[dict]:
    """Put questions to Stone Soup in the environment that has it; skip where there is none."""
    python = repository / ".venv-peers" / "bin" / "python"
    if not python.is_file():
        pytest.skip("Stone Soup is absent: make peers")
    done = subprocess.run(
        [python, "-W", "ignore", HERE / "stone_soup.py"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_answers_stone_soup_once_gave_are_ours_to_1e_8() -> None:
    kept = json.loads((HERE / "stone_soup.json").read_text())
    assert {row["question"]["what"] for row in kept} >= {"predict", "update polar", "gospa"}
    compare([row["question"] for row in kept], [row["answer"] for row in kept])


def test_stone_soup_and_our_kernels_agree_on_fresh_questions(repository: Path) -> None:
    asked = questions(rounds=35, seed=20)
    compare(asked, ask(repository, asked))


def test_ospa_of_order_two_is_never_above_stone_soup_s(repository: Path) -> None:
    """Stone Soup pairs by distance whatever the order; the definition by distance to its power."""
    sets = [row for row in questions(rounds=60, seed=21) if row["what"] == "ospa"]
    asked = [{**row, "order": 2} for row in sets]
    pairs = [
        (our_answer(question)["distance"], answer["distance"])
        for question, answer in zip(asked, ask(repository, asked), strict=True)
    ]
    assert all(mine <= theirs + TOLERANCE for mine, theirs in pairs)
    assert sum(abs(mine - theirs) < TOLERANCE for mine, theirs in pairs) > len(pairs) // 2
