/** Drawing of the timeline: a lane a kind of event, a sign each, the moment, how far it is worked out. */
import type { Theme } from "../core/hash";
import { LANES, ticks, xOf, type Mark, type Span } from "../core/marks";
import { timeOfDay } from "../core/format";
import type { Lane } from "../core/tell";

export interface TimelineLook {
  width: number;
  height: number;
  theme: Theme;
  span: Span;
  /** The moment of a replay, null live: there the right end is now. */
  moment_us: number | null;
  /** How far a replay can be gone to at once. */
  worked_us: number;
  chosen: Mark | null;
}

const AXIS_PX = 14;
const TOP_PX = 3;
const FONT = '10.5px Inter, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';
type Shade = { line: string; text: string; ink: string; ahead: string } & Record<Lane, string>;
const SHADES: Record<Theme, Shade> = {
  night: {
    line: "#22323b", text: "#91a5b0", ink: "#e8f0f4", ahead: "rgb(11 20 26 / 55%)", warning: "#ff6a5f",
    decision: "#6bbef5", identity: "#e5d86e", track: "#91a5b0", source: "#c4b3e8",
  },
  day: {
    line: "#dfe4e4", text: "#4b5d66", ink: "#12212a", ahead: "rgb(251 251 249 / 60%)", warning: "#c0121f",
    decision: "#00599c", identity: "#6e5b00", track: "#55666e", source: "#5d3f98",
  },
};

/** The middle of a lane. */
export function laneY(lane: Lane, height: number): number {
  const room = height - AXIS_PX - TOP_PX;
  return TOP_PX + (LANES.indexOf(lane) + 0.5) * (room / LANES.length);
}

/** Draw it all. */
export function drawTimeline(canvas: HTMLCanvasElement, marks: readonly Mark[], look: TimelineLook): void {
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(look.width * ratio), Math.round(look.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const g = canvas.getContext("2d", { willReadFrequently: true }); // drawn by the processor
  if (!g || look.width < 60 || look.height < 30) return;
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, look.width, look.height);
  g.font = FONT;
  drawAxis(g, look);
  for (const mark of marks) drawMark(g, mark, look);
  if (look.moment_us !== null) drawMoment(g, look, look.moment_us);
}

function drawAxis(g: CanvasRenderingContext2D, look: TimelineLook): void {
  const { span } = look;
  const shade = SHADES[look.theme];
  const bottom = look.height - AXIS_PX;
  g.strokeStyle = shade.line;
  g.lineWidth = 1;
  for (const lane of LANES) rule(g, span.left, laneY(lane, look.height), span.right, laneY(lane, look.height));
  g.fillStyle = shade.text;
  g.textBaseline = "top";
  g.textAlign = "center";
  for (const t_us of ticks(span, 64)) {
    const x = xOf(t_us, span);
    rule(g, x, TOP_PX, x, bottom);
    const half = 24;
    if (x > span.left + half && x < span.right - half) g.fillText(timeOfDay(t_us), x, bottom + 3);
  }
  if (look.moment_us === null) return;
  // Worked out: a firm line; not yet: a dotted one.
  const done = xOf(look.worked_us, span);
  g.strokeStyle = shade.text;
  g.lineWidth = 2;
  rule(g, span.left, bottom, done, bottom);
  g.setLineDash([2, 4]);
  rule(g, done, bottom, span.right, bottom);
  g.setLineDash([]);
}

/** Each lane its own shape, so that colour is never alone. */
function drawMark(g: CanvasRenderingContext2D, mark: Mark, look: TimelineLook): void {
  const shade = SHADES[look.theme];
  const y = laneY(mark.lane, look.height);
  const r = mark.events.length > 1 ? 4.4 : 3.6;
  g.beginPath();
  if (mark.lane === "warning") path(g, mark.x, y, [[0, -r - 0.6], [r + 0.8, r], [-r - 0.8, r]]);
  else if (mark.lane === "decision") path(g, mark.x, y, [[0, -r - 0.6], [r + 0.6, 0], [0, r + 0.6], [-r - 0.6, 0]]);
  else if (mark.lane === "identity") g.arc(mark.x, y, r - 0.3, 0, 2 * Math.PI);
  else if (mark.lane === "track") g.rect(mark.x - 1, y - r, 2, 2 * r);
  else g.rect(mark.x - r + 0.5, y - r + 0.5, 2 * r - 1, 2 * r - 1);
  g.fillStyle = g.strokeStyle = shade[mark.lane];
  g.lineWidth = 1.3;
  if (mark.filled) g.fill();
  g.stroke();
  if (mark !== look.chosen) return;
  g.strokeStyle = shade.ink;
  g.beginPath();
  g.arc(mark.x, y, 7.5, 0, 2 * Math.PI);
  g.stroke();
}

function drawMoment(g: CanvasRenderingContext2D, look: TimelineLook, moment_us: number): void {
  const shade = SHADES[look.theme];
  const x = xOf(moment_us, look.span);
  g.fillStyle = shade.ahead; // what lies ahead is faint
  g.fillRect(x, 0, look.span.right + 8 - x, look.height - AXIS_PX - 1);
  g.fillStyle = g.strokeStyle = shade.ink;
  g.lineWidth = 2;
  rule(g, x, 0, x, look.height - AXIS_PX + 2);
  g.beginPath();
  path(g, x, 0, [[0, 7], [5.5, 0], [-5.5, 0]]);
  g.fill();
}

function path(g: CanvasRenderingContext2D, x: number, y: number, points: [number, number][]): void {
  points.forEach(([dx, dy], i) => (i ? g.lineTo(x + dx, y + dy) : g.moveTo(x + dx, y + dy)));
  g.closePath();
}

function rule(g: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  g.beginPath();
  g.moveTo(x0, y0);
  g.lineTo(x1, y1);
  g.stroke();
}
