/**
 * Symbols after APP-6: the frame says who, the glyph inside says what.
 *
 * The frames are APP-6's for the air: arch friend, tent hostile, square neutral, cloud unknown.
 * An uncertain identity has a dashed frame (pending, assumed friend, suspect), as APP-6 asks.
 * Beyond APP-6, so that SUSPECT and HOSTILE differ at map size and without colour: SUSPECT is
 * hollow and dashed, HOSTILE is filled with a double edge. Red belongs to warnings alone here, so
 * hostile is magenta; the colours keep their distance under all three colour blindnesses.
 * Glyphs are silhouettes drawn for 24 pixels; the letters of APP-6's weapon icons are not legible
 * there.
 */
import type { Identity, ObjectClass } from "../generated/model";
import type { Theme } from "../core/hash";

/** All frames and glyphs live in a box of 64 units around (0, 0). */
export const BOX = 64;

const FRAMES = {
  cloud: "M-15,20 C-34,20 -34,-12 -15,-12 C-17,-31 17,-31 15,-12 C34,-12 34,20 15,20 Z",
  arch: "M-21,22 L-21,-4 C-21,-19 -9,-27 0,-27 C9,-27 21,-19 21,-4 L21,22 Z",
  square: "M-22,22 L-22,-24 L22,-24 L22,22 Z",
  tent: "M-20,22 L-20,-8 L0,-30 L20,-8 L20,22 Z",
};

const GLYPHS: Record<ObjectClass, string> = {
  bird: "M-13,1 C-9,-6 -4,-5 0,2 C4,-5 9,-6 13,1 C9,-2 5,-1 0,8 C-5,-1 -9,-2 -13,1 Z",
  flock: "M-15,-5 C-12,-10 -9,-9 -6,-5 C-3,-9 0,-10 3,-5 C0,-7 -3,-6 -6,-1 C-9,-6 -12,-7 -15,-5 Z M-3,5 C0,0 3,1 6,5 C9,1 12,0 15,5 C12,3 9,4 6,9 C3,4 0,3 -3,5 Z",
  balloon: "M0,-12 C10,-12 11,-1 3,6 L3,8 L-3,8 L-3,6 C-11,-1 -10,-12 0,-12 Z M-3,10 L3,10 L3,14 L-3,14 Z",
  multirotor:
    "M-4,-1 L-9,-6 A4.6,4.6 0 1 1 -6,-9 L-1,-4 L1,-4 L6,-9 A4.6,4.6 0 1 1 9,-6 L4,-1 L4,3 L9,8 A4.6,4.6 0 1 1 6,11 L1,6 L-1,6 L-6,11 A4.6,4.6 0 1 1 -9,8 L-4,3 Z",
  fixed_wing_uas: "M0,-11 L3,-3 L15,5 L15,9 L3,5 L2.5,9 L6,12 L6,14 L-6,14 L-6,12 L-2.5,9 L-3,5 L-15,9 L-15,5 L-3,-3 Z",
  one_way_uas: "M0,-14 L3,-8 L13,8 L13,11 L4,9 L2,12 L-2,12 L-4,9 L-13,11 L-13,8 L-3,-8 Z",
  helicopter:
    "M-14,-8 L14,-8 L14,-5 L2,-5 L2,-2 C8,-2 10,3 9,8 L-5,8 C-8,8 -8,4 -8,3 L-14,2 L-14,-2 L-2,-2 L-2,-5 L-14,-5 Z M-8,11 L10,11 L10,13.5 L-8,13.5 Z",
  light_aircraft: "M-2,-13 L2,-13 L2.4,-6 L14,-6 L14,-1 L2.4,-1 L1.6,8 L6,9 L6,13 L-6,13 L-6,9 L-1.6,8 L-2.4,-1 L-14,-1 L-14,-6 L-2.4,-6 Z",
  aeroplane:
    "M0,-13 C2,-13 2.6,-10 2.6,-7 L2.6,-3 L14,4 L14,7 L2.6,4 L2.2,9 L6,12 L6,14 L0,12.6 L-6,14 L-6,12 L-2.2,9 L-2.6,4 L-14,7 L-14,4 L-2.6,-3 L-2.6,-7 C-2.6,-10 -2,-13 0,-13 Z",
  other: "M-5,2 A5,5 0 1 1 5,2 A5,5 0 1 1 -5,2 Z",
};

interface Look {
  frame: keyof typeof FRAMES;
  dashed: boolean;
  hollow: boolean;
  bold: boolean;
}

const LOOKS: Record<Identity, Look> = {
  PENDING: { frame: "cloud", dashed: true, hollow: true, bold: false },
  UNKNOWN: { frame: "cloud", dashed: false, hollow: false, bold: false },
  ASSUMED_FRIEND: { frame: "arch", dashed: true, hollow: true, bold: false },
  FRIEND: { frame: "arch", dashed: false, hollow: false, bold: false },
  NEUTRAL: { frame: "square", dashed: false, hollow: false, bold: false },
  SUSPECT: { frame: "tent", dashed: true, hollow: true, bold: true },
  HOSTILE: { frame: "tent", dashed: false, hollow: false, bold: true },
};

/** How grave an identity is, for what lies over what. */
export const RANK: Record<Identity, number> = {
  NEUTRAL: 0, UNKNOWN: 1, PENDING: 1, ASSUMED_FRIEND: 2, FRIEND: 2, SUSPECT: 3, HOSTILE: 4,
};

export const IDENTITY_COLOURS: Record<Theme, Record<Identity, string>> = {
  night: {
    PENDING: "#e5d86e", UNKNOWN: "#e5d86e", ASSUMED_FRIEND: "#6cc5ff", FRIEND: "#6cc5ff",
    NEUTRAL: "#6fd3a0", SUSPECT: "#ffa62b", HOSTILE: "#ff80cc",
  },
  day: {
    PENDING: "#7a6500", UNKNOWN: "#7a6500", ASSUMED_FRIEND: "#0062a8", FRIEND: "#0062a8",
    NEUTRAL: "#0a7048", SUSPECT: "#974a00", HOSTILE: "#b0127a",
  },
};

const INK: Record<Theme, { back: string; onFill: string; halo: string }> = {
  night: { back: "#101b22", onFill: "#0b1216", halo: "#0b1216" },
  day: { back: "#ffffff", onFill: "#ffffff", halo: "#ffffff" },
};

/** Draw one symbol centred in a square of `size` pixels at (x, y). */
export function drawSymbol(
  g: CanvasRenderingContext2D, x: number, y: number, size: number,
  identity: Identity, objectClass: ObjectClass, theme: Theme,
): void {
  const look = LOOKS[identity];
  const colour = IDENTITY_COLOURS[theme][identity];
  const ink = INK[theme];
  const frame = new Path2D(FRAMES[look.frame]);
  g.save();
  g.translate(x + size / 2, y + size / 2);
  g.scale(size / BOX, size / BOX);
  g.lineJoin = "round";
  g.strokeStyle = ink.halo;
  g.lineWidth = look.bold ? 11 : 9;
  g.stroke(frame);
  g.fillStyle = look.hollow ? ink.back : colour;
  g.fill(frame);
  g.strokeStyle = colour;
  g.lineWidth = look.bold ? 5 : 4;
  if (look.dashed) g.setLineDash([8, 5]);
  g.stroke(frame);
  g.setLineDash([]);
  if (look.bold && !look.hollow) strokeInner(g, frame, ink.onFill);
  g.translate(0, look.frame === "tent" ? 3 : 0);
  g.fillStyle = look.hollow ? colour : ink.onFill;
  g.fill(new Path2D(GLYPHS[objectClass]));
  g.restore();
}

/** The second edge of HOSTILE, drawn inside the first. */
function strokeInner(g: CanvasRenderingContext2D, frame: Path2D, colour: string): void {
  g.save();
  g.scale(0.84, 0.84);
  g.lineWidth = 2.4;
  g.strokeStyle = colour;
  g.stroke(frame);
  g.restore();
}
