/**
 * Track columns: the live table as the stream sends it, one typed array a quantity.
 *
 * Bytes arrive at any offset of a larger buffer, so each column is copied to its own, aligned one.
 * Browsers that matter are little-endian, as the stream is.
 */
import { TRACK_COLUMNS, type TrackArrays, type TrackColumns } from "../generated/model";

/** Decode the wire's columns into typed arrays; a column of the wrong length is refused. */
export function decodeColumns(wire: TrackColumns): TrackArrays {
  const out: Record<string, unknown> = { count: wire.count, labels: wire.labels };
  for (const [name, TypedArray, width] of TRACK_COLUMNS) {
    const raw = wire[name];
    if (!(raw instanceof Uint8Array) || raw.byteLength !== wire.count * width) {
      throw new RangeError(`column ${name} does not hold ${wire.count} numbers`);
    }
    const copy = new Uint8Array(raw.byteLength);
    copy.set(raw);
    out[name] = new TypedArray(copy.buffer);
  }
  return out as unknown as TrackArrays;
}

/** A table with no tracks. */
export function emptyColumns(): TrackArrays {
  const out: Record<string, unknown> = { count: 0, labels: [] };
  for (const [name, TypedArray] of TRACK_COLUMNS) out[name] = new TypedArray(0);
  return out as unknown as TrackArrays;
}
