"""How good the picture was, against the truth: metrics, expectations of scenarios."""

from vedette.evaluation.assignment import assign
from vedette.evaluation.expect import Verdict, judge
from vedette.evaluation.gospa import Gospa, gospa
from vedette.evaluation.ospa import ospa
from vedette.evaluation.scores import CUTOFF_DEFAULT_M, Scores, evaluate, score

__all__ = [
    "CUTOFF_DEFAULT_M",
    "Gospa",
    "Scores",
    "Verdict",
    "assign",
    "evaluate",
    "gospa",
    "judge",
    "ospa",
    "score",
]
