import { For, Show, type JSX } from "solid-js";
import { hold } from "../core/actions";
import { phone } from "../core/commands";
import { openDialog } from "../core/dialogs";
import { age, date, rate, timeOfDay } from "../core/format";
import { lists, modes, replaying, siteName, t_us, viewers } from "../core/picture";
import { askLogin, barring, session, withRight } from "../core/session";
import { blocked, muted, toggleSound } from "../core/sound";
import { toggleTheme, view } from "../core/view";
import { CONTROL_WORDS, HEALTH_WORDS, ROLE_WORDS } from "../core/words";
import type { SourceState } from "../generated/model";

const MARK: Record<SourceState["health"], string> = {
  ok: "●", degraded: "◐", stale: "▲", failed: "✕", never_heard: "○",
};

/** Site, mode, clock, the health of every source, the standing restrictions, who sits here. */
export function TopBar(): JSX.Element {
  return (
    <header class="top">
      <h1 class="brand"><span class="wordmark">VEDETTE</span> <span class="site">{siteName()}</span></h1>
      <Show when={modes().length}>
        <span class="modes" data-testid="mode">
          <For each={modes()}>{(word) => <span class="mode" data-mode={word}><Show when={word === "REPLAY"}><Rewound /></Show>{word}</span>}</For>
        </span>
      </Show>
      <Clock />
      <Sources />
      <div class="top-right">
        <Show when={!replaying()}><Show when={!phone()} fallback={<PostureWords />}><PostureButtons /></Show><SoundButton /></Show>
        <button class="quiet icon" onClick={toggleTheme} aria-keyshortcuts="L"
          title={view.theme === "night" ? "Light theme (L)" : "Dark theme (L)"}
          aria-label={view.theme === "night" ? "Light theme" : "Dark theme"}>
          <span aria-hidden="true">◐</span>
        </button>
        <button class="quiet icon" data-testid="brief" onClick={() => openDialog({ kind: "brief" })} title="Hand-over: what the next watch must know (')"
          aria-label="Hand-over" aria-keyshortcuts="'"><span aria-hidden="true">⇄</span></button>
        <button class="quiet icon" onClick={() => openDialog({ kind: "keys" })} title="Keys (?)"
          aria-label="Show the keys" aria-keyshortcuts="?">?</button>
        <Show when={!replaying()}><Person /></Show>
      </div>
    </header>
  );
}

/** An arrow that runs backward: the sign of a replay. */
function Rewound(): JSX.Element {
  return (
    <svg class="rewound" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d="M3 8a5.500 5.500 0 1 0 2-4.200" fill="none" stroke="currentColor" stroke-width="2" />
      <path d="M1.500 1.500L6.800 2.600L3.600 6.900z" fill="currentColor" />
    </svg>
  );
}

function Clock(): JSX.Element {
  return (
    <time class="clock" data-testid="clock" title={`${viewers()} watching this picture`}>
      <span class="clock-date">{t_us() ? date(t_us()) : ""}</span>{" "}
      <span class="clock-time">{t_us() ? timeOfDay(t_us()) : "--:--:--"}</span>{" "}
      <span class="unit">UTC</span>
    </time>
  );
}

/** Every sensor; a feed only when something is wrong with it. The Site tab lists them all. */
function shownHere(source: SourceState): boolean {
  return source.kind === "sensor" || !["ok", "never_heard"].includes(source.health);
}

function Sources(): JSX.Element {
  return (
    <ul class="sources" aria-label="Sources" tabindex="0">
      <For each={lists.sources.filter(shownHere)}>{(source) => <SourceChip source={source} />}</For>
    </ul>
  );
}

function SourceChip(props: { source: SourceState }): JSX.Element {
  const age_s = (): number => (props.source.last_us ? (t_us() - props.source.last_us) / 1e6 : NaN);
  const words = (): string => {
    const s = props.source;
    const refusals = s.refused ? `, ${s.refused} refused` : "";
    return `${s.source}: ${HEALTH_WORDS[s.health]}${s.reason ? `, ${s.reason}` : ""}; `
      + `reports: ${rate(s.rate_hz)}${refusals}`;
  };
  return (
    <li class="chip" data-health={props.source.health} title={words()}>
      <span class="mark" aria-hidden="true">{MARK[props.source.health]}</span>
      <span class="chip-name">{props.source.source}</span>
      <Show when={props.source.health !== "ok"}>
        <b class="chip-word">{HEALTH_WORDS[props.source.health]}</b>
      </Show>
      <Show when={Number.isFinite(age_s())}><span class="num">{age(age_s())}</span></Show>
    </li>
  );
}

function PostureButtons(): JSX.Element {
  const control = (): { name: string; meaning: string } => CONTROL_WORDS[lists.posture.weapons_control];
  return (
    <>
      <button class="quiet control" data-control={lists.posture.weapons_control}
        onClick={() => withRight("authorise", () => openDialog({ kind: "control" }))} aria-keyshortcuts="W"
        title={barring("authorise").title ?? `Weapons control status ${control().name}: ${control().meaning} (W)`}>
        <span class="control-label">Weapons</span> <b>{control().name}</b>
      </button>
      <button class="hold" classList={{ on: lists.posture.hold }} aria-pressed={lists.posture.hold}
        data-testid="hold" onClick={() => void hold()} aria-keyshortcuts="H"
        title={lists.posture.hold ? "Hold is on. Lift it (H)" : "Hold: cancel what is authorised, forbid more (H)"}>
        {lists.posture.hold ? "■ HOLD IS ON" : "Hold"} <kbd>H</kbd>
      </button>
    </>
  );
}

/** On a phone the standing restrictions are told, and nothing is pressed. */
function PostureWords(): JSX.Element {
  return (
    <span class="control" data-control={lists.posture.weapons_control} data-testid="posture">
      <b>{CONTROL_WORDS[lists.posture.weapons_control].name}</b>
      <Show when={lists.posture.hold}> <b class="held">■ HOLD IS ON</b></Show>
    </span>
  );
}

function SoundButton(): JSX.Element {
  const word = (): string => (muted() ? "Sound off" : blocked() ? "Sound blocked: press" : "Sound on");
  return (
    <button class="quiet icon" classList={{ attention: blocked() && !muted() }} onClick={toggleSound}
      aria-pressed={!muted()} aria-keyshortcuts="M" aria-label={word()} title={`${word()} (M)`}>
      <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
        <path d="M2 6v4h2.6L8 13V3L4.600 6z" fill="currentColor" />
        <Show when={!muted()} fallback={<path d="M10.500 6l4 4m0-4l-4 4" class="line" />}>
          <path d="M10.500 5.500a3.500 3.500 0 0 1 0 5M12.500 3.500a6.300 6.300 0 0 1 0 9" class="line" />
        </Show>
      </svg>
    </button>
  );
}

/** Who sits here, in which roles; a press tells what that allows, locks, logs out. */
function Person(): JSX.Element {
  const roles = (): string => (session()?.roles ?? []).map((role) => ROLE_WORDS[role]).join(", ");
  return (
    <Show when={session()?.name} fallback={
      <button class="quiet" data-testid="log-in" onClick={() => void askLogin("to act on the picture")}
        title={session()?.accounts === false ? "This site has no accounts: look only" : "Looking only: log in to act"}>
        {session()?.accounts === false ? "No accounts: look only" : "Log in"}
      </button>
    }>
      <button class="quiet person" data-testid="me" title={`${session()?.name}: ${roles()}`}
        aria-label={`${session()?.name}, ${roles()}${session()?.locked ? ", locked" : ""}. What you may do, lock, log out`}
        onClick={() => openDialog({ kind: "me" })}>
        <b>{session()?.name}</b> <span class="unit">{session()?.locked ? "locked" : roles()}</span>
      </button>
    </Show>
  );
}
