import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { correlationOf, sayings } from "../../core/belonging";
import { closeDialog } from "../../core/dialogs";
import { byId, lists, site, tracks } from "../../core/picture";
import { selectedDetail } from "../../core/selected";
import { order } from "../../core/session";
import { trackName } from "../../core/words";
import { Frame } from "./Frame";
import { ReasonField } from "./ReasonDialog";

/** A person says what is one object with the track, and what is not: merge, split, decorrelate. */
export function BelongDialog(props: { trackId: number }): JSX.Element {
  const [chosen, setChosen] = createSignal("");
  const [reason, setReason] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const nameOf = (id: string): string => site()?.sensors.find((sensor) => sensor.id === id)?.name ?? id;
  // Offered as it was when the dialog opened, or the lines would move under the pointer.
  const track = byId().get(props.trackId);
  const near = tracks();
  const offered = createMemo(() => track ? sayings(
    track, near, correlationOf(track.id, lists.correlations),
    selectedDetail()?.track_id === track.id ? selectedDetail()?.sources ?? [] : [], nameOf,
  ) : []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const said = offered().find((one) => one.key === chosen());
    if (!said) return;
    setBusy(true);
    const done = await order(said.wish(reason().trim()), `to say what belongs to ${trackName(props.trackId)}`, said.done);
    setBusy(false);
    if (done) closeDialog();
  };
  return (
    <Frame title={`What belongs to ${trackName(props.trackId)}?`} close={closeDialog}>
      <form onSubmit={(event) => void submit(event)}>
        <p>What you say stays until the track ends or somebody takes it back here.</p>
        <Show when={offered().length} fallback={
          <p class="quiet-text">Nothing to say: no other track is within 5 km, and only one source sees it.</p>
        }>
          <fieldset class="choices">
            <legend>One object or two</legend>
            <For each={offered()}>
              {(one, i) => (
                <label class="choice wide" classList={{ chosen: chosen() === one.key }}>
                  <input type="radio" name="belong" value={one.key} data-first={i() === 0 ? "" : undefined}
                    data-testid={`belong-${one.key}`} checked={chosen() === one.key} onChange={() => setChosen(one.key)} />
                  {one.text}
                </label>
              )}
            </For>
          </fieldset>
          <ReasonField label="Reason" value={reason()} set={setReason}
            suggestions={["seen by eye", "two sensors see one object", "the name is another's", "two objects seen"]} />
        </Show>
        <div class="dialog-acts">
          <button type="button" onClick={closeDialog}>Cancel</button>
          <button class="solid" data-testid="belong-submit" disabled={busy() || !chosen() || !reason().trim()}>Say so</button>
        </div>
      </form>
    </Frame>
  );
}
