"""Coverage in plain words with numbers: for the terminal, and for the page."""

from vedette.evaluation.coverage import Coverage
from vedette.evaluation.gaps import Gap


def gap_words(gap: Gap) -> str:
    """Say one gap in a sentence or two."""
    return (
        f"{gap.zone} (take cover: {gap.needed_s:g} s), {sector_words(gap)}, {height_words(gap)}:"
        f" {warned_words(gap)}. {in_time_words(gap)}. {why_words(gap)}."
    )


def sector_words(gap: Gap) -> str:
    """Say from where."""
    if gap.all_round:
        return "from anywhere"
    return f"from {gap.azimuth_from_deg:.0f} to {gap.azimuth_to_deg:.0f} degrees"


def height_words(gap: Gap) -> str:
    """Say at which heights."""
    if gap.height_low_m == gap.height_high_m:
        return f"at {gap.height_low_m:g} m"
    return f"at {gap.height_low_m:g} to {gap.height_high_m:g} m"


def warned_words(gap: Gap) -> str:
    """Say how long before it arrives nine of ten are confirmed."""
    if gap.warning_s is None:
        return "fewer than nine of ten are ever confirmed"
    short_s = gap.needed_s - gap.warning_s
    return (
        f"nine of ten are confirmed only {seconds_words(gap.warning_s)} before they arrive,"
        f" {seconds_words(short_s)} short"
    )


def seconds_words(value_s: float) -> str:
    """Write seconds, with a tenth where there are few."""
    return f"{value_s:.1f} s" if value_s < 10.0 else f"{value_s:.0f} s"


def in_time_words(gap: Gap) -> str:
    """Say how many are confirmed in time, at the worst."""
    return (
        f"In time are {100.0 * gap.in_time_prob:.0f} % at the worst"
        f" ({gap.worst_azimuth_deg:.0f} degrees, {gap.worst_height_m:g} m)"
    )


def why_words(gap: Gap) -> str:
    """Say what the sensors lack."""
    return f"Where it should be known, {gap.needed_range_m / 1000.0:.1f} km out: {gap.why}"


def summary_lines(coverage: Coverage, most: int | None = None) -> list[str]:
    """Say what a site sees of a class, a line each. most: so many gaps at most; None: all."""
    head = (
        f"{coverage.threat_name} at {coverage.speed_mps:g} m/s, straight in"
        f"{'' if coverage.radio else ', transmitting nothing'}"
    )
    lines = [head]
    for layer in coverage.layers:
        known = [reach for reach in layer.sure_range_m if reach is not None]
        share = len(known) / len(layer.sure_range_m)
        if not known:
            lines.append(f"  {layer.height_m:5g} m: nine of ten are confirmed from nowhere")
            continue
        least, greatest = min(known) / 1000.0, max(known) / 1000.0
        where = (
            "" if share == 1.0 else f" in {100.0 * share:.0f} % of the azimuths, elsewhere never"
        )
        lines.append(
            f"  {layer.height_m:5g} m: nine of ten are confirmed {least:.1f} to {greatest:.1f} km"
            f" out{where}"
        )
    lines += [f"  gap {k}: {gap_words(gap)}" for k, gap in enumerate(coverage.gaps[:most], 1)]
    if not coverage.gaps:
        lines.append("  no gaps: every zone has the time it needs from everywhere")
    elif most is not None and len(coverage.gaps) > most:
        lines.append(f"  and {len(coverage.gaps) - most} more gaps (--json has them all)")
    return lines
