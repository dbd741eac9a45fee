/** Numbers as people read them. Every function takes what may be missing and gives a dash then. */

import { t } from "./language";

export const DASH = "–";

type Maybe = number | null | undefined;

function missing(value: Maybe): value is null | undefined {
  return value === null || value === undefined || !Number.isFinite(value);
}

/** Minutes and seconds: 94 -> "1:34"; an hour or more -> "1 h 05". */
export function clockSpan(seconds: Maybe): string {
  if (missing(seconds)) return DASH;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole >= 3600) {
    return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}`;
  }
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** An age: "0.4 s", "12 s", "3 min", "2 h". */
export function age(seconds: Maybe): string {
  if (missing(seconds)) return DASH;
  const s = Math.max(0, seconds);
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  return `${Math.round(s / 3600)} h`;
}

/** How long after its measurement a report comes: "185 ms", "12 s", "3 min", "5 h", "3 days". */
export function lateness(seconds: Maybe): string {
  if (missing(seconds)) return DASH;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 48 * 3600 ? age(seconds) : `${Math.round(seconds / 86_400)} days`;
}

/** How often reports come: "23.6 a second", "2 a minute", "none now". */
export function rate(perSecond: Maybe): string {
  if (missing(perSecond)) return DASH;
  if (perSecond >= 0.1) return `${perSecond.toFixed(1)} a second`;
  const perMinute = Math.round(perSecond * 60);
  return perMinute > 0 ? `${perMinute} a minute` : "none now";
}

/** Below this a height under the site's own level is one of the ground, as far as sensors can say. */
const GROUND_M = 60;

/** Say whether a height above the site (standard deviation sigma_m) is that of the ground. */
export function atGround(up_m: number, sigma_m: number): boolean {
  return up_m < 0 && up_m >= -Math.max(GROUND_M, 3 * (Number.isFinite(sigma_m) ? sigma_m : 0));
}

/** A height above the site: "72 m", or "at ground": nothing flies under it. */
export function height(up_m: number, sigma_m: number): string {
  return atGround(up_m, sigma_m) ? "at ground" : `${whole(up_m)} m`;
}

/** The first letters of a name, where there is no room for it: "Flight line" -> "FL". */
export function initials(name: string): string {
  return name.split(/[\s-]+/).filter(Boolean).map((word) => word.charAt(0).toUpperCase()).join("").slice(0, 3);
}

/** A distance: "850 m", "4.2 km", "27 km". */
export function distance(metres: Maybe): string {
  if (missing(metres)) return DASH;
  if (metres < 1000) return `${Math.round(metres / 10) * 10} m`;
  return `${(metres / 1000).toFixed(metres < 20_000 ? 1 : 0)} km`;
}

export function kilometres(metres: Maybe): string {
  return missing(metres) ? DASH : (metres / 1000).toFixed(1);
}

/** A bearing clockwise from true north: "007". */
export function bearing(degrees: Maybe): string {
  if (missing(degrees)) return DASH;
  return String(Math.round(((degrees % 360) + 360) % 360) % 360).padStart(3, "0");
}

export function whole(value: Maybe): string {
  return missing(value) ? DASH : String(Math.round(value) + 0);
}

export function percent(probability: Maybe): string {
  if (missing(probability)) return DASH;
  if (probability > 0.99 && probability < 1) return ">99 %";
  if (probability > 0 && probability < 0.01) return "<1 %";
  return `${Math.round(probability * 100)} %`;
}

/** UTC time of day of microseconds since the epoch: "09:41:07". */
export function timeOfDay(t_us: Maybe): string {
  return missing(t_us) ? DASH : new Date(t_us / 1000).toISOString().slice(11, 19);
}

/** UTC date of microseconds since the epoch: "4 Jan 2022". */
export function date(t_us: Maybe): string {
  if (missing(t_us)) return DASH;
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const day = new Date(t_us / 1000);
  return `${day.getUTCDate()} ${months[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
}

/** A position in degrees with hemisphere letters, to about ten metres. */
export function position(lat_deg: Maybe, lon_deg: Maybe): string {
  if (missing(lat_deg) || missing(lon_deg)) return DASH;
  const lat = `${Math.abs(lat_deg).toFixed(4)}° ${lat_deg < 0 ? "S" : "N"}`;
  return `${lat} ${Math.abs(lon_deg).toFixed(4)}° ${lon_deg < 0 ? "W" : "E"}`;
}

const COUNTED = {
  track: (n: number) => (n === 1 ? `${n} track` : `${n} tracks`),
  report: (n: number) => (n === 1 ? `${n} report` : `${n} reports`),
  step: (n: number) => (n === 1 ? `${n} step` : `${n} steps`),
};

/** "1 track", "2 tracks". */
export function count(n: number, what: keyof typeof COUNTED): string {
  return COUNTED[what](n);
}

const WINDS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];

/** The word for a bearing, as one says it: 280 -> "west". */
export function compass(degrees: Maybe): string {
  if (missing(degrees)) return DASH;
  return t(WINDS[Math.round((((degrees % 360) + 360) % 360) / 45) % 8] ?? DASH);
}
