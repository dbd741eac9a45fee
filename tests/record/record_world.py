"""A small deterministic core to record, and a child process that records it until it is killed."""

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vedette.config.load import parse_site
from vedette.model.arrivals import Arrival
from vedette.model.commands import AcknowledgeWarning
from vedette.model.enums import Identity, Role
from vedette.model.events import TrackRegained
from vedette.model.measurements import F64
from vedette.model.picture import AirPicture, Evidence, IdentityRecord, Posture, Threat
from vedette.model.tracks import TrackTable, empty_tracks
from vedette.record import Recorder, restore

SITE_TOML = """schema = 1
name = "Test site"
mode = "SIMULATED"
[reference]
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
"""
START_NS = 1_641_265_200_000_000_000
STEP_NS = 50_000_000


@dataclass(slots=True)
class World:
    """The state: what a core would remember."""

    now_ns: int
    heard: int
    values: F64
    table: TrackTable = field(default_factory=lambda: empty_tracks(4, 1))
    records: dict[int, IdentityRecord] = field(default_factory=dict)


def begin() -> World:
    """Make the state before the first step."""
    return World(START_NS, 0, np.zeros(3), empty_tracks(4, 1), {})


def inputs(number: int) -> list[Arrival]:
    """Make what arrives in step `number`: 0 to 3 datagrams of unlike sizes."""
    data = number.to_bytes(8, "big") * (number * 37 % 50)
    now_ns = START_NS + number * STEP_NS
    return [Arrival(feed=f"f{i}", t_recv_ns=now_ns - i, data=data) for i in range(number % 4)]


def orders(number: int) -> list[AcknowledgeWarning]:
    """Make the command of every seventh step."""
    if number % 7:
        return []
    return [
        AcknowledgeWarning(
            command_id=f"c{number}",
            person="amal",
            roles=(Role.OPERATOR,),
            session="s",
            t_recv_ns=START_NS + number * STEP_NS,
            warning_id=number,
        )
    ]


def advance(world: World, arrivals: list[Arrival], commands: list, now_ns: int) -> AirPicture:
    """Do one step: mix the inputs into the state, and an event where something came of it."""
    world.now_ns = now_ns
    events = []
    for arrival in arrivals:
        world.heard += len(arrival.data)
        world.values = np.sin(world.values * 1.7 + len(arrival.data))
    if world.heard % 5 == 1 or commands:
        events.append(TrackRegained(t_ns=now_ns, track_id=world.heard))
    world.table.count = 1
    world.table.t_ns = now_ns
    world.table.track_id[0] = 1
    world.table.state_enu[0, :3] = world.values
    world.records.setdefault(1, IdentityRecord(track_id=1, identity=Identity.UNKNOWN))
    return picture(world, events)


def picture(world: World, events: list) -> AirPicture:
    """Put together what the step put out."""
    return AirPicture(
        now_ns=world.now_ns,
        tracks=world.table,
        identities=world.records,
        threats=[],
        warnings=[],
        options=[],
        engagements=[],
        posture=Posture(),
        queue=[],
        sources=[],
        events=events,
    )


def big_picture(tracks: int, assets: int = 3, ledger: int = 20) -> AirPicture:
    """Make a picture of many tracks with full ledgers."""
    world = World(START_NS, 0, np.zeros(3), empty_tracks(max(tracks, 1), 6), {})
    world.table.count = tracks
    world.table.track_id[:] = np.arange(1, max(tracks, 1) + 1)
    item = Evidence(
        kind="kinematics",
        source="radar_north",
        about="fixed_wing_uas",
        weight_log_odds=0.7,
        health_ratio=1.0,
        t_ns=START_NS,
        text="flies 45 m/s at 120 m above ground, steady for 30 s",
    )
    classes = dict.fromkeys("abcdefg", 1.0 / 7.0)
    for i in range(1, tracks + 1):
        world.records[i] = IdentityRecord(
            track_id=i, class_prob=dict(classes), ledger=[item] * ledger
        )
    full = picture(world, [])
    full.threats = [
        Threat(
            track_id=i,
            asset_id=f"asset_{a}",
            range_m=12_000.0,
            closing_mps=44.0,
            cpa_m=120.0,
            cpa_s=270.0,
            arrival_s=265.0,
            arrival_sigma_s=6.0,
            straight_sigma_s=6.0,
            reach_prob=0.4,
        )
        for i in range(1, tracks + 1)
        for a in range(assets)
    ]
    return full


def make(folder: Path) -> Recorder:
    """Begin a recording of the world."""
    site = parse_site(SITE_TOML, "test.toml")
    return Recorder.create(folder, SITE_TOML, site, version="1", started_ns=START_NS)


def run(recorder: Recorder, world: World, first: int, last: int) -> list[int]:
    """Record steps first..last; return the numbers of all events."""
    seqs: list[int] = []
    for number in range(first, last + 1):
        arrivals, commands = inputs(number), orders(number)
        now_ns = START_NS + number * STEP_NS
        shown = advance(world, arrivals, commands, now_ns)
        seqs += recorder.step(now_ns, arrivals, commands, [], shown)
    return seqs


def come_back(folder: Path) -> tuple[Recorder, World, list[int]]:
    """Restore a recording, re-execute what follows the snapshot, and go on."""
    found = restore(folder, World, version="1")
    assert found.orphans == []
    world = found.state if found.state is not None else begin()
    recorder = Recorder.resume(folder, last_step=found.last_step, last_ns=found.last_ns)
    untold: list[int] = []
    for step in found.steps:
        shown = advance(world, step.arrivals, step.commands, step.now_ns)
        untold += recorder.catch_up(step, shown)
    assert recorder.differences == 0
    return recorder, world, untold


def main() -> None:
    """Record for ever, telling standard output of each event once it may be published."""
    folder = Path(sys.argv[1])
    if (folder / "session.json").exists():
        recorder, world, untold = come_back(folder)
    else:
        recorder, world, untold = make(folder), begin(), []
    for seq in untold:
        os.write(1, b"%d\n" % seq)
    while True:
        for seq in run(recorder, world, recorder.number + 1, recorder.number + 1):
            os.write(1, b"%d\n" % seq)
        if recorder.number % 40 == 0:
            recorder.snapshot(world)
        time.sleep(0.001)


if __name__ == "__main__":
    main()
