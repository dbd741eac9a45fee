/* @refresh reload */
import { createEffect, createRoot, on } from "solid-js";
import { render } from "solid-js/web";
import { listenToKeys } from "./core/keys";
import { followExercise } from "./core/exercise";
import { getJson } from "./core/http";
import { markLanguage } from "./core/language";
import { connected, setSite, startPicture } from "./core/picture";
import { watchPresence } from "./core/presence";
import { loadSession } from "./core/session";
import { followMoment } from "./core/replay";
import { followView } from "./core/view";
import { followWhatIf } from "./core/whatif";
import type { SiteView } from "./generated/model";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/bars.css";
import "./styles/layout.css";
import "./styles/lists.css";
import "./styles/map.css";
import "./styles/timeline.css";
import "./styles/course.css";
import "./styles/panel.css";
import "./styles/dialogs.css";
import "./styles/access.css";
import "./styles/brief.css";
import "./styles/why.css";
import "./styles/whatif.css";
import "./styles/exercise.css";
import "./styles/zones.css";
import { App } from "./ui/App";

/** Ask for the site until the service gives it: it may still be starting, or want a login first. */
async function loadSite(wait_ms: number): Promise<void> {
  const site = await getJson<SiteView>("/api/site");
  if (site) setSite(site);
  else setTimeout(() => void loadSite(Math.min(wait_ms * 1.6, 3_000)), wait_ms);
}

markLanguage();
followView();
followMoment();
followWhatIf();
followExercise();
listenToKeys();
startPicture();
watchPresence();
createRoot(() => createEffect(on(connected, () => void loadSession())));
void loadSite(300);
const root = document.getElementById("root");
if (root) render(() => <App />, root);
