"""A crowd for the operator's page: N invented tracks served at a steady rate, by the real server.

`python -m benchmarks.page_scene --tracks N --hz F` prints its address and serves until killed. Each
picture's time is the machine's own clock, so that a page on this machine can say how old it is;
with `--clock 4` it passes four times as fast, and trails have their full length sooner. With
`--lives 600` a track lives ten minutes in the middle, another begins in its place, and people are
warned now and then.
"""

import argparse
import asyncio
import math
import time

import numpy as np

from benchmarks.figures import REPOSITORY
from benchmarks.stream_latency import Idle
from vedette.config.load import load_site
from vedette.model.enums import Identity, ObjectClass, TrackStatus, WarningLevel
from vedette.model.events import TracksMerged
from vedette.model.picture import AirPicture, IdentityRecord, Posture, WarningRecord
from vedette.model.tracks import TrackTable, empty_tracks
from vedette.server import Accounts, Hub, Options, make_app, serve

SITE = REPOSITORY / "scenarios" / "sites" / "ain_al_asad.toml"
REACH_M = 20_000.0
WARNED_S = 240.0  # warned of somebody so long, then of nobody so long
# As a busy sky is made up: birds, what is not known yet, civil traffic, a few of ours, some attack.
KINDS = (
    (0.55, Identity.UNKNOWN, ObjectClass.BIRD, 12.0),
    (0.20, Identity.UNKNOWN, ObjectClass.MULTIROTOR, 15.0),
    (0.15, Identity.NEUTRAL, ObjectClass.AEROPLANE, 220.0),
    (0.05, Identity.FRIEND, ObjectClass.MULTIROTOR, 15.0),
    (0.03, Identity.PENDING, ObjectClass.OTHER, 40.0),
    (0.02, Identity.SUSPECT, ObjectClass.FIXED_WING_UAS, 50.0),
)


class Live(Idle):
    """A service whose time is the machine's."""

    def now_ns(self) -> int:
        """Give the time."""
        return time.time_ns()


def make_picture(n: int) -> AirPicture:
    """Scatter n tracks about the site, each on a course of its own."""
    rng = np.random.default_rng(7)
    table = empty_tracks(n, 6)
    table.count = n
    table.track_id[:] = np.arange(1, n + 1)
    kinds = rng.choice(len(KINDS), n, p=[kind[0] for kind in KINDS])
    radius_m, bearing = REACH_M * np.sqrt(rng.uniform(0, 1, n)), rng.uniform(0, 2 * np.pi, n)
    heading = rng.uniform(0, 2 * np.pi, n)
    speed_mps = np.array([kind[3] for kind in KINDS])[kinds] * rng.uniform(0.7, 1.3, n)
    table.state_enu[:, 0], table.state_enu[:, 1] = (
        radius_m * np.sin(bearing),
        radius_m * np.cos(bearing),
    )
    table.state_enu[:, 2] = rng.uniform(50, 3_000, n)
    table.state_enu[:, 3], table.state_enu[:, 4] = (
        speed_mps * np.sin(heading),
        speed_mps * np.cos(heading),
    )
    table.cov_enu[:] = np.diag([900.0, 900.0, 400.0, 4.0, 4.0, 1.0])
    table.status[:] = TrackStatus.CONFIRMED
    table.existence_prob[:] = 0.99
    table.height_observed[:] = 1
    records = {i + 1: _record(i + 1, KINDS[kinds[i]]) for i in range(n)}
    return AirPicture(time.time_ns(), table, records, [], [], [], [], Posture(), [], [], [])


def _record(track_id: int, kind: tuple[float, Identity, ObjectClass, float]) -> IdentityRecord:
    _, identity, object_class, _ = kind
    label = f"CALL{track_id}" if identity is Identity.NEUTRAL else ""
    return IdentityRecord(
        track_id=track_id,
        identity=identity,
        object_class=object_class,
        class_prob={object_class.value: 1.0},
        label=label,
    )


def move(table: TrackTable, seconds: float) -> None:
    """Let every track fly on; who leaves the site's reach turns back."""
    state = table.state_enu
    state[:, :2] += state[:, 3:5] * seconds
    out = np.hypot(state[:, 0], state[:, 1]) > REACH_M
    inward = (state[:, :2] * state[:, 3:5]).sum(axis=1) > 0
    state[out & inward, 3:5] *= -1.0


def renew(picture: AirPicture, share: float, rng: np.random.Generator) -> None:
    """Let a share of the tracks end, by chance, and another begin in the place of each."""
    table = picture.tracks
    for row in np.flatnonzero(rng.random(table.count) < share):
        old = int(table.track_id[row])
        new = int(table.track_id[: table.count].max()) + 1
        table.track_id[row] = new
        kind = KINDS[rng.choice(len(KINDS), p=[kind[0] for kind in KINDS])]
        del picture.identities[old]
        picture.identities[new] = _record(new, kind)
        picture.events.append(
            TracksMerged(t_ns=picture.now_ns, track_id=new, absorbed_track_id=old)
        )


def warn(picture: AirPicture, passed_s: float) -> None:
    """Warn of some track for four minutes, and then of none for as long."""
    number, rest = divmod(passed_s, 2 * WARNED_S)
    picture.warnings = []
    if rest < WARNED_S:
        track_id = int(picture.tracks.track_id[int(number) % picture.tracks.count])
        picture.warnings.append(
            _warning(int(number) + 1, track_id, picture.now_ns, WARNED_S - rest)
        )


def _warning(number: int, track_id: int, now_ns: int, left_s: float) -> WarningRecord:
    return WarningRecord(
        warning_id=number,
        revision=0,
        zone_id="barracks",
        zone_name="Barracks",
        level=WarningLevel.IMMINENT,
        track_ids=(track_id,),
        raised_ns=now_ns,
        arrival_ns=now_ns + round(left_s * 1e9),
        seconds_left_s=left_s,
        reason=f"T{track_id:04d} would reach the Barracks",
        spoken="",
        cause="track",
        t_detect_ns=now_ns,
    )


async def run(tracks: int, rate_hz: float, clock_ratio: float, lives_s: float) -> None:
    """Serve until killed. clock_ratio: how fast the pictures' time passes."""
    site = load_site(SITE)
    hub = Hub(site, Live())
    listening = await serve(make_app(hub, site, Accounts([]), Options()), "127.0.0.1", 0)
    picture = make_picture(tracks)
    print(f"http://127.0.0.1:{listening.port}", flush=True)
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    begun_ns = time.time_ns()
    rng = np.random.default_rng(11)
    while True:
        move(picture.tracks, clock_ratio / rate_hz)
        passed_ns = round((time.time_ns() - begun_ns) * clock_ratio)
        picture.now_ns = picture.tracks.t_ns = begun_ns + passed_ns
        picture.tracks.updated_ns[:] = picture.now_ns
        picture.events = []
        if math.isfinite(lives_s):
            renew(picture, clock_ratio / rate_hz / lives_s, rng)
            warn(picture, passed_ns / 1e9)
        hub.publish(picture)
        due_s = max(due_s + 1.0 / rate_hz, loop.time())
        await asyncio.sleep(due_s - loop.time())


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--hz", type=float, default=4.0)
    parser.add_argument("--clock", type=float, default=1.0)
    parser.add_argument("--lives", type=float, default=math.inf)
    args = parser.parse_args()
    asyncio.run(run(args.tracks, args.hz, args.clock, args.lives))


if __name__ == "__main__":
    main()
