"""Stage zones: which zones stand now, as the site file has them and as people drew them since.

In: commands of people, the site, what is warned. Out: the zones in force, and events. What stands
is an input of the stages that warn (threat, identity, warning, decision), never a global.
"""

from vedette.zones.advance import ZonesState, advance, in_force, start

__all__ = ["ZonesState", "advance", "in_force", "start"]
