"""The scorecard of a run: every metric that Vedette keeps, under one name each.

In: a `Run`. Out: `Scorecard`, whose JSON is what `vedette evaluate --json` prints.
"""

from typing import Any

import msgspec

from vedette.evaluation.dti import Dti, dti
from vedette.evaluation.identity import IdentityScores, identity_scores
from vedette.evaluation.mot import ClearMot, Nees, clear_mot, nees
from vedette.evaluation.ospa2 import ospa2
from vedette.evaluation.run import Run
from vedette.evaluation.scores import Scores, score
from vedette.evaluation.siap import Siap, siap
from vedette.evaluation.warnings import WarningScores, warning_scores


class Scorecard(Scores, frozen=True, kw_only=True):
    """All scores of a run.

    ospa2_m: OSPA(2) over the whole run, order 1, cut-off `cutoff_m`. warnings: None where only the
    files of truth and tracks were given.
    """

    ospa2_m: float | None
    siap: Siap
    mot: ClearMot
    nees: Nees
    dti: Dti
    identity: IdentityScores
    warnings: WarningScores | None


def scorecard(run: Run) -> Scorecard:
    """Score a run by everything that can be said of it."""
    aligned, tracks = run.aligned, run.tracks
    scores = score(run.truth, tracks, run.cutoff_m, run.covered)
    return Scorecard(
        **{name: getattr(scores, name) for name in Scores.__struct_fields__},
        ospa2_m=ospa2(aligned, tracks, run.cutoff_m),
        siap=siap(aligned, tracks, run.cutoff_m),
        mot=clear_mot(aligned, tracks, run.pairs),
        nees=nees(aligned, tracks, run.pairs),
        dti=dti(run),
        identity=identity_scores(run),
        warnings=warning_scores(run),
    )


def flattened(card: Scorecard) -> dict[str, Any]:
    """Give each single figure of a scorecard under its dotted name, `siap.completeness_ratio`.

    Lists (curves, tables) are left out.
    """
    return dict(_figures(msgspec.to_builtins(card), ""))


def _figures(value: Any, name: str) -> list[tuple[str, Any]]:
    """Walk into the tables of a scorecard."""
    if isinstance(value, dict):
        inner = [(f"{name}.{key}" if name else str(key), found) for key, found in value.items()]
        return [pair for path, found in inner for pair in _figures(found, path)]
    return [] if isinstance(value, list) else [(name, value)]
