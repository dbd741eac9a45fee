import { createSignal, onMount, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { getJson } from "../../core/http";
import { hiddenIn } from "../../core/plain-text";
import { keepStatement, keptStatement, reportPdf, saveAs, statementPdf } from "../../core/reports";
import type { ReportFormats } from "../../generated/model";
import { Frame } from "./Frame";

/** The report to read and to save, the tracks as files, the statement to edit before it is saved. */
export function ReportsDialog(): JSX.Element {
  const [drafted, setDrafted] = createSignal("");
  const text = (): string => keptStatement() ?? drafted();
  const [fault, setFault] = createSignal("");
  const [formats, setFormats] = createSignal<ReportFormats | null>(null);
  const [making, setMaking] = createSignal(false);
  onMount(() => {
    void load();
    void getJson<ReportFormats>("/api/incident/formats").then(setFormats);
  });
  async function load(): Promise<void> {
    try {
      const answer = await fetch("/api/incident/statement.txt");
      if (answer.ok) setDrafted(await answer.text());
      else setFault(`The draft cannot be had now (${answer.status}).`);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      setFault("The service does not answer.");
    }
  }
  /** Have a file made and save it; what hinders it stands under the statement. */
  async function pdf(made: Promise<string>): Promise<void> {
    setMaking(true);
    setFault(await made);
    setMaking(false);
  }
  const save = (): void => saveAs(new Blob([text()], { type: "text/plain" }), "statement.txt");
  const anew = (): void => {
    keepStatement(null);
    void load();
  };
  const offered = (): boolean => formats()?.pdf === true && !making();
  return (
    <Frame title="Reports" close={closeDialog} wide testid="reports-dialog">
      <p class="report-links">
        <a href="/api/incident.html" target="_blank" rel="noopener" data-first data-testid="report-preview">Read the incident report</a>
        <a href="/api/incident.html?download=1" download="incident.html">Report ↓</a>
        <button type="button" class="link" data-testid="report-pdf" disabled={!offered()} title={formats()?.pdf_bar}
          onClick={() => void pdf(reportPdf())}>Report as PDF ↓</button>
        <a href="/api/incident/tracks.kml" download="tracks.kml" data-testid="tracks-kml">Tracks as KML ↓</a>
        <a href="/api/incident/tracks.geojson" download="tracks.geojson" data-testid="tracks-geojson">GeoJSON ↓</a>
        <a href="/api/incident/tracks.parquet" download="tracks.parquet" data-testid="tracks-parquet">Parquet ↓</a>
      </p>
      <label>Statement: the draft from recorded facts. What you change here is yours, and is not recorded.
        <textarea rows="14" maxlength="20000" data-testid="statement-text" value={text()}
          onInput={(event) => keepStatement(event.currentTarget.value)} />
        <span class="form-error" role="status" data-testid="statement-hidden">{hiddenIn(text())}</span>
      </label>
      <Show when={keptStatement() !== null}>
        <p class="report-kept">Your changes are kept on this page until it is loaded anew.{" "}
          <button type="button" class="link" data-testid="statement-anew" onClick={anew}>Drop them and take the draft from recorded facts</button></p>
      </Show>
      <Show when={formats()?.pdf_bar}>
        <p class="hint" data-testid="pdf-bar">No PDF here: {formats()?.pdf_bar}</p>
      </Show>
      <Show when={making()}><p class="hint" role="status">The PDF is being made.</p></Show>
      <p class="form-error" role="alert">{fault()}</p>
      <div class="dialog-acts">
        <button type="button" onClick={closeDialog}>Close</button>
        <button type="button" data-testid="statement-pdf" disabled={!offered() || text().trim() === "" || hiddenIn(text()) !== ""} title={formats()?.pdf_bar}
          onClick={() => void pdf(statementPdf(text()))}>Statement as PDF ↓</button>
        <button class="solid" data-testid="statement-save" disabled={text() === ""} onClick={save}>Save the statement</button>
      </div>
    </Frame>
  );
}
