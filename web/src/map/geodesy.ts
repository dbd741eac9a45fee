/** Small geodesy for drawing: Mercator units, circles and offsets. Good to metres at 100 km. */

export const EARTH_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** Web Mercator x of a longitude, 0 to 1. */
export function mercatorX(lon_deg: number): number {
  return (lon_deg + 180) / 360;
}

/** Web Mercator y of a latitude, 0 (north) to 1. */
export function mercatorY(lat_deg: number): number {
  const lat = Math.max(-85.05, Math.min(85.05, lat_deg)) * RADIANS;
  return (1 - Math.log(Math.tan(lat) + 1 / Math.cos(lat)) / Math.PI) / 2;
}

/** The point `distance_m` away on a bearing, on a sphere; [lat, lon]. */
export function destination(
  lat_deg: number, lon_deg: number, bearing_deg: number, distance_m: number,
): [number, number] {
  const d = distance_m / EARTH_M;
  const lat = lat_deg * RADIANS;
  const b = bearing_deg * RADIANS;
  const lat2 = Math.asin(Math.sin(lat) * Math.cos(d) + Math.cos(lat) * Math.sin(d) * Math.cos(b));
  const dLon = Math.atan2(
    Math.sin(b) * Math.sin(d) * Math.cos(lat), Math.cos(d) - Math.sin(lat) * Math.sin(lat2),
  );
  return [lat2 / RADIANS, lon_deg + dLon / RADIANS];
}

/** Move by metres east and north: near enough for what is drawn around a track; [lat, lon]. */
export function offset(
  lat_deg: number, lon_deg: number, east_m: number, north_m: number,
): [number, number] {
  const lat = lat_deg + north_m / EARTH_M / RADIANS;
  return [lat, lon_deg + east_m / (EARTH_M * Math.cos(lat_deg * RADIANS)) / RADIANS];
}

/** Ground distance in metres between two points (haversine). */
export function groundDistance(a: [number, number], b: [number, number]): number {
  const dLat = (b[0] - a[0]) * RADIANS;
  const dLon = (b[1] - a[1]) * RADIANS;
  const h = Math.sin(dLat / 2) ** 2
    + Math.cos(a[0] * RADIANS) * Math.cos(b[0] * RADIANS) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(h));
}

/** Bearing from a to b, clockwise from true north, 0 to 360. */
export function groundBearing(a: [number, number], b: [number, number]): number {
  const dLon = (b[1] - a[1]) * RADIANS;
  const [la, lb] = [a[0] * RADIANS, b[0] * RADIANS];
  const y = Math.sin(dLon) * Math.cos(lb);
  const x = Math.cos(la) * Math.sin(lb) - Math.sin(la) * Math.cos(lb) * Math.cos(dLon);
  return (Math.atan2(y, x) / RADIANS + 360) % 360;
}

/** A closed ring or an arc around a point, as [lon, lat] pairs for GeoJSON. */
export function circle(
  lat_deg: number, lon_deg: number, radius_m: number, from_deg = 0, to_deg = 360, steps = 96,
): [number, number][] {
  const span = to_deg - from_deg;
  const n = Math.max(2, Math.ceil((steps * span) / 360));
  return Array.from({ length: n + 1 }, (_, i) => {
    const [lat, lon] = destination(lat_deg, lon_deg, from_deg + (span * i) / n, radius_m);
    return [lon, lat];
  });
}

/** An ellipse about a place, closed, [lat, lon]; its long axis clockwise from north. */
export function turnedEllipse(
  lat_deg: number, lon_deg: number, major_m: number, minor_m: number, orientation_deg: number, steps = 48,
): [number, number][] {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = (2 * Math.PI * i) / steps;
    const [along, across] = [major_m * Math.cos(t), minor_m * Math.sin(t)];
    const turn_deg = Math.atan2(across, along) / RADIANS;
    return destination(lat_deg, lon_deg, orientation_deg + turn_deg, Math.hypot(along, across));
  });
}

/**
 * The ellipse that holds a position with probability `prob`, as offsets [east, north] in metres.
 *
 * cov: [var_east, cov_east_north, var_north] in m². Scale: chi-square with two degrees of freedom.
 */
export function ellipse(cov: [number, number, number], prob = 0.95, steps = 48): [number, number][] {
  const [a, b, d] = cov;
  const scale = Math.sqrt(-2 * Math.log(1 - prob));
  const mean = (a + d) / 2;
  const root = Math.sqrt(Math.max(0, ((a - d) / 2) ** 2 + b * b));
  const major = scale * Math.sqrt(Math.max(0, mean + root));
  const minor = scale * Math.sqrt(Math.max(0, mean - root));
  const angle = 0.5 * Math.atan2(2 * b, a - d);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = (2 * Math.PI * i) / steps;
    const [u, v] = [major * Math.cos(t), minor * Math.sin(t)];
    return [u * Math.cos(angle) - v * Math.sin(angle), u * Math.sin(angle) + v * Math.cos(angle)];
  });
}
