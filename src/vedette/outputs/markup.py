"""KML text: points with a time, and tracks (OGC 07-147r2, Google's gx:Track).

KML counts heights above mean sea level; ours are above the ellipsoid, and are written as they are:
the difference (some tens of metres) is that of the geoid, which the site file does not state.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from vedette.base.rfc3339 import format_rfc3339
from vedette.model.enums import Identity
from vedette.outputs.places import Place

KML_FOOT = "</Document>\n</kml>\n"
# aabbggrr, after the colours of APP-6 affiliations: yellow, blue, green, red.
_COLOURS = {
    Identity.FRIEND: "ffffe080",
    Identity.ASSUMED_FRIEND: "ffffe080",
    Identity.NEUTRAL: "ffa0ffaa",
    Identity.SUSPECT: "ff8080ff",
    Identity.HOSTILE: "ff8080ff",
}
_UNKNOWN_COLOUR = "ff80ffff"


def kml_head(title: str) -> str:
    """Begin a document; a style for each identity."""
    styles = "".join(
        f'<Style id="{identity.value}"><LineStyle><color>{_COLOURS.get(identity, _UNKNOWN_COLOUR)}'
        "</color><width>2</width></LineStyle></Style>\n"
        for identity in Identity
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"'
        ' xmlns:gx="http://www.google.com/kml/ext/2.2">\n'
        f"<Document>\n<name>{_text(title)}</name>\n{styles}"
    )


def placemark(
    out: TextIO, name: str, place: Place, t_ns: int, properties: Mapping[str, object]
) -> None:
    """Write one point with its time and what else is known."""
    out.write(
        f"<Placemark><name>{_text(name)}</name>"
        f"<TimeStamp><when>{format_rfc3339(t_ns)}</when></TimeStamp>"
    )
    _extended(out, properties)
    mode = "clampToGround" if place.hae_m is None else "absolute"
    out.write(
        f"<Point><altitudeMode>{mode}</altitudeMode><coordinates>{place.lon_deg!r},"
        f"{place.lat_deg!r},{place.hae_m or 0.0!r}</coordinates></Point></Placemark>\n"
    )


def track(
    out: TextIO,
    name: str,
    style: str,
    points: Sequence[tuple[int, float, float, float]],
    properties: Mapping[str, object],
) -> None:
    """Write one moving object; points: (t_ns, lat_deg, lon_deg, hae_m), oldest first."""
    out.write(f"<Placemark><name>{_text(name)}</name><styleUrl>{_text('#' + style)}</styleUrl>")
    _extended(out, properties)
    out.write("<gx:Track><altitudeMode>absolute</altitudeMode>\n")
    out.writelines(f"<when>{format_rfc3339(t_ns)}</when>\n" for t_ns, *_ in points)
    out.writelines(f"<gx:coord>{lon!r} {lat!r} {hae!r}</gx:coord>\n" for _, lat, lon, hae in points)
    out.write("</gx:Track></Placemark>\n")


def _extended(out: TextIO, properties: Mapping[str, object]) -> None:
    stated: Iterable[tuple[str, object]] = (
        (key, value) for key, value in properties.items() if value is not None
    )
    out.write("<ExtendedData>")
    for key, value in stated:
        out.write(f"<Data name={quoteattr(key)}><value>{_text(str(value))}</value></Data>")
    out.write("</ExtendedData>")


def _text(value: str) -> str:
    """Escape a text; characters that XML 1.0 cannot hold become blanks."""
    return escape("".join(c if c.isprintable() else " " for c in value))
