/** Sensors that can be pointed: the nearest first, for the watch alone, with their answers. */
import { describe, expect, it } from "vitest";
import { lastAsked, pointable, pointingBar } from "../src/core/looking";
import type { SessionView, VedetteEvent } from "../src/generated/model";

const at = (id: string, lat_deg: number, lon_deg: number, turns = true) => ({ id, lat_deg, lon_deg, pointable: turns });
const said = (event: object) => ({ event: event as VedetteEvent });
const asked = (sensor: string, task = "look_at") =>
  said({ event: "SensorTasked", sensor, task, person: "anna", track_id: 7, t_us: 5 });
const answer = (source: string, kind: string, text: string) => said({ event: "SourceReported", source, kind, text });
const who = (...roles: string[]) => ({ name: "anna", roles }) as Pick<SessionView, "name" | "roles">;

describe("pointable sensors", () => {
  it("come nearest first, and what is fixed does not come", () => {
    const found = pointable([at("far", 52, 6), at("fixed", 52, 5.01, false), at("near", 52, 5.1)], { lat_deg: 52, lon_deg: 5 });
    expect(found.map((sensor) => sensor.id)).toEqual(["near", "far"]);
  });
  it("count a degree of longitude for less in the north", () => {
    const found = pointable([at("north", 70.5, 5), at("east", 70, 6)], { lat_deg: 70, lon_deg: 5 });
    expect(found[0]?.id).toBe("east");
  });
});

describe("who may point", () => {
  it("is the watch; a viewer is told so, and who is not logged in is asked to", () => {
    expect(pointingBar(who("operator"))).toBe("");
    expect(pointingBar(null)).toBe("");
    expect(pointingBar(who("viewer"))).toContain("anna may not point sensors");
  });
});

describe("what was asked last", () => {
  it("is told with the sensor's own answer", () => {
    const events = [asked("cam"), answer("cam", "task_accepted", "look_at accepted"), answer("cam", "task_completed", "look_at completed")];
    expect(lastAsked(events, "cam")).toMatchObject({ task: "look_at", answer: "look_at completed", refused: false });
  });
  it("has no answer of an earlier task, nor of another sensor", () => {
    const events = [asked("cam"), answer("cam", "task_rejected", "no"), asked("cam", "follow"), answer("other", "task_accepted", "yes")];
    expect(lastAsked(events, "cam")).toMatchObject({ task: "follow", answer: "", refused: false });
    expect(lastAsked(events, "none")).toBeNull();
  });
  it("says where the sensor refused", () => {
    expect(lastAsked([asked("cam"), answer("cam", "task_rejected", "it cannot")], "cam")).toMatchObject({ refused: true });
  });
});
