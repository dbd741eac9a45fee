/** The canvas over the map: labels and the scale. Redrawn with every frame of the map. */
import type { Theme } from "../core/hash";
import { drawLabels, placeLabels, type Box, type Label } from "./labels";

const SHADES: Record<Theme, { halo: string; plate: string; ink: string }> = {
  night: { halo: "rgba(10,18,23,0.85)", plate: "rgba(10,18,23,0.82)", ink: "#a9bcc6" },
  day: { halo: "rgba(250,250,247,0.9)", plate: "rgba(255,255,255,0.88)", ink: "#3c4f58" },
};
const FONT = '11px Inter, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

export class Overlay {
  private places = new Map<string, number>();
  private readonly widths = new Map<string, number>();
  private readonly g: CanvasRenderingContext2D;

  constructor(private readonly canvas: HTMLCanvasElement) {
    const g = canvas.getContext("2d");
    if (!g) throw new Error("no 2-D canvas");
    this.g = g;
  }

  /** Draw labels clear of each other and of the symbols' boxes. */
  draw(labels: readonly Label[], symbols: readonly Box[], theme: Theme, metresPerPixel: number): void {
    const { g, canvas } = this;
    const ratio = window.devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    const placed = placeLabels(labels, symbols, this.places, (label) => this.measure(label));
    this.places = new Map(placed.map((label) => [label.key, label.place]));
    const shade = SHADES[theme];
    drawLabels(g, placed, shade.halo, shade.plate);
    this.scale(width, height, metresPerPixel, shade.ink, shade.halo);
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
