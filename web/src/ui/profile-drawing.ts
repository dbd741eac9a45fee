/** Drawing of the vertical profile. */
import { isDangerous, isOld, type Track } from "../core/track";
import type { Theme } from "../core/hash";
import { trackName } from "../core/words";
import { drawSymbol, IDENTITY_COLOURS } from "../map/symbols";

export interface ProfileLook {
  width: number;
  height: number;
  /** Heights to 1 km on an even scale; else all heights, their roots evenly spaced. */
  low: boolean;
  selected: number | null;
  hovered: number | null;
  theme: Theme;
}

export interface ProfilePoint {
  id: number;
  x: number;
  y: number;
}

const MARGIN = { left: 48, right: 12, top: 10, bottom: 20 };
const LOW_M = 1_000;
const HIGH_M = 12_000;
const RANGE_M = 40_000;
const SHADES: Record<Theme, { line: string; text: string; ink: string; halo: string }> = {
  night: { line: "#26353e", text: "#91a5b0", ink: "#e8f0f4", halo: "#111c23" },
  day: { line: "#d7dcdc", text: "#55666e", ink: "#13232c", halo: "#fbfbf9" },
};
const FONT = '11px Inter, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

/** Draw the profile; gives where each track is, to be found under the pointer. */
export function drawProfile(
  canvas: HTMLCanvasElement, tracks: readonly Track[], look: ProfileLook,
): ProfilePoint[] {
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(look.width * ratio), Math.round(look.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  // Drawn by the processor: thousands of small marks are a burden to graphics that are software.
  const g = canvas.getContext("2d", { willReadFrequently: true });
  if (!g || look.width < 80 || look.height < 50) return [];
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, look.width, look.height);
  g.font = FONT;
  const x = (range_m: number): number =>
    MARGIN.left + (Math.min(range_m, RANGE_M) / RANGE_M) * (look.width - MARGIN.left - MARGIN.right);
  const top_m = look.low ? LOW_M : HIGH_M;
  const y = (up_m: number): number => {
    const share = Math.max(0, Math.min(1, up_m / top_m));
    return look.height - MARGIN.bottom
      - (look.low ? share : Math.sqrt(share)) * (look.height - MARGIN.top - MARGIN.bottom);
  };
  drawAxes(g, look, x, y);
  const ordered = [...tracks].filter((t) => t.range_m <= RANGE_M)
    .sort((a, b) => weight(a, look) - weight(b, look));
  const crowded = ordered.length > CROWD;
  const points = ordered.map((track) => ({ id: track.id, x: x(track.range_m), y: heightOf(track, look, y) }));
  const hidden = crowded ? covered(ordered, points, look) : null;
  ordered.forEach((track, i) => {
    const point = points[i];
    if (point && !hidden?.[i]) drawOne(g, track, look, point, y, crowded);
  });
  drawNames(g, ordered, points, look);
  return points;
}

/** Marks whose middles lie in one square of this edge cover each other. */
const COVER_PX = 2;

/** Which marks of a crowd would lie under a later one: they are not drawn. What is grave, or chosen, always is. */
export function covered(
  ordered: readonly Track[], points: readonly ProfilePoint[], look: Pick<ProfileLook, "selected" | "hovered">,
): boolean[] {
  const taken = new Set<number>();
  const hidden = new Array<boolean>(ordered.length).fill(false);
  for (let i = ordered.length - 1; i >= 0; i -= 1) {
    const [track, point] = [ordered[i], points[i]];
    if (!track || !point || isGrave(track, look)) continue;
    const cell = Math.floor(point.x / COVER_PX) * 65_536 + Math.floor(point.y / COVER_PX);
    if (taken.has(cell)) hidden[i] = true;
    else taken.add(cell);
  }
  return hidden;
}

function isGrave(track: Track, look: Pick<ProfileLook, "selected" | "hovered">): boolean {
  return track.id === look.selected || track.id === look.hovered || isDangerous(track.identity);
}

function isAbove(track: Track, look: ProfileLook): boolean {
  return look.low && track.up_m > LOW_M;
}

function heightOf(track: Track, look: ProfileLook, y: (m: number) => number): number {
  return isAbove(track, look) ? MARGIN.top - 2 : y(track.up_m);
}

const NAME_PX = 12;
/** From here on dots are squares: thousands of circles take longer to draw than the map. */
const CROWD = 1_500;

/** The names of what matters, the gravest first; one that would lie on another moves up or down. */
function drawNames(
  g: CanvasRenderingContext2D, ordered: readonly Track[], points: readonly ProfilePoint[], look: ProfileLook,
): void {
  const taken: { x0: number; x1: number; y: number }[] = [];
  const [highest, lowest] = [MARGIN.top, look.height - MARGIN.bottom - 2];
  for (let i = ordered.length - 1; i >= 0; i -= 1) {
    const [track, point] = [ordered[i], points[i]];
    if (!track || !point || !named(track, look)) continue;
    const text = trackName(track.id);
    const width = g.measureText(text).width;
    const right = point.x < look.width - 70;
    const x0 = right ? point.x + 13 : point.x - 13 - width;
    const free = (y: number): boolean => y >= highest && y <= lowest
      && !taken.some((other) => other.x0 < x0 + width && x0 < other.x1 && Math.abs(other.y - y) < NAME_PX);
    const y = freePlace(Math.min(point.y, lowest), free);
    if (y === null) continue;
    taken.push({ x0, x1: x0 + width, y });
    g.fillStyle = SHADES[look.theme].ink;
    g.strokeStyle = SHADES[look.theme].halo;
    g.lineWidth = 3;
    g.textAlign = "left";
    g.textBaseline = "middle";
    g.strokeText(text, x0, y);
    g.fillText(text, x0, y);
  }
}

/** The free height nearest to the wanted one, or none within five lines. */
function freePlace(wanted: number, free: (y: number) => boolean): number | null {
  for (let step = 0; step <= 5; step += 1) {
    for (const y of [wanted - step * NAME_PX, wanted + step * NAME_PX]) if (free(y)) return y;
  }
  return null;
}

function named(track: Track, look: ProfileLook): boolean {
  return isGrave(track, look) && !isAbove(track, look);
}

function weight(track: Track, look: ProfileLook): number {
  return track.id === look.selected ? 3 : isDangerous(track.identity) ? 2 : 1;
}

function drawAxes(
  g: CanvasRenderingContext2D, look: ProfileLook, x: (m: number) => number, y: (m: number) => number,
): void {
  const shade = SHADES[look.theme];
  g.strokeStyle = shade.line;
  g.fillStyle = shade.text;
  g.lineWidth = 1;
  g.textAlign = "right";
  g.textBaseline = "middle";
  for (const up_m of look.low ? [0, 500, 1000] : [0, 500, 2000, 5000, 12_000]) {
    rule(g, x(0), y(up_m), x(RANGE_M), y(up_m));
    g.fillText(`${up_m} m`, x(0) - 5, y(up_m));
  }
  g.textAlign = "center";
  g.textBaseline = "top";
  for (let km = 0; km <= 40; km += 10) {
    rule(g, x(km * 1000), y(0), x(km * 1000), MARGIN.top);
    g.fillText(km === 40 ? "40 km" : `${km}`, Math.min(x(km * 1000), look.width - 18), look.height - MARGIN.bottom + 5);
  }
}

function rule(g: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  g.beginPath();
  g.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
  g.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  g.stroke();
}

function drawOne(
  g: CanvasRenderingContext2D, track: Track, look: ProfileLook, at: ProfilePoint, y: (m: number) => number,
  crowded: boolean,
): void {
  const [px, py, above] = [at.x, at.y, isAbove(track, look)];
  g.globalAlpha = isOld(track) ? 0.5 : 1;
  g.strokeStyle = g.fillStyle = IDENTITY_COLOURS[look.theme][track.identity];
  const chosen = track.id === look.selected || track.id === look.hovered;
  if (chosen && track.height_observed && !above) {
    g.lineWidth = 1.5;
    rule(g, px, y(track.up_m + 2 * track.sigma_up_m), px, y(track.up_m - 2 * track.sigma_up_m));
  }
  if (above) caret(g, px, py);
  else if (isGrave(track, look)) drawSymbol(g, px - 10, py - 10, 20, track.identity, track.object_class, look.theme);
  else if (crowded) g.fillRect(px - 2, py - 2, 4, 4);
  else dot(g, px, py, track.height_observed);
  g.globalAlpha = 1;
}

/** Higher than the scale reaches. */
function caret(g: CanvasRenderingContext2D, x: number, y: number): void {
  g.beginPath();
  g.moveTo(x - 4, y + 5);
  g.lineTo(x, y);
  g.lineTo(x + 4, y + 5);
  g.lineWidth = 1.6;
  g.stroke();
}

/** Hollow where no sensor saw the height: then the height is a guess. */
function dot(g: CanvasRenderingContext2D, x: number, y: number, observed: boolean): void {
  g.beginPath();
  g.arc(x, y, 3, 0, 2 * Math.PI);
  g.lineWidth = 1.3;
  if (observed) g.fill();
  else g.stroke();
}

/** The track under the pointer, or none. */
export function nearestInProfile(points: readonly ProfilePoint[], x: number, y: number): number | null {
  let best: number | null = null;
  let nearest = 12;
  for (const point of points) {
    const away = Math.hypot(point.x - x, point.y - y);
    if (away < nearest) [best, nearest] = [point.id, away];
  }
  return best;
}
