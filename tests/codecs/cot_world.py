"""CoT events as clients of TAK write them, and as we do, in every framing."""

from vedette.codecs import cot
from vedette.codecs.cot import CotEvent

T0_NS = 1_641_254_400_000_000_000  # 2022-01-04T00:00:00Z

ATAK = """<?xml version='1.0' encoding='UTF-8' standalone='yes'?>
<event version='2.0' uid='ANDROID-359975090666199' type='{kind}' time='2022-01-04T00:00:00.250Z'
 start='2022-01-04T00:00:00.250Z' stale='2022-01-04T00:06:15.250Z' how='{how}'>
<point lat='33.81' lon='42.45' hae='612.5' ce='{ce}' le='9999999.0'/>
<detail><takv device='SAMSUNG SM-G998' platform='ATAK-CIV' os='31' version='4.10'/>
<contact callsign='RAVEN 1' endpoint='*:-1:stcp'/><__group name='Cyan' role='Team Member'/>
<precisionlocation geopointsrc='GPS' altsrc='GPS'/><status battery='78'/>
<track course='90.0' speed='55.0'/><remarks>on the way &amp; &lt;well&gt;</remarks>
</detail></event>"""

FRIEND = ATAK.format(kind="a-f-A-M-H", how="m-g", ce="8.0").encode()
GROUND = ATAK.format(kind="a-f-G-U-C", how="m-g", ce="8.0").encode()
SIGHTING = ATAK.format(kind="a-h-A-M-F-Q", how="h-g-i-g-o", ce="120.0").encode()
PING = (
    b'<event version="2.0" uid="ANDROID-1-ping" type="t-x-c-t" time="2022-01-04T00:00:00Z"'
    b' start="2022-01-04T00:00:00Z" stale="2022-01-04T00:00:10Z" how="m-g">'
    b'<point lat="0.0" lon="0.0" hae="0.0" ce="9999999" le="9999999"/></event>'
)


def event(**changes: object) -> CotEvent:
    """Make an event with everything in it."""
    values: dict[str, object] = {
        "uid": "vedette-1234abcd-T0007-61d38df6",
        "kind": "a-u-A-M-F-Q",
        "how": "m-f",
        "opex": "s-vedette",
        "access": "Undefined",
        "qos": "5-r-c",
        "time_ns": T0_NS + 250_000_000,
        "start_ns": T0_NS + 250_000_000,
        "stale_ns": T0_NS + 3_250_000_000,
        "lat_deg": 33.8123457,
        "lon_deg": 42.4512346,
        "hae_m": 612.25,
        "ce_m": 20.5,
        "le_m": 31.75,
        "callsign": "SIM T0007",
        "endpoint": "*:-1:stcp",
        "group": "Cyan",
        "role": "HQ",
        "course_deg": 176.25,
        "speed_mps": 44.5,
        "remarks": 'a <drone> & "more"',
        "links": ("other",),
    }
    return CotEvent(**(values | changes))  # type: ignore[arg-type]


def datagrams() -> list[bytes]:
    """Give one datagram of every form."""
    forms = ("xml", "mesh", "stream")
    ours = [cot.write_event(event(), form) for form in forms]
    return [FRIEND, GROUND, SIGHTING, PING, PING + FRIEND, *ours]
