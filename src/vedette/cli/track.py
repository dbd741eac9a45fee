"""`vedette track`: the same pipeline on recordings, as fast as it can."""

import argparse
from pathlib import Path

from vedette.cli import numbers
from vedette.cli.formats import ENDINGS
from vedette.cli.words import Parsers, describe, existing, print_json, say, writable_file


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "track",
        "run the pipeline on recorded sensor data, as fast as it can",
        "vedette track site.toml radar.pcap adsb.beast --output tracks.parquet",
    )
    parser.add_argument("site", metavar="SITE.toml", type=Path)
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        type=Path,
        help=" ".join(ENDINGS) + " or a recording's folder",
    )
    parser.add_argument("--output", metavar="tracks.parquet", type=Path, required=True)
    parser.add_argument(
        "--period-s",
        type=numbers.period_s,
        default=1.0,
        help="seconds between rows of one track (1)",
    )
    parser.add_argument("--start", help="RFC 3339 time of the first byte, where a file has none")
    parser.add_argument("--events", metavar="FILE", type=Path, help="events as JSON lines")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument("--json", action="store_true", help="the summary for a machine")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write tracks.parquet; say what was read, what was refused and how fast it went."""
    from vedette.service.tracking_files import Job, track_files

    job = Job(
        site=existing(args.site, "site file"),
        inputs=[existing(path, "input") for path in args.inputs],
        output=writable_file(args.output, "--output"),
        period_s=args.period_s,
        start=args.start,
        events=None if args.events is None else writable_file(args.events, "--events"),
        quiet=args.quiet,
    )
    for path in job.inputs:
        if path.is_file() and path.stat().st_size == 0:
            say(f"{path}: is empty: there is nothing in it to read")
    summary = track_files(job)
    if args.json:
        print_json(summary)
    else:
        say(summary.in_words())
    return 0 if summary.reports else 1
