import { createSignal, For, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { lists } from "../../core/picture";
import { order } from "../../core/session";
import { CONTROL_WORDS } from "../../core/words";
import { WEAPONS_CONTROLS, type WeaponsControl } from "../../generated/model";
import { Frame } from "./Frame";
import { ReasonField } from "./ReasonDialog";

/** Weapons control status: a policy that only restricts. */
export function ControlDialog(): JSX.Element {
  const [status, setStatus] = createSignal<WeaponsControl>(lists.posture.weapons_control);
  const [reason, setReason] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const done = await order(
      { command: "set_weapons_control", status: status(), reason: reason().trim() },
      "to set the weapons control status", `Weapons control status ${CONTROL_WORDS[status()].name}.`,
    );
    setBusy(false);
    if (done) closeDialog();
  };
  return (
    <Frame title="Weapons control status" close={closeDialog}>
      <form onSubmit={(event) => void submit(event)}>
        <p>It only restricts what people may authorise. Nothing is ever released by itself.</p>
        <fieldset class="choices column">
          <legend>Status</legend>
          <For each={WEAPONS_CONTROLS}>
            {(choice) => (
              <label class="choice" classList={{ chosen: status() === choice }}>
                <input type="radio" name="control" value={choice} checked={status() === choice}
                  data-first={status() === choice ? "" : undefined} data-testid={`control-${choice}`}
                  onChange={() => setStatus(choice)} />
                <span><b>{CONTROL_WORDS[choice].name}</b>: {CONTROL_WORDS[choice].meaning}</span>
              </label>
            )}
          </For>
        </fieldset>
        <ReasonField label="Reason" value={reason()} set={setReason} suggestions={[]} />
        <div class="dialog-acts">
          <button type="button" onClick={closeDialog}>Cancel</button>
          <button class="solid" data-testid="control-submit"
            disabled={busy() || !reason().trim() || status() === lists.posture.weapons_control}>Set status</button>
        </div>
      </form>
    </Frame>
  );
}
