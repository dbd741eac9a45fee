/** A hand on the outline that is being drawn: takes a corner, or a new one out of an edge, and drags it. */
import type { Map as GroundMap, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import { heldAt, type DraftShown, type Held } from "./zones";

export interface ZoneHandlers {
  cornerTaken: (at: number) => void;
  cornerMoved: (at: number, lat_deg: number, lon_deg: number) => void;
  cornerAdded: (after: number, lat_deg: number, lon_deg: number) => void;
}

type Place = readonly [lat_deg: number, lon_deg: number];
/** Less is a press, not a drag. */
const DRAG_PX = 4;

export class ZoneHand {
  draft: DraftShown | null = null;
  private drag: { held: Held; x: number; y: number; to: Place | null } | null = null;
  private swallow = false;

  constructor(
    private readonly ground: GroundMap, private readonly handlers: ZoneHandlers | undefined, private readonly redraw: () => void,
  ) {
    if (!handlers) return;
    ground.on("mousedown", (event) => this.down(event));
    ground.on("touchstart", (event) => { if (event.points.length === 1) this.down(event); });
    ground.on("mousemove", (event) => this.move(event));
    ground.on("touchmove", (event) => this.move(event));
    for (const end of ["mouseup", "touchend"] as const) ground.on(end, () => this.up());
    for (const end of ["mouseout", "touchcancel"] as const) ground.on(end, () => { this.drag = null; this.redraw(); });
  }

  /** The draft as it looks while a corner is dragged. */
  now(): DraftShown | null {
    const { draft, drag } = this;
    if (!draft || !drag?.to) return draft;
    const to = drag.to;
    if ("corner" in drag.held) {
      const { corner } = drag.held;
      return { ...draft, at: corner, corners: draft.corners.map((old, i) => (i === corner ? to : old)) };
    }
    const { after } = drag.held;
    return { ...draft, at: after + 1, corners: [...draft.corners.slice(0, after + 1), to, ...draft.corners.slice(after + 1)] };
  }

  /** Whether the press that comes now was the hand's already. */
  swallows(): boolean {
    const was = this.swallow;
    this.swallow = false;
    return was;
  }

  cursorAt(point: { x: number; y: number }): string | null {
    if (!this.draft) return null;
    return this.drag ? "grabbing" : this.under(point) ? "grab" : "crosshair";
  }

  private under(point: { x: number; y: number }): Held | null {
    return heldAt((this.draft?.corners ?? []).map(([lat, lon]) => this.ground.project([lon, lat])), point);
  }

  private down(event: MapMouseEvent | MapTouchEvent): void {
    this.swallow = false;
    const held = this.draft && this.under(event.point);
    if (!held) return;
    event.preventDefault();
    this.swallow = true;
    this.drag = { held, x: event.point.x, y: event.point.y, to: null };
  }

  private move(event: MapMouseEvent | MapTouchEvent): void {
    const { drag } = this;
    if (!drag) return;
    event.preventDefault();
    if (!drag.to && Math.hypot(event.point.x - drag.x, event.point.y - drag.y) < DRAG_PX) return;
    drag.to = [event.lngLat.lat, event.lngLat.lng];
    this.redraw();
  }

  private up(): void {
    const { drag, handlers } = this;
    this.drag = null;
    if (!drag || !handlers) return;
    if ("corner" in drag.held) {
      if (drag.to) handlers.cornerMoved(drag.held.corner, drag.to[0], drag.to[1]);
      else handlers.cornerTaken(drag.held.corner);
      return;
    }
    const { lat, lng } = this.ground.unproject([drag.x, drag.y]);
    handlers.cornerAdded(drag.held.after, drag.to?.[0] ?? lat, drag.to?.[1] ?? lng);
  }
}
