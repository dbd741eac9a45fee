"""`vedette doctor`: listen to a site for ten seconds; say what is wrong and what to do."""

import argparse
import asyncio
from pathlib import Path

from vedette.base.errors import VedetteError
from vedette.cli.words import Parsers, describe, existing, print_json, say

SECONDS_MAX = 3600.0


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "doctor",
        "listen to a site's feeds, and say per source what arrives, what is wrong, what to do",
        "vedette doctor my.site.toml --seconds 30",
    )
    parser.add_argument("site", metavar="SITE.toml", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to listen (10)")
    parser.add_argument(
        "--test-channels",
        action="store_true",
        help="send a marked test by every channel and webhook; without it nothing is sent",
    )
    parser.add_argument("--json", action="store_true", help="the same for a machine")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine; exit code 0 only if nothing is wrong."""
    from vedette.config.load import load_site
    from vedette.service.doctor import examine

    if not 0.5 <= args.seconds <= SECONDS_MAX:
        raise VedetteError(f"--seconds {args.seconds:g}: choose 0.5 to {SECONDS_MAX:g}")
    site = load_site(existing(args.site, "site file"))

    def begin() -> None:
        if not args.json:
            say(f"listening for {args.seconds:g} s ...")

    told = asyncio.run(examine(site, args.seconds, args.test_channels, begin))
    if args.json:
        print_json(told)
    else:
        print(told.in_words())
    return 0 if told.ok else 1
