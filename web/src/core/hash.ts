/** The address of a view: what is after the # reproduces selection, map, table and theme. */
import { HEIGHTS_M } from "./coverage";
import { readLine } from "./measure";
import type { Filter, SortKey } from "./sorting";

export type Theme = "night" | "day";

export interface ViewState {
  track: number | null;
  lat_deg: number | null;
  lon_deg: number | null;
  zoom: number | null;
  filter: Filter;
  text: string;
  sort: SortKey;
  descending: boolean;
  theme: Theme;
  layers: string[];
  /** The moment of a replay. */
  moment_us: number | null;
  /** How far back trails reach. */
  trail_s: number;
  /** The height whose gaps in coverage are shown; 0: none. */
  cover_m: number;
  /** In a replay: the changed world beside the recorded one. */
  beside: boolean;
  /** The measuring line (measure.ts); "" for none. */
  measure: string;
}

/** The lengths of trails that can be chosen. */
export const TRAILS_S = [30, 60, 120, 300, 600];
const TRAIL_S = 120;

export const DEFAULT_LAYERS = ["rings", "zones", "labels", "trails", "ground"];

export function defaultView(): ViewState {
  return {
    track: null, lat_deg: null, lon_deg: null, zoom: null,
    filter: "all", text: "", sort: "urgency", descending: false,
    theme: "night", layers: [...DEFAULT_LAYERS], moment_us: null, trail_s: TRAIL_S, cover_m: 0, beside: false, measure: "",
  };
}

export const FILTERS: readonly Filter[] = ["all", "threats", "unknown", "known", "stale"];
const SORTS: readonly string[] = [
  "urgency", "track", "what", "range", "bearing", "height", "speed", "reach", "arrival",
];

function number(text: string | null, low: number, high: number): number | null {
  const value = text === null || text === "" ? NaN : Number(text);
  return value >= low && value <= high ? value : null;
}

/** Read a view from the part after the #. What cannot be read is left as it is by default. */
export function parseHash(hash: string): ViewState {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const view = defaultView();
  const at = (query.get("at") ?? "").split(",");
  view.track = number(query.get("track"), 0, 2 ** 31);
  view.lat_deg = number(at[0] ?? null, -85, 85);
  view.lon_deg = number(at[1] ?? null, -180, 180);
  view.zoom = number(at[2] ?? null, 0, 22);
  const filter = FILTERS.find((one) => one === query.get("show"));
  if (filter) view.filter = filter;
  const sort = (query.get("sort") ?? "").replace(/^-/, "");
  if (SORTS.includes(sort)) view.sort = sort as SortKey;
  view.descending = (query.get("sort") ?? "").startsWith("-");
  view.text = (query.get("find") ?? "").slice(0, 80);
  if (query.get("theme") === "day") view.theme = "day";
  const layers = query.get("layers");
  if (layers !== null) view.layers = layers.split(",").filter((word) => /^[a-z]+$/.test(word));
  const moment_ms = Date.parse(query.get("t") ?? "");
  if (moment_ms >= 0) view.moment_us = moment_ms * 1000;
  const [trail_s, cover_m] = [Number(query.get("trail")), Number(query.get("cover"))];
  if (TRAILS_S.includes(trail_s)) view.trail_s = trail_s;
  if (HEIGHTS_M.includes(cover_m)) view.cover_m = cover_m;
  view.beside = query.get("beside") === "1";
  view.measure = readLine(query.get("measure") ?? "");
  return view;
}

/** Write a view as the part after the #; what is as by default is left out. */
export function formatHash(view: ViewState): string {
  const parts: string[] = [];
  if (view.track !== null) parts.push(`track=${view.track}`);
  if (view.lat_deg !== null && view.lon_deg !== null && view.zoom !== null) {
    const place = [view.lat_deg.toFixed(4), view.lon_deg.toFixed(4), view.zoom.toFixed(2)];
    parts.push(`at=${place.join(",")}`);
  }
  if (view.filter !== "all") parts.push(`show=${view.filter}`);
  if (view.text) parts.push(`find=${encodeURIComponent(view.text)}`);
  if (view.sort !== "urgency" || view.descending) {
    parts.push(`sort=${view.descending ? "-" : ""}${view.sort}`);
  }
  if (view.theme !== "night") parts.push(`theme=${view.theme}`);
  if (view.layers.join() !== DEFAULT_LAYERS.join()) parts.push(`layers=${view.layers.join(",")}`);
  if (view.moment_us !== null) parts.push(`t=${new Date(Math.ceil(view.moment_us / 1000)).toISOString()}`);
  if (view.trail_s !== TRAIL_S) parts.push(`trail=${view.trail_s}`);
  if (view.cover_m !== 0) parts.push(`cover=${view.cover_m}`);
  if (view.beside) parts.push("beside=1");
  if (view.measure) parts.push(`measure=${encodeURIComponent(view.measure)}`);
  return parts.length ? `#${parts.join("&")}` : "";
}
