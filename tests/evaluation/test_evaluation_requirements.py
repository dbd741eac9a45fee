"""Requirements: met, not met, not measured; wrong files refused by file, line and key."""

import json
import re
from pathlib import Path

import pytest
from running import vedette
from scoring import written

from vedette.base.errors import RefusedError
from vedette.evaluation.requirements import judge, load_requirements, metrics
from vedette.evaluation.run import run_of_files
from vedette.evaluation.scorecard import flattened, scorecard


def toml(*rows: str, name: str = "t") -> str:
    return f'name = "{name}"\n' + "".join(f"[[requirements]]\n{row}\n" for row in rows)


def row(metric: str, comparison: str, threshold: str) -> str:
    return f'metric = "{metric}"\ncomparison = "{comparison}"\nthreshold = {threshold}'


def load(folder: Path, text: str):
    path = folder / "r.toml"
    path.write_text(text)
    return load_requirements(path)


def test_requirements_are_met_by_value_and_never_by_what_was_not_measured(tmp_path):
    card = scorecard(run_of_files(*written(tmp_path)))
    wanted = load(
        tmp_path,
        toml(
            row("siap.completeness_ratio", ">=", "1"),
            row("mot.motp_m", "<", "4.9"),
            row("dti.drones", "==", "1"),
            row("completeness_by_class_ratio.multirotor", ">", "0.5"),
            row("completeness_by_class_ratio.bird", ">=", "0"),
            row("warnings.lead_min_s", ">=", "0"),
        ),
    )
    verdicts = judge(wanted, card)
    assert [v.passed for v in verdicts.verdicts] == [True, False, True, True, False, False]
    assert verdicts.verdicts[-1].value is None
    assert not verdicts.passed


GOOD = row("siap.completeness_ratio", ">=", "0.9")
WRONG = [
    ("", "r.toml:1: name: is missing"),
    ('name = "a"\n', "requirements: is missing"),
    ('name = "a"\nrequirements = []\n', "r.toml:2: requirements"),
    (toml(GOOD + "\nlimit = 3"), "r.toml:6: requirements[0].limit: unknown key"),
    (toml(row("siap.completness_ratio", ">=", "1")), "r.toml:3: requirements[0].metric"),
    (toml(row("siap.completness_ratio", ">=", "1")), "did you mean siap.completeness_ratio?"),
    (toml(GOOD, row("dti.by_drone", ">=", "1")), "r.toml:7: requirements[1].metric"),
    (toml(row("siap", ">=", "1")), "requirements[0].metric"),
    (toml(row("mot.misses", "=>", "1")), "r.toml:4: requirements[0].comparison"),
    (toml(row("mot.misses", "<", '"1"')), "r.toml:5: requirements[0].threshold"),
    (toml(row("mot.misses", "<", "true")), "requirements[0].threshold: must be a number"),
    (toml(row("mot.misses", "<", "nan")), "r.toml:5: requirements[0].threshold: must be a finite"),
    (toml(row("warnings.load.within_limits", "==", "1")), "must be true or false"),
    (toml(row("warnings.load.within_limits", "<", "true")), "requirements[0].comparison"),
    ("name = ", "r.toml:1"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_wrong_file_is_refused_by_file_line_and_key(text, said, tmp_path):
    with pytest.raises(RefusedError) as refused:
        load(tmp_path, text)
    assert said in str(refused.value)
    assert re.search(r"r\.toml:\d+: ", str(refused.value))


def test_every_figure_the_command_prints_can_be_demanded(tmp_path):
    known = dict(metrics())
    found = flattened(scorecard(run_of_files(*written(tmp_path))))
    missing = [
        name for name in found if name not in known and name.rpartition(".")[0] + ".*" not in known
    ]
    assert all(name.startswith("dti.class_table.") or name == "warnings" for name in missing)
    assert {"warnings.missed_zones", "warnings.load.per_10_min_peak"} <= known.keys()


def test_the_documented_example_is_valid(repository, tmp_path):
    page = (repository / "docs" / "scorecard.md").read_text()
    example = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[-1]
    assert len(load(tmp_path, example).requirements) == 3


def test_evaluate_exits_with_one_where_a_requirement_is_not_met(tmp_path):
    truth, tracks = written(tmp_path)
    wanted = tmp_path / "r.toml"
    wanted.write_text(toml(GOOD))
    words = ("evaluate", "--truth", truth, "--tracks", tracks, "--requirements", wanted)
    met = vedette(*words)
    assert met.returncode == 0, met.stderr
    assert "met     siap.completeness_ratio: 1 (wanted >= 0.9)" in met.stdout
    wanted.write_text(toml(GOOD, row("nees.mean", ">", "2")))
    failed = vedette(*words, "--json")
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["requirements"]["passed"] is False
    wanted.write_text(toml(GOOD + "\nx = 1"))
    refused = vedette(*words)
    assert refused.returncode == 2
    assert f"{wanted}:6: requirements[0].x: unknown key" in refused.stderr


def test_check_says_whether_a_file_of_the_scorecard_is_valid(tmp_path):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(toml(GOOD))
    bad.write_text(toml(GOOD + "\nx = 1"))
    done = vedette("check", "requirements", good, bad, "--json")
    assert done.returncode == 1
    assert [row["accepted"] for row in json.loads(done.stdout)] == [True, False]
    log = vedette("check", "courageous", good)
    assert (log.returncode, "not JSON" in log.stdout) == (1, True)
