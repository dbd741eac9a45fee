"""Where things are on the earth: WGS-84, earth-centred, and one site's east-north-up frame.

Numbers in, numbers out: radians, metres, plain floats or float64 arrays. Every later stage that
needs a place asks here, so that one formula is tested once.
"""

from vedette.geo.frames import (
    GeodeticPoint,
    SiteFrame,
    aer_from_enu,
    ecef_from_geo,
    enu_from_aer,
    geo_from_ecef,
    rotation_enu_from_ecef,
)

__all__ = [
    "GeodeticPoint",
    "SiteFrame",
    "aer_from_enu",
    "ecef_from_geo",
    "enu_from_aer",
    "geo_from_ecef",
    "rotation_enu_from_ecef",
]
