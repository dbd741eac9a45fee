import type { JSX, ParentProps } from "solid-js";
import { withRight } from "../../core/session";
import { rightTab, setRightTab, view } from "../../core/view";
import { trackName } from "../../core/words";

/** Follow a link to a report only where the person here may read it; else say whose that is. */
function onlyIfAllowed(event: MouseEvent): void {
  let allowed = false;
  withRight("report", () => { allowed = true; });
  if (!allowed) event.preventDefault();
}

/** The right column: the selected track or the site, and the reports below both. */
export function PanelFrame(props: ParentProps): JSX.Element {
  return (
    <aside class="panel" data-testid="panel" aria-label="Selected track and site">
      <div class="tabs" role="tablist">
        <button role="tab" aria-selected={rightTab() === "track"} onClick={() => setRightTab("track")}>
          {view.track === null ? "Track" : trackName(view.track)}
        </button>
        <button role="tab" aria-selected={rightTab() === "site"} onClick={() => setRightTab("site")}>Site</button>
      </div>
      {props.children}
      <footer class="reports">
        <a href="/api/incident.html" download="incident.html" onClick={onlyIfAllowed} data-testid="report-download">Incident report ↓</a>
        <a href="/api/incident/statement.txt" download="statement.txt" onClick={onlyIfAllowed} data-testid="statement-download">Statement draft ↓</a>
      </footer>
    </aside>
  );
}
