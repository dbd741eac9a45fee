/** The canvas over the map: labels and the scale. Redrawn with every frame of the map. */
import type { Theme } from "../core/hash";
import type { Box, CrowdCount } from "./crowd-count";
import { drawLabels, placeLabels, type Label } from "./labels";

const SHADES: Record<Theme, { halo: string; plate: string; ink: string }> = {
  night: { halo: "rgba(10,18,23,0.85)", plate: "rgba(10,18,23,0.82)", ink: "#a9bcc6" },
  day: { halo: "rgba(250,250,247,0.9)", plate: "rgba(255,255,255,0.88)", ink: "#3c4f58" },
};
const FONT = '11px Inter, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

/** An ellipse around a group: half lengths, and the long axis clockwise from the screen's right. */
export interface Outline {
  x: number;
  y: number;
  along_px: number;
  across_px: number;
  angle_rad: number;
  colour: string;
}

const EDGE_PX = 3;

/** Where the mark of the mode, the scale and the tools lie: words there could not be read. */
function covered(width: number, height: number): Box[] {
  return [
    { x0: 0, y0: height - 34, x1: 260, y1: height },
    { x0: width - 170, y0: height - 34, x1: width, y1: height },
    { x0: width - 245, y0: 0, x1: width, y1: 44 },
  ];
}

export class Overlay {
  private places = new Map<string, number>();
  private readonly widths = new Map<string, number>();
  private readonly g: CanvasRenderingContext2D;

  constructor(private readonly canvas: HTMLCanvasElement) {
    // Drawn by the processor: words cost software graphics more than the map under them.
    const g = canvas.getContext("2d", { willReadFrequently: true });
    if (!g) throw new Error("no 2-D canvas");
    this.g = g;
  }

  /** Mark the middle of the map: the next press sets a point. */
  aim = false;

  /** Draw labels clear of each other, of the symbols' boxes and of what lies over the map; under: before them. */
  draw(
    labels: readonly Label[], symbols: CrowdCount, outlines: readonly Outline[],
    theme: Theme, metresPerPixel: number, size: readonly [number, number],
    under?: (g: CanvasRenderingContext2D) => void,
  ): void {
    const { g, canvas } = this;
    const ratio = window.devicePixelRatio;
    const [width, height] = size;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    under?.(g);
    for (const outline of outlines) this.outline(outline);
    const bounds = { x0: EDGE_PX, y0: EDGE_PX, x1: width - EDGE_PX, y1: height - EDGE_PX };
    const placed = placeLabels(
      labels, covered(width, height), this.places, (label) => this.measure(label), bounds, symbols,
    );
    this.places = new Map(placed.map((label) => [label.key, label.place]));
    const shade = SHADES[theme];
    drawLabels(g, placed, shade.halo, shade.plate);
    this.scale(width, height, metresPerPixel, shade.ink, shade.halo);
    if (this.aim) this.middle(width / 2, height / 2, shade.ink);
  }

  private middle(x: number, y: number, ink: string): void {
    const { g } = this;
    g.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      g.moveTo(x + 5 * dx, y + 5 * dy);
      g.lineTo(x + 16 * dx, y + 16 * dy);
    }
    g.strokeStyle = ink;
    g.lineWidth = 1.5;
    g.stroke();
  }

  /** A dashed ring around what flies together. */
  private outline(outline: Outline): void {
    const { g } = this;
    g.beginPath();
    g.ellipse(outline.x, outline.y, outline.along_px, outline.across_px, outline.angle_rad, 0, 2 * Math.PI);
    g.setLineDash([7, 4]);
    g.strokeStyle = outline.colour;
    g.lineWidth = 1.6;
    g.stroke();
    g.setLineDash([]);
  }

  private measure(label: Label): number {
    let widest = 0;
    for (const text of label.lines) {
      const key = `${label.font}|${text}`;
      let width = this.widths.get(key);
      if (width === undefined) {
        this.g.font = label.font;
        width = this.g.measureText(text).width;
        if (this.widths.size > 4_000) this.widths.clear();
        this.widths.set(key, width);
      }
      widest = Math.max(widest, width);
    }
    return widest + 8;
  }

  /** A scale of a round length at the lower right. */
  private scale(width: number, height: number, metresPerPixel: number, ink: string, halo: string): void {
    const [length_m, text] = roundLength(metresPerPixel * 120);
    const length_px = length_m / metresPerPixel;
    const [x, y] = [width - length_px - 14, height - 12];
    const { g } = this;
    g.beginPath();
    g.moveTo(x, y - 5);
    g.lineTo(x, y);
    g.lineTo(x + length_px, y);
    g.lineTo(x + length_px, y - 5);
    g.strokeStyle = halo;
    g.lineWidth = 4;
    g.stroke();
    g.strokeStyle = ink;
    g.lineWidth = 1.5;
    g.stroke();
    g.font = FONT;
    g.textAlign = "right";
    g.textBaseline = "bottom";
    g.strokeStyle = halo;
    g.lineWidth = 3;
    g.strokeText(text, x + length_px - 4, y - 3);
    g.fillStyle = ink;
    g.fillText(text, x + length_px - 4, y - 3);
  }
}

/** The longest of 1, 2, 5 times a power of ten metres that is not longer than this. */
export function roundLength(most_m: number): [number, string] {
  const power = 10 ** Math.floor(Math.log10(most_m));
  const length_m = [5, 2, 1].map((n) => n * power).find((n) => n <= most_m) ?? power;
  return [length_m, length_m >= 1000 ? `${length_m / 1000} km` : `${length_m} m`];
}
