import { createSignal, For, onMount, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { say } from "../../core/notices";
import { forgetView, loadSaved, recallView, saved, SAVED_MAX, saveView } from "../../core/saved";
import { Frame } from "./Frame";

/** Views kept in this browser: what is looked at, not what is there. */
export function ViewsDialog(): JSX.Element {
  const [name, setName] = createSignal("");
  onMount(loadSaved);
  const full = (): boolean => saved().length >= SAVED_MAX && !saved().some((item) => item.name === name().trim());
  const keep = (event: SubmitEvent): void => {
    event.preventDefault();
    const kept = name().trim();
    if (!saveView(kept)) return;
    setName("");
    closeDialog();
    say(`This view is kept in this browser as ${kept}.`, "done");
  };
  const recall = (number: number): void => {
    recallView(number);
    closeDialog();
  };
  return (
    <Frame title="Kept views" close={closeDialog}>
      <form onSubmit={keep}>
        <p>Map, layers, table and theme as they are now, under a name, in this browser.</p>
        <label>Name
          <input data-first="" data-testid="view-name" maxlength="40" value={name()} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <Show when={full()}><p class="caution">There is room for {SAVED_MAX}: forget one, or use its name.</p></Show>
        <div class="dialog-acts">
          <button class="solid" data-testid="view-keep" disabled={!name().trim() || full()}>Keep this view</button>
        </div>
      </form>
      <ol class="kept-views" aria-label="Kept views">
        <For each={saved()}>
          {(item, i) => (
            <li>
              <button class="kept-view" data-testid={`view-${i() + 1}`} onClick={() => recall(i() + 1)}>
                <kbd>{i() + 1}</kbd> {item.name}
              </button>
              <button class="small" aria-label={`Forget ${item.name}`} onClick={() => forgetView(item.name)}>Forget</button>
            </li>
          )}
        </For>
      </ol>
    </Frame>
  );
}
