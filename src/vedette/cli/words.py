"""What the commands share: how they are described and how they speak."""

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from vedette.base.errors import VedetteError

Parsers = Any  # argparse keeps its _SubParsersAction private


def describe(parsers: Parsers, name: str, summary: str, example: str) -> argparse.ArgumentParser:
    """Add a command with a summary and an example under its --help."""
    parser: argparse.ArgumentParser = parsers.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def existing(path: Path, what: str) -> Path:
    """Give the path back if it is there; say in one line if it is not."""
    if not path.exists():
        raise VedetteError(f"{path}: there is no such {what}")
    return path


def print_json(value: Any) -> None:
    """Print a value as JSON for a machine."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.write(text.decode() + "\n")


def say(text: str) -> None:
    """Tell a person something on standard error, at once."""
    print(text, file=sys.stderr, flush=True)
