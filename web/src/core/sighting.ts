/** What a person sees from an observer's place: a direction, taken by a tap on the map or typed. */
import { createSignal } from "solid-js";
import type { ObjectClass, SiteView } from "../generated/model";
import { destination, groundBearing } from "../map/geodesy";
import { openDialog } from "./dialogs";
import { bearing } from "./format";
import { post, refused } from "./http";
import { say } from "./notices";
import { replaying, site, t_us } from "./picture";
import { csrf, NOTHING, sendAs, withRight } from "./session";

type Observer = SiteView["sensors"][number];

export interface Sighting {
  observer: string;
  bearing_deg: number | null;
  /** "" where nobody can say what it is. */
  kind: ObjectClass | "";
}

/** How sure a person counts as, who says what it is. */
const SURE = 0.7;
const LINE_M = 30_000;
const [draft, setDraft] = createSignal<Sighting | null>(null);
/** The next press on the map says in which direction it is. */
const [pointing, setPointing] = createSignal(false);
export { draft, pointing, setDraft, setPointing };

export const observers = (): Observer[] => (site()?.sensors ?? []).filter((sensor) => sensor.observer);

/** Open the form, or say why there is none. */
export function beginSighting(): void {
  const [first] = observers();
  if (replaying()) say(NOTHING, "refused");
  else if (!first) say("This site names no place people look from (observer = true of a sensor).", "refused");
  else withRight("send", () => {
    setPointing(false);
    setDraft((old) => old ?? { observer: first.id, bearing_deg: null, kind: "" });
    openDialog({ kind: "sighting" });
  });
}

/** Take the direction from the observer to a place on the map, and go on in the form. */
export function pointedAt(lat_deg: number, lon_deg: number): void {
  const sighting = draft();
  const from = observers().find((sensor) => sensor.id === sighting?.observer);
  setPointing(false);
  if (!sighting || !from) return;
  const bearing_deg = Math.round(groundBearing([from.lat_deg, from.lon_deg], [lat_deg, lon_deg]) * 10) / 10;
  setDraft({ ...sighting, bearing_deg });
  openDialog({ kind: "sighting" });
}

/** The line of sight that is being entered, for the map; none where there is none. */
export function lineOfSight(): [number, number][] {
  const sighting = draft();
  const from = observers().find((sensor) => sensor.id === sighting?.observer);
  if (!sighting || !from || sighting.bearing_deg === null) return [];
  const { lat_deg, lon_deg } = from;
  return [[lat_deg, lon_deg], destination(lat_deg, lon_deg, sighting.bearing_deg, LINE_M)];
}

/** Give it to the service as a detection of that place; says what became of it. */
export async function sendSighting(sighting: Sighting): Promise<boolean> {
  const name = observers().find((sensor) => sensor.id === sighting.observer)?.name ?? sighting.observer;
  const body = {
    time: new Date(t_us() / 1000).toISOString(), sensor: sighting.observer, azimuth_deg: sighting.bearing_deg,
    ...(sighting.kind ? { class: { [sighting.kind]: SURE } } : {}),
  };
  const answer = await sendAs("send", () => post("/api/detections", body, csrf()), "to enter a sighting");
  if (answer === null) return false;
  if (refused(answer)) say(`Not taken: ${answer.error}`, "refused");
  else {
    say(`Sighting from ${name}, ${bearing(sighting.bearing_deg ?? 0)}°, is in the picture.`, "done");
    setDraft(null);
  }
  return !refused(answer);
}
