"""What a session leaves for people: all of it told from its recording, nothing from memory."""

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from vedette import incident, record
from vedette.base.errors import RefusedError, VedetteError
from vedette.config.load import parse_site
from vedette.geo import SiteFrame
from vedette.incident import Incident
from vedette.outputs import pdf
from vedette.outputs.parquet import TracksWriter
from vedette.service.converting import Job, convert
from vedette.service.story import tell

FILE_MAX_BYTES = 256 * 2**20  # held in memory once, while it is sent


def write_report(
    recording: Path,
    folder: Path,
    changes: Sequence[str] | None = None,
    forms: Collection[str] = ("html",),
) -> list[Path]:
    """Write events.jsonl, tracks.parquet, incident.html and statement.txt of a recording.

    changes: of `record.changes`, where it was looked for them; told in report and statement.
    forms: "pdf" among them writes incident.pdf and statement.pdf too. Returns the files. Raises
    RefusedError where the folder is no recording, VedetteError where there can be no PDF.
    """
    folder.mkdir(parents=True, exist_ok=True)
    story = tell(recording, changes)
    (folder / "incident.html").write_text(incident.html(story), encoding="utf-8")
    (folder / "statement.txt").write_text(incident.statement(story), encoding="utf-8")
    _write_events(recording, folder / "events.jsonl")
    _write_tracks(recording, folder / "tracks.parquet")
    names = ["incident.html", "statement.txt", "events.jsonl", "tracks.parquet"]
    if "pdf" in forms:
        (folder / "incident.pdf").write_bytes(_report_pdf(story))
        (folder / "statement.pdf").write_bytes(_statement_pdf(story, incident.statement(story)))
        names += ["incident.pdf", "statement.pdf"]
    return [folder / name for name in names]


def pdf_bar() -> str:
    """Say why there can be no PDF, in words; "" where there can."""
    return pdf.unavailable()


def paper(recording: Path, statement: str | None) -> bytes:
    """Give the report of a recording as PDF, or a statement as people left it.

    Raises VedetteError where the compiler is missing or fails, RefusedError where the folder is no
    recording or the report too long for a PDF.
    """
    if why := pdf_bar():
        raise VedetteError(why)
    story = tell(recording)
    return _report_pdf(story) if statement is None else _statement_pdf(story, statement)


def _report_pdf(story: Incident) -> bytes:
    return pdf.pdf(incident.report_paper(story, incident.html(story)), story.ended_t_ns)


def _statement_pdf(story: Incident, text: str) -> bytes:
    return pdf.pdf(incident.statement_paper(story, text), story.ended_t_ns)


def tracks_as(recording: Path, ending: str) -> bytes:
    """Give a recording's tracks as a file of that ending: "parquet", "geojson" or "kml".

    Raises RefusedError where the folder is no recording, or the file larger than FILE_MAX_BYTES.
    """
    with tempfile.TemporaryDirectory(prefix="vedette-tracks-") as name:
        path = Path(name) / "tracks.parquet"
        _write_tracks(recording, path)
        if ending != "parquet":
            other = path.with_suffix(f".{ending}")
            convert(Job(input=path, output=other, from_name="tracks", quiet=True))
            path = other
        if path.stat().st_size > FILE_MAX_BYTES:
            raise RefusedError(f"the file is larger than {FILE_MAX_BYTES} bytes: vedette convert")
        return path.read_bytes()


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
