import { createSignal, For, Show, type JSX } from "solid-js";
import { commandsHere } from "../core/commands";
import { HEIGHTS_M } from "../core/coverage";
import { openDialog } from "../core/dialogs";
import { bearing, distance } from "../core/format";
import { TRAILS_S } from "../core/hash";
import { mapKeys } from "../core/keys";
import { beginNote } from "../core/notes";
import { site } from "../core/picture";
import { beginSighting, observers } from "../core/sighting";
import { beginZones } from "../core/zones";
import { layerOn, LEAD_S, measuring, setView, toggleLayer, toggleMeasuring, view } from "../core/view";
import { groundBearing, groundDistance } from "../map/geodesy";

const SWITCHES: { name: string; word: string; key: string; own?: true }[] = [
  { name: "rings", word: "Range rings", key: "R" },
  { name: "trails", word: "Trails", key: "T" },
  { name: "labels", word: "Labels", key: "B" },
  { name: "zones", word: "Assets and zones", key: "Z" },
  { name: "coverage", word: "Sensor coverage", key: "V" },
  { name: "corridors", word: "Corridors", key: "Q" },
  { name: "ground", word: "The site's own map", key: "#", own: true },
];

/** Nearer, farther, measure, views, layers. */
export function MapTools(props: { gaps: string[]; blind: boolean }): JSX.Element {
  const [open, setOpen] = createSignal(false);
  return (
    <div class="map-tools">
      <button class="tool" onClick={() => mapKeys.zoom?.(0.5)} title="Nearer (+)" aria-label="Nearer">+</button>
      <button class="tool" onClick={() => mapKeys.zoom?.(-0.5)} title="Farther (-)" aria-label="Farther">−</button>
      <button class="tool" onClick={() => mapKeys.home?.()} title="The whole site (0)" aria-label="The whole site">⌂</button>
      <button class="tool" aria-pressed={measuring()} onClick={toggleMeasuring} title="Measure range, bearing, time of flight (G)" aria-label="Measure" aria-keyshortcuts="G">⟷</button>
      <button class="tool" onClick={() => openDialog({ kind: "views" })} title="Keep this view, or recall one (P)" aria-label="Kept views" aria-keyshortcuts="P">☆</button>
      <Show when={observers().length > 0 && commandsHere()}>
        <button class="tool" onClick={beginSighting} title="Enter a sighting (*)" aria-label="Enter a sighting" aria-keyshortcuts="*">◉</button>
      </Show>
      <Show when={commandsHere()}>
        <button class="tool" onClick={beginNote} title={'Write a note (")'} aria-label="Write a note" aria-keyshortcuts={'"'}>✎</button>
        <button class="tool" onClick={beginZones} title="Zones: draw, change, remove (@)" aria-label="Zones" aria-keyshortcuts="@">⬠</button>
      </Show>
      <button class="tool wide" aria-expanded={open()} onClick={() => setOpen(!open())}>Layers</button>
      <Show when={open()}>
        <div class="map-layers" role="group" aria-label="Layers">
          <For each={SWITCHES.filter((item) => !item.own || site()?.ground)}>
            {(item) => (
              <label>
                <input type="checkbox" checked={layerOn(item.name)} onChange={() => toggleLayer(item.name)} />
                <span>{item.word}</span> <Show when={item.key}><kbd>{item.key}</kbd></Show>
              </label>
            )}
          </For>
          <label class="trail-length">
            <span>Trail <kbd>Y</kbd></span>
            <select onChange={(event) => setView("trail_s", Number(event.currentTarget.value))}>
              <For each={TRAILS_S}>
                {(s) => <option value={s} selected={s === view.trail_s}>{s < 60 ? `${s} s` : `${s / 60} min`}</option>}
              </For>
            </select>
          </label>
          <label class="trail-length">
            <span>Unseen at <kbd>J</kbd></span>
            <select data-testid="cover" onChange={(event) => setView("cover_m", Number(event.currentTarget.value))}>
              <For each={HEIGHTS_M}>
                {(m) => <option value={m} selected={m === view.cover_m}>{m === 0 ? "off" : `${m} m`}</option>}
              </For>
            </select>
          </label>
          <Gaps {...props} />
          <p class="credit">Lines ahead of symbols: {LEAD_S} s. Ground: Natural Earth.<OwnCredit /></p>
        </div>
      </Show>
    </div>
  );
}

/** Who made the site's own map, as its file says. */
function OwnCredit(): JSX.Element {
  return <Show when={site()?.ground?.attribution}>{(words) => <> {words()}</>}</Show>;
}

function gapHead(gaps: number, blind: boolean): string {
  if (blind) return `No radar or camera is healthy: nothing silent is seen at ${view.cover_m} m.`;
  return gaps ? `What is silent is not seen at ${view.cover_m} m in the` : `No gap at ${view.cover_m} m within reach.`;
}

/** What the violet areas say, in words. */
function Gaps(props: { gaps: string[]; blind: boolean }): JSX.Element {
  return (
    <Show when={view.cover_m > 0}>
      <div class="gaps" data-testid="gaps">
        <p>{gapHead(props.gaps.length, props.blind)}</p>
        <Show when={!props.blind}><ul><For each={props.gaps}>{(words) => <li>{words}</li>}</For></ul></Show>
        <p class="credit">Healthy radars and cameras, by reach, sector and horizon; no terrain.</p>
      </div>
    </Show>
  );
}

/** Where the pointer is, from the site: range and bearing. */
export function Readout(props: { at: [number, number] }): JSX.Element {
  const from = (): [number, number] => {
    const reference = site()?.reference;
    return [reference?.lat_deg ?? 0, reference?.lon_deg ?? 0];
  };
  return (
    <span class="readout num" dir="ltr" aria-hidden="true">
      <bdi>{distance(groundDistance(from(), props.at))}</bdi> · <bdi dir="ltr">{bearing(groundBearing(from(), props.at))}°</bdi> ·{" "}
      <bdi dir="ltr">{props.at[0].toFixed(4)}, {props.at[1].toFixed(4)}</bdi>
    </span>
  );
}
