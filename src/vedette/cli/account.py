"""`vedette account`: who may log in at a site, kept beside its recordings."""

import argparse
from pathlib import Path

from vedette.base.errors import VedetteError
from vedette.cli.password import ask
from vedette.cli.words import Parsers, describe, print_json, say
from vedette.config.accounts import accounts_path, editing, read_accounts
from vedette.model.enums import Role

DOES = {
    "add": "add somebody: asks for their password",
    "list": "list who may log in, with their roles",
    "disable": "log somebody out and let them in no more; their name stays taken",
    "enable": "let somebody in again",
    "password": "give somebody another password: ends their logins",
    "roles": "give somebody other roles: ends their logins",
    "remove": "take an account away",
}


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "account",
        "say who may log in, and in which roles",
        "vedette account add amal --role operator --role engagement_authority "
        "--recordings /var/lib/vedette",
    )
    acts = parser.add_subparsers(dest="act", metavar="WHAT", required=True)
    for act, words in DOES.items():
        one = acts.add_parser(act, help=words, description=words[0].upper() + words[1:] + ".")
        if act != "list":
            one.add_argument("name", metavar="NAME")
        if act in ("add", "roles"):
            one.add_argument(
                "--role",
                dest="roles",
                action="append",
                required=True,
                choices=[role.value for role in Role],
                help="one of their roles; may be said several times",
            )
        if act == "list":
            one.add_argument("--json", action="store_true", help="print for a machine")
        one.add_argument(
            "--recordings",
            metavar="DIR",
            type=Path,
            default=Path(".vedette/recordings"),
            help="where `vedette run` keeps the recordings: accounts lie beside them",
        )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Change the accounts; a service that runs takes it in within a second."""
    path = accounts_path(args.recordings)
    if args.act == "list":
        return _list(path, args.json)
    # Asked before anything is locked: a person may think for a while.
    hashed = _hashed() if args.act in ("add", "password") else ""
    roles = [Role(role) for role in dict.fromkeys(getattr(args, "roles", None) or ())]
    with editing(path) as book:
        match args.act:
            case "add":
                book.add(args.name, roles, hashed)
            case "password":
                book.change(args.name, password=hashed)
            case "roles":
                book.change(args.name, roles=roles)
            case "remove":
                book.remove(args.name)
            case _:
                book.change(args.name, disabled=args.act == "disable")
    say(f"{args.name}: done ({args.act}), in {path}")
    return 0


def _hashed() -> str:
    from vedette.server.accounts import PASSWORD_MAX, hash_password

    password = ask()
    if len(password) > PASSWORD_MAX:
        raise VedetteError(f"a password has at most {PASSWORD_MAX} characters")
    return hash_password(password)


def _list(path: Path, as_json: bool) -> int:
    accounts = read_accounts(path)
    if as_json:
        shown = [
            {
                "name": account.name,
                "roles": account.roles,
                "disabled": account.disabled,
                "changed": account.changed,
                "changed_by": account.changed_by,
            }
            for account in accounts
        ]
        print_json(shown)
        return 0
    if not accounts:
        say(f"{path}: nobody. Add somebody with: vedette account add NAME --role operator")
    for account in accounts:
        state = "disabled" if account.disabled else "may log in"
        roles = ", ".join(account.roles)
        print(f"{account.name:20} {state:10} {roles}  ({account.changed}, {account.changed_by})")
    return 0
