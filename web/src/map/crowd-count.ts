/** How many symbols lie under a box: one look-up, however many there are. */

/** A rectangle of the map, in CSS pixels. */
export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** Fine enough for a label of fifteen pixels, coarse enough to be counted anew at each frame. */
const CELL_PX = 4;

export class CrowdCount {
  private readonly wide: number;
  private readonly high: number;
  /** Symbols left of and above each corner of the cells. */
  private readonly sums: Uint32Array;
  private summed = false;

  /** half_px: half the edge of a symbol. */
  constructor(width_px: number, height_px: number, private readonly half_px: number) {
    this.wide = Math.max(1, Math.ceil(width_px / CELL_PX)) + 1;
    this.high = Math.max(1, Math.ceil(height_px / CELL_PX)) + 1;
    this.sums = new Uint32Array(this.wide * this.high);
  }

  /** Note where a symbol has its middle; what is off the map is not counted. */
  add(x: number, y: number): void {
    const [i, j] = [Math.floor(x / CELL_PX) + 1, Math.floor(y / CELL_PX) + 1];
    if (i < 1 || j < 1 || i >= this.wide || j >= this.high) return;
    this.sums[j * this.wide + i] = (this.sums[j * this.wide + i] ?? 0) + 1;
  }

  /** Count the symbols that a box covers a part of, to the nearest cell. */
  under(box: Box): number {
    if (!this.summed) this.sum();
    const column = (x: number): number => Math.max(0, Math.min(this.wide - 1, Math.round(x / CELL_PX)));
    const row = (y: number): number => Math.max(0, Math.min(this.high - 1, Math.round(y / CELL_PX)));
    const [x0, x1] = [column(box.x0 - this.half_px), column(box.x1 + this.half_px)];
    const [y0, y1] = [row(box.y0 - this.half_px), row(box.y1 + this.half_px)];
    return this.at(x1, y1) - this.at(x0, y1) - this.at(x1, y0) + this.at(x0, y0);
  }

  private at(i: number, j: number): number {
    return this.sums[j * this.wide + i] ?? 0;
  }

  private sum(): void {
    for (let j = 1; j < this.high; j += 1) {
      let row = 0;
      for (let i = 1; i < this.wide; i += 1) {
        row += this.at(i, j);
        this.sums[j * this.wide + i] = row + this.at(i, j - 1);
      }
    }
    this.summed = true;
  }
}
