"""Who sends more than it may, how much that is, and what to do about it, in plain words."""

import math
from collections.abc import Mapping

from vedette.config.site import Feed, Sensor, Site
from vedette.service.doctor.findings import Finding
from vedette.service.doctor.heard import Heard

SPARE_RATIO = 1.5  # of what was heard: a source's busiest seconds need not be these
NAMED_MAX = 3


def above_its_rate(feed: Feed, heard: Heard, seconds: float) -> Finding:
    """Say how much of a feed was dropped, whose it was, and which rate would let it pass."""
    sent_hz = (heard.frames + heard.shed) / seconds
    what = f"above its declared rate: {heard.shed:,} dropped"
    names = [name for name, _ in heard.shed_of.most_common() if name]
    if names:
        counts = (f"{name} {heard.shed_of[name]:,}" for name in names[:NAMED_MAX])
        what += f", of {', '.join(counts)}"
    unit = "detections" if feed.kind.startswith("detections") else "messages"
    what += (
        f"; {heard.peak_hz:,d} {unit} came in its busiest second, {sent_hz:,.0f} a second on "
        f"average, and it may send {feed.rate_max_hz:,.0f} a second"
    )
    who = " and ".join(names[:NAMED_MAX]) or "it"
    enough_hz = _enough_hz(feed, max(sent_hz, heard.peak_hz))
    do = f"if so much is right, set rate_max_hz to {enough_hz:,d} or more"
    if heard.frames + heard.shed > feed.queue_max:
        do += f" (and queue_max, {feed.queue_max:,}, where it comes in bursts)"
    return Finding(what=what, do=f"{do}; else have {who} send less")


def _enough_hz(feed: Feed, sent_hz: float) -> int:
    """Give a rate, in two digits, under which what was heard would have passed."""
    least_hz = max(sent_hz, feed.rate_max_hz, 1.0) * SPARE_RATIO
    unit: int = 10 ** max(int(math.log10(least_hz)) - 1, 0)
    return math.ceil(least_hz / unit) * unit


def of_the_shed(site: Site, sensor: Sensor, heard: Mapping[str, Heard]) -> list[Finding]:
    """Say of a sensor over which feeds it sent more than it may."""
    over = {f.id: n for f in site.feeds if (n := heard[f.id].shed_of.get(sensor.id, 0))}
    if not over:
        return []
    told = ", ".join(f"{count:,} over {feed}" for feed, count in over.items())
    what = f"it sends more than it may: dropped are {told}"
    return [Finding(what=what, do=f"have it send less, or see {next(iter(over))}: rate_max_hz")]
