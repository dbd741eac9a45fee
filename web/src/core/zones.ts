/** Zones that stand, and the draft of one that is being drawn: what the map, the panel and the dialog share. */
import { createMemo, createRoot, createSignal } from "solid-js";
import type { StandingZone } from "../generated/model";
import { closeDialog, openDialog } from "./dialogs";
import { draftFaults } from "./draft-faults";
import { say } from "./notices";
import {
  areaWords, area_m2, begun, done, idOf, inserted, moved, redone, undone, without, type Corner, type History, type Outline,
} from "./outline";
import { lists, replaying, site } from "./picture";
import { NOTHING, order, withRight } from "./session";

/** What of a zone a person changes. polygon: null where it lies at its asset. */
export interface Draft {
  name: string;
  asset_id: string;
  polygon: Outline | null;
  take_cover_s: number;
  possible_s: number;
  imminent_s: number;
  channels: readonly string[];
}

/** The zone being edited: null id and revision where it is new. at: the corner in hand, -1 none. */
export interface Editing {
  zone: StandingZone | null;
  history: History<Draft>;
  at: number;
}

const NEW: Omit<Draft, "asset_id"> = { name: "", polygon: [], take_cover_s: 30, possible_s: 300, imminent_s: 150, channels: [] };
const [editing, setEditing] = createSignal<Editing | null>(null);
/** Where the keys are on the map; null: not used yet. */
const [cursor, setCursor] = createSignal<Corner | null>(null);
/** Why the text of a field cannot be read, by the field. */
const [unread, setUnreadTexts] = createSignal<Readonly<Record<string, string>>>({});
export { cursor, editing, setCursor, unread };

export const draft = (): Draft | null => editing()?.history.now ?? null;
export const corners = (): Outline => draft()?.polygon ?? [];
/** The zones that warn; those removed are known to the list alone. */
export const standing = (): readonly StandingZone[] => lists.zones.filter((zone) => zone.change !== "removed");
/** The open warning of a zone. */
export const warned = (zone_id: string): boolean => lists.warnings.some((warning) => warning.zone_id === zone_id);

/** Open the list of zones, where there is something to be done about them. */
export function beginZones(): void {
  if (replaying()) say(NOTHING, "refused");
  else withRight("draw_zones", () => openDialog({ kind: "zones" }));
}

/** Take a zone in hand, or a new one; the map is for its corners then. */
export function edit(zone: StandingZone | null): void {
  const fixed = (site()?.assets ?? []).filter((asset) => asset.position_feed === null);
  const now: Draft = zone
    ? { name: zone.name, asset_id: zone.asset_id, polygon: zone.polygon, take_cover_s: zone.take_cover_s,
        possible_s: zone.possible_s, imminent_s: zone.imminent_s, channels: zone.channels }
    : { ...NEW, asset_id: fixed[0]?.id ?? "" };
  closeDialog();
  setCursor(null);
  setUnreadTexts({});
  setEditing({ zone, history: begun(now), at: (now.polygon?.length ?? 0) - 1 });
}

/** Leave without a change; asked once where something would be lost. */
export function leave(): void {
  if (!editing()) return;
  if (!dirty() && Object.keys(unread()).length === 0) setEditing(null);
  else openDialog({
    kind: "sure", title: "Leave without saving?", text: "What you drew and wrote is not saved, and is lost when you leave.",
    word: "Leave without saving", run: leaveLost,
  });
}

function leaveLost(): void {
  setEditing(null);
  say("Left the zone as it was: nothing was saved.", "done");
}

export const dirty = (): boolean => (editing()?.history.past.length ?? 0) > 0;
export const canUndo = dirty;
export const canRedo = (): boolean => (editing()?.history.future.length ?? 0) > 0;

function within(at: number, draft: Draft): number {
  return Math.min(Math.max(at, -1), (draft.polygon?.length ?? 0) - 1);
}

/** Do one thing that can be undone. */
export function change(next: Partial<Draft>, at?: number): void {
  setEditing((old) => {
    if (!old) return old;
    const now = { ...old.history.now, ...next };
    return { ...old, history: done(old.history, now), at: within(at ?? old.at, now) };
  });
}

function turnBack(step: (history: History<Draft>) => History<Draft>): void {
  setEditing((old) => {
    if (!old) return old;
    const history = step(old.history);
    return { ...old, history, at: within(old.at < 0 ? (history.now.polygon?.length ?? 0) - 1 : old.at, history.now) };
  });
}

export const undo = (): void => turnBack(undone);
export const redo = (): void => turnBack(redone);

/** Take a corner in hand; -1: none. */
export function takeCorner(at: number): void {
  setEditing((old) => (old ? { ...old, at: within(at, old.history.now) } : old));
}

/** The next corner, or the one before, round and round. */
export function nextCorner(by: number): void {
  const [count, at] = [corners().length, editing()?.at ?? -1];
  if (count) takeCorner((Math.max(at, 0) + by + count) % count);
}

/** A new corner after the one in hand, or after another. */
export function addCorner(corner: Corner, after = editing()?.at ?? -1): void {
  change({ polygon: inserted(corners(), after, corner) }, after + 1);
}

export function moveCorner(at: number, corner: Corner): void {
  if (corners()[at]) change({ polygon: moved(corners(), at, corner) }, at);
}

export function removeCorner(at = editing()?.at ?? -1): void {
  if (corners()[at]) change({ polygon: without(corners(), at) }, at === 0 ? 0 : at - 1);
}

/** A press on the map while a zone is in hand: one that lay at its asset gets an area of its own. */
export function drawAt(lat_deg: number, lon_deg: number): void {
  addCorner([lat_deg, lon_deg]);
}

/** Say why the text of a field cannot be read; "" where it can. Until then nothing is saved. */
export function setUnread(field: string, reason: string): void {
  setUnreadTexts((old) => {
    const { [field]: _, ...others } = old;
    return reason ? { ...others, [field]: reason } : others;
  });
}

/** All that keeps the draft from being saved, in words. */
export const faults = createRoot(() => createMemo((): string[] => {
  const [now, here] = [draft(), site()];
  if (!now || !here) return [];
  const others = standing().filter((zone) => zone.zone_id !== editing()?.zone?.zone_id);
  const { lat_deg, lon_deg } = here.reference;
  return draftFaults(now, {
    names: others.map((zone) => zone.name), reference: [lat_deg, lon_deg], reach_m: here.zone_reach_m, unread: unread(),
  });
}));

/** Ask for the reason, then give the draft to the service. */
export function save(): void {
  const [now, held] = [draft(), editing()];
  if (!now || !held || faults().length) return;
  const where = now.polygon ? `${now.polygon.length} corners, ${areaWords(area_m2(now.polygon))}` : "where its asset is";
  openDialog({
    kind: "reason", title: held.zone ? `Change the zone ${held.zone.name}` : `New zone ${now.name.trim()}`,
    text: "It warns so from the next moment on, until somebody changes it. The site file stays as it is.",
    facts: [where, `${now.take_cover_s} s to take cover`],
    label: "Why?", suggestions: ["people have moved in", "people have left a part of it", "drawn wrongly before"],
    confirm: "Save the zone", needed: true,
    run: async (reason) => {
      const zone_id = held.zone?.zone_id ?? idOf(now.name, lists.zones.map((zone) => zone.zone_id));
      const given = await order({
        command: "set_zone", zone_id, name: now.name.trim(), asset_id: now.asset_id, take_cover_s: now.take_cover_s, reason,
        revision: held.zone?.revision ?? null, polygon: now.polygon?.map(([lat, lon]): [number, number] => [lat, lon]) ?? null,
        possible_s: now.possible_s, imminent_s: now.imminent_s, channels: [...now.channels],
      }, "to save a zone", `Zone ${now.name.trim()} saved: it is warned from now on.`);
      if (given) setEditing(null);
      return given !== null;
    },
  });
}

/** Ask for the reason, then take a zone away; with the all-clear where its people are warned. */
export function remove(zone: StandingZone): void {
  const open = lists.warnings.filter((warning) => warning.zone_id === zone.zone_id);
  openDialog({
    kind: "reason", title: open.length ? `Remove ${zone.name} and give the all-clear` : `Remove the zone ${zone.name}`,
    text: open.length
      ? "People there are warned now. Removing the zone tells them that they may leave cover, and warns them no more."
      : "Nobody is warned there any more.",
    facts: open.flatMap((warning) => warning.grounds),
    label: open.length ? "What makes it safe?" : "Why?", suggestions: ["nobody is there any more", "drawn by mistake"],
    confirm: open.length ? "Remove and give the all-clear" : "Remove the zone", needed: true,
    run: async (reason) =>
      (await order(
        { command: "remove_zone", zone_id: zone.zone_id, revision: zone.revision, reason, all_clear: open.length > 0 },
        "to remove a zone", `Zone ${zone.name} removed.`,
      )) !== null,
  });
}

/** Ask for the reason, then put a zone back as the site file has it. */
export function putBack(zone: StandingZone): void {
  const filed = site()?.zones.find((one) => one.id === zone.zone_id);
  if (!filed) return;
  openDialog({
    kind: "reason", title: `Put ${filed.name} back`, text: "The zone is again as the site file has it.",
    label: "Why?", suggestions: [], confirm: "Put it back", needed: true,
    run: async (reason) =>
      (await order({
        command: "set_zone", zone_id: filed.id, name: filed.name, asset_id: filed.asset, take_cover_s: filed.take_cover_s, reason,
        revision: zone.revision, polygon: filed.polygon, possible_s: filed.possible_s, imminent_s: filed.imminent_s,
        unassessed_s: filed.unassessed_s, channels: filed.channels,
      }, "to put a zone back", `Zone ${filed.name} is as the site file has it.`)) !== null,
  });
}

/** How a zone differs from the site file, in words; "" where it does not. */
export function changeWords(zone: StandingZone): string {
  if (zone.change === "drawn") return `drawn by ${zone.by}`;
  if (zone.change === "changed") return `changed by ${zone.by}`;
  return zone.change === "removed" ? `removed by ${zone.by}` : "";
}
