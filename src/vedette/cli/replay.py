"""`vedette replay`: do a recording again, to show it or to prove it."""

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path

from vedette.base.errors import VedetteError
from vedette.cli import numbers
from vedette.cli.words import Parsers, describe, existing, print_json, say


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "replay",
        "show a recording on the display, any moment of it, or verify it bit for bit",
        "vedette replay .vedette/demo/recording --verify",
    )
    parser.add_argument("recording", metavar="RECORDING", type=Path)
    parser.add_argument(
        "--verify", action="store_true", help="say whether every output is bit-identical"
    )
    parser.add_argument("--json", action="store_true", help="with --verify: for a machine")
    parser.add_argument(
        "--speed", type=numbers.speed_ratio, default=1.0, help="times real time (1)"
    )
    parser.add_argument("--port", type=numbers.port, default=8420, help="port of the page (8420)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Verify, or show at http://127.0.0.1:PORT until the recording ends and Ctrl-C."""
    if args.json and not args.verify:
        raise VedetteError("--json is the answer of --verify: give both, or neither")
    folder = existing(args.recording, "recording")
    return _verify(args, folder) if args.verify else _show(args, folder)


def _verify(args: argparse.Namespace, folder: Path) -> int:
    from vedette.service.replaying import verify

    verdict = verify(folder)
    if args.json:
        print_json(verdict)
    else:
        print(verdict.in_words())
    return 0 if verdict.identical else 1


def _show(args: argparse.Namespace, folder: Path) -> int:
    from vedette.cli.compiling import compile_once
    from vedette.evaluation.whatif_beside import beside
    from vedette.service.replaying import show

    compile_once()

    async def serve() -> None:
        this_task = asyncio.current_task()
        assert this_task is not None
        for number in (signal.SIGINT, signal.SIGTERM):  # a shell ignores the first for `&`
            asyncio.get_running_loop().add_signal_handler(number, this_task.cancel)
        await show(folder, args.port, args.speed, say, beside)

    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(serve())
    return 0
