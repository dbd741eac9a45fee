"""`vedette evaluate`: how well the tracks follow the truth."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.base.errors import VedetteError
from vedette.cli import campaign, numbers
from vedette.cli.words import Parsers, describe, existing, print_json

if TYPE_CHECKING:
    from vedette.evaluation.requirements import Verdicts
    from vedette.evaluation.run import Run


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "evaluate",
        "measure tracks against truth: GOSPA, OSPA(2), SIAP, CLEAR-MOT, NEES and more",
        "vedette evaluate --truth truth.parquet --tracks tracks.parquet --json\n"
        "  vedette evaluate --report out\n"
        "  vedette evaluate --scenarios scenarios/ain_al_asad_2022.toml --runs 20",
    )
    parser.add_argument("--truth", type=Path, help="truth.parquet")
    parser.add_argument("--tracks", type=Path, help="tracks.parquet")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="a folder that `vedette demo --report` left"
    )
    parser.add_argument(
        "--courageous",
        type=Path,
        metavar="LOG",
        help="a CWA 18150 (COURAGEOUS) log to score in place of --tracks",
    )
    parser.add_argument(
        "--write-courageous", type=Path, metavar="LOG", help="write the tracks as such a log"
    )
    parser.add_argument(
        "--geoid-m",
        type=numbers.geoid_m,
        default=0.0,
        help="the geoid above the ellipsoid there: a log's heights are above mean sea level (0)",
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write the scorecard as one page, with plots"
    )
    parser.add_argument(
        "--requirements",
        type=Path,
        metavar="TOML",
        help="what the figures must be; exit code 1 if one is not met",
    )
    parser.add_argument(
        "--c-m",
        type=numbers.cutoff_m,
        default=100.0,
        help="GOSPA's cut-off distance in metres (100)",
    )
    parser.add_argument("--json", action="store_true", help="for a machine")
    campaign.add_words(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the scores, and whether they meet the requirements. Returns 1 where they do not."""
    from vedette.evaluation.requirements import judge, load_requirements
    from vedette.evaluation.scorecard import flattened, scorecard

    if args.scenarios is not None:
        return campaign.run(args)
    if args.site is not None:
        raise VedetteError(f"{args.site}: say with --scenarios what to run there")
    wanted = load_requirements(args.requirements) if args.requirements is not None else None
    scored = _run(args)
    if args.write_courageous is not None:
        _write_courageous(args, scored)
    card = scorecard(scored)
    verdicts = judge(wanted, card) if wanted is not None else None
    if args.html is not None:
        from vedette.evaluation.card_page import html

        _write(args.html, html(scored, card, verdicts).encode())
    if args.json:
        added = {} if verdicts is None else {"requirements": verdicts}
        print_json({**{name: getattr(card, name) for name in card.__struct_fields__}, **added})
    else:
        for name, value in flattened(card).items():
            print(f"{name:40} {_worded(value)}")
        _print_verdicts(verdicts)
    return 0 if verdicts is None or verdicts.passed else 1


def _print_verdicts(verdicts: "Verdicts | None") -> None:
    """Say which requirements were met."""
    for row in verdicts.verdicts if verdicts is not None else ():
        mark = "met    " if row.passed else "NOT MET"
        wanted = f"{row.comparison} {_worded(row.threshold)}"
        print(f"{mark} {row.metric}: {_worded(row.value)} (wanted {wanted})")


def _worded(value: float | bool | str | None) -> str:
    """Write a figure for a person."""
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    return format(value, ".6g")


def _run(args: argparse.Namespace) -> "Run":
    """Read what is to be scored: a report folder, or a truth and a tracks file."""
    from vedette.evaluation.courageous_run import run_of_log
    from vedette.evaluation.run import run_of_files, run_of_report

    if args.courageous is not None:
        if args.truth is None or args.tracks is not None or args.report is not None:
            raise VedetteError("--courageous is scored against --truth FILE, and nothing else")
        truth, log = existing(args.truth, "file"), existing(args.courageous, "file")
        return run_of_log(truth, log, args.c_m, args.geoid_m)
    if args.report is not None:
        if args.truth is not None or args.tracks is not None:
            raise VedetteError("give --report, or --truth and --tracks, not both")
        return run_of_report(existing(args.report, "folder"), args.c_m)
    if args.truth is None or args.tracks is None:
        raise VedetteError("say what to score: --report DIR, or --truth FILE and --tracks FILE")
    return run_of_files(existing(args.truth, "file"), existing(args.tracks, "file"), args.c_m)


def _write_courageous(args: argparse.Namespace, scored: "Run") -> None:
    """Write the tracks that are scored as a COURAGEOUS log."""
    from vedette.evaluation.courageous import write_log
    from vedette.evaluation.courageous_run import frame_of, log_of_tracks

    truth = args.truth if args.report is None else args.report / "truth.parquet"
    data = write_log(log_of_tracks(scored.tracks, frame_of(truth), args.geoid_m))
    _write(args.write_courageous, data)


def _write(path: Path, data: bytes) -> None:
    """Write a file, or say why it cannot be written."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise VedetteError(f"{path}: {error.strerror}") from error
