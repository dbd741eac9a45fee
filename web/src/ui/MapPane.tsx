import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show, type JSX } from "solid-js";
import { gapsAt, gapWords, reach_m, seeing, type Gap } from "../core/coverage";
import { clockSpan } from "../core/format";
import { mapKeys } from "../core/keys";
import { mapTool } from "../core/map-keys";
import { addCorner, drawAt, editing, moveCorner, takeCorner } from "../core/zones";
import { draftShown, ownArea, zonesShown } from "../core/zones-shown";
import { measured, type Measured } from "../core/measure";
import { byId, lists, modes, site, t_us, targets, trails, tracks } from "../core/picture";
import { dialog } from "../core/dialogs";
import { loadSaved } from "../core/saved";
import { noteMarks, placedAt, placing } from "../core/notes";
import { lineOfSight, pointedAt, pointing } from "../core/sighting";
import { selectedDetail } from "../core/selected";
import { hovered, layerOn, LEAD_S, measureTo, measuring, select, setHovered, setView, view } from "../core/view";
import { warnedTracks } from "../core/warnings";
import { debrisRings } from "../core/debris";
import type { SiteView, TrackDetail } from "../generated/model";
import type { AirMap, Shown } from "../map/air-map";
import { turnedEllipse } from "../map/geodesy";
import { MapTools, Readout } from "./MapTools";
import { RecordedMark } from "./whatif/Worlds";

/** The map, its switches, and where the pointer is. */
export function MapPane(): JSX.Element {
  let holder!: HTMLDivElement;
  let air!: HTMLCanvasElement;
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
      setMap(new Opened(holder, air, canvas, here, view.theme, startOf(), {
        pressed,
        hovered: setHovered,
        pointed: (lat, lon) => setPointer(lat === null || lon === null ? null : [lat, lon]),
        moved: (lat_deg, lon_deg, zoom) => setView({ lat_deg, lon_deg, zoom }),
        zones: {
          cornerTaken: takeCorner,
          cornerMoved: (at, lat, lon) => moveCorner(at, [lat, lon]),
          cornerAdded: (after, lat, lon) => addCorner([lat, lon], after),
        },
      }));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      setBroken(error.message.slice(0, 200));
    }
  }
  const marked = (): string => modes().filter((word) => word !== "LIVE").join(" · ");
  const warned = createMemo(() => warnedTracks(lists.warnings));
  const line = createMemo(() => measured(view.measure, byId()));
  const eyes = createMemo(() => seeing(site()?.sensors ?? [], lists.sources), undefined, {
    equals: (a, b) => a.map((s) => s.id).join() === b.map((s) => s.id).join(),
  });
  const gaps = createMemo((): Gap[] => {
    const here = site();
    if (!here || view.cover_m === 0) return [];
    return gapsAt(here.reference, eyes(), view.cover_m, reach_m(here.sensors));
  });
  createEffect(() => {
    const [open, here] = [map(), site()];
    if (open && here) open.show(shownNow(here, warned(), line()));
  });
  createEffect(() => map()?.setGaps(gaps()));
  createEffect(on(site, (here) => here && loadSaved()));
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
    mapKeys.look = (lat_deg, lon_deg, zoom) => map()?.lookAt(lat_deg, lon_deg, zoom);
    mapKeys.place = () => map()?.place() ?? null;
    mapTool.press = () => map()?.pressMiddle();
    mapTool.stepped = (from, x_px, y_px) => map()?.stepped(from, x_px, y_px) ?? null;
    mapKeys.centre = () => {
      const track = byId().get(view.track ?? -1);
      if (track) map()?.centre(track.lat_deg, track.lon_deg);
    };
  });
  onCleanup(() => map()?.remove());
  return (
    <div class="map" role="region" aria-label="Map of the tracks. The table lists the same.">
      <div class="map-holder" ref={holder} />
      <canvas class="map-air" ref={air} aria-hidden="true" />
      <canvas class="map-words" ref={canvas} aria-hidden="true" />
      <Show when={marked()}><span class="map-mode" aria-hidden="true">{marked()}</span></Show>
      <Show when={broken()}>
        <p class="map-broken" role="alert">The map cannot be drawn: {broken()}. Table and warnings work.</p>
      </Show>
      <RecordedMark />
      <MapTools gaps={gapWords(gaps())} blind={eyes().length === 0} />
      <Show when={pointing()}><p class="measured" role="status">Press where it is seen (; takes the map's middle, Esc ends)</p></Show>
      <Show when={editing()}><p class="measured" role="status">Press for a corner; drag corners and edges (Esc leaves)</p></Show>
      <Show when={placing()}><p class="measured" role="status">Press the place of the note (; takes the map's middle, Esc ends)</p></Show>
      <Show when={measuring() || line()}>
        <p class="measured num" role="status" data-testid="measured">{lineWords(line())}</p>
      </Show>
      <Show when={pointer()}>{(at) => <Readout at={at()} />}</Show>
    </div>
  );
}

function startOf(): { lat_deg: number; lon_deg: number; zoom: number } | null {
  const { lat_deg, lon_deg, zoom } = view;
  return lat_deg === null || lon_deg === null || zoom === null ? null : { lat_deg, lon_deg, zoom };
}

/** A press on the map selects, or sets an end of the measuring line. */
function pressed(trackId: number | null, lat_deg: number, lon_deg: number): void {
  if (editing()) drawAt(lat_deg, lon_deg);
  else if (pointing()) pointedAt(lat_deg, lon_deg);
  else if (placing()) placedAt(lat_deg, lon_deg);
  else if (measuring()) measureTo(trackId, lat_deg, lon_deg);
  else if (trackId !== null) select(trackId);
}

function lineWords(line: Measured | null): string {
  return line ? line.words.join("  ·  ") : "Measure: press the first place or track";
}

/** Where the selected track was, from before this page knew of it, and where it goes. */
function wayOf(detail: TrackDetail | null): Pick<Shown, "path" | "prediction" | "notes"> {
  if (!detail || detail.track_id !== view.track) return { path: [], prediction: [], notes: [] };
  return {
    path: detail.path.map((point) => [point.lat_deg, point.lon_deg] as const),
    prediction: detail.prediction.map((at) => ({
      ring: turnedEllipse(at.lat_deg, at.lon_deg, at.semi_major_m, at.semi_minor_m, at.orientation_deg),
    })),
    notes: detail.prediction.map((at) => ({
      lat_deg: at.lat_deg, lon_deg: at.lon_deg, lines: [`+${clockSpan(at.in_s)}`],
    })),
  };
}

/** Gather what the map draws now; reads every signal it depends on. */
function shownNow(here: SiteView, warned: ReadonlySet<number>, line: Measured | null): Shown {
  const chosen = view.track === null ? undefined : byId().get(view.track);
  const asset = chosen && chosen.threat_asset >= 0 ? here.assets[chosen.threat_asset] ?? ownArea(chosen.threat_asset) : undefined;
  const asked = dialog();
  const way = wayOf(selectedDetail());
  const sight = lineOfSight();
  const measure = sight.length ? sight : line ? (line.to ? [line.from, line.to] : [line.from]) : [];
  return {
    tracks: tracks(), trails, t_us: t_us(), trailLength_s: view.trail_s, lead_s: LEAD_S,
    showTrails: layerOn("trails"), selected: view.track, hovered: hovered(), warned,
    alarmed: alarmedAssets(here),
    debris: debrisRings(asked?.kind === "engage" ? asked.trackId : null),
    threatened: asset ? [asset.lat_deg, asset.lon_deg] : null,
    path: way.path, prediction: way.prediction, measure, aiming: measuring() || pointing() || placing(), zones: zonesShown(), draft: draftShown(), targets: targets(),
    notes: [...way.notes, ...noteMarks(lists.notes, byId())],
    theme: view.theme, labels: layerOn("labels"), groups: [...lists.groups], rings: layerOn("rings"),
  };
}

/** Where people take cover: the areas of warned zones, or the assets they lie at. */
function alarmedAssets(here: SiteView): [number, number][][] {
  const open = new Set(lists.warnings.filter((w) => w.level === "imminent").map((w) => w.zone_id));
  const zones = lists.zones.filter((zone) => open.has(zone.zone_id));
  const own = zones.flatMap((zone) => (zone.polygon ? [closedRing(zone.polygon)] : []));
  const assets = new Set(zones.filter((zone) => !zone.polygon).map((zone) => zone.asset_id));
  return [...own, ...here.assets.filter((asset) => assets.has(asset.id)).map(outline)];
}

function closedRing(ring: readonly (readonly [number, number])[]): [number, number][] {
  return [...ring, ...ring.slice(0, 1)].map(([lat, lon]) => [lat, lon]);
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
