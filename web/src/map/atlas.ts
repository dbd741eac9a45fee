/** All symbols in one picture for the graphics card, drawn at the screen's own resolution. */
import { IDENTITIES, OBJECT_CLASSES, type Identity, type ObjectClass } from "../generated/model";
import type { Theme } from "../core/hash";
import { drawSymbol } from "./symbols";

/** The edge of a cell in CSS pixels; the symbol inside is smaller by the margin for the marks. */
export const CELL_PX = 44;
const SYMBOL_PX = 30;
/** How much of a cell's edge a symbol with its halo takes. */
export const INNER = 39 / CELL_PX;

export const CELL_SELECTED = IDENTITIES.length * OBJECT_CLASSES.length;
export const CELL_HOVERED = CELL_SELECTED + 1;
export const CELL_COASTING = CELL_SELECTED + 2;
export const CELL_WARNED = CELL_SELECTED + 3;

/** Cells a side: room for every symbol and the marks behind them. */
export const CELLS = Math.ceil(Math.sqrt(CELL_WARNED + 1));

/** The number of the cell of a symbol. */
export function cellOf(identity: Identity, objectClass: ObjectClass): number {
  return IDENTITIES.indexOf(identity) * OBJECT_CLASSES.length + OBJECT_CLASSES.indexOf(objectClass);
}

/** Draw the atlas of a theme for a screen with `ratio` device pixels a CSS pixel. */
export function drawAtlas(theme: Theme, ratio: number): { canvas: HTMLCanvasElement; cell_px: number } {
  const cell_px = Math.round(CELL_PX * ratio);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = cell_px * CELLS;
  const g = canvas.getContext("2d");
  if (!g) throw new Error("no 2-D canvas");
  const symbol_px = SYMBOL_PX * ratio;
  const margin = (cell_px - symbol_px) / 2;
  for (const identity of IDENTITIES) {
    for (const objectClass of OBJECT_CLASSES) {
      const [x, y] = corner(cellOf(identity, objectClass), cell_px);
      drawSymbol(g, x + margin, y + margin, symbol_px, identity, objectClass, theme);
    }
  }
  drawMarks(g, cell_px, ratio, theme);
  return { canvas, cell_px };
}

function corner(cell: number, cell_px: number): [number, number] {
  return [(cell % CELLS) * cell_px, Math.floor(cell / CELLS) * cell_px];
}

/** The marks around a symbol: selected (brackets), hovered, coasting (dots), warned (ring). */
function drawMarks(
  g: CanvasRenderingContext2D, cell_px: number, ratio: number, theme: Theme,
): void {
  const ink = theme === "night" ? "#ffffff" : "#0b1a24";
  const dim = theme === "night" ? "#9fb4c0" : "#42565f";
  const radius = cell_px / 2 - 2 * ratio;
  ring(g, CELL_HOVERED, cell_px, radius, ink, 1 * ratio, []);
  ring(g, CELL_COASTING, cell_px, radius - ratio, dim, 1.6 * ratio, [1.6 * ratio, 4 * ratio]);
  ring(g, CELL_WARNED, cell_px, radius, theme === "night" ? "#ff5a4f" : "#c4001a", 2.4 * ratio, []);
  const [x, y] = corner(CELL_SELECTED, cell_px);
  const [low, high, arm] = [1.5 * ratio, cell_px - 1.5 * ratio, 10 * ratio];
  g.strokeStyle = ink;
  g.lineWidth = 2.2 * ratio;
  g.beginPath();
  for (const [cx, cy, sx, sy] of [
    [low, low, 1, 1], [high, low, -1, 1], [high, high, -1, -1], [low, high, 1, -1],
  ] as const) {
    g.moveTo(x + cx + sx * arm, y + cy);
    g.lineTo(x + cx, y + cy);
    g.lineTo(x + cx, y + cy + sy * arm);
  }
  g.stroke();
}

function ring(
  g: CanvasRenderingContext2D, cell: number, cell_px: number, radius: number,
  colour: string, width: number, dash: number[],
): void {
  const [x, y] = corner(cell, cell_px);
  g.beginPath();
  g.arc(x + cell_px / 2, y + cell_px / 2, radius, 0, 2 * Math.PI);
  g.strokeStyle = colour;
  g.lineWidth = width;
  g.setLineDash(dash);
  g.stroke();
  g.setLineDash([]);
}
