"""Real radars: the capture as it is, and the traffic in it flown on for twelve scans.

    python -m benchmarks.real_radar [--json]

The capture lasts 0.44 s: each aircraft is seen once by one radar, so nothing may become a track.
For tracks the real plots are flown on: each aircraft goes on with the speed and heading its radar
states for it (I048/200), is written as CAT048 scan after scan with noise and without address,
callsign or code, and what `vedette track` makes of it is compared with the radars' own identities.

One radar says where it stands (I034/120); the others are put at the same place, and each radar
flown on is tracked alone, with the site around it: no figure depends on where it stands.
"""

import argparse
import json
import math
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.figures import DATA, Figure, show, vedette
from vedette.base.rfc3339 import format_rfc3339
from vedette.codecs import asterix, capture
from vedette.codecs.asterix import Cat034, Cat048, encode_cat048_blocks
from vedette.evaluation.assignment import assign
from vedette.outputs.parquet import TrackRows, read_tracks

NAME = "real_radar"
TITLE = "Real radar plots"
TEXT = """CAT034 and CAT048 of seven radars as they came over a control centre's network in 2016,
every datagram on two networks. The capture is shorter than a scan: it shows that everything is
read, that what comes twice counts once, and that one look makes no track. The second half is half
real: places, heights, speeds and headings of the real aircraft, flown on in straight lines for
twelve scans as plots without any identity, one radar after the other."""
COMMAND = "python -m benchmarks.real_radar"
QUICK = ""  # it is quick as it is
NEEDS = "asterix"

FILE = "croatia_cat034_048.pcap"
SCANS = 12
RANGE_SIGMA_M, AZIMUTH_SIGMA_RAD = 60.0, math.radians(0.08)  # of a monopulse radar
NEAR_M = 3_000.0  # nearer than this a track is a candidate: five sigmas across at 420 km
DAY_NS = 1_462_406_400_000_000_000  # 2016-05-05, the capture's day

SITE = """schema = 1
name = "real radars"
mode = "LIVE"
[reference]
lat_deg = {lat_deg:.6f}
lon_deg = {lon_deg:.6f}
hae_m = {hae_m:.1f}
"""
SENSOR = """[[sensors]]
id = "radar_{sic}"
kind = "radar_2d"
lat_deg = {lat_deg:.6f}
lon_deg = {lon_deg:.6f}
hae_m = {hae_m:.1f}
sac = {sac}
sic = {sic}
scan = "rotating"
scan_period_s = {scan_period_s:.4f}
range_sigma_m = 60.0
azimuth_sigma_deg = 0.08
coverage = {{ range_max_m = 480000.0 }}
"""


class Capture(NamedTuple):
    """What the file holds: records of both networks, and each of them once."""

    datagrams: int
    records: int
    targets: list[Cat048]
    service: list[Cat034]
    place_deg: tuple[float, float, float]
    scan_period_s: float


@dataclass(slots=True)
class Radars:
    """What became of the capture, and of its traffic flown on."""

    datagrams: int
    records: int
    records_once: int
    radars: int
    plots_in_file: int
    reports: int
    refused: int
    tracks_of_one_look: int
    aircraft: int
    tracks: int
    aircraft_with_track: int
    aircraft_with_several_tracks: int
    tracks_without_aircraft: int
    purity_ratio: float
    difference_p50_m: float
    difference_p95_m: float


def read_capture(path: Path) -> Capture:
    """Read every record with the project's decoder, apart from sites and sensors."""
    seen: set[bytes] = set()
    datagrams = records = 0
    targets: list[Cat048] = []
    service: list[Cat034] = []
    for found in capture.datagrams(path.read_bytes()):
        assert isinstance(found, capture.Datagram)
        datagrams += 1
        for block in asterix.blocks(found.payload):
            assert isinstance(block, asterix.Block)
            decode: Any = asterix.decode_cat048 if block.category == 48 else asterix.decode_cat034
            read = list(decode(found.payload, block))
            records += len(read)
            if found.payload not in seen:
                targets += [record for record in read if isinstance(record, Cat048)]
                service += [record for record in read if isinstance(record, Cat034)]
        seen.add(found.payload)
    place = next(record.position for record in service if record.position)
    period_s = next(r.rotation_period_s for r in service if r.rotation_period_s)
    return Capture(datagrams, records, targets, service, place, period_s)


def is_plot(record: Cat048) -> bool:
    """Say whether a record is a detection of this scan."""
    return bool(record.report_type) and record.range_m is not None


def site_text(found: Capture, sics: list[int]) -> str:
    """Write a site with these radars, all at the one place that is stated."""
    lat_deg, lon_deg, hae_m = found.place_deg
    place = {"lat_deg": lat_deg, "lon_deg": lon_deg, "hae_m": hae_m}
    sensors = [
        SENSOR.format(**place, sac=25, sic=sic, scan_period_s=found.scan_period_s) for sic in sics
    ]
    return SITE.format(**place) + "".join(sensors)


def flown_on(record: Cat048, elapsed_s: float) -> tuple[float, float]:
    """Give east and north of the radar, m, after going straight on; level, on flat ground."""
    assert record.range_m is not None and record.azimuth_rad is not None
    ground_m = math.sqrt(max(record.range_m**2 - (record.height_baro_m or 0.0) ** 2, 0.0))
    speed_mps, heading_rad = record.speed_mps or 0.0, record.heading_rad or 0.0
    east_m = ground_m * math.sin(record.azimuth_rad) + speed_mps * elapsed_s * math.sin(heading_rad)
    north_m = ground_m * math.cos(record.azimuth_rad)
    return east_m, north_m + speed_mps * elapsed_s * math.cos(heading_rad)


def later_plot(record: Cat048, elapsed_s: float, rng: np.random.Generator) -> Cat048:
    """Make the plot of one aircraft some scans later, with noise and without identity."""
    east_m, north_m = flown_on(record, elapsed_s)
    range_m = math.hypot(east_m, north_m, record.height_baro_m or 0.0)
    azimuth_rad = math.atan2(east_m, north_m) + float(rng.normal(0.0, AZIMUTH_SIGMA_RAD))
    return Cat048(
        sac=record.sac,
        sic=record.sic,
        t_day_s=(record.t_day_s or 0.0) + elapsed_s,
        report_type=record.report_type,
        range_m=range_m + float(rng.normal(0.0, RANGE_SIGMA_M)),
        azimuth_rad=azimuth_rad % (2.0 * math.pi),
        height_baro_m=record.height_baro_m,
        track_number=record.track_number,
    )


def fly_on(found: Capture, sic: int, folder: Path, seed: int) -> tuple[list[Cat048], TrackRows]:
    """Track one radar's aircraft flown on; give them and the tracks."""
    rng = np.random.default_rng(seed + sic)
    mine = [r for r in found.targets if is_plot(r) and r.sic == sic and r.speed_mps is not None]
    later = [
        later_plot(record, scan * found.scan_period_s, rng)
        for scan in range(SCANS)
        for record in mine
    ]
    later.sort(key=lambda record: record.t_day_s or 0.0)
    path, site, output = (folder / name for name in ("r.ast", "site.toml", "tracks.parquet"))
    path.write_bytes(b"".join(encode_cat048_blocks([record])[0] for record in later))
    site.write_text(site_text(found, [sic]))
    start = format_rfc3339(DAY_NS + int((later[0].t_day_s or 0.0) * 1e9))
    vedette("track", site, path, "--start", start, "--output", output, "--quiet")
    return mine, read_tracks(output)


def pair(mine: list[Cat048], tracks: TrackRows) -> list[tuple[int, str, float]]:
    """Pair tracks and aircraft at each instant, each once: (track, identity, m)."""
    pairs = []
    for t_ns in np.unique(tracks.t_ns):
        rows = np.flatnonzero(tracks.t_ns == t_ns)
        elapsed_s = [(int(t_ns) - DAY_NS) / 1e9 - (record.t_day_s or 0.0) for record in mine]
        places = np.array([flown_on(r, s) for r, s in zip(mine, elapsed_s, strict=True)])
        apart = np.linalg.norm(tracks.state_enu[rows, None, :2] - places[None], axis=2)
        chosen = assign(np.minimum(apart, NEAR_M) ** 2)
        for row, column in enumerate(chosen.tolist()):
            if column >= 0 and apart[row, column] < NEAR_M:
                name = mine[column].icao24 or f"track {mine[column].track_number}"
                number = int(tracks.track_id[rows[row]])
                pairs.append((number, name, float(apart[row, column])))
    return pairs


def measure(data: Path = DATA) -> Radars:
    """Track the capture, then each radar's traffic flown on."""
    path = data / NEEDS / FILE
    found = read_capture(path)
    sics = sorted({record.sic for record in [*found.targets, *found.service]})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site, output = folder / "all.toml", folder / "all.parquet"
        site.write_text(site_text(found, sics))
        done = vedette("track", site, path, "--output", output, "--quiet", "--json")
        summary: dict[str, Any] = json.loads(done.stdout)
        runs = [fly_on(found, sic, folder, 1) for sic in sics]
    return judge(found, len(sics), summary, runs)


def judge(
    found: Capture,
    radars: int,
    summary: dict[str, Any],
    runs: list[tuple[list[Cat048], TrackRows]],
) -> Radars:
    """Make the figures."""
    aircraft = tracks = with_track = several = strangers = pure = paired = 0
    apart: list[float] = []
    for mine, rows in runs:
        pairs = pair(mine, rows)
        votes: dict[int, Counter[str]] = {}
        for number, name, apart_m in pairs:
            votes.setdefault(number, Counter())[name] += 1
            apart.append(apart_m)
        owner = {number: count.most_common(1)[0][0] for number, count in votes.items()}
        pure += sum(count.most_common(1)[0][1] for count in votes.values())
        paired += len(pairs)
        aircraft, tracks = aircraft + len(mine), tracks + len(set(rows.track_id.tolist()))
        owned = Counter(owner.values())
        with_track += len(owned)
        several += sum(number > 1 for number in owned.values())
        strangers += len(set(rows.track_id.tolist()) - set(owner))
    return Radars(
        datagrams=found.datagrams,
        records=found.records,
        records_once=len(found.targets) + len(found.service),
        radars=radars,
        plots_in_file=sum(is_plot(record) for record in found.targets),
        reports=summary["reports"],
        refused=summary["refused"],
        tracks_of_one_look=summary["tracks"],
        aircraft=aircraft,
        tracks=tracks,
        aircraft_with_track=with_track,
        aircraft_with_several_tracks=several,
        tracks_without_aircraft=strangers,
        purity_ratio=pure / max(paired, 1),
        difference_p50_m=float(np.median(apart)),
        difference_p95_m=float(np.quantile(apart, 0.95)),
    )


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    found = measure()
    difference = f"{found.difference_p50_m:.0f} / {found.difference_p95_m:.0f} m"
    return [
        Figure("datagrams, records on both networks", f"{found.datagrams}, {found.records}"),
        Figure("records that differ, radars", f"{found.records_once}, {found.radars}"),
        Figure("plots among them", str(found.plots_in_file)),
        Figure("plots read by `vedette track`, refused", f"{found.reports}, {found.refused}"),
        Figure("tracks of aircraft seen once", str(found.tracks_of_one_look), "0"),
        Figure(f"flown on for {SCANS} scans: aircraft", str(found.aircraft)),
        Figure("flown on: aircraft that have a track", str(found.aircraft_with_track)),
        Figure("flown on: tracks", str(found.tracks)),
        Figure("flown on: tracks that are no aircraft", str(found.tracks_without_aircraft)),
        Figure("flown on: aircraft with several tracks", str(found.aircraft_with_several_tracks)),
        Figure("flown on: share of a track's time on one aircraft", f"{found.purity_ratio:.2%}"),
        Figure("flown on: track from aircraft, median / 95 %", difference),
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
