/** The measuring line: from a place or a track to another; it moves with the tracks at its ends. */
import { groundBearing, groundDistance } from "../map/geodesy";
import { clockSpan, distance, bearing } from "./format";
import type { Track } from "./track";
import { trackName } from "./words";

type Point = [lat_deg: number, lon_deg: number];

/** Written in the address: "t12", or "33.80000,42.40000". */
const END = String.raw`(?:t\d{1,9}|-?\d{1,2}(?:\.\d{1,7})?,-?\d{1,3}(?:\.\d{1,7})?)`;
const LINE = new RegExp(`^${END}(?:~${END})?$`);
/** A drone's usual speed, where the line begins at nothing that flies. */
const SPEED_MPS = 50;
const HOVER_MPS = 2;

/** Read a line's ends, as the address has them; "" for what cannot be read. */
export function readLine(text: string): string {
  return LINE.test(text) ? text : "";
}

/** Write one end: a track where there is one, else the place. */
export function writeEnd(trackId: number | null, lat_deg: number, lon_deg: number): string {
  return trackId === null ? `${lat_deg.toFixed(5)},${lon_deg.toFixed(5)}` : `t${trackId}`;
}

/** Add an end to a line that has one, or begin anew. */
export function addEnd(line: string, end: string): string {
  return line && !line.includes("~") && line !== end ? `${line}~${end}` : end;
}

export interface Measured {
  from: Point;
  to: Point | null;
  words: string[];
}

/** Say what a line measures now; null where it has no beginning, or its track is gone. */
export function measured(line: string, byId: ReadonlyMap<number, Track>): Measured | null {
  const [first = "", second = ""] = line.split("~");
  const from = placeOf(first, byId);
  if (!from) return null;
  const to = placeOf(second, byId);
  if (!to) return { from, to: null, words: ["press the second place"] };
  const flying = trackOf(first, byId) ?? trackOf(second, byId);
  const speed_mps = flying && flying.speed_mps >= HOVER_MPS ? flying.speed_mps : SPEED_MPS;
  const length_m = groundDistance(from, to);
  return {
    from, to,
    words: [
      `${exactly(length_m)}  ${bearing(groundBearing(from, to))}°`,
      `${clockSpan(length_m / speed_mps)} at ${Math.round(speed_mps)} m/s${flying ? ` (${trackName(flying.id)})` : ""}`,
    ],
  };
}

function exactly(length_m: number): string {
  return length_m < 1000 ? `${Math.round(length_m)} m` : length_m < 100_000 ? `${(length_m / 1000).toFixed(2)} km` : distance(length_m);
}

function trackOf(end: string, byId: ReadonlyMap<number, Track>): Track | undefined {
  return end.startsWith("t") ? byId.get(Number(end.slice(1))) : undefined;
}

function placeOf(end: string, byId: ReadonlyMap<number, Track>): Point | null {
  if (!end) return null;
  if (end.startsWith("t")) {
    const track = trackOf(end, byId);
    return track ? [track.lat_deg, track.lon_deg] : null;
  }
  const [lat = NaN, lon = NaN] = end.split(",").map(Number);
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? [lat, lon] : null;
}
