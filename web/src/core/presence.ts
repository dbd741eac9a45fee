/** Whether the person is at this console: signs of them go to the service, which locks without. */
import type { SessionView } from "../generated/model";
import { post, refused } from "./http";
import { say } from "./notices";
import { csrf, loadSession, session, takeSession } from "./session";

const LOOK_MS = 5_000;
const REPORT_MS = 30_000;
/** A login may end elsewhere: an account that is disabled, the longest watch. */
const ASK_AGAIN_MS = 60_000;

let sign_ms = 0;
let reported_ms = performance.now();
let asked_ms = performance.now();

/** Notice keys and the pointer, and report them twice a minute at most. */
export function watchPresence(): void {
  const sign = (): void => { sign_ms = performance.now(); };
  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel"]) {
    window.addEventListener(kind, sign, { passive: true });
  }
  setInterval(() => void look(), LOOK_MS);
}

async function look(): Promise<void> {
  const [here, now_ms] = [session(), performance.now()];
  if (!here?.name || here.locked) return;
  const idle_ms = here.idle_lock_s * 1000;
  if (sign_ms > reported_ms && now_ms - reported_ms > Math.min(REPORT_MS, idle_ms / 3)) {
    reported_ms = now_ms;
    const answer = await post<SessionView>("/api/activity", {}, csrf());
    if (refused(answer)) await loadSession();
    else takeSession(answer);
  } else if (now_ms - asked_ms > ASK_AGAIN_MS || now_ms - Math.max(reported_ms, asked_ms) > idle_ms) {
    asked_ms = now_ms;
    await loadSession();
  }
}

/** Lock: nothing can be done here until the password is given again. The picture stays. */
export async function lockConsole(): Promise<void> {
  if (!session()?.name) {
    say("Nobody is logged in: there is nothing to lock.", "refused");
    return;
  }
  const answer = await post<SessionView>("/api/lock", {}, csrf());
  if (refused(answer)) say(`Not locked: ${answer.error}`, "refused");
  else takeSession(answer);
}

/** Give the password of the person who is locked out; gives the reason where it is refused. */
export async function unlockConsole(password: string): Promise<string | null> {
  const answer = await post<SessionView>("/api/unlock", { password }, csrf());
  if (refused(answer)) {
    if (answer.status === 403) await loadSession();
    return answer.error;
  }
  reported_ms = performance.now();
  takeSession(answer);
  say(`${answer.name ?? ""} is back at this console.`, "done");
  return null;
}
