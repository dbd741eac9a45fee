"""The scene of web/dev/synthetic.py, brought to a moment at which it stays: for golden pictures.

python tests/browser/still_scene.py --at S [--calm] --folder F: prints its address; a line on stdin
lets the last seconds before the moment pass; another silences the service. At the moment time goes
on by a microsecond a picture: the page sees a living service and draws the same.
"""

import argparse
import asyncio
import sys
from pathlib import Path

import msgspec

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "web" / "dev"))

from synthetic import SITE, Synthetic  # noqa: E402

from vedette.config.exercise import Inject  # noqa: E402
from vedette.config.load import load_site  # noqa: E402
from vedette.model.enums import Mode  # noqa: E402
from vedette.server import Accounts, Hub, Options, make_app, serve  # noqa: E402
from vedette.service.exercise import Exercise  # noqa: E402

RUN_UP_S = 20.0
STEP_S = 0.25
PACE_S = 0.125  # of real time a step: twice as fast as life
STILL_STEP_S = 1e-6
CALL = Inject(kind="call", text="Gate 2 hears an engine, low, to the west")


async def run(at_s: float, calm: bool, folder: Path, exercise: bool = False) -> None:
    """Serve until killed. exercise: the site is in mode EXERCISE, and a call has come in."""
    site = load_site(SITE)
    if exercise:
        site = msgspec.structs.replace(site, mode=Mode.EXERCISE)
    service = Synthetic(site, max(0.0, at_s - RUN_UP_S), folder, calm=calm)
    hub = Hub(site, service)
    service.hub = hub
    running = Exercise(site, [CALL], service.now_ns) if exercise else None
    options = Options(exercise=running)
    listening = await serve(make_app(hub, site, Accounts(site.people), options), "127.0.0.1", 0)
    print(listening.url, flush=True)
    lines: list[str] = []
    asyncio.get_running_loop().add_reader(sys.stdin, lambda: lines.append(sys.stdin.readline()))
    while len(lines) < 2:
        arrived = service.t_s >= at_s - STEP_S / 2
        service.t_s += STILL_STEP_S if arrived or not lines else STEP_S
        hub.publish(service.step([]))
        await asyncio.sleep(STEP_S if arrived or not lines else PACE_S)
    await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", type=float, required=True)
    parser.add_argument("--calm", action="store_true")
    parser.add_argument("--exercise", action="store_true")
    parser.add_argument("--folder", type=Path, required=True)
    args = parser.parse_args()
    asyncio.run(run(args.at, args.calm, args.folder, args.exercise))


if __name__ == "__main__":
    main()
