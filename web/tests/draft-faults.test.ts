import { describe, expect, test } from "vitest";
import { draftFaults } from "../src/core/draft-faults";
import type { Draft } from "../src/core/zones";

const GOOD: Draft = {
  name: "Camp", asset_id: "ward", take_cover_s: 30, possible_s: 300, imminent_s: 150, channels: [],
  polygon: [[33.8, 42.44], [33.81, 42.44], [33.81, 42.45], [33.8, 42.45]],
};
const AROUND = { names: ["Ward hall"], reference: [33.8, 42.44] as const, reach_m: 20_000, unread: {} };
const UNREAD = "Line 3 is no place: write 33.80, 42.44 or 38S KC 63350 44120.";

describe("what bars a draft", () => {
  test("nothing bars a good one", () => expect(draftFaults(GOOD, AROUND)).toEqual([]));

  test("a text that cannot be read does, whatever corners there were before it", () => {
    expect(draftFaults(GOOD, { ...AROUND, unread: { corners: UNREAD } })).toEqual([UNREAD]);
  });

  test("all reasons at once: no name and an outline that crosses itself", () => {
    const [a, b, c, d] = GOOD.polygon as [readonly [number, number], ...(readonly [number, number])[]];
    const faults = draftFaults({ ...GOOD, name: " ", polygon: [a, c, b, d] as Draft["polygon"] }, AROUND);
    expect(faults).toHaveLength(2);
    expect(faults.join()).toMatch(/name.*crosses itself/);
  });

  test.each(["take_cover_s", "imminent_s", "possible_s"] as const)("seconds that cannot be read: %s", (field) => {
    expect(draftFaults({ ...GOOD, [field]: 0 }, AROUND)).toHaveLength(1);
    expect(draftFaults({ ...GOOD, [field]: Number.NaN }, AROUND)).toHaveLength(1);
  });

  test("another zone's name, and no asset", () => {
    expect(draftFaults({ ...GOOD, name: "ward HALL", asset_id: "" }, AROUND)).toHaveLength(2);
  });
});
