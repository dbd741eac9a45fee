"""`vedette password`: the hash that goes into the site file."""

import argparse
import getpass
import sys

from argon2 import PasswordHasher

from vedette.base.errors import VedetteError
from vedette.cli.words import Parsers, describe

PASSWORD_LENGTH_MIN = 10


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "password",
        "ask for a password and print the hash to put into the site file",
        "vedette password >> my.site.toml",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read a password (twice from a terminal, one line from a pipe) and print its argon2id hash."""
    print(f'password = "{PasswordHasher().hash(ask())}"')
    return 0


def ask() -> str:
    """Ask for a password: twice at a terminal, one line of a pipe. Raises VedetteError."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise VedetteError("the two passwords differ: nothing was made")
    if len(password) < PASSWORD_LENGTH_MIN:
        raise VedetteError(f"a password needs at least {PASSWORD_LENGTH_MIN} characters")
    return password
