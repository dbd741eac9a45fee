"""`vedette brief`: what the watch that takes over must know, asked of a running service."""

import argparse
import getpass
import sys
from pathlib import Path

from vedette.cli.words import Parsers, describe, existing, print_json


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "brief",
        "print the hand-over brief of a running service: what is degraded, open, by hand",
        "vedette brief https://base.example:8420 --name amal --ca base-ca.pem",
    )
    parser.add_argument(
        "url",
        metavar="URL",
        nargs="?",
        default="http://127.0.0.1:8420",
        help="of the service (http://127.0.0.1:8420)",
    )
    parser.add_argument(
        "--name", help="log in as this person, where looking wants it; asks for the password"
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="PEM file of who signs the service's certificate"
    )
    parser.add_argument("--json", action="store_true", help="the same for a machine")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask and print."""
    from vedette.client import Client

    verify = True if args.ca is None else str(existing(args.ca, "file"))
    password = None if args.name is None else _password()
    with Client(args.url, args.name, password, verify=verify) as client:
        if args.json:
            print_json(client.brief())
        else:
            sys.stdout.write(_printable(client.brief_text()))
        if args.name is not None:
            client.log_out()
    return 0


def _printable(text: str) -> str:
    """Take out what would move a terminal's cursor: call signs are written by strangers."""
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")


def _password() -> str:
    """Ask for a password once; one line of a pipe where nobody sits."""
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")
