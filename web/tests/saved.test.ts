import { expect, test } from "vitest";
import { defaultView, formatHash, parseHash } from "../src/core/hash";
import { readSaved } from "../src/core/kept";

test("a view's address reproduces all of it", () => {
  const view = {
    ...defaultView(), track: 7, lat_deg: 33.8, lon_deg: 42.4, zoom: 11.5, filter: "threats" as const, text: "é<b>&",
    sort: "range" as const, descending: true, theme: "day" as const, layers: ["rings"], trail_s: 600, cover_m: 100,
    measure: "t7~33.80000,42.40000",
  };
  expect(parseHash(formatHash(view))).toEqual(view);
});

test("an address of nonsense is the view by default", () => {
  expect(parseHash("#track=-1&at=x&show=y&sort=z&layers=%3Cscript%3E&trail=7&cover=5&measure=javascript:1"))
    .toEqual({ ...defaultView(), layers: [] });
});

test("what is kept in the browser and is no list of views is none", () => {
  for (const text of [null, "", "{", "7", '{"a":1}', '[1, {"name": 3, "hash": "#"}]']) expect(readSaved(text)).toEqual([]);
  expect(readSaved(JSON.stringify([{ name: "west", hash: "#zoom" }]))).toEqual([{ name: "west", hash: "#zoom" }]);
  expect(readSaved(JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ name: `${i}`, hash: "#" }))))).toHaveLength(9);
});
