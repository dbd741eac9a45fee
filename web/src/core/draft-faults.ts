/** What keeps the draft of a zone from being saved: all reasons at once, each in a sentence. */
import { outlineFault, type Corner } from "./outline";
import type { Draft } from "./zones";

/** What the draft is held against. unread: why the text of a field cannot be read, by the field. */
export interface Surroundings {
  names: readonly string[];
  reference: Corner;
  reach_m: number;
  unread: Readonly<Record<string, string>>;
}

/** Every reason; none where the draft can be saved. An outline is not judged while its text cannot be read. */
export function draftFaults(now: Draft, around: Surroundings): string[] {
  const outline = now.polygon === null || around.unread["corners"]
    ? "" : outlineFault(now.polygon, around.reference, around.reach_m);
  return [nameFault(now, around.names), assetFault(now), timesFault(now), ...Object.values(around.unread), outline].filter(Boolean);
}

function nameFault(now: Draft, names: readonly string[]): string {
  const name = now.name.trim().toLowerCase();
  if (!name) return "Give the zone a name, as it is read out.";
  return names.some((other) => other.toLowerCase() === name) ? "Another zone has this name." : "";
}

function assetFault(now: Draft): string {
  return now.asset_id ? "" : "This site has no asset that stays in its place.";
}

/** A field of seconds that cannot be read counts as none. */
function timesFault(now: Draft): string {
  if (!(now.take_cover_s >= 1 && now.take_cover_s <= 1800)) return "Time to take cover: 1 to 1800 seconds.";
  if (!(now.imminent_s >= 1 && now.imminent_s <= 3600)) return "Take cover is ordered 1 to 3600 seconds ahead.";
  if (!(now.possible_s >= 1 && now.possible_s <= 3600)) return "Be ready is told 1 to 3600 seconds ahead.";
  if (now.take_cover_s > now.imminent_s) return "Take cover must be ordered at least as early as its people need.";
  return now.imminent_s > now.possible_s ? "Be ready comes before take cover, at most 3600 seconds ahead." : "";
}
