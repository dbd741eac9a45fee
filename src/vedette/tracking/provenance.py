"""Of which sensors' objects each track is made, by the names the sensors themselves give them.

In: a step's links and reports. Out: by track, the latest object of each sensor that names its
objects; of live tracks only, so that it is bounded by their table.
"""

from collections.abc import Sequence

from vedette.model.picture import Origin
from vedette.model.reports import Plot, PositionReport, Report
from vedette.model.tracks import Links, TrackTable

LINK_PROB_MIN = 0.5  # a report is of the track it more probably than not belongs to

Provenance = dict[int, dict[str, Origin]]


def take_origins(
    provenance: Provenance, links: Links, reports: Sequence[Report], tracks: TrackTable
) -> None:
    """Note of which objects the tracks were updated; forget tracks that are no more."""
    named = {
        index: report
        for index, report in enumerate(reports)
        if isinstance(report, Plot | PositionReport) and report.object_ref is not None
    }
    if named:
        rows = zip(
            links.track_id.tolist(), links.report_index.tolist(), links.prob.tolist(), strict=True
        )
        for track_id, index, prob in rows:
            report = named.get(index)
            if report is None or prob < LINK_PROB_MIN or report.object_ref is None:
                continue
            origin = Origin(object_ref=report.object_ref, t_meas_ns=report.t_meas_ns)
            provenance.setdefault(track_id, {})[report.sensor] = origin
    if provenance:
        alive = set(tracks.track_id[: tracks.count].tolist())
        for track_id in [key for key in provenance if key not in alive]:
            del provenance[track_id]
