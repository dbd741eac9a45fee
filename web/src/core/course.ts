/** The arithmetic of the plots over time: scales, lines with gaps, the value under the pointer. */
import type { TrackCourse } from "../generated/model";

export type Values = readonly (number | null)[];

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

/** Beyond this between two points nothing is known: the line has a gap. */
const GAP_US = 3.5e6;

/** A scale of whole steps that holds all values; `with0` holds zero too, `least` spans at least that. */
export function scaleOf(values: Values, with0: boolean, least: number): Scale {
  const known = values.filter((v): v is number => v !== null);
  let low = Math.min(...known, ...(with0 ? [0] : []));
  let high = Math.max(...known, ...(with0 ? [0] : []));
  if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = [0, least];
  if (high - low < least) high = low + least;
  const step = stepOf((high - low) / 2);
  low = Math.floor(low / step + 1e-9) * step;
  high = Math.ceil(high / step - 1e-9) * step;
  const ticks: number[] = [];
  for (let i = 0; low + i * step <= high + step / 2; i += 1) ticks.push(low + i * step);
  return { low, high, ticks };
}

/** The next of 1, 2, 5, 10 ... that is not smaller. */
function stepOf(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].find((s) => s * power >= wanted * 0.999) ?? 10;
  return step * power;
}

/** An SVG path through the points, broken where a value or the time between is missing. */
export function pathOf(
  t_us: readonly number[], values: Values, x: (t_us: number) => number, y: (value: number) => number,
): string {
  let path = "";
  let last_us = -Infinity;
  values.forEach((value, i) => {
    const t = t_us[i] ?? NaN;
    if (value === null) last_us = -Infinity;
    else {
      path += `${t - last_us > GAP_US ? "M" : "L"}${x(t).toFixed(1)},${y(value).toFixed(1)}`;
      last_us = t;
    }
  });
  return path;
}

/** The closed outline of value +/- half, in one piece for each stretch without a gap. */
export function bandOf(
  t_us: readonly number[], values: Values, half: Values, x: (t_us: number) => number, y: (value: number) => number,
): string {
  let band = "";
  let upper: string[] = [];
  let lower: string[] = [];
  const close = (): void => {
    if (upper.length > 1) band += `M${upper.join("L")}L${lower.reverse().join("L")}Z`;
    [upper, lower] = [[], []];
  };
  values.forEach((value, i) => {
    const [t, wide] = [t_us[i] ?? NaN, half[i] ?? null];
    if (i > 0 && t - (t_us[i - 1] ?? NaN) > GAP_US) close();
    if (value === null || wide === null) close();
    else {
      upper.push(`${x(t).toFixed(1)},${y(value + wide).toFixed(1)}`);
      lower.push(`${x(t).toFixed(1)},${y(value - wide).toFixed(1)}`);
    }
  });
  close();
  return band;
}

/** The index of the point nearest in time. */
export function nearestTo(t_us: readonly number[], wanted_us: number): number {
  let [low, high] = [0, t_us.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((t_us[middle] ?? 0) < wanted_us) low = middle + 1;
    else high = middle;
  }
  const before = Math.max(0, low - 1);
  return wanted_us - (t_us[before] ?? 0) < (t_us[low] ?? 0) - wanted_us ? before : low;
}

/** The indices of the points that a table of at most `rows` shows, the newest first. */
export function tableRows(course: TrackCourse, rows: number): number[] {
  const count = course.t_us.length;
  const step = Math.max(1, Math.ceil(count / rows));
  const found: number[] = [];
  for (let i = count - 1; i >= 0; i -= step) found.push(i);
  return found;
}
