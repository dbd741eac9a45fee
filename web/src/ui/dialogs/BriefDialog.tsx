import { createSignal, For, onMount, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { timeOfDay } from "../../core/format";
import { getJson } from "../../core/http";
import { service } from "../../core/sentences";
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
      <h3>{service(props.part.title)}<Show when={!props.part.lines.length}><span class="quiet-text">: none</span></Show></h3>
      <ul>
        <For each={props.part.lines}>{(line) => <Line line={line} part={props.part.name} />}</For>
        <Show when={props.part.more}><li class="quiet-text">{`and ${props.part.more} more`}</li></Show>
      </ul>
    </section>
  );
}

/** Where the reason of a line is what a person wrote, and where its text is. */
const REASONS_OF_PEOPLE = ["contradicted", "by_hand", "dismissed"];
const TEXTS_OF_PEOPLE = ["notes"];

function Line(props: { line: BriefLine; part: string }): JSX.Element {
  const text = (): string => TEXTS_OF_PEOPLE.includes(props.part) ? props.line.text : service(props.line.text);
  const reason = (): string => REASONS_OF_PEOPLE.includes(props.part) ? props.line.reason : service(props.line.reason);
  const goTo = (trackId: number): void => {
    closeDialog();
    select(trackId);
  };
  return (
    <li>
      <Show when={props.line.track_id} fallback={<span>{text()}</span>}>
        {(trackId) => <button type="button" class="brief-track" onClick={() => goTo(trackId())}>{text()}</button>}
      </Show>
      <Show when={props.line.reason}><p class="quiet-text">{reason()}</p></Show>
    </li>
  );
}
