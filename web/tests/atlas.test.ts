/** Every symbol and every mark has a cell of its own inside the atlas. */
import { describe, expect, test } from "vitest";
import { IDENTITIES, OBJECT_CLASSES } from "../src/generated/model";
import { CELL_COASTING, CELL_HOVERED, CELL_SELECTED, CELL_WARNED, cellOf, CELLS } from "../src/map/atlas";

describe("the atlas", () => {
  test("has room for every identity of every class, and for the marks", () => {
    const cells = IDENTITIES.flatMap((identity) => OBJECT_CLASSES.map((kind) => cellOf(identity, kind)));
    cells.push(CELL_SELECTED, CELL_HOVERED, CELL_COASTING, CELL_WARNED);
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...cells)).toBeLessThan(CELLS * CELLS);
  });
});
