"""Zones as a site file has them: what people drew, written down so that it can be kept.

In: the zones that stand. Out: TOML text of `[[zones]]` tables, which replace those of the file.
"""

import json
from collections.abc import Sequence

from vedette.base.constants import NS_PER_S
from vedette.base.rfc3339 import format_rfc3339
from vedette.model.picture import StandingZone

HEAD = """# The zones as they stand: put these in the place of every [[zones]] table of the site
# file, and see that it is whole: vedette check site SITE.toml
"""
NUMBERS = (
    "take_cover_s",
    "possible_s",
    "imminent_s",
    "reach_prob_possible",
    "reach_prob_imminent",
    "unassessed_s",
)


def zones_toml(standing: Sequence[StandingZone]) -> str:
    """Write the zones that warn, in order, each with who changed it and why."""
    tables = [_table(zone) for zone in standing if zone.change != "removed"]
    gone = [f"# {_who(zone)}: {_quoted(zone.zone_id)}\n" for zone in standing if not _warns(zone)]
    return "\n".join([HEAD, *gone, *tables])


def _warns(zone: StandingZone) -> bool:
    return zone.change != "removed"


def _who(zone: StandingZone) -> str:
    """Say who changed it and why, on one line of a comment."""
    at = format_rfc3339(zone.since_ns - zone.since_ns % NS_PER_S)
    return f"{zone.change} by {_quoted(zone.by)} at {at}, {_quoted(zone.reason)}"


def _table(zone: StandingZone) -> str:
    lines = ["[[zones]]"]
    if zone.change:
        lines.append(f"# {_who(zone)}")
    for key, value in (("id", zone.zone_id), ("name", zone.name), ("asset", zone.asset_id)):
        lines.append(f"{key} = {_quoted(value)}")
    if zone.polygon is not None:
        corners = [f"  [{lat_deg:.7f}, {lon_deg:.7f}]," for lat_deg, lon_deg in zone.polygon]
        lines += ["polygon = [", *corners, "]"]
    lines += [f"{key} = {float(getattr(zone, key))!r}" for key in NUMBERS]
    if zone.channels:
        lines.append(f"channels = [{', '.join(map(_quoted, zone.channels))}]")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Write a basic string: what JSON escapes TOML reads alike, and DEL it wants escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
