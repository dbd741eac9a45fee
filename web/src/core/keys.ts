/** Every action has a key. One list: the keyboard obeys it and the `?` dialog shows it. */
import { lockConsole } from "./presence";
import { acknowledge, assess, assessOutcome, dismiss, hold, lookAt, nextInQueue, nextToAcknowledge, withSelected } from "./actions";
import { closeDialog, dialog, openDialog } from "./dialogs";
import { MAP_TOOL_KEYS, type KeyEntry } from "./map-keys";
import { placing, setPlacing } from "./notes";
import { changeLanguage } from "./language";
import { say } from "./notices";
import { replaying } from "./picture";
import { changeSpeed, goBy, playOrRest, stepEvent } from "./replay";
import { loginAsked, NOTHING, session, withRight } from "./session";
import { toggleSound, unlock } from "./sound";
import { pointing, setDraft, setPointing } from "./sighting";
import { measuring, select, toggleLayer, toggleMeasuring, toggleTheme, view } from "./view";
import { editing, leave, redo, undo } from "./zones";

/** What the map offers to keys; set when the map is there. */
export const mapKeys: {
  home?: () => void; centre?: () => void; zoom?: (steps: number) => void;
  /** Look at a place, as the other world's map does. */
  look?: (lat_deg: number, lon_deg: number, zoom: number) => void;
  place?: () => { lat_deg: number; lon_deg: number; zoom: number } | null;
} = {};

export const KEYS: KeyEntry[] = [
  { key: "A", group: "Warnings", text: "acknowledge the most urgent warning", acts: true, act: () => void acknowledge(nextToAcknowledge()) },
  { key: "H", group: "Warnings", text: "hold at once; again: lift hold", acts: true, act: () => void hold() },
  { key: "M", group: "Warnings", text: "alarm sound on or off", act: toggleSound },
  { key: "S", group: "Selected track", text: "assess: I have looked at it", acts: true, act: () => withSelected((id) => void assess(id)) },
  { key: "I", group: "Selected track", text: "identify, with a reason", acts: true, act: () => withRight("identify", () => withSelected((trackId) => openDialog({ kind: "identify", trackId }))) },
  { key: "D", group: "Selected track", text: "dismiss, with a reason", acts: true, act: () => withRight("keep_watch", () => withSelected(dismiss)) },
  { key: "&", group: "Selected track", text: "merge, split, decorrelate: what belongs to it", acts: true, act: () => withRight("keep_watch", () => withSelected((trackId) => openDialog({ kind: "belong", trackId }))) },
  { key: "E", group: "Selected track", text: "compare options and authorise", acts: true, act: () => withSelected((trackId) => openDialog({ kind: "engage", trackId })) },
  { key: "%", group: "Selected track", text: "outcome: what became of what was engaged", acts: true, act: assessOutcome },
  { key: "O", group: "Selected track", text: "look: point the nearest sensor at it", acts: true, act: () => withSelected((id) => void lookAt(id)) },
  { key: "C", group: "Selected track", text: "centre the map on it", act: () => mapKeys.centre?.() },
  { key: "N", group: "Picture", text: "next item of the queue", act: nextInQueue },
  { key: "/", group: "Picture", text: "find a track", act: () => document.getElementById("find-track")?.focus() },
  { key: "↑ ↓", group: "Picture", text: "in the table: previous and next track" },
  { key: "← →", group: "Picture", text: "in the table: close and open the track's group" },
  { key: "W", group: "Picture", text: "weapons control status", acts: true, act: () => withRight("authorise", () => openDialog({ kind: "control" })) },
  { key: "X", group: "Picture", text: "attach an exhibit", acts: true, act: () => withRight("attach", () => openDialog({ kind: "exhibit", engagementId: null })) },
  { key: "L", group: "Picture", text: "light or dark", act: toggleTheme },
  { key: "~", group: "Picture", text: "the next language", act: () => changeLanguage() },
  { key: "K", group: "Picture", text: "lock this console; the picture stays", acts: true, act: () => void lockConsole() },
  { key: "'", group: "Picture", text: "hand-over: what the next watch must know", act: () => openDialog({ kind: "brief" }) },
  { key: "U", group: "Picture", text: "audit trail, for the auditor", act: () => withRight("audit", () => openDialog({ kind: "audit" }), true) },
  { key: "|", group: "Picture", text: "reports: read, edit the statement, save tracks", act: () => withRight("report", () => openDialog({ kind: "reports" })) },
  { key: "!", group: "Picture", text: "exercise: injects, and the score at its end", act: () => openDialog({ kind: "exercise" }) },
  { key: "Esc", group: "Picture", text: "close the dialog; then deselect" },
  { key: "?", group: "Picture", text: "these keys", act: () => openDialog({ kind: "keys" }) },
  { key: "0", group: "Map", text: "the whole site", act: () => mapKeys.home?.() },
  { key: "+", group: "Map", text: "nearer", act: () => mapKeys.zoom?.(0.5) },
  { key: "-", group: "Map", text: "farther", act: () => mapKeys.zoom?.(-0.5) },
  { key: "R", group: "Map", text: "range rings on or off", act: () => toggleLayer("rings") },
  { key: "V", group: "Map", text: "sensor coverage on or off", act: () => toggleLayer("coverage") },
  { key: "T", group: "Map", text: "trails on or off", act: () => toggleLayer("trails") },
  { key: "B", group: "Map", text: "labels on or off", act: () => toggleLayer("labels") },
  { key: "Space", group: "Replay", text: "play or rest", act: playOrRest },
  { key: "[", group: "Replay", text: "the event before", act: () => stepEvent(-1) },
  { key: "]", group: "Replay", text: "the next event", act: () => stepEvent(1) },
  { key: ",", group: "Replay", text: "5 seconds back", act: () => goBy(-5) },
  { key: ".", group: "Replay", text: "5 seconds on", act: () => goBy(5) },
  { key: "<", group: "Replay", text: "slower", act: () => changeSpeed(-1) },
  { key: ">", group: "Replay", text: "faster", act: () => changeSpeed(1) },
  { key: "\\", group: "Replay", text: "what if: the same event with something changed, side by side", act: () => openDialog({ kind: "whatif" }) },
  ...MAP_TOOL_KEYS,
];

/** The keys that mean something now: those that act have no place in a replay, nor its own in a live picture. */
export const keysNow = (): KeyEntry[] =>
  KEYS.filter((entry) => entry.where?.() !== false && (replaying() ? !entry.acts && entry.key !== "M" : entry.group !== "Replay"));

const ENTRIES = new Map(KEYS.filter((k) => k.act).map((k) => [k.key === "Space" ? " " : k.key.toLowerCase(), k]));
const PLUS = ENTRIES.get("+");
if (PLUS) ENTRIES.set("=", PLUS);

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement
    && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Listen to the keyboard for the whole page. */
export function listenToKeys(): void {
  window.addEventListener("pointerdown", unlock);
  window.addEventListener("keydown", (event) => {
    unlock();
    if (event.key === "Escape") escape();
    if (editing() && !dialog() && !loginAsked() && !session()?.locked && !typing(event.target) && turnsBack(event)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = event.key.toLowerCase();
    // A locked console obeys its lock, and may be silenced.
    if (session()?.locked && key !== "m") return;
    // With a dialog open only what cannot wait is obeyed.
    if ((dialog() || loginAsked()) && !["a", "h", "m"].includes(key)) return;
    const entry = ENTRIES.get(key);
    if (!entry?.act || entry.where?.() === false || (event.repeat && entry.group !== "Replay")) return;
    if (!replaying() && entry.group === "Replay") return;
    // Space on a button presses it.
    if (key === " " && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    if (replaying() && entry.acts) say(NOTHING, "refused");
    else entry.act();
  });
}

/** Ctrl+Z and Ctrl+Y (or Ctrl+Shift+Z) on the zone in hand; in a field they are the field's own. */
function turnsBack(event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== "z" && key !== "y")) return false;
  event.preventDefault();
  if (key === "y" || event.shiftKey) redo();
  else undo();
  return true;
}

function escape(): void {
  const asked = loginAsked();
  if (asked) asked.done(false);
  else if (dialog()) closeDialog();
  else if (typing(document.activeElement)) (document.activeElement as HTMLElement).blur();
  else if (editing()) leave();
  else if (placing()) setPlacing(false);
  else if (pointing()) {
    setPointing(false);
    setDraft(null);
  } else if (measuring() || view.measure) toggleMeasuring();
  else if (view.track !== null) select(null);
}
