"""Real times of arrival: fixes and tracks of aircraft against where they say they were.

    python -m benchmarks.real_mlat [--json]

1,439 messages, each heard by five GPS-synchronised receivers, in eight sets of an hour. Every
message is first fixed by itself; then each set goes through the tracker. The files hold about one
message in a hundred of each aircraft: a track has seconds to minutes between its messages.

Truth is the position in the message itself. It is of the moment of the aircraft's own fix, up to
some 0.3 s before the message was sent: at 230 m/s it is itself wrong by about 50 m along the way.
"""

import argparse
import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.figures import DATA, Figure, show
from vedette import tracking
from vedette.config.site import Reference
from vedette.geo import SiteFrame
from vedette.model.measurements import F64, SensorModel

NAME = "real_mlat"
TITLE = "Real times of arrival"
TEXT = """Mode S messages heard by five GPS-synchronised receivers each (LocaRDS), against the
position they carry. The timing sigma assumed is the default, 100 ns: a GPS clock with its preamble
detector has 50 to 80, the refraction of some 200 km of air another 50. A fix uses nothing but the
five times; `with height` adds the pressure height the message states. The bound is the
Cramer-Rao bound of the same geometry with the same sigma and what is known of height; truth itself
is late by up to 0.3 s (about 50 m), which no filter can mend. A fix that contradicts itself or
has a rival is refused. A track sees one message in a hundred of its aircraft."""
COMMAND = "python -m benchmarks.real_mlat"
QUICK = ""  # it is quick as it is
NEEDS = "mlat"

SETS = 8
SIGMA_NS = 100.0
SPEED_MPS = 299_792_458.0  # the bound needs no air
SCAN_PERIOD_S = 20.0  # the usual time between an aircraft's messages in these files
FAR_M = 3_000.0  # a track this far off has taken another aircraft's message
BARO_SIGMA_M = 150.0
MIDDLE = Reference(lat_deg=48.0, lon_deg=9.5, hae_m=0.0)
ICAO_BIT = 1 << 61
HEIGHT_KNOWN_M = 4_000.0  # the fix's own prior


class Message(NamedTuple):
    """One message: when, whose, where from, its pressure height and arrivals by receiver."""

    t_s: float
    aircraft: int
    place_enu_m: F64
    height_baro_m: float
    arrivals_ns: dict[int, int]


@dataclass(slots=True)
class Errors:
    """What came of the messages: horizontal errors, m, and their ratio to the bound."""

    messages: int = 0
    refused: int = 0
    error_m: list[float] = field(default_factory=list)
    ratio: list[float] = field(default_factory=list)
    up_m: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, float]:
        """Give the figures that are shown."""
        ratio = np.array(self.ratio)
        return {
            "messages": self.messages,
            "refused": self.refused,
            "judged": len(self.error_m),
            "error_p50_m": percentile(self.error_m, 50.0),
            "error_p95_m": percentile(self.error_m, 95.0),
            "up_p50_m": percentile(self.up_m, 50.0),
            "bound_ratio_p50": percentile(self.ratio, 50.0),
            "bound_ratio_rms": float(np.sqrt(np.mean(ratio**2))) if len(ratio) else math.nan,
        }


@dataclass(slots=True)
class Tracks(Errors):
    """The same for tracks, and how many there were; far: updates by another's message."""

    tracks: int = 0
    far: int = 0


def percentile(values: list[float], percent: float) -> float:
    """Give a percentile, NaN of nothing."""
    return float(np.percentile(values, percent)) if values else math.nan


def read_receivers(folder: Path, frame: SiteFrame) -> dict[int, F64]:
    """Give every receiver's place by its serial, site frame."""
    with (folder / "sensors.csv").open() as file:
        return {
            int(row["serial"]): place(
                frame, float(row["latitude"]), float(row["longitude"]), float(row["height"])
            )
            for row in csv.DictReader(file)
        }


def place(frame: SiteFrame, lat_deg: float, lon_deg: float, hae_m: float) -> F64:
    """Give a geodetic position in the site's frame (3,)."""
    return np.array(frame.enu_from_geo(math.radians(lat_deg), math.radians(lon_deg), hae_m))


def read_set(path: Path, frame: SiteFrame) -> Iterator[Message]:
    """Read one set's messages in order of time."""
    with path.open() as file:
        for row in csv.DictReader(file):
            heard = json.loads(row["measurements"])
            where = place(
                frame, float(row["latitude"]), float(row["longitude"]), float(row["geoAltitude"])
            )
            yield Message(
                float(row["timeAtServer"]),
                int(row["aircraft"]),
                where,
                float(row["baroAltitude"]),
                {serial: arrival_ns for serial, arrival_ns, _ in heard},
            )


def bound_m(receivers: F64, where: F64, height_sigma_m: float) -> float:
    """Give the Cramer-Rao bound of the horizontal error, m, for arrivals at receivers (R, 3).

    J = (G - mean G)' (G - mean G) / sigma^2 + what is known of height, G the unit vectors; the
    sending time is unknown.
    """
    gap = where - receivers
    unit = gap / np.linalg.norm(gap, axis=1, keepdims=True)
    unit -= unit.mean(axis=0)
    sigma_m = SIGMA_NS * 1e-9 * SPEED_MPS
    information = unit.T @ unit / sigma_m**2
    information[2, 2] += height_sigma_m**-2
    cov = np.linalg.inv(information)
    return math.sqrt(cov[0, 0] + cov[1, 1])


def batch_of(message: Message, serials: list[int], height: bool, key: bool) -> object:
    """Make the tracker's batch of one message."""
    arrivals_ns = np.full((1, len(serials)), np.nan)
    first_ns = min(message.arrivals_ns.values())
    for serial, arrival_ns in message.arrivals_ns.items():
        arrivals_ns[0, serials.index(serial)] = arrival_ns - first_ns
    return tracking.tdoa_batch(
        0, message.t_s, arrivals_ns, SIGMA_NS,
        height_m=message.height_baro_m if height else math.nan, height_sigma_m=BARO_SIGMA_M,
        identity_key=(ICAO_BIT | message.aircraft) if key else 0,
    )  # fmt: skip


def judge(found: Errors, state: F64, message: Message, receivers: F64, height: bool) -> None:
    """Take one position (3,) against the truth of its message."""
    error_m = float(np.hypot(*(state[:2] - message.place_enu_m[:2])))
    known_m = BARO_SIGMA_M if height else HEIGHT_KNOWN_M
    found.error_m.append(error_m)
    found.ratio.append(error_m / bound_m(receivers, message.place_enu_m, known_m))
    found.up_m.append(abs(float(state[2] - message.place_enu_m[2])))


def fixes(messages: list[Message], sensor: SensorModel, serials: list[int], height: bool) -> Errors:
    """Fix every message by itself."""
    found = Errors()
    assert sensor.receivers_enu_m is not None
    for message in messages:
        where, _, fixed = tracking.tdoa_fix(sensor, batch_of(message, serials, height, False))
        found.messages += 1
        if not fixed[0]:
            found.refused += 1
            continue
        heard = sensor.receivers_enu_m[[serials.index(s) for s in message.arrivals_ns]]
        judge(found, where[0], message, heard, height)
    return found


def tracks(
    sets: list[list[Message]], receivers_enu_m: F64, serials: list[int], height: bool, key: bool
) -> Tracks:
    """Track each set and judge a track whenever one of its messages has updated it."""
    found = Tracks()
    for messages in sets:
        sensor = tracking.tdoa_sensor(receivers_enu_m, scan_period_s=SCAN_PERIOD_S)
        tracker = tracking.open_tracker([sensor])
        for message in messages:
            batch = batch_of(message, serials, height, key)
            links, _ = tracking.advance(tracker, [batch], [], round(message.t_s * 1e9))
            found.messages += 1
            if len(links.track_id) == 0:
                continue
            table = tracker.table
            mine = links.track_id[int(np.argmax(links.prob))]
            row = int(np.searchsorted(table.track_id[: table.count], mine))
            heard = receivers_enu_m[[serials.index(s) for s in message.arrivals_ns]]
            judge(found, table.state_enu[row, :3], message, heard, height)
            found.far += found.error_m[-1] > FAR_M
        found.tracks += tracker.next_track_id - 1
    return found


def measure() -> dict[str, dict[str, float]]:
    """Fix and track everything, without and with the stated height, without and with address."""
    folder, frame = DATA / "mlat", SiteFrame(MIDDLE)
    places = read_receivers(folder, frame)
    sets = [list(read_set(folder / f"set_{n}.csv", frame)) for n in range(1, SETS + 1)]
    serials = sorted({serial for messages in sets for m in messages for serial in m.arrivals_ns})
    receivers_enu_m = np.array([places[serial] for serial in serials])
    sensor = tracking.tdoa_sensor(receivers_enu_m)
    every = [message for messages in sets for message in messages]
    results: dict[str, dict[str, float]] = {}
    for words, height in (("", False), (" with height", True)):
        results[f"fixes{words}"] = fixes(every, sensor, serials, height).summary()
        found = tracks(sets, receivers_enu_m, serials, height, key=False)
        results[f"tracks{words}"] = found.summary() | {"tracks": found.tracks, "far": found.far}
    found = tracks(sets, receivers_enu_m, serials, True, key=True)
    results["tracks with height and address"] = found.summary() | {
        "tracks": found.tracks,
        "far": found.far,
    }
    return results


def figures(quick: bool) -> list[Figure]:
    """Measure."""
    del quick
    rows = []
    for what, found in measure().items():
        error = f"{found['error_p50_m']:.0f} / {found['error_p95_m']:.0f} m"
        rows.append(Figure(f"{what}: horizontal error, median / 95 %", error))
        ratio = f"{found['bound_ratio_p50']:.2f} / {found['bound_ratio_rms']:.2f}"
        rows.append(Figure(f"{what}: ratio to the Cramer-Rao bound, median / rms", ratio))
        if "tracks" in found:
            count = f"{found['tracks']:.0f}, {found['judged']:.0f}, {found['far']:.0f}"
            rows.append(Figure(f"{what}: tracks, updates, updates by another's message", count))
        else:
            count = f"{found['refused']:.0f} of {found['messages']:.0f}"
            rows.append(Figure(f"{what}: refused as contradictory or ambiguous", count))
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=TITLE)
    parser.add_argument("--json", action="store_true")
    if parser.parse_args().json:
        print(json.dumps(measure()))
    else:
        show(figures(False), False)


if __name__ == "__main__":
    main()
