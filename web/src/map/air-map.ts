/** The map of the picture: MapLibre for the ground, the air layer and the labels over it. */
import maplibreWorkerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { Map as GroundMap, setWorkerUrl, type GeoJSONSource } from "maplibre-gl";
import type { SiteView, TrackGroup } from "../generated/model";
import type { Theme } from "../core/hash";
import type { Track } from "../core/track";
import { drawAtlas } from "./atlas";
import type { Gap } from "../core/coverage";
import { noteLabels, SANS, siteLabels, trackLabels } from "./captions";
import { EARTH_M, mercatorX, mercatorY } from "./geodesy";
import { groupMarks } from "./groups";
import { gapFeatures, loadWorld, rangeRings, siteFeatures } from "./ground";
import { CrowdCount } from "./crowd-count";
import type { Label } from "./labels";
import { AirLayer, type Look } from "./layer";
import { Overlay } from "./overlay";
import { ownLayers, ownPaints } from "./own-ground";
import { buildScene, isSeen, type Bounds, type SceneInput } from "./scene";
import { GROUND, groundStyle, PAINTS, SWITCHED } from "./style";
import { ZoneHand, type ZoneHandlers } from "./zone-hand";
import { drawDraft, zoneFeatures, zoneLabels, type DraftShown, type ZoneShown } from "./zones";

setWorkerUrl(maplibreWorkerUrl);

const PICK_PX = 20;
const SYMBOL_HALF_PX = 14;
const VIEW_M = 22_500;
/** A crowd of so many in sight is drawn anew so often while the map is dragged; in between its canvases are moved. */
const [DRAG_CROWD, DRAG_WAIT_MS] = [4_000, 200];
/** Told to the window when a new picture has been drawn, with its time: what measures the page listens. */
const DRAWN = "vedette:drawn";

export interface Handlers {
  /** A press on the map: the track there, or none, and where it was. */
  pressed: (trackId: number | null, lat_deg: number, lon_deg: number) => void;
  hovered: (trackId: number | null) => void;
  pointed: (lat_deg: number | null, lon_deg: number | null) => void;
  moved: (lat_deg: number, lon_deg: number, zoom: number) => void;
  /** What a hand does to the outline that is being drawn; none: this map has none. */
  zones?: ZoneHandlers;
}

export interface Shown extends Omit<SceneInput, "origin" | "rings" | "seen" | "seenCount" | "area_px"> {
  labels: boolean;
  /** The next press sets a point: the middle of the map is marked for those without a pointer. */
  aiming: boolean;
  /** Words of the tools, where there is room: the times of a prediction. */
  notes: readonly { lat_deg: number; lon_deg: number; lines: string[] }[];
  groups: readonly TrackGroup[];
  rings: boolean;
  /** Zones with areas of their own, and the outline that is being drawn. */
  zones: readonly ZoneShown[];
  draft: DraftShown | null;
  /** The names of assets and of such zones, by their number on the stream. */
  targets: readonly string[];
}

export class AirMap {
  private readonly ground: GroundMap;
  private readonly layer: AirLayer;
  private readonly overlay: Overlay;
  private readonly canvases: readonly HTMLCanvasElement[];
  private readonly origin: [number, number];
  private shown: Shown | null = null;
  /** The picture shown has not been drawn yet: it is, with the next frame. */
  private asked = false;
  private built = false;
  private size: [number, number];
  /** How large the symbols of a crowd are drawn, and how many there are in sight. */
  private scale = 1;
  private seenCount = 0;
  /** Where the map looked when its canvases were drawn, and when that was. */
  private drawn: { look: Look; at_ms: number } | null = null;
  private ready = false;
  /** Until the land is there, what lies behind it is coloured as land and not as sea. */
  private landShown = false;
  private landGiven = false;
  private readonly rings: [number, number][][];
  private theme: Theme;
  private switches: readonly string[] = [];
  private told_us = 0;
  private gaps: readonly Gap[] = [];
  private zones: readonly ZoneShown[] = [];
  private readonly hand: ZoneHand;
  /** The tracks of the picture shown, and where each is: x, y in Mercator units. */
  private located: readonly Track[] = [];
  private mercator = new Float64Array(0);

  constructor(
    holder: HTMLElement, air: HTMLCanvasElement, canvas: HTMLCanvasElement, private readonly site: SiteView, theme: Theme,
    start: { lat_deg: number; lon_deg: number; zoom: number } | null,
    private readonly handlers: Handlers,
  ) {
    const { lat_deg, lon_deg } = site.reference;
    this.origin = [mercatorX(lon_deg), mercatorY(lat_deg)];
    this.rings = rangeRings(site);
    this.theme = theme;
    this.canvases = [air, canvas];
    this.overlay = new Overlay(canvas);
    this.layer = new AirLayer(air);
    this.size = [holder.clientWidth, holder.clientHeight];
    this.layer.setAtlas(drawAtlas(theme, window.devicePixelRatio));
    this.ground = new GroundMap({
      container: holder,
      style: groundStyle(theme, siteFeatures(site), site.ground),
      center: start ? [start.lon_deg, start.lat_deg] : [lon_deg, lat_deg],
      zoom: start?.zoom ?? this.zoomFor(holder, VIEW_M),
      minZoom: 2, maxZoom: 18, maxPitch: 0, pitchWithRotate: false, dragRotate: false,
      attributionControl: false, renderWorldCopies: false, fadeDuration: 0,
      canvasContextAttributes: { antialias: false },
    });
    this.ground.touchZoomRotate.disableRotation();
    this.ground.keyboard.disableRotation();
    this.hand = new ZoneHand(this.ground, handlers.zones, () => this.redraw());
    this.listen();
  }

  /** Show this picture from now on. */
  show(shown: Shown): void {
    this.shown = shown;
    this.hand.draft = shown.draft;
    this.setZones(shown.zones);
    this.built = false;
    this.locate(shown.tracks);
    this.redraw();
  }

  /** Draw what is in the air with the next frame; the ground stays as it is. */
  private redraw(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      if (this.asked) this.rendered();
    });
  }

  private build(shown: Shown): void {
    const seen = this.bounds();
    const seenCount = this.seenCount = shown.tracks.reduce((n, track) => n + (isSeen(track, seen) ? 1 : 0), 0);
    const scene = buildScene({
      ...shown, origin: this.origin, rings: shown.rings ? this.rings : [], seen, seenCount,
      area_px: this.size[0] * this.size[1],
    });
    this.layer.set(this.origin, scene.segments, scene.symbols);
    this.scale = scene.scale;
    this.built = true;
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return;
    this.theme = theme;
    this.layer.setAtlas(drawAtlas(theme, window.devicePixelRatio));
    this.redraw();
    if (this.ready) this.paint(theme);
  }

  private paint(theme: Theme): void {
    for (const [id, property, colour] of PAINTS) {
      const shown = colour === "water" && !this.landShown ? "land" : colour;
      this.ground.setPaintProperty(id, property as "fill-color", GROUND[theme][shown]);
    }
    for (const [id, property, values] of this.site.ground ? ownPaints(this.site.ground) : []) {
      this.ground.setPaintProperty(id, property as "fill-color", values[theme] as string);
    }
  }

  /** Switch the layers of the ground on and off. */
  setLayers(names: readonly string[]): void {
    this.switches = names;
    this.redraw();
    if (!this.ready) return;
    const own = this.site.ground ? ownLayers(this.site.ground).map((layer) => layer.id) : [];
    for (const [name, layers] of Object.entries({ ...SWITCHED, ground: own })) {
      for (const id of layers) {
        this.ground.setLayoutProperty(id, "visibility", names.includes(name) ? "visible" : "none");
      }
    }
  }

  /** Show what nobody sees. */
  setGaps(gaps: readonly Gap[]): void {
    this.gaps = gaps;
    if (this.ready) (this.ground.getSource("gaps") as GeoJSONSource).setData(gapFeatures(this.site, gaps));
  }

  private setZones(zones: readonly ZoneShown[]): void {
    if (zones === this.zones) return;
    this.zones = zones;
    if (this.ready) (this.ground.getSource("zones") as GeoJSONSource).setData(zoneFeatures(zones));
  }

  /** The place so many pixels from another, and the map moved so that it is in sight. */
  stepped(from: readonly [number, number] | null, x_px: number, y_px: number): [number, number] {
    const centre = this.ground.getCenter();
    const [lat, lng] = from ?? [centre.lat, centre.lng];
    const at = this.ground.project([lng, lat]);
    const to = this.ground.unproject([at.x + x_px, at.y + y_px]);
    this.reveal(to.lat, to.lng);
    return [to.lat, to.lng];
  }

  /** Press in the middle of the map. */
  pressMiddle(): void {
    const { lat, lng } = this.ground.getCenter();
    const holder = this.ground.getContainer();
    this.handlers.pressed(this.trackNear(holder.clientWidth / 2, holder.clientHeight / 2), lat, lng);
  }

  zoomBy(steps: number): void {
    this.ground.zoomTo(this.ground.getZoom() + steps, { duration: 0 });
  }

  /** Look at the site as at the start. */
  home(): void {
    const { lat_deg, lon_deg } = this.site.reference;
    this.ground.jumpTo({ center: [lon_deg, lat_deg], zoom: this.zoomFor(this.ground.getContainer(), VIEW_M) });
  }

  centre(lat_deg: number, lon_deg: number): void {
    this.ground.jumpTo({ center: [lon_deg, lat_deg] });
  }

  /** Look at a place, unless it is there already. */
  lookAt(lat_deg: number, lon_deg: number, zoom: number): void {
    const now = this.place();
    const near = Math.abs(now.lat_deg - lat_deg) < 1e-7 && Math.abs(now.lon_deg - lon_deg) < 1e-7;
    if (!near || Math.abs(now.zoom - zoom) > 1e-4) this.ground.jumpTo({ center: [lon_deg, lat_deg], zoom });
  }

  place(): { lat_deg: number; lon_deg: number; zoom: number } {
    const { lat, lng } = this.ground.getCenter();
    return { lat_deg: lat, lon_deg: lng, zoom: this.ground.getZoom() };
  }

  /** Move the map only when a place is not in view. */
  reveal(lat_deg: number, lon_deg: number): void {
    const { x, y } = this.ground.project([lon_deg, lat_deg]);
    const holder = this.ground.getContainer();
    const inside = x > 40 && y > 40 && x < holder.clientWidth - 40 && y < holder.clientHeight - 40;
    if (!inside) this.centre(lat_deg, lon_deg);
  }

  remove(): void {
    this.ground.remove();
    this.layer.remove();
  }

  private listen(): void {
    const { ground } = this;
    ground.on("style.load", () => this.loaded());
    ground.on("render", () => this.rendered());
    ground.on("resize", () => {
      const holder = ground.getContainer();
      this.size = [holder.clientWidth, holder.clientHeight];
      this.built = false;
    });
    ground.on("sourcedata", (event) => {
      if (event.sourceId !== "land" || !this.landGiven || this.landShown || !event.isSourceLoaded) return;
      this.landShown = true;
      this.paint(this.theme);
    });
    ground.on("moveend", () => {
      this.built = false;
      this.redraw();
      const centre = ground.getCenter();
      this.handlers.moved(centre.lat, centre.lng, ground.getZoom());
    });
    ground.on("click", (event) => {
      if (this.hand.swallows()) return;
      this.handlers.pressed(this.trackNear(event.point.x, event.point.y), event.lngLat.lat, event.lngLat.lng);
    });
    ground.on("mousemove", (event) => {
      const hit = this.trackNear(event.point.x, event.point.y);
      ground.getCanvas().style.cursor = this.hand.cursorAt(event.point)
        ?? (this.shown?.aiming ? "crosshair" : hit === null ? "" : "pointer");
      this.handlers.hovered(hit);
      this.handlers.pointed(event.lngLat.lat, event.lngLat.lng);
    });
    ground.on("mouseout", () => {
      this.handlers.hovered(null);
      this.handlers.pointed(null, null);
    });
  }

  private loaded(): void {
    this.ready = true;
    this.paint(this.theme);
    this.setLayers(this.switches);
    this.setGaps(this.gaps);
    (this.ground.getSource("zones") as GeoJSONSource).setData(zoneFeatures(this.zones));
    void loadWorld().then((world) => {
      if (!world) return;
      (this.ground.getSource("land") as GeoJSONSource).setData(world.land);
      this.landGiven = true;
      (this.ground.getSource("borders") as GeoJSONSource).setData(world.borders);
    });
    this.ground.triggerRepaint();
  }

  private rendered(): void {
    this.asked = false;
    if (!this.shown) return;
    if (this.built && this.slid()) return;
    if (!this.built) this.build(this.shown);
    const look = this.look();
    this.slide(0, 0);
    this.layer.draw(look);
    this.drawWords(this.shown);
    this.drawn = { look, at_ms: performance.now() };
    if (this.shown.t_us === this.told_us) return;
    this.told_us = this.shown.t_us;
    window.dispatchEvent(new CustomEvent(DRAWN, { detail: this.told_us }));
  }

  /** Move what was drawn of a crowd instead of drawing it anew: only while it is dragged, and not for long. */
  private slid(): boolean {
    const { drawn } = this;
    if (!drawn || this.seenCount < DRAG_CROWD || !this.ground.isMoving()) return false;
    const look = this.look();
    const same = look.world_px === drawn.look.world_px && look.width === drawn.look.width && look.height === drawn.look.height;
    if (!same || performance.now() - drawn.at_ms > DRAG_WAIT_MS) return false;
    this.slide((drawn.look.x - look.x) * look.world_px, (drawn.look.y - look.y) * look.world_px);
    return true;
  }

  private slide(x_px: number, y_px: number): void {
    const moved = x_px || y_px ? `translate(${Math.round(x_px)}px, ${Math.round(y_px)}px)` : "";
    for (const canvas of this.canvases) if (canvas.style.transform !== moved) canvas.style.transform = moved;
  }

  private drawWords(shown: Shown): void {
    const onScreen = this.screen();
    const project = (lat_deg: number, lon_deg: number): { x: number; y: number } =>
      onScreen(mercatorX(lon_deg), mercatorY(lat_deg));
    const [width, height] = this.size;
    const inside = (x: number, y: number): boolean => x > -20 && y > -20 && x < width + 20 && y < height + 20;
    const zoom = this.ground.getZoom();
    const sensors = this.switches.includes("coverage");
    const labels: Label[] = siteLabels(this.site, zoom, shown.theme, project, shown.rings, sensors);
    if (this.switches.includes("zones")) labels.push(...zoneLabels(shown.zones, shown.theme, project));
    if (shown.labels) labels.push(...trackLabels({ ...shown, assets: shown.targets, zoom, project, inside, area_px: width * height }));
    const symbols = this.symbolCount(onScreen);
    const metresPerPixel = (2 * Math.PI * EARTH_M * Math.cos((this.ground.getCenter().lat * Math.PI) / 180))
      / (512 * 2 ** zoom);
    const groups = groupMarks(
      shown.groups, shown.tracks, shown.theme, project, metresPerPixel, `600 12px ${SANS}`,
    );
    labels.push(...noteLabels(shown.notes, shown.theme, project));
    this.overlay.aim = shown.aiming;
    const draft = this.hand.now();
    const drafted = draft && ((g: CanvasRenderingContext2D): void => drawDraft(
      g, draft, draft.corners.map((corner) => project(...corner)), draft.cursor ? project(...draft.cursor) : null, shown.theme));
    this.overlay.draw([...labels, ...groups.labels], symbols, groups.outlines, shown.theme, metresPerPixel, this.size, drafted ?? undefined);
  }

  /** Where a point in Mercator units lies on the screen: this map is neither turned nor tilted. */
  private screen(): (x: number, y: number) => { x: number; y: number } {
    const look = this.look();
    return (x, y) => ({
      x: (x - look.x) * look.world_px + look.width / 2, y: (y - look.y) * look.world_px + look.height / 2,
    });
  }

  private look(): Look {
    const centre = this.ground.getCenter();
    return {
      x: mercatorX(centre.lng), y: mercatorY(centre.lat), world_px: 512 * 2 ** this.ground.getZoom(),
      width: this.size[0], height: this.size[1],
    };
  }

  /** What the map shows, and half as much again on every side: it may be moved before the next picture. */
  private bounds(): Bounds {
    const inner = this.ground.getBounds();
    const [south, north, west, east] = [inner.getSouth(), inner.getNorth(), inner.getWest(), inner.getEast()];
    const [high, wide] = [(north - south) / 2, (east - west) / 2];
    return { south_deg: south - high, north_deg: north + high, west_deg: west - wide, east_deg: east + wide };
  }

  /** Work out once a picture where its tracks are in Mercator units. */
  private locate(tracks: readonly Track[]): void {
    if (tracks === this.located) return;
    this.located = tracks;
    if (this.mercator.length < 2 * tracks.length) this.mercator = new Float64Array(3 * tracks.length);
    tracks.forEach((track, i) => {
      this.mercator[2 * i] = mercatorX(track.lon_deg);
      this.mercator[2 * i + 1] = mercatorY(track.lat_deg);
    });
  }

  private symbolCount(onScreen: (x: number, y: number) => { x: number; y: number }): CrowdCount {
    const count = new CrowdCount(this.size[0], this.size[1], SYMBOL_HALF_PX * this.scale);
    for (let i = 0; i < this.located.length; i += 1) {
      const { x, y } = onScreen(this.mercator[2 * i] ?? 0, this.mercator[2 * i + 1] ?? 0);
      count.add(x, y);
    }
    return count;
  }

  private trackNear(x: number, y: number): number | null {
    let best: number | null = null;
    let nearest = PICK_PX;
    const onScreen = this.screen();
    this.located.forEach((track, i) => {
      const at = onScreen(this.mercator[2 * i] ?? 0, this.mercator[2 * i + 1] ?? 0);
      const away = Math.hypot(at.x - x, at.y - y);
      if (away < nearest) [best, nearest] = [track.id, away];
    });
    return best;
  }

  /** The zoom at which a radius fits the smaller side of the map. */
  private zoomFor(holder: HTMLElement, radius_m: number): number {
    const side_px = Math.max(200, Math.min(holder.clientWidth, holder.clientHeight));
    const lat = (this.site.reference.lat_deg * Math.PI) / 180;
    return Math.log2((2 * Math.PI * EARTH_M * Math.cos(lat) * side_px) / (512 * 2 * radius_m));
  }
}
