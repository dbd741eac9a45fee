"""Real ADS-B: our tracks from a Beast capture against the same decoded by another decoder.

    python -m benchmarks.real_adsb [--json]

Beast frames carry a counter and no date. The decoder beside it stamped its lines with the date, so
the first line is laid on the first frame of the same aircraft that carries its address in the
clear; what is left of that alignment is one of the figures. The site lies at the mean place of the
lowest aircraft, as the receiver's own place is not recorded: only near ones are heard so low.
"""

import argparse
import json
import math
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import DATA, Figure, show, vedette
from vedette.base.constants import M_PER_FT, NS_PER_S
from vedette.base.rfc3339 import format_rfc3339
from vedette.codecs.adsb import beast, counter_ns, sbs
from vedette.config.load import load_site
from vedette.feeds import read_files
from vedette.geo import SiteFrame
from vedette.model.reports import PositionReport
from vedette.outputs.parquet import TrackRows, read_tracks

NAME = "real_adsb"
TITLE = "Real ADS-B against another decoder"
TEXT = """A minute of 1090 MHz traffic as a receiver near Saint Petersburg put it out in 2018 (Beast
binary), through `vedette track`; beside it the same minute as another decoder read it (BaseStation
lines). Each position of the other decoder is compared with our nearest track at that time, on the
ground. The capture repeats itself in overlapping pieces; lines say as often as it does."""
COMMAND = "python -m benchmarks.real_adsb"
QUICK = ""  # it is quick as it is
NEEDS = "adsb"

BEAST, LINES = "ulss7_beast_20180403.beast", "ulss7_beast_decoded_sbs.txt"
ROW_PERIOD_S = 0.25
ROW_AGE_MAX_S = 1.0  # an older row of a track says nothing of this time
NEAR_M = 100.0  # bound of "agrees": six sigmas of a position with an accuracy of 30 m at 95 %
STRANGER_M = 2_000.0  # a track that was never this near to an aircraft is none
ALIGNED_MAX_M = 30.0  # two decoders' places of one frame differ by the rounding of the lines
ALL_CALL, SQUITTER = 11, 17  # downlink formats with the address in the clear

SITE = """schema = 1
name = "receiver of a real capture"
mode = "LIVE"
[reference]
lat_deg = {lat_deg:.6f}
lon_deg = {lon_deg:.6f}
hae_m = {hae_m:.1f}
[[sensors]]
id = "adsb"
kind = "adsb"
lat_deg = {lat_deg:.6f}
lon_deg = {lon_deg:.6f}
hae_m = {hae_m:.1f}
coverage = {{ range_max_m = 500000.0 }}
"""


@dataclass(slots=True, frozen=True)
class Heard:
    """One position the other decoder gave."""

    t_ns: int
    icao24: str
    lat_deg: float
    lon_deg: float
    hae_m: float


@dataclass(slots=True)
class Agreement:
    """How our tracks agree with the other decoder's positions."""

    positions: int
    reports: int
    refused: int
    aircraft: int
    tracks: int
    aircraft_with_track: int
    aircraft_with_several_tracks: int
    tracks_without_aircraft: int
    near_ratio: float
    near_after_first_track_ratio: float
    difference_p50_m: float
    difference_p95_m: float
    difference_max_m: float
    aligned_p50_ms: float
    aligned_p95_ms: float


def read_lines(path: Path) -> tuple[list[Heard], tuple[str, int]]:
    """Read the other decoder's positions, and who the very first line is about and when."""
    heard, first = [], ("", 0)
    for line in path.read_bytes().splitlines():
        fields = line.decode("ascii").strip().split(",")
        if len(fields) != sbs.FIELDS:
            continue  # the last line of the file is cut short
        t_ns = sbs.time_of(fields) or 0
        first = first if first[1] else (fields[4].lower(), t_ns)
        if fields[14] and fields[15]:
            height_m = float(fields[11] or 0.0) * M_PER_FT
            place_deg = float(fields[14]), float(fields[15])
            heard.append(Heard(t_ns, fields[4].lower(), *place_deg, height_m))
    return heard, first


def start_of(path: Path, first: tuple[str, int]) -> int:
    """Say when the capture's first frame was heard, ns UTC: see the module's words."""
    frames, _, _ = beast.split(path.read_bytes())
    for frame in frames:
        if frame.message[0] >> 3 in (ALL_CALL, SQUITTER) and frame.message[1:4].hex() == first[0]:
            return first[1] - counter_ns(frame.counter - frames[0].counter)
    raise ValueError(f"no frame of {first[0]} in {path.name}")


def write_site(folder: Path, heard: list[Heard]) -> Path:
    """Write a site around the lowest aircraft."""
    lowest = min(heard, key=lambda position: position.hae_m).icao24
    near = [position for position in heard if position.icao24 == lowest]
    path = folder / "site.toml"
    path.write_text(
        SITE.format(
            lat_deg=float(np.mean([position.lat_deg for position in near])),
            lon_deg=float(np.mean([position.lon_deg for position in near])),
            hae_m=0.0,
        )
    )
    return path


def nearest_tracks(
    tracks: TrackRows, heard: list[Heard], frame: SiteFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Give for each position its distance on the ground to the nearest track (inf: none) and that
    track's number; a track is taken on from its row next in time by its velocity."""
    where = np.column_stack(
        frame.enu_from_geo_deg(
            np.array([h.lat_deg for h in heard]),
            np.array([h.lon_deg for h in heard]),
            np.array([h.hae_m for h in heard]),
        )
    )
    distance, number = np.full(len(heard), np.inf), np.full(len(heard), -1)
    for track in np.unique(tracks.track_id):
        rows = np.flatnonzero(tracks.track_id == track)
        times = tracks.t_ns[rows]
        for k, position in enumerate(heard):
            row = int(np.argmin(np.abs(times - position.t_ns)))
            age_s = (position.t_ns - int(times[row])) / NS_PER_S
            if abs(age_s) <= ROW_AGE_MAX_S:
                state = tracks.state_enu[rows[row]]
                apart = state[:2] + state[3:5] * age_s - where[k, :2]
                if (apart_m := math.hypot(*apart)) < distance[k]:
                    distance[k], number[k] = apart_m, track
    return distance, number


def alignment_ms(site: Path, capture: Path, start_ns: int, heard: list[Heard]) -> np.ndarray:
    """Compare the times the two decoders give to the same place of the same aircraft, ms."""
    frame = load_site(site)
    ours: dict[str, list[PositionReport]] = {}
    for part in read_files([capture], frame, start_ns):
        for report in part.reports:
            if isinstance(report, PositionReport) and report.claims is not None:
                ours.setdefault(report.claims.icao24 or "", []).append(report)
    found = []
    for position in heard:
        near = [
            abs(report.t_meas_ns - position.t_ns) / 1e6
            for report in ours.get(position.icao24, [])
            if _apart_m(report, position) < ALIGNED_MAX_M
        ]
        found += [min(near)] if near else []
    return np.array(found)


def _apart_m(report: PositionReport, position: Heard) -> float:
    north = math.degrees(report.lat_rad) - position.lat_deg
    east = (math.degrees(report.lon_rad) - position.lon_deg) * math.cos(report.lat_rad)
    return math.hypot(north, east) * 111_200.0


def owners(heard: list[Heard], distance: np.ndarray, number: np.ndarray) -> dict[int, str]:
    """Say of each track which aircraft it mostly lay nearest to, within STRANGER_M."""
    votes: dict[int, dict[str, int]] = {}
    for position, apart_m, track in zip(heard, distance, number, strict=True):
        if apart_m < STRANGER_M:
            mine = votes.setdefault(int(track), {})
            mine[position.icao24] = mine.get(position.icao24, 0) + 1
    return {track: max(sorted(mine), key=mine.__getitem__) for track, mine in votes.items()}


def measure(data: Path = DATA) -> Agreement:
    """Track the capture and compare."""
    capture = data / NEEDS / BEAST
    heard, first = read_lines(data / NEEDS / LINES)
    start_ns = start_of(capture, first)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site, output = write_site(folder, heard), folder / "tracks.parquet"
        words = ("--output", output, "--period-s", str(ROW_PERIOD_S), "--quiet", "--json")
        done = vedette("track", site, capture, "--start", format_rfc3339(start_ns), *words)
        summary: dict[str, Any] = json.loads(done.stdout)
        tracks, frame = read_tracks(output), SiteFrame(load_site(site).reference)
        aligned = alignment_ms(site, capture, start_ns, heard)
    distance, number = nearest_tracks(tracks, heard, frame)
    return judge(heard, tracks, distance, number, summary, aligned)


def judge(
    heard: list[Heard],
    tracks: TrackRows,
    distance: np.ndarray,
    number: np.ndarray,
    summary: dict[str, Any],
    aligned: np.ndarray,
) -> Agreement:
    """Make the figures."""
    owner = owners(heard, distance, number)
    held = sorted(owner.values())
    begun: dict[str, int] = {}
    for position, apart_m in zip(heard, distance, strict=True):
        if apart_m < STRANGER_M:
            begun.setdefault(position.icao24, position.t_ns)
    after = np.array([h.t_ns >= begun.get(h.icao24, h.t_ns + 1) for h in heard])
    matched = distance[distance < STRANGER_M]
    p50, p95 = np.quantile(matched, [0.5, 0.95])
    ids = set(tracks.track_id.tolist())
    return Agreement(
        positions=len(heard),
        reports=summary["reports"],
        refused=summary["refused"],
        aircraft=len({position.icao24 for position in heard}),
        tracks=len(ids),
        aircraft_with_track=len(set(held)),
        aircraft_with_several_tracks=len({name for name in held if held.count(name) > 1}),
        tracks_without_aircraft=len(ids - set(owner)),
        near_ratio=float(np.mean(distance < NEAR_M)),
        near_after_first_track_ratio=float(np.mean(distance[after] < NEAR_M)),
        difference_p50_m=float(p50),
        difference_p95_m=float(p95),
        difference_max_m=float(matched.max()),
        aligned_p50_ms=float(np.median(aligned)),
        aligned_p95_ms=float(np.quantile(aligned, 0.95)),
    )


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    found = measure()
    times = f"{found.aligned_p50_ms:.1f} / {found.aligned_p95_ms:.1f} ms"
    return [
        Figure("positions of the other decoder", f"{found.positions:,}"),
        Figure("positions read by ours, refused", f"{found.reports:,}, {found.refused}"),
        Figure("times of the same position apart, median / 95 %", times),
        Figure("aircraft", str(found.aircraft)),
        Figure("aircraft that have a track", str(found.aircraft_with_track)),
        Figure("tracks", str(found.tracks)),
        Figure("tracks that are no aircraft", str(found.tracks_without_aircraft)),
        Figure("aircraft with more than one track", str(found.aircraft_with_several_tracks)),
        Figure(f"positions with a track within {NEAR_M:.0f} m", f"{found.near_ratio:.2%}"),
        Figure(
            f"positions with a track within {NEAR_M:.0f} m, once the aircraft has one",
            f"{found.near_after_first_track_ratio:.2%}",
        ),
        Figure(
            "difference, median / 95 % / greatest",
            f"{found.difference_p50_m:.1f} / {found.difference_p95_m:.1f} / "
            f"{found.difference_max_m:.1f} m",
        ),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=TITLE)
    parser.add_argument("--json", action="store_true")
    if parser.parse_args().json:
        print(json.dumps(asdict(measure())))
    else:
        show(figures(False), False)


if __name__ == "__main__":
    main()
