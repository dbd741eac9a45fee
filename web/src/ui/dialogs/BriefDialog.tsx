import { createSignal, For, onMount, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { timeOfDay } from "../../core/format";
import { getJson } from "../../core/http";
import { select } from "../../core/view";
import type { BriefLine, BriefPart, BriefView } from "../../generated/model";
import { Frame } from "./Frame";

/** What the watch that takes over must know, as it was when asked; a line about a track goes to it. */
export function BriefDialog(): JSX.Element {
  const [told, setTold] = createSignal<BriefView | null>(null);
  const [state, setState] = createSignal("asking");
  const read = async (): Promise<void> => {
    const view = await getJson<BriefView>("/api/brief");
    if (view) setTold(view);
    setState(view ? "" : "The service cannot say now: ask again.");
  };
  onMount(() => void read());
  return (
    <Frame title="Hand-over" close={closeDialog} wide testid="brief-dialog">
      <div class="brief-head">
        <span class="quiet-text" role="status" data-testid="brief-state">
          {state() || `As of ${timeOfDay(told()?.t_us ?? 0)} UTC`}
        </span>
        <button type="button" data-first onClick={() => void read()}>Ask again</button>
        <a class="button" href="/api/brief.txt" target="_blank" rel="noopener">As text, to print</a>
      </div>
      <div class="brief" tabindex="0" role="region" aria-label="Hand-over">
        <For each={told()?.parts}>{(part) => <Part part={part} />}</For>
      </div>
    </Frame>
  );
}

function Part(props: { part: BriefPart }): JSX.Element {
  return (
    <section data-testid={`brief-${props.part.name}`}>
      <h3>{props.part.title}<Show when={!props.part.lines.length}><span class="quiet-text">: none</span></Show></h3>
      <ul>
        <For each={props.part.lines}>{(line) => <Line line={line} />}</For>
        <Show when={props.part.more}><li class="quiet-text">and {props.part.more} more</li></Show>
      </ul>
    </section>
  );
}

function Line(props: { line: BriefLine }): JSX.Element {
  const goTo = (trackId: number): void => {
    closeDialog();
    select(trackId);
  };
  return (
    <li>
      <Show when={props.line.track_id} fallback={<span>{props.line.text}</span>}>
        {(trackId) => <button type="button" class="brief-track" onClick={() => goTo(trackId())}>{props.line.text}</button>}
      </Show>
      <Show when={props.line.reason}><p class="quiet-text">{props.line.reason}</p></Show>
    </li>
  );
}
