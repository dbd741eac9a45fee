/** The orders and filters of the table of tracks. */
import { earliestArrival, isDangerous, isKnown, isOld, type Track } from "./track";
import { CLASS_WORDS, IDENTITY_WORDS, isBird, trackName } from "./words";

export type SortKey =
  | "urgency" | "track" | "what" | "range" | "bearing" | "height" | "speed" | "reach" | "arrival";
export type Filter = "all" | "threats" | "unknown" | "known" | "stale";

export interface TableView {
  sort: SortKey;
  descending: boolean;
  filter: Filter;
  text: string;
}

const URGENCY: Record<Track["identity"], number> = {
  HOSTILE: 6, SUSPECT: 5, PENDING: 3, UNKNOWN: 3, ASSUMED_FRIEND: 1, NEUTRAL: 1, FRIEND: 1,
};

/**
 * How much a track wants attention, smoothly: identity first, then how likely and how soon it
 * could be at an asset. No hard limits, so that rows do not change places at a step.
 */
export function urgency(track: Track): number {
  const arrival_s = earliestArrival(track);
  const soon = Number.isFinite(arrival_s) ? 120 / (120 + arrival_s) : 0;
  const reach =
    Number.isFinite(track.reach_prob) && !isKnown(track.identity) ? track.reach_prob : 0;
  const harmless = isBird(track.object_class) && !isDangerous(track.identity)
    ? 2.6 * track.class_prob * (1 - reach) : 0;
  return URGENCY[track.identity] - harmless + 0.9 * soon * (0.15 + 0.85 * reach) - (track.dismissed ? 2.5 : 0);
}

const VALUES: Record<SortKey, (track: Track) => number | string> = {
  urgency: (t) => -urgency(t),
  track: (t) => t.id,
  what: (t) => IDENTITY_WORDS[t.identity] + CLASS_WORDS[t.object_class],
  range: (t) => t.range_m,
  bearing: (t) => t.bearing_deg,
  height: (t) => t.up_m,
  speed: (t) => t.speed_mps,
  reach: (t) => (isKnown(t.identity) || !Number.isFinite(t.reach_prob) ? -1 : t.reach_prob),
  arrival: (t) => (Number.isFinite(earliestArrival(t)) ? earliestArrival(t) : Infinity),
};

/** Values nearer to each other than this are one to a person; estimates tremble by about as much. */
const EQUAL: Partial<Record<SortKey, (value: number) => number>> = {
  urgency: () => 0.04, range: () => 200, bearing: () => 2, height: () => 30, speed: () => 2,
  reach: () => 0.05, arrival: (left_s) => 2 + 0.04 * left_s,
};

const FILTERS: Record<Filter, (track: Track) => boolean> = {
  all: () => true,
  threats: (t) => isDangerous(t.identity) || (!isKnown(t.identity) && t.reach_prob >= 0.2),
  unknown: (t) => t.identity === "UNKNOWN" || t.identity === "PENDING",
  known: (t) => isKnown(t.identity),
  stale: isOld,
};

/** Say whether a track passes the filter and the words typed. */
export function passes(track: Track, view: TableView): boolean {
  if (!FILTERS[view.filter](track)) return false;
  if (!view.text) return true;
  const text = view.text.trim().toLowerCase();
  const words = [
    trackName(track.id), track.label, IDENTITY_WORDS[track.identity], CLASS_WORDS[track.object_class],
  ];
  return words.join(" ").toLowerCase().includes(text);
}

/** Say which of two tracks comes clearly before the other in the chosen order. */
export function clearlyBefore(tracks: readonly Track[], view: TableView): (a: string, b: string) => boolean {
  const value = VALUES[view.sort];
  const values = new Map(tracks.map((track) => [String(track.id), value(track)] as const));
  const margin = EQUAL[view.sort] ?? (() => 0);
  return (a, b) => {
    const [x, y] = view.descending ? [values.get(b), values.get(a)] : [values.get(a), values.get(b)];
    if (typeof x === "number" && typeof y === "number") return x < y - margin(Number.isFinite(y) ? y : 0);
    return x !== undefined && y !== undefined && x < y;
  };
}

/** Sort a copy: by the chosen column, ties by number. Each value is worked out once: a crowd is compared often. */
export function sorted(tracks: readonly Track[], view: TableView): Track[] {
  const value = VALUES[view.sort];
  const sign = view.descending ? -1 : 1;
  const keyed = tracks.map((track) => ({ track, by: value(track) }));
  keyed.sort((a, b) => (a.by < b.by ? -sign : a.by > b.by ? sign : a.track.id - b.track.id));
  return keyed.map((one) => one.track);
}
