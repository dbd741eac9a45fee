import { describe, expect, test } from "vitest";
import { ellipse } from "../src/map/geodesy";
import { overlap, placeLabels, type Label } from "../src/map/labels";

function label(key: string, x: number, y: number, more: Partial<Label> = {}): Label {
  return {
    key, x, y, gap: 16, lines: [key], colour: "#fff", font: "12px sans-serif", line_px: 14,
    priority: 1, must: false, plate: false, ...more,
  };
}
const width = (): number => 50;

describe("labels", () => {
  test("two near labels do not overlap", () => {
    const placed = placeLabels([label("a", 100, 100), label("b", 105, 104)], [], new Map(), width);
    const [a, b] = placed;
    expect(placed).toHaveLength(2);
    expect(a && b && overlap(a.box, b.box)).toBe(false);
  });

  test("a crowd loses its least important labels, never the one that must be shown", () => {
    const crowd = Array.from({ length: 40 }, (_, i) => label(`c${i}`, 100 + (i % 5), 100 + (i % 7)));
    const placed = placeLabels([...crowd, label("hostile", 101, 101, { must: true, priority: 900 })], [], new Map(), width);
    expect(placed.length).toBeLessThan(20);
    expect(placed[0]?.key).toBe("hostile");
  });

  test("a label keeps its place while that is free", () => {
    const placed = placeLabels([label("a", 100, 100)], [], new Map([["a", 4]]), width);
    expect(placed[0]?.place).toBe(4);
  });

  test("a label does not lie on another track's symbol", () => {
    const symbol = { x0: 110, y0: 80, x1: 190, y1: 120 };
    const [placed] = placeLabels([label("a", 100, 100)], [symbol], new Map(), width);
    expect(placed && overlap(placed.box, symbol)).toBe(false);
  });
});

describe("uncertainty", () => {
  test("the ellipse of 95 % of a round error of 10 m has a radius of 24.5 m", () => {
    for (const [east, north] of ellipse([100, 0, 100])) expect(Math.hypot(east, north)).toBeCloseTo(24.48, 1);
  });

  test("the long axis lies along the correlated direction", () => {
    const points = ellipse([100, 90, 100]);
    const far = points.reduce((a, b) => (Math.hypot(...b) > Math.hypot(...a) ? b : a));
    expect(Math.abs(far[0] - far[1])).toBeLessThan(1);
  });
});
