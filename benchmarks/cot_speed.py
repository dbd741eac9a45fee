"""How many tracks a second leave as Cursor on Target, and how many events are read.

    python -m benchmarks.cot_speed [--seconds 2] [--json] [--peers PYTHON]

Out: from a track as every output is told it to the bytes of its event, in XML and in TAK protocol
1. In: from bytes to an event. --peers: a Python that has takproto (`make tak-peers`), measured in
the same run on the same events: its XML to protobuf, and its reading of protobuf.
"""

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from vedette.codecs import cot
from vedette.model.enums import Identity, Mode, ObjectClass, TrackStatus
from vedette.model.told import ToldTrack

T0_NS = 1_641_254_400_000_000_000
TRACKS = 2_000
PEERS = Path(".venv-tak/bin/python")

PEER = """
import json, sys, time
from takproto import parse_proto, xml2proto
xml, proto = json.load(sys.stdin)
proto = [bytearray.fromhex(text) for text in proto]
for name, work, items in (("xml2proto", xml2proto, xml), ("parse_proto", parse_proto, proto)):
    begun, count = time.process_time(), 0
    while time.process_time() - begun < 2.0:
        for item in items:
            work(item)
        count += len(items)
    print(name, count / (time.process_time() - begun))
"""


def tracks() -> list[ToldTrack]:
    """Give tracks with all there is to say of them."""
    track = ToldTrack(
        track_id=0, t_ns=T0_NS, started_ns=T0_NS - 60 * 10**9, updated_ns=T0_NS,
        status=TrackStatus.CONFIRMED, lat_deg=33.8, lon_deg=42.44, hae_m=490.0, v_east_mps=3.0,
        v_north_mps=-44.0, v_up_mps=0.0, sigma_major_m=20.0, sigma_minor_m=10.0, major_rad=0.1,
        sigma_up_m=30.0, height_observed=True, existence_prob=0.99, identity=Identity.SUSPECT,
        identity_reason="inbound to the airfield at 45 m/s, silent, not in a lane",
        object_class=ObjectClass.FIXED_WING_UAS, class_prob=0.83, label="", sensors=("radar", "eo"),
        mode=Mode.SIMULATED,
    )  # fmt: skip
    return [
        msgspec.structs.replace(track, track_id=k, lat_deg=33.8 + 1e-5 * k) for k in range(TRACKS)
    ]


def written(form: str) -> list[bytes]:
    """Write every track in a form, as an output does."""
    return [
        cot.write_event(
            cot.track_event(t, cot.track_uid("vedette-0", t.track_id, t.started_ns), 1.0), form
        )
        for t in TOLD
    ]


TOLD = tracks()


def rate(work: Callable[[], object], duration_s: float) -> float:
    """Measure how many of TRACKS items a second one piece of work does, in processor time."""
    begun_s, rounds = time.process_time(), 0
    while time.process_time() - begun_s < duration_s:
        work()
        rounds += 1
    return rounds * TRACKS / (time.process_time() - begun_s)


def measure(duration_s: float) -> dict[str, int]:
    """Measure all of it."""
    xml, stream = written("xml"), written("stream")
    cases: dict[str, Callable[[], object]] = {
        "tracks told as CoT XML a second": lambda: written("xml"),
        "tracks told as TAK protocol 1 a second": lambda: written("stream"),
        "CoT XML events read a second": lambda: [cot.read_frame(data) for data in xml],
        "TAK protocol 1 events read a second": lambda: [cot.read_frame(data) for data in stream],
    }
    return {words: round(rate(work, duration_s)) for words, work in cases.items()}


def main() -> None:
    """Measure and print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--peers", metavar="PYTHON", nargs="?", const=str(PEERS))
    args = parser.parse_args()
    rates = measure(args.seconds)
    if args.json:
        print(json.dumps(rates))
        return
    for words, found in rates.items():
        print(f"{words:40} {found:10,}")
    if args.peers:
        texts = [data.decode() for data in written("xml")]
        said = json.dumps([texts, [data.hex() for data in written("stream")]])
        command = [args.peers, "-c", PEER]
        print(
            subprocess.run(command, input=said, capture_output=True, text=True, check=True).stdout
        )


if __name__ == "__main__":
    main()
