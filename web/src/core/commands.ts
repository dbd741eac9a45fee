/** Where commands are offered: on the live picture, and at a desk; a replay and a phone are to look at. */
import { createSignal } from "solid-js";
import { replaying } from "./picture";

/**
 * A phone is narrow and held upright, or narrow and touched. A desk's window that is magnified four
 * times is narrow, too, but lies on its side: it keeps its commands.
 */
const PHONE = "(max-width: 480px) and (orientation: portrait), (max-width: 900px) and (pointer: coarse)";

const query = typeof matchMedia === "undefined" ? null : matchMedia(PHONE);
const [phone, setPhone] = createSignal(query?.matches ?? false);
query?.addEventListener("change", () => setPhone(query.matches));

/** Whether this is a phone, for which the page is read-only. */
export { phone };

/** Whether what acts on the world is offered here. */
export function commandsHere(): boolean {
  return !replaying() && !phone();
}
