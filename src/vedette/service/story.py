"""The incident of a recording, told while the service runs or afterwards."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import vedette
from vedette import incident, record
from vedette.config.load import parse_site
from vedette.geo import SiteFrame
from vedette.incident import Incident, TrackPoint
from vedette.model.acts import ActRow

SOUND = "its checksums and hash chains agree; its steps were not done again"


def tell(recording: Path, changes: Sequence[str] | None = None) -> Incident:
    """Tell the incident that a recording holds. changes: None where nobody looked for any."""
    verified = "" if changes is None else "CHANGED OR DAMAGED" if changes else SOUND
    site = parse_site(record.site_text(recording), "site.toml")
    return incident.tell(
        site,
        [row.event for row in record.events(recording)],
        paths(SiteFrame(site.reference), record.pictures(recording)),
        record=recording.resolve().name,
        version=vedette.__version__,
        verified=verified,
        changes=changes or (),
    )


def acts(recording: Path, after: int, limit: int) -> list[ActRow]:
    """Read a recording's audit trail: at most `limit` acts numbered above `after`."""
    return list(record.acts(recording, after=after, limit=limit))


def as_html(story: Incident) -> str:
    """Make the report page."""
    return incident.html(story)


def as_statement(story: Incident) -> str:
    """Make the draft of a statement."""
    return incident.statement(story)


def paths(
    frame: SiteFrame, pictures: Iterable[record.RecordedPicture]
) -> dict[int, list[TrackPoint]]:
    """Gather where each track was, once a second, by track number. frame: the site's."""
    found: dict[int, list[TrackPoint]] = {}
    for picture in pictures:
        state = picture.state_enu
        lat_deg, lon_deg, hae_m = frame.geo_deg_from_enu(state[:, 0], state[:, 1], state[:, 2])
        for k, track_id in enumerate(picture.track_id):
            point = TrackPoint(
                t_ns=picture.t_ns,
                lat_deg=float(lat_deg[k]),
                lon_deg=float(lon_deg[k]),
                hae_m=float(hae_m[k]),
                v_east_mps=float(state[k, 3]),
                v_north_mps=float(state[k, 4]),
                v_up_mps=float(state[k, 5]),
                height_observed=bool(picture.height_observed[k]),
            )
            found.setdefault(int(track_id), []).append(point)
    return found
