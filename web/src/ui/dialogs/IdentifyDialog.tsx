import { createSignal, For, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { byId } from "../../core/picture";
import { order } from "../../core/session";
import { IDENTITY_WORDS, trackName } from "../../core/words";
import { IDENTITIES, type Identity } from "../../generated/model";
import { SymbolIcon } from "../SymbolIcon";
import { Frame } from "./Frame";
import { ReasonField } from "./ReasonDialog";

const CHOICES = IDENTITIES.filter((identity) => identity !== "PENDING");

/** A person sets the identity and says why. */
export function IdentifyDialog(props: { trackId: number }): JSX.Element {
  const track = byId().get(props.trackId);
  const [identity, setIdentity] = createSignal<Identity | null>(null);
  const [reason, setReason] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const chosen = identity();
    if (!chosen) return;
    setBusy(true);
    const done = await order(
      { command: "identify_track", track_id: props.trackId, identity: chosen, reason: reason().trim() },
      `to identify ${trackName(props.trackId)}`,
      `${trackName(props.trackId)} identified as ${IDENTITY_WORDS[chosen].toLowerCase()}.`,
    );
    setBusy(false);
    if (done) closeDialog();
  };
  return (
    <Frame title={`Identify ${trackName(props.trackId)}`} close={closeDialog}>
      <form onSubmit={(event) => void submit(event)}>
        <p>Now {track ? IDENTITY_WORDS[track.identity].toLowerCase() : "gone"}. What you set stays, under your name.</p>
        <fieldset class="choices">
          <legend>Identity</legend>
          <For each={CHOICES}>
            {(choice, i) => (
              <label class="choice" classList={{ chosen: identity() === choice }}>
                <input type="radio" name="identity" value={choice} data-first={i() === 0 ? "" : undefined}
                  data-testid={`identity-${choice}`} onChange={() => setIdentity(choice)} />
                <SymbolIcon identity={choice} objectClass={track?.object_class ?? "other"} size={26} />
                {IDENTITY_WORDS[choice]}
              </label>
            )}
          </For>
        </fieldset>
        <ReasonField label="Reason" value={reason()} set={setReason}
          suggestions={["seen by eye", "confirmed by radio", "matches the flight list", "hostile act observed"]} />
        <div class="dialog-acts">
          <button type="button" onClick={closeDialog}>Cancel</button>
          <button class="solid" data-testid="identify-submit" disabled={busy() || !identity() || !reason().trim()}>Identify</button>
        </div>
      </form>
    </Frame>
  );
}
