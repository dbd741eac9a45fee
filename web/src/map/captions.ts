/** Which words belong on the map now: tracks that matter, assets, places, range rings. */
import type { SiteView } from "../generated/model";
import { clipped } from "./clipped";
import { clockSpan, height, whole } from "../core/format";
import { coastingWords, noHeight, reachWords, ringWords, SOME_ASSET, speedWords } from "../core/map-words";
import { earliestArrival, isDangerous, isKnown, type Track } from "../core/track";
import { CLASS_WORDS, IDENTITY_WORDS, isBird, trackName } from "../core/words";
import type { Theme } from "../core/hash";
import { destination, offset } from "./geodesy";
import { RINGS_KM } from "./ground";
import type { Label } from "./labels";
import { IDENTITY_COLOURS } from "./symbols";

export type Projector = (lat_deg: number, lon_deg: number) => { x: number; y: number };

/** From here on the assets, and the sensors where they are shown, lie far enough apart for all names. */
const ASSETS_NAMED_ZOOM = 9;
export const SANS = 'Inter, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';
const INK: Record<Theme, { place: string; asset: string; ring: string }> = {
  night: { place: "#9db1bc", asset: "#d6e8f2", ring: "#8499a4" },
  day: { place: "#55676f", asset: "#16303d", ring: "#5b6c74" },
};

export interface CaptionInput {
  tracks: readonly Track[];
  selected: number | null;
  hovered: number | null;
  /** The names of what may be threatened, by number. */
  assets: readonly string[];
  warned: ReadonlySet<number>;
  zoom: number;
  lead_s: number;
  theme: Theme;
  project: Projector;
  inside: (x: number, y: number) => boolean;
  /** The map's area, in CSS pixels. */
  area_px: number;
}

/** More words than this on one map are read by nobody; those that must be shown come first. */
const [LABELS_MIN, LABELS_MAX, LABEL_PX2] = [24, 160, 5_000];
/** Labels of all that is known of a track: so many of the gravest; the next have their name alone. */
const FULL_PX2 = 30_000;

/** Chosen, or warned of: shown in full however many there are. */
const MUST = 800;

/** Labels of the tracks in view; few words for the harmless, more for those that matter. */
export function trackLabels(input: CaptionInput): Label[] {
  const wanted: { track: Track; at: { x: number; y: number }; priority: number; full: boolean }[] = [];
  for (const track of input.tracks) {
    const chosen = track.id === input.selected || track.id === input.hovered;
    const grave = isDangerous(track.identity) || input.warned.has(track.id);
    if (!chosen && !grave && !wordsWanted(track, input.zoom)) continue;
    const at = input.project(track.lat_deg, track.lon_deg);
    if (!input.inside(at.x, at.y)) continue;
    const priority = (chosen ? 1000 : 0) + (input.warned.has(track.id) ? 300 : 0) + (grave ? 500 : 0)
      + (isKnown(track.identity) ? 20 : 40);
    wanted.push({ track, at, priority, full: chosen || grave });
  }
  const most = Math.max(LABELS_MIN, Math.min(LABELS_MAX, Math.floor(input.area_px / LABEL_PX2)));
  const fullMost = Math.floor(input.area_px / FULL_PX2);
  wanted.sort((a, b) => b.priority - a.priority || a.track.id - b.track.id);
  return wanted.slice(0, most).map((one, i) => ({ ...one, full: one.full && (i < fullMost || one.priority >= MUST) }))
    .map(({ track, at, priority, full }) => ({
    key: `t${track.id}`, ...at, gap: 19,
    lines: full ? fullLines(track, input.assets) : [shortLine(track)],
    colour: IDENTITY_COLOURS[input.theme][track.identity],
    font: `${full ? 600 : 500} 12px ${SANS}`, line_px: 15, priority, must: full, plate: full,
    avoid: leadEnd(track, input),
  }));
}

function wordsWanted(track: Track, zoom: number): boolean {
  if (isBird(track.object_class) || track.dismissed) return zoom >= 13;
  return zoom >= (isKnown(track.identity) && track.range_m > 20_000 ? 10.5 : 9);
}

function leadEnd(track: Track, input: CaptionInput): { x: number; y: number } {
  const { v_east_mps, v_north_mps } = track;
  const [lat, lon] = offset(
    track.lat_deg, track.lon_deg, v_east_mps * input.lead_s, v_north_mps * input.lead_s,
  );
  return input.project(lat, lon);
}

function shortLine(track: Track): string {
  return clipped(track.label) || trackName(track.id);
}

function fullLines(track: Track, assets: readonly string[]): string[] {
  const name = `${trackName(track.id)} ${IDENTITY_WORDS[track.identity].toUpperCase()}`;
  const high = track.height_observed ? height(track.up_m, track.sigma_up_m) : noHeight();
  const motion = `${high}  ${speedWords(whole(track.speed_mps))}`;
  const arrival_s = earliestArrival(track);
  const soonest = Number.isFinite(arrival_s) ? [reachWords(clipped(assets[track.arrival_asset] ?? SOME_ASSET.word), clockSpan(arrival_s))] : [];
  const seen = track.coasting ? [coastingWords(whole(track.age_s))] : [];
  const what = track.label ? [clipped(track.label)] : [CLASS_WORDS[track.object_class]];
  return [name, ...what, motion, ...seen, ...soonest];
}

/** The words of the tools: the times of a prediction. */
export function noteLabels(
  notes: readonly { lat_deg: number; lon_deg: number; lines: string[] }[], theme: Theme, project: Projector,
): Label[] {
  return notes.map((note, i) => ({
    key: `n${i}`, ...project(note.lat_deg, note.lon_deg), gap: 8, lines: note.lines, colour: INK[theme].asset,
    font: `600 12px ${SANS}`, line_px: 15, priority: 250 - i, must: false, plate: true,
  }));
}

/** Labels of what stands still. */
export function siteLabels(
  site: SiteView, zoom: number, theme: Theme, project: Projector, rings: boolean, sensors: boolean,
): Label[] {
  const ink = INK[theme];
  const base = { line_px: 14, must: false, plate: false };
  const out: Label[] = [];
  for (const asset of site.assets) {
    const at = project(asset.lat_deg, asset.lon_deg);
    out.push({
      ...base, ...at, key: `a${asset.id}`, gap: 10, lines: [clipped(asset.name)], colour: ink.asset,
      font: `600 12px ${SANS}`, priority: 300, must: zoom >= ASSETS_NAMED_ZOOM,
    });
  }
  for (const sensor of sensors ? site.sensors : []) {
    out.push({
      ...base, ...project(sensor.lat_deg, sensor.lon_deg), key: `s${sensor.id}`, gap: 9,
      lines: [clipped(sensor.name)], colour: ink.place, font: `500 12px ${SANS}`, priority: 200,
      must: zoom >= ASSETS_NAMED_ZOOM,
    });
  }
  for (const place of site.map.places) {
    if (place.rank > zoom - 3) continue;
    const at = project(place.lat_deg, place.lon_deg);
    out.push({
      ...base, ...at, key: `p${place.name}`, gap: 0, lines: [clipped(place.name)], colour: ink.place,
      font: `400 12px ${SANS}`, priority: 10 - place.rank, centred: true,
    });
  }
  return rings ? [...out, ...ringLabels(site, zoom, theme, project)] : out;
}

function ringLabels(site: SiteView, zoom: number, theme: Theme, project: Projector): Label[] {
  if (zoom < 7.5) return [];
  const { lat_deg, lon_deg } = site.reference;
  const words: [string, number, number][] = RINGS_KM.map((km) => [ringWords(km), 0, km * 1000]);
  const outer_m = (RINGS_KM[RINGS_KM.length - 1] ?? 20) * 1045;
  for (let b = 30; b < 360; b += 30) words.push([String(b).padStart(3, "0"), b, outer_m]);
  return words.map(([text, bearing_deg, radius_m]) => ({
    key: `r${text}`, ...project(...destination(lat_deg, lon_deg, bearing_deg, radius_m)), gap: 0,
    lines: [text], colour: INK[theme].ring, font: `400 11px ${SANS}`, line_px: 13, priority: 5,
    must: false, plate: false, centred: true,
  }));
}
