/** What the rest of the display needs to know about the open warnings. */
import type { Engagement, WarningRecord } from "../generated/model";

/** Imminent before possible, not acknowledged before acknowledged, then the nearest in time. */
export function mostUrgentFirst(a: WarningRecord, b: WarningRecord): number {
  const rank = (w: WarningRecord): number =>
    (w.level === "imminent" ? 0 : 2) + (w.acknowledged_by ? 1 : 0);
  return rank(a) - rank(b) || (a.arrival_us || 0) - (b.arrival_us || 0) || a.warning_id - b.warning_id;
}

/** Seconds until the first of a warning's tracks could be there; NaN where nothing comes. */
export function secondsLeft(warning: WarningRecord): number {
  return warning.seconds_left_s ?? NaN;
}

export function needsSound(warnings: readonly WarningRecord[]): boolean {
  return warnings.some((w) => w.level === "imminent" && !w.acknowledged_by);
}

/** The tracks named in any open imminent warning. */
export function warnedTracks(warnings: readonly WarningRecord[]): Set<number> {
  return new Set(warnings.filter((w) => w.level === "imminent").flatMap((w) => w.track_ids));
}

const OPEN: readonly Engagement["state"][] = ["proposed", "first_authorised", "authorised", "executing"];

/** Say whether an engagement still waits for something: a person, the effector, or its outcome. */
export function engagementOpen(engagement: Engagement): boolean {
  return OPEN.includes(engagement.state)
    || (engagement.state === "executed" && engagement.outcome === "pending");
}
