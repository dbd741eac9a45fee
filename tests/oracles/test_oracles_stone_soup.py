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
from vedette.evaluation.alignment import align
from vedette.evaluation.mot import clear_mot, nees
from vedette.evaluation.ospa2 import ospa2
from vedette.evaluation.pairs import follow, links
from vedette.evaluation.siap import Segments, segments, siap
from vedette.kernels.measure import ENU, POLAR, update
from vedette.kernels.motion import predict
from vedette.outputs.parquet import TrackRows, TruthRows

HERE = Path(__file__).parent
TOLERANCE = 1e-8
S = 1_000_000_000


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


def pictures(rounds: int, seed: int) -> list[dict]:
    """Whole pictures: paths, and tracks on them that break, wander, double, change over, ghost."""
    rng, asked = np.random.default_rng(seed), []
    while len(asked) < 4 * rounds:
        truth = {f"o{k}": _path(rng, 400.0 * k) for k in range(int(rng.integers(1, 5)))}
        both = {"truth": truth, "tracks": _tracks(rng, truth), "cutoff": 60.0}
        aligned, rows = _aligned(both)
        if _stops_early(segments(aligned, rows, links(aligned, rows, both["cutoff"]))):
            continue
        pairs = follow(aligned, rows, both["cutoff"])
        named = [
            [int(k), f"o{number}", str(int(rows.track_id[row]))]
            for k, number, row in zip(pairs.instant, pairs.object_index, pairs.row, strict=True)
        ]
        asked += [
            {"what": "siap", **both},
            {"what": "ospa2", **both},
            {"what": "mot", **both, "pairs": named},
            _estimates(rng),
        ]
    return asked


def _stops_early(found: Segments) -> bool:
    """Say whether Stone Soup 1.9.1 would count the tracks of an object no further than half way.

    It does where the next track's time on the object ends at the very instant it is looked for.
    """
    ends = set(zip(found.object_index.tolist(), found.last.tolist(), strict=True))
    return any((number, last + 1) in ends for number, last in ends)


def _path(rng: np.random.Generator, east: float) -> list:
    first, last = int(rng.integers(0, 5)), int(rng.integers(18, 25))
    start, v = np.array([east, *rng.uniform(0, 100, 2)]), rng.uniform(-4, 4, 3)
    return [[t, [*(start + v * t), *v]] for t in range(0 if east == 0 else first, last)]


def _tracks(rng: np.random.Generator, truth: dict) -> dict:
    """Every object's time in one to three tracks; the ends of an object's tracks all differ."""
    tracks, names = [], list(truth)
    for name in names:
        rows = [[t, (np.array(x) + rng.normal(0, 4, 6)).tolist()] for t, x in truth[name]]
        cuts = sorted({0, *rng.integers(4, len(rows) - 4, int(rng.integers(0, 3))).tolist()})
        cuts = [c for k, c in enumerate(cuts) if k == 0 or c - cuts[k - 1] > 3]
        for k, cut in enumerate(cuts):
            tracks.append(rows[cut : (cuts[k + 1] if k + 1 < len(cuts) else len(rows))])
        if len(tracks[-1]) > 9:  # it wanders off and comes back
            for row in tracks[-1][4:6]:
                row[1][2] += 500.0
        if rng.random() < 0.5:  # a second track beside it, which ends before
            tracks.append([[t, (np.array(x) + 1.0).tolist()] for t, x in truth[name][2:-2]])
    over = [truth[names[-1]], truth[names[0]]]  # it goes over from one object to another
    tracks.append([[t, x] for k, path in enumerate(over) for t, x in path if 5 <= t - 3 * k < 8])
    tracks.append([[t, [-900.0, 0.0, 0.0, 0.0, 0.0, 0.0]] for t in range(5, 9)])
    return {str(k): rows for k, rows in enumerate(tracks)}


def _estimates(rng: np.random.Generator) -> dict:
    true, sigma = rng.uniform(-5e3, 5e3, (6, 3)), rng.uniform(2, 40, (6, 3))
    x = true + sigma * rng.normal(size=(6, 3))
    return {"what": "nees", "true": true.tolist(), "sigma": sigma.tolist(), "x": x.tolist()}


def _aligned(asked: dict) -> tuple:
    """Put a question's paths on one clock, as rows of a truth file and a tracks file."""
    names = sorted(asked["truth"])
    flat = [(k, *row) for k, name in enumerate(names) for row in asked["truth"][name]]
    truth = TruthRows(
        t_ns=np.array([t for _, t, _ in flat], np.int64) * S,
        object_index=np.array([k for k, _, _ in flat], np.int64),
        state_enu=np.array([x for _, _, x in flat]),
        object_ids=names,
        classes=["bird"] * len(names),
        identities=["NEUTRAL"] * len(names),
        notes={},
    )
    rows = sorted((t, int(n), x) for n, states in asked["tracks"].items() for t, x in states)
    tracks = TrackRows(
        t_ns=np.array([t for t, _, _ in rows], np.int64) * S,
        track_id=np.array([n for _, n, _ in rows], np.int64),
        state_enu=np.array([x for _, _, x in rows]),
        identity=["PENDING"] * len(rows),
        object_class=["other"] * len(rows),
    )
    return align(truth, tracks), tracks


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
    if asked["what"] in ("siap", "mot", "ospa2", "nees"):
        return _our_score(asked)
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


def _our_score(asked: dict) -> dict:
    if asked["what"] == "nees":
        return _our_nees(asked)
    aligned, tracks = _aligned(asked)
    if asked["what"] == "ospa2":
        return {"distance": ospa2(aligned, tracks, asked["cutoff"])}
    if asked["what"] == "mot":
        found = clear_mot(aligned, tracks, follow(aligned, tracks, asked["cutoff"]))
        return {"mota": found.mota_ratio, "motp": found.motp_m}
    of = siap(aligned, tracks, asked["cutoff"])
    return {
        "completeness": of.completeness_ratio,
        "ambiguity": of.ambiguity_ratio,
        "spurious": of.spurious_ratio,
        "position": of.position_accuracy_m,
        "velocity": of.velocity_accuracy_mps,
        "rate": of.track_change_rate_hz,
        "segment": of.longest_segment_ratio,
    }


def _our_nees(asked: dict) -> dict:
    """Each estimate is a track by itself, a kilometre from its neighbours."""
    east = np.arange(6)[:, None] * np.array([1e5, 0.0, 0.0])
    states = {
        side: {
            str(k): [[t, [*(np.array(x) + east[k]), 0.0, 0.0, 0.0]] for t in (0, 1)]
            for k, x in enumerate(asked[rows])
        }
        for side, rows in (("truth", "true"), ("tracks", "x"))
    }
    aligned, tracks = _aligned(states)
    tracks.sigma_enu_m = np.array(asked["sigma"])[tracks.track_id]
    return {"mean": nees(aligned, tracks, follow(aligned, tracks, 1e4)).mean}


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
    assert {row["question"]["what"] for row in kept} >= {"predict", "siap", "mot", "ospa2", "nees"}
    compare([row["question"] for row in kept], [row["answer"] for row in kept])


def test_stone_soup_and_our_kernels_agree_on_fresh_questions(repository: Path) -> None:
    asked = questions(rounds=35, seed=20)
    compare(asked, ask(repository, asked))


def test_stone_soup_scores_whole_pictures_as_we_do(repository: Path) -> None:
    asked = pictures(rounds=40, seed=23)
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
