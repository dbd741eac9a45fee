"""Aircraft that are not where their ADS-B says: are they told, and is anybody accused wrongly?

python -m benchmarks.spoofed_adsb [--quick] [--json]
"""

import math
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.figures import DATA, Figure, run_module
from benchmarks.recorded import F64
from benchmarks.spoofed_skies import (
    HEIGHT,
    LAT,
    LON,
    Craft,
    Sky,
    Spoof,
    T,
    Told,
    make_site,
    read_said,
    unbroken,
)
from vedette.evaluation.exact import clopper_pearson

NAME = "spoofed_adsb"
TITLE = "Spoofed ADS-B, told apart from honest"
TEXT = """Recorded ADS-B, put on the air again as Beast octets, through the real decoder, tracker
and identity stage, under a radar of 150 km that turns once in four seconds and measures where craft
really are (`benchmarks/spoofed_skies.py`). Deceived: the recording of an airliner whose satellite
receiver was spoofed for 23 minutes. It is heard as recorded, with nothing where it says it is; and
what it said is laid over aircraft recorded above Switzerland, which say it 3 to 60 km from where
they fly, from the beginning or after a minute of honesty. Replayed: what others said, at their own
speed, and nobody is there. Honest: all others. An aircraft is named when the ledger of a track
under its address holds a radar's witness against it (another place, nothing there, two senders), or
says that nothing flies so. Judged are every other window and piece; the rest served to find what
was missed. A window holds three minutes; windows lie twenty minutes apart, so an aircraft seldom
counts twice. Intervals are exact (Clopper-Pearson, 95 %), windows of the one deceived aircraft
taken as trials of their own."""
COMMAND = "python -m benchmarks.spoofed_adsb"
NEEDS = "adsb"

SPOOFED = "noisy_spoofing.json.gz"
# Seconds of that recording in which its receiver was deceived, and where each part begins: before
# the first and after the second it was honest. Written from the recording's own jumps.
DECEIVED_S = ((4790.0, 5700.0), (5700.0, 6200.0))
HONEST_ALONE = ("zurich_airport", "inflight_refuelling", "rega_zh", "noisy_landing",
                "noisy_takeoff", "noisy_spoofing")  # fmt: skip
SWISS = "switzerland.json.gz"
CENTRE_DEG = (46.9, 8.2)
WINDOW_S, EVERY_S, SPOOF_AFTER_S = 180, 1_200, 60.0
PIECE_S = 180
VICTIMS = 6  # one aircraft in so many says what the deceived one said
REPORTS_MIN = 8
WITNESS = ("contradicted", "unseen", "conflict")


def recorded_spoof(data: Path, part: int) -> tuple[str, str, F64]:
    """Read the deceived stretch: address, call sign, what was said (times from its first row)."""
    ((address, (callsign, said)),) = read_said(data / "adsb" / SPOOFED).items()
    begin = said[0, T]
    inside = (said[:, T] - begin >= DECEIVED_S[part][0]) & (
        said[:, T] - begin < DECEIVED_S[part][1]
    )
    said = said[inside].copy()
    said[:, T] -= said[0, T]
    return address, callsign, said


def moved(said: F64, lat_rad: float, lon_rad: float, height_m: float, begin_s: float) -> F64:
    """Lay a stretch elsewhere: its first place at (lat, lon), its heights at height_m."""
    out = said.copy()
    out[:, T] -= out[0, T]
    narrower = math.cos(said[0, LAT]) / math.cos(lat_rad)
    out[:, LAT] += lat_rad - said[0, LAT]
    out[:, LON] = lon_rad + (said[:, LON] - said[0, LON]) * narrower
    out[:, HEIGHT] = height_m
    return out


def windows(data: Path, odd: bool) -> list[list[Craft]]:
    """Cut the day over Switzerland into windows; give the aircraft of every other one."""
    said = read_said(data / "adsb" / SWISS)
    begin = min(own[0, T] for _, own in said.values())
    end = max(own[-1, T] for _, own in said.values())
    found = []
    for number, start in enumerate(np.arange(begin, end - WINDOW_S, EVERY_S)):
        if bool(number % 2) is not odd:
            continue
        crafts = []
        for address, (callsign, own) in said.items():
            near = own[(own[:, T] >= start - 20.0) & (own[:, T] <= start + WINDOW_S + 20.0)].copy()
            near[:, T] -= start
            crafts += [
                Craft(address, callsign, part)
                for part in unbroken(near)[:1]
                if len(part) >= REPORTS_MIN
            ]
        found.append(crafts)
    return found


def deceive(crafts: list[Craft], false: F64, rng: np.random.Generator) -> None:
    """Make some of a sky's aircraft say what the deceived one said, 3 to 60 km from where they
    are: half from the beginning, half after a minute of honesty. As many others are replayed: what
    they said is on the air, and nobody is there."""
    for craft in crafts:
        craft.is_there = int(craft.address, 16) % VICTIMS != 1
        if int(craft.address, 16) % VICTIMS:
            continue
        begin_s = SPOOF_AFTER_S if rng.random() < 0.5 else max(craft.said[0, T], 0.0)
        row = craft.said[np.searchsorted(craft.said[:, T], begin_s).clip(0, len(craft.said) - 1)]
        away_m, bearing = rng.uniform(3_000.0, 60_000.0), rng.uniform(0.0, 2.0 * np.pi)
        lat = row[LAT] + away_m * math.cos(bearing) / 6.371e6
        lon = row[LON] + away_m * math.sin(bearing) / (6.371e6 * math.cos(row[LAT]))
        first = int(rng.integers(0, max(len(false) - WINDOW_S, 1)))
        part = moved(false[first:], lat, lon, row[HEIGHT], begin_s)
        craft.spoof = Spoof(begin_s, part[part[:, T] <= craft.said[-1, T] - begin_s])
    crafts[:] = [c for c in crafts if c.spoof is None or len(c.spoof.said) >= 20]


def swiss(data: Path, odd: bool, most: int) -> list[tuple[Craft, Told, bool]]:
    """Fly the windows; give each aircraft, what was made of it, whether the radar sees there."""
    *_, stretch = recorded_spoof(data, int(odd))
    false = max(unbroken(stretch), key=len)
    found = []
    for number, crafts in enumerate(windows(data, odd)[:most]):
        deceive(crafts, false, np.random.default_rng([number, odd]))
        if crafts:
            sky = Sky(make_site(*CENTRE_DEG), crafts, WINDOW_S, number)
            told = sky.watch()
            found += [(craft, told[craft.address], sky.in_sight(craft)) for craft in crafts]
    return found


def alone(data: Path, odd: bool, most: int) -> list[tuple[str, Craft, Told]]:
    """Fly pieces of the recordings of single aircraft, a site some way off each."""
    found = []
    for name in HONEST_ALONE:
        for address, (callsign, said) in read_said(data / "adsb" / f"{name}.json.gz").items():
            for number, piece in enumerate(_pieces(said, name)):
                if bool(number % 2) is not odd or number // 2 >= most:
                    continue
                rng = np.random.default_rng([number, odd, int(address, 16)])
                craft = Craft(address, callsign, piece)
                site = make_site(*_beside(piece, rng))
                told = Sky(site, [craft], int(piece[-1, T]), number).watch()
                found.append((name, craft, told[address]))
    return found


def ghosts(data: Path, odd: bool, most: int) -> list[tuple[Craft, Told]]:
    """Fly the deceived stretch as it was recorded: where it says it is there is nothing."""
    address, callsign, said = recorded_spoof(data, int(odd))
    found = []
    for number, piece in enumerate(_cut(said, 90.0)[:most]):
        craft = Craft(address, callsign, piece, is_there=False)
        rng = np.random.default_rng([number, odd, 7])
        told = Sky(make_site(*_beside(piece, rng)), [craft], 90, number).watch()
        found.append((craft, told[address]))
    return found


def _pieces(said: F64, name: str) -> list[F64]:
    begin = said[0, T]
    honest = np.ones(len(said), bool)
    if name == SPOOFED.split(".")[0]:
        since = said[:, T] - begin
        honest = (since < DECEIVED_S[0][0]) | (since > DECEIVED_S[1][1])
    return [piece for part in unbroken(said[honest]) for piece in _cut(part, float(PIECE_S))]


def _cut(said: F64, length_s: float) -> list[F64]:
    """Cut into pieces of length_s with times from 0; short ones are left out."""
    pieces = []
    for start in np.arange(said[0, T], said[-1, T] - 0.6 * length_s, length_s):
        piece = said[(said[:, T] >= start) & (said[:, T] < start + length_s)].copy()
        piece[:, T] -= start
        if len(piece) >= REPORTS_MIN:
            pieces.append(piece)
    return pieces


def _beside(piece: F64, rng: np.random.Generator) -> tuple[float, float]:
    """Place a site 5 to 40 km beside the middle of a piece, degrees."""
    row = piece[len(piece) // 2]
    away_m, bearing = rng.uniform(5_000.0, 40_000.0), rng.uniform(0.0, 2.0 * np.pi)
    lat = row[LAT] + away_m * math.cos(bearing) / 6.371e6
    lon = row[LON] + away_m * math.sin(bearing) / (6.371e6 * math.cos(row[LAT]))
    return math.degrees(lat), math.degrees(lon)


def _named(found: Iterable[tuple[Told, float]]) -> tuple[str, str]:
    """Say how many were named, by a radar's witness or at all; and how soon by a witness."""
    trials = [(told, begin_s) for told, begin_s in found if told.seen]
    waits = [
        min(told.named_s[kind] for kind in WITNESS if kind in told.named_s) - begin_s
        for told, begin_s in trials
        if not told.named_s.keys().isdisjoint(WITNESS)
    ]
    soon = f"{np.median(waits):.0f} / {np.quantile(waits, 0.95):.0f} s" if waits else "-"
    return _share(sum(bool(told.named_s) for told, _ in trials), len(trials)), (
        f"{len(waits)}, median / 95 % {soon}"
    )


def _share(hits: int, trials: int) -> str:
    low, high = clopper_pearson(hits, trials)
    share = f"{hits / trials:.1%}" if trials else "none"
    return f"{share}, {hits} of {trials} ({low:.1%} to {high:.1%})"


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    most = 4 if quick else 1_000_000
    flown = swiss(DATA, True, most)
    lone = [(craft, told) for _, craft, told in alone(DATA, True, most)]
    false = [each for each in flown if each[0].spoof is not None or not each[0].is_there]
    groups = {
        "deceived, as recorded": [(told, 0.0) for _, told in ghosts(DATA, True, most)],
        "deceived, among others": [
            (told, craft.spoof.begin_s) for craft, told, seen in false if craft.spoof and seen
        ],
        "replayed, nobody there": [
            (told, max(float(craft.said[0, T]), 0.0))
            for craft, told, seen in false
            if not craft.is_there and seen
        ],
        "false, out of the radar's sight": [(told, 0.0) for _, told, seen in false if not seen],
    }
    rows = []
    for what, found in groups.items():
        named, soon = _named(found)
        bound = "" if what.endswith("sight") else "95 %"
        rows += [Figure(f"{what}: named", named, bound), Figure("of them by a radar", soon)]
    every = [told for found in groups.values() for told, _ in found]
    rows.append(
        Figure("false ones ever NEUTRAL", _share(sum(t.neutral_s > 0 for t in every), len(every)),
               "0")
    )  # fmt: skip
    honest = [told for craft, told, _ in flown if craft.spoof is None and craft.is_there]
    for what, found_honest in (("among others", honest), ("alone", [told for _, told in lone])):
        seen = [told for told in found_honest if told.seen]
        accused = sum(bool(told.named_s) for told in seen)
        rows.append(Figure(f"honest, {what}: accused", _share(accused, len(seen)), "1 %"))
    return rows


if __name__ == "__main__":
    run_module(sys.modules[__name__])
