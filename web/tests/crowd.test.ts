/** Twenty thousand tracks: what is kept and drawn of them is bounded, and what matters is not lost. */
import { describe, expect, test } from "vitest";
import { StableOrder } from "../src/core/order";
import type { Track } from "../src/core/track";
import { Trails } from "../src/core/trails";
import { CrowdCount } from "../src/map/crowd-count";
import { trackLabels } from "../src/map/captions";
import { placeLabels, type Label } from "../src/map/labels";
import { buildScene, type SceneInput } from "../src/map/scene";
import { covered } from "../src/ui/profile-drawing";

const N = 20_000;
const SEGMENT_BYTES = 24;

function track(id: number, more: Partial<Track> = {}): Track {
  return {
    id, lat_deg: 33.8 + (id % 141) / 1000, lon_deg: 42.4 + Math.floor(id / 141) / 1000, hae_m: 500,
    east_m: 0, north_m: 0, up_m: 300, v_east_mps: 20, v_north_mps: 5, v_up_mps: 0,
    sigma_east_m: 20, sigma_north_m: 20, sigma_up_m: 20, cov_en_m2: 0, existence_prob: 1, coasting: false,
    identity: "UNKNOWN", object_class: "multirotor", class_prob: 1, age_s: 0, cpa_m: NaN, cpa_s: NaN,
    arrival_s: NaN, arrival_sigma_s: NaN, reach_prob: 0, threat_asset: -1, arrival_asset: -1,
    assessed: false, dismissed: false, height_observed: true, label: "", range_m: 1000, bearing_deg: 0,
    speed_mps: 20, heading_deg: 90, ...more,
  };
}

const crowd = Array.from({ length: N }, (_, i) => track(i + 1));

function input(tracks: readonly Track[], trails: Trails, seen: Partial<SceneInput["seen"]> = {}): SceneInput {
  return {
    tracks, trails, t_us: 600e6, trailLength_s: 600, showTrails: true, lead_s: 60, selected: null, hovered: null,
    warned: new Set(), alarmed: [], debris: [], threatened: null, rings: [], path: [], prediction: [], measure: [], origin: [0.6, 0.4],
    seen: { south_deg: 30, north_deg: 40, west_deg: 40, east_deg: 50, ...seen }, seenCount: tracks.length, area_px: 900_000, theme: "night",
  };
}

describe("a crowd of 20,000", () => {
  test("trails hold a million points at most, and still the whole ten minutes", () => {
    const trails = new Trails();
    for (let s = 0; s <= 700; s += 28) trails.note(crowd, s * 1e6);
    const kept = crowd.reduce((sum, { id }) => sum + (trails.get(id)?.t_us.length ?? 0), 0);
    expect(kept).toBeLessThanOrEqual(1_000_000);
    const one = trails.get(7)?.t_us ?? [];
    expect((one[one.length - 1] ?? 0) - (one[0] ?? 0)).toBeGreaterThanOrEqual(550e6);
  });

  test("few tracks keep a point a second, ten minutes of them", () => {
    const trails = new Trails();
    for (let s = 0; s <= 1200; s += 1) trails.note(crowd.slice(0, 10), s * 1e6);
    expect(trails.get(1)?.t_us.length).toBeGreaterThanOrEqual(600);
    expect(trails.get(1)?.t_us.length).toBeLessThanOrEqual(660);
  });

  test("the lines drawn are bounded, and those of a hostile track keep their detail", () => {
    const trails = new Trails();
    const hostile = track(1, { identity: "HOSTILE" });
    const tracks = [hostile, ...crowd.slice(1)];
    for (let s = 0; s <= 600; s += 25) trails.note(tracks, s * 1e6);
    const lines = buildScene(input(tracks, trails)).segments.byteLength / SEGMENT_BYTES;
    expect(lines).toBeLessThan(70_000);
    const alone = buildScene(input([hostile], trails)).segments.byteLength / SEGMENT_BYTES;
    expect(alone).toBeGreaterThan(15);
  });

  test("lines of tracks far outside the view are left out, their symbols are not", () => {
    const scene = buildScene(input(crowd, new Trails(), { south_deg: 39, north_deg: 40 }));
    expect(scene.segments.byteLength).toBe(0);
    expect(scene.symbols.length).toBe(5 * N);
  });

  test("few words are written, the hostile's among them", () => {
    const tracks = [...crowd, track(N + 1, { identity: "HOSTILE" })];
    const labels = trackLabels({
      tracks, selected: null, hovered: null, assets: [], warned: new Set(), zoom: 12, lead_s: 60, theme: "night",
      project: (lat, lon) => ({ x: (lon - 42.4) * 5000, y: (lat - 33.8) * 5000 }), inside: () => true, area_px: 900_000,
    });
    expect(labels.length).toBeLessThanOrEqual(160);
    expect(labels[0]?.key).toBe(`t${N + 1}`);
  });

  test("symbols under a box are counted, and none beside it", () => {
    const count = new CrowdCount(800, 600, 4);
    for (let i = 0; i < N; i += 1) count.add(200 + (i % 100), 200 + (i % 50));
    count.add(-5, 700);
    expect(count.under({ x0: 190, y0: 190, x1: 320, y1: 260 })).toBe(N);
    expect(count.under({ x0: 10, y0: 10, x1: 180, y1: 180 })).toBe(0);
    expect(count.under({ x0: -50, y0: 190, x1: 900, y1: 260 })).toBe(N);
  });

  test("words find the free place among twenty thousand symbols as among none near", () => {
    const marks = crowd.map((_, i) => ({ x0: 300 + (i % 140) * 4, y0: 300 + Math.floor(i / 140) * 4, x1: 304 + (i % 140) * 4, y1: 304 + Math.floor(i / 140) * 4 }));
    const label: Label = {
      key: "a", x: 100, y: 100, gap: 10, lines: ["a"], colour: "#fff", font: "12px x", line_px: 14,
      priority: 1, must: false, plate: false,
    };
    expect(placeLabels([label, { ...label, key: "b", x: 500, y: 500 }], marks, new Map(), () => 40)).toMatchObject([{ key: "a", place: 0 }]);
  });

  test("new rows among old ones come where they belong", () => {
    const order = new StableOrder(1.5);
    const odd = crowd.filter(({ id }) => id % 2).map(({ id }) => String(id));
    order.update(odd, 0, false);
    const rows = order.update(crowd.map(({ id }) => String(id)), 0.25, false);
    expect(rows.map((row) => row.key)).toEqual(crowd.map(({ id }) => String(id)));
  });
});

describe("the profile of a crowd", () => {
  const nobody = { selected: null, hovered: null };
  const at = (id: number, x: number, y = 50): { id: number; x: number; y: number } => ({ id, x, y });

  test("of marks that cover each other the last is drawn, and all that are grave", () => {
    const rows = [track(1), track(2), track(3, { identity: "HOSTILE" }), track(4, { identity: "HOSTILE" }), track(5)];
    const points = [at(1, 10), at(2, 10.5), at(3, 10), at(4, 10), at(5, 30)];
    expect(covered(rows, points, nobody)).toEqual([true, false, false, false, false]);
    expect(covered(rows, points, { ...nobody, selected: 1 })).toEqual([false, false, false, false, false]);
  });

  test("what lies above the scale is drawn no more often than its edge is wide", () => {
    const points = crowd.map((one) => at(one.id, 48 + (one.id % 400), 8));
    expect(covered(crowd, points, nobody).filter((hidden) => !hidden).length).toBe(200);
  });
});

test("hundreds of dangerous symbols are drawn smaller, the one that is warned of in full", () => {
  const many = crowd.slice(0, 400).map((one) => ({ ...one, identity: "SUSPECT" as const }));
  const asked = { ...input(many, new Trails()), area_px: 240_000, warned: new Set([7]) };
  const sizes = (scene: Float32Array): number[] => [...scene].filter((_, i) => i % 5 === 4);
  const drawn = sizes(buildScene(asked).symbols);
  expect(drawn.filter((size) => size === 1)).toHaveLength(2); // the ring of the warned one, and itself
  expect(Math.min(...drawn)).toBeCloseTo(0.6, 1);
  const few = sizes(buildScene(input(many.slice(0, 5), new Trails())).symbols);
  expect(few).toEqual([1, 1, 1, 1, 1]);
});
