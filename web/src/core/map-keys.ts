/** The keys of the map's tools and of kept views; part of the one list in keys.ts. */
import { openDialog } from "./dialogs";
import { beginNote, placing } from "./notes";
import { say } from "./notices";
import { site } from "./picture";
import { beginSighting, pointing } from "./sighting";
import { beginZones, editing } from "./zones";
import { recallView, SAVED_MAX } from "./saved";
import { measuring, nextCover, nextFilter, nextTrail, toggleLayer, toggleMeasuring } from "./view";

/** A key, what it does, and when. */
export interface KeyEntry {
  key: string;
  group: "Warnings" | "Selected track" | "Picture" | "Map" | "Replay";
  text: string;
  /** It acts on the world: a replay offers no such thing. */
  acts?: true;
  /** In the list it stands under another's line. */
  unlisted?: boolean;
  /** What the list shows in the key's place. */
  shown?: string;
  /** Where it means anything; everywhere where not said. */
  where?: () => boolean;
  act?: () => void;
}

/** What the map offers to the tools; set when the map is there. */
export const mapTool: {
  press?: () => void;
  /** The place so many pixels from another, or from the map's middle. */
  stepped?: (from: readonly [number, number] | null, x_px: number, y_px: number) => [number, number] | null;
} = {};

function recall(number: number): void {
  if (!recallView(number)) say(`No view is kept under ${number}: P keeps this one.`, "refused");
}

/** Set an end of the line in the middle of the map: measuring without a pointer. */
function pressMiddle(): void {
  if (editing() || measuring() || pointing() || placing()) mapTool.press?.();
}

export const MAP_TOOL_KEYS: KeyEntry[] = [
  { key: "F", group: "Picture", text: "table: the next filter", act: nextFilter },
  { key: "P", group: "Picture", text: "keep this view, or recall one", act: () => openDialog({ kind: "views" }) },
  ...Array.from({ length: SAVED_MAX }, (_, i): KeyEntry => ({
    key: String(i + 1), group: "Picture", text: i ? `recall the kept view ${i + 1}` : "recall the kept view of that number", act: () => recall(i + 1), unlisted: i > 0,
    shown: `1 … ${SAVED_MAX}`,
  })),
  { key: "G", group: "Map", text: "measure: two presses give range, bearing, time of flight", act: toggleMeasuring },
  { key: ";", group: "Map", text: "measure, zone: a point in the map's middle (arrows move the map)", act: pressMiddle },
  { key: "*", group: "Map", text: "sighting: a direction somebody sees something in", acts: true, act: beginSighting },
  { key: "\"", group: "Map", text: "note: on the selected track, or on a place", acts: true, act: beginNote },
  { key: "@", group: "Map", text: "zones: draw, change, remove, save as a file", acts: true, act: beginZones },
  { key: "Ctrl+Z", group: "Map", text: "while a zone is drawn: undo; Ctrl+Y does it again" },
  { key: "Y", group: "Map", text: "longer trails", act: nextTrail },
  { key: "J", group: "Map", text: "where nothing is seen at 30, 100, 300, 1000 m", act: nextCover },
  { key: "Z", group: "Map", text: "assets and zones on or off", act: () => toggleLayer("zones") },
  { key: "Q", group: "Map", text: "corridors on or off", act: () => toggleLayer("corridors") },
  { key: "#", group: "Map", text: "the site's own map on or off", where: () => Boolean(site()?.ground), act: () => toggleLayer("ground") },
];
