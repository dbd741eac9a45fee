import { describe, expect, test } from "vitest";
import type { TrackGroup } from "../src/generated/model";
import type { Track } from "../src/core/track";
import { groupMarks } from "../src/map/groups";
import { IDENTITY_COLOURS } from "../src/map/symbols";

const group = (more: Partial<TrackGroup>): TrackGroup => ({
  group_id: 3, track_ids: [1, 2, 3], count: 3, lat_deg: 33.8, lon_deg: 42.4, hae_m: 300, v_east_mps: 0,
  v_north_mps: 0, length_m: 400, width_m: 100, axis_rad: Math.PI / 2, resolved: true, told: true,
  parent_id: 0, since_us: 0, seen_us: 0, ...more,
});
const tracks = [{ id: 1, identity: "UNKNOWN" }, { id: 2, identity: "SUSPECT" }] as Track[];
const marks = (more: Partial<TrackGroup>) =>
  groupMarks([group(more)], tracks, "night", () => ({ x: 100, y: 100 }), 10, "12px sans");

describe("groups on the map", () => {
  test("a group has its number, its count and the colour of its gravest member", () => {
    const { labels, outlines } = marks({});
    expect(labels[0]?.lines).toEqual(["Group 3: 3 tracks"]);
    expect(outlines[0]?.colour).toBe(IDENTITY_COLOURS.night.SUSPECT);
    expect(marks({ resolved: false, count: 20 }).labels[0]?.lines).toEqual(["Group 3: about 20 tracks"]);
  });

  test("one that flies in line from west to east is long along the screen's width", () => {
    const [outline] = marks({}).outlines;
    expect(outline?.angle_rad).toBeCloseTo(0);
    expect((outline?.along_px ?? 0) - (outline?.across_px ?? 0)).toBeCloseTo(15);
  });

  test("one that has not lasted is not drawn", () => {
    expect(marks({ told: false }).outlines).toHaveLength(0);
  });
});
