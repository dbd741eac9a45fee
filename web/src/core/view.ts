/** What this person looks at: selection, table, map layers, theme. Kept in the address. */
import { createEffect, createRoot, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { HEIGHTS_M } from "./coverage";
import { defaultView, FILTERS, formatHash, parseHash, TRAILS_S, type ViewState } from "./hash";
import { addEnd, writeEnd } from "./measure";

const [view, setView] = createStore<ViewState>(
  typeof location === "undefined" ? defaultView() : parseHash(location.hash),
);
const [hovered, setHovered] = createSignal<number | null>(null);
/** What the right column shows where no track is selected, or where the person chose so. */
const [rightTab, setRightTab] = createSignal<"track" | "site">(view.track === null ? "site" : "track");
/** The next press on the map sets an end of the measuring line. */
const [measuring, setMeasuring] = createSignal(false);
export const LEAD_S = 60;
export { hovered, measuring, rightTab, setHovered, setMeasuring, setRightTab, setView, view };

/** Select a track, or none. */
export function select(trackId: number | null): void {
  setView("track", trackId);
  setRightTab(trackId === null ? "site" : "track");
}

export function toggleLayer(name: string): void {
  setView("layers", (layers) =>
    layers.includes(name) ? layers.filter((other) => other !== name) : [...layers, name],
  );
}

export function layerOn(name: string): boolean {
  return view.layers.includes(name);
}

/** Take the next of some values, the first after the last. */
function nextOf<T>(values: readonly T[], now: T): T {
  return values[(values.indexOf(now) + 1) % values.length] as T;
}

export function nextTrail(): void {
  setView("trail_s", nextOf(TRAILS_S, view.trail_s));
}

export function nextCover(): void {
  setView("cover_m", nextOf(HEIGHTS_M, view.cover_m));
}

export function nextFilter(): void {
  setView("filter", nextOf(FILTERS, view.filter));
}

/** Begin to measure, from the selected track where there is one; or stop and take the line away. */
export function toggleMeasuring(): void {
  const begin = !measuring() && !view.measure;
  setMeasuring(begin);
  setView("measure", begin && view.track !== null ? `t${view.track}` : "");
}

/** Set the next end of the measuring line; after the second the map is for selecting again. */
export function measureTo(trackId: number | null, lat_deg: number, lon_deg: number): void {
  setView("measure", addEnd(view.measure, writeEnd(trackId, lat_deg, lon_deg)));
  if (view.measure.includes("~")) setMeasuring(false);
}

export function toggleTheme(): void {
  setView("theme", view.theme === "night" ? "day" : "night");
}

/** Keep the address and the page's theme in step with the view. */
export function followView(): void {
  createRoot(() => {
    createEffect(() => {
      document.documentElement.dataset["theme"] = view.theme;
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    createEffect(() => {
      const hash = formatHash(view);
      clearTimeout(timer);
      timer = setTimeout(() => history.replaceState(null, "", hash || location.pathname), 200);
    });
  });
  window.addEventListener("hashchange", () => setView(parseHash(location.hash)));
}
