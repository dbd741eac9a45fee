import { describe, expect, test } from "vitest";
import { markAt, marksOf, ticks, timeAt, xOf, type Span } from "../src/core/marks";
import type { NumberedEvent, VedetteEvent } from "../src/generated/model";

const T0_US = 1_641_254_400_000_000;
const span: Span = { from_us: T0_US, to_us: T0_US + 100e6, left: 10, right: 1010 };
let seq = 0;

function at(seconds: number, event: Partial<VedetteEvent>): NumberedEvent {
  return { seq: ++seq, event: { t_us: T0_US + seconds * 1e6, ...event } as VedetteEvent };
}

const started = (s: number): NumberedEvent => at(s, { event: "TrackStarted", track_id: 7, range_m: 1, bearing_deg: 0, sensors: [] });
const warned = (s: number, level: "possible" | "imminent"): NumberedEvent =>
  at(s, { event: "WarningRaised", level, zone_name: "Tents", seconds_left_s: 9, reason: "", track_ids: [7] });
const health = (s: number, after: "ok" | "failed"): NumberedEvent =>
  at(s, { event: "SourceHealthChanged", source: "radar", after, reason: "" });

describe("the timeline", () => {
  test("places events by their time and leaves out what is outside or not worth a mark", () => {
    const listed = [started(-1), started(50), at(60, { event: "InputShed", source: "x", count: 3 }), started(101)];
    const marks = marksOf(listed, span);
    expect(marks.map((mark) => mark.x)).toEqual([510]);
  });

  test("puts events of one lane together where they would cover each other, not those of two lanes", () => {
    const marks = marksOf([started(50), started(50.2), warned(50.2, "imminent"), started(52)], span);
    expect(marks.map((mark) => [mark.lane, mark.events.length])).toEqual([["track", 2], ["warning", 1], ["track", 1]]);
  });

  test("never draws more marks than there is room for, however many events there are", () => {
    const crowd = Array.from({ length: 20_000 }, (_, i) => started(i / 200));
    const marks = marksOf(crowd, span);
    expect(marks.length).toBeLessThanOrEqual(201);
    expect(marks.reduce((sum, mark) => sum + mark.events.length, 0)).toBe(20_000);
  });

  test("fills what is grave and leaves hollow what is over", () => {
    const filled = (item: NumberedEvent): boolean | undefined => marksOf([item], span)[0]?.filled;
    expect(filled(warned(1, "imminent"))).toBe(true);
    expect(filled(warned(1, "possible"))).toBe(false);
    expect(filled(health(1, "failed"))).toBe(true);
    expect(filled(health(1, "ok"))).toBe(false);
  });

  test("finds the mark under the pointer in its own lane", () => {
    const marks = marksOf([started(50), warned(50, "imminent")], span);
    const y = (lane: string): number => (lane === "warning" ? 5 : 35);
    expect(markAt(marks, 512, 6, y)?.lane).toBe("warning");
    expect(markAt(marks, 512, 34, y)?.lane).toBe("track");
    expect(markAt(marks, 540, 6, y)).toBeNull();
  });

  test("time and place are each other's inverse, and a place outside is the nearest end", () => {
    expect(timeAt(xOf(T0_US + 12.5e6, span), span)).toBe(T0_US + 12.5e6);
    expect(timeAt(-50, span)).toBe(T0_US);
    expect(timeAt(5000, span)).toBe(T0_US + 100e6);
  });

  test("labels whole times, as many as there is room for", () => {
    expect(ticks(span, 64)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((s) => T0_US + s * 1e6));
    const day: Span = { ...span, to_us: T0_US + 86_400e6 };
    expect(ticks(day, 64).length).toBeLessThanOrEqual(16);
    expect(ticks({ ...span, to_us: T0_US + 400 * 86_400e6 }, 64).length).toBeLessThanOrEqual(16);
  });
});
