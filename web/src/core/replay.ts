/** Steering a replay: play, rest, speed, another moment. What it shows comes by the stream. */
import { createEffect, createMemo, createRoot, createSignal, on } from "solid-js";
import type { NumberedEvent, ReplayView } from "../generated/model";
import { parseHash } from "./hash";
import { post, refused } from "./http";
import { marked } from "./marks";
import { say } from "./notices";
import { allEvents, replay, replaying, t_us } from "./picture";
import { setView, view } from "./view";

export const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
/** An event this near before the moment counts as the one we are at. */
const AT_US = 100_000;
/** The picture of a moment is of the last step before it: that near is there. */
const THERE_US = 2e6;
/** In a gap of the recording no picture comes so near; then what the stream says counts again. */
const ARRIVAL_MS = 3_000;

interface Wish {
  playing?: boolean;
  speed_ratio?: number;
  to_us?: number;
}

let waiting: Wish | null = null;
let busy = false;
let givenUp: ReturnType<typeof setTimeout> | undefined;
/** Where a person wants to be, until the picture is there. */
const [wanted_us, setWanted] = createSignal<number | null>(null);
export { wanted_us };

/** Ask for something; while an answer is out, the newest wishes are put together and go next. */
export async function wish(what: Wish): Promise<void> {
  waiting = { ...waiting, ...what };
  if (what.to_us !== undefined) setWanted(what.to_us);
  if (busy) return;
  busy = true;
  while (waiting) {
    const now = waiting;
    waiting = null;
    const answer = await post<ReplayView>("/api/replay", now, null);
    if (refused(answer)) say(`Not done: ${answer.error}`, "refused");
  }
  busy = false;
  clearTimeout(givenUp);
  givenUp = setTimeout(() => { if (!busy) setWanted(null); }, ARRIVAL_MS);
}

export const playOrRest = (): void => void wish({ playing: !replay()?.playing });

/** The moment a person means: where they go, else where the picture is. */
export const moment_us = (): number => wanted_us() ?? replay()?.target_us ?? t_us();

export function goTo(to_us: number): void {
  const [first, last] = [replay()?.first_us ?? 0, replay()?.last_us ?? 0];
  void wish({ to_us: Math.round(Math.min(Math.max(to_us, first), last)) });
}

export const goBy = (seconds: number): void => goTo(moment_us() + seconds * 1e6);

/** Rest at a moment: at an event people want to look. */
export function restAt(to_us: number): void {
  void wish({ playing: false, to_us: Math.ceil(to_us) });
}

/** The next event worth stopping at after a moment (+1), or before it (-1). */
export function stepFrom(listed: readonly NumberedEvent[], at_us: number, way: 1 | -1): NumberedEvent | null {
  const times = listed.filter((item) => marked(item.event));
  return way > 0
    ? times.find((item) => item.event.t_us > at_us) ?? null
    : times.findLast((item) => item.event.t_us < at_us - AT_US) ?? null;
}

export function stepEvent(way: 1 | -1): void {
  const next = stepFrom(allEvents(), moment_us(), way);
  if (next) restAt(next.event.t_us);
  else say(way > 0 ? "No event after this." : "No event before this.", "done");
}

export function changeSpeed(way: 1 | -1): void {
  const now = replay()?.speed_ratio ?? 1;
  const next = way > 0 ? SPEEDS.find((s) => s > now) : SPEEDS.findLast((s) => s < now);
  if (next !== undefined) void wish({ speed_ratio: next });
}

/** How far the recording has been done again, between 0 and 1. */
export function workedShare(stands: ReplayView): number {
  const span = stands.last_us - stands.first_us;
  return stands.complete || span <= 0 ? 1 : Math.min(1, (stands.worked_us - stands.first_us) / span);
}

/** Keep the moment in the address, and go to the address's moment when the page opens. */
export function followMoment(): void {
  createRoot(() => {
    let opened = false;
    const second = createMemo(() => Math.floor(t_us() / 1e6));
    const resting = createMemo(() => replaying() && replay()?.playing === false);
    // Until the picture of the wanted moment is here, what comes by the stream is of before.
    createEffect(on([replay, t_us], () => {
      const wanted = wanted_us();
      if (wanted === null || busy || replay()?.target_us !== null) return;
      if (Math.abs(t_us() - wanted) < THERE_US) setWanted(null);
    }));
    createEffect(on([replaying, second, resting, wanted_us, () => (resting() ? t_us() : 0)], () => {
      if (!replaying() || replay() === null) return;
      if (!opened && view.moment_us !== null) restAt(view.moment_us);
      else if (wanted_us() === null && replay()?.target_us === null) setView("moment_us", t_us());
      opened = true;
    }));
  });
  window.addEventListener("hashchange", () => {
    const asked = parseHash(location.hash).moment_us;
    if (replaying() && asked !== null) restAt(asked);
  });
}
