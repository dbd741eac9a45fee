"""How many Remote ID messages are decoded in a second of processor time.

python -m benchmarks.remote_id_speed [--quick] [--json]
"""

import random
import sys
import time
from collections.abc import Callable

from benchmarks.figures import Figure, run_module
from vedette.codecs import remote_id

NAME = "remote_id_speed"
TITLE = "Remote ID, messages a second"
TEXT = """Messages of 25 octets of all six types, made by the codec's own encoder with random
places, times and texts. As columns: a recording's way (`decode_batch`). One by one: a struct each.
Live: beacons with packs of six messages, from the datagram to the reports; once where all that they
say is new each time, once as 40 drones do it, whose names and operators stay and whose locations
change. Processor time of one thread; median of the rounds."""
COMMAND = "python -m benchmarks.remote_id_speed"
NEEDS = ""

MESSAGES = 120_000
T0_NS = 1_641_254_400_000_000_000
ROUNDS, ROUNDS_QUICK = 9, 3
BOUND = "300,000"


def make_messages(count: int) -> list[bytes]:
    """Make messages of every type in the shares a pack has them."""
    chance = random.Random(22)
    made = []
    for k in range(count // 6):
        place = (chance.uniform(-80.0, 80.0), chance.uniform(-180.0, 180.0))
        location = remote_id.Location(
            status=2, direction_deg=chance.randrange(360), speed_mps=chance.uniform(0.0, 80.0),
            climb_mps=chance.uniform(-5.0, 5.0), lat_deg=place[0], lon_deg=place[1],
            baro_m=chance.uniform(0.0, 500.0), hae_m=chance.uniform(0.0, 500.0), height_m=50.0,
            horizontal_accuracy=10, vertical_accuracy=4, tenths=chance.randrange(36_000),
        )  # fmt: skip
        system = remote_id.System(
            place=0, operator_lat_deg=place[0], operator_lon_deg=place[1], operator_hae_m=12.0,
            t_ns=T0_NS + k * 10**9,
        )  # fmt: skip
        made += [
            remote_id.BasicId(id_type=1, ua_type=2, uas_id=f"1581F4VED{k:011d}".encode()),
            location,
            remote_id.SelfId(kind=0, text=b"survey of a power line"),
            system,
            remote_id.OperatorId(kind=0, operator_id=b"FIN87astrdge12k8"),
            remote_id.sign(bytes(17), 1, T0_NS)[0],
        ]
    return [remote_id.encode(message) for message in made]


def rate(work: Callable[[], object], count: int, rounds: int) -> float:
    """Give the median of messages a second of processor time."""
    found = []
    for _ in range(rounds):
        begun_s = time.process_time()
        work()
        found.append(count / (time.process_time() - begun_s))
    return sorted(found)[rounds // 2]


def make_datagrams(messages: list[bytes], drones: int | None = None) -> list[bytes]:
    """Wrap the messages, six a beacon, as a receiver sends them on.

    drones: so many take turns, each with what it said first but for a new location.
    """
    packs = [messages[k : k + 6] for k in range(0, len(messages), 6)]
    made = []
    for k, pack in enumerate(packs):
        who = k % (drones or 40)
        own = pack if drones is None else [packs[who][0], pack[1], *packs[who][2:]]
        frame = remote_id.beacon(bytes([2, 0, 0, 0, 0, who]), k, remote_id.encode_pack(own))
        made.append(remote_id.wrap(105, frame))
    return made


def live(datagrams: list[bytes]) -> None:
    """Decode datagrams as they come in, a millisecond apart."""
    listener = remote_id.Listener("receiver")
    for k, data in enumerate(datagrams):
        remote_id.read_datagram(listener, data, T0_NS + k * 1_000_000, "air")


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    rounds = ROUNDS_QUICK if quick else ROUNDS
    messages = make_messages(MESSAGES)
    whole = b"".join(messages)
    batch = rate(lambda: remote_id.decode_batch(whole), MESSAGES, rounds)
    single = rate(lambda: [remote_id.decode(message) for message in messages], MESSAGES, rounds)
    news, drones = make_datagrams(messages), make_datagrams(messages, 40)
    all_new = rate(lambda: live(news), MESSAGES, rounds)
    forty = rate(lambda: live(drones), MESSAGES, rounds)
    return [
        Figure("messages a second, as columns", f"{batch:,.0f}", BOUND),
        Figure("messages a second, one by one", f"{single:,.0f}"),
        Figure("messages a second, live, all of it new", f"{all_new:,.0f}"),
        Figure("messages a second, live, 40 drones", f"{forty:,.0f}"),
    ]


if __name__ == "__main__":
    run_module(sys.modules[__name__])
