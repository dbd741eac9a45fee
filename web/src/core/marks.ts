/** Which events the timeline marks, where, and with what sign. */
import type { NumberedEvent, VedetteEvent } from "../generated/model";
import { tell, type Lane } from "./tell";

export const LANES: readonly Lane[] = ["warning", "decision", "identity", "track", "source"];
/** What people do stands in "decision", all of it; of the rest what changes the picture. */
const MARKED = new Set<VedetteEvent["event"]>([
  "WarningRaised", "WarningEscalated", "WarningCleared", "IdentityChanged", "IdentityConflict",
  "TrackStarted", "SourceHealthChanged", "ServiceStarted", "ServiceRestored",
]);

/** Several events of one lane that fall on one place are one mark. */
export interface Mark {
  lane: Lane;
  x: number;
  /** Filled: something grave or new; hollow: over, or back in order. */
  filled: boolean;
  events: NumberedEvent[];
}

export interface Span {
  from_us: number;
  to_us: number;
  left: number;
  right: number;
}

/** Say whether an event stands on the timeline. */
export function marked(event: VedetteEvent): boolean {
  return MARKED.has(event.event) || tell(event).lane === "decision";
}

export function xOf(t_us: number, span: Span): number {
  return span.left + ((t_us - span.from_us) / Math.max(1, span.to_us - span.from_us)) * (span.right - span.left);
}

export function timeAt(x: number, span: Span): number {
  const share = Math.min(1, Math.max(0, (x - span.left) / Math.max(1, span.right - span.left)));
  return span.from_us + share * (span.to_us - span.from_us);
}

/** A track, a warning, a loss: filled; an all-clear, a source that is back: hollow. */
function isFilled(event: VedetteEvent): boolean {
  if (event.event === "WarningCleared") return false;
  if (event.event === "WarningRaised" || event.event === "WarningEscalated") return event.level === "imminent";
  if (event.event === "SourceHealthChanged") return event.after !== "ok";
  return true;
}

/** Place the events of a span; those of one lane within `apart` pixels are put together. */
export function marksOf(listed: readonly NumberedEvent[], span: Span, apart = 5): Mark[] {
  const open = new Map<Lane, Mark>();
  const marks: Mark[] = [];
  for (const item of listed) {
    const { t_us } = item.event;
    if (t_us < span.from_us || t_us > span.to_us || !marked(item.event)) continue;
    const lane = tell(item.event).lane;
    const x = xOf(t_us, span);
    const last = open.get(lane);
    if (last && x - last.x < apart) {
      last.events.push(item);
      last.filled ||= isFilled(item.event);
    } else {
      const mark = { lane, x, filled: isFilled(item.event), events: [item] };
      open.set(lane, mark);
      marks.push(mark);
    }
  }
  return marks.sort((a, b) => a.x - b.x);
}

/** The mark under a place, or none. laneY: the middle of each lane. */
export function markAt(marks: readonly Mark[], x: number, y: number, laneY: (lane: Lane) => number): Mark | null {
  let best: Mark | null = null;
  let nearest = 9;
  for (const mark of marks) {
    const away = Math.hypot(mark.x - x, (laneY(mark.lane) - y) * 1.2);
    if (away < nearest) [best, nearest] = [mark, away];
  }
  return best;
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/** Whole times for the axis, at least `apart` pixels from each other. */
export function ticks(span: Span, apart: number): number[] {
  const width = Math.max(1, span.right - span.left);
  const least_s = ((span.to_us - span.from_us) / 1e6) * (apart / width);
  const step_us = (STEPS_S.find((s) => s >= least_s) ?? Math.ceil(least_s / 86_400) * 86_400) * 1e6;
  const found: number[] = [];
  for (let t = Math.ceil(span.from_us / step_us) * step_us; t <= span.to_us; t += step_us) found.push(t);
  return found;
}
