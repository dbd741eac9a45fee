import { describe, expect, test } from "vitest";
import {
  age, bearing, clockSpan, compass, date, distance, height, initials, lateness, percent, position, rate, timeOfDay,
} from "../src/core/format";
import { defaultView, formatHash, parseHash } from "../src/core/hash";
import { roundLength } from "../src/map/overlay";

describe("numbers as people read them", () => {
  test("times left never round up: 94.9 s is 1:34", () => {
    expect([clockSpan(94.9), clockSpan(0), clockSpan(-3), clockSpan(3900)]).toEqual(["1:34", "0:00", "0:00", "1 h 05"]);
  });

  test("what is missing is a dash", () => {
    expect([clockSpan(NaN), age(null), distance(undefined), percent(NaN), bearing(null)]).toEqual(["–", "–", "–", "–", "–"]);
  });

  test("ages, distances and probabilities keep their unit", () => {
    expect([age(0.42), age(14), age(150)]).toEqual(["0.4 s", "14 s", "3 min"]);
    expect([distance(847), distance(4240), distance(27_300)]).toEqual(["850 m", "4.2 km", "27 km"]);
    expect([percent(0.004), percent(0.5), percent(0.999), percent(1)]).toEqual(["<1 %", "50 %", ">99 %", "100 %"]);
  });

  test("reports are late by sensible units, a replayed file by days", () => {
    expect([lateness(0.185), lateness(12.4), lateness(600), lateness(257_600.943)]).toEqual(["185 ms", "12 s", "10 min", "3 days"]);
  });

  test("a slow source has a rate too, a silent one none", () => {
    expect([rate(23.61), rate(0.034), rate(0.001), rate(0)]).toEqual(["23.6 a second", "2 a minute", "none now", "none now"]);
  });

  test("nothing flies under the ground", () => {
    expect([height(-40, 10), height(72.4, 10), height(-0.2, 1)]).toEqual(["at ground", "72 m", "at ground"]);
    expect(height(-250, 20)).toBe("-250 m");
  });

  test("an asset's initials stand for it where room is short", () => {
    expect([initials("Flight line"), initials("Command post"), initials("Barracks")]).toEqual(["FL", "CP", "B"]);
  });

  test("bearings have three digits and never say 360", () => {
    expect([bearing(7), bearing(-10), bearing(359.7)]).toEqual(["007", "350", "000"]);
    expect([compass(292), compass(350)]).toEqual(["west", "north"]);
  });

  test("times are UTC", () => {
    const t_us = Date.UTC(2022, 0, 4, 2, 41, 7) * 1000;
    expect([timeOfDay(t_us), date(t_us)]).toEqual(["02:41:07", "4 Jan 2022"]);
    expect(position(33.7856, -42.4412)).toBe("33.7856° N 42.4412° W");
  });

  test("the scale is a round length that fits", () => {
    expect(roundLength(7200)).toEqual([5000, "5 km"]);
    expect(roundLength(199)).toEqual([100, "100 m"]);
  });
});

describe("the address of a view", () => {
  test("a view comes back from its address", () => {
    const view = {
      ...defaultView(), track: 12, lat_deg: 33.7856, lon_deg: 42.4412, zoom: 10.5, filter: "threats" as const,
      text: "IAW 1&2", sort: "range" as const, descending: true, theme: "day" as const, layers: ["rings"],
    };
    expect(parseHash(formatHash(view))).toEqual(view);
  });

  test("what is by default is not in the address", () => {
    expect(formatHash(defaultView())).toBe("");
  });

  test("nonsense in the address is left as it is by default", () => {
    const hash = "#track=x&at=999,0,5&show=evil&sort=none&layers=<script>,rings&theme=pink";
    expect(parseHash(hash)).toEqual({ ...defaultView(), lon_deg: 0, zoom: 5, layers: ["rings"] });
  });
});
