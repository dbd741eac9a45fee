/** The ground under the picture: shipped land and borders, and what the site adds, in two themes. */
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import type { Theme } from "../core/hash";
import type { GroundView } from "../generated/model";
import { OWN, ownLayers, ownPaints, ownSource } from "./own-ground";

type Colours = Record<
  "water" | "land" | "border" | "river" | "road" | "runway" | "fence" | "ring" | "asset"
  | "assetFill" | "zone" | "coverage" | "civil" | "friendly" | "gap",
  string
>;

export const GROUND: Record<Theme, Colours> = {
  night: {
    water: "#0b151c", land: "#141f27", border: "#4a6270", river: "#28506b", road: "#34434d",
    runway: "#71868f", fence: "#4d5f68", ring: "#33454f", asset: "#b8d4e3",
    assetFill: "#b8d4e3", zone: "#8fdcd3", coverage: "#6c8fa3", civil: "#6fd3a0", friendly: "#6cc5ff", gap: "#8a7bb5",
  },
  day: {
    water: "#c9dbe4", land: "#f0f1ec", border: "#8b979c", river: "#7fb0cc", road: "#c9c9c0",
    runway: "#868e90", fence: "#a9adab", ring: "#b3bec2", asset: "#27485a",
    assetFill: "#27485a", zone: "#0a5a55", coverage: "#55788c", civil: "#0a7048", friendly: "#0062a8", gap: "#6a5a9c",
  },
};

const EMPTY = { type: "FeatureCollection" as const, features: [] };

type Paint = [layer: string, property: string, colour: keyof Colours];

/** Which paint property of which layer takes which colour: one list for both themes. */
export const PAINTS: Paint[] = [
  ["water", "background-color", "water"],
  ["land", "fill-color", "land"],
  ["borders", "line-color", "border"],
  ["river", "line-color", "river"],
  ["road", "line-color", "road"],
  ["border", "line-color", "border"],
  ["fence", "line-color", "fence"],
  ["runway", "line-color", "runway"],
  ["corridor-civil", "fill-color", "civil"],
  ["corridor-friendly", "fill-color", "friendly"],
  ["coverage", "line-color", "coverage"],
  ["sensor", "circle-stroke-color", "coverage"],
  ["sensor", "circle-color", "land"],
  ["gaps", "fill-color", "gap"],
  ["asset-fill", "fill-color", "assetFill"],
  ["asset-line", "line-color", "asset"],
  ["zone-fill", "fill-color", "zone"],
  ["zone-line", "line-color", "zone"],
  ["zone-drawn", "line-color", "zone"],
  ["zone-filed", "line-color", "zone"],
];

/** The layers a person can switch off, by the name of the switch. */
export const SWITCHED: Record<string, string[]> = {
  coverage: ["coverage", "sensor"],
  corridors: ["corridor-civil", "corridor-friendly"],
  zones: ["asset-fill", "asset-line", "zone-fill", "zone-line", "zone-drawn", "zone-filed"],
};

function line(
  id: string, source: string, filter: string | null, width: number, more: object = {},
): LayerSpecification {
  return {
    id, source, type: "line",
    ...(filter ? { filter: ["==", ["get", "kind"], filter] } : {}),
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-width": width, ...more },
  } as LayerSpecification;
}

function fill(id: string, source: string, filter: string | null, opacity: number): LayerSpecification {
  return {
    id, source, type: "fill",
    ...(filter ? { filter: ["==", ["get", "kind"], filter] } : {}),
    paint: { "fill-opacity": opacity, "fill-antialias": true },
  } as LayerSpecification;
}

/** The style of a theme: no glyphs, no sprites, nothing to fetch from elsewhere. own: the site's own map. */
export function groundStyle(theme: Theme, site: FeatureCollection, own: GroundView | null): StyleSpecification {
  const layers: LayerSpecification[] = [
    { id: "water", type: "background", paint: {} },
    fill("land", "land", null, 1),
    line("borders", "borders", null, 1.2, { "line-dasharray": [4, 2] }),
    ...(own ? ownLayers(own) : []),
    line("river", "site", "river", 2.4),
    line("road", "site", "road", 1.4),
    line("border", "site", "border", 1.2, { "line-dasharray": [4, 2] }),
    line("fence", "site", "fence", 1.1, { "line-dasharray": [3, 2] }),
    fill("corridor-civil", "site", "corridor-civil", 0.08),
    fill("corridor-friendly", "site", "corridor-friendly", 0.1),
    line("runway", "site", "runway", 3.5, { "line-opacity": 0.9 }),
    line("coverage", "site", "coverage", 1.2, { "line-dasharray": [2, 3], "line-opacity": 0.8 }),
    {
      id: "sensor", source: "site", type: "circle", filter: ["==", ["get", "kind"], "sensor"],
      paint: { "circle-radius": 4, "circle-stroke-width": 2 },
    },
    // Pieces side by side: smooth edges would show between them.
    { id: "gaps", source: "gaps", type: "fill", paint: { "fill-opacity": 0.3, "fill-antialias": false } },
    fill("asset-fill", "site", "asset", 0.1),
    line("asset-line", "site", "asset", 1.8),
    {
      id: "zone-fill", source: "zones", type: "fill", filter: ["!=", ["get", "kind"], "filed"],
      paint: { "fill-opacity": 0.1, "fill-antialias": true },
    },
    line("zone-line", "zones", "zone", 2),
    // What the site file does not have is dashed; what it had instead is dotted, and thin.
    line("zone-drawn", "zones", "drawn", 2.4, { "line-dasharray": [4, 1.6] }),
    line("zone-filed", "zones", "filed", 1.4, { "line-dasharray": [0.4, 2.4], "line-opacity": 0.8 }),
  ];
  const style: StyleSpecification = {
    version: 8,
    transition: { duration: 0, delay: 0 },
    sources: {
      ...(own ? { [OWN]: ownSource(own) } : {}),
      land: { type: "geojson", data: EMPTY, tolerance: 0.3 },
      borders: { type: "geojson", data: EMPTY, tolerance: 0.3 },
      gaps: { type: "geojson", data: EMPTY, tolerance: 0.1 },
      zones: { type: "geojson", data: EMPTY, tolerance: 0.1, maxzoom: 16 },
      site: { type: "geojson", data: site, tolerance: 0.1, maxzoom: 16 },
    },
    layers,
  };
  const paints = [
    ...PAINTS.map(([id, property, colour]) => [id, property, GROUND[theme][colour]] as const),
    ...(own ? ownPaints(own) : []).map(([id, property, values]) => [id, property, values[theme]] as const),
  ];
  for (const [id, property, value] of paints) {
    const layer = layers.find((candidate) => candidate.id === id);
    if (layer) (layer.paint as Record<string, unknown>)[property] = value;
  }
  return style;
}
