"""`vedette convert`: one recorded format into another."""

import argparse
from pathlib import Path

from vedette.cli.formats import ENDINGS, READ, WRITTEN
from vedette.cli.words import Parsers, describe, existing, print_json, say, writable_file


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "convert",
        "turn a recording or a file of sensor data into another format",
        "vedette convert radar.pcap detections.parquet\n"
        "  vedette convert recording/ tracks.kml --tracks",
    )
    parser.add_argument(
        "input",
        metavar="IN",
        type=Path,
        help=" ".join(ENDINGS) + ", a tracks.parquet, or a recording's folder",
    )
    parser.add_argument(
        "output", metavar="OUT", type=Path, help="its ending says the format, or --to"
    )
    parser.add_argument("--from", dest="from_name", choices=[*READ, "tracks"], help="IN's format")
    # Not a choice of parser's: knowing the writers would load them at every start of any command.
    parser.add_argument(
        "--to", dest="to_name", metavar="FORMAT", help="OUT's: " + " ".join(WRITTEN)
    )
    parser.add_argument("--site", metavar="SITE.toml", type=Path, help="whose sensors these are")
    parser.add_argument("--start", help="RFC 3339 time of the first byte, where IN has none")
    parser.add_argument("--sensor", help="the ADS-B receiver of .beast, .avr and .sbs")
    parser.add_argument("--tracks", action="store_true", help="a recording's tracks")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument("--json", action="store_true", help="the summary for a machine")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Convert; say what was read, refused and left out, by kind of message."""
    from vedette.service.converting import Job, convert

    job = Job(
        input=existing(args.input, "input"),
        output=writable_file(args.output, "OUT"),
        from_name=args.from_name,
        to_name=args.to_name,
        site=None if args.site is None else existing(args.site, "site file"),
        start=args.start,
        sensor=args.sensor,
        tracks=args.tracks,
        quiet=args.quiet,
        beside=True,
    )
    done = convert(job)
    if args.json:
        print_json(done)
    else:
        say(done.in_words())
    return 0 if done.written and not done.damage else 1
