import { createMemo, For, Show, type JSX } from "solid-js";
import { acknowledge, allClear, assess } from "../core/actions";
import { commandsHere } from "../core/commands";
import { openDialog } from "../core/dialogs";
import { clockSpan } from "../core/format";
import { lists, replaying, t_us } from "../core/picture";
import { service } from "../core/sentences";
import { select, setRightTab, view } from "../core/view";
import type { QueueItem } from "../generated/model";
import { stableRows } from "./rows";

interface Act {
  word: string;
  run: () => void;
}

/** What wants a human now, at most five, in words with the reason. */
export function Queue(): JSX.Element {
  const keys = createMemo(() => lists.queue.slice(0, 5).map((item) => item.key));
  const stable = stableRows(keys, 1.0);
  // A row that is gone while the pointer is on the list keeps its place and its last words.
  const remembered = new Map<string, QueueItem>();
  const item = (key: string): QueueItem | undefined => {
    const now = lists.queue.find((candidate) => candidate.key === key);
    if (now) remembered.set(key, now);
    return now ?? remembered.get(key);
  };
  return (
    <section class="queue" data-testid="queue" aria-labelledby="queue-title"
      onPointerEnter={stable.enter} onPointerLeave={stable.leave}>
      <h2 id="queue-title">{replaying() ? "Wanted the watch then" : "Wants you now"} <span class="count">{keys().length || ""}</span></h2>
      <ol aria-live="polite" aria-relevant="additions">
        <For each={stable.rows()}>
          {(row) => <Show when={item(row.key)}>{(it) => <Item item={it()} ghost={row.ghost} />}</Show>}
        </For>
      </ol>
      <Show when={stable.rows().length === 0}><p class="calm">{replaying() ? "Nothing." : "Nothing. The watch goes on."}</p></Show>
    </section>
  );
}

function Item(props: { item: QueueItem; ghost: boolean }): JSX.Element {
  const left_s = (): number =>
    props.item.deadline_us === null ? NaN : (props.item.deadline_us - t_us()) / 1e6;
  const choose = (): void => {
    if (props.item.track_id !== null) select(props.item.track_id);
    else setRightTab("site");
  };
  return (
    <li class="item" data-priority={props.item.priority} data-kind={props.item.kind}
      classList={{ ghost: props.ghost, chosen: props.item.track_id !== null && props.item.track_id === view.track }}>
      <button class="item-words" onClick={choose} title={`${service(props.item.text)}\n${service(props.item.reason)}`}>
        <span class="item-text">{service(props.item.text)}</span>
        <span class="item-reason">{service(props.item.reason)}</span>
      </button>
      <Show when={Number.isFinite(left_s())}>
        <span class="item-left num" title="time left">{clockSpan(left_s())}</span>
      </Show>
      <Show when={!props.ghost} fallback={<span class="item-act">done</span>}>
        <Show when={commandsHere() && actOf(props.item)}>
          {(act) => <button class="item-act small" onClick={() => act().run()}>{act().word}</button>}
        </Show>
      </Show>
    </li>
  );
}

/** The first thing to do about an item, right here; the rest is one key away once it is selected. */
function actOf(item: QueueItem): Act | null {
  const { track_id: id, engagement_id: engagementId } = item;
  const warning = lists.warnings.find((w) => w.warning_id === item.warning_id);
  switch (item.kind) {
    case "warning":
      return { word: "Acknowledge", run: () => void acknowledge(item.warning_id) };
    case "all_clear":
      return warning ? { word: "All-clear…", run: () => allClear(warning.zone_id, warning.zone_name) } : null;
    case "outcome":
      return engagementId === null ? null
        : { word: "Outcome…", run: () => openDialog({ kind: "outcome", engagementId, suggested: "unsure" }) };
    case "decide":
      return id === null ? null : { word: "Options…", run: () => engage(id) };
    case "second_person":
      return id === null ? null : { word: "Second person…", run: () => engage(id) };
    default:
      return id === null ? null : { word: "Assess", run: () => void assess(id) };
  }
}

function engage(trackId: number): void {
  select(trackId);
  openDialog({ kind: "engage", trackId });
}
