"""`vedette whatif`: a recording done again with one thing changed."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.base.errors import RefusedError, VedetteError
from vedette.cli import numbers
from vedette.cli.words import Parsers, describe, existing, print_json, writable_file

if TYPE_CHECKING:
    from vedette.config.site import Site
    from vedette.service.reenacting import Change


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "whatif",
        "re-execute a recording with something changed, and say what it does to the warnings",
        "vedette whatif out/recording --without-sensor radar_north\n"
        "  vedette whatif out/recording --set zones.barracks.imminent_s=120 --json",
    )
    parser.add_argument("recording", metavar="RECORDING", type=Path)
    parser.add_argument(
        "--without-sensor", action="append", default=[], metavar="ID", help="as if never there"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a key of the site file, as zones.barracks.imminent_s=120",
    )
    parser.add_argument(
        "--site", type=Path, metavar="FILE", help="another site file in place of the recorded one"
    )
    people = parser.add_mutually_exclusive_group()
    people.add_argument("--no-operators", action="store_true", help="nobody gives any command")
    people.add_argument(
        "--operator-delay",
        type=numbers.delay_s,
        default=0.0,
        metavar="S",
        help="every command comes S seconds later",
    )
    parser.add_argument(
        "--truth", type=Path, metavar="FILE", help="truth.parquet (the one beside the recording)"
    )
    parser.add_argument("--json", action="store_true", help="for a machine")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write it as one page")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the comparison, in words or as JSON."""
    from tqdm import tqdm

    from vedette import record
    from vedette.evaluation.whatif import compare
    from vedette.evaluation.whatif_words import in_words
    from vedette.kernels.loading import load_compiler
    from vedette.service.reenacting import recorded_site

    folder = existing(args.recording, "recording")
    site = recorded_site(folder)
    change = _change(args, site)
    if args.html is not None:
        writable_file(args.html, "--html")
    truth = _truth(args, folder)
    load_compiler()
    total = 2 * record.session(folder).last_step or None
    with tqdm(total=total, unit="step", leave=False, disable=None) as bar:
        found = compare(folder, change, _in_words(args), truth, lambda: bar.update() and None)
    if args.html is not None:
        from vedette.evaluation.whatif_page import html

        args.html.write_text(html(found, site.mode), encoding="utf-8")
    if args.json:
        print_json(found)
    else:
        print("\n".join(in_words(found)))
    return 0


def _change(args: argparse.Namespace, site: "Site") -> "Change":
    """Make the change; what the site does not have is refused before anything is done."""
    from vedette.config.changing import changed, checked, without
    from vedette.config.load import load_site
    from vedette.service.reenacting import Change

    if args.site is not None:
        site = load_site(args.site)
    try:
        site = changed(site, args.set)
    except RefusedError as error:
        raise VedetteError(f"--set {error}") from None
    gone = frozenset(args.without_sensor)
    try:
        checked(without(site, sorted(gone)))
    except RefusedError as error:
        raise VedetteError(f"--without-sensor {error}") from None
    return Change(site, gone, None if args.no_operators else args.operator_delay)


def _truth(args: argparse.Namespace, folder: Path) -> Path | None:
    """Find the truth: the one named, or the one that a report folder holds beside the recording."""
    if args.truth is not None:
        return existing(args.truth, "file")
    from vedette.evaluation.whatif_beside import truth_beside

    return truth_beside(folder)


def _in_words(args: argparse.Namespace) -> list[str]:
    """Say what is changed."""
    words = [f"the site file {args.site}"] if args.site is not None else []
    words += [f"without {sensor_id}" for sensor_id in args.without_sensor]
    words += [str(setting) for setting in args.set]
    if args.no_operators:
        words.append("nobody at the consoles")
    elif args.operator_delay:
        words.append(f"people act {args.operator_delay:g} s later")
    return words
