"""Events to CoT XML: one string a line of a template, because thousands a second leave here."""

from functools import lru_cache

from vedette.base.rfc3339 import format_rfc3339
from vedette.codecs.cot.event import UNKNOWN_M, CotEvent
from vedette.codecs.xml_text import escaped

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NS_PER_MS = 1_000_000


@lru_cache(maxsize=64)  # the tracks of one picture share their times
def time_text(t_ns: int) -> str:
    """Write a time as CoT clients do: UTC with three decimals, cut, not rounded."""
    whole = format_rfc3339(t_ns - t_ns % 1_000_000_000).removesuffix("Z")
    return f"{whole}.{t_ns % 1_000_000_000 // NS_PER_MS:03d}Z"


def write_xml(event: CotEvent) -> str:
    """Write one event, without the XML declaration that stands before it on the wire.

    Latitude and longitude keep seven decimals (a centimetre), lengths and speeds two.
    """
    attributes = "".join(
        f' {name}="{escaped(value)}"'
        for name, value in (("access", event.access), ("qos", event.qos), ("opex", event.opex))
        if value
    )
    time, start, stale = (time_text(t) for t in (event.time_ns, event.start_ns, event.stale_ns))
    hae_m, ce_m, le_m = (_or_unknown(v) for v in (event.hae_m, event.ce_m, event.le_m))
    return (
        f'<event version="2.0" uid="{escaped(event.uid)}" type="{escaped(event.kind)}"{attributes}'
        f' time="{time}" start="{start}" stale="{stale}" how="{escaped(event.how)}">'
        f'<point lat="{event.lat_deg:.7f}" lon="{event.lon_deg:.7f}" hae="{hae_m}" ce="{ce_m}"'
        f' le="{le_m}"/><detail>{known_detail(event)}{other_detail(event)}</detail></event>'
    )


def xml_datagram(event: CotEvent) -> bytes:
    """Write one event as it goes over UDP or a stream: declaration and element, UTF-8."""
    return (DECLARATION + write_xml(event)).encode()


def _or_unknown(value_m: float | None) -> str:
    return f"{UNKNOWN_M:.1f}" if value_m is None else f"{value_m:.2f}"


def known_detail(event: CotEvent) -> str:
    """Write the parts of a detail for which the protobuf has fields of its own."""
    parts: list[str] = []
    if event.callsign or event.endpoint:
        endpoint = f' endpoint="{escaped(event.endpoint)}"' if event.endpoint else ""
        parts.append(f'<contact callsign="{escaped(event.callsign)}"{endpoint}/>')
    if event.group or event.role:
        name, role = escaped(event.group), escaped(event.role)
        parts.append(f'<__group name="{name}" role="{role}"/>')
    if event.course_deg is not None and event.speed_mps is not None:
        parts.append(f'<track course="{event.course_deg:.2f}" speed="{event.speed_mps:.2f}"/>')
    return "".join(parts)


def other_detail(event: CotEvent) -> str:
    """Write the rest of a detail: remarks, links, protocol control, and what a caller adds."""
    parts: list[str] = []
    if event.remarks:
        parts.append(f"<remarks>{escaped(event.remarks)}</remarks>")
    parts += [f'<link uid="{escaped(uid)}" relation="p-p" type="none"/>' for uid in event.links]
    if event.versions or event.answer is not None:
        parts.append(_control(event))
    parts.append(event.detail_xml)
    return "".join(parts)


def _control(event: CotEvent) -> str:
    if event.answer is not None:
        inner = f'<TakResponse status="{str(event.answer).lower()}"/>'
    else:
        name = "TakRequest" if event.kind == "t-x-takp-q" else "TakProtocolSupport"
        inner = "".join(f'<{name} version="{version}"/>' for version in event.versions)
    return f"<TakControl>{inner}</TakControl>"
