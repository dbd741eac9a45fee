/**
 * The tracks as lists and plots show them: the picture's, but not at each picture.
 *
 * Nobody reads numbers that change four times a second, and words cost software graphics more than
 * the whole map. The map, the warnings and the queue follow every picture.
 */
import { createEffect, createMemo, createRoot, createSignal, on } from "solid-js";
import { tracks } from "./picture";
import type { Track } from "./track";

/** Shown anew after so long; a crowd, whose sorting costs more, after longer. */
const [WAIT_MS, CROWD_WAIT_MS, CROWD] = [450, 950, 300];
/** Of so many nobody reads the whole table; what is dangerous is on the map, the bar and in the queue at once. */
const [THRONG_WAIT_MS, THRONG] = [1_900, 5_000];
const [listed, setListed] = createSignal<readonly Track[]>([]);
export { listed };

let shown_ms = -Infinity;
let timer: ReturnType<typeof setTimeout> | undefined;

function show(): void {
  clearTimeout(timer);
  timer = undefined;
  shown_ms = performance.now();
  setListed(tracks());
}

createRoot(() => createEffect(on(tracks, (now) => {
  const wait_ms = now.length > THRONG ? THRONG_WAIT_MS : now.length > CROWD ? CROWD_WAIT_MS : WAIT_MS;
  const left_ms = shown_ms + wait_ms - performance.now();
  // Nothing was there, or nothing is there any more: at once.
  if (left_ms <= 0 || listed().length === 0 || now.length === 0) show();
  else timer ??= setTimeout(show, left_ms);
})));

/** Those tracks by number. */
export const listedById = createRoot(() =>
  createMemo(() => new Map(listed().map((track) => [track.id, track] as const))));
