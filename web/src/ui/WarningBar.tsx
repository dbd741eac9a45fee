import { createEffect, createSignal, For, on, onCleanup, onMount, Show, type JSX } from "solid-js";
import { acknowledge, allClear, nextToAcknowledge, warningsInOrder } from "../core/actions";
import { commandsHere } from "../core/commands";
import { clockSpan, timeOfDay } from "../core/format";
import { language } from "../core/language";
import { byId, lists, modes, replaying, reportShown, stale_s, t_us } from "../core/picture";
import { service } from "../core/sentences";
import { select } from "../core/view";
import { needsSound, secondsLeft } from "../core/warnings";
import { IDENTITY_WORDS, trackName } from "../core/words";
import type { WarningRecord } from "../generated/model";

/** A row cut off by more than this has words that nobody can read. */
const HIDDEN_PX = 6;

/** Every open warning; there only when there is one. */
export function WarningBar(): JSX.Element {
  const [flash, setFlash] = createSignal(false);
  // Twice a second by hand: a CSS animation would ask for every frame and repaint the page.
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  createEffect(() => {
    if (!needsSound(lists.warnings) || still.matches || replaying()) return;
    const timer = setInterval(() => setFlash(!flash()), 500);
    onCleanup(() => {
      clearInterval(timer);
      setFlash(false);
    });
  });
  return (
    <section class="warnings" aria-label="Warnings">
      <div class="said" role={replaying() ? "log" : "alert"} aria-live={replaying() ? "polite" : "assertive"}>
        <For each={lists.warnings}>{(w) => <p>{spokenOnce(w)}</p>}</For>
      </div>
      <Show when={lists.warnings.length > 0}>
        <Rows flash={flash()} />
      </Show>
    </section>
  );
}

/** The warnings, and how many of them are below what is seen of the bar. */
function Rows(props: { flash: boolean }): JSX.Element {
  let bar!: HTMLUListElement;
  const [below, setBelow] = createSignal(0);
  const look = (): void => {
    const edge_px = bar.getBoundingClientRect().bottom;
    setBelow([...bar.children].filter((row) => row.getBoundingClientRect().bottom > edge_px + HIDDEN_PX).length);
  };
  createEffect(on(warningsInOrder, () => requestAnimationFrame(look)));
  onMount(() => {
    const sizes = new ResizeObserver(look);
    sizes.observe(bar);
    onCleanup(() => sizes.disconnect());
  });
  return (
    <>
      <ul ref={bar} class="warning-bar" classList={{ flash: props.flash }} data-testid="warning-bar" onScroll={look}>
        <For each={warningsInOrder()}>{(warning) => <Row warning={warning} />}</For>
      </ul>
      <Show when={below()}>
        <button class="more-below" data-testid="more-warnings" onClick={() => bar.scrollBy({ top: bar.clientHeight })}>
          ▼ {below() === 1 ? "1 more warning" : `${below()} more warnings`}
        </button>
      </Show>
    </>
  );
}

/** What a screen reader says: changes only when the warning itself does, not with the clock. */
function spokenOnce(warning: WarningRecord): string {
  // The site may speak other languages than the page: then the page says it.
  const spoken = warning.said[language] || (language === "en" ? warning.spoken : "");
  if (replaying()) return `Replay, then: ${spoken || service(warning.reason)}`;
  const mark = modes().filter((mode) => mode !== "LIVE").join(", ");
  return spoken || `${mark}${mark && ". "}${headline(warning)}: ${warning.zone_name}. ${service(warning.reason)}`;
}

function headline(warning: WarningRecord): string {
  return warning.level === "imminent" ? "TAKE COVER" : "BE READY";
}

function Row(props: { warning: WarningRecord }): JSX.Element {
  const acknowledged = (): boolean => Boolean(props.warning.acknowledged_by);
  // Tell the service once the row has been painted: that is what "delivered to the display" means.
  createEffect(on(() => [props.warning.warning_id, props.warning.revision] as const, ([id, revision]) =>
    requestAnimationFrame(() => setTimeout(() => reportShown(id, revision)))));
  const failed = (): string[] => Object.keys(props.warning.failed);
  return (
    <li class="warning" classList={{ imminent: props.warning.level === "imminent", new: !acknowledged() }}>
      <span class="warning-head">
        <span class="triangle" aria-hidden="true">▲</span> <Show when={replaying()}><span class="then">then</span></Show> {headline(props.warning)}
      </span>
      <span class="warning-zone">{props.warning.zone_name}</span>
      <Left warning={props.warning} />
      <span class="warning-tracks">
        <For each={props.warning.track_ids}>{(id) => <TrackLink id={id} />}</For>
      </span>
      <span class="warning-reason" title={service(props.warning.reason)}>
        <Show when={failed().length > 0}>
          <b class="warning-failed">NOT DELIVERED by {failed().join(", ")}: tell them yourself. </b>
        </Show>
        {service(props.warning.reason)}
      </span>
      <span class="warning-acts">
        <Show when={!acknowledged() && commandsHere()} fallback={
          <span class="acknowledged" title={acknowledged() ? `at ${timeOfDay(props.warning.acknowledged_us)} UTC` : undefined}>
            {acknowledged() ? `✓ ${props.warning.acknowledged_by}` : "not acknowledged"}
          </span>
        }>
          <button class="solid" onClick={() => void acknowledge(props.warning.warning_id)}
            data-testid={nextToAcknowledge() === props.warning.warning_id ? "ack" : `ack-${props.warning.warning_id}`}>
            Acknowledge <Show when={nextToAcknowledge() === props.warning.warning_id}><kbd>A</kbd></Show>
          </button>
        </Show>
        <Show when={commandsHere()}>
          <button class="outline" data-testid="all-clear"
            onClick={() => allClear(props.warning.zone_id, props.warning.zone_name)}>All-clear…</button>
        </Show>
      </span>
    </li>
  );
}

/** The seconds left, or what there is to say where nothing comes any more. */
function Left(props: { warning: WarningRecord }): JSX.Element {
  // While nothing arrives the time goes on all the same: count it down by this browser's clock.
  const left_s = (): number => Math.max(0, secondsLeft(props.warning) - (stale_s() ?? 0));
  const gone = (): boolean => !props.warning.track_ids.some((id) => byId().has(id));
  return (
    <span class="warning-left">
      <Show when={Number.isFinite(left_s()) && !gone()} fallback={
        <span class="no-time">{gone() ? "no track in view" : "no arrival time"} · raised {clockSpan((t_us() - props.warning.raised_us) / 1e6)} ago</span>
      }>
        <b class="num">{clockSpan(left_s())}</b> left
      </Show>
    </span>
  );
}

function TrackLink(props: { id: number }): JSX.Element {
  const identity = (): string => {
    const track = byId().get(props.id);
    return track ? IDENTITY_WORDS[track.identity].toLowerCase() : "gone";
  };
  return (
    <button class="track-link" onClick={() => select(props.id)} title="Select this track">
      {trackName(props.id)} <span>{identity()}</span>
    </button>
  );
}
