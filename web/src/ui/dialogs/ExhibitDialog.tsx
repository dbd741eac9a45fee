import { createSignal, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { attachExhibit } from "../../core/session";
import { Frame } from "./Frame";

/** A photograph, an inscription, a document: kept by its hash, with time and person. */
export function ExhibitDialog(props: { engagementId: number | null }): JSX.Element {
  const [busy, setBusy] = createSignal(false);
  const [file, setFile] = createSignal<File | null>(null);
  const [description, setDescription] = createSignal("");
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const chosen = file();
    if (!chosen) return;
    const form = new FormData();
    form.set("description", description().trim());
    if (props.engagementId !== null) form.set("engagement_id", String(props.engagementId));
    form.set("file", chosen);
    setBusy(true);
    if (await attachExhibit(form)) closeDialog();
    setBusy(false);
  };
  return (
    <Frame title="Attach an exhibit" close={closeDialog}>
      <form onSubmit={(event) => void submit(event)}>
        <p>The file is kept as it is, under its hash, with your name and the time. Attribution stays open.</p>
        <label>File
          <input data-first type="file" data-testid="exhibit-file" required
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)} />
        </label>
        <label>What it shows, and where it was found
          <input data-testid="exhibit-description" maxlength="400" required value={description()}
            onInput={(event) => setDescription(event.currentTarget.value)} />
        </label>
        <div class="dialog-acts">
          <button type="button" onClick={closeDialog}>Cancel</button>
          <button class="solid" data-testid="exhibit-submit" disabled={busy() || !file() || !description().trim()}>Attach</button>
        </div>
      </form>
    </Frame>
  );
}
