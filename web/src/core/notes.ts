/** Notes of the watch: on the selected track, or on a place that is pressed on the map. */
import { createSignal } from "solid-js";
import type { Note } from "../generated/model";
import { clipped } from "../map/clipped";
import { openDialog } from "./dialogs";
import { say } from "./notices";
import { byId, replaying } from "./picture";
import { NOTHING, order, withRight } from "./session";
import type { Track } from "./track";
import { view } from "./view";
import { trackName } from "./words";

/** As many characters as the service takes. */
export const NOTE_MAX = 280;

/** What is being written: its words, and what it is on. null: nothing yet. */
export interface Draft {
  text: string;
  on: { track_id: number } | { lat_deg: number; lon_deg: number } | null;
}

const [draft, setDraft] = createSignal<Draft | null>(null);
/** The next press on the map says where the note is. */
const [placing, setPlacing] = createSignal(false);
export { draft, placing, setDraft, setPlacing };

/** Open the form: on the selected track, or where none is selected on a place yet to be said. */
export function beginNote(): void {
  if (replaying()) say(NOTHING, "refused");
  else withRight("keep_watch", () => {
    setPlacing(false);
    const chosen = view.track !== null && byId().has(view.track) ? { track_id: view.track } : null;
    setDraft((old) => ({ text: old?.text ?? "", on: chosen ?? old?.on ?? null }));
    if (chosen || draft()?.on) openDialog({ kind: "note" });
    else setPlacing(true);
  });
}

/** Take the place pressed, and go on in the form. */
export function placedAt(lat_deg: number, lon_deg: number): void {
  setPlacing(false);
  setDraft((old) => ({ text: old?.text ?? "", on: { lat_deg, lon_deg } }));
  openDialog({ kind: "note" });
}

/** What a note is on, in words. */
export function onWords(on: Draft["on"]): string {
  if (!on) return "a place";
  return "track_id" in on ? trackName(on.track_id) : `${on.lat_deg.toFixed(4)}, ${on.lon_deg.toFixed(4)}`;
}

/** Give it to the service; says what became of it. */
export async function writeNote(note: Draft): Promise<boolean> {
  if (!note.on) return false;
  const place = "track_id" in note.on ? { track_id: note.on.track_id } : note.on;
  const done = await order(
    { command: "annotate", text: note.text.trim(), track_id: null, lat_deg: null, lon_deg: null, ...place },
    "to write a note", `Note on ${onWords(note.on)} written.`,
  );
  if (done) setDraft(null);
  return done !== null;
}

export async function removeNote(note: Note): Promise<void> {
  await order({ command: "remove_note", note_id: note.note_id }, "to take a note away", "Note taken away; the record keeps it.");
}

/** Where each note stands on the map, in a few words; those on tracks that are not there have no place. */
export function noteMarks(
  notes: readonly Note[], tracks: ReadonlyMap<number, Track>,
): { lat_deg: number; lon_deg: number; lines: string[] }[] {
  return notes.flatMap((note) => {
    const track = note.track_id === null ? undefined : tracks.get(note.track_id);
    const lat_deg = track?.lat_deg ?? note.lat_deg;
    const lon_deg = track?.lon_deg ?? note.lon_deg;
    return lat_deg === null || lon_deg === null ? [] : [{ lat_deg, lon_deg, lines: [`✎ ${clipped(note.text)}`] }];
  });
}
