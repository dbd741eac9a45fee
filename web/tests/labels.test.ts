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

  test("of two that must be shown in a crowd neither lies on the other's words", () => {
    const crowd = Array.from({ length: 25 }, (_, i) => {
      const [x, y] = [60 + (i % 5) * 20, 60 + Math.floor(i / 5) * 20];
      return { x0: x - 14, y0: y - 14, x1: x + 14, y1: y + 14 };
    });
    const placed = placeLabels(
      [label("a", 100, 100, { must: true }), label("b", 104, 102, { must: true })], crowd, new Map(), width,
    );
    const [a, b] = placed;
    expect(a && b && overlap(a.box, b.box)).toBe(false);
  });

  test("a label does not lie on another track's symbol", () => {
    const symbol = { x0: 110, y0: 80, x1: 190, y1: 120 };
    const [placed] = placeLabels([label("a", 100, 100)], [symbol], new Map(), width);
    expect(placed && overlap(placed.box, symbol)).toBe(false);
  });
});

describe("labels stay inside the map", () => {
  const map = { x0: 0, y0: 0, x1: 400, y1: 300 };
  const inside = (box: { x0: number; y0: number; x1: number; y1: number }): boolean =>
    box.x0 >= map.x0 && box.y0 >= map.y0 && box.x1 <= map.x1 && box.y1 <= map.y1;

  test("a label at the edge takes a place inside", () => {
    const [placed] = placeLabels([label("a", 395, 100)], [], new Map([["a", 0]]), width, map);
    expect(placed && inside(placed.box)).toBe(true);
  });

  test("what must be shown is moved in from every corner, though all places are covered", () => {
    const everywhere = [{ x0: -100, y0: -100, x1: 500, y1: 400 }];
    for (const [x, y] of [[1, 1], [399, 1], [1, 299], [399, 299], [200, 150]] as const) {
      const [placed] = placeLabels([label("a", x, y, { must: true })], everywhere, new Map(), width, map);
      expect(placed && inside(placed.box)).toBe(true);
    }
  });

  test("what need not be shown is left out rather than cut", () => {
    const wide = (): number => 500;
    expect(placeLabels([label("a", 200, 150)], [], new Map(), wide, map)).toHaveLength(0);
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
