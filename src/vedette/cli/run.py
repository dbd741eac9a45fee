"""`vedette run`: the live service on a site file."""

import argparse
import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.base.errors import VedetteError
from vedette.cli import numbers
from vedette.cli.starting import begin_start, end_start
from vedette.cli.words import Parsers, describe, existing, say, writable_folder

if TYPE_CHECKING:
    from vedette.config.exercise import Inject
    from vedette.config.site import Site

CURE = "give service.tls_certificate and tls_key in the site file"


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "run",
        "run the live service on a site file",
        "vedette run my.site.toml --recordings /var/lib/vedette",
    )
    parser.add_argument("site", metavar="SITE.toml", type=Path)
    parser.add_argument(
        "--recordings",
        metavar="DIR",
        type=Path,
        default=Path(".vedette/recordings"),
        help="where recordings are kept (.vedette/recordings)",
    )
    parser.add_argument("--host", help="address to listen on (the site file's, 127.0.0.1)")
    parser.add_argument(
        "--port", type=numbers.port, help="port to listen on (the site file's, 8420)"
    )
    parser.add_argument(
        "--exercise", metavar="FILE", type=Path, help="injects of an exercise (mode EXERCISE)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run until interrupted; take up an unfinished recording of the same site."""
    begin_start()
    from vedette.cli.compiling import compile_once
    from vedette.config.accounts import accounts_path
    from vedette.config.load import load_site
    from vedette.server import Accounts, demand_accounts, tls_files
    from vedette.server.ground_routes import ground_of
    from vedette.server.guard import is_loopback
    from vedette.service.live import Place, Service
    from vedette.service.ports import refuse_taken
    from vedette.service.recordings import latest_or_new

    path = existing(args.site, "site file")
    writable_folder(args.recordings, "--recordings")
    site = load_site(path)
    plan = _plan(args.exercise, site)
    port = site.service.port if args.port is None else args.port
    place = Place(args.host or site.service.host, port, accounts=accounts_path(args.recordings))
    ground_of(site, site.mode)
    accounts = Accounts(site.people, place.accounts)
    accounts.has_provider = site.oidc is not None
    demand_accounts(place.host, accounts)
    if not is_loopback(place.host) and tls_files(site) is None:
        say(f"NOT ENCRYPTED: passwords to {place.host} can be read on the network; {CURE}")

    compile_once()
    site_toml = path.read_text("utf-8")

    async def serve() -> None:
        await refuse_taken(site, place.host, place.port)
        folder = latest_or_new(args.recordings, site_toml)
        async with Service(site_toml, folder, plan=plan) as service:
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, service.stop)
            url = await service.listen(place)
            end_start()
            say(f"{site.name}: {url}   recording in {folder}   (stop with Ctrl-C)")
            if len(accounts) == 0:
                say(
                    "nobody can log in: the picture is shown, nothing can be done. "
                    "Add people with: vedette account add NAME --role operator"
                )
            await service.run_live()

    asyncio.run(serve())
    return 0


def _plan(path: Path | None, site: "Site") -> "list[Inject]":
    """Read the injects; a site that is no exercise takes none."""
    from vedette.config.exercise import load_plan
    from vedette.model.enums import Mode

    if path is None:
        return []
    if site.mode is not Mode.EXERCISE:
        raise VedetteError('--exercise: the site file must say mode = "EXERCISE"')
    return load_plan(existing(path, "exercise file"), site)
