/** Sensors that can be pointed: which are nearest, who may ask, and what they answered. */
import type { Sensor, SessionView, VedetteEvent } from "../generated/model";

export type Task = "look_at" | "follow" | "stop";

const WATCH = ["operator", "identification_authority", "engagement_authority"];
const M_PER_DEG = 111_195;

interface Place {
  lat_deg: number;
  lon_deg: number;
}

/** Order the sensors that can be pointed: the nearest to the track first. */
export function pointable<S extends Pick<Sensor, "pointable"> & Place>(
  sensors: readonly S[], track: Place,
): S[] {
  return sensors.filter((sensor) => sensor.pointable)
    .sort((a, b) => distance_m(a, track) - distance_m(b, track));
}

/** The distance on a small plane: enough to say which of a site's sensors is nearer. */
function distance_m(a: Place, b: Place): number {
  const east = (b.lon_deg - a.lon_deg) * Math.cos((a.lat_deg * Math.PI) / 180);
  return Math.hypot(b.lat_deg - a.lat_deg, east) * M_PER_DEG;
}

/** Say why the person here may not point a sensor; "" where they may, or nobody is logged in yet. */
export function pointingBar(session: Pick<SessionView, "name" | "roles"> | null): string {
  if (!session?.name || session.roles.some((role) => WATCH.includes(role))) return "";
  return `${session.name} may not point sensors: that is for the watch.`;
}

export interface Asked {
  task: string;
  person: string;
  t_us: number;
  trackId: number | null;
  /** The sensor's own answer, newest; "" while there is none. */
  answer: string;
  refused: boolean;
}

/** Find what was asked of a sensor last, and what it said to that; null where nothing was. */
export function lastAsked(events: readonly { event: VedetteEvent }[], sensor: string): Asked | null {
  let asked: Asked | null = null;
  for (const { event } of events) {
    if (event.event === "SensorTasked" && event.sensor === sensor) {
      asked = {
        task: event.task, person: event.person, t_us: event.t_us, trackId: event.track_id, answer: "", refused: false,
      };
    } else if (asked && event.event === "SourceReported" && event.source === sensor && event.kind.startsWith("task_")) {
      asked.answer = event.text;
      asked.refused = event.kind === "task_rejected" || event.kind === "task_failed";
    }
  }
  return asked;
}

const TASK_WORDS: Record<string, string> = { look_at: "look at", follow: "follow", stop: "stop", mode: "take a mode" };

/** Name a task as people say it. */
export function taskWord(task: string): string {
  return TASK_WORDS[task] ?? task.replaceAll("_", " ");
}
