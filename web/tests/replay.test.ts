import { describe, expect, test, vi } from "vitest";
import { formatHash, parseHash } from "../src/core/hash";
import type { NumberedEvent, ReplayView, VedetteEvent } from "../src/generated/model";

vi.stubGlobal("location", { protocol: "http:", host: "localhost", hash: "" });
const { happened } = await import("../src/core/picture");
const { stepFrom, workedShare } = await import("../src/core/replay");

const T0_US = 1_641_254_400_000_000;
const events = [1, 1, 5, 9].map((s, i) => ({
  seq: i + 1, event: { event: i === 2 ? "InputShed" : "IdentityChanged", t_us: T0_US + s * 1e6 } as VedetteEvent,
})) satisfies NumberedEvent[];

describe("a replay", () => {
  test("knows what has happened by a moment", () => {
    expect([0, 1, 4.9, 5, 9, 10].map((s) => happened(events, T0_US + s * 1e6))).toEqual([0, 2, 2, 3, 4, 4]);
  });

  test("steps to the next and the last event worth stopping at, never to the one it is at", () => {
    const from = (s: number, way: 1 | -1): number | undefined => stepFrom(events, T0_US + s * 1e6, way)?.seq;
    expect(from(0, 1)).toBe(1);
    expect(from(1, 1)).toBe(4);
    expect(from(9, 1)).toBeUndefined();
    expect(from(9, -1)).toBe(2);
    expect(from(1, -1)).toBeUndefined();
  });

  test("says how far it is worked out", () => {
    const view = { first_us: 0, last_us: 200, worked_us: 50, complete: false } as ReplayView;
    expect(workedShare(view)).toBe(0.25);
    expect(workedShare({ ...view, complete: true })).toBe(1);
    expect(workedShare({ ...view, last_us: 0 })).toBe(1);
  });

  test("keeps its moment in the address, never before the event it is at", () => {
    const view = { ...parseHash("#track=7"), moment_us: T0_US + 12_345_678 };
    const again = parseHash(formatHash(view));
    expect(again.track).toBe(7);
    expect(again.moment_us).toBe(T0_US + 12_346_000);
    expect(parseHash("#t=yesterday").moment_us).toBeNull();
    expect(formatHash(parseHash("#track=7"))).toBe("#track=7");
  });
});
