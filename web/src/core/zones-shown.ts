/** The zones as the map draws them, and what is in hand. */
import { createMemo, createRoot } from "solid-js";
import type { DraftShown, ZoneShown } from "../map/zones";
import { areaWords, area_m2 } from "./outline";
import { lists, ownAreas, site } from "./picture";
import { changeWords, corners, cursor, draft, editing } from "./zones";

/** Zones with an area of their own, now or in the site file; the same list until one of them changes. */
export const zonesShown = createRoot(() => createMemo((): readonly ZoneShown[] => {
  const filed = new Map((site()?.zones ?? []).map((zone) => [zone.id, zone.polygon]));
  const hidden = editing()?.zone?.zone_id;
  return lists.zones.flatMap((zone): ZoneShown[] => {
    const before = zone.change ? filed.get(zone.zone_id) ?? null : null;
    const ring = zone.change === "removed" ? null : zone.polygon;
    if (zone.zone_id === hidden || (!ring && !before)) return [];
    const same = JSON.stringify(before) === JSON.stringify(ring);
    return [{ id: zone.zone_id, name: zone.name, change: zone.change, words: changeWords(zone), ring, filed: same ? null : before }];
  });
}, undefined, { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) }));

function nameOf(name: string): string {
  return name.trim() || "new zone";
}

/** What is being drawn, with what it is called: a draft is never without that word. */
export function draftShown(): DraftShown | null {
  const now = draft();
  if (!now) return null;
  const size = corners().length > 2 ? ` · ${areaWords(area_m2(corners()))}` : "";
  return { corners: corners(), at: editing()?.at ?? -1, cursor: cursor(), words: `DRAFT · ${nameOf(now.name)}${size}` };
}

/** The middle of a zone with an area of its own, by its number on the stream. */
export function ownArea(number: number): { lat_deg: number; lon_deg: number } | undefined {
  const ring = ownAreas()[number - (site()?.assets.length ?? 0)]?.polygon;
  if (!ring) return undefined;
  const middle = (of: number[]): number => (Math.min(...of) + Math.max(...of)) / 2;
  return { lat_deg: middle(ring.map(([lat]) => lat)), lon_deg: middle(ring.map(([, lon]) => lon)) };
}
