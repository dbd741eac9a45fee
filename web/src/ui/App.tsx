import { createEffect, Show, type JSX } from "solid-js";
import { lists, mode, modes, replaying, siteName, stale_s } from "../core/picture";
import { setAlarm } from "../core/sound";
import { needsSound } from "../core/warnings";
import { rightTab } from "../core/view";
import { comparing } from "../core/whatif";
import { editing } from "../core/zones";
import { Dialogs } from "./dialogs/Dialogs";
import { EventLog } from "./EventLog";
import { ExerciseBar } from "./ExerciseBar";
import { MapPane } from "./MapPane";
import { Notices } from "./Notices";
import { Profile } from "./Profile";
import { Queue } from "./Queue";
import { SitePanel } from "./panel/SitePanel";
import { StaleBanner } from "./StaleBanner";
import { Timeline } from "./Timeline";
import { TopBar } from "./TopBar";
import { TrackPanel } from "./panel/TrackPanel";
import { ZoneEditor } from "./panel/ZoneEditor";
import { PanelFrame } from "./panel/PanelFrame";
import { TrackTable } from "./TrackTable";
import { WarningBar } from "./WarningBar";
import { TwoTimelines } from "./whatif/TwoTimelines";
import { WhatIfPanel } from "./whatif/WhatIfPanel";
import { OtherMap } from "./whatif/Worlds";

/** What a tab says first while zones are warned. */
function warnedHead(open: number): string {
  return open ? `(${open}) WARNING – ` : "";
}

/** The whole screen: what is coming, how long have we got, what must I do now. */
export function App(): JSX.Element {
  createEffect(() => setAlarm(!replaying() && needsSound(lists.warnings)));
  createEffect(() => {
    document.title = `${warnedHead(lists.warnings.length)}${siteName() || "Vedette"} – ${modes().join(", ") || "connecting"}`;
  });
  return (
    <div class="app" classList={{ replaying: replaying(), "picture-stale": stale_s() !== null && mode() !== null }}>
      <TopBar />
      <div class="bars-on-top">
        <ExerciseBar />
        <Show when={!comparing()}><WarningBar /></Show>
      </div>
      <main class="work" classList={{ comparing: comparing() }}>
        <aside class="left" aria-label="Queue and tracks">
          <Queue />
          <TrackTable />
        </aside>
        <section class="middle" aria-label="Map, profile and events">
          <div class="maps">
            <MapPane />
            <Show when={comparing()}><OtherMap /></Show>
          </div>
          <Timeline />
          <Show when={comparing()} fallback={
            <div class="below">
              <Profile />
              <EventLog />
            </div>
          }>
            <TwoTimelines />
          </Show>
          <StaleBanner />
        </section>
        <Show when={!comparing()} fallback={<WhatIfPanel />}>
          <Show when={!editing()} fallback={<ZoneEditor />}>
            <PanelFrame>
              <Show when={rightTab() === "track"} fallback={<SitePanel />}>
                <TrackPanel />
              </Show>
            </PanelFrame>
          </Show>
        </Show>
        <Dialogs />
        <Notices />
      </main>
    </div>
  );
}
