/** What this person looks at: selection, table, map layers, theme. Kept in the address. */
import { createEffect, createRoot, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { defaultView, formatHash, parseHash, type ViewState } from "./hash";

const [view, setView] = createStore<ViewState>(
  typeof location === "undefined" ? defaultView() : parseHash(location.hash),
);
const [hovered, setHovered] = createSignal<number | null>(null);
/** What the right column shows where no track is selected, or where the person chose so. */
const [rightTab, setRightTab] = createSignal<"track" | "site">(view.track === null ? "site" : "track");
const [trailLength_s, setTrailLength] = createSignal(120);
export const LEAD_S = 60;
export { hovered, rightTab, setHovered, setRightTab, setTrailLength, setView, trailLength_s, view };

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
