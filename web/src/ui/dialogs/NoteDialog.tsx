import { createSignal, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { draft, NOTE_MAX, onWords, setDraft, setPlacing, writeNote } from "../../core/notes";
import { hiddenIn } from "../../core/plain-text";
import { Frame } from "./Frame";

/** A note on a track or a place, in the watch's own words. */
export function NoteDialog(): JSX.Element {
  const [busy, setBusy] = createSignal(false);
  const text = (): string => draft()?.text ?? "";
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const note = draft();
    if (!note) return;
    setBusy(true);
    if (await writeNote(note)) closeDialog();
    setBusy(false);
  };
  return (
    <Frame title={`Note on ${onWords(draft()?.on ?? null)}`} close={closeDialog}>
      <form onSubmit={(event) => void submit(event)}>
        <p>
          <Show when={"track_id" in (draft()?.on ?? {})} fallback="Stands on the map until somebody takes it away.">
            Stands with the track until it ends.
          </Show>{" "}The record and the report keep it, under your name.
        </p>
        <label>Note
          <input data-first="" data-testid="note-text" maxlength={NOTE_MAX} value={text()}
            onInput={(event) => setDraft((old) => ({ on: old?.on ?? null, text: event.currentTarget.value }))} />
          <span class="form-error" role="status" data-testid="note-hidden">{hiddenIn(text())}</span>
        </label>
        <div class="dialog-acts">
          <button type="button" data-testid="note-place" onClick={() => { closeDialog(); setPlacing(true); }}>On a place instead…</button>
          <button type="button" onClick={() => { setDraft(null); closeDialog(); }}>Cancel</button>
          <button class="solid" data-testid="note-submit" disabled={busy() || !text().trim() || hiddenIn(text()) !== ""}>Write</button>
        </div>
      </form>
    </Frame>
  );
}
