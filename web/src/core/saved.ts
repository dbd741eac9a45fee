/** Views kept in this browser under a name, for one site: the part of the address after the #. */
import { createSignal } from "solid-js";
import { formatHash, parseHash } from "./hash";
import { HASH_MAX, NAME_MAX, readSaved, SAVED_MAX, type SavedView } from "./kept";
import { siteName } from "./picture";
import { setView, view } from "./view";

export { SAVED_MAX };

const [saved, setSaved] = createSignal<readonly SavedView[]>([]);
export { saved };

function drawer(): string {
  return `vedette.views.${siteName()}`;
}

/** Take the views of this site from the browser's store. */
export function loadSaved(): void {
  setSaved(readSaved(localStorage.getItem(drawer())));
}

function keep(views: readonly SavedView[]): void {
  setSaved(views);
  localStorage.setItem(drawer(), JSON.stringify(views));
}

/** Keep this view under a name; one of that name is replaced. False where there is no room. */
export function saveView(name: string): boolean {
  const short = name.trim().slice(0, NAME_MAX);
  const others = saved().filter((item) => item.name !== short);
  if (!short || others.length >= SAVED_MAX) return false;
  keep([...others, { name: short, hash: formatHash({ ...view }).slice(0, HASH_MAX) }]);
  return true;
}

export function forgetView(name: string): void {
  keep(saved().filter((item) => item.name !== name));
}

/** Look as it was looked then; the selected track stays. False where there is no such view. */
export function recallView(number: number): boolean {
  const found = saved()[number - 1];
  if (!found) return false;
  const { track: _, ...then } = parseHash(found.hash);
  setView(then);
  return true;
}
