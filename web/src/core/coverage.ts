/**
 * Where nothing that flies silently at a height is seen now: a plain look at geometry.
 *
 * Reach, sector, elevation and mask of every radar and camera that is healthy, and the horizon of a
 * round earth for those whose antenna's height is known. No terrain and no probability:
 * `vedette coverage` has both. Receivers of what a target sends count for nothing here.
 */
import type { Sensor, SourceState } from "../generated/model";
import { destination, groundBearing, groundDistance } from "../map/geodesy";
import { compass, distance } from "./format";

/** Heights above the site's ground that can be shown; 0: none. */
export const HEIGHTS_M = [0, 30, 100, 300, 1000];
const EARTH_4_3_M = (4 / 3) * 6_371_008.8;
const SEEING = ["radar_3d", "radar_2d", "bearing_elevation", "range"];
const REACH_MAX_M = 40_000;
const STEP_DEG = 3;
const RINGS = 64;
const RADIANS = Math.PI / 180;

export interface Gap {
  from_deg: number;
  to_deg: number;
  inner_m: number;
  outer_m: number;
}

interface Place {
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
}

/** The sensors that see what sends nothing, and are healthy. */
export function seeing(sensors: readonly Sensor[], sources: readonly Pick<SourceState, "source" | "health">[]): Sensor[] {
  const sick = new Set(sources.filter((s) => s.health !== "ok" && s.health !== "degraded").map((s) => s.source));
  return sensors.filter((s) => SEEING.includes(s.kind) && s.cooperative !== true && !sick.has(s.id));
}

/** Say whether a sensor sees a height over a place at all. */
export function sees(sensor: Sensor, lat_deg: number, lon_deg: number, hae_m: number, above_ground_m: number): boolean {
  const cover = sensor.coverage;
  const here: [number, number] = [sensor.lat_deg, sensor.lon_deg];
  const ground_m = groundDistance(here, [lat_deg, lon_deg]);
  const up_m = hae_m - sensor.hae_m - ground_m ** 2 / (2 * EARTH_4_3_M);
  const slant_m = Math.hypot(ground_m, up_m);
  if (slant_m < cover.range_min_m || slant_m > cover.range_max_m) return false;
  const azimuth_deg = groundBearing(here, [lat_deg, lon_deg]);
  const span_deg = turn(cover.azimuth_to_deg - cover.azimuth_from_deg);
  if (span_deg !== 0 && turn(azimuth_deg - cover.azimuth_from_deg) > span_deg) return false;
  const elevation_deg = Math.atan2(up_m, ground_m) / RADIANS;
  const least_deg = Math.max(cover.elevation_min_deg, masked(cover.mask, azimuth_deg));
  if (elevation_deg < least_deg || elevation_deg > cover.elevation_max_deg) return false;
  if (sensor.antenna_agl_m === null) return true;
  return ground_m <= horizon(sensor.antenna_agl_m) + horizon(above_ground_m);
}

function turn(degrees: number): number {
  return ((degrees % 360) + 360) % 360;
}

function horizon(height_m: number): number {
  return Math.sqrt(2 * EARTH_4_3_M * Math.max(0, height_m));
}

/** The mask's least elevation at an azimuth: linear between its points, all round. */
function masked(mask: readonly (readonly [number, number])[], azimuth_deg: number): number {
  if (mask.length === 0) return -90;
  const points = [...mask].sort((a, b) => a[0] - b[0]);
  const next = points.findIndex(([at]) => at >= azimuth_deg);
  const after = points[next < 0 ? 0 : next] ?? [0, -90];
  const before = points[next <= 0 ? points.length - 1 : next - 1] ?? after;
  const span = turn(after[0] - before[0]) || 360;
  return before[1] + ((after[1] - before[1]) * turn(azimuth_deg - before[0])) / span;
}

/** How far out gaps are looked for: as far as the farthest of the site's own eyes, 40 km at most. */
export function reach_m(sensors: readonly Sensor[]): number {
  const own = sensors.filter((s) => SEEING.includes(s.kind) && s.cooperative !== true);
  return Math.min(REACH_MAX_M, Math.max(0, ...own.map((s) => s.coverage.range_max_m)));
}

/** List what nobody sees at a height: in each direction from the site, the stretches of distance. */
export function gapsAt(site: Place, eyes: readonly Sensor[], height_m: number, out_m: number): Gap[] {
  const gaps: Gap[] = [];
  const step_m = out_m / RINGS;
  for (let from_deg = 0; from_deg < 360; from_deg += STEP_DEG) {
    let begun: number | null = null;
    for (let i = 0; i <= RINGS; i += 1) {
      const [lat, lon] = destination(site.lat_deg, site.lon_deg, from_deg + STEP_DEG / 2, (i + 0.5) * step_m);
      const unseen = i < RINGS && !eyes.some((eye) => sees(eye, lat, lon, site.hae_m + height_m, height_m));
      if (unseen) begun ??= i;
      else if (begun !== null) {
        gaps.push({ from_deg, to_deg: from_deg + STEP_DEG, inner_m: begun * step_m, outer_m: i * step_m });
        begun = null;
      }
    }
  }
  return gaps;
}

/** Tell the gaps in words: in each of eight directions, from how near the site nothing is seen. */
export function gapWords(gaps: readonly Gap[]): string[] {
  const nearest = new Map<string, number>();
  for (const gap of gaps) {
    if (gap.outer_m - gap.inner_m < 1_000) continue;
    const wind = compass((gap.from_deg + gap.to_deg) / 2);
    nearest.set(wind, Math.min(nearest.get(wind) ?? Infinity, gap.inner_m));
  }
  return [...nearest].sort((a, b) => a[1] - b[1]).map(([wind, inner_m]) => `${wind}: from ${distance(inner_m)}`);
}
