"""What a session leaves for people: all of it told from its recording, nothing from memory."""

from pathlib import Path

import msgspec

import vedette
from vedette import incident, record
from vedette.base.constants import NS_PER_S
from vedette.config.load import parse_site
from vedette.geo import SiteFrame
from vedette.incident import Incident, TrackPoint
from vedette.outputs.parquet import TracksWriter


def write_report(recording: Path, folder: Path, verified: str = "") -> list[Path]:
    """Write events.jsonl, tracks.parquet, incident.html and statement.txt of a recording.

    verified: in words, whether it was re-executed. Returns the files. Raises RefusedError where
    the folder is no recording.
    """
    folder.mkdir(parents=True, exist_ok=True)
    story = tell(recording, verified)
    (folder / "incident.html").write_text(as_html(story), encoding="utf-8")
    (folder / "statement.txt").write_text(as_statement(story), encoding="utf-8")
    _write_events(recording, folder / "events.jsonl")
    _write_tracks(recording, folder / "tracks.parquet")
    names = ("incident.html", "statement.txt", "events.jsonl", "tracks.parquet")
    return [folder / name for name in names]


def tell(recording: Path, verified: str = "") -> Incident:
    """Tell the incident that a recording holds."""
    return incident.tell(
        parse_site(record.site_text(recording), "site.toml"),
        [row.event for row in record.events(recording)],
        _paths(recording),
        record=recording.resolve().name,
        version=vedette.__version__,
        verified=verified or "not verified",
    )


def as_html(story: Incident) -> str:
    """Make the report page."""
    return incident.html(story)


def as_statement(story: Incident) -> str:
    """Make the draft of a statement."""
    return incident.statement(story)


def _paths(recording: Path) -> dict[int, list[TrackPoint]]:
    """Gather where each track was, once a second, by track number."""
    site = parse_site(record.site_text(recording), "site.toml")
    frame = SiteFrame(site.reference)
    paths: dict[int, list[TrackPoint]] = {}
    for picture in record.pictures(recording):
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
            )
            paths.setdefault(int(track_id), []).append(point)
    return paths


def _write_events(recording: Path, path: Path) -> None:
    with path.open("wb") as out:
        for row in record.events(recording):
            out.write(msgspec.json.encode(row.event) + b"\n")


def _write_tracks(recording: Path, path: Path) -> None:
    site = parse_site(record.site_text(recording), "site.toml")
    sensor_ids = [sensor.id for sensor in site.sensors]
    with TracksWriter(path, SiteFrame(site.reference), sensor_ids) as writer:
        for picture in record.pictures(recording):
            writer.append(picture)


def duration_s(recording: Path) -> float:
    """Say how long a recording is."""
    session = record.session(recording)
    return (session.last_ns - session.started_ns) / NS_PER_S
