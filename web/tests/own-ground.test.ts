/** The site's own map: what its layers are taken for, and that nothing else is fetched for them. */
import { describe, expect, test } from "vitest";
import type { GroundView } from "../src/generated/model";
import { siteFeatures } from "../src/map/ground";
import { kindOf, OWN, ownLayers, ownPaints } from "../src/map/own-ground";
import { groundStyle } from "../src/map/style";

const own = (kind: "vector" | "raster", layers: string[] = []): GroundView => ({
  kind, url: "/api/map.pmtiles?v=1", min_zoom: 0, max_zoom: 14, west_deg: -10, south_deg: -5, east_deg: 10, north_deg: 5, layers, attribution: "",
});
const site = { map: { lines: [], places: [], pmtiles: null }, corridors: [], sensors: [], assets: [] } as never;

test("layers of the usual schemas are known by their names, others are plain", () => {
  const named = {
    water: "water", waterway: "water", earth: "earth", landuse: "green", landcover: "green", park: "green", buildings: "building",
    roads: "road", transportation: "road", boundary: "border", boundaries: "border", aeroway: "runway", contours: "plain",
  };
  expect(Object.fromEntries(Object.keys(named).map((name) => [name, kindOf(name)]))).toEqual(named);
});

describe.each(["night", "day"] as const)("by %s", (theme) => {
  test("a vector map is areas and lines under the site's own lines, each coloured", () => {
    const ground = own("vector", ["roads", "water", "contours"]);
    const style = groundStyle(theme, siteFeatures(site), ground);
    const ids = style.layers.map((layer) => layer.id);
    expect(ids.indexOf("borders")).toBeLessThan(ids.findIndex((id) => id.startsWith(OWN)));
    expect(ids.findLastIndex((id) => id.startsWith(OWN))).toBeLessThan(ids.indexOf("river"));
    expect(new Set(ownLayers(ground).map((layer) => layer.type))).toEqual(new Set(["fill", "line"]));
    expect(ids.filter((id) => id.startsWith(OWN))).toEqual([
      "own-ground-area-1-water", "own-ground-edge-1-water", "own-ground-area-2-plain", "own-ground-edge-2-plain", "own-ground-edge-0-road",
    ]);
    for (const [id, property, values] of ownPaints(ground)) {
      const layer = style.layers.find((one) => one.id === id);
      expect((layer?.paint as Record<string, unknown>)[property]).toBe(values[theme]);
    }
  });

  test("a raster map is one layer, darker at night, from this service alone", () => {
    const style = groundStyle(theme, siteFeatures(site), own("raster"));
    const layer = style.layers.find((one) => one.id === OWN);
    expect((layer?.paint as Record<string, number>)["raster-brightness-max"]).toBe(theme === "night" ? 0.4 : 1);
    expect(style.sources[OWN]).toMatchObject({ type: "raster", tiles: ["pmtiles:///api/map.pmtiles?v=1/{z}/{x}/{y}"], maxzoom: 14 });
    expect(style.glyphs ?? style.sprite).toBeUndefined();
    expect(JSON.stringify(style)).not.toMatch(/https?:/);
  });
});

test("a site without a map of its own has none", () => {
  const style = groundStyle("night", siteFeatures(site), null);
  expect(style.sources[OWN]).toBeUndefined();
  expect(style.layers.some((layer) => layer.id.startsWith(OWN))).toBe(false);
});
