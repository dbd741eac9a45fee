/** The site and the shipped base map as GeoJSON for the ground style. */
import type { Feature, FeatureCollection, Geometry } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import worldUrl from "world-atlas/countries-50m.json?url";
import type { Asset, Corridor, Sensor, SiteView } from "../generated/model";
import type { Gap } from "../core/coverage";
import { circle, destination, groundBearing, groundDistance } from "./geodesy";

export const RINGS_KM = [5, 10, 20];

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

/** Fetch land and borders from this service (Natural Earth 1:50 million, public domain). */
export async function loadWorld(): Promise<{ land: FeatureCollection; borders: Feature } | null> {
  const answer = await fetch(worldUrl);
  if (!answer.ok) return null;
  const world = (await answer.json()) as World;
  const borders = mesh(world, world.objects.countries, (a, b) => a !== b);
  return {
    land: feature(world, world.objects.land) as FeatureCollection,
    borders: { type: "Feature", properties: {}, geometry: borders },
  };
}

/** Everything of the site that stands still. */
export function siteFeatures(site: SiteView): FeatureCollection {
  const features: Feature[] = [
    ...site.map.lines.map((line) =>
      item(line.kind, { type: "LineString", coordinates: line.points.map(([lat, lon]) => [lon, lat]) })),
    ...site.corridors.map(corridor),
    ...site.sensors.map(coverage),
    ...site.sensors.map((sensor) =>
      item("sensor", { type: "Point", coordinates: [sensor.lon_deg, sensor.lat_deg] })),
    ...site.assets.map((asset) =>
      item("asset", {
        type: "Polygon", coordinates: [assetRing(asset).map(([lat, lon]) => [lon, lat])],
      })),
  ];
  return { type: "FeatureCollection", features };
}

function item(kind: string, geometry: Geometry): Feature {
  return { type: "Feature", properties: { kind }, geometry };
}

/** The outline of an asset, closed, as [lat, lon]. */
export function assetRing(asset: Asset): [number, number][] {
  if (asset.polygon && asset.polygon.length >= 3) {
    return [...asset.polygon, asset.polygon[0] as [number, number]];
  }
  return circle(asset.lat_deg, asset.lon_deg, asset.radius_m).map(([lon, lat]) => [lat, lon]);
}

/** Range rings about the reference point, and a tick every ten degrees on the outermost. */
export function rangeRings(site: SiteView): [number, number][][] {
  const { lat_deg, lon_deg } = site.reference;
  const outer_m = (RINGS_KM[RINGS_KM.length - 1] ?? 20) * 1000;
  const circles = RINGS_KM.map((km) =>
    circle(lat_deg, lon_deg, km * 1000, 0, 360, 128).map(([lon, lat]): [number, number] => [lat, lon]));
  const ticks = Array.from({ length: 36 }, (_, i) => {
    const inner_m = outer_m * (i % 3 === 0 ? 0.97 : 0.985);
    return [inner_m, outer_m].map((r) => destination(lat_deg, lon_deg, i * 10, r));
  });
  return [...circles, ...ticks];
}

/** How far a sensor sees: a ring, or a sector with its two edges. */
function coverage(sensor: Sensor): Feature {
  const { range_max_m, azimuth_from_deg, azimuth_to_deg } = sensor.coverage;
  const { lat_deg, lon_deg } = sensor;
  const span = (((azimuth_to_deg - azimuth_from_deg) % 360) + 360) % 360;
  if (span === 0) {
    return item("coverage", {
      type: "LineString", coordinates: circle(lat_deg, lon_deg, range_max_m),
    });
  }
  const from_deg = azimuth_from_deg;
  const arc = circle(lat_deg, lon_deg, range_max_m, from_deg, from_deg + span);
  return item("coverage", {
    type: "LineString", coordinates: [[lon_deg, lat_deg], ...arc, [lon_deg, lat_deg]],
  });
}

/** What nobody sees, as areas: a piece of a ring each. */
export function gapFeatures(site: Pick<SiteView, "reference">, gaps: readonly Gap[]): FeatureCollection {
  const { lat_deg, lon_deg } = site.reference;
  const features = gaps.map((gap) => {
    const arc = (radius_m: number): [number, number][] =>
      circle(lat_deg, lon_deg, radius_m, gap.from_deg, gap.to_deg);
    const ring = [...arc(Math.max(1, gap.inner_m)), ...arc(gap.outer_m).reverse()];
    return item("gap", { type: "Polygon", coordinates: [[...ring, ring[0] as [number, number]]] });
  });
  return { type: "FeatureCollection", features };
}

/** A corridor as an area: the centre line widened to both sides, mitred simply. */
function corridor(lane: Corridor): Feature {
  const sides: [[number, number][], [number, number][]] = [[], []];
  lane.line.forEach((point, i) => {
    const before = lane.line[i - 1] ?? point;
    const after = lane.line[i + 1] ?? point;
    const along_deg = groundDistance(before, after) > 0 ? groundBearing(before, after) : 0;
    for (const [side, turn_deg] of [[0, -90], [1, 90]] as const) {
      const [lat, lon] = destination(point[0], point[1], along_deg + turn_deg, lane.half_width_m);
      sides[side].push([lon, lat]);
    }
  });
  const ring = [...sides[0], ...sides[1].reverse()];
  const closed = ring[0] ? [...ring, ring[0]] : ring;
  return item(`corridor-${lane.kind}`, { type: "Polygon", coordinates: [closed] });
}
