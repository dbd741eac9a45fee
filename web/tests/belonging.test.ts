import { expect, test } from "vitest";
import { correlationOf, sayings } from "../src/core/belonging";
import type { Track } from "../src/core/track";

const track = (id: number, east_m: number): Track =>
  ({ id, east_m, north_m: 0, identity: "UNKNOWN" }) as Track;
const named = (id: string): string => id.toUpperCase();
const seen = (...ids: string[]) => ids.map((sensor) => ({ sensor, name: named(sensor), age_s: 1 }));

test("the nearest tracks are offered, and none farther than one object could be", () => {
  const others = [track(1, 0), track(2, 900), track(3, 300), track(4, 6000)];
  const keys = sayings(others[0] as Track, others, correlationOf(1, []), seen("radar"), named).map((s) => s.key);
  expect(keys).toEqual(["merge-3", "merge-2"]);
});

test("a source is offered only where another is left, and what was said can be taken back", () => {
  const said = { track_id: 1, joined: [7], decorrelated: ["adsb"] };
  const offered = sayings(track(1, 0), [], said, seen("radar", "camera", "adsb"), named);
  expect(offered.map((s) => s.key)).toEqual(["split-7", "back-adsb", "off-radar", "off-camera"]);
  expect(offered[2]?.wish("why")).toEqual(
    { command: "decorrelate_source", track_id: 1, source: "radar", reason: "why" },
  );
  expect(sayings(track(1, 0), [], correlationOf(1, []), seen("radar"), named)).toEqual([]);
});
