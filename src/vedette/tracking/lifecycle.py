"""Tracks confirmed, coasting, regained, lost: from probabilities to what people are told.

A track gets its number, starting at 1 and never used again, when it is confirmed; everything before
is tentative and unseen. All times are compared with the step's now.
"""

import math

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.bank import COAST, CONFIRM, DROP, LOSE, REGAIN, review
from vedette.kernels.gating import azimuth_of, in_sector
from vedette.model.enums import TrackStatus
from vedette.model.events import (
    Event,
    TrackCoasting,
    TrackLimitReached,
    TrackLost,
    TrackRegained,
    TrackStarted,
)
from vedette.model.measurements import F64, I8, I64, Bools
from vedette.tracking.looks import sector_width
from vedette.tracking.singles import bound_singles, drop_singles
from vedette.tracking.state import TrackerState, keep_rows
from vedette.tracking.table import states_at
from vedette.tracking.twins import may_be_known

_SOURCE_S = 60.0  # a sensor that has not seen a track for this long no longer sets its pace
_LIVE_S = 10.0
_LIMIT_REARM_RATIO = 0.9


def age(state: TrackerState, now_ns: int) -> None:
    """Let existence decay from the last step to now: r' = r exp(-dt / survival)."""
    passed_ns = now_ns - state.now_ns
    if state.now_ns > 0 and passed_ns > 0:
        alive = math.exp(-passed_ns / NS_PER_S / state.settings.survival_s)
        state.bank.existence[: state.bank.count] *= alive
        state.singles.existence[: state.singles.count] *= alive


def judge(state: TrackerState, now_ns: int) -> list[Event]:
    """Confirm, coast, regain, lose and drop tracks; returns what people should know."""
    drop_singles(state, now_ns)
    if state.bank.count == 0:
        return []
    verdict, unseen_ns = _review(state, now_ns)
    judged = np.flatnonzero(verdict)
    said = set(verdict[judged].tolist())
    events: list[Event] = []
    if CONFIRM in said:
        events += _confirm(state, np.flatnonzero(verdict == CONFIRM), now_ns)
    if COAST in said or REGAIN in said:
        events += _coast(state, verdict, unseen_ns, now_ns)
    if LOSE in said:
        events += _lose(state, np.flatnonzero(verdict == LOSE), unseen_ns, now_ns)
    if LOSE in said or DROP in said:
        keep_rows(state.bank, (verdict != LOSE) & (verdict != DROP))
    return events


def _review(state: TrackerState, now_ns: int) -> tuple[I8, I64]:
    bank, s = state.bank, state.settings
    answer: tuple[I8, I64] = review(
        bank.count, now_ns, bank.track_id, bank.existence, bank.hits, bank.started_ns,
        bank.updated_ns, bank.status, bank.key, bank.crossing, bank.hit_ns,
        state.period_s * NS_PER_S, _claims(state), int(_SOURCE_S * NS_PER_S),
        np.array([
            s.confirm_prob, s.confirm_age_s * NS_PER_S, s.confirm_hits, s.crossing_hits,
            s.claimed_hits,
        ]),
        np.array([s.lost_prob, s.lost_s * NS_PER_S, s.lost_scans]),
        np.array([s.drop_prob, s.tentative_s * NS_PER_S, s.lost_scans]),
        np.array([s.coast_s * NS_PER_S, s.coast_scans]), int(TrackStatus.COASTING),
    )  # fmt: skip
    return answer


def _claims(state: TrackerState) -> I8:
    """Say of each sensor (S,) whether its plots are positions that targets state themselves."""
    stated = ("adsb", "position")
    return np.array([m.cooperative and m.kind in stated for m in state.models], np.int8)


def bound_crowd(state: TrackerState, now_ns: int) -> list[Event]:
    """Keep tentative tracks within limits.tentative_max, giving up the least likely.

    Of those that rest on one plot, as many again, the sensor with most of them loses first.
    """
    bank, n = state.bank, state.bank.count
    if max(n, state.singles.count) < _LIMIT_REARM_RATIO * state.tentative_max:
        state.limit_told = False
        return []
    bounded = bound_singles(state.singles, state.tentative_max)
    tentative = np.flatnonzero(bank.track_id[:n] == 0)
    surplus = len(tentative) - state.tentative_max
    if surplus <= 0:
        crowd = max(len(tentative), state.singles.count)
        if crowd < _LIMIT_REARM_RATIO * state.tentative_max:
            state.limit_told = False
        return _tell_limit(state, now_ns, state.tentative_max) if bounded else []
    order = np.lexsort((-bank.serial[tentative], bank.existence[tentative]))
    keep = np.ones(n, np.bool_)
    keep[tentative[order[:surplus]]] = False
    keep_rows(bank, keep)
    return _tell_limit(state, now_ns, state.tentative_max)


def _tell_limit(state: TrackerState, now_ns: int, capacity: int) -> list[Event]:
    if state.limit_told:
        return []
    state.limit_told = True
    return [TrackLimitReached(t_ns=now_ns, capacity=capacity)]


def _confirm(state: TrackerState, rows: I64, now_ns: int) -> list[Event]:
    if len(rows) == 0:
        return []
    bank = state.bank
    rows = rows[np.lexsort((bank.serial[rows], bank.started_ns[rows]))]
    rows = rows[~may_be_known(state, rows, now_ns)]
    ghosts = [i for i in rows[bank.crossing[rows] == 1] if not _unwatched(state, int(i))]
    rows = rows[~np.isin(rows, ghosts)] if ghosts else rows
    events: list[Event] = []
    room = state.tracks_max - int(np.count_nonzero(bank.track_id[: bank.count]))
    if len(rows) > room:
        events += _tell_limit(state, now_ns, state.tracks_max)
        rows = rows[:room]
    if len(rows) == 0:
        return events
    bank.track_id[rows] = state.next_track_id + np.arange(len(rows))
    bank.status[rows] = TrackStatus.CONFIRMED
    state.next_track_id += len(rows)
    where, _ = states_at(state, rows, now_ns)
    return events + started_events(state, rows, where, now_ns)


def _unwatched(state: TrackerState, row: int) -> bool:
    """Say whether no live radar watches the place of a track that only bearings support.

    Where a radar looks, it decides: a crossing it does not confirm may be a ghost.
    """
    bank = state.bank
    pos = np.ascontiguousarray(bank.x[row, 0, :3])
    for model in state.models:
        heard_s = (int(bank.t_ns[row]) - int(state.heard_ns[model.index])) / NS_PER_S
        if (
            not (model.observes_range and model.observes_azimuth)
            or state.heard_ns[model.index] == 0
            or heard_s > _LIVE_S
        ):
            continue
        rho, azimuth, _ = azimuth_of(pos, model.position_enu_m, model.enu_from_sensor)
        inside = model.range_min_m < rho < model.range_max_m
        if inside and in_sector(azimuth, model.azimuth_from_rad, sector_width(model)):
            return False
    return True


def started_events(state: TrackerState, rows: I64, where: F64, now_ns: int) -> list[Event]:
    """Say that the tracks in rows (K,) are new. where (K, 6): their states at now_ns, site ENU."""
    places = state.frame.geo_deg_from_enu(*where[:, :3].T)
    ranges_m = np.sqrt(np.sum(np.square(where[:, :3]), axis=1))
    bearings_deg = np.degrees(np.arctan2(where[:, 0], where[:, 1])) % 360.0
    columns = (state.bank.track_id[rows], *places, ranges_m, bearings_deg)
    sensors = _names_of(state, state.bank.hit_ns[rows] > 0)
    return [
        TrackStarted(
            t_ns=now_ns,
            track_id=track_id,
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            hae_m=hae_m,
            range_m=range_m,
            bearing_deg=bearing_deg,
            sensors=names,
        )
        for track_id, lat_deg, lon_deg, hae_m, range_m, bearing_deg, names in zip(
            *(column.tolist() for column in columns), sensors, strict=True
        )
    ]


def _names_of(state: TrackerState, seen: Bools) -> list[tuple[str, ...]]:
    """Name the sensors that saw each of some tracks. seen (K, S)."""
    known: dict[bytes, tuple[str, ...]] = {}
    names = []
    for row in seen:
        key = row.tobytes()
        if key not in known:
            known[key] = tuple(m.sensor_id for m in state.models if row[m.index])
        names.append(known[key])
    return names


def _coast(state: TrackerState, verdict: I8, unseen_ns: I64, now_ns: int) -> list[Event]:
    bank = state.bank
    events: list[Event] = []
    for i in np.flatnonzero(verdict == COAST):
        bank.status[i] = TrackStatus.COASTING
        unseen_s = float(unseen_ns[i] / NS_PER_S)
        events.append(TrackCoasting(t_ns=now_ns, track_id=int(bank.track_id[i]), unseen_s=unseen_s))
    for i in np.flatnonzero(verdict == REGAIN):
        bank.status[i] = TrackStatus.CONFIRMED
        events.append(TrackRegained(t_ns=now_ns, track_id=int(bank.track_id[i])))
    return events


def _lose(state: TrackerState, rows: I64, unseen_ns: I64, now_ns: int) -> list[Event]:
    if len(rows) == 0:
        return []
    events: list[Event] = []
    where, _ = states_at(state, rows, now_ns)
    for i, place in zip(rows, where, strict=True):
        unlikely = state.bank.existence[i] < state.settings.lost_prob
        why = "not seen where sensors looked" if unlikely else "not seen"
        reason = f"{why} for {unseen_ns[i] / NS_PER_S:.1f} s"
        events.append(lost_event(state, int(state.bank.track_id[i]), place, now_ns, reason))
    return events


def lost_event(
    state: TrackerState, track_id: int, place: F64, now_ns: int, reason: str
) -> TrackLost:
    """Say that a track is lost. place (6,): its last state, site ENU."""
    lat_deg, lon_deg, hae_m = state.frame.geo_deg_from_enu(*place[:3])
    return TrackLost(
        t_ns=now_ns,
        track_id=track_id,
        reason=reason,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        hae_m=hae_m,
        v_east_mps=float(place[3]),
        v_north_mps=float(place[4]),
        v_up_mps=float(place[5]),
    )
