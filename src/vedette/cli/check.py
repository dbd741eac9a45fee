"""`vedette check`: is this file valid, and if not, why."""

import argparse
from pathlib import Path

from vedette.base.errors import RefusedError, VedetteError
from vedette.cli.formats import CHECKED
from vedette.cli.words import Parsers, describe, print_json
from vedette.config.load import load_site, refuse_missing_files
from vedette.simulator.scenario import load_scenario

FILES_OF_OURS = ("site", "scenario", "requirements", "courageous")
FILE_SIZE_MAX_BYTES = 1 << 30


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "check",
        "say for each file whether it is valid in a format, and if not, why",
        "vedette check asterix capture.pcap --json",
    )
    formats = (*CHECKED, *FILES_OF_OURS)
    parser.add_argument("format", metavar="FORMAT", choices=formats, help=", ".join(formats))
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true", help="[{file, accepted, reason}]")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check each file; exit code 0 only if all are valid."""
    verdicts = [(path, *judge(args.format, path)) for path in args.files]
    if args.json:
        print_json([{"file": str(f), "accepted": a, "reason": r} for f, a, r in verdicts])
    else:
        for path, accepted, reason in verdicts:
            print(_said(path, accepted, reason))
    return 0 if all(accepted for _, accepted, _ in verdicts) else 1


def _said(path: Path, accepted: bool, reason: str) -> str:
    """Say a verdict, naming the file once: a site file's reason begins with file and line."""
    if accepted:
        return f"{path}: valid"
    return (
        f"not valid: {reason}" if reason.startswith(f"{path}:") else f"{path}: not valid: {reason}"
    )


def judge(name: str, path: Path) -> tuple[bool, str]:
    """Say whether the file is valid in the format, and the reason if it is not."""
    from vedette import codecs

    try:
        if name == "site":
            _check_site(path)
        elif name == "scenario":
            load_scenario(path)
        elif name in FILES_OF_OURS:
            _check_of_scores(name, path)
        else:
            verdict = codecs.check(name, _read(path))
            return verdict.accepted, verdict.reason
    except RefusedError as refused:
        return False, str(refused)
    except OSError as error:
        raise VedetteError(f"{path}: {error.strerror}") from error
    return True, ""


def _check_site(path: Path) -> None:
    """Read a site file, look at the files it names. Raises RefusedError where one is not valid."""
    from vedette.server.ground_routes import ground_of

    site = load_site(path)
    ground_of(site, site.mode)
    refuse_missing_files(path)


def _check_of_scores(name: str, path: Path) -> None:
    """Read a file that the scorecard takes. Raises RefusedError where it is not valid."""
    from vedette.evaluation.courageous import read_log
    from vedette.evaluation.requirements import load_requirements

    if name == "requirements":
        load_requirements(path)
    else:
        read_log(path)


def _read(path: Path) -> bytes:
    if path.stat().st_size > FILE_SIZE_MAX_BYTES:
        raise RefusedError(f"larger than {FILE_SIZE_MAX_BYTES} bytes")
    return path.read_bytes()
