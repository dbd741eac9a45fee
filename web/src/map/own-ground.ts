/** The site's own map under the picture, from its PMTiles file: where its tiles come from, how they look. */
import { addProtocol, type LayerSpecification, type SourceSpecification } from "maplibre-gl";
import { FetchSource, PMTiles, Protocol } from "pmtiles";
import type { Theme } from "../core/hash";
import type { GroundView } from "../generated/model";

export const OWN = "own-ground";
type Kind = "earth" | "green" | "water" | "plain" | "building" | "road" | "runway" | "border";
type Own = Pick<GroundView, "kind" | "url" | "min_zoom" | "max_zoom" | "west_deg" | "south_deg" | "east_deg" | "north_deg" | "layers">;
/** A paint property of a layer, by theme. */
export type OwnPaint = [layer: string, property: string, values: Record<Theme, string | number>];

/** Layers of the usual schemas, by the words in their names; what has none of them is plain. In the order of drawing. */
const KINDS: readonly [Kind, RegExp][] = [
  ["earth", /^(earth|land|ground)$/],
  ["green", /landuse|landcover|park|green|wood|forest|natural|vegetation/],
  ["water", /water|ocean|river|lake|sea/],
  ["plain", /^$/],
  ["building", /build|structure/],
  ["road", /road|transport|street|highway|rail|transit|path/],
  ["runway", /aeroway|runway|airport|airfield/],
  ["border", /bound|border|admin/],
];
const LINES_ONLY: readonly Kind[] = ["road", "border"];
const WIDTH: Partial<Record<Kind, number>> = { road: 1.2, runway: 2.5, water: 1.4, border: 1.1 };

/** Quiet colours: the symbols stand out, and red is for warnings alone. */
const COLOURS: Record<Kind, Record<Theme, string>> = {
  earth: { night: "#141f27", day: "#f0f1ec" },
  green: { night: "#16261f", day: "#e3ebdd" },
  water: { night: "#0d1c28", day: "#c3d8e3" },
  plain: { night: "#3a4c57", day: "#b9c0bf" },
  building: { night: "#24323c", day: "#d9d9d1" },
  road: { night: "#3b4b55", day: "#bdbdb3" },
  runway: { night: "#71868f", day: "#868e90" },
  border: { night: "#4a6270", day: "#8b979c" },
};
/** A picture made for paper glares at night, and is toned down by day. */
const RASTER: Record<string, Record<Theme, number>> = {
  "raster-brightness-max": { night: 0.4, day: 1 },
  "raster-saturation": { night: -0.6, day: -0.5 },
  "raster-opacity": { night: 1, day: 0.65 },
};

/** What a vector layer shows, by its name. */
export function kindOf(name: string): Kind {
  const lower = name.toLowerCase();
  return KINDS.find(([, words]) => words.test(lower))?.[0] ?? "plain";
}

const protocol = new Protocol();
let served = false;

/** The source of the site's own map; its pieces are fetched from this service alone. */
export function ownSource(own: Own): SourceSpecification {
  if (!served) addProtocol("pmtiles", protocol.tile);
  served = true;
  protocol.add(new PMTiles(new FetchSource(own.url)));
  return {
    type: own.kind, tiles: [`pmtiles://${own.url}/{z}/{x}/{y}`], minzoom: own.min_zoom, maxzoom: own.max_zoom,
    bounds: [own.west_deg, own.south_deg, own.east_deg, own.north_deg],
    ...(own.kind === "raster" ? { tileSize: 256 } : {}),
  } as SourceSpecification;
}

/** The layers of the site's own map: areas and lines, no words and no signs, so that nothing else is fetched. */
export function ownLayers(own: Own): LayerSpecification[] {
  if (own.kind === "raster") {
    return [{ id: OWN, source: OWN, type: "raster", paint: { "raster-fade-duration": 0 } }];
  }
  const order = KINDS.map(([kind]) => kind);
  return own.layers.map((name, i) => ({ name, i, kind: kindOf(name) }))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.i - b.i)
    .flatMap(({ name, i, kind }) => [...(LINES_ONLY.includes(kind) ? [] : [area(name, i, kind)]), edge(name, i, kind)]);
}

const only = (geometry: string): unknown => ["in", ["geometry-type"], ["literal", [geometry, `Multi${geometry}`]]];

function area(name: string, i: number, kind: Kind): LayerSpecification {
  return {
    id: `${OWN}-area-${i}-${kind}`, source: OWN, "source-layer": name, type: "fill", filter: only("Polygon"),
    paint: { "fill-opacity": kind === "plain" ? 0.25 : 1 },
  } as LayerSpecification;
}

function edge(name: string, i: number, kind: Kind): LayerSpecification {
  return {
    id: `${OWN}-edge-${i}-${kind}`, source: OWN, "source-layer": name, type: "line", filter: only("LineString"),
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-width": WIDTH[kind] ?? 1, ...(kind === "border" ? { "line-dasharray": [4, 2] } : {}) },
  } as LayerSpecification;
}

/** What of the layers is coloured by theme. */
export function ownPaints(own: Own): OwnPaint[] {
  if (own.kind === "raster") return Object.entries(RASTER).map(([property, values]): OwnPaint => [OWN, property, values]);
  return ownLayers(own).map((layer): OwnPaint =>
    [layer.id, layer.type === "fill" ? "fill-color" : "line-color", COLOURS[kindOf(sourceLayer(layer))]]);
}

function sourceLayer(layer: LayerSpecification): string {
  return "source-layer" in layer ? layer["source-layer"] ?? "" : "";
}
