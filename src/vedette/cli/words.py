"""What the commands share: how they are described and how they speak."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from vedette.base.errors import VedetteError

Parsers = Any  # argparse keeps its _SubParsersAction private


class OneLineParser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line, as every other refusal is said."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where the words are explained; exit with 2."""
        about = message.removeprefix("argument ")
        self.exit(2, f"{self.prog}: {about} (see {self.prog} --help)\n")


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


def writable_folder(path: Path, option: str) -> Path:
    """Make a folder for output and try it; say in one line why it cannot be, before any work."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except FileExistsError:
        raise VedetteError(f"{path}: is a file: {option} must name a folder") from None
    except OSError as error:
        raise VedetteError(
            f"{path}: cannot write there ({error.strerror}): choose another folder for {option}"
        ) from None


def writable_file(path: Path, option: str) -> Path:
    """Say in one line why a file cannot be written, before any work; its folder must be there."""
    if path.is_dir():
        raise VedetteError(f"{path}: is a folder: {option} must name a file")
    if not path.parent.is_dir():
        raise VedetteError(
            f"{path.parent}: there is no such folder: make it, or choose another file for {option}"
        )
    writable_folder(path.parent, option)
    return path


def print_json(value: Any) -> None:
    """Print a value as JSON for a machine."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.write(text.decode() + "\n")


def say(text: str) -> None:
    """Tell a person something on standard error, at once."""
    print(text, file=sys.stderr, flush=True)
