/** Who sits here, and what they ask the service to do. */
import { createSignal } from "solid-js";
import { COMMAND_RIGHTS, type CommandRequest, type Right, type SessionView, type VedetteEvent } from "../generated/model";
import { rightBar } from "./rights";
import { getJson, post, refused, type Refusal } from "./http";
import { reconnect, replaying } from "./picture";
import { say } from "./notices";

const LOCKED = 423;
const [session, setSession] = createSignal<SessionView | null>(null);
/** Set while the login dialog is open: what it is for, and who waits for it. */
const [loginAsked, setLoginAsked] = createSignal<{ why: string; done: (ok: boolean) => void } | null>(
  null,
);
export { loginAsked, session };

export async function loadSession(): Promise<void> {
  const known = await getJson<SessionView>("/api/session");
  // A service that does not answer now knows who is here all the same.
  if (known) setSession(known);
  if (known?.login_required && !known.name) void askLogin("to see this picture");
}

/** Take in what the service said of this session. */
export function takeSession(view: SessionView): void {
  setSession(view);
}

/** Say why the person at this console may not do something; "" where they may, or nobody is here. */
export function bar(right: Right): string {
  return rightBar(right, session());
}

/** Do what takes a right, or say whose it is. login: ask for a login first where nobody is here. */
export function withRight(right: Right, act: () => void, login = false): void {
  const why = bar(right);
  if (why) say(why, "refused");
  else if (login && !session()?.name) void askLogin("for this").then((ok) => { if (ok) withRight(right, act); });
  else act();
}

/** What a button carries that the person here may press in vain: it says why when it is pressed. */
export function barring(right: Right): { "aria-disabled"?: "true"; title?: string } {
  const why = bar(right);
  return why ? { "aria-disabled": "true", title: why } : {};
}

/** Open the login dialog; true when somebody logged in. */
export function askLogin(why: string): Promise<boolean> {
  loginAsked()?.done(false);
  return new Promise((resolve) => {
    setLoginAsked({
      why,
      done: (ok) => {
        setLoginAsked(null);
        resolve(ok);
      },
    });
  });
}

/** Try a name and password; gives the reason where they are refused. */
export async function login(name: string, password: string): Promise<string | null> {
  const answer = await post<SessionView>("/api/login", { name, password }, session()?.csrf ?? null);
  if (refused(answer)) return answer.error;
  const fresh = await getJson<SessionView>("/api/session");
  setSession(fresh ?? answer);
  if (answer.login_required) reconnect();
  say(`${answer.name ?? name} is at this console.`, "done");
  loginAsked()?.done(true);
  return null;
}

export async function logout(): Promise<void> {
  const answer = await post("/api/logout", {}, session()?.csrf ?? null);
  if (refused(answer) && answer.status !== 401) {
    say(`Still logged in: ${answer.error}`, "refused");
    return;
  }
  await loadSession();
  say("Nobody is logged in at this console.", "done");
}

type WithoutId<T> = T extends unknown ? Omit<T, "command_id"> : never;
export type CommandWish = WithoutId<CommandRequest>;
export type Reaction = { events: VedetteEvent[] };

/** What is said to whoever would act in a replay. */
export const NOTHING = "This is a replay: nothing can be changed.";

/** A fresh command id; randomUUID exists in secure contexts only, and loopback is one. */
export function commandId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Carry out a command as the person at this console, asking for a login where there is none.
 * Says what became of it; gives the reaction, or null where it was refused.
 */
export async function order(wish: CommandWish, why: string, done: string): Promise<Reaction | null> {
  if (replaying()) {
    say(NOTHING, "refused");
    return null;
  }
  const lifts = wish.command === "set_hold" && !wish.on;
  const right = lifts ? "authorise" : COMMAND_RIGHTS[wish.command];
  const body = { ...wish, command_id: commandId() };
  const answer = await sendAs(right, () => post<Reaction>("/api/commands", body, csrf()), why);
  if (answer === null) return null;
  if (refused(answer)) {
    say(`Not done: ${answer.error}`, "refused");
    return null;
  }
  if (done) say(done, "done");
  return answer;
}

export function csrf(): string | null {
  return session()?.csrf ?? null;
}

/** Say whether the same person has another token by now: another tab unlocked, or logged in anew. */
async function isStale(): Promise<boolean> {
  const [name, token] = [session()?.name, csrf()];
  await loadSession();
  return session()?.name === name && csrf() !== token;
}

/** Send with a session; once more after a login where the service asks for one. */
export async function sendAs<T>(
  right: Right, send: () => Promise<T | Refusal>, why: string,
): Promise<T | Refusal | null> {
  if (!session()?.name && !(await askLogin(why))) return null;
  const barred = bar(right);
  if (barred) {
    say(barred, "refused");
    return null;
  }
  const answer = await send();
  if (!refused(answer)) return answer;
  if (answer.status === LOCKED) void loadSession();
  if (answer.status === 403 && (await isStale())) return send();
  if (answer.status !== 401) return answer;
  await loadSession();
  return (await askLogin(why)) ? send() : null;
}

/** The second of two people authorises at this same console, with their own password. */
export async function secondAuthorisation(
  name: string, password: string, wish: CommandWish,
): Promise<Reaction | Refusal> {
  const command = { ...wish, command_id: commandId() };
  return post<Reaction>("/api/second-authorisation", { name, password, command }, csrf());
}

/** Hand in an exhibit: a file with a description. */
export async function attachExhibit(form: FormData): Promise<boolean> {
  form.set("command_id", commandId());
  const answer = await sendAs(
    "attach", () => post<Reaction>("/api/exhibits", form, csrf()), "to attach an exhibit",
  );
  if (answer === null) return false;
  say(refused(answer) ? `Not attached: ${answer.error}` : "Exhibit in custody.",
    refused(answer) ? "refused" : "done");
  return !refused(answer);
}
