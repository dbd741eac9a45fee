"""How a track has flown for a minute, and which class flies like that.

In: looks at a track, a second or more apart. Out: log-likelihoods by class from a small network of
weighted sums, fitted to recorded and made flights under radars of many kinds: studies/class_model
says to which, and how well it does on flights it has not seen. The evidence comes in parts that add
up: log p(speed | class), then log p(turning | class, speed), then steadiness, then climb, each
given those before it (the chain rule), so each can be told in words. What is not known (climb,
where no sensor sees height) is left out, as it was in fitting.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from vedette.kernels.flight import FEATURES, LOOK, LOOKS_MIN, describe
from vedette.model.enums import MotionMode, ObjectClass
from vedette.model.kinds import CREWED, FIXED_WING
from vedette.model.measurements import F64, I64
from vedette.model.tracks import TrackTable

LOOKS_MAX = 60
BEFORE = 2  # looks, a second apart, that a track has had before it is told: it took three plots
MINUTE_S = 60.5  # how far back looks count: as far as the network has been shown
PARTS = ("speed", "turning", "steadiness", "climb")
KNOWN = (
    ObjectClass.BIRD,
    ObjectClass.BALLOON,
    ObjectClass.MULTIROTOR,
    ObjectClass.FIXED_WING_UAS,
    ObjectClass.ONE_WAY_UAS,
    ObjectClass.HELICOPTER,
    ObjectClass.LIGHT_AIRCRAFT,
    ObjectClass.AEROPLANE,
    ObjectClass.OTHER,
)
# Which numbers of `kernels.flight.describe` belong to which part; the rest say how well it is seen.
GROUPS = (
    (0, 2, 3, 8, 10, 11, 16, 18, 19, 25, 26, 37),
    (4, 5, 7, 12, 13, 15, 20, 21, 23, 24, 28, 34),
    (1, 6, 9, 14, 17, 22, 27, 29, 30, 31, 32, 33, 35, 36),
    (38, 39, 40, 41),
)
# What people are told: mean, least and greatest speed, turn to either side, to one side, how
# speed spreads, how often it stands still, climb.
SPOKEN = (8, 18, 19, 12, 13, 9, 37, 38)
SIGNED = (38, 41)  # may be negative
# No wing carries a craft at a quarter of the speed that it reaches: what flies so, and fast, is no
# fixed-wing craft, and most often plots of several objects, linked.
LEAST, MOST, SPEED_SIGMA = (
    10,
    11,
    43,
)  # numbers of a description: speeds over NEAR_S, and their sigma
WINGS = tuple(KNOWN.index(kind) for kind in FIXED_WING + CREWED if kind != ObjectClass.HELICOPTER)
STALL_RATIO, STALL_MPS, STALL_LOG, SLACK_MPS = 4.0, 40.0, 6.0, 5.0
SMALL = 0.02  # added before logarithms
FAR_OFF = 6.0  # standard deviations beyond which an input says no more
NUMBERS = Path(__file__).with_name("flight.npz")


@dataclass(slots=True)
class Path60:
    """The last looks at one track: ring (LOOKS_MAX, LOOK), how many ever, when the first was."""

    ring: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = field(
        default_factory=lambda: np.zeros((LOOKS_MAX, LOOK), np.float32)
    )
    looks: int = 0
    first_ns: int = 0


@dataclass(slots=True)
class Network:
    """Fitted numbers: how inputs are scaled, and weights and biases layer by layer.

    temper: to which power its answer is raised after many looks, and in how many looks it comes
    near that. A network is too sure of a short path and too unsure of a long one. lapse: which
    share of flights it knows nothing of, however sure it is.
    """

    middle: F64
    width: F64
    weights: list[F64]
    biases: list[F64]
    temper: tuple[float, float] = (1.0, 1e-3)
    lapse: float = 0.0


@lru_cache(maxsize=8)
def load_network(path: Path = NUMBERS, number: int = 0) -> Network:
    """Read a network from a file of plain arrays; a file may hold several, by number."""
    with np.load(path, allow_pickle=False) as table:
        fitted = f"temper{number}" in table.files
        top, pace, lapse = table[f"temper{number}"] if fitted else (1.0, 1e-3, 0.0)
        layers = range(sum(name.startswith(f"weight{number}_") for name in table.files))
        return Network(
            middle=table[f"middle{number}"].astype(np.float64),
            width=table[f"width{number}"].astype(np.float64),
            weights=[table[f"weight{number}_{k}"].astype(np.float64) for k in layers],
            biases=[table[f"bias{number}_{k}"].astype(np.float64) for k in layers],
            temper=(float(top), float(pace)),
            lapse=float(lapse),
        )


def looks_at(tracks: TrackTable, rows: I64) -> F64:
    """Give one look at each row of the table (N, LOOK) as `kernels.flight` has it, time left 0."""
    cov, mode = tracks.cov_enu[rows], tracks.mode_prob[rows]
    looks = np.zeros((len(rows), LOOK))
    looks[:, 1:7] = tracks.state_enu[rows]
    looks[:, 7] = 0.5 * (cov[:, 0, 0] + cov[:, 1, 1])
    looks[:, 8] = 0.5 * (cov[:, 3, 3] + cov[:, 4, 4])
    looks[:, 9] = mode[:, MotionMode.STEADY]
    looks[:, 10] = mode[:, MotionMode.TURN_LEFT] + mode[:, MotionMode.TURN_RIGHT]
    looks[:, 11:13] = mode[:, [MotionMode.MANOEUVRE, MotionMode.HOVER]]
    return looks


def take_look(path: Path60, look: F64, now_ns: int) -> None:
    """Add a look (LOOK,) to a track's path; its time is that since the first look."""
    if path.looks == 0:
        path.first_ns = now_ns
        _come_from(path, look)
    row = path.ring[path.looks % LOOKS_MAX]
    row[:] = look
    row[0] = (now_ns - path.first_ns) * 1e-9
    path.looks += 1


def _come_from(path: Path60, look: F64) -> None:
    """Put the looks before the first where its velocity came from: a track was followed before."""
    for k in range(BEFORE):
        back_s = float(BEFORE - k)
        row = path.ring[k]
        row[:] = look
        row[0] = -back_s
        row[1:4] -= (back_s * look[4:7]).astype(np.float32)
    path.looks = BEFORE


def flown(paths: list[Path60]) -> tuple[F64, F64, F64]:
    """Describe how tracks flew in the last minute: inputs of the network (N, FEATURES + 2).

    Returns them, how many looks they rest on (N,), 0 where too few to say anything, and the
    descriptions themselves (N, FEATURES).
    """
    count = len(paths)
    rings = np.empty((count, LOOKS_MAX, LOOK))
    for i, path in enumerate(paths):
        rings[i] = path.ring
    looks = np.array([path.looks for path in paths], dtype=np.int64).reshape(-1)
    held = np.minimum(looks, LOOKS_MAX)
    latest = rings[np.arange(count), (looks - 1) % LOOKS_MAX, 0]
    fresh = rings[:, :, 0] >= latest[:, None] - MINUTE_S
    fresh &= np.arange(LOOKS_MAX)[None] < held[:, None]
    used = fresh.sum(axis=1)
    first = (looks - used) % LOOKS_MAX
    span_s = latest - rings[np.arange(count), first, 0]
    table = np.nan_to_num(describe(rings, first.astype(np.int64), used.astype(np.int64)))
    x = np.empty((count, FEATURES + 2))
    x[:, :-2] = np.log(np.maximum(table, 0.0) + SMALL)
    x[:, SIGNED] = np.arcsinh(table[:, SIGNED])
    x[:, -2], x[:, -1] = np.log(np.maximum(used, 1)), np.log(np.maximum(span_s, 1.0) + 3.0)
    return x, np.where(used >= LOOKS_MIN, used, 0).astype(np.float64), table


def spoken(table: F64) -> F64:
    """Pick from descriptions (N, FEATURES) what people are told: the columns SPOKEN."""
    return np.asarray(table[:, SPOKEN])


def log_flight(x: F64, seen: F64, climb_seen: F64, network: Network) -> F64:
    """Say how well each class explains how each track flew, part by part.

    x (N, FEATURES + 2), seen (N,) of `flown`; climb_seen (N,): 0 where no sensor sees height.
    Returns (len(PARTS), N, len(KNOWN)): log-likelihoods up to a constant a row; 0 what is unseen.
    """
    z = np.clip((x - network.middle) / network.width, -FAR_OFF, FAR_OFF)
    keep = np.ones(z.shape[1], np.bool_)
    keep[[k for group in GROUPS for k in group]] = False
    answer = np.zeros((len(PARTS), len(z), len(KNOWN)))
    before = np.full((len(z), len(KNOWN)), -np.log(len(KNOWN)))
    for part, group in enumerate(GROUPS):
        keep[list(group)] = True
        flags = np.tile((np.arange(len(GROUPS)) <= part).astype(np.float64), (len(z), 1))
        now = _forward(np.hstack([np.where(keep, z, 0.0), flags]), network)
        known = seen > 0.0 if part < len(GROUPS) - 1 else (seen > 0.0) & (climb_seen > 0.0)
        answer[part] = np.where(known[:, None], now - before, 0.0)
        before = now
    answer[PARTS.index("steadiness")][:, WINGS] -= STALL_LOG * stalls(x)[:, None]
    return answer


def stalls(x: F64) -> F64:
    """Say which paths (N, FEATURES + 2) no wing can fly, SLACK_MPS left on either side: 1 or 0."""
    least, most = (np.exp(np.minimum(x[:, k], FAR_OFF)) - SMALL for k in (LEAST, MOST))
    fast, slow = most - SLACK_MPS, least + SLACK_MPS
    return ((fast > STALL_MPS) & (fast > STALL_RATIO * slow)).astype(np.float64)


def temper(seen: F64, network: Network) -> F64:
    """Say how far the network's logarithms count after so many looks: a factor (N,).

    Fitted so that what it says of flights it has not seen comes true as often as it says.
    """
    top, pace = network.temper
    return np.asarray(top * -np.expm1(-seen / pace))


def _forward(z: F64, network: Network) -> F64:
    """Run the network: log p(class | seen) (N, classes), all as likely beforehand."""
    for weight, bias in zip(network.weights[:-1], network.biases[:-1], strict=True):
        z = np.maximum(z @ weight + bias, 0.0)
    z = z @ network.weights[-1] + network.biases[-1]
    z = z - z.max(axis=1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))
