"""How probably each sensor has found, and confirmed, what flies straight in, by distance.

In: an approach, the simulator's models. Out: for every way and look of a sensor the probability of
that look, and from these the probability that it has found the object by then, and that it has
confirmed it: M_OF_N, three of its last five looks. One look proves nothing (noise makes some too);
three of five is the usual rule of plot extractors and near to what begins a track here: at nine of
ten a look it is there with the third or fourth, at one of ten it hardly ever is.
Looks are independent, as the simulator draws them. What a look is: a turn of an antenna, a frame.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.approach import Approach
from vedette.simulator.acoustics import AcousticModel
from vedette.simulator.cameras import CameraModel
from vedette.simulator.probe import Looking, Probe
from vedette.simulator.radars import RadarModel
from vedette.simulator.sight import Station
from vedette.simulator.world import STEP_S

F64 = NDArray[np.float64]
M_OF_N = (3, 5)
LOOK_MIN_M = 25.0  # of way: looks nearer together than this are asked about together
PHASES_MAX = 4  # where in its period a sensor is when the object comes is anybody's guess
SWEEPS = 8  # the same for where a turning camera points
SOUND_ROUNDS = 12  # the way of sound converges as (v / c)^n: 1e-6 of it at 100 m/s


@dataclass(slots=True, frozen=True)
class Found:
    """One sensor against all ways: found_prob, confirmed_prob (W, R), by each ring."""

    found_prob: F64
    confirmed_prob: F64


@dataclass(slots=True, frozen=True)
class _Times:
    """When a sensor is asked: at_s (J,), step_s apart; together: so many looks at each.

    Every `phases`-th is one sensor's turn: the others are where it might have begun.
    """

    at_s: F64
    step_s: float
    phases: int
    together: int


def found(model: Looking, probe: Probe, approach: Approach, ring_m: F64) -> Found:
    """Follow every way from its beginning to the target, look by look; tell at rings (R,)."""
    times = _times(model, approach)
    out_m = approach.begin_m - approach.speed_mps * times.at_s
    look = _look_prob(model, probe, approach, out_m)
    found_prob = np.zeros((approach.ways, len(ring_m)))
    confirmed = np.zeros_like(found_prob)
    if not look.any():
        return Found(found_prob, confirmed)
    runs = 0
    for part, prob in _phased(model, times, look, approach, out_m):
        hit, sure = chain(prob, times.together)
        last = np.searchsorted(-out_m[part], -ring_m, side="right") - 1
        found_prob += hit[:, np.maximum(last, 0)] * (last >= 0)
        confirmed += sure[:, np.maximum(last, 0)] * (last >= 0)
        runs += 1
    return Found(found_prob / runs, confirmed / runs)


def _times(model: Looking, approach: Approach) -> _Times:
    """Say when to ask a sensor about a way."""
    period_s = model.sensor.scan_period_s
    if isinstance(model, RadarModel):
        period_s = max(period_s, STEP_S)
    least_s = LOOK_MIN_M / approach.speed_mps
    together = max(round(least_s / period_s), 1)
    phases = int(min(max(period_s / least_s, 1.0), PHASES_MAX))
    step_s = period_s * together / phases
    count = max(int(approach.begin_m / approach.speed_mps / step_s), 1)
    return _Times(step_s * (np.arange(count, dtype=np.float64) + 0.5), step_s, phases, together)


def _look_prob(model: Looking, probe: Probe, approach: Approach, ground_m: F64) -> F64:
    """Ask for the probability of every look (W, J), a camera being pointed there."""
    ground = np.broadcast_to(ground_m, (approach.ways, len(ground_m)))
    state = approach.states(sound_left_m(model, approach, ground))
    return probe.look_prob(model, state.reshape(-1, 6)).reshape(ground.shape)


def sound_left_m(model: Looking, approach: Approach, ground_m: F64) -> F64:
    """Say how far out the object was when it made the sound that comes in now (W, J).

    Of other sensors than microphones: where it is.
    """
    if not isinstance(model, AcousticModel):
        return ground_m
    then = ground_m
    for _ in range(SOUND_ROUNDS):
        offset = approach.states(then)[..., :3] - model.station.position_enu_m
        wait_s = np.sqrt(np.einsum("wji,wji->wj", offset, offset))
        then = ground_m + approach.speed_mps * wait_s / model.acoustic.sound_speed_mps
    return then


def _phased(
    model: Looking, times: _Times, look: F64, approach: Approach, out_m: F64
) -> Iterator[tuple[NDArray[np.int64], F64]]:
    """Give the looks of one sensor as they may fall: which of the times (K,), and (W, K)."""
    everyone = np.arange(look.shape[1])
    if not isinstance(model, CameraModel):
        for phase in range(times.phases):
            part = everyone[phase :: times.phases]
            yield part, look[:, part]
        return
    azimuth = azimuths_from(model.station, approach, np.broadcast_to(out_m, look.shape))
    for gaze in _gazes(model, times):
        turned = model.pointed_at(azimuth, gaze)
        yield everyone, np.where(turned, look, 0.0)


def azimuths_from(at: Station, approach: Approach, ground_m: F64) -> F64:
    """Give in which direction each way (W, J) is from a sensor, where it is so far out."""
    offset = approach.states(ground_m)[..., :3] - at.position_enu_m
    own = offset @ at.sensor_from_enu.T
    return np.asarray(np.arctan2(own[..., 0], own[..., 1]) % (2.0 * np.pi))


def pointed_share(model: CameraModel) -> float:
    """Give the share of the time that a scanning camera has any azimuth of its sector in view."""
    view_rad = np.radians(model.camera.field_of_view_deg)
    return float(min(view_rad / (model.gaze.width_rad or 2.0 * np.pi), 1.0))


def _gazes(model: CameraModel, times: _Times) -> Iterator[F64]:
    """Turn a camera as it scans, from SWEEPS beginnings: its azimuth at each time (J,)."""
    gaze = copy(model.gaze)
    around_rad = 2.0 * (gaze.width_rad or np.pi)
    head_s = around_rad / gaze.slew_radps / SWEEPS
    for _ in range(SWEEPS):
        turning, pointed = copy(gaze), []
        for _ in times.at_s:
            turning.turn(times.step_s, None)
            pointed.append(turning.azimuth_rad)
        yield np.array(pointed)
        gaze.turn(head_s, None)


def chain(look_prob: F64, together: int = 1) -> tuple[F64, F64]:
    """Give the probability (W, K) of at least one find, and of M_OF_N, by each look.

    look_prob (W, K); together: so many looks at each. The state is which of the last N - 1 looks
    found it, as bits, as long as there were fewer than M; what reaches M stays.
    """
    need, of = M_OF_N
    missed: F64 = np.cumprod((1.0 - look_prob) ** together, axis=1).astype(np.float64)
    ways, count = look_prob.shape
    recent = [bits for bits in range(1 << (of - 1)) if bits.bit_count() < need]
    place = {bits: k for k, bits in enumerate(recent)}
    mask = (1 << (of - 1)) - 1
    after_miss = np.array([place[bits << 1 & mask] for bits in recent])
    after_hit = [place.get((bits << 1 | 1) & mask, -1) for bits in recent]
    ends = np.array([bits.bit_count() + 1 >= need for bits in recent])
    state, sure = np.zeros((len(recent), ways)), np.zeros((ways, count))
    state[0] = 1.0
    done = np.zeros(ways)
    for k in range(count):
        prob = look_prob[:, k]
        if prob.any() or (state[0] < 1.0 - done).any():
            for _ in range(together):
                state, done = _next(state, done, prob, after_miss, after_hit, ends)
        sure[:, k] = done
    return 1.0 - missed, sure


def _next(
    state: F64,
    done: F64,
    prob: F64,
    after_miss: NDArray[np.int64],
    after_hit: list[int],
    ends: NDArray[np.bool_],
) -> tuple[F64, F64]:
    """Go on by one look."""
    after = np.zeros_like(state)
    for k, target in enumerate(after_miss.tolist()):
        after[target] += state[k] * (1.0 - prob)
        if not ends[k]:
            after[after_hit[k]] += state[k] * prob
    return after, done + state[ends].sum(axis=0) * prob
