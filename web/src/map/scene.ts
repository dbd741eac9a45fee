/** The picture as lines and symbols: what the air layer draws for this moment and this view. */
import type { Trails, Trail } from "../core/trails";
import { isDangerous, isKnown, isOld, type Track } from "../core/track";
import type { Theme } from "../core/hash";
import { isBird } from "../core/words";
import {
  CELL_COASTING, CELL_HOVERED, CELL_SELECTED, CELL_WARNED, cellOf,
} from "./atlas";
import { ellipse, mercatorX, mercatorY, offset } from "./geodesy";
import { rgb, SegmentBuffer, type Stroke } from "./segments";
import { GROUND } from "./style";
import { IDENTITY_COLOURS, RANK } from "./symbols";

export interface SceneInput {
  tracks: readonly Track[];
  trails: Trails;
  t_us: number;
  trailLength_s: number;
  showTrails: boolean;
  lead_s: number;
  selected: number | null;
  hovered: number | null;
  warned: ReadonlySet<number>;
  /** Outlines of assets under an imminent warning, closed, [lat, lon]. */
  alarmed: readonly (readonly [number, number])[][];
  /** Debris circles to show, closed, [lat, lon]. */
  debris: readonly (readonly [number, number])[][];
  /** Where the selected track was before its trail, [lat, lon]. */
  path: readonly (readonly [number, number])[];
  /** Where it will be if it holds its course, each with its outline (95 %), [lat, lon]. */
  prediction: readonly { ring: readonly (readonly [number, number])[] }[];
  /** The measuring line: no, one or two points. */
  measure: readonly (readonly [number, number])[];
  /** The asset the selected track threatens most, [lat, lon]. */
  threatened: readonly [number, number] | null;
  /** Range rings and bearing ticks, [lat, lon]; none where they are switched off. */
  rings: readonly (readonly (readonly [number, number])[])[];
  origin: [number, number];
  /** What can be seen and a margin about it: lines of tracks beyond it are left out. */
  seen: Bounds;
  /** How many tracks that is; many are drawn smaller. */
  seenCount: number;
  /** The map's area, in CSS pixels. */
  area_px: number;
  theme: Theme;
}

export interface Bounds {
  south_deg: number;
  north_deg: number;
  west_deg: number;
  east_deg: number;
}

const SHADES: Record<Theme, { ink: string; warning: string; debris: string }> = {
  night: { ink: "#dfeaf0", warning: "#ff5a4f", debris: "#ffa62b" },
  day: { ink: "#13232c", warning: "#c4001a", debris: "#a85400" },
};

/** Few lines a track are enough to see a curve; a crowd's share is smaller still. */
const [TRAIL_LINES_MIN, TRAIL_LINES_MAX, TRAIL_LINES_ALL] = [0, 90, 6_000];
/** From so many tracks in sight on, only those that matter have lines at all. */
const LINES_CROWD = 4_000;
/** Where symbols would cover more than this share of the map each is drawn smaller, down to a share of its size. */
const [COVERED_MAX, SYMBOL_PX2, SMALLEST] = [0.7, 700, 0.3];

/** Build what is drawn: segments first, symbols over them, the important ones last. */
export function buildScene(input: SceneInput): { segments: ArrayBuffer; symbols: Float32Array<ArrayBuffer>; scale: number } {
  const lines = new SegmentBuffer(input.origin);
  const detail = Math.max(TRAIL_LINES_MIN, Math.min(TRAIL_LINES_MAX, Math.floor(TRAIL_LINES_ALL / (input.seenCount || 1))));
  const shade = SHADES[input.theme];
  const faint = line(GROUND[input.theme].ring, 1, 1);
  for (const ring of input.rings) lines.path(ring, faint);
  for (const ring of input.alarmed) lines.path(ring, line(shade.warning, 1, 3));
  for (const ring of input.debris) lines.path(ring, { ...line(shade.debris, 0.95, 2), dash_px: 5 });
  const ink = SHADES[input.theme].ink;
  lines.path(input.path, line(ink, 0.55, 1.2));
  for (const { ring } of input.prediction) lines.path(ring, { ...line(ink, 0.75, 1.2), dash_px: 3 });
  for (const track of input.tracks) {
    if (isSeen(track, input.seen) && (detail > 0 || matters(track, input))) addTrackLines(lines, track, input, detail);
  }
  const chosen = input.tracks.find((track) => track.id === input.selected);
  if (chosen) addSelected(lines, chosen, input);
  lines.path(input.measure, { ...line(ink, 1, 2), dash_px: 8 });
  if (input.measure[0]) lines.path(cross(input.measure[0], input.seen), line(ink, 1, 2));
  const scale = crowdScale(input);
  return { segments: lines.take(), symbols: symbols(input, scale), scale };
}

/** A small cross where the measuring line begins, a hundredth of what is seen. */
function cross([lat, lon]: readonly [number, number], seen: Bounds): [number, number][] {
  const [high, wide] = [(seen.north_deg - seen.south_deg) / 200, (seen.east_deg - seen.west_deg) / 200];
  return [[lat - high, lon], [lat + high, lon], [lat, lon], [lat, lon - wide], [lat, lon + wide]];
}

function line(hex: string, alpha: number, width_px: number): Stroke {
  return { rgb: rgb(hex), from: alpha, to: alpha, width_px, dash_px: 0 };
}

export function isSeen(track: Track, bounds: Bounds): boolean {
  return track.lat_deg > bounds.south_deg && track.lat_deg < bounds.north_deg
    && track.lon_deg > bounds.west_deg && track.lon_deg < bounds.east_deg;
}

function matters(track: Track, input: SceneInput): boolean {
  return track.id === input.selected || isDangerous(track.identity) || input.warned.has(track.id)
    || input.seenCount < LINES_CROWD;
}

function addTrackLines(lines: SegmentBuffer, track: Track, input: SceneInput, detail: number): void {
  const colour = rgb(IDENTITY_COLOURS[input.theme][track.identity]);
  const strong = track.id === input.selected || isDangerous(track.identity);
  const trail = input.trails.get(track.id);
  if (trail && (strong || detail > 0) && (input.showTrails || track.id === input.selected)) {
    addTrail(lines, trail, track, input, colour, strong, strong ? TRAIL_LINES_MAX : detail);
  }
  if (track.speed_mps < 2 || (isBird(track.object_class) && !strong)) return;
  const lead_s = input.lead_s;
  const [lat, lon] = offset(
    track.lat_deg, track.lon_deg, track.v_east_mps * lead_s, track.v_north_mps * lead_s,
  );
  const alpha = track.coasting ? 0.45 : strong ? 1 : 0.7;
  lines.add(track.lat_deg, track.lon_deg, lat, lon, {
    rgb: colour, from: alpha, to: alpha, width_px: strong ? 2 : 1.3, dash_px: track.coasting ? 3 : 0,
  });
}

function addTrail(
  lines: SegmentBuffer, trail: Trail, track: Track, input: SceneInput,
  colour: [number, number, number], strong: boolean, detail: number,
): void {
  const n = trail.t_us.length;
  const oldest_us = input.t_us - input.trailLength_s * 1e6;
  let start = n - 1;
  while (start > 0 && (trail.t_us[start - 1] ?? 0) >= oldest_us) start -= 1;
  const top = strong ? 0.75 : 0.42;
  const fade = (t_us: number): number =>
    top * Math.max(0.08, 1 - (input.t_us - t_us) / 1e6 / input.trailLength_s);
  const step = Math.max(1, Math.ceil((n - start) / detail));
  let [lat, lon, alpha] = [track.lat_deg, track.lon_deg, top];
  for (let i = n - 1; i >= start; i -= step) {
    const [lat0, lon0] = [trail.lat_deg[i] ?? lat, trail.lon_deg[i] ?? lon];
    const alpha0 = fade(trail.t_us[i] ?? 0);
    lines.add(lat0, lon0, lat, lon, {
      rgb: colour, from: alpha0, to: alpha, width_px: strong ? 2 : 1.3, dash_px: 0,
    });
    [lat, lon, alpha] = [lat0, lon0, alpha0];
  }
}

/** The selected track's uncertainty (95 %) and, if it may threaten, its line to the asset. */
function addSelected(lines: SegmentBuffer, track: Track, input: SceneInput): void {
  const shade = SHADES[input.theme];
  const cov: [number, number, number] = [track.sigma_east_m ** 2, track.cov_en_m2, track.sigma_north_m ** 2];
  const ring = ellipse(cov).map(([e, n]) => offset(track.lat_deg, track.lon_deg, e, n));
  lines.path(ring, line(shade.ink, 0.9, 1.4));
  if (!input.threatened || isKnown(track.identity)) return;
  lines.add(track.lat_deg, track.lon_deg, input.threatened[0], input.threatened[1], {
    ...line(shade.ink, 0.5, 1.2), dash_px: 6,
  });
}

/** Over every identity's rank. */
const SELECTED_RANK = 9;

/** Hundreds of dangerous ones would cover each other: each is drawn smaller then, but stays larger than a crowd's. */
const [GRAVE_COVERED_MAX, GRAVE_SMALLEST] = [0.35, 0.6];

function graveScale(input: SceneInput): number {
  const count = input.tracks.reduce((n, t) => n + (isDangerous(t.identity) && isSeen(t, input.seen) ? 1 : 0), 0);
  const room = (GRAVE_COVERED_MAX * input.area_px) / (SYMBOL_PX2 * (count || 1));
  return Math.max(GRAVE_SMALLEST, Math.min(1, Math.sqrt(room)));
}

/** How large each symbol of a crowd is drawn. */
function crowdScale(input: SceneInput): number {
  const room = (COVERED_MAX * input.area_px) / (SYMBOL_PX2 * (input.seenCount || 1));
  return Math.max(SMALLEST, Math.min(1, Math.sqrt(room)));
}

/** The tracks with the important ones last, those of one rank by number: in order already, mostly, and then soon sorted. */
function byRank(input: SceneInput): Track[] {
  const ranks: Track[][] = [];
  for (const track of input.tracks) {
    const rank = track.id === input.selected ? SELECTED_RANK : RANK[track.identity];
    (ranks[rank] ??= []).push(track);
  }
  return ranks.flatMap((ofRank) => ofRank.sort((a, b) => a.id - b.id));
}

function symbols(input: SceneInput, crowd: number): Float32Array<ArrayBuffer> {
  const ordered = byRank(input);
  const grave = graveScale(input);
  // Room for a symbol with all its marks a track.
  const out = new Float32Array(ordered.length * 5 * 5);
  let n = 0;
  for (const track of ordered) {
    const x = mercatorX(track.lon_deg) - input.origin[0];
    const y = mercatorY(track.lat_deg) - input.origin[1];
    const put = (cell: number, alpha: number, scale = 1): void => {
      out[n] = x;
      out[n + 1] = y;
      out[n + 2] = cell;
      out[n + 3] = alpha;
      out[n + 4] = scale;
      n += 5;
    };
    if (input.warned.has(track.id)) put(CELL_WARNED, 1);
    if (track.coasting) put(CELL_COASTING, 1);
    put(cellOf(track.identity, track.object_class), opacity(track), symbolScale(track, input, crowd, grave));
    if (track.id === input.hovered) put(CELL_HOVERED, 0.9);
    if (track.id === input.selected) put(CELL_SELECTED, 1);
  }
  return out.subarray(0, n);
}

/** Birds and what was dismissed stay in sight but small: many of them must not hide one drone. */
function symbolScale(track: Track, input: SceneInput, crowd: number, grave: number): number {
  const watched = track.id === input.selected || track.id === input.hovered || input.warned.has(track.id);
  if (watched) return 1;
  if (isDangerous(track.identity)) return grave;
  return crowd * (isBird(track.object_class) || track.dismissed ? 0.62 : 0.92);
}

function opacity(track: Track): number {
  if (track.coasting) return 0.5;
  if (isOld(track)) return 0.72;
  return track.dismissed ? 0.55 : 1;
}

