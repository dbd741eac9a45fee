"""`vedette incident`: the incident report, told from the recording alone."""

import argparse
from pathlib import Path

from vedette.cli.words import Parsers, describe, existing, say, writable_folder


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "incident",
        "write the incident report and the statement draft from a recording",
        "vedette incident .vedette/demo/recording --output report",
    )
    parser.add_argument("recording", metavar="RECORDING", type=Path)
    parser.add_argument("--output", metavar="DIR", type=Path, required=True)
    parser.add_argument(
        "--format",
        choices=("html", "pdf"),
        default="html",
        help="pdf: report and statement as PDF too, set by the extra typst",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write incident.html, statement.txt, events.jsonl and tracks.parquet; with pdf also
    incident.pdf and statement.pdf.

    Exit code 1 where the recording is not what was written; report and statement say so too.
    """
    from vedette import record
    from vedette.base.errors import VedetteError
    from vedette.service.report import pdf_bar, write_report

    if args.format == "pdf" and (why := pdf_bar()):
        raise VedetteError(why)

    recording = existing(args.recording, "recording")
    folder = writable_folder(args.output, "--output")
    changes = record.changes(recording)
    for path in write_report(recording, folder, changes, {args.format}):
        say(f"{path}  {path.stat().st_size:,} bytes")
    for where in changes:
        say(f"the record has been CHANGED OR DAMAGED: {where}")
    return 1 if changes else 0
