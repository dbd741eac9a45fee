import { createEffect, createSignal, on, Show, type JSX } from "solid-js";
import { age, position } from "../../core/format";
import { getJson } from "../../core/http";
import { say } from "../../core/notices";
import { askLogin, session } from "../../core/session";
import type { OperatorView } from "../../generated/model";

const ROLES = ["operator", "identification_authority"];

/** Where a drone says its operator stands: personal data, shown only when somebody asks for it. */
export function Operator(props: { id: number }): JSX.Element {
  const [told, setTold] = createSignal<OperatorView | null>(null);
  createEffect(on(() => props.id, () => setTold(null)));
  const ask = async (): Promise<void> => {
    const id = props.id;
    if (!session()?.name && !(await askLogin("to see where its operator is"))) return;
    if (!session()?.roles.some((role) => ROLES.includes(role))) {
      say("Where operators are is for the watch: it takes the role operator.", "refused");
      return;
    }
    const answer = await getJson<OperatorView>(`/api/tracks/${id}/operator`);
    if (answer === null) say("It has said nothing of its operator in the last two minutes.", "refused");
    if (id === props.id) setTold(answer);
  };
  return (
    <section>
      <h3>Operator</h3>
      <Show when={told()} fallback={
        <button type="button" onClick={() => void ask()} data-testid="ask-operator">Where does it say its operator is?</button>
      }>
        {(operator) => (
          <dl class="facts" data-testid="operator">
            <dt>Claimed place</dt>
            <dd class="num">{position(operator().lat_deg, operator().lon_deg)} ({operator().place})</dd>
            <dt>Registration</dt>
            <dd>{operator().operator_id ?? "not stated"}</dd>
            <dt>Said</dt>
            <dd class="num">{age(operator().age_s)} before you asked; personal data: kept two minutes, recorded nowhere</dd>
          </dl>
        )}
      </Show>
    </section>
  );
}
