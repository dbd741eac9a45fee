import { describe, expect, test } from "vitest";
import { gapsAt, gapWords, reach_m, seeing, sees } from "../src/core/coverage";
import type { Sensor } from "../src/generated/model";

function sensor(more: Partial<Sensor> = {}, cover: Partial<Sensor["coverage"]> = {}): Sensor {
  return {
    id: "radar", name: "radar", kind: "radar_3d", lat_deg: 33, lon_deg: 42, hae_m: 0, cooperative: null,
    antenna_agl_m: null, coverage: {
      range_min_m: 0, range_max_m: 20_000, azimuth_from_deg: 0, azimuth_to_deg: 0, elevation_min_deg: -5,
      elevation_max_deg: 85, mask: [], ...cover,
    }, ...more,
  } as Sensor;
}
const site = { lat_deg: 33, lon_deg: 42, hae_m: 0 };
const NORTH_10_KM = [33.08993, 42] as const;

describe("where nothing is seen", () => {
  test("an antenna of 10 m sees 30 m high things as far as the two horizons together: 35.6 km", () => {
    const radar = sensor({ antenna_agl_m: 10 }, { range_max_m: 60_000 });
    expect(sees(radar, 33 + 35_000 / 111_195, 42, 30, 30)).toBe(true);
    expect(sees(radar, 33 + 36_200 / 111_195, 42, 30, 30)).toBe(false);
  });

  test("a mask of two degrees at 10 km hides what flies under 350 m, there alone", () => {
    const radar = sensor({}, { mask: [[0, 2], [20, 2], [40, -5], [320, -5], [340, 2]] });
    expect(sees(radar, ...NORTH_10_KM, 330, 330)).toBe(false);
    expect(sees(radar, ...NORTH_10_KM, 370, 370)).toBe(true);
    expect(sees(radar, 33, 42.107, 330, 330)).toBe(true);
  });

  test("what a sector leaves out is a gap, told by its direction", () => {
    const gaps = gapsAt(site, [sensor({}, { azimuth_from_deg: 0, azimuth_to_deg: 180 })], 100, 20_000);
    expect(gaps.every((gap) => gap.from_deg >= 177 && gap.inner_m === 0)).toBe(true);
    expect(gapWords(gaps).some((words) => words.startsWith("west: from 0 m"))).toBe(true);
    expect(gapWords(gaps).some((words) => words.startsWith("east"))).toBe(false);
  });

  test("a sensor that falls silent sees nothing, and one that only listens never did", () => {
    const all = [sensor(), sensor({ id: "adsb", kind: "adsb" }), sensor({ id: "friends", kind: "range", cooperative: true })];
    expect(seeing(all, []).map((s) => s.id)).toEqual(["radar"]);
    expect(seeing(all, [{ source: "radar", health: "stale" }])).toEqual([]);
    expect(gapsAt(site, [], 100, reach_m(all))).toHaveLength(120);
  });
});
