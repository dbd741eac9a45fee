/** Tracks that fly together are one row of the table, which opens. */
import { createSignal } from "solid-js";
import type { TrackGroup } from "../generated/model";

/** A pair is read as quickly as a heading. */
const FOLD_MIN = 3;
const [opened, setOpened] = createSignal<ReadonlySet<number>>(new Set());
export { opened };

/** The key of a group's row, and which group a key is of; null for a track's. */
export const groupKey = (groupId: number): string => `g${groupId}`;
export const groupOf = (key: string): number | null => (key.startsWith("g") ? Number(key.slice(1)) : null);

export function setOpen(groupId: number, open: boolean): void {
  const next = new Set(opened());
  if (open) next.add(groupId);
  else next.delete(groupId);
  setOpened(next);
}

/**
 * Put each group's row where its first member stands; its members follow it where it is open.
 *
 * keys: tracks in order. Groups of which fewer than three members are listed stay as they are.
 */
export function folded(
  keys: readonly string[], groups: readonly Pick<TrackGroup, "group_id" | "track_ids" | "told">[], open: ReadonlySet<number>,
): string[] {
  const listed = new Set(keys);
  const of = new Map<string, number>();
  for (const group of groups) {
    const members = group.track_ids.map(String).filter((key) => listed.has(key));
    if (group.told && members.length >= FOLD_MIN) for (const key of members) of.set(key, group.group_id);
  }
  if (of.size === 0) return [...keys];
  const out: string[] = [];
  const done = new Set<number>();
  for (const key of keys) {
    const group = of.get(key);
    if (group === undefined) out.push(key);
    else if (!done.has(group)) {
      done.add(group);
      out.push(groupKey(group));
      if (open.has(group)) out.push(...keys.filter((other) => of.get(other) === group));
    }
  }
  return out;
}
