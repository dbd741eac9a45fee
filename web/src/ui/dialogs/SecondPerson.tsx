import { createSignal, onMount, Show, type JSX } from "solid-js";
import { cancelEngagement } from "../../core/actions";
import { closeDialog } from "../../core/dialogs";
import { clockSpan, percent } from "../../core/format";
import { refused } from "../../core/http";
import { say } from "../../core/notices";
import { lists, site, t_us } from "../../core/picture";
import { bar, order, secondAuthorisation, session, type CommandWish } from "../../core/session";
import type { Engagement, EngagementOption } from "../../generated/model";

/** The second of two people: here with their own name and password, or at their own console. */
export function SecondPerson(props: { engagement: Engagement; option: EngagementOption | undefined }): JSX.Element {
  const [name, setName] = createSignal("");
  const [password, setPassword] = createSignal("");
  let nameField!: HTMLInputElement;
  // This step follows the first inside the same dialog: the focus has to be moved by hand.
  onMount(() => nameField.focus());
  const [error, setError] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const e = (): Engagement => props.engagement;
  const effector = (): string =>
    site()?.effectors.find((candidate) => candidate.id === e().effector_id)?.name ?? e().effector_id;
  const wish = (): CommandWish => ({
    command: "authorise_engagement", track_id: e().track_id, effector_id: e().effector_id,
    track_digest: props.option?.track_digest ?? e().track_digest,
  });
  const finish = (): void => {
    say("Authorised by two people. The simulated effector may act.", "done");
    closeDialog();
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const answer = await secondAuthorisation(name(), password(), wish());
    setBusy(false);
    setPassword("");
    if (refused(answer)) setError(answer.error);
    else finish();
  };
  const asMyself = async (): Promise<void> => {
    if (await order(wish(), "to authorise as the second person", "")) finish();
  };
  const other = (): boolean => Boolean(session()?.name) && session()?.name !== e().first_person && !bar("authorise");
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p>
        <b>{e().first_person}</b> authorised <b>{effector()}</b>
        <Show when={props.option}>{(option) => <> (success {percent(option().success_prob)})</>}</Show>.
        A different person must agree within <b class="num">{clockSpan((e().expires_us - t_us()) / 1e6)}</b>.
      </p>
      <Show when={session()?.name === e().first_person}>
        <p class="quiet-text" data-testid="not-twice">You cannot agree with yourself: it takes another person's login, here or at their own console.</p>
      </Show>
      <Show when={props.option && !props.option.available}>
        <p class="caution" role="alert">Now barred: {props.option?.obstacle}</p>
      </Show>
      <Show when={other()}>
        <button type="button" class="solid" data-testid="agree" disabled={busy() || lists.posture.hold} onClick={() => void asMyself()}>
          Agree as {session()?.name}
        </button>
        <p class="quiet-text">or another person at this console:</p>
      </Show>
      <div class="pair">
        <label>Second person's name
          <input data-first ref={nameField} data-testid="second-name" autocomplete="off" required value={name()}
            onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>Their password
          <input data-testid="second-password" type="password" autocomplete="off" required value={password()}
            onInput={(event) => setPassword(event.currentTarget.value)} />
        </label>
      </div>
      <p class="form-error" role="alert">{error()}</p>
      <Show when={session()?.hint}>{(hint) => <p class="hint">{hint()}</p>}</Show>
      <div class="dialog-acts">
        <span class="step">Step 2 of 2</span>
        <button type="button" onClick={() => cancelEngagement(e().engagement_id)}>Cancel the engagement…</button>
        <button class="solid" data-testid="second-submit" disabled={busy() || lists.posture.hold}>Agree: authorise</button>
      </div>
    </form>
  );
}
