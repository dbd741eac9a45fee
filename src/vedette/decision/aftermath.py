"""What became of an engaged track, from the track alone; and where the wreckage lies.

After the simulated effector says it is done, the track's own behaviour is watched for WATCH_S:

- it fell or stopped, seen so in FALL_LOOKS measurements: DESTROYED;
- it ended, or went unseen for UNSEEN_LOOKS of its usual intervals, although it had been measured
  regularly right up to the engagement, inside the sensors' coverage, and no other track flies where
  it would be: DESTROYED;
- it is measured flying on after CONTINUED_S: CONTINUED, also when it had been given up before;
- anything else by UNSURE_S: UNSURE, with the reason. A person's word overrides all of it.

The absence of a track proves little by itself; each condition above closes one way to be fooled.
"""

import math

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.base.names import track_name
from vedette.decision.debris import method_words, search_area
from vedette.decision.options import ground_up_m
from vedette.decision.state import DecisionState, TrackNote, Watch
from vedette.decision.world import World
from vedette.model.enums import Outcome
from vedette.model.events import DebrisAreaEstimated, Event, OutcomeAssessed
from vedette.model.measurements import F64
from vedette.model.picture import Engagement

WATCH_S = 90.0
WATCHES_MAX = 64
CONTINUED_S = 15.0
UNSURE_S = 30.0
# Regular: at least this many measurements in the last LOOK_BACK_S, the last one fresh.
LOOK_BACK_S = 20.0
LOOKS_MIN = 4
UNSEEN_LOOKS = 5.0
UNSEEN_S_MIN = 5.0
# Falling: down at 10 m/s and 8 m/s more than before; a gliding drone sinks 2 to 3 m/s.
FALL_MPS = 10.0
FALL_CHANGE_MPS = 8.0
FALL_LOOKS = 2
STOP_RATIO = 0.4
STOP_BEFORE_MPS = 8.0  # what hovered before cannot be seen to stop
FLYING_RATIO = 0.5
SUCCESSOR_M = 300.0
SUCCESSOR_MPS = 15.0
ABSORBER_M = 120.0
EDGE_AHEAD_S = 8.0
EDGE_RANGE_RATIO = 0.97
DEBRIS_PROB = 0.9


def begin_watch(state: DecisionState, world: World, engagement: Engagement) -> list[Event]:
    """Remember how the track flew when the effector was done; without a track, say UNSURE."""
    note = state.notes.get(engagement.track_id)
    if note is None:
        reason = "the track was gone before the effector was done"
        return settle(state, world.now_ns, engagement, Outcome.UNSURE, "track", reason)
    before = note.measured_enu
    since_ns = world.now_ns - round(LOOK_BACK_S * NS_PER_S)
    looks = [t_ns for t_ns in note.looks_ns if t_ns >= since_ns]
    gaps = np.diff(np.array(looks, np.float64)) / NS_PER_S
    state.watches[engagement.engagement_id] = Watch(
        engagement_id=engagement.engagement_id,
        track_id=engagement.track_id,
        executed_ns=world.now_ns,
        before_mps=float(np.hypot(before[3], before[4])),
        climb_mps=float(before[5]),
        looks=len(looks),
        revisit_s=float(np.median(gaps)) if len(gaps) else 4.0,
        edge=_leaving(state, world, note),
    )
    while len(state.watches) > WATCHES_MAX:
        del state.watches[next(iter(state.watches))]
    return []


def _leaving(state: DecisionState, world: World, note: TrackNote) -> bool:
    """Say whether the track is about to leave the coverage of every sensor that sees it."""
    row = world.rows.get(note.track_id)
    if row is None:
        return True
    place = note.measured_enu[:3] + EDGE_AHEAD_S * note.measured_enu[3:]
    fresh_ns = world.now_ns - round(LOOK_BACK_S * NS_PER_S)
    for index, sensor in enumerate(state.sensors):
        if int(world.tracks.sensor_updated_ns[row, index]) < fresh_ns:
            continue
        away = place - np.array(state.sensors_enu[sensor.id])
        range_m = float(np.sqrt(away @ away))
        cover = sensor.coverage
        if not cover.range_min_m <= range_m <= EDGE_RANGE_RATIO * cover.range_max_m:
            continue
        azimuth_deg = math.degrees(math.atan2(away[0], away[1]))
        width_deg = (cover.azimuth_to_deg - cover.azimuth_from_deg) % 360.0
        if width_deg == 0.0 or (azimuth_deg - cover.azimuth_from_deg) % 360.0 <= width_deg:
            return False
    return True


def assess(state: DecisionState, world: World) -> list[Event]:
    """Judge every watched engagement and tell what is new.

    A watch ends after WATCH_S, unless nobody knows the outcome yet: then it waits for a human, who
    may still say "destroyed" and want the debris area.
    """
    events: list[Event] = []
    for key in sorted(state.watches):
        watch, engagement = state.watches[key], state.engagements[key]
        over = world.now_ns - watch.executed_ns > WATCH_S * NS_PER_S
        if not over and engagement.outcome_by in ("", "track"):
            events += _judge(state, world, watch, engagement)
        if over and engagement.outcome not in (Outcome.PENDING, Outcome.UNSURE):
            del state.watches[key]
    return events


def _judge(state: DecisionState, world: World, watch: Watch, engagement: Engagement) -> list[Event]:
    note = state.notes.get(watch.track_id)
    if note is None:
        return []
    outcome, reason = _verdict(world, watch, note, engagement.outcome)
    if outcome == engagement.outcome:
        return []
    watch.decided_ns = world.now_ns
    return settle(state, world.now_ns, engagement, outcome, "track", reason)


def settle(
    state: DecisionState,
    now_ns: int,
    engagement: Engagement,
    outcome: Outcome,
    by: str,
    reason: str,
) -> list[Event]:
    """Put an outcome down, and the debris area with it when the track was destroyed."""
    engagement.outcome, engagement.outcome_by, engagement.outcome_reason = outcome, by, reason
    events: list[Event] = [
        OutcomeAssessed(
            t_ns=now_ns,
            engagement_id=engagement.engagement_id,
            track_id=engagement.track_id,
            outcome=outcome,
            by=by,
            reason=reason,
        )
    ]
    watch = state.watches.get(engagement.engagement_id)
    note = state.notes.get(engagement.track_id)
    if outcome == Outcome.DESTROYED and watch is not None and note is not None:
        if not watch.debris:
            events.append(_debris(state, now_ns, watch, note))
        watch.debris = True
    return events


def _verdict(world: World, watch: Watch, note: TrackNote, standing: Outcome) -> tuple[Outcome, str]:
    """Say what the track shows by now; the standing outcome when it shows nothing new."""
    since_s = (world.now_ns - watch.executed_ns) / NS_PER_S
    seen_s = (note.measured_ns - watch.executed_ns) / NS_PER_S
    ground_mps = float(np.hypot(note.measured_enu[3], note.measured_enu[4]))
    _count_falls(watch, note, seen_s, ground_mps)
    flying = ground_mps >= FLYING_RATIO * watch.before_mps and watch.falls == 0
    if note.present and seen_s >= CONTINUED_S and flying:
        return Outcome.CONTINUED, f"measured flying on {seen_s:.0f} s after"
    if standing in (Outcome.DESTROYED, Outcome.CONTINUED):
        return standing, ""
    if watch.falls >= FALL_LOOKS:
        return Outcome.DESTROYED, f"it fell or stopped within {seen_s:.0f} s"
    unseen_s = (world.now_ns - note.measured_ns) / NS_PER_S
    gone = not note.present or unseen_s >= max(UNSEEN_LOOKS * watch.revisit_s, UNSEEN_S_MIN)
    doubt = _doubt(world, watch, note, seen_s) if gone else ""
    if gone and not doubt and standing == Outcome.PENDING:
        how = "the track ended" if not note.present else f"unseen for {unseen_s:.0f} s"
        return Outcome.DESTROYED, f"{how}, last measured {seen_s:+.0f} s from the engagement"
    if gone and doubt and not note.present:
        return Outcome.UNSURE, doubt
    if since_s >= UNSURE_S:
        return Outcome.UNSURE, doubt or "neither a fall, nor an end, nor a steady flight was seen"
    return standing, ""


def _count_falls(watch: Watch, note: TrackNote, seen_s: float, ground_mps: float) -> None:
    if seen_s <= 0.0 or note.measured_ns <= watch.fall_look_ns:
        return
    watch.fall_look_ns = note.measured_ns
    climb_mps = float(note.measured_enu[5])
    fell = climb_mps <= -FALL_MPS and climb_mps <= watch.climb_mps - FALL_CHANGE_MPS
    stopped = watch.before_mps >= STOP_BEFORE_MPS and ground_mps <= STOP_RATIO * watch.before_mps
    watch.falls = watch.falls + 1 if fell or stopped else 0


def _doubt(world: World, watch: Watch, note: TrackNote, seen_s: float) -> str:
    """Say why a track's end does not show that the object was destroyed, or nothing."""
    if watch.edge:
        return "it was leaving the sensors' coverage"
    if watch.looks < LOOKS_MIN:
        return f"it had been measured only {watch.looks} times before"
    if seen_s < -max(3.0 * watch.revisit_s, UNSEEN_S_MIN):
        return f"it was last measured {-seen_s:.0f} s before the engagement"
    successor = _successor(world, watch, note)
    return f"{track_name(successor)} flies where it would be" if successor is not None else ""


def _successor(world: World, watch: Watch, note: TrackNote) -> int | None:
    """Find a track that may be the same object under another number."""
    gap_s = (world.now_ns - note.measured_ns) / NS_PER_S
    expected: F64 = note.measured_enu[:2] + gap_s * note.measured_enu[3:5]
    for track_id in sorted(world.rows):
        row = world.rows[track_id]
        if track_id == watch.track_id:
            continue
        state_enu = world.tracks.state_enu[row]
        away_m = float(np.hypot(*(state_enu[:2] - expected)))
        fast = float(np.hypot(state_enu[3], state_enu[4])) >= FLYING_RATIO * watch.before_mps
        new = int(world.tracks.started_ns[row]) >= watch.executed_ns - 5 * NS_PER_S
        limit_m = SUCCESSOR_M + SUCCESSOR_MPS * gap_s if new else ABSORBER_M
        if fast and away_m <= limit_m:
            return track_id
    return None


def _debris(state: DecisionState, now_ns: int, watch: Watch, note: TrackNote) -> Event:
    """Estimate where the wreckage lies, from the last measurement or, if later, the hit."""
    gap_s = max(0.0, (watch.executed_ns - note.measured_ns) / NS_PER_S)
    body, cov = note.measured_enu.copy(), note.measured_cov
    body[:3] += gap_s * body[3:]
    step = np.eye(6)
    step[:3, 3:] = gap_s * np.eye(3)
    ground_m = ground_up_m(float(body[0]), float(body[1]))
    area = search_area(
        body, step @ cov @ step.T, ground_m, state.frame.hae_m, state.wind, DEBRIS_PROB
    )
    lat_deg, lon_deg, _ = state.frame.geo_deg_from_enu(area.east_m, area.north_m, ground_m)
    return DebrisAreaEstimated(
        t_ns=now_ns,
        engagement_id=watch.engagement_id,
        track_id=watch.track_id,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        semi_major_m=area.semi_major_m,
        semi_minor_m=area.semi_minor_m,
        orientation_deg=area.orientation_deg,
        prob=area.prob,
        method=method_words(state.wind, gap_s),
    )
