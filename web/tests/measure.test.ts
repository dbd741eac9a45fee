import { describe, expect, test } from "vitest";
import { addEnd, measured, readLine, writeEnd } from "../src/core/measure";
import type { Track } from "../src/core/track";

const none = new Map<number, Track>();
const flying = new Map([[7, { id: 7, lat_deg: 33, lon_deg: 42, speed_mps: 40 } as Track]]);

describe("the measuring line", () => {
  test("a degree of latitude is 111.2 km due north, and takes 37 minutes at 50 m/s", () => {
    const line = addEnd(writeEnd(null, 33, 42), writeEnd(null, 34, 42));
    expect(measured(line, none)?.words).toEqual(["111 km  000°", "37:03 at 50 m/s"]);
  });

  test("a line from a track moves with it and uses its speed", () => {
    const line = addEnd("t7", writeEnd(null, 33.1, 42));
    expect(measured(line, flying)?.words).toEqual(["11.12 km  000°", "4:37 at 40 m/s (T0007)"]);
    const moved = new Map([[7, { ...(flying.get(7) as Track), lat_deg: 33.05 }]]);
    expect(measured(line, moved)?.words[0]).toBe("5.56 km  000°");
  });

  test("a track that is gone ends the line", () => {
    expect(measured("t7~33.1,42", none)).toBeNull();
  });

  test("a third press begins a new line", () => {
    expect(addEnd("t7~33.1,42", "t9")).toBe("t9");
  });

  test("what is no line is not taken from the address", () => {
    for (const text of ["<img src=x>", "t7~", "1,2~3,4~5,6", "tt", "1e9,3", ""]) expect(readLine(text)).toBe("");
    expect(readLine("-33.5,42.25~t12")).toBe("-33.5,42.25~t12");
    expect(measured("89,10~t7", flying)).toBeNull();
  });
});
