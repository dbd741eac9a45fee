/** A growing buffer of line segments in the layout the air layer draws. */
import { mercatorX, mercatorY } from "./geodesy";

const SEGMENT_BYTES = 24;

export interface Stroke {
  rgb: [number, number, number];
  /** Opacity at the start and the end. */
  from: number;
  to: number;
  width_px: number;
  /** Length of a dash; 0 for a full line. */
  dash_px: number;
}

export class SegmentBuffer {
  private bytes = new ArrayBuffer(SEGMENT_BYTES * 1024);
  private floats = new Float32Array(this.bytes);
  private octets = new Uint8Array(this.bytes);
  private count = 0;

  constructor(private readonly origin: [number, number]) {}

  /** Add a line between two points in degrees. */
  add(lat0: number, lon0: number, lat1: number, lon1: number, stroke: Stroke): void {
    if ((this.count + 1) * SEGMENT_BYTES > this.bytes.byteLength) this.grow();
    const f = (this.count * SEGMENT_BYTES) / 4;
    this.floats[f] = mercatorX(lon0) - this.origin[0];
    this.floats[f + 1] = mercatorY(lat0) - this.origin[1];
    this.floats[f + 2] = mercatorX(lon1) - this.origin[0];
    this.floats[f + 3] = mercatorY(lat1) - this.origin[1];
    const o = this.count * SEGMENT_BYTES + 16;
    this.octets.set(stroke.rgb, o);
    this.octets[o + 3] = stroke.from * 255;
    this.octets[o + 4] = stroke.to * 255;
    this.octets[o + 5] = Math.min(255, stroke.width_px * 16);
    this.octets[o + 6] = stroke.dash_px;
    this.count += 1;
  }

  /** Add a line through points [lat, lon]. */
  path(points: readonly (readonly [number, number])[], stroke: Stroke): void {
    for (let i = 1; i < points.length; i += 1) {
      const [a, b] = [points[i - 1], points[i]];
      if (a && b) this.add(a[0], a[1], b[0], b[1], stroke);
    }
  }

  /** The bytes written so far. */
  take(): ArrayBuffer {
    return this.bytes.slice(0, this.count * SEGMENT_BYTES);
  }

  private grow(): void {
    const larger = new ArrayBuffer(this.bytes.byteLength * 2);
    new Uint8Array(larger).set(this.octets);
    this.bytes = larger;
    this.floats = new Float32Array(larger);
    this.octets = new Uint8Array(larger);
  }
}

/** "#rrggbb" as three bytes. */
export function rgb(hex: string): [number, number, number] {
  const value = parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
