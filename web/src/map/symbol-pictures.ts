/**
 * Symbols as pictures for lists: each drawn once, then shown by its address.
 *
 * A canvas a row would be a surface of the graphics card a row, made anew whenever rows come and
 * go; software graphics take longer for thirty of those than for the map.
 */
import type { Identity, ObjectClass } from "../generated/model";
import type { Theme } from "../core/hash";
import { drawSymbol } from "./symbols";

const drawn = new Map<string, string>();
/** Seven identities, ten classes, two themes, a few sizes. */
const KEPT_MAX = 1_000;

/** The address of a symbol's picture, `edge_px` device pixels a side. */
export function symbolPicture(identity: Identity, objectClass: ObjectClass, theme: Theme, edge_px: number): string {
  const key = `${identity}|${objectClass}|${theme}|${edge_px}`;
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = edge_px;
  const g = canvas.getContext("2d", { willReadFrequently: true });
  if (!g) return "";
  drawSymbol(g, 0, 0, edge_px, identity, objectClass, theme);
  if (drawn.size >= KEPT_MAX) drawn.clear();
  const address = canvas.toDataURL();
  drawn.set(key, address);
  return address;
}
