import { createEffect, createMemo, createSignal, For, on, Show, type JSX } from "solid-js";
import { timeOfDay } from "../core/format";
import { allEvents, events, happenedCount, replaying } from "../core/picture";
import { restAt } from "../core/replay";
import { tell, type Lane, type Told } from "../core/tell";
import { select } from "../core/view";
import type { NumberedEvent } from "../generated/model";

const LANES: { key: Lane; word: string; mark: string }[] = [
  { key: "warning", word: "Warnings", mark: "▲" },
  { key: "decision", word: "People", mark: "◆" },
  { key: "identity", word: "Identity", mark: "●" },
  { key: "track", word: "Tracks", mark: "·" },
  { key: "source", word: "Sources", mark: "▪" },
];
const MARKS = new Map(LANES.map((lane) => [lane.key, lane.mark]));
const LINES_MAX = 200;
const AHEAD_MAX = 100;
const AHEAD_SEEN_PX = 20;

interface Line extends Told {
  seq: number;
  t_us: number;
}

/** Each event is told once; the same line object keeps its row on the page. */
const lineCache = new WeakMap<NumberedEvent, Line>();
function lineOf(item: NumberedEvent): Line {
  let line = lineCache.get(item);
  if (!line) {
    line = { seq: item.seq, t_us: item.event.t_us, ...tell(item.event) };
    lineCache.set(item, line);
  }
  return line;
}

/** What happened, newest first; in a replay what is to come stands above, faint, and each leads there. */
export function EventLog(): JSX.Element {
  const [hidden, setHidden] = createSignal<readonly Lane[]>(["track"]);
  let list!: HTMLOListElement;
  const past = createMemo(() =>
    events().map(lineOf).filter((line) => !hidden().includes(line.lane)).slice(-LINES_MAX));
  const ahead = createMemo(() => allEvents().slice(happenedCount()).map(lineOf)
    .filter((line) => !hidden().includes(line.lane)).slice(0, AHEAD_MAX));
  const lines = createMemo(() => [...past(), ...ahead()].reverse());
  const newest = (): number => past()[past().length - 1]?.seq ?? -1;
  // In a replay the list keeps to the moment, while nobody is at it.
  createEffect(on([newest, ahead], () => {
    if (!replaying() || list.matches(":hover, :focus-within")) return;
    const row = list.children[ahead().length];
    if (row instanceof HTMLElement) list.scrollTop = row.offsetTop - list.offsetTop - AHEAD_SEEN_PX;
  }));
  const choose = (line: Line): void => {
    if (line.trackId !== null) select(line.trackId);
    if (replaying()) restAt(line.t_us);
  };
  const toggle = (lane: Lane): void => {
    setHidden((old) => (old.includes(lane) ? old.filter((other) => other !== lane) : [...old, lane]));
  };
  return (
    <section class="log" aria-label="Events">
      <div class="pane-head">
        <h2>Events <span class="log-mode">{replaying() ? "replay" : "● live"}</span></h2>
        <div class="segmented" role="group" aria-label="Events shown">
          <For each={LANES}>
            {(lane) => (
              <button aria-pressed={!hidden().includes(lane.key)} onClick={() => toggle(lane.key)}>
                <span aria-hidden="true" data-lane={lane.key} class="lane-mark">{lane.mark}</span> {lane.word}
              </button>
            )}
          </For>
        </div>
      </div>
      <ol class="log-lines" tabindex="0" ref={list} aria-label="Events, newest first">
        <For each={lines()}>
          {(line) => (
            <li data-lane={line.lane} data-testid={`event-${line.seq}`}
              classList={{ ahead: replaying() && ahead().includes(line), at: replaying() && line.seq === newest() }}>
              <time class="num">{timeOfDay(line.t_us)}</time>
              <span class="lane-mark" data-lane={line.lane} aria-hidden="true">{MARKS.get(line.lane)}</span>
              <Show when={line.trackId !== null || replaying()} fallback={<span class="line-text">{line.text}</span>}>
                <button class="line-text" onClick={() => choose(line)}>{line.text}</button>
              </Show>
            </li>
          )}
        </For>
      </ol>
    </section>
  );
}
