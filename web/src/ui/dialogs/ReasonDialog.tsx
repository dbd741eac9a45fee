import { createEffect, createSignal, For, Show, type JSX } from "solid-js";
import { closeDialog, type ReasonAsked } from "../../core/dialogs";
import { hiddenIn } from "../../core/plain-text";
import { Frame } from "./Frame";

/** A reason in words, chosen or written, before something is done. */
export function ReasonDialog(props: { asked: ReasonAsked }): JSX.Element {
  const [busy, setBusy] = createSignal(false);
  const [reason, setReason] = createSignal("");
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    if (await props.asked.run(reason().trim())) closeDialog();
    setBusy(false);
  };
  return (
    <Frame title={props.asked.title} close={closeDialog}>
      <form onSubmit={(event) => void submit(event)}>
        <p>{props.asked.text}</p>
        <Show when={props.asked.facts?.length}>
          <ul class="why" data-testid="facts">
            <For each={props.asked.facts}>
              {(fact) => <li classList={{ caution: fact.includes("STILL COMES") }}>{fact}</li>}
            </For>
          </ul>
        </Show>
        <ReasonField label={props.asked.label} suggestions={props.asked.suggestions} value={reason()} set={setReason} first />
        <div class="dialog-acts">
          <button type="button" onClick={closeDialog}>Cancel</button>
          <button class="solid" data-testid="reason-submit" disabled={busy() || hiddenIn(reason()) !== "" || (props.asked.needed && !reason().trim())}>
            {props.asked.confirm}
          </button>
        </div>
      </form>
    </Frame>
  );
}

/** A line for a reason with a few ready ones beside it. */
export function ReasonField(props: {
  label: string; suggestions: string[]; value: string; set: (text: string) => void; first?: boolean;
}): JSX.Element {
  let field!: HTMLInputElement;
  createEffect(() => field.setCustomValidity(hiddenIn(props.value)));  // whatever form it stands in is not sent
  return (
    <>
      <label>{props.label}
        <input ref={field} data-first={props.first ? "" : undefined} data-testid="reason" maxlength="400"
          value={props.value} onInput={(event) => props.set(event.currentTarget.value)} />
        <span class="form-error" role="status" data-testid="reason-hidden">{hiddenIn(props.value)}</span>
      </label>
      <Show when={props.suggestions.length}>
        <div class="suggestions" role="group" aria-label="Ready reasons">
          <For each={props.suggestions}>
            {(text) => <button type="button" class="small" onClick={() => props.set(text)}>{text}</button>}
          </For>
        </div>
      </Show>
    </>
  );
}
