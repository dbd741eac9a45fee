import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { clockSpan } from "../../core/format";
import { byId, lists, t_us } from "../../core/picture";
import { order, session } from "../../core/session";
import { CLASS_WORDS, IDENTITY_WORDS, trackName } from "../../core/words";
import type { Engagement, EngagementOption } from "../../generated/model";
import { Frame } from "./Frame";
import { OptionCard } from "./OptionCard";
import { SecondPerson } from "./SecondPerson";

/**
 * Options side by side, then two people.
 *
 * What is authorised is bound to the digest the person saw when choosing: if the track changes in
 * substance meanwhile, the service refuses.
 */
export function EngageDialog(props: { trackId: number }): JSX.Element {
  const track = createMemo(() => byId().get(props.trackId));
  const options = createMemo(() => lists.options.filter((o) => o.track_id === props.trackId));
  const pending = createMemo(() =>
    lists.engagements.find((e) => e.track_id === props.trackId && e.state === "first_authorised"));
  const under = createMemo(() =>
    lists.engagements.find((e) => e.track_id === props.trackId && ["authorised", "executing"].includes(e.state)));
  const [chosen, setChosen] = createSignal<EngagementOption | null>(null);
  const title = (): string => {
    const t = track();
    return t
      ? `${trackName(t.id)}: ${IDENTITY_WORDS[t.identity].toLowerCase()} ${CLASS_WORDS[t.object_class]}`
      : `${trackName(props.trackId)} is gone`;
  };
  return (
    <Frame title={title()} close={closeDialog} wide docked testid="engage-dialog">
      <Show when={!under()} fallback={<Under engagement={under() as Engagement} />}>
        <Show when={pending()} fallback={
          <First options={options()} chosen={chosen()} choose={setChosen} trackId={props.trackId} />
        }>
          {(engagement) => <SecondPerson engagement={engagement()} option={optionOf(options(), engagement())} />}
        </Show>
      </Show>
      <p class="fine">Simulated effectors only. Nothing is released without two different people. Hold <kbd>H</kbd> cancels everything.</p>
    </Frame>
  );
}

function optionOf(options: readonly EngagementOption[], engagement: Engagement): EngagementOption | undefined {
  return options.find((option) => option.effector_id === engagement.effector_id);
}

function First(props: {
  options: readonly EngagementOption[]; chosen: EngagementOption | null; trackId: number;
  choose: (option: EngagementOption) => void;
}): JSX.Element {
  const [busy, setBusy] = createSignal(false);
  // What is confirmed is what was seen when the card was chosen, not what it has become since.
  const now = (): EngagementOption | undefined =>
    props.options.find((option) => option.effector_id === props.chosen?.effector_id);
  const changed = (): boolean =>
    props.chosen !== null && now()?.track_digest !== props.chosen.track_digest;
  const confirm = async (): Promise<void> => {
    const option = props.chosen;
    if (!option) return;
    setBusy(true);
    const done = await order(
      {
        command: "authorise_engagement", track_id: props.trackId, effector_id: option.effector_id,
        track_digest: option.track_digest,
      },
      "to authorise", `First authorisation given. A second person must agree.`,
    );
    // The picture that shows the engagement comes within a beat; until then no second press.
    setTimeout(() => setBusy(false), done ? 1_500 : 0);
  };
  return (
    <>
      <div class="options" role="radiogroup" aria-label="Options">
        <For each={props.options.map((option) => option.effector_id)} fallback={<p>No simulated effector has an option for this track.</p>}>
          {(id, i) => (
            <Show when={props.options.find((option) => option.effector_id === id)}>
              {(option) => (
                <OptionCard option={option()} first={i() === 0} chosen={props.chosen?.effector_id === id}
                  choose={() => props.choose({ ...option() })} />
              )}
            </Show>
          )}
        </For>
      </div>
      <Show when={changed()}>
        <p class="caution" role="alert">The track has changed since you chose. Look again and choose anew.</p>
      </Show>
      <div class="dialog-acts">
        <span class="step">Step 1 of 2{session()?.name ? `, as ${session()?.name}` : ""}</span>
        <button type="button" onClick={closeDialog}>Do nothing</button>
        <button class="solid" data-testid="confirm-authorise" onClick={() => void confirm()}
          disabled={busy() || !props.chosen || changed() || !now()?.available || lists.posture.hold}>
          {props.chosen ? `Authorise ${props.chosen.effector_name}` : "Choose an option"}
        </button>
      </div>
    </>
  );
}

function Under(props: { engagement: Engagement }): JSX.Element {
  return (
    <p>
      Authorised by <b>{props.engagement.first_person}</b> and <b>{props.engagement.second_person}</b>.
      <Show when={props.engagement.state === "authorised"} fallback=" The simulated effector is at work.">
        {" "}Expires in <span class="num">{clockSpan((props.engagement.expires_us - t_us()) / 1e6)}</span>.
      </Show>
    </p>
  );
}
