"""Stage threat: what each track can reach, by when, with what probability, per defended asset.

In: tracks with their identities, and reports of assets that move. Out: `Threat` rows, in a stable
order, each with its reason in one sentence.
"""

from vedette.threat.advance import advance
from vedette.threat.assets import ThreatState, start, with_zones
from vedette.threat.when import arrival_quantile_s

__all__ = ["ThreatState", "advance", "arrival_quantile_s", "start", "with_zones"]
