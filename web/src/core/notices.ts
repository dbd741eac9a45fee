/** Short notices of what became of an action, read out by screen readers. */
import { createSignal } from "solid-js";

export interface Notice {
  id: number;
  text: string;
  kind: "done" | "refused";
}

const [notices, setNotices] = createSignal<readonly Notice[]>([]);
export { notices };
let next = 1;

/** Show a notice: the newest of what was done, two at most. A refusal stays longer, to be read. */
export function say(text: string, kind: Notice["kind"]): void {
  const notice = { id: next++, text, kind };
  setNotices((old) => [...old.filter((other) => other.kind === "refused").slice(-1), notice]);
  setTimeout(() => dismissNotice(notice.id), kind === "refused" ? 9_000 : 3_500);
}

export function dismissNotice(id: number): void {
  setNotices((old) => old.filter((notice) => notice.id !== id));
}
