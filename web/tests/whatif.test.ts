import { describe, expect, test, vi } from "vitest";
import { formatHash, parseHash } from "../src/core/hash";
import type { TrackView } from "../src/generated/model";

vi.stubGlobal("location", { protocol: "http:", host: "localhost", hash: "" });
const { differenceWords, trackOf } = await import("../src/core/whatif");

const ROW: TrackView = {
  track_id: 7, lat_deg: 33, lon_deg: 42, hae_m: 210, east_m: 300, north_m: 400, up_m: 110, v_east_mps: 0, v_north_mps: -50,
  v_up_mps: 0, sigma_east_m: 5, sigma_north_m: 5, sigma_up_m: 5, cov_en_m2: 0, existence_prob: 1, status: "coasting",
  identity: "UNKNOWN", object_class: "one_way_uas", class_prob: 0.8, age_s: 4, cpa_m: null, cpa_s: null, arrival_s: null,
  arrival_sigma_s: null, reach_prob: null, threat_asset: "well", arrival_asset: null, assessed: true, dismissed: false,
  height_observed: true, label: "T0007",
};

describe("a changed world", () => {
  test("is earlier, later, or alone in warning", () => {
    expect(differenceWords(10e6, 22.5e6)).toBe("12.5 s later with the change");
    expect(differenceWords(22.5e6, 10e6)).toBe("12.5 s earlier with the change");
    expect(differenceWords(1e6, 1.01e6)).toBe("at the same time");
    expect(differenceWords(1e6, null)).toBe("never, with the change");
    expect(differenceWords(null, 1e6)).toBe("only with the change");
    expect(differenceWords(null, null)).toBe("never, in both");
  });

  test("gives its tracks as the map takes them", () => {
    const track = trackOf(ROW, ["camp", "well"]);
    expect([track.id, track.coasting, track.threat_asset, track.arrival_asset]).toEqual([7, true, 1, -1]);
    expect([track.range_m, track.speed_mps, track.heading_deg]).toEqual([500, 50, 180]);
    expect(track.arrival_s).toBeNaN();
  });

  test("is in the address", () => {
    const view = parseHash("#beside=1");
    expect(view.beside).toBe(true);
    expect(formatHash(view)).toBe("#beside=1");
    expect(parseHash("#beside=2").beside).toBe(false);
  });
});
