"""What the door for detections says of a body before the picture has it: taken, or refused and why.

In: the bytes, the site. Out: a `Judged`. A body with a line that is no detection is refused whole.
What is a detection but cannot be used (a sensor that is not there, a time that is hours off) goes
on, to be counted where all such are counted, and the sender learns of it here: the judge is the
very code that the pipeline uses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vedette import codecs, measurements
from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.config.site import Site
from vedette.model.reports import Refusal, Report
from vedette.server.answers import RefusedLine
from vedette.server.strict import check_depth, one_line

TOLD_MAX = 16  # refused lines that are named in one answer; the rest are counted


@dataclass(slots=True, frozen=True)
class Judged:
    """What becomes of a body.

    reason: of the closed list where the whole body is refused, else empty. accepted, refused: how
    many of its detections can be used, and cannot. lines: the first of those that cannot.
    """

    reason: str = ""
    text: str = ""
    accepted: int = 0
    refused: int = 0
    lines: tuple[RefusedLine, ...] = ()


def judge(
    site: Site, models: Sequence[measurements.SensorModel], body: bytes, now_ns: int
) -> Judged:
    """Judge a body of detections, one a line, received at now_ns (int64 ns UTC)."""
    try:
        check_depth(body)
    except RefusedError as refused:
        return Judged(reasons.TOO_DEEP, one_line(str(refused)))
    reports: list[Report] = []
    numbers: list[int] = []
    for number, line in enumerate(body.split(b"\n"), 1):
        for report in codecs.detection_reports([(number, line)], "", now_ns):
            if isinstance(report, Refusal):
                place, _, detail = report.detail.partition(": ")
                return Judged(report.reason, one_line(f"{place}: {report.reason}: {detail}"))
            reports.append(report)
            numbers.append(number)
    if not reports:
        return Judged(reasons.EMPTY, "there is no detection in the body")
    return _use(site, models, reports, numbers, now_ns)


def _use(
    site: Site,
    models: Sequence[measurements.SensorModel],
    reports: list[Report],
    numbers: list[int],
    now_ns: int,
) -> Judged:
    """Say which of the detections the pipeline will use."""
    _, refusals = measurements.form(site, models, reports, now_ns)
    if not refusals:
        return Judged(accepted=len(reports))
    lines = []
    for number, report in zip(numbers, reports, strict=True):
        for refusal in measurements.form(site, models, [report], now_ns)[1]:
            detail = one_line(refusal.detail)
            lines.append(RefusedLine(line=number, reason=refusal.reason, detail=detail))
    first = lines[0]
    return Judged(
        text=one_line(f"line {first.line}: {first.reason}: {first.detail}"),
        accepted=len(reports) - len(lines),
        refused=len(lines),
        lines=tuple(lines[:TOLD_MAX]),
    )
