/** A changed world beside a replay: what is asked, how far it is, and its picture at the replay's moment. */
import { createEffect, createMemo, createRoot, createSignal, on } from "solid-js";
import type { TrackView, WhatIfPicture, WhatIfView, WhatIfWish } from "../generated/model";
import { getJson, post, refused } from "./http";
import { say } from "./notices";
import { replaying, site, t_us } from "./picture";
import { directionDeg, type Track } from "./track";
import { setView, view } from "./view";

const PATH = "/api/replay/whatif";
const ASK_AGAIN_MS = 400;

const [whatIf, setWhatIf] = createSignal<WhatIfView | null>(null);
const [other, setOther] = createSignal<WhatIfPicture | null>(null);
export { other, whatIf };

/** Whether both worlds are on the screen. */
export const comparing = (): boolean => replaying() && view.beside && whatIf()?.result != null;

/** Show both worlds, or the recorded one alone. */
export function showBeside(on: boolean): void {
  setView("beside", on);
}

/** Ask for a changed world. Gives whether it is being worked out. */
export async function askWhatIf(wish: WhatIfWish): Promise<boolean> {
  const answer = await post<WhatIfView>(PATH, wish, null);
  if (refused(answer)) {
    say(`Not done: ${answer.error}`, "refused");
    return false;
  }
  setOther(null);
  setWhatIf(answer);
  void follow();
  return true;
}

/** End what is being worked out, or forget what was. */
export async function forgetWhatIf(): Promise<void> {
  const answer = await post<WhatIfView>(`${PATH}/cancel`, {}, null);
  if (refused(answer)) say(`Not done: ${answer.error}`, "refused");
  else setWhatIf(answer);
}

let following = false;

/** Ask how far it is until it is there. */
async function follow(): Promise<void> {
  if (following) return;
  following = true;
  while (whatIf()?.state === "working") {
    await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
    const stands = await getJson<WhatIfView>(PATH);
    if (stands) setWhatIf(stands);
  }
  following = false;
  if (whatIf()?.state === "done") showBeside(true);
  if (whatIf()?.state === "failed") say(`What if: ${whatIf()?.error}`, "refused");
}

/** Seconds in words: by how much the changed world is earlier or later, or which of them never warns. */
export function differenceWords(before_us: number | null, after_us: number | null): string {
  if (before_us === null && after_us === null) return "never, in both";
  if (after_us === null) return "never, with the change";
  if (before_us === null) return "only with the change";
  const later_s = (after_us - before_us) / 1e6;
  if (Math.abs(later_s) < 0.05) return "at the same time";
  return `${Math.abs(later_s).toFixed(1)} s ${later_s > 0 ? "later" : "earlier"} with the change`;
}

/** Read a track as it comes in JSON. assets: the ids of the site's assets, in order. */
export function trackOf(row: TrackView, assets: readonly string[]): Track {
  const number = (value: number | null): number => value ?? NaN;
  const asset = (id: string | null): number => (id === null ? -1 : assets.indexOf(id));
  const { status, track_id, threat_asset, arrival_asset, cpa_m, cpa_s, arrival_s, arrival_sigma_s, reach_prob, ...rest } = row;
  return {
    ...rest,
    id: track_id,
    coasting: status === "coasting",
    cpa_m: number(cpa_m), cpa_s: number(cpa_s), arrival_s: number(arrival_s),
    arrival_sigma_s: number(arrival_sigma_s), reach_prob: number(reach_prob),
    threat_asset: asset(threat_asset), arrival_asset: asset(arrival_asset),
    range_m: Math.hypot(row.east_m, row.north_m),
    bearing_deg: directionDeg(row.east_m, row.north_m),
    speed_mps: Math.hypot(row.v_east_mps, row.v_north_mps),
    heading_deg: directionDeg(row.v_east_mps, row.v_north_mps),
  };
}

/** The changed world's tracks at the moment. */
export const otherTracks = createRoot(() => createMemo((): Track[] => {
  const assets = (site()?.assets ?? []).map((asset) => asset.id);
  return (other()?.tracks ?? []).map((row) => trackOf(row, assets));
}));

let asked_us: number | null = null;
let fetching = false;

/** Fetch the picture of a moment; while one is under way only the newest wish is kept. */
async function fetchPicture(moment_us: number): Promise<void> {
  asked_us = moment_us;
  if (fetching) return;
  fetching = true;
  while (asked_us !== null) {
    const now_us: number = asked_us;
    asked_us = null;
    const found = await getJson<WhatIfPicture>(`${PATH}/picture?t_us=${Math.max(0, Math.floor(now_us))}`);
    if (found && comparing()) setOther(found);
  }
  fetching = false;
}

/** Keep the changed world at the replay's moment. */
export function followWhatIf(): void {
  createRoot(() => {
    createEffect(on(replaying, (is) => {
      if (is) void getJson<WhatIfView>(PATH).then((stands) => { setWhatIf(stands); void follow(); });
    }));
    const moment = createMemo(() => (comparing() ? t_us() : null));
    createEffect(() => {
      const now_us = moment();
      if (now_us !== null) void fetchPicture(now_us);
      else setOther(null);
    });
  });
}
