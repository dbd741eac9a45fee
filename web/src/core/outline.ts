/** Outlines that a person draws: corners put in, moved, taken away; what is wrong with them, in words. */
import { groundDistance } from "../map/geodesy";
import { readPlace } from "../map/mgrs";

export type Corner = readonly [lat_deg: number, lon_deg: number];
export type Outline = readonly Corner[];

/** As many as the service takes; and what it takes for an area. */
export const CORNERS_MAX = 64;
const [AREA_MIN_M2, AREA_MAX_M2] = [100, 1e9];
const M_PER_DEG = 111_195;
/** A ten-millionth of a degree is a centimetre: no hand is steadier. */
const STEP_DEG = 1e-7;

const exact = (deg: number): number => Math.round(deg / STEP_DEG) * STEP_DEG;
const rounded = ([lat, lon]: Corner): Corner => [Number(exact(lat).toFixed(7)), Number(exact(lon).toFixed(7))];

/** Put a corner in after another (-1: before all). */
export function inserted(outline: Outline, after: number, corner: Corner): Outline {
  return [...outline.slice(0, after + 1), rounded(corner), ...outline.slice(after + 1)];
}

export function moved(outline: Outline, at: number, corner: Corner): Outline {
  return outline.map((old, i) => (i === at ? rounded(corner) : old));
}

export function without(outline: Outline, at: number): Outline {
  return outline.filter((_, i) => i !== at);
}

/** What an outline encloses, flat about its middle. */
export function area_m2(outline: Outline): number {
  const lats = outline.map(([lat]) => lat);
  const middle = (Math.min(...lats) + Math.max(...lats)) / 2;
  const doubled = outline.reduce((sum, [lat, lon], i) => {
    const [lat2, lon2] = outline[(i + 1) % outline.length] ?? [lat, lon];
    return sum + lat * lon2 - lat2 * lon;
  }, 0);
  return Math.abs(doubled / 2) * M_PER_DEG ** 2 * Math.cos((middle * Math.PI) / 180);
}

export function areaWords(m2: number): string {
  if (m2 < 10_000) return `${Math.round(m2)} m²`;
  return m2 < 1e6 ? `${(m2 / 10_000).toFixed(1)} ha` : `${(m2 / 1e6).toFixed(2)} km²`;
}

/** Say why an outline is no zone; "" where it is one. */
export function outlineFault(outline: Outline, here: Corner, reach_m: number): string {
  if (outline.length < 3) return `An area needs at least 3 corners: ${outline.length} so far.`;
  if (outline.length > CORNERS_MAX) return `At most ${CORNERS_MAX} corners: take some away.`;
  const far = outline.findIndex((corner) => groundDistance([...corner], [...here]) > reach_m);
  if (far >= 0) return `Corner ${far + 1} lies farther off than the site sees (${Math.round(reach_m / 1000)} km).`;
  const crossing = firstCrossing(outline);
  if (crossing) return `The outline crosses itself after corners ${crossing[0] + 1} and ${crossing[1] + 1}.`;
  const size = area_m2(outline);
  if (size < AREA_MIN_M2) return `Too small: ${areaWords(size)}, at least ${AREA_MIN_M2} m².`;
  return size > AREA_MAX_M2 ? `Too large: ${areaWords(size)}, at most ${AREA_MAX_M2 / 1e6} km².` : "";
}

function turn(a: Corner, b: Corner, p: Corner): number {
  return Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));
}

function within(a: Corner, b: Corner, p: Corner): boolean {
  return Math.min(a[0], b[0]) <= p[0] && p[0] <= Math.max(a[0], b[0])
    && Math.min(a[1], b[1]) <= p[1] && p[1] <= Math.max(a[1], b[1]);
}

function touch(a: Corner, b: Corner, c: Corner, d: Corner): boolean {
  const [s1, s2, s3, s4] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (s1 * s2 < 0 && s3 * s4 < 0) return true;
  return (s1 === 0 && within(a, b, c)) || (s2 === 0 && within(a, b, d))
    || (s3 === 0 && within(c, d, a)) || (s4 === 0 && within(c, d, b));
}

/** Whether an outline crosses itself: it encloses no one area then. */
export const crosses = (outline: Outline): boolean => firstCrossing(outline) !== null;

/** Two edges, not neighbours, that touch. */
function firstCrossing(outline: Outline): [number, number] | null {
  const n = outline.length;
  const at = (i: number): Corner => outline[i % n] as Corner;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 2; j < n; j += 1) {
      if ((j + 1) % n !== i && touch(at(i), at(i + 1), at(j), at(j + 1))) return [i, j];
    }
  }
  return null;
}

/** Write the corners down, one a line. */
export function cornerLines(outline: Outline): string {
  return outline.map(([lat, lon]) => `${lat.toFixed(6)}, ${lon.toFixed(6)}`).join("\n");
}

/** Read corners, one a line; or say which line is none. */
export function readCorners(text: string): { outline: Outline; reason: string } {
  const outline: Corner[] = [];
  const lines = text.split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (!line.trim()) continue;
    const place = readPlace(line);
    if (!place) return { outline, reason: `Line ${i + 1} is no place: write 33.80, 42.44 or 38S KC 63350 44120.` };
    outline.push(rounded(place));
  }
  return { outline, reason: "" };
}

/** An id made of the name; letters that have no place in one are left out. */
export function idOf(name: string, taken: readonly string[]): string {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40) || "zone";
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? plain : `${plain}-${n}`;
    if (!taken.includes(id)) return id;
  }
}

/** A row of states with one in hand: what can be undone and done again. */
export interface History<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
}

const KEPT = 200;

export function begun<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

export function done<T>(history: History<T>, now: T): History<T> {
  return { past: [...history.past, history.now].slice(-KEPT), now, future: [] };
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past[history.past.length - 1];
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future] };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...later] = history.future;
  return next === undefined ? history : { past: [...history.past, history.now], now: next, future: later };
}
