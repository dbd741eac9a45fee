import { Show, type JSX } from "solid-js";
import { cancelEngagement } from "../../core/actions";
import { commandsHere } from "../../core/commands";
import { openDialog } from "../../core/dialogs";
import { clockSpan, timeOfDay } from "../../core/format";
import { site, t_us } from "../../core/picture";
import { barring, withRight } from "../../core/session";
import { select, view } from "../../core/view";
import { ENGAGEMENT_WORDS, OUTCOME_WORDS, trackName } from "../../core/words";
import type { Engagement } from "../../generated/model";

const WAITS: readonly Engagement["state"][] = ["proposed", "first_authorised", "authorised"];

/** One (simulated) engagement: who authorised, where it stands, what became of it. */
export function EngagementCard(props: { engagement: Engagement }): JSX.Element {
  const e = (): Engagement => props.engagement;
  const waits = (): boolean => WAITS.includes(e().state);
  const name = (): string =>
    site()?.effectors.find((effector) => effector.id === e().effector_id)?.name ?? e().effector_id;
  const left_s = (): number => (e().expires_us - t_us()) / 1e6;
  return (
    <section class="engagement" data-state={e().state} data-testid={`engagement-${e().engagement_id}`}>
      <h3>
        Simulated engagement {e().engagement_id}
        <Show when={view.track !== e().track_id}>
          {" "}<button class="link" onClick={() => select(e().track_id)}>{trackName(e().track_id)}</button>
        </Show>
      </h3>
      <p><b>{name()}</b>: {ENGAGEMENT_WORDS[e().state]}
        <Show when={waits()}><span class="num">, {clockSpan(left_s())} until it expires</span></Show>
      </p>
      <p class="quiet-text">
        first {e().first_person} at {timeOfDay(e().opened_us)}
        <Show when={e().second_person}>, second {e().second_person} at {timeOfDay(e().authorised_us)}</Show>
      </p>
      <Show when={e().state === "executed"}>
        <p>Outcome: <b>{OUTCOME_WORDS[e().outcome]}</b>
          <Show when={e().outcome_by}>, says {e().outcome_by === "track" ? "the track" : e().outcome_by}</Show>
        </p>
        <Show when={e().outcome_reason}><p class="quiet-text">{e().outcome_reason}</p></Show>
      </Show>
      <div class="actions">
        <Show when={commandsHere() && e().state === "first_authorised"}>
          <button class="solid" onClick={() => { select(e().track_id); openDialog({ kind: "engage", trackId: e().track_id }); }}>
            Second person… <kbd>E</kbd>
          </button>
        </Show>
        <Show when={commandsHere() && waits()}>
          <button onClick={() => withRight("keep_watch", () => cancelEngagement(e().engagement_id))} {...barring("keep_watch")}>Cancel…</button>
        </Show>
        <Show when={commandsHere() && e().state === "executed"}>
          <button {...barring("keep_watch")} aria-keyshortcuts="%"
            onClick={() => withRight("keep_watch", () => openDialog({ kind: "outcome", engagementId: e().engagement_id, suggested: e().outcome }))}>
            Assess outcome… <kbd>%</kbd>
          </button>
          <button onClick={() => withRight("attach", () => openDialog({ kind: "exhibit", engagementId: e().engagement_id }))}
            {...barring("attach")}>Exhibit…</button>
        </Show>
      </div>
    </section>
  );
}
