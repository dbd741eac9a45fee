import { describe, expect, test } from "vitest";
import { idOf } from "../src/core/outline";
import { heldAt, zoneFeatures, zoneLabels, type ZoneShown } from "../src/map/zones";

const RING = [[33.8, 42.5], [33.8, 42.51], [33.81, 42.51]] as const;
const ZONE: ZoneShown = { id: "huts", name: "Huts", change: "changed", words: "changed by A", ring: RING, filed: [...RING].reverse() };

describe("what a press takes hold of", () => {
  const corners = [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 100, y: 100 }];
  test.each([
    [{ x: 4, y: 5 }, { corner: 0 }], [{ x: 95, y: 93 }, { corner: 2 }], [{ x: 52, y: 3 }, { after: 0 }],
    [{ x: 50, y: 50 }, { after: 2 }], [{ x: 70, y: 30 }, null],
  ])("%o", (at, held) => expect(heldAt(corners, at)).toEqual(held));

  test("the nearer of two corners, and no edge back of two", () => {
    expect(heldAt([{ x: 0, y: 0 }, { x: 8, y: 0 }], { x: 6, y: 0 })).toEqual({ corner: 1 });
    expect(heldAt([{ x: 0, y: 0 }, { x: 100, y: 0 }], { x: 50, y: 0 })).toEqual({ after: 0 });
    expect(heldAt([], { x: 0, y: 0 })).toBeNull();
  });
});

test("an id is made of the name, or of nothing, and is nobody else's", () => {
  expect(idOf("Camp East 2", [])).toBe("camp-east-2");
  expect(idOf("Camp", ["camp", "camp-2"])).toBe("camp-3");
  expect(idOf("Табір", [])).toBe("zone");
  expect(idOf("<b>É</b>", [])).toMatch(/^[a-z0-9][a-z0-9-]*$/);
  expect(idOf("x".repeat(80), []).length).toBeLessThan(48);
});

test("a changed zone is drawn with what the site file had, and both are closed", () => {
  const { features } = zoneFeatures([ZONE, { ...ZONE, ring: null }, { ...ZONE, change: "", filed: null }]);
  expect(features.map((one) => one.properties?.["kind"])).toEqual(["filed", "drawn", "filed", "zone"]);
  const [outer] = (features[1]?.geometry as GeoJSON.Polygon).coordinates;
  expect(outer?.[0]).toEqual(outer?.[3]);
  const [label] = zoneLabels([ZONE], "night", (lat, lon) => ({ x: lon, y: lat }));
  expect(label?.lines).toEqual(["Huts", "changed by A"]);
});
