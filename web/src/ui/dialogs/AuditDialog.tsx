import { createMemo, createSignal, For, onMount, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { date, timeOfDay } from "../../core/format";
import { getJson } from "../../core/http";
import { ROLE_WORDS } from "../../core/words";
import type { ActRow, AuditView } from "../../generated/model";
import { Frame } from "./Frame";

const SHOWN_MAX = 500;
const KEPT_MAX = 20_000;

/** Everything that anybody did, newest first: for the auditor, who may look and save, nothing else. */
export function AuditDialog(): JSX.Element {
  const [rows, setRows] = createSignal<readonly ActRow[]>([]);
  const [find, setFind] = createSignal("");
  const [state, setState] = createSignal("reading");
  const read = async (): Promise<void> => {
    let [after, more] = [rows()[rows().length - 1]?.seq ?? 0, true];
    while (more) {
      const view = await getJson<AuditView>(`/api/audit?after=${after}`);
      if (view === null) {
        setState("The trail cannot be read now.");
        return;
      }
      setRows((old) => [...old, ...view.acts].slice(-KEPT_MAX));
      [after, more] = [view.last, view.more];
    }
    setState("");
  };
  onMount(() => void read());
  const found = createMemo(() => {
    const word = find().trim().toLowerCase();
    return rows().filter((row) => !word || words(row).toLowerCase().includes(word)).reverse();
  });
  return (
    <Frame title="Audit trail" close={closeDialog} wide testid="audit-dialog">
      <div class="audit-head">
        <label>Find <input data-first data-testid="audit-find" value={find()} placeholder="a name, an act, a track"
          onInput={(event) => setFind(event.currentTarget.value)} /></label>
        <span class="quiet-text" role="status">{state() || `${found().length} of ${rows().length} acts`}</span>
        <button type="button" onClick={() => void read()}>Read on</button>
        <a class="button" href="/api/audit.csv" download="audit.csv" data-testid="audit-save">Save all (CSV)</a>
      </div>
      <div class="audit" tabindex="0" role="region" aria-label="Acts, newest first">
        <table>
          <thead>
            <tr><th>Time (UTC)</th><th>Who</th><th>Act</th><th>Of what</th><th>Outcome</th></tr>
          </thead>
          <tbody data-testid="audit-rows">
            <For each={found().slice(0, SHOWN_MAX)}>{(row) => <Row row={row} />}</For>
          </tbody>
        </table>
        <Show when={found().length > SHOWN_MAX}>
          <p class="quiet-text">The newest {SHOWN_MAX} are shown: find narrower, or save all.</p>
        </Show>
      </div>
    </Frame>
  );
}

function Row(props: { row: ActRow }): JSX.Element {
  const act = (): ActRow["act"] => props.row.act;
  const done = (): boolean => act().status < 400;
  return (
    <tr data-done={done()}>
      <td class="num" title={date(act().t_us)}>{timeOfDay(act().t_us)}</td>
      <td>
        <b>{who(act())}</b>
        <p class="quiet-text">{act().roles.map((role) => ROLE_WORDS[role]).join(", ")} {act().address} {act().session.slice(0, 8)}</p>
      </td>
      <td class="act">{act().what}</td>
      <td>{act().about}</td>
      <td>{done() ? "✓ done" : `✕ refused (${act().status})`}<Show when={act().reason}><p class="quiet-text">{act().reason}</p></Show></td>
    </tr>
  );
}

/** What the service notes by itself, such as who may log in, is nobody's act. */
function who(act: ActRow["act"]): string {
  return act.person || (act.address === "this machine" ? "the service" : "nobody logged in");
}

function words(row: ActRow): string {
  const act = row.act;
  return [who(act), ...act.roles, act.address, act.what, act.about, act.reason, act.status < 400 ? "done" : "refused"].join(" ");
}
