import { describe, expect, test } from "vitest";
import {
  area_m2, begun, cornerLines, crosses, done, inserted, moved, outlineFault, readCorners, redone, undone, without, type Outline,
} from "../src/core/outline";
import { readMgrs, readPlace } from "../src/map/mgrs";

const HERE = [33.8, 42.44] as const;
const SQUARE: Outline = [[33.8, 42.5], [33.8, 42.51], [33.81, 42.51], [33.81, 42.5]];

describe("places as people write them", () => {
  test.each([
    ["33.8, 42.44", [33.8, 42.44]], ["33.8 42.44", [33.8, 42.44]], ["33.8S; 42.44W", [-33.8, -42.44]],
    ["33.8°N 42.44°E", [33.8, 42.44]],
  ])("%s", (text, place) => expect(readPlace(text)).toEqual(place));

  // Eastings and northings of `vedette.geo.utm`, lettered by hand from the squares of NGA.STND.0037.
  test.each([
    ["38S KC 63007 42927", 33.8, 42.44], ["31U DQ 48252 11944", 48.8583, 2.2945], ["33XWG1481483004", 78.22, 15.65],
    ["56H LH 34892 52266", -33.857, 151.2152],
  ])("%s", (text, lat, lon) => {
    const place = readPlace(text);
    expect(place?.[0]).toBeCloseTo(lat, 4);
    expect(place?.[1]).toBeCloseTo(lon, 4);
  });

  test.each(["", "33.8", "91, 42", "33.8, 181", "38S KC 123", "38I KC 12 34", "61S KC 12 34", "38S KC 123 45", "<b>", "33.8, 42.44, 5"])(
    "%s is none", (text) => expect(readPlace(text)).toBeNull());

  test("fewer digits name the middle of a larger square", () => {
    const near = readMgrs("38SKC6342");
    expect(Math.abs((near?.[0] ?? 0) - 33.8)).toBeLessThan(0.01);
  });
});

describe("outlines", () => {
  test("a corner goes in after another, is moved and taken away", () => {
    const five = inserted(SQUARE, 1, [33.805, 42.52]);
    expect(five[2]).toEqual([33.805, 42.52]);
    expect(moved(five, 2, [33.804, 42.521])[2]).toEqual([33.804, 42.521]);
    expect(without(five, 2)).toEqual(SQUARE);
  });

  test("an area is measured, and what is none is told in words", () => {
    expect(area_m2(SQUARE) / 1e6).toBeCloseTo(1.0276, 3);
    expect(outlineFault(SQUARE, HERE, 20_000)).toBe("");
    expect(outlineFault(SQUARE.slice(0, 2), HERE, 20_000)).toContain("at least 3 corners");
    expect(outlineFault([SQUARE[0]!, SQUARE[2]!, SQUARE[1]!, SQUARE[3]!], HERE, 20_000)).toContain("crosses itself");
    expect(outlineFault(SQUARE, HERE, 5_000)).toContain("farther off than the site sees");
    expect(outlineFault(SQUARE.map(([lat]) => [lat, 42.5] as const), HERE, 20_000)).not.toBe("");
    expect(outlineFault(Array.from({ length: 65 }, () => SQUARE[0]!), HERE, 20_000)).toContain("At most 64");
  });

  test("an outline that crosses itself is known as such", () => {
    expect(crosses([SQUARE[0]!, SQUARE[2]!, SQUARE[1]!, SQUARE[3]!])).toBe(true);
    expect(crosses(SQUARE)).toBe(false);
  });

  test("corners are read back as they are written, and the line that is none is named", () => {
    expect(readCorners(cornerLines(SQUARE))).toEqual({ outline: SQUARE, reason: "" });
    expect(readCorners("33.8, 42.5\nsomewhere").reason).toContain("Line 2");
  });

  test("what was done is undone and done again, until something else is done", () => {
    let history = done(done(begun(1), 2), 3);
    history = undone(undone(undone(history)));
    expect(history.now).toBe(1);
    history = redone(history);
    expect(history.now).toBe(2);
    history = redone(done(history, 7));
    expect(history).toEqual({ past: [1, 2], now: 7, future: [] });
  });
});
