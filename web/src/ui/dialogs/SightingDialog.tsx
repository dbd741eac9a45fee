import { createSignal, For, onCleanup, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { draft, observers, pointing, sendSighting, setDraft, setPointing, type Sighting } from "../../core/sighting";
import { CLASS_WORDS } from "../../core/words";
import { OBJECT_CLASSES, type ObjectClass } from "../../generated/model";
import { Frame } from "./Frame";

const NONE: Sighting = { observer: "", bearing_deg: null, kind: "" };

/** What somebody sees from an observer's place: from where, in which direction, what. */
export function SightingDialog(): JSX.Element {
  const [busy, setBusy] = createSignal(false);
  const now = (): Sighting => draft() ?? NONE;
  const change = (part: Partial<Sighting>): Sighting => setDraft({ ...now(), ...part }) as Sighting;
  const direct = (text: string): void => {
    const bearing_deg = text.trim() === "" ? NaN : Number(text);
    change({ bearing_deg: bearing_deg >= 0 && bearing_deg <= 360 ? bearing_deg : null });
  };
  const point = (): void => {
    setPointing(true);
    closeDialog();
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    if (await sendSighting(now())) closeDialog();
    setBusy(false);
  };
  onCleanup(() => { if (!pointing()) setDraft(null); });
  return (
    <Frame title="Sighting" close={closeDialog}>
      <form onSubmit={(event) => void submit(event)}>
        <p>What somebody sees now from a place of this site. It counts as a report of that place.</p>
        <label>Seen from
          <select data-testid="sighting-observer" onChange={(event) => change({ observer: event.currentTarget.value })}>
            <For each={observers()}>{(o) => <option value={o.id} selected={o.id === now().observer}>{o.name}</option>}</For>
          </select>
        </label>
        <label>Direction, degrees from true north
          <input data-first="" data-testid="sighting-bearing" type="number" min="0" max="360" step="any" required
            value={now().bearing_deg ?? ""} onChange={(event) => direct(event.currentTarget.value)} />
        </label>
        <button type="button" data-testid="sighting-point" onClick={point}>Point it out on the map</button>
        <label>What
          <select data-testid="sighting-kind" onChange={(event) => change({ kind: event.currentTarget.value as ObjectClass | "" })}>
            <option value="">cannot say</option>
            <For each={OBJECT_CLASSES.filter((kind) => kind !== "other")}>
              {(kind) => <option value={kind} selected={kind === now().kind}>{CLASS_WORDS[kind]}</option>}
            </For>
          </select>
        </label>
        <div class="dialog-acts">
          <button type="button" onClick={closeDialog}>Cancel</button>
          <button class="solid" data-testid="sighting-submit" disabled={busy()}>Enter it</button>
        </div>
      </form>
    </Frame>
  );
}
