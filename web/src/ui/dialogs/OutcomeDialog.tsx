import { createSignal, For, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { lists } from "../../core/picture";
import { order } from "../../core/session";
import { OUTCOME_WORDS, trackName } from "../../core/words";
import { OUTCOMES, type Outcome } from "../../generated/model";
import { Frame } from "./Frame";
import { ReasonField } from "./ReasonDialog";

const CHOICES = OUTCOMES.filter((outcome) => outcome !== "pending");

/** What became of the engaged track, as a person judges it. */
export function OutcomeDialog(props: { engagementId: number; suggested: Outcome }): JSX.Element {
  const engagement = lists.engagements.find((e) => e.engagement_id === props.engagementId);
  const [outcome, setOutcome] = createSignal<Outcome>(props.suggested === "pending" ? "unsure" : props.suggested);
  const [remark, setRemark] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const done = await order(
      { command: "assess_outcome", engagement_id: props.engagementId, outcome: outcome(), remark: remark().trim() },
      "to assess the outcome", `Outcome noted: ${OUTCOME_WORDS[outcome()]}.`,
    );
    setBusy(false);
    if (done) closeDialog();
  };
  return (
    <Frame title={`What became of ${engagement ? trackName(engagement.track_id) : "the track"}?`} close={closeDialog}>
      <form onSubmit={(event) => void submit(event)}>
        <p>The track alone says: {engagement ? OUTCOME_WORDS[engagement.outcome] : "nothing"}
          {engagement?.outcome_reason ? `, ${engagement.outcome_reason}` : ""}.</p>
        <fieldset class="choices column">
          <legend>Outcome</legend>
          <For each={CHOICES}>
            {(choice) => (
              <label class="choice" classList={{ chosen: outcome() === choice }}>
                <input type="radio" name="outcome" value={choice} checked={outcome() === choice}
                  data-first={outcome() === choice ? "" : undefined} data-testid={`outcome-${choice}`}
                  onChange={() => setOutcome(choice)} />
                {OUTCOME_WORDS[choice]}
              </label>
            )}
          </For>
        </fieldset>
        <ReasonField label="Remark" value={remark()} set={setRemark} suggestions={["wreckage seen", "seen to fly on", "nothing seen"]} />
        <div class="dialog-acts">
          <button type="button" onClick={closeDialog}>Cancel</button>
          <button class="solid" data-testid="outcome-submit" disabled={busy()}>Note the outcome</button>
        </div>
      </form>
    </Frame>
  );
}
