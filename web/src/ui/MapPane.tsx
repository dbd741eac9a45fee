import { createEffect, createMemo, createSignal, For, onCleanup, onMount, Show, type JSX } from "solid-js";
import { bearing, distance } from "../core/format";
import { mapKeys } from "../core/keys";
import { byId, lists, modes, site, t_us, trails, tracks } from "../core/picture";
import { dialog } from "../core/dialogs";
import { hovered, layerOn, LEAD_S, select, setHovered, setTrailLength, setView, toggleLayer, trailLength_s, view } from "../core/view";
import { warnedTracks } from "../core/warnings";
import { debrisRings } from "../core/debris";
import type { SiteView } from "../generated/model";
import type { AirMap, Shown } from "../map/air-map";
import { groundBearing, groundDistance } from "../map/geodesy";

const SWITCHES = [
  { name: "rings", word: "Range rings", key: "R" },
  { name: "trails", word: "Trails", key: "T" },
  { name: "labels", word: "Labels", key: "B" },
  { name: "zones", word: "Assets" },
  { name: "coverage", word: "Sensor coverage", key: "V" },
  { name: "corridors", word: "Corridors" },
];

/** The map, its switches, and where the pointer is. */
export function MapPane(): JSX.Element {
  let holder!: HTMLDivElement;
  let canvas!: HTMLCanvasElement;
  const [map, setMap] = createSignal<AirMap | null>(null);
  const [pointer, setPointer] = createSignal<[number, number] | null>(null);
  const [broken, setBroken] = createSignal("");
  createEffect(() => {
    const here = site();
    if (here && !map()) void open(here);
  });
  async function open(here: SiteView): Promise<void> {
    try {
      const { AirMap: Opened } = await import("../map/air-map");
      setMap(new Opened(holder, canvas, here, view.theme, startOf(), {
        picked: select,
        hovered: setHovered,
        pointed: (lat, lon) => setPointer(lat === null || lon === null ? null : [lat, lon]),
        moved: (lat_deg, lon_deg, zoom) => setView({ lat_deg, lon_deg, zoom }),
      }));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      setBroken(error.message.slice(0, 200));
    }
  }
  const marked = (): string => modes().filter((word) => word !== "LIVE").join(" · ");
  const warned = createMemo(() => warnedTracks(lists.warnings));
  createEffect(() => {
    const [open, here] = [map(), site()];
    if (open && here) open.show(shownNow(here, warned()));
  });
  createEffect(() => map()?.setTheme(view.theme));
  createEffect(() => map()?.setLayers([...view.layers]));
  createEffect(() => {
    const track = view.track === null ? undefined : byId().get(view.track);
    if (track && map() && lastRevealed !== track.id) {
      lastRevealed = track.id;
      map()?.reveal(track.lat_deg, track.lon_deg);
    }
    if (view.track === null) lastRevealed = null;
  });
  let lastRevealed: number | null = null;
  onMount(() => {
    mapKeys.home = () => map()?.home();
    mapKeys.zoom = (steps) => map()?.zoomBy(steps);
    mapKeys.centre = () => {
      const track = byId().get(view.track ?? -1);
      if (track) map()?.centre(track.lat_deg, track.lon_deg);
    };
  });
  onCleanup(() => map()?.remove());
  return (
    <div class="map" role="region" aria-label="Map of the tracks. The table lists the same.">
      <div class="map-holder" ref={holder} />
      <canvas class="map-words" ref={canvas} aria-hidden="true" />
      <Show when={marked()}><span class="map-mode" aria-hidden="true">{marked()}</span></Show>
      <Show when={broken()}>
        <p class="map-broken" role="alert">The map cannot be drawn: {broken()}. Table and warnings work.</p>
      </Show>
      <MapTools />
      <Show when={pointer()}>{(at) => <Readout at={at()} />}</Show>
    </div>
  );
}

function startOf(): { lat_deg: number; lon_deg: number; zoom: number } | null {
  const { lat_deg, lon_deg, zoom } = view;
  return lat_deg === null || lon_deg === null || zoom === null ? null : { lat_deg, lon_deg, zoom };
}

/** Gather what the map draws now; reads every signal it depends on. */
function shownNow(here: SiteView, warned: ReadonlySet<number>): Shown {
  const chosen = view.track === null ? undefined : byId().get(view.track);
  const asset = chosen && chosen.threat_asset >= 0 ? here.assets[chosen.threat_asset] : undefined;
  const asked = dialog();
  return {
    tracks: tracks(), trails, t_us: t_us(), trailLength_s: trailLength_s(), lead_s: LEAD_S,
    showTrails: layerOn("trails"), selected: view.track, hovered: hovered(), warned,
    alarmed: alarmedAssets(here),
    debris: debrisRings(asked?.kind === "engage" ? asked.trackId : null),
    threatened: asset ? [asset.lat_deg, asset.lon_deg] : null,
    theme: view.theme, labels: layerOn("labels"), groups: [...lists.groups], rings: layerOn("rings"),
  };
}

function alarmedAssets(here: SiteView): [number, number][][] {
  const zones = new Set(lists.warnings.filter((w) => w.level === "imminent").map((w) => w.zone_id));
  const assets = new Set(here.zones.filter((zone) => zones.has(zone.id)).map((zone) => zone.asset));
  return here.assets.filter((asset) => assets.has(asset.id)).map(outline);
}

function outline(asset: SiteView["assets"][number]): [number, number][] {
  if (asset.polygon && asset.polygon[0]) return [...asset.polygon, asset.polygon[0]];
  const steps = 48;
  const north = asset.radius_m / 111_195;
  const east = north / Math.cos((asset.lat_deg * Math.PI) / 180);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const a = (2 * Math.PI * i) / steps;
    return [asset.lat_deg + north * Math.cos(a), asset.lon_deg + east * Math.sin(a)];
  });
}

function MapTools(): JSX.Element {
  const [open, setOpen] = createSignal(false);
  return (
    <div class="map-tools">
      <button class="tool" onClick={() => mapKeys.zoom?.(0.5)} title="Nearer (+)" aria-label="Nearer">+</button>
      <button class="tool" onClick={() => mapKeys.zoom?.(-0.5)} title="Farther (-)" aria-label="Farther">−</button>
      <button class="tool" onClick={() => mapKeys.home?.()} title="The whole site (0)" aria-label="The whole site">⌂</button>
      <button class="tool wide" aria-expanded={open()} onClick={() => setOpen(!open())}>Layers</button>
      <Show when={open()}>
        <div class="map-layers" role="group" aria-label="Layers">
          <For each={SWITCHES}>
            {(item) => (
              <label>
                <input type="checkbox" checked={layerOn(item.name)} onChange={() => toggleLayer(item.name)} />
                <span>{item.word}</span> <Show when={item.key}><kbd>{item.key}</kbd></Show>
              </label>
            )}
          </For>
          <label class="trail-length">
            <span>Trail</span>
            <select onChange={(event) => setTrailLength(Number(event.currentTarget.value))}>
              <For each={[30, 60, 120, 300, 600]}>
                {(s) => <option value={s} selected={s === trailLength_s()}>{s < 60 ? `${s} s` : `${s / 60} min`}</option>}
              </For>
            </select>
          </label>
          <p class="credit">Lines ahead of symbols: {LEAD_S} s. Ground: Natural Earth.</p>
        </div>
      </Show>
    </div>
  );
}

/** Where the pointer is, from the site: range and bearing. */
function Readout(props: { at: [number, number] }): JSX.Element {
  const from = (): [number, number] => {
    const reference = site()?.reference;
    return [reference?.lat_deg ?? 0, reference?.lon_deg ?? 0];
  };
  return (
    <span class="readout num" aria-hidden="true">
      {distance(groundDistance(from(), props.at))} · {bearing(groundBearing(from(), props.at))}° ·{" "}
      {props.at[0].toFixed(4)}, {props.at[1].toFixed(4)}
    </span>
  );
}
