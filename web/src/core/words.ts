/** The words of the display: every enum value as people read it. One file to translate. */
import type {
  EngagementState, Identity, ObjectClass, Outcome, Role, SourceHealth, WeaponsControl,
} from "../generated/model";

export const IDENTITY_WORDS: Record<Identity, string> = {
  PENDING: "Pending",
  UNKNOWN: "Unknown",
  ASSUMED_FRIEND: "Assumed friend",
  FRIEND: "Friend",
  NEUTRAL: "Neutral",
  SUSPECT: "Suspect",
  HOSTILE: "Hostile",
};

export const CLASS_WORDS: Record<ObjectClass, string> = {
  bird: "bird",
  flock: "flock of birds",
  balloon: "balloon",
  multirotor: "multirotor",
  fixed_wing_uas: "fixed-wing drone",
  one_way_uas: "one-way drone",
  helicopter: "helicopter",
  light_aircraft: "light aircraft",
  aeroplane: "aeroplane",
  other: "unclassified",
};

/** Where room is short: the table. */
export const CLASS_SHORT: Record<ObjectClass, string> = {
  ...CLASS_WORDS, flock: "flock", fixed_wing_uas: "fixed-wing", one_way_uas: "one-way", light_aircraft: "light a/c", other: "unclear",
};

export const HEALTH_WORDS: Record<SourceHealth, string> = {
  ok: "healthy",
  degraded: "degraded",
  stale: "stale",
  failed: "failed",
  never_heard: "never heard",
};

export const CONTROL_WORDS: Record<WeaponsControl, { name: string; meaning: string }> = {
  hold: { name: "HOLD", meaning: "nothing may be authorised" },
  tight: { name: "TIGHT", meaning: "only tracks identified hostile" },
  free: { name: "FREE", meaning: "suspect tracks too; two people still decide" },
};

export const ENGAGEMENT_WORDS: Record<EngagementState, string> = {
  proposed: "proposed",
  first_authorised: "waits for the second person",
  authorised: "authorised by two people",
  executing: "simulated effector at work",
  executed: "simulated effector done",
  expired: "expired unused",
  cancelled: "cancelled",
};

export const OUTCOME_WORDS: Record<Outcome, string> = {
  pending: "not yet assessed",
  destroyed: "destroyed",
  continued: "continued",
  unsure: "unsure",
};

export const ROLE_WORDS: Record<Role, string> = {
  viewer: "viewer",
  operator: "operator",
  identification_authority: "identification authority",
  engagement_authority: "engagement authority",
  administrator: "administrator",
  auditor: "auditor",
  instructor: "instructor of exercises",
  effector_simulator: "effector simulator",
  sensor: "sensor",
};

export const SENSOR_WORDS: Record<string, string> = {
  radar_3d: "3-D radar",
  radar_2d: "2-D radar",
  bearing: "bearing",
  tdoa: "times of arrival",
  bearing_elevation: "bearing and elevation",
  range: "range",
  adsb: "ADS-B",
  position: "position reports",
};

/** The headings of the keys. */
export const GROUP_WORDS: Record<"Replay" | "Warnings" | "Selected track" | "Picture" | "Map", string> = {
  Replay: "Replay", Warnings: "Warnings", "Selected track": "Selected track", Picture: "Picture", Map: "Map",
};

/** Call a track by its number as people say it: T0007. */
export function trackName(trackId: number): string {
  return `T${String(trackId).padStart(4, "0")}`;
}

/** One bird or many: what is drawn faint and listed last. */
export function isBird(kind: ObjectClass): boolean {
  return kind === "bird" || kind === "flock";
}
