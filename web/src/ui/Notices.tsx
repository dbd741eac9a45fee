import { For, type JSX } from "solid-js";
import { dismissNotice, notices } from "../core/notices";

/** What became of the last actions, in words. */
export function Notices(): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="polite">
      <For each={notices()}>
        {(notice) => (
          <button class="notice" classList={{ refused: notice.kind === "refused" }}
            onClick={() => dismissNotice(notice.id)} title="Close">
            <span aria-hidden="true">{notice.kind === "refused" ? "✕" : "✓"}</span> {notice.text}
          </button>
        )}
      </For>
    </div>
  );
}
