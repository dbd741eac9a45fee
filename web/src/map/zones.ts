/** Zones on the ground, and the outline that is being drawn over it. */
import type { FeatureCollection } from "geojson";
import type { Theme } from "../core/hash";
import { clipped } from "./clipped";
import type { Label } from "./labels";

type Place = readonly [lat_deg: number, lon_deg: number];

/** A zone with an area of its own. filed: as the site file has it, where that is another or it is gone. */
export interface ZoneShown {
  id: string;
  name: string;
  /** Against the site file: "" none, "drawn", "changed", "removed". */
  change: string;
  words: string;
  ring: readonly Place[] | null;
  filed: readonly Place[] | null;
}

/** What is being drawn. at: the corner in hand. cursor: where the keys are. words: what it is. */
export interface DraftShown {
  corners: readonly Place[];
  at: number;
  cursor: Place | null;
  words: string;
}

/** What a press on the map takes hold of. */
export type Held = { corner: number } | { after: number };

const COLOURS: Record<Theme, { line: string; fill: string; hatch: string; plate: string; ink: string; zone: string }> = {
  night: {
    line: "#6bbef5", fill: "rgba(107,190,245,0.12)", hatch: "rgba(107,190,245,0.4)", plate: "rgba(10,18,23,0.9)",
    ink: "#e6eef2", zone: "#8fdcd3",
  },
  day: {
    line: "#00599c", fill: "rgba(0,89,156,0.10)", hatch: "rgba(0,89,156,0.35)", plate: "rgba(255,255,255,0.94)",
    ink: "#12212a", zone: "#0a5a55",
  },
};
const [HOLD_PX, EDGE_PX, HATCH_PX] = [13, 10, 9];
const FONT = '600 12px Inter, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

function closed(ring: readonly Place[]): [number, number][] {
  return [...ring, ring[0] as Place].map(([lat, lon]) => [lon, lat]);
}

/** The zones as areas for the ground: as the site file has them, as people drew them, and what the file had instead. */
export function zoneFeatures(zones: readonly ZoneShown[]): FeatureCollection {
  const item = (kind: string, ring: readonly Place[] | null): FeatureCollection["features"] => ring && ring.length >= 3
    ? [{ type: "Feature", properties: { kind }, geometry: { type: "Polygon", coordinates: [closed(ring)] } }] : [];
  return {
    type: "FeatureCollection",
    features: zones.flatMap((zone) => [
      ...item("filed", zone.filed), ...item(zone.change ? "drawn" : "zone", zone.ring),
    ]),
  };
}

/** The names of the zones, with what has become of each against the site file. */
export function zoneLabels(
  zones: readonly ZoneShown[], theme: Theme, project: (lat: number, lon: number) => { x: number; y: number },
): Label[] {
  return zones.flatMap((zone) => {
    const ring = zone.ring ?? zone.filed;
    if (!ring || ring.length < 3) return [];
    const [lats, lons] = [ring.map(([lat]) => lat), ring.map(([, lon]) => lon)];
    const middle = (of: number[]): number => (Math.min(...of) + Math.max(...of)) / 2;
    // At the upper edge, clear of what flies over the middle.
    return [{
      key: `z${zone.id}`, ...project(Math.max(...lats), middle(lons)), gap: 9,
      lines: [clipped(zone.name), ...(zone.words ? [clipped(zone.words)] : [])], colour: COLOURS[theme].zone,
      font: FONT, line_px: 14, priority: 280, must: zone.change !== "", plate: zone.change !== "",
    }];
  });
}

type Point = { x: number; y: number };

/** What lies under a press: a corner first, then the middle of an edge. Pixels. */
export function heldAt(corners: readonly Point[], at: Point): Held | null {
  const near = (point: Point): number => Math.hypot(point.x - at.x, point.y - at.y);
  let best: { held: Held; away: number } | null = null;
  corners.forEach((corner, i) => {
    const away = near(corner);
    if (away <= HOLD_PX && (!best || away < best.away)) best = { held: { corner: i }, away };
  });
  if (best) return (best as { held: Held }).held;
  for (const [i, middle] of middles(corners).entries()) if (near(middle) <= EDGE_PX) return { after: i };
  return null;
}

function middles(corners: readonly Point[]): Point[] {
  const edges = corners.length > 2 ? corners.length : Math.max(0, corners.length - 1);
  return Array.from({ length: edges }, (_, i) => {
    const [a, b] = [corners[i] as Point, corners[(i + 1) % corners.length] as Point];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  });
}

/** Draw what is not saved yet, so that nobody takes it for a zone: hatched, dashed, with its handles and the word DRAFT. */
export function drawDraft(g: CanvasRenderingContext2D, draft: DraftShown, points: readonly Point[], cursor: Point | null, theme: Theme): void {
  const colour = COLOURS[theme];
  g.save();
  if (points.length >= 3) hatch(g, points, colour);
  outline(g, points);
  g.strokeStyle = colour.plate;
  g.lineWidth = 5;
  g.stroke();
  g.setLineDash([9, 5]);
  g.strokeStyle = colour.line;
  g.lineWidth = 2.4;
  g.stroke();
  g.setLineDash([]);
  for (const middle of middles(points)) dot(g, middle, colour);
  points.forEach((point, i) => handle(g, point, i === draft.at, colour));
  if (points.length) plate(g, points, draft.words, colour);
  if (cursor) cross(g, cursor, colour);
  g.restore();
}

type Colour = (typeof COLOURS)["night"];

function outline(g: CanvasRenderingContext2D, points: readonly Point[]): void {
  g.beginPath();
  points.forEach((point, i) => (i ? g.lineTo(point.x, point.y) : g.moveTo(point.x, point.y)));
  if (points.length > 2) g.closePath();
}

function hatch(g: CanvasRenderingContext2D, points: readonly Point[], colour: Colour): void {
  const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)];
  const [left, right] = [Math.max(0, Math.min(...xs)), Math.min(g.canvas.width, Math.max(...xs))];
  const [top, bottom] = [Math.max(0, Math.min(...ys)), Math.min(g.canvas.height, Math.max(...ys))];
  g.save();
  outline(g, points);
  g.fillStyle = colour.fill;
  g.fill();
  g.clip();
  g.beginPath();
  const start = Math.floor((left + top) / HATCH_PX) * HATCH_PX;
  for (let d = start; d < right + bottom; d += HATCH_PX) {
    g.moveTo(d - top, top);
    g.lineTo(d - bottom, bottom);
  }
  g.strokeStyle = colour.hatch;
  g.lineWidth = 1;
  g.stroke();
  g.restore();
}

function dot(g: CanvasRenderingContext2D, at: Point, colour: Colour): void {
  g.beginPath();
  g.arc(at.x, at.y, 3.5, 0, 2 * Math.PI);
  g.fillStyle = colour.plate;
  g.fill();
  g.strokeStyle = colour.line;
  g.lineWidth = 1.5;
  g.stroke();
}

function handle(g: CanvasRenderingContext2D, at: Point, chosen: boolean, colour: Colour): void {
  const half = chosen ? 7 : 5;
  g.beginPath();
  g.rect(at.x - half, at.y - half, 2 * half, 2 * half);
  g.fillStyle = chosen ? colour.line : colour.plate;
  g.fill();
  g.strokeStyle = chosen ? colour.ink : colour.line;
  g.lineWidth = 2;
  g.stroke();
}

function plate(g: CanvasRenderingContext2D, points: readonly Point[], words: string, colour: Colour): void {
  const x = points.reduce((sum, p) => sum + p.x, 0) / points.length;
  const y = Math.min(...points.map((p) => p.y)) - 22;
  g.font = FONT;
  g.textAlign = "center";
  g.textBaseline = "middle";
  const wide = g.measureText(words).width + 14;
  g.fillStyle = colour.plate;
  g.fillRect(x - wide / 2, y - 10, wide, 20);
  g.strokeStyle = colour.line;
  g.setLineDash([4, 3]);
  g.lineWidth = 1;
  g.strokeRect(x - wide / 2, y - 10, wide, 20);
  g.setLineDash([]);
  g.fillStyle = colour.ink;
  g.fillText(words, x, y);
}

function cross(g: CanvasRenderingContext2D, at: Point, colour: Colour): void {
  for (const [width, stroke] of [[5, colour.plate], [2, colour.ink]] as const) {
    g.beginPath();
    g.arc(at.x, at.y, 11, 0, 2 * Math.PI);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      g.moveTo(at.x + 4 * dx, at.y + 4 * dy);
      g.lineTo(at.x + 17 * dx, at.y + 17 * dy);
    }
    g.strokeStyle = stroke;
    g.lineWidth = width;
    g.stroke();
  }
}
