import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { decodeColumns, emptyColumns } from "../src/core/columns";
import { earliestArrival, isOld, trackAt } from "../src/core/track";
import { IDENTITIES, OBJECT_CLASSES, TRACK_COLUMNS, type TrackColumns } from "../src/generated/model";

/** Two tracks as the stream sends them. */
function wire(values: Record<string, [number, number]>): TrackColumns {
  const out: Record<string, unknown> = { count: 2, labels: ["", "IAW123"] };
  for (const [name, TypedArray] of TRACK_COLUMNS) {
    out[name] = new Uint8Array(TypedArray.from(values[name] ?? [0, 0]).buffer);
  }
  return out as unknown as TrackColumns;
}

describe("columns", () => {
  test("numbers come through MessagePack as they were, wherever the bytes lie", () => {
    const sent = wire({ track_id: [7, 9], lat_deg: [33.7856, -12.5], arrival_s: [94.5, NaN], threat_asset: [1, -1] });
    const received = decode(encode({ odd: "x", tracks: sent })) as { tracks: TrackColumns };
    const columns = decodeColumns(received.tracks);
    expect([...columns.track_id]).toEqual([7, 9]);
    expect([...columns.lat_deg]).toEqual([33.7856, -12.5]);
    expect(columns.arrival_s[0]).toBe(94.5);
    expect(columns.arrival_s[1]).toBeNaN();
    expect([...columns.threat_asset]).toEqual([1, -1]);
  });

  test("a column of the wrong length is refused", () => {
    const broken = { ...wire({}), v_up_mps: new Uint8Array(7) };
    expect(() => decodeColumns(broken)).toThrow(RangeError);
  });

  test("an empty table has no tracks", () => {
    expect(emptyColumns().count).toBe(0);
  });

  test("a row is read with what follows from it", () => {
    const columns = decodeColumns(wire({
      track_id: [7, 9], east_m: [-3000, 0], north_m: [0, 4000], v_east_mps: [40, 0], v_north_mps: [30, 0],
      identity: [IDENTITIES.indexOf("SUSPECT"), IDENTITIES.indexOf("NEUTRAL")],
      object_class: [OBJECT_CLASSES.indexOf("fixed_wing_uas"), OBJECT_CLASSES.indexOf("aeroplane")],
      status: [2, 1], flags: [5, 0], arrival_s: [94, 60], threat_asset: [0, 0],
    }));
    const [drone, civil] = [trackAt(columns, 0), trackAt(columns, 1)];
    expect(drone.bearing_deg).toBe(270);
    expect(drone.speed_mps).toBe(50);
    expect(drone.heading_deg).toBeCloseTo(53.13, 2);
    expect([drone.assessed, drone.dismissed, drone.height_observed]).toEqual([true, false, true]);
    expect([drone.coasting, isOld(drone), isOld(civil)]).toEqual([true, true, false]);
    expect(civil.label).toBe("IAW123");
    expect(earliestArrival(drone)).toBe(94);
    // A civil or friendly track is shown no time of arrival, whatever the numbers say.
    expect(earliestArrival(civil)).toBeNaN();
  });
});
