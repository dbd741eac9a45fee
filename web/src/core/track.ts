/** One track as the rest of the display reads it: a row of the columns, with what follows from it. */
import {
  FLAG_ASSESSED, FLAG_DISMISSED, FLAG_HEIGHT_OBSERVED, IDENTITIES, OBJECT_CLASSES,
  type Identity, type ObjectClass, type TrackArrays,
} from "../generated/model";

export interface Track {
  id: number;
  lat_deg: number;
  lon_deg: number;
  hae_m: number;
  east_m: number;
  north_m: number;
  up_m: number;
  v_east_mps: number;
  v_north_mps: number;
  v_up_mps: number;
  sigma_east_m: number;
  sigma_north_m: number;
  sigma_up_m: number;
  cov_en_m2: number;
  existence_prob: number;
  coasting: boolean;
  identity: Identity;
  object_class: ObjectClass;
  class_prob: number;
  age_s: number;
  cpa_m: number;
  cpa_s: number;
  arrival_s: number;
  arrival_sigma_s: number;
  reach_prob: number;
  /** Index of the asset most probably reached, -1 for none. */
  threat_asset: number;
  /** Index of the asset that arrival_s is about: the first reached of those worth telling. */
  arrival_asset: number;
  assessed: boolean;
  dismissed: boolean;
  height_observed: boolean;
  label: string;
  /** Ground range from the site's reference point. */
  range_m: number;
  /** Bearing from the reference point, clockwise from true north. */
  bearing_deg: number;
  speed_mps: number;
  heading_deg: number;
}

const COASTING = 2;
const DEGREES = 180 / Math.PI;

/** Where a vector points, in degrees clockwise from north, 0 to 360. */
export function directionDeg(east: number, north: number): number {
  return (Math.atan2(east, north) * DEGREES + 360) % 360;
}

/** Read row `i` of the columns. */
export function trackAt(columns: TrackArrays, i: number): Track {
  const at = (column: { [index: number]: number }): number => column[i] ?? NaN;
  const flags = at(columns.flags);
  const east_m = at(columns.east_m);
  const north_m = at(columns.north_m);
  const v_east_mps = at(columns.v_east_mps);
  const v_north_mps = at(columns.v_north_mps);
  return {
    id: at(columns.track_id),
    lat_deg: at(columns.lat_deg),
    lon_deg: at(columns.lon_deg),
    hae_m: at(columns.hae_m),
    east_m, north_m, up_m: at(columns.up_m),
    v_east_mps, v_north_mps, v_up_mps: at(columns.v_up_mps),
    sigma_east_m: at(columns.sigma_east_m),
    sigma_north_m: at(columns.sigma_north_m),
    sigma_up_m: at(columns.sigma_up_m),
    cov_en_m2: at(columns.cov_en_m2),
    existence_prob: at(columns.existence_prob),
    coasting: at(columns.status) === COASTING,
    identity: IDENTITIES[at(columns.identity)] ?? "PENDING",
    object_class: OBJECT_CLASSES[at(columns.object_class)] ?? "other",
    class_prob: at(columns.class_prob),
    age_s: at(columns.age_s),
    cpa_m: at(columns.cpa_m),
    cpa_s: at(columns.cpa_s),
    arrival_s: at(columns.arrival_s),
    arrival_sigma_s: at(columns.arrival_sigma_s),
    reach_prob: at(columns.reach_prob),
    threat_asset: at(columns.threat_asset),
    arrival_asset: at(columns.arrival_asset),
    assessed: (flags & FLAG_ASSESSED) !== 0,
    dismissed: (flags & FLAG_DISMISSED) !== 0,
    height_observed: (flags & FLAG_HEIGHT_OBSERVED) !== 0,
    label: columns.labels[i] ?? "",
    range_m: Math.hypot(east_m, north_m),
    bearing_deg: directionDeg(east_m, north_m),
    speed_mps: Math.hypot(v_east_mps, v_north_mps),
    heading_deg: directionDeg(v_east_mps, v_north_mps),
  };
}

/** Say whether a track is one of ours or civil: such a track is shown no time of arrival. */
export function isKnown(identity: Identity): boolean {
  return identity === "FRIEND" || identity === "ASSUMED_FRIEND" || identity === "NEUTRAL";
}

/** Say whether a person or the evidence holds the track to be dangerous. */
export function isDangerous(identity: Identity): boolean {
  return identity === "SUSPECT" || identity === "HOSTILE";
}

/** The earliest a track could be at an asset worth telling (arrival_asset), or NaN where that must not or cannot be said. */
export function earliestArrival(track: Track): number {
  return isKnown(track.identity) || track.arrival_asset < 0 ? NaN : track.arrival_s;
}

/** Say whether the place of a track is old: coasting, or not measured for three seconds. */
export function isOld(track: Track): boolean {
  return track.coasting || track.age_s > 3;
}
