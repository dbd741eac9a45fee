import { createSignal, onMount, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { Frame } from "./Frame";

/** The report to read and to save, the tracks as files, the statement to edit before it is saved. */
export function ReportsDialog(): JSX.Element {
  const [text, setText] = createSignal("");
  const [fault, setFault] = createSignal("");
  onMount(() => void load());
  async function load(): Promise<void> {
    try {
      const answer = await fetch("/api/incident/statement.txt");
      if (answer.ok) setText(await answer.text());
      else setFault(`The draft cannot be had now (${answer.status}).`);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      setFault("The service does not answer.");
    }
  }
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([text()], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "statement.txt";
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Frame title="Reports" close={closeDialog} wide testid="reports-dialog">
      <p class="report-links">
        <a href="/api/incident.html" target="_blank" rel="noopener" data-first data-testid="report-preview">Read the incident report</a>
        <a href="/api/incident.html?download=1" download="incident.html">Report ↓</a>
        <a href="/api/incident/tracks.kml" download="tracks.kml" data-testid="tracks-kml">Tracks as KML ↓</a>
        <a href="/api/incident/tracks.geojson" download="tracks.geojson" data-testid="tracks-geojson">GeoJSON ↓</a>
        <a href="/api/incident/tracks.parquet" download="tracks.parquet" data-testid="tracks-parquet">Parquet ↓</a>
      </p>
      <label>Statement: the draft from recorded facts. What you change here is yours, and is not recorded.
        <textarea rows="14" maxlength="20000" data-testid="statement-text" value={text()}
          onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <p class="form-error" role="alert">{fault()}</p>
      <div class="dialog-acts">
        <button type="button" onClick={closeDialog}>Close</button>
        <button class="solid" data-testid="statement-save" disabled={text() === ""} onClick={save}>Save the statement</button>
      </div>
    </Frame>
  );
}
