import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show, type JSX } from "solid-js";
import { mapTool } from "../../core/map-keys";
import { areaWords, area_m2, cornerLines, CORNERS_MAX, crosses, readCorners } from "../../core/outline";
import { site } from "../../core/picture";
import { hiddenInName } from "../../core/plain-text";
import {
  addCorner, canRedo, canUndo, change, corners, cursor, draft, editing, faults, leave, moveCorner, nextCorner, redo,
  removeCorner, save, setCursor, setUnread, takeCorner, undo, unread, type Draft,
} from "../../core/zones";

/** The zone in hand, in the right column: nothing of it is in force before it is saved. */
export function ZoneEditor(): JSX.Element {
  const title = (): string => editing()?.zone ? `DRAFT: ${editing()?.zone?.name}` : "DRAFT: new zone";
  return (
    <aside class="panel zone-editor" aria-label="Zone being drawn" data-testid="zone-editor">
      <div class="draft-head">
        <h2>{title()}</h2>
        <p>Warns nobody before it is saved.</p>
      </div>
      <div class="panel-body">
        <Tools />
        <Outline />
        <Facts />
      </div>
      <footer class="draft-foot">
        <div class="form-error" role="status" data-testid="zone-fault"><For each={faults()}>{(fault) => <p>{fault}</p>}</For></div>
        <div class="dialog-acts">
          <button data-testid="zone-leave" onClick={leave}>Leave <kbd>Esc</kbd></button>
          <button class="solid" data-testid="zone-save" disabled={faults().length > 0 || !canUndo()} onClick={save}>Save…</button>
        </div>
      </footer>
    </aside>
  );
}

function Tools(): JSX.Element {
  const at = (): number => editing()?.at ?? -1;
  return (
    <section class="zone-tools" role="toolbar" aria-label="Undo and corners">
      <button data-testid="zone-undo" disabled={!canUndo()} onClick={undo} title="Undo (Ctrl+Z)" aria-keyshortcuts="Control+Z">↶ Undo</button>
      <button data-testid="zone-redo" disabled={!canRedo()} onClick={redo} title="Redo (Ctrl+Y)" aria-keyshortcuts="Control+Y">↷ Redo</button>
      <button data-testid="zone-drop" disabled={!corners()[at()]} onClick={() => removeCorner()}>{at() < 0 ? "Take a corner away" : `Take corner ${at() + 1} away`}</button>
    </section>
  );
}

/** Arrow keys step over the map from here; what they would otherwise do stays with the rest of the page. */
const STEP_PX = 10;
const STEPS: Record<string, readonly [number, number]> = {
  ArrowUp: [0, -STEP_PX], ArrowDown: [0, STEP_PX], ArrowLeft: [-STEP_PX, 0], ArrowRight: [STEP_PX, 0],
};

function keyed(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const at = editing()?.at ?? -1;
  if (event.altKey || event.metaKey) return;
  if (step && event.ctrlKey) {
    const to = mapTool.stepped?.(corners()[at] ?? null, step[0], step[1]);
    if (to && corners()[at]) moveCorner(at, to);
  } else if (step) {
    const far = event.shiftKey ? 5 : 1;
    setCursor(mapTool.stepped?.(cursor(), step[0] * far, step[1] * far) ?? null);
  } else if (event.key === "Enter") {
    const here = cursor() ?? mapTool.stepped?.(null, 0, 0);
    if (here) addCorner(here);
  } else if (event.key === "Delete" || event.key === "Backspace") removeCorner();
  else if (event.key === "PageDown" || event.key === "PageUp") {
    nextCorner(event.key === "PageDown" ? 1 : -1);
    setCursor(corners()[editing()?.at ?? -1] ?? cursor());
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Marked as left to right: in a line of Arabic the two would change places. */
function placeWords(spot: readonly [number, number] | null): string {
  return spot ? `\u2066${spot[0].toFixed(5)}, ${spot[1].toFixed(5)}\u2069` : "the map's middle";
}

function Outline(): JSX.Element {
  const own = (): boolean => draft()?.polygon !== null;
  const here = (): string => {
    const [spot, at] = [cursor(), editing()?.at ?? -1];
    return `Cursor at ${placeWords(spot)}. Corner ${at + 1} of ${corners().length} in hand.`;
  };
  const size = (): string => corners().length > 2 && !crosses(corners()) ? `${corners().length} corners, ${areaWords(area_m2(corners()))}` : `${corners().length} corners`;
  let pad!: HTMLDivElement;
  onMount(() => pad?.focus());
  return (
    <section>
      <h3>Area</h3>
      <div class="zone-where" role="radiogroup" aria-label="Where the zone lies">
        <label class="choice"><input type="radio" name="zone-where" checked={own()} onChange={() => change({ polygon: [] }, -1)} /> an area of its own</label>
        <label class="choice"><input type="radio" name="zone-where" data-testid="zone-at-asset" checked={!own()} onChange={() => change({ polygon: null }, -1)} /> where its asset is</label>
      </div>
      <Show when={own()}>
        <div class="zone-pad" ref={pad} tabindex="0" role="application" data-testid="zone-pad" onKeyDown={keyed}
          aria-label="Map cursor">
          <b>By keys, here:</b>
          <ul>
            <li>arrows step over the map, with Shift further</li>
            <li>Enter sets a corner, Del takes one away</li>
            <li>Page Up and Page Down take another corner</li>
            <li>Ctrl with arrows moves the corner</li>
          </ul>
          <p class="num" role="status">{here()}</p>
        </div>
        <CornerText />
        <p class="quiet-text num" data-testid="zone-size">{size()}</p>
      </Show>
    </section>
  );
}

/** The corners as text, one a line: what is typed here is drawn, and the other way round. */
function CornerText(): JSX.Element {
  const [text, setText] = createSignal("");
  const drawn = createMemo(corners);  // a name or a corner taken in hand leaves what is typed as it is
  createEffect(on(drawn, (now) => { setText(cornerLines(now)); setUnread("corners", ""); }));
  onCleanup(() => setUnread("corners", ""));
  const typing = (typed: string): void => {
    setText(typed);
    setUnread("corners", readCorners(typed).reason);
  };
  const take = (typed: string): void => {
    const read = readCorners(typed);
    setUnread("corners", read.reason);
    if (!read.reason && cornerLines(read.outline) !== cornerLines(corners())) change({ polygon: read.outline }, read.outline.length - 1);
  };
  return (
    <label class="zone-corners">Corners, one a line: latitude, longitude or MGRS
      <textarea dir="ltr" data-testid="zone-corners" rows={Math.min(8, Math.max(4, corners().length + 1))} spellcheck={false} value={text()}
        maxlength={CORNERS_MAX * 60} onInput={(event) => typing(event.currentTarget.value)} onChange={(event) => take(event.currentTarget.value)}
        onClick={(event) => takeCorner(lineAt(event.currentTarget))} />
      <span class="form-error" role="status" data-testid="corners-fault">{unread()["corners"]}</span>
    </label>
  );
}

function lineAt(field: HTMLTextAreaElement): number {
  return field.value.slice(0, field.selectionStart).split("\n").length - 1;
}

const SECONDS: { key: "take_cover_s" | "imminent_s" | "possible_s"; word: string; most: number }[] = [
  { key: "take_cover_s", word: "Seconds its people need to take cover", most: 1800 },
  { key: "imminent_s", word: "Take cover: ordered so many seconds ahead", most: 3600 },
  { key: "possible_s", word: "Be ready: told so many seconds ahead", most: 3600 },
];

function Facts(): JSX.Element {
  const now = (): Draft => draft() as Draft;
  const fixed = createMemo(() => (site()?.assets ?? []).filter((asset) => asset.position_feed === null || asset.id === draft()?.asset_id));
  createEffect(on(() => draft()?.name, (name) => setUnread("name", hiddenInName(name ?? ""))));
  const toggle = (id: string): void => {
    const on = now().channels.includes(id);
    change({ channels: on ? now().channels.filter((other) => other !== id) : [...now().channels, id] });
  };
  return (
    <Show when={draft()}>
      <section class="zone-facts">
        <label>Name, as it is read out
          <input data-testid="zone-name" maxlength="60" value={now().name} onInput={(event) => setUnread("name", hiddenInName(event.currentTarget.value))}
            onChange={(event) => change({ name: event.currentTarget.value })} />
          <span class="form-error" role="status" data-testid="name-hidden">{unread()["name"]}</span>
        </label>
        <label>Belongs to
          <select data-testid="zone-asset" onChange={(event) => change({ asset_id: event.currentTarget.value })}>
            <For each={fixed()}>{(asset) => <option value={asset.id} selected={asset.id === now().asset_id}>{asset.name}</option>}</For>
          </select>
        </label>
        <For each={SECONDS}>
          {(field) => (
            <label>{field.word}
              <input type="number" min="1" max={field.most} step="1" data-testid={`zone-${field.key}`} value={now()[field.key]}
                onChange={(event) => change({ [field.key]: Number(event.currentTarget.value) || 0 })} />
            </label>
          )}
        </For>
        <Show when={(site()?.channels.length ?? 0) > 0}>
          <fieldset class="zone-channels">
            <legend>Channels that warn it (none chosen: all)</legend>
            <For each={site()?.channels}>
              {(id) => <label class="choice"><input type="checkbox" checked={now().channels.includes(id)} onChange={() => toggle(id)} /> {id}</label>}
            </For>
          </fieldset>
        </Show>
      </section>
    </Show>
  );
}
