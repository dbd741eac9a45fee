"""A scenario as files: what the sensors say, as detections and as wire bytes, and the truth.

`vedette simulate`: no service, no people, no effectors; the attack goes through.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vedette.model.reports import Report
from vedette.simulator.heard import Heard
from vedette.simulator.scenario import LoadedScenario
from vedette.simulator.sensors import categories, create_sensors, dies_ns
from vedette.simulator.sightings import create_sightings
from vedette.simulator.truth import TruthRecorder
from vedette.simulator.wire import create_wire, detection_lines
from vedette.simulator.world import STEP_S, World, create_world

Progress = Callable[[float, float], None]


def simulate(
    loaded: LoadedScenario, seed: int, folder: Path, on_progress: Progress | None = None
) -> list[Path]:
    """Write a scenario's detections, truth and, by feed, wire bytes (`.ast`, `.beast`, `.sapient`).

    seed: one seed, one set of files. on_progress(seconds done, seconds in all) once a simulated
    second. Returns the files written. detections.jsonl holds every sensor, in order of time, but
    for what a fault of the scenario holds back.
    """
    return write_files(loaded, create_world(loaded, seed), seed, folder, on_progress)


def write_files(
    loaded: LoadedScenario, world: World, seed: int, folder: Path, on_progress: Progress | None
) -> list[Path]:
    """Do `simulate` for a world already made, such as one that flies a recorded flight again."""
    folder.mkdir(parents=True, exist_ok=True)
    sensors = create_sensors(loaded, seed)
    sightings = create_sightings(loaded)
    suffixes = {"asterix_udp": ".ast", "beast_tcp": ".beast"}
    suffixes |= {"sapient_tcp": ".sapient", "sapient_listen": ".sapient"}
    wire, duration_s = (
        create_wire(loaded.site, suffixes, dies_ns(loaded), categories(loaded)),
        loaded.scenario.duration_s,
    )
    paths = {
        feed.id: folder / (feed.id + suffixes[feed.kind])
        for feed in loaded.site.feeds
        if feed.kind in suffixes
    }
    detections, truth_path = folder / "detections.jsonl", folder / "truth.parquet"
    truth = TruthRecorder(world, truth_path)
    order = Order()
    chunks: dict[str, list[bytes]] = {name: [] for name in paths}
    with detections.open("wb") as lines:
        while world.elapsed_s < duration_s:
            world.step()
            heard = sensors.observe(world) + sightings.due(world.t_ns)
            lines.writelines(detection_lines(order.next(heard, world.t_ns)))
            wire.push(heard)
            for feed_id, data in wire.due(world.t_ns):
                if feed_id in chunks:
                    chunks[feed_id].append(data)
            truth.record(world)
            if on_progress is not None and world.elapsed_s % 1.0 < STEP_S:
                on_progress(world.elapsed_s, duration_s)
    for feed_id, path in paths.items():
        path.write_bytes(b"".join(chunks[feed_id]))
    truth.close(world, {"scenario": loaded.scenario.name, "seed": seed})
    return [detections, *paths.values(), truth_path]


@dataclass(slots=True)
class Order:
    """Puts reports in order of time, those that a fault holds back where they come in."""

    waiting: list[tuple[int, int, int, Report]] = field(default_factory=list)
    count: int = 0

    def next(self, heard: list[Heard], t_ns: int) -> list[Report]:
        """Take a step's reports and give those that have come by t_ns, oldest first."""
        for k, item in enumerate(heard):
            for message in item.messages:
                if message.report is not None:
                    self.count += 1
                    heapq.heappush(self.waiting, (message.due_ns, k, self.count, message.report))
        come = []
        while self.waiting and self.waiting[0][0] <= t_ns:
            come.append(heapq.heappop(self.waiting)[3])
        return come
