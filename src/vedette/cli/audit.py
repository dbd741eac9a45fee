"""`vedette audit`: who did what, from the recording alone."""

import argparse
import sys
from pathlib import Path

from vedette.cli.words import Parsers, describe, existing, print_json, say


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "audit",
        "print a recording's audit trail: who did what, in which role, and how it ended",
        "vedette audit /var/lib/vedette/2026-01-04T03-00-00.000000Z > audit.csv",
    )
    parser.add_argument("recording", metavar="RECORDING", type=Path)
    parser.add_argument("--json", action="store_true", help="print JSON instead of CSV")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the acts; exit code 1 where the journal is not what was written."""
    from vedette import record
    from vedette.server.audit_routes import as_csv

    recording = existing(args.recording, "recording")
    faults = record.verify_chain(recording)
    acts = list(record.acts(recording))
    if args.json:
        print_json(acts)
    else:
        sys.stdout.write(as_csv(acts))
    for where in faults:
        say(f"the record has been CHANGED OR DAMAGED: {where}")
    return 1 if faults else 0
