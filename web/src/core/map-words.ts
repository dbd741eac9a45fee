/** The words on the map, which are drawn and not laid out: said in the page's language like all others. */
import { count } from "./format";

/** What it reaches first, and when: "Barracks in 1:56". */
export function reachWords(asset: string, time: string): string {
  return `${asset} in ${time}`;
}

/** An asset that is not named. */
export const SOME_ASSET = { word: "earliest" };

/** A height that no sensor saw. */
export function noHeight(): string {
  return "height ?";
}

/** A track that nobody sees now. */
export function coastingWords(unseen_s: string): string {
  return `coasting, unseen ${unseen_s} s`;
}

/** The speed of a track, m/s. */
export function speedWords(speed_mps: string): string {
  return `${speed_mps} m/s`;
}

/** A range ring. */
export function ringWords(radius_km: number): string {
  return `${radius_km} km`;
}

/** "Group 3: 5 tracks", "Group 3: about 20 tracks" where the last look did not tell them apart. */
export function groupWords(group: { group_id: number; count: number; resolved: boolean }): string {
  return group.resolved ? `Group ${group.group_id}: ${count(group.count, "track")}` : `Group ${group.group_id}: about ${count(group.count, "track")}`;
}
