import { createEffect, createMemo, createSignal, onCleanup, Show, type JSX } from "solid-js";
import { count } from "../../core/format";
import { mapKeys } from "../../core/keys";
import { lists, site, t_us, targets, tracks } from "../../core/picture";
import { comparing, other, otherTracks } from "../../core/whatif";
import { layerOn, LEAD_S, view } from "../../core/view";
import type { SiteView } from "../../generated/model";
import { Trails } from "../../core/trails";
import type { AirMap } from "../../map/air-map";

/** What is open in one world at the moment, a level a zone. */
function warningWords(open: readonly { zone_id: string; zone_name: string; level: string }[]): string {
  const worst = new Map<string, string>();
  for (const w of open) {
    if (w.level === "imminent" || !worst.has(w.zone_name)) worst.set(w.zone_name, w.level);
  }
  const words = [...worst].map(([zone, level]) => `${zone}: ${level === "imminent" ? "▲ take cover" : "△ be ready"}`);
  return words.length ? words.join(" · ") : "no warning";
}

/** The mark of the recorded world, over its map. */
export function RecordedMark(): JSX.Element {
  return (
    <Show when={comparing()}>
      <p class="world" data-world="recorded" data-testid="world-recorded">
        <b>RECORDED</b> <span>{count(tracks().length, "track")} · {warningWords(lists.warnings)}</span>
      </p>
    </Show>
  );
}

/** The map of the changed world, at the same place and moment as the recorded one's. */
export function OtherMap(): JSX.Element {
  let holder!: HTMLDivElement;
  let air!: HTMLCanvasElement;
  let canvas!: HTMLCanvasElement;
  const [map, setMap] = createSignal<AirMap | null>(null);
  const [broken, setBroken] = createSignal("");
  const trails = new Trails();
  let last_us = 0;
  async function open(here: SiteView): Promise<void> {
    try {
      const { AirMap: Opened } = await import("../../map/air-map");
      setMap(new Opened(holder, air, canvas, here, view.theme, mapKeys.place?.() ?? null, {
        pressed: () => undefined, hovered: () => undefined, pointed: () => undefined,
        moved: (lat_deg, lon_deg, zoom) => mapKeys.look?.(lat_deg, lon_deg, zoom),
      }));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      setBroken(error.message.slice(0, 200));
    }
  }
  createEffect(() => {
    const here = site();
    if (here && !map()) void open(here);
  });
  createEffect(() => {
    const { lat_deg, lon_deg, zoom } = view;
    if (lat_deg !== null && lon_deg !== null && zoom !== null) map()?.lookAt(lat_deg, lon_deg, zoom);
  });
  createEffect(() => map()?.setTheme(view.theme));
  createEffect(() => map()?.setLayers([...view.layers]));
  const warned = createMemo(() => new Set((other()?.warnings ?? []).flatMap((w) => w.track_ids)));
  createEffect(() => {
    const rows = otherTracks();
    const now_us = other()?.t_us ?? t_us();
    if (now_us < last_us) trails.clear();
    last_us = now_us;
    trails.note(rows, now_us);
    map()?.show({
      tracks: rows, trails, t_us: now_us, trailLength_s: view.trail_s, lead_s: LEAD_S, showTrails: layerOn("trails"),
      selected: null, hovered: null, warned: warned(), alarmed: [], debris: [], threatened: null, path: [],
      prediction: [], measure: [], aiming: false, notes: [], theme: view.theme, labels: layerOn("labels"),
      groups: [], rings: layerOn("rings"), zones: [], draft: null, targets: targets(),
    });
  });
  onCleanup(() => map()?.remove());
  return (
    <div class="map other" role="region" aria-label="Map of the changed world: what if">
      <div class="map-holder" ref={holder} />
      <canvas class="map-air" ref={air} aria-hidden="true" />
      <canvas class="map-words" ref={canvas} aria-hidden="true" />
      <Show when={broken()}><p class="map-broken" role="alert">The map cannot be drawn: {broken()}.</p></Show>
      <p class="world" data-world="changed" data-testid="world-changed">
        <b>WHAT IF</b> <span>{other() ? `${count(otherTracks().length, "track")} · ${warningWords(other()?.warnings ?? [])}` : "…"}</span>
      </p>
    </div>
  );
}
