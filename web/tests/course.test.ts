import { describe, expect, test } from "vitest";
import { bandOf, nearestTo, pathOf, scaleOf, tableRows } from "../src/core/course";
import type { TrackCourse } from "../src/generated/model";

const S = 1e6;
const same = (v: number): number => v / S;
const id = (v: number): number => v;

describe("plots over time", () => {
  test("a scale has whole steps, holds every value, and zero where it must", () => {
    expect(scaleOf([1200, 6480, null], true, 1000)).toEqual({ low: 0, high: 10_000, ticks: [0, 5000, 10_000] });
    expect(scaleOf([-12, 55], true, 20)).toEqual({ low: -50, high: 100, ticks: [-50, 0, 50, 100] });
    expect(scaleOf([], true, 100)).toEqual({ low: 0, high: 100, ticks: [0, 50, 100] });
    const scale = scaleOf([103.2, 103.4], false, 10);
    expect(scale.low).toBeLessThanOrEqual(103.2);
    expect(scale.high).toBeGreaterThanOrEqual(103.4);
    expect(scale.ticks.length).toBeLessThanOrEqual(5);
  });

  test("a line has a gap where a value or the time is missing", () => {
    expect(pathOf([0, S, 2 * S], [1, 2, 3], same, id)).toBe("M0.0,1.0L1.0,2.0L2.0,3.0");
    expect(pathOf([0, S, 2 * S], [1, null, 3], same, id)).toBe("M0.0,1.0M2.0,3.0");
    expect(pathOf([0, 9 * S], [1, 2], same, id)).toBe("M0.0,1.0M9.0,2.0");
  });

  test("a band closes around each stretch that is known", () => {
    expect(bandOf([0, S], [10, 12], [1, 2], same, id)).toBe("M0.0,11.0L1.0,14.0L1.0,10.0L0.0,9.0Z");
    expect(bandOf([0, S, 2 * S], [10, 12, 14], [1, null, 1], same, id)).toBe("");
  });

  test("finds the point nearest in time, ends included", () => {
    const times = [0, S, 2 * S, 10 * S];
    expect([-5, 0.4, 0.6, 5, 7, 99].map((s) => nearestTo(times, s * S))).toEqual([0, 0, 1, 2, 3, 3]);
  });

  test("a table has so many rows at most and begins with the newest", () => {
    const course = { t_us: Array.from({ length: 601 }, (_, i) => i) } as TrackCourse;
    const rows = tableRows(course, 20);
    expect(rows[0]).toBe(600);
    expect(rows.length).toBeLessThanOrEqual(20);
    expect(tableRows({ t_us: [1, 2, 3] } as TrackCourse, 20)).toEqual([2, 1, 0]);
  });
});
