import { For, Show, type JSX } from "solid-js";
import { openDialog } from "../../core/dialogs";
import { timeOfDay } from "../../core/format";
import { restAt } from "../../core/replay";
import { differenceWords, forgetWhatIf, showBeside, whatIf } from "../../core/whatif";
import type { WhatIfResult, WhatIfWarning } from "../../generated/model";

const LEVEL_WORDS: Record<string, string> = { possible: "be ready", imminent: "take cover" };
const LISTED_MAX = 12;

/** What was changed, and what that does: seconds a zone, warnings of one world alone, what cannot be said. */
export function WhatIfPanel(): JSX.Element {
  return (
    <aside class="panel whatif-panel" aria-label="What if" data-testid="whatif-panel">
      <div class="panel-body" tabindex="0">
        <section>
          <h2>What if</h2>
          <ul class="changes"><For each={whatIf()?.changes ?? []}>{(line) => <li>{line}</li>}</For></ul>
        </section>
        <Show when={whatIf()?.result}>{(result) => <Result result={result()} />}</Show>
      </div>
      <footer class="reports">
        <button data-testid="whatif-other" onClick={() => openDialog({ kind: "whatif" })}>Change… <kbd>\</kbd></button>
        <button data-testid="whatif-forget" onClick={() => void forgetWhatIf()}>Forget</button>
        <button class="solid" data-testid="whatif-close" onClick={() => showBeside(false)}>Recorded alone</button>
      </footer>
    </aside>
  );
}

function Result(props: { result: WhatIfResult }): JSX.Element {
  return (
    <>
      <Show when={props.result.same}><section><p data-testid="whatif-same"><b>No difference</b> in warnings, identities or tracks.</p></section></Show>
      <section><table class="differences" data-testid="whatif-differences">
        <caption>First warning of each zone</caption>
        <thead><tr><th scope="col">zone</th><th scope="col">recorded</th><th scope="col">what if</th></tr></thead>
        <tbody>
          <For each={props.result.zones}>
            {(zone) => (
              <For each={zone.levels}>
                {(row) => (
                  <>
                    <tr>
                      <th scope="row">{zone.name}: {LEVEL_WORDS[row.level] ?? row.level}</th>
                      <td class="num">{row.before_us === null ? "never" : timeOfDay(row.before_us)}</td>
                      <td class="num">{row.after_us === null ? "never" : timeOfDay(row.after_us)}</td>
                    </tr>
                    <tr class="difference"><td colspan="3">{differenceWords(row.before_us, row.after_us)}</td></tr>
                  </>
                )}
              </For>
            )}
          </For>
        </tbody>
      </table></section>
      <Counts result={props.result} />
      <Alone title="Warned in the recording alone" warnings={props.result.recorded} result={props.result} />
      <Alone title="Warned with the change alone" warnings={props.result.changed} result={props.result} />
      <Lines title="What people did then and could not do so" lines={props.result.commands} />
      <Lines title="What this rests on" lines={props.result.notes} />
    </>
  );
}

function Counts(props: { result: WhatIfResult }): JSX.Element {
  const r = (): WhatIfResult => props.result;
  const told = (value: number | null): string => (value === null ? "not known" : String(value));
  return (
    <section><table class="differences">
      <caption>Counted</caption>
      <thead><tr><td /><th scope="col">recorded</th><th scope="col">what if</th></tr></thead>
      <tbody>
        <tr><th scope="row">false warnings</th><td class="num" data-testid="whatif-false-recorded">{told(r().false_recorded)}</td><td class="num">{told(r().false_changed)}</td></tr>
        <tr><th scope="row">zones not warned of an attack</th><td class="num">{told(r().missed_recorded)}</td><td class="num">{told(r().missed_changed)}</td></tr>
        <tr><th scope="row">tracks</th><td class="num">{r().tracks_recorded}</td><td class="num">{r().tracks_changed}</td></tr>
      </tbody>
    </table></section>
  );
}

function Alone(props: { title: string; warnings: WhatIfWarning[]; result: WhatIfResult }): JSX.Element {
  const listed = (): WhatIfWarning[] => props.warnings.filter((warning) => warning.only_here);
  const name = (warning: WhatIfWarning): string =>
    props.result.zones.find((zone) => zone.zone_id === warning.zone_id)?.name ?? warning.zone_id;
  return (
    <Show when={listed().length}>
      <section><h3>{props.title}</h3>
      <ul>
        <For each={listed().slice(0, LISTED_MAX)}>
          {(warning) => (
            <li>
              <button class="quiet" onClick={() => restAt(warning.raised_us)}>{timeOfDay(warning.raised_us)} {name(warning)}</button>
              {warning.false ? " false: no attacker was near" : ""} <span class="quiet-text">{warning.reason}</span>
            </li>
          )}
        </For>
      </ul>
      <Show when={listed().length > LISTED_MAX}><p class="quiet-text">and {listed().length - LISTED_MAX} more</p></Show></section>
    </Show>
  );
}

function Lines(props: { title: string; lines: string[] }): JSX.Element {
  return (
    <Show when={props.lines.length}>
      <section><h3>{props.title}</h3>
        <ul class="quiet-text"><For each={props.lines}>{(line) => <li>{line}</li>}</For></ul></section>
    </Show>
  );
}
