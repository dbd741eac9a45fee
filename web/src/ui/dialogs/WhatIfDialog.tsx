import { createSignal, For, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { site } from "../../core/picture";
import { askWhatIf, forgetWhatIf, showBeside, whatIf } from "../../core/whatif";
import { SENSOR_WORDS } from "../../core/words";
import type { WhatIfWish } from "../../generated/model";
import { Frame } from "./Frame";

type Staffing = WhatIfWish["staffing"];
const STAFFING: readonly [Staffing, string][] = [
  ["as_recorded", "as recorded"], ["nobody", "nobody at the consoles"], ["later", "everybody acts later"],
];
const DELAY_S = 20;

/** The keys of zones and assets that can be set anew, as they stand now. */
function settings(): string[] {
  const zones = (site()?.zones ?? []).flatMap((zone) => [
    `zones.${zone.id}.imminent_s=${zone.imminent_s}`, `zones.${zone.id}.possible_s=${zone.possible_s}`,
    `zones.${zone.id}.reach_prob_imminent=${zone.reach_prob_imminent}`,
    `zones.${zone.id}.reach_prob_possible=${zone.reach_prob_possible}`,
    `zones.${zone.id}.take_cover_s=${zone.take_cover_s}`,
  ]);
  const assets = (site()?.assets ?? []).map((asset) => `assets.${asset.id}.radius_m=${asset.radius_m}`);
  return [...zones, ...assets];
}

/** What is to be otherwise: sensors away, settings of the site, who sits at the consoles. */
export function WhatIfDialog(): JSX.Element {
  return (
    <Frame title="What if: the same event with something changed" close={closeDialog} testid="whatif-dialog">
      <Show when={whatIf()?.state === "working"} fallback={<Ask />}>
        <Working />
      </Show>
    </Frame>
  );
}

function Ask(): JSX.Element {
  const [without, setWithout] = createSignal<string[]>([]);
  const [text, setText] = createSignal("");
  const [staffing, setStaffing] = createSignal<Staffing>("as_recorded");
  const [delay_s, setDelay] = createSignal(DELAY_S);
  const lines = (): string[] => text().split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const asked = (): boolean => without().length > 0 || lines().length > 0 || staffing() !== "as_recorded";
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void askWhatIf({
      without: without(), settings: lines(), staffing: staffing(),
      delay_s: staffing() === "later" ? delay_s() : 0,
    });
  };
  return (
    <form onSubmit={submit}>
      <p>The recording is done again beside this replay. What was recorded stays as it is.</p>
      <fieldset class="sensors-away">
        <legend>Sensors that were not there</legend>
        <For each={site()?.sensors ?? []}>
          {(sensor, i) => (
            <label class="check">
              <input type="checkbox" data-testid={`whatif-without-${sensor.id}`} data-first={i() === 0 ? "" : undefined}
                onChange={(event) => setWithout((all) => event.currentTarget.checked
                  ? [...all, sensor.id] : all.filter((id) => id !== sensor.id))} />
              <span>{sensor.id} <span class="quiet-text">{SENSOR_WORDS[sensor.kind] ?? sensor.kind}</span></span>
            </label>
          )}
        </For>
      </fieldset>
      <label>Zones, assets and thresholds
        <select data-testid="whatif-keys" onChange={(event) => {
          if (event.currentTarget.value) setText((now) => `${now}${now && !now.endsWith("\n") ? "\n" : ""}${event.currentTarget.value}`);
          event.currentTarget.value = "";
        }}>
          <option value="">take one as it is now, to change it below</option>
          <For each={settings()}>{(line) => <option value={line}>{line}</option>}</For>
        </select>
        <textarea rows="3" maxlength="4000" spellcheck={false} data-testid="whatif-settings" value={text()}
          aria-label="Settings, one a line: any key of the site file = value"
          placeholder="zones.barracks.imminent_s=120" onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <label>People
        <select data-testid="whatif-staffing" onChange={(event) => setStaffing(event.currentTarget.value as Staffing)}>
          <For each={STAFFING}>{([value, words]) => <option value={value}>{words}</option>}</For>
        </select>
      </label>
      <Show when={staffing() === "later"}>
        <label>Later by, seconds
          <input type="number" min="1" max="3600" step="any" required value={delay_s()} data-testid="whatif-delay"
            onInput={(event) => setDelay(Number(event.currentTarget.value))} />
        </label>
      </Show>
      <div class="dialog-acts">
        <Show when={whatIf()?.result}>
          <button type="button" data-testid="whatif-again" onClick={() => { showBeside(true); closeDialog(); }}>Show the last one</button>
        </Show>
        <button type="button" onClick={closeDialog}>Close</button>
        <button class="solid" data-testid="whatif-submit" disabled={!asked()}>Work it out</button>
      </div>
    </form>
  );
}

/** How far it is; the replay goes on meanwhile. */
function Working(): JSX.Element {
  const share = (): number => Math.round((whatIf()?.done_ratio ?? 0) * 100);
  return (
    <>
      <p>{(whatIf()?.changes ?? []).join("; ")}</p>
      <p role="status" data-testid="whatif-progress">
        <progress max="100" value={share()} aria-label="Worked out" /> <span class="num">{share()} %</span>
      </p>
      <p class="quiet-text">You may close this: the replay goes on, and both worlds are shown when it is done.</p>
      <div class="dialog-acts">
        <button type="button" data-testid="whatif-cancel" onClick={() => void forgetWhatIf()}>Cancel it</button>
        <button type="button" class="solid" onClick={closeDialog}>Close</button>
      </div>
    </>
  );
}
