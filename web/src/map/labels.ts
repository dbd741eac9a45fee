import type { Box, CrowdCount } from "./crowd-count";

/**
 * Labels that do not overlap: words on a canvas over the map.
 *
 * Each wanted label tries eight places around its point, first the one it had, and takes the first
 * that covers no other label and no symbol; one that finds none is left out unless it must be shown.
 */

export interface Label {
  key: string;
  /** Where the thing is, in CSS pixels. */
  x: number;
  y: number;
  /** How far from the point the label begins. */
  gap: number;
  lines: string[];
  colour: string;
  font: string;
  line_px: number;
  priority: number;
  must: boolean;
  /** A line the label had better not cover: the end of the lead vector. */
  avoid?: { x: number; y: number };
  plate: boolean;
  centred?: boolean;
}

export interface Placed extends Label {
  box: Box;
  place: number;
}

/** The places tried, as the direction in which the label lies: right, left, above, below, corners. */
const NEAR: readonly [number, number][] = [
  [1, -0.6], [-1, -0.6], [1, 0.6], [-1, 0.6], [0, -1], [0, 1], [1, 0], [-1, 0],
];
/** Only for labels that must be shown: farther out, with a line to the point. */
const FACTORS = [1, 4, 7];
const PLACES = FACTORS.flatMap(() => NEAR);

export function overlap(a: Box, b: Box): boolean {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

/** A label over so many symbols lies no worse over more. */
const CROWDED = 12;
const CELL_PX = 48;

/** Boxes by where they lie, so that asking which lie under another costs no look at all of them. */
class BoxGrid {
  private readonly cells = new Map<number, Box[]>();

  add(box: Box): void {
    this.each(box, (key) => {
      const cell = this.cells.get(key);
      if (cell) cell.push(box);
      else this.cells.set(key, [box]);
      return false;
    });
  }

  /** Count the boxes under one, but those `left out`; stop at `enough`. A box in two cells counts twice. */
  under(box: Box, enough: number, leftOut: (other: Box) => boolean): number {
    let found = 0;
    this.each(box, (key) => {
      for (const other of this.cells.get(key) ?? []) {
        if (overlap(box, other) && !leftOut(other)) found += 1;
        if (found >= enough) return true;
      }
      return false;
    });
    return found;
  }

  private each(box: Box, visit: (key: number) => boolean): void {
    const [x0, x1] = [Math.floor(box.x0 / CELL_PX), Math.floor(box.x1 / CELL_PX)];
    const [y0, y1] = [Math.floor(box.y0 / CELL_PX), Math.floor(box.y1 / CELL_PX)];
    for (let x = x0; x <= x1; x += 1) for (let y = y0; y <= y1; y += 1) if (visit(x * 65_536 + y)) return;
  }
}

/** Where a label's box lies in place `i`. */
export function boxAt(label: Label, width: number, i: number): Box {
  const height = label.lines.length * label.line_px;
  if (label.centred) {
    return {
      x0: label.x - width / 2, x1: label.x + width / 2,
      y0: label.y - height / 2, y1: label.y + height / 2,
    };
  }
  const [dx, dy] = PLACES[i] ?? [1, 0];
  const gap = label.gap * (FACTORS[Math.floor(i / NEAR.length)] ?? 1);
  const cx = label.x + dx * gap + (dx * width) / 2;
  const cy = label.y + dy * gap + (dy * height) / 2;
  return { x0: cx - width / 2, x1: cx + width / 2, y0: cy - height / 2, y1: cy + height / 2 };
}

/** Does the segment from the label's point to its `avoid` point pass through the box? */
function crossed(label: Label, box: Box): boolean {
  if (!label.avoid) return false;
  for (let i = 1; i <= 8; i += 1) {
    const x = label.x + ((label.avoid.x - label.x) * i) / 8;
    const y = label.y + ((label.avoid.y - label.y) * i) / 8;
    if (x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1) return true;
  }
  return false;
}

/**
 * Place labels in order of priority.
 *
 * obstacles: what else must not be covered; crowd: the symbols, where there are many. before: the places of the last time, kept where still free.
 * bounds: the map; no label is cut by its edge: one that must be shown is moved in.
 */
export function placeLabels(
  labels: readonly Label[], obstacles: readonly Box[], before: ReadonlyMap<string, number>,
  measure: (label: Label) => number, bounds?: Box, crowd?: CrowdCount,
): Placed[] {
  const placed: Placed[] = [];
  const [words, marks] = [new BoxGrid(), new BoxGrid()];
  for (const box of obstacles) marks.add(box);
  const ordered = [...labels].sort(
    (a, b) => b.priority - a.priority || (a.key < b.key ? -1 : 1),
  );
  for (const label of ordered) {
    const width = measure(label);
    const tries = label.centred ? [0] : order(before.get(label.key), label.must);
    let best: { place: number; box: Box; cost: number } | null = null;
    for (const place of tries) {
      const box = boxAt(label, width, place);
      const cost = costOf(label, box, words, marks) + 10 * Math.min(CROWDED, crowd?.under(box) ?? 0) + (bounds && !within(box, bounds) ? 10 : 0);
      if (!best || cost < best.cost) best = { place, box, cost };
      if (cost === 0) break;
    }
    if (!best || (best.cost >= 10 && !label.must)) continue;
    const box = bounds ? movedInto(best.box, bounds) : best.box;
    words.add(box);
    placed.push({ ...label, place: best.place, box });
  }
  return placed;
}

function within(box: Box, bounds: Box): boolean {
  return box.x0 >= bounds.x0 && box.y0 >= bounds.y0 && box.x1 <= bounds.x1 && box.y1 <= bounds.y1;
}

function movedInto(box: Box, bounds: Box): Box {
  const dx = Math.max(bounds.x0 - box.x0, Math.min(0, bounds.x1 - box.x1));
  const dy = Math.max(bounds.y0 - box.y0, Math.min(0, bounds.y1 - box.y1));
  return { x0: box.x0 + dx, x1: box.x1 + dx, y0: box.y0 + dy, y1: box.y1 + dy };
}

function order(first: number | undefined, must: boolean): number[] {
  const all = (must ? PLACES : NEAR).map((_, i) => i);
  return first === undefined ? all : [first, ...all.filter((i) => i !== first)];
}

/** 0: free. Under 10: acceptable. 10 and more: covers something; words on words are worst. */
function costOf(label: Label, box: Box, words: BoxGrid, marks: BoxGrid): number {
  // A label that may be left out is lost at the first thing it would cover.
  const enough = label.must ? Infinity : 1;
  const own = (other: Box): boolean =>
    !label.centred && label.x > other.x0 && label.x < other.x1 && label.y > other.y0 && label.y < other.y1;
  return (crossed(label, box) ? 3 : 0)
    + 200 * words.under(box, enough, () => false) + 10 * marks.under(box, enough, own);
}

/** The line from a far label to its point. */
function leader(g: CanvasRenderingContext2D, label: Placed): void {
  const { box } = label;
  const x = Math.max(box.x0, Math.min(label.x, box.x1));
  const y = Math.max(box.y0, Math.min(label.y, box.y1));
  const away = Math.hypot(x - label.x, y - label.y) || 1;
  const short = Math.min(0.9, label.gap / away);
  g.beginPath();
  g.moveTo(x, y);
  g.lineTo(label.x + (x - label.x) * short, label.y + (y - label.y) * short);
  g.strokeStyle = label.colour;
  g.lineWidth = 1;
  g.stroke();
}

/** Draw placed labels, with a plate or a halo behind the words so that they read on any ground. */
export function drawLabels(
  g: CanvasRenderingContext2D, placed: readonly Placed[], halo: string, plate: string,
): void {
  g.textBaseline = "middle";
  g.lineJoin = "round";
  for (const label of placed) {
    const { box } = label;
    g.font = label.font;
    if (label.plate) {
      g.fillStyle = plate;
      g.beginPath();
      g.roundRect(box.x0 - 1, box.y0 - 1, box.x1 - box.x0 + 2, box.y1 - box.y0 + 2, 3);
      g.fill();
    }
    if (label.place >= NEAR.length) leader(g, label);
    g.strokeStyle = halo;
    g.lineWidth = 3;
    g.textAlign = label.centred ? "center" : "left";
    const x = label.centred ? label.x : box.x0 + 4;
    label.lines.forEach((text, i) => {
      const y = box.y0 + (i + 0.5) * label.line_px;
      if (!label.plate) g.strokeText(text, x, y);
      g.fillStyle = label.colour;
      g.fillText(text, x, y);
    });
  }
}
